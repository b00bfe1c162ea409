"""Lines of a PDF find together again: over margins, hyphens and pages, and without the pages' heads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.formats.pages import Line, join_wrapped, read_lines, running_heads, text_width, without

WIDTH = 20


def _joined(text: str, width: int = WIDTH) -> tuple[str, ...]:
    return join_wrapped(read_lines(text), width)


def test_lines_keep_what_tells_paragraphs() -> None:
    """Indents and empty lines are remembered, white space is not."""
    assert read_lines("a  b \n\n \n  c\n") == (Line("a b"), Line("c", indent=2, after_gap=True))


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("We sold pears and\nplums.", ["We sold pears and plums."]),
        ("We sold pears too.\nAnd plums.", ["We sold pears too. And plums."]),  # a full line, the end of a sentence by chance
        ("We sold.\nAnd we bought.", ["We sold.", "And we bought."]),  # room for "And" was left
        ("We sold pears too.\n And plums.", ["We sold pears too.", "And plums."]),
        ("We sold pears too.\n\nAnd plums.", ["We sold pears too.", "And plums."]),
        ("We sold pears\n\nand plums.", ["We sold pears and plums."]),  # an empty line in a sentence
        ("We sell as follows:\n• pears,\n• plums.", ["We sell as follows:", "• pears, • plums."]),
        ("We sell pears, yes.\n2. Plums.", ["We sell pears, yes.", "2. Plums."]),
        ("", []),
    ],
)
def test_paragraphs(text: str, paragraphs: list[str]) -> None:
    """A paragraph begins after the end of a sentence that leaves room, before an indent, an empty line or a bullet."""
    assert _joined(text) == tuple(paragraphs)


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ("We grew year-", "over-year.", "We grew year-over-year."),
        ("Short-", "and long-term.", "Short- and long-term."),
        ("From 14 -", "15 crates.", "From 14 - 15 crates."),
        ("We sold --", "we gave.", "We sold -- we gave."),
    ],
)
def test_hyphens_at_the_margin(above: str, below: str, joined: str) -> None:
    """A broken word is joined, a dash and a hanging hyphen keep their space."""
    assert _joined(f"{above}\n{below}") == (joined,)


def test_a_header_counts_for_the_width() -> None:
    """A first line is as full as it was with the name before it."""
    first, second = Line("Thank you.", before=9), Line("We sold.")
    assert join_wrapped([first, second], 20) == ("Thank you. We sold.",)
    assert join_wrapped([first, second], 40) == ("Thank you.", "We sold.")


HEAD = ["Orchard Lane", "May 5, 2024"]


def _pages(*pages: list[str]) -> tuple[tuple[Line, ...], set[int]]:
    lines = read_lines("\n".join(line for at, page in enumerate(pages) for line in [*HEAD, f"Page {at}", *page]))
    return lines, {at for at, line in enumerate(lines) if line.text.startswith("Page")}


def test_heads_that_recur_are_found() -> None:
    """What stands beside most page numbers is a head; what stands beside one is not."""
    lines, marks = _pages(["pears"], ["plums"], ["quinces"])
    left_out = running_heads(lines, marks)
    assert [line.text for line in without(lines, left_out)] == ["pears", "plums", "quinces"]


def test_a_head_in_the_words_stays() -> None:
    """The head's words are left out beside page numbers only."""
    lines, marks = _pages(["a", "b", "c", "d", "e", "Orchard Lane", "f", "g", "h", "i", "j"], ["k"])
    assert [line.text for line in without(lines, running_heads(lines, marks))] == ["a", "b", "c", "d", "e", "Orchard Lane", *"fghijk"]


def test_a_page_break_is_no_gap() -> None:
    """An empty line that stood around a head parts no paragraphs."""
    lines = read_lines("pears.\n\nPage 1\n\nplums.\n\nquinces.")
    assert [line.after_gap for line in without(lines, {1})] == [False, False, True]


words = st.text(alphabet="abcdefg", min_size=1, max_size=8)


@given(st.lists(words, min_size=1, max_size=60), st.integers(min_value=10, max_value=60))
def test_wrapping_is_undone(said: list[str], width: int) -> None:
    """However wide the page, a sentence is one paragraph with its words in order."""
    lines = [""]
    for word in said:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    assert _joined("\n".join(lines), width) == (" ".join(said),)


def test_the_width_is_that_of_full_lines() -> None:
    """Last lines of paragraphs and turns do not make a text narrow."""
    turns = [read_lines("We sold pears and we\nsold plums."), read_lines("So.")]
    assert text_width(turns) == len("We sold pears and we sold")

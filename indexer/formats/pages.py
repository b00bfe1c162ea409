"""Which lines of a text that was a PDF belong together? Wrapped lines in, paragraphs out, across page breaks.

A PDF breaks every line at the margin and every page with a head and a foot. What the breaks mean only shows in the
form: a paragraph begins after a line that ends a sentence and leaves room, with an indent, or with a bullet.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from indexer.clean import clean

__all__ = ["Line", "ends_sentence", "join_wrapped", "read_lines", "running_heads", "squeeze", "text_width", "without"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stood on its page, cleaned, never empty.

    Attributes:
        indent: Number of spaces before it.
        after_gap: Whether an empty line stands before it.
        before: Number of characters of a header that stood before the text.
    """

    text: str
    indent: int = 0
    after_gap: bool = False
    before: int = 0


def read_lines(text: str) -> tuple[Line, ...]:
    """Give the lines of a text that are not empty."""
    lines: list[Line] = []
    gap = False
    for raw in text.split("\n"):
        cleaned = clean(raw)
        if cleaned:
            lines.append(Line(cleaned, len(raw) - len(raw.lstrip()), gap))
        gap = not cleaned
    return tuple(lines)


def without(lines: Sequence[Line], left_out: Collection[int]) -> tuple[Line, ...]:
    """Give the lines but those numbers; what stood around them is no gap between paragraphs."""
    kept: list[Line] = []
    closed = False
    for number, line in enumerate(lines):
        if number in left_out:
            closed = True
        else:
            kept.append(replace(line, after_gap=False) if closed and line.after_gap else line)
            closed = False
    return tuple(kept)


def squeeze(text: str) -> str:
    """Give a text without spaces, to compare what a PDF spaces by chance."""
    return text.replace(" ", "")


_NEAR = 4  # lines between a page number and the head or foot that goes with it, at most
_LONGEST_HEAD = 120  # characters
_SHARE_OF_PAGES = 0.3  # left and right pages may have heads of their own, and the first ones none
_COLON_FORM = re.compile(r"[^:]{2,50}:(?: |$)")


def running_heads(lines: Sequence[Line], marks: Collection[int]) -> set[int]:
    """Find the heads and feet that recur beside page numbers, broken over two lines or not.

    Args:
        marks: Numbers of the lines that number a page.

    Returns:
        Numbers of the lines, the marks among them. What is said twice beside a page number, as `Name: Thank you.`, is none.
    """
    beside = sorted({near for mark in marks for near in range(max(0, mark - _NEAR), min(len(lines), mark + _NEAR + 1))} - set(marks))
    pages: dict[str, int] = {}
    for number in beside:
        text = lines[number].text
        if len(text) <= _LONGEST_HEAD and not _COLON_FORM.match(text):
            pages[squeeze(text)] = pages.get(squeeze(text), 0) + 1
    fewest = max(2, len(marks) * _SHARE_OF_PAGES)
    heads = {text for text, times in pages.items() if times >= fewest and (len(text) > 2 or times > len(marks) / 2)}
    found = {number for number in beside if squeeze(lines[number].text) in heads}
    for number in beside:
        # "J" and "anuary 30, 2025" on the next line: three of 22 pages of one filing.
        if number + 1 < len(lines) and squeeze(lines[number].text + lines[number + 1].text) in heads:
            found.update((number, number + 1))
    return found | set(marks)


_SENTENCE_END = re.compile(r"[.?!:;…][\"”’')\]]{0,2}$")
_ENDS = re.compile(r"[.?!:…][\"”’')\]]{0,2}$|[)\]]$")  # a list goes on after ";", and a paragraph may end in "(laughter)"
_SHORTEST_SHARE = 20
_BULLET = re.compile(r"[•▪‣◦\uf0b7\uf0a7·*➢✓]|[-–—o] \S|\(?\d{1,2}[.)] ?[A-Z]")
_MARGIN_HYPHEN = re.compile(r"\w[-‑]$")
_HANGING = frozenset(["and", "or", "to"])  # "short- and long-term"


def text_width(turns: Iterable[Sequence[Line]]) -> int:
    """Measure how many characters a line of speech would have had with the next line's first word: more did not fit.

    Pages are set in proportional type, so that full lines differ by a tenth. Lines that end in mid-sentence are full for
    sure; all but the shortest twentieth of them are at least as wide as this. Headers, which end anywhere, are left out.

    Returns:
        That width; more than any line has if none breaks in mid-sentence: the lines are paragraphs.
    """
    widths = sorted(_width_with(above, line) for lines in turns for above, line in pairwise(lines) if not _ENDS.search(above.text[-4:]))
    return widths[len(widths) // _SHORTEST_SHARE] if widths else sys.maxsize


def _width_with(above: Line, line: Line) -> int:
    return above.before + len(above.text) + 1 + len(line.text.partition(" ")[0])


def ends_sentence(text: str) -> bool:
    """Say whether a line ends where a sentence, or what a list is announced with, ends."""
    return _SENTENCE_END.search(text[-4:]) is not None


def join_wrapped(lines: Sequence[Line], width: int) -> tuple[str, ...]:
    """Join the lines of one speaker's words to paragraphs.

    A word that a hyphen breaks at the margin keeps the hyphen and loses the break: "year-" and "over-year".

    Args:
        width: What `text_width` says of the whole text.
    """
    paragraphs: list[list[str]] = []
    above: Line | None = None
    for line in lines:
        if above is None or _begins_paragraph(above, line, width):
            paragraphs.append([line.text])
        else:
            paragraphs[-1].extend(("" if _is_broken_word(above.text, line.text) else " ", line.text))
        above = line
    return tuple("".join(parts) for parts in paragraphs)


def _begins_paragraph(above: Line, line: Line, width: int) -> bool:
    if not ends_sentence(above.text):
        return False
    if line.after_gap or line.indent > above.indent or _BULLET.match(line.text):
        return True
    return _width_with(above, line) < width


def _is_broken_word(above: str, below: str) -> bool:
    return bool(_MARGIN_HYPHEN.search(above[-2:])) and below.partition(" ")[0] not in _HANGING

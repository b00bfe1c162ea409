"""Paragraphs whose line break was lost are put apart; nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.formats.glued import part_paragraphs


@pytest.mark.parametrize(
    "parts",
    [
        ["Thanks to our growers.", "Please note this."],
        ["Is it pears?", "We think so."],
        ["We sold 12%.", "Plums fell."],
        ["It was (mostly) so.", "I agree."],
        ["That is all for Q&A.", "Our next topic is plums."],
        ["Sales rose in the U.S.", "We are glad."],
        ["[Operator Instructions]", "Our first question is next."],
        ["Hello. [Operator Instructions].", "I hand over."],
        ["It is recorded.", "[Operator Instructions] Go ahead."],
        ['They said "no."', "We went on."],
        ["One.", "Two pears.", "Three plums."],
    ],
)
def test_glued_paragraphs_are_put_apart(parts: list[str]) -> None:
    """Where a sentence or a tag ends right before a capital, a paragraph ended."""
    assert part_paragraphs("".join(parts)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We grew. And so did they.",
        "J.P.Morgan and A.J.Roe asked.",
        "See orchardlane.com or node.js for more.",
        "We use YouTube, iPad and McAfee.",
        "It is 1.2 billion.",
        "They [indiscernible] grew.",
    ],
)
def test_other_text_stays_whole(text: str) -> None:
    """Initials, addresses, numbers and capitals within words end no paragraph."""
    assert part_paragraphs(text) == [text]


@given(st.text(alphabet='aB.?!)]”" [(&S', max_size=60))
def test_no_character_is_lost(text: str) -> None:
    """The parts are the text."""
    assert "".join(part_paragraphs(text)) == text

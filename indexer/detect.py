"""Which layout is this source in, and on what evidence?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from indexer.errors import NotATranscript
from indexer.formats import (
    Draft,
    capiq_text,
    indian_filing,
    motley_fool_bilingual,
    motley_fool_colon,
    motley_fool_html,
    motley_fool_nobreaks,
    motley_fool_text,
    name_colon,
    seeking_alpha_bare,
    seeking_alpha_html,
    seeking_alpha_text,
    streetevents_text,
    streetevents_wrapped,
)
from indexer.formats.colon_headers import form_of
from indexer.formats.draft import LOOKED_AT, head_lines
from indexer.formats.html import is_html
from indexer.names import is_name, is_operator

__all__ = ["LAYOUTS", "Detected", "Layout", "detect"]


class Layout(Protocol):
    """What a module of `indexer.formats` offers."""

    NAME: str

    def evidence(self, text: str) -> str: ...

    def split(self, text: str) -> tuple[str, ...]: ...

    def parse(self, text: str) -> Draft: ...


# The most particular marks first: a page's text may hold what marks a text.
LAYOUTS: tuple[Layout, ...] = (
    motley_fool_html,
    seeking_alpha_html,
    motley_fool_bilingual,
    motley_fool_colon,
    motley_fool_nobreaks,
    motley_fool_text,
    streetevents_text,
    streetevents_wrapped,
    capiq_text,
    indian_filing,
    seeking_alpha_text,
    seeking_alpha_bare,
    name_colon,
)


@dataclass(frozen=True, slots=True)
class Detected:
    """A layout, and what in the text speaks for it."""

    layout: Layout
    evidence: str


def detect(text: str) -> Detected:
    """Find the layout of a source's text.

    Raises:
        NotATranscript: the text is empty, or no layout's marks stand in it.
    """
    if not head_lines(text):
        raise NotATranscript("empty file" if not text.strip() else f"no words in the first {LOOKED_AT:,} characters")
    for layout in LAYOUTS:
        if marks := layout.evidence(text):
            return Detected(layout, marks)
    raise NotATranscript(_what_it_is(text), hint="see README for the layouts that are read")


_FEWEST_NAMED = 2  # lines that say who speaks


def _what_it_is(text: str) -> str:
    """Say why a text is no transcript, as far as its first lines tell."""
    lines = head_lines(text)
    if lines[0].startswith(("{", "[{")):
        return "rows of data, not a transcript"
    if is_html(text):
        return "a page without the marks of a transcript"
    named = sum(is_operator(line) or is_name(line) or form_of(line) is not None for line in lines)
    if named < _FEWEST_NAMED:
        return (
            f"no transcript: none of the first {len(lines)} lines says who speaks"
            if len(lines) > 1
            else "no transcript: nothing says who speaks"
        )
    return f"no known transcript layout: the marks of none of {len(LAYOUTS)} stand in it"

"""Which layout is this source in, and on what evidence?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from indexer.errors import NotATranscript
from indexer.formats import Draft, motley_fool_html, motley_fool_text, seeking_alpha_text

__all__ = ["LAYOUTS", "Detected", "Layout", "detect"]


class Layout(Protocol):
    """What a module of `indexer.formats` offers."""

    NAME: str

    def evidence(self, text: str) -> str: ...

    def split(self, text: str) -> tuple[str, ...]: ...

    def parse(self, text: str) -> Draft: ...


# The most particular marks first: a page's text may hold what marks a text.
LAYOUTS: tuple[Layout, ...] = (motley_fool_html, motley_fool_text, seeking_alpha_text)


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
    if not text.strip():
        raise NotATranscript("empty file")
    for layout in LAYOUTS:
        if marks := layout.evidence(text):
            return Detected(layout, marks)
    raise NotATranscript(
        "no known transcript layout: neither Motley Fool headers nor Seeking Alpha rosters stand in it",
        hint="see README for the layouts that are read",
    )

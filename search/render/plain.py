"""How does an answer look in a pipe? A line a hit, as grep prints, then a line a facet value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TextIO

from indexer.printable import printable
from search.results import Hit, Page

__all__ = ["Spoken", "speaker_in_words", "totals", "write_hits", "write_line", "write_plain"]


def write_line(out: TextIO, *cells: object) -> None:
    """Write cells with tabs between as one line, whatever they hold: line ends, tabs and what a terminal would obey become escapes."""
    out.write("\t".join(printable(str(cell)) for cell in cells) + "\n")


class Spoken(Protocol):
    """What somebody says, as a hit or a turn of an exchange."""

    @property
    def speaker(self) -> str:
        """Who says it."""

    @property
    def role(self) -> str:
        """What they are."""

    @property
    def firm(self) -> str | None:
        """An analyst's employer."""


def write_plain(page: Page, out: TextIO) -> None:
    """Write `CALL:TURN: Speaker (Role, Firm): snippet` for each hit, and `field<TAB>value<TAB>turns<TAB>calls` for each facet value.

    A question above its answer has `-` for `:`, as lines around a match have in grep.
    """
    write_hits(page.hits, out)
    for field, values in page.facets.items():
        for value in values:
            write_line(out, field, value.value or "", value.turns, value.calls)


def write_hits(hits: Iterable[Hit], out: TextIO) -> None:
    """Write a line a hit, and above an answer a line for its question if it has it."""
    for hit in hits:
        if hit.question:
            about = f"{hit.question.speaker} ({hit.question.firm})" if hit.question.firm else hit.question.speaker
            write_line(out, f"{hit.call}-{hit.question.turn}- {about}: {hit.question.snippet.text}")
        write_line(out, f"{hit.call}:{hit.turn}: {speaker_in_words(hit)}: {hit.snippet.text}")


def speaker_in_words(said: Spoken) -> str:
    """Say who speaks: `Jane Roe (CFO)`, `Sam Poe (Analyst, Pell & Harrow)`."""
    about = ", ".join(filter(None, (said.role if said.role != said.speaker else None, said.firm)))
    return f"{said.speaker} ({about})" if about else said.speaker


def totals(page: Page) -> str:
    """Say how much matched: `7 turns in 5 calls`."""
    turns = "1 turn" if page.turns == 1 else f"{page.turns:,} turns"
    return f"{turns} in {page.calls:,} {'call' if page.calls == 1 else 'calls'}"

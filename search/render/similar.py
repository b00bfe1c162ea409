"""How do similar passages look? As hits do."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console

from search.render.plain import write_hits
from search.render.screen import Screen
from search.render.terminal import hit_table, width_of
from search.similar import Similar

__all__ = ["print_similar", "similar_totals", "write_plain_similar"]


def print_similar(similar: Similar, console: Console | None = None) -> None:
    """Print the turns as a table, the telling words marked; it fits 80 columns."""
    console = console or Screen()
    if similar.hits:
        console.print(hit_table(similar.hits, width_of(console)))


def write_plain_similar(similar: Similar, out: TextIO) -> None:
    """Write a line a turn, as for hits."""
    write_hits(similar.hits, out)


def similar_totals(similar: Similar) -> str:
    """Say what was looked for, and how much is shown."""
    turns = "1 turn" if len(similar.hits) == 1 else f"{len(similar.hits)} turns"
    return f"{turns} like turn {similar.turn} of {similar.call}, {similar.speaker}"

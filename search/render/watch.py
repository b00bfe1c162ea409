"""How does what is new in watches look? At a terminal a heading a call with its best hits; in a pipe a line a hit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.text import Text

from search.render.plain import speaker_in_words
from search.render.terminal import marked
from search.watch import WatchedCall, WatchNews

__all__ = ["print_watches", "write_plain_watches"]

_WIDEST = 120


def print_watches(found: Iterable[WatchNews], console: Console | None = None) -> None:
    """Print by watch and call how many turns are new, and the best of them; it fits 80 columns."""
    console = console or Console()
    width = min(console.width, _WIDEST)
    for news in found:
        if not news.calls:
            continue
        console.print(Text(f"{news.watch.name}: {news.watch.query}", style="bold"), width=width)
        for call in news.calls:
            console.print(_heading(call), width=width)
            for hit in call.hits:
                line = Text("    ").append(f"[{hit.turn}] ", style="cyan").append(f"{speaker_in_words(hit)}: ", style="dim")
                console.print(line.append_text(marked(hit.snippet)), width=width)
        console.print()


def _heading(call: WatchedCall) -> Text:
    about = " · ".join(filter(None, (call.company, call.period, call.date)))
    return Text(f"  {call.call}  ", style="cyan").append(f"{about}: {call.turns:,} new", style="not bold")


def write_plain_watches(found: Iterable[WatchNews], out: TextIO) -> None:
    """Write `watch<TAB>CALL:TURN: Speaker (Role, Firm): snippet` for the best new turns of each call."""
    for news in found:
        for call in news.calls:
            out.writelines(f"{news.watch.name}\t{hit.call}:{hit.turn}: {speaker_in_words(hit)}: {hit.snippet.text}\n" for hit in call.hits)

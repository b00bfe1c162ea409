"""How does what is new in watches look? At a terminal a heading a call with its best hits; in a pipe a line a hit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from rich.console import Console
from rich.text import Text

from search.render.plain import speaker_in_words, write_line
from search.render.screen import Screen
from search.render.terminal import marked, width_of
from search.watch import Watch, WatchedCall, WatchNews, WatchRun

__all__ = ["news_in_words", "print_watches", "write_plain_list", "write_plain_watches"]


def print_watches(run: WatchRun, console: Console | None = None) -> None:
    """Print by watch and call how many turns are new, and the best of them; it fits 80 columns."""
    console = console or Screen()
    width = width_of(console)
    for news in run.watches:
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


def write_plain_watches(run: WatchRun, out: TextIO) -> None:
    """Write `watch<TAB>CALL:TURN: Speaker (Role, Firm): snippet` for the best new turns of each call, and how many more it has."""
    for news in run.watches:
        for call in news.calls:
            for hit in call.hits:
                write_line(out, news.watch.name, f"{hit.call}:{hit.turn}: {speaker_in_words(hit)}: {hit.snippet.text}")
            if call.turns > len(call.hits):
                write_line(out, news.watch.name, f"{call.call}: {call.turns - len(call.hits):,} more")


def news_in_words(news: WatchNews) -> str:
    """Say how much is new in a watch: `7 new turns in 5 calls`."""
    if not news.turns:
        return "nothing new"
    turns = "1 new turn" if news.turns == 1 else f"{news.turns:,} new turns"
    return f"{turns} in {len(news.calls):,} {'call' if len(news.calls) == 1 else 'calls'}"


def write_plain_list(watches: Iterable[Watch], out: TextIO) -> None:
    """Write what each watch asks: `tariffs<TAB>tariffs OR duties<TAB>role: CFO; since: 2022-01-01`."""
    for watch in watches:
        write_line(out, *_parts(watch))


def _parts(watch: Watch) -> Iterator[str]:
    narrowed = [f"{name}: {', '.join(values)}" for name, values in watch.all_filters().items()]
    if watch.synonyms:
        narrowed.append("with synonyms" if watch.synonyms is True else f"with synonyms of {watch.synonyms}")
    return filter(None, (watch.name, watch.query, "; ".join(narrowed)))

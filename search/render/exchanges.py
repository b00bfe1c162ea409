"""How do exchanges look? At a terminal the question with its answers; in a pipe a line a turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from search.exchanges import Exchange, ExchangePage, Said
from search.render.plain import speaker_in_words, write_line
from search.render.screen import Screen
from search.render.terminal import count_table, marked, width_of

__all__ = ["exchange_totals", "print_exchanges", "write_plain_exchanges"]


def print_exchanges(page: ExchangePage, console: Console | None = None, *, full: bool = False) -> None:
    """Print each exchange under a heading, its turns in order, then each facet as a table; it fits 80 columns.

    Args:
        page: What to print.
        console: Where; standard output if not given.
        full: Whether to print all that was said instead of excerpts.
    """
    console = console or Screen()
    width = width_of(console)
    for hit in page.hits:
        console.print(_heading(hit), width=width)
        for said in _in_order(hit):
            console.print(_who(said), width=width)
            paragraphs = [Text(part) for part in said.text.split("\n")] if full else [marked(said.snippet)]
            for paragraph in paragraphs:
                console.print(Padding(paragraph, (0, 0, 0, 4)), width=width)
        for evidence in hit.evidence:
            console.print(Text(f"cue: {evidence.in_words()}", style="dim italic"), width=width)
        console.print()
    for field, values in page.facets.items():
        console.print(count_table(field, ("exchanges", "calls"), values, width))


def _heading(hit: Exchange) -> Text:
    about = " · ".join(filter(None, (hit.company, hit.period, hit.date)))
    return Text(f"{hit.call}  ", style="bold cyan").append(f"{about} · exchange {hit.exchange}", style="not bold")


def _in_order(hit: Exchange) -> list[Said]:
    return sorted((*hit.questions, *hit.answers), key=lambda said: said.turn)


def _who(said: Said) -> Text:
    letter = "Q" if said.kind == "question" else "A"
    text = Text(f"{letter} [{said.turn}] ", style="cyan").append(said.speaker, style="bold")
    about = said.firm or (said.role if said.role != said.speaker else None)
    return text.append(f", {about}", style="not bold") if about else text


def write_plain_exchanges(page: ExchangePage, out: TextIO, *, full: bool = False) -> None:
    """Write `CALL:TURN: Speaker (Role, Firm): snippet` for each turn, `CALL:N: cue: …` for evidence in exchange N, and an empty line.

    Facets follow as `field<TAB>value<TAB>exchanges<TAB>calls`.
    """
    for hit in page.hits:
        for line in _lines(hit, full):
            write_line(out, line)
        out.write("\n")
    for field, values in page.facets.items():
        for value in values:
            write_line(out, field, value.value or "", value.exchanges, value.calls)


def _lines(hit: Exchange, full: bool) -> Iterator[str]:
    for said in _in_order(hit):
        text = said.text.replace("\n", " ") if full else said.snippet.text
        yield f"{hit.call}:{said.turn}: {speaker_in_words(said)}: {text}"
    for evidence in hit.evidence:
        yield f"{hit.call}:{hit.exchange}: cue: {evidence.in_words()}"


def exchange_totals(page: ExchangePage) -> str:
    """Say how much matched: `7 exchanges in 5 calls`."""
    exchanges = "1 exchange" if page.exchanges == 1 else f"{page.exchanges:,} exchanges"
    return f"{exchanges} in {page.calls:,} {'call' if page.calls == 1 else 'calls'}"

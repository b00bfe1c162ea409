"""How do first and last mentions look? At a terminal a table of companies; in a pipe two lines a company."""

from __future__ import annotations

from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from search.first import CompanyMentions, Firsts, raised_by
from search.render.plain import write_line
from search.render.screen import Screen
from search.render.terminal import width_of
from search.results import Hit

__all__ = ["first_totals", "print_firsts", "write_plain_firsts"]

_UNKNOWN = "somebody else"


def print_firsts(firsts: Firsts, console: Console | None = None) -> None:
    """Print a row a company: when and by whom it was said first and last; it fits 80 columns. Nothing if there is none."""
    console = console or Screen()
    if not firsts.companies:
        return
    table = Table(box=box.SIMPLE_HEAD, width=width_of(console), pad_edge=False, show_edge=False)
    table.add_column("Company", max_width=20)
    table.add_column("First", ratio=1)
    table.add_column("Last", max_width=22)
    table.add_column("calls", justify="right")
    for company in firsts.companies:
        table.add_row(_name(company), _first(company.first), _last(company.last), f"{company.calls:,}")
        table.add_section()
    console.print(table)


def _name(company: CompanyMentions) -> Text:
    text = Text(company.company, style="bold")
    return text.append(f"\n{company.ticker}", style="not bold") if company.ticker else text


def _first(hit: Hit) -> Text:
    text = Text(f"{hit.date or 'no date'}  {hit.call} turn {hit.turn}\n", style="cyan")
    text.append(f"raised by {raised_by(hit.kind, hit.role) or _UNKNOWN}: {hit.speaker}, {hit.firm or hit.role}\n", style="dim")
    start = len(text)
    text.append(hit.snippet.text, style="default")
    for begins, ends in hit.snippet.matches:
        text.stylize("bold yellow", start + begins, start + ends)
    return text


def _last(hit: Hit) -> Text:
    return Text(f"{hit.date or 'no date'}\n{hit.call} turn {hit.turn}\n{hit.speaker}")


def write_plain_firsts(firsts: Firsts, out: TextIO) -> None:
    """Write `company<TAB>first|last<TAB>date<TAB>call:turn<TAB>raised by<TAB>speaker<TAB>snippet` for each company's two mentions."""
    for company in firsts.companies:
        for which, hit in (("first", company.first), ("last", company.last)):
            place, who = f"{hit.call}:{hit.turn}", raised_by(hit.kind, hit.role) or ""
            write_line(out, company.company, which, hit.date or "", place, who, hit.speaker, hit.snippet.text)


def first_totals(firsts: Firsts) -> str:
    """Say how much matched: `7 turns in 5 calls of 3 companies`."""
    turns = "1 turn" if firsts.turns == 1 else f"{firsts.turns:,} turns"
    calls = "1 call" if firsts.calls == 1 else f"{firsts.calls:,} calls"
    return f"{turns} in {calls} of {'1 company' if firsts.total == 1 else f'{firsts.total:,} companies'}"

"""How does news of a call look? At a terminal two tables; in a pipe a line a term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from search.news import Compared, News, NewTerm
from search.render.plain import write_line
from search.render.screen import Screen
from search.render.terminal import marked, width_of

__all__ = ["compared_in_words", "print_news", "write_plain_news"]


def print_news(news: News, console: Console | None = None) -> None:
    """Print what is new, then what was dropped: each term with its counts and where it is said; it fits 80 columns."""
    console = console or Screen()
    width = width_of(console)
    console.print(Text(f"{news.call}  {' · '.join(filter(None, (news.company, news.period, news.date)))}", style="bold"), soft_wrap=True)
    for title, terms in (("new", news.terms), ("dropped", news.dropped)):
        if terms:
            console.print(_table(title, terms, width))


def _table(title: str, terms: Sequence[NewTerm], width: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, width=width, pad_edge=False, show_edge=False)
    table.add_column(title, max_width=22)
    for side in ("here", "before", "others"):
        table.add_column(side, justify="right", no_wrap=True)
    table.add_column("What was said", ratio=1)
    for term in terms:
        counts = (f"{term.count:,}", _count(term.earlier, term.earlier_rate), _count(term.others, term.others_rate))
        place = Text(f"{term.call} turn {term.turn}, {term.speaker}: ", style="dim")
        table.add_row(Text(term.text, style="bold"), *counts, place.append_text(marked(term.snippet)))
    return table


def _count(count: int, rate: float | None) -> str:
    return "–" if rate is None else f"{count:,}"


def write_plain_news(news: News, out: TextIO) -> None:
    """Write `new|dropped<TAB>term<TAB>here<TAB>before<TAB>others<TAB>score<TAB>call:turn<TAB>snippet` for each term."""
    for kind, terms in (("new", news.terms), ("dropped", news.dropped)):
        for term in terms:
            counts = (term.count, term.earlier, term.others, f"{term.score:.1f}")
            write_line(out, kind, term.text, *counts, f"{term.call}:{term.turn}", term.snippet.text)


def compared_in_words(news: News) -> str:
    """Say what a call was compared with."""
    earlier = _calls(news.earlier, "earlier call of the company", "earlier calls of the company")
    others = _calls(news.others, "other company's call of the period", "other companies' calls of the period")
    return f"{news.words:,} words against {earlier} and {others}"


def _calls(compared: Compared, one: str, several: str) -> str:
    return f"{compared.calls:,} {one if compared.calls == 1 else several} ({compared.words:,} words)" if compared.calls else f"no {one}"

"""How does a trend look? At a terminal a table with bars; in a pipe a line a period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from search.trends import TrendPoint, Trends

__all__ = ["bar", "print_trends", "trend_totals", "write_plain_trends"]

_BAR_CELLS = 24
_EIGHTHS = " ▏▎▍▌▋▊▉"
_NOT_KNOWN = "(not known)"


def print_trends(trends: Trends, console: Console | None = None, most: int = 8) -> None:
    """Print a table of periods, one for each value of the field that is told apart, with bars; it fits 80 columns.

    Args:
        trends: What to print.
        console: Where; standard output if not given.
        most: Values to show; a line says how many more there are.
    """
    console = console or Console()
    series = [(value, tuple(points)) for value, points in groupby(trends.points, key=lambda point: point.value)]
    largest = max((_worth(point) or 0 for point in trends.points), default=0)
    for value, points in series[:most]:
        console.print(_table(trends, value, points, largest))
        console.print()
    if len(series) > most:
        console.print(Text(f"and {len(series) - most:,} more values of {trends.per}; see them with --limit, --csv or --json", style="dim"))


def _table(trends: Trends, value: str | None, points: Sequence[TrendPoint], largest: float) -> Table:
    title = Text(value or "(none)", style="bold") if trends.per else None
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, title=title, title_justify="left")
    table.add_column(trends.by, no_wrap=True, style="cyan")
    for name in ("calls", "of", "turns", "mentions", "per 1,000"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, min_width=_BAR_CELLS)
    for point in points:
        table.add_row(point.period or _NOT_KNOWN, *_cells(point, largest))
    return table


def _cells(point: TrendPoint, largest: float) -> Iterator[Text]:
    if point.calls_total is None:
        yield from (Text(""),) * 5
        yield Text("no calls", style="dim")
        return
    yield from (Text("–" if count is None else f"{count:,}") for count in (point.calls, point.calls_total, point.turns, point.mentions))
    yield Text("–" if point.per_thousand is None else f"{point.per_thousand:.3f}")
    yield Text(bar(_worth(point) or 0, largest), style="green")


def _worth(point: TrendPoint) -> float | None:
    """What bars show: mentions per 1,000 words, or turns where nothing is said."""
    return point.turns if point.mentions is None else point.per_thousand


def bar(worth: float, largest: float) -> str:
    """Draw a bar of eighths of a cell, as long as worth is of the largest; what is more than nothing is seen."""
    eighths = round(8 * _BAR_CELLS * worth / largest) if largest else 0
    eighths = max(eighths, 1 if worth > 0 else 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def write_plain_trends(trends: Trends, out: TextIO) -> None:
    """Write `value<TAB>period<TAB>turns<TAB>calls<TAB>mentions<TAB>words<TAB>calls_total<TAB>per_thousand` for each point.

    What is not known, or not there, is empty; the value is left out if no field is told apart.
    """
    for table in trends.tables():
        for value, *cells in table.rows:
            shown = (value, *cells) if trends.per else cells
            out.write("\t".join("" if cell is None else f"{cell:.4f}" if isinstance(cell, float) else str(cell) for cell in shown) + "\n")


def trend_totals(trends: Trends) -> str:
    """Say how much matched in all."""
    mentions = sum(point.mentions or 0 for point in trends.points)
    periods = len({point.period for point in trends.points if point.turns})
    said = f"{mentions:,} mentions in " if any(point.mentions is not None for point in trends.points) else ""
    return f"{said}{trends.turns:,} {'turn' if trends.turns == 1 else 'turns'}, {periods} {trends.by}{'' if periods == 1 else 's'}"

"""How does a trend look? At a terminal a table with bars; in a pipe a line a period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from search.render.plain import write_line
from search.render.screen import Screen
from search.trends import TrendPoint, Trends

__all__ = ["bar", "print_trends", "trend_totals", "write_plain_trends"]

_BAR_CELLS = 24
_BETWEEN = 2  # columns are so far apart
_EIGHTHS = " ▏▎▍▌▋▊▉"
_NOT_KNOWN = "(not known)"
_NO_CALLS = "no calls"
_HEADER = ("calls", "of", "turns", "mentions", "per 1,000")


def print_trends(trends: Trends, console: Console | None = None, most: int = 8) -> None:
    """Print a table of periods, one for each value of the field that is told apart, with bars; it fits 80 columns.

    Bars are as long as figures are of the largest that is shown. They get shorter where figures are long: these are never cut.

    Args:
        trends: What to print.
        console: Where; standard output if not given.
        most: Values to show; a line says how many more there are.
    """
    console = console or Screen()
    series = [(value, tuple(points)) for value, points in groupby(trends.points, key=lambda point: point.value)]
    shown = [point for _, points in series[:most] for point in points]
    largest = max((_worth(point) or 0 for point in shown), default=0)
    widths = [max(map(len, column)) for column in zip((trends.by, *_HEADER), *map(_figures, shown), strict=True)]
    cells = max(min(console.width - sum(widths) - _BETWEEN * len(widths), _BAR_CELLS), len(_NO_CALLS))
    for value, points in series[:most]:
        console.print(_table(trends, value, points, lambda point: bar(_worth(point) or 0, largest, cells), (*widths, cells)))
        console.print()
    if left := len(series) - len(series[:most]):
        values = "value" if left == 1 else "values"
        console.print(Text(f"and {left:,} more {values} of {trends.per}; see them with --limit, --csv or --json", style="dim"))


def _table(
    trends: Trends, value: str | None, points: Sequence[TrendPoint], draw: Callable[[TrendPoint], str], widths: Sequence[int]
) -> Table:
    title = Text(value or "(none)", style="bold") if trends.per else None
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True, title=title, title_justify="left")
    period, *figures, bars = widths
    table.add_column(trends.by, no_wrap=True, style="cyan", min_width=period)
    for name, width in zip(_HEADER, figures, strict=True):
        table.add_column(name, justify="right", no_wrap=True, min_width=width)
    table.add_column("", no_wrap=True, min_width=bars)
    for point in points:
        last = Text(_NO_CALLS, style="dim") if point.calls_total is None else Text(draw(point), style="green")
        table.add_row(*_figures(point), last)
    return table


def _figures(point: TrendPoint) -> tuple[str, ...]:
    """Give the period and what is counted in it: empty where there are no calls, a dash for what is not known."""
    period = point.period or _NOT_KNOWN
    if point.calls_total is None:
        return (period, *("" for _ in _HEADER))
    counts = (point.calls, point.calls_total, point.turns, point.mentions)
    share = "–" if point.per_thousand is None else f"{point.per_thousand:,.3f}"
    return (period, *("–" if count is None else f"{count:,}" for count in counts), share)


def _worth(point: TrendPoint) -> float | None:
    """What bars show: mentions per 1,000 words, or turns where nothing is said."""
    return point.turns if point.mentions is None else point.per_thousand


def bar(worth: float, largest: float, cells: int = _BAR_CELLS) -> str:
    """Draw a bar of eighths of a cell, as long as worth is of the largest; what is more than nothing is seen."""
    eighths = round(8 * cells * worth / largest) if largest else 0
    eighths = max(eighths, 1 if worth > 0 else 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def write_plain_trends(trends: Trends, out: TextIO) -> None:
    """Write `value<TAB>period<TAB>turns<TAB>calls<TAB>mentions<TAB>words<TAB>calls_total<TAB>per_thousand` for each point.

    What is not known, or not there, is empty; the value is left out if no field is told apart.
    """
    for table in trends.tables():
        for value, *cells in table.rows:
            shown = (value, *cells) if trends.per else cells
            write_line(out, *("" if cell is None else f"{cell:.4f}" if isinstance(cell, float) else cell for cell in shown))


def trend_totals(trends: Trends) -> str:
    """Say how much matched in all."""
    mentions = sum(point.mentions or 0 for point in trends.points)
    periods = len({point.period for point in trends.points if point.turns and point.period})
    is_said = any(point.mentions is not None for point in trends.points)
    said = f"{mentions:,} {'mention' if mentions == 1 else 'mentions'} in " if is_said else ""
    return f"{said}{trends.turns:,} {'turn' if trends.turns == 1 else 'turns'}, {periods} {trends.by}{'' if periods == 1 else 's'}"

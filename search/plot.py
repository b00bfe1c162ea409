"""How does a trend look as a chart? A line a value, broken where there are no calls."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from math import nan
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from indexer.errors import InvalidValue, MissingExtra
from indexer.printable import printable
from search.trends import TrendPoint, Trends, period_name, period_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_trends"]

_MOST_SERIES = 8
_SUFFIXES = (".svg", ".png")
# Okabe and Ito's palette, which those who see colours differently can tell apart.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999933")
_MARKERS = "osD^vP*X"
_MOST_LARGE_MARKS = 60  # periods; of more, markers of full size run into each other

# How many characters stand side by side in a chart of nine inches, in the size of each.
_SIZE = (9, 4.8)
_TITLE_CHARS = 80
_TITLE_CHARS_BESIDE_LEGEND = 50
_NOTE_CHARS = 140
_LEGEND_CHARS = 28
_AXIS_CHARS = 88
_AXIS_CHARS_BESIDE_LEGEND = 64
_MOST_LINES = 2  # of title and footnote: a query and its filters can be longer than the chart is high

# Between labelled periods: what parts years, or groups them, so that labels are the same time of the year.
_STEPS = {"quarter": (1, 2, 4, 8, 20, 40), "year": (1, 2, 5, 10), "month": (1, 2, 3, 6, 12, 24, 60, 120)}

_Series = tuple[str | None, Sequence[TrendPoint]]


def plot_trends(trends: Trends, file: str | os.PathLike[str]) -> int:
    """Draw a chart: mentions per 1,000 words by period, or turns where nothing is said.

    The file appears with all of its bytes, or not at all; the same trends give the same file.

    Args:
        trends: What to draw; of its values the first eight.
        file: Ends with .svg or .png; its folder is made.

    Returns:
        How many values were left out.

    Raises:
        InvalidValue: the file's name ends otherwise, it cannot be written, or there is nothing to draw.
        MissingExtra: matplotlib is not installed.
    """
    path = Path(file)
    if path.suffix.lower() not in _SUFFIXES:
        raise InvalidValue(f"{path}: charts are SVG or PNG", hint="end the name with .svg or .png")
    try:
        from matplotlib import rc_context  # here: it takes a second, and few have it
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("charts need matplotlib", hint="pip install 'earful[plot]'") from error
    dated = [point for point in trends.points if point.period]
    if not dated:
        raise InvalidValue("there is no period to draw", hint="see earful trends without --plot")
    series = [(value, tuple(points)) for value, points in groupby(dated, key=lambda point: point.value)]
    figure = Figure(figsize=_SIZE, layout="constrained")
    _draw(figure.add_subplot(), trends, series[:_MOST_SERIES])
    # A `$` in a query or a firm is a dollar: two of them would make a formula.
    note = _fitted(" · ".join(_notes(trends, series)), _NOTE_CHARS)
    figure.supxlabel(note, x=0.01, ha="left", fontsize="x-small", color="#555555", parse_math=False)
    if trends.per:
        legend = figure.legend(loc="outside right upper", frameon=False, fontsize="small", title=trends.per, alignment="left")
        for text in legend.get_texts():
            text.set_parse_math(False)
    with rc_context({"svg.hashsalt": "earful"}):  # else ids within the file are drawn by lot
        _save(figure, path)
    return max(len(series) - _MOST_SERIES, 0)


def _draw(axes: Axes, trends: Trends, series: Sequence[_Series]) -> None:
    """Draw the lines, on a scale of time without leaps."""
    numbers = [period_number(point.period or "", trends.by) for _, points in series for point in points]
    first, last = min(numbers), max(numbers)
    size = 4 if last - first < _MOST_LARGE_MARKS else 2
    for (value, points), colour, marker in zip(series, _COLOURS, _MARKERS, strict=False):
        places = [period_number(point.period or "", trends.by) for point in points]
        label = _cut(value or "(none)", _LEGEND_CHARS)
        # Nothing is clipped: marks at zero would be cut in half.
        axes.plot(places, [_height(point) for point in points], color=colour, marker=marker, markersize=size, label=label, clip_on=False)
    ticks = _ticks(first, last, trends.by, _AXIS_CHARS_BESIDE_LEGEND if trends.per else _AXIS_CHARS)
    axes.set_xticks(ticks, [period_name(tick, trends.by) for tick in ticks])
    margin = max(0.5, (last - first) / 50)
    axes.set_xlim(first - margin, last + margin)
    axes.set_ylim(0, None if any(_height(point) > 0 for _, points in series for point in points) else 1)
    in_turns = _is_in_turns(trends)
    axes.locator_params(axis="y", integer=in_turns)
    axes.yaxis.set_major_formatter("{x:,.0f}" if in_turns else "{x:,g}")
    axes.set_ylabel("turns" if in_turns else "mentions per 1,000 words")
    title = _fitted(trends.query, _TITLE_CHARS_BESIDE_LEGEND if trends.per else _TITLE_CHARS)
    axes.set_title(title, loc="left", fontweight="bold", parse_math=False)
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def _ticks(first: int, last: int, by: str, chars: int) -> list[int]:
    """Choose the periods that get a label, so that no two labels touch.

    Args:
        first, last: Numbers of periods.
        by: What a period is.
        chars: How many characters of labels there is room for, the space between them included.
    """
    most = chars // (len(period_name(first, by)) + 2)
    for step in _STEPS[by]:
        ticks = [number for number in range(first, last + 1) if number % step == 0]
        if len(ticks) <= most:
            return ticks
    return ticks[:: -(-len(ticks) // most)]


def _is_in_turns(trends: Trends) -> bool:
    return all(point.mentions is None for point in trends.points)


def _height(point: TrendPoint) -> float:
    """Give the height at a period, not a number where there are no calls: a line breaks there."""
    if point.turns is None:
        return nan
    return float(point.turns) if point.mentions is None else point.per_thousand or 0.0


def _notes(trends: Trends, series: Sequence[_Series]) -> Iterator[str]:
    """Say what a reader of the chart alone must know: by what, which filters, what is not drawn, of which index."""
    yield f"by {'calendar' if trends.calendar else 'fiscal'} {trends.by}"
    if len(series) > _MOST_SERIES:
        yield f"{_MOST_SERIES} of {len(series):,} values of {trends.per}"
    if any(point.period is None for point in trends.points):
        yield f"without calls whose {'date' if trends.calendar else 'period'} is not known"
    yield f"index generation {trends.about.generation}"
    yield from (f"{name}: {', '.join(values)}" for name, values in trends.about.filters.items())


def _fitted(text: str, chars: int) -> str:
    return fill(printable(text), chars, max_lines=_MOST_LINES, placeholder=" …")


def _cut(text: str, chars: int) -> str:
    text = printable(text)
    return text if len(text) <= chars else f"{text[: chars - 1]}…"


def _save(figure: Figure, path: Path) -> None:
    form = path.suffix.lower()[1:]
    draft = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(draft, format=form, dpi=150, metadata={"Date": None} if form == "svg" else None)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise InvalidValue(f"{path} cannot be written ({error.strerror or error})", hint="choose another file") from error

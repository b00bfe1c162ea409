"""How does a trend look as a chart? A line a value, broken where there are no calls."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby
from math import nan
from pathlib import Path

from indexer.errors import InvalidValue, MissingExtra
from search.trends import TrendPoint, Trends

__all__ = ["plot_trends"]

_MOST_SERIES = 8
_MOST_LABELS = 14
_SUFFIXES = (".svg", ".png")
# Okabe and Ito's palette, which those who see colours differently can tell apart.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999933")
_MARKERS = "osD^vP*X"


def plot_trends(trends: Trends, file: str | os.PathLike[str]) -> int:
    """Draw a chart: mentions per 1,000 words by period, or turns where nothing is said.

    Args:
        trends: What to draw; of its values the first eight.
        file: Ends with .svg or .png.

    Returns:
        How many values were left out.

    Raises:
        InvalidValue: the file's name ends otherwise, or there is nothing to draw.
        MissingExtra: matplotlib is not installed.
    """
    path = Path(file)
    if path.suffix.lower() not in _SUFFIXES:
        raise InvalidValue(f"{path}: charts are SVG or PNG", hint="end the name with .svg or .png")
    try:
        from matplotlib.figure import Figure  # here: it takes a second, and few have it
    except ImportError as error:
        raise MissingExtra("charts need matplotlib", hint="pip install 'earful[plot]'") from error
    dated = [point for point in trends.points if point.period]
    if not dated:
        raise InvalidValue("there is no period to draw", hint="see earful trends without --plot")
    periods = sorted({point.period or "" for point in dated})
    series = [(value, list(points)) for value, points in groupby(dated, key=lambda point: point.value)]
    figure = Figure(figsize=(9, 4.8), layout="constrained")
    axes = figure.add_subplot()
    for number, (value, points) in enumerate(series[:_MOST_SERIES]):
        heights = _heights(points, periods)
        axes.plot(range(len(periods)), heights, color=_COLOURS[number], marker=_MARKERS[number], markersize=4, label=value or "(none)")
    step = -(-len(periods) // _MOST_LABELS)
    axes.set_xticks(range(0, len(periods), step), periods[::step])
    axes.set_ylim(bottom=0)
    axes.set_ylabel("turns" if dated[0].mentions is None and not any(point.mentions for point in dated) else "mentions per 1,000 words")
    axes.set_title(trends.query, loc="left", fontweight="bold")
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if trends.per:
        axes.legend(frameon=False, fontsize="small", title=trends.per)
    figure.text(0.01, -0.02, _footnote(trends), fontsize="x-small", color="#555555", va="top")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches="tight", dpi=150, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
    return max(len(series) - _MOST_SERIES, 0)


def _heights(points: Sequence[TrendPoint], periods: Sequence[str]) -> list[float]:
    """Give the height at each period, not a number where there are no calls: a line breaks there."""
    of_period = {point.period: point for point in points}
    return [_height(of_period.get(period)) for period in periods]


def _height(point: TrendPoint | None) -> float:
    if point is None or point.turns is None:
        return nan
    return float(point.turns) if point.mentions is None else point.per_thousand or 0.0


def _footnote(trends: Trends) -> str:
    kind = "calendar" if trends.calendar else "fiscal"
    filters = "; ".join(f"{name}: {', '.join(values)}" for name, values in trends.about.filters.items())
    return " · ".join(filter(None, (f"by {kind} {trends.by}", filters, f"index generation {trends.about.generation}")))

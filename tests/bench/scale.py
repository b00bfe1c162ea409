"""Does an answer's cost for each match stay the same while the index grows? A series over sizes, engine by engine, and its plot.

    python -m tests.bench.scale --json tests/bench/scale.json --plot tests/bench/scale.svg
    python -m tests.bench.scale --show tests/bench/scale.json --plot tests/bench/scale.svg

Of each size an index is built with each engine, and the same questions are asked of all sizes: frequent words, middling
words and ORs of three, without filters, each for ten turns with snippets and four facets.

A line is laid through the points (turns that match, median milliseconds to the whole answer) of the questions that an
engine answered at one size; those that match less than ten turns, and so show less than ten snippets, are left out:

    milliseconds = fixed + slope * matches

The slope is the median of the slopes between any two questions, weighted by how far apart their matches are; the fixed
part is the median of what is left of each question. This is the estimate of Theil and Sen, with weights since two questions
of almost as many matches differ by their snippets and not by their matches; a few slow questions do not turn the line, as
they would turn one of least squares.

The cost per match and facet field is `slope / 4`: the whole price of one more match, which is to find, score and count it,
spread over the four facet fields. The fixed milliseconds are the rest: to parse, to open postings, to show ten turns, and
whatever grows with the index and not with the matches.

Snippets are not wholly in the fixed part: to make them takes longer for questions that match more, whatever the size, and
where few turns match in all, that bends the slope. With `make_snippet` replaced by a constant, Earful alone had 9.4, 6.5 and
6.7 ns at 10,000, 40,000 and 170,000 turns; as it is, it had 28.0, 10.7 and 7.5. Engines that take turns slow one another,
too: at 10,000 turns Earful had 21 and 23 ns alone, 32 beside tantivy, 45 beside tantivy and SQLite.

The interval is that of 95% of lines through questions drawn from these with replacement. It tells how questions differ, and
neither the two effects above nor how one run differs from the next. More turns than the corpus has are its calls taken
several times, under other ids: matches grow then, and speakers and companies do not.

Source: Sen, Estimates of the regression coefficient based on Kendall's tau, 1968; Jaeckel, Estimating regression
coefficients by minimizing the dispersion of the residuals, 1972, for the weights; Efron, Bootstrap methods, 1979.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from itertools import accumulate
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.bench.__main__ import _build, _corpus, _count, _engines, _machine, _open_all, _tell
from tests.bench.ask import Ask
from tests.bench.corpus import Corpus
from tests.bench.engines import ENGINES, FACETS, TOP, is_installed
from tests.bench.measure import Asked, ask_all
from tests.bench.queries import make_asks
from tests.bench.report import _table
from tests.bench.vocabulary import Vocabulary, survey

__all__ = ["Cost", "Point", "Series", "cost", "draw", "main", "of_size", "table"]

_SIZES = (10_000, 40_000, 170_000, 500_000, 1_360_000)
_KINDS = ("word, frequent", "word, middling", "or of three")
_NEAR_ENOUGH = 0.05  # of all calls: a size that misses by less is not made by taking half of them one time more
_NS_A_MS = 1_000_000
_DRAWS = 500
_ENDS = (2.5, 97.5)  # percentiles, 95% apart

_Floats = npt.NDArray[np.float64]


# the statistic


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What an engine's answers cost at one size.

    Attributes:
        ns: Nanoseconds per match and facet field; `low` and `high` are the ends of its interval of 95%.
        fixed_ms: Milliseconds of a query, whatever it matches.
    """

    ns: float
    low: float
    high: float
    fixed_ms: float


def cost(matches: Sequence[int], ms: Sequence[float]) -> Cost:
    """Lay a line through questions, as the module says.

    Args:
        matches: Of each question, how many turns it matches.
        ms: Of each question, how long it took.

    Raises:
        ValueError: all questions match as many turns, so that no line is to be had.
    """
    found, taken = np.asarray(matches, dtype=float), np.asarray(ms, dtype=float)
    if len(set(matches)) < 2:
        raise ValueError(f"{len(matches)} questions do not differ in how many turns they match; ask more, or give more time")
    slope = _slope(found, taken)
    low, high = _interval(found, taken) * _NS_A_MS / len(FACETS)
    fixed_ms = float(np.median(taken - slope * found))
    return Cost(ns=slope * _NS_A_MS / len(FACETS), low=float(low), high=float(high), fixed_ms=fixed_ms)


def _slope(found: _Floats, taken: _Floats) -> float:
    """Give the weighted median of the slopes between any two questions of unlike matches."""
    one, other = np.triu_indices(len(found), 1)
    apart, longer = found[other] - found[one], taken[other] - taken[one]
    unlike = apart != 0
    slopes, weights = longer[unlike] / apart[unlike], np.abs(apart[unlike])
    order = np.argsort(slopes)
    reached = np.cumsum(weights[order])
    return float(slopes[order][np.searchsorted(reached, reached[-1] / 2)])


def _interval(found: _Floats, taken: _Floats) -> _Floats:
    """Give the two slopes between which 95 of 100 are, of questions drawn with replacement; the same draws each time."""
    draws = np.random.default_rng(1).integers(len(found), size=(_DRAWS, len(found)))
    slopes = [_slope(found[draw], taken[draw]) for draw in draws if np.ptp(found[draw])]
    return np.percentile(slopes, _ENDS)


# figures


@dataclass(frozen=True, kw_only=True)
class Point:
    """One engine at one size.

    Attributes:
        turns: In the index.
        matches, ms: As `cost` takes them, of the questions that the engine answered in its time.
    """

    turns: int
    engine: str
    version: str
    matches: tuple[int, ...]
    ms: tuple[float, ...]

    @cached_property
    def cost(self) -> Cost:
        """Give what its answers cost."""
        return cost(self.matches, self.ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Everything that a run found.

    Attributes:
        machine: Processors, Python, system, and the load averages before and after.
        repeat, cap: As the run was asked to.
    """

    corpus: str
    machine: Mapping[str, Any]
    repeat: int
    cap: float
    points: tuple[Point, ...]

    def to_json(self) -> str:
        """Write a point a line; the costs are there for those who look, and made anew when it is read."""
        head = {"corpus": self.corpus, "machine": self.machine, "repeat": self.repeat, "cap": self.cap}
        points = ",\n".join(json.dumps({**asdict(point), "cost": asdict(point.cost)}) for point in self.points)
        return f'{json.dumps(head)[:-1]}, "points": [\n{points}\n]}}\n'

    @classmethod
    def from_json(cls, text: str) -> Series:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        return cls(**{**data, "points": tuple(_point(point) for point in data["points"])})


def _point(data: Mapping[str, Any]) -> Point:
    lists = {name: tuple(data[name]) for name in ("matches", "ms")}
    return Point(**{name: value for name, value in data.items() if name != "cost"} | lists)


def table(series: Series) -> str:
    """Draw the figures as Markdown."""
    head = ("turns", "engine", "questions", "ns a match and facet field", "95% from", "to", "fixed ms of a query")
    machine = series.machine
    return (
        f"{series.corpus}; medians of {series.repeat}, {series.cap:g} s an engine and repetition at most.\n"
        f"{machine['processors']} processors, {machine['python']}, {machine['system']};"
        f" load {machine['load_before']:.2f} before and {machine['load_after']:.2f} after.\n\n"
        f"{_table(head, map(_row, series.points), texts=2)}"
    )


def _row(point: Point) -> Iterator[str]:
    yield from (f"{point.turns:,}", f"{point.engine} {point.version}", str(len(point.ms)))
    yield from (f"{number:.2f}" for number in (point.cost.ns, point.cost.low, point.cost.high, point.cost.fixed_ms))


# the plot

_GREY = "#808080"  # a contrast of 3.9 with white and of 4.8 with GitHub's dark page
_COLOURS = {"earful": "#e8590c", "tantivy": "#3b8eea", "sqlite": "#2f9e44", "whoosh": "#ae60d0"}
_INCHES = (7.5, 4.2)
_LABEL_GAP = 0.06  # between labels, of the height of the plot
_STYLE = {
    "svg.fonttype": "none",  # text stays text: small, and in the reader's own font
    "svg.hashsalt": "earful",  # ids, and with them all bytes, are the same for the same figures
    "font.family": "sans-serif",
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color", "grid.color"), _GREY),
}


def draw(series: Series, path: Path) -> None:
    """Draw a line an engine as SVG, both axes logarithmic; a cost that is not above nothing has no place there and is left out."""
    with import_module("matplotlib").rc_context(_STYLE):
        figure = import_module("matplotlib.figure").Figure(figsize=_INCHES, layout="constrained")
        axes = figure.subplots()
        _scale(axes, sorted({point.turns for point in series.points}))
        lines = _lines(series)
        for engine, points in lines.items():
            _line(axes, engine, points)
        _label(axes, {engine: points[-1] for engine, points in lines.items() if points})
        figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})


def _lines(series: Series) -> dict[str, list[Point]]:
    lines: dict[str, list[Point]] = {}
    for point in sorted(series.points, key=lambda point: point.turns):
        lines.setdefault(point.engine, []).extend([point] if point.cost.ns > 0 else [])
    return lines


def _scale(axes: Any, turns: Sequence[int]) -> None:
    ticker = import_module("matplotlib.ticker")
    axes.set(xscale="log", yscale="log", xlabel="turns in the index", ylabel="ns per match and facet field")
    axes.set_xticks(turns, [f"{_rounded(number):,}" for number in turns])
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.yaxis.set_minor_locator(ticker.NullLocator())
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3, linewidth=0.6)


def _rounded(number: int) -> int:
    """Keep three digits: calls are not cut where a size would have it."""
    return round(number, 3 - len(str(number)))


def _line(axes: Any, engine: str, points: Sequence[Point]) -> None:
    turns, costs = [point.turns for point in points], [point.cost for point in points]
    axes.plot(turns, [cost.ns for cost in costs], color=_COLOURS[engine], marker="o", markersize=4, linewidth=2)
    # Where the interval reaches nothing, its bar ends at a tenth of the cost, a decade down: an axis of logarithms has no nothing.
    below = [cost.ns - max(cost.low, cost.ns / 10) for cost in costs]
    above = [cost.high - cost.ns for cost in costs]
    ends = [cost.ns for cost in costs]
    axes.errorbar(turns, ends, yerr=(below, above), fmt="none", ecolor=_COLOURS[engine], elinewidth=1, alpha=0.6)


def _label(axes: Any, last: Mapping[str, Point]) -> None:
    """Write each engine's name behind its line, and no name over another."""
    axes.autoscale_view()  # else heights are those of empty axes
    to_axes = axes.transData + axes.transAxes.inverted()
    floor = 0.0
    for engine, point in sorted(last.items(), key=lambda item: item[1].cost.ns):
        _, height = to_axes.transform((point.turns, point.cost.ns))
        floor = max(floor, height)
        axes.text(1.02, floor, engine, transform=axes.transAxes, color=_COLOURS[engine], va="center", fontweight="bold")
        floor += _LABEL_GAP


# the series


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure or read figures; print, keep and draw them."""
    options = _parser().parse_args(arguments)
    series = Series.from_json(options.show.read_text(encoding="utf-8")) if options.show else _measure(options)
    if options.json:
        options.json.write_text(series.to_json(), encoding="utf-8")
    if options.plot:
        draw(series, options.plot)
    print(table(series))


def _measure(options: argparse.Namespace) -> Series:
    load_before = os.getloadavg()[0]
    whole = _corpus(options)
    turns = [len(call.turns) for call in whole.once()]
    corpora = [of_size(whole, turns, size) for size in options.turns]
    asks = _asks(survey(max(corpora, key=lambda corpus: corpus.limit or 0).once()), options.queries)
    points = [point for corpus in corpora for point in _points(corpus, sum(turns[: corpus.limit]) * corpus.times, asks, options)]
    return Series(
        corpus=whole.name,
        machine={**_machine(), "load_before": load_before, "load_after": os.getloadavg()[0]},
        repeat=options.repeat,
        cap=options.cap,
        points=tuple(points),
    )


def of_size(corpus: Corpus, turns: Sequence[int], size: int) -> Corpus:
    """Take about so many turns of a corpus: its first calls, and all of them several times where there are not enough.

    Args:
        turns: Of each of its calls, how many turns it has.
    """
    times = max(1, ceil(size / sum(turns) - _NEAR_ENOUGH))
    reached = [total * times for total in accumulate(turns)]
    nearest = min(range(len(reached)), key=lambda number: abs(reached[number] - size))
    return replace(corpus, times=times, limit=nearest + 1)


def _asks(vocabulary: Vocabulary, a_kind: int) -> tuple[Ask, ...]:
    """Make the questions of the kinds wanted, and take away their filters."""
    asks = make_asks(vocabulary, a_kind=a_kind)
    return tuple(dict.fromkeys(replace(ask, filters=()) for ask in asks if ask.kind in _KINDS))


def _points(corpus: Corpus, turns: int, asks: Sequence[Ask], options: argparse.Namespace) -> list[Point]:
    """Build and ask at one size; its indices are gone afterwards."""
    _tell(f"{turns:,} turns: {corpus.limit:,} calls, {corpus.times} times")
    with tempfile.TemporaryDirectory(prefix="earful-scale-", dir=options.work) as work:
        builds = [_build(engine, corpus, Path(work), _tell) for engine in options.engines]
        with ExitStack() as stack:
            searchers, _ = _open_all(options.engines, Path(work), stack)
            asked = ask_all(searchers, asks, repeat=options.repeat, cap=options.cap, tell=_tell)
    return list(_with_a_cost(_figures(turns, build.engine, build.version, asked) for build in builds))


def _with_a_cost(points: Iterable[Point]) -> Iterator[Point]:
    """Leave out, and say so, what an engine that ran out of time answered too little of: the rest of the series is worth keeping."""
    for point in points:
        if len(set(point.matches)) > 1:
            yield point
        else:
            _tell(f"{point.engine} answered too few questions at {point.turns:,} turns: it has no point there")


def _figures(turns: int, engine: str, version: str, asked: Sequence[Asked]) -> Point:
    answered = [one for one in asked if one.turns.get(engine, 0) >= TOP]
    return Point(
        turns=turns,
        engine=engine,
        version=version,
        matches=tuple(one.turns[engine] for one in answered),
        ms=tuple(round(one.ms[engine], 4) for one in answered),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual = [name for name in ("earful", "tantivy", "sqlite") if is_installed(name)]
    parser.add_argument("--engines", type=_engines, default=usual, help=f"of {', '.join(ENGINES)}; as in earful,tantivy")
    parser.add_argument("--turns", type=_sizes, default=_SIZES, metavar="N,N", help="sizes of indices (10000 to 1360000)")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="transcripts to read instead")
    parser.add_argument("--queries", type=_count, metavar="N", default=24, help="questions of each of three kinds (24)")
    parser.add_argument("--repeat", type=_count, metavar="N", default=5, help="ask everything N times (5)")
    parser.add_argument("--cap", type=float, metavar="SECONDS", default=120.0, help="of an engine and repetition (120)")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where indices are built, and removed again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    parser.add_argument("--plot", type=_plot, metavar="FILE", help="draw them as SVG")
    parser.add_argument("--show", type=Path, metavar="FILE", help="measure nothing: print and draw such figures")
    parser.set_defaults(times=1, limit=None)  # the corpus whole
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(_count(number) for number in text.split(",")))


def _plot(text: str) -> Path:
    if find_spec("matplotlib") is None:
        raise argparse.ArgumentTypeError("matplotlib is not installed; pip install -e '.[bench]'")
    return Path(text)


if __name__ == "__main__":
    main()

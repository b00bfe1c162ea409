"""The series over sizes: its statistic finds a known line, its figures keep, and its plot is the same for the same figures."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import pairwise
from math import ceil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bench import __main__ as command
from tests.bench import scale
from tests.bench.corpus import Corpus, invented_corpus
from tests.bench.engines import ENGINES, FACETS
from tests.bench.scale import Point, Series, cost, draw, of_size, table

_FIXED_MS = 1.5
_NS = 5.0  # per match and facet field
_MS_A_MATCH = _NS * len(FACETS) / 1e6
_MOST_SVG_BYTES = 60_000
_FONT_POINTS = 10


def _line(matches: tuple[int, ...], ms_a_match: float = _MS_A_MATCH) -> tuple[float, ...]:
    return tuple(_FIXED_MS + ms_a_match * found for found in matches)


# the statistic


def test_a_line_is_found_as_it_was_drawn() -> None:
    """Of measurements on a line, the slope of one facet field and the height at no match come back; the interval has no width."""
    found = cost((10, 200, 3_000, 3_000, 40_000), _line((10, 200, 3_000, 3_000, 40_000)))
    assert (found.ns, found.low, found.high) == pytest.approx((_NS, _NS, _NS))
    assert found.fixed_ms == pytest.approx(_FIXED_MS)


def test_a_few_long_snippets_do_not_turn_the_line() -> None:
    """One question in five may take far longer than the others, wherever it stands."""
    matches = tuple(range(1_000, 41_000, 1_000))
    ms = tuple(taken + (20 if number % 5 == 4 else 0) for number, taken in enumerate(_line(matches)))
    found = cost(matches, ms)
    assert found.ns == pytest.approx(_NS, rel=0.01)
    assert found.fixed_ms == pytest.approx(_FIXED_MS, rel=0.01)


def test_the_interval_tells_how_sure_it_is() -> None:
    """It holds the true cost, and is wider where questions differ more for other reasons."""
    rng = random.Random(1)
    matches = tuple(rng.randrange(10, 50_000) for _ in range(60))
    noise = [rng.gauss(0, 1) for _ in matches]
    quiet, loud = (cost(matches, [ms + by * off for ms, off in zip(_line(matches), noise, strict=True)]) for by in (0.01, 0.1))
    assert quiet.low < _NS < quiet.high
    assert loud.low < quiet.low < quiet.high < loud.high


def test_there_is_no_line_through_one_place() -> None:
    """Questions that all match as many turns say nothing about the cost of a match."""
    with pytest.raises(ValueError, match="2 questions do not differ"):
        cost((7, 7), (1.0, 2.0))


# sizes


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, list[int]]:
    """Give a dozen invented calls, and how many turns each has."""
    calls = invented_corpus(12, tmp_path_factory.mktemp("corpus"))
    return calls, [len(call.turns) for call in calls]


@pytest.mark.parametrize("share", [0.01, 0.3, 1, 1.4, 2.9, 8])
def test_a_size_is_met_within_a_call(corpus: tuple[Corpus, list[int]], share: float) -> None:
    """Calls are left out or taken several times, so that the turns are as many as wanted, but for a call each time."""
    calls, turns = corpus
    taken = of_size(calls, turns, round(share * sum(turns)))
    assert abs(sum(len(call.turns) for call in taken) - share * sum(turns)) <= taken.times * max(turns)
    assert (taken.path, taken.times) == (calls.path, ceil(share))


def test_a_size_just_above_the_corpus_is_the_corpus(corpus: tuple[Corpus, list[int]]) -> None:
    """Calls are not halved and doubled for a few turns."""
    calls, turns = corpus
    assert of_size(calls, turns, round(1.01 * sum(turns))) == replace(calls, times=1, limit=len(turns))


# figures


@pytest.fixture
def series() -> Series:
    """Give two engines at two sizes, of which the peer's cost grows."""
    matches = (10, 200, 3_000, 5_000)
    point = Point(turns=10_030, engine="earful", version="1", matches=matches, ms=_line(matches))
    peer = replace(point, engine="sqlite", ms=_line(matches, 20 * _MS_A_MATCH))
    large, large_peer = replace(point, turns=1_358_200), replace(peer, turns=1_358_200, ms=_line(matches, 40 * _MS_A_MATCH))
    machine = {"processors": 2, "python": "3", "system": "Linux", "load_before": 0.0, "load_after": 1.0}
    return Series(corpus="calls", machine=machine, repeat=5, cap=60.0, points=(point, peer, large, large_peer))


def test_json_keeps_everything(series: Series) -> None:
    """Figures come back as they were, and those who read them see the costs, a point a line."""
    text = series.to_json()
    assert Series.from_json(text) == series
    assert [round(point["cost"]["ns"]) for point in json.loads(text)["points"]] == [5, 100, 5, 200]
    assert len(text.splitlines()) == 2 + len(series.points)


def test_the_table_has_a_row_for_each_point(series: Series) -> None:
    """Turns, engine, questions, the cost with its interval, and what a query costs by itself."""
    rows = [line for line in table(series).splitlines() if line.startswith("|")]
    assert rows[2] == "| 10,030 | earful 1 | 4 | 5.00 | 5.00 | 5.00 | 1.50 |"
    assert len(rows) == 2 + len(series.points)
    assert {row.count("|") for row in rows} == {8}


# the plot


def _elements(path: Path) -> list[ElementTree.Element]:
    return list(ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text"))


def _words(text: ElementTree.Element) -> str:
    return "".join(text.itertext()).strip()


def _texts(path: Path) -> list[str]:
    return [_words(text) for text in _elements(path)]


def _height(text: ElementTree.Element) -> float:
    return float(text.attrib["y"])


def test_the_plot_is_the_same_for_the_same_figures(series: Series, tmp_path: Path) -> None:
    """Figures that were kept are drawn to the same bytes, which are few."""
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    draw(series, first)
    draw(Series.from_json(series.to_json()), second)
    assert first.read_bytes() == second.read_bytes()
    assert len(first.read_bytes()) < _MOST_SVG_BYTES


def test_the_plot_says_what_it_shows(series: Series, tmp_path: Path) -> None:
    """Each line has its engine's name, each size its number, each axis its unit; there is no background."""
    draw(series, tmp_path / "plot.svg")
    texts = _texts(tmp_path / "plot.svg")
    assert {"earful", "sqlite", "10,000", "1,360,000", "turns in the index", "ns per match and facet field"} <= set(texts)
    assert "fill: #ffffff" not in (tmp_path / "plot.svg").read_text()


def test_no_name_lies_on_another(series: Series, tmp_path: Path) -> None:
    """Every engine that there is can be drawn, and where all cost the same their names stand one above the other."""
    point = series.points[0]
    draw(replace(series, points=tuple(replace(point, engine=name) for name in ENGINES)), tmp_path / "plot.svg")
    heights = sorted(_height(text) for text in _elements(tmp_path / "plot.svg") if _words(text) in ENGINES)
    assert len(heights) == len(ENGINES)
    assert min(upper - lower for lower, upper in pairwise(heights)) > _FONT_POINTS


def test_a_cost_of_nothing_has_no_place_on_the_plot(series: Series, tmp_path: Path) -> None:
    """An engine whose small index gave a slope below nothing is drawn from the next size on, or not at all."""
    point = series.points[1]
    below = replace(point, ms=_line(point.matches, -_MS_A_MATCH))
    draw(replace(series, points=(series.points[0], below, *series.points[2:])), tmp_path / "later.svg")
    draw(replace(series, points=(series.points[0], below)), tmp_path / "never.svg")
    assert "sqlite" in _texts(tmp_path / "later.svg")
    assert "sqlite" not in _texts(tmp_path / "never.svg")


# the command


@pytest.fixture
def invented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the command invent two dozen calls."""
    monkeypatch.setattr(command, "_FOLDER", tmp_path / "nowhere")
    monkeypatch.setattr(command, "_INVENTED_CALLS", 24)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.usefixtures("invented")
def test_a_series_is_measured_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two engines are measured at two sizes; from the JSON the same table and plot are made again; no index is left."""
    work, figures, plot, again = tmp_path / "work", tmp_path / "figures.json", tmp_path / "plot.svg", tmp_path / "again.svg"
    work.mkdir()
    options = ["--queries", "4", "--repeat", "1", "--work", str(work), "--json", str(figures), "--plot", str(plot)]
    scale.main(["--engines", "earful,sqlite", "--turns", "3000,800", *options])
    printed = capsys.readouterr()
    points = Series.from_json(figures.read_text()).points
    assert [point.engine for point in points] == ["earful", "sqlite"] * 2
    assert [round(point.turns, -2) for point in points[::2]] == pytest.approx([800, 3_000], rel=0.2)
    assert points[2].matches == points[3].matches
    assert min(points[2].matches) >= 10
    assert list(work.iterdir()) == []
    scale.main(["--show", str(figures), "--plot", str(again)])
    assert capsys.readouterr().out == printed.out
    assert again.read_bytes() == plot.read_bytes()


@pytest.mark.usefixtures("invented")
def test_an_engine_without_time_has_no_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One question makes no line; the series goes on without it, and the figures are written all the same."""
    figures = tmp_path / "figures.json"
    scale.main(["--engines", "sqlite", "--turns", "800", "--queries", "2", "--cap", "1e-9", "--json", str(figures)])
    assert Series.from_json(figures.read_text()).points == ()
    assert "sqlite answered too few questions at" in capsys.readouterr().err


def test_a_plot_that_cannot_be_drawn_is_told_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without matplotlib nothing is measured in vain."""
    monkeypatch.setattr(scale, "find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        scale.main(["--plot", "plot.svg"])
    assert "matplotlib is not installed; pip install -e '.[bench]'" in capsys.readouterr().err

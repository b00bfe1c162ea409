"""Charts show trends as they are: time to scale, gaps as gaps, names as written, and nothing runs into anything else."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from indexer.errors import InvalidValue, MissingExtra
from search.cli import earful
from search.plot import plot_trends
from search.tables import About
from search.trends import TrendPoint, Trends, period_name
from tests.small_index import indexed, transcript


def _point(period: str | None, mentions: int | None = 7, value: str | None = None, turns: int = 5) -> TrendPoint:
    return TrendPoint(value=value, period=period, turns=turns, calls=3, mentions=mentions, words=1000, calls_total=4)


def _gap(period: str, value: str | None = None) -> TrendPoint:
    return TrendPoint(value=value, period=period, turns=None, calls=None, mentions=None, words=None, calls_total=None)


def _trends(
    points: Sequence[TrendPoint],
    *,
    query: str = "tariffs",
    by: str = "quarter",
    per: str | None = None,
    filters: Mapping[str, tuple[str, ...]] | None = None,
) -> Trends:
    about = About(query=query, filters=filters or {}, generation=3)
    calendar = by == "month"
    return Trends(query=query, understood=query, by=by, per=per, calendar=calendar, points=tuple(points), notes=(), about=about)


_Drawn = Callable[[Trends], tuple[Figure, Any]]


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Drawn:
    """Give what draws a chart, and gives the figure that was saved and its axes."""
    saved: list[Figure] = []
    save = Figure.savefig

    def keep(figure: Figure, *arguments: Any, **options: Any) -> None:
        saved.append(figure)
        save(figure, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", keep)

    def draw(trends: Trends) -> tuple[Figure, Any]:
        plot_trends(trends, tmp_path / "chart.svg")
        FigureCanvasAgg(saved[-1]).draw()  # type: ignore[no-untyped-call]  # so that it is known where everything stands
        return saved[-1], saved[-1].axes[0]

    return draw


def _extents(*texts: Any) -> list[tuple[float, float]]:
    """Give where texts begin and end from left to right, in pixels."""
    return [(box.x0, box.x1) for box in (text.get_window_extent() for text in texts)]


def _labels(axes: Any) -> list[str]:
    return [label.get_text() for label in axes.get_xticklabels()]


def test_a_line_breaks_where_there_are_no_calls(drawn: _Drawn) -> None:
    """A gap has no height; zero mentions have height zero."""
    _, axes = drawn(_trends([_point("2021Q4"), _gap("2022Q1"), _point("2022Q2", 0)]))
    (line,) = axes.get_lines()
    assert [str(height) for height in line.get_ydata()] == ["7.0", "nan", "0.0"]


def test_time_is_to_scale(drawn: _Drawn) -> None:
    """Ten years between two companies are ten years wide, though neither has a point in them."""
    points = [_point("2010Q1", value="Acme"), _point("2010Q2", value="Acme"), _point("2020Q1", value="Bolt")]
    _, axes = drawn(_trends(points, per="company"))
    acme, bolt = axes.get_lines()
    assert [bolt.get_xdata()[0] - place for place in acme.get_xdata()] == [40, 39]


@pytest.mark.parametrize(
    ("by", "count", "labels"),
    [
        ("quarter", 3, ["2010Q1", "2010Q2", "2010Q3"]),
        ("quarter", 44, [f"{year}Q1" for year in range(2010, 2021)]),
        ("quarter", 56, [f"{year}Q1" for year in range(2010, 2024, 2)]),
        ("month", 13, [f"20{month}" for month in ("10-01", "10-03", "10-05", "10-07", "10-09", "10-11", "11-01")]),
        ("month", 160, [f"{year}-01" for year in range(2010, 2024, 2)]),
        ("year", 14, [str(year) for year in range(2010, 2024)]),
        ("year", 400, [str(year) for year in range(2010, 2410, 30)]),
    ],
)
@pytest.mark.parametrize("per", [None, "company"])
def test_labels_stand_apart(drawn: _Drawn, by: str, count: int, labels: list[str], per: str | None) -> None:
    """As many periods have a label as have room, each at the same time of the year, and none touches the next."""
    first = 2010 * {"quarter": 4, "month": 12, "year": 1}[by]
    names = (period_name(first + number, by) for number in range(count))
    _, axes = drawn(_trends([_point(name, value="The Amalgamated Pump Company of Upper Saxony") for name in names], by=by, per=per))
    if per is None:
        assert _labels(axes) == labels
    extents = _extents(*axes.get_xticklabels())
    assert all(end < start for (_, end), (start, _) in pairwise(extents))
    assert len(extents) >= min(count, 3)


def test_labels_are_of_the_same_time_of_the_year(drawn: _Drawn) -> None:
    """Where not all periods have room, those that begin a year are named, wherever the first one lies."""
    _, axes = drawn(_trends([_point(period_name(2010 * 4 + 1 + number, "quarter")) for number in range(40)]))
    assert _labels(axes) == [f"{year}Q1" for year in range(2011, 2021)]


def test_a_period_by_itself_has_a_label(drawn: _Drawn) -> None:
    """It is named, whichever of its year it is."""
    _, axes = drawn(_trends([_point("2021Q3")]))
    assert _labels(axes) == ["2021Q3"]


_DOLLARS = ['"$1.2 billion" OR "$3 million"', "$a_{ $", "50% ^_^ $x^$"]


@pytest.mark.parametrize("text", _DOLLARS)
def test_a_dollar_is_a_dollar(drawn: _Drawn, text: str) -> None:
    """Amounts of money in a query, a firm or a filter are no formulas."""
    figure, axes = drawn(_trends([_point("2021Q1", value=text)], query=text, per="firm", filters={"firm": (text,)}))
    assert axes.get_title(loc="left") == text
    assert [each.get_text() for each in figure.legends[0].get_texts()] == [text[:27] + "…" if len(text) > 28 else text]
    assert figure.get_supxlabel() == f"by fiscal quarter · index generation 3 · firm: {text}"


@pytest.mark.parametrize("per", [None, "company"])
def test_long_texts_stay_within_the_chart(drawn: _Drawn, per: str | None) -> None:
    """A query and filters longer than the chart is wide are wrapped and cut, and the lines keep most of the room."""
    query = " OR ".join(f'"supply chain {number}"' for number in range(20))
    names = tuple(f"The Amalgamated Pump Company {number}" for number in range(20))
    figure, axes = drawn(_trends([_point("2021Q1", value=name) for name in names], query=query, per=per, filters={"company": names}))
    (title,) = (text for text in axes.findobj(Text) if text.get_text() == axes.get_title(loc="left"))
    assert _extents(title)[0][1] <= (_extents(figure.legends[0])[0][0] if per else figure.bbox.width)
    assert axes.get_title(loc="left").count("\n") == 1
    assert axes.get_title(loc="left").endswith("…")
    assert figure.get_supxlabel().endswith("…")
    assert all(0 <= start < end <= figure.bbox.width for start, end in _extents(*figure.texts))
    assert axes.bbox.width > figure.bbox.width / 2
    assert axes.bbox.height > figure.bbox.height / 2


def test_the_legend_covers_no_line(drawn: _Drawn) -> None:
    """Names stand beside the lines."""
    figure, axes = drawn(_trends([_point("2021Q1", value="Acme"), _point("2021Q1", value=None)], per="company"))
    assert axes.bbox.x1 <= _extents(figure.legends[0])[0][0]
    assert [each.get_text() for each in figure.legends[0].get_texts()] == ["Acme", "(none)"]
    assert drawn(_trends([_point("2021Q1")]))[0].legends == []


def test_eight_lines_can_be_told_apart(drawn: _Drawn, tmp_path: Path) -> None:
    """Each has a colour and a mark of its own; the others are counted, in the chart too, and do not stretch it."""
    points = [_point("2021Q1", value=f"firm {number}") for number in range(8)]
    left_out = [_point("1999Q1", value=f"left {number}") for number in range(3)]
    figure, axes = drawn(_trends([*points, *left_out], per="firm"))
    looks = {(line.get_color(), line.get_marker()) for line in axes.get_lines()}
    assert len(looks) == len({colour for colour, _ in looks}) == len({mark for _, mark in looks}) == 8
    assert "8 of 11 values of firm" in figure.get_supxlabel()
    assert _labels(axes) == ["2021Q1"]
    assert plot_trends(_trends([*points, *left_out], per="firm"), tmp_path / "chart.svg") == 3


def test_what_is_not_drawn_is_said(drawn: _Drawn) -> None:
    """Calls of which the period is not known have no place on a scale of time."""
    assert "without calls whose period is not known" in drawn(_trends([_point("2021Q1"), _point(None)]))[0].get_supxlabel()
    assert "without calls whose date is not known" in drawn(_trends([_point("2021-01"), _point(None)], by="month"))[0].get_supxlabel()
    assert "not known" not in drawn(_trends([_point("2021Q1")]))[0].get_supxlabel()


def test_the_scale_says_what_it_measures(drawn: _Drawn) -> None:
    """It is mentions per 1,000 words, or turns where nothing is said, from zero, in whole turns; zeros alone lie at the bottom."""
    assert drawn(_trends([_point("2021Q1"), _gap("2021Q2"), _point("2021Q3")]))[1].get_ylabel() == "mentions per 1,000 words"
    _, axes = drawn(_trends([_point("2021Q1", None, turns=2), _gap("2021Q2"), _point("2021Q3", None, turns=1)]))
    assert axes.get_ylabel() == "turns"
    assert [label.get_text() for label in axes.get_yticklabels()][:2] == ["0", "1"]
    assert drawn(_trends([_point("2021Q1", 0)]))[1].get_ylim() == (0, 1)


@pytest.mark.parametrize("suffix", [".svg", ".png", ".PNG"])
def test_the_same_trends_give_the_same_file(tmp_path: Path, suffix: str) -> None:
    """Neither the day nor chance is in a chart; its folder is made, and no draft is left."""
    trends = _trends([_point("2021Q1", value="Acme"), _point("2021Q2", value="Acme")], per="company")
    files = [tmp_path / name / f"chart{suffix}" for name in ("one", "other")]
    for file in files:
        assert plot_trends(trends, file) == 0
    one, other = (file.read_bytes() for file in files)
    assert one == other
    assert one.startswith(b"<?xml" if suffix == ".svg" else b"\x89PNG")
    assert list(files[0].parent.iterdir()) == [files[0]]


@pytest.mark.parametrize("name", ["chart.pdf", "chart", ".svg"])
def test_a_chart_has_a_form(tmp_path: Path, name: str) -> None:
    """What is neither SVG nor PNG is refused before anything is drawn."""
    with pytest.raises(InvalidValue, match=r"end the name with \.svg or \.png"):
        plot_trends(_trends([_point("2021Q1")]), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("points", [(), (_point(None),)])
def test_there_is_something_to_draw(tmp_path: Path, points: Sequence[TrendPoint]) -> None:
    """A chart without a period would be empty axes."""
    with pytest.raises(InvalidValue, match="no period to draw"):
        plot_trends(_trends(points), tmp_path / "chart.svg")


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The error names the file and the cause, and nothing half written is left."""
    (tmp_path / "file").touch()
    (tmp_path / "taken.svg").mkdir()
    for path in (tmp_path / "file" / "chart.svg", tmp_path / "taken.svg"):
        with pytest.raises(InvalidValue, match=re.escape(f"{path} cannot be written (")):
            plot_trends(_trends([_point("2021Q1")]), path)
    assert {path.name for path in tmp_path.iterdir()} == {"file", "taken.svg"}


def test_without_matplotlib_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few need charts, so what draws them comes as an extra."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=re.escape("pip install 'earful[plot]'")):
        plot_trends(_trends([_point("2021Q1")]), tmp_path / "chart.svg")


def test_the_command_draws(tmp_path: Path) -> None:
    """Beside the lines it writes the file, and says so apart from the data; a wrong name is status 2."""
    with indexed(tmp_path, [transcript("ACME", "Q1 2022", "Tariffs of $5 and $7.", "Why?")]):
        pass

    def run(file: Path) -> Any:
        return CliRunner().invoke(earful, ["trends", "tariffs", "--plot", str(file), "--index", str(tmp_path / "index")])

    done = run(tmp_path / "chart.svg")
    assert (done.exit_code, done.stdout.count("\n")) == (0, 1)
    assert f"drew {tmp_path / 'chart.svg'}\n" in done.stderr
    assert "<!-- tariffs -->" in (tmp_path / "chart.svg").read_text()
    assert run(tmp_path / "chart.pdf").exit_code == 2

"""Trends count, period by period, what a scan of all turns counts."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

import search
from indexer.errors import InvalidValue, QuerySyntaxError, UnknownField
from search.cli import earful
from search.query import make_query
from search.render.trends import bar, print_trends, trend_totals, write_plain_trends
from search.tables import About
from search.trends import TrendPoint, Trends, period_name, period_number, trends
from tests.conftest import SAID, Turn, World
from tests.small_index import JANE, SAM, indexed, transcript

_KINDS = ("whole", "steps")
_Said = Callable[[Turn], set[int]]  # the places of a turn at which something is said


@dataclass(frozen=True)
class _Ask:
    """A question: its text, whether a turn matches, and the places of its mentions."""

    text: str
    matches: Callable[[Turn], bool]
    places: _Said


def _word(random: Random) -> _Ask:
    word = random.choice(sorted({word.lower() for word in SAID if word.isalpha()}))

    def places(turn: Turn) -> set[int]:
        return {place for place, said in enumerate(turn.words) if said == word}

    return _Ask(f"={word}", lambda turn: bool(places(turn)), places)


def _phrase(random: Random) -> _Ask:
    phrase = random.choice([["cash", "runway"], ["raise", "prices"], ["the", "cash"], ["pumps", "pump"]])

    def places(turn: Turn) -> set[int]:
        return {place for place in range(len(turn.words)) if turn.words[place : place + 2] == phrase}

    return _Ask(f'"{" ".join(phrase)}"', lambda turn: bool(places(turn)), places)


def _question(random: Random) -> _Ask:
    first, second = (random.choice([_word, _phrase])(random) for _ in range(2))
    joint = random.choice(["", "AND", "OR", "NOT"])
    if not joint:
        return first
    if joint == "NOT":
        return _Ask(f"{first.text} NOT {second.text}", lambda turn: first.matches(turn) and not second.matches(turn), first.places)
    holds = all if joint == "AND" else any
    return _Ask(
        f"{first.text} {joint} {second.text}",
        lambda turn: holds([first.matches(turn), second.matches(turn)]),
        lambda turn: first.places(turn) | second.places(turn),
    )


def _period(turn: Turn, by: str, calendar: bool) -> str | None:
    day, period = turn.values["date"], turn.values["period"]
    if by == "month":
        return day[:7] or None
    if by == "year":
        return (day if calendar else period)[:4] or None
    return (f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}" if day else None) if calendar else period or None


def _scan(turns: list[Turn], ask: _Ask, by: str, calendar: bool, per: str | None) -> dict[tuple[Any, Any], list[int]]:
    """Count by hand: (value, period) -> turns, calls, mentions, words, calls in all; calls of which no turn is there are none."""
    cells: dict[tuple[Any, Any], list[Turn]] = defaultdict(list)
    for turn in turns:
        cells[turn.values[per] if per else None, _period(turn, by, calendar)].append(turn)
    counted = {}
    for cell, there in cells.items():
        found = [turn for turn in there if ask.matches(turn)]
        calls = ({turn.call for turn in found}, {turn.call for turn in there})
        mentions, words = sum(len(ask.places(turn)) for turn in found), sum(len(turn.words) for turn in there)
        counted[cell] = [len(found), len(calls[0]), mentions, words, len(calls[1])]
    return counted


def _figures(point: TrendPoint) -> list[int | None]:
    return [point.turns, point.calls, point.mentions, point.words, point.calls_total]


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("seed", range(60))
def test_figures_are_those_of_a_scan(world: World, kind: str, seed: int) -> None:
    """Turns, calls, mentions, words and all calls are exact to the unit, by every period, told apart or not, filtered or not."""
    random = Random(seed)
    ask = _question(random)
    by, calendar, per = random.choice(["quarter", "year", "month"]), random.choice([True, False]), random.choice([None, "role", "speaker"])
    role = random.choice([None, "CFO", "Analyst"])
    turns = [turn for turn in world.turns if role is None or turn.values["role"] == role]
    query = make_query(ask.text, role=role)
    found = trends(world.snapshots[kind], query, by=by, per=per, calendar=calendar)
    counted = {(point.value, point.period): _figures(point) for point in found.points if point.calls_total is not None}
    assert counted == _scan(turns, ask, by, calendar, per)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.CallIndex]:
    """Give an index of two companies, of which one has no call for two quarters, and one call without a day and a period."""
    folder = tmp_path_factory.mktemp("small")
    texts = [
        transcript("ACME", "Q1 2022", "Tariffs rise.", "Will tariffs fall?"),
        transcript("ACME", "Q4 2022", "No duties at all.", "Good."),
        transcript("BOLT", "Q2 2022", "We pay tariffs, tariffs, tariffs.", "Why?"),
    ]
    with indexed(folder, texts), search.open_index(folder / "index") as opened:
        yield opened


def _series(found: search.Trends) -> list[tuple[str | None, str | None, int | None]]:
    return [(point.value, point.period, point.mentions) for point in found.points]


def test_a_gap_is_not_a_zero(calls: search.CallIndex) -> None:
    """A period without a call has no figures; one with calls that do not say it has zeros."""
    assert _series(calls.trends("tariffs")) == [(None, "2022Q1", 2), (None, "2022Q2", 3), (None, "2022Q3", None), (None, "2022Q4", 0)]
    gap, silent = calls.trends("tariffs").points[2:]
    assert _figures(gap) == [None] * 5
    assert _figures(silent) == [0, 0, 0, 5, 1]
    assert (gap.per_thousand, silent.per_thousand) == (None, 0.0)


def test_the_most_talkative_value_comes_first(calls: search.CallIndex) -> None:
    """Values are ordered by mentions, and each has the periods from its own first to its own last."""
    found = _series(calls.trends("tariffs", per="ticker"))
    assert found == [
        ("BOLT", "2022Q2", 3),
        ("ACME", "2022Q1", 2),
        ("ACME", "2022Q2", None),
        ("ACME", "2022Q3", None),
        ("ACME", "2022Q4", 0),
    ]


def test_mentions_per_thousand_words(calls: search.CallIndex) -> None:
    """The share is of all words said by those who pass the filters, in that period."""
    first = calls.trends("tariffs", role="CFO").points[0]
    assert (first.mentions, first.words, first.per_thousand) == (1, 2, 500.0)


def test_quarters_of_the_calendar(calls: search.CallIndex) -> None:
    """By the calendar a quarter is that of the day of the call, not the one that it reports."""
    assert [period for _, period, _ in _series(calls.trends("tariffs", calendar=True))] == ["2022Q2", "2022Q3", "2022Q4", "2023Q1"]
    assert [period for _, period, _ in _series(calls.trends("tariffs", by="month"))][::9] == ["2022-05", "2023-02"]


def test_what_says_nothing_has_no_mentions(calls: search.CallIndex) -> None:
    """Where only fields are asked for, turns are counted and mentions are not known."""
    first = calls.trends("role:CFO").points[0]
    assert (first.turns, first.mentions, first.per_thousand) == (1, None, None)


def test_calls_without_a_period_stand_at_the_end(tmp_path: Path) -> None:
    """What has no period is told apart, never left out."""
    undated = transcript("COIL", "Q2 2022", "Tariffs again.", "Why?", day="")
    with (
        indexed(tmp_path, [transcript("ACME", "Q1 2022", "Tariffs rise.", "Why?"), undated]),
        search.open_index(tmp_path / "index") as opened,
    ):
        assert _series(opened.trends("tariffs", by="month")) == [(None, "2022-05", 1), (None, None, 1)]
        assert _series(opened.trends("tariffs", by="month", company="coil")) == [(None, None, 1)]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"by": "week"}, InvalidValue),
        ({"per": "nosuch"}, UnknownField),
        ({"per": "warning"}, UnknownField),
        ({"role": "boss"}, InvalidValue),
    ],
)
def test_what_cannot_be_counted_by(calls: search.CallIndex, options: dict[str, Any], error: type[Exception]) -> None:
    """A period, field or filter that is not there is told, with what is."""
    with pytest.raises(error, match="; "):
        calls.trends("tariffs", **options)


def test_an_error_in_the_query_points_at_the_place(calls: search.CallIndex) -> None:
    """As everywhere, the query is parsed strictly."""
    with pytest.raises(QuerySyntaxError, match="column 1"):
        calls.trends('"tariffs')


# how it looks


def _printed(found: search.Trends, width: int = 80, most: int = 8) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_trends(found, console, most)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_table_with_bars_fits_eighty_columns(calls: search.CallIndex) -> None:
    """Each period is a row with its figures and a bar; a gap says that there are no calls."""
    shown = _printed(calls.trends("tariffs"))
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    row = next(line for line in lines if line.startswith("2022Q2"))
    assert row.split()[:6] == ["2022Q2", "1", "1", "1", "3", "500.000"]
    assert "█" * 24 in row
    assert next(line for line in lines if line.startswith("2022Q3")).split() == ["2022Q3", "no", "calls"]


def test_few_values_are_shown_and_the_others_counted(calls: search.CallIndex) -> None:
    """Each value told apart has a table under its name; a line says how many are not shown."""
    shown = _printed(calls.trends("tariffs", per="ticker"), most=1)
    assert "BOLT" in shown
    assert "ACME" not in shown
    assert "and 1 more value of ticker;" in shown
    assert "more" not in _printed(calls.trends("tariffs", per="ticker"), most=2)


def _point(period: str | None, mentions: int = 7, *, value: str | None = None, calls: int = 1) -> TrendPoint:
    words, total = 1000 * calls, 2 * calls
    return TrendPoint(value=value, period=period, turns=5 * calls, calls=calls, mentions=mentions, words=words, calls_total=total)


def _trends(*points: TrendPoint, per: str | None = None) -> Trends:
    asked = About(query="tariffs")
    return Trends(query="tariffs", understood="tariffs", by="quarter", per=per, calendar=False, points=points, notes=(), about=asked)


def test_long_figures_are_never_cut() -> None:
    """Where figures take the room, bars get shorter; gaps still say so; all of it stays within 80 columns."""
    gap = TrendPoint(value=None, period="2021Q2", turns=None, calls=None, mentions=None, words=None, calls_total=None)
    shown = _printed(_trends(_point("2021Q1", 12_345_678, calls=123_456), gap, _point(None)))
    lines = [line.split() for line in shown.splitlines()]
    assert lines[0] == ["quarter", "calls", "of", "turns", "mentions", "per", "1,000"]
    assert lines[2][:6] == ["2021Q1", "123,456", "246,912", "617,280", "12,345,678", "100.001"]
    assert lines[2][6] == "█" * 17
    assert lines[3:5] == [["2021Q2", "no", "calls"], ["(not", "known)", "1", "2", "5", "7", "7.000", "█▎"]]
    assert max(map(len, shown.splitlines())) <= 80


def test_bars_are_scaled_to_what_is_shown() -> None:
    """A value that is not shown makes no bar shorter, and bars of all tables can be compared."""
    points = [_point("2021Q1", mentions, value=firm) for firm, mentions in (("Pell", 10), ("Roe", 5), ("Tiny", 1000))]
    assert [_printed(_trends(*points, per="firm"), most=2).count("█"), _printed(_trends(*points[:1])).count("█")] == [24 + 12, 24]


@pytest.mark.parametrize(
    ("points", "totals"),
    [
        ((_point("2021Q1", 1), _point(None, 0)), "1 mention in 10 turns, 1 quarter"),
        ((_point("2021Q1", 1), _point("2021Q2", 1)), "2 mentions in 10 turns, 2 quarters"),
        ((), "0 turns, 0 quarters"),
    ],
)
def test_totals(points: tuple[TrendPoint, ...], totals: str) -> None:
    """Mentions and turns of all periods, and how many periods have any; what has no period is none."""
    assert trend_totals(_trends(*points)) == totals


@pytest.mark.parametrize(
    ("by", "first", "following"), [("quarter", "2021Q4", "2022Q1"), ("month", "2021-12", "2022-01"), ("year", "1999", "2000")]
)
def test_periods_are_numbered_without_leaps(by: str, first: str, following: str) -> None:
    """A period's number is one more than that of the period before, over the year's end too; its name can be told from it."""
    number = period_number(first, by)
    assert period_number(following, by) == number + 1
    assert [period_name(number, by), period_name(number + 1, by)] == [first, following]


@pytest.mark.parametrize(
    ("worth", "largest", "drawn"), [(0, 0, ""), (0, 5, ""), (5, 5, "█" * 24), (2.5, 5, "█" * 12), (0.001, 5, "▏"), (5 / 48, 5, "▌")]
)
def test_bars(worth: float, largest: float, drawn: str) -> None:
    """A bar is as long as worth is of the largest, in eighths of a cell, and is never nothing for something."""
    assert bar(worth, largest) == drawn


def test_a_line_a_period_in_a_pipe(calls: search.CallIndex) -> None:
    """Columns are parted by tabs, empty where there is no figure, and the value comes first if there is one."""
    out = io.StringIO()
    write_plain_trends(calls.trends("tariffs"), out)
    assert out.getvalue().splitlines()[1:3] == ["2022Q2\t1\t1\t3\t6\t1\t500.0000", "2022Q3\t\t\t\t\t\t"]
    out = io.StringIO()
    write_plain_trends(calls.trends("tariffs", per="ticker"), out)
    assert out.getvalue().startswith("BOLT\t2022Q2\t1\t1\t3")


def test_the_command_prints_every_form(calls: search.CallIndex, tmp_path: Path) -> None:
    """JSON and CSV have the figures and what was asked; status 1 is nothing found."""
    index = tmp_path / "index"
    with indexed(tmp_path, [transcript("ACME", "Q1 2022", (JANE, "Tariffs rise."), (SAM, "Why?"))]):
        pass

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(earful, ["trends", *arguments, "--index", str(index)])

    found = json.loads(run("tariffs", "--role", "CFO", "--json").stdout)
    assert (found["points"][0]["mentions"], found["filters"], found["by"]) == (1, {"role": ["CFO"]}, "quarter")
    (row,) = csv.DictReader(io.StringIO(run("tariffs", "--csv").stdout, newline=""))
    assert (row["period"], row["mentions"], row["words"], row["query"]) == ("2022Q1", "1", "3", "tariffs")
    plain = run("tariffs", "--explain")
    assert (plain.stdout, plain.exit_code) == ("2022Q1\t1\t1\t1\t3\t1\t333.3333\n", 0)
    assert "understood: tariffs" in plain.stderr
    assert run("zebra").exit_code == 1
    assert run("tariffs", "--per", "nosuch").exit_code == 2

"""First and last mentions are those of a scan in the order of time, and it is told who raised them."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

import search
from indexer.errors import InvalidValue
from search.cli import earful
from search.first import first, raised_by
from search.query import make_query
from search.render.first import first_totals, print_firsts, write_plain_firsts
from search.results import Hit
from tests.conftest import SAID, Turn, World
from tests.small_index import indexed, transcript


def _when(turn: Turn) -> tuple[bool, str, str, int]:
    return not turn.values["date"], turn.values["date"], turn.call, turn.number


def _place(hit: Hit | None) -> tuple[str, int] | None:
    return (hit.call, hit.turn) if hit else None


def _scan(turns: list[Turn]) -> dict[str, list[Any]]:
    """Find by hand: company -> its first and last turn, the first by management and by an analyst, and its counts."""
    by_company: dict[str, list[Turn]] = defaultdict(list)
    for turn in sorted(turns, key=_when):
        by_company[turn.call.partition("-")[0]].append(turn)
    found: dict[str, list[Any]] = {}
    for company, said in by_company.items():
        ordered = [turn for turn in said if turn.values["date"]] or said
        raised = {who: next((turn for turn in ordered if _raiser(turn) == who), None) for who in ("management", "analyst")}
        places = [turn and (turn.call, turn.number) for turn in (ordered[0], ordered[-1], *raised.values())]
        undated = len({turn.call for turn in said if not turn.values["date"]})
        found[company] = [*places, len(said), len({turn.call for turn in said}), undated]
    return found


def _raiser(turn: Turn) -> str | None:
    return raised_by(turn.values["kind"], turn.values["role"])


@pytest.mark.parametrize("kind", ["whole", "steps"])
@pytest.mark.parametrize("seed", range(40))
def test_first_and_last_are_those_of_a_scan(world: World, kind: str, seed: int) -> None:
    """By company: the turns, in time, who raised it, and the counts, to the unit."""
    random = Random(seed)
    word = random.choice(sorted({word.lower() for word in SAID if word.isalpha()}))
    role = random.choice([None, None, "CFO", "Analyst"])
    found = first(world.snapshots[kind], make_query(f"={word}", role=role, limit=1000))
    wanted = [turn for turn in world.turns if word in turn.words and role in (None, turn.values["role"])]
    told = {
        company.first.call.partition("-")[0]: [
            _place(company.first),
            _place(company.last),
            _place(company.first_by_management),
            _place(company.first_by_analyst),
            company.turns,
            company.calls,
            company.undated_calls,
        ]
        for company in found.companies
    }
    assert told == _scan(wanted)
    assert (found.turns, found.calls, found.total) == (len(wanted), len({turn.call for turn in wanted}), len(told))
    assert sum(company.mentions or 0 for company in found.companies) == sum(turn.words.count(word) for turn in wanted)
    days = [company.first.date or "9999" for company in found.companies]
    assert days == sorted(days)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index of three companies: one raises tariffs itself, one is asked about them, one has no dated call."""
    folder = tmp_path_factory.mktemp("small")
    texts = [
        transcript("ACME", "Q2 2022", "We saw tariffs, tariffs.", "What of tariffs?"),
        transcript("ACME", "Q1 2022", "All is well.", "And so?"),
        transcript("BOLT", "Q1 2022", "All is well.", "What of tariffs?", "They are low."),
        transcript("BOLT", "Q4 2022", "Tariffs went.", "Good."),
        transcript("COIL", "Q3 2022", "Tariffs came.", "Did they?", day=""),
    ]
    with indexed(folder, texts):
        pass
    return folder / "index"


@pytest.fixture
def calls(index: Path) -> Iterator[search.CallIndex]:
    """Give that index, open."""
    with search.open_index(index) as opened:
        yield opened


def test_it_is_told_who_raised_it(calls: search.CallIndex) -> None:
    """The earliest company comes first, one without a day last, each with who said it first and last."""
    found = calls.first("tariffs")
    assert [(each.ticker, each.raised_by, _place(each.first), _place(each.last)) for each in found.companies] == [
        ("BOLT", "analyst", ("BOLT-2022Q1", 2), ("BOLT-2022Q4", 1)),
        ("ACME", "management", ("ACME-2022Q2", 1), ("ACME-2022Q2", 2)),
        ("COIL", "management", ("COIL-2022Q3", 1), ("COIL-2022Q3", 1)),
    ]
    bolt, acme, coil = found.companies
    assert (_place(bolt.first_by_management), _place(acme.first_by_analyst), coil.first_by_analyst) == (
        ("BOLT-2022Q4", 1),
        ("ACME-2022Q2", 2),
        None,
    )
    counts = [(each.turns, each.calls, each.mentions, each.undated_calls) for each in found.companies]
    assert counts == [(2, 2, 2, 0), (2, 1, 3, 0), (1, 1, 1, 1)]
    shown = bolt.first.snippet
    assert [shown.text[start:end] for start, end in shown.matches] == ["tariffs"]


def test_companies_are_paged(calls: search.CallIndex) -> None:
    """Limit and offset are of companies, and totals are of all; past the last is an error."""
    found = calls.first("tariffs", limit=1, offset=1)
    assert ([each.ticker for each in found.companies], found.total, found.turns, found.calls) == (["ACME"], 3, 5, 4)
    with pytest.raises(InvalidValue, match="past the last of 3 companies"):
        calls.first("tariffs", offset=3)
    assert calls.first("zebra").companies == ()


@pytest.mark.parametrize(
    ("kind", "role", "who"),
    [
        ("remarks", "CEO", "management"),
        ("answer", "CFO", "management"),
        ("question", "Analyst", "analyst"),
        ("other", "Analyst", "analyst"),
        ("question", "Investor Relations", "analyst"),
        ("other", "CEO", None),
        ("operator", "Operator", None),
        ("answer", "Unknown", None),
    ],
)
def test_who_raises(kind: str, role: str, who: str | None) -> None:
    """Questions are analysts', read out or not; remarks and answers are management's; others are nobody's."""
    assert raised_by(kind, role) == who


def test_how_it_looks(calls: search.CallIndex) -> None:
    """At a terminal a row a company within 80 columns; in a pipe two lines a company."""
    found = calls.first("tariffs")
    console = Console(file=io.StringIO(), width=80)
    print_firsts(found, console)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert max(map(len, shown.splitlines())) <= 80
    assert "raised by analyst: Sam Poe" in " ".join(shown.split())
    assert "no date" in shown
    out = io.StringIO()
    write_plain_firsts(found, out)
    lines = [line.split("\t") for line in out.getvalue().splitlines()]
    assert lines[0] == ["Bolt Pumps", "first", "2022-05-03", "BOLT-2022Q1:2", "analyst", "Sam Poe", "What of tariffs?"]
    assert [line[1] for line in lines] == ["first", "last"] * 3
    assert first_totals(found) == "5 turns in 4 calls of 3 companies"


def test_nobody_is_no_table(calls: search.CallIndex) -> None:
    """Where nobody said it, nothing is printed, no header of an empty table either."""
    console = Console(file=io.StringIO(), width=80)
    print_firsts(calls.first("zebra"), console)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == ""


def test_the_command_prints_every_form(index: Path) -> None:
    """JSON and CSV hold both mentions with what was asked; status 1 is nothing found."""

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(earful, ["first", *arguments, "--index", str(index)])

    found = json.loads(run("tariffs", "--limit", "1", "--json").stdout)
    assert found["total"] == {"turns": 5, "calls": 4, "companies": 3}
    assert (found["companies"][0]["raised_by"], found["companies"][0]["last"]["call"]) == ("analyst", "BOLT-2022Q4")
    rows = list(csv.DictReader(io.StringIO(run("tariffs", "--csv").stdout, newline="")))
    told = [(row["ticker"], row["which"], row["raised_by"]) for row in rows[:2]]
    assert told == [("BOLT", "first", "analyst"), ("BOLT", "last", "management")]
    assert run("tariffs", "--role", "CFO").stdout.count("\n") == 6
    assert run("zebra").exit_code == 1

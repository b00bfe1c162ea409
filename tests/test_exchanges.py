"""Exchanges are what a scan of all turns finds: each side by itself, joined by AND, OR and NOT."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

import indexer
import search
from indexer.errors import InvalidValue, QuerySyntaxError, UnknownField
from search.cli import earful
from search.exchanges import ExchangePage, exchanges
from search.execute import answer
from search.query import make_query
from search.reader import open_snapshot
from search.render.exchanges import exchange_totals, print_exchanges, write_plain_exchanges
from search.sides import exchanges_of
from tests.invented_exchanges import SHAPES, Turn, World, invent_world, make_node, values_of
from tests.small_index import JANE, OPERATOR, SAM, indexed, transcript

_SAMPLES = Path(indexer.__file__).parent / "samples"
_FACETS = ("asked_by", "asked_firm", "answered_by", "answered_role", "company", "period", "date", "warning", "call")


# against a scan


@pytest.fixture(scope="module", params=SHAPES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give invented calls, as an index of one segment or of several with deleted calls, and as plain turns."""
    world = invent_world(tmp_path_factory.mktemp("exchanges"), request.param)
    with closing(world.snapshot):
        yield world


def _found(page: ExchangePage) -> list[tuple[str, int]]:
    return [(hit.call, hit.exchange) for hit in page.hits]


@pytest.mark.parametrize("seed", range(200))
def test_exchanges_are_those_of_a_scan(world: World, seed: int) -> None:
    """Whatever is asked, with whatever filters, the exchanges and their counts by every facet are those that a scan finds."""
    random = Random(seed)
    node = make_node(random)
    company, warning = random.choice([None, None, "ACME Inc."]), random.choice([None, None, None, "no-date", "qa-inferred"])
    since, until = random.choice([None, None, "2021-01-01"]), random.choice([None, None, "2021-12-31"])
    asked, answered = random.choice([[], [], ["Baird"], ["Kim Oh", "pell"]]), random.choice([[], [], ["CFO"], ["cfo", "Ada Low"]])
    query = make_query(node.text, company=company, warning=warning, since=since, until=until, facets=_FACETS, limit=100)
    page = exchanges(world.snapshot, query, asked_by=asked, answered_by=answered)

    askers = {"Baird": {"Ann Lee"}, "Kim Oh": {"Kim Oh"}, "pell": {"Sam Poe"}}
    answerers = {"CFO": {"Jane Roe"}, "cfo": {"Jane Roe"}, "Ada Low": {"Ada Low"}}
    passes: dict[str, Callable[[list[Turn]], bool]] = {
        "company": lambda turns: company in (None, turns[0].of_call("company")),
        "warning": lambda turns: warning is None or warning in values_of(turns, "warning"),
        "date": lambda turns: (since or "") <= (turns[0].of_call("date") or "") <= (until or "9"),
        "asked_by": lambda turns: not asked or any(values_of(turns, "asked_by") & askers[each] for each in asked),
        "answered_by": lambda turns: not answered or any(values_of(turns, "answered_by") & answerers[each] for each in answered),
    }

    def scan(leaving_out: str = "") -> dict[tuple[str, int], list[Turn]]:
        chosen = [passing for name, passing in passes.items() if name != leaving_out]
        return {key: turns for key, turns in world.exchanges.items() if node.holds(turns) and all(each(turns) for each in chosen)}

    assert sorted(_found(page)) == sorted(scan())
    assert (page.exchanges, page.calls) == (len(scan()), len({call for call, _ in scan()}))
    for facet in _FACETS:
        own = {"asked_firm": "asked_by", "answered_role": "answered_by"}.get(facet, facet)
        values = {key: values_of(turns, facet) for key, turns in scan(own).items()}
        counted = Counter(value for each in values.values() for value in each)
        calls = Counter(value for value, _ in {(value, call) for (call, _), each in values.items() for value in each})
        ordered = sorted(counted, key=lambda value: (-counted[value], value or ""))
        assert page.facets[facet] == tuple((value, counted[value], calls[value]) for value in ordered)


def test_what_is_on_no_side_is_not_found(world: World) -> None:
    """Turns of those whose side nobody can tell stand within exchanges; what is sought on both sides is not sought in them."""
    unknown = {key for key, turns in world.exchanges.items() if any(turn.kind == "other" for turn in turns)}
    assert unknown
    assert exchanges(world.snapshot, make_query("speaker:unknown")).exchanges == 0
    page = exchanges(world.snapshot, make_query("*", limit=100))
    assert {said.kind for hit in page.hits for said in (*hit.questions, *hit.answers)} == {"question", "answer"}


def test_an_exchange_scores_what_its_best_turn_does(world: World) -> None:
    """A leaf weighs what it does in the best of an exchange's turns, and what AND and OR join adds up."""
    best: dict[str, dict[tuple[str, int], float]] = {}
    for word in ("=tariffs", "=china"):
        best[word] = defaultdict(float)
        for hit in answer(world.snapshot, make_query(word, limit=1000)).hits:
            if hit.exchange and hit.kind in ("question", "answer"):
                key = (hit.call, hit.exchange)
                best[word][key] = max(best[word][key], hit.score)
    for joint in ("AND", "OR"):
        page = exchanges(world.snapshot, make_query(f"=tariffs {joint} =china", limit=100))
        assert page.exchanges
        for found in page.hits:
            wanted = sum(scores[found.call, found.exchange] for scores in best.values())
            assert found.score == pytest.approx(wanted, abs=1e-5)  # each is rounded


# what is shown


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.CallIndex]:
    """Give the samples."""
    folder = tmp_path_factory.mktemp("samples")
    indexer.rebuild([_SAMPLES], index=folder)
    with search.open_index(folder) as opened:
        yield opened


def test_an_exchange_is_the_question_with_its_answers(calls: search.CallIndex) -> None:
    """The turns are in order, each side marked with what was sought there."""
    page = calls.exchanges("question:(bank lends) answer:runway", company="calder bay")
    (hit,) = page.hits
    assert (hit.call, hit.exchange, hit.period, hit.ticker) == ("CBAY-2025Q3", 2, "2025Q3", "CBAY")
    assert [(said.turn, said.speaker) for said in hit.questions] == [(number, "Naomi Tillery-Park") for number in (13, 16, 18)]
    assert [said.turn for said in hit.answers] == [14, 15, 17]
    asked, answered = hit.questions[0].snippet, hit.answers[0].snippet
    assert [asked.text[start:end] for start, end in asked.matches] == ["bank", "lends"]
    assert [answered.text[start:end] for start, end in answered.matches] == ["runway"]
    assert hit.questions[0].firm == "Lowmoor Capital Markets"
    assert "drug" in hit.questions[0].text


def test_best_or_newest_first(calls: search.CallIndex) -> None:
    """By relevance scores fall; by date days do; pages follow each other."""
    best = calls.exchanges("tariffs", limit=50)
    assert [hit.score for hit in best.hits] == sorted((hit.score for hit in best.hits), reverse=True)
    newest = calls.exchanges("tariffs", sort="date", limit=50)
    assert [hit.date for hit in newest.hits] == sorted((hit.date or "" for hit in newest.hits), reverse=True)
    paged = [found for offset in range(0, best.exchanges, 3) for found in _found(calls.exchanges("tariffs", limit=3, offset=offset))]
    assert paged == _found(best)
    with pytest.raises(InvalidValue, match="past the last"):
        calls.exchanges("tariffs", offset=best.exchanges)


@pytest.mark.parametrize(
    ("query", "options", "error", "message"),
    [
        ("question:(tariffs", {}, QuerySyntaxError, "a \\( without its \\)"),
        ("question:(answer:tariffs)", {}, QuerySyntaxError, "answer: is for earful exchanges"),
        ("tariffs", {"role": "CFO"}, InvalidValue, "role: is of a turn"),
        ("tariffs", {"facets": ("speaker",)}, InvalidValue, "no facet 'speaker' of exchanges"),
        ("tariffs", {"facets": ("nosuch",)}, UnknownField, "no facet 'nosuch'"),
        ("question:(role:boss)", {}, InvalidValue, "role: 'boss' is not possible"),
    ],
)
def test_what_cannot_be_asked(calls: search.CallIndex, query: str, options: Any, error: type[Exception], message: str) -> None:
    """Filters and facets of turns are refused, with what to choose instead."""
    with pytest.raises(error, match=message):
        calls.exchanges(query, **options)


def test_who_is_not_there_is_told(calls: search.CallIndex) -> None:
    """A firm or a role that fits nobody gives a note with what may be meant, and finds nothing."""
    page = calls.exchanges("tariffs", asked_by="kestral", answered_by=("CFO",))
    assert (page.exchanges, page.notes) == (0, ("nobody in the index fits 'kestral'; did you mean Kestrel Securities?",))
    assert page.about.filters == {"asked_by": ("kestral",), "answered_by": ("CFO",)}
    assert page.understood.endswith("; asked by kestral; answered by CFO")


# printed


_ASKED = "What will capex be, and why?"


@pytest.fixture(scope="module")
def put_off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.CallIndex]:
    """Give a call in which an answer is put off, in two paragraphs."""
    folder = tmp_path_factory.mktemp("put-off")
    said = (
        (JANE, "Welcome."),
        (OPERATOR, "Our first question is from Sam Poe."),
        (SAM, _ASKED),
        (JANE, "Capex, well.\n\nIt is too early to say."),
    )
    with indexed(folder, [transcript("DISK", "Q1 2022", *said)]), search.open_index(folder / "index") as opened:
        yield opened


def _printed(page: ExchangePage, **options: bool) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    print_exchanges(page, console, **options)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def _written(page: ExchangePage, **options: bool) -> list[str]:
    out = io.StringIO()
    write_plain_exchanges(page, out, **options)
    return out.getvalue().splitlines()


def test_how_it_looks_at_a_terminal(calls: search.CallIndex, put_off: search.CallIndex) -> None:
    """A heading, who asks and who answers, what was said, and the cues; within 80 columns, in full if asked for."""
    page = put_off.exchanges("question:capex", unanswered=True, facets=("asked_firm",))
    shown = [line.rstrip() for line in _printed(page)]
    assert shown[:6] == [
        "DISK-2022Q1  Disk Pumps · 2022Q1 · 2022-05-03 · exchange 1",
        "Q [3] Sam Poe, Pell & Harrow",
        f"    {_ASKED}",
        "A [4] Jane Roe, CFO",
        "    Capex, well. It is too early to say.",
        'cue: turn 4 has "early to say"',
    ]
    assert ["Pell", "&", "Harrow", "1", "1"] in [line.split() for line in shown]
    assert [line.rstrip() for line in _printed(page, full=True)][4:6] == ["    Capex, well.", "    It is too early to say."]
    for full in (False, True):
        assert max(map(len, _printed(calls.exchanges("runway OR tariffs", facets=("asked_firm",)), full=full))) <= 80


def test_how_it_looks_in_a_pipe(calls: search.CallIndex, put_off: search.CallIndex) -> None:
    """A line a turn, then the cues by exchange, an empty line, and the facets; in full without line ends."""
    page = put_off.exchanges("question:capex", unanswered=True, facets=("asked_firm",))
    assert _written(page) == [
        f"DISK-2022Q1:3: Sam Poe (Analyst, Pell & Harrow): {_ASKED}",
        "DISK-2022Q1:4: Jane Roe (CFO): Capex, well. It is too early to say.",
        'DISK-2022Q1:1: cue: turn 4 has "early to say"',
        "",
        "asked_firm\tPell & Harrow\t1\t1",
    ]
    assert exchange_totals(page) == "1 exchange in 1 call"
    hit = calls.exchanges("runway", limit=1)
    assert hit.hits[0].questions[0].text.replace("\n", " ") in "\n".join(_written(hit, full=True))


def test_the_command_prints_every_form(tmp_path: Path) -> None:
    """JSON and CSV hold both sides with what was asked; status 1 is nothing found."""
    indexer.rebuild([_SAMPLES], index=tmp_path)

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(earful, ["exchanges", *arguments, "--index", str(tmp_path)])

    found = json.loads(run("question:tariffs", "--asked-by", "kestrel", "--json").stdout)
    assert found["total"]["exchanges"] == 4
    assert found["filters"] == {"asked_by": ["kestrel"]}
    assert all("Kestrel Securities" in [said["firm"] for said in hit["questions"]] for hit in found["hits"])
    rows = list(csv.DictReader(io.StringIO(run("question:tariffs", "--limit", "1", "--csv").stdout, newline="")))
    assert {row["kind"] for row in rows} == {"question", "answer"}
    assert rows[0]["query"] == "question:tariffs"
    assert run("question:tariffs", "--facet", "answered_role", "--limit", "0").stdout.startswith("answered_role\tCFO\t6\t6\n")
    assert run("question:zebra").exit_code == 1
    assert run("question:(zebra").exit_code == 2
    with closing(open_snapshot(tmp_path)) as snapshot:
        assert exchanges(snapshot, make_query("*")).exchanges == exchanges_of(snapshot).count

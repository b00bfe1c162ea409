"""Exchanges are what a scan of all turns finds: each side by itself, joined by AND, OR and NOT."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

import indexer
import search
from indexer.codec import CallColumns
from indexer.errors import InvalidValue, QuerySyntaxError, UnknownField
from indexer.schema import SCHEMA_VERSION
from indexer.segments import build_segment, delete_calls
from indexer.store import Manifest, Store
from search.cli import earful
from search.exchanges import ExchangePage, exchanges
from search.query import make_query
from search.reader import Snapshot, open_snapshot
from search.render.exchanges import exchange_totals, print_exchanges, write_plain_exchanges
from search.sides import count_side_facet, exchanges_of
from tests.small_index import indexed, transcript

_SAMPLES = Path(indexer.__file__).parent / "samples"
_WORDS = ("tariffs", "pricing", "margin", "china")
_PEOPLE: dict[str, tuple[tuple[str, str, str | None], ...]] = {
    "question": (("Sam Poe", "Analyst", "Pell & Harrow"), ("Ann Lee", "Analyst", "Baird"), ("Kim Oh", "Analyst", None)),
    "answer": (("Jane Roe", "CFO", None), ("Ada Low", "CEO", None)),
}


@dataclass(frozen=True)
class _Turn:
    """A turn, as plain Python; `exchange` is 0 outside of any."""

    call: str
    number: int
    exchange: int
    kind: str
    speaker: str
    role: str
    firm: str | None
    words: tuple[str, ...]


def _invent(random: Random, call: str) -> list[_Turn]:
    """Give the turns of a call: exchanges of one or two who ask and none, one or two who answer, and somebody between them."""
    turns: list[_Turn] = []

    def say(exchange: int, kind: str, person: tuple[str, str, str | None]) -> None:
        words = tuple(random.choices(_WORDS, k=random.randint(1, 4)))
        turns.append(_Turn(call, len(turns) + 1, exchange, kind, *person, words))

    for exchange in range(1, random.randint(2, 5)):
        for kind in random.choices(("question", "answer", "answer", "question"), k=random.randint(1, 4)):
            say(exchange, kind, random.choice(_PEOPLE[kind]))
        say(0, random.choice(["operator", "remarks"]), ("Operator", "Operator", None))
    return turns


def _columns(turns: Sequence[_Turn]) -> CallColumns:
    call = turns[0].call
    return CallColumns(
        values=(call, f"{call[:4]} Inc.", call[:4], None, f"20{20 + int(call[4])}Q1", f"20{20 + int(call[4])}-05-05", "Call", None),
        person=[(turn.speaker, turn.role, turn.firm, None) for turn in turns],
        own=[("qa", turn.kind, turn.speaker) for turn in turns],
        turn=[turn.number for turn in turns],
        exchange=[turn.exchange for turn in turns],
        text=[" ".join(turn.words) for turn in turns],
    )


def _index(folder: Path, parts: Sequence[Sequence[CallColumns]], gone: Sequence[str] = ()) -> Snapshot:
    """Build an index of a segment a part, and take some calls out again."""
    store = Store(folder)
    with store.lock():
        segments = []
        for number, calls in enumerate(parts):
            with store.workspace() as work:
                segments.append(build_segment(work / str(number), calls))
                store.adopt(segments[-1], work / str(number))
        left = delete_calls(folder, segments, gone)
        store.commit(left, Manifest(versions={"schema": SCHEMA_VERSION}, sources=[], calls={}, counts={}, scanned_ns=0), None)
    return open_snapshot(folder)


@dataclass(frozen=True)
class _World:
    """Calls as an index, in one segment or several with deleted turns, and as plain turns by exchange."""

    snapshot: Snapshot
    turns: list[_Turn]

    @property
    def exchanges(self) -> dict[tuple[str, int], list[_Turn]]:
        found: dict[tuple[str, int], list[_Turn]] = defaultdict(list)
        for turn in self.turns:
            if turn.exchange:
                found[turn.call, turn.exchange].append(turn)
        return found


@pytest.fixture(scope="module", params=["whole", "steps"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_World]:
    """Give twelve calls of four companies."""
    random = Random(7)
    calls = [_invent(random, f"{ticker}{number}") for ticker in ("ACME", "BOLT", "COIL", "DISK") for number in range(3)]
    folder = tmp_path_factory.mktemp("exchanges")
    columns = [_columns(turns) for turns in calls]
    if request.param == "whole":
        snapshot = _index(folder, [columns])
    else:
        lost = [_columns(_invent(random, name)) for name in ("EVIL1", "EVIL2")]
        snapshot = _index(folder, [[*columns[:5], lost[0]], [lost[1], *columns[5:]]], gone=["EVIL1", "EVIL2"])
    yield _World(snapshot, [turn for turns in calls for turn in turns])
    snapshot.close()


# against a scan

_Holds = Callable[[list[_Turn]], bool]


def _leaf(random: Random) -> tuple[str, Callable[[_Turn], bool]]:
    kind = random.randrange(4)
    if kind == 0:
        pair = random.choices(_WORDS, k=2)
        return f'"{" ".join(pair)}"', lambda turn: pair in [list(turn.words[at : at + 2]) for at in range(len(turn.words))]
    if kind == 1:
        speaker = random.choice(["Sam Poe", "Jane Roe"])
        return f'speaker:"{speaker}"', lambda turn: turn.speaker == speaker
    word = random.choice(_WORDS)
    return f"={word}", lambda turn: word in turn.words


def _question(random: Random, side: str | None = None, depth: int = 0) -> tuple[str, _Holds]:
    """Give a query text, and whether an exchange matches it."""
    choice = random.random()
    if side is None and depth < 2 and choice < 0.5:
        own = random.choice(["question", "answer"])
        text, holds = _question(random, own, depth + 1)
        return f"{own}:({text})", holds
    if depth < 3 and choice < 0.8:
        (first, holds_first), (second, holds_second) = (_question(random, side, depth + 1) for _ in range(2))
        joint = random.choice(["AND", "OR", "NOT"])
        text = f"({first}) {joint} ({second})"
        if joint == "AND":
            return text, lambda turns: holds_first(turns) and holds_second(turns)
        if joint == "OR":
            return text, lambda turns: holds_first(turns) or holds_second(turns)
        return text, lambda turns: holds_first(turns) and not holds_second(turns)
    text, said = _leaf(random)
    return text, lambda turns: any(said(turn) for turn in turns if side in (None, turn.kind))


def _found(page: ExchangePage) -> list[tuple[str, int]]:
    return [(hit.call, hit.exchange) for hit in page.hits]


@pytest.mark.parametrize("seed", range(200))
def test_exchanges_are_those_of_a_scan(world: _World, seed: int) -> None:
    """Whatever is asked, with whatever filters, the exchanges and their counts by every facet are those that a scan finds."""
    random = Random(seed)
    text, holds = _question(random)
    company = random.choice([None, None, "ACME Inc."])
    asker, answerer = random.choice([None, None, "Baird", "Kim Oh"]), random.choice([None, None, "CFO", "Ada Low"])
    asked = [each for each in (asker,) if each]
    answered = [each for each in (answerer,) if each]
    facets = ("asked_by", "asked_firm", "answered_by", "answered_role", "company", "period")
    query = make_query(text, company=company, facets=facets, limit=100)
    page = exchanges(world.snapshot, query, asked_by=asked, answered_by=answered)

    passes: dict[str, Callable[[list[_Turn]], bool]] = {
        "company": lambda turns: company in (None, f"{turns[0].call[:4]} Inc."),
        "asked_by": lambda turns: not asker or any(asker in (turn.firm, turn.speaker) for turn in turns if turn.kind == "question"),
        "answered_by": lambda turns: not answerer or any(answerer in (turn.role, turn.speaker) for turn in turns if turn.kind == "answer"),
    }

    def scan(leaving_out: str = "") -> dict[tuple[str, int], list[_Turn]]:
        chosen = [passing for name, passing in passes.items() if name != leaving_out]
        return {key: turns for key, turns in world.exchanges.items() if holds(turns) and all(passing(turns) for passing in chosen)}

    assert sorted(_found(page)) == sorted(scan())
    assert (page.exchanges, page.calls) == (len(scan()), len({call for call, _ in scan()}))
    for facet in facets:
        own = {"asked_firm": "asked_by", "answered_role": "answered_by"}.get(facet, facet)
        values = {key: _values(turns, facet) for key, turns in scan(own).items()}
        counted = Counter(value for each in values.values() for value in each)
        calls = Counter(value for value, _ in {(value, call) for (call, _), each in values.items() for value in each})
        assert {value.value: (value.exchanges, value.calls) for value in page.facets[facet]} == {
            value: (count, calls[value]) for value, count in counted.items()
        }


def _values(turns: list[_Turn], facet: str) -> set[str | None]:
    if facet == "company":
        return {f"{turns[0].call[:4]} Inc."}
    if facet == "period":
        return {f"20{20 + int(turns[0].call[4])}Q1"}
    side, name = {
        "asked_by": ("question", "speaker"),
        "asked_firm": ("question", "firm"),
        "answered_by": ("answer", "speaker"),
        "answered_role": ("answer", "role"),
    }[facet]
    return {getattr(turn, name) for turn in turns if turn.kind == side} or {None}


@pytest.mark.parametrize("facet", ["asked_by", "asked_firm", "answered_by", "answered_role"])
@pytest.mark.parametrize("seed", range(10))
def test_turns_are_counted_by_who_stands_on_the_other_side(world: _World, facet: str, seed: int) -> None:
    """A turn counts for each value of its exchange's side, and for none outside of exchanges or where nobody stands there."""
    random = Random(seed)
    places = {(world.snapshot.value("call", doc_id), int(world.snapshot.numbers("turn")[doc_id])): doc_id for doc_id in _live(world)}
    chosen = random.sample(world.turns, k=random.randint(1, len(world.turns)))
    counts: dict[str | None, set[tuple[str, int]]] = defaultdict(set)
    for turn in chosen:
        others = world.exchanges.get((turn.call, turn.exchange), [])
        for value in _values(others, facet) if others else {None}:
            counts[value].add((turn.call, turn.number))
    doc_ids = np.array(sorted(places[turn.call, turn.number] for turn in chosen), dtype=np.uint32)
    found = count_side_facet(world.snapshot, facet, doc_ids)
    assert {value.value: (value.turns, value.calls) for value in found} == {
        value: (len(turns), len({call for call, _ in turns})) for value, turns in counts.items()
    }


def _live(world: _World) -> list[int]:
    found: list[int] = world.snapshot.live.nonzero()[0].tolist()
    return found


def test_exchanges_are_numbered_in_call_order(world: _World) -> None:
    """Every exchange has its turns, its first turn and its call; deleted ones are none."""
    table = exchanges_of(world.snapshot)
    keys = sorted(world.exchanges)
    assert table.count == len(keys)
    for number, key in enumerate(keys):
        turns = np.flatnonzero(table.of_turn == number)
        assert [int(world.snapshot.numbers("turn")[turn]) for turn in turns] == [turn.number for turn in world.exchanges[key]]
        assert table.a_turn[number] == turns[0]
        assert world.snapshot.codes("call").values[table.calls[number]] == key[0]


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


# unanswered

_CAPEX = "What will capex be, and why?"


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.CallIndex]:
    """Give calls in which a question about capex is answered, answered in other words, passed over, put off, and not answered at all."""
    folder = tmp_path_factory.mktemp("doubtful")
    operator, sam, jane = "Operator", "Sam Poe -- Pell & Harrow -- Analyst", "Jane Roe -- Chief Financial Officer"
    answers = {
        "ACME": "Capex will be ten million.",
        "BOLT": "Capital expenditures will be ten million.",
        "COIL": "We like our business as it is.",
        "DISK": "Capex, well. It is too early to say.",
    }
    texts = [
        transcript(name, "Q1 2022", (jane, "Welcome."), (operator, "Our first question is from Sam Poe."), (sam, _CAPEX), (jane, answer))
        for name, answer in answers.items()
    ]
    texts.append(transcript("EVER", "Q1 2022", (jane, "Welcome."), (operator, "Our first question is from Sam Poe."), (sam, _CAPEX)))
    with indexed(folder, texts), search.open_index(folder / "index") as opened:
        yield opened


def test_cues_come_with_their_evidence(doubtful: search.CallIndex) -> None:
    """Kept are the answers that say neither word nor synonym, those that put off, and questions without any, each with what tells."""
    page = doubtful.exchanges("question:capex", unanswered=True)
    told = {hit.call[:4]: [(each.cue, each.turn) for each in hit.evidence] for hit in page.hits}
    assert told == {"COIL": [("not-said", None)], "DISK": [("put-off", 4)], "EVER": [("no-answer", None)]}
    words = {hit.call[:4]: hit.evidence[0].in_words() for hit in page.hits}
    assert words["DISK"] == 'turn 4 has "early to say"'
    assert words["COIL"].startswith("no answer says capex")
    assert words["EVER"] == "nobody answers"
    (disk,) = (hit for hit in page.hits if hit.call.startswith("DISK"))
    snippet = disk.evidence[0].snippet
    assert snippet
    assert [snippet.text[start:end] for start, end in snippet.matches] == ["early to say"]
    assert page.exchanges == 3
    assert doubtful.exchanges("question:capex").exchanges == 5


def test_what_is_asked_stands_in_questions(doubtful: search.CallIndex) -> None:
    """What stands outside of a side is sought in questions; answer: limits the answers; what is excluded is no cue."""
    assert doubtful.exchanges("capex", unanswered=True).exchanges == 3
    assert [hit.call[:4] for hit in doubtful.exchanges("capex answer:business", unanswered=True).hits] == ["COIL"]
    (coil,) = doubtful.exchanges("capex NOT zebra answer:business", unanswered=True).hits
    assert "zebra" not in coil.evidence[0].in_words()


# printed


def test_how_it_looks(calls: search.CallIndex, doubtful: search.CallIndex) -> None:
    """At a terminal within 80 columns; in a pipe a line a turn, cues by their exchange, then the facets."""
    page = doubtful.exchanges("question:capex", unanswered=True, facets=("asked_firm",))
    console = Console(file=io.StringIO(), width=80)
    print_exchanges(page, console)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert max(map(len, shown.splitlines())) <= 80
    assert "Q [3] Sam Poe, Pell & Harrow" in shown
    assert "A [4] Jane Roe, CFO" in shown
    assert 'cue: turn 4 has "early to say"' in shown
    out = io.StringIO()
    write_plain_exchanges(page, out)
    lines = out.getvalue().splitlines()
    assert f"DISK-2022Q1:3: Sam Poe (Analyst, Pell & Harrow): {_CAPEX}" in lines
    assert 'DISK-2022Q1:1: cue: turn 4 has "early to say"' in lines
    assert lines[-1] == "asked_firm\tPell & Harrow\t3\t3"
    assert exchange_totals(page) == "3 exchanges in 3 calls"
    full = io.StringIO()
    hit = calls.exchanges("runway", limit=1)
    write_plain_exchanges(hit, full, full=True)
    assert hit.hits[0].questions[0].text.replace("\n", " ") in full.getvalue()


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

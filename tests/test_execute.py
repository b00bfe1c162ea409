"""A query is answered with exactly the turns that fit, in the right order, however the index came about.

The oracle here knows only the words of the turns and what a query tree means; Whoosh's own searcher is the second one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.index import open_dir
from whoosh.query import Every, Or, Term

import indexer
from indexer.analysis import words
from indexer.errors import InvalidValue
from search.execute import TurnWeighting, answer, match
from search.filters import field_values
from search.inflect import inflections
from search.parse import Lexicon, parse
from search.query import make_query
from search.reader import Snapshot, open_snapshot
from search.results import Page

_PEOPLE = {
    "Jane Roe -- Chief Financial Officer": ("Jane Roe", "CFO"),
    "Ada Low -- Chief Executive Officer": ("Ada Low", "CEO"),
    "Ned Low -- Chief Operating Officer": ("Ned Low", "COO"),
    "Sam Poe -- Pell & Harrow -- Analyst": ("Sam Poe", "Analyst"),
}
_SAID = "tariff tariffs tariff's raise raised raises cash runway price prices china AT&T 12.5% non-GAAP Q3 pumps pump the cash runway".split()
_PERIODS = {"Q1 2022": "May 03, 2022", "Q2 2022": "Aug 08, 2022", "Q3 2022": "Nov 07, 2022", "Q4 2022": ""}
_ROSTER = "\n\n".join(_PEOPLE)


def _transcript(ticker: str, period: str, turns: Sequence[tuple[str, str]]) -> str:
    said = "\n\n".join(f"{header}\n\n{text}" for header, text in turns)
    return f"{ticker.title()} Pumps ({ticker} 1.00%)\n{period} Earnings Call\n{_PERIODS[period]}\n\n{said}\n\nDuration: 0 minutes\n\n{_ROSTER}\n"


def _invent(ticker: str, period: str, seed: int) -> str:
    """Give a transcript of nine turns of a few words each, the speaker changing with every turn."""
    random, headers = Random(seed), list(_PEOPLE)
    turns = []
    for _ in range(9):
        header = random.choice([each for each in headers if not turns or each != turns[-1][0]])
        turns.append((header, " ".join(random.choices(_SAID, k=random.randint(2, 9)))))
    return _transcript(ticker, period, turns)


@dataclass(frozen=True)
class _Turn:
    call: str
    number: int
    words: list[str]
    values: dict[str, str]


@dataclass(frozen=True)
class _World:
    """One set of calls: in one segment, in several with deleted turns, and as plain turns in call order."""

    folders: dict[str, Path]
    snapshots: dict[str, Snapshot]
    turns: list[_Turn] = field(repr=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_World]:
    """Build the same twelve calls at once, and in three steps in which calls come, change and go."""
    source = tmp_path_factory.mktemp("source")
    folders = {kind: tmp_path_factory.mktemp(kind) for kind in ("steps", "whole")}
    periods = list(_PERIODS)

    def put(seed: int, numbers: Sequence[int]) -> None:
        for number in numbers:
            name = "ABCDEFGHIJKLMNOP"[number] + "UMP"
            (source / f"{name}.txt").write_text(_invent(name, periods[number % 4], 100 * seed + number))

    put(1, range(8))
    indexer.rebuild([source], index=folders["steps"])
    put(2, [1, 8, 9, 10])
    (source / "CUMP.txt").unlink()
    indexer.rebuild([source], index=folders["steps"])
    put(3, [4, 9, 11, 12])
    (source / "AUMP.txt").unlink()
    for folder in folders.values():
        indexer.rebuild([source], index=folder)
    turns = [
        _Turn(transcript.call, turn.number, words("\n".join(turn.paragraphs)), _values(transcript, turn))
        for path in sorted(source.iterdir())
        for transcript in indexer.read(path)
        for turn in transcript.turns
    ]
    snapshots = {kind: open_snapshot(folder) for kind, folder in folders.items()}
    yield _World(folders, snapshots, sorted(turns, key=lambda turn: (turn.call, turn.number)))
    for snapshot in snapshots.values():
        snapshot.close()


def _values(transcript: indexer.Transcript, turn: indexer.Turn) -> dict[str, str]:
    day = transcript.date.isoformat() if transcript.date else ""
    return {"role": turn.role.value, "speaker": turn.speaker, "period": transcript.period or "", "date": day, "kind": turn.kind.value}


def test_the_worlds_are_what_they_shall_be(world: _World) -> None:
    """One index is a single segment, the other has several, with deleted turns; both hold each call's nine turns."""
    assert len(world.snapshots["whole"].reader.leaf_readers()) == 1
    assert len(world.snapshots["steps"].reader.leaf_readers()) == 3
    assert world.snapshots["steps"].reader.has_deletions()
    assert [snapshot.reader.doc_count() for snapshot in world.snapshots.values()] == [len(world.turns)] * 2 == [99, 99]


# trees, as texts and as what they mean

_Fits = Callable[[_Turn], bool]


@dataclass(frozen=True)
class _Node:
    """A query text, whether it must stand in brackets inside another one, and which turns it means."""

    text: str
    fits: _Fits
    compound: bool = False

    @property
    def inner(self) -> str:
        return f"({self.text})" if self.compound else self.text


def _says(phrase: Sequence[str]) -> _Fits:
    return lambda turn: any(turn.words[place : place + len(phrase)] == list(phrase) for place in range(len(turn.words)))


def _word(text: str) -> _Node:
    parts = words(text)
    if len(parts) > 1:
        return _Node(text, _says(parts))
    forms = set(inflections(parts[0], {form for said in _SAID for form in words(said)}.__contains__))
    return _Node(text, lambda turn: not forms.isdisjoint(turn.words))


def _phrase(parts: list[str]) -> _Node:
    return _Node(f'"{" ".join(parts)}"', _says(words(" ".join(parts))))


def _prefix(start: str) -> _Node:
    return _Node(f"{start}*", lambda turn: any(word.startswith(start) for word in turn.words))


def _value(name: str, value: str, means: set[str]) -> _Node:
    return _Node(f'{name}:"{value}"', lambda turn: turn.values[name] in means)


def _not(node: _Node) -> _Node:
    return _Node(f"NOT {node.inner}", lambda turn: not node.fits(turn), compound=True)


def _all(nodes: list[_Node]) -> _Node:
    return _Node(" ".join(node.inner for node in nodes), lambda turn: all(node.fits(turn) for node in nodes), compound=True)


def _either(nodes: list[_Node]) -> _Node:
    return _Node(" OR ".join(node.inner for node in nodes), lambda turn: any(node.fits(turn) for node in nodes), compound=True)


_TEXT_LEAVES = st.one_of(
    st.sampled_from([*_SAID, "zebra"]).map(_word),
    st.lists(st.sampled_from([*_SAID, "zebra"]), min_size=1, max_size=3).map(_phrase),
    st.sampled_from(["ta", "tariff", "pri", "zz", "run"]).map(_prefix),
    st.just(_Node("*", lambda turn: True)),
)
_VALUE_LEAVES = st.sampled_from(
    [
        _value("role", "cfo", {"CFO"}),
        _value("role", "Analyst", {"Analyst"}),
        _value("role", "COO", {"COO"}),
        _value("role", "CTO", set()),
        _value("speaker", "low", {"Ada Low", "Ned Low"}),
        _value("speaker", "nobody", set()),
        _value("period", "2022", {"2022Q1", "2022Q2", "2022Q3", "2022Q4"}),
        _value("period", "q2 2022", {"2022Q2"}),
        _value("date", "2022", {"2022-05-03", "2022-08-08", "2022-11-07"}),
    ]
)


def _trees(leaves: st.SearchStrategy[_Node]) -> st.SearchStrategy[_Node]:
    """Give trees of two levels: operators over words, and over operators over words."""

    def join(parts: st.SearchStrategy[_Node]) -> st.SearchStrategy[_Node]:
        several = st.lists(parts, min_size=1, max_size=4)
        return st.one_of(several.map(_all), several.map(_either), parts.map(_not))

    return st.one_of(join(leaves), join(st.one_of(join(leaves), leaves)))


def _parse(snapshot: Snapshot, text: str) -> Any:
    return parse(text, Lexicon(snapshot.occurs, lambda name, value: field_values(snapshot, name, value)))


def _ask(snapshot: Snapshot, text: str, **options: Any) -> Page:
    return answer(snapshot, make_query(text, **{"limit": 10_000, **options}))


def _places(page: Page) -> list[tuple[str, int]]:
    return [(hit.call, hit.turn) for hit in page.hits]


@pytest.mark.parametrize("kind", ["whole", "steps"])
@settings(max_examples=150)
@given(node=_trees(st.one_of(_TEXT_LEAVES, _VALUE_LEAVES)))
def test_the_turns_that_fit_are_found_and_no_others(world: _World, kind: str, node: _Node) -> None:
    """Whatever the query, hits and totals are those of a look into every turn; sorted by date, newest calls come first, in call order."""
    page = _ask(world.snapshots[kind], node.text, sort="date")
    fitting = [turn for turn in world.turns if node.fits(turn)]
    newest_first = sorted(fitting, key=lambda turn: turn.values["date"], reverse=True)
    assert _places(page) == [(turn.call, turn.number) for turn in newest_first]
    assert (page.turns, page.calls) == (len(fitting), len({turn.call for turn in fitting}))


@pytest.mark.parametrize("kind", ["whole", "steps"])
@settings(max_examples=150)
@given(node=_trees(_TEXT_LEAVES))
def test_whoosh_s_searcher_agrees(world: _World, kind: str, node: _Node) -> None:
    """Stock Whoosh finds the same turns in the same index, with the same scores."""
    snapshot = world.snapshots[kind]
    tree = _parse(snapshot, node.text)
    doc_ids, scores = match(snapshot, tree)
    with open_dir(str(world.folders[kind])).searcher(weighting=TurnWeighting(tree)) as searcher:
        theirs = {hit.docnum: hit.score for hit in searcher.search(tree, limit=None)}
    assert doc_ids.tolist() == sorted(theirs)
    assert dict(zip(doc_ids.tolist(), scores.tolist(), strict=True)) == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("kind", ["whole", "steps"])
@settings(max_examples=60)
@given(node=_trees(_TEXT_LEAVES))
def test_best_turns_come_first_ties_in_call_order(world: _World, kind: str, node: _Node) -> None:
    """Hits are in order of their scores, and turns of one score in the order of calls and of turns in them."""
    hits = _ask(world.snapshots[kind], node.text).hits
    assert [(hit.call, hit.turn) for hit in hits] == [
        (hit.call, hit.turn) for hit in sorted(hits, key=lambda hit: (-hit.score, hit.call, hit.turn))
    ]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("role:CFO OR role:CEO OR role:COO", lambda turn: turn.values["role"] != "Analyst"),
        ("NOT (role:CFO OR role:CEO OR role:COO)", lambda turn: turn.values["role"] == "Analyst"),
        ("role:CFO OR speaker:low OR cash", lambda turn: turn.values["role"] != "Analyst" or "cash" in turn.words),
        ("(role:CFO OR speaker:low OR cash) runway", lambda turn: "runway" in turn.words and (turn.values["role"] != "Analyst" or "cash" in turn.words)),
        ("date:2022", lambda turn: turn.values["date"] != ""),
        ("date:2022 cash", lambda turn: turn.values["date"] != "" and "cash" in turn.words),
        ("period:2022 OR zebra", lambda turn: True),
    ],
)
def test_three_alternatives_or_more_mean_any_of_them(world: _World, text: str, fits: _Fits) -> None:
    """A turn that has one of many values is found, though values add nothing to its score."""
    expected = sum(map(fits, world.turns))
    assert {kind: _ask(snapshot, text, limit=0).turns for kind, snapshot in world.snapshots.items()} == {"whole": expected, "steps": expected}

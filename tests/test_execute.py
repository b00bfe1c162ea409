"""A query is answered with exactly the turns that fit, in the right order, however the index came about.

The oracle here knows only the words of the turns and what a query tree means; Whoosh's own searcher is the second one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.index import open_dir

import indexer
from indexer.analysis import words
from indexer.errors import InvalidValue, RequestError
from search.execute import TurnWeighting, answer, match
from search.filters import field_values
from search.inflect import inflections
from search.parse import Lexicon, parse
from search.query import make_query
from search.reader import Snapshot, open_snapshot
from search.results import Page
from tests.conftest import PEOPLE, SAID, Turn, World, make_transcript


def test_the_worlds_are_what_they_shall_be(world: World) -> None:
    """One index is a single segment, the other has several, with deleted turns; both hold each call's nine turns."""
    assert len(world.snapshots["whole"].reader.leaf_readers()) == 1
    assert len(world.snapshots["steps"].reader.leaf_readers()) == 3
    assert world.snapshots["steps"].reader.has_deletions()
    assert [snapshot.reader.doc_count() for snapshot in world.snapshots.values()] == [len(world.turns)] * 2 == [99, 99]


# trees, as texts and as what they mean

_Fits = Callable[[Turn], bool]


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
    forms = set(inflections(parts[0], {form for said in SAID for form in words(said)}.__contains__))
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
    st.sampled_from([*SAID, "zebra"]).map(_word),
    st.lists(st.sampled_from([*SAID, "zebra"]), min_size=1, max_size=3).map(_phrase),
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
def test_the_turns_that_fit_are_found_and_no_others(world: World, kind: str, node: _Node) -> None:
    """Whatever the query, hits and totals are those of a look into every turn; sorted by date, newest calls come first, in call order."""
    page = _ask(world.snapshots[kind], node.text, sort="date")
    fitting = [turn for turn in world.turns if node.fits(turn)]
    newest_first = sorted(fitting, key=lambda turn: turn.values["date"], reverse=True)
    assert _places(page) == [(turn.call, turn.number) for turn in newest_first]
    assert (page.turns, page.calls) == (len(fitting), len({turn.call for turn in fitting}))


@pytest.mark.parametrize("kind", ["whole", "steps"])
@settings(max_examples=150)
@given(node=_trees(_TEXT_LEAVES))
def test_whoosh_s_searcher_agrees(world: World, kind: str, node: _Node) -> None:
    """Stock Whoosh finds the same turns in the same index, with the same scores."""
    snapshot = world.snapshots[kind]
    tree = _parse(snapshot, node.text)
    found = match(snapshot, tree)
    doc_ids, scores = found.doc_ids, found.scores
    with open_dir(str(world.folders[kind])).searcher(weighting=TurnWeighting(tree)) as searcher:
        theirs = {hit.docnum: hit.score for hit in searcher.search(tree, limit=None)}
    assert doc_ids.tolist() == sorted(theirs)
    assert dict(zip(doc_ids.tolist(), scores.tolist(), strict=True)) == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("kind", ["whole", "steps"])
@settings(max_examples=60)
@given(node=_trees(_TEXT_LEAVES))
def test_best_turns_come_first_ties_in_call_order(world: World, kind: str, node: _Node) -> None:
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
        (
            "(role:CFO OR speaker:low OR cash) runway",
            lambda turn: "runway" in turn.words and (turn.values["role"] != "Analyst" or "cash" in turn.words),
        ),
        ("date:2022", lambda turn: turn.values["date"] != ""),
        ("date:2022 cash", lambda turn: turn.values["date"] != "" and "cash" in turn.words),
        ("period:2022 OR zebra", lambda turn: True),
    ],
)
def test_three_alternatives_or_more_mean_any_of_them(world: World, text: str, fits: _Fits) -> None:
    """A turn that has one of many values is found, though values add nothing to its score."""
    expected = sum(map(fits, world.turns))
    assert {kind: _ask(snapshot, text, limit=0).turns for kind, snapshot in world.snapshots.items()} == {
        "whole": expected,
        "steps": expected,
    }


# the order and the pages


@pytest.mark.parametrize("kind", ["whole", "steps"])
@pytest.mark.parametrize("options", [{}, {"sort": "date"}, {"group_by": "call"}, {"group_by": "call", "sort": "date"}])
@pytest.mark.parametrize(("text", "size"), [("cash OR pump", 7), ("*", 10), ("role:CFO", 4), ('"cash runway"', 1)])
def test_pages_concatenate_to_the_whole_list(world: World, kind: str, options: dict[str, Any], text: str, size: int) -> None:
    """Page after page gives each hit once, in the order of the whole list, and every page has the totals of all."""
    whole = _ask(world.snapshots[kind], text, **options)
    pages = [_ask(world.snapshots[kind], text, limit=size, offset=offset, **options) for offset in range(0, len(whole.hits), size)]
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)
    assert {(page.turns, page.calls) for page in pages} == {(whole.turns, whole.calls)}
    assert {len(page.hits) for page in pages[:-1]} <= {size}


@pytest.mark.parametrize("text", ["*", "role:CFO", "kind:question OR kind:answer"])
@pytest.mark.parametrize("kind", ["whole", "steps"])
def test_equally_good_turns_come_in_call_order(world: World, kind: str, text: str) -> None:
    """Where nothing said tells turns apart, calls come by id and turns as they were said, whichever segment they lie in."""
    places = _places(_ask(world.snapshots[kind], text))
    assert places == sorted(places) != []


def test_the_same_words_come_in_call_order(tmp_path: Path) -> None:
    """Turns of the very same words are equally good, however their segments differ in the words of other turns."""
    source, index, headers = tmp_path / "source", tmp_path / "index", list(PEOPLE)
    source.mkdir()
    others = ["pumps pumps", "tariff pumps", "tariff tariff cash", "cash pumps runway"]
    for step, tickers in enumerate((("ZUMP", "BUMP"), ("YUMP", "AUMP"), ("XUMP", "CUMP"))):
        for ticker in tickers:
            said = ["tariff cash runway price", *(others[step:] if ticker > "M" else others)]
            (source / f"{ticker}.txt").write_text(make_transcript(ticker, "Q2 2022", list(zip(headers * 2, said, strict=False))))
        indexer.rebuild([source], index=index)
    snapshot = open_snapshot(index)
    places = _places(_ask(snapshot, "tariff cash runway price"))
    assert len(snapshot.reader.leaf_readers()) == 3
    assert places == [(f"{letter}UMP-2022Q2", 1) for letter in "ABCXYZ"]
    snapshot.close()


def test_undated_calls_come_last(world: World) -> None:
    """Sorted by date, calls without a date follow the oldest dated one."""
    days = [hit.date for hit in _ask(world.snapshots["steps"], "*", sort="date").hits]
    assert days == ["2022-11-07"] * 18 + ["2022-08-08"] * 27 + ["2022-05-03"] * 27 + [None] * 27


@pytest.mark.parametrize("sort", ["relevance", "date"])
@pytest.mark.parametrize("kind", ["whole", "steps"])
def test_grouped_hits_are_the_first_of_each_call(world: World, kind: str, sort: str) -> None:
    """One hit a call, its first in the ungrouped order, calls in the order of these; with it, how many of its turns matched."""
    every = _ask(world.snapshots[kind], "cash OR pump", sort=sort)
    grouped = _ask(world.snapshots[kind], "cash OR pump", sort=sort, group_by="call")
    first = {place[0]: place for place in reversed(_places(every))}
    calls = [call for call, _ in _places(every)]
    assert _places(grouped) == [first[call] for call in dict.fromkeys(calls)]
    assert {hit.call: hit.matching_turns for hit in grouped.hits} == {call: calls.count(call) for call in calls}
    assert (grouped.turns, grouped.calls) == (every.turns, every.calls) == (len(calls), len(grouped.hits))
    assert {hit.matching_turns for hit in every.hits} == {None}


@pytest.mark.parametrize(
    ("text", "options", "offset", "message"),
    [
        ("*", {}, 99, "offset: 99 lies past the last of 99 turns"),
        ("*", {}, 10**9, "offset: 1000000000 lies past the last of 99 turns"),
        ("*", {"group_by": "call"}, 11, "offset: 11 lies past the last of 11 calls"),
        ("*", {"limit": 0}, 99, "offset: 99 lies past the last of 99 turns"),
    ],
)
def test_an_offset_past_the_end_is_refused(world: World, text: str, options: dict[str, Any], offset: int, message: str) -> None:
    """A page that is not there is an error that says how far the hits go, not an empty or the last page."""
    with pytest.raises(InvalidValue, match=message):
        _ask(world.snapshots["whole"], text, offset=offset, **options)
    if offset in (99, 11):
        assert len(_ask(world.snapshots["whole"], text, offset=offset - 1, **{**options, "limit": 10}).hits) == 1


def test_nothing_found_has_no_page_that_is_not_there(world: World) -> None:
    """Where nothing matches, any page is empty: nothing found, not a wrong question."""
    assert _ask(world.snapshots["whole"], "zebra", offset=1).hits == ()


def test_nothing_found_is_an_empty_first_page(world: World) -> None:
    """A query that nothing matches has an answer with zero totals, no hits and empty facets."""
    page = _ask(world.snapshots["whole"], "zebra", facets=("role",))
    assert (page.turns, page.calls, page.hits, page.facets) == (0, 0, (), {"role": ()})


# scores


def test_values_and_every_turn_do_not_weigh(world: World) -> None:
    """That somebody has the asked role says nothing about how well a turn fits: the words alone order the hits."""
    snapshot = world.snapshots["steps"]
    alone = {(hit.call, hit.turn): hit.score for hit in _ask(snapshot, "cash").hits if hit.role == "CFO"}
    assert {(hit.call, hit.turn): hit.score for hit in _ask(snapshot, "cash role:CFO").hits} == pytest.approx(alone)
    assert {hit.score for hit in _ask(snapshot, "role:CFO").hits} == {0.0}


def test_a_rare_inflection_is_no_better(world: World) -> None:
    """The inflections of a word are as rare as the commonest of them: a turn is not better for the rare form."""
    snapshot = world.snapshots["whole"]
    weighting = TurnWeighting(_parse(snapshot, "raise OR cash"))
    with open_dir(str(world.folders["whole"])).searcher(weighting=weighting) as searcher:
        factors = {form: weighting.scorer(searcher, "text", form.encode()).idf for form in ("raise", "raised", "raises", "cash")}
        plain = {form: searcher.idf("text", form.encode()) for form in factors}
    assert {factors[form] for form in ("raise", "raised", "raises")} == {min(plain[form] for form in ("raise", "raised", "raises"))}
    assert factors["cash"] == plain["cash"]


def test_alternatives_keep_their_own_weight(tmp_path: Path) -> None:
    """In `common OR rare` the rare word weighs more: the two are different words, not inflections of one."""
    (tmp_path / "source").mkdir()
    said = ["pumps cash", "pumps china", "pumps runway", "pumps raise", "pumps price", "china pumps"]
    turns = list(zip(list(PEOPLE) * 2, said, strict=False))
    (tmp_path / "source" / "a.txt").write_text(make_transcript("AUMP", "Q2 2022", turns))
    indexer.rebuild([tmp_path / "source"], index=tmp_path / "index")
    snapshot = open_snapshot(tmp_path / "index")
    best = _ask(snapshot, "pumps OR runway").hits[0]
    scores = {text: _ask(snapshot, text).hits[0].score for text in ("pumps", "runway")}
    assert best.turn == 3
    assert best.score == pytest.approx(scores["pumps"] + scores["runway"])
    snapshot.close()


# how it was understood


@pytest.mark.parametrize(
    ("text", "options", "understood"),
    [
        ("raise role:CFO", {}, '(raise | raised | raises) AND role:"cfo"'),
        ("*", {"role": "cfo", "speaker": "low"}, "every turn; role is CFO; speaker is Ada Low or Ned Low"),
        ("cash", {"since": "2022-05-01", "until": "2022-09-30"}, "cash; on or after 2022-05-01; on or before 2022-09-30"),
        ("cash", {"firm": "zed"}, "cash; firm is nothing in the index"),
    ],
)
def test_an_answer_says_how_it_was_understood(world: World, text: str, options: dict[str, Any], understood: str) -> None:
    """The query and its filters are told in words, each filter with the values of the index that it means."""
    assert _ask(world.snapshots["steps"], text, **options).understood == understood


def test_notes_name_values_that_nothing_fits(world: World) -> None:
    """A filter value that the index does not know finds nothing, and the answer says so."""
    page = _ask(world.snapshots["steps"], "cash", firm="zed", speaker=["low", "nobody"])
    assert (page.turns, page.hits) == (0, ())
    assert page.notes == ("no firm in the index fits 'zed'", "no speaker in the index fits 'nobody'")


def test_the_text_as_given_is_in_the_answer(world: World) -> None:
    """An answer carries the query as it was typed."""
    assert _ask(world.snapshots["steps"], "  “cash runway” ").query == "  “cash runway” "


@pytest.mark.parametrize(("text", "fits"), [("q3 " * 1333, True), ("NOT q3 " * 150, False), ("q3 OR " * 666 + "q3", True)])
def test_the_longest_queries_are_answered_or_refused(world: World, text: str, fits: bool) -> None:
    """A query of thousands of characters has an answer or is an error of ours; it never breaks the search."""
    try:
        found = _ask(world.snapshots["whole"], text, limit=1).turns
    except RequestError:
        return
    assert found == sum(("q3" in turn.words) is fits for turn in world.turns)

"""Whatever the query tree, arrays answer as Whoosh's own searcher does: the same turns, scores, order and counts.

`test_execute` asks in our query language, which makes only some trees. Here trees are put together directly, of all kinds of
Whoosh's queries that are answered from arrays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import query as q
from whoosh.automata.lev import levenshtein_automaton
from whoosh.searching import Searcher

import indexer
from search.execute import TurnWeighting, match
from search.facets import FacetCounts
from search.patterns import fitting
from search.reader import Snapshot, open_snapshot
from search.results import FacetValue
from search.tree import Forms
from tests.conftest import PEOPLE, World, make_transcript

_FIELDS = ("role", "speaker", "call", "section")  # whose counts are compared
_WORDS = "tariff tariffs tariff's raise raised raises cash runway price prices china at&t 12.5 non gaap q3 pumps pump the".split()
_KINDS = pytest.mark.parametrize("kind", ["whole", "steps"])


# trees

_boosts = st.sampled_from([1.0, 1.0, 1.0, 0.5, 2.0, 3.25])
_words = st.sampled_from([*_WORDS, "zebra"])
_flags = st.booleans()
# Patterns, and the fields that they shall be looked for in.
_PREFIXES = {
    "text": ["", "t", "ta", "tariff", "pr", "r", "12", "zz"],
    "speaker": ["", "a", "ada low", "z"],
    "date": ["2022", "2022-0"],
    "call": ["b"],
}
_WILDCARDS = {
    "text": ["*", "*s", "ta*", "pr?ce*", "[pr]*", "[!a-p]*", "?a*", "*'s", "*zz*", "cash", "[", "**a*"],
    "speaker": ["*", "* low", "?a* ?o?"],
    "role": ["c?o", "*"],
    "date": ["2022-??-0*", "*11*"],
}
_MISSPELT = {
    "text": ["tarif", "tariff", "prcie", "cahs", "runwya", "pumpss", "12", "q", "rais", "hte", ""],
    "speaker": ["ada lwo", "ned low"],
    "role": ["cfo"],
}
_BOUNDS = {
    "text": [None, "", "a", "cash", "china", "price", "pricey", "raised", "zz"],
    "date": [None, "2022", "2022-05-03", "2022-08-08", "2022-11-07"],
    "role": [None, "analyst", "ceo", "cfo", "d"],
}


def _of(texts: dict[str, list[Any]]) -> st.SearchStrategy[tuple[str, Any]]:
    """Give a field, the text most often, and a text for it."""
    return st.sampled_from([*["text"] * len(texts), *texts]).flatmap(lambda field: st.tuples(st.just(field), st.sampled_from(texts[field])))


_LEAVES: dict[str, st.SearchStrategy[q.Query]] = {
    "term": st.builds(q.Term, st.just("text"), _words, boost=_boosts),
    "value": st.builds(
        lambda term, boost: q.Term(*term, boost=boost),
        st.sampled_from(
            [("role", "cfo"), ("role", "analyst"), ("role", "cto"), ("speaker", "ada low"), ("period", "2022q2"), ("nosuch", "x")]
        ),
        _boosts,
    ),
    "forms": st.builds(
        lambda forms, boost: Forms([q.Term("text", form) for form in forms], boost=boost),
        st.sampled_from([["raise", "raised", "raises"], ["price", "prices"], ["pump", "pumps", "zebra"]]),
        _boosts,
    ),
    "phrase": st.builds(q.Phrase, st.just("text"), st.lists(_words, min_size=1, max_size=4), slop=st.integers(0, 5), boost=_boosts),
    "prefix": st.builds(lambda text, boost, same: q.Prefix(*text, boost=boost, constantscore=same), _of(_PREFIXES), _boosts, _flags),
    "wildcard": st.builds(lambda text, boost, same: q.Wildcard(*text, boost=boost, constantscore=same), _of(_WILDCARDS), _boosts, _flags),
    "fuzzy": st.builds(
        lambda text, boost, most, start, same: q.FuzzyTerm(
            *text, boost=boost, maxdist=most, prefixlength=min(start, len(text[1])), constantscore=same
        ),
        _of(_MISSPELT),
        _boosts,
        st.integers(0, 3),
        st.integers(0, 3),
        _flags,
    ),
    "range": st.sampled_from(["text", "text", "date", "role"]).flatmap(
        lambda field: st.builds(
            q.TermRange,
            st.just(field),
            st.sampled_from(_BOUNDS[field]),
            st.sampled_from(_BOUNDS[field]),
            startexcl=_flags,
            endexcl=_flags,
            boost=_boosts,
            constantscore=_flags,
        )
    ),
    "every": st.builds(q.Every, st.sampled_from([None, "text", "date", "firm", "role"]), boost=_boosts),
    "nothing": st.just(q.NullQuery),
}
_leaves = st.one_of(*_LEAVES.values())


def _trees(depth: int, *, nots: bool = True) -> st.SearchStrategy[q.Query]:
    """Give trees of operators so deep. What a Not excludes has no Not in it: see `test_not_finds_no_deleted_turn`."""
    if not depth:
        return _leaves
    parts = _trees(depth - 1, nots=nots)
    excluded = _trees(depth - 1, nots=False)
    if nots:
        parts = st.one_of(parts, parts, parts, st.builds(q.Not, excluded, boost=_boosts))
    several = st.lists(parts, min_size=1, max_size=4)
    return st.one_of(
        parts,
        st.builds(q.Or, several, boost=_boosts),
        st.builds(q.And, several, boost=_boosts),
        st.builds(q.AndNot, parts, excluded),
        st.builds(q.AndMaybe, parts, parts),
        st.builds(q.Require, parts, parts),
        st.builds(q.ConstantScoreQuery, parts, st.sampled_from([1.0, 0.5, 4.0])),
    )


# Whoosh's answer


def _mend(tree: q.Query) -> q.Query:
    """Say otherwise what Whoosh's matchers get wrong: see the tests of its faults below."""
    if isinstance(tree, q.AndNot):
        return q.Require(tree.a, q.Not(tree.b))
    if isinstance(tree, q.AndMaybe):
        return q.Or([tree.a, q.Require(tree.b, tree.a)])
    return tree


def _ask_whoosh(snapshot: Snapshot, tree: q.Query) -> dict[int, float]:
    """Give the turns that Whoosh's searcher finds, best first, and their scores."""
    with Searcher(snapshot.reader, weighting=TurnWeighting(tree), closereader=False) as searcher:
        return {hit.docnum: hit.score for hit in searcher.search(tree, limit=None)}


def _living(snapshot: Snapshot, scores: dict[int, float]) -> dict[int, float]:
    return {doc_id: score for doc_id, score in scores.items() if not snapshot.reader.is_deleted(doc_id)}


def _found(snapshot: Snapshot, tree: q.Query) -> dict[int, float]:
    found = match(snapshot, tree)
    doc_ids, scores = found.doc_ids, found.scores
    return dict(zip(doc_ids.tolist(), scores.tolist(), strict=True))


def _count(snapshot: Snapshot, doc_ids: list[int], field: str) -> list[FacetValue]:
    """Count a field's values by hand: most turns first, ties by value."""
    values, calls = (snapshot.reader.column_reader(name) for name in (field, "call"))
    turns = Counter(values[doc_id] for doc_id in doc_ids)
    of_calls = Counter(value for value, _ in {(values[doc_id], calls[doc_id]) for doc_id in doc_ids})
    return [FacetValue(value, turns[value], of_calls[value]) for value in sorted(turns, key=lambda value: (-turns[value], value))]


def _compare(snapshot: Snapshot, tree: q.Query, most: int = 10) -> None:
    theirs = _living(snapshot, _ask_whoosh(snapshot, tree.accept(_mend)))
    found = match(snapshot, tree)
    doc_ids, scores = found.doc_ids, found.scores
    assert doc_ids.tolist() == sorted(theirs)
    assert scores.tolist() == pytest.approx([theirs[doc_id] for doc_id in doc_ids.tolist()], abs=1e-5)
    best = doc_ids[np.lexsort((doc_ids, -scores))][:most].tolist()
    assert [theirs[doc_id] for doc_id in best] == pytest.approx(list(theirs.values())[:most], abs=1e-5)
    counts = FacetCounts(snapshot, doc_ids)
    assert {field: list(counts.of(field)) for field in _FIELDS} == {field: _count(snapshot, list(theirs), field) for field in _FIELDS}


@_KINDS
@pytest.mark.parametrize("leaf", _LEAVES)
@given(data=st.data())
@settings(max_examples=100)
def test_leaves_are_answered_alike(world: World, kind: str, leaf: str, data: st.DataObject) -> None:
    """Each kind of leaf, by itself."""
    _compare(world.snapshots[kind], data.draw(_LEAVES[leaf]))


@_KINDS
@given(said=st.lists(st.sampled_from(["cash", "runway", "the", "tariff"]), min_size=2, max_size=5), slop=st.integers(0, 6))
@settings(max_examples=200)
def test_phrases_are_answered_alike(world: World, kind: str, said: list[str], slop: int) -> None:
    """Phrases of a few common words, which come again in a turn and in the phrase itself."""
    _compare(world.snapshots[kind], q.Phrase("text", said, slop=slop))


@_KINDS
@given(tree=_trees(3), most=st.integers(1, 20))
@settings(max_examples=1000)
def test_trees_are_answered_alike(world: World, kind: str, tree: q.Query, most: int) -> None:
    """Operators inside operators inside operators."""
    _compare(world.snapshots[kind], tree, most)


_TARIFF, _CASH, _PRICE = (q.Term("text", word) for word in ("tariff", "cash", "price"))
_ON_ARRAYS = [
    *(q.Term(*term, boost=2.0) for term in (("text", "cash"), ("nosuch", "x"))),
    q.Term("role", "cfo", boost=1e6),  # for a value's own score is a trifle
    q.TermRange("speaker", "ada low", "zed", boost=1e6, constantscore=False),
    Forms([_TARIFF, _CASH], boost=2.0),
    q.Phrase("text", ["cash", "runway"], boost=2.0),
    q.Phrase("text", ["cash", "cash", "runway"], slop=4),
    *(q.Every(field, boost=2.0) for field in (None, "text", "date")),
    *(q.Prefix("text", text, boost=2.0, constantscore=same) for text in ("pr", "") for same in (True, False)),
    *(q.Wildcard("text", text, boost=2.0, constantscore=same) for text in ("p*s", "*") for same in (True, False)),
    q.Wildcard("speaker", "* low", boost=2.0),
    q.FuzzyTerm("text", "prices", boost=2.0, maxdist=2, prefixlength=2),
    q.TermRange("text", "cash", "price", endexcl=True, boost=2.0),
    q.TermRange("speaker", "ada low", None, startexcl=True, boost=2.0),
    q.NullQuery,
    q.Or([_TARIFF, q.Not(_CASH)], boost=2.0),
    q.And([_TARIFF, q.Not(_CASH)], boost=2.0),
    q.And([q.Not(_TARIFF), q.Not(_CASH)], boost=2.0),
    q.Not(_TARIFF, boost=2.0),
    q.AndNot(_TARIFF, _CASH),
    q.AndMaybe(_TARIFF, _CASH),
    q.Require(_TARIFF, _CASH),
    q.ConstantScoreQuery(_TARIFF, 2.0),
]


@_KINDS
@pytest.mark.parametrize("tree", _ON_ARRAYS, ids=repr)
def test_no_matcher_is_asked(monkeypatch: pytest.MonkeyPatch, world: World, kind: str, tree: q.Query) -> None:
    """What arrays answer, Whoosh's matchers are not asked for."""
    _compare(world.snapshots[kind], tree)
    monkeypatch.setattr(import_module("search.execute.match")._Execution, "_by_whoosh", _refuse)
    _ = match(world.snapshots[kind], tree).scores


def _refuse(_: Any, tree: q.Query) -> NoReturn:
    pytest.fail(f"Whoosh's matchers were asked for {tree!r}")


# what is left to Whoosh's matchers


@_KINDS
@pytest.mark.parametrize(
    "tree",
    [
        q.DisjunctionMax([_TARIFF, _CASH, _PRICE]),
        q.Or([_TARIFF, _CASH, q.Term("text", "price", boost=0.0)]),
        q.And([_TARIFF, q.Or([_CASH, _PRICE, q.ConstantScoreQuery(_TARIFF, -1.0)])]),
        q.Prefix("text", "runw", boost=2.0),
        q.Wildcard("role", "*fo", boost=2.0),
        q.Regex("text", "pr[io]", constantscore=False),
        q.Otherwise(_TARIFF, _CASH),
        q.Require(q.Sequence([_CASH, q.Term("text", "runway")]), _TARIFF),
    ],
    ids=repr,
)
def test_the_rest_is_left_to_whoosh(world: World, kind: str, tree: q.Query) -> None:
    """Other queries, and those whose meaning is Whoosh's own affair, are answered by its matchers, in several segments too."""
    snapshot = world.snapshots[kind]
    assert _found(snapshot, tree) == pytest.approx(_living(snapshot, _ask_whoosh(snapshot, tree)), abs=1e-5)


@_KINDS
def test_a_scale_is_left_to_whoosh(world: World, kind: str) -> None:
    """An Or with a scale finds the same turns, with other scores. Whoosh's searcher counts the parts anew where one has come to its end."""
    plain, scaled = (_found(world.snapshots[kind], q.Or([_TARIFF, _CASH, _PRICE], scale=scale)) for scale in (None, 0.5))
    assert plain.keys() == scaled.keys()
    assert plain != scaled


# constant scores


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Build a segment of more turns, and of more words that begin alike, than Whoosh adds up in an array."""
    source, index = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("index")
    turns = [(list(PEOPLE)[number % 4], f"pump w{number % 1100} w{number % 7} x{number % 50}") for number in range(5_100)]
    (source / "CUMP.txt").write_text(make_transcript("CUMP", "Q1 2022", turns))
    indexer.rebuild([source], index=index)
    snapshot = open_snapshot(index)
    yield snapshot
    snapshot.close()


@pytest.mark.parametrize(
    ("tree", "is_constant"),
    [
        (q.Prefix("text", "w", boost=2.0), True),
        (q.Prefix("text", "x", boost=2.0), False),
        (q.Prefix("text", "w", boost=2.0, constantscore=False), False),
        (q.TermRange("speaker", None, None, boost=2.0), False),
    ],
    ids=repr,
)
def test_constant_scores_are_heeded_where_whoosh_does(crowd: Snapshot, tree: q.Query, is_constant: bool) -> None:
    """In a segment of more than 5,000 turns Whoosh heeds `constantscore` only for 1,024 words and more; so do we."""
    _compare(crowd, tree)
    assert (set(match(crowd, tree).scores.tolist()) == {1.0}) is is_constant


# where Whoosh is wrong, in 2.7.5 and 3.54


_PAIRS = [(q.Term("text", a), q.Term("text", b)) for a in _WORDS for b in _WORDS]


@_KINDS
def test_not_finds_no_deleted_turn(world: World, kind: str) -> None:
    """Not gives all living turns but the excluded; Whoosh's gives also a deleted one that follows the last of the excluded."""
    snapshot = world.snapshots[kind]
    every = _found(snapshot, q.Every())
    for term in {pair[0] for pair in _PAIRS}:
        assert _found(snapshot, q.Not(term)) == dict.fromkeys(every.keys() - _found(snapshot, term).keys(), 1.0)


@_KINDS
def test_and_not_excludes_the_first_turn_too(world: World, kind: str) -> None:
    """AndNot excludes all that it shall; Whoosh's overlooks the first turn where an earlier one is excluded."""
    snapshot = world.snapshots[kind]
    for a, b in _PAIRS:
        wanted, unwanted = _found(snapshot, a), _found(snapshot, b)
        assert _found(snapshot, q.AndNot(a, b)) == {doc_id: score for doc_id, score in wanted.items() if doc_id not in unwanted}


@_KINDS
def test_and_maybe_adds_wherever_it_stands(world: World, kind: str) -> None:
    """AndMaybe is right in Whoosh by itself; inside a Require, Whoosh's forgets scores where it skips turns."""
    snapshot = world.snapshots[kind]
    for a, b in _PAIRS:
        alone = _found(snapshot, q.AndMaybe(a, b))
        assert alone == pytest.approx(_living(snapshot, _ask_whoosh(snapshot, q.AndMaybe(a, b))), abs=1e-5)
        kept = _found(snapshot, _CASH)
        assert _found(snapshot, q.Require(q.AndMaybe(a, b), _CASH)) == {doc_id: alone[doc_id] for doc_id in alone.keys() & kept.keys()}


# words

_some_words = st.lists(st.text("aàb€😀", min_size=1, max_size=4), unique=True)


@given(found=_some_words, text=st.text("aàb€😀", max_size=4), most=st.integers(0, 3), start=st.integers(0, 4))
@settings(max_examples=200)
def test_edits_are_counted_as_by_whoosh_s_automaton(found: list[str], text: str, most: int, start: int) -> None:
    """Letters are inserted, left out and replaced, whatever their bytes; two that change places are two edits."""
    said = sorted(word.encode() for word in found)
    start = min(start, len(text))
    automaton = levenshtein_automaton(text, most, start)
    expected = [place for place, word in enumerate(said) if automaton.accept(word.decode())]
    assert fitting(q.FuzzyTerm("text", text, maxdist=most, prefixlength=start), said).tolist() == expected


@given(found=_some_words, pattern=st.text("aà€😀*?", max_size=5))
@settings(max_examples=200)
def test_a_question_mark_is_one_letter(found: list[str], pattern: str) -> None:
    """A wildcard means letters, not bytes."""
    said = sorted(word.encode() for word in found)
    fits = [place for place, word in enumerate(said) if fnmatchcase(word.decode(), pattern)]
    assert fitting(q.Wildcard("text", pattern), said).tolist() == fits


def test_scores_are_the_same_when_they_are_read_again(world: World) -> None:
    """To score turns changes nothing: what adds to the scores of others adds to a copy."""
    tree = q.AndMaybe(q.Or([q.Term("text", "cash"), q.Term("text", "pump")]), q.Term("text", "runway"))
    found = match(world.snapshots["whole"], tree)
    assert found.scores.tolist() == found.scores.tolist() == match(world.snapshots["whole"], tree).scores.tolist()

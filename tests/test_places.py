"""Where words follow each other or stand near each other is what a look at every place says."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.query import FuzzyTerm, Or, Phrase, Prefix, Term, Wildcard
from whoosh.query import Query as Tree

from indexer.codec import SegmentArrays
from indexer.segments import build_segment
from search.execute.places import places_of
from search.tree import Forms, Near, Synonymous
from tests.rows import row

_Turn = list[str]
_LETTERS = st.sampled_from("abcd")
_TURNS = st.lists(st.lists(_LETTERS, max_size=9), min_size=1, max_size=6)


def _arrays(folder: Path, turns: list[_Turn]) -> SegmentArrays:
    segment = build_segment(folder, [row(" ".join(turn)) for turn in turns])
    return SegmentArrays.open(folder, segment.segment_id())


def _said(turns: list[_Turn], tree: Tree) -> list[tuple[int, int]]:
    """Give by hand the turns and places at which something is said."""
    return [(number, place) for number, turn in enumerate(turns) for place in range(len(turn)) if _holds(turn, place, tree)]


def _holds(turn: _Turn, place: int, tree: Tree) -> bool:
    if isinstance(tree, Near):
        places = [[at for at in range(len(turn)) if _holds(turn, at, part)] for part in tree.subqueries[1:]]
        chosen = product([place], *places) if _holds(turn, place, tree.subqueries[0]) else ()
        return any(max(each) - min(each) <= tree.distance for each in chosen)
    if isinstance(tree, Phrase):
        return _follows(turn, place, tree.words, tree.slop)
    if isinstance(tree, Or):
        return any(_holds(turn, place, part) for part in tree.subqueries)
    return bool(turn[place] == tree.text)


def _follows(turn: _Turn, place: int, words: list[str], slop: int) -> bool:
    if turn[place] != words[0]:
        return False
    return len(words) == 1 or any(_follows(turn, at, words[1:], slop) for at in range(place + 1, min(place + slop, len(turn) - 1) + 1))


_TERMS = st.builds(Term, st.just("text"), _LETTERS)
_PHRASES = st.builds(lambda words, slop: Phrase("text", words, slop=slop), st.lists(_LETTERS, min_size=2, max_size=4), st.integers(1, 4))
_LEAVES = st.one_of(_TERMS, _PHRASES, st.lists(_TERMS, min_size=1, max_size=2).map(Forms))
_NEARS = st.builds(Near, st.lists(_LEAVES, min_size=2, max_size=3), st.integers(1, 5))
_TREES = st.one_of(_LEAVES, _NEARS, st.lists(st.one_of(_TERMS, _PHRASES), min_size=1, max_size=3).map(Synonymous))


@given(turns=_TURNS, tree=_TREES)
def test_places_are_those_that_a_look_at_each_finds(tmp_path_factory: pytest.TempPathFactory, turns: list[_Turn], tree: Tree) -> None:
    """A phrase, however wide, is where its first word stands; what is near each other, where the first of it does; in one turn only."""
    arrays = _arrays(tmp_path_factory.mktemp("segment"), turns)
    try:
        starts = arrays.turn_starts
        assert places_of(arrays, tree).tolist() == [int(starts[turn]) + place for turn, place in _said(turns, tree)]
    finally:
        arrays.close()


@pytest.mark.parametrize(
    ("tree", "places"),
    [
        (Prefix("text", "tar"), [0, 1]),
        (Wildcard("text", "*ff*"), [0, 1, 3]),
        (Wildcard("text", "d?ty"), [2]),
        (FuzzyTerm("text", "tarifs", maxdist=2, prefixlength=1), [0, 1]),
        (Prefix("text", "zz"), []),
        (Term("text", "zebra"), []),
        (Phrase("text", ["duty", "zebra"]), []),
        (Near([Term("text", "duty"), Term("text", "zebra")], 5), []),
    ],
)
def test_patterns_are_said_where_their_words_are(tmp_path: Path, tree: Tree, places: list[int]) -> None:
    """A pattern is said where any of its words is; what nobody says is said nowhere."""
    arrays = _arrays(tmp_path, [["tariff", "tariffs"], ["duty", "effect"]])
    assert places_of(arrays, tree).tolist() == places
    arrays.close()

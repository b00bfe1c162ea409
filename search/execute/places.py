"""Where is what is sought said? A tree in, places out: where each word or phrase begins that makes a turn match."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q

from indexer.codec import SegmentArrays
from search.budget import spend, spending
from search.execute.phrases import begins_near, phrase_begins
from search.patterns import fitting, in_shares, to_bytes
from search.tree import Forms, Near, Synonymous

__all__ = ["places_of", "unite_places"]

_Places = NDArray[np.uint32]
_NOWHERE = np.empty(0, dtype=np.uint32)


def places_of(arrays: SegmentArrays, tree: q.Query) -> _Places:
    """Give the places in a segment at which a part of a query is said: uint32[n], ascending, each once.

    Args:
        arrays: The segment.
        tree: A word, a phrase, a pattern of words, things near each other, or alternatives of these. A phrase is said where its
            first word stands; things near each other are said where the first of them stands.
    """
    spend()
    return _RULES[type(tree)](arrays, tree)


def unite_places(parts: Sequence[_Places]) -> _Places:
    """Put places together: uint32[n], ascending, each once."""
    places = np.concatenate([_NOWHERE, *parts])
    places.sort()  # ten times as fast as np.unique, which looks each up in a table first
    return places[np.flatnonzero(np.diff(places, prepend=places[:1] + np.uint32(1)))]


def _term(arrays: SegmentArrays, tree: q.Term) -> _Places:
    word = arrays.find(to_bytes(tree.text))
    return _NOWHERE if word is None else arrays.positions(word)


def _phrase(arrays: SegmentArrays, tree: q.Phrase) -> _Places:
    words = [word for text in tree.words if (word := arrays.find(to_bytes(text))) is not None]
    return phrase_begins(arrays, words, tree.slop) if words and len(words) == len(tree.words) else _NOWHERE


def _pattern(arrays: SegmentArrays, tree: q.Query) -> _Places:
    words = fitting(tree, arrays.words)
    shares = in_shares(arrays.numbers("words", "count")[words])
    return np.sort(np.concatenate([_NOWHERE, *(arrays.positions_of(words[share]) for share in spending(shares))]))


def _alternatives(arrays: SegmentArrays, tree: q.Or) -> _Places:
    return _any([places_of(arrays, part) for part in tree.subqueries])


def _near(arrays: SegmentArrays, tree: Near) -> _Places:
    parts = [places_of(arrays, part) for part in tree.subqueries]
    return begins_near(arrays, parts, tree.distance) if all(map(len, parts)) else _NOWHERE


def _any(parts: Sequence[_Places]) -> _Places:
    return parts[0] if len(parts) == 1 else unite_places(parts)


_RULES: dict[type, Callable[[SegmentArrays, Any], _Places]] = {
    q.Term: _term,
    q.Phrase: _phrase,
    q.Prefix: _pattern,
    q.Wildcard: _pattern,
    q.FuzzyTerm: _pattern,
    Near: _near,
    Forms: _alternatives,
    Synonymous: _alternatives,
    q.Or: _alternatives,
}

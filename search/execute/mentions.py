"""How often is what is sought said? Turns in, mentions out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q

from indexer.codec import SegmentArrays
from search.budget import spending
from search.execute.found import DocIds
from search.execute.phrases import per_turn
from search.execute.places import places_of, unite_places
from search.reader import Snapshot
from search.tree import Forms, Near, Synonymous

__all__ = ["count_mentions", "sought"]

_Counts = NDArray[np.uint32]


def count_mentions(snapshot: Snapshot, tree: q.Query, doc_ids: DocIds) -> _Counts | None:
    """Count how often turns say what a query seeks.

    A mention is a place in a turn where a word or phrase that is sought begins; a place counts once, however many parts of
    the query it fits. Of things near each other it is the first one's place. What is excluded is not sought.

    Args:
        snapshot: Of the index.
        tree: The query.
        doc_ids: uint32[n], ascending.

    Returns:
        uint32[n]; None if the query seeks nothing that is said, but values of fields, or every turn.
    """
    parts = tuple(dict.fromkeys(sought(tree)))
    if not parts:
        return None
    counts = [_in_segment(segment.arrays, parts) for segment in snapshot.segments]
    return np.concatenate(counts)[doc_ids]


def sought(tree: q.Query) -> Iterator[q.Query]:
    """Give the parts of a query that are sought in what is said: words, phrases, patterns, things near each other."""
    if isinstance(tree, Forms | Synonymous):
        if any(True for part in tree.subqueries for _ in sought(part)):
            yield tree
    elif isinstance(tree, Near):
        yield tree
    elif isinstance(tree, q.Term | q.Phrase | q.Prefix | q.Wildcard | q.FuzzyTerm):
        if tree.fieldname == "text":
            yield tree
    elif not isinstance(tree, q.Not):
        for part in tree.children():
            yield from sought(part)


def _in_segment(arrays: SegmentArrays, parts: tuple[q.Query, ...]) -> _Counts:
    words = _single_words(arrays, parts)
    if words is not None:  # no two words have the same place, so their counts add up
        counts = np.zeros(arrays.turn_count, dtype=np.uint32)
        for word in spending(words):
            counts[arrays.doc_ids(word)] += arrays.frequencies(word)
        return counts
    said = [places_of(arrays, part) for part in parts]
    places = said[0] if len(said) == 1 else unite_places(said)
    return per_turn(arrays, places).astype(np.uint32)


def _single_words(arrays: SegmentArrays, parts: tuple[q.Query, ...]) -> set[int] | None:
    """Give the words of which the parts consist, by their places in the segment; None if not all of them are words."""
    terms = [term for part in parts for term in (part.subqueries if isinstance(part, Forms) else (part,))]
    if not all(isinstance(term, q.Term) for term in terms):
        return None
    return {word for term in terms if (word := arrays.find(term.text.encode())) is not None}

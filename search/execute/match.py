"""Which turns does a query tree match, and how well? The tree becomes operations on the arrays of each segment.

What is not known here, Whoosh's own matchers answer from the same segment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q
from whoosh.scoring import bm25
from whoosh.searching import SearchContext, Searcher

from indexer.codec import SegmentArrays
from search.execute.weighting import SCORE_DIGITS, TRIFLE, TurnWeighting
from search.parse import Forms
from search.reader import Segment, Snapshot

__all__ = ["match"]

_DocIds = NDArray[np.uint32]
_Scores = NDArray[np.float64]

# An Or of so many turns, as a share of a segment's, is summed up in an array of all turns rather than by sorting.
_DENSE_SHARE = 1 / 64


@dataclass(frozen=True, slots=True)
class _Found:
    """Turns of a segment that match: doc_ids uint32[n], ascending; scores float64[n]."""

    doc_ids: _DocIds
    scores: _Scores

    def at(self, chosen: NDArray[Any]) -> _Found:
        return _Found(self.doc_ids[chosen], self.scores[chosen])


_NOTHING = _Found(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.float64))


def match(snapshot: Snapshot, tree: q.Query) -> tuple[_DocIds, _Scores]:
    """Find the turns that a query tree matches.

    Returns:
        doc_ids uint32[n], ascending, over all segments, and their scores float64[n].
    """
    statistics = _Statistics(snapshot, tree)
    parts = []
    for number, segment in enumerate(snapshot.segments):
        found = _Execution(statistics, segment, number).of(tree)
        if segment.live is not None:
            found = found.at(segment.live[found.doc_ids])
        parts.append((found.doc_ids + np.uint32(segment.first), found.scores))
    scores = np.concatenate([scores for _, scores in parts])
    return np.concatenate([doc_ids for doc_ids, _ in parts]), np.round(scores, SCORE_DIGITS)


class _Statistics:
    """What scores depend on: counts over all segments, as Whoosh's searcher has them."""

    def __init__(self, snapshot: Snapshot, tree: q.Query) -> None:
        self._snapshot = snapshot
        self.weighting = TurnWeighting(tree)
        self._idfs: dict[str, dict[bytes, float]] = {}

    @property
    def average_length(self) -> float:
        """How many words a turn has; 1 if none has any, as Whoosh has it."""
        return self._snapshot.average_length or 1

    def idf(self, word: str) -> float:
        """How rare a word is; of the forms of one word, how rare the commonest is."""
        return min(self._idf(form) for form in self.weighting.forms_of(word))

    def _idf(self, word: str) -> float:
        return self._rarity(sum(segment.arrays.turn_count_of(word.encode()) for segment in self._snapshot.segments))

    def _rarity(self, turns: int) -> float:
        return log(self._snapshot.turn_count / (turns + 1)) + 1

    def idfs(self, prefix: str) -> dict[bytes, float]:
        """How rare each word is that begins so; computed once for all segments."""
        if prefix not in self._idfs:
            turns: Counter[bytes] = Counter()
            for segment in self._snapshot.segments:
                first, last = segment.arrays.find_prefix(prefix.encode())
                counts = segment.arrays.numbers("words", "turn_count")[first:last]
                turns.update(dict(zip(segment.arrays.words[first:last], counts.tolist(), strict=True)))
            grouped = self.weighting.is_grouped
            self._idfs[prefix] = {
                word: self.idf(word.decode()) if grouped(word.decode()) else self._rarity(count) for word, count in turns.items()
            }
        return self._idfs[prefix]

    @cached_property
    def leaf_searchers(self) -> list[Searcher]:
        """Whoosh's searcher of each segment, for what only it knows how to answer."""
        return [leaf for leaf, _ in Searcher(self._snapshot.reader, weighting=self.weighting).leaf_searchers()]


class _Execution:
    """The execution of a tree on one segment."""

    def __init__(self, statistics: _Statistics, segment: Segment, number: int) -> None:
        self._statistics = statistics
        self._segment = segment
        self._arrays: SegmentArrays = segment.arrays
        self._number = number

    def of(self, tree: q.Query) -> _Found:
        operation = _OPERATIONS.get(type(tree))
        if operation is None or getattr(tree, "boost", 1.0) != 1.0:
            return self._by_whoosh(tree)
        return operation(self, tree)

    def _by_whoosh(self, tree: q.Query) -> _Found:
        matcher = tree.matcher(self._statistics.leaf_searchers[self._number], SearchContext(weighting=self._statistics.weighting))
        doc_ids, scores = [], []
        while matcher.is_active():
            doc_ids.append(matcher.id())
            scores.append(matcher.score())
            matcher.next()
        return _Found(np.array(doc_ids, dtype=np.uint32), np.array(scores, dtype=np.float64))

    # leaves

    def term(self, tree: q.Term) -> _Found:
        if tree.fieldname != "text":
            return self._value(tree.fieldname, tree.text)
        number = self._arrays.find(tree.text.encode())
        return _NOTHING if number is None else self._word(number, self._statistics.idf(tree.text))

    def _word(self, number: int, idf: float) -> _Found:
        doc_ids = self._arrays.doc_ids(number)
        return _Found(doc_ids, self._score(idf, doc_ids, self._arrays.frequencies(number)))

    def _score(self, idf: float | _Scores, doc_ids: _DocIds, frequencies: NDArray[np.uint32]) -> _Scores:
        model = self._statistics.weighting
        lengths = self._arrays.lengths[doc_ids].astype(np.float64)
        scores: _Scores = bm25(idf, frequencies.astype(np.float64), lengths, self._statistics.average_length, model.B, model.K1)
        return scores

    def _value(self, field: str, value: str) -> _Found:
        doc_ids = self._segment.value_doc_ids(field, value)
        return _Found(doc_ids, np.full(len(doc_ids), TRIFLE))

    def prefix(self, tree: q.Prefix) -> _Found:
        if tree.fieldname != "text" or tree.constantscore:  # which Whoosh heeds only where there are more than two words
            return self._by_whoosh(tree)
        first, last = self._arrays.find_prefix(tree.text.encode())
        if first == last:
            return _NOTHING
        doc_ids, frequencies, counts = self._arrays.range_postings(first, last)
        of_word = self._statistics.idfs(tree.text)
        idfs = np.repeat([of_word[word] for word in self._arrays.words[first:last]], counts)
        return self._sum(doc_ids, self._score(idfs, doc_ids, frequencies))

    def phrase(self, tree: q.Phrase) -> _Found:
        if tree.slop != 1 or tree.fieldname != "text":
            return self._by_whoosh(tree)
        words = [word if isinstance(word, str) else word.decode() for word in tree.words]
        known = [number for word in words if (number := self._arrays.find(word.encode())) is not None]
        if not words or len(known) < len(words):
            return _NOTHING
        doc_ids = self._say(known)
        parts = [self._word(number, self._statistics.idf(word)) for number, word in zip(known, words, strict=True)]
        return _Found(doc_ids, sum((part.scores[np.searchsorted(part.doc_ids, doc_ids)] for part in parts), np.zeros(len(doc_ids))))

    def _say(self, words: Sequence[int]) -> _DocIds:
        """Give the turns that say words one after the other."""
        starts = self._arrays.turn_starts
        rarest_first = sorted(enumerate(words), key=lambda each: int(self._arrays.numbers("words", "count")[each[1]]))
        begins, *others = (self._places(word, offset) for offset, word in rarest_first)
        for candidates in others:
            begins = begins[_is_in_dense(begins, candidates, int(starts[-1]))]
        turns = np.searchsorted(starts, begins, side="right") - 1
        turns = turns[begins + len(words) <= starts[turns + 1]]
        return turns[np.diff(turns, prepend=-1) > 0].astype(np.uint32)

    def _places(self, word: int, offset: int) -> NDArray[np.uint32]:
        """Give the places where a phrase may begin that has the word so many places further on; ascending."""
        places = self._arrays.positions(word)
        return places[np.searchsorted(places, offset) :] - np.uint32(offset)

    def every(self, tree: q.Every) -> _Found:
        if tree.fieldname is not None:
            return self._by_whoosh(tree)
        return _Found(np.arange(self._arrays.turn_count, dtype=np.uint32), np.ones(self._arrays.turn_count))

    # operators

    def any(self, tree: q.Or) -> _Found:
        return self._any([self.of(part) for part in tree.subqueries])

    def _any(self, parts: Sequence[_Found]) -> _Found:
        parts = [part for part in parts if len(part.doc_ids)]
        if len(parts) < 2:
            return parts[0] if parts else _NOTHING
        return self._sum(np.concatenate([part.doc_ids for part in parts]), np.concatenate([part.scores for part in parts]))

    def _sum(self, doc_ids: _DocIds, scores: _Scores) -> _Found:
        """Add up the scores of turns that are given more than once, in any order."""
        if len(doc_ids) < _DENSE_SHARE * self._arrays.turn_count:
            distinct, places = np.unique(doc_ids, return_inverse=True)
            sums: _Scores = np.bincount(places, weights=scores, minlength=len(distinct)).astype(np.float64, copy=False)
            return _Found(distinct, sums)
        sums = np.bincount(doc_ids, weights=scores, minlength=self._arrays.turn_count).astype(np.float64, copy=False)
        matched = np.zeros(self._arrays.turn_count, dtype=np.bool_)  # for a score may be 0
        matched[doc_ids] = True
        distinct = np.flatnonzero(matched).astype(np.uint32)
        return _Found(distinct, sums[distinct])

    def all(self, tree: q.And) -> _Found:
        unwanted = [part for part in tree.subqueries if isinstance(part, q.Not)]
        wanted = [self.of(part) for part in tree.subqueries if not isinstance(part, q.Not)]
        if not wanted:
            return self._by_whoosh(tree)
        found, *others = sorted(wanted, key=lambda part: len(part.doc_ids))
        for other in others:
            places = np.searchsorted(other.doc_ids, found.doc_ids)
            inside = np.flatnonzero(_equal_at(other.doc_ids, places, found.doc_ids))
            found = _Found(found.doc_ids[inside], found.scores[inside] + other.scores[places[inside]])
        for part in unwanted:
            found = found.at(~_is_in(found.doc_ids, self.of(part.query).doc_ids))
        # Whoosh takes a Not for something that is found, too, and gives it a score of 1.
        return _Found(found.doc_ids, found.scores + float(len(unwanted)))


def _is_in_dense(some: NDArray[np.uint32], ascending: NDArray[np.uint32], size: int) -> NDArray[np.bool_]:
    """As `_is_in`, of numbers below `size`; where there are many, to mark them is faster than to search for each."""
    if len(some) < _DENSE_SHARE * size:
        return _is_in(some, ascending)
    marks = np.zeros(size, dtype=np.bool_)
    marks[ascending] = True
    return marks[some]


def _is_in(some: NDArray[Any], ascending: NDArray[Any]) -> NDArray[np.bool_]:
    return _equal_at(ascending, np.searchsorted(ascending, some), some)


def _equal_at(ascending: NDArray[Any], places: NDArray[np.int64], wanted: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether what stands at each place, if the array is so long, is what is wanted."""
    if not len(ascending):
        return np.zeros(len(wanted), dtype=np.bool_)
    equal: NDArray[np.bool_] = ascending[np.minimum(places, len(ascending) - 1)] == wanted
    return equal


_OPERATIONS: dict[type, Callable[[_Execution, Any], _Found]] = {
    q.Term: _Execution.term,
    q.Prefix: _Execution.prefix,
    q.Phrase: _Execution.phrase,
    q.Every: _Execution.every,
    q.Or: _Execution.any,
    Forms: _Execution.any,
    q.And: _Execution.all,
}

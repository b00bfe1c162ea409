"""What has been found in a segment? Turns, how well each fits, and what becomes of both where several are joined.

How well a turn fits is asked at the end, of those that are left: of a frequent word beside a rare one few turns are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from indexer.codec import Marks, are_among
from search.budget import spend

__all__ = ["NOTHING", "DocIds", "Found", "Marked", "Places", "Scores", "distinct", "end_to_end", "intersect", "is_in", "sum_up", "unite"]

DocIds = NDArray[np.uint32]
Scores = NDArray[np.float64]
Places = NDArray[np.int64] | slice  # in an array, ascending

# So many turns, as a share of a segment's, are marked in an array of all turns rather than sorted or searched for.
_DENSE_SHARE = 1 / 64


class Found:
    """Turns that match."""

    def __init__(self, doc_ids: DocIds, score: Callable[[Places], Scores]) -> None:
        """Take turns, uint32[n], ascending, and what scores those at some places of them, float64[m]."""
        self._doc_ids = doc_ids
        self._score = score

    @property
    def doc_ids(self) -> DocIds:
        """uint32[n], ascending."""
        return self._doc_ids

    def score(self, places: Places) -> Scores:
        """Score the turns at some places of `doc_ids`: float64[m]."""
        spend()
        return self._score(places)

    @classmethod
    def alike(cls, doc_ids: DocIds, score: float) -> Found:
        """Give every turn the same score."""
        return cls(doc_ids, lambda places: np.full(len(doc_ids[places]), score))

    @classmethod
    def scored(cls, doc_ids: DocIds, scores: Scores) -> Found:
        """Give turns the scores that they have."""
        return cls(doc_ids, scores.__getitem__)

    @property
    def count(self) -> int:
        """How many turns match."""
        return len(self.doc_ids)

    def has(self, doc_ids: DocIds) -> NDArray[np.bool_]:
        """Say of ascending turns whether each matches."""
        return is_in(doc_ids, self.doc_ids)

    def score_of(self, doc_ids: DocIds) -> Scores:
        """Score ascending turns, all of which match."""
        return self.score(_places_in(self.doc_ids, doc_ids))

    @property
    def scores(self) -> Scores:
        """float64[n]: the scores of all."""
        return self.score(slice(None))

    def at(self, chosen: NDArray[np.int64]) -> Found:
        """Keep the turns at some places."""
        return Found(self.doc_ids[chosen], lambda places: self.score(chosen[places]))

    def boosted(self, boost: float) -> Found:
        """Multiply the scores."""
        return self if boost == 1.0 else Found(self.doc_ids, lambda places: self.score(places) * boost)

    def raised(self, score: float) -> Found:
        """Add to the scores."""
        return self if score == 0.0 else Found(self.doc_ids, lambda places: self.score(places) + score)

    def within(self, other: Found) -> Found:
        """Keep the turns that another has too."""
        return self.at(np.flatnonzero(other.has(self.doc_ids)))

    def without(self, other: Found) -> Found:
        """Keep the turns that another does not have."""
        return self.at(np.flatnonzero(~other.has(self.doc_ids)))

    def raised_by(self, other: Found) -> Found:
        """Add the scores of the turns that another has too; keep those that it does not have."""

        def score(places: Places) -> Scores:
            scores, doc_ids = self.score(places).copy(), self.doc_ids[places]
            shared = np.flatnonzero(other.has(doc_ids))
            scores[shared] += other.score_of(doc_ids[shared])
            return scores

        return Found(self.doc_ids, score)


class Marked(Found):
    """The turns that say a frequent word, as marks that were kept: they are read only if they are asked for."""

    def __init__(self, marks: Marks, count: int, read: Callable[[], DocIds], score: Callable[[DocIds, Places], Scores]) -> None:
        """Take how many turns there are, what reads them, and what scores turns of which the places are known, too."""
        self._marks = marks
        self._count = count
        self._read = read = cache(read)
        super().__init__(_UNREAD, lambda places: score(read()[places], places))
        self._score_known = score

    @property
    def doc_ids(self) -> DocIds:
        return self._read()

    @property
    def count(self) -> int:
        return self._count

    def has(self, doc_ids: DocIds) -> NDArray[np.bool_]:
        return self._marks.has(doc_ids)

    def score_of(self, doc_ids: DocIds) -> Scores:
        return self._score_known(doc_ids, self._marks.places(doc_ids))


_UNREAD = np.empty(0, dtype=np.uint32)
NOTHING = Found.alike(np.empty(0, dtype=np.uint32), 0.0)


def end_to_end(parts: Sequence[Found], firsts: Sequence[int]) -> Found:
    """Put what was found in segments end to end; each counts its turns from the first."""
    ends = np.cumsum([len(part.doc_ids) for part in parts])

    def score(places: Places) -> Scores:
        if isinstance(places, slice):
            return np.concatenate([part.scores for part in parts])[places]
        cuts = np.searchsorted(places, ends).tolist()
        return np.concatenate(
            [
                part.score(places[start:stop] - (int(end) - len(part.doc_ids)))
                for part, start, stop, end in zip(parts, [0, *cuts], cuts, ends, strict=False)
            ]
        )

    return Found(np.concatenate([part.doc_ids + np.uint32(first) for part, first in zip(parts, firsts, strict=True)]), score)


def unite(parts: Sequence[Found], turn_count: int) -> Found:
    """Give the turns that any part has, each with the sum of its scores."""
    parts = [part for part in parts if len(part.doc_ids)]
    if len(parts) < 2:
        return parts[0] if parts else NOTHING
    return sum_up(np.concatenate([part.doc_ids for part in parts]), np.concatenate([part.scores for part in parts]), turn_count)


def intersect(parts: Sequence[Found]) -> Found:
    """Give the turns that every part has, each with the sum of its scores."""
    first, *others = sorted(parts, key=lambda part: part.count)
    doc_ids = first.doc_ids
    for other in others:
        doc_ids = doc_ids[np.flatnonzero(other.has(doc_ids))]
    if not len(doc_ids):
        return NOTHING

    def score(places: Places) -> Scores:
        chosen = doc_ids[places]
        scores = np.zeros(len(chosen))
        for part in parts:
            scores += part.score_of(chosen)
        return scores

    return Found(doc_ids, score)


def sum_up(doc_ids: DocIds, scores: Scores, turn_count: int) -> Found:
    """Add up the scores of turns that are given more than once, in any order; all are below `turn_count`."""
    if not _is_dense(doc_ids, turn_count):
        single, places = np.unique(doc_ids, return_inverse=True)
        return Found.scored(single, np.bincount(places, weights=scores, minlength=len(single)).astype(np.float64, copy=False))
    sums = np.bincount(doc_ids, weights=scores, minlength=turn_count).astype(np.float64, copy=False)
    single = distinct(doc_ids, turn_count)  # not where the sum is above 0: Whoosh's matchers also score 0
    return Found(single, lambda places: sums[single[places]])


def distinct(doc_ids: DocIds, turn_count: int) -> DocIds:
    """Give each of some turns once, ascending; all are below `turn_count`."""
    if not _is_dense(doc_ids, turn_count):
        return np.unique(doc_ids)
    marks = np.zeros(turn_count, dtype=np.bool_)
    marks[doc_ids] = True
    return np.flatnonzero(marks).astype(np.uint32)


def is_in(some: NDArray[np.uint32], others: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say of each of some numbers whether it is among others; both ascending."""
    if not len(some) or not len(others):
        return np.zeros(len(some), dtype=np.bool_)
    size = int(max(some[-1], others[-1])) + 1
    if _is_dense(some, size):
        marks = np.zeros(size, dtype=np.bool_)
        marks[others] = True
        return marks[some]
    return are_among(some, others)


def _places_in(all_of: NDArray[np.uint32], some: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Give the places of some of the numbers in an array; both ascending."""
    if len(all_of) and _is_dense(some, int(all_of[-1]) + 1):
        return np.flatnonzero(is_in(all_of, some))
    return np.searchsorted(all_of, some)


def _is_dense(some: NDArray[np.uint32], size: int) -> bool:
    """Whether there are so many that to mark them in an array of all numbers below `size` is faster than to search for each."""
    return len(some) >= _DENSE_SHARE * size

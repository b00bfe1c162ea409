"""What has been found in a segment? Turns and their scores, and what becomes of them where several are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOTHING", "DocIds", "Found", "Scores", "distinct", "intersect", "is_in", "is_in_dense", "sum_up", "unite"]

DocIds = NDArray[np.uint32]
Scores = NDArray[np.float64]

# So many turns, as a share of a segment's, are marked in an array of all turns rather than sorted or searched for.
_DENSE_SHARE = 1 / 64


@dataclass(frozen=True, slots=True)
class Found:
    """Turns of a segment that match: doc_ids uint32[n], ascending; scores float64[n]."""

    doc_ids: DocIds
    scores: Scores

    @classmethod
    def alike(cls, doc_ids: DocIds, score: float) -> Found:
        """Give every turn the same score."""
        return cls(doc_ids, np.full(len(doc_ids), score))

    def at(self, chosen: NDArray[Any]) -> Found:
        """Keep the turns at some places, or those that a mask has."""
        return Found(self.doc_ids[chosen], self.scores[chosen])

    def boosted(self, boost: float) -> Found:
        """Multiply the scores."""
        return self if boost == 1.0 else Found(self.doc_ids, self.scores * boost)

    def within(self, other: Found) -> Found:
        """Keep the turns that another has too."""
        return self.at(is_in(self.doc_ids, other.doc_ids))

    def without(self, other: Found) -> Found:
        """Keep the turns that another does not have."""
        return self.at(~is_in(self.doc_ids, other.doc_ids))

    def raised_by(self, other: Found) -> Found:
        """Add the scores of the turns that another has too; keep those that it does not have."""
        places = np.searchsorted(other.doc_ids, self.doc_ids)
        shared = np.flatnonzero(_equal_at(other.doc_ids, places, self.doc_ids))
        scores = self.scores.copy()
        scores[shared] += other.scores[places[shared]]
        return Found(self.doc_ids, scores)


NOTHING = Found(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.float64))


def unite(parts: Sequence[Found], turn_count: int) -> Found:
    """Give the turns that any part has, each with the sum of its scores."""
    parts = [part for part in parts if len(part.doc_ids)]
    if len(parts) < 2:
        return parts[0] if parts else NOTHING
    return sum_up(np.concatenate([part.doc_ids for part in parts]), np.concatenate([part.scores for part in parts]), turn_count)


def intersect(parts: Sequence[Found]) -> Found:
    """Give the turns that every part has, each with the sum of its scores."""
    found, *others = sorted(parts, key=lambda part: len(part.doc_ids))
    for other in others:
        places = np.searchsorted(other.doc_ids, found.doc_ids)
        shared = np.flatnonzero(_equal_at(other.doc_ids, places, found.doc_ids))
        found = Found(found.doc_ids[shared], found.scores[shared] + other.scores[places[shared]])
    return found


def sum_up(doc_ids: DocIds, scores: Scores, turn_count: int) -> Found:
    """Add up the scores of turns that are given more than once, in any order; all are below `turn_count`."""
    if len(doc_ids) < _DENSE_SHARE * turn_count:
        single, places = np.unique(doc_ids, return_inverse=True)
        return Found(single, np.bincount(places, weights=scores, minlength=len(single)).astype(np.float64, copy=False))
    sums = np.bincount(doc_ids, weights=scores, minlength=turn_count).astype(np.float64, copy=False)
    single = distinct(doc_ids, turn_count)  # not where the sum is above 0: Whoosh's matchers also score 0
    return Found(single, sums[single])


def distinct(doc_ids: DocIds, turn_count: int) -> DocIds:
    """Give each of some turns once, ascending; all are below `turn_count`."""
    if len(doc_ids) < _DENSE_SHARE * turn_count:
        return np.unique(doc_ids)
    return np.flatnonzero(_marks(doc_ids, turn_count)).astype(np.uint32)


def is_in(some: NDArray[Any], ascending: NDArray[Any]) -> NDArray[np.bool_]:
    """Say of each of some numbers whether it is among others."""
    return _equal_at(ascending, np.searchsorted(ascending, some), some)


def is_in_dense(some: NDArray[np.uint32], ascending: NDArray[np.uint32], size: int) -> NDArray[np.bool_]:
    """As `is_in`, of numbers below `size`; where there are many, to mark them is faster than to search for each."""
    if len(some) < _DENSE_SHARE * size:
        return is_in(some, ascending)
    return _marks(ascending, size)[some]


def _marks(numbers: NDArray[np.uint32], size: int) -> NDArray[np.bool_]:
    marks = np.zeros(size, dtype=np.bool_)
    marks[numbers] = True
    return marks


def _equal_at(ascending: NDArray[Any], places: NDArray[np.int64], wanted: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether what stands at each place, if the array is so long, is what is wanted."""
    if not len(ascending):
        return np.zeros(len(wanted), dtype=np.bool_)
    equal: NDArray[np.bool_] = ascending[np.minimum(places, len(ascending) - 1)] == wanted
    return equal

"""How many matching turns and calls has each value of a field?

A turn is said by a participant, a person in a call. So matching turns are counted once, by participant; what each value of
any field of persons or calls has is then a sum over the few participants, not over the many turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.schema import MANY_VALUED
from search.budget import spend, spending
from search.reader import Snapshot
from search.results import FacetValue, FacetValues
from search.sides import count_side_facet
from search.tree import SIDE_FACETS

__all__ = ["FacetCounts"]

# So many rows a hit, and to sort the hits is faster than to count into an array of all rows.
_SPARSE = 16
_CODE_BITS = 32


class FacetCounts:
    """The counts of one set of matching turns."""

    def __init__(self, snapshot: Snapshot, doc_ids: NDArray[np.uint32]) -> None:
        """Take the turns that match: doc_ids uint32[n]."""
        self._snapshot = snapshot
        self._doc_ids = doc_ids.astype(np.int64)  # which arrays are read by twice as fast, again and again

    @cached_property
    def _people(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The participants who said something that matches, and how many turns of each did."""
        participants = self._snapshot.participants
        return _tally(participants.of_turn[self._doc_ids], None, participants.count)

    def turns(self) -> int:
        """Count the turns."""
        return len(self._doc_ids)

    def calls(self) -> int:
        """Count the calls that they belong to."""
        return len(self._by_pair("call")[0]) if len(self._doc_ids) else 0

    def of(self, field: str) -> Sequence[FacetValue]:
        """Count turns and calls per value of a field.

        Args:
            field: A facet field; each turn has exactly one value of it, or none, or several where the schema says so.

        Returns:
            The values that occur, most turns first, ties by value; None stands for turns without one.
        """
        spend()
        if not len(self._doc_ids):
            return ()
        if field in SIDE_FACETS:
            return count_side_facet(self._snapshot, field, self._doc_ids)
        values, (pairs, counts) = self._snapshot.codes(field).values, self._by_pair(field)
        codes = self._snapshot.pairs(field).value_of[pairs]
        # A call counts once for a value, however many of its turns have it.
        turns = np.bincount(codes, weights=counts, minlength=len(values)).astype(np.int64)
        calls = np.bincount(codes, minlength=len(values))
        present = np.flatnonzero(calls != 0)
        if field in MANY_VALUED:
            return _count_words({values[code]: (int(turns[code]), int(calls[code])) for code in present.tolist()})
        # Most turns first, then by value, in one number each: to sort numbers is five times as fast as to sort places by them.
        ordered = np.sort(-turns[present] << _CODE_BITS | present) & ((1 << _CODE_BITS) - 1)
        return FacetValues(values, ordered, turns[ordered], calls[ordered])

    def _by_pair(self, field: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The pairs of a value and a call that occur, and how many turns each has."""
        pairs = self._snapshot.pairs(field)
        if pairs.by_turn:
            return _tally(pairs.of_row[self._doc_ids], None, len(pairs.value_of))
        people, turns = self._people
        return _tally(pairs.of_row[people], turns, len(pairs.value_of))


def _tally(numbers: NDArray[np.uint32], weights: NDArray[np.int64] | None, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the distinct numbers, ascending, all below `size`, and how often each occurs, or the sum of its weights."""
    if len(numbers) * _SPARSE < size:
        distinct, places = np.unique(numbers, return_inverse=True)
        return distinct.astype(np.int64), np.bincount(places, weights=weights, minlength=len(distinct)).astype(np.int64)
    counts = np.bincount(numbers, weights=weights, minlength=size).astype(np.int64)
    present = np.flatnonzero(counts != 0)  # of booleans that is five times as fast
    return present, counts[present]


def _count_words(counts: dict[str, tuple[int, int]]) -> tuple[FacetValue, ...]:
    """Part the counts of combinations into counts of their words; a call has one combination, so counts of calls add up too."""
    words: dict[str, tuple[int, int]] = {}
    for combination, (turns, calls) in spending(counts.items()):
        for word in combination.split() or [""]:
            so_far = words.get(word, (0, 0))
            words[word] = (so_far[0] + turns, so_far[1] + calls)
    ordered = sorted(words.items(), key=lambda item: (-item[1][0], item[0]))
    return tuple(FacetValue(word or None, turns, calls) for word, (turns, calls) in ordered)

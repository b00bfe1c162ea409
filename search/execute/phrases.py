"""Which turns say words in a given order? The places of the words in a segment in, turns out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.codec import SegmentArrays
from search.execute.found import DocIds

__all__ = ["turns_that_say"]


def turns_that_say(arrays: SegmentArrays, words: Sequence[int], slop: int) -> DocIds:
    """Give the turns that say words in order: uint32[n], ascending.

    Args:
        arrays: A segment.
        words: By their places among the segment's words; one may be there several times.
        slop: How many places further on the next word may be at most: 1 is side by side.
    """
    return _side_by_side(arrays, words) if slop == 1 else _in_order(arrays, words, slop)


def _side_by_side(arrays: SegmentArrays, words: Sequence[int]) -> DocIds:
    starts = arrays.turn_starts
    (offset, rarest), *others = sorted(enumerate(words), key=lambda each: int(arrays.numbers("words", "count")[each[1]]))
    places = arrays.positions(rarest)
    # Where the phrase would begin: its last word is not behind the last one of all.
    first, last = np.searchsorted(places, [offset, int(starts[-1]) - len(words) + offset + 1])
    begins = places[first:last] - np.uint32(offset)
    for offset, word in others:
        begins = begins[np.flatnonzero(arrays.is_said_at(word, begins + np.uint32(offset)))]
    turns = _turns_at(arrays, begins)
    return _once(turns[begins + len(words) <= starts[turns + 1]])


def _in_order(arrays: SegmentArrays, words: Sequence[int], slop: int) -> DocIds:
    ends = arrays.positions(words[0])
    for word in words[1:]:
        ends = _behind(arrays, ends, arrays.positions(word), slop)
    return _once(_turns_at(arrays, ends))


def _behind(arrays: SegmentArrays, before: NDArray[np.uint32], places: NDArray[np.uint32], slop: int) -> NDArray[np.uint32]:
    """Keep the places that are 1 to `slop` behind one of those before, in the same turn.

    The nearest of those before tells: if it is in another turn or too far away, so are all others.
    """
    number = np.searchsorted(before, places) - 1
    places, nearest = places[number >= 0], before[number[number >= 0]]
    near = places - nearest <= slop
    places, nearest = places[near], nearest[near]
    return places[arrays.turn_starts[_turns_at(arrays, places)] <= nearest]


def _turns_at(arrays: SegmentArrays, places: NDArray[np.uint32]) -> NDArray[np.int64]:
    return np.searchsorted(arrays.turn_starts, places, side="right") - 1


def _once(turns: NDArray[np.int64]) -> DocIds:
    return turns[np.diff(turns, prepend=-1) > 0].astype(np.uint32)

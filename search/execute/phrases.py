"""Where do words stand in a given order, or near each other? The places of each in a segment in, the places where it begins out.

Places are those of words in a segment, all turns end to end: uint32[n], ascending. Words of two turns are never near.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.codec import SegmentArrays
from search.budget import spending
from search.execute.found import DocIds

__all__ = ["begins_near", "per_turn", "phrase_begins", "turns_at"]

_Places = NDArray[np.uint32]
_MOST_AT_ONCE = 1 << 20  # places
_FAR = np.iinfo(np.int64).max


def phrase_begins(arrays: SegmentArrays, words: Sequence[int], slop: int) -> _Places:
    """Give the places where words that follow each other begin.

    Args:
        arrays: A segment.
        words: By their places among the segment's words; one may be there several times.
        slop: How many places further on the next word may be at most: 1 is side by side.
    """
    return _side_by_side(arrays, words) if slop == 1 else _in_order(arrays, words, slop)


def turns_at(arrays: SegmentArrays, places: _Places) -> DocIds:
    """Give the turns that have any of some places: uint32[n], ascending."""
    if len(places) < arrays.turn_count:
        turns = _numbers_at(arrays, places)
        return turns[np.diff(turns, prepend=-1) > 0].astype(np.uint32)
    return np.flatnonzero(per_turn(arrays, places)).astype(np.uint32)


def _side_by_side(arrays: SegmentArrays, words: Sequence[int]) -> _Places:
    starts = arrays.turn_starts
    (offset, rarest), *others = sorted(enumerate(words), key=lambda each: int(arrays.numbers("words", "count")[each[1]]))
    places = arrays.positions(rarest)
    # Where the phrase would begin: its last word is not behind the last one of all.
    first, last = np.searchsorted(places, [offset, int(starts[-1]) - len(words) + offset + 1])
    begins = places[first:last] - np.uint32(offset)
    for offset, word in spending(others):
        begins = begins[np.flatnonzero(arrays.is_said_at(word, begins + np.uint32(offset)))]
    return begins[begins + len(words) <= starts[_numbers_at(arrays, begins) + 1]]


def _in_order(arrays: SegmentArrays, words: Sequence[int], slop: int) -> _Places:
    begins = arrays.positions(words[-1])
    for word in spending(words[-2::-1]):
        begins = _before(arrays, arrays.positions(word), begins, slop)
    return begins


def _before(arrays: SegmentArrays, places: _Places, behind: _Places, slop: int) -> _Places:
    """Keep the places that are 1 to `slop` before one of those behind, in the same turn; the nearest of those tells."""
    number = np.searchsorted(behind, places, side="right")
    places, nearest = places[number < len(behind)], behind[number[number < len(behind)]]
    near = nearest - places <= slop
    places, nearest = places[near], nearest[near]
    return places[nearest < _turn_ends(arrays, places)]


def begins_near(arrays: SegmentArrays, parts: Sequence[_Places], distance: int) -> _Places:
    """Give the places of the first part with which a place of each other one is within a distance, all of them in one turn.

    Args:
        arrays: A segment.
        parts: The places of each.
        distance: How many places apart the first and the last of them are at most.
    """
    # So many at once that memory and time for them are bounded.
    shares = 1 + sum(map(len, parts)) // _MOST_AT_ONCE
    cuts = arrays.turn_starts[np.linspace(0, arrays.turn_count, shares + 1).astype(np.int64)]
    bounds = [np.searchsorted(places, cuts).tolist() for places in parts]
    runs = ([places[bound[share] : bound[share + 1]] for places, bound in zip(parts, bounds, strict=True)] for share in range(shares))
    return np.concatenate([_near(run, arrays, distance) for run in spending(runs)])


def _near(parts: Sequence[_Places], arrays: SegmentArrays, distance: int) -> _Places:
    # All places in order, with the part that each is of. A stretch that has all parts is looked for from every one of them.
    marked = np.concatenate([places.astype(np.int64) * len(parts) + number for number, places in enumerate(parts)])
    marked.sort()
    places, part = marked // len(parts), marked % len(parts)
    ends = np.minimum(np.repeat(arrays.turn_starts[1:].astype(np.int64), per_turn(arrays, places)), places + distance + 1)
    is_whole = np.ones(len(places), dtype=np.bool_)
    for number in spending(range(len(parts))):
        following = np.where(part == number, places, _FAR)[::-1]
        is_whole &= np.minimum.accumulate(following)[::-1] < ends
    # A place is in such a stretch if it is in the one that begins next before it, or with it.
    reaches = np.maximum.accumulate(np.where(is_whole, ends, 0))
    begins: _Places = places[(part == 0) & (places < reaches)].astype(np.uint32)
    return begins


def per_turn(arrays: SegmentArrays, places: NDArray[Any]) -> NDArray[np.int64]:
    """Count the places that each turn has: int64[turns]."""
    if len(places) < arrays.turn_count:
        return np.bincount(_numbers_at(arrays, places), minlength=arrays.turn_count)
    return np.diff(np.searchsorted(places, arrays.turn_starts))


def _turn_ends(arrays: SegmentArrays, places: _Places) -> NDArray[np.uint32]:
    return arrays.turn_starts[_numbers_at(arrays, places) + 1]


def _numbers_at(arrays: SegmentArrays, places: NDArray[Any]) -> NDArray[np.int64]:
    return np.searchsorted(arrays.turn_starts, places, side="right") - 1

"""Which turns say a word, how often, and where? The words of a segment in the order said in, postings in term order out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.codec.integers import pack
from indexer.codec.tokens import Tokens

__all__ = ["Inverter", "Packed", "Postings"]

_WORD_SHIFT = np.int64(32)


@dataclass(frozen=True, slots=True)
class Packed:
    """Byte strings end to end, one a word.

    Attributes:
        bytes: uint8[sum of sizes].
        starts: int64[words + 1], where each begins.
    """

    bytes: NDArray[np.uint8]
    starts: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Postings:
    """The words of a segment in order of their bytes, and where they are said. All arrays but `lengths` are by word.

    Attributes:
        words: UTF-8, ascending.
        turn_counts: uint32, how many turns say it.
        counts: uint32, how often it is said.
        most: uint32, how often the turn that says it most does.
        shortest: uint32, words of the shortest turn that says it; `longest` likewise.
        doc_ids: Steps from turn to turn, the first from 0.
        frequencies: How often each of these turns says it.
        positions: Steps from one place in the segment to the next, the first from 0; see `lengths`.
        lengths: uint32[turns], words of each turn. The places of a turn begin where those of the turns before it end.
    """

    words: tuple[bytes, ...]
    turn_counts: NDArray[np.uint32]
    counts: NDArray[np.uint32]
    most: NDArray[np.uint32]
    shortest: NDArray[np.uint32]
    longest: NDArray[np.uint32]
    doc_ids: Packed
    frequencies: Packed
    positions: Packed
    lengths: NDArray[np.uint32]


class Inverter:
    """Gathers the words of a segment's turns, in order."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._said: list[NDArray[np.uint32]] = []
        self._lengths: list[NDArray[np.uint32]] = []

    def add(self, tokens: Tokens) -> None:
        """Take the words of some more turns."""
        numbers = self._numbers
        local = np.array([numbers.setdefault(word, len(numbers)) for word in tokens.words], dtype=np.uint32)
        self._said.append(local[tokens.ids])
        self._lengths.append(tokens.counts)

    def finish(self) -> Postings:
        """Sort all that was said by word and place; what was gathered is given up."""
        words = tuple(sorted(self._numbers))
        rank = np.empty(len(words), dtype=np.int64)
        rank[[self._numbers[word] for word in words]] = np.arange(len(words))
        lengths = np.concatenate(self._lengths) if self._lengths else np.empty(0, dtype=np.uint32)
        keys = np.concatenate([rank[said] for said in self._said]) if self._said else np.empty(0, dtype=np.int64)
        self._said, self._numbers = [], {}
        # Word and place in one number, sorted in place: 0.14 s for 7 million, and all that is asked for stands in order.
        keys <<= _WORD_SHIFT
        keys |= np.arange(len(keys))
        keys.sort()
        return _postings(words, keys, lengths)


def _postings(words: tuple[bytes, ...], keys: NDArray[np.int64], lengths: NDArray[np.uint32]) -> Postings:
    said = (keys >> _WORD_SHIFT).astype(np.uint32)
    places = keys.astype(np.uint32)  # the low half
    begins = np.searchsorted(said, np.arange(len(words) + 1, dtype=np.uint32))  # where each word's places begin
    turn_of = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)[places]
    is_new = np.ones(len(places), dtype=np.bool_)
    is_new[1:] = turn_of[1:] != turn_of[:-1]
    is_new[begins[:-1]] = True
    firsts = np.flatnonzero(is_new)  # of each word and turn, its first place
    postings = np.searchsorted(firsts, begins)  # where each word's turns begin
    doc_ids = turn_of[firsts]
    frequencies = np.diff(firsts, append=len(places)).astype(np.uint32)
    own = lengths[doc_ids]
    return Postings(
        words=words,
        turn_counts=np.diff(postings).astype(np.uint32),
        counts=np.diff(begins).astype(np.uint32),
        most=_reduce(np.maximum, frequencies, postings),
        shortest=_reduce(np.minimum, own, postings),
        longest=_reduce(np.maximum, own, postings),
        doc_ids=_packed(_steps(doc_ids, postings), postings),
        frequencies=_packed(frequencies, postings),
        positions=_packed(_steps(places, begins), begins),
        lengths=lengths,
    )


def _reduce(operation: np.ufunc, numbers: NDArray[np.uint32], begins: NDArray[np.int64]) -> NDArray[np.uint32]:
    reduced: NDArray[np.uint32] = operation.reduceat(numbers, begins[:-1]) if len(numbers) else numbers
    return reduced


def _steps(ascending: NDArray[np.uint32], begins: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Give the steps between numbers that ascend within each group; a group's first is a step from 0."""
    steps = np.diff(ascending, prepend=np.uint32(0))
    steps[begins[:-1]] = ascending[begins[:-1]]
    return steps


def _packed(numbers: NDArray[np.uint32], begins: NDArray[np.int64]) -> Packed:
    data, starts = pack(numbers)
    return Packed(data, starts[begins])

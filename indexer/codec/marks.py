"""Where is a word that is said very often, without reading all of its places? As bits, kept for the words that are asked for again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["KeptMarks", "Marks", "are_among"]

_ONES_IN = np.array([byte.bit_count() for byte in range(256)], dtype=np.uint8)
_BELOW = np.array([(1 << bit) - 1 for bit in range(8)], dtype=np.uint8)  # bits that stand before each


class Marks:
    """A set of numbers below a size, as bits."""

    def __init__(self, numbers: NDArray[np.uint32], size: int) -> None:
        is_there = np.zeros(size, dtype=np.bool_)
        is_there[numbers] = True
        self._bits = np.packbits(is_there, bitorder="little")

    def has(self, numbers: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Say of each of some numbers below the size whether it is in the set."""
        is_there: NDArray[np.bool_] = (self._bits[numbers >> 3] >> (numbers & 7).astype(np.uint8) & 1).view(np.bool_)
        return is_there

    def places(self, numbers: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Give how many of the set are less than each of some numbers."""
        byte = numbers >> 3
        places: NDArray[np.int64] = self._before[byte] + _ONES_IN[self._bits[byte] & _BELOW[numbers & 7]]
        return places

    @cached_property
    def _before(self) -> NDArray[np.uint32]:
        """How many of the set stand before each byte."""
        ones = np.zeros(len(self._bits), dtype=np.uint32)
        np.cumsum(_ONES_IN[self._bits[:-1]], out=ones[1:])
        return ones

    @property
    def size_bytes(self) -> int:
        """What the bits take, and the counts before them, which `places` needs."""
        return len(self._bits) * (1 + self._before.itemsize) if "_before" in self.__dict__ else len(self._bits)


def are_among(numbers: NDArray[np.uint32], ascending: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say of each of some numbers whether it is among others, of which there are some, by searching for it."""
    equal: NDArray[np.bool_] = ascending[np.minimum(np.searchsorted(ascending, numbers), len(ascending) - 1)] == numbers
    return equal


class KeptMarks:
    """The marks of the words that were asked for last, as many as memory is given for."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._asked: Counter[int] = Counter()
        self._marks: dict[int, Marks] = {}

    def get(self, word: int, make: Callable[[], Marks]) -> Marks | None:
        """Give a word's marks; None the first time it is asked for: to make them takes longer than to do without once."""
        self._asked[word] += 1
        if self._asked[word] == 1:
            return None
        marks = self._marks.pop(word, None) or make()
        while self._marks and marks.size_bytes + sum(other.size_bytes for other in self._marks.values()) > self._most_bytes:
            del self._marks[next(iter(self._marks))]
        self._marks[word] = marks  # the last in order is the one asked for last
        return marks

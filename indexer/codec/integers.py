"""How are whole numbers kept in few bytes? Arrays in, bytes out, and back, all at once.

Seven bits a byte, low bits first, the high bit set on all but a number's last byte (LEB128). Postings are steps from one
number to the next, so most of them take one byte.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["pack", "sizes_of", "unpack"]

_BITS = 7
_MORE = 0x80
_LONGEST = 5  # bytes of a uint32

# So many at once: what is computed on the way stays in the processor's cache, and in memory that was used before. To ask for
# new memory each time takes three times as long as all the rest.
_PART = 32_768


def pack(numbers: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Encode numbers end to end."""
    if len(numbers) <= _PART:
        return _pack(numbers)
    return np.concatenate([_pack(numbers[start : start + _PART]) for start in range(0, len(numbers), _PART)])


def _pack(numbers: NDArray[np.uint32]) -> NDArray[np.uint8]:
    sizes = sizes_of(numbers)
    longest = int(sizes.max(initial=1))
    if longest == 1:
        return numbers.astype(np.uint8)
    table = np.empty((len(numbers), longest), dtype=np.uint8)
    is_there = np.empty((len(numbers), longest), dtype=np.bool_)
    for place in range(longest):
        goes_on = sizes > place + 1
        table[:, place] = (numbers >> np.uint32(_BITS * place)).astype(np.uint8) & (_MORE - 1) | goes_on.view(np.uint8) << _BITS
        is_there[:, place] = sizes > place
    return table[is_there]


def sizes_of(numbers: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Give how many bytes each number takes."""
    sizes = np.ones(len(numbers), dtype=np.uint8)
    for size in range(1, _LONGEST):
        longer = numbers >= np.uint32(1 << (_BITS * size))
        if not longer.any():
            break
        sizes += longer
    return sizes


def unpack(packed: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Decode all numbers of which these are the bytes; uint32[n]."""
    if len(packed) <= _PART:
        return _unpack(packed)
    numbers = np.empty(int(np.count_nonzero(packed < _MORE)), dtype=np.uint32)
    done = 0
    for part in _parts(packed):
        unpacked = _unpack(part)
        numbers[done : done + len(unpacked)] = unpacked
        done += len(unpacked)
    return numbers


def _parts(packed: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Cut bytes where a number ends."""
    start = 0
    while start < len(packed):
        end = start + _PART
        ends = np.flatnonzero(packed[end - 1 : end - 1 + _LONGEST] < _MORE)
        end = end + int(ends[0]) if len(ends) else len(packed)
        yield packed[start:end]
        start = end


def _unpack(packed: NDArray[np.uint8]) -> NDArray[np.uint32]:
    is_end = packed < _MORE
    count = int(np.count_nonzero(is_end))
    if count == len(packed):
        return packed.astype(np.uint32)
    ends = np.flatnonzero(is_end)
    starts = np.empty_like(ends)
    starts[:1] = 0
    np.add(ends[:-1], 1, out=starts[1:])
    numbers = (packed[starts] & (_MORE - 1)).astype(np.uint32)
    sizes = ends - starts
    which = np.flatnonzero(sizes)
    place = 1
    while len(which):
        numbers[which] |= (packed[starts[which] + place] & np.uint32(_MORE - 1)).astype(np.uint32) << np.uint32(_BITS * place)
        which = which[sizes[which] > place]
        place += 1
    return numbers

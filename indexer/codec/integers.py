"""How are whole numbers kept in few bytes? Arrays in, bytes out, and back, all at once.

Seven bits a byte, low bits first, the high bit set on all but a number's last byte (LEB128). Postings are steps from one
number to the next, so most of them take one byte.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["pack", "sizes_of", "unpack", "unpack_at"]

_BITS = 7
_MORE = 0x80
_LOW = _MORE - 1
_LONGEST = 5  # bytes of a uint32
_FEW, _SOME = 64, 8  # one of so many

# By the most bytes that a number takes: what holds so many side by side; and, by how many one takes, the signs that more follow,
# and a one for each that is there.
_KINDS = [np.dtype(f"<u{size}") for size in (1, 1, 2, 4, 4, 8)]
_SIGNS = [
    np.array([sum(_MORE << 8 * place for place in range(size - 1)) for size in range(longest + 1)], dtype=kind)
    for longest, kind in enumerate(_KINDS)
]
_IS_THERE = [
    np.array([sum(1 << 8 * place for place in range(size)) for size in range(longest + 1)], dtype=kind)
    for longest, kind in enumerate(_KINDS)
]

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
    # A number's bytes side by side in one larger number, of which as many are taken as it has.
    kind = _KINDS[longest]
    rest = numbers.astype(kind)
    spread = rest & kind.type(_LOW)
    for place in range(1, longest):
        spread |= (rest & kind.type(_LOW << _BITS * place)) << kind.type(place)
    spread |= _SIGNS[longest][sizes]
    return np.compress(_IS_THERE[longest][sizes].view(np.bool_), spread.view(np.uint8))


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


def unpack_at(packed: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Decode the numbers at some places; where these are few, and nearly all take one byte, no others are decoded."""
    signs = np.flatnonzero(packed >= _MORE)
    if len(signs) * _FEW > len(packed) or len(places) * _SOME > len(packed):
        chosen: NDArray[np.uint32] = unpack(packed)[places]
        return chosen
    # A sign's byte and the one behind it belong to one number: which one, so many bytes are between its place and its first byte.
    numbers_with_more = signs - np.arange(len(signs))
    at = places + np.searchsorted(numbers_with_more, places)
    numbers: NDArray[np.uint32] = (packed[at] & np.uint8(_LOW)).astype(np.uint32)
    which, place = np.flatnonzero(packed[at] >= _MORE), 1
    while len(which):
        parts = packed[at[which] + place]
        numbers[which] |= (parts & np.uint8(_LOW)).astype(np.uint32) << np.uint32(_BITS * place)
        which, place = which[parts >= _MORE], place + 1
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
    goes_on = packed >= _MORE
    if len(packed) and goes_on[-1]:  # of damaged bytes, what ends within a number
        packed = packed[: int(np.flatnonzero(~goes_on).max(initial=-1)) + 1]
        goes_on = goes_on[: len(packed)]
    if not goes_on.any():
        return packed.astype(np.uint32)
    is_first = np.empty(len(packed), dtype=np.bool_)
    is_first[0] = True
    np.logical_not(goes_on[:-1], out=is_first[1:])
    # The number that would begin at each byte; then those that do begin.
    low = (packed & np.uint8(_LOW)).astype(np.uint32)
    numbers = low.copy()
    reaches = goes_on[:-1]
    for place in range(1, _LONGEST):
        numbers[:-place] |= (low[place:] * reaches) << np.uint32(_BITS * place)
        reaches = reaches[:-1] & goes_on[place:-1]
        if not reaches.any():
            break
    return np.compress(is_first, numbers)

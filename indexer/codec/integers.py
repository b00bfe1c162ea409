"""How are whole numbers kept in few bytes? Arrays in, bytes out, and back, all at once.

Seven bits a byte, low bits first, the high bit set on all but a number's last byte (LEB128). Postings are steps from one
number to the next, so most of them take one byte.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["pack", "unpack"]

_BITS = 7
_MORE = 0x80
_LONGEST = 5  # bytes of a uint32


def pack(numbers: NDArray[np.uint32]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Encode numbers end to end.

    Returns:
        Their bytes, and int64[n + 1], where each of them starts; the last entry is the number of bytes.
    """
    sizes = np.ones(len(numbers), dtype=np.int64)
    for size in range(1, _LONGEST):
        longer = numbers >= np.uint64(1 << (_BITS * size))
        if not longer.any():
            break
        sizes += longer
    starts = np.zeros(len(numbers) + 1, dtype=np.int64)
    np.cumsum(sizes, out=starts[1:])
    packed = np.zeros(int(starts[-1]), dtype=np.uint8)
    rest: NDArray[Any] = numbers
    at, left = starts[:-1], sizes
    while len(rest):
        more = left > 1
        packed[at] = (rest & (_MORE - 1)) | (more * _MORE)
        rest, at, left = rest[more] >> _BITS, at[more] + 1, left[more] - 1
    return packed, starts


def unpack(packed: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Decode all numbers of which these are the bytes; uint32[n]."""
    if not len(packed):
        return np.empty(0, dtype=np.uint32)
    ends = np.flatnonzero(packed < _MORE)
    if len(ends) == len(packed):
        return packed.astype(np.uint32)
    starts = np.concatenate(([0], ends[:-1] + 1))
    numbers = (packed[starts] & (_MORE - 1)).astype(np.uint32)
    sizes = ends - starts + 1
    which = np.flatnonzero(sizes > 1)
    for place in range(1, int(sizes.max())):
        numbers[which] |= (packed[starts[which] + place] & np.uint32(_MORE - 1)).astype(np.uint32) << np.uint32(_BITS * place)
        which = which[sizes[which] > place + 1]
    return numbers

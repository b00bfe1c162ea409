"""Are the bytes of a segment what was written? Each block of them has a sum, which is compared before the block's first use.

A bit that flips on a disk, in memory or on the way between them says nothing: it would change an answer. To look at all bytes
when a segment is opened would take as long as to read the file, so a block is looked at when something of it is asked for.

The sums are CRC-32, which no flipped bit escapes, nor any run of up to 32 wrong ones. They are no seal: who forges a file
forges its sums. So nothing that is read from a file is relied on to be sensible because its sum is right.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable
from typing import BinaryIO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK_BYTES", "SummedFile", "Sums", "read_end"]

_BLOCK_BITS = 14
# A word that is said seldom has a few bytes in each of some blocks, so these are small. To compare one takes 3 us, a byte 7% longer
# than in blocks of 64 KiB; the sums take a four-thousandth of the file.
BLOCK_BYTES = 1 << _BLOCK_BITS
_LAST_OF_BLOCK = BLOCK_BYTES - 1

_SUM = np.dtype("<u4")
_SIZES = struct.Struct("<QI")  # bytes before the sums, bytes of the directory behind them
_TAIL = struct.Struct("<I8s")  # the sum of all from the first sum to here, and what the file is
_MAGIC = b"EARFUL-2"


class SummedFile:
    """A file that is written from its first byte. The sums are made of what it is given, before any of that leaves memory.

    Attributes:
        closed: What Arrow asks of any file.
    """

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = 0
        self._sums = array("L")
        self._sum = 0  # of the block that is not yet full

    def write(self, data: bytes) -> int:
        """Write the next bytes; anything that lies in memory as bytes do, will do."""
        view = memoryview(data).cast("B")
        start = 0
        while start < len(view):
            piece = view[start : start + BLOCK_BYTES - (self._size & _LAST_OF_BLOCK)]
            self._sum = crc32(piece, self._sum)
            self._size += len(piece)
            start += len(piece)
            if not self._size & _LAST_OF_BLOCK:
                self._close_block()
        self._file.write(view)
        return len(view)

    def _close_block(self) -> None:
        self._sums.append(self._sum)
        self._sum = 0

    def flush(self) -> None:
        """Let others read what was written."""
        self._file.flush()

    def finish(self, directory: bytes) -> None:
        """Write the sums, the directory and the tail, which hold each other."""
        if self._size & _LAST_OF_BLOCK:
            self._close_block()
        end = np.array(self._sums, dtype=_SUM).tobytes() + directory + _SIZES.pack(self._size, len(directory))
        self._file.write(end + _TAIL.pack(crc32(end), _MAGIC))


class Sums:
    """The sums of a file that is mapped into memory, and which of its blocks were compared with theirs.

    Several threads may use it: at worst two compare the same block.
    """

    def __init__(self, data: memoryview, sums: NDArray[np.uint32], name: str) -> None:
        self._data = data
        self._sums = sums
        self._name = name
        self._is_sound = bytearray(len(sums))  # one byte a block: to look for a zero among them takes 70 ns

    @property
    def sound_count(self) -> int:
        """How many blocks have been compared."""
        return self._is_sound.count(1)

    def require(self, first: int, last: int) -> None:
        """Compare the blocks that hold the bytes from the first to before the last, but for those that were compared before.

        Raises:
            ValueError: one of them is not what was written.
        """
        self.behind(0)(first, last)

    def behind(self, start: int) -> Callable[[int, int], None]:
        """Give a function that does what `require` does, for bytes counted from `start`: the readers of postings ask it all the time."""
        is_sound, compare = self._is_sound, self._compare
        start_up = start + _LAST_OF_BLOCK

        def require(first: int, last: int) -> None:
            if is_sound.find(0, start + first >> _BLOCK_BITS, start_up + last >> _BLOCK_BITS) >= 0:
                compare(start + first >> _BLOCK_BITS, start_up + last >> _BLOCK_BITS)

        return require

    def _compare(self, first: int, last: int) -> None:
        for block, expected in enumerate(self._sums[first:last].tolist(), first):
            start = block << _BLOCK_BITS
            if not self._is_sound[block] and crc32(self._data[start : start + BLOCK_BYTES]) != expected:
                raise ValueError(f"{self._name} is not what was written, between its bytes {start:,} and {start + BLOCK_BYTES:,}")
            self._is_sound[block] = 1


def read_end(data: memoryview, name: str) -> tuple[Sums, int, bytes]:
    """Read what `SummedFile.finish` wrote.

    Returns:
        The sums, how many bytes they are of, and the directory.

    Raises:
        ValueError: it is not what was written.
    """
    end = len(data) - _TAIL.size
    expected, magic = _TAIL.unpack_from(data, end) if end >= _SIZES.size else (0, b"")
    if magic != _MAGIC:
        raise ValueError(f"{name} is not a whole segment")
    end_of_directory = end - _SIZES.size
    size, directory_size = _SIZES.unpack_from(data, end_of_directory)
    count = -(-size // BLOCK_BYTES)
    if size + count * _SUM.itemsize + directory_size != end_of_directory or crc32(data[size:end]) != expected:
        raise ValueError(f"{name} is not what was written, at its end")
    sums = np.frombuffer(data, dtype=_SUM, count=count, offset=size)
    return Sums(data[:size], sums, name), size, bytes(data[end_of_directory - directory_size : end_of_directory])

"""What has been read already, by this rebuild or by one that was stopped before its end?

A journal is a file to which only is appended: a record of what was read for, then one a source, with what is known of it and the
columns of its calls. Each record is four bytes that say what it is, the sizes of its two parts, their CRC-32, and the parts. What
was torn by a crash is where the checksums end; it is cut off, and read again from its source.
"""

from __future__ import annotations

import json
import struct
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from indexer.disk import Disk, open_file
from indexer.readings import Reading

__all__ = ["Journal"]

_HEAD = struct.Struct("<4sIQI")
_MAGIC = b"EJ3\n"
_BLOCK = 1 << 20
_SYNC_EVERY_S = 5.0  # what a loss of power may cost; a crash of the process alone costs nothing
_LARGEST_FACTS = 64 << 20  # bytes, of one source's: a wrong size must not take all memory


class Journal:
    """The journal of one workspace.

    Attributes:
        path: Of its file, from which `read_calls` takes calls.
        versions: Of what reads; what others have read is not taken over.
        readings: Key of a source -> what is known of it.
        scanned_ns: Key of a source -> when it was looked at.
        places: Content of a call -> offset and length of its columns in the file.
    """

    def __init__(self, path: Path, disk: Disk, versions: dict[str, int | str]) -> None:
        self.path = path
        self.versions = versions
        self.readings: dict[str, Reading] = {}
        self.scanned_ns: dict[str, int] = {}
        self.places: dict[tuple[str, int], tuple[int, int]] = {}
        self._disk = disk
        self._size = 0
        self._synced_s = time.monotonic()
        self._resume(versions)

    def add(self, reading: Reading, scanned_ns: int, columns: Sequence[bytes] = ()) -> None:
        """Append what was read of a source.

        Args:
            scanned_ns: When it was looked at.
            columns: Of each of its calls, as `pack_call` gives them; none if they are known from before.
        """
        lengths = [len(packed) for packed in columns]
        facts = {"reading": reading.to_dict(), "scanned_ns": scanned_ns, "columns": lengths}
        self._take(reading, scanned_ns, lengths, self._append(facts, b"".join(columns)))

    def sync(self) -> None:
        """Wait until all of it is on the disk."""
        self._disk.sync(self.path)
        self._synced_s = time.monotonic()

    def _append(self, facts: dict[str, Any], columns: bytes) -> int:
        """Append a record; give the offset of its columns."""
        known = json.dumps(facts).encode()
        self._disk.append(self.path, _HEAD.pack(_MAGIC, len(known), len(columns), zlib.crc32(columns, zlib.crc32(known))) + known + columns)
        offset = self._size + _HEAD.size + len(known)
        self._size = offset + len(columns)
        if time.monotonic() - self._synced_s > _SYNC_EVERY_S:
            self.sync()
        return offset

    def _take(self, reading: Reading, scanned_ns: int, lengths: Sequence[int], offset: int) -> None:
        self.readings[reading.key] = reading
        self.scanned_ns[reading.key] = scanned_ns
        for record, length in zip(reading.calls, lengths, strict=False):
            self.places[record.content] = (offset, length)
            offset += length

    def _resume(self, versions: dict[str, int | str]) -> None:
        """Take what is there, if it was read as it is to be read now; else begin anew."""
        try:
            with open_file(self.path) as file:
                records = _records(file)
                _, first, _ = next(records, (0, {}, 0))
                if first.get("versions") == versions:
                    self._size = file.tell()
                    for end, facts, offset in records:
                        self._take(Reading.from_dict(facts["reading"]), int(facts["scanned_ns"]), facts["columns"], offset)
                        self._size = end
        except OSError:
            pass  # there is none, or no file
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
            pass  # what follows was never written by us
        if self._size:
            self._disk.cut(self.path, self._size)
        else:
            self._disk.write(self.path, b"")
            self._append({"versions": versions}, b"")


def _records(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any], int]]:
    """Give the sound records from the first on: where each ends, its facts, and where its columns begin."""
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        magic, facts_size, columns_size, written = _HEAD.unpack(head)
        if magic != _MAGIC or facts_size > _LARGEST_FACTS:
            return
        offset = file.tell() + facts_size
        known = file.read(facts_size)
        if _checksum(file, columns_size, zlib.crc32(known)) != written or file.tell() != offset + columns_size:
            return
        yield file.tell(), json.loads(known), offset


def _checksum(file: BinaryIO, size: int, so_far: int) -> int:
    while size and (block := file.read(min(size, _BLOCK))):
        so_far = zlib.crc32(block, so_far)
        size -= len(block)
    return so_far

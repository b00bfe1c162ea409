"""Which files are there to read, and have they changed?"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import UnreadableSource

__all__ = ["SourceFile", "Stamp", "find_sources", "fingerprint", "read_source"]

# What publishers and collectors name transcripts; any file that is named outright is read whatever its name.
SUFFIXES = frozenset((".txt", ".text", ".html", ".htm", ".xhtml"))

# Bytes of the largest file that is read. The largest of 2,340 real ones, a saved page, has 0.6 MB; what is larger would take
# more time and memory than one file may.
LARGEST = 4_000_000

# (bytes, time of modification and of inode change in nanoseconds, inode): what a file cannot keep when it is written
# to.
Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be read.

    Attributes:
        path: As found: the source as given, and the way down from it. Shown to users.
        key: The absolute path, which knows the file again.
        stamp: Of the moment it was found.
    """

    path: str
    key: str
    stamp: Stamp


def find_sources(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
) -> tuple[tuple[SourceFile, ...], tuple[tuple[str, str], ...]]:
    """Find the files that sources, or a single one, mean: files themselves, and all transcripts anywhere below folders.

    Below folders, hidden files and folders are passed over, links to folders are not followed, and only `.txt`,
    `.text`, `.html`, `.htm` and `.xhtml` count. A file that two sources mean is found once.

    Returns:
        The files in the order of their paths, and what cannot be read with the reason why.
    """
    found: dict[str, SourceFile] = {}
    refused: list[tuple[str, str]] = []
    for source in [sources] if isinstance(sources, str | os.PathLike) else sources:
        for path in _files_of(os.fspath(source), refused):
            try:
                status = os.stat(path)
            except OSError as error:
                refused.append((path, f"cannot be read: {error.strerror}"))
                continue
            if not stat.S_ISREG(status.st_mode):
                refused.append((path, "not a file"))  # reading a pipe would wait for ever
                continue
            key = os.path.abspath(path)
            found.setdefault(key, SourceFile(path, key, (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)))
    return tuple(sorted(found.values(), key=lambda file: file.path)), tuple(refused)


def _files_of(source: str, refused: list[tuple[str, str]]) -> Iterator[str]:
    if not os.path.isdir(source):
        yield source
        return
    for folder, folders, names in os.walk(
        source, onerror=lambda error: refused.append((str(error.filename), f"cannot be read: {error.strerror}"))
    ):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield os.path.join(folder, name)


def fingerprint(name: str, data: bytes) -> str:
    """Give what identifies a file's content to the reader: SHA-256 over its name, which may tell the fiscal period, and its bytes."""
    return hashlib.sha256(os.fsencode(name) + b"\0" + data).hexdigest()


def read_source(path: str) -> bytes:
    """Give a file's bytes.

    Raises:
        UnreadableSource: it cannot be opened or read, or is larger than any transcript.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UnreadableSource(f"cannot be read: {error.strerror or error}") from error
    if len(data) > LARGEST:
        raise UnreadableSource(
            f"larger than {LARGEST // 1_000_000} MB: no transcript is", hint="if it holds many calls, part it into files of its calls"
        )
    return data

"""Which files are there to read, and have they changed?"""

from __future__ import annotations

import glob
import hashlib
import os
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from indexer.errors import UnreadableSource

__all__ = ["Found", "SourceFile", "Stamp", "before_wildcards", "find_sources", "fingerprint", "list_paths", "read_source"]

# What publishers and collectors name transcripts; any file that is named outright is read whatever its name.
SUFFIXES = frozenset((".txt", ".text", ".html", ".htm", ".xhtml"))

# Bytes of the largest file that is read. The largest of 2,340 real ones, a saved page, has 0.6 MB; what is larger would take
# more time and memory than one file may.
LARGEST = 4_000_000

# (bytes, time of modification and of inode change in nanoseconds, inode): what a file cannot keep when it is written
# to.
Stamp = tuple[int, int, int, int]

_WILDCARDS = "*?["


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What sources mean.

    Attributes:
        files: To be read, in the order of their paths.
        refused: What cannot be read, and why, in the order of paths.
        waiting: Files that were changed so lately that they may not be whole yet.
        empty: Named folders and patterns below which there is no file at all, as given.
    """

    files: tuple[SourceFile, ...]
    refused: tuple[tuple[str, str], ...]
    waiting: tuple[SourceFile, ...]
    empty: tuple[str, ...]


def find_sources(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], *, settle_s: float = 0.0, now_ns: int | None = None
) -> Found:
    """Find the files that sources, or a single one, mean: files themselves, all transcripts anywhere below folders, what patterns match.

    Below folders and patterns hidden files and folders are passed over, links to folders are not followed, links out of the folder
    are refused, and only `.txt`, `.text`, `.html`, `.htm` and `.xhtml` count, or what the last part of a pattern ends in. A file that
    two sources mean is found once. A source is a pattern if nothing has just that name and it has one of `*?[`; `**` is any depth.

    Args:
        sources: Paths and patterns.
        settle_s: How long a file must have been left alone to be taken for whole.
        now_ns: The time that it is; by the system's clock if not given.
    """
    search = _Search()
    for source in [sources] if isinstance(sources, str | os.PathLike) else sources:
        search.look(os.fspath(source))
    search.finish()
    now_ns = time.time_ns() if now_ns is None else now_ns
    files = sorted(search.found.values(), key=lambda file: file.path)
    young = {file.key for file in files if settle_s > 0 and now_ns - _changed_ns(file, now_ns) < settle_s * 1e9}
    return Found(
        files=tuple(file for file in files if file.key not in young),
        refused=tuple(sorted(search.refused)),
        waiting=tuple(file for file in files if file.key in young),
        empty=tuple(dict.fromkeys(search.empty)),
    )


def _changed_ns(file: SourceFile, now_ns: int) -> int:
    """Say when a file was last changed. A time to come, by another machine's clock, says nothing: it would wait for ever."""
    _, modified, changed, _ = file.stamp
    return changed if modified > now_ns else max(modified, changed)


class _Search:
    """What was found so far.

    Attributes:
        found: Files by their keys.
        refused: What cannot be read, and why.
        empty: Folders and patterns without a file.
    """

    def __init__(self) -> None:
        self.found: dict[str, SourceFile] = {}
        self.refused: list[tuple[str, str]] = []
        self.empty: list[str] = []
        self._links: list[str] = []  # to files inside of their source

    def look(self, source: str) -> None:
        """Find what a source means."""
        before = len(self.found) + len(self.refused) + len(self._links)
        is_pattern = not os.path.lexists(source) and any(mark in source for mark in _WILDCARDS)
        if os.path.isdir(source):
            self._walk(source, os.path.realpath(source))
        elif is_pattern:
            self._match(source)
        else:
            self._take(source)
            return
        if len(self.found) + len(self.refused) + len(self._links) == before and not self._is_found_already(source):
            self.empty.append(source)
            if is_pattern:
                self.refused.append((source, "matches nothing"))

    def finish(self) -> None:
        """Take links whose files were not found under their own names."""
        real = {os.path.realpath(key) for key in self.found} if self._links else set()
        for link in self._links:
            if (target := os.path.realpath(link)) not in real:
                real.add(target)
                self._take(link)

    def _is_found_already(self, source: str) -> bool:
        below = os.path.join(os.path.abspath(before_wildcards(source)), "")
        return any(key.startswith(below) for key in self.found)

    def _match(self, pattern: str) -> None:
        root = os.path.realpath(before_wildcards(pattern))
        suffix = PurePath(pattern).suffix
        takes_any = bool(suffix) and not any(mark in suffix for mark in _WILDCARDS)
        for path in sorted(glob.iglob(pattern, recursive=True)):
            if not os.path.isdir(path):
                if takes_any or _is_transcript(path):
                    self._take_below(path, root)
            elif not pattern.endswith("**") and self._is_inside(path, root):
                self._walk(path, root)  # what `**` matches is all below already

    def _walk(self, folder: str, root: str) -> None:
        folders = [folder]
        while folders:
            here = folders.pop()
            try:
                with os.scandir(here) as entries:
                    listed = [entry for entry in entries if not entry.name.startswith(".")]
            except OSError as error:
                self.refused.append((here, f"cannot be read: {error.strerror}"))
                continue
            for entry in listed:
                if entry.is_symlink():
                    self._take_link(entry.path, root)
                elif entry.is_dir():
                    folders.append(entry.path)
                elif _is_transcript(entry.name):
                    self._take(entry.path, entry)

    def _take_link(self, path: str, root: str) -> None:
        if os.path.isdir(path):
            self._is_inside(path, root)  # what is inside is found there
        elif _is_transcript(path):
            self._take_below(path, root)

    def _take_below(self, path: str, root: str) -> None:
        """Take a file that may have been found through links."""
        if not os.path.exists(path):
            self._take(path)  # a link to nothing: that is the reason
        elif self._is_inside(path, root):
            if os.path.islink(path):
                self._links.append(path)
            else:
                self._take(path)

    def _is_inside(self, path: str, root: str) -> bool:
        target = os.path.realpath(path)
        if target == root or target.startswith(os.path.join(root, "")):
            return True
        self.refused.append((path, f"a link to outside of its source ({target}); name it itself to have it read"))
        return False

    def _take(self, path: str, entry: os.DirEntry[str] | None = None) -> None:
        try:
            status = entry.stat() if entry else os.stat(path)
        except OSError as error:
            self.refused.append((path, f"cannot be read: {error.strerror}"))
            return
        if not stat.S_ISREG(status.st_mode):
            self.refused.append((path, "not a file"))  # reading a pipe would wait for ever
            return
        key = os.path.abspath(path)
        self.found.setdefault(key, SourceFile(path, key, (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)))


def before_wildcards(pattern: str) -> str:
    """Give the folder in which a pattern begins to be one; a path as it is."""
    if os.path.lexists(pattern) or not any(mark in pattern for mark in _WILDCARDS):
        return pattern
    parts = pattern.split(os.sep)
    plain = next(number for number, part in enumerate(parts) if any(mark in part for mark in _WILDCARDS))
    return os.sep.join(parts[:plain]) or (os.sep if pattern.startswith(os.sep) else os.curdir)


def _is_transcript(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES


def fingerprint(name: str, data: bytes) -> str:
    """Give what identifies a file's content to the reader: SHA-256 over its name, which may tell the fiscal period, and its bytes."""
    return hashlib.sha256(os.fsencode(name) + b"\0" + data).hexdigest()


def read_source(path: str) -> bytes:
    """Give a file's bytes.

    Raises:
        UnreadableSource: it cannot be opened or read, is no file any more, or is larger than any transcript.
    """
    try:
        # It was a file when it was found. If it is a pipe now, to open it would wait for ever.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableSource("not a file")
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UnreadableSource(f"cannot be read: {error.strerror or error}") from error
    if len(data) > LARGEST:
        raise UnreadableSource(
            f"larger than {LARGEST // 1_000_000} MB: no transcript is", hint="if it holds many calls, part it into files of its calls"
        )
    return data


def list_paths(stream: BinaryIO) -> list[str]:
    """Give the paths that a stream lists: one a line, or with NUL bytes between if there is one, as `find -print0` writes them."""
    data = stream.read()
    lines = data.split(b"\0") if b"\0" in data else data.splitlines()
    return [os.fsdecode(line) for line in lines if line.strip()]

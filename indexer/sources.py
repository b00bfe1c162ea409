"""Which files are there to read, and have they changed?"""

from __future__ import annotations

import glob
import hashlib
import os
import stat
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from indexer.errors import UnreadableSource

__all__ = ["Found", "SourceFile", "Stamp", "find_sources", "fingerprint", "is_pattern", "list_paths", "read_source"]

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
        empty: Named folders and patterns below which no file was found at all, as given; those that could not be listed, too.
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
    two sources mean, or two links, is found once; hard links are files of their own. A source is a pattern if nothing has just that
    name and it has one of `*?[`; `**` is any depth.

    Args:
        sources: Paths and patterns.
        settle_s: How long a file must have been left alone to be taken for whole.
        now_ns: The time that it is; by the system's clock if not given.
    """
    search = _Search()
    for source in [sources] if isinstance(sources, str | os.PathLike) else sources:
        search.look(os.fspath(source))
    now_ns = time.time_ns() if now_ns is None else now_ns
    files = sorted(_once(search.found.values()), key=lambda file: file.path)
    young = {file.key for file in files if settle_s > 0 and now_ns - _changed_ns(file, now_ns) < settle_s * 1e9}
    return Found(
        files=tuple(file for file in files if file.key not in young),
        refused=tuple(sorted(set(search.refused))),
        waiting=tuple(file for file in files if file.key in young),
        empty=tuple(dict.fromkeys(search.empty)),
    )


def _changed_ns(file: SourceFile, now_ns: int) -> int:
    """Say when a file was last changed. A time to come, by another machine's clock, says nothing: it would wait for ever."""
    _, modified, changed, _ = file.stamp
    return changed if modified > now_ns else max(modified, changed)


def _once(files: Iterable[SourceFile]) -> list[SourceFile]:
    """Give each file once: of names that links give to one, its own if that was found, too, else the first that is no link itself."""
    files = list(files)
    names = Counter(file.stamp[3] for file in files)
    by_target: dict[str, list[SourceFile]] = defaultdict(list)
    for file in files:  # all names of a file have its inode: most need not be asked where they lead, which would take seconds
        by_target[os.path.realpath(file.key) if names[file.stamp[3]] > 1 else file.key].append(file)
    return [
        same[0] if len(same) == 1 else min(same, key=lambda file: (file.key != target, os.path.islink(file.key), file.path))
        for target, same in by_target.items()
    ]


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
        self._taken = 0  # a file counts as often as a source means it

    def look(self, source: str) -> None:
        """Find what a source means."""
        taken, refused = self._taken, len(self.refused)
        if os.path.isdir(source):
            self._walk(source, os.path.realpath(source))
        elif is_pattern(source):
            self._match(source)
        else:
            self._take(source)
            return
        if self._taken == taken:
            self.empty.append(source)
            if is_pattern(source) and len(self.refused) == refused:
                self.refused.append((source, "matches nothing"))

    def _match(self, pattern: str) -> None:
        folder, names = _parted(pattern)
        root = os.path.realpath(folder)
        suffix = PurePath(pattern).suffix
        takes_any = bool(suffix) and not any(mark in suffix for mark in _WILDCARDS)
        for path in self._matches(folder, names, root) if os.path.isdir(folder or os.curdir) else ():
            if os.path.isdir(path or os.curdir):
                if self._is_inside(path, root):
                    self._walk(path, root)
            elif (takes_any or _is_transcript(path)) and not pattern.endswith(os.sep):
                self._take_below(path, root)

    def _matches(self, folder: str, names: list[str], root: str) -> Iterator[str]:
        """Give what the names of a pattern match below a folder; if `**` is the last, the folder that is to be walked.

        Name by name: `glob` goes through links at `**`, and two that lead back keep it busy for ever.
        """
        if not names:
            yield folder
            return
        name, *rest = names
        if name == "**":
            below = [here for here, _ in self._tree(folder, root)] if rest else [folder]
        else:
            below = [os.path.join(folder, found) for found in glob.glob(name, root_dir=folder)]
            if not below:
                self._list(folder)  # nor does `glob` say why it finds nothing
            if rest:
                below = [path for path in below if os.path.isdir(path) and self._is_inside(path, root)]
        for path in below:
            yield from self._matches(path, rest, root)

    def _walk(self, folder: str, root: str) -> None:
        for here, entries in self._tree(folder, root):
            for entry in entries:
                if _is_transcript(entry.name):
                    self._take_below(os.path.join(here, entry.name), root, entry)

    def _tree(self, folder: str, root: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
        """Give every folder from a folder down, but for hidden and linked ones, with what it holds beside folders."""
        folders = [folder]
        while folders:
            here, others = folders.pop(), []
            for entry in self._list(here):
                path = os.path.join(here, entry.name)
                try:
                    is_link, is_folder = entry.is_symlink(), entry.is_dir()
                except OSError as error:  # a link to itself; a network drive that has gone
                    self._refuse(path, error)
                    continue
                if not is_folder:
                    others.append(entry)
                elif not is_link:
                    folders.append(path)
                else:
                    self._is_inside(path, root)  # what is inside is found there
            yield here, others

    def _list(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder or os.curdir) as entries:
                return [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            self._refuse(folder or os.curdir, error)
            return []

    def _is_inside(self, path: str, root: str) -> bool:
        target = os.path.realpath(path)
        if target == root or target.startswith(os.path.join(root, "")):
            return True
        self.refused.append((path, f"a link to outside of its source ({target}); name it itself to have it read"))
        return False

    def _take_below(self, path: str, root: str, entry: os.DirEntry[str] | None = None) -> None:
        """Take a file that may be a link. If it leads nowhere, that is the reason, wherever that may be."""
        is_link = entry.is_symlink() if entry else os.path.islink(path)
        if not is_link or not os.path.exists(path) or self._is_inside(path, root):
            self._take(path, entry)

    def _take(self, path: str, entry: os.DirEntry[str] | None = None) -> None:
        try:
            status = entry.stat() if entry else os.stat(path)
        except OSError as error:
            self._refuse(path, error)
            return
        if not stat.S_ISREG(status.st_mode):
            self.refused.append((path, "not a file"))  # reading a pipe would wait for ever
            return
        self._taken += 1
        key = os.path.abspath(path)
        self.found.setdefault(key, SourceFile(path, key, (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)))

    def _refuse(self, path: str, error: OSError) -> None:
        self.refused.append((path, f"cannot be read: {error.strerror}"))


def is_pattern(source: str) -> bool:
    """Say whether a source is a pattern, and no path."""
    return not os.path.lexists(source) and any(mark in source for mark in _WILDCARDS)


def _parted(pattern: str) -> tuple[str, list[str]]:
    """Part a pattern into the folder in which it begins to be one, "" for the working folder, and the names that it has below."""
    parts = pattern.split(os.sep)
    plain = next(number for number, part in enumerate(parts) if any(mark in part for mark in _WILDCARDS))
    return os.sep.join(parts[:plain]) or os.sep * bool(plain), [part for part in parts[plain:] if part]


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
        with open(path, "rb", opener=_open_at_once) as file:
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


def _open_at_once(path: str, flags: int) -> int:
    """Open what was a file when it was found. If it is a pipe now, to open it otherwise would wait for ever."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)


def list_paths(stream: BinaryIO) -> list[str]:
    """Give the paths that a stream lists: one a line, or with NUL bytes between if there is one, as `find -print0` writes them."""
    data = stream.read()
    lines = data.split(b"\0") if b"\0" in data else [line.removesuffix(b"\r") for line in data.split(b"\n")]
    return [os.fsdecode(line) for line in lines if line.strip()]

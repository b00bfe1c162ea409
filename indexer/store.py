"""What lies in the index directory, and how does it change without a moment in which it could not be opened?

An index directory holds immutable files and one name that says which of them count:

    _MAIN_<g>.toc       Whoosh's table of contents of generation g: schema, segments, deleted turns; the highest g is the index
    MAIN_<id>.seg       segments, shared by generations
    earful-<g>.json     manifest of generation g: sources, calls, and size and SHA-256 of every file
    earful.lock         held by a running rebuild; names it
    earful-watches.json, earful-watch-<name>.json, earful-watches.lock    saved searches; they belong to no generation
    .work/              of a rebuild that runs or was killed

`commit` brings the files of a new generation to the disk, then its manifest, and last renames the table of contents
into place: that rename is the switch. Before it, readers see the old generation, whose files are all there; after it
the new one. Only then is removed what the new one does not name.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from whoosh.codec.base import Segment

from indexer.errors import IndexDamaged, IndexLocked, IndexNotFound, IndexUnusable
from indexer.segments import INDEX_NAME
from indexer.toc import read_toc, write_toc

__all__ = ["Manifest", "Store"]

MANIFEST_FORMAT = 1

_TOC_FILE = re.compile(rf"_{INDEX_NAME}_(\d+)\.toc")
_OWN_FILE = re.compile(rf"_{INDEX_NAME}_\d+\.toc(?:\..*)?|{INDEX_NAME}_\w+\.\w+|earful-\d+\.json(?:\.\w+)?")
_LOCK_LOOK_S = 0.05  # between looks whether a lock is free
_BLOCK = 1 << 20  # bytes read at a time when a file is hashed


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an index holds and of which files it consists.

    Attributes:
        versions: Of schema and parser, as numbers; an index of others is built anew.
        sources: A JSON object for every source, as the pipeline wants it back.
        calls: Final id of every indexed call -> [fingerprint of its file, place in it].
        counts: `calls` and `turns`.
        scanned_ns: When the sources were looked at, in nanoseconds of the clock that stamps files.
        files: Name -> [bytes, SHA-256] of every file of the generation but this manifest.
        content: Hash of what the index holds: calls as they were published, and how they are read. It does not change with the
            order and the generation in which they came.
    """

    versions: dict[str, int | str]
    sources: list[dict[str, Any]]
    calls: dict[str, tuple[str, int]]
    counts: dict[str, int]
    scanned_ns: int
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    content: str = ""

    def to_bytes(self) -> bytes:
        """Serialise as JSON with a checksum of its own."""
        body = {"format": MANIFEST_FORMAT, **{name: getattr(self, name) for name in self.__slots__}}
        # In ASCII: a file name that is no UTF-8 holds surrogates, which only escapes can carry.
        text = json.dumps(body, sort_keys=True)
        return json.dumps({"sha256": _sha256(text.encode()), "manifest": text}).encode()

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> Manifest:
        """Read what `to_bytes` wrote.

        Raises:
            IndexDamaged: it is not, byte for byte.
        """
        try:
            envelope = json.loads(data)
            text = envelope["manifest"]
            if _sha256(text.encode()) != envelope["sha256"]:
                raise ValueError("checksum differs")
            body = json.loads(text)
            if body.pop("format") != MANIFEST_FORMAT:
                raise ValueError("unknown format")
            body["calls"] = {call: (content[0], content[1]) for call, content in body["calls"].items()}
            body["files"] = {file: (size[0], size[1]) for file, size in body["files"].items()}
            return cls(**body)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexDamaged(f"{name} is not what was written ({error})", hint="run earful rebuild") from error


class Store:
    """An index directory. All that is ever written into one is written here."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    # reading

    def generation(self) -> int:
        """Give the number of the current generation.

        Raises:
            IndexNotFound: there is none.
        """
        numbers = [int(match[1]) for name in self._names() if (match := _TOC_FILE.fullmatch(name))]
        if not numbers:
            raise IndexNotFound(f"no index in {self.folder}", hint="build one with: earful rebuild FOLDER")
        return max(numbers)

    def manifest(self, generation: int) -> Manifest:
        """Read the manifest of a generation.

        Raises:
            IndexDamaged: it is missing, or not what was written.
        """
        name = f"earful-{generation}.json"
        try:
            return Manifest.from_bytes((self.folder / name).read_bytes(), name)
        except OSError as error:
            raise IndexDamaged(f"{self.folder / name} cannot be read ({error.strerror})", hint="run earful rebuild") from error

    def segments(self, generation: int, manifest: Manifest | None = None) -> list[Segment]:
        """Read the segments of a generation; the caller may mark turns in them as deleted.

        Args:
            manifest: Of that generation, if the caller has read it: of a large index it takes a second.

        Raises:
            IndexDamaged: the table of contents is not what was written.
        """
        name = f"_{INDEX_NAME}_{generation}.toc"
        data = (self.folder / name).read_bytes()
        if (manifest or self.manifest(generation)).files[name] != (len(data), _sha256(data)):
            raise IndexDamaged(f"{self.folder / name} is not what was written", hint="run earful rebuild")
        return read_toc(data, name)

    def check(self) -> list[str]:
        """Compare every file with what was written; give what is wrong, a line each, worst first.

        Raises:
            IndexNotFound: there is no index.
            IndexDamaged: the manifest itself is missing or changed.
        """
        generation = self.generation()
        manifest = self.manifest(generation)
        problems = []
        for name, (size, digest) in sorted(manifest.files.items()):
            try:
                found = self._measure(name)
            except FileNotFoundError:
                problems.append(f"{name}: missing")
                continue
            if found[0] != size:
                problems.append(f"{name}: {found[0]} bytes, {size} were written")
            elif found[1] != digest:
                problems.append(f"{name}: changed since it was written")
        known = {*manifest.files, f"earful-{generation}.json"}
        return problems + [
            f"{name}: does not belong to the index" for name in self._names() if _OWN_FILE.fullmatch(name) and name not in known
        ]

    def require_whole(self, manifest: Manifest) -> None:
        """Make sure that every file is there in its full size; `check` compares the bytes too, and takes as long as reading them.

        Raises:
            IndexDamaged: one is not.
        """
        for name, (size, _) in manifest.files.items():
            path = self.folder / name
            if not path.is_file() or path.stat().st_size != size:
                raise IndexDamaged(f"{path} is missing or cut off", hint="run earful rebuild")

    # writing

    def require_unchanged(self, segments: Sequence[Segment], manifest: Manifest) -> None:
        """Make sure that segments are byte for byte what was written: what is made of them gets checksums of its own.

        Raises:
            IndexDamaged: a file of theirs is not.
        """
        for segment in segments:
            for name, written in manifest.files.items():
                if name.startswith(f"{segment.segment_id()}.") and self._measure(name) != written:
                    raise IndexDamaged(f"{name} has changed since it was written", hint="run earful rebuild --fresh")

    @contextmanager
    def lock(self, name: str = "earful.lock", use: str = "rebuild", *, wait_s: float = 0.0) -> Iterator[None]:
        """Keep others out, other rebuilds if nothing else is said. The lock goes with the process that holds it, however that ends.

        Args:
            name: Of its file.
            use: What others are kept from.
            wait_s: How long to wait for it.

        Raises:
            IndexLocked: another process holds it.
            IndexUnusable: the directory cannot be made or written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise IndexUnusable(f"cannot write to {self.folder} ({error.strerror})", hint="choose another folder with --index") from error
        try:
            try:
                _lock_within(handle, wait_s)
            except BlockingIOError as error:
                owner = os.pread(handle, 200, 0).decode(errors="replace").strip() or "unknown"
                raise IndexLocked(f"another {use} is running on {self.folder} ({owner})", hint="wait for it, or stop it") from error
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Give an empty folder in the index directory for what is not yet part of the index.

        Call with the lock held: what a killed rebuild left there is removed.
        """
        work = self.folder / ".work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def adopt(self, segment: Segment, work: Path) -> None:
        """Move the files of a new segment from a workspace into the directory; no generation names them yet."""
        for path in work.glob(f"{segment.segment_id()}.*"):
            _sync(path)
            path.replace(self.folder / path.name)

    def commit(self, segments: Sequence[Segment], manifest: Manifest, previous: Manifest | None) -> int:
        """Switch to a new generation of these segments; give its number.

        Args:
            segments: Whose files are all in the directory.
            manifest: Without `files`.
            previous: Its file checksums are taken over: segments never change.
        """
        try:
            generation = self.generation() + 1
        except IndexNotFound:
            generation = 1
        toc_name = f"_{INDEX_NAME}_{generation}.toc"
        toc = write_toc(segments, generation)
        known = previous.files if previous else {}
        names = sorted(name for segment in segments for name in self._names() if name.startswith(f"{segment.segment_id()}."))
        files = {name: known.get(name) or self._measure(name) for name in names}
        files[toc_name] = (len(toc), _sha256(toc))
        content = _sha256(json.dumps([manifest.calls, manifest.versions], sort_keys=True).encode())
        complete = replace(manifest, files=files, content=content)
        self._write(f"earful-{generation}.json", complete.to_bytes())
        self._write(toc_name, toc)
        self.clean(generation, complete)
        return generation

    def clean(self, generation: int, manifest: Manifest) -> None:
        """Remove what older generations and killed rebuilds left; files that are not the index's own stay. Call with the lock held."""
        kept = {*manifest.files, f"earful-{generation}.json"}
        for name in self._names():
            if name not in kept and _OWN_FILE.fullmatch(name):
                (self.folder / name).unlink(missing_ok=True)

    def write(self, name: str, data: bytes) -> None:
        """Write a file that no generation has, as what is watched; as `commit` does, but it may change."""
        self._write(name, data)

    def remove(self, name: str) -> None:
        """Remove a file that `write` wrote."""
        (self.folder / name).unlink(missing_ok=True)
        _sync(self.folder)

    def _write(self, name: str, data: bytes) -> None:
        """Write a file so that its name appears with all of its bytes or not at all."""
        draft = self.folder / f"{name}.new"
        draft.write_bytes(data)
        _sync(draft)
        draft.replace(self.folder / name)
        _sync(self.folder)

    def _names(self) -> list[str]:
        try:
            return sorted(os.listdir(self.folder))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _measure(self, name: str) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        with open(self.folder / name, "rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
        return size, digest.hexdigest()


def _lock_within(handle: int, wait_s: float) -> None:
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(_LOCK_LOOK_S)
        else:
            return


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

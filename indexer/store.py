"""What lies in the index directory, and how does it change without a moment in which it could not be opened?

An index directory holds immutable files and one name that says which of them count:

    _MAIN_<g>.toc       Whoosh's table of contents of generation g: schema, segments, deleted turns; the highest g is the index
    MAIN_<id>.seg       segments, shared by generations
    earful-<g>.json     manifest of generation g: versions, counts, and size and SHA-256 of every file
    earful-<g>.ledger   where what it holds came from: sources and calls
    earful.lock         held by a running rebuild; names it
    earful-report.json  what the last rebuild found and did
    earful-watches.json, earful-watch-<name>.json, earful-watches.lock    saved searches; they belong to no generation
    .work/              of a rebuild that runs or was stopped: its journal, and the segments that it has built

All writing is here, in steps of `Disk`, and this is their order:

    1. A rebuild appends what it reads to `.work/journal`, each record under a checksum, synced every few seconds. Segments are built
       in folders of `.work`; a finished one is synced, and only then is it noted, so that a note vouches for its bytes. Nothing of
       this is part of the index: a rebuild that ends here, however, changed nothing, and the next one goes on.
    2. `commit` renames the finished segments into the directory, then writes ledger and manifest, each as a draft that is synced
       before it is renamed, and syncs the directory: all that the new generation needs is on the disk, under names that nobody reads.
    3. It writes the table of contents likewise. That rename is the switch: before it readers see the old generation, whose files are
       all there, after it the new one. The directory is synced again: from here on the switch outlives a loss of power.
    4. Only then are removed the files that the new generation does not name. Readers that have them open keep them: the system frees
       a file when the last process lets go of it.
    5. The report is written, and last `.work` removed: as long as anything may be left over, it is there to tell that something was
       under way, and a rebuild that finds it finishes the work.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from whoosh.codec.base import Segment

from indexer.codec import ArrowSegment
from indexer.codec.tables import file_name
from indexer.disk import Disk, open_file, read_file
from indexer.errors import IndexDamaged, IndexLocked, IndexNotFound, IndexUnusable
from indexer.locks import Taken, hold
from indexer.manifest import Ledger, Manifest, calls_from_bytes, content_hash
from indexer.sealed import digest_of, is_sealed, seal, unseal
from indexer.segments import INDEX_NAME
from indexer.toc import write_toc

__all__ = ["Store"]

_TOC_FILE = re.compile(rf"_{INDEX_NAME}_(\d+)\.toc")
_OWN_FILE = re.compile(
    rf"_{INDEX_NAME}_\d+\.toc(?:\..*)?|{INDEX_NAME}_\w+\.\w+|earful-\d+\.(?:json|ledger)(?:\.\w+)?|earful-report\.json\.new"
)
# What may lie beside the files of a generation: ours, and what a folder that git keeps has.
_BESIDE = re.compile(
    r"earful(?:-watches)?\.lock|earful-(?:report|watches|watch-.+)\.json(?:\.new)?|\.work|\.gitignore|\.gitkeep|README\.md"
)
_SEALED = re.compile(r"earful-(?:report|watches|watch-.+)\.json")
_REPORT = "earful-report.json"
_REPORT_KIND = "report/1"
_PART_KIND = "part/1"
_LEAST_BYTES_A_TURN = 32  # in the tables of a segment
_BLOCK = 1 << 20  # bytes read at a time when a file is hashed

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)


class Store:
    """An index directory. All that is ever written into one is written here."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.work = self.folder / ".work"
        self.disk = Disk()

    # reading

    def generation(self) -> int:
        """Give the number of the current generation.

        Raises:
            IndexNotFound: there is none.
        """
        # A second look, for the system may list a large folder in pieces, and miss a new name and the old one that it replaces.
        numbers = self._generations() or self._generations()
        if not numbers:
            raise IndexNotFound(f"no index in {self.folder}", hint="build one with: earful rebuild FOLDER")
        return max(numbers)

    def manifest(self, generation: int) -> Manifest:
        """Read the manifest of a generation.

        Raises:
            IndexDamaged: it is missing, or not what was written.
        """
        name = _manifest_name(generation)
        return Manifest.from_bytes(self._read(name), name)

    def ledger(self, generation: int, manifest: Manifest) -> Ledger:
        """Read where what a generation holds came from.

        Raises:
            IndexDamaged: it is missing, or not what was written.
        """
        name = _ledger_name(generation)
        return Ledger.from_bytes(self._read_named(name, manifest), name)

    def calls(self, generation: int, manifest: Manifest) -> Mapping[str, tuple[str, int]]:
        """Read of the ledger of a generation only the calls: final id -> fingerprint of its file, place in it.

        Raises:
            IndexDamaged: it is missing, or not what was written.
        """
        name = _ledger_name(generation)
        return calls_from_bytes(self._read_named(name, manifest), name)

    def segments(self, generation: int, manifest: Manifest) -> list[ArrowSegment]:
        """Give the segments of a generation; the caller may mark turns in them as deleted.

        Raises:
            IndexDamaged: the table of contents is missing, or not what was written; or the manifest names what is no segment.
        """
        self._read_named(_toc_name(generation), manifest)  # Whoosh reads it: both shall answer alike
        try:
            return [_segment_of(manifest, *segment) for segment in manifest.segments]
        except (ValueError, LookupError) as error:
            name = _manifest_name(generation)
            raise IndexDamaged(f"{self.folder / name} is not what was written ({error})", hint="run earful rebuild") from error

    def report(self) -> dict[str, Any]:
        """Give the report of the last rebuild, as `earful rebuild --json` gave it, with the generation and when it ended.

        Raises:
            IndexNotFound: there is none.
            IndexDamaged: it is not what was written.
        """
        if _REPORT not in self._names():
            raise IndexNotFound(f"no report in {self.folder}", hint="earful rebuild writes one")
        report: dict[str, Any] = unseal(self._read(_REPORT), _REPORT_KIND, _REPORT)
        return report

    def check(self) -> list[str]:
        """Compare every file with what was written; give what is wrong, a line each, worst first.

        Raises:
            IndexNotFound: there is no index.
            IndexDamaged: the manifest itself is missing or changed.
        """
        generation = self.generation()
        manifest = self.manifest(generation)
        problems = list(self._changes(manifest))
        problems += [f"{name}: {problem}" for name in filter(_SEALED.fullmatch, self._names()) if (problem := self._broken_seal(name))]
        # What a rebuild that was stopped left is no damage: the next one goes on with it, or removes it.
        foreign = [] if self.work.exists() else self._unnamed(generation, manifest)
        return problems + [f"{name}: does not belong to the index" for name in foreign]

    def strangers(self) -> list[str]:
        """Tell of what lies in the directory and is no part of the index, a line each; none of it does harm.

        Raises:
            IndexNotFound: there is no index.
            IndexDamaged: the manifest itself is missing or changed.
        """
        generation = self.generation()
        manifest = self.manifest(generation)
        lines = []
        if self.work.exists():
            left = [".work", *self._unnamed(generation, manifest)]
            lines.append(f"{', '.join(left)}: left by a rebuild that runs or was stopped; the next one goes on with it")
        known = {*manifest.files, _manifest_name(generation)}
        others = [name for name in self._names() if name not in known and not _OWN_FILE.fullmatch(name) and not _BESIDE.fullmatch(name)]
        return lines + [f"{name}: not a file of Earful's" for name in others]

    def require_whole(self, manifest: Manifest) -> None:
        """Make sure that every file is there in its full size; `check` compares the bytes too, and takes as long as reading them.

        Raises:
            IndexDamaged: one is not.
        """
        for name, (size, _) in manifest.files.items():
            path = self.folder / name
            if not path.is_file() or path.stat().st_size != size:
                raise IndexDamaged(f"{path} is missing or cut off", hint="run earful rebuild")

    def require_unchanged(self, manifest: Manifest) -> None:
        """Make sure that every file is byte for byte what was written: what is built upon it gets checksums of its own, and a nightly
        job shall not find an index sound for ever that is not. To hash a gigabyte takes 0.6 s.

        Raises:
            IndexDamaged: one is not.
        """
        for problem in self._changes(manifest):
            raise IndexDamaged(problem, hint="run earful rebuild")

    def _changes(self, manifest: Manifest) -> Iterator[str]:
        for name, (size, digest) in sorted(manifest.files.items()):
            try:
                found = self._measure(name)
            except FileNotFoundError:
                yield f"{name}: missing"
            except OSError as error:
                yield f"{name}: cannot be read ({error.strerror})"
            else:
                if found[0] != size:
                    yield f"{name}: {found[0]} bytes, {size} were written"
                elif found[1] != digest:
                    yield f"{name}: changed since it was written"

    # writing

    @contextmanager
    def lock(self, name: str = "earful.lock", use: str = "rebuild", *, wait_s: float = 0.0) -> Iterator[None]:
        """Keep others out, other rebuilds if nothing else is said. The lock goes with the process that holds it, however that ends.

        Args:
            name: Of its file.
            use: What others are kept from.
            wait_s: How long to wait for it.

        Raises:
            IndexLocked: another process holds it.
            IndexUnusable: the directory cannot be made or written to, then or while the lock is held.
        """
        try:
            self._make()
            with hold(self.folder / name, wait_s):
                yield
        except Taken as taken:
            raise IndexLocked(
                f"another {use} is running on {self.folder} ({taken})", hint="wait for it, as --wait 600 does, or stop it"
            ) from taken
        except BrokenPipeError:  # of the caller's own output
            raise
        except OSError as error:
            raise self._unusable(error) from error

    def _make(self) -> None:
        if not self.folder.is_dir():
            self.disk.make_folder(self.folder)
            self.disk.sync_folder(self.folder.resolve().parent)

    def _unusable(self, error: OSError) -> IndexUnusable:
        if error.errno in _NO_SPACE:
            return IndexUnusable(f"no space is left on the disk of {self.folder}", hint="the index is whole; free some, and run it again")
        reason = error.strerror or str(error)
        if error.errno in _NO_RIGHT or not self.folder.is_dir():
            return IndexUnusable(f"cannot write to {self.folder} ({reason})", hint="choose another folder with --index")
        where = f" at {error.filename}" if error.filename else ""
        return IndexUnusable(f"the disk of {self.folder} failed ({reason}{where})", hint="the index is whole; mend that, and run it again")

    @contextmanager
    def workspace(self, *, fresh: bool = False) -> Iterator[Path]:
        """Give the folder for what is not yet part of the index; call with the lock held.

        It is removed when the work is done. When it fails or is killed what is in it stays, for the next time, but not if the disk
        is full: then the space is given back.

        Args:
            fresh: Remove first what was left from last time.
        """
        if fresh or self.work.is_symlink():
            self.disk.remove_folder(self.work)
        self.disk.make_folder(self.work)
        try:
            yield self.work
        except OSError as error:
            if error.errno in _NO_SPACE:
                self._give_back()
            raise
        self.disk.remove_folder(self.work)

    def _give_back(self) -> None:
        """Remove all that no generation names, and the workspace last."""
        try:
            generation = self.generation()
            self.clean(generation, self.manifest(generation))
        except IndexNotFound:
            for name in filter(_OWN_FILE.fullmatch, self._names()):
                self.disk.remove(self.folder / name)
        except IndexDamaged:
            pass  # which of its files are needed is not known: they stay until there is a new generation
        self.disk.remove_folder(self.work)

    def keep_part(self, folder: Path, key: str, segment: ArrowSegment) -> None:
        """Note that a segment in a folder of the workspace is finished.

        Args:
            key: Of what it was built of.
        """
        name = f"{segment.segment_id()}.seg"
        self.disk.sync(folder / name)
        size, digest = _measured(folder / name)
        facts = {"key": key, "segment": segment.segid, "turns": segment.doc_count_all(), "bytes": size, "sha256": digest}
        self._write(folder / "done", seal(_PART_KIND, facts))

    def kept_part(self, folder: Path, key: str) -> ArrowSegment | None:
        """Give the segment that an earlier rebuild built of the same in that folder, if it is there and just as it was."""
        try:
            facts = unseal(read_file(folder / "done"), _PART_KIND, "done")
            segment = ArrowSegment.known(INDEX_NAME, facts["segment"], facts["turns"])
            name = f"{segment.segment_id()}.seg"
            # A commit that was stopped may have moved it already.
            path = next(path for path in (folder / name, self.folder / name) if path.exists())
            is_same = facts["key"] == key and _measured(path) == (facts["bytes"], facts["sha256"])
        except (OSError, IndexDamaged, LookupError, TypeError, ValueError, StopIteration):
            return None
        return segment if is_same else None

    def adopt(self, segment: Segment, folder: Path) -> None:
        """Move the files of a new segment from the workspace into the directory; no generation names them yet."""
        for path in folder.glob(f"{segment.segment_id()}.*"):
            self.disk.sync(path)
            self.disk.rename(path, self.folder / path.name)

    def commit(self, segments: Sequence[ArrowSegment], manifest: Manifest, ledger: Ledger, previous: Manifest | None) -> int:
        """Switch to a new generation of these segments; give its number.

        Args:
            segments: Whose files are all in the directory.
            manifest: Without `files` and `content`.
            ledger: Of the generation.
            previous: Its file checksums are taken over: segments never change.
        """
        try:
            generation = self.generation() + 1
        except IndexNotFound:
            generation = 1
        toc, written = write_toc(segments, generation), ledger.to_bytes()
        known = previous.files if previous else {}
        names = sorted(name for segment in segments for name in self._names() if name.startswith(f"{segment.segment_id()}."))
        files = {name: known.get(name) or self._measure(name) for name in names}
        files[_toc_name(generation)] = (len(toc), digest_of(toc))
        files[_ledger_name(generation)] = (len(written), digest_of(written))
        named = tuple((segment.segid, segment.doc_count_all(), tuple(segment.deleted_ranges())) for segment in segments)
        complete = replace(manifest, segments=named, files=files, content=content_hash(ledger, manifest.versions))
        self._write(self.folder / _ledger_name(generation), written)
        self._write(self.folder / _manifest_name(generation), complete.to_bytes())
        self._write(self.folder / _toc_name(generation), toc)
        self.clean(generation, complete)
        return generation

    def clean(self, generation: int, manifest: Manifest) -> None:
        """Remove what older generations and killed rebuilds left; files that are not the index's own stay. Call with the lock held."""
        for name in self._unnamed(generation, manifest):
            self.disk.remove(self.folder / name)

    def write_report(self, report: dict[str, Any]) -> None:
        """Keep the report of a rebuild. Call with the lock held."""
        self._write(self.folder / _REPORT, seal(_REPORT_KIND, report))

    def write(self, name: str, data: bytes) -> None:
        """Write a file that no generation has, as what is watched; as `commit` does, but it may change."""
        self._write(self.folder / name, data)

    def remove(self, name: str) -> None:
        """Remove a file that `write` wrote."""
        self.disk.remove(self.folder / name)
        self.disk.sync_folder(self.folder)

    def _write(self, path: Path, data: bytes) -> None:
        """Write a file so that its name appears with all of its bytes or not at all."""
        draft = path.with_name(f"{path.name}.new")
        self.disk.write(draft, data)
        self.disk.sync(draft)
        self.disk.rename(draft, path)
        self.disk.sync_folder(path.parent)

    def _generations(self) -> list[int]:
        return [int(match[1]) for name in self._names() if (match := _TOC_FILE.fullmatch(name))]

    def _unnamed(self, generation: int, manifest: Manifest) -> list[str]:
        kept = {*manifest.files, _manifest_name(generation)}
        return [name for name in self._names() if name not in kept and _OWN_FILE.fullmatch(name)]

    def _names(self) -> list[str]:
        try:
            return sorted(os.listdir(self.folder))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _read(self, name: str) -> bytes:
        try:
            return read_file(self.folder / name)
        except OSError as error:
            raise IndexDamaged(f"{self.folder / name} cannot be read ({error.strerror})", hint="run earful rebuild") from error

    def _broken_seal(self, name: str) -> str:
        try:
            return "" if is_sealed(self._read(name)) else "changed since it was written"
        except IndexDamaged as error:
            return str(error.args[0])

    def _read_named(self, name: str, manifest: Manifest) -> bytes:
        """Read a file that a manifest names."""
        data = self._read(name)
        if manifest.files.get(name) != (len(data), digest_of(data)):
            raise IndexDamaged(f"{self.folder / name} is not what was written", hint="run earful rebuild")
        return data

    def _measure(self, name: str) -> tuple[int, str]:
        return _measured(self.folder / name)


def _segment_of(manifest: Manifest, name: str, turns: int, deleted: Sequence[tuple[int, int]]) -> ArrowSegment:
    # Numbers of deleted turns are kept one by one, so a wrong number of turns must not be taken on trust.
    if type(turns) is int and turns * _LEAST_BYTES_A_TURN > manifest.files[file_name(f"{INDEX_NAME}_{name}")][0]:
        raise ValueError(f"{turns:,} turns are more than the file of the segment {name!r:.80} holds")
    return ArrowSegment.known(INDEX_NAME, name, turns, deleted)


def _toc_name(generation: int) -> str:
    return f"_{INDEX_NAME}_{generation}.toc"


def _manifest_name(generation: int) -> str:
    return f"earful-{generation}.json"


def _ledger_name(generation: int) -> str:
    return f"earful-{generation}.ledger"


def _measured(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with open_file(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()

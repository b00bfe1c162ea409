"""How does the index directory change without a moment in which it could not be opened?

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
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from whoosh.codec.base import Segment

from indexer.codec import ArrowSegment
from indexer.directory import OWN_FILE, REPORT, REPORT_KIND, Directory, ledger_name, manifest_name, measured, toc_name
from indexer.disk import Disk, read_file
from indexer.errors import IndexDamaged, IndexLocked, IndexNotFound, IndexUnusable
from indexer.locks import Taken, hold
from indexer.manifest import Ledger, Manifest, content_hash
from indexer.sealed import digest_of, seal, unseal
from indexer.segments import INDEX_NAME
from indexer.toc import write_toc

__all__ = ["Store"]

_PART_KIND = "part/1"
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)


class Store(Directory):
    """An index directory, to be changed. All that is ever written into one is written here.

    Attributes:
        disk: By whose steps.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        super().__init__(folder)
        self.disk = Disk()

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
            for name in filter(OWN_FILE.fullmatch, self.names()):
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
        size, digest = measured(folder / name)
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
            is_same = facts["key"] == key and measured(path) == (facts["bytes"], facts["sha256"])
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
        names = sorted(name for segment in segments for name in self.names() if name.startswith(f"{segment.segment_id()}."))
        files = {name: known.get(name) or self.measure(name) for name in names}
        files[toc_name(generation)] = (len(toc), digest_of(toc))
        files[ledger_name(generation)] = (len(written), digest_of(written))
        named = tuple((segment.segid, segment.doc_count_all(), tuple(segment.deleted_ranges())) for segment in segments)
        complete = replace(manifest, segments=named, files=files, content=content_hash(ledger, manifest.versions))
        self._write(self.folder / ledger_name(generation), written)
        self._write(self.folder / manifest_name(generation), complete.to_bytes())
        self._write(self.folder / toc_name(generation), toc)
        self.clean(generation, complete)
        return generation

    def clean(self, generation: int, manifest: Manifest) -> None:
        """Remove what older generations and killed rebuilds left; files that are not the index's own stay. Call with the lock held."""
        for name in self.unnamed(generation, manifest):
            self.disk.remove(self.folder / name)

    def write_report(self, report: dict[str, Any]) -> None:
        """Keep the report of a rebuild. Call with the lock held."""
        self._write(self.folder / REPORT, seal(REPORT_KIND, report))

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

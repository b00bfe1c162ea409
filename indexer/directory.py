"""What lies in the index directory, and is it what was written?

An index directory holds immutable files and one name that says which of them count:

    _MAIN_<g>.toc       Whoosh's table of contents of generation g; the highest g is the index
    MAIN_<id>.seg       segments, shared by generations
    earful-<g>.json     manifest of generation g: segments, deleted turns, and size and SHA-256 of every file
    earful-<g>.ledger   where what it holds came from: sources and calls
    earful.lock         held by a running rebuild; names it
    earful-report.json  what the last rebuild found and did
    earful-watches.json, earful-watch-<name>.json, earful-watches.lock    saved searches; they belong to no generation
    .work/              of a rebuild that runs or was stopped: its journal, and the segments that it has built
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from indexer.codec import ArrowSegment
from indexer.codec.tables import file_name
from indexer.disk import open_file, read_file
from indexer.errors import IndexDamaged, IndexNotFound
from indexer.manifest import Ledger, Manifest, calls_from_bytes
from indexer.sealed import digest_of, is_sealed, unseal
from indexer.segments import INDEX_NAME

__all__ = ["OWN_FILE", "REPORT", "REPORT_KIND", "Directory", "ledger_name", "manifest_name", "measured", "toc_name"]

_Found = TypeVar("_Found")

_TOC_FILE = re.compile(rf"_{INDEX_NAME}_(\d+)\.toc")
# Files that belong to a generation, or would have.
OWN_FILE = re.compile(
    rf"_{INDEX_NAME}_\d+\.toc(?:\..*)?|{INDEX_NAME}_\w+\.\w+|earful-\d+\.(?:json|ledger)(?:\.\w+)?|earful-report\.json\.new"
)
# What may lie beside the files of a generation: ours, and what a folder that git keeps has.
_BESIDE = re.compile(
    r"earful(?:-watches)?\.lock|earful-(?:report|watches|watch-.+)\.json(?:\.new)?|\.work|\.gitignore|\.gitkeep|README\.md"
)
_SEALED = re.compile(r"earful-(?:report|watches|watch-.+)\.json")
REPORT = "earful-report.json"
REPORT_KIND = "report/1"
_LEAST_BYTES_A_TURN = 32  # in the tables of a segment
_BLOCK = 1 << 20  # bytes read at a time when a file is hashed


class Directory:
    """An index directory, to be read.

    Attributes:
        folder: Where it lies.
        work: The folder in it of a rebuild that runs or was stopped.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.work = self.folder / ".work"

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

    def steadily(self, look: Callable[[int], _Found]) -> _Found:
        """Look at the current generation; if a rebuild has replaced it meanwhile, and removed its files, look again.

        Raises:
            IndexNotFound: there is none.
            IndexDamaged, OSError: as `look` raises it of a generation that is still the current one.
        """
        while True:
            generation = self.generation()
            try:
                found = look(generation)
            except (OSError, IndexDamaged):
                if self.generation() == generation:
                    raise
            else:
                if self.generation() == generation:
                    return found

    def manifest(self, generation: int) -> Manifest:
        """Read the manifest of a generation.

        Raises:
            IndexDamaged: it is missing, or not what was written.
        """
        name = manifest_name(generation)
        return Manifest.from_bytes(self._read(name), name)

    def ledger(self, generation: int, manifest: Manifest) -> Ledger:
        """Read where what a generation holds came from.

        Raises:
            IndexDamaged: it is missing, or not what was written.
        """
        name = ledger_name(generation)
        return Ledger.from_bytes(self._read_named(name, manifest), name)

    def calls(self, generation: int, manifest: Manifest) -> Mapping[str, tuple[str, int]]:
        """Read of the ledger of a generation only the calls: final id -> fingerprint of its file, place in it.

        Raises:
            IndexDamaged: it is missing, or not what was written.
        """
        name = ledger_name(generation)
        return calls_from_bytes(self._read_named(name, manifest), name)

    def segments(self, generation: int, manifest: Manifest) -> list[ArrowSegment]:
        """Give the segments of a generation; the caller may mark turns in them as deleted.

        Raises:
            IndexDamaged: the table of contents is missing, or not what was written; or the manifest names what is no segment.
        """
        self._read_named(toc_name(generation), manifest)  # Whoosh reads it: both shall answer alike
        try:
            return [_segment_of(manifest, *segment) for segment in manifest.segments]
        except (ValueError, LookupError) as error:
            name = manifest_name(generation)
            raise IndexDamaged(f"{self.folder / name} is not what was written ({error})", hint="run earful rebuild") from error

    def report(self) -> dict[str, Any]:
        """Give the report of the last rebuild, as `earful rebuild --json` gave it, with the generation and when it ended.

        Raises:
            IndexNotFound: there is none.
            IndexDamaged: it is not what was written.
        """
        if REPORT not in self.names():
            raise IndexNotFound(f"no report in {self.folder}", hint="earful rebuild writes one")
        report: dict[str, Any] = unseal(self._read(REPORT), REPORT_KIND, REPORT)
        return report

    def check(self) -> list[str]:
        """Compare every file with what was written; give what is wrong, a line each, worst first.

        Raises:
            IndexNotFound: there is no index.
            IndexDamaged: the manifest itself is missing or changed.
        """
        return self.steadily(self._problems)

    def _problems(self, generation: int) -> list[str]:
        manifest = self.manifest(generation)
        problems = list(self._changes(manifest))
        problems += [f"{name}: {problem}" for name in filter(_SEALED.fullmatch, self.names()) if (problem := self._broken_seal(name))]
        # What a rebuild that was stopped left is no damage: the next one goes on with it, or removes it.
        foreign = [] if self.work.exists() else self.unnamed(generation, manifest)
        return problems + [f"{name}: does not belong to the index" for name in foreign]

    def strangers(self) -> list[str]:
        """Tell of what lies in the directory and is no part of the index, a line each; none of it does harm.

        Raises:
            IndexNotFound: there is no index.
            IndexDamaged: the manifest itself is missing or changed.
        """
        return self.steadily(self._strangers)

    def _strangers(self, generation: int) -> list[str]:
        manifest = self.manifest(generation)
        lines = []
        if self.work.exists():
            left = [".work", *self.unnamed(generation, manifest)]
            lines.append(f"{', '.join(left)}: left by a rebuild that runs or was stopped; the next one goes on with it")
        known = {*manifest.files, manifest_name(generation)}
        others = [name for name in self.names() if name not in known and not OWN_FILE.fullmatch(name) and not _BESIDE.fullmatch(name)]
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
                found = self.measure(name)
            except FileNotFoundError:
                yield f"{name}: missing"
            except OSError as error:
                yield f"{name}: cannot be read ({error.strerror})"
            else:
                if found[0] != size:
                    yield f"{name}: {found[0]} bytes, {size} were written"
                elif found[1] != digest:
                    yield f"{name}: changed since it was written"

    def _generations(self) -> list[int]:
        return [int(match[1]) for name in self.names() if (match := _TOC_FILE.fullmatch(name))]

    def unnamed(self, generation: int, manifest: Manifest) -> list[str]:
        """Give the files that look like the index's own and are no part of a generation."""
        kept = {*manifest.files, manifest_name(generation)}
        return [name for name in self.names() if name not in kept and OWN_FILE.fullmatch(name)]

    def names(self) -> list[str]:
        """Give the names of all that lies there, sorted; none if there is no such folder."""
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

    def measure(self, name: str) -> tuple[int, str]:
        """Give a file's bytes and SHA-256."""
        return measured(self.folder / name)


def _segment_of(manifest: Manifest, name: str, turns: int, deleted: Sequence[tuple[int, int]]) -> ArrowSegment:
    ArrowSegment.known(INDEX_NAME, name, turns)  # refuses what is no name and no number
    written, _ = manifest.files.get(file_name(f"{INDEX_NAME}_{name}"), (0, ""))
    # Numbers of deleted turns are kept one by one, so a wrong number of turns must not be taken on trust.
    if turns * _LEAST_BYTES_A_TURN > written:
        raise ValueError(f"the segment {name} has no file that holds {turns:,} turns")
    return ArrowSegment.known(INDEX_NAME, name, turns, deleted)


def toc_name(generation: int) -> str:
    """Name Whoosh's table of contents of a generation."""
    return f"_{INDEX_NAME}_{generation}.toc"


def manifest_name(generation: int) -> str:
    """Name the manifest of a generation."""
    return f"earful-{generation}.json"


def ledger_name(generation: int) -> str:
    """Name the ledger of a generation."""
    return f"earful-{generation}.ledger"


def measured(path: Path) -> tuple[int, str]:
    """Give a file's bytes and SHA-256."""
    digest, size = hashlib.sha256(), 0
    with open_file(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()

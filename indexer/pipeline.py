"""How does the index come to hold exactly what the sources hold? The order of the stages, from files to a new generation."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from indexer.before import Before, contents_of, load_before, require_sources
from indexer.building import Content, build_segments, lacking
from indexer.errors import EarfulError, NothingToIndex
from indexer.firms import load_firms
from indexer.intake import Firms, parse_file, reader_died
from indexer.journal import Journal
from indexer.log import Log
from indexer.manifest import Ledger, Manifest
from indexer.memory import default_memory, most_bytes_a_segment
from indexer.reading import PARSER_VERSION
from indexer.readings import Reading
from indexer.report import Duplicate, Rejection, Report
from indexer.resolve import CallRecord, Resolved, resolve
from indexer.schema import SCHEMA_VERSION
from indexer.sources import Found, SourceFile, find_sources
from indexer.store import Store
from indexer.workers import Progress, Workers, open_workers

__all__ = ["Progress", "rebuild"]

_VERSIONS: dict[str, int | str] = {"schema": SCHEMA_VERSION, "parser": PARSER_VERSION}
_TICK_NS = 2_000_000_000  # file systems stamp files to 2 s at worst: a younger file may have changed without a new stamp


def rebuild(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    index: str | os.PathLike[str] = "index",
    jobs: int = 1,
    fresh: bool = False,
    firms: Firms = None,
    memory: int | None = None,
    wait_s: float = 0.0,
    settle_s: float = 0.0,
    dry_run: bool = False,
    log: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Make the index hold exactly what the sources hold.

    New files are added, changed ones replaced, vanished ones removed; a file whose content has been read by this
    version before is not read again, not even if that was by a rebuild that was stopped. The index answers as it was until
    everything is written, and as it shall be from then on; whenever this ends and however, it is whole.

    Args:
        sources: Files, folders and patterns as `calls/**/*.html`, or one of them.
        index: The index directory; made if it is not there.
        jobs: Processes that read and index. With more than one, a script must guard its entry with `if __name__ ==
            "__main__"`.
        fresh: Read and index everything again.
        firms: A file of firms' names beside the table that ships; `indexer/firms.txt` says how it is written.
        memory: Bytes that all processes may take together, beside 3 KB a source; of that depends how large segments are. If not given,
            1 GB, or 300 MB a process if there are more than three.
        wait_s: How long to wait for another rebuild of the index to end.
        settle_s: Leave alone files that were changed within so many seconds: they may not be whole yet.
        dry_run: Find out what would be done, and write nothing.
        log: A file to which JSON lines are appended: one a source, and one at the end.
        progress: Called often, from this process.

    Returns:
        What was found and done. Sources that could not be used are in it, with reasons; they do not stop the job.

    Raises:
        InvalidTable: the file of firms cannot be used.
        NothingToIndex: no source holds a call; the index is as it was.
        IndexLocked: another rebuild is running.
        IndexUnusable: the directory cannot be written to; or a source that was named is not there, though the index
            holds calls from it: a share that is not mounted must not empty an index.
        EarfulError: a process died, the log cannot be written, or too little memory is allowed.
    """
    memory = default_memory(jobs) if memory is None else memory
    most_bytes_a_segment(memory, jobs)  # refuses what is too little, before any work
    job = _Job(Store(index), jobs, {**_VERSIONS, "firms": load_firms(firms).digest}, firms, memory, progress or _silent, Log(log))
    began_s = time.monotonic()
    try:
        with nullcontext() if dry_run else job.store.lock(wait_s=wait_s):
            report = job.try_out(sources, fresh, settle_s) if dry_run else job.run(sources, fresh, settle_s, began_s)
    except MemoryError as error:
        job.end_log(began_s, "failed", error="no memory is left")
        raise EarfulError("no memory is left", hint="the index is whole; give less with --memory or --jobs, and run it again") from error
    except BaseException as error:
        job.end_log(began_s, "failed", error=str(error) or type(error).__name__)
        raise
    job.end_log(began_s, "tried" if dry_run else "done", **report.to_dict())
    return replace(report, notes=(*report.notes, job.log.failure)) if job.log.failure else report


def _silent(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def _since(began_s: float) -> float:
    return round(time.monotonic() - began_s, 3)


@dataclass(frozen=True, slots=True)
class _Job:
    """One rebuild: what it is to do, and the stages in their order."""

    store: Store
    jobs: int
    versions: dict[str, int | str]
    firms: Firms
    memory: int
    progress: Progress
    log: Log

    def run(self, sources: Any, fresh: bool, settle_s: float, began_s: float) -> Report:
        """Do all of it; call with the lock held."""
        scanned_ns, found, before = self._look(sources, fresh, settle_s)
        with self.store.workspace(fresh=fresh):
            journal = Journal(self.store.work / "journal", self.store.disk, self.versions)
            with self._workers(before, journal) as workers:
                read = self._read(found, before, journal, workers, scanned_ns)
                resolved, read = self._resolve(read, found, before, journal, scanned_ns)
                journal.sync()
                generation = self._switch(before, resolved, read, journal, workers, scanned_ns)
            self._tell_rest(read, found, before)
            report = _report(read, found, before, resolved, generation)
            ended = datetime.now().astimezone().isoformat(timespec="seconds")
            self.store.write_report({**report.to_dict(), "generation": generation, "ended": ended, "seconds": _since(began_s)})
        return report

    def try_out(self, sources: Any, fresh: bool, settle_s: float) -> Report:
        """Do what writes nothing."""
        scanned_ns, found, before = self._look(sources, fresh, settle_s)
        with self._workers(before, None) as workers:
            read = self._read(found, before, None, workers, scanned_ns)
        return _report(read, found, before, resolve(read.records()), 0)

    def end_log(self, began_s: float, status: str, **facts: Any) -> None:
        """Write the last line of the log, and close it."""
        self.log.write("summary", index=str(self.store.folder), status=status, seconds=_since(began_s), **facts)
        self.log.close()

    def _look(self, sources: Any, fresh: bool, settle_s: float) -> tuple[int, Found, Before]:
        """See what the sources and the index hold."""
        scanned_ns = time.time_ns()  # before the first stamp is taken: a file that changes from here on is looked at again
        found = find_sources(sources, settle_s=settle_s, now_ns=scanned_ns)
        before = load_before(self.store, self.versions, fresh)
        require_sources(found, before)
        if before.base is None:  # nothing is kept of a file that waits: what the index has of it must be read again
            needed = tuple(file for file in found.waiting if file.key in before.sources)
            found = replace(found, files=found.files + needed, waiting=tuple(file for file in found.waiting if file not in needed))
        return scanned_ns, found, before

    def _workers(self, before: Before, journal: Journal | None) -> Any:
        known = frozenset({*before.contents(), *(contents_of(journal.readings) if journal else ())})
        return open_workers(self.jobs, partial(parse_file, known=known, firms=self.firms), reader_died)

    def _read(self, found: Found, before: Before, journal: Journal | None, workers: Workers, scanned_ns: int) -> _Read:
        """Read every file that is not known as it is, and note it in the journal."""
        read = _Read.of_known(found, before, journal)
        by_content = {**before.contents(), **(contents_of(journal.readings) if journal else {})}
        for file in found.files:
            if file.key in read.readings:
                self._tell(read.readings[file.key], before, "resumed" if file.key in read.resumed else "known")
        unread = [file for file in found.files if file.key not in read.readings]
        for done, (file, parsed) in enumerate(zip(unread, workers.read(file.path for file in unread), strict=True), 1):
            reading = by_content[parsed.fingerprint].found_as(file) if parsed.known else parsed.reading_of(file)
            if parsed.may_be_better_next_time and before.base and file.key in before.sources:
                read.readings[file.key] = before.sources[file.key]  # a disk or a network that failed must not cost calls
                read.unread.append(Rejection(file.path, f"{parsed.rejected}; the index keeps what it held of it"))
            else:
                read.readings[file.key] = reading
                if journal:
                    journal.add(reading, scanned_ns, [] if parsed.known else [packed for _, packed in parsed.calls])
            self._tell(reading, before, "read")
            self.progress("reading", done, len(unread))
        read.opened = len(unread)
        return read

    def _tell(self, reading: Reading, before: Before, how: str) -> None:
        calls = [call.call for call in reading.calls]
        status = "rejected" if reading.rejected else before.status_of(reading)
        self.log.write("file", source=reading.path, status=status, how=how, calls=calls, reason=reading.rejected)

    def _tell_rest(self, read: _Read, found: Found, before: Before) -> None:
        for path, reason in found.refused:
            self.log.write("file", source=path, status="rejected", how="refused", calls=[], reason=reason)
        for path in read.waiting:
            self.log.write("file", source=path, status="waiting", how="known", calls=[], reason="changed too short a time ago")
        for key, old in before.sources.items():
            if key not in read.readings:
                self.log.write("file", source=old.path, status="removed", how="known", calls=[call.call for call in old.calls], reason=None)

    def _resolve(self, read: _Read, found: Found, before: Before, journal: Journal, scanned_ns: int) -> tuple[Resolved, _Read]:
        """Choose which transcript stands for each call, and see that the journal has those that the index lacks.

        A file may have changed since it was read, this time or an earlier one: then its words cannot be had any more, and it waits.
        """
        while True:
            resolved = resolve(read.records())
            if not resolved.winners:
                self.store.disk.remove_folder(self.store.work)
                raise NothingToIndex(_why_nothing(read, found), hint=f"{self.store.folder} is left as it was")
            missing = {resolved.winners[call].fingerprint for call in lacking(_wanted(resolved), before.base)} - {
                fingerprint for fingerprint, _ in journal.places
            }
            changed = [
                reading
                for reading in read.readings.values()
                if reading.fingerprint in missing and not self._again(reading, journal, scanned_ns)
            ]
            if not changed:
                return resolved, read
            read.wait(changed)

    def _again(self, reading: Reading, journal: Journal, scanned_ns: int) -> bool:
        """Parse once more what is wanted now but was read in an earlier run: the second-best transcript of a call whose best one has
        gone. Say whether it is still the same.
        """
        parsed = parse_file(reading.path, known=frozenset(), firms=self.firms)
        if parsed.fingerprint != reading.fingerprint:
            return False
        journal.add(reading, scanned_ns, [packed for _, packed in parsed.calls])
        return True

    def _switch(self, before: Before, resolved: Resolved, read: _Read, journal: Journal, workers: Workers, scanned_ns: int) -> int:
        """Bring the index to what it shall hold, if it does not hold it already; give its generation."""
        ledger = Ledger(sources=read.in_order(), calls=_wanted(resolved))
        base = before.base
        if base and ledger == base.ledger:
            self.store.clean(base.generation, base.manifest)
            return base.generation
        counts = {"calls": len(resolved.winners), "turns": sum(record.turns for record in resolved.winners.values())}
        manifest = Manifest(versions=self.versions, counts=counts, scanned_ns=scanned_ns)
        segments = build_segments(
            self.store, base, ledger.calls, journal, workers, jobs=self.jobs, memory=self.memory, progress=self.progress
        )
        return self.store.commit(segments, manifest, ledger, base.manifest if base else None)


def _wanted(resolved: Resolved) -> dict[str, Content]:
    return {call: record.content for call, record in resolved.winners.items()}


# files -> transcripts


@dataclass(slots=True, kw_only=True)
class _Read:
    """What is known of the sources, as it grows.

    Attributes:
        readings: By key.
        resumed: Keys of those that an earlier rebuild, which was stopped, had read.
        waiting: Paths of those that are left for the next time.
        unread: Files that could not be read this time; the index keeps what it held of them.
        opened: Number of files that were opened.
    """

    readings: dict[str, Reading] = field(default_factory=dict)
    resumed: set[str] = field(default_factory=set)
    waiting: list[str] = field(default_factory=list)
    unread: list[Rejection] = field(default_factory=list)
    opened: int = 0

    @classmethod
    def of_known(cls, found: Found, before: Before, journal: Journal | None) -> _Read:
        """Give what needs no reading: files that are as they were, and of those that wait, what the index holds of them."""
        read = cls(waiting=[file.path for file in found.waiting])
        scanned_ns = before.base.manifest.scanned_ns if before.base else 0
        held = before.sources if before.base else {}
        for file in found.files:
            if (old := held.get(file.key)) and _is_as_read(old, file, scanned_ns):
                read.readings[file.key] = old.found_as(file)
            elif journal and (old := journal.readings.get(file.key)) and _is_as_read(old, file, journal.scanned_ns[file.key]):
                read.readings[file.key] = old.found_as(file)
                read.resumed.add(file.key)
        read.readings |= {file.key: held[file.key] for file in found.waiting if file.key in held}
        return read

    def records(self) -> Iterable[CallRecord]:
        """Give the calls of all sources."""
        return (record for reading in self.readings.values() for record in reading.calls)

    def in_order(self) -> tuple[Reading, ...]:
        """Give the readings in the order of their paths."""
        return tuple(sorted(self.readings.values(), key=lambda reading: (reading.path, reading.key)))

    def wait(self, changed: Sequence[Reading]) -> None:
        """Leave files for the next time that are no longer what was read."""
        for reading in changed:
            del self.readings[reading.key]
            self.waiting.append(reading.path)


def _is_as_read(reading: Reading, file: SourceFile, scanned_ns: int) -> bool:
    """Say whether a file is as it was when it was read, as far as its stamp tells."""
    return bool(reading.fingerprint) and reading.stamp == file.stamp and file.stamp[1] < scanned_ns - _TICK_NS


# the report


def _rejections(read: _Read, found: Found) -> list[Rejection]:
    rejected = [Rejection(path, reason) for path, reason in found.refused]
    rejected += [Rejection(reading.path, reading.rejected) for reading in read.readings.values() if reading.rejected]
    rejected += read.unread
    return sorted(rejected, key=lambda no: no.source)


def _why_nothing(read: _Read, found: Found) -> str:
    rejected = _rejections(read, found)
    if read.waiting and not rejected:
        return f"no source holds a call yet: {len(read.waiting)} changed too short a time ago"
    if not rejected:
        return "no transcripts in the sources"
    more = f" (and {len(rejected) - 1} more)" if len(rejected) > 1 else ""
    return f"no source holds a call: {rejected[0].source}: {rejected[0].reason}{more}"


def _report(read: _Read, found: Found, before: Before, resolved: Resolved, generation: int) -> Report:
    held = {key for key, reading in before.sources.items() if reading.calls}
    status = Counter(before.status_of(reading) for reading in read.readings.values() if reading.calls)
    return Report(
        transcripts=status.total(),
        calls=len(resolved.winners),
        turns=sum(record.turns for record in resolved.winners.values()),
        added=status["added"],
        changed=status["changed"],
        unchanged=status["unchanged"],
        removed=len(held - {key for key, reading in read.readings.items() if reading.calls}),
        read=read.opened,
        resumed=len(read.resumed),
        duplicates=tuple(Duplicate(call, record.source, resolved.winners[call].source) for record, call in resolved.duplicates),
        rejected=tuple(_rejections(read, found)),
        waiting=tuple(sorted(read.waiting)),
        warnings=dict(Counter(warning for record in resolved.winners.values() for warning in record.warnings).most_common()),
        generation=generation,
        notes=before.notes,
    )

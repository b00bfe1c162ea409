"""How does the index come to hold exactly what the sources hold? The order of the stages, from files to a new generation."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from whoosh.codec.base import Segment

from indexer.errors import EarfulError, IndexDamaged, IndexNotFound, IndexUnusable, NothingToIndex, SourceError
from indexer.firms import load_firms
from indexer.model import Transcript
from indexer.reading import PARSER_VERSION, read_bytes
from indexer.report import Duplicate, Rejection, Report
from indexer.resolve import CallRecord, Resolved, figures_of, resolve, voices_of
from indexer.schema import SCHEMA_VERSION
from indexer.segments import delete_calls, merge_segments, plan_merge
from indexer.sources import SourceFile, Stamp, find_sources, fingerprint, read_source
from indexer.spool import pack_call
from indexer.store import Manifest, Store
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
    firms: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Make the index hold exactly what the sources hold.

    New files are added, changed ones replaced, vanished ones removed; a file whose content has been read by this
    version before is not read again. The index answers as it was until everything is written, and as it shall be from
    then on.

    Args:
        sources: Files and folders, or one of them.
        index: The index directory; made if it is not there.
        jobs: Processes that read and index. With more than one, a script must guard its entry with `if __name__ ==
            "__main__"`.
        fresh: Read and index everything again.
        firms: A file of firms' names beside the table that ships; `indexer/firms.txt` says how it is written.
        progress: Called often, from this process.

    Returns:
        What was found and done. Sources that could not be used are in it, with reasons; they do not stop the job.

    Raises:
        InvalidTable: the file of firms cannot be used.
        NothingToIndex: no source holds a call; the index is as it was.
        IndexLocked: another rebuild is running.
        IndexUnusable: the directory cannot be written to; or a source that was named is not there, though the index
            holds calls from it: a share that is not mounted must not empty an index.
    """
    store = Store(index)
    versions = {**_VERSIONS, "firms": load_firms(firms).digest}
    scanned_ns = time.time_ns()  # before the first stamp is taken: a file that changes from here on is looked at again
    files, refused = find_sources(sources)
    with store.lock():
        before, notes = _load(store, versions, fresh)
        _require_sources([path for path, _ in refused], before)
        with store.workspace() as work, open_workers(jobs) as workers:
            rejections = [Rejection(path, reason) for path, reason in refused]
            readings = _read_all(files, before, work / "spool", firms, workers, progress or _silent)
            resolved = resolve(record for reading in readings for record in reading.calls)
            if not resolved.winners:
                raise NothingToIndex(_why_nothing(readings, rejections), hint=f"{store.folder} is left as it was")
            counts = {"calls": len(resolved.winners), "turns": sum(record.turns for record in resolved.winners.values())}
            manifest = Manifest(
                versions=versions,
                sources=[reading.to_dict() for reading in readings],
                calls={call: record.content for call, record in resolved.winners.items()},
                counts=counts,
                scanned_ns=scanned_ns,
            )
            if before and (manifest.sources, manifest.calls) == (before.manifest.sources, before.manifest.calls):
                generation = before.generation
                store.clean(generation, before.manifest)
            else:
                segments = _write_all(store, before, resolved, readings, work, firms, workers, progress or _silent)
                generation = store.commit(segments, manifest, before.manifest if before else None)
    return _report(readings, before, resolved, rejections, counts, generation, notes)


def _silent(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""


# what is there


@dataclass(frozen=True, slots=True)
class _Before:
    """The index as the rebuild found it."""

    generation: int
    manifest: Manifest
    segments: list[Segment]
    sources: dict[str, _Reading]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is known of one source: its calls, or why it has none."""

    path: str
    key: str
    stamp: Stamp
    fingerprint: str
    calls: tuple[CallRecord, ...]
    rejected: str | None

    def to_dict(self) -> dict[str, Any]:
        calls = [
            {
                "call": call.call,
                "company": call.company,
                "ticker": call.ticker,
                "exchange_code": call.exchange_code,
                "period": call.period,
                "date": call.date and call.date.isoformat(),
                "voices": f"{call.voices:x}",
                "figures": list(call.figures),
                "words": call.words,
                "turns": call.turns,
                "warnings": list(call.warnings),
            }
            for call in self.calls
        ]
        return {
            "path": self.path,
            "key": self.key,
            "stamp": list(self.stamp),
            "fingerprint": self.fingerprint,
            "calls": calls,
            "rejected": self.rejected,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> _Reading:
        size, modified, changed, inode = data["stamp"]
        calls = tuple(
            CallRecord(
                source=data["path"],
                fingerprint=data["fingerprint"],
                place=place,
                call=call["call"],
                company=call["company"],
                ticker=call["ticker"],
                exchange_code=call["exchange_code"],
                period=call["period"],
                date=date.fromisoformat(call["date"]) if call["date"] else None,
                voices=int(call["voices"], 16),
                figures=tuple(call["figures"]),
                words=call["words"],
                turns=call["turns"],
                warnings=tuple(call["warnings"]),
            )
            for place, call in enumerate(data["calls"])
        )
        return cls(data["path"], data["key"], (size, modified, changed, inode), data["fingerprint"], calls, data["rejected"])


def _load(store: Store, versions: dict[str, int | str], fresh: bool) -> tuple[_Before | None, tuple[str, ...]]:
    """Load the index that is there, if it can be built upon. One that cannot is no obstacle: it answers until the new one is written."""
    try:
        generation = store.generation()
        if fresh:
            return None, ()
        manifest = store.manifest(generation)
        if manifest.versions != versions:
            cause = "with another table of firms" if manifest.versions | {"firms": versions["firms"]} == versions else "by another version"
            return None, (f"the index was built {cause}: everything is read again",)
        store.require_whole(manifest)
        readings = (_Reading.from_dict(source) for source in manifest.sources)
        return _Before(generation, manifest, store.segments(generation, manifest), {reading.key: reading for reading in readings}), ()
    except IndexNotFound:
        return None, ()
    except IndexDamaged as error:
        return None, (f"the index was damaged ({error.args[0]}): everything is read again",)


def _require_sources(refused: Sequence[str], before: _Before | None) -> None:
    """Make sure that no named source is missing of which the index holds calls."""
    for path in refused:
        key = os.path.abspath(path)
        held = [reading for name, reading in (before.sources if before else {}).items() if name == key or name.startswith(f"{key}{os.sep}")]
        calls = sum(len(reading.calls) for reading in held)
        if calls and not os.path.lexists(path):
            raise IndexUnusable(
                f"{path} is not there, but {calls} calls in the index came from it",
                hint="check the path, or leave it out of the command to remove them",
            )


# files -> transcripts


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What a worker made of a file: the rows of calls and their records, or why there are none. `known` if it had been read before."""

    fingerprint: str
    calls: tuple[tuple[CallRecord, bytes], ...] = ()
    rejected: str | None = None
    known: bool = False


def _read_all(
    files: Sequence[SourceFile],
    before: _Before | None,
    spool: Path,
    firms: str | os.PathLike[str] | None,
    workers: Workers,
    progress: Progress,
) -> list[_Reading]:
    """Read every file that is not known as it is; its transcripts go to the spool."""
    old = before.sources if before else {}
    trusted = before.manifest.scanned_ns - _TICK_NS if before else 0
    readings = {file.key: old[file.key] for file in files if _is_known(old.get(file.key), file, trusted)}
    # What could not be opened has no fingerprint; it is tried again.
    by_content = {reading.fingerprint: reading for reading in old.values() if reading.fingerprint}
    unread = [file for file in files if file.key not in readings]
    parse = partial(_parse, known=frozenset(by_content), firms=firms)
    with open(spool, "wb") as output:
        for done, (file, parsed) in enumerate(zip(unread, workers.map(parse, [file.path for file in unread]), strict=True), 1):
            if parsed.known:
                calls, rejected = by_content[parsed.fingerprint].calls, by_content[parsed.fingerprint].rejected
            else:
                calls, rejected = tuple(record for record, _ in parsed.calls), parsed.rejected
                for record, packed in parsed.calls:
                    workers.spooled[record.content] = (output.tell(), len(packed))
                    output.write(packed)
            readings[file.key] = _Reading(file.path, file.key, file.stamp, parsed.fingerprint, _of(file.path, calls), rejected)
            progress("reading", done, len(unread))
    return [_of_file(readings[file.key], file) for file in files]


def _is_known(reading: _Reading | None, file: SourceFile, trusted_before_ns: int) -> bool:
    return reading is not None and bool(reading.fingerprint) and reading.stamp == file.stamp and file.stamp[1] < trusted_before_ns


def _of_file(reading: _Reading, file: SourceFile) -> _Reading:
    """The reading under the path by which the file is found now."""
    return _Reading(file.path, file.key, file.stamp, reading.fingerprint, _of(file.path, reading.calls), reading.rejected)


def _of(path: str, calls: Iterable[CallRecord]) -> tuple[CallRecord, ...]:
    return tuple(replace(call, source=path) for call in calls)


def _parse(path: str, *, known: frozenset[str], firms: str | os.PathLike[str] | None) -> _Parsed:
    """Read one file, in a worker. Whatever is wrong with it becomes the reason why it is rejected."""
    digest = ""
    try:
        data = read_source(path)
        digest = fingerprint(os.path.basename(path), data)
        if digest in known:
            return _Parsed(digest, known=True)
        transcripts = read_bytes(data, source=path, firms=load_firms(firms))
    except SourceError as error:
        return _Parsed(digest, rejected=str(error))
    except Exception as error:  # noqa: BLE001 - a fault of ours in one file of a hundred thousand must not cost the others, and must be seen
        return _Parsed(digest, rejected=f"the reader failed on it ({type(error).__name__}: {error}); this is a fault of Earful")
    return _Parsed(
        digest, tuple((_record(transcript, digest, place), pack_call(transcript)) for place, transcript in enumerate(transcripts))
    )


def _record(transcript: Transcript, digest: str, place: int) -> CallRecord:
    return CallRecord(
        source=transcript.source,
        fingerprint=digest,
        place=place,
        call=transcript.call,
        company=transcript.company,
        ticker=transcript.ticker,
        exchange_code=transcript.exchange_code,
        period=transcript.period,
        date=transcript.date,
        voices=voices_of({turn.speaker for turn in transcript.turns}),
        figures=figures_of(paragraph for turn in transcript.turns for paragraph in turn.paragraphs),
        words=transcript.words,
        turns=len(transcript.turns),
        warnings=transcript.warnings,
    )


# transcripts -> segments


def _write_all(
    store: Store,
    before: _Before | None,
    resolved: Resolved,
    readings: Sequence[_Reading],
    work: Path,
    firms: str | os.PathLike[str] | None,
    workers: Workers,
    progress: Progress,
) -> list[Segment]:
    """Write what the index lacks into new segments, and mark as deleted what it has too much."""
    held = before.manifest.calls if before else {}
    wanted = {call: record.content for call, record in resolved.winners.items()}
    leaving = [call for call, content in held.items() if wanted.get(call) != content]
    coming = [call for call, content in sorted(wanted.items()) if held.get(call) != content]
    _spool_again(
        [resolved.winners[call] for call in coming if wanted[call] not in workers.spooled], readings, work / "spool", firms, workers
    )

    segments = delete_calls(store.folder, before.segments if before else [], leaving)
    items = [(call, *workers.spooled[wanted[call]]) for call in coming]
    for folder, segment in workers.build(work, items, progress):
        store.adopt(segment, folder)
        segments.append(segment)
    merging = plan_merge(segments)
    if merging:
        if before:
            store.require_unchanged(merging, before.manifest)
        merged = merge_segments(store.folder, merging, work / "merged")
        store.adopt(merged, work / "merged")
        segments = [segment for segment in segments if segment not in merging] + [merged]
    return segments


def _spool_again(
    records: Sequence[CallRecord], readings: Sequence[_Reading], spool: Path, firms: str | os.PathLike[str] | None, workers: Workers
) -> None:
    """Parse once more what is wanted now but was read in an earlier run.

    That is the second-best transcript of a call whose best one has gone.
    """
    wanted = {record.fingerprint for record in records}
    with open(spool, "ab") as output:
        for reading in readings:
            if reading.fingerprint in wanted:
                for record, packed in _parse(reading.path, known=frozenset(), firms=firms).calls:
                    workers.spooled[record.content] = (output.tell(), len(packed))
                    output.write(packed)
    for record in records:
        if record.content not in workers.spooled:
            raise EarfulError(f"{record.source} changed while the rebuild was running", hint="run it again")


# the report


def _why_nothing(readings: Sequence[_Reading], rejections: Sequence[Rejection]) -> str:
    reasons = [f"{reading.path}: {reading.rejected}" for reading in readings if reading.rejected] + [
        f"{no.source}: {no.reason}" for no in rejections
    ]
    if not reasons:
        return "no transcripts in the sources"
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"no source holds a call: {reasons[0]}{more}"


def _report(
    readings: Sequence[_Reading],
    before: _Before | None,
    resolved: Resolved,
    rejections: Sequence[Rejection],
    counts: dict[str, int],
    generation: int,
    notes: tuple[str, ...],
) -> Report:
    old = {key: reading.fingerprint for key, reading in before.sources.items() if reading.calls} if before else {}
    new = {reading.key: reading.fingerprint for reading in readings if reading.calls}
    rejected = [*rejections, *(Rejection(reading.path, reading.rejected) for reading in readings if reading.rejected)]
    return Report(
        transcripts=len(new),
        calls=counts["calls"],
        turns=counts["turns"],
        added=len(new.keys() - old.keys()),
        changed=sum(old[key] != new[key] for key in new.keys() & old.keys()),
        unchanged=sum(old[key] == new[key] for key in new.keys() & old.keys()),
        removed=len(old.keys() - new.keys()),
        duplicates=tuple(Duplicate(call, record.source, resolved.winners[call].source) for record, call in resolved.duplicates),
        rejected=tuple(sorted(rejected, key=lambda no: no.source)),
        warnings=dict(Counter(warning for record in resolved.winners.values() for warning in record.warnings).most_common()),
        generation=generation,
        notes=notes,
    )

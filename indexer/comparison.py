"""Does the index hold what the sources hold? Both are read anew, and compared call by call, to the last word."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from indexer.codec import CallColumns
from indexer.codec.merging import calls_of
from indexer.intake import Firms, parse_file, reader_died
from indexer.report import Rejection
from indexer.resolve import CallRecord, resolve
from indexer.segments import open_segment
from indexer.sources import find_sources
from indexer.spool import unpack_call
from indexer.store import Store
from indexer.workers import Progress, open_workers

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How an index and sources differ.

    Attributes:
        same: How many calls are the same in both.
        missing: Call and path of what the sources have and the index has not, by id.
        extra: Calls that the index has and the sources have not.
        different: Call and path of what is in both, but not with the same words, speakers or facts.
        rejected: Sources that could not be used.
    """

    same: int
    missing: tuple[tuple[str, str], ...]
    extra: tuple[str, ...]
    different: tuple[tuple[str, str], ...]
    rejected: tuple[Rejection, ...]

    @property
    def is_equal(self) -> bool:
        """Whether they do not differ."""
        return not (self.missing or self.extra or self.different)


@dataclass(frozen=True, slots=True)
class _Digests:
    """What a worker gives of a file: its calls, each with a digest of all that the index should hold of it."""

    calls: tuple[tuple[CallRecord, str], ...]
    rejected: str | None


def compare(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    index: str | os.PathLike[str] = "index",
    jobs: int = 1,
    firms: Firms = None,
    progress: Progress = lambda *_: None,
) -> Comparison:
    """Compare an index with sources. Nothing that was noted when it was built is taken on trust.

    Args:
        sources, jobs, firms: As `rebuild` has them.
        index: The index directory.
        progress: Called often, from this process.

    Raises:
        IndexNotFound, IndexDamaged: there is no index, or it is not what was written.
        InvalidTable: the file of firms cannot be used.
    """
    store = Store(index)
    held = store.steadily(partial(_held, store))
    found = find_sources(sources)
    rejected = [Rejection(path, reason) for path, reason in found.refused]
    digests: dict[tuple[str, int], str] = {}
    records: list[CallRecord] = []
    with open_workers(jobs, partial(_digests_of, firms=firms), _died) as workers:
        for done, (file, read) in enumerate(zip(found.files, workers.read(file.path for file in found.files), strict=True), 1):
            if read.rejected:
                rejected.append(Rejection(file.path, read.rejected))
            records += [record for record, _ in read.calls]
            digests |= {record.content: digest for record, digest in read.calls}
            progress("comparing", done, len(found.files))
    winners = resolve(records).winners
    wanted = {call: digests[record.content] for call, record in winners.items()}
    common = sorted(wanted.keys() & held.keys())
    return Comparison(
        same=sum(wanted[call] == held[call] for call in common),
        missing=tuple((call, winners[call].source) for call in sorted(wanted.keys() - held.keys())),
        extra=tuple(sorted(held.keys() - wanted.keys())),
        different=tuple((call, winners[call].source) for call in common if wanted[call] != held[call]),
        rejected=tuple(sorted(rejected, key=lambda no: no.source)),
    )


def _held(store: Store, generation: int) -> dict[str, str]:
    """Give a digest of every call in an index."""
    manifest = store.manifest(generation)
    store.require_unchanged(manifest)
    held: dict[str, str] = {}
    for segment in store.segments(generation, manifest):
        with open_segment(store.folder, segment) as arrays:
            held |= {str(call.values[0]): _digest(call) for call in calls_of(arrays, segment.live())}
    return held


def _digests_of(path: str, *, firms: Firms) -> _Digests:
    parsed = parse_file(path, known=frozenset(), firms=firms)
    return _Digests(tuple((record, _digest(unpack_call(packed))) for record, packed in parsed.calls), parsed.rejected)


def _died(path: str) -> _Digests:
    return _Digests((), reader_died(path).rejected)


def _digest(call: CallColumns) -> str:
    """Digest a call but for its id, which depends on what other calls there are."""
    # Lists and tuples, numbers of Python's and of numpy's are the same in JSON.
    columns = [call.values[1:], [*call.person], [*call.own], [*map(int, call.turn)], [*map(int, call.exchange)], [*call.text]]
    return hashlib.sha256(json.dumps(columns).encode()).hexdigest()

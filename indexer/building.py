"""How do calls that were read become a new generation? Deleted turns marked, new segments built, small ones merged."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.codec import ArrowSegment
from indexer.journal import Journal
from indexer.manifest import Ledger, Manifest
from indexer.memory import most_bytes_a_segment
from indexer.sealed import digest_of
from indexer.segments import delete_calls, merge_segments, plan_merge
from indexer.spool import Item
from indexer.store import Store
from indexer.workers import Part, Progress, Workers, split

__all__ = ["Base", "Content", "build_segments", "lacking"]

# What identifies the words of a transcript: fingerprint of its file, place in it.
Content = tuple[str, int]

_FEWEST_CALLS_A_PROCESS = 50  # below that, starting a process costs more than it saves


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The generation upon which a new one is built."""

    generation: int
    manifest: Manifest
    ledger: Ledger
    segments: list[ArrowSegment]


def lacking(wanted: Mapping[str, Content], base: Base | None) -> list[str]:
    """Give the calls that the index shall hold and does not, by their ids, sorted."""
    held = base.ledger.calls if base else {}
    return [call for call, content in sorted(wanted.items()) if held.get(call) != content]


def build_segments(
    store: Store,
    base: Base | None,
    wanted: Mapping[str, Content],
    journal: Journal,
    workers: Workers,
    *,
    jobs: int,
    memory: int,
    progress: Progress,
) -> list[ArrowSegment]:
    """Give the segments of the generation that holds what is wanted; their files are in the directory, which does not name them yet.

    Args:
        wanted: Final id of each call -> its content, which the index holds or the journal has.
        memory: Bytes that all processes may take together.
    """
    leaving = [call for call, content in (base.ledger.calls if base else {}).items() if wanted.get(call) != content]
    segments = delete_calls(store.folder, base.segments if base else [], leaving)
    segments += _build_new(store, [(call, wanted[call]) for call in lacking(wanted, base)], journal, workers, jobs, memory, progress)
    merging = plan_merge(segments, memory)
    if not merging:
        return segments
    folder = store.work / "merged"
    store.disk.remove_folder(folder)
    merged = merge_segments(store.folder, merging, folder)
    store.adopt(merged, folder)
    return [*(segment for segment in segments if segment not in merging), merged]


def _build_new(
    store: Store,
    calls: Sequence[tuple[str, Content]],
    journal: Journal,
    workers: Workers,
    jobs: int,
    memory: int,
    progress: Progress,
) -> list[ArrowSegment]:
    """Build what is not built yet, and bring it into the directory."""
    parts = _plan(store, calls, journal, jobs, memory)
    built = {key: segment for key, part in parts.items() if (segment := store.kept_part(part.folder, key))}
    for left in store.work.glob("part-*"):
        if left.name.removeprefix("part-") not in parts:
            store.disk.remove_folder(left)  # of other calls, by a rebuild that was stopped

    def keep(part: Part, segment: ArrowSegment) -> None:
        key = part.folder.name.removeprefix("part-")
        store.keep_part(part.folder, key, segment)
        built[key] = segment

    todo = [part for key, part in parts.items() if key not in built]
    for part in todo:
        store.disk.remove_folder(part.folder)
    workers.build(todo, progress, keep)
    for key, part in parts.items():
        store.adopt(built[key], part.folder)
    return [built[key] for key in parts]


def _plan(store: Store, calls: Sequence[tuple[str, Content]], journal: Journal, jobs: int, memory: int) -> dict[str, Part]:
    """Share out calls among segments; the key of each says what is in it."""
    items: list[Item] = [(call, *journal.places[content]) for call, content in calls]
    if not items:
        return {}
    needed = -(-sum(length for _, _, length in items) // most_bytes_a_segment(memory, jobs))
    shares = min(jobs, max(1, len(items) // _FEWEST_CALLS_A_PROCESS))
    contents, parts = dict(calls), {}
    for run in split(items, max(shares, needed)):
        made_of = [sorted(journal.versions.items()), [(call, *contents[call]) for call, _, _ in run]]
        key = digest_of(json.dumps(made_of).encode())[:32]
        parts[key] = Part(folder=store.work / f"part-{key}", spool=journal.path, items=tuple(run))
    return parts

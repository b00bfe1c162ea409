"""How do turns become a segment of the index, and how does a call leave one?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from errno import ENOENT
from itertools import accumulate
from pathlib import Path

import numpy as np

from indexer.codec import ArrowSegment, CallColumns, SegmentArrays, SegmentBuilder
from indexer.errors import IndexDamaged

__all__ = ["INDEX_NAME", "build_segment", "delete_calls", "merge_segments", "open_segment", "plan_merge"]

INDEX_NAME = "MAIN"

_MOST_SEGMENTS = 8
# A segment is small below a tenth of all live turns, if that takes seconds to write anew, and below a fiftieth in any case. So
# what nightly updates leave is merged, but not the equal shares that the processes of a first build leave.
_SMALL_SHARE = 0.1
_SMALL_TURNS = 5_000
_SMALL_ALWAYS = 0.02
_MOST_TURNS_MERGED = 150_000
# To merge 94,000 turns took 312 MB more than the process had before, to merge 190,000 439 MB.
_MERGE_BYTES_A_TURN = 3_500
_PROCESS_BYTES = 150 << 20
_FEWEST_TURNS_MERGED = 5_000


def build_segment(folder: Path, calls: Iterable[CallColumns], progress: Callable[[], object] = lambda: None) -> ArrowSegment:
    """Write calls into one new segment, whose files are left in `folder`.

    Args:
        calls: In the order they shall have.
        progress: Called after each call.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with SegmentBuilder(folder, INDEX_NAME) as builder:
        for call in calls:
            builder.add(call)
            progress()
        return builder.finish()


def delete_calls(folder: Path, segments: Sequence[ArrowSegment], calls: Collection[str]) -> list[ArrowSegment]:
    """Mark the turns of calls as deleted; give the segments that still hold live turns."""
    if not calls:
        return list(segments)
    leaving = frozenset(calls)
    for segment in segments:
        with open_segment(folder, segment) as arrays:
            codes, values = arrays.codes("call")
            gone = [code for code, value in enumerate(values) if value in leaving]
            for doc_id in np.flatnonzero(np.isin(codes, gone)).tolist():
                segment.delete_document(doc_id)
    return [segment for segment in segments if segment.doc_count() > 0]


def plan_merge(segments: Sequence[ArrowSegment], memory: int | None = None) -> list[ArrowSegment]:
    """Choose the segments to be written into one, so that few remain and deleted turns do not pile up.

    Args:
        memory: Bytes that the merging process may take, roughly.
    """
    total = sum(segment.doc_count() for segment in segments)
    wasteful = [segment for segment in segments if segment.deleted_count() > segment.doc_count()]
    limit = max(_SMALL_ALWAYS * total, min(_SMALL_SHARE * total, _SMALL_TURNS)) if len(segments) > _MOST_SEGMENTS else 0
    small = [segment for segment in segments if segment in wasteful or segment.doc_count() < limit]
    few = _first_few(small, _most_turns(memory))
    # A single segment without deleted turns would come out as it was; one that is nearly all deleted may be too large for the few.
    return few if len(few) > 1 or few[:1] == wasteful[:1] else wasteful[:1]


def _most_turns(memory: int | None) -> int:
    allowed = _MOST_TURNS_MERGED if memory is None else (memory - _PROCESS_BYTES) // _MERGE_BYTES_A_TURN
    return min(_MOST_TURNS_MERGED, max(_FEWEST_TURNS_MERGED, allowed))


def _first_few(segments: Sequence[ArrowSegment], most_turns: int) -> list[ArrowSegment]:
    """Give the smallest of them, in their order, so many as one segment may hold: what is built is sorted in memory."""
    by_size = sorted(segments, key=lambda segment: segment.doc_count())
    turns = accumulate(segment.doc_count() for segment in by_size)
    few = {segment for segment, so_far in zip(by_size, turns, strict=True) if so_far <= most_turns}
    return [segment for segment in segments if segment in few]


def merge_segments(folder: Path, segments: Sequence[ArrowSegment], target: Path) -> ArrowSegment:
    """Write the live turns of segments in `folder` into one new segment in `target`."""
    target.mkdir(parents=True, exist_ok=True)
    with SegmentBuilder(target, INDEX_NAME) as builder:
        for segment in segments:
            with open_segment(folder, segment) as arrays:
                builder.add_segment(arrays, segment.live())
        return builder.finish()


@contextmanager
def open_segment(folder: Path, segment: ArrowSegment) -> Iterator[SegmentArrays]:
    """Open a segment of an index for as long as a `with` block takes.

    Raises:
        IndexDamaged: it is not what was written, as far as was seen in the block.
    """
    try:
        with closing(SegmentArrays.open(folder, segment.segment_id())) as arrays:
            yield arrays
    except (LookupError, OSError, OverflowError, ValueError) as error:
        if getattr(error, "errno", None) not in (None, ENOENT):  # of the disk that is written to, and no fault of the segment
            raise
        raise IndexDamaged(f"the segment {segment.segment_id()} cannot be read ({error})", hint="run earful rebuild --fresh") from error

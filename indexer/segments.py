"""How do turns become a segment of the index, and how does a call leave one? The one place that drives Whoosh's writer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
from whoosh.codec.base import Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from indexer.model import Transcript
from indexer.schema import documents, turn_schema

__all__ = ["INDEX_NAME", "build_segment", "delete_calls", "merge_segments", "plan_merge"]

INDEX_NAME = "MAIN"

_POOL_MB = 256  # of postings held before they are sorted and spilled
_MOST_SEGMENTS = 8
# A segment is small below a tenth of all live turns, if that takes seconds to write anew, and below a fiftieth in any case. So
# what nightly updates leave is merged, but not the equal shares that the processes of a first build leave.
_SMALL_SHARE = 0.1
_SMALL_TURNS = 5_000
_SMALL_ALWAYS = 0.02


def build_segment(folder: Path, calls: Iterable[tuple[str, Transcript]], progress: Callable[[], object] = lambda: None) -> Segment:
    """Write calls into one new segment, whose files are left in `folder`.

    Args:
        calls: Final id and transcript of each, in the order they shall have.
        progress: Called after each call.
    """
    writer = _writer(folder)
    try:
        for call, transcript in calls:
            for document in documents(transcript, call):
                writer.add_document(**document)
            progress()
    except BaseException:
        writer.cancel()  # closes its files
        raise
    return _finish(writer)


def _writer(folder: Path) -> SegmentWriter:
    folder.mkdir(parents=True, exist_ok=True)
    index = FileIndex.create(FileStorage(str(folder)), turn_schema(), INDEX_NAME)
    writer = SegmentWriter(index, limitmb=_POOL_MB)
    # Whoosh writes no column for a field that no turn of a segment has, and then takes another segment's values for this one's.
    for name, field in turn_schema().items():
        if field.column_type:
            writer.perdocwriter._create_column(name, field.column_type)
    return writer


def _finish(writer: SegmentWriter) -> Segment:
    # Not `commit`: it would write a table of contents, and that is the store's, when everything else is safe on the
    # disk.
    segment = writer._finalize_segment()
    writer._finish()
    return segment


def delete_calls(folder: Path, segments: Sequence[Segment], calls: Collection[str]) -> list[Segment]:
    """Mark the turns of calls as deleted; give the segments that still hold live turns."""
    if not calls:
        return list(segments)
    gone = {call.encode() for call in calls}
    for segment in segments:
        reader = SegmentReader(FileStorage(str(folder)), turn_schema(), segment)
        try:
            column = reader.column_reader("call", translate=False)
            codes = [code for code, value in enumerate(column.values) if value in gone]
            for docnum in np.flatnonzero(np.isin(column.codes, codes)).tolist():
                segment.delete_document(docnum)
        finally:
            reader.close()
    return [segment for segment in segments if segment.doc_count() > 0]


def plan_merge(segments: Sequence[Segment]) -> list[Segment]:
    """Choose the segments to be written into one, so that few remain and deleted turns do not pile up."""
    total = sum(segment.doc_count() for segment in segments)
    wasteful = [segment for segment in segments if segment.deleted_count() > segment.doc_count()]
    if len(segments) <= _MOST_SEGMENTS:
        return wasteful
    limit = max(_SMALL_ALWAYS * total, min(_SMALL_SHARE * total, _SMALL_TURNS))
    small = [segment for segment in segments if segment.doc_count() < limit]
    chosen = [segment for segment in segments if segment in wasteful or segment in small]
    return chosen if len(chosen) > 1 else wasteful


def merge_segments(folder: Path, segments: Sequence[Segment], target: Path) -> Segment:
    """Write the live turns of segments in `folder` into one new segment in `target`."""
    writer = _writer(target)
    for segment in segments:
        reader = SegmentReader(FileStorage(str(folder)), turn_schema(), segment)
        try:
            writer.add_reader(reader)
        finally:
            reader.close()
    return _finish(writer)

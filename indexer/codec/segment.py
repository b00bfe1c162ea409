"""What does Whoosh know of a segment of ours? Its name, its size, its deleted turns, and which codec reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.base import Codec, Segment

from indexer.codec.reader import SegmentArrays
from indexer.codec.whoosh_reader import ArrowTerms, ArrowTurns

__all__ = ["ArrowCodec", "ArrowSegment"]


class ArrowSegment(Segment):  # type: ignore[misc]  # Whoosh has no types
    """A segment of Arrow tables. Whoosh's table of contents names it; the tables never change."""

    def __init__(self, indexname: str) -> None:
        super().__init__(indexname)
        self._turns = 0
        self._deleted: set[int] = set()

    def codec(self) -> ArrowCodec:
        return ArrowCodec()

    def set_doc_count(self, doccount: int) -> None:
        self._turns = doccount

    def doc_count_all(self) -> int:
        return self._turns

    def deleted_count(self) -> int:
        return len(self._deleted)

    def deleted_docs(self) -> list[int]:
        return sorted(self._deleted)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._deleted

    def live(self) -> NDArray[np.bool_]:
        """bool[turns]: whether each turn is part of the index."""
        live = np.ones(self._turns, dtype=np.bool_)
        live[list(self._deleted)] = False
        return live

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        if not 0 <= docnum < self._turns:
            raise IndexError(f"no turn {docnum} in a segment of {self._turns}")
        (self._deleted.add if delete else self._deleted.discard)(docnum)

    def should_assemble(self) -> bool:
        return False


class ArrowCodec(Codec):  # type: ignore[misc]  # Whoosh has no types
    """Reads a segment of Arrow tables for Whoosh. None is written through it: `SegmentBuilder` writes them whole.

    Attributes:
        arrays: Of the segment that a reader has opened with this codec.
        terms: Its terms.
    """

    def __init__(self) -> None:
        self.arrays: SegmentArrays | None = None
        self.terms: ArrowTerms | None = None

    def terms_reader(self, storage: Any, segment: ArrowSegment) -> ArrowTerms:
        self.terms = ArrowTerms(self._open(storage, segment))
        return self.terms

    def per_document_reader(self, storage: Any, segment: ArrowSegment) -> ArrowTurns:
        return ArrowTurns(self._open(storage, segment), segment)

    def _open(self, storage: Any, segment: ArrowSegment) -> SegmentArrays:
        if self.arrays is None:
            self.arrays = SegmentArrays.open(Path(storage.folder), segment.segment_id())
        return self.arrays

    def new_segment(self, storage: Any, indexname: str) -> ArrowSegment:  # noqa: ARG002 - Whoosh's signature
        return ArrowSegment(indexname)

    def _written_elsewhere(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError("segments are written by indexer.codec.SegmentBuilder")

    per_document_writer = field_writer = postings_writer = postings_reader = _written_elsewhere

"""What does Whoosh know of a segment of ours? Its name, its size, its deleted turns, and which codec reads it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.base import Codec, Segment

from indexer.codec.reader import SegmentArrays
from indexer.codec.whoosh_reader import ArrowTerms, ArrowTurns

__all__ = ["ArrowCodec", "ArrowSegment"]

_NAME = re.compile(r"[a-z0-9]{1,64}")
_MOST_TURNS = 1 << 31


class ArrowSegment(Segment):  # type: ignore[misc]  # Whoosh has no types
    """A segment of Arrow tables. Whoosh's table of contents names it; the tables never change."""

    def __init__(self, indexname: str) -> None:
        super().__init__(indexname)
        self._turns = 0
        self._deleted: set[int] = set()

    @classmethod
    def _random_id(cls, size: int = 16) -> str:
        # Whoosh draws it from `random`, whose state a program may set, or have in common with a process forked from it: two
        # rebuilds would give one name to two segments, and the second overwrite the first.
        return secrets.token_hex(size // 2)

    @classmethod
    def known(cls, indexname: str, name: str, turns: int, deleted: Iterable[tuple[int, int]] = ()) -> ArrowSegment:
        """Give a segment that was written before.

        Args:
            name: What tells it from others of the index.
            turns: How many it has.
            deleted: Those that were deleted, as `deleted_ranges` gives them.

        Raises:
            ValueError: no segment has such a name, or such turns; no name leads out of the index's folder.
        """
        if not (isinstance(name, str) and _NAME.fullmatch(name) and type(turns) is int and 0 <= turns < _MOST_TURNS):
            raise ValueError(f"no segment of {turns!r:.40} turns is named {name!r:.80}")
        segment = cls(indexname)
        segment.segid = name
        segment._turns = turns
        end = 0
        for first, behind in deleted:
            if not (type(first) is type(behind) is int and end <= first < behind <= turns):
                raise ValueError("turns were deleted that are not there")
            segment._deleted.update(range(first, behind))
            end = behind
        return segment

    def deleted_ranges(self) -> list[tuple[int, int]]:
        """Give the turns that were deleted, ascending, as first and one behind the last of those that follow each other."""
        is_deleted = np.concatenate([[False], ~self.live(), [False]])
        edges = np.flatnonzero(np.diff(is_deleted)).tolist()
        return list(zip(edges[::2], edges[1::2], strict=True))

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

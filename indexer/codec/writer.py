"""How do calls become the files of a segment? Turns in batches of texts, participants and calls as rows of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from indexer.codec.inversion import Inverter, Packed, Postings
from indexer.codec.segment import ArrowSegment
from indexer.codec.tables import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS, byte_strings, file_name, write_tables
from indexer.codec.tokens import tokenise

__all__ = ["SegmentBuilder", "TurnRow"]

_BATCH_TURNS = 2_000
_BLOCK_BYTES = 16_384  # of text: a block more or less is a tenth of a millisecond to decompress
_CODEC = pa.Codec("zstd", compression_level=3)

Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """A turn as the index holds it.

    Attributes:
        call: Values of `CALL_FIELDS`.
        person: Values of `PERSON_FIELDS`.
        own: Values of `TURN_FIELDS`.
    """

    call: Values
    person: Values
    own: Values
    turn: int
    exchange: int
    text: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> TurnRow:
        """Make a row of a Whoosh document; an empty value is none."""
        return cls(
            call=tuple(document.get(name) or None for name in CALL_FIELDS),
            person=tuple(document.get(name) or None for name in PERSON_FIELDS),
            own=tuple(document.get(name) or None for name in TURN_FIELDS),
            turn=document["turn"],
            exchange=document["exchange"],
            text=document["text"],
        )


@dataclass(slots=True)
class _Rows:
    """Columns that grow a row at a time."""

    calls: dict[Values, int] = field(default_factory=dict)
    people: dict[tuple[int, Values], int] = field(default_factory=dict)
    person: list[int] = field(default_factory=list)
    own: list[Values] = field(default_factory=list)
    turn: list[int] = field(default_factory=list)
    exchange: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=list)


class SegmentBuilder:
    """Builds one segment of turns that are given in the order they shall have."""

    def __init__(self, folder: Path, index_name: str) -> None:
        self._folder = folder
        self._segment = ArrowSegment(index_name)
        self._rows = _Rows()
        self._texts: list[str] = []
        self._inverter = Inverter()
        self._blocks = _Blocks()

    def add(self, row: TurnRow) -> None:
        """Take the next turn."""
        rows = self._rows
        call = rows.calls.setdefault(row.call, len(rows.calls))
        rows.person.append(rows.people.setdefault((call, row.person), len(rows.people)))
        rows.own.append(row.own)
        rows.turn.append(row.turn)
        rows.exchange.append(row.exchange)
        rows.size.append(self._blocks.add(row.text.encode()))
        self._texts.append(row.text)
        if len(self._texts) == _BATCH_TURNS:
            self._invert()

    def _invert(self) -> None:
        self._inverter.add(tokenise(self._texts))
        self._texts = []

    def finish(self) -> ArrowSegment:
        """Write the file."""
        self._invert()
        self._segment.set_doc_count(len(self._rows.turn))
        postings = self._inverter.finish()
        tables = {**_star_columns(self._rows, postings.lengths), "texts": self._blocks.columns(), "words": _word_columns(postings)}
        write_tables(self._folder / file_name(self._segment.segment_id()), tables)
        return self._segment


class _Blocks:
    """Texts end to end, compressed in blocks that end with a turn."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._turns = 0
        self._first_turns: list[int] = []
        self._sizes: list[int] = []
        self._compressed: list[bytes] = []

    def add(self, text: bytes) -> int:
        """Take the next turn's text; give its size."""
        self._pending.append(text)
        self._pending_bytes += len(text)
        if self._pending_bytes >= _BLOCK_BYTES:
            self._close()
        return len(text)

    def _close(self) -> None:
        self._first_turns.append(self._turns)
        self._sizes.append(self._pending_bytes)
        self._compressed.append(_CODEC.compress(b"".join(self._pending), asbytes=True))
        self._turns += len(self._pending)
        self._pending, self._pending_bytes = [], 0

    def columns(self) -> dict[str, Any]:
        """Give the table's columns."""
        if self._pending:
            self._close()
        return {"first_turn": self._first_turns, "size": self._sizes, "block": self._compressed}


def _word_columns(postings: Postings) -> dict[str, Any]:
    starts = np.zeros(len(postings.words) + 1, dtype=np.int64)
    np.cumsum([len(word) for word in postings.words], out=starts[1:])
    return {
        "word": byte_strings(Packed(np.frombuffer(b"".join(postings.words), dtype=np.uint8), starts)),
        "turn_count": postings.turn_counts,
        "count": postings.counts,
        "most": postings.most,
        "shortest": postings.shortest,
        "longest": postings.longest,
        "doc_ids": byte_strings(postings.doc_ids),
        "frequencies": byte_strings(postings.frequencies),
        "positions": byte_strings(postings.positions),
    }


def _star_columns(rows: _Rows, lengths: Any) -> dict[str, dict[str, Any]]:
    return {
        "calls": _by_field(CALL_FIELDS, rows.calls),
        "people": {"in_call": [call for call, _ in rows.people], **_by_field(PERSON_FIELDS, (person for _, person in rows.people))},
        "turns": {
            "person": rows.person,
            **_by_field(TURN_FIELDS, rows.own),
            "turn": rows.turn,
            "exchange": rows.exchange,
            "length": lengths,
            "size": rows.size,
        },
    }


def _by_field(fields: tuple[str, ...], values: Iterable[Values]) -> dict[str, list[str | None]]:
    columns = list(zip(*values, strict=True)) or [()] * len(fields)
    return {name: list(column) for name, column in zip(fields, columns, strict=True)}

"""What does an open segment hold, as arrays? Nothing of it is decoded before it is asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.codec.integers import unpack, unpack_at
from indexer.codec.marks import KeptMarks, Marks, are_among
from indexer.codec.postings import Packed
from indexer.codec.tables import CALL_FIELDS, PERSON_FIELDS, codes_of, file_name, numbers_of, packed_of, read_tables

__all__ = ["ByteStrings", "SegmentArrays"]

_MOST_REMEMBERED = 10_000  # words
# A word that is so many of all that is said ("the", "quarter"), or is said in so many turns, is in many queries. As marks it takes
# a few times as long to make as to read it, and a fiftieth of that to look up. So much memory a segment is given for these.
_MARKED_SHARE = 1 / 256
_MOST_PLACES_BYTES = 48 << 20
_MARKED_TURNS_SHARE = 1 / 32
_MOST_TURNS_BYTES = 16 << 20
_CODEC = pa.Codec("lz4_raw")
_MOST_TIMES_PACKED = 256  # LZ4 makes 255 bytes of one at most


class ByteStrings(Sequence[bytes]):
    """A column of byte strings, each made when it is asked for."""

    def __init__(self, packed: Packed) -> None:
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed.starts) - 1

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[one] for one in range(len(self))[number]]
        return self.bytes_of(range(len(self))[number]).tobytes()

    def bytes_of(self, number: int) -> NDArray[np.uint8]:
        """Give one as uint8[size], without a copy."""
        return self.bytes_from(number, number + 1)

    def bytes_from(self, first: int, last: int) -> NDArray[np.uint8]:
        """Give some that follow each other, end to end, as uint8[sum of sizes], without a copy."""
        return self._packed.bytes[self._packed.starts[first] : self._packed.starts[last]]

    def bytes_at(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Give some, ascending, end to end, as uint8[sum of sizes]; neighbours are copied at once."""
        breaks = np.flatnonzero(np.diff(numbers) > 1) + 1
        firsts, lasts = numbers[np.append(0, breaks)], numbers[np.append(breaks, len(numbers)) - 1] + 1
        if len(firsts) == 1:
            return self.bytes_from(int(firsts[0]), int(lasts[0]))
        starts, ends = self._packed.starts[firsts].tolist(), self._packed.starts[lasts].tolist()
        return np.concatenate([self._packed.bytes[start:end] for start, end in zip(starts, ends, strict=True)])

    def joined(self, first: int, last: int) -> bytes:
        """Give some that follow each other as lines: each with a line end behind it."""
        starts = self._packed.starts[first : last + 1].astype(np.int64)
        sizes = np.diff(starts) + 1
        lines = np.full(int(sizes.sum()), ord("\n"), dtype=np.uint8)
        is_letter = np.ones(len(lines), dtype=np.bool_)
        is_letter[np.cumsum(sizes) - 1] = False
        lines[is_letter] = self.bytes_from(first, last)
        return lines.tobytes()


class SegmentArrays:
    """The tables of a segment, mapped into memory.

    Attributes:
        turn_count: Number of turns, deleted ones included.
        participant_count: Number of people in calls.
        words: The words said, ascending. Other arrays and methods name a word by its place here.
    """

    def __init__(self, tables: dict[str, pa.RecordBatch], source: pa.MemoryMappedFile) -> None:
        self._tables = tables
        self._source = source
        self.turn_count: int = tables["turns"].num_rows
        self.participant_count: int = tables["people"].num_rows
        self.words = ByteStrings(packed_of(tables["words"].column("word")))
        self._numbers: dict[tuple[str, str], NDArray[np.uint32]] = {}
        self._places: dict[bytes, int | None] = {}
        self._block: tuple[int, bytes] = (-1, b"")
        self._marked_places = KeptMarks(_MOST_PLACES_BYTES)
        self._marked_turns = KeptMarks(_MOST_TURNS_BYTES)

    @classmethod
    def open(cls, folder: Path, segment: str) -> SegmentArrays:
        """Map the file of a segment.

        Raises:
            OSError, ValueError: it is missing, or is not what was written.
        """
        return cls(*read_tables(folder / file_name(segment)))

    def close(self) -> None:
        """Let go of the file; arrays that were given out stay good, for they hold the map."""
        self._source.close()

    # words

    def find(self, word: bytes) -> int | None:
        """Give a word's place; None if no turn says it. Places are remembered: a query asks for each form of a word several times."""
        if word not in self._places:
            if len(self._places) >= _MOST_REMEMBERED:
                self._places.clear()
            place = bisect_left(self.words, word)
            self._places[word] = place if place < len(self.words) and self.words[place] == word else None
        return self._places[word]

    def turn_count_of(self, word: bytes) -> int:
        """Count the turns that say a word, deleted ones included."""
        place = self.find(word)
        return 0 if place is None else int(self.numbers("words", "turn_count")[place])

    def numbers(self, table: str, column: str) -> NDArray[np.uint32]:
        """Give a column of numbers as uint32[rows]."""
        if (table, column) not in self._numbers:
            self._numbers[table, column] = numbers_of(self._tables[table].column(column))
        return self._numbers[table, column]

    def doc_ids(self, word: int) -> NDArray[np.uint32]:
        """Give the turns that say a word: uint32[turn_count of the word], ascending."""
        return self._known_turns(np.cumsum(unpack(self._packed["doc_ids"].bytes_of(word)), dtype=np.uint32))

    def _known_turns(self, doc_ids: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Refuse turns that are not there: an array as long as a wrong number says may take all memory."""
        if doc_ids.max(initial=0) >= max(self.turn_count, 1):
            raise ValueError("a word is said in a turn that is not there")
        return doc_ids

    def frequencies(self, word: int, places: NDArray[np.int64] | slice = slice(None)) -> NDArray[np.uint32]:
        """Give how often each of these turns says it, or those at some places among them: uint32[n]."""
        packed = self._packed["frequencies"].bytes_of(word)
        return unpack(packed)[places] if isinstance(places, slice) else unpack_at(packed, places)

    def postings_of(self, words: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
        """Give the postings of some words, ascending, end to end.

        Returns:
            The turns, ascending for each word; how often each says the word; and how many turns each word has.
        """
        counts = self.numbers("words", "turn_count")[words]
        doc_ids = self._known_turns(_sums(unpack(self._packed["doc_ids"].bytes_at(words)), counts))
        return doc_ids, unpack(self._packed["frequencies"].bytes_at(words)), counts

    def positions_of(self, words: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Give the places of some words, ascending, end to end; those of each are ascending."""
        return _sums(unpack(self._packed["positions"].bytes_at(words)), self.numbers("words", "count")[words])

    def positions(self, word: int) -> NDArray[np.uint32]:
        """Give the places of a word in the segment: uint32[count of the word], ascending; `turn_starts` tells whose they are."""
        return np.cumsum(unpack(self._packed["positions"].bytes_of(word)), dtype=np.uint32)

    def is_said_at(self, word: int, places: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Say of ascending places of the segment whether a word is said there."""
        size = int(self.turn_starts[-1])
        is_frequent = int(self.numbers("words", "count")[word]) >= _MARKED_SHARE * size
        marks = self._marked_places.get(word, lambda: Marks(self.positions(word), size)) if is_frequent else None
        if marks is not None or not len(places):
            return marks.has(places) if marks else np.zeros(0, dtype=np.bool_)
        return are_among(places, self.positions(word))

    def marked_turns(self, word: int) -> Marks | None:
        """Give the turns that say a word as marks, if it is said in many turns and was asked for before."""
        if int(self.numbers("words", "turn_count")[word]) < _MARKED_TURNS_SHARE * self.turn_count:
            return None
        return self._marked_turns.get(word, lambda: Marks(self.doc_ids(word), self.turn_count))

    def all_positions(self) -> NDArray[np.uint32]:
        """Give the places of every word, end to end: uint32[words said]."""
        return _sums(unpack(self._packed["positions"].bytes_from(0, len(self.words))), self.numbers("words", "count"))

    @cached_property
    def _packed(self) -> dict[str, ByteStrings]:
        return {name: ByteStrings(packed_of(self._tables["words"].column(name))) for name in ("doc_ids", "frequencies", "positions")}

    @cached_property
    def lengths(self) -> NDArray[np.uint32]:
        """uint32[turns]: how many words each turn has."""
        return self.numbers("turns", "length")

    @cached_property
    def turn_starts(self) -> NDArray[np.uint32]:
        """uint32[turns + 1]: the place of each turn's first word in the segment."""
        if self.lengths.sum(dtype=np.int64) != self.numbers("words", "count").sum(dtype=np.int64):
            raise ValueError("turns have not as many words as are said in all")
        starts = np.zeros(self.turn_count + 1, dtype=np.uint32)
        np.cumsum(self.lengths, out=starts[1:])
        return starts

    # values

    def codes(self, field: str) -> tuple[NDArray[np.uint32], list[str]]:
        """Give a value field of every turn: uint32[turns], index into its values, of which the first is "" for none."""
        codes, values = self._codes_of_rows(field)
        if field in PERSON_FIELDS:
            codes = codes[self.numbers("turns", "person")]
        elif field in CALL_FIELDS:
            codes = codes[self.numbers("people", "in_call")][self.numbers("turns", "person")]
        return codes, values

    def _codes_of_rows(self, field: str) -> tuple[NDArray[np.uint32], list[str]]:
        table = "calls" if field in CALL_FIELDS else "people" if field in PERSON_FIELDS else "turns"
        column = self._tables[table].column(field)
        column.dictionary.validate(full=True)  # of a damaged file: a wrong offset would end the process
        codes, values = codes_of(column), ["", *column.dictionary.to_pylist()]
        if codes.max(initial=0) >= len(values):
            raise ValueError(f"{field}: a value that is not there")
        return codes, values

    # texts

    def text(self, doc_id: int) -> str:
        """Give a turn's text."""
        first_turns = self.numbers("texts", "first_turn")
        number = int(np.searchsorted(first_turns, doc_id, side="right")) - 1
        first = int(first_turns[number])
        sizes = self.numbers("turns", "size")
        start = int(sizes[first:doc_id].sum())
        return self._decompressed(number)[start : start + int(sizes[doc_id])].decode()

    @cached_property
    def _blocks(self) -> ByteStrings:
        return ByteStrings(packed_of(self._tables["texts"].column("block")))

    def _decompressed(self, number: int) -> bytes:
        last, text = self._block
        if last != number:
            size, packed = int(self.numbers("texts", "size")[number]), self._blocks.bytes_of(number)
            if size > _MOST_TIMES_PACKED * len(packed):
                raise ValueError("a block of text is larger than it can be")
            text = _CODEC.decompress(pa.py_buffer(packed), size, asbytes=True)
            self._block = (number, text)
        return text


def _sums(steps: NDArray[np.uint32], counts: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Add up steps, those of each word from 0; `counts`, uint32[words], says how many it has."""
    if counts.sum(dtype=np.int64) != len(steps):
        raise ValueError("a word has not as many postings as it should have")
    so_far = np.cumsum(steps, dtype=np.uint32)  # which may overflow, and does no harm: what is wanted is a difference
    begins = np.cumsum(counts, dtype=np.int64) - counts
    so_far -= np.repeat(so_far[begins] - steps[begins], counts)
    return so_far

"""What does an open segment hold, as arrays? Nothing of it is decoded before it is asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.codec.checks import BLOCK_BYTES
from indexer.codec.integers import unpack, unpack_at
from indexer.codec.marks import KeptMarks, Marks, are_among
from indexer.codec.postings import Packed
from indexer.codec.tables import CALL_FIELDS, PERSON_FIELDS, MappedTables, file_name, open_tables

__all__ = ["ByteStrings", "SegmentArrays"]

_MOST_REMEMBERED = 10_000  # words
# A word that is so many of all that is said ("the", "quarter"), or is said in so many turns, is in many queries. As marks it takes
# a few times as long to make as to read it, and a fiftieth of that to look up. So much memory a segment is given for these.
_MARKED_SHARE = 1 / 256
_MOST_PLACES_BYTES = 48 << 20
_MARKED_TURNS_SHARE = 1 / 32
_MOST_TURNS_BYTES = 16 << 20
_MOST_WORDS = (1 << 32) - 1  # in a segment: what a place of four bytes can tell
_CODEC = pa.Codec("lz4_raw")
_MOST_TIMES_PACKED = 256  # LZ4 makes 255 bytes of one at most
_LARGEST_BLOCK = 1 << 28  # bytes; a file of transcripts has 4 MB at most, and a block about one turn
# Byte strings that lie so near each other are required with what is between them: of thousands, to ask for each would take as long
# as to read it, and few blocks between them are not theirs.
_NEAR = 4 * BLOCK_BYTES


def _trust(first: int, last: int) -> None:
    """Require nothing of bytes that were made and not read."""


class ByteStrings(Sequence[bytes]):
    """A column of byte strings, each made when it is asked for.

    Args:
        packed: The column.
        require: Called before bytes of it are read, with the first and behind the last of them; raises ValueError if they are not
            what was written.
    """

    def __init__(self, packed: Packed, require: Callable[[int, int], None] = _trust) -> None:
        self._bytes = packed.bytes
        self._starts = packed.starts
        self._require = require

    def __len__(self) -> int:
        return len(self._starts) - 1

    @property
    def size(self) -> int:
        """How many bytes all of them have."""
        return int(self._starts[-1] - self._starts[0])

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
        start, end = self._starts.item(first), self._starts.item(last)
        self._require(start, end)
        return self._bytes[start:end]

    def bytes_at(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Give some, ascending, end to end, as uint8[sum of sizes]; neighbours are copied at once."""
        breaks = np.flatnonzero(np.diff(numbers) > 1) + 1
        firsts, lasts = numbers[np.append(0, breaks)], numbers[np.append(breaks, len(numbers)) - 1] + 1
        starts, ends = self._starts[firsts].tolist(), self._starts[lasts].tolist()
        if ends[-1] - starts[0] <= len(starts) * _NEAR:
            self._require(starts[0], ends[-1])
        else:
            for start, end in zip(starts, ends, strict=True):
                self._require(start, end)
        parts = [self._bytes[start:end] for start, end in zip(starts, ends, strict=True)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def joined(self, first: int, last: int) -> bytes:
        """Give some that follow each other as lines: each with a line end behind it."""
        sizes = np.diff(self._starts[first : last + 1]) + 1
        lines = np.full(int(sizes.sum()), ord("\n"), dtype=np.uint8)
        is_letter = np.ones(len(lines), dtype=np.bool_)
        is_letter[np.cumsum(sizes) - 1] = False
        lines[is_letter] = self.bytes_from(first, last)
        return lines.tobytes()


class SegmentArrays:
    """The tables of a segment, mapped into memory. Several threads may use them.

    Whatever is asked of them may raise ValueError, or LookupError: the file is not what was written, or makes no sense.

    Attributes:
        turn_count: Number of turns, deleted ones included.
        participant_count: Number of people in calls.
    """

    def __init__(self, tables: MappedTables) -> None:
        self._tables = tables
        self._source = tables.source
        self.turn_count: int = tables.rows("turns")
        self.participant_count: int = tables.rows("people")
        self._numbers: dict[tuple[str, str], NDArray[np.uint32]] = {}
        self._byte_strings: dict[str, ByteStrings] = {}
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
        return cls(open_tables(folder / file_name(segment)))

    def close(self) -> None:
        """Let go of the file; arrays that were given out stay good, for they hold the map."""
        self._source.close()

    # words

    @cached_property
    def words(self) -> ByteStrings:
        """The words said, ascending. Other arrays and methods name a word by its place here."""
        return self._column("word")

    def _column(self, name: str, table: str = "words") -> ByteStrings:
        if name not in self._byte_strings:
            self._byte_strings[name] = ByteStrings(*self._tables.byte_strings(table, name))
        return self._byte_strings[name]

    def find(self, word: bytes) -> int | None:
        """Give a word's place; None if no turn says it. Places are remembered: a query asks for each form of a word several times."""
        try:
            return self._places[word]
        except KeyError:
            place = bisect_left(self.words, word)
        found = place if place < len(self.words) and self.words[place] == word else None
        if len(self._places) >= _MOST_REMEMBERED:
            self._places.clear()
        self._places[word] = found
        return found

    def turn_count_of(self, word: bytes) -> int:
        """Count the turns that say a word, deleted ones included."""
        place = self.find(word)
        return 0 if place is None else int(self.numbers("words", "turn_count")[place])

    def numbers(self, table: str, column: str) -> NDArray[np.uint32]:
        """Give a column of numbers as uint32[rows]."""
        if (table, column) not in self._numbers:
            self._numbers[table, column] = self._tables.numbers(table, column)
        return self._numbers[table, column]

    def doc_ids(self, word: int) -> NDArray[np.uint32]:
        """Give the turns that say a word: uint32[turn_count of the word], ascending."""
        steps = self._as_many_as("turn_count", word, unpack(self._column("doc_ids").bytes_of(word)))
        return _below(self.turn_count, np.cumsum(steps, dtype=np.uint32))

    def frequencies(self, word: int, places: NDArray[np.int64] | slice = slice(None)) -> NDArray[np.uint32]:
        """Give how often each of these turns says it, or those at some places among them: uint32[n]."""
        packed = self._column("frequencies").bytes_of(word)
        return self._as_many_as("turn_count", word, unpack(packed))[places] if isinstance(places, slice) else unpack_at(packed, places)

    def postings_of(self, words: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
        """Give the postings of some words, ascending, end to end.

        Returns:
            The turns, ascending for each word; how often each says the word; and how many turns each word has.
        """
        counts = self.numbers("words", "turn_count")[words]
        doc_ids = _below(self.turn_count, _sums(unpack(self._column("doc_ids").bytes_at(words)), counts))
        return doc_ids, _as_many(len(doc_ids), unpack(self._column("frequencies").bytes_at(words))), counts

    def positions_of(self, words: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Give the places of some words, ascending, end to end; those of each are ascending."""
        steps = unpack(self._column("positions").bytes_at(words))
        return _below(self._word_count, _sums(steps, self.numbers("words", "count")[words]))

    def positions(self, word: int) -> NDArray[np.uint32]:
        """Give the places of a word in the segment: uint32[count of the word], ascending; `turn_starts` tells whose they are."""
        steps = self._as_many_as("count", word, unpack(self._column("positions").bytes_of(word)))
        return _below(self._word_count, np.cumsum(steps, dtype=np.uint32))

    def _as_many_as(self, column: str, word: int, numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
        return _as_many(self.numbers("words", column).item(word), numbers)

    def is_said_at(self, word: int, places: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Say of ascending places of the segment whether a word is said there."""
        size = self._word_count
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
        steps = unpack(self._column("positions").bytes_from(0, len(self.words)))
        return _below(self._word_count, _sums(steps, self.numbers("words", "count")))

    @cached_property
    def lengths(self) -> NDArray[np.uint32]:
        """uint32[turns]: how many words each turn has."""
        return self.numbers("turns", "length")

    @cached_property
    def turn_starts(self) -> NDArray[np.uint32]:
        """uint32[turns + 1]: the place of each turn's first word in the segment."""
        if self.lengths.sum(dtype=np.int64) != self._word_count:
            raise ValueError("turns have not as many words as are said in all")
        starts = np.zeros(self.turn_count + 1, dtype=np.uint32)
        np.cumsum(self.lengths, out=starts[1:])
        return starts

    @cached_property
    def _word_count(self) -> int:
        """How many words are said in all. Arrays are made that are as long, so it must not be more than the file can hold."""
        count = int(self.numbers("words", "count").sum(dtype=np.int64))
        if count > min(self._column("positions").size, _MOST_WORDS):
            raise ValueError("more words are said than have a place")
        return count

    # values

    def codes(self, field: str) -> tuple[NDArray[np.uint32], list[str]]:
        """Give a value field of every turn: uint32[turns], index into its values, of which the first is "" for none."""
        table = "calls" if field in CALL_FIELDS else "people" if field in PERSON_FIELDS else "turns"
        codes, values = self._tables.values(table, field)
        if field in PERSON_FIELDS:
            codes = codes[self.numbers("turns", "person")]
        elif field in CALL_FIELDS:
            codes = codes[self.numbers("people", "in_call")][self.numbers("turns", "person")]
        return codes, values

    # texts

    def text(self, doc_id: int) -> str:
        """Give a turn's text."""
        number = int(np.searchsorted(self._first_turns, doc_id, side="right")) - 1
        sizes = self.numbers("turns", "size")
        start = int(sizes[int(self._first_turns[number]) : doc_id].sum())
        end = start + int(sizes[doc_id])
        text = self._decompressed(number)
        if end > len(text):
            raise ValueError("a turn has more text than its block")
        return text[start:end].decode()

    @cached_property
    def _first_turns(self) -> NDArray[np.uint32]:
        """uint32[blocks]: the first turn of each block of text."""
        firsts = self.numbers("texts", "first_turn")
        if firsts[:1].any() or (firsts[1:] <= firsts[:-1]).any():
            raise ValueError("blocks of text are not in order")
        return firsts

    def _decompressed(self, number: int) -> bytes:
        last, text = self._block
        if last != number:
            size, packed = int(self.numbers("texts", "size")[number]), self._column("block", "texts").bytes_of(number)
            if size > min(_MOST_TIMES_PACKED * len(packed), _LARGEST_BLOCK):
                raise ValueError("a block of text is larger than it can be")
            text = _CODEC.decompress(pa.py_buffer(packed), size, asbytes=True)
            self._block = (number, text)
        return text


def _as_many(count: int, numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    if len(numbers) != count:
        raise ValueError("a word has not as many postings as it should have")
    return numbers


def _below(limit: int, numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Refuse turns or places that are not there: an array as long as a wrong number says may take all memory."""
    if len(numbers) and numbers.max() >= limit:
        raise ValueError("a word is said where nothing is")
    return numbers


def _sums(steps: NDArray[np.uint32], counts: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Add up steps, those of each word from 0; `counts`, uint32[words], says how many it has."""
    if not counts.all():
        raise ValueError("a word that nobody says")
    _as_many(int(counts.sum(dtype=np.int64)), steps)
    so_far = np.cumsum(steps, dtype=np.uint32)  # which may overflow, and does no harm: what is wanted is a difference
    begins = np.cumsum(counts, dtype=np.int64) - counts
    so_far -= np.repeat(so_far[begins] - steps[begins], counts)
    return so_far

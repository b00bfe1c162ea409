"""What does an open index know, as arrays? One snapshot of the index directory."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import IndexReader, MultiReader, SegmentReader, TermNotFound

from indexer.codec import CALL_FIELDS, PERSON_FIELDS, ArrowTerms, SegmentArrays
from indexer.errors import EarfulError, IndexDamaged, IndexNotFound, UnknownCall
from indexer.manifest import Manifest
from indexer.names import fold
from indexer.schema import MANY_VALUED, SCHEMA_VERSION, turn_schema
from indexer.store import Store

__all__ = ["Codes", "Snapshot", "Value", "is_current", "open_snapshot", "telling_damage"]

_LARGEST_KEPT = 31 << 20
_NUMBER_BITS = 32  # of a turn's number
_MOST_MARKED = 1 << 23  # to number what is there, numbers up to here are marked and not sorted, which is ten times as fast
_TRIES = 100  # a rebuild may switch between reading the name of the generation and opening its files, and so may the next


@dataclass(frozen=True, slots=True)
class Codes:
    """One field of every turn.

    Attributes:
        codes: uint32[turns], by document number, index into `values`.
        values: The distinct values in alphabetical order; "" where a turn has none.
    """

    codes: NDArray[np.uint32]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Participants:
    """The people of calls; a person in two calls is two.

    Attributes:
        of_turn: uint32[turns], who says each turn.
        a_turn: int64[participants], some turn of each.
        count: Number of participants.
    """

    of_turn: NDArray[np.uint32]
    a_turn: NDArray[np.int64]
    count: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """The distinct pairs of a value of a field and a call.

    Attributes:
        by_turn: Whether the turns of one participant may have different values.
        of_row: uint32[participants], or uint32[turns] if `by_turn`: which pair each has.
        value_of: int64[pairs], the code of the value.
    """

    by_turn: bool
    of_row: NDArray[np.uint32]
    value_of: NDArray[np.int64]


class Value(NamedTuple):
    """A value of a field: as it is; as it is compared; and its letters only, with a space between words and around them."""

    value: str
    folded: str
    letters: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a snapshot.

    Attributes:
        arrays: What it holds.
        first: The document number of its first turn among those of all segments.
        live: bool[turns], whether each turn is part of the index; None if all are.
        terms: Its terms, those of values too.
    """

    arrays: SegmentArrays
    first: int
    live: NDArray[np.bool_] | None
    terms: ArrowTerms


class Snapshot:
    """One generation of an index, open.

    Attributes:
        generation: Its number.
        content: Hash of what the index holds, as `Manifest` has it.
        segments: Its segments, in order.
        turn_count: Number of turns in all of them, deleted ones included.
        reader: Whoosh's reader over all segments. Document numbers count through the segments in order, deleted turns
            included.
    """

    def __init__(self, generation: int, content: str, readers: list[SegmentReader]) -> None:
        self.generation = generation
        self.content = content
        self.reader: IndexReader = readers[0] if len(readers) == 1 else MultiReader(readers)
        self.segments = tuple(_segments(readers))
        self.turn_count = sum(segment.arrays.turn_count for segment in self.segments)
        self._codes: dict[str, Codes] = {}
        self._pairs: dict[str, Pairs] = {}
        self._values: dict[str, tuple[Value, ...]] = {}
        self._numbers: dict[str, NDArray[np.uint32]] = {}

    def close(self) -> None:
        """Close the files."""
        self.reader.close()

    def codes(self, field: str) -> Codes:
        """Give a value field as codes; loaded at first use."""
        if field not in self._codes:
            self._codes[field] = _join([segment.arrays.codes(field) for segment in self.segments])
        return self._codes[field]

    def value(self, field: str, doc_id: int) -> str | None:
        """Give one turn's value of a field; None if it has none."""
        column = self.codes(field)
        return column.values[column.codes[doc_id]] or None

    def values(self, field: str, doc_ids: NDArray[np.uint32]) -> list[str]:
        """Give the values that turns have of a field; "" where one has none."""
        column = self.codes(field)
        return [column.values[code] for code in column.codes[doc_ids].tolist()]

    def numbers(self, field: str) -> NDArray[np.uint32]:
        """Give a number field as uint32[turns]; loaded at first use."""
        if field not in self._numbers:
            self._numbers[field] = np.concatenate([segment.arrays.numbers("turns", field) for segment in self.segments])
        return self._numbers[field]

    @cached_property
    def participants(self) -> Participants:
        """The participants of all calls."""
        people, firsts = [], 0
        for segment in self.segments:
            people.append(segment.arrays.numbers("turns", "person") + np.uint32(firsts))
            firsts += segment.arrays.participant_count
        of_turn = np.concatenate(people)
        a_turn = np.empty(firsts, dtype=np.int64)
        a_turn[of_turn] = np.arange(len(of_turn))
        return Participants(of_turn, a_turn, firsts)

    def pairs(self, field: str) -> Pairs:
        """Give the pairs of a field's values and calls; made at first use."""
        if field not in self._pairs:
            by_turn = field not in (*CALL_FIELDS, *PERSON_FIELDS)
            rows = slice(None) if by_turn else self.participants.a_turn
            codes, calls = self.codes(field).codes[rows], self.codes("call").codes[rows]
            # Numbered call by call, as turns and people stand: what is counted together lies together in memory.
            value_count = len(self.codes(field).values)
            distinct, of_row = _numbered(calls.astype(np.int64) * value_count + codes, len(self.codes("call").values) * value_count)
            self._pairs[field] = Pairs(by_turn, of_row, distinct % value_count)
        return self._pairs[field]

    @cached_property
    def average_length(self) -> float:
        """How many words a turn has, deleted ones included."""
        return int(self.lengths.sum(dtype=np.int64)) / max(self.turn_count, 1)

    @cached_property
    def lengths(self) -> NDArray[np.uint32]:
        """uint32[turns]: how many words each turn has."""
        return np.concatenate([segment.arrays.lengths for segment in self.segments])

    def call_order(self, doc_ids: NDArray[Any]) -> NDArray[np.int64]:
        """Give numbers by which turns are ordered: calls by their ids, and turns as they were said."""
        order: NDArray[np.int64] = self.codes("call").codes[doc_ids].astype(np.int64) << _NUMBER_BITS | self.numbers("turn")[doc_ids]
        return order

    def occurs(self, word: str) -> bool:
        """Say whether a word, as the analyzer gives it, occurs in any turn that was not deleted."""
        return any(_occurs_in(segment, word.encode()) for segment in self.segments)

    def turns_that_say(self, word: str) -> int:
        """Count the turns that say a word, as the analyzer gives it, deleted ones included."""
        return sum(segment.arrays.turn_count_of(word.encode()) for segment in self.segments)

    def matching_values(self, field: str, asked: str) -> tuple[str, ...]:
        """Give the values of a field that an asked value means.

        Case and accents do not count. It is the value that is just so; if none is, all values that hold the asked words
        side by side: `cook` means every speaker of that name, `apple` means `Apple Inc.`. For dates and periods a
        leading part will do: `2021` means `2021Q1` to `2021Q4`; `Q3 2021` is `2021Q3`. Of a field with several words a turn
        it is every combination that holds the asked one.
        """
        wanted = _period(fold(asked)) if field == "period" else fold(asked)
        values = self.live_values(field)
        if field in MANY_VALUED:
            return tuple(each.value for each in values if wanted in each.folded.split())
        exact = tuple(each.value for each in values if each.folded == wanted)
        if exact or not wanted:
            return exact
        if field in ("period", "date"):
            return tuple(each.value for each in values if each.folded.startswith(wanted))
        letters = f" {_letters(wanted)} "
        return tuple(each.value for each in values if letters in each.letters)

    def live_values(self, field: str) -> tuple[Value, ...]:
        """Give the values of a field that turns have; made at first use."""
        if field not in self._values:
            column = self.codes(field)
            used = np.flatnonzero(np.bincount(column.codes[self.live], minlength=len(column.values)))
            values = (column.values[code] for code in used.tolist() if column.values[code])
            self._values[field] = tuple(Value(value, folded := fold(value), f" {_letters(folded)} ") for value in values)
        return self._values[field]

    @cached_property
    def live(self) -> NDArray[np.bool_]:
        """bool[turns]: whether a turn is part of the index; False if it was deleted."""
        return np.concatenate(
            [np.ones(segment.arrays.turn_count, np.bool_) if segment.live is None else segment.live for segment in self.segments]
        )

    def text(self, doc_id: int) -> str:
        """Give what is said in a turn."""
        segment = self.segments[bisect_right(self._firsts, doc_id) - 1]
        return segment.arrays.text(doc_id - segment.first)

    @cached_property
    def _firsts(self) -> list[int]:
        return [segment.first for segment in self.segments]

    def stored(self, doc_id: int) -> dict[str, str]:
        """Give what is stored of a turn as it is: text and header."""
        return {"text": self.text(doc_id), "header": self.value("header", doc_id) or ""}

    def turns_of(self, call: str) -> Iterator[int]:
        """Give the document numbers of a call's turns, in the order they were said."""
        try:
            found = [int(number) for number in self.reader.postings("call", fold(call).encode(errors="surrogatepass")).all_ids()]
        except TermNotFound:
            return iter(())
        turns = self.numbers("turn")
        return iter(sorted(found, key=lambda number: int(turns[number])))

    def turns_of_known(self, call: str) -> tuple[int, ...]:
        """Give the turns of a call as `turns_of` does.

        Raises:
            UnknownCall: the index has none of that id.
        """
        doc_ids = tuple(self.turns_of(call))
        if not doc_ids:
            raise UnknownCall(f"no call {call!r} in the index", hint="earful search '*' --facet call lists them")
        return doc_ids


@contextmanager
def telling_damage() -> Iterator[None]:
    """Say of errors that come of bytes that are not what was written what they are.

    Raises:
        IndexDamaged: there was such an error.
    """
    try:
        yield
    except EarfulError:
        raise
    except (LookupError, OSError, OverflowError, ValueError) as error:
        raise IndexDamaged(
            f"the index cannot be read ({type(error).__name__}: {error})", hint="run earful check, then earful rebuild --fresh"
        ) from error


def open_snapshot(folder: str | os.PathLike[str]) -> Snapshot:
    """Open the current generation of an index.

    Raises:
        IndexNotFound: no index is there.
        IndexDamaged: it cannot be opened, or another version built it.
    """
    _keep_freed_memory()
    store = Store(folder)
    for attempt in range(_TRIES):
        generation = store.generation()
        try:
            manifest = store.manifest(generation)
            return Snapshot(generation, manifest.content, _open_segments(store, generation, manifest))
        except (OSError, IndexDamaged) as error:
            # A rebuild that finished in between has removed this generation's files; a second look finds the new one.
            if attempt + 1 < _TRIES and store.generation() != generation:
                continue
            if isinstance(error, IndexDamaged):
                raise
            raise IndexDamaged(
                f"a file of the index in {store.folder} cannot be opened ({error})", hint="run earful check, then earful rebuild"
            ) from error
    raise IndexDamaged(f"the index in {store.folder} changes faster than it can be opened", hint="try again")


def is_current(folder: str | os.PathLike[str], snapshot: Snapshot) -> bool:
    """Say whether a snapshot is of what the index holds now; a new index in the place of an old one may have its number.

    Raises:
        IndexNotFound: there is none any more.
    """
    store = Store(folder)
    try:
        return store.generation() == snapshot.generation and store.manifest(snapshot.generation).content == snapshot.content
    except IndexDamaged:
        return False  # it was replaced just now, or cannot be opened: to open it tells


def _keep_freed_memory() -> None:
    """Have the allocator keep the memory of arrays that are let go, for the next ones.

    glibc asks the system for blocks above 128 KB one by one, and gives them back, until one of up to 32 MB was let go: to be given
    new pages took a third of the time of queries with ten thousand hits and more. This block is never touched, so it takes none.
    """
    np.empty(_LARGEST_KEPT, dtype=np.uint8)


def _open_segments(store: Store, generation: int, manifest: Manifest) -> list[SegmentReader]:
    if manifest.versions.get("schema") != SCHEMA_VERSION:
        raise IndexDamaged(f"the index in {store.folder} was built by another version of Earful", hint="run earful rebuild")
    store.require_whole(manifest)
    segments = store.segments(generation, manifest)
    if not segments:
        raise IndexNotFound(f"the index in {store.folder} is empty", hint="run earful rebuild FOLDER")
    storage, schema = FileStorage(str(store.folder)), turn_schema()
    try:
        readers = [SegmentReader(storage, schema, segment, generation=generation) for segment in segments]
    except OSError:
        raise
    except Exception as error:  # on a damaged file Whoosh fails in any way there is
        raise IndexDamaged(
            f"a segment of the index in {store.folder} is damaged ({error})", hint="run earful check, then earful rebuild"
        ) from error
    if any(reader.codec().arrays.turn_count != reader.segment().doc_count_all() for reader in readers):
        where = f"a segment of the index in {store.folder}"
        raise IndexDamaged(f"{where} has not as many turns as it should", hint="run earful rebuild --fresh")
    return readers


def _segments(readers: list[SegmentReader]) -> Iterator[Segment]:
    first = 0
    for reader in readers:
        live = reader.segment().live() if reader.has_deletions() else None
        yield Segment(reader.codec().arrays, first, live, reader.codec().terms)
        first += reader.doc_count_all()


def _occurs_in(segment: Segment, word: bytes) -> bool:
    number = segment.arrays.find(word)
    if number is None or segment.live is None:
        return number is not None
    if segment.arrays.turn_count_of(word) > np.count_nonzero(~segment.live):
        return True  # fewer turns are deleted than say it
    return bool(segment.live[segment.arrays.doc_ids(number)].any())


def _join(parts: list[tuple[NDArray[np.uint32], list[str]]]) -> Codes:
    """Give the segments' codes one numbering, in alphabetical order."""
    values = tuple(sorted({value for _, local in parts for value in local}))
    place = {value: number for number, value in enumerate(values)}
    renumbered = [np.array([place[value] for value in local], dtype=np.uint32)[codes] for codes, local in parts]
    return Codes(np.concatenate(renumbered), values)


def _numbered(numbers: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Give the distinct of some numbers below `size`, ascending, and the place of each number among them."""
    if size > _MOST_MARKED:
        distinct, places = np.unique(numbers, return_inverse=True)
        return distinct, places.astype(np.uint32)
    is_there = np.zeros(size, dtype=np.bool_)
    is_there[numbers] = True
    return np.flatnonzero(is_there), (np.cumsum(is_there, dtype=np.uint32) - np.uint32(1))[numbers]


_SPOKEN_PERIODS = (
    re.compile(r"(?:q(?P<quarter>[1-4])|(?P<quarter2>[1-4])q)[ -]?(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})[ -](?:q(?P<quarter>[1-4])|(?P<quarter2>[1-4])q)"),
)


def _period(asked: str) -> str:
    """`q3 2021`, `3q 2021` and `2021 q3` as the index writes them: `2021q3`."""
    found = next((match for pattern in _SPOKEN_PERIODS if (match := pattern.fullmatch(asked))), None)
    return f"{found['year']}q{found['quarter'] or found['quarter2']}" if found else asked


def _letters(folded: str) -> str:
    return " ".join("".join(char if char.isalnum() or char == "&" else " " for char in folded).split())

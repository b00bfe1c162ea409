"""How does Whoosh read a segment of Arrow tables? Its terms, its postings and its turns, as Whoosh asks for them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.base import FieldCursor, PerDocumentReader, TermsReader
from whoosh.matching import LeafMatcher, NullMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound

from indexer.codec.columns import DictionaryColumn, NumberColumn
from indexer.codec.reader import SegmentArrays
from indexer.codec.tables import CALL_FIELDS, PERSON_FIELDS
from indexer.names import fold

__all__ = ["ArrowTerms", "ArrowTurns"]

_TEXT = "text"
_VALUE_FIELDS = (*CALL_FIELDS, *PERSON_FIELDS, "section", "kind")
_NUMBER_FIELDS = ("turn", "exchange")
_FIELDS = tuple(sorted((_TEXT, *_VALUE_FIELDS)))


class _Postings(NamedTuple):
    """Where a term occurs: doc_ids uint32[n], ascending; how often in each; and the places of all, from 0 in each turn."""

    doc_ids: NDArray[np.uint32]
    frequencies: NDArray[np.uint32]
    positions: Any  # a function that gives uint32[sum of frequencies]


class _Words:
    """The field of words said."""

    def __init__(self, arrays: SegmentArrays) -> None:
        self._arrays = arrays
        self.terms: Sequence[bytes] = arrays.words

    def info(self, number: int) -> TermInfo:
        one = {name: int(self._arrays.numbers("words", name)[number]) for name in ("turn_count", "count", "most", "shortest", "longest")}
        doc_ids = self._arrays.doc_ids(number)
        return TermInfo(
            weight=float(one["count"]),
            df=one["turn_count"],
            minlength=one["shortest"],
            maxlength=one["longest"],
            maxweight=float(one["most"]),
            minid=int(doc_ids[0]),
            maxid=int(doc_ids[-1]),
        )

    def doc_frequency(self, number: int) -> int:
        return int(self._arrays.numbers("words", "turn_count")[number])

    def frequency(self, number: int) -> float:
        return float(self._arrays.numbers("words", "count")[number])

    def postings(self, number: int) -> _Postings:
        doc_ids, frequencies = self._arrays.doc_ids(number), self._arrays.frequencies(number)

        def positions() -> NDArray[np.uint32]:
            places = self._arrays.positions(number)
            if frequencies.sum(dtype=np.int64) != len(places):  # of a forged file: what is repeated so often may take all memory
                raise ValueError("a word has not as many places as it is said")
            return places - np.repeat(self._arrays.turn_starts[doc_ids], frequencies)

        return _Postings(doc_ids, frequencies, positions)


class _Values:
    """A field of one value a turn: its terms are its values, folded."""

    def __init__(self, arrays: SegmentArrays, field: str) -> None:
        self._codes, values = arrays.codes(field)
        folded = [fold(value).encode() for value in values]
        self.terms: Sequence[bytes] = sorted(set(folded[1:]))
        number_of = {term: number for number, term in enumerate(self.terms)}
        self._number_of_code = np.array([-1, *(number_of[term] for term in folded[1:])])
        # Turns by term, so that a term's turns stand side by side.
        numbers = self._number_of_code[self._codes]
        self._turns = np.argsort(numbers, kind="stable").astype(np.uint32)
        self._begins = np.searchsorted(numbers[self._turns], np.arange(len(self.terms) + 1))

    def info(self, number: int) -> TermInfo:
        doc_ids = self.postings(number).doc_ids
        return TermInfo(
            weight=float(len(doc_ids)),
            df=len(doc_ids),
            minlength=1,
            maxlength=1,
            maxweight=1.0,
            minid=int(doc_ids[0]),
            maxid=int(doc_ids[-1]),
        )

    def doc_frequency(self, number: int) -> int:
        return int(self._begins[number + 1] - self._begins[number])

    def frequency(self, number: int) -> float:
        return float(self.doc_frequency(number))

    def postings(self, number: int) -> _Postings:
        doc_ids = self._turns[self._begins[number] : self._begins[number + 1]]
        return _Postings(doc_ids, np.ones(len(doc_ids), dtype=np.uint32), lambda: np.zeros(len(doc_ids), dtype=np.uint32))


class _NoTerm(TermNotFound, KeyError):  # type: ignore[misc]
    """Whoosh catches the one or the other."""


class ArrowTerms(TermsReader):  # type: ignore[misc]  # Whoosh has no types
    """The terms of all fields, ordered by field and bytes."""

    def __init__(self, arrays: SegmentArrays) -> None:
        self._arrays = arrays
        self._fields: dict[str, _Words | _Values] = {}

    def _field(self, name: str) -> _Words | _Values:
        if name not in self._fields:
            self._fields[name] = _Words(self._arrays) if name == _TEXT else _Values(self._arrays, name)
        return self._fields[name]

    def _find(self, fieldname: str, text: bytes) -> tuple[_Words | _Values, int]:
        if fieldname in _FIELDS:
            field = self._field(fieldname)
            number = bisect_left(field.terms, text)
            if number < len(field.terms) and field.terms[number] == text:
                return field, number
        raise _NoTerm(f"no term {fieldname}:{text!r}")

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        try:
            self._find(*term)
        except _NoTerm:
            return False
        return True

    def indexed_field_names(self) -> tuple[str, ...]:
        return tuple(name for name in _FIELDS if len(self._field(name).terms))

    def cursor(self, fieldname: str, fieldobj: Any) -> _Cursor:
        return _Cursor(self._field(fieldname), fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((name, term) for name in _FIELDS for term in self._field(name).terms)

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        return (term for term, _ in self._from(fieldname, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return self.items_from("", b"")

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self._field(term[0]).info(number)) for term, number in self._from(fieldname, prefix))

    def _from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], int]]:
        for name in _FIELDS[bisect_left(_FIELDS, fieldname) :]:
            terms = self._field(name).terms
            for number in range(bisect_left(terms, prefix) if name == fieldname else 0, len(terms)):
                yield (name, terms[number]), number

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        field, number = self._find(fieldname, text)
        return field.info(number)

    def frequency(self, fieldname: str, text: bytes) -> float:
        field, number = self._find(fieldname, text)
        return field.frequency(number)

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        field, number = self._find(fieldname, text)
        return field.doc_frequency(number)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ArrowMatcher:
        field, number = self._find(fieldname, text)
        return ArrowMatcher(field.postings(number), (fieldname, text), format_, scorer, field.info(number))

    def doc_ids(self, fieldname: str, text: bytes) -> NDArray[np.uint32]:
        """Give the turns that a term occurs in: uint32[n], ascending; none if it is no term of the segment."""
        try:
            field, number = self._find(fieldname, text)
        except _NoTerm:
            return np.empty(0, dtype=np.uint32)
        return field.postings(number).doc_ids

    def close(self) -> None:
        self._arrays.close()


class _Cursor(FieldCursor):  # type: ignore[misc]
    """A place among a field's terms."""

    def __init__(self, field: _Words | _Values, fieldobj: Any) -> None:
        self._field = field
        self._fieldobj = fieldobj
        self._place = 0

    def is_valid(self) -> bool:
        return self._place < len(self._field.terms)

    def first(self) -> str | None:
        self._place = 0
        return self.text()

    def find(self, string: str | bytes) -> str | None:
        term = string if isinstance(string, bytes) else self._fieldobj.to_bytes(string)
        self._place = bisect_left(self._field.terms, term)
        return self.text()

    def next(self) -> str | None:
        self._place += 1
        return self.text()

    def text(self) -> str | None:
        text: str | None = self._fieldobj.from_bytes(self._field.terms[self._place]) if self.is_valid() else None
        return text

    term = text

    def term_info(self) -> TermInfo | None:
        return self._field.info(self._place) if self.is_valid() else None


class ArrowMatcher(LeafMatcher):  # type: ignore[misc]
    """Walks the turns that a term occurs in."""

    def __init__(self, postings: _Postings, term: tuple[str, bytes], format_: Any, scorer: Any, info: TermInfo, place: int = 0) -> None:
        self._postings = postings
        self._doc_ids: list[int] = postings.doc_ids.tolist()
        self._frequencies: list[int] = postings.frequencies.tolist()
        self._term = term
        self._info = info
        self.format = format_
        self.scorer = scorer
        self._place = place

    def is_active(self) -> bool:
        return self._place < len(self._doc_ids)

    def reset(self) -> None:
        self._place = 0

    def copy(self) -> ArrowMatcher:
        return ArrowMatcher(self._postings, self._term, self.format, self.scorer, self._info, self._place)

    def id(self) -> int:
        # Whoosh's AndNotMatcher asks for it behind the end too, where Whoosh's own matchers still give some id.
        return self._doc_ids[min(self._place, len(self._doc_ids) - 1)]

    def all_ids(self) -> Iterator[int]:
        return iter(self._doc_ids)

    def next(self) -> bool:
        if not self.is_active():
            raise ReadTooFar
        self._place += 1
        return True

    def skip_to(self, id: int) -> bool:  # noqa: A002 - Whoosh's name
        if not self.is_active():
            raise ReadTooFar
        before = self._place
        self._place = bisect_left(self._doc_ids, id, before)
        return self._place > before

    def weight(self) -> float:
        return float(self._frequencies[self._place])

    def replace(self, minquality: float = 0) -> Any:
        if not self.is_active() or (minquality and self.supports_block_quality() and self.max_quality() < minquality):
            return NullMatcher()
        return self

    def skip_to_quality(self, minquality: float) -> int:
        """A term's postings are one block: it is skipped whole or not at all."""
        if self.is_active() and self.block_quality() <= minquality:
            self._place = len(self._doc_ids)
            return 1
        return 0

    def block_min_length(self) -> int:
        return int(self._info.min_length())

    def block_max_length(self) -> int:
        return int(self._info.max_length())

    def block_max_weight(self) -> float:
        return float(self._info.max_weight())

    @cached_property
    def _positions(self) -> list[list[int]]:
        ends = np.cumsum(self._postings.frequencies)[:-1]
        return [places.tolist() for places in np.split(self._postings.positions(), ends)]

    def value(self) -> bytes:
        """Give a posting as the field's format writes it."""
        encode = getattr(self.format, "encode", None)
        encoded: bytes = encode(self._positions[self._place]) if encode else b""
        return encoded


class ArrowTurns(PerDocumentReader):  # type: ignore[misc]
    """What is known of each turn by itself."""

    def __init__(self, arrays: SegmentArrays, segment: Any) -> None:
        self._arrays = arrays
        self._segment = segment

    def close(self) -> None:
        self._arrays.close()

    def doc_count(self) -> int:
        return int(self._segment.doc_count())

    def doc_count_all(self) -> int:
        return self._arrays.turn_count

    def has_deletions(self) -> bool:
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        return bool(self._segment.is_deleted(docnum))

    def deleted_docs(self) -> list[int]:
        return list(self._segment.deleted_docs())

    def supports_columns(self) -> bool:
        return True

    def list_columns(self) -> tuple[str, ...]:
        return (*_VALUE_FIELDS, *_NUMBER_FIELDS)

    def has_column(self, fieldname: str) -> bool:
        return fieldname in self.list_columns()

    def column_reader(self, fieldname: str, column: Any) -> DictionaryColumn.Reader | NumberColumn.Reader:  # noqa: ARG002 - Whoosh's signature
        if fieldname in _NUMBER_FIELDS:
            return NumberColumn.Reader(self._arrays.numbers("turns", fieldname))
        return DictionaryColumn.Reader(*self._arrays.codes(fieldname))

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._arrays.lengths[docnum]) if fieldname == _TEXT else default

    def field_length(self, fieldname: str) -> int:
        return int(self._arrays.lengths.sum(dtype=np.int64)) if fieldname == _TEXT else 0

    def min_field_length(self, fieldname: str) -> int:
        return int(self._arrays.lengths.min()) if fieldname == _TEXT and self._arrays.turn_count else 0

    def max_field_length(self, fieldname: str) -> int:
        return int(self._arrays.lengths.max(initial=0)) if fieldname == _TEXT else 0

    def stored_fields(self, docnum: int) -> dict[str, str]:
        codes, values = self._headers
        return {"text": self._arrays.text(docnum), "header": values[codes[docnum]]}

    @cached_property
    def _headers(self) -> tuple[NDArray[np.uint32], list[str]]:
        return self._arrays.codes("header")

"""Values and numbers of turns come back as they were stored, also through Whoosh's own merging and sorting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.columns import Column
from whoosh.fields import COLUMN, ID, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.index import FileIndex
from whoosh.query import Every, Term

from indexer.columns import DictionaryColumn, NumberColumn

_VALUES = st.dictionaries(st.integers(0, 60), st.sampled_from([b"", b"CFO", b"CEO", "Crédit".encode(), b"\x00", b"Head of IR"]))


def _stored(column: Column, kept: dict[int, Any], turns: int, *, before: bytes = b"") -> Any:
    """Write a column behind other bytes, as in a segment's file, and open it."""
    storage = RamStorage()
    file = storage.create_file("column")
    file.write(before)
    writer = column.writer(file)
    for number, value in sorted(kept.items()):
        writer.add(number, value)
    writer.finish(turns)
    length = file.tell() - len(before)
    file.close()
    return column.reader(storage.open_file("column"), len(before), length, turns)


def _index_of_values(*segments: list[str | None]) -> FileIndex:
    """Build an index with Whoosh alone: a list of values a segment, None for a turn without one."""
    index = RamStorage().create_index(Schema(role=ID(stored=True, sortable=DictionaryColumn()), turn=COLUMN(NumberColumn())))
    for values in segments:
        writer = index.writer()
        for number, value in enumerate(values, 1):
            writer.add_document(turn=number, **({} if value is None else {"role": value}))
        writer.commit(merge=False)
    return index


@given(_VALUES, st.integers(0, 5), st.binary(max_size=5))
@example({}, 0, b"")
@example({0: b"CFO"}, 0, b"\x01")
@settings(max_examples=200)
def test_values_come_back(kept: dict[int, bytes], more: int, before: bytes) -> None:
    """Every turn has the value it was given; a turn that was left out has the empty one, wherever it stands."""
    turns = max(kept, default=-1) + 1 + more
    reader = _stored(DictionaryColumn(), kept, turns, before=before)
    expected = [kept.get(number, b"") for number in range(turns)]
    assert list(reader) == expected
    assert [reader[number] for number in range(turns)] == expected
    assert [reader.values[code] for code in reader.codes] == expected


@given(_VALUES)
@settings(max_examples=100)
def test_each_value_is_kept_once(kept: dict[int, bytes]) -> None:
    """A segment's values are distinct, the first is the empty one, and the rest stand in order of first use."""
    reader = _stored(DictionaryColumn(), kept, 61)
    assert reader.values == list(dict.fromkeys([b"", *(value for _, value in sorted(kept.items()))]))
    assert reader.codes.dtype == np.uint32
    assert len(reader.codes) == 61


def test_more_values_than_sixteen_bits_can_number() -> None:
    """No value is lost or mixed up after the 65,536th, where Whoosh's own column of repeated values gives up."""
    kept = {number: f"speaker {number}".encode() for number in range(70_000)}
    reader = _stored(DictionaryColumn(), kept, 70_000)
    assert list(reader) == list(kept.values())
    assert len(reader.values) == 70_001


@given(st.dictionaries(st.integers(0, 40), st.integers(0, 2**32 - 1)), st.integers(0, 3), st.binary(max_size=3))
@example({}, 0, b"")
@settings(max_examples=100)
def test_numbers_come_back(kept: dict[int, int], more: int, before: bytes) -> None:
    """Every turn has its number, up to 32 bits; a turn that was left out has 0."""
    turns = max(kept, default=-1) + 1 + more
    reader = _stored(NumberColumn(), kept, turns, before=before)
    expected = [kept.get(number, 0) for number in range(turns)]
    assert reader.numbers.tolist() == expected
    assert [reader[number] for number in range(turns)] == expected


@pytest.mark.parametrize("merged", [False, True])
def test_values_live_through_whoosh(merged: bool) -> None:
    """Whoosh's reader gives every turn its value and number, over several segments and after it has merged them."""
    index = _index_of_values(["CFO", None, "CEO"], ["Chair", "CFO"], [None, "CTO"])
    if merged:
        index.writer().commit(optimize=True)
    with index.reader() as reader:
        assert reader.is_atomic() is merged
        roles, turns = reader.column_reader("role"), reader.column_reader("turn")
        found = [(roles[number], turns[number]) for number in range(reader.doc_count_all())]
    assert found == [("CFO", 1), ("", 2), ("CEO", 3), ("Chair", 1), ("CFO", 2), ("", 1), ("CTO", 2)]


def test_deleted_turns_leave_when_whoosh_merges() -> None:
    """Merging keeps the values of the turns that are left with these turns."""
    index = _index_of_values(["CFO", "CEO", "CFO", None], ["Chair", "CFO", "COO"])
    writer = index.writer()
    writer.delete_by_query(Term("role", "CFO"))
    writer.commit(optimize=True)
    with index.reader() as reader:
        roles, turns = reader.column_reader("role"), reader.column_reader("turn")
        assert [(roles[number], turns[number]) for number in reader.all_doc_ids()] == [("CEO", 2), ("", 4), ("Chair", 1), ("COO", 3)]


@pytest.mark.parametrize("reverse", [False, True])
def test_whoosh_sorts_by_value(reverse: bool) -> None:
    """Stock Whoosh sorts hits by a column of values, both ways and over segments."""
    index = _index_of_values(["Chair", "CFO"], ["COO", "CEO"])
    with index.searcher() as searcher:
        found = [hit["role"] for hit in searcher.search(Every(), sortedby="role", reverse=reverse)]
    assert found == sorted(["CEO", "CFO", "COO", "Chair"], reverse=reverse)


def test_whoosh_groups_by_value() -> None:
    """Stock Whoosh groups hits by a column of values."""
    with _index_of_values(["CFO", "CEO"], ["CFO"]).searcher() as searcher:
        assert searcher.search(Every(), groupedby="role").groups() == {"CFO": [0, 2], "CEO": [1]}

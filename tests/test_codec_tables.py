"""What is written as a segment's file is what is read from it, where it lies; and nothing else is taken for one."""

from __future__ import annotations

import gc
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.codec.checks import SummedFile, read_end
from indexer.codec.postings import Packed, byte_strings
from indexer.codec.tables import TABLES, MappedTables, open_tables, write_tables

_Columns = dict[str, list[Any]]

_MAPS = Path("/proc/self/maps")  # Linux's list of what a process has mapped
_TAIL_BYTES = 24


def _values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    if pa.types.is_dictionary(kind):
        return st.none() | st.sampled_from(["", "CFO", "Crédit", "中国"]) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    return st.binary(max_size=5) if pa.types.is_large_binary(kind) else st.integers(0, 2**32 - 1)


def _columns(schema: pa.Schema) -> st.SearchStrategy[_Columns]:
    """Give columns of one length, such as fit a schema."""
    return st.integers(0, 4).flatmap(
        lambda rows: st.fixed_dictionaries({each.name: st.lists(_values(each.type), min_size=rows, max_size=rows) for each in schema})
    )


_ANY_TABLES = st.fixed_dictionaries({name: _columns(schema) for name, schema in TABLES.items()})


def _sample(rows: int) -> dict[str, _Columns]:
    def value(kind: pa.DataType, row: int) -> Any:
        return f"é{row % 3}" if pa.types.is_dictionary(kind) else bytes(row) if pa.types.is_large_binary(kind) else row

    return {name: {each.name: [value(each.type, row) for row in range(rows)] for each in schema} for name, schema in TABLES.items()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the file of a segment of forty rows in every table."""
    written = tmp_path / "sample.seg"
    write_tables(written, _sample(40))
    return written


def _read(tables: MappedTables) -> dict[str, _Columns]:
    """Give all columns as lists."""
    return {table: {field.name: _read_column(tables, table, field) for field in schema} for table, schema in TABLES.items()}


def _read_column(tables: MappedTables, table: str, field: pa.Field) -> list[Any]:
    if pa.types.is_dictionary(field.type):
        codes, values = tables.values(table, field.name)
        return [values[code] if code else None for code in codes]
    if pa.types.is_large_binary(field.type):
        packed, require = tables.byte_strings(table, field.name)
        require(0, len(packed.bytes))
        return [packed.bytes[start:end].tobytes() for start, end in zip(packed.starts, packed.starts[1:], strict=False)]
    return list(map(int, tables.numbers(table, field.name)))


def _stars(tables: dict[str, _Columns]) -> dict[str, _Columns]:
    """Have numbers that name rows name some that are there, and a table empty whose rows none can name."""
    for table, column, named in (("people", "in_call", "calls"), ("turns", "person", "people"), ("texts", "first_turn", "turns")):
        rows = len(next(iter(tables[named].values())))
        if not rows:
            tables[table] = {name: [] for name in tables[table]}
        tables[table][column] = [number % rows for number in tables[table][column]]
    return tables


@given(_ANY_TABLES.map(_stars))
@settings(max_examples=60)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, tables: dict[str, _Columns]) -> None:
    """Each table comes back with its columns, in the types it is to have, be it empty or without values."""
    written = tmp_path_factory.mktemp("any") / "any.seg"
    write_tables(written, tables)
    read = open_tables(written)
    assert _read(read) == tables
    assert {name: read.rows(name) for name in TABLES} == {name: len(next(iter(columns.values()))) for name, columns in tables.items()}
    read.source.close()


@given(_ANY_TABLES)
@settings(max_examples=30)
def test_tables_are_arrow_streams(tmp_path_factory: pytest.TempPathFactory, tables: dict[str, _Columns]) -> None:
    """Whoever knows Arrow, and nothing of Earful, reads the tables where the directory says that they are."""
    written = tmp_path_factory.mktemp("any") / "any.seg"
    write_tables(written, tables)
    data = written.read_bytes()
    for table, known in _parted(data)[1].items():
        start, size = known["stream"]
        with pa.ipc.open_stream(data[start : start + size]) as stream:
            (batch,) = list(stream)
        batch.validate(full=True)
        assert (batch.to_pydict(), batch.schema) == (tables[table], TABLES[table])


@given(st.lists(st.binary(max_size=6)))
def test_byte_strings_are_a_column(strings: list[bytes]) -> None:
    """Byte strings that lie end to end are an Arrow column of them, and that is them again."""
    starts = np.array([sum(map(len, strings[:number])) for number in range(len(strings) + 1)], dtype=np.int64)
    column = byte_strings(Packed(np.frombuffer(b"".join(strings), dtype=np.uint8), starts))
    column.validate(full=True)
    assert column.to_pylist() == strings


def test_a_value_is_kept_once(path: Path) -> None:
    """A value field is a dictionary of its distinct values in order of first use, and a number a row."""
    tables = open_tables(path)
    codes, values = tables.values("people", "speaker")
    assert values == ["", "é0", "é1", "é2"]
    assert codes.tolist() == [1 + row % 3 for row in range(40)]
    tables.source.close()


def test_nothing_is_copied(path: Path) -> None:
    """Arrays are where the file is mapped: opening a segment costs the same, however large it is, and nobody can write to it."""
    tables = open_tables(path)
    data = tables._data
    packed, _ = tables.byte_strings("words", "positions")
    for array in (packed.bytes, packed.starts, tables.numbers("turns", "length"), tables.numbers("words", "count")):
        place = array.__array_interface__["data"][0]
        assert data.address <= place <= place + array.nbytes <= data.address + data.size
        assert not array.flags.writeable
        assert array.flags.aligned
    tables.source.close()


def test_arrays_outlive_the_closed_file(path: Path) -> None:
    """An array that was given out holds the map it lies in."""
    tables = open_tables(path)
    numbers = tables.numbers("turns", "length")
    tables.source.close()
    del tables
    gc.collect()
    assert numbers.tolist() == list(range(40))


def _parted(data: bytes) -> tuple[bytes, dict[str, Any]]:
    """Give what of a segment's file has sums, and its directory."""
    _, size, directory = read_end(memoryview(data), "it")
    return data[:size], json.loads(directory)


def test_every_table_begins_at_a_cache_line(path: Path) -> None:
    """Streams lie at multiples of 64 bytes, one behind the other, then sums, directory and tail; and the directory tells where."""
    data = path.read_bytes()
    body, directory = _parted(data)
    places = [known["stream"] for known in directory.values()]
    assert data.endswith(b"EARFUL-2")
    assert list(directory) == list(TABLES)
    assert [start % 64 for start, _ in places] == [0] * 5
    ends = [start + length for start, length in places]
    assert all(0 <= start - end < 64 for end, (start, _) in zip([0, *ends], places, strict=False))
    assert len(body) == ends[-1]
    sums = 4 * -(-len(body) // 16_384)
    assert len(data) == len(body) + sums + len(json.dumps(directory)) + _TAIL_BYTES


def test_a_column_that_is_missing_is_a_mistake(tmp_path: Path) -> None:
    """A table is written with all of its columns, of one length, or not at all."""
    tables = _sample(2)
    del tables["turns"]["length"]
    with pytest.raises(KeyError, match="length"):
        write_tables(tmp_path / "less.seg", tables)
    tables = _sample(2)
    tables["turns"]["length"].append(3)
    with pytest.raises(ValueError, match="length"):
        write_tables(tmp_path / "more.seg", tables)


def test_a_number_that_is_missing_is_a_mistake(tmp_path: Path) -> None:
    """Only values may be none: a row has every number."""
    tables = _sample(2)
    tables["turns"]["exchange"][1] = None
    with pytest.raises(ValueError, match="exchange"):
        write_tables(tmp_path / "none.seg", tables)


# what is no segment


def _is_mapped(path: Path) -> bool:
    gc.collect()
    return _MAPS.exists() and str(path) in _MAPS.read_text()


def _refused(path: Path) -> str:
    """Open what is no segment; give what the error says, letting the error itself go."""
    try:
        tables = open_tables(path)
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    tables.source.close()
    del tables
    return ""


def _forged(body: bytes, directory: bytes) -> bytes:
    """Give a segment's file of any bytes and any directory, with the sums of these."""
    file = io.BytesIO()
    summed = SummedFile(file)
    summed.write(body)
    summed.finish(directory)
    return file.getvalue()


def _with_directory(data: bytes, change: Callable[[Any], Any]) -> bytes:
    """Give a segment's file with a changed directory."""
    body, directory = _parted(data)
    return _forged(body, json.dumps(change(directory)).encode())


def _with_table(data: bytes, table: str, **changed: Any) -> bytes:
    return _with_directory(data, lambda known: {**known, table: {**known[table], **changed}})


def _with_column(data: bytes, table: str, column: str, change: Callable[[list[list[int]]], Any]) -> bytes:
    columns = _parted(data)[1][table]["columns"]
    return _with_table(data, table, columns={**columns, column: change(columns[column])})


def _arrow(data: bytes, *, stream: bool) -> bytes:
    """Give a table as Arrow itself would write it to a file."""
    batch = pa.record_batch({"turn": [1, 2, 3]})
    sink = pa.BufferOutputStream()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


_FOREIGN: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda data: b"",
    "a few bytes": lambda data: b"EARFUL-1",
    "only the end": lambda data: data[-_TAIL_BYTES:],
    "text": lambda data: b"no segment " * 500,
    "zeros": lambda data: bytes(len(data)),
    "another magic": lambda data: data[:-1] + b"1",
    "what Earful wrote before": lambda data: data[:-_TAIL_BYTES] + b"\x07\x00\x00\x00EARFUL-1",
    "last byte missing": lambda data: data[:-1],
    "a byte more": lambda data: data + b"\n",
    "first byte missing": lambda data: data[1:],
    "second half missing": lambda data: data[: len(data) // 2],
    "second half zeros": lambda data: data[: len(data) // 2] + bytes(len(data) // 2),
    "an Arrow file": lambda data: _arrow(data, stream=False),
    "an Arrow stream": lambda data: _arrow(data, stream=True),
    "an empty directory": lambda data: _forged(_parted(data)[0], b""),
    "a directory that is no JSON": lambda data: _forged(_parted(data)[0], b"{"),
    "a directory that is no text": lambda data: _forged(_parted(data)[0], b"\xff\xfe"),
    "a directory in too many brackets": lambda data: _forged(_parted(data)[0], b"[" * 100_000),
    "a directory that is a number": lambda data: _with_directory(data, lambda known: 5),
    "a directory that is a list": lambda data: _with_directory(data, list),
    "a table missing": lambda data: _with_directory(data, lambda known: dict(list(known.items())[1:])),
    "a table more": lambda data: _with_directory(data, lambda known: {**known, "more": known["calls"]}),
    "tables exchanged": lambda data: _with_directory(data, lambda known: {**known, "calls": known["people"]}),
    "a table that is nothing": lambda data: _with_directory(data, lambda known: {**known, "words": None}),
    "rows below none": lambda data: _with_table(data, "texts", rows=-1),
    "rows that are no number": lambda data: _with_table(data, "texts", rows="40"),
    "rows that are half a row": lambda data: _with_table(data, "texts", rows=40.0),
    "rows that are true": lambda data: _with_table(data, "texts", rows=True),
    "a row more": lambda data: _with_table(data, "texts", rows=41),
    "a row less": lambda data: _with_table(data, "words", rows=39),
    "a thousand million rows": lambda data: _with_table(data, "turns", rows=10**9),
    "columns missing": lambda data: _with_table(data, "turns", columns={}),
    "columns in a list": lambda data: _with_table(data, "turns", columns=[[0, 64]]),
    "a column nowhere": lambda data: _with_column(data, "turns", "turn", lambda places: None),
    "a column without a buffer": lambda data: _with_column(data, "turns", "turn", lambda places: []),
    "a column with a buffer more": lambda data: _with_column(data, "turns", "turn", lambda places: [*places, [0, 0]]),
    "a value as a number": lambda data: _with_column(data, "calls", "date", lambda places: places[1:2]),
    "a place of one number": lambda data: _with_column(data, "words", "word", lambda places: [places[0], [0]]),
    "a column before the file": lambda data: _with_column(data, "words", "word", lambda places: [places[0], [-64, 64]]),
    "a column behind the file": lambda data: _with_column(data, "words", "word", lambda places: [places[0], [2**40, 64]]),
    "a column beyond numbers": lambda data: _with_column(data, "words", "word", lambda places: [places[0], [2**80, 64]]),
    "a column at half a byte": lambda data: _with_column(data, "words", "word", lambda places: [places[0], [0.5, 64]]),
    "a column in the sums": lambda data: _with_column(
        data, "words", "word", lambda places: [places[0], [len(_parted(data)[0]) // 8 * 8, 16]]
    ),
    "a column between two words of memory": lambda data: _with_column(data, "turns", "turn", lambda places: [[4, places[0][1]]]),
    "a column too short": lambda data: _with_column(data, "turns", "turn", lambda places: [[places[0][0], 0]]),
    "a column too long": lambda data: _with_column(data, "turns", "turn", lambda places: [[places[0][0], 164]]),
    "codes too short": lambda data: _with_column(data, "calls", "date", lambda places: [places[0], [8, 8], *places[2:]]),
    "bits too short": lambda data: _with_column(data, "calls", "date", lambda places: [[8, 1], *places[1:]]),
}


@pytest.mark.parametrize("kind", _FOREIGN)
def test_what_is_no_segment_is_refused(path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the file holds instead, it is an error that callers expect, which leaves no file open and none mapped."""
    path.write_bytes(_FOREIGN[kind](path.read_bytes()))
    sources: list[pa.MemoryMappedFile] = []
    open_map = pa.memory_map

    def remember(name: str) -> pa.MemoryMappedFile:
        sources.append(open_map(name))
        return sources[-1]

    monkeypatch.setattr(pa, "memory_map", remember)
    assert _refused(path) != ""
    assert [source.closed for source in sources] == [True]
    assert not _is_mapped(path)


@given(share=st.floats(0, 1, exclude_max=True))
@settings(max_examples=60)
def test_a_file_that_was_cut_off_is_refused(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    """A segment of which the end is missing is not opened, wherever it was cut."""
    cut = tmp_path_factory.mktemp("cut") / "cut.seg"
    write_tables(cut, _sample(3))
    data = cut.read_bytes()
    cut.write_bytes(data[: int(share * len(data))])
    assert _refused(cut) != ""


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    """No file is another error than a wrong one."""
    with pytest.raises(FileNotFoundError, match=r"none\.seg"):
        open_tables(tmp_path / "none.seg")


@pytest.mark.skipif(not _MAPS.exists(), reason="nothing tells what is mapped")
def test_a_file_is_mapped_while_it_is_open(path: Path) -> None:
    """An open segment is mapped, and no longer when it is closed and nothing of it is in use: what refusals are measured by."""
    tables = open_tables(path)
    assert _is_mapped(path)
    tables.source.close()
    assert _is_mapped(path)
    del tables
    assert not _is_mapped(path)

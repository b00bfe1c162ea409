"""What is written as a segment's file is what is read from it, where it lies; and nothing else is taken for one."""

from __future__ import annotations

import gc
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.codec.postings import Packed, byte_strings
from indexer.codec.reader import SegmentArrays
from indexer.codec.tables import TABLES, file_name, numbers_of, packed_of, read_tables, write_tables

_Columns = dict[str, list[Any]]

_MAPS = Path("/proc/self/maps")  # Linux's list of what a process has mapped
_TAIL = struct.Struct("<I8s")  # size of the directory, magic


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


@given(_ANY_TABLES)
@settings(max_examples=60)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, tables: dict[str, _Columns]) -> None:
    """Each table comes back with its columns, in the types it is to have, be it empty or without values."""
    written = tmp_path_factory.mktemp("any") / "any.seg"
    write_tables(written, tables)
    read, source = read_tables(written)
    assert {name: batch.to_pydict() for name, batch in read.items()} == tables
    assert {name: batch.schema for name, batch in read.items()} == dict(TABLES)
    source.close()


@given(st.lists(st.binary(max_size=6)))
def test_byte_strings_are_a_column(strings: list[bytes]) -> None:
    """Byte strings that lie end to end are an Arrow column of them, and that is them again."""
    starts = np.array([sum(map(len, strings[:number])) for number in range(len(strings) + 1)], dtype=np.int64)
    column = byte_strings(Packed(np.frombuffer(b"".join(strings), dtype=np.uint8), starts))
    column.validate(full=True)
    assert column.to_pylist() == strings
    packed = packed_of(column)
    assert packed.starts.tolist() == starts.tolist()
    assert packed.bytes.tobytes() == b"".join(strings)


def test_a_value_is_kept_once(path: Path) -> None:
    """A value field is a dictionary of its distinct values in order of first use, and a number a row."""
    tables, source = read_tables(path)
    speaker = tables["people"].column("speaker")
    assert speaker.dictionary.to_pylist() == ["é0", "é1", "é2"]
    assert speaker.indices.to_pylist() == [row % 3 for row in range(40)]
    source.close()


def test_nothing_is_copied(path: Path) -> None:
    """Arrays are where the file is mapped: opening a segment costs the same, however large it is, and nobody can write to it."""
    tables, source = read_tables(path)
    source.seek(0)
    data = source.read_buffer()
    packed = packed_of(tables["words"].column("positions"))
    for array in (packed.bytes, packed.starts, numbers_of(tables["turns"].column("length")), numbers_of(tables["words"].column("count"))):
        place = array.__array_interface__["data"][0]
        assert data.address <= place <= place + array.nbytes <= data.address + data.size
        assert not array.flags.writeable
        assert array.flags.aligned
    source.close()


def test_arrays_outlive_the_closed_file(path: Path) -> None:
    """An array that was given out holds the map it lies in."""
    tables, source = read_tables(path)
    numbers = numbers_of(tables["turns"].column("length"))
    source.close()
    del tables, source
    gc.collect()
    assert numbers.tolist() == list(range(40))


def test_every_table_begins_at_a_cache_line(path: Path) -> None:
    """Streams lie at multiples of 64 bytes, one behind the other, and the directory tells where."""
    data = path.read_bytes()
    size, magic = _TAIL.unpack(data[-_TAIL.size :])
    places = json.loads(data[-_TAIL.size - size : -_TAIL.size])
    assert magic == b"EARFUL-1"
    assert list(places) == list(TABLES)
    assert [start % 64 for start, _ in places.values()] == [0] * 5
    ends = [start + length for start, length in places.values()]
    assert all(0 <= start - end < 64 for end, (start, _) in zip([0, *ends], places.values(), strict=False))
    assert len(data) - _TAIL.size - size == ends[-1]


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


# what is no segment


def _is_mapped(path: Path) -> bool:
    gc.collect()
    return _MAPS.exists() and str(path) in _MAPS.read_text()


def _refused(path: Path) -> str:
    """Open what is no segment; give what the error says, letting the error itself go."""
    try:
        tables, source = read_tables(path)
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    source.close()
    del tables
    return ""


def _with_directory(data: bytes, change: Callable[[Any], Any]) -> bytes:
    """Give a segment's file with a changed directory."""
    size, magic = _TAIL.unpack(data[-_TAIL.size :])
    body, directory = data[: -_TAIL.size - size], json.loads(data[-_TAIL.size - size : -_TAIL.size])
    changed = json.dumps(change(directory)).encode()
    return body + changed + _TAIL.pack(len(changed), magic)


def _arrow(data: bytes, *, stream: bool) -> bytes:
    """Give a table as Arrow itself would write it to a file."""
    batch = pa.record_batch({"turn": [1, 2, 3]})
    sink = pa.BufferOutputStream()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def _with_foreign_table(data: bytes) -> bytes:
    """Put another table where the directory says that the turns are."""
    foreign = _arrow(data, stream=True)
    moved = _with_directory(data, lambda places: {**places, "turns": [0, len(foreign)]})
    return foreign + moved[len(foreign) :]


_FOREIGN: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda data: b"",
    "a few bytes": lambda data: b"EARFUL-1",
    "only the end": lambda data: data[-_TAIL.size :],
    "text": lambda data: b"no segment " * 500,
    "zeros": lambda data: bytes(len(data)),
    "another magic": lambda data: data[:-1] + b"2",
    "last byte missing": lambda data: data[:-1],
    "a byte more": lambda data: data + b"\n",
    "first byte missing": lambda data: data[1:],
    "second half missing": lambda data: data[: len(data) // 2],
    "second half zeros": lambda data: data[: len(data) // 2] + bytes(len(data) // 2),
    "front zeros": lambda data: bytes(1000) + data[1000:],
    "an Arrow file": lambda data: _arrow(data, stream=False),
    "an Arrow stream": lambda data: _arrow(data, stream=True),
    "a foreign table": _with_foreign_table,
    "a directory too large": lambda data: data[: -_TAIL.size] + _TAIL.pack(len(data), b"EARFUL-1"),
    "a directory cut off": lambda data: data[: -_TAIL.size] + _TAIL.pack(7, b"EARFUL-1"),
    "no directory": lambda data: data[: -_TAIL.size] + _TAIL.pack(0, b"EARFUL-1"),
    "a directory that is a number": lambda data: _with_directory(data, lambda places: 5),
    "a directory that is a list": lambda data: _with_directory(data, list),
    "a table missing": lambda data: _with_directory(data, lambda places: dict(list(places.items())[1:])),
    "a table more": lambda data: _with_directory(data, lambda places: {**places, "more": [0, 64]}),
    "tables exchanged": lambda data: _with_directory(data, lambda places: {**places, "calls": places["people"]}),
    "a table before the file": lambda data: _with_directory(data, lambda places: {**places, "words": [-64, 64]}),
    "a table behind the file": lambda data: _with_directory(data, lambda places: {**places, "words": [2**40, 64]}),
    "a table beyond numbers": lambda data: _with_directory(data, lambda places: {**places, "words": [2**80, 64]}),
    "a table of no bytes": lambda data: _with_directory(data, lambda places: {**places, "words": [places["words"][0], 0]}),
    "a table at no place": lambda data: _with_directory(data, lambda places: {**places, "words": None}),
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


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=300)
def test_a_flipped_bit_is_refused_or_harmless(tmp_path_factory: pytest.TempPathFactory, place: float, bit: int) -> None:
    """A single flipped bit either is an error that callers expect or one that only checksums can see: nothing else comes of it."""
    spoilt = tmp_path_factory.getbasetemp() / "spoilt.seg"
    write_tables(spoilt, _sample(3))
    data = bytearray(spoilt.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    spoilt.write_bytes(data)
    refused = _refused(spoilt)
    assert refused == "" or refused.split(":")[0] in {"ValueError", "OSError", "ArrowInvalid", "JSONDecodeError", "UnicodeDecodeError"}


def test_a_wrong_offset_does_not_end_the_process(tmp_path: Path) -> None:
    """Where the values of a field are said to lie far outside the file, asking for them is an error."""
    spoilt = tmp_path / file_name("spoilt")
    write_tables(spoilt, _sample(3))
    data, offsets = spoilt.read_bytes(), struct.pack("<4i", 0, 3, 6, 9)
    assert offsets in data
    spoilt.write_bytes(data.replace(offsets, struct.pack("<4i", 0, 2**30, 6, 9)))
    arrays = SegmentArrays.open(tmp_path, "spoilt")
    with pytest.raises(ValueError, match="ffset"):
        arrays.codes("call")
    arrays.close()


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    """No file is another error than a wrong one."""
    with pytest.raises(FileNotFoundError, match=r"none\.seg"):
        read_tables(tmp_path / "none.seg")


@pytest.mark.skipif(not _MAPS.exists(), reason="nothing tells what is mapped")
def test_a_file_is_mapped_while_it_is_open(path: Path) -> None:
    """An open segment is mapped, and no longer when it is closed and nothing of it is in use: what refusals are measured by."""
    tables, source = read_tables(path)
    assert _is_mapped(path)
    source.close()
    assert _is_mapped(path)
    del tables
    assert not _is_mapped(path)

"""What lies in a segment's file? The Arrow tables of a segment, written whole and read by memory map.

A segment is one file, `<segment>.seg`: five Arrow IPC streams of one record batch each, each beginning at a multiple of
64 bytes; then sums of all these bytes, the directory, and a tail (`checks`). The directory is JSON: of each table where its
stream lies, its rows, and where the buffers of each column lie. So nothing but the directory is read when a segment is opened:
Arrow, which trusts the bytes that it parses, parses none of the file.

Rows are in the order of their numbers: turn 3 of a segment is row 3 of `turns`, its participant the row of `people` that
it names, whose call is the row of `calls` that it names. That is the star which transcripts are: a turn is said by a
person in a call.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.codec.checks import SummedFile, Sums, read_end
from indexer.codec.postings import Packed

__all__ = ["CALL_FIELDS", "PERSON_FIELDS", "TABLES", "TURN_FIELDS", "MappedTables", "file_name", "open_tables", "write_tables"]

_ALIGNMENT = 64
_NUMBER, _START = np.dtype("<u4"), np.dtype("<i8")  # of which columns are; where long byte strings begin
_BUFFER_ALIGNMENT = 8  # Arrow's

_Place = tuple[int, int]  # first byte, bytes

_VALUE = pa.dictionary(pa.int32(), pa.string())

# The facet fields, where the star has them.
CALL_FIELDS = ("call", "company", "ticker", "exchange_code", "period", "date", "event", "warning")
PERSON_FIELDS = ("speaker", "role", "firm", "title")
TURN_FIELDS = ("section", "kind", "header")

TABLES: Mapping[str, pa.Schema] = {
    "calls": pa.schema([(name, _VALUE) for name in CALL_FIELDS]),
    "people": pa.schema([("in_call", pa.uint32()), *((name, _VALUE) for name in PERSON_FIELDS)]),
    "turns": pa.schema(
        [
            ("person", pa.uint32()),
            *((name, _VALUE) for name in TURN_FIELDS),
            ("turn", pa.uint32()),
            ("exchange", pa.uint32()),
            ("length", pa.uint32()),  # words
            ("size", pa.uint32()),  # bytes of its text
        ]
    ),
    # Texts end to end, a number of turns in each block, so that a hit costs one small block.
    "texts": pa.schema([("first_turn", pa.uint32()), ("size", pa.uint32()), ("block", pa.large_binary())]),
    "words": pa.schema(
        [
            ("word", pa.large_binary()),
            *((name, pa.uint32()) for name in ("turn_count", "count", "most", "shortest", "longest")),
            *((name, pa.large_binary()) for name in ("doc_ids", "frequencies", "positions")),
        ]
    ),
}

# Columns whose numbers name rows of a table.
_ROWS_NAMED: Mapping[tuple[str, str], str] = {
    ("turns", "person"): "people",
    ("people", "in_call"): "calls",
    ("texts", "first_turn"): "turns",
}


def file_name(segment: str) -> str:
    """Name a segment's file."""
    return f"{segment}.seg"


def write_tables(path: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the columns of all tables as one file."""
    streams: dict[str, _Place] = {}
    with path.open("wb") as file:
        summed = SummedFile(file)
        sink = pa.PythonFile(summed, mode="w")
        for table, schema in TABLES.items():
            sink.write(bytes(-sink.tell() % _ALIGNMENT))
            start = sink.tell()
            with pa.ipc.new_stream(sink, schema) as writer:
                writer.write_batch(pa.record_batch([_column(tables[table][field.name], field) for field in schema], schema=schema))
            streams[table] = (start, sink.tell() - start)
        summed.flush()
        summed.finish(json.dumps(_directory(path, streams)).encode())


def _column(values: Any, field: pa.Field) -> pa.Array:
    is_value = pa.types.is_dictionary(field.type)
    column = values if isinstance(values, pa.Array) else pa.array(values, pa.string() if is_value else field.type)
    if column.null_count and not is_value:
        raise ValueError(f"a row without {field.name}")
    return column.dictionary_encode() if pa.types.is_string(column.type) else column


def _directory(path: Path, streams: Mapping[str, _Place]) -> dict[str, Any]:
    """Say where the rows of each table lie, as Arrow has put them."""
    directory = {}
    with pa.memory_map(str(path)) as source:
        data = source.read_buffer()
        for table, (start, size) in streams.items():
            with pa.ipc.open_stream(data.slice(start, size)) as reader:
                batch = reader.read_next_batch()
            columns = {field.name: _places(column, data.address) for field, column in zip(batch.schema, batch.columns, strict=True)}
            directory[table] = {"stream": [start, size], "rows": batch.num_rows, "columns": columns}
    return directory


def _places(column: pa.Array, base: int) -> list[_Place]:
    """Give the places of a column's buffers, counted from an address; one that holds nothing is nowhere."""
    rows = len(column)
    needed: list[tuple[pa.Buffer | None, int]]
    if pa.types.is_dictionary(column.type):
        (is_there, codes), (_, starts, data) = column.indices.buffers(), column.dictionary.buffers()
        values = len(column.dictionary)
        needed = [(is_there, _bytes_of_bits(rows)), (codes, _NUMBER.itemsize * rows), (starts, _NUMBER.itemsize * (values + 1))]
        needed.append((data if values else None, data.size if data else 0))
    elif pa.types.is_large_binary(column.type):
        _, starts, data = column.buffers()
        needed = [(starts if rows else None, _START.itemsize * (rows + 1)), (data, data.size if data else 0)]
    else:
        needed = [(column.buffers()[1], _NUMBER.itemsize * rows)]
    return [(buffer.address - base, size) if buffer and size else (0, 0) for buffer, size in needed]


def _bytes_of_bits(count: int) -> int:
    return -(-count // 8)


def open_tables(path: Path) -> MappedTables:
    """Map a segment's file into memory.

    Raises:
        OSError, ValueError: there is no such file, or it is not what was written.
    """
    source = pa.memory_map(str(path))
    try:
        data = source.read_buffer()
        sums, size, directory = read_end(memoryview(data), path.name)
        return MappedTables(_known(json.loads(directory), size), data, sums, source)
    except BaseException as error:
        source.close()
        # A directory that somebody else wrote may be any JSON, of which come a KeyError, a TypeError, a RecursionError and more.
        if isinstance(error, OSError | ValueError) or not isinstance(error, Exception):
            raise
        raise ValueError(f"{path.name} is not what was written ({error!r})") from error


@dataclass(frozen=True, slots=True)
class _Table:
    """Where a table lies.

    Attributes:
        columns: Name of each column -> places of its buffers. Of numbers: the numbers. Of byte strings: where each begins, and
            the bytes. Of values: bits that say which rows have one, if not all do; codes; where each value begins; their bytes.
    """

    rows: int
    columns: Mapping[str, tuple[_Place, ...]]


def _known(directory: Any, end: int) -> dict[str, _Table]:
    """Check a directory: the tables, columns and buffers are all there, within a file's first bytes, and as large as they must be."""
    if list(directory) != list(TABLES):
        raise ValueError(f"other tables: {list(directory)}")
    return {table: _table(directory[table], table, end) for table in TABLES}


def _table(known: Any, table: str, end: int) -> _Table:
    rows, columns, schema = known["rows"], known["columns"], TABLES[table]
    if list(columns) != schema.names:
        raise ValueError(f"other columns in the table {table}")
    places = {name: tuple((start, size) for start, size in columns[name]) for name in columns}
    numbers = [rows, *(number for of_column in places.values() for place in of_column for number in place)]
    if any(type(number) is not int or not 0 <= number <= end for number in numbers):
        raise ValueError(f"a number that is none in what is known of the table {table}")
    for field in schema:
        is_inside = all(start + size <= end and not start % _BUFFER_ALIGNMENT for start, size in places[field.name])
        if not (is_inside and _is_fit(field.type, rows, [size for _, size in places[field.name]])):
            raise ValueError(f"{table}.{field.name} does not lie where it is said to")
    return _Table(rows, places)


def _is_fit(kind: pa.DataType, rows: int, sizes: Sequence[int]) -> bool:
    """Say whether a column of so many rows can have buffers of such sizes."""
    match sizes:
        case [numbers]:
            return pa.types.is_uint32(kind) and numbers == _NUMBER.itemsize * rows
        case [starts, _]:
            return pa.types.is_large_binary(kind) and starts == (_START.itemsize * (rows + 1) if rows else 0)
        case [is_there, codes, starts, _]:
            is_whole = is_there in (0, _bytes_of_bits(rows)) and codes == _NUMBER.itemsize * rows and not starts % _NUMBER.itemsize
            return pa.types.is_dictionary(kind) and is_whole
    return False


class MappedTables:
    """The tables of a segment, mapped into memory. What they give is compared with its sums before.

    Every method raises ValueError if what it is to give is not what was written, or makes no sense.

    Attributes:
        sums: Of the file.
        source: The map, which is to be closed. What was given out stays good, for it holds the map.
    """

    def __init__(self, tables: Mapping[str, _Table], data: pa.Buffer, sums: Sums, source: pa.MemoryMappedFile) -> None:
        self._tables = tables
        self._data = data
        self.sums = sums
        self.source = source

    def rows(self, table: str) -> int:
        """Count the rows of a table."""
        return self._tables[table].rows

    def numbers(self, table: str, column: str) -> NDArray[np.uint32]:
        """Give a column of numbers as uint32[rows], without a copy."""
        (place,) = self._tables[table].columns[column]
        numbers = np.frombuffer(self._required(place), dtype=_NUMBER)
        named = _ROWS_NAMED.get((table, column))
        if named and len(numbers) and numbers.max() >= self.rows(named):
            raise ValueError(f"{table}.{column} names a row that is not there")
        return numbers

    def values(self, table: str, column: str) -> tuple[NDArray[np.uint32], list[str]]:
        """Give a column of values: uint32[rows], places among its values; and these, of which the first is "" for none."""
        is_there, codes, starts, data = map(self._required, self._tables[table].columns[column])
        values = pa.StringArray.from_buffers(max(starts.size // _NUMBER.itemsize - 1, 0), starts, data)
        values.validate(full=True)  # a wrong place would end the process
        found = np.frombuffer(codes, dtype=_NUMBER) + np.uint32(1)
        if is_there.size:
            found *= np.unpackbits(np.frombuffer(is_there, dtype=np.uint8), count=len(found), bitorder="little")
        if found.max(initial=0) > len(values):
            raise ValueError(f"{table}.{column} has a value that is not there")
        return found, ["", *values.to_pylist()]

    def byte_strings(self, table: str, column: str) -> tuple[Packed, Callable[[int, int], None]]:
        """Give a column of byte strings as arrays, without a copy.

        Returns:
            The arrays, and a function that is to be called before bytes are read, with the first and behind the last of them: they
            are the greater part of a segment, and are compared with their sums when they are read.
        """
        where, (start, size) = self._tables[table].columns[column]
        starts = np.frombuffer(self._required(where), dtype=_START) if where[1] else np.zeros(1, dtype=_START)
        if starts[0] < 0 or starts[-1] > size or (starts[1:] < starts[:-1]).any():
            raise ValueError(f"{table}.{column} does not lie where it is said to")
        return Packed(np.frombuffer(self._data.slice(start, size), dtype=np.uint8), starts), self.sums.behind(start)

    def _required(self, place: _Place) -> pa.Buffer:
        start, size = place
        self.sums.require(start, start + size)
        return self._data.slice(start, size)

"""What lies in a segment's file? The Arrow tables of a segment, written whole and read by memory map.

A segment is one file, `<segment>.seg`: five Arrow IPC streams of one record batch each, each beginning at a multiple of
64 bytes; then a directory, JSON of table -> [first byte, bytes]; its size as uint32; and eight bytes that say what it is.

Rows are in the order of their numbers: turn 3 of a segment is row 3 of `turns`, its participant the row of `people` that
it names, whose call is the row of `calls` that it names. That is the star which transcripts are: a turn is said by a
person in a call.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.codec.postings import Packed

__all__ = [
    "CALL_FIELDS",
    "PERSON_FIELDS",
    "TABLES",
    "TURN_FIELDS",
    "codes_of",
    "file_name",
    "numbers_of",
    "packed_of",
    "read_tables",
    "write_tables",
]

_ALIGNMENT = 64
_TAIL = struct.Struct("<I8s")
_MAGIC = b"EARFUL-1"

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


def file_name(segment: str) -> str:
    """Name a segment's file."""
    return f"{segment}.seg"


def write_tables(path: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the columns of all tables as one file."""
    places: dict[str, tuple[int, int]] = {}
    with pa.OSFile(str(path), "wb") as sink:
        for table, schema in TABLES.items():
            sink.write(bytes(-sink.tell() % _ALIGNMENT))
            start = sink.tell()
            with pa.ipc.new_stream(sink, schema) as writer:
                writer.write_batch(pa.record_batch([_column(tables[table][field.name], field.type) for field in schema], schema=schema))
            places[table] = (start, sink.tell() - start)
        directory = json.dumps(places).encode()
        sink.write(directory + _TAIL.pack(len(directory), _MAGIC))


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode()
    return pa.array(values, kind)


def read_tables(path: Path) -> tuple[dict[str, pa.RecordBatch], pa.MemoryMappedFile]:
    """Map a segment's file into memory; give the rows of its tables, and the map, which is to be closed.

    Raises:
        OSError, ValueError: there is no such file, or it is not what was written.
    """
    source = pa.memory_map(str(path))
    try:
        data = source.read_buffer()
        return {table: _read(data, place, table) for table, place in _directory(data, path.name).items()}, source
    except BaseException as error:
        source.close()
        # Of bytes that are not what it wrote Arrow also makes a KeyError, an IndexError, a NotImplementedError or a StopIteration.
        if isinstance(error, OSError | ValueError) or not isinstance(error, Exception):
            raise
        raise ValueError(f"{path.name} is not what was written ({error!r})") from error


def _directory(data: pa.Buffer, name: str) -> dict[str, tuple[int, int]]:
    end = data.size - _TAIL.size
    size, magic = _TAIL.unpack(data.slice(max(end, 0)).to_pybytes()) if end >= 0 else (0, b"")
    if magic != _MAGIC or size > end:
        raise ValueError(f"{name} is not a whole segment")
    places: dict[str, tuple[int, int]] = json.loads(data.slice(end - size, size).to_pybytes())
    if list(places) != list(TABLES):
        raise ValueError(f"{name} has other tables")
    return places


def _read(data: pa.Buffer, place: tuple[int, int], table: str) -> pa.RecordBatch:
    start, size = place
    with pa.ipc.open_stream(pa.BufferReader(data.slice(start, size))) as reader:
        batch = reader.read_next_batch()
    if not batch.schema.equals(TABLES[table]):
        raise ValueError(f"other columns in the table {table}")
    batch.validate()
    return batch


def numbers_of(column: pa.Array) -> NDArray[np.uint32]:
    """Give a column of numbers as uint32[rows], without a copy."""
    numbers: NDArray[np.uint32] = column.to_numpy(zero_copy_only=True)
    return numbers


def codes_of(column: pa.DictionaryArray) -> NDArray[np.uint32]:
    """Give a column of values as uint32[rows], places in its dictionary counted from 1; 0 for none."""
    is_there, codes = column.indices.buffers()
    found = np.frombuffer(codes, dtype=np.uint32, count=len(column)) + np.uint32(1)
    if is_there is not None:
        found *= np.unpackbits(np.frombuffer(is_there, dtype=np.uint8), count=len(column), bitorder="little")
    return found


def packed_of(column: pa.Array) -> Packed:
    """Give a column of byte strings as arrays, without a copy."""
    _, offsets, data = column.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64, count=len(column) + 1) if len(column) else np.zeros(1, dtype=np.int64)
    return Packed(np.frombuffer(data, dtype=np.uint8) if data else np.empty(0, dtype=np.uint8), starts)

"""How do calls wait on disk that were read, until it is known which of them the index shall hold, and under which id?"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from indexer.codec import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS, CallColumns
from indexer.errors import EarfulError
from indexer.model import Transcript
from indexer.schema import call_columns

__all__ = ["Item", "pack_call", "read_calls", "unpack_call"]

# Final id of a call, and offset and length in the journal of its packed columns.
Item = tuple[str, int, int]


def pack_call(transcript: Transcript) -> bytes:
    """Make bytes of a call. Plain columns are read again seven times as fast as a transcript would be."""
    return pickle.dumps(tuple(call_columns(transcript, transcript.call)))


def read_calls(journal: Path, items: Iterable[Item]) -> Iterator[CallColumns]:
    """Read calls, each under its final id, from what `pack_call` gave.

    Raises:
        EarfulError: the file holds something else.
    """
    with open(journal, "rb") as file:
        for call, offset, length in items:
            file.seek(offset)
            columns = unpack_call(file.read(length))
            yield columns._replace(values=(call, *columns.values[1:]))


class _ColumnsUnpickler(pickle.Unpickler):
    """Reads numbers, text and tuples of them. Whoever can write into the index directory shall not have code run."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"{module}.{name} does not belong there")


def unpack_call(packed: bytes) -> CallColumns:
    """Give what `pack_call` made bytes of.

    Raises:
        EarfulError: it is something else.
    """
    try:
        columns = CallColumns(*_ColumnsUnpickler(io.BytesIO(packed)).load())
        if _is_call(columns):
            return columns
        raise ValueError("it has other columns")
    except Exception as error:  # of bytes that it did not write unpickling raises whatever there is
        raise EarfulError(
            f"what an earlier rebuild left is not what was written ({error})", hint="run it again with --fresh, which does without"
        ) from error


def _is_call(columns: CallColumns) -> bool:
    turns = len(columns.text)
    return (
        _are_values([columns.values], len(CALL_FIELDS), 1)
        and _are_values(columns.person, len(PERSON_FIELDS), turns)
        and _are_values(columns.own, len(TURN_FIELDS), turns)
        and len(columns.turn) == len(columns.exchange) == turns
        and set(map(type, (*columns.turn, *columns.exchange))) <= {int}
        and set(map(type, columns.text)) <= {str}
    )


def _are_values(rows: Sequence[Sequence[str | None]], fields: int, count: int) -> bool:
    return (
        len(rows) == count
        and set(map(type, rows)) <= {tuple}
        and all(len(row) == fields and set(map(type, row)) <= {str, type(None)} for row in set(rows))
    )

"""How do calls wait on disk that were read, until it is known which of them the index shall hold, and under which id?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from indexer.codec import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS, CallColumns
from indexer.errors import EarfulError
from indexer.model import Transcript
from indexer.schema import call_columns

__all__ = ["Item", "pack_call", "pack_columns", "read_calls", "unpack_call"]

# Final id of a call, and offset and length in the journal of its packed columns.
Item = tuple[str, int, int]

_TOO_LARGE = 1 << 32


def pack_call(transcript: Transcript) -> bytes:
    """Make bytes of a call, of which it takes no code to read them, and no more memory than they have bytes: what is said, behind a line
    of JSON with everything else. As JSON alone, or as a transcript, it would take several times as long to read.
    """
    return pack_columns(call_columns(transcript, transcript.call))


def pack_columns(columns: CallColumns) -> bytes:
    """Make bytes of a call's columns."""
    people, own = list(dict.fromkeys(columns.person)), list(dict.fromkeys(columns.own))
    head = {
        "values": columns.values,
        "people": people,
        "person": list(map({person: number for number, person in enumerate(people)}.__getitem__, columns.person)),
        "owns": own,
        "own": list(map({values: number for number, values in enumerate(own)}.__getitem__, columns.own)),
        "turn": columns.turn,
        "exchange": columns.exchange,
        "chars": list(map(len, columns.text)),
    }
    return b"\n".join((json.dumps(head).encode(), "".join(columns.text).encode()))


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


def unpack_call(packed: bytes) -> CallColumns:
    """Give what `pack_call` made bytes of.

    Raises:
        EarfulError: it is something else.
    """
    try:
        head, said = packed.split(b"\n", 1)
        return _call_of(said.decode(), **json.loads(head))
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise EarfulError(
            f"what an earlier rebuild left is not what was written ({error})", hint="run it again with --fresh, which does without"
        ) from error


def _call_of(said: str, *, values: Any, people: Any, person: Any, owns: Any, own: Any, turn: Any, exchange: Any, chars: Any) -> CallColumns:
    counts = [_numbers(column) for column in (person, own, turn, exchange, chars)]
    ends = list(accumulate(chars))
    if len(set(map(len, counts))) != 1 or (ends[-1] if ends else 0) != len(said):
        raise ValueError("its columns are not of one length")
    all_people, all_own = _rows(people, len(PERSON_FIELDS)), _rows(owns, len(TURN_FIELDS))
    return CallColumns(
        values=_rows([values], len(CALL_FIELDS))[0],
        person=[all_people[number] for number in person],
        own=[all_own[number] for number in own],
        turn=turn,
        exchange=exchange,
        text=[said[first:behind] for first, behind in zip([0, *ends], ends, strict=False)],
    )


def _numbers(column: Any) -> list[int]:
    """Give a column of numbers, if it is one."""
    if type(column) is not list or not set(map(type, column)) <= {int}:
        raise ValueError("a column has no numbers")
    if column and not 0 <= min(column) <= max(column) < _TOO_LARGE:
        raise ValueError("a number is too large")
    return column


def _rows(rows: Any, fields: int) -> list[tuple[str | None, ...]]:
    """Give rows of values as the index takes them, if they are such."""
    found = [tuple(row) for row in rows]
    if any(len(row) != fields or not set(map(type, row)) <= {str, type(None)} for row in found):
        raise ValueError("it has other values")
    return found

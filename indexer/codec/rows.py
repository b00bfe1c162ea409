"""What is a call as the index holds it? Its turns as columns, and the three tables that those of many calls become: the star."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.codec.tables import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS

__all__ = ["CallColumns", "Star", "Values"]

# Of some fields, in their order; None where there is none.
Values = tuple[str | None, ...]


class CallColumns(NamedTuple):
    """A call and its turns, in the order they were said; all but `values` are by turn.

    Attributes:
        values: Of `CALL_FIELDS`.
        person: Values of `PERSON_FIELDS`.
        own: Values of `TURN_FIELDS`.
    """

    values: Values
    person: Sequence[Values]
    own: Sequence[Values]
    turn: Sequence[int]
    exchange: Sequence[int]
    text: Sequence[str]


class Star:
    """Turns, people and calls, gathered; a person in two calls is two."""

    def __init__(self) -> None:
        self._calls: dict[Values, int] = {}
        self._people: dict[tuple[int, Values], int] = {}
        self._own: dict[Values, int] = {}
        # Of each turn: who says it, and which of the distinct values of its own it has.
        self._person, self._own_of, self._turn, self._exchange = (array("I") for _ in range(4))

    def add(self, call: CallColumns) -> None:
        """Take the next call, or some more turns of it."""
        number, people, own = self._calls.setdefault(call.values, len(self._calls)), self._people, self._own
        self._person.extend([people.setdefault((number, person), len(people)) for person in call.person])
        self._own_of.extend([own.setdefault(values, len(own)) for values in call.own])
        self._turn.extend(call.turn)
        self._exchange.extend(call.exchange)

    def columns(self, sizes: NDArray[np.uint32], lengths: NDArray[np.uint32]) -> dict[str, dict[str, Any]]:
        """Give the columns of the three tables; of each turn, `sizes` are the bytes of its text and `lengths` its words."""
        own_of = pa.array(np.array(self._own_of, dtype=np.int64))
        return {
            "calls": _by_field(CALL_FIELDS, self._calls),
            "people": {"in_call": [call for call, _ in self._people], **_by_field(PERSON_FIELDS, (person for _, person in self._people))},
            "turns": {
                "person": np.array(self._person, dtype=np.uint32),
                **{name: column.take(own_of) for name, column in _by_field(TURN_FIELDS, self._own).items()},
                "turn": np.array(self._turn, dtype=np.uint32),
                "exchange": np.array(self._exchange, dtype=np.uint32),
                "length": lengths,
                "size": sizes,
            },
        }


def _by_field(fields: tuple[str, ...], values: Iterable[Values]) -> dict[str, Any]:
    columns = list(zip(*values, strict=True)) or [()] * len(fields)
    return {name: pa.array(column, pa.string()).dictionary_encode() for name, column in zip(fields, columns, strict=True)}

"""Which turns pass the filters? One mask a field, so that a facet can leave out its own."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from indexer.errors import InvalidValue
from indexer.model import Kind, Section
from indexer.names import fold
from indexer.roles import Role
from search.query import Query
from search.reader import Snapshot

__all__ = ["Masks", "field_values", "make_masks"]

# Field -> bool[turns]: whether a turn passes the filter on that field.
Masks = dict[str, NDArray[np.bool_]]

_CLOSED: dict[str, type[StrEnum]] = {"role": Role, "section": Section, "kind": Kind}


def field_values(snapshot: Snapshot, field: str, asked: str) -> tuple[str, ...]:
    """Give the values of the index that an asked value means; none if none fits.

    Raises:
        InvalidValue: the field has a closed set of values, and it is not one of them.
    """
    if field in _CLOSED:
        for choice in _CLOSED[field]:
            if fold(choice.value) == fold(asked):
                return (choice.value,)
        raise InvalidValue(f"{field}: {asked!r} is not possible", hint=f"choose one of {', '.join(_CLOSED[field])}")
    return snapshot.matching_values(field, asked)


def make_masks(snapshot: Snapshot, query: Query) -> tuple[Masks, dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Turn a query's filters into masks.

    Returns:
        The masks; the values each filter was understood as; and a note for every asked value that nothing in the index
        fits.
    """
    masks: Masks = {}
    understood: dict[str, tuple[str, ...]] = {}
    notes: list[str] = []
    for field, asked in query.filters.items():
        wanted: dict[str, None] = {}
        for value in asked:
            values = field_values(snapshot, field, value)
            wanted.update(dict.fromkeys(values))
            if not values:
                notes.append(f"no {field} in the index fits {value!r}")
        understood[field] = tuple(wanted)
        masks[field] = _is_one_of(snapshot, field, wanted)
    if query.since or query.until:
        dates = snapshot.codes("date")
        passes = [bool(day) and _within(day, query) for day in dates.values]
        masks["date"] = np.array(passes, dtype=np.bool_)[dates.codes]
    return masks, understood, tuple(notes)


def _is_one_of(snapshot: Snapshot, field: str, wanted: dict[str, None]) -> NDArray[np.bool_]:
    column = snapshot.codes(field)
    passes: NDArray[np.bool_] = np.array([value in wanted for value in column.values], dtype=np.bool_)[column.codes]
    return passes


def _within(day: str, query: Query) -> bool:
    return (query.since is None or query.since.isoformat() <= day) and (query.until is None or day <= query.until.isoformat())

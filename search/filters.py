"""Which turns pass the filters? One mask a field, so that a facet can leave out its own."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import InvalidValue
from indexer.model import Kind, Section
from indexer.names import fold
from indexer.roles import Role
from search.budget import spending
from search.query import Query
from search.reader import Snapshot
from search.suggest import suggest_values, with_suggestions

__all__ = ["Mask", "Masks", "field_values", "make_masks"]


@dataclass(frozen=True, slots=True)
class Mask:
    """Whether a turn passes the filter on a field: `mask[doc_ids]` says it of these turns.

    Attributes:
        codes: uint32[turns], index into `passes`.
        passes: bool[values], whether turns of each value do.
    """

    codes: NDArray[np.uint32]
    passes: NDArray[np.bool_]

    def __getitem__(self, doc_ids: NDArray[Any]) -> NDArray[np.bool_]:
        passes: NDArray[np.bool_] = self.passes[self.codes[doc_ids]]
        return passes


Masks = dict[str, Mask]

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
    unfit: list[tuple[str, str]] = []
    for field, asked in query.filters.items():
        wanted: dict[str, None] = {}
        for value in spending(asked):
            values = field_values(snapshot, field, value)
            wanted.update(dict.fromkeys(values))
            if not values:
                unfit.append((field, value))
        understood[field] = tuple(wanted)
        masks[field] = _is_one_of(snapshot, field, wanted)
    if query.since or query.until:
        dates = snapshot.codes("date")
        passes = [bool(day) and _within(day, query) for day in dates.values]
        masks["date"] = Mask(dates.codes, np.array(passes, dtype=np.bool_))
    notes = with_suggestions(
        (f"no {field} in the index fits {value!r}", partial(suggest_values, snapshot, field, value)) for field, value in unfit
    )
    return masks, understood, tuple(notes)


def _is_one_of(snapshot: Snapshot, field: str, wanted: dict[str, None]) -> Mask:
    column = snapshot.codes(field)
    passes = np.zeros(len(column.values), dtype=np.bool_)
    for value in wanted:
        code = bisect_left(column.values, value)
        if column.values[code : code + 1] == (value,):
            passes[code] = True
    return Mask(column.codes, passes)


def _within(day: str, query: Query) -> bool:
    return (query.since is None or query.since.isoformat() <= day) and (query.until is None or day <= query.until.isoformat())

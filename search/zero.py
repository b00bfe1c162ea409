"""What has no hit? The values, calls and companies that pass the filters, and say nothing of what is sought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.schema import FACETS, MANY_VALUED
from search.budget import spending
from search.filters import Masks
from search.reader import Snapshot
from search.results import CallLine, FacetValue, Without

__all__ = ["with_zeros", "without_hits"]


def with_zeros(snapshot: Snapshot, masks: Masks, facets: Mapping[str, Sequence[FacetValue]]) -> dict[str, Sequence[FacetValue]]:
    """Add to each facet the values with nothing, by name: those of turns that pass all filters but that of the facet's own field."""
    return {field: _completed(snapshot, masks, field, values) if field in FACETS else values for field, values in facets.items()}


def _completed(snapshot: Snapshot, masks: Masks, field: str, values: Sequence[FacetValue]) -> tuple[FacetValue, ...]:
    turns = _passing(snapshot, {name: mask for name, mask in masks.items() if name != field})
    column = snapshot.codes(field)
    there = {column.values[code] for code in np.unique(column.codes[turns]).tolist()}
    if field in MANY_VALUED:
        there = {word for value in there for word in value.split() or [""]}
    counted = {value.value or "" for value in values}
    return (*values, *(FacetValue(value or None, 0, 0) for value in spending(sorted(there - counted))))


def without_hits(snapshot: Snapshot, masks: Masks, doc_ids: NDArray[np.uint32]) -> Without:
    """Give the calls of which a turn passes the filters and none matches, and the companies that have only such.

    Args:
        snapshot: Of the index.
        masks: The filters.
        doc_ids: The turns that match and pass them.
    """
    passing = _passing(snapshot, masks)
    calls, companies = snapshot.codes("call").codes, snapshot.codes("company")
    _, firsts = np.unique(calls[passing], return_index=True)
    a_turn = passing[firsts]
    silent = a_turn[~np.isin(calls[a_turn], calls[doc_ids])]
    names = np.setdiff1d(companies.codes[a_turn], companies.codes[doc_ids])
    lines = (CallLine(*(snapshot.value(name, doc_id) for name in CallLine._fields)) for doc_id in spending(silent.tolist()))
    return Without(calls=tuple(lines), companies=tuple(companies.values[code] for code in names.tolist()))


def _passing(snapshot: Snapshot, masks: Masks) -> NDArray[np.int64]:
    turns = np.flatnonzero(snapshot.live)
    for mask in spending(masks.values()):
        turns = turns[np.flatnonzero(mask[turns])]
    return turns

"""Who asked, and who answered? The exchanges of all calls, as arrays: which turns are in each, and who stands on its two sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from search.reader import Snapshot
from search.results import FacetValues
from search.tree import SIDE_FACETS, Side

__all__ = ["Exchanges", "SideValues", "count_side_facet", "exchanges_of"]

_CODE_BITS = 32


@dataclass(frozen=True, slots=True)
class SideValues:
    """The values that exchanges have on a side: a pair for each value of each exchange.

    Attributes:
        exchanges: int64[pairs], ascending.
        codes: int64[pairs], index into `values`; ascending within an exchange.
        values: The distinct values of the field; "" where a turn has none.
    """

    exchanges: NDArray[np.int64]
    codes: NDArray[np.int64]
    values: tuple[str, ...]


class Exchanges:
    """The exchanges of a snapshot, numbered in call order.

    Attributes:
        count: Number of exchanges.
        of_turn: int64[turns], the exchange of each turn; -1 for turns outside of any, and deleted ones.
        is_on: Side -> bool[turns], whether a turn is on that side of its exchange.
        a_turn: int64[count], the first turn of each.
        calls: int64[count], the code of each one's call.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        numbers = snapshot.numbers("exchange")
        inside = np.flatnonzero((numbers > 0) & snapshot.live)
        calls = snapshot.codes("call").codes[inside].astype(np.int64)
        # Turns stand in the order said, so the first of each is the first that was said.
        keys, first, of_inside = np.unique(calls << _CODE_BITS | numbers[inside], return_index=True, return_inverse=True)
        self.count = len(keys)
        self.of_turn = np.full(snapshot.turn_count, -1, dtype=np.int64)
        self.of_turn[inside] = of_inside
        self.a_turn = inside[first]
        kinds = snapshot.codes("kind")
        self.is_on = {side: np.array([kind == side for kind in kinds.values])[kinds.codes] & (self.of_turn >= 0) for side in Side}
        self.calls: NDArray[np.int64] = snapshot.codes("call").codes[self.a_turn].astype(np.int64)
        self._values: dict[str, SideValues] = {}

    def side_values(self, snapshot: Snapshot, facet: str) -> SideValues:
        """Give who stands on a side, of the snapshot that this was made of; made at first use."""
        if facet not in self._values:
            side, field = SIDE_FACETS[facet]
            column = snapshot.codes(field)
            turns = np.flatnonzero(self.is_on[side])
            pairs = np.unique(self.of_turn[turns] << _CODE_BITS | column.codes[turns])
            self._values[facet] = SideValues(pairs >> _CODE_BITS, pairs & (1 << _CODE_BITS) - 1, column.values)
        return self._values[facet]


_known: WeakKeyDictionary[Snapshot, Exchanges] = WeakKeyDictionary()


def exchanges_of(snapshot: Snapshot) -> Exchanges:
    """Give the exchanges of a snapshot; made at first use, which takes some 20 ms for 100,000 turns."""
    if snapshot not in _known:
        _known[snapshot] = Exchanges(snapshot)
    return _known[snapshot]


def count_side_facet(snapshot: Snapshot, facet: str, doc_ids: NDArray[Any]) -> FacetValues:
    """Count turns and calls per person, firm or role on a side of the turns' exchanges.

    Args:
        snapshot: Of the index.
        facet: One of `SIDE_FACETS`.
        doc_ids: Turns, each once.

    Returns:
        The values, most turns first, ties by value. A turn counts for each value that its exchange has; None stands for turns
        outside of exchanges, and in those with nobody on that side.
    """
    exchanges = exchanges_of(snapshot)
    side = exchanges.side_values(snapshot, facet)
    inside = exchanges.of_turn[doc_ids]
    weights = np.bincount(inside[inside >= 0], minlength=exchanges.count)
    has_side = np.zeros(exchanges.count + 1, dtype=np.bool_)  # the last, -1, is of turns outside
    has_side[side.exchanges] = True
    nobody = doc_ids[~has_side[inside]]
    chosen = np.flatnonzero(weights[side.exchanges])
    codes, of_pair = side.codes[chosen], side.exchanges[chosen]
    turns = np.bincount(codes, weights=weights[of_pair], minlength=len(side.values)).astype(np.int64)
    calls = _calls_per_code(codes, exchanges.calls[of_pair], len(side.values))
    turns[0] += len(nobody)
    if len(nobody):
        calls_without = np.append(exchanges.calls[of_pair[codes == 0]], snapshot.codes("call").codes[nobody])
        calls[0] = len(np.unique(calls_without))
    present = np.flatnonzero(turns)
    ordered = present[np.lexsort((present, -turns[present]))]
    return FacetValues(side.values, ordered, turns[ordered], calls[ordered])


def _calls_per_code(codes: NDArray[np.int64], calls: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Count the distinct calls that come with each code."""
    distinct = np.unique(codes << _CODE_BITS | calls)
    return np.bincount(distinct >> _CODE_BITS, minlength=size)

"""Who asked, and who answered? The exchanges of all calls, as arrays: which turns are in each, and who stands on its two sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from indexer.schema import MANY_VALUED
from search.budget import spending
from search.reader import Snapshot
from search.results import FacetValues
from search.tree import SIDE_FACETS, Side

__all__ = ["ExchangeValues", "Exchanges", "count_side_facet", "exchanges_of"]

_CODE_BITS = 32
_LOW = (1 << _CODE_BITS) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeValues:
    """The values that exchanges have of a field: a pair for each value of each exchange; every exchange has a pair.

    Attributes:
        names: The distinct values of the field; the first is "", for exchanges without one.
        exchanges: int64[pairs], ascending.
        codes: int64[pairs], index into `names`; ascending within an exchange.
        in_call: int64[pairs], index into `code_of`: the value with the call of the exchange.
        code_of: int64[values with calls], index into `names`.
    """

    names: tuple[str, ...]
    exchanges: NDArray[np.int64]
    codes: NDArray[np.int64]
    in_call: NDArray[np.int64]
    code_of: NDArray[np.int64]

    def tally(self, weights: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count what exchanges have, and their calls, by value: int64[names] each.

        Args:
            weights: int64 or bool[exchanges], how much of each is counted.
        """
        pairs = np.flatnonzero(weights[self.exchanges])
        codes = self.codes[pairs]
        counts = np.bincount(codes, weights=weights[self.exchanges[pairs]], minlength=len(self.names)).astype(np.int64)
        is_there = np.zeros(len(self.code_of), dtype=np.bool_)
        is_there[self.in_call[pairs]] = True
        return counts, np.bincount(self.code_of[is_there], minlength=len(self.names))

    def count(self, chosen: NDArray[np.bool_]) -> tuple[tuple[str | None, int, int], ...]:
        """Give each value that chosen exchanges have, with how many they and their calls are: most first, ties by value.

        Args:
            chosen: bool[exchanges].
        """
        counts, calls = self.tally(chosen)
        ordered = _most_first(counts)
        names = (self.names[code] or None for code in ordered.tolist())
        return tuple(zip(names, counts[ordered].tolist(), calls[ordered].tolist(), strict=True))


class Exchanges:
    """The exchanges of a snapshot, numbered in call order.

    Attributes:
        count: Number of exchanges.
        of_turn: int64[turns], the exchange of each turn; -1 for turns outside of any, and deleted ones.
        is_on: Side -> bool[turns], whether a turn is on that side of its exchange. Of some turns within nobody can tell the side.
        a_turn: int64[count], the first turn of each.
        calls: int64[count], the code of each one's call.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        numbers = snapshot.numbers("exchange")
        inside = np.flatnonzero((numbers > 0) & snapshot.live)
        calls = snapshot.codes("call").codes[inside].astype(np.int64)
        keys = calls << _CODE_BITS | numbers[inside]
        order = np.argsort(keys, kind="stable")  # turns stand in the order said, and stay in it
        begins = np.flatnonzero(np.diff(keys[order], prepend=-1))
        self._turns = inside[order]
        self._begins = np.append(begins, len(inside))
        self.count = len(begins)
        self.of_turn = np.full(snapshot.turn_count, -1, dtype=np.int64)
        self.of_turn[self._turns] = np.repeat(np.arange(self.count), np.diff(self._begins))
        kinds = snapshot.codes("kind")
        self.is_on = {side: np.array([kind == side for kind in kinds.values])[kinds.codes] & (self.of_turn >= 0) for side in Side}
        self.a_turn = self._turns[begins]
        self.calls: NDArray[np.int64] = calls[order][begins]
        self._values: dict[str, ExchangeValues] = {}

    def turns(self, number: int) -> NDArray[np.int64]:
        """Give the turns of an exchange, in the order said."""
        return self._turns[self._begins[number] : self._begins[number + 1]]

    def having(self, turns: NDArray[Any]) -> NDArray[np.bool_]:
        """Say of every exchange whether it has any of some turns: bool[count].

        Args:
            turns: Document numbers, or bool[turns].
        """
        there = np.zeros(self.count, dtype=np.bool_)
        inside = self.of_turn[turns]
        there[inside[inside >= 0]] = True
        return there

    def values_of(self, snapshot: Snapshot, field: str) -> ExchangeValues:
        """Give the values of a field of calls, or of one of `SIDE_FACETS`; made at first use.

        Args:
            snapshot: The one that this was made of.
            field: Its name.
        """
        if field not in self._values:
            self._values[field] = self._pair(*(self._on_side(snapshot, field) if field in SIDE_FACETS else self._of_call(snapshot, field)))
        return self._values[field]

    def _on_side(self, snapshot: Snapshot, facet: str) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
        """Names, and exchange and code of each value: of those who stand on a side, and none of exchanges in which nobody does."""
        side, field = SIDE_FACETS[facet]
        column = snapshot.codes(field)
        turns = np.flatnonzero(self.is_on[side])
        nobody = np.flatnonzero(~self.having(turns))
        return column.values, np.append(self.of_turn[turns], nobody), np.append(column.codes[turns], np.zeros(len(nobody), np.int64))

    def _of_call(self, snapshot: Snapshot, field: str) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
        column = snapshot.codes(field)
        codes = column.codes[self.a_turn].astype(np.int64)
        if field not in MANY_VALUED:
            return column.values, np.arange(self.count), codes
        words_of = [value.split() or [""] for value in column.values]
        names = tuple(sorted({"", *(word for words in words_of for word in words)}))
        place = {name: number for number, name in enumerate(names)}
        pairs = [(np.flatnonzero(codes == code), place[word]) for code, words in spending(enumerate(words_of)) for word in words]
        return names, np.concatenate([owners for owners, _ in pairs]), np.repeat([word for _, word in pairs], [len(o) for o, _ in pairs])

    def _pair(self, names: tuple[str, ...], owners: NDArray[np.int64], codes: NDArray[np.int64]) -> ExchangeValues:
        pairs = _distinct(owners << _CODE_BITS | codes)
        owners, codes = pairs >> _CODE_BITS, pairs & _LOW
        with_calls = codes << _CODE_BITS | self.calls[owners]
        distinct = _distinct(with_calls)
        return ExchangeValues(
            names=names, exchanges=owners, codes=codes, in_call=np.searchsorted(distinct, with_calls), code_of=distinct >> _CODE_BITS
        )


def _distinct(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give numbers, none below 0, ascending and each once; ten times as fast as np.unique, which looks each up in a table first."""
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


_known: WeakKeyDictionary[Snapshot, Exchanges] = WeakKeyDictionary()


def exchanges_of(snapshot: Snapshot) -> Exchanges:
    """Give the exchanges of a snapshot; made at first use, which takes some 5 ms for 100,000 turns."""
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
    table = exchanges_of(snapshot)
    values = table.values_of(snapshot, facet)
    inside = table.of_turn[doc_ids]
    weights = np.bincount(inside[inside >= 0], minlength=table.count)
    turns, calls = values.tally(weights)
    outside = doc_ids[inside < 0]
    if len(outside):  # which have no value, as exchanges may have none: a call that has both counts once
        without = values.exchanges[(values.codes == 0) & (weights[values.exchanges] > 0)]
        turns[0] += len(outside)
        calls[0] = len(np.union1d(table.calls[without], snapshot.codes("call").codes[outside]))
    ordered = _most_first(turns)
    return FacetValues(values.names, ordered, turns[ordered], calls[ordered])


def _most_first(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the places of numbers other than 0, the largest first, ties in order."""
    present = np.flatnonzero(counts)
    return present[np.argsort(-counts[present], kind="stable")]

"""How many matching turns and calls has each value of a field?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.schema import MANY_VALUED
from search.reader import Snapshot
from search.results import FacetValue

__all__ = ["count_calls", "count_facet"]


def count_calls(snapshot: Snapshot, doc_ids: NDArray[np.uint32]) -> int:
    """Count the calls that matching turns belong to."""
    return len(np.unique(snapshot.codes("call").codes[doc_ids]))


def count_facet(snapshot: Snapshot, doc_ids: NDArray[np.uint32], field: str) -> tuple[FacetValue, ...]:
    """Count matching turns and calls per value of a field.

    Args:
        doc_ids: uint32[n], ascending, of the turns that match.
        field: A facet field; each turn has exactly one value of it, or none, or several where the schema says so.

    Returns:
        The values that occur, most turns first, ties by value; None stands for turns without one.
    """
    column, calls = snapshot.codes(field), snapshot.codes("call")
    codes = column.codes[doc_ids]
    turns = np.bincount(codes, minlength=len(column.values))
    # A call counts once for a value, however many of its turns have it.
    pairs = np.unique(codes.astype(np.int64) * len(calls.values) + calls.codes[doc_ids])
    calls_of = np.bincount(pairs // len(calls.values), minlength=len(column.values))
    present = np.flatnonzero(turns)
    if field in MANY_VALUED:
        return _count_words({column.values[code]: (int(turns[code]), int(calls_of[code])) for code in present.tolist()})
    ordered = present[np.argsort(-turns[present], kind="stable")]
    return tuple(FacetValue(column.values[code] or None, int(turns[code]), int(calls_of[code])) for code in ordered.tolist())


def _count_words(counts: dict[str, tuple[int, int]]) -> tuple[FacetValue, ...]:
    """Part the counts of combinations into counts of their words; a call has one combination, so counts of calls add up too."""
    words: dict[str, tuple[int, int]] = {}
    for combination, (turns, calls) in counts.items():
        for word in combination.split() or [""]:
            so_far = words.get(word, (0, 0))
            words[word] = (so_far[0] + turns, so_far[1] + calls)
    ordered = sorted(words.items(), key=lambda item: (-item[1][0], item[0]))
    return tuple(FacetValue(word or None, turns, calls) for word, (turns, calls) in ordered)

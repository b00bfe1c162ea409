"""What of a segment goes into one that it is merged into? Its calls, and their words in the order said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from indexer.codec.reader import SegmentArrays
from indexer.codec.rows import CallColumns, Values
from indexer.codec.tables import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS
from indexer.codec.tokens import Tokens

__all__ = ["calls_of", "tokens_of"]

_BATCH_WORDS = 2_000_000  # that are given at once


def calls_of(arrays: SegmentArrays, live: NDArray[np.bool_]) -> Iterator[CallColumns]:
    """Give the live turns of a segment, `live` being bool[turns], under their calls."""
    calls, people, own = (_values(arrays, fields) for fields in (CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS))
    turns, exchanges = (arrays.numbers("turns", name).tolist() for name in ("turn", "exchange"))
    for call, group in groupby(np.flatnonzero(live).tolist(), key=calls.__getitem__):
        doc_ids = list(group)
        yield CallColumns(
            values=call,
            person=[people[doc_id] for doc_id in doc_ids],
            own=[own[doc_id] for doc_id in doc_ids],
            turn=[turns[doc_id] for doc_id in doc_ids],
            exchange=[exchanges[doc_id] for doc_id in doc_ids],
            text=[arrays.text(doc_id) for doc_id in doc_ids],
        )


def _values(arrays: SegmentArrays, fields: Sequence[str]) -> list[Values]:
    """Give the values that each turn has of some fields."""
    columns = []
    for field in fields:
        codes, values = arrays.codes(field)
        columns.append([values[code] or None for code in codes.tolist()])
    return list(zip(*columns, strict=True))


def tokens_of(arrays: SegmentArrays, numbers: NDArray[np.uint32], live: NDArray[np.bool_]) -> Iterator[Tokens]:
    """Give what is said in the live turns of a segment; `numbers`, uint32[words], are those that its words shall have."""
    starts = arrays.turn_starts
    said = np.zeros(int(starts[-1]), dtype=np.uint32)
    said[arrays.all_positions()] = np.repeat(numbers, arrays.numbers("words", "count"))
    first = 0
    while first < arrays.turn_count:
        last = max(first + 1, int(np.searchsorted(starts, int(starts[first]) + _BATCH_WORDS, side="right")) - 1)
        chosen, lengths = live[first:last], arrays.lengths[first:last]
        yield Tokens(said[starts[first] : starts[last]][np.repeat(chosen, lengths)], lengths[chosen])
        first = last

"""Which turns say a word? The words of turns in the order said in, postings by word out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.codec.postings import Postings, Steps, pack_groups, reduce_groups
from indexer.codec.tokens import Tokens

__all__ = ["invert"]

_WORD_SHIFT = np.int64(32)


def invert(tokens: Tokens) -> Postings:
    """Sort what is said by word and place; words come in the order of their numbers."""
    # Word and place in one number: sorted, all that is asked for stands in order.
    keys = tokens.ids.astype(np.int64)
    keys <<= _WORD_SHIFT
    keys |= np.arange(len(keys))
    keys.sort()
    said = (keys >> _WORD_SHIFT).astype(np.uint32)
    places = keys.astype(np.uint32)  # the low half
    begins = _begins(said[1:] != said[:-1], len(said))  # where each word's places begin
    lengths = tokens.counts
    turn_of = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)[places]
    is_new = turn_of[1:] != turn_of[:-1]
    is_new[begins[1:-1] - 1] = True
    firsts = _begins(is_new, len(said))  # of each word and turn, its first place
    postings = np.searchsorted(firsts, begins)  # where each word's turns begin
    doc_ids, frequencies = turn_of[firsts[:-1]], np.diff(firsts).astype(np.uint32)
    own = lengths[doc_ids]
    return Postings(
        words=said[begins[:-1]],
        turn_counts=np.diff(postings).astype(np.uint32),
        counts=np.diff(begins).astype(np.uint32),
        most=reduce_groups(np.maximum, frequencies, postings),
        shortest=reduce_groups(np.minimum, own, postings),
        longest=reduce_groups(np.maximum, own, postings),
        doc_ids=_steps(doc_ids, postings),
        frequencies=pack_groups(frequencies, postings),
        positions=_steps(places, begins),
        lengths=lengths,
    )


def _begins(is_other: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    """Give where runs of equal things begin and, last, where all ends; of each but the first is said whether it is another."""
    return np.concatenate(([0], np.flatnonzero(is_other) + 1, [count])) if count else np.zeros(1, dtype=np.int64)


def _steps(ascending: NDArray[np.uint32], begins: NDArray[np.int64]) -> Steps:
    """Make steps of numbers that ascend within each group."""
    firsts, lasts = ascending[begins[:-1]], ascending[begins[1:] - 1]
    steps = np.diff(ascending, prepend=np.uint32(0))
    steps[begins[:-1]] = firsts
    return Steps(pack_groups(steps, begins), firsts, lasts)

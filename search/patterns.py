"""Which words does a pattern mean? A pattern and words in order in, the places of the words that fit out."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from fnmatch import translate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q

__all__ = ["fitting", "to_bytes"]

_BEHIND = b"\xff"  # which no UTF-8 has
_SPECIAL = re.compile(r"[*?\[]")


def fitting(pattern: q.Query, words: Sequence[bytes]) -> NDArray[np.int64]:
    """Give the places of the words that a pattern means, ascending.

    Args:
        pattern: A `Prefix`, `Wildcard`, `FuzzyTerm` or `TermRange`; its field does not count.
        words: UTF-8, ascending.
    Cost: a binary search; for a wildcard, or an edit distance, a look at all words that begin as it must.
    """
    return _RULES[type(pattern)](pattern, words)


def to_bytes(word: str | bytes) -> bytes:
    """Give a word of a query tree as the index holds it."""
    return word if isinstance(word, bytes) else word.encode()


def _begins(words: Sequence[bytes], start: str | bytes) -> tuple[int, int]:
    prefix = to_bytes(start)
    return bisect_left(words, prefix), bisect_left(words, prefix + _BEHIND)


def _prefix(pattern: q.Prefix, words: Sequence[bytes]) -> NDArray[np.int64]:
    return np.arange(*_begins(words, pattern.text))


def _wildcard(pattern: q.Wildcard, words: Sequence[bytes]) -> NDArray[np.int64]:
    fits = re.compile(translate(pattern.text)).match
    first, last = _begins(words, _SPECIAL.split(pattern.text, maxsplit=1)[0])
    return first + np.flatnonzero([fits(word.decode()) is not None for word in words[first:last]])


def _fuzzy(pattern: q.FuzzyTerm, words: Sequence[bytes]) -> NDArray[np.int64]:
    from rapidfuzz.distance import Levenshtein  # here: 10 ms of every start, for a kind of query that few are
    from rapidfuzz.process import cdist

    # Whoosh's documentation says Damerau-Levenshtein; its automaton counts two letters that changed places as two edits.
    first, last = _begins(words, pattern.text[: pattern.prefixlength])
    candidates = [word.decode() for word in words[first:last]]
    edits = cdist([pattern.text], candidates, scorer=Levenshtein.distance, score_cutoff=pattern.maxdist, dtype=np.int32)
    return first + np.flatnonzero(edits <= pattern.maxdist)


def _range(pattern: q.TermRange, words: Sequence[bytes]) -> NDArray[np.int64]:
    first, last = 0, len(words)
    if pattern.start is not None:
        first = (bisect_right if pattern.startexcl else bisect_left)(words, to_bytes(pattern.start))
    if pattern.end is not None:
        last = (bisect_left if pattern.endexcl else bisect_right)(words, to_bytes(pattern.end))
    return np.arange(first, last)


_RULES: dict[type, Callable[[Any, Sequence[bytes]], NDArray[np.int64]]] = {
    q.Prefix: _prefix,
    q.Wildcard: _wildcard,
    q.FuzzyTerm: _fuzzy,
    q.TermRange: _range,
}

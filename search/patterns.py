"""Which words does a pattern mean? A pattern and words in order in, the places of the words that fit out."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from fnmatch import translate
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q

from indexer.codec import ByteStrings
from search.budget import spend, spending

__all__ = ["fits", "fitting", "in_shares", "to_bytes"]

_BEHIND = b"\xff"  # which no UTF-8 has
_SPECIAL = re.compile(r"[*?\[]")
_WILD = {"?": rb"(?:[\x00-\x09\x0b-\x7f]|[\xc0-\xff][\x80-\xbf]*)"}  # one letter, in UTF-8
_LINE_END = ord("\n")
_MOST_LOOKED_AT = 65_536  # words, before one looks at the time; a hundredth of a second
_MOST_AT_ONCE = 1 << 20  # postings or places, of which memory is taken for some arrays


def fitting(pattern: q.Query, words: Sequence[bytes]) -> NDArray[np.int64]:
    """Give the places of the words that a pattern means, ascending.

    Args:
        pattern: A `Prefix`, `Wildcard`, `FuzzyTerm` or `TermRange`; its field does not count.
        words: UTF-8, ascending.
    Cost: a binary search; for a wildcard, or an edit distance, a look at all words that begin as it must.
    """
    spend()
    return _RULES[type(pattern)](pattern, words)


def fits(pattern: q.Query, word: str) -> bool:
    """Say whether a pattern means a word."""
    if isinstance(pattern, q.Wildcard) and "[" not in pattern.text:  # asked of each word of a snippet
        return _pattern(pattern.text).match(word.encode() + b"\n") is not None
    return len(fitting(pattern, [word.encode()])) > 0


def in_shares(counts: NDArray[np.uint32]) -> list[slice]:
    """Cut words into runs of about a million postings or places together.

    Args:
        counts: uint32[words], how many each word has.
    """
    upto = np.cumsum(counts, dtype=np.int64) // _MOST_AT_ONCE
    cuts = [0, *(np.flatnonzero(np.diff(upto)) + 1).tolist(), len(counts)]
    return [slice(start, end) for start, end in pairwise(cuts) if start < end]


def to_bytes(word: str | bytes) -> bytes:
    """Give a word of a query tree as the index holds it."""
    return word if isinstance(word, bytes) else word.encode()


def _begins(words: Sequence[bytes], start: str | bytes) -> tuple[int, int]:
    prefix = to_bytes(start)
    return bisect_left(words, prefix), bisect_left(words, prefix + _BEHIND)


def _prefix(pattern: q.Prefix, words: Sequence[bytes]) -> NDArray[np.int64]:
    return np.arange(*_begins(words, pattern.text))


def _wildcard(pattern: q.Wildcard, words: Sequence[bytes]) -> NDArray[np.int64]:
    first, last = _begins(words, _SPECIAL.split(pattern.text, maxsplit=1)[0])
    if "[" in pattern.text:
        fits = re.compile(translate(pattern.text)).match
        return first + np.flatnonzero([fits(word.decode()) is not None for word in words[first:last]])
    parts = (
        _of_lines(words, start, min(start + _MOST_LOOKED_AT, last), _pattern(pattern.text)) for start in range(first, last, _MOST_LOOKED_AT)
    )
    return np.concatenate([np.empty(0, dtype=np.int64), *spending(parts)])


def _of_lines(words: Sequence[bytes], first: int, last: int, pattern: re.Pattern[bytes]) -> NDArray[np.int64]:
    """Search many words at once, which is ten times as fast as one by one."""
    lines = _joined(words, first, last)
    begins = [match.start() for match in pattern.finditer(lines)]
    ends = np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == _LINE_END)
    return first + np.searchsorted(ends, begins)


@lru_cache(maxsize=64)
def _pattern(text: str) -> re.Pattern[bytes]:
    """Make a pattern of lines."""
    first, *others = [b"".join(_WILD.get(char) or re.escape(char).encode() for char in part) for part in text.split("*")]
    *middle, last = others or [b""]
    # Of several parts between * each is looked for where it is found first, and nowhere else if what follows does not fit then. That
    # finds all that fits, in time that grows with the length of a word, not with a power of it. One part alone has no such power, and
    # is found in half the time by going back from the end.
    form = rb"[^\n]*%b" if len(middle) < 2 else rb"(?>[^\n]*?%b)"
    wild = b"".join(form % part for part in middle) + rb"[^\n]*" + last
    return re.compile(b"^" + first + (wild if others else b"") + rb"(?=\n)", re.MULTILINE)


def _fuzzy(pattern: q.FuzzyTerm, words: Sequence[bytes]) -> NDArray[np.int64]:
    from rapidfuzz.distance import Levenshtein  # here: 10 ms of every start, for a kind of query that few are
    from rapidfuzz.process import cdist

    # Whoosh's documentation says Damerau-Levenshtein; its automaton counts two letters that changed places as two edits.
    first, last = _begins(words, pattern.text[: pattern.prefixlength])
    candidates = _joined(words, first, last).decode().split("\n")[:-1]
    edits = cdist([pattern.text], candidates, scorer=Levenshtein.distance, score_cutoff=pattern.maxdist, dtype=np.int32)
    return first + np.flatnonzero(edits <= pattern.maxdist)


def _joined(words: Sequence[bytes], first: int, last: int) -> bytes:
    if isinstance(words, ByteStrings):
        return words.joined(first, last)
    return b"".join(word + b"\n" for word in words[first:last])


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

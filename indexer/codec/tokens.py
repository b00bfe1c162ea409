"""Which words do texts hold, all at once? What `analysis.words` gives, as numbers of the distinct words of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from indexer.analysis import blank_tags, normalise, words_as_written

__all__ = ["Tokens", "tokenise"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of some texts.

    Attributes:
        words: The distinct words, UTF-8.
        ids: uint32[tokens], index into `words`, in the order said.
        counts: uint32[texts], how many words each text has.
    """

    words: tuple[bytes, ...]
    ids: NDArray[np.uint32]
    counts: NDArray[np.uint32]


def tokenise(texts: Sequence[str]) -> Tokens:
    """Part texts into words. Speech repeats itself: what stands between two spaces is looked at by the analyzer once, not each time."""
    said_in = _Chunks()
    ids: list[int] = []
    ends = [0]
    for text in texts:
        ids.extend(chain.from_iterable(map(said_in.__getitem__, blank_tags(text).split())))
        ends.append(len(ids))
    return Tokens(tuple(said_in.numbers), np.array(ids, dtype=np.uint32), np.diff(ends).astype(np.uint32))


class _Chunks(dict[str, tuple[int, ...]]):
    """Characters without white space -> numbers of the words in them; what is new is looked at when it is asked for.

    Attributes:
        numbers: Word -> its number.
    """

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[bytes, int] = {}

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        numbers = self.numbers
        self[chunk] = found = tuple([numbers.setdefault(word, len(numbers)) for word in _words_of(chunk)])
        return found


@lru_cache(maxsize=65_536)
def _words_of(chunk: str) -> tuple[bytes, ...]:
    """Give the words of a run of characters without white space; no word reaches over any."""
    return tuple(normalise(word).encode() for word in words_as_written(chunk))

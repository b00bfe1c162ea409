"""Which words do texts hold, all at once? What `analysis.words` gives, as numbers of the distinct words of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.analysis import normalise, raw_words

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
    """Part texts into words. Case and accents are folded once for each distinct word, which halves the time of `words`."""
    found: list[str] = []
    counts = np.empty(len(texts), dtype=np.uint32)
    for number, text in enumerate(texts):
        said = raw_words(text)
        counts[number] = len(said)
        found += said
    numbers: dict[str, int] = {}
    number_of = {raw: numbers.setdefault(normalise(raw), len(numbers)) for raw in dict.fromkeys(found)}
    ids = np.fromiter(map(number_of.__getitem__, found), dtype=np.uint32, count=len(found))
    return Tokens(tuple(word.encode() for word in numbers), ids, counts)

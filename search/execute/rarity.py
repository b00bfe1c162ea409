"""How rare is a word? Counts over all segments, as Whoosh's searcher has them, and what they make of a turn's words."""

from __future__ import annotations

from collections import Counter
from math import log
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from whoosh.query import Query as Tree

from indexer.errors import InvalidValue
from search.budget import spending
from search.execute.found import DocIds, Scores
from search.execute.weighting import TurnWeighting
from search.patterns import fitting
from search.reader import Segment, Snapshot

__all__ = ["Rarity"]

_MOST_MEANT = 50_000  # words of a pattern; their list alone takes 5 MB


class Rarity:
    """How rare words are in a snapshot, for one query."""

    def __init__(self, snapshot: Snapshot, weighting: TurnWeighting) -> None:
        self._snapshot = snapshot
        self._weighting = weighting
        self._places: dict[Tree, list[NDArray[np.int64]]] = {}
        self._idfs: dict[Tree, list[Scores]] = {}

    def score(self, segment: Segment, idf: float | Scores, doc_ids: DocIds, frequencies: NDArray[np.uint32]) -> Scores:
        """Give the scores of turns that say a word so often; `idf` is that of the word, or of each turn's word."""
        # As `whoosh.scoring.bm25`, of which what depends on a turn's length alone is computed once for an open index.
        scores = frequencies.astype(np.float64)
        below = scores + _length_norms(self._snapshot, self._weighting)[segment.first :][doc_ids]
        scores *= idf * (self._weighting.K1 + 1)
        scores /= below
        return scores

    def idf(self, word: str) -> float:
        """How rare a word is; of the forms of one word, how rare the commonest is."""
        return min(self._idf(form) for form in self._weighting.forms_of(word))

    def _idf(self, word: str) -> float:
        return self._of_count(self._snapshot.turns_that_say(word))

    def _of_count(self, turns: int) -> float:
        return log(self._snapshot.turn_count / (turns + 1)) + 1

    def places(self, pattern: Any) -> list[NDArray[np.int64]]:
        """Give by segment the words that a pattern means; found once for all segments.

        Raises:
            InvalidValue: they are too many.
        """
        if pattern not in self._places:
            found = [fitting(pattern, segment.arrays.words) for segment in self._snapshot.segments]
            self._check(pattern, found)
            self._places[pattern] = found
        return self._places[pattern]

    def _check(self, pattern: Any, found: list[NDArray[np.int64]]) -> None:
        """Refuse what means too many words, counting each once, in whatever segments it is said."""
        if sum(map(len, found)) <= _MOST_MEANT:
            return
        pairs = spending(zip(self._snapshot.segments, found, strict=True))
        count = len({word for segment, places in pairs for word in spending(segment.arrays.words[place] for place in places.tolist())})
        if count > _MOST_MEANT:
            raise InvalidValue(f"{pattern} means {count:,} words", hint=f"write more of its letters; {_MOST_MEANT:,} words are possible")

    def idfs(self, pattern: Any) -> list[Scores]:
        """Give by segment how rare each of these words is; computed once for all segments."""
        if pattern not in self._idfs:
            turns: Counter[bytes] = Counter()
            words = []
            for segment, places in zip(self._snapshot.segments, self.places(pattern), strict=True):
                words.append([segment.arrays.words[place] for place in spending(places.tolist())])
                counts = segment.arrays.numbers("words", "turn_count")[places]
                turns.update(dict(zip(words[-1], counts.tolist(), strict=True)))
            idfs = {word: self._idf_of_counted(word.decode(), count) for word, count in spending(turns.items())}
            self._idfs[pattern] = [np.array([idfs[word] for word in said], dtype=np.float64) for said in words]
        return self._idfs[pattern]

    def _idf_of_counted(self, word: str, turns: int) -> float:
        return self.idf(word) if self._weighting.is_grouped(word) else self._of_count(turns)


_norms: WeakKeyDictionary[Snapshot, Scores] = WeakKeyDictionary()


def _length_norms(snapshot: Snapshot, model: TurnWeighting) -> Scores:
    """Give what a turn's length takes from its score: float64[turns], over all segments."""
    if snapshot not in _norms:
        average = snapshot.average_length or 1  # if no turn has words, as Whoosh has it
        _norms[snapshot] = model.K1 * ((1 - model.B) + model.B * snapshot.lengths / average)
    return _norms[snapshot]

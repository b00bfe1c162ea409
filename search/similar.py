"""Where else is something like this said? The turns of other calls that are most like a passage.

A passage is known by its telling words: those that it says more than others do. Turns that say many of these are found as by any
query, and of the best of them every word is weighed: how like two turns are is the cosine of their words, each weighed by how
often it is said and how rare it is (tf-idf).

Source: Salton and Buckley (1988), Term-weighting approaches in automatic text retrieval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q

from indexer.analysis import words
from indexer.errors import InvalidValue, UnknownCall
from search.budget import spending
from search.execute.answer import make_hits
from search.execute.match import match
from search.execute.select import about_of
from search.export import Exportable
from search.filters import make_masks
from search.query import Query
from search.reader import Snapshot
from search.results import HIT_COLUMNS, Hit, hit_row
from search.snippets import Cue
from search.tables import About, Table

__all__ = ["Similar", "similar_to"]

_MOST_TELLING = 25
_FEWEST_TELLING = 3
_FEWEST_SHARED = 2  # telling words; with one in common two turns are about the same by chance
_FEWEST_TURNS = 2  # that say a telling word: what nobody else says finds nobody else
# What more turns than these say tells nothing, in a large index; in a small one nothing is so frequent.
_MOST_TURNS_SHARE = 0.1
_MOST_TURNS = 50
_MOST_WEIGHED = 150  # turns of which every word is looked at
_SCORE_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar(Exportable):
    """Turns that are like a passage.

    Attributes:
        call, turn, speaker: Which passage.
        words: Its telling words, the most telling first.
        hits: The turns that are most like it, the likest first; their score is the cosine, of 1. Of turns with the same words the
            first is given.
        notes: Why nothing may have been found, a line each.
        about: What was asked of which index.
    """

    call: str
    turn: int
    speaker: str
    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    notes: tuple[str, ...]
    about: About

    @property
    def understood(self) -> str:
        """What was looked for, in words."""
        return f"turns that say much of: {', '.join(self.words)}"

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of `earful similar --json`."""
        of = {"call": self.call, "turn": self.turn, "speaker": self.speaker}
        return {"of": of, "words": list(self.words), "hits": [hit.to_dict() for hit in self.hits], **self.about.to_dict()}

    def tables(self) -> tuple[Table, ...]:
        """Give a row a turn."""
        return (Table(name="hits", columns=HIT_COLUMNS, rows=tuple(hit_row(hit, HIT_COLUMNS) for hit in self.hits)),)


def similar_to(snapshot: Snapshot, call: str, turn: int, query: Query, *, within_call: bool = False) -> Similar:
    """Find turns like one turn.

    Args:
        snapshot: Of the index.
        call: The id of its call; case does not count.
        turn: Its number.
        query: Filters, limit and offset of the turns to find; its text does not count.
        within_call: Whether turns of the same call may be found.

    Raises:
        UnknownCall: there is no such call or turn.
        InvalidValue: too little is said in it; or as `make_masks`.
    """
    of = _find(snapshot, call, turn)
    weights = _Weights(snapshot)
    passage = weights.of(of)
    telling = _telling(snapshot, of, weights)
    if len(telling) < _FEWEST_TELLING:
        raise InvalidValue(f"turn {turn} of {snapshot.value('call', of)} says too little to look for", hint="choose a longer one")
    found = match(snapshot, q.Or([q.Term("text", word) for word in telling]))
    masks, _, notes = make_masks(snapshot, query)
    passes = [mask[found.doc_ids] for mask in masks.values()]
    calls = snapshot.codes("call").codes
    passes.append(calls[found.doc_ids] != calls[of] if not within_call else found.doc_ids != of)
    kept = found.at(np.flatnonzero(np.logical_and.reduce(passes)))
    scores = kept.scores
    best = np.argpartition(-scores, _MOST_WEIGHED)[:_MOST_WEIGHED] if len(scores) > _MOST_WEIGHED else np.arange(len(scores))
    doc_ids, likeness = _weigh(snapshot, np.sort(kept.doc_ids[best]), passage, frozenset(telling), weights)
    shown = slice(query.offset, query.offset + query.limit)
    cues: tuple[frozenset[Cue], ...] = tuple(frozenset({((word,), False)}) for word in telling)
    return Similar(
        call=snapshot.value("call", of) or "",
        turn=turn,
        speaker=snapshot.value("speaker", of) or "",
        words=telling,
        hits=tuple(make_hits(snapshot, doc_ids[shown], likeness[shown], cues, None)),
        notes=notes,
        about=about_of(snapshot, query),
    )


def _find(snapshot: Snapshot, call: str, turn: int) -> int:
    doc_ids = snapshot.turns_of_known(call)
    numbers = snapshot.numbers("turn")
    for doc_id in doc_ids:
        if numbers[doc_id] == turn:
            return doc_id
    raise UnknownCall(f"{snapshot.value('call', doc_ids[0])} has no turn {turn}", hint=f"it has {len(doc_ids)}")


class _Weights:
    """How much words weigh in turns, by how often they are said there and how few turns say them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._rarity: dict[str, float] = {}

    def of(self, doc_id: int) -> Mapping[str, float]:
        """Weigh the words of a turn."""
        said = Counter(words(self._snapshot.text(doc_id)))
        return {word: (1 + log(count)) * self.rarity(word) for word, count in said.items()}

    def rarity(self, word: str) -> float:
        """Say how rare a word is: the logarithm of how many times as many turns there are as say it."""
        if word not in self._rarity:
            self._rarity[word] = log(self._snapshot.turn_count / max(self._snapshot.turns_that_say(word), 1))
        return self._rarity[word]

    @cached_property
    def most(self) -> float:
        """How many turns say a telling word at most."""
        return max(_MOST_TURNS, _MOST_TURNS_SHARE * self._snapshot.turn_count)


def _telling(snapshot: Snapshot, of: int, weights: _Weights) -> tuple[str, ...]:
    """Give the words that tell a passage from others: no numbers, and no names of people on the call and of the company."""
    calls = snapshot.codes("call").codes
    speakers = snapshot.codes("speaker")
    on_call = np.unique(speakers.codes[np.flatnonzero(calls == calls[of])]).tolist()
    named = [*(speakers.values[code] for code in on_call), snapshot.value("company", of) or ""]
    names = {word for name in named for word in words(name)}
    weighed = weights.of(of)
    chosen = [word for word in weighed if word not in names and not any(map(str.isdigit, word)) and any(map(str.isalpha, word))]
    telling = [word for word in chosen if _FEWEST_TURNS <= snapshot.turns_that_say(word) <= weights.most]
    return tuple(sorted(telling, key=lambda word: (-weighed[word], word))[:_MOST_TELLING])


def _weigh(
    snapshot: Snapshot, doc_ids: NDArray[np.uint32], passage: Mapping[str, float], telling: frozenset[str], weights: _Weights
) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """Order turns by how like they are to a passage, ties in call order; of turns with the same words keep the first."""
    seen: set[tuple[tuple[str, float], ...]] = set()
    ranked: list[tuple[float, int, int]] = []
    ordered = doc_ids[np.argsort(snapshot.call_order(doc_ids))]
    for doc_id in spending(ordered.tolist()):
        weighed = weights.of(doc_id)
        same = tuple(sorted(weighed.items()))
        if len(telling & weighed.keys()) >= _FEWEST_SHARED and same not in seen:
            seen.add(same)
            ranked.append((-round(_cosine(passage, weighed), _SCORE_DIGITS), len(ranked), doc_id))
    ranked.sort()
    return np.array([doc_id for *_, doc_id in ranked], dtype=np.uint32), np.array([-likeness for likeness, *_ in ranked], dtype=np.float64)


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    shared = sum(weight * other[word] for word, weight in one.items() if word in other)
    return shared / sqrt(_square(one.values()) * _square(other.values())) if shared else 0.0


def _square(weights: Iterable[float]) -> float:
    return sum(weight * weight for weight in weights)

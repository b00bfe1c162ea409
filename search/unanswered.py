"""Which questions have no answer, as far as words tell? Lexical cues with their evidence, never a judgement of a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q

from search.deferrals import load_deferrals
from search.execute.match import match
from search.execute.mentions import sought
from search.execute.phrases import phrase_begins, turns_at
from search.explain import explain
from search.reader import Snapshot
from search.results import Snippet
from search.sides import Exchanges
from search.snippets import make_snippet
from search.tree import Forms, Scope, Side, Synonymous

__all__ = ["Evidence", "Unanswered"]

_Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why an exchange counts as unanswered.

    Attributes:
        cue: `no-answer`, nobody says anything behind the question; `not-said`, no answer says what is sought, or a synonym of it;
            `put-off`, an answer has words by which answers are put off.
        words: What is not said; or the words that put off.
        turn, snippet: Where they stand; None for the others.
    """

    cue: str
    words: tuple[str, ...]
    turn: int | None = None
    snippet: Snippet | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of it."""
        shown = self.snippet and {"text": self.snippet.text, "matches": [list(match) for match in self.snippet.matches]}
        return {"cue": self.cue, "words": list(self.words), "turn": self.turn, "snippet": shown}

    def in_words(self) -> str:
        """Say it in a line."""
        if self.cue == "no-answer":
            return "nobody answers"
        if self.cue == "not-said":
            return f"no answer says {' or '.join(self.words)}"
        return f'turn {self.turn} has "{" ".join(self.words)}"'


class Unanswered:
    """The cues in all exchanges for one query."""

    def __init__(self, snapshot: Snapshot, table: Exchanges, tree: q.Query) -> None:
        """Take the query's tree; it is parsed with synonyms, so that an answer in other words is one."""
        self._snapshot = snapshot
        self._answers = np.flatnonzero(table.is_on[Side.ANSWER])
        self._of_answer = table.of_turn[self._answers]
        self._sought = tuple(dict.fromkeys(part for asked in _of_questions(tree) for part in sought(asked)))
        self._is_answered = self._where(table, table.is_on[Side.ANSWER])
        self._says = self._where(table, self._turns_that_say(snapshot) & table.is_on[Side.ANSWER])
        self._puts_off = self._where(table, (_deferring(snapshot) >= 0) & table.is_on[Side.ANSWER])

    @staticmethod
    def _where(table: Exchanges, turns: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """bool[exchanges]: which have any of some turns."""
        there = np.zeros(table.count, dtype=np.bool_)
        there[table.of_turn[np.flatnonzero(turns)]] = True
        return there

    def _turns_that_say(self, snapshot: Snapshot) -> NDArray[np.bool_]:
        says = np.zeros(snapshot.turn_count, dtype=np.bool_)
        for part in self._sought:
            says[match(snapshot, part).doc_ids] = True
        return says

    def holds(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of exchanges whether any cue is there: bool[n]."""
        not_said = ~self._says[ids] if self._sought else ~self._is_answered[ids]
        return not_said | self._puts_off[ids]

    def of(self, number: int) -> tuple[Evidence, ...]:
        """Give the cues of an exchange, each with its evidence."""
        return tuple(self._evidence(number))

    def _evidence(self, number: int) -> Iterator[Evidence]:
        if not self._is_answered[number]:
            yield Evidence(cue="no-answer", words=())
            return
        if self._sought and not self._says[number]:
            yield Evidence(cue="not-said", words=tuple(map(_name, self._sought)))
        deferring, phrases = _deferring(self._snapshot), load_deferrals()
        first, last = np.searchsorted(self._of_answer, [number, number + 1])
        for doc_id in self._answers[first:last].tolist():
            if deferring[doc_id] >= 0:
                phrase = phrases[deferring[doc_id]]
                snippet = make_snippet(self._snapshot.text(doc_id), (frozenset({(phrase, False)}),))
                yield Evidence(cue="put-off", words=phrase, turn=int(self._snapshot.numbers("turn")[doc_id]), snippet=snippet)


def _name(part: q.Query) -> str:
    """Name what is sought by the form that was asked for."""
    return _name(part.subqueries[0]) if isinstance(part, Forms | Synonymous) else explain(part)


def _of_questions(tree: q.Query) -> Iterator[q.Query]:
    """Give what is sought in questions: all but what is asked of answers, or excluded."""
    if isinstance(tree, Scope):
        if tree.side is Side.QUESTION:
            yield tree.child
    elif type(tree) in (q.And, q.Or):
        for part in tree.subqueries:
            yield from _of_questions(part)
    elif not isinstance(tree, q.Not):
        yield tree


_known: WeakKeyDictionary[Snapshot, NDArray[np.int16]] = WeakKeyDictionary()


def _deferring(snapshot: Snapshot) -> NDArray[np.int16]:
    """int16[turns]: the first phrase of the list that each turn has, -1 if none; looked for once for an open index."""
    if snapshot not in _known:
        found = np.full(snapshot.turn_count, -1, dtype=np.int16)
        phrases = load_deferrals()
        for number in range(len(phrases) - 1, -1, -1):
            for segment in snapshot.segments:
                words = [word for text in phrases[number] if (word := segment.arrays.find(text.encode())) is not None]
                if len(words) == len(phrases[number]):
                    found[turns_at(segment.arrays, phrase_begins(segment.arrays, words, 1)) + np.uint32(segment.first)] = number
        _known[snapshot] = found
    return _known[snapshot]

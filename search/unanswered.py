"""Which questions have no answer, as far as words tell? Lexical cues with their evidence, never a judgement of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q

from search.budget import spend
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why an exchange counts as unanswered.

    Attributes:
        cue: `no-answer`, nobody says anything to the questions; `not-said`, the answers say nothing of what is sought and asked, nor
            a synonym of it; `put-off`, an answer behind the first such question has words by which answers are put off.
        words: What is not said; or the words that put off.
        turn, snippet: Where they stand; None for the others.
    """

    cue: str
    words: tuple[str, ...]
    turn: int | None = None
    snippet: Snippet | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of it."""
        return {"cue": self.cue, "words": list(self.words), "turn": self.turn, "snippet": self.snippet and self.snippet.to_dict()}

    def in_words(self) -> str:
        """Say it in a line."""
        if self.cue == "no-answer":
            return "nobody answers"
        if self.cue == "not-said":
            return f"no answer says {' or '.join(self.words)}"
        return f'turn {self.turn} has "{" ".join(self.words)}"'


class Unanswered:
    """The cues in all exchanges for one query.

    Attributes:
        holds: bool[exchanges], whether any cue is there.
    """

    def __init__(self, snapshot: Snapshot, table: Exchanges, tree: q.Query) -> None:
        """Take the query's tree; it is parsed with synonyms, so that an answer in other words is one."""
        self._snapshot = snapshot
        self._table = table
        asks = table.is_on[Side.QUESTION]
        parts = dict.fromkeys(part for asked in _of_questions(tree) for part in sought(asked))
        says = {part: match(snapshot, part).doc_ids for part in parts}
        asking = {part: turns[asks[turns]] for part, turns in says.items()}
        # Of alternatives only what an exchange asks about can be missed in its answers.
        self._asked = {part: table.having(turns) for part, turns in asking.items()}
        answered = [self._asked[part] & table.having(turns[~asks[turns]]) for part, turns in says.items()]
        self._is_missed = _any(table, self._asked.values()) & ~_any(table, answered)
        self._is_answered = table.having(~asks)  # of whom nobody can tell the side may have answered, too
        self._puts_off = _behind(table, asking.values(), (_deferring(snapshot) >= 0) & table.is_on[Side.ANSWER])
        self.holds: NDArray[np.bool_] = ~self._is_answered | self._is_missed | table.having(self._puts_off)

    def of(self, number: int) -> tuple[Evidence, ...]:
        """Give the cues of an exchange, each with its evidence."""
        if not self._is_answered[number]:
            return (Evidence(cue="no-answer", words=()),)
        return (*self._missed(number), *self._put_off(number))

    def _missed(self, number: int) -> Iterator[Evidence]:
        if self._is_missed[number]:
            yield Evidence(cue="not-said", words=tuple(_name(part) for part, asked in self._asked.items() if asked[number]))

    def _put_off(self, number: int) -> Iterator[Evidence]:
        deferring, phrases = _deferring(self._snapshot), load_deferrals()
        turns = self._table.turns(number)
        for doc_id in turns[self._puts_off[turns]].tolist():
            phrase = phrases[deferring[doc_id]]
            snippet = make_snippet(self._snapshot.text(doc_id), (frozenset({(phrase, False)}),))
            yield Evidence(cue="put-off", words=phrase, turn=int(self._snapshot.numbers("turn")[doc_id]), snippet=snippet)


def _any(table: Exchanges, parts: Iterable[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    return reduce(np.logical_or, parts, np.zeros(table.count, dtype=np.bool_))


def _behind(table: Exchanges, asking: Iterable[NDArray[np.uint32]], answers: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep of some answers, bool[turns], those behind the first question that asks for what is sought, if any question does.

    What is put off before it is another matter: of 848 such answers about capex, gross margin, buybacks, tariffs and guidance in
    2,154 calls, 190 were.
    """
    first = np.full(table.count, len(answers), dtype=np.int64)
    for turns in asking:
        np.minimum.at(first, table.of_turn[turns], turns)
    first[first == len(answers)] = -1
    places = np.flatnonzero(answers)
    behind = np.zeros(len(answers), dtype=np.bool_)
    behind[places[places > first[table.of_turn[places]]]] = True
    return behind


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
            spend()
            for segment in snapshot.segments:
                words = [word for text in phrases[number] if (word := segment.arrays.find(text.encode())) is not None]
                if len(words) == len(phrases[number]):
                    found[turns_at(segment.arrays, phrase_begins(segment.arrays, words, 1)) + np.uint32(segment.first)] = number
        _known[snapshot] = found
    return _known[snapshot]

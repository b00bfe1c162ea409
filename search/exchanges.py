"""Who asked what, and what was the answer? Questions with all the answers to them.

What is sought is looked for turn by turn: `question:(…)` in the turns of those who ask, `answer:(…)` in those of the company,
anything else in both. Each word, phrase or value holds for a side if any of its turns has it; AND, OR and NOT then join
exchanges: `question:(tariffs NOT china)` is one in which some question says tariffs and none says china.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q

from indexer.codec import CALL_FIELDS
from indexer.errors import InvalidValue
from indexer.roles import Role
from search.budget import spend, spending
from search.execute.exchanges import Matching, match_exchanges
from search.execute.select import about_of, doubts, filters_in_words, lexicon_of, where_all
from search.execute.weighting import SCORE_DIGITS
from search.explain import explain
from search.export import Exportable
from search.filters import make_masks
from search.parse import parse
from search.query import Query
from search.reader import Snapshot
from search.results import Snippet
from search.sides import Exchanges, exchanges_of
from search.snippets import Cue, cues_of, make_snippet
from search.suggest import did_you_mean, suggest_values
from search.synonyms import load_synonyms
from search.tables import About, Table
from search.tree import SIDE_FACETS, Scope, Side
from search.unanswered import Evidence, Unanswered

__all__ = ["Exchange", "ExchangeFacet", "ExchangePage", "Said", "exchanges"]

_Cues = tuple[frozenset[Cue], ...]
_EXCERPT_CHARS = 480  # twice a hit's: a question is asked in several sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A turn of an exchange; fields as in `Hit`.

    Attributes:
        snippet: The part that shows why it matched, or its beginning.
        text: All that was said.
    """

    turn: int
    kind: str
    speaker: str
    role: str
    title: str | None
    firm: str | None
    snippet: Snippet
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of a turn, with all that was said, whatever was printed of it."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        fields["snippet"] = self.snippet.to_dict()
        return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One analyst's questions with all the answers to them.

    Attributes:
        exchange: Its number in the call.
        score: Relevance, comparable within one query only.
        questions, answers: In the order said.
        evidence: Why it counts as unanswered: lexical cues, never a judgement of a person; empty unless that was asked for.
    """

    call: str
    company: str
    ticker: str | None
    period: str | None
    date: str | None
    exchange: int
    score: float
    questions: tuple[Said, ...]
    answers: tuple[Said, ...]
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of an exchange."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        fields["score"] = round(self.score, 4)
        fields["questions"] = [said.to_dict() for said in self.questions]
        fields["answers"] = [said.to_dict() for said in self.answers]
        fields["evidence"] = [each.to_dict() for each in self.evidence]
        return fields


class ExchangeFacet(NamedTuple):
    """How many matching exchanges and calls have a value of a field; `value` is None for exchanges that have none."""

    value: str | None
    exchanges: int
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangePage(Exportable):
    """An answer in exchanges.

    Attributes:
        query: The query text as given.
        understood: The query and its filters as understood, in words.
        exchanges, calls: How many matched, exactly.
        hits: As many as were asked for, from the offset on.
        facets: Field -> its values, most exchanges first, ties by value; an exchange counts for each value it has.
        notes: Why nothing may have been found, a line each.
        about: What was asked of which index.
    """

    query: str
    understood: str
    exchanges: int
    calls: int
    hits: tuple[Exchange, ...]
    facets: Mapping[str, tuple[ExchangeFacet, ...]]
    notes: tuple[str, ...] = ()
    about: About

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of `earful exchanges --json`."""
        return {
            "query": self.query,
            "total": {"exchanges": self.exchanges, "calls": self.calls},
            "hits": [hit.to_dict() for hit in self.hits],
            "facets": {name: [value._asdict() for value in values] for name, values in self.facets.items()},
            **self.about.to_dict(),
        }

    def tables(self) -> tuple[Table, ...]:
        """Give a row for each turn, then a row for each facet value."""
        rows = tuple(_row(hit, said) for hit in self.hits for said in sorted((*hit.questions, *hit.answers), key=lambda said: said.turn))
        found = Table(name="exchanges", columns=_COLUMNS, rows=rows)
        counted = tuple((name, *value) for name, values in self.facets.items() for value in values)
        facets = Table(name="facets", columns=("facet", "value", "exchanges", "calls"), rows=counted)
        return (found, facets) if self.facets else (found,)


_OF_EXCHANGE = ("call", "company", "ticker", "period", "date", "exchange", "score")
_OF_TURN = ("kind", "turn", "speaker", "role", "title", "firm", "text")
_COLUMNS = (*_OF_EXCHANGE, *_OF_TURN, "evidence")


def _row(hit: Exchange, said: Said) -> tuple[Any, ...]:
    evidence = "; ".join(each.in_words() for each in hit.evidence) or None
    return (*(getattr(hit, name) for name in _OF_EXCHANGE), *(getattr(said, name) for name in _OF_TURN), evidence)


def exchanges(
    snapshot: Snapshot,
    query: Query,
    *,
    asked_by: Sequence[str] = (),
    answered_by: Sequence[str] = (),
    unanswered: bool = False,
) -> ExchangePage:
    """Find exchanges.

    Args:
        snapshot: Of the index.
        query: Its text in the query language, with `question:` and `answer:`; its filters are those of calls; its facets those of
            calls and of sides (`asked_by`, `asked_firm`, `answered_by`, `answered_role`).
        asked_by: Firms or names; of each the questioner must have any.
        answered_by: Roles or names; of each somebody who answers must have any.
        unanswered: Keep those whose questions match and whose answers hold neither what is sought nor a synonym of it, or hold
            words by which answers are put off. What stands outside of `answer:` is then sought in questions.

    Raises:
        QuerySyntaxError, UnknownField, InvalidValue: as in `select`; or a filter or facet is one of turns; or the offset lies past
            the last exchange.
    """
    _check(query)
    table = exchanges_of(snapshot)
    tree = parse(query.text, lexicon_of(snapshot, query.synonyms), has_sides=True)
    unscoped = Side.QUESTION if unanswered else None
    people = {name: tuple(asked) for name, asked in (("asked_by", asked_by), ("answered_by", answered_by)) if asked}
    matching = match_exchanges(snapshot, table, tree, unscoped)
    filters = _filter(snapshot, table, query, people)
    evidence = _look_for_answers(snapshot, table, query) if unanswered else None
    passes = {**filters.passes, **({"unanswered": evidence.holds} if evidence else {})}
    kept = where_all([matching.there, *passes.values()])
    if len(kept) and query.offset >= len(kept):
        raise InvalidValue(f"offset: {query.offset} lies past the last of {len(kept)} exchanges", hint="choose a smaller one")
    scores = np.round(matching.scores, SCORE_DIGITS)
    shown = kept[_rank(snapshot, table, kept, scores, query)[query.offset : query.offset + query.limit]]
    cues = {side: tuple(_cues(tree, side, unscoped)) for side in Side}
    about = about_of(snapshot, query)
    return ExchangePage(
        query=query.text,
        understood="; ".join([_in_words(tree, unanswered), *filters.in_words]),
        exchanges=len(kept),
        calls=len(np.unique(table.calls[kept])),
        hits=tuple(_exchange(snapshot, table, number, float(scores[number]), cues, evidence) for number in shown.tolist()),
        facets={name: _count(snapshot, table, name, matching, passes) for name in query.facets},
        notes=(*filters.notes, *doubts(snapshot, query.text, tree, len(kept))),
        about=replace(about, filters={**about.filters, **people}),
    )


def _check(query: Query) -> None:
    for name in query.filters:
        if name not in CALL_FIELDS:
            raise InvalidValue(f"{name}: is of a turn, and exchanges have many", hint="choose asked_by or answered_by, or question:(…)")
    for name in query.facets:
        if name not in CALL_FIELDS and name not in SIDE_FACETS:
            raise InvalidValue(f"no facet {name!r} of exchanges", hint=f"facets are {', '.join((*SIDE_FACETS, *CALL_FIELDS))}")


def _look_for_answers(snapshot: Snapshot, table: Exchanges, query: Query) -> Unanswered:
    """Look with synonyms, asked for or not: an answer in other words is one."""
    lexicon = lexicon_of(snapshot, query.synonyms or load_synonyms())
    return Unanswered(snapshot, table, parse(query.text, lexicon, has_sides=True))


# Filters


class _Filters(NamedTuple):
    """Filters: bool[exchanges] by name, each in words, and a note for each value that nothing fits."""

    passes: Mapping[str, NDArray[np.bool_]]
    in_words: tuple[str, ...]
    notes: tuple[str, ...]


def _filter(snapshot: Snapshot, table: Exchanges, query: Query, people: Mapping[str, tuple[str, ...]]) -> _Filters:
    masks, meant, notes = make_masks(snapshot, query)
    passes = {field: mask[table.a_turn] for field, mask in masks.items()}
    for name, asked in people.items():
        passes[name], unknown = _people(snapshot, table, name, asked)
        notes += unknown
    in_words = filters_in_words(query, meant, (f"{name.replace('_', ' ')} {' or '.join(asked)}" for name, asked in people.items()))
    return _Filters(passes, tuple(in_words), notes)


def _people(snapshot: Snapshot, table: Exchanges, name: str, asked: tuple[str, ...]) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Say of all exchanges whether anybody who is asked for stands on a side; give with it a note for each value that fits nobody."""
    side, _ = SIDE_FACETS[name]
    is_meant = np.zeros(snapshot.turn_count, dtype=np.bool_)
    notes = []
    fields = ("firm", "speaker") if side is Side.QUESTION else ("role", "speaker")
    for value in spending(asked):
        fitting = {field: _values(snapshot, field, value) for field in fields}
        for field, values in fitting.items():
            column = snapshot.codes(field)
            is_meant |= np.array([each in values for each in column.values])[column.codes]
        if not any(fitting.values()):
            others = [each for field in fields for each in suggest_values(snapshot, field, value)[:1]]
            notes.append(f"nobody in the index fits {value!r}{did_you_mean(tuple(others))}")
    return table.having(is_meant & table.is_on[side]), tuple(notes)


def _values(snapshot: Snapshot, field: str, value: str) -> frozenset[str]:
    if field == "role":
        return frozenset(role.value for role in Role if role.value.casefold() == value.strip().casefold())
    return frozenset(snapshot.matching_values(field, value))


def _in_words(tree: q.Query, unanswered: bool) -> str:
    return f"{explain(tree)}, where the answers do not say it or put it off" if unanswered else explain(tree)


# Order and counts


def _rank(snapshot: Snapshot, table: Exchanges, ids: NDArray[np.int64], scores: NDArray[np.float64], query: Query) -> NDArray[np.int64]:
    """Order exchanges by score, or newest first, ties in call order, as their numbers are: give their places in `ids`."""
    # Codes are in alphabetical order, which for ISO dates is that of time.
    worth = snapshot.codes("date").codes[table.a_turn[ids]].astype(np.float64) if query.sort == "date" else scores[ids]
    return np.argsort(-worth, kind="stable")


# Facets of sides, and the filters on the same people.
_FILTER_OF = {"asked_firm": "asked_by", "answered_role": "answered_by"}


def _count(
    snapshot: Snapshot, table: Exchanges, facet: str, matching: Matching, passes: Mapping[str, NDArray[np.bool_]]
) -> tuple[ExchangeFacet, ...]:
    """Count as if there were no filter on what the facet counts."""
    spend()
    others = [passing for name, passing in passes.items() if name != _FILTER_OF.get(facet, facet)]
    chosen = np.logical_and.reduce([matching.there, *others])
    return tuple(map(ExchangeFacet._make, table.values_of(snapshot, facet).count(chosen)))


# What is shown


def _exchange(
    snapshot: Snapshot, table: Exchanges, number: int, score: float, cues: Mapping[Side, _Cues], evidence: Unanswered | None
) -> Exchange:
    turns = table.turns(number).tolist()
    said = {side: tuple(_said(snapshot, doc_id, cues[side]) for doc_id in turns if table.is_on[side][doc_id]) for side in Side}
    return Exchange(
        call=snapshot.value("call", turns[0]) or "",
        company=snapshot.value("company", turns[0]) or "",
        ticker=snapshot.value("ticker", turns[0]),
        period=snapshot.value("period", turns[0]),
        date=snapshot.value("date", turns[0]),
        exchange=int(snapshot.numbers("exchange")[turns[0]]),
        score=score,
        questions=said[Side.QUESTION],
        answers=said[Side.ANSWER],
        evidence=evidence.of(number) if evidence else (),
    )


def _cues(tree: q.Query, side: Side, unscoped: Side | None) -> Iterator[frozenset[Cue]]:
    """Give what is to be marked on a side."""
    if isinstance(tree, Scope):
        yield from cues_of(tree.child) if tree.side == side else ()
    elif type(tree) in (q.And, q.Or):
        for part in tree.subqueries:
            yield from _cues(part, side, unscoped)
    elif not isinstance(tree, q.Not) and unscoped in (None, side):
        yield from cues_of(tree)


def _said(snapshot: Snapshot, doc_id: int, cues: _Cues) -> Said:
    spend()
    text = snapshot.text(doc_id)
    return Said(
        turn=int(snapshot.numbers("turn")[doc_id]),
        kind=snapshot.value("kind", doc_id) or "",
        speaker=snapshot.value("speaker", doc_id) or "",
        role=snapshot.value("role", doc_id) or "",
        title=snapshot.value("title", doc_id),
        firm=snapshot.value("firm", doc_id),
        snippet=make_snippet(text, cues, _EXCERPT_CHARS),
        text=text,
    )

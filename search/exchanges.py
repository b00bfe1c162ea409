"""Who asked what, and what was the answer? Questions with all the answers to them.

What is sought is looked for turn by turn: `question:(…)` in the turns of those who ask, `answer:(…)` in those of the company,
anything else in both. Each word, phrase or value holds for a side if any of its turns has it; AND, OR and NOT then join
exchanges: `question:(tariffs NOT china)` is one in which some question says tariffs and none says china.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q

from indexer.codec import CALL_FIELDS
from indexer.errors import InvalidValue
from indexer.roles import Role
from search.execute.match import match
from search.execute.select import about_of, doubts, lexicon_of, where_all
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

_Ids = NDArray[np.int64]  # of exchanges, ascending
_Scores = NDArray[np.float64]
_EXCERPT_CHARS = 480  # twice a hit's: a question is asked in several sentences
_CODE_BITS = 32


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
        """Give the JSON object of a turn."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        fields["snippet"] = {"text": self.snippet.text, "matches": [list(match) for match in self.snippet.matches]}
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
    ids, scores = _Sides(snapshot, table, unscoped).of(tree)
    masks, meant, notes = make_masks(snapshot, query)
    passes = {field: mask[table.a_turn[ids]] for field, mask in masks.items()}
    people = {name: tuple(asked) for name, asked in (("asked_by", asked_by), ("answered_by", answered_by)) if asked}
    for name, asked in people.items():
        there, unknown = _people(snapshot, table, name, asked)
        passes[name] = there[ids]
        notes += unknown
    evidence = _look_for_answers(snapshot, table, query) if unanswered else None
    if evidence:
        passes["unanswered"] = evidence.holds(ids)
    kept = where_all(passes.values()) if passes else np.arange(len(ids))
    if len(kept) and query.offset >= len(kept):
        raise InvalidValue(f"offset: {query.offset} lies past the last of {len(kept)} exchanges", hint="choose a smaller one")
    shown = kept[_rank(snapshot, table, ids[kept], scores[kept], query)[query.offset : query.offset + query.limit]]
    about = about_of(snapshot, query)
    return ExchangePage(
        query=query.text,
        understood="; ".join([_in_words(tree, unanswered), *_filters_in_words(query, meant, people)]),
        exchanges=len(kept),
        calls=len(np.unique(table.calls[ids[kept]])),
        hits=tuple(_shown(snapshot, table, tree, unscoped, ids[shown], scores[shown], evidence)),
        facets={name: _count(snapshot, table, name, ids[_sideways(passes, name, len(ids))]) for name in query.facets},
        notes=(*notes, *doubts(snapshot, query.text, tree, len(kept))),
        about=replace(about, filters={**about.filters, **people}),
    )


# Facets of sides, and the filters on the same people.
_FILTER_OF = {"asked_firm": "asked_by", "answered_role": "answered_by"}


def _sideways(passes: Mapping[str, NDArray[np.bool_]], facet: str, count: int) -> NDArray[np.int64]:
    """Give the places of exchanges that pass all filters but that on what a facet counts."""
    others = [passing for name, passing in passes.items() if name != _FILTER_OF.get(facet, facet)]
    return where_all(others) if others else np.arange(count)


def _look_for_answers(snapshot: Snapshot, table: Exchanges, query: Query) -> Unanswered:
    """Look with synonyms, asked for or not: an answer in other words is one."""
    lexicon = lexicon_of(snapshot, query.synonyms or load_synonyms())
    return Unanswered(snapshot, table, parse(query.text, lexicon, has_sides=True))


def _check(query: Query) -> None:
    for name in query.filters:
        if name not in CALL_FIELDS:
            raise InvalidValue(f"{name}: is of a turn, and exchanges have many", hint="choose asked_by or answered_by, or question:(…)")
    for name in query.facets:
        if name not in CALL_FIELDS and name not in SIDE_FACETS:
            raise InvalidValue(f"no facet {name!r} of exchanges", hint=f"facets are {', '.join((*SIDE_FACETS, *CALL_FIELDS))}")


class _Sides:
    """Says which exchanges a tree matches, and how well."""

    def __init__(self, snapshot: Snapshot, table: Exchanges, unscoped: Side | None) -> None:
        self._snapshot = snapshot
        self._table = table
        self._unscoped = unscoped

    def of(self, tree: q.Query) -> tuple[_Ids, _Scores]:
        return self._of(tree, self._unscoped)

    def _of(self, tree: q.Query, side: Side | None) -> tuple[_Ids, _Scores]:
        if isinstance(tree, Scope):
            return self._of(tree.child, tree.side)
        if type(tree) is q.And:
            return self._all(tree, side)
        if type(tree) is q.Or:
            return _unite([self._of(part, side) for part in tree.subqueries])
        found = match(self._snapshot, tree)
        kept = np.flatnonzero((self._table.is_on[side] if side else self._table.of_turn >= 0)[found.doc_ids])
        ids = self._table.of_turn[found.doc_ids[kept]]
        return _best(ids, found.score(kept)) if len(ids) else (ids, np.zeros(0))

    def _all(self, tree: q.And, side: Side | None) -> tuple[_Ids, _Scores]:
        wanted = [self._of(part, side) for part in tree.subqueries if not isinstance(part, q.Not)]
        unwanted = [self._of(part.query, side)[0] for part in tree.subqueries if isinstance(part, q.Not)]
        ids, scores = wanted[0]
        for others, more in wanted[1:]:
            ids, left, right = np.intersect1d(ids, others, assume_unique=True, return_indices=True)
            scores = scores[left] + more[right]
        for others in unwanted:
            kept = np.flatnonzero(~np.isin(ids, others, assume_unique=True))
            ids, scores = ids[kept], scores[kept]
        return ids, scores


def _best(ids: _Ids, scores: _Scores) -> tuple[_Ids, _Scores]:
    """Give each exchange once, with the best score of its turns."""
    order = np.lexsort((scores, ids))
    ids, scores = ids[order], scores[order]
    last = np.flatnonzero(np.append(ids[1:] != ids[:-1], True))
    return ids[last], scores[last]


def _unite(parts: Sequence[tuple[_Ids, _Scores]]) -> tuple[_Ids, _Scores]:
    ids, places = np.unique(np.concatenate([ids for ids, _ in parts]), return_inverse=True)
    return ids, np.bincount(places, weights=np.concatenate([scores for _, scores in parts]), minlength=len(ids)).astype(np.float64)


def _people(snapshot: Snapshot, table: Exchanges, name: str, asked: Sequence[str]) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Say of all exchanges whether anybody who is asked for stands on a side; give with it a note for each value that fits nobody."""
    turns = np.zeros(snapshot.turn_count, dtype=np.bool_)
    notes = []
    fields = ("firm", "speaker") if name == "asked_by" else ("role", "speaker")
    for value in asked:
        fitting = {field: _values(snapshot, field, value) for field in fields}
        for field, values in fitting.items():
            column = snapshot.codes(field)
            turns |= np.array([each in values for each in column.values])[column.codes]
        if not any(fitting.values()):
            meant = [each for field in fields for each in suggest_values(snapshot, field, value)[:1]]
            notes.append(f"nobody in the index fits {value!r}{did_you_mean(tuple(meant))}")
    there = np.zeros(table.count, dtype=np.bool_)
    there[table.of_turn[np.flatnonzero(turns & table.is_on[SIDE_FACETS[name][0]])]] = True
    return there, tuple(notes)


def _values(snapshot: Snapshot, field: str, value: str) -> frozenset[str]:
    if field == "role":
        return frozenset(role.value for role in Role if role.value.casefold() == value.strip().casefold())
    return frozenset(snapshot.matching_values(field, value))


def _rank(snapshot: Snapshot, table: Exchanges, ids: _Ids, scores: _Scores, query: Query) -> NDArray[np.int64]:
    """Order exchanges by score, or newest first, ties in call order, as their numbers are."""
    worth = snapshot.codes("date").codes[table.a_turn[ids]].astype(np.float64) if query.sort == "date" else np.round(scores, SCORE_DIGITS)
    return np.lexsort((ids, -worth))


def _shown(
    snapshot: Snapshot, table: Exchanges, tree: q.Query, unscoped: Side | None, ids: _Ids, scores: _Scores, evidence: Unanswered | None
) -> Iterator[Exchange]:
    cues = {side: tuple(_cues(tree, side, unscoped)) for side in Side}
    for number, score in zip(ids.tolist(), np.round(scores, SCORE_DIGITS).tolist(), strict=True):
        first = int(table.a_turn[number])
        turns = snapshot.turns_of(snapshot.value("call", first) or "")
        inside = [doc_id for doc_id in turns if table.of_turn[doc_id] == number]
        on_side = {side: [doc_id for doc_id in inside if table.is_on[side][doc_id]] for side in Side}
        said = {side: tuple(_said(snapshot, doc_id, cues[side]) for doc_id in on_side[side]) for side in Side}
        yield Exchange(
            call=snapshot.value("call", first) or "",
            company=snapshot.value("company", first) or "",
            ticker=snapshot.value("ticker", first),
            period=snapshot.value("period", first),
            date=snapshot.value("date", first),
            exchange=int(snapshot.numbers("exchange")[first]),
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


def _said(snapshot: Snapshot, doc_id: int, cues: tuple[frozenset[Cue], ...]) -> Said:
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


def _count(snapshot: Snapshot, table: Exchanges, name: str, ids: _Ids) -> tuple[ExchangeFacet, ...]:
    if name in SIDE_FACETS:
        side = table.side_values(snapshot, name)
        is_shown = np.zeros(table.count, dtype=np.bool_)
        is_shown[ids] = True
        chosen = np.flatnonzero(is_shown[side.exchanges])
        owners, codes, values = side.exchanges[chosen], side.codes[chosen], side.values
        nobody = np.setdiff1d(ids, owners, assume_unique=False)
        owners, codes = np.append(owners, nobody), np.append(codes, np.zeros(len(nobody), dtype=np.int64))
    else:
        column = snapshot.codes(name)
        owners, codes, values = ids, column.codes[table.a_turn[ids]].astype(np.int64), column.values
    count = np.bincount(codes, minlength=len(values))
    calls = np.bincount(np.unique(codes << _CODE_BITS | table.calls[owners]) >> _CODE_BITS, minlength=len(values))
    present = np.flatnonzero(count)
    ordered = present[np.lexsort((present, -count[present]))].tolist()
    return tuple(ExchangeFacet(values[code] or None, int(count[code]), int(calls[code])) for code in ordered)


def _in_words(tree: q.Query, unanswered: bool) -> str:
    return f"{explain(tree)}, where the answers do not say it or put it off" if unanswered else explain(tree)


def _filters_in_words(query: Query, meant: Mapping[str, tuple[str, ...]], people: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    yield from (f"{name} is {' or '.join(values) if values else 'nothing in the index'}" for name, values in meant.items())
    yield from (f"{name.replace('_', ' ')} {' or '.join(values)}" for name, values in people.items())
    if query.since:
        yield f"on or after {query.since}"
    if query.until:
        yield f"on or before {query.until}"

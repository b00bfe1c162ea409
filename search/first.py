"""Who said it first, and who last? By company: when, who, and whether management or an analyst raised it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.errors import InvalidValue
from indexer.model import Kind
from indexer.roles import Role
from search.budget import spending
from search.execute.answer import make_hits
from search.execute.found import DocIds
from search.execute.mentions import count_mentions
from search.execute.select import about_of, select
from search.export import Exportable
from search.query import Query
from search.reader import Snapshot
from search.results import Hit
from search.snippets import Cue, cues_of
from search.tables import About, Cell, Table

__all__ = ["CompanyMentions", "Firsts", "first", "raised_by"]

_NEVER = np.iinfo(np.int64).max
_OF_HIT = ("call", "period", "date", "turn", "speaker", "role", "firm", "section", "kind")
_WHICH = ("first", "last", "first_by_management", "first_by_analyst")


def raised_by(kind: str, role: str) -> str | None:
    """Say who speaks: `analyst` in questions, `management` in remarks and answers, None for an operator or somebody unknown."""
    if role in (Role.OPERATOR, Role.UNKNOWN):
        return None
    if role == Role.ANALYST or kind == Kind.QUESTION:
        return "analyst"
    return "management" if kind in (Kind.REMARKS, Kind.ANSWER) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyMentions:
    """When a company's calls said something.

    Attributes:
        company, ticker: Of its first such call.
        turns, calls, mentions: In all; mentions are None if the query seeks nothing that is said.
        undated_calls: Those of them without a date, of which nobody knows when they were.
        first, last: In time; of a company without a dated call, in the order of its calls.
        first_by_management, first_by_analyst: Who raised it: which of both is earlier is `first`, if it is not somebody else's.
    """

    company: str
    ticker: str | None
    turns: int
    calls: int
    mentions: int | None
    undated_calls: int
    first: Hit
    last: Hit
    first_by_management: Hit | None
    first_by_analyst: Hit | None

    @property
    def raised_by(self) -> str | None:
        """Who said it first: `management` or `analyst`; None for anybody else."""
        return raised_by(self.first.kind, self.first.role)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of a company."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        for name in _WHICH:
            fields[name] = fields[name] and fields[name].to_dict()
        return {**fields, "raised_by": self.raised_by}


@dataclass(frozen=True, slots=True, kw_only=True)
class Firsts(Exportable):
    """An answer by company.

    Attributes:
        query: The query text as given.
        understood: The query and its filters as understood, in words.
        turns, calls, total: How many turns, calls and companies matched, exactly.
        companies: As many as were asked for, from the offset on: the earliest first, those without a date last, ties by name.
        notes: Why nothing may have been found, a line each.
        about: What was asked of which index.
    """

    query: str
    understood: str
    turns: int
    calls: int
    total: int
    companies: tuple[CompanyMentions, ...]
    notes: tuple[str, ...]
    about: About

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of `earful first --json`."""
        return {
            "query": self.query,
            "total": {"turns": self.turns, "calls": self.calls, "companies": self.total},
            "companies": [company.to_dict() for company in self.companies],
            **self.about.to_dict(),
        }

    def tables(self) -> tuple[Table, ...]:
        """Give two rows a company: its first and its last mention."""
        columns = ("company", "ticker", "which", *_OF_HIT, "raised_by", "snippet", "turns", "calls", "mentions", "undated_calls")
        rows = tuple(_row(company, which) for company in self.companies for which in ("first", "last"))
        return (Table(name="companies", columns=columns, rows=rows),)


def _row(company: CompanyMentions, which: str) -> tuple[Cell, ...]:
    hit: Hit = getattr(company, which)
    said = (*(getattr(hit, name) for name in _OF_HIT), raised_by(hit.kind, hit.role), hit.snippet.text)
    return (company.company, company.ticker, which, *said, company.turns, company.calls, company.mentions, company.undated_calls)


def first(snapshot: Snapshot, query: Query) -> Firsts:
    """Find the first and the last mention of something, by company.

    Args:
        snapshot: Of the index.
        query: What, and in which calls and turns; its limit and offset are of companies.

    Raises:
        QuerySyntaxError, UnknownField, InvalidValue: as `select`.
    """
    selected = select(snapshot, query)
    doc_ids = selected.kept.doc_ids
    mentions = count_mentions(snapshot, selected.tree, doc_ids)
    days = snapshot.codes("date").codes[doc_ids].astype(np.int64)
    when = np.where(days == 0, _NEVER, days)  # the code of no date is 0, and of others in the order of time
    company = snapshot.codes("company").codes[doc_ids]
    order = np.lexsort((snapshot.call_order(doc_ids), when, company))
    begins = np.flatnonzero(np.diff(company[order].astype(np.int64), prepend=-1))
    runs = np.split(order, begins[1:])
    earliest = np.lexsort((company[order[begins]], when[order[begins]]))
    if len(begins) and query.offset >= len(begins):
        raise InvalidValue(f"offset: {query.offset} lies past the last of {len(begins)} companies", hint="choose a smaller one")
    shown = [runs[number] for number in spending(earliest[query.offset : query.offset + query.limit].tolist())]
    cues = cues_of(selected.tree)
    return Firsts(
        query=query.text,
        understood=selected.understood,
        turns=len(doc_ids),
        calls=len(np.unique(snapshot.codes("call").codes[doc_ids])),
        total=len(begins),
        companies=tuple(_company(snapshot, doc_ids[run], None if mentions is None else int(mentions[run].sum()), cues) for run in shown),
        notes=selected.notes,
        about=about_of(snapshot, query),
    )


def _company(snapshot: Snapshot, doc_ids: DocIds, mentions: int | None, cues: tuple[frozenset[Cue], ...]) -> CompanyMentions:
    """Tell of one company, of whose matching turns, in time, those without a date come last."""
    is_dated = snapshot.codes("date").codes[doc_ids] > 0
    ordered = doc_ids[is_dated] if is_dated.any() else doc_ids
    raisers = [raised_by(*each) for each in zip(snapshot.values("kind", ordered), snapshot.values("role", ordered), strict=True)]
    places = [0, len(ordered) - 1, *(raisers.index(who) if who in raisers else None for who in ("management", "analyst"))]
    chosen = np.array(sorted({place for place in places if place is not None}))
    hits = dict(zip(chosen.tolist(), make_hits(snapshot, ordered[chosen], np.zeros(len(chosen)), cues, None), strict=True))
    by_management, by_analyst = (None if place is None else hits[place] for place in places[2:])
    calls = snapshot.codes("call").codes
    return CompanyMentions(
        company=hits[0].company,
        ticker=hits[0].ticker,
        turns=len(doc_ids),
        calls=len(np.unique(calls[doc_ids])),
        mentions=mentions,
        undated_calls=len(np.unique(calls[doc_ids[~is_dated]])),
        first=hits[0],
        last=hits[len(ordered) - 1],
        first_by_management=by_management,
        first_by_analyst=by_analyst,
    )

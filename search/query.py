"""What is asked: a query text, filters, and what to show of the answer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from indexer.errors import InvalidValue, UnknownField
from indexer.schema import FACETS
from search.synonyms import Synonyms, load_synonyms
from search.tree import SIDE_FACETS

__all__ = [
    "FILTERS",
    "SORTS",
    "CallOptions",
    "ExchangeOptions",
    "Filters",
    "FirstOptions",
    "Query",
    "SearchOptions",
    "TurnOptions",
    "make_query",
]

FILTERS = ("company", "ticker", "speaker", "role", "section", "firm", "period", "kind", "call", "event", "exchange_code", "warning")
SORTS = ("relevance", "date")
GROUPS = ("call",)

_MOST_HITS = 10_000

# Field -> the values asked for; a turn passes that has any of them.
Filters = Mapping[str, tuple[str, ...]]

# What may be asked for: a value, or several of which one must fit.
_Values = str | Iterable[str] | None


class CallOptions(TypedDict, total=False):
    """Which calls a question is about, and whether synonyms count: arguments of `make_query`."""

    company: _Values
    ticker: _Values
    exchange_code: _Values
    period: _Values
    call: _Values
    event: _Values
    warning: _Values
    since: date | str | None
    until: date | str | None
    synonyms: bool | str | os.PathLike[str]


class TurnOptions(CallOptions, total=False):
    """Which turns a question is about."""

    speaker: _Values
    role: _Values
    section: _Values
    firm: _Values
    kind: _Values


class FirstOptions(TurnOptions, total=False):
    """Which companies to show."""

    limit: int
    offset: int


class ExchangeOptions(CallOptions, total=False):
    """What to show of exchanges."""

    facets: Iterable[str]
    sort: str
    limit: int
    offset: int


class SearchOptions(TurnOptions, total=False):
    """What to show of the turns that match."""

    facets: Iterable[str]
    sort: str
    group_by: str | None
    limit: int
    offset: int
    context: bool
    zero: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, checked.

    Attributes:
        text: In the query language; `*` matches every turn.
        filters: By field; all of them must pass.
        since, until: Dates of the call, both included.
        facets: Fields to count, in the order asked for.
        sort: `relevance`, best first, or `date`, newest first; ties in call order.
        group_by: `call`: one hit a call, the first of its turns; None: one hit a turn.
        limit, offset: Of the hits shown.
        synonyms: What may be said instead of a word; None: nothing but its forms.
        context: Whether to give with an answer the question that it answers.
        zero: Whether to give what has no hit, too.
    """

    text: str
    filters: Filters
    since: date | None = None
    until: date | None = None
    facets: tuple[str, ...] = ()
    sort: str = "relevance"
    group_by: str | None = None
    limit: int = 10
    offset: int = 0
    synonyms: Synonyms | None = None
    context: bool = False
    zero: bool = False


def make_query(
    text: str,
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    facets: Iterable[str] = (),
    sort: str = "relevance",
    group_by: str | None = None,
    limit: int = 10,
    offset: int = 0,
    synonyms: bool | str | os.PathLike[str] = False,
    context: bool = False,
    zero: bool = False,
    **filters: _Values,
) -> Query:
    """Check a question and put it in its one form; the arguments are those of `Query`, filters by field name.

    Args:
        synonyms: Whether to look for what the table that ships has for a word; or a file of groups to add to that table.

    Raises:
        UnknownField: a filter or facet names no field.
        InvalidTable: the table of synonyms cannot be used.
        InvalidValue: a date, sort order, grouping, limit or offset is not possible.
    """
    chosen: dict[str, tuple[str, ...]] = {}
    for field, value in filters.items():
        if field not in FILTERS:
            raise UnknownField(f"no filter {field!r}", hint=f"filters are {', '.join(FILTERS)}, since and until")
        values = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Iterable) else () if value is None else (value,)
        if not all(isinstance(each, str) for each in values):
            raise InvalidValue(f"{field}: {value!r} is not possible", hint="give a text, or several")
        if values:
            chosen[field] = values
    facets = (facets,) if isinstance(facets, str) else tuple(dict.fromkeys(facets))
    for field in facets:
        if field not in (*FACETS, *SIDE_FACETS):
            raise UnknownField(f"no facet {field!r}", hint=f"facets are {', '.join((*FACETS, *SIDE_FACETS))}")
    first, last = _date("since", since), _date("until", until)
    if first and last and first > last:
        raise InvalidValue(f"since {first} is after until {last}: no call can match")
    return Query(
        text=text,
        filters=chosen,
        since=first,
        until=last,
        facets=facets,
        sort=_one_of("sort", sort, SORTS),
        group_by=None if group_by is None else _one_of("group_by", group_by, GROUPS),
        limit=_between("limit", limit, 0, _MOST_HITS),
        offset=_between("offset", offset, 0, None),
        synonyms=_synonyms(synonyms),
        context=context,
        zero=zero,
    )


def _synonyms(asked: bool | str | os.PathLike[str]) -> Synonyms | None:
    """Give the table that ships, or with a file's groups; none if none was asked for."""
    if isinstance(asked, bool):
        return load_synonyms() if asked else None
    return load_synonyms(asked)


def _date(name: str, value: date | str | None) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise InvalidValue(f"{name}: {value!r} is no date", hint="give a date, or text such as 2021-11-05")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InvalidValue(f"{name}: {value!r} is no date", hint="write it as 2021-11-05") from error


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise InvalidValue(f"{name}: {value!r} is not possible", hint=f"choose {' or '.join(choices)}")
    return value


def _between(name: str, value: int, least: int, most: int | None) -> int:
    if not isinstance(value, int) or value < least or (most is not None and value > most):
        raise InvalidValue(f"{name}: {value!r} is not possible", hint=f"choose {least} {'or more' if most is None else f'to {most}'}")
    return value

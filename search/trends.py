"""How does talk about a topic move from period to period? Turns, calls and mentions, and what was said in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import InvalidValue, UnknownField
from indexer.schema import FACETS, MANY_VALUED
from search.budget import spending
from search.execute.mentions import count_mentions
from search.execute.select import about_of, select, where_all
from search.export import Exportable
from search.query import Query
from search.reader import Codes, Snapshot
from search.tables import About, Table

__all__ = ["PERIODS", "TrendPoint", "Trends", "period_name", "period_number", "trends"]

PERIODS = ("quarter", "year", "month")
_MONTHS_A_QUARTER = 3
_CODE_BITS = 32
_COUNTS = ("turns", "calls", "mentions", "words", "calls_total", "per_thousand")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """One period, of one value if there is a field to tell apart by.

    Attributes:
        value: Of the field; None for turns that have none, and if no field was asked for.
        period: As in `2021Q3`, `2021` or `2021-11`; None for calls of which it is not known.
        turns, calls: How many matched. None, as all other figures, where the period has no call at all: a gap is not a zero.
        mentions: How often it was said; None if the query seeks nothing that is said.
        words: Said in all, by all who pass the filters, whether they said it or not.
        calls_total: Calls of which any turn passes the filters, whether it was said or not.
    """

    value: str | None
    period: str | None
    turns: int | None
    calls: int | None
    mentions: int | None
    words: int | None
    calls_total: int | None

    @property
    def per_thousand(self) -> float | None:
        """Mentions per 1,000 words said."""
        return 1000 * self.mentions / self.words if self.mentions is not None and self.words else None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of a point."""
        return {name: getattr(self, name) for name in ("value", "period", *_COUNTS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends(Exportable):
    """An answer by period.

    Attributes:
        query: The query text as given.
        understood: The query and its filters as understood, in words.
        by: `quarter`, `year` or `month`.
        per: The field whose values are told apart, or None.
        calendar: Whether quarters and years are those of the calendar, by the day of the call, and not fiscal ones.
        points: Value by value, most mentions first (or turns, where nothing is said), ties by value; in each the periods in
            order, gaps between the first and the last included, and at the end what has no period.
        notes: Why nothing may have been found, a line each.
        about: What was asked of which index.
    """

    query: str
    understood: str
    by: str
    per: str | None
    calendar: bool
    points: tuple[TrendPoint, ...]
    notes: tuple[str, ...]
    about: About

    @property
    def turns(self) -> int:
        """How many turns matched, in all periods."""
        return sum(point.turns or 0 for point in self.points)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of `earful trends --json`."""
        return {
            "query": self.query,
            "by": self.by,
            "per": self.per,
            "calendar": self.calendar,
            "points": [point.to_dict() for point in self.points],
            **self.about.to_dict(),
        }

    def tables(self) -> tuple[Table, ...]:
        """Give a row a point."""
        columns = (self.per or "value", "period", *_COUNTS)
        rows = tuple((point.value, point.period, *(getattr(point, name) for name in _COUNTS)) for point in self.points)
        return (Table(name="trends", columns=columns, rows=rows),)


def trends(snapshot: Snapshot, query: Query, *, by: str = "quarter", per: str | None = None, calendar: bool = False) -> Trends:
    """Count by period what was said about something.

    Args:
        snapshot: Of the index.
        query: What, and in which calls and turns; a filter on turns, as a role, limits the words said, too.
        by: `quarter`, `year` or `month`; months are always those of the calendar.
        per: A field whose values are told apart, as `company` or `role`.
        calendar: Take quarters and years of the calendar, not fiscal ones.

    Raises:
        QuerySyntaxError, UnknownField, InvalidValue: as `select`; or `by` or `per` is not possible.
    """
    if by not in PERIODS:
        raise InvalidValue(f"by: {by!r} is not possible", hint=f"choose {', '.join(PERIODS)}")
    if per is not None and (per not in FACETS or per in MANY_VALUED):
        known = [field for field in FACETS if field not in MANY_VALUED]
        raise UnknownField(f"no field {per!r} to tell apart by", hint=f"fields are {', '.join(known)}")
    selected = select(snapshot, query)
    periods = _periods(snapshot, by, calendar)
    cells = _Cells(periods, snapshot.codes(per) if per else None)
    said = np.flatnonzero(snapshot.live)
    if selected.masks:
        said = said[where_all([mask[said] for mask in selected.masks.values()])]
    found = selected.kept.doc_ids.astype(np.int64)
    mentions = count_mentions(snapshot, selected.tree, selected.kept.doc_ids)
    calls = snapshot.codes("call")
    counts = {
        "turns": cells.count(found),
        "calls": cells.count_distinct(found, calls),
        "mentions": None if mentions is None else cells.count(found, mentions),
        "words": cells.count(said, snapshot.lengths[said]),
        "calls_total": cells.count_distinct(said, calls),
    }
    return Trends(
        query=query.text,
        understood=selected.understood,
        by=by,
        per=per,
        calendar=calendar or by == "month",
        points=tuple(_points(cells, counts, by)),
        notes=selected.notes,
        about=about_of(snapshot, query),
    )


def _periods(snapshot: Snapshot, by: str, calendar: bool) -> Codes:
    """Give each turn's period, as codes in the order of time; "" where it is not known."""
    column = snapshot.codes("date" if calendar or by == "month" else "period")
    name_of = _NAMES[by, column is snapshot.codes("date")]
    names = [value and name_of(value) for value in column.values]
    values = tuple(sorted({"", *names}))
    place = {value: code for code, value in enumerate(values)}
    return Codes(np.array([place[name] for name in names], dtype=np.uint32)[column.codes], values)


def _quarter_of(day: str) -> str:
    return f"{day[:4]}Q{(int(day[5:7]) - 1) // _MONTHS_A_QUARTER + 1}"


# What a period is called, by what is asked for and whether it is told from a date.
_NAMES: dict[tuple[str, bool], Callable[[str], str]] = {
    ("quarter", False): lambda period: period,
    ("quarter", True): _quarter_of,
    ("year", False): lambda period: period[:4],
    ("year", True): lambda day: day[:4],
    ("month", True): lambda day: day[:7],
}


# How many periods a year has, and how one is written.
_FORMS = {"quarter": (4, "{:04}Q{}"), "year": (1, "{:04}"), "month": (12, "{:04}-{:02}")}


def period_number(period: str, by: str) -> int:
    """Number a period, as `2021Q3`, so that the next one has the next number; the first of a year is divisible by how many there are."""
    return int(period[:4]) * _FORMS[by][0] + int(period[5:] or 1) - 1


def period_name(number: int, by: str) -> str:
    """Write the period of a number."""
    parts, form = _FORMS[by]
    year, part = divmod(number, parts)
    return form.format(year, part + 1)


class _Cells:
    """The cells of a table of values and periods, and what is counted in each."""

    def __init__(self, periods: Codes, values: Codes | None) -> None:
        self.periods = periods.values
        self.values = values.values if values else ("",)
        self._of_turn = periods.codes.astype(np.int64)
        if values:
            self._of_turn += values.codes.astype(np.int64) * len(self.periods)
        self._count = len(self.values) * len(self.periods)

    def count(self, doc_ids: NDArray[np.int64], weights: NDArray[Any] | None = None) -> NDArray[np.int64]:
        """Count turns, or add up what each weighs: int64[values, periods]."""
        counts = np.bincount(self._of_turn[doc_ids], weights=weights, minlength=self._count)
        return counts.astype(np.int64).reshape(len(self.values), len(self.periods))

    def count_distinct(self, doc_ids: NDArray[np.int64], column: Codes) -> NDArray[np.int64]:
        """Count the distinct values of a column that turns have: int64[values, periods]."""
        pairs = self._of_turn[doc_ids] << _CODE_BITS | column.codes[doc_ids]
        # Turns stand call by call, so most pairs are the same as the one before.
        pairs = np.unique(pairs[np.flatnonzero(np.diff(pairs, prepend=-1))])
        return np.bincount(pairs >> _CODE_BITS, minlength=self._count).reshape(len(self.values), len(self.periods))


def _points(cells: _Cells, counts: Mapping[str, NDArray[np.int64] | None], by: str) -> Iterator[TrendPoint]:
    """Give the points of all values, most mentions first, or turns where nothing is said; ties by value."""
    figures = {name: count for name, count in counts.items() if count is not None}
    weight = figures.get("mentions", figures["turns"]).sum(axis=1)
    present = np.flatnonzero(figures["calls_total"].sum(axis=1))
    for value in present[np.lexsort((present, -weight[present]))].tolist():
        rows = {name: count[value].tolist() for name, count in figures.items()}
        there = [code for code, calls in enumerate(rows["calls_total"]) if calls]
        known = [cells.periods[code] for code in there if cells.periods[code]]
        names = [*_stretch(known[0], known[-1], by), ""] if known else [""]
        of_name = {cells.periods[code]: code for code in there}
        for name in spending(names):
            code = of_name.get(name)
            if name or code is not None:
                yield _point(cells.values[value], name, {field: row[code] for field, row in rows.items()} if code is not None else {})


def _point(value: str, period: str, figures: Mapping[str, int]) -> TrendPoint:
    return TrendPoint(
        value=value or None,
        period=period or None,
        turns=figures.get("turns"),
        calls=figures.get("calls"),
        mentions=figures.get("mentions"),
        words=figures.get("words"),
        calls_total=figures.get("calls_total"),
    )


def _stretch(first: str, last: str, by: str) -> Iterator[str]:
    """Give the periods from one to another, both included."""
    return (period_name(number, by) for number in range(period_number(first, by), period_number(last, by) + 1))

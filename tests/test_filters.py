"""A filter lets through the turns whose value is one of those asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest

import indexer
from indexer.errors import InvalidValue
from indexer.model import Kind, Section
from indexer.roles import Role
from search.filters import field_values, make_masks
from search.query import make_query
from search.reader import Snapshot, open_snapshot

_TURNS = """
Jane Roe -- Chief Financial Officer

Pumps sold well.

Ada Low -- Chief Executive Officer

So they did.

Sam Poe -- Pell & Harrow -- Analyst

Which pumps?

Jane Roe -- Chief Financial Officer

The small ones.

Duration: 0 minutes

Jane Roe -- Chief Financial Officer

Ada Low -- Chief Executive Officer

Sam Poe -- Pell & Harrow -- Analyst
"""
# Company, ticker, event, day: four turns each.
_CALLS = (
    ("Acme Pumps", "ACMP", "Q2 2022 Earnings Call", "Aug 08, 2022, 5:00 p.m. ET"),
    ("Acme Valves", "ACMV", "Q3 2022 Earnings Call", "Nov 07, 2022, 5:00 p.m. ET"),
    ("Bolt & Nut", "BOLT", "Q1 2023 Earnings Call", "May 02, 2023, 5:00 p.m. ET"),
    ("Nil Works", "NILL", "Fiscal 2023 Earnings Call", ""),
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Give an open index of four calls, the last without a date or a period."""
    source, index = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("index")
    for company, ticker, event, day in _CALLS:
        (source / f"{ticker}.txt").write_text(f"{company} ({ticker} 1.00%)\n{event}\n{day}\n{_TURNS}")
    indexer.rebuild([source], index=index)
    opened = open_snapshot(index)
    yield opened
    opened.close()


def _passing(snapshot: Snapshot, **filters: Any) -> list[tuple[str, int]]:
    """Give ticker and number of the turns that pass all filters."""
    masks, _, _ = make_masks(snapshot, make_query("*", **filters))
    turns = np.arange(snapshot.turn_count, dtype=np.uint32)
    passing = np.flatnonzero(np.logical_and.reduce([mask[turns] for mask in masks.values()]))
    return sorted((snapshot.value("ticker", number) or "", int(snapshot.numbers("turn")[number])) for number in passing.tolist())


def _turns(tickers: str, *numbers: int) -> list[tuple[str, int]]:
    return [(ticker, number) for ticker in tickers.split() for number in numbers]


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        ({"role": "CFO"}, _turns("ACMP ACMV BOLT NILL", 1, 4)),
        ({"role": "cfo"}, _turns("ACMP ACMV BOLT NILL", 1, 4)),
        ({"role": Role.CFO}, _turns("ACMP ACMV BOLT NILL", 1, 4)),
        ({"role": ["CFO", "CEO"], "ticker": "ACMP"}, _turns("ACMP", 1, 2, 4)),
        ({"ticker": ["ACMP", "bolt"], "kind": "question"}, _turns("ACMP BOLT", 3)),
        ({"company": "acme", "section": "qa"}, _turns("ACMP ACMV", 3, 4)),
        ({"company": "acme pumps", "speaker": "low"}, _turns("ACMP", 2)),
        ({"firm": "pell", "period": "2022"}, _turns("ACMP ACMV", 3)),
        ({"period": "q1 2023", "section": "prepared"}, _turns("BOLT", 1, 2)),
        ({"event": "fiscal 2023", "kind": "answer"}, _turns("NILL", 4)),
        ({"call": "bolt-2023q1", "speaker": "sam poe"}, _turns("BOLT", 3)),
        ({"speaker": "nobody"}, []),
        ({"speaker": ["nobody", "low"], "ticker": "NILL"}, _turns("NILL", 2)),
        ({"role": "COO"}, []),
        ({"role": "CFO", "speaker": "low"}, []),
        ({"exchange_code": "NYSE"}, []),
        ({"warning": "no-date"}, _turns("NILL", 1, 2, 3, 4)),
        ({"warning": ["no-date", "nosuch"], "role": "CEO"}, _turns("NILL", 2)),
        ({"warning": "date"}, []),
    ],
)
def test_filters_let_their_values_through(snapshot: Snapshot, filters: dict[str, Any], passing: list[tuple[str, int]]) -> None:
    """Values of one filter mean either, filters of different fields must all fit."""
    assert _passing(snapshot, **filters) == passing


@pytest.mark.parametrize(
    ("since", "until", "tickers"),
    [
        ("2022-08-08", None, "ACMP ACMV BOLT"),
        ("2022-08-09", None, "ACMV BOLT"),
        (None, "2022-11-07", "ACMP ACMV"),
        (None, "2022-11-06", "ACMP"),
        ("2022-11-07", "2022-11-07", "ACMV"),
        (date(2022, 8, 9), date(2022, 11, 6), ""),
    ],
)
def test_dates_include_both_ends_and_only_dated_calls(snapshot: Snapshot, since: Any, until: Any, tickers: str) -> None:
    """The first and the last day count; a call without a date lies in no span of time."""
    assert _passing(snapshot, since=since, until=until) == _turns(tickers, 1, 2, 3, 4)


def test_there_is_one_mask_a_field(snapshot: Snapshot) -> None:
    """Each filter has its own mask over all turns, the two ends of a span of time one together; without filters there is none."""
    masks, _, _ = make_masks(snapshot, make_query("*", role="CFO", ticker=["ACMP", "BOLT"], since="2022-01-01", until="2022-12-31"))
    turns = np.arange(snapshot.turn_count, dtype=np.uint32)
    assert {field: int(mask[turns].sum()) for field, mask in masks.items()} == {"role": 8, "ticker": 8, "date": 8}
    assert {(mask[turns].dtype.name, mask[turns].shape) for mask in masks.values()} == {("bool", (16,))}
    assert make_masks(snapshot, make_query("*")) == ({}, {}, ())


def test_what_was_understood_and_what_fits_nothing_is_told(snapshot: Snapshot) -> None:
    """The values that were meant are given as the index writes them, once each, and a note names each value that fits nothing."""
    query = make_query("*", company=["acme", "Acme Pumps", "zebra"], role="cfo", firm="Société Zed")
    _, understood, notes = make_masks(snapshot, query)
    assert understood == {"company": ("Acme Pumps", "Acme Valves"), "role": ("CFO",), "firm": ()}
    assert notes == ("no company in the index fits 'zebra'", "no firm in the index fits 'Société Zed'")


@pytest.mark.parametrize(("field", "choices"), [("role", Role), ("section", Section), ("kind", Kind)])
def test_closed_sets_are_closed(snapshot: Snapshot, field: str, choices: Any) -> None:
    """Every value of a closed set is taken, in any case, whether a turn has it or not; any other is refused with the possible ones."""
    assert [field_values(snapshot, field, choice.value.upper()) for choice in choices] == [(choice.value,) for choice in choices]
    for asked in ("nosuch", "", "C", "prep"):
        with pytest.raises(InvalidValue, match=f"{field}: '{asked}' is not possible") as caught:
            field_values(snapshot, field, asked)
        assert [choice.value for choice in choices if choice.value not in caught.value.hint] == []


def test_an_open_set_is_the_index_s(snapshot: Snapshot) -> None:
    """A field with any values means those the index has, none if none fits."""
    assert field_values(snapshot, "speaker", "LOW") == ("Ada Low",)
    assert field_values(snapshot, "title", "officers") == ()
    assert field_values(snapshot, "title", "chief financial officer") == ("Chief Financial Officer",)

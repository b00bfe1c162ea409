"""Quarters, days and times of day are found in text as publishers write them, and what none can be is refused."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.periods import (
    find_date,
    find_dates,
    find_period,
    find_periods,
    find_time,
    is_credible,
    period_start,
    possible_period,
    without_dates,
)

LATEST = date(2026, 1, 31)

_ORDINALS = ("first", "second", "third", "fourth")


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Q3 2021", "2021Q3"),
        ("F3Q12", "2012Q3"),
        ("FQ1 2026", "2026Q1"),
        ("Q3FY21", "2021Q3"),
        ("Q3’21", "2021Q3"),
        ("Q3/2021", "2021Q3"),
        ("2021Q3", "2021Q3"),
        ("3Q fiscal year 2021", "2021Q3"),
        ("third quarter 2021", "2021Q3"),
        ("Third-Quarter 2021", "2021Q3"),
        ("third quarter of 2021", "2021Q3"),
        ("third quarter of fiscal year 2021", "2021Q3"),
        ("third quarter of the 2021 fiscal year", "2021Q3"),
        ("third quarter results for 2021", "2021Q3"),
        ("third fiscal quarter of 2021", "2021Q3"),
        ("third quarter FY '21", "2021Q3"),
        ("fourth quarter and full year 2021", "2021Q4"),
        ("fourth quarter and the fiscal year 2021", "2021Q4"),
        ("fourth quarter and year-end 2021", "2021Q4"),
        ("fourth quarter & full-year 2021", "2021Q4"),
        ("Q4 and Full-Year 2021", "2021Q4"),
        ("4Q/FY21", "2021Q4"),
        ("2021 third quarter", "2021Q3"),
        ("2021's third quarter", "2021Q3"),
        ("fiscal '22 third quarter", "2022Q3"),
        ("FY22 second quarter", "2022Q2"),
        ("fiscal year 22 first quarter", "2022Q1"),
        ("third and fourth quarter 2021", "2021Q4"),
        ("Q1 90", "1990Q1"),
        ("Q1 89", None),
        ("Q1 1989", None),
        ("Q1 2027", "2027Q1"),
        ("Q1 2028", None),
        ("Q1 2076", None),
        ("Q5 2021", None),
        ("SQ3 2021", None),
        ("Q3 20212", None),
        ("fifth quarter 2021", None),
        ("third quarter", None),
        ("the year 2021", None),
        ("", None),
    ],
)
def test_a_quarter_is_found_in_every_spelling(text: str, period: str | None) -> None:
    """A fiscal quarter with its year is one, in digits and in words, alone and within a sentence; one of an impossible year is none."""
    assert find_period(text, LATEST) == period
    assert find_period(f"Pear Tree, Inc. reports on its {text} today", LATEST) == period


@given(
    st.integers(1, 4),
    st.integers(1990, 2026),
    st.sampled_from(
        ["{w} quarter of {y}", "{w} quarter fiscal '{s}", "{w} quarter and full year {y}", "{y} {w} quarter", "FY{s} {w} quarter"]
    ),
)
@settings(max_examples=100)
def test_any_quarter_in_words_is_found(quarter: int, year: int, spelling: str) -> None:
    """The spellings in words work for every quarter of every year, two digits standing for the years from 1990 on."""
    text = spelling.format(w=_ORDINALS[quarter - 1], y=year, s=f"{year % 100:02}")
    assert find_period(text, LATEST) == f"{year}Q{quarter}"


@pytest.mark.parametrize("text", ["our third quarter 10-Q", "the Q3 10-Q", "our first quarter 10Q", "Q4 10-K", "Q3, 15% growth"])
def test_a_number_behind_a_quarter_is_not_always_its_year(text: str) -> None:
    """The name of a form and a share are no year."""
    assert find_period(text, LATEST) is None


def test_a_title_s_usual_spelling_goes_before_others() -> None:
    """The year of a date before the quarter is not the quarter's."""
    assert find_period("Orchard Lane, December 20, 2012 Q1 2013 Earnings Call", LATEST) == "2013Q1"


def test_all_quarters_of_a_text_are_found_in_their_order() -> None:
    """Each stands with its place, whatever its spelling; one that cannot be is named as that."""
    text = "Third quarter 2021 against Q3 2020, 1Q19 and Q1 2076"
    found = find_periods(text, LATEST)
    assert [(text[start:end], period) for start, end, period in found] == [
        ("Third quarter 2021", "2021Q3"),
        ("Q3 2020", "2020Q3"),
        ("1Q19", "2019Q1"),
        ("Q1 2076", None),
    ]
    assert find_periods("Pears and plums", LATEST) == []


@pytest.mark.parametrize(("year", "possible"), [(1989, False), (1990, True), (2026, True), (2027, True), (2028, False)])
def test_a_quarter_is_of_a_year_that_a_call_can_be_about(year: int, possible: bool) -> None:
    """Fiscal years are named from 1990 to a year ahead of the latest call."""
    assert possible_period(year, 2, LATEST) == (f"{year}Q2" if possible else None)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Orchard Lane Q3 2021 Call", 13),
        ("Third Quarter 2021", 0),
        ("In short, 3Q21", 10),
        ("Orchard Lane", None),
        ("the third quarter", None),
    ],
)
def test_where_a_quarter_begins_is_told(text: str, start: int | None) -> None:
    """The place is that of its first character; where no quarter is, there is no place."""
    assert period_start(text) == start


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on May 5, 2021 at 10", date(2021, 5, 5)),
        ("MAY 05, 2021", date(2021, 5, 5)),
        ("May 5th, 2021", date(2021, 5, 5)),
        ("Sept. 1 2021", date(2021, 9, 1)),
        ("1st of all: 2nd June 2021", date(2021, 6, 2)),
        ("5 May, 2021", date(2021, 5, 5)),
        ("July 4, 1776 and May 5, 2021", date(2021, 5, 5)),
        ("February 30, 2021, or March 2, 2021", date(2021, 3, 2)),
        ("January 31, 2026", LATEST),
        ("February 1, 2026", None),
        ("December 31, 1989", None),
        ("Maybe 5, 2021", None),
        ("May 2021", None),
        ("", None),
    ],
)
def test_a_day_is_found(text: str, day: date | None) -> None:
    """The first day that exists and that a call can have is found; month first or day first, in full or short."""
    assert find_date(text, LATEST) == day


def test_all_days_of_a_text_are_found_in_their_order() -> None:
    """Each possible day stands with its place, whichever of day and month comes first."""
    text = "26 July 2016, updated August 1, 2016, and again on February 30, 2017, or 2 March 2017"
    assert [(text[place : place + 6], day) for place, day in find_dates(text, LATEST)] == [
        ("26 Jul", date(2016, 7, 26)),
        ("August", date(2016, 8, 1)),
        ("2 Marc", date(2017, 3, 2)),
    ]


def test_the_first_day_is_the_one_that_stands_first() -> None:
    """Of two days the first counts, whichever of them has its month in front."""
    assert find_date("26 July 2016, updated August 1, 2016", LATEST) == date(2016, 7, 26)
    assert find_date("July 26, 2016, updated 1 August 2016", LATEST) == date(2016, 7, 26)


@given(
    st.lists(st.sampled_from([*"0123456789 ,.'’-/QF", " May ", "Sept. ", "th", " pm", " third quarter ", " of "]), max_size=12).map("".join)
)
@settings(max_examples=300)
def test_whatever_is_found_can_be(text: str) -> None:
    """However garbled the text, a quarter is one of four since 1990, a day is one until the latest, and a place is within the text."""
    period, day, start = find_period(text, LATEST), find_date(text, LATEST), period_start(text)
    assert period is None or (1990 <= int(period[:4]) <= 2027 and period[4:] in ("Q1", "Q2", "Q3", "Q4"))
    assert day is None or date(1990, 1, 1) <= day <= LATEST
    assert start is None or 0 <= start < len(text)
    assert (period is not None) <= (start is not None)
    assert text.startswith(without_dates(text))


@pytest.mark.parametrize("text", ["May 5 10:00 AM ET", "May 5, 10:00 a.m."])
def test_a_time_of_day_is_no_year(text: str) -> None:
    """A day without a year is none, whatever time of day follows it."""
    assert find_date(text, LATEST) is None
    assert find_time(text) == time(10)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("at 5 p.m. Eastern", time(17)),
        ("05:30 p.m. ET", time(17, 30)),
        ("9:00PM GMT", time(21)),
        ("8:00 AM / 2:00 PM", time(8)),
        ("12 a.m.", time(0)),
        ("12:15 pm", time(12, 15)),
        ("0:30 AM", None),
        ("13:00 PM", None),
        ("10:75 AM", None),
        ("105 pm", None),
        ("17:00", None),
        ("", None),
    ],
)
def test_a_time_is_found(text: str, start: time | None) -> None:
    """The first time by the twelve-hour clock is given by the 24-hour one; what no such clock shows is none."""
    assert find_time(text) == start


@given(st.times())
@settings(max_examples=100)
def test_any_time_is_found(moment: time) -> None:
    """Every minute of the day is read back from the twelve-hour clock."""
    start = moment.replace(second=0, microsecond=0)
    assert find_time(start.strftime("%I:%M %p")) == start


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Earnings Call May 5, 2021 10:00 AM ET", "Earnings Call "),
        ("Earnings Call 10:00 AM ET, May 5, 2021", "Earnings Call "),
        ("Earnings Call 5 May 2021, again on May 6, 2021", "Earnings Call "),
        ("Earnings Call", "Earnings Call"),
        ("May 5, 2021", ""),
    ],
)
def test_what_stands_before_day_and_time_is_kept(text: str, rest: str) -> None:
    """Text ends where the first day or time begins, whichever of them comes first."""
    assert without_dates(text) == rest


@pytest.mark.parametrize(
    ("period", "day", "credible"),
    [
        ("2022Q1", date(2022, 5, 5), True),
        ("2022Q4", date(2023, 2, 9), True),
        ("2022Q4", date(2023, 5, 31), True),
        ("2022Q1", date(2021, 5, 20), True),  # a fiscal year that ends in January
        ("2022Q4", date(2022, 2, 24), True),
        ("2022Q4", date(2023, 3, 2), True),  # one that ends in January and is named for the year before
        ("2022Q1", date(2023, 5, 5), False),
        ("2022Q1", date(2021, 4, 12), False),
        ("2022Q4", date(2022, 1, 10), False),
        ("2022Q2", date(2021, 1, 26), False),
        ("2022Q4", date(2023, 7, 1), False),
        ("2022Q1", date(2012, 5, 5), False),
        ("2022Q1", date(2032, 5, 5), False),
    ],
)
def test_a_quarter_is_reported_after_its_end_and_soon(period: str, day: date, credible: bool) -> None:
    """A call is about a quarter that can have ended by then and within five months, whatever month the fiscal year ends in."""
    assert is_credible(period, day) is credible


@given(st.integers(1, 4), st.integers(-11, 1), st.integers(1, 4), st.integers(13, 28))
@settings(max_examples=200)
def test_every_fiscal_year_is_credible(quarter: int, year_end: int, later: int, day: int) -> None:
    """Whatever month a fiscal year ends in, a call in the four months after a quarter's end is credible, and one two years off is not."""
    month = 2022 * 12 + 3 * quarter + year_end + later - 1  # months since the year 0
    reported = date(month // 12, month % 12 + 1, day)
    assert is_credible(f"2022Q{quarter}", reported)
    assert not any(is_credible(f"2022Q{quarter}", reported.replace(year=reported.year + off)) for off in (-2, 2))

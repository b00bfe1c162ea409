"""A file's name tells company, ticker, quarter and day where it is of a known form, and nothing where it is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.filenames import NamedFacts, read_name

LATEST = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("2019-01-30-ORLN.txt", {"ticker": "ORLN", "date": date(2019, 1, 30)}),
        ("2016-Jan-26-ORLN.txt", {"ticker": "ORLN", "date": date(2016, 1, 26)}),
        ("ORLN_Q1_2026_earnings_call.txt", {"ticker": "ORLN", "period": "2026Q1"}),
        ("0LNE.L_Q1_2021_raw_api_response.txt", {"ticker": "0LNE.L", "period": "2021Q1"}),
        ("ORLN_2021_q3.txt", {"ticker": "ORLN", "period": "2021Q3"}),
        ("orchard-lane-inc-orln-q2-2019-earnings-call.txt", {"company": "Orchard Lane Inc", "ticker": "ORLN", "period": "2019Q2"}),
        (
            "2019-05-02-orchard-lane-orln-q2-2019-earnings-call-transcript.html",
            {"company": "Orchard Lane", "ticker": "ORLN", "period": "2019Q2"},
        ),
        ("Q3 2022 Orchard Lane Inc Earnings Call.txt", {"company": "Orchard Lane Inc", "period": "2022Q3"}),
        ("Orchard Lane Inc Q3 2022 Earnings Call.txt", {"company": "Orchard Lane Inc", "period": "2022Q3"}),
        ("Orchard & Lane's 3Q 2022 transcript.txt", {"company": "Orchard & Lane's", "period": "2022Q3"}),
        ("orchard 2018 q4.txt", {"company": "orchard", "period": "2018Q4"}),
        ("orchard_lane_F3Q_2013.txt", {"company": "orchard lane", "period": "2013Q3"}),
        ("XX0123456789_2024_Q2_Earnings Call Transcript.txt", {"period": "2024Q2"}),
        ("earnings-call-q3-2022.txt", {"period": "2022Q3"}),
        ("2022-q3.txt", {"period": "2022Q3"}),
        ("Q3 2022.txt", {"period": "2022Q3"}),
        ("orchard lane.txt", {}),
        ("orchard-2022.txt", {}),
        ("faq3-2021.txt", {}),
        ("q5-2021.txt", {}),
        ("notes.txt", {}),
        ("", {}),
    ],
)
def test_names_of_known_forms_are_read(name: str, facts: dict[str, Any]) -> None:
    """Day and ticker, ticker and quarter, a publisher's address, or company and quarter are told; of other names nothing."""
    assert read_name(name, LATEST) == NamedFacts(**facts)


@pytest.mark.parametrize(
    ("folder", "ending"), [("", ""), ("calls/", ".txt"), ("calls/q1-2019/2019-01-30-PEAR/", ".html"), ("/a.b/", ".htm")]
)
def test_folder_and_ending_do_not_count(folder: str, ending: str) -> None:
    """A file is named by itself, not by the folder it is in."""
    assert read_name(f"{folder}ORLN_Q3_2021{ending}", LATEST) == NamedFacts(ticker="ORLN", period="2021Q3")


@pytest.mark.parametrize(
    ("published", "period"),
    [
        ("q3-2021", "2021Q3"),
        ("Q3_2021", "2021Q3"),
        ("q32021", "2021Q3"),
        ("fq3-2021", "2021Q3"),
        ("3q2021", "2021Q3"),
        ("q3-fiscal-2021", "2021Q3"),
        ("q3-fiscal-year-2021", "2021Q3"),
        ("2021-q3", "2021Q3"),
        ("2021q3", "2021Q3"),
        ("q3-1998", "1998Q3"),
        ("q3-21", None),
        ("q3-20211", None),
        ("2021-q31", None),
        ("q3-2076", None),
        ("q3-1989", None),
    ],
)
def test_quarters_are_read(published: str, period: str | None) -> None:
    """A quarter has its year in full, at a word's limits, and is one that a call can have."""
    assert read_name(f"orchard {published} call.txt", LATEST).period == period
    assert read_name(f"{published}.txt", LATEST).period == period


@pytest.mark.parametrize("name", ["Q3_2021_Orchard.txt", "Q3_2021.txt", "2021_Q3_orchard.txt", "1Q_2021.txt"])
def test_a_quarter_is_no_ticker(name: str) -> None:
    """What names the quarter, or its year, names no company."""
    assert read_name(name, LATEST).ticker is None


@pytest.mark.parametrize("day", ["2019-13-30", "2019-00-30", "2019-02-30", "2019-Foo-30", "2019-Jan-32", "2031-01-30"])
def test_a_day_that_no_call_can_have_is_none(day: str) -> None:
    """A name with an impossible day still tells the ticker."""
    assert read_name(f"{day}-ORLN.txt", LATEST) == NamedFacts(ticker="ORLN")


@given(st.dates(date(2000, 1, 1), LATEST), st.sampled_from(["%Y-%m-%d", "%Y-%b-%d"]), st.sampled_from(["A", "ORLN", "PEARS"]))
@settings(max_examples=100)
def test_any_day_is_read(day: date, spelling: str, ticker: str) -> None:
    """Every day since 2000 is read, the month in digits or in letters."""
    assert read_name(f"{day.strftime(spelling)}-{ticker}.txt", LATEST) == NamedFacts(ticker=ticker, date=day)


_PIECES = [
    "2019-",
    "Jan",
    "Foo",
    "-30",
    "-ORLN",
    "ORLN",
    "Q3",
    "q3",
    "_",
    "-",
    " ",
    "2021",
    "2076",
    "orchard",
    "earnings",
    "call",
    "/",
    ".",
]


@given(st.lists(st.sampled_from(_PIECES) | st.characters(), max_size=10).map("".join))
@settings(max_examples=500)
def test_whatever_a_file_is_called_its_facts_can_be(name: str) -> None:
    """Any name is read without fault, one with bytes of no encoding too; what it tells is a possible company, ticker, quarter and day."""
    facts = read_name(name, LATEST)
    assert facts.company is None or facts.company.strip()
    assert facts.ticker is None or (facts.ticker == facts.ticker.upper() and facts.ticker.strip())
    assert facts.period is None or 1990 <= int(facts.period[:4]) <= 2027
    assert facts.date is None or date(1990, 1, 1) <= facts.date <= LATEST
    (facts.company or "").encode()

"""What the first speakers announce tells company, quarter and day; what they only mention does not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.opening import find_announced_company, find_announced_date, find_announced_period

LATEST = date(2026, 1, 31)


def _period(*opening: str) -> str | None:
    return find_announced_period(opening, LATEST)


def _day(*opening: str) -> date | None:
    return find_announced_date(opening, LATEST)


# whose call


@pytest.mark.parametrize(
    ("said", "company"),
    [
        ("Good day, and welcome to the Orchard Lane third quarter 2021 earnings conference call.", "Orchard Lane"),
        ("Welcome to Orchard Lane's Q3 2021 earnings call.", "Orchard Lane"),
        ("Welcome to Orchard Lane’s fiscal 2021 call.", "Orchard Lane"),
        ("Welcome to today's Orchard Lane second quarter call.", "Orchard Lane"),
        ("Welcome everyone to the Orchard Lane, Inc. earnings call.", "Orchard Lane, Inc."),
        ("I would like to welcome you all to the Bank of the Orchard year-end results.", "Bank of the Orchard"),
        ("Welcome to the Orchard Lane, Limited 2021 call.", "Orchard Lane, Limited"),
        ("Welcome to the Orchard Lane conference call.", "Orchard Lane"),
        ("Welcome to Orchard.com's 2021 results webcast.", "Orchard.com"),
        ("Welcome to 3D Orchards full year results.", "3D Orchards"),
        ("Thank you for standing by for the Orchard & Lane Group third quarter results.", "Orchard & Lane Group"),
        ("Thank you for joining us today for Orchard Lane's investor day.", "Orchard Lane"),
        ("Thank you for participating in Orchard Lane's 4Q teleconference.", "Orchard Lane"),
        ("Welcome to the Q3 2021 Orchard Lane earnings conference call.", "Orchard Lane"),
        ("Welcome to the 3Q FY21 Orchard Lane webcast.", "Orchard Lane"),
        ("Welcome to our third quarter call. Then again, welcome to the Orchard Lane third quarter call.", "Orchard Lane"),
    ],
)
def test_the_company_is_the_one_that_is_welcomed_to(said: str, company: str) -> None:
    """Its name stands between the welcome and the quarter or the event, with its legal form and without what makes it a possessive."""
    assert find_announced_company([said]) == company


@pytest.mark.parametrize(
    "said",
    [
        "Welcome to our third quarter earnings call.",
        "Welcome to this earnings call.",
        "Welcome to today's conference.",
        "Welcome to the First Quarter 2021 Results.",
        "Welcome to the Earnings Call.",
        "Welcome to the Q3 2021 earnings call.",
        "Welcome to the 2021 earnings call.",
        "Welcome to the 2021 third quarter earnings call.",
        "Welcome to the Quarter Three 2021 earnings call.",
        "Welcome to the Financial results call.",
        "Orchard Lane's third quarter was good.",
        "Pears are welcome. Orchard Lane earnings rose.",
        "",
    ],
)
def test_without_a_name_there_is_no_company(said: str) -> None:
    """A quarter, a year, an event and "our" are no company, and nobody is welcomed to a mention."""
    assert find_announced_company([said]) is None


def test_a_year_before_the_company_is_not_its_name() -> None:
    """The year of the event may stand in front of the name."""
    assert find_announced_company(["Welcome to the 2021 Orchard Lane investor day."]) == "Orchard Lane"


def test_the_first_welcome_that_names_a_company_counts() -> None:
    """Paragraphs are asked in their order."""
    opening = ["Good day.", "Welcome to our results call.", "Welcome to Orchard Lane's 2021 call.", "Welcome to Pear Tree's 2021 call."]
    assert find_announced_company(opening) == "Orchard Lane"
    assert find_announced_company([]) is None


# which quarter


@pytest.mark.parametrize(
    ("said", "period"),
    [
        ("Welcome to the Orchard Lane third quarter 2021 earnings call.", "2021Q3"),
        ("WELCOME TO THE ORCHARD LANE THIRD QUARTER 2021 EARNINGS CALL.", "2021Q3"),
        ("We are here to discuss our results for the third quarter of fiscal 2021.", "2021Q3"),
        ("This is the Q3 2021 webcast.", "2021Q3"),
        ("Our presentation for 3Q21 is on the website.", "2021Q3"),
        ("This is our review of the fourth quarter and full year 2021.", "2021Q4"),
        ("Welcome to the first quarter 2076 call.", None),
        ("We will publish our third quarter results.", None),
        ("In the third quarter of 2020 pears were few.", None),
        ("Good day.", None),
        ("", None),
    ],
)
def test_the_quarter_is_the_one_named_beside_the_call(said: str, period: str | None) -> None:
    """A quarter is announced where its year, and the call or its results, are named with it."""
    assert _period(said) == period


def test_a_quarter_far_from_the_call_is_passed_over() -> None:
    """What is told of another quarter first does not hide the one that is announced, in the same paragraph or a later one."""
    of_pears = "In the third quarter of 2019 there were few pears. " + "It rained, and nobody came to pick the few there were. " * 10
    assert _period(f"{of_pears} Welcome to the second quarter 2021 earnings call.") == "2021Q2"
    assert _period(of_pears, "Welcome to the second quarter 2021 earnings call.") == "2021Q2"


def test_the_first_of_two_quarters_is_announced() -> None:
    """The quarter that is announced stands first, and the one it is compared with behind it, in whatever spelling."""
    assert _period("Welcome to the third quarter 2021 earnings call; all changes are against Q3 2020.") == "2021Q3"
    assert _period("Welcome to the Q3 2021 earnings call; all changes are against the third quarter of 2020.") == "2021Q3"


@pytest.mark.parametrize(
    "said",
    [
        "We report earnings of $0.30 a share, compared with $0.27 in the second quarter of 2020.",
        "Net income was $43.6 million, 4% over the first quarter of 2020, and our results speak for themselves.",
        "Our earnings were $43.6 million or $0.14 a share, versus $40.1 million in the second quarter of 2020.",
        "Earnings grew to $0.50 a share from $0.37 a share in the second quarter of 2020.",
        "All results are in comparison to the third quarter of fiscal 2020.",
        "For the risks see our third quarter 10-Q and today's earnings release.",
    ],
)
def test_a_quarter_that_is_compared_with_is_not_announced(said: str) -> None:
    """Last year's quarter, and the number of a form, are no announcement, though earnings and results are spoken of beside them."""
    assert _period(said) is None


@given(st.integers(1, 4), st.integers(1990, 2026), st.integers(0, 3), st.sampled_from(["Q{q} {y}", "{q}Q{s}", "F{q}Q {y}", "Q{q} FY{s}"]))
@settings(max_examples=100)
def test_any_quarter_is_understood_in_any_paragraph(quarter: int, year: int, place: int, spelling: str) -> None:
    """It does not matter which of the first paragraphs announces the quarter, nor how it is spelt."""
    announced = f"Welcome to the {spelling.format(q=quarter, y=year, s=f'{year % 100:02}')} call."
    opening = ["Good day, all.", "Pears are in season.", "Please stand by."]
    assert _period(*opening[:place], announced, *opening[place:]) == f"{year}Q{quarter}"


# which day


@pytest.mark.parametrize(
    "said",
    [
        "Today's date is May 5, 2021.",
        "Today is May 5, 2021.",
        "Today is Wednesday, May 5, 2021.",
        "This conference is being recorded today, May 5, 2021.",
        "This call is being recorded today, Wednesday, May 5th, 2021.",
        "This call is being recorded on May 05, 2021.",
        "TODAY IS MAY 5, 2021.",
        "This call is held on 5 May 2021.",
        "The date of this call is Wed, May 5, 2021.",
        "This morning, May 5, 2021, we published our results.",
        "We speak as of today, the 5th May 2021.",
        "We refer to our report of March 3, 2021. The date of this call is May 5, 2021.",
        "Welcome to our call for the quarter ended March 31, 2021. Today's date is May 5, 2021.",
    ],
)
def test_the_day_is_the_one_that_is_called_today(said: str) -> None:
    """The day of the call is the one that "today", a recording or the date of the call is said to be, with its weekday or without."""
    assert _day(said) == date(2021, 5, 5)


@pytest.mark.parametrize(
    "said",
    [
        "We refer to our annual report of March 3, 2021.",
        "Welcome to the conference call for the quarter ended March 31, 2021.",
        "Welcome to our earnings call for the second quarter ended June 30, 2021.",
        "A replay of this call will be available until May 12, 2021.",
        "An archive of today's call can be heard through May 12, 2021.",
        "We will hold our next call on July 28, 2021.",
        "We expect to hold our second quarter earnings call on Wednesday, July 28, 2021.",
        "For the risks see the release of this morning and our 10-K filed on March 3, 2021.",
        "Today, in the town to which all our pears come in the end, May 5, 2021, means little.",
        "Today we speak of pears. May 5, 2021, was sunny.",
        "Today is May 5, 2031.",
        "Today is a good day.",
        "",
    ],
)
def test_a_day_that_is_only_mentioned_is_not_the_call_s(said: str) -> None:
    """The end of the quarter, of the replay, the next call and a filing have days of their own; one that lies ahead is nobody's."""
    assert _day(said) is None


def test_the_first_paragraph_that_tells_the_day_counts() -> None:
    """Paragraphs are asked in their order, and those that tell no day are passed over."""
    assert _day("Good day.", "Our date palms bear.", "The date is May 5, 2021.", "The date is May 6, 2021.") == date(2021, 5, 5)
    assert _day() is None


@given(st.dates(date(1990, 1, 1), LATEST), st.sampled_from(["%B %d, %Y", "%b. %d, %Y", "%A, %B %d, %Y", "%d %B %Y"]))
@settings(max_examples=100)
def test_any_day_may_be_today(day: date, spelling: str) -> None:
    """Every day is understood, in every spelling, a zero before its digit or not."""
    assert _day(f"This call is being recorded on {day.strftime(spelling)}.") == day
    assert _day(f"This call is being recorded on {day.strftime(spelling).replace(' 0', ' ')}.") == day

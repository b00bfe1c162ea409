"""Which fiscal quarter, day and time of day does a text name? Pure functions on text."""

from __future__ import annotations

import re
from datetime import date, time

__all__ = [
    "find_date",
    "find_dates",
    "find_period",
    "find_periods",
    "find_time",
    "is_credible",
    "period_start",
    "possible_period",
    "without_dates",
]

_FIRST_YEAR = 1990  # the first published transcripts

# Two digits are a year, but not in "third quarter 10-Q", "Q3, 15%" or "May 5, 10:00".
_YEAR = r"(?:FY\s?)?['’]?(?P<year>(?:19|20)\d\d|\d\d(?!-[A-Z]|\s?%|[.,:]\d))\b"
_QUARTER = r"(?P<quarter>first|second|third|fourth)[- ](?:fiscal[- ])?quarter"
_AND_YEAR = r"(?:(?:and|&)\s+(?:the\s+)?)?(?:full|fiscal)[- ]year(?:[- ]end)?\s+|(?:and\s+)?year[- ]end\s+"
_PERIODS = (
    re.compile(rf"\bF?Q(?P<quarter>[1-4])\s*[-/,]?\s*(?:fiscal\s+(?:year\s+)?|F)?{_YEAR}", re.IGNORECASE),
    re.compile(rf"\bF?(?P<quarter>[1-4])Q\s*[-/,]?\s*(?:fiscal\s+(?:year\s+)?)?{_YEAR}", re.IGNORECASE),
    re.compile(
        rf"\b{_QUARTER},?\s+(?:{_AND_YEAR})?(?:results\s+)?(?:of\s+|for\s+)?(?:the\s+)?(?:and\s+)?(?:fiscal\s+)?(?:year\s+)?{_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:Q(?P<quarter>[1-4])|(?P<quarter2>[1-4])Q)\s*(?:and|&|/)\s*(?:full[- ]?year|fiscal[- ]year|FY)\s*{_YEAR}", re.IGNORECASE
    ),
    re.compile(r"\b(?P<year>(?:19|20)\d\d)\s*F?Q(?P<quarter>[1-4])\b", re.IGNORECASE),
    re.compile(rf"\b(?P<year>(?:19|20)\d\d)['’]?s?\s+{_QUARTER}", re.IGNORECASE),
    re.compile(rf"\b(?:fiscal(?:\s+year)?|FY)\s?['’]?(?P<year>\d\d)\s+{_QUARTER}", re.IGNORECASE),
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATES = (
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<year>(?:19|20)\d\d|\d\d(?!\d|:\d))\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH}\s*,?\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE),
)
_REPORTING_DAYS = 12  # from the end of a quarter to the earliest reports of it

_TIME = re.compile(r"\b(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s*(?P<half>[ap])\.?\s?m\b\.?", re.IGNORECASE)


def find_period(text: str, latest: date) -> str | None:
    """Find the fiscal quarter a title names, as `2021Q3`; one whose year no call before `latest` can have is refused.

    The usual spellings go before the unusual: "December 20, 2012 Q1 2013" is about the first quarter of 2013.
    """
    match = next((match for pattern in _PERIODS if (match := pattern.search(text))), None)
    return _period_of(match, latest) if match else None


def find_periods(text: str, latest: date) -> list[tuple[int, int, str | None]]:
    """Find all quarters that running text names, first ones first: where each begins and ends, and which it is, None if impossible."""
    found = sorted(((match.span(), match) for pattern in _PERIODS for match in pattern.finditer(text)), key=lambda item: item[0])
    return [(start, end, _period_of(match, latest)) for (start, end), match in found]


def period_start(text: str) -> int | None:
    """Find where in a title the fiscal quarter begins."""
    return next((match.start() for pattern in _PERIODS if (match := pattern.search(text))), None)


def _period_of(match: re.Match[str], latest: date) -> str | None:
    named = next(found for name, found in match.groupdict().items() if name.startswith("quarter") and found)
    return possible_period(_full_year(match["year"]), _ORDINALS.get(named.lower()) or int(named), latest)


def possible_period(year: int, quarter: int, latest: date) -> str | None:
    """Write a fiscal quarter as `2021Q3`; None if no call can be about it."""
    # A fiscal year is named up to a year ahead; one of 2076 is a slip of the transcriber's.
    return f"{year}Q{quarter}" if _FIRST_YEAR <= year <= latest.year + 1 else None


def find_date(text: str, latest: date) -> date | None:
    """Find the first day a text names that is not after `latest` and not before the first published transcripts."""
    return next((day for _, day in find_dates(text, latest)), None)


def find_dates(text: str, latest: date) -> list[tuple[int, date]]:
    """Find all such days and where each begins, in their order."""
    found = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            try:
                day = date(_full_year(match["year"]), month, int(match["day"]))
            except ValueError:
                continue  # "February 30", and the year 0 of Seeking Alpha's clock lines
            if day.year >= _FIRST_YEAR and day <= latest:
                found.append((match.start(), day))
    return sorted(found)


def find_time(text: str) -> time | None:
    """Find the first time of day a text names by a twelve-hour clock."""
    match = _TIME.search(text)
    if not match or not 1 <= int(match["hour"]) <= 12 or int(match["minute"] or 0) > 59:
        return None
    afternoon = 12 if match["half"].lower() == "p" else 0
    return time(int(match["hour"]) % 12 + afternoon, int(match["minute"] or 0))


def without_dates(text: str) -> str:
    """Give a text up to the first day or time in it."""
    for pattern in (*_DATES, _TIME):
        found = pattern.search(text)
        if found:
            text = text[: found.start()]
    return text


def is_credible(period: str, day: date) -> bool:
    """Say whether a call on that day can be about that fiscal quarter.

    A fiscal year ends from eleven months before the end of the calendar year it is named for (January) to one month
    after; a quarter is reported within five months of its end.
    """
    year, quarter = int(period[:4]), int(period[-1])
    months = (day.year - year) * 12 + day.month - 3 * quarter
    return -11 < months + (day.day > _REPORTING_DAYS) <= 6


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if year > 99 else 1900 + year if year >= _FIRST_YEAR % 100 else 2000 + year

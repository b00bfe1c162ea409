"""Which call do the first words announce, as in "Welcome to the Acme third quarter 2022 earnings conference call"?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from indexer.periods import find_dates, find_periods

__all__ = ["find_announced_company", "find_announced_date", "find_announced_period"]

# What follows a company's name in an announcement.
_WHEN = (
    r"(?i:(?:first|second|third|fourth|full|fiscal|quarterly|year[- ]end|[1-4]q|q[1-4]|(?:19|20)\d\d|earnings|results|financial|"
    r"conference|teleconference|investors?|webcast|analysts?)\b)"
)
_NAME = r"(?P<company>[A-Z0-9][^\s,;:?!()]*(?: (?:[A-Z0-9&][^\s;:?!()]*|and|of|de|the)){0,7}?)(?:['’]s?)?,?"
_WELCOME = (
    r"(?i:welcome(?: (?:everyone|everybody|all of you|you all|you))? to|joining(?: us)?(?: today)? for|standing by for|participating in)"
)
_COMPANY = (
    re.compile(rf"\b{_WELCOME} (?:(?i:today's) )?(?:(?i:the) )?{_NAME} (?={_WHEN})"),
    re.compile(rf"\b{_WELCOME} (?:(?i:the) )?(?:(?:Q[1-4]|[1-4]Q) (?:FY ?)?)?(?:'?\d\d|20\d\d) {_NAME} (?={_WHEN})"),
)
_NO_COMPANY = re.compile(
    r"(?i:(?:our|the|this|today['’]?s?|your|my|a|an|quarter|q[1-4]|[1-4]q|first|second|third|fourth|full|fiscal|earnings|conference|"
    r"quarterly|financial|results|(?:19|20)\d\d)\b)"
)
_CALL = re.compile(r"\b(?:call|conference|webcast|results|review|teleconference|presentation|earnings)\b", re.IGNORECASE)
# What a quarter is compared with is not announced.
_COMPARED = re.compile(
    r"(?:\b(?:compar\w+|versus|vs|against|over|from|prior|last|previous)\b(?:[^.;]|\.(?=\d)){0,60}|\$[\d.]+ in )(?:the )?$", re.IGNORECASE
)
_QUARTER = re.compile(r"[Qq]uarter|QUARTER|[Qq][1-4]|[1-4][Qq]")
_CHARS_AROUND = 100

_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? (?:the )?)?"
# What stands right before the day of the call: "Today is", "is being recorded today,", "our conference call on".
_TODAY = re.compile(
    r"(?:\btoday(?:['’]s (?:date|call|conference call|conference|event))?(?: is)?(?: being)?(?: (?:recorded|held))?(?: on)?"
    r"|\bthis (?:morning|afternoon|evening)|\b(?:recorded|held)(?: live)?(?: today)?(?: on)?"
    r"|\b(?:the )?date(?: of (?:this|today['’]s) (?:conference )?call)? is|(?<!next )\bcall (?:today|on|of|dated))"
    rf"[,:]? (?:the )?{_WEEKDAY}$",
    re.IGNORECASE,
)
# ... but for another call: "We expect to hold our next call on".
_LATER = re.compile(r"\b(?:expects? to|plans? to|will|we['’]ll|intends? to) (?:hold|host|have|report)\b[^.]*$", re.IGNORECASE)
_TODAY_WORD = re.compile(r"today|date|this (?:morning|afternoon|evening)|recorded|held|call", re.IGNORECASE)
_CHARS_BEFORE_DAY = 80


def find_announced_company(opening: Sequence[str]) -> str | None:
    """Find the company that the first speakers welcome to.

    Args:
        opening: The first paragraphs of the call, in order.
    """
    for paragraph in opening:
        for pattern in _COMPANY:
            for match in pattern.finditer(paragraph):
                if not _NO_COMPANY.match(match["company"]):
                    return re.sub(r"(?:['’]s?)?,?$", "", match["company"])
    return None


def find_announced_period(opening: Sequence[str], latest: date) -> str | None:
    """Find the fiscal quarter whose results the first speakers announce: the first one that is named beside the call or its results."""
    for paragraph in opening:
        if not _QUARTER.search(paragraph):
            continue
        for start, end, period in find_periods(paragraph, latest):
            around = paragraph[max(0, start - _CHARS_AROUND) : end + _CHARS_AROUND]
            if _CALL.search(around) and not _COMPARED.search(paragraph[max(0, start - _CHARS_AROUND) : start]):
                return period
    return None


def find_announced_date(opening: Sequence[str], latest: date) -> date | None:
    """Find the day that the first speakers call today's."""
    for paragraph in opening:
        if _TODAY_WORD.search(paragraph):
            for start, day in find_dates(paragraph, latest):
                before = paragraph[max(0, start - _CHARS_BEFORE_DAY) : start]
                if _TODAY.search(before) and not _LATER.search(before):
                    return day
    return None

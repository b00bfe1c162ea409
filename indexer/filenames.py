"""What does a file's name say of its call? The last resort: names are given by collectors, not by publishers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from indexer.periods import find_date, possible_period

__all__ = ["NamedFacts", "read_name"]

_QUARTER = re.compile(
    r"(?:^|[-_ ])(?:f?q(?P<quarter>[1-4])|f?(?P<quarter3>[1-4])q)[-_ ]?(?:fiscal[-_ ])?(?:year[-_ ])?(?P<year>(?:19|20)\d\d)(?=$|[-_ ])"
    r"|(?:^|[-_ ])(?P<year2>20\d\d)[-_ ]?q(?P<quarter2>[1-4])(?=$|[-_ ])",
    re.IGNORECASE,
)
# "2016-Jan-26-AAPL", "2019-01-30-MSFT": the call's day and ticker.
_DAY_AND_TICKER = re.compile(r"(?P<year>20\d\d)-(?P<month>\d\d|[A-Z][a-z]{2})-(?P<day>\d\d)-(?P<ticker>[A-Z]{1,5})")
# "FIG_Q1_2026_earnings_call", "0HMI.L_Q1_2021_raw": a symbol before the quarter. ("US2538681030" is a security's number.)
_TICKER_FIRST = re.compile(r"(?!Q[1-4]_|[1-4]Q_|(?:19|20)\d\d_)(?P<ticker>[A-Z0-9]{1,5}(?:\.[A-Z]{1,2})?)_(?=Q[1-4]_|20\d\d)")
# "apple-inc-aapl-q2-2019-earnings-call": Motley Fool's addresses.
_SLUG = re.compile(r"(?:20\d\d-\d\d-\d\d-)?(?P<company>[a-z0-9-]{2,60})-(?P<ticker>[a-z]{1,5})-q[1-4]-20\d\d-earnings")
_AROUND = re.compile(r"\b(?:earnings|results|conference|call|transcript|raw|api|response|interleaved)\b.*", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z][\w&.,'’ -]*")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFacts:
    """What a name says; None where it says nothing."""

    company: str | None = None
    ticker: str | None = None
    period: str | None = None
    date: date | None = None


def read_name(source: str, latest: date) -> NamedFacts:
    """Read the name of a file, without its folder and extension."""
    stem = PurePath(source).stem.encode("utf-8", "replace").decode()
    quarter = _QUARTER.search(stem)
    dated = _DAY_AND_TICKER.fullmatch(stem)
    slug = _SLUG.match(stem)
    ticker = dated or slug or _TICKER_FIRST.match(stem)
    return NamedFacts(
        company=slug["company"].replace("-", " ").title() if slug else None if dated else _company(stem, quarter),
        ticker=ticker["ticker"].upper() if ticker else None,
        period=_period(quarter, latest) if quarter else None,
        date=_day(dated, latest) if dated else None,
    )


def _company(stem: str, quarter: re.Match[str] | None) -> str | None:
    """What is left of a name beside its quarter: "Q3 2022 Prologis Inc Earnings Call", "amazon 2018 q4"."""
    if quarter is None:
        return None
    for part in (stem[: quarter.start()], stem[quarter.end() :]):
        words = _AROUND.sub("", part.replace("_", " ")).strip(" -")
        if _WORDS.fullmatch(words) and not re.fullmatch(r"[A-Z0-9.]{1,12}", words) and not _SLUG.match(stem):
            return words
    return None


def _period(match: re.Match[str], latest: date) -> str | None:
    year, quarter = match["year"] or match["year2"], match["quarter"] or match["quarter2"] or match["quarter3"]
    return possible_period(int(year), int(quarter), latest)


def _day(match: re.Match[str], latest: date) -> date | None:
    month = match["month"]
    if month.isdigit():
        month = _MONTHS[int(month) - 1] if 1 <= int(month) <= len(_MONTHS) else ""
    return find_date(f"{month} {match['day']}, {match['year']}", latest)

"""Which call is this? Title, rosters, first words and file name in; company, ticker, period, date, event and an id out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Generic, TypeVar

from indexer.filenames import read_name
from indexer.names import fold
from indexer.opening import find_announced_company, find_announced_date, find_announced_period
from indexer.periods import find_date, find_period, find_time, is_credible, period_start, without_dates

__all__ = ["CallFacts", "call_id", "company_key", "identify"]

_EXCHANGES = (
    r"NYSE(?:\s?(?:MKT|ARCA|American))?|NASDAQ(?:GS|GM|CM)?|AMEX|OTC\w*|TSXV?|TSE|LSE"
    r"|LON|ASX|HKEX|HKG|SEHK|BATS|CBOE|PINK|XETRA|FRA|EPA|SWX|NSE|BSE|BMV"
    r"|ENXT(?:PA|AM|BR|LS)|XTRA|NSEI|KOSE|BME|BIT|OM|CPSE|HLSE|OB|WSE|JSE|SGX|SHSE|SZSE|TASE|TWSE|IDX|KLSE|BOVESPA|AIM|CVE|CNSX|NEO"
)
_SYMBOL = r"[A-Z][A-Z0-9]{0,5}(?:[.\-][A-Z]{1,3})?"
# "(NYSE:DHI)", "(BBT)", "(GDRX -1.48%)", "(NASDAQ:GOOG, NASDAQ:GOOGL)", "(HKEX:0799)"; a page's ticker span has spaces.
_TICKER = re.compile(
    rf"\(\s*(?:(?P<code>{_EXCHANGES})\s*:\s*(?P<listed>[A-Z0-9]{{1,12}}(?:[.\-][A-Z]{{1,3}})?)|(?P<symbol>{_SYMBOL}))"
    r"(?:\s*[,;/&]\s*[^()]*)?(?:\s+[-+−]?[\d.,]+%)?\s*\)",
    re.IGNORECASE,
)
# "Etsy, Inc. ETSY Q3 2021 Earnings Conference Call": no parentheses at all.
_BARE_TICKER = re.compile(r"^(?P<company>.{3,80}?)\s+(?P<symbol>[A-Z]{2,5})\s+(?=F?(?:Q[1-4]|[1-4]Q))")
# Capitals at the end of a company's name, or in brackets after it, that are no ticker.
_NO_TICKER = frozenset("AB AG ASA BV CO CORP INC KK LLC LLP LP LTD NV OYJ PLC PLLC REIT SA SAB SE SPA UK US USA".split())
_NEVER_TICKER = frozenset("ADR ADS REIT UK US USA".split())

# "Call Start: 08:30 January 1, 0000 9:34 AM ET": a Seeking Alpha clock line, with the start by 24 hours and the end by
# 12.
_CLOCK = re.compile(
    r"(?:call |conference )?start(?: time)?:\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)\b.*?(?P<end_hour>\d{1,2}):(?P<end_minute>\d\d)\s*[ap]m",
    re.IGNORECASE,
)
_EVENT = re.compile(r"\b(?:call|conference|presentation|meeting|day|webcast|summit|forum|update)\b", re.IGNORECASE)
_NUMBER_LINE = re.compile(r"#?\d+")

_LONGEST_CALL = 360  # minutes
_LONGEST_EVENT = 400  # characters looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What is known of a call; None where nothing credible is said.

    Attributes:
        origins: Where company, ticker, period and date were found, as far as they were: "title", "rosters", "opening" (the
            first words said) or "file name".
        warnings: What is missing (`no-date`), what only the file's name says (`date-from-file-name`), what does not go
            together (`period-doubtful`, `date-doubtful`).
    """

    company: str | None
    ticker: str | None
    exchange_code: str | None
    period: str | None
    event: str
    date: date | None
    time: time | None
    duration_minutes: int | None
    origins: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def identify(
    title: tuple[str, ...], source: str = "", *, latest: date, company: str | None = None, opening: Sequence[str] = ()
) -> CallFacts:
    """Find out which call it is: by its title, else by its rosters, else by what is said first, else by its file's name.

    Args:
        title: The lines above rosters and speech, in order.
        source: The path; "" where its name cannot be of this call, as when a file holds several.
        latest: No call can have a date after this; a later one, or one before 1990, is refused.
        company: As the rosters name it.
        opening: The first paragraphs said.
    """
    clock = next((match for line in title if (match := _CLOCK.match(line)) and int(match["hour"]) < 24 and int(match["minute"]) < 60), None)
    lines = [line for line in title if not _CLOCK.match(line) and not _NUMBER_LINE.fullmatch(line)]
    heading = "  ".join(lines)
    titled, ticker, exchange_code, rest = _company(lines)
    named = read_name(source, latest)
    whose = _first(
        title=titled, rosters=company, opening=None if titled or company else find_announced_company(opening), name=named.company
    )
    symbol = _first(title=ticker, name=named.ticker)
    period, slipped = _agreed_period(find_period(heading, latest), find_announced_period(opening, latest), named.period)
    titled_day = find_date(heading, latest)
    day = _first(title=titled_day, opening=titled_day or find_announced_date(opening, latest), name=named.date)
    found: dict[str, _Found[Any]] = {"company": whose, "ticker": symbol, "period": period, "date": day}
    doubts = ["period-doubtful"] * slipped
    if period.value and day.value and not is_credible(period.value, day.value):
        doubts.append("date-doubtful")
    return CallFacts(
        company=whose.value,
        ticker=symbol.value,
        exchange_code=exchange_code,
        period=period.value,
        event=_event(rest, latest),
        date=day.value,
        time=find_time(heading) or _clock_start(clock),
        duration_minutes=_clock_minutes(clock),
        origins=tuple((name, fact.origin) for name, fact in found.items() if fact.origin),
        warnings=(
            *(f"no-{name}" for name, fact in found.items() if fact.value is None),
            *(f"{name}-from-file-name" for name, fact in found.items() if fact.origin == _ORIGINS["name"]),
            *doubts,
        ),
    )


_T = TypeVar("_T")
_ORIGINS = {"title": "title", "rosters": "rosters", "opening": "opening", "name": "file name"}


@dataclass(frozen=True, slots=True)
class _Found(Generic[_T]):
    """A fact, and where it stands; "" if nowhere."""

    value: _T | None = None
    origin: str = ""


def _first(**places: _T | None) -> _Found[_T]:
    return next((_Found(value, _ORIGINS[place]) for place, value in places.items() if value is not None), _Found())


def _agreed_period(titled: str | None, announced: str | None, named: str | None) -> tuple[_Found[str], bool]:
    """The title's period, unless what is said first and the file's name agree on another; and whether title and words differ."""
    slipped = titled is not None and announced is not None and titled != announced
    if slipped and announced == named:
        return _Found(announced, _ORIGINS["opening"]), True
    return _first(title=titled, opening=announced, name=named), slipped


def call_id(facts: CallFacts, fallback: str) -> str:
    """Name a call: ticker (or company), and fiscal period (or date), as in `CLLS-2021Q3`.

    Args:
        fallback: Stands for whatever of the two is missing; the source's name without its extension.
    """
    who = facts.ticker or _slug(facts.company or "")
    when = facts.period or (facts.date.isoformat() if facts.date else "")
    parts = [part for part in (who, when) if part]
    return "-".join(parts if len(parts) == 2 else [*parts, _slug(fallback)])


# What is left out where names of companies are compared.
_LEGAL_FORM = re.compile(
    r"\b(?:the|and|incorporated|inc|corporation|corp|company|companies|co|limited|ltd|plc|llc|lp|nv|sa|sab|ag|se|as|adr|trust|group|holdings?)\b"
)


def company_key(company: str) -> str:
    """Give a company's name as it is compared: `Apple Inc.`, `APPLE, INC` and `Apple` are one."""
    folded = re.sub(r"[. ]com\b", "", fold(company))
    words = re.sub(r"[^\w ]|_", " ", folded.replace(".", "").replace("'", ""))
    return "".join(_LEGAL_FORM.sub(" ", words).split()) or "".join(words.split())


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:60].upper()


def _company(lines: list[str]) -> tuple[str | None, str | None, str | None, str]:
    """Company, ticker, exchange code, and the title without them."""
    tickers = [(number, match) for number, line in enumerate(lines) for match in _TICKER.finditer(line) if _is_ticker(match)]
    for number, match in sorted(tickers, key=lambda each: _doubt(each[1]))[:1]:
        line = lines[number]
        company = _LEADING_PERIOD.sub("", line[: match.start()]).strip(" ,-–—")
        code = match["code"].upper() if match["code"] else None
        rest = " ".join([line[match.end() :], *lines[number + 1 :]])
        return (company or _line_before(lines, number)), (match["listed"] or match["symbol"]).upper(), code, rest
    for number, line in enumerate(lines):
        bare = _BARE_TICKER.match(line)
        if bare and bare["symbol"] not in _NO_TICKER:
            return bare["company"].strip(" ,"), bare["symbol"], None, line[bare.end() :]
        period = period_start(line)
        if period is not None:
            company, rest = line[:period].strip(" ,-–—").rstrip(" ("), line[period:]
            if not company and (behind := _company_behind(rest)):
                company, rest = behind, " ".join(rest.replace(behind, "", 1).split())
            return (company or _line_before(lines, number)), None, None, " ".join([rest, *lines[number + 1 :]])
    return None, None, None, " ".join(lines)


def _is_ticker(match: re.Match[str]) -> bool:
    """Whether what stands in brackets can be a ticker, and is not "(Qtr End 06/04/2010)", "(formerly Acme)" or "(UK)"."""
    symbol = match["symbol"]
    return symbol is None or (symbol == symbol.upper() and symbol not in _NEVER_TICKER)


def _doubt(match: re.Match[str]) -> int:
    """How doubtful a ticker is: an exchange before it or a price after it leave no doubt; "(SE)" may be a legal form."""
    if match["code"] or "%" in match[0]:
        return 0
    return 2 if match["symbol"] in _NO_TICKER else 1


_LEADING_PERIOD = re.compile(r"^F?(?:Q[1-4]|[1-4]Q)\s*(?:FY\s?)?(?:(?:19|20)\d\d|\d\d)\s+(?=\S)", re.IGNORECASE)
# "Q1 2016 Apple Inc Earnings Call": StreetEvents' titles have the company between the quarter and the event.
_BEHIND = re.compile(
    r"F?(?:Q[1-4]|[1-4]Q)\s*(?:FY\s?)?(?:(?:19|20)\d\d|\d\d)\s+(?!(?:earnings|results|and|full|fiscal)\b)(?P<company>\S.{1,80}?)\s+"
    r"(?:earnings|results|sales|revenue|trading|interim|pre|conference|investor|webcast)\b",
    re.IGNORECASE,
)


def _company_behind(title: str) -> str | None:
    found = _BEHIND.match(title)
    return found["company"] if found else None


def _line_before(lines: list[str], number: int) -> str | None:
    return lines[number - 1].strip() if number else None


def _clock_start(clock: re.Match[str] | None) -> time | None:
    return time(int(clock["hour"]), int(clock["minute"])) if clock else None


def _clock_minutes(clock: re.Match[str] | None) -> int | None:
    """Minutes from start to end, told by a 24-hour and a 12-hour clock."""
    if clock is None:
        return None
    start = int(clock["hour"]) * 60 + int(clock["minute"])
    minutes = (int(clock["end_hour"]) * 60 + int(clock["end_minute"]) - start) % 720
    return minutes if 0 < minutes <= _LONGEST_CALL else None


def _event(rest: str, latest: date) -> str:
    """The title without company, date and time: `Q4 2012 Earnings Call`."""
    rest = without_dates(rest)
    event = re.sub(r"^\W+", "", " ".join(rest[:_LONGEST_EVENT].split())).rstrip(" ,–—-")
    return event[:120] if event and (_EVENT.search(event) or find_period(event, latest)) else "Earnings Call"

"""Which call is this? Title lines in; company, ticker, period, date, event and an id out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import PurePath

from indexer.names import fold

__all__ = ["CallFacts", "call_id", "identify"]

_EXCHANGES = (
    r"NYSE(?:\s?(?:MKT|ARCA|American))?|NASDAQ(?:GS|GM|CM)?|AMEX|OTC\w*|TSXV?|TSE|LSE"
    r"|LON|ASX|HKEX|HKG|SEHK|BATS|CBOE|PINK|XETRA|FRA|EPA|SWX|NSE|BSE|BMV"
)
_SYMBOL = r"[A-Z][A-Z0-9]{0,5}(?:[.\-][A-Z]{1,3})?"
# "(NYSE:DHI)", "(BBT)", "(GDRX -1.48%)", "(NASDAQ:GOOG, NASDAQ:GOOGL)", "(HKEX:0799)"; a page's ticker span has spaces.
_TICKER = re.compile(
    rf"\(\s*(?:(?P<code>{_EXCHANGES})\s*:\s*(?P<listed>[A-Z0-9]{{1,6}}(?:[.\-][A-Z]{{1,3}})?)|(?P<symbol>{_SYMBOL}))"
    r"(?:\s*[,;/&]\s*[^()]*)?(?:\s+[-+−]?[\d.,]+%)?\s*\)",
    re.IGNORECASE,
)
# "Etsy, Inc. ETSY Q3 2021 Earnings Conference Call": no parentheses at all.
_BARE_TICKER = re.compile(r"^(?P<company>.{3,80}?)\s+(?P<symbol>[A-Z]{2,5})\s+(?=F?(?:Q[1-4]|[1-4]Q))")
# Capitals at the end of a company's name, or in brackets after it, that are no ticker.
_NO_TICKER = frozenset("AB AG ASA BV CO CORP INC KK LLC LLP LP LTD NV OYJ PLC PLLC REIT SA SAB SE SPA UK US USA".split())
_NEVER_TICKER = frozenset("ADR ADS REIT UK US USA".split())

_YEAR = r"(?:FY\s?|')?(?P<year>(?:19|20)\d\d|\d\d)\b"
_PERIODS = (
    re.compile(rf"\bF?Q(?P<quarter>[1-4])\s*[-/,]?\s*(?:fiscal\s+(?:year\s+)?|F)?{_YEAR}", re.IGNORECASE),
    re.compile(rf"\bF?(?P<quarter>[1-4])Q\s*[-/,]?\s*(?:fiscal\s+(?:year\s+)?)?{_YEAR}", re.IGNORECASE),
    re.compile(
        r"\b(?P<quarter>first|second|third|fourth)[- ]quarter\s+(?:(?:and|&)\s+(?:full|fiscal)[- ]year\s+)?"
        rf"(?:of\s+)?(?:fiscal\s+)?(?:year\s+)?{_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:Q(?P<quarter>[1-4])|(?P<quarter2>[1-4])Q)\s*(?:and|&|/)\s*(?:full[- ]?year|fiscal[- ]year|FY)\s*{_YEAR}", re.IGNORECASE
    ),
    re.compile(r"\b(?P<year>(?:19|20)\d\d)\s*F?Q(?P<quarter>[1-4])\b", re.IGNORECASE),
)
_FILE_PERIOD = re.compile(
    r"(?:^|[-_ ])(?:f?q(?P<quarter>[1-4])|f?(?P<quarter3>[1-4])q)[-_ ](?:fiscal[-_ ])?(?:year[-_ ])?(?P<year>(?:19|20)\d\d)\b"
    r"|(?:^|[-_ ])(?P<year2>20\d\d)[-_ ]q(?P<quarter2>[1-4])\b",
    re.IGNORECASE,
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATES = (
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<year>(?:19|20)\d\d|\d\d(?!\d))\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH}\s*,?\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE),
)
_TIME = re.compile(r"\b(?P<hour>\d{1,2}):(?P<minute>\d\d)\s*(?P<half>[ap])\.?\s?m\b\.?", re.IGNORECASE)
# "Call Start: 08:30 January 1, 0000 9:34 AM ET": a Seeking Alpha clock line, with the start by 24 hours and the end by
# 12.
_CLOCK = re.compile(
    r"(?:call |conference )?start(?: time)?:\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)\b.*?(?P<end_hour>\d{1,2}):(?P<end_minute>\d\d)\s*[ap]m",
    re.IGNORECASE,
)
_EVENT = re.compile(r"\b(?:call|conference|presentation|meeting|day|webcast|summit|forum|update)\b", re.IGNORECASE)
_NUMBER_LINE = re.compile(r"#?\d+")

_FIRST_YEAR = 1990  # the first published transcripts
_LONGEST_CALL = 360  # minutes
_LONGEST_EVENT = 400  # characters looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What the title of a transcript says about its call; None where it says nothing credible."""

    company: str | None
    ticker: str | None
    exchange_code: str | None
    period: str | None
    event: str
    date: date | None
    time: time | None
    duration_minutes: int | None
    warnings: tuple[str, ...]


def identify(title: tuple[str, ...], source: str, *, latest: date) -> CallFacts:
    """Read company, ticker, period, date, time and event from the lines above the speech.

    Args:
        title: Those lines, in order.
        source: The path; its name is asked for the period where the text gives none.
        latest: No call can have a date after this; a later one, or one before 1990, is refused.

    Returns:
        The facts, with a warning for each that is missing.
    """
    clock = next((match for line in title if (match := _CLOCK.match(line)) and int(match["hour"]) < 24 and int(match["minute"]) < 60), None)
    lines = [line for line in title if not _CLOCK.match(line) and not _NUMBER_LINE.fullmatch(line)]
    heading = "  ".join(lines)
    company, ticker, exchange_code, rest = _company(lines)
    day = _date(heading, latest)
    found = CallFacts(
        company=company,
        ticker=ticker,
        exchange_code=exchange_code,
        period=_period(heading, latest) or _file_period(source),
        event=_event(rest, latest),
        date=day,
        time=_time(heading) or _clock_start(clock),
        duration_minutes=_clock_minutes(clock),
        warnings=(),
    )
    missing = [f"no-{name}" for name in ("company", "ticker", "period", "date") if getattr(found, name) is None]
    if missing:
        found = replace(found, warnings=tuple(missing))
    return found


def call_id(facts: CallFacts, fallback: str) -> str:
    """Name a call: ticker (or company), and fiscal period (or date), as in `CLLS-2021Q3`.

    Args:
        fallback: Stands for whatever of the two is missing; the source's name without its extension.
    """
    who = facts.ticker or _slug(facts.company or "")
    when = facts.period or (facts.date.isoformat() if facts.date else "")
    parts = [part for part in (who, when) if part]
    return "-".join(parts if len(parts) == 2 else [*parts, _slug(fallback)])


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:60].upper()


def _company(lines: list[str]) -> tuple[str | None, str | None, str | None, str]:
    """Company, ticker, exchange code, and the title without them."""
    tickers = [(number, match) for number, line in enumerate(lines) for match in _TICKER.finditer(line) if _is_ticker(match)]
    for number, match in sorted(tickers, key=lambda each: _doubt(each[1]))[:1]:
        line = lines[number]
        company = line[: match.start()].strip(" ,-–—")
        code = match["code"].upper() if match["code"] else None
        rest = " ".join([line[match.end() :], *lines[number + 1 :]])
        return (company or _line_before(lines, number)), (match["listed"] or match["symbol"]).upper(), code, rest
    for number, line in enumerate(lines):
        bare = _BARE_TICKER.match(line)
        if bare and bare["symbol"] not in _NO_TICKER:
            return bare["company"].strip(" ,"), bare["symbol"], None, line[bare.end() :]
        period = next((found for pattern in _PERIODS if (found := pattern.search(line))), None)
        if period:
            company = line[: period.start()].strip(" ,-–—").rstrip(" (")
            return (company or _line_before(lines, number)), None, None, " ".join([line[period.start() :], *lines[number + 1 :]])
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


def _line_before(lines: list[str], number: int) -> str | None:
    return lines[number - 1].strip() if number else None


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if year > 99 else 1900 + year if year >= _FIRST_YEAR % 100 else 2000 + year


def _period(heading: str, latest: date) -> str | None:
    for pattern in _PERIODS:
        match = pattern.search(heading)
        if match:
            named = next(text for name, text in match.groupdict().items() if name.startswith("quarter") and text)
            quarter = _ORDINALS.get(named.lower()) or int(named)
            year = _full_year(match["year"])
            # A fiscal year is named up to a year ahead; one of 2076 is a slip of the transcriber's.
            return f"{year}Q{quarter}" if _FIRST_YEAR <= year <= latest.year + 1 else None
    return None


def _file_period(source: str) -> str | None:
    match = _FILE_PERIOD.search(PurePath(source).stem)
    return match and f"{match['year'] or match['year2']}Q{match['quarter'] or match['quarter2'] or match['quarter3']}"


def _date(heading: str, latest: date) -> date | None:
    for pattern in _DATES:
        for match in pattern.finditer(heading):
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            try:
                found = date(_full_year(match["year"]), month, int(match["day"]))
            except ValueError:
                continue  # "February 30", and the year 0 of the clock lines
            if found.year >= _FIRST_YEAR and found <= latest:
                return found
    return None


def _time(heading: str) -> time | None:
    match = _TIME.search(heading)
    if not match or not 1 <= int(match["hour"]) <= 12 or int(match["minute"]) > 59:
        return None
    return datetime.strptime(f"{match['hour']}:{match['minute']} {match['half']}m", "%I:%M %p").time()


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
    for pattern in (*_DATES, _TIME):
        found = pattern.search(rest)
        if found:
            rest = rest[: found.start()]
    event = re.sub(r"^\W+", "", " ".join(rest[:_LONGEST_EVENT].split())).rstrip(" ,–—-")
    return event[:120] if event and (_EVENT.search(event) or _period(event, latest)) else "Earnings Call"

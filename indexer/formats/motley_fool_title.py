"""What do the lines above a Motley Fool call say of it? Lines as saved in, title lines as published out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.clean import is_furniture

__all__ = ["CHARS_OF_FOOTER", "title_from_speech", "title_lines", "unglue_title"]

_TICKER = r"(?P<ticker>(?:[A-Za-z]{2,8}:\s*)?[A-Z]{1,6}(?:[.\-][A-Z]{1,2})?)"
_MOVE = r"\s*(?:[-+−]?\d[\d.,]*%)?\s*"  # the price's move of the day, glued to the ticker since 2023: "(ORLN+1.48%)"
_QUARTER = r"(?:F?Q[1-4]|[1-4]Q|full[- ]year|fiscal)\b"

# "Orchard Lane(ORLN+1.48%)Q1 2024 Earnings CallMay 02, 2024,7:00 a.m. ET": title, quarter and date on one line.
_GLUED = re.compile(
    rf"(?P<company>[^()]{{2,90}}?)\s*\(\s*{_TICKER}{_MOVE}\)\s*"
    rf"(?P<event>(?i:{_QUARTER}).{{0,24}}?(?i:earnings (?:conference )?call))\s*(?P<date>[A-Z][a-z]{{2,8}}\.? \d{{1,2}}, ?\d{{4}}.{{0,40}})"
)
# The first sentence of a summary, where a call of 2025 names its ticker: "Orchard Lane(ORLN+1.48%)reported more pears".
_SUMMARY = re.compile(rf"(?P<company>[^()]{{2,90}}?)\s?\({_TICKER}{_MOVE}\)\s?[a-z]")

# What a collector of transcripts wrote above them, between rulers.
_FACT = re.compile(
    r"(?P<name>company|ticker|quarter|source|url|scraped|translated|backend|characters|paragraphs):\s*(?P<value>.*)", re.IGNORECASE
)
_NO_TITLE = re.compile(r"[=─━_*\-]{10,}|earnings call transcript|电话会议纪要.*", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:[•*·-]\s*)?(?:contents|prepared remarks|questions? (?:and|&) answers?|call participants):?", re.IGNORECASE)
_COLLECTED_LINES = 12  # the block has nine lines, with its rulers
_FEWEST_FACTS = 2

_WEEKDAY = re.compile(r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day,? ", re.IGNORECASE)
_BARE_HOUR = re.compile(r"(?<![:\d])(\d{1,2}) ?(?=[ap]\.?m\b)", re.IGNORECASE)  # "at 5 p.m. ET"


def title_lines(lines: Sequence[str], summary: Sequence[str] = ()) -> tuple[str, ...]:
    """Give the lines that identify a call, in the order company and ticker, quarter, date.

    Args:
        lines: What stands above rosters and speech; a collector's block gives company, ticker and quarter where the
            page's own title is missing, and nothing else: the days it names are not the call's.
        summary: The publisher's summary, for the ticker, where neither title nor block gives it.
    """
    facts = _collected(lines)
    own = [line for number, line in enumerate(lines) if not (number < _COLLECTED_LINES and facts and _is_collectors(line))]
    own = [part for line in own if not (is_furniture(line) or _CONTENTS.fullmatch(line)) for part in unglue_title(line)]
    if facts and not any(_TITLE.fullmatch(line) for line in own):
        own = [*_from_facts(facts, summary), *own]
    elif not facts and summary:
        own = [*_from_facts({}, summary), *own]
    return tuple(_BARE_HOUR.sub(r"\1:00 ", _WEEKDAY.sub("", line)) for line in own)


def unglue_title(line: str) -> tuple[str, ...]:
    """Give company and ticker, quarter, and date on lines of their own, if they stand on one without spaces between them."""
    found = _GLUED.fullmatch(line) if "(" in line else None
    return (f"{found['company']} ({found['ticker']})", found["event"], found["date"]) if found else (line,)


_TITLE = re.compile(rf"[^()]{{2,90}}\(\s*{_TICKER}{_MOVE}\)")


def _is_collectors(line: str) -> bool:
    return bool(_FACT.fullmatch(line) or _NO_TITLE.fullmatch(line))


def _collected(lines: Sequence[str]) -> dict[str, str]:
    facts = {found["name"].lower(): found["value"] for line in lines[:_COLLECTED_LINES] if (found := _FACT.fullmatch(line))}
    return facts if len(facts) >= _FEWEST_FACTS else {}


def _from_facts(facts: dict[str, str], summary: Sequence[str]) -> list[str]:
    told = next((found for line in summary if (found := _SUMMARY.match(line))), None)
    # "Company: Orchard Lane (果园)": the second name is the collector's.
    company = re.sub(r"\s*\([^()]*\)$", "", facts.get("company", "")) or (told["company"] if told else "")
    ticker = facts.get("ticker") or (told["ticker"] if told else "")
    quarter = f"{facts['quarter']} Earnings Call" if facts.get("quarter") else ""
    return [line for line in (f"{company} ({ticker})" if ticker else company, quarter) if line]


_MORE = re.compile(r"More (?P<ticker>[A-Z][A-Z.]{0,6}) analysis")
_BETTER_THAN = re.compile(r"\d+ stocks we like better than (?P<company>[^\n]{2,60}?)(?: \([^()\n]{1,20}\))?(?=When |\n|$)")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_ORDINAL = rf"(?:{'|'.join(_ORDINALS)})[- ]quarter"
_WELCOME = re.compile(
    r"(?:[Ww]elcome to|\bjoining) (?:the |today['’]s )?(?P<company>[A-Z][\w&., -]{1,50}?)(?:['’]s)? "
    rf"(?i:{_ORDINAL})[^.]{{0,40}}?(?:19|20)\d\d\b"
)
_SAID_QUARTER = re.compile(rf"\b(?:(?P<ordinal>(?i:{_ORDINAL}))[^.]{{0,30}}?|Q(?P<number>[1-4]) )(?P<year>(?:19|20)\d\d)\b")
_CALL_OF = re.compile(r"\b[Cc]all of (?P<company>[A-Z][\w&]*(?: [A-Z][\w&]*){0,3})")
_TITLED = re.compile(r"\([A-Za-z: ]{1,16}\) ?Q[1-4] (?:19|20)\d\d Earnings")
_CHARS_OF_WELCOME = 1_500
CHARS_OF_FOOTER = 4_000  # a roster of 30 people and the legal notice have 3,000


def title_from_speech(text: str) -> tuple[str, ...]:
    """Give what the publisher's last lines and the first words say of a call; nothing if its title stands there.

    Nine of ten texts that were saved without line breaks begin with the speech.
    """
    opening = text[:_CHARS_OF_WELCOME]
    if _TITLED.search(opening):
        return ()
    footer = text[-CHARS_OF_FOOTER:]
    more, better, welcome, call_of, quarter = (
        _MORE.search(footer),
        _BETTER_THAN.search(footer),
        _WELCOME.search(opening),
        _CALL_OF.search(opening),
        _SAID_QUARTER.search(opening),
    )
    told = better or welcome or call_of
    company = told["company"] if told else ""
    who = f"{company} ({more['ticker']})" if more else company
    return tuple(line for line in (who.strip(), _event(quarter) if quarter else "") if line)


def _event(quarter: re.Match[str]) -> str:
    number = quarter["number"] or _ORDINALS[re.split(r"[- ]", quarter["ordinal"].lower())[0]]
    return f"Q{number} {quarter['year']} Earnings Call"

"""Transcripts as Indian companies file them with the exchanges: `Name: text` from a PDF, behind a cover letter.

The cover letter has a date that is not the call's. The list of participants is in capitals and wrapped; `MODERATOR`
there is the broker who hosts the call, `Moderator:` in the body the operator. No heading opens the questions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from indexer.formats.colon_headers import bare_name, find_colon_headers, form_of
from indexer.formats.draft import LOOKED_AT, Draft, RawTurn, RosterEntry, Side, head_lines
from indexer.formats.draft import one_call as split
from indexer.formats.pages import Line, join_wrapped, read_lines, running_heads, text_width, without
from indexer.names import is_name, is_operator, match_name

__all__ = ["NAME", "evidence", "parse", "split"]

NAME = "indian-filing"

_PAGE = re.compile(r"(?:(?P<head>.{3,100}) )?Page ?\|? ?\d{1,3}(?: ?(?:of|/|\|) ?\d{1,3})?|\d{1,3} ?\| ?P ?a ?g ?e|P a g e ?\|? ?\d{1,3}")
_MANAGEMENT = re.compile(r"MANAGEMENT(?: (?:TEAM|PARTICIPANTS?|REPRESENTATIVES?))?(?: ?: ?(?P<rest>.*))?")
_HOST = re.compile(r"(?:MODERATORS?|HOSTS?|ANALYSTS?|HOSTED BY)(?: ?: ?(?P<rest>.*))?")
_MODERATOR = re.compile(r"^\s*(?:Moderator|Operator)\s*:", re.MULTILINE)
_EXCHANGE = re.compile(r"\bSEBI\b|\bBSE\b|National Stock Exchange|\bScrip\b|\bNSE\b")

_TRANSCRIPT_OF = re.compile(r"transcript of (?:the )?", re.IGNORECASE)
_CALL = re.compile(r"(?:call|meet|meeting|webcast)", re.IGNORECASE)
_EVENT_PERIOD = re.compile(r"\b(?:F?Q[1-4]|[1-4]Q|H[12]|[1-4]H|FY|quarter|year)", re.IGNORECASE)
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = re.compile(
    rf"(?:[A-Z][a-z]{{5,8}}day,? )?(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}} ?(?:st|nd|rd|th)? {_MONTH},? \d{{4}})"
)
_COMPANY = re.compile(r".{2,90}\b(?:Limited|Ltd\.?|Bank|Corporation|Company|Trust|InvIT|REIT)\b.{0,40}", re.IGNORECASE)
_SYMBOL = re.compile(r"(?i:\b(?:symbol|scrip|code|id|NSE)\b)\s?[:–-]\s?(?P<symbol>[A-Z][A-Z0-9&-]{2,9})(?![\w-])")
_CODE = re.compile(r"(?i:\bcode\b(?: no\.?)?)\s?[:–-]?\s?(?P<code>5\d{5})\b")

# What companies put behind the last words: a ruler, a note that the text was edited, a disclaimer.
_END = re.compile(
    r"[-_=*. ]{5,}|(?:note|disclaimer|safe harbou?r(?: statement)?) ?:.*|(?:registered|regd\.?) office\b.*|"
    r"\(?(?:this|the) (?:document|transcript) (?:has been|is|was|may)\b.*",
    re.IGNORECASE,
)

_DASH = re.compile(r"\s+[-–—]+\s*|\s*[–—]+\s*|\s*-+\s+")
_WITH_HONORIFIC = re.compile(r"(?:MRS?|MS|DR|PROF|SHRI|SMT|MISS)\b\.? ", re.IGNORECASE)
_NO_ENTRY = re.compile(r"[+&]|.*\b(?:TEAM MEMBERS|ALONG WITH|OTHER MEMBERS)\b.*", re.IGNORECASE)
_LOWER_CASE_WORDS = frozenset(["and", "of", "the", "for", "to", "in", "at"])
_ABBREVIATIONS = frozenset("CEO CFO COO CTO CIO CMO CRO MD VP SVP EVP AVP IR M&A HR DGM AGM GM ED LLP LLC PLC PMS II III IT".split())
_FEWEST_HEADERS = 2
_TITLE_PAGE = 40  # lines
_LONGEST_EVENT = 120  # characters
_WORDS_IN_TITLES = frozenset(["of", "for", "and", "the", "ended", "on", "-", "–", "&"])
_LONGEST_ANNOUNCEMENT = 90  # characters
_QUOTES = "“”\"' "
_WORD = re.compile(r"[^\W\d_]+(?:['’&][^\W\d_]+)?")

# Of the marks two are needed, so that one of these must be there, or pages and an exchange: they are looked for first,
# because that is fast and most texts have none.
_CHEAP_MARKS = ("MANAGEMENT", "Management:", "Management :", "Moderator", "MODERATOR")


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    head = text[:LOOKED_AT]
    if not any(mark in head for mark in _CHEAP_MARKS) and not ("age " in head and "xchange" in head):
        return ""
    lines = head_lines(text)
    named = {form[0] for line in lines if (form := form_of(line))}
    if len(named) < _FEWEST_HEADERS:
        return ""
    found = {
        "numbered pages": sum(_PAGE.fullmatch(line) is not None for line in lines) > 1,
        "a list headed MANAGEMENT": any(_MANAGEMENT.fullmatch(line) for line in lines),
        "'Moderator:' as the operator": _MODERATOR.search(head) is not None,
        "a letter to the exchanges": _EXCHANGE.search(text[:6_000]) is not None,
    }
    marks = [mark for mark, stands in found.items() if stands]
    return ", ".join(["'Name: text'", *marks]) if len(marks) > 1 and any(map(_event, lines)) else ""


def parse(text: str) -> Draft:
    """Parse a text of this layout."""
    lines = read_lines(text)
    marks = _page_marks(lines)
    heads = running_heads(lines, marks)
    event = _find_event(lines, marks)
    rest = without(lines, heads | set(range(0 if event is None else event + 1)))
    start = next((number for number, line in enumerate(rest) if _begins_speech(line.text)), len(rest))
    roster = _Roster(rest[start:]).read(rest[:start])
    turns, guests = _read_turns(rest[start:], roster)
    return Draft(title=() if event is None else tuple(_title(lines, event, heads)), roster=(*roster, *guests), turns=turns, qa_start=None)


def _page_marks(lines: Sequence[Line]) -> set[int]:
    """Find the lines that number a page; a head on the same line must recur."""
    found = {number: match for number, line in enumerate(lines) if len(line.text) < 160 and (match := _PAGE.fullmatch(line.text))}
    heads = Counter(match["head"] for match in found.values())
    return {number for number, match in found.items() if match["head"] is None or heads[match["head"]] > 1}


def _event(line: str) -> str | None:
    """Give the event a line of a title page names, as "Q3 FY25 Earnings Conference Call"; None if it is another line."""
    event = _TRANSCRIPT_OF.sub("", line.strip(_QUOTES), count=1).removesuffix(" Transcript")
    if len(event) > _LONGEST_EVENT or not _EVENT_PERIOD.search(event):
        return None
    words = event.split()
    capital = all(word.lstrip(_QUOTES)[:1].isupper() or word.lstrip(_QUOTES)[:1].isdigit() or word in _WORDS_IN_TITLES for word in words)
    return event if capital and _CALL.fullmatch(words[-1].strip(_QUOTES)) else None


def _find_event(lines: Sequence[Line], marks: Collection[int]) -> int | None:
    """Give the number of the line that names the event: the last such line above the first words of anybody."""
    named = Counter(form[0] for line in lines if (form := form_of(line.text)) and form[1])
    event: int | None = None
    for number, line in enumerate(lines):
        if number not in marks and _event(line.text):
            event = number
        elif event is not None and (form := form_of(line.text)) and (is_operator(form[0]) or (is_name(form[0]) and named[form[0]] > 1)):
            break
    return event


def _title(lines: Sequence[Line], event: int, heads: Collection[int]) -> Iterator[str]:
    """Give company and symbol, event, and date: from the title page, else from the pages' heads, and only the symbol from the letter."""
    called = _event(lines[event].text) or ""
    period = _EVENT_PERIOD.search(called)
    named = called[: period.start()].strip(" -–,") if period else ""
    above = lines[event - 1].text.strip(_QUOTES) if event else ""
    beside = [lines[number].text for number in sorted(heads) if number > event]
    letter = [line.text for line in lines[:event]]
    # A group's companies may share a call; who files is who signs the letter, and the symbol is theirs.
    signed = (line.removeprefix("For ") for line in letter if line.startswith("For "))
    company = next(filter(_COMPANY.fullmatch, (*signed, named, above, *beside)), None)
    symbol = _symbol(letter)
    if company:
        yield f"{company} ({symbol})" if symbol else company
    yield called.removeprefix(named).strip(" -–,")
    below = [line.text for line in lines[event + 1 : event + _TITLE_PAGE]]
    yield from list(filter(_DATE.fullmatch, (*below, *beside)))[:1]


def _symbol(letter: Sequence[str]) -> str | None:
    """Find the company's symbol on the National Stock Exchange in a cover letter, else its number on the Bombay one."""
    text = "\n".join(letter)
    symbol = _SYMBOL.search(text)
    code = _CODE.search(text)
    return f"NSE:{symbol['symbol']}" if symbol else f"BSE:{code['code']}" if code else None


def _begins_speech(line: str) -> bool:
    form = form_of(line)
    return bool(form and form[1] and not form[1].isupper() and (is_operator(form[0]) or is_name(form[0])))


class _Roster:
    """The list of participants, in capitals: spelt as the speech spells its words."""

    def __init__(self, body: Sequence[Line]) -> None:
        said = {word for line in body for word in line.text.split() if word[0].isupper()}
        # Of "LOWMOOR" and "Lowmoor" the second is the name's own form, of "IKQ" there is but one.
        words = sorted(set(_WORD.findall(" ".join(said))), key=lambda word: (not word.isupper(), word))
        self._spellings: dict[str, str] = {word.lower(): word for word in words if word[0].isupper()}

    def read(self, lines: Sequence[Line]) -> tuple[RosterEntry, ...]:
        """Read the lines between title and speech; those above the first heading are no list."""
        entries: list[tuple[Side, list[str]]] = []
        side: Side | None = None
        closed = True
        for text in (line.text for line in lines):
            heading = _MANAGEMENT.fullmatch(text) or _HOST.fullmatch(text)
            if heading:
                side, closed = (Side.COMPANY if heading.re is _MANAGEMENT else Side.ANALYST), True
            entry = (heading["rest"] or "") if heading else text
            if side is None or not entry:
                continue
            begins = _WITH_HONORIFIC.match(entry) is not None
            if (
                _NO_ENTRY.fullmatch(entry)
                or _DATE.fullmatch(entry)
                or (closed and not begins and _COMPANY.fullmatch(_DASH.split(entry)[0]))
            ):
                closed = True
            elif closed or begins:
                entries.append((side, [entry]))
                closed = False
            else:
                entries[-1][1].append(entry)
        return tuple(self._entry(side, parts) for side, parts in entries)

    def _entry(self, side: Side, lines: Sequence[str]) -> RosterEntry:
        """Read "MR. A B – OFFICE – COMPANY", or the name and what is below it; of a host, the firm."""
        name, *about = _DASH.split(lines[0], maxsplit=1)
        parts = [self._spell(part) for part in _DASH.split(" ".join([*about, *lines[1:]])) if part.strip()]
        employer = parts.pop() if parts and (side is Side.ANALYST or (len(parts) > 1 and _COMPANY.fullmatch(parts[-1]))) else None
        return RosterEntry(
            published=" ".join(lines),
            name=self._spell(bare_name(name)),
            title=" - ".join(parts) or None,
            firm=employer if side is Side.ANALYST else None,
            side=side,
        )

    def _spell(self, text: str) -> str:
        return _WORD.sub(self._spell_word, text.strip()) if text.isupper() else text.strip()

    def _spell_word(self, match: re.Match[str]) -> str:
        word = str(match[0])
        if word in _ABBREVIATIONS:
            return word
        if word.lower() in _LOWER_CASE_WORDS and match.start():
            return word.lower()
        return self._spellings.get(word.lower(), word.title() if word[1:2] in ("'", "’") else word.capitalize())


def _read_turns(body: Sequence[Line], roster: Sequence[RosterEntry]) -> tuple[tuple[RawTurn, ...], tuple[RosterEntry, ...]]:
    """Gather the lines under their headers; give the turns, and who is announced with a firm on a line above their words."""
    lines = [line.text for line in body]
    guests = {number: guest for number, (line, below) in enumerate(pairwise(lines)) if (guest := _guest(line, below))}
    headers = find_colon_headers(lines, [entry.name for entry in (*roster, *guests.values())])
    spoken: list[tuple[RosterEntry, list[Line]]] = []
    for number, (line, header) in enumerate(zip(body, headers, strict=True)):
        if header:
            first = replace(line, text=header.text, before=len(line.text) - len(header.text), after_gap=False)
            spoken.append((header.speaker, [first] if header.text else []))
        elif spoken and number not in guests:
            spoken[-1][1].append(line)
    if spoken:
        last = spoken[-1][1]
        del last[next((number for number, line in enumerate(last) if _END.fullmatch(line.text)), len(last)) :]
    width = text_width(lines for _, lines in spoken)
    turns = tuple(RawTurn(speaker=speaker, paragraphs=join_wrapped(lines, width)) for speaker, lines in spoken if lines)
    return turns, tuple({guest.name: guest for guest in reversed(guests.values())}.values())[::-1]


def _guest(line: str, below: str) -> RosterEntry | None:
    """Read "Asha Rao from Pell & Harrow" above the first words of Asha Rao: a filing without an operator announces analysts so."""
    if len(line) > _LONGEST_ANNOUNCEMENT or " from " not in line:
        return None
    name, _, firm = line.partition(" from ")
    form = form_of(below)
    if form is None or not is_name(name) or match_name(name, (form[0],)) is None:
        return None
    return RosterEntry(published=line, name=form[0], firm=firm, side=Side.ANALYST)

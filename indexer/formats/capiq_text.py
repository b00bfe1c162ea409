"""S&P Capital IQ transcripts as text of their PDF: a role on the line after the name, furniture on every page.

The first pages hold an estimates table and a dotted table of contents that names the same sections as the headings, in
one of two files the questions before the presentation; what counts is what stands behind the list of participants.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.formats.draft import (
    LOOKED_AT,
    OPERATOR,
    QUESTIONS_HEADING,
    Draft,
    RawTurn,
    RosterEntry,
    Side,
    head_lines,
    side_of_unidentified,
)
from indexer.formats.draft import one_call as split
from indexer.formats.pages import Line, ends_sentence, join_wrapped, read_lines, squeeze, text_width, without
from indexer.names import LONGEST_NAME_LINE, is_name, is_operator, is_unidentified, match_name
from indexer.roles import is_office

__all__ = ["NAME", "evidence", "parse", "split"]

NAME = "capiq-text"

_PUBLISHER = r"(?:S&P (?:Global|Capital IQ)|Capital IQ)"
_COPYRIGHT = re.compile(rf"(?:copyright )?© ?\d{{4}},? (?:by )?{_PUBLISHER}\b.{{0,120}}", re.IGNORECASE)
_SITE = re.compile(r"(?:www\.)?(?:spglobal\.com/marketintelligence|(?:sp)?capitaliq\.com)(?: \d{1,3})?", re.IGNORECASE)
_HEAD = re.compile(r".{3,90} F?[QSH][1-4] (?:19|20)\d\d .{0,40}(?:CALL|MEETING|CONFERENCE)S? \| .{6,20}")
_BESIDE = re.compile(r"\d{1,3}|.{0,60}\ball rights reserved\.?", re.IGNORECASE)  # a page's number, or a copyright's second line
# The last page begins so; nothing behind it is said on the call.
_LEGAL = re.compile(
    rf"copyright © ?\d{{4}},? by {_PUBLISHER}\b.{{0,120}}|these materials have been prepared solely for information\b.*", re.IGNORECASE
)

_PARTICIPANTS = re.compile(r"call participants:?", re.IGNORECASE)
_ROSTER_SIDES = {"EXECUTIVES": Side.COMPANY, "ANALYSTS": Side.ANALYST, "SHAREHOLDERS": Side.ANALYST, "ATTENDEES": Side.UNKNOWN}
_PRESENTATION = re.compile(r"presentation:?", re.IGNORECASE)

_TITLE_LINE = re.compile(r"(?P<company>.{2,90}?) (?P<code>[A-Za-z]{2,10}):(?P<symbol>[A-Z0-9][A-Z0-9.&-]{0,11})")
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day, (?=[A-Z])", re.IGNORECASE)
_TITLE_LINES = 8

_FIRM = re.compile(
    r"\b(?:inc|llc|l\.l\.c|lp|l\.p|ltd|limited|plc|ag|sa|s\.a|nv|n\.v|gmbh|co|corp|company|securities|research|division|capital|markets|bank|"
    r"partners|group|holdings|advisors|advisers|associates|equity|equities|asset|management|investments?|financial|institutional)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"(?:,|&|\b(?:and|of|for|the|at))$", re.IGNORECASE)
_LONGEST_ABOUT = 160  # characters; a title of several offices has 130
_SMALL_WORDS = frozenset(["of", "and", "the", "for", "to", "in", "at", "de", "von"])
_MOST_ABOUT_LINES = 4
_LINES_OF_CALL = 3  # "Your next question comes from ..." wraps to two lines at most


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    if "copyright" not in text[:LOOKED_AT].lower():
        return ""
    lines = head_lines(text)
    copyrights = sum(_COPYRIGHT.fullmatch(line) is not None for line in lines)
    if not copyrights or not any(_PARTICIPANTS.fullmatch(line) or line in _ROSTER_SIDES for line in lines):
        return ""
    return f"{copyrights} copyright lines of S&P Global or Capital IQ, and a list of call participants"


def parse(text: str) -> Draft:
    """Parse a text of this layout."""
    every = read_lines(text)
    lines = without(every, _furniture(every))
    roster_start = _find_roster(lines)
    body_start = next((n for n in range(roster_start, len(lines)) if _is_body_start(lines[n].text)), len(lines))
    body = lines[body_start:]
    body = body[: next((n for n, line in enumerate(body) if _LEGAL.fullmatch(line.text)), len(body))]
    roster = _Roster(body).read(lines[roster_start:body_start])
    turns, qa_start = _read_turns(body, _Headers(roster, body))
    return Draft(title=tuple(_title(lines[:roster_start])), roster=roster, turns=turns, qa_start=qa_start)


def _furniture(lines: Sequence[Line]) -> set[int]:
    """Find the running heads, copyright lines and page numbers. The copyright that begins the legal page marks the end, and stays."""
    marks = {
        number
        for number, line in enumerate(lines)
        if (_COPYRIGHT.fullmatch(line.text) and not _LEGAL.fullmatch(line.text)) or _SITE.fullmatch(line.text) or _HEAD.fullmatch(line.text)
    }
    beside = {near for mark in marks for near in (mark - 1, mark + 1) if 0 <= near < len(lines)}
    return marks | {number for number in beside if _BESIDE.fullmatch(lines[number].text)}


def _find_roster(lines: Sequence[Line]) -> int:
    headings = [n for n, line in enumerate(lines) if _PARTICIPANTS.fullmatch(line.text)]
    first = next((n for n, line in enumerate(lines) if line.text in _ROSTER_SIDES), len(lines))
    return min(first, headings[-1] if headings else len(lines))


def _is_body_start(line: str) -> bool:
    return bool(_PRESENTATION.fullmatch(line) or QUESTIONS_HEADING.fullmatch(line) or is_operator(line))


def _title(lines: Sequence[Line]) -> Iterator[str]:
    """Give company and ticker, event, and date: the first lines, and nothing of the estimates, which have dates of their own."""
    for line in lines[:_TITLE_LINES]:
        found = _TITLE_LINE.fullmatch(line.text)
        if found:
            yield f"{found['company']} ({found['code']}:{found['symbol']})"
        elif "Estimates" in line.text or line.text.upper() == "CONTENTS":
            return
        elif len(line.text) > 3:
            yield _WEEKDAY.sub("", line.text.removesuffix(" Transcripts").removesuffix(" Transcript"))


@dataclass(frozen=True, slots=True)
class _Roster:
    """The list of participants: a name, and below it the title or firm, wrapped over lines of a narrow column."""

    body: Sequence[Line]

    def read(self, lines: Sequence[Line]) -> tuple[RosterEntry, ...]:
        """Read the list's lines."""
        below = {(above.text, line.text) for above, line in zip(self.body, self.body[1:], strict=False)}
        people: list[tuple[Side, str, list[str]]] = []
        side = Side.UNKNOWN
        fresh = True
        for line in lines:
            if _PARTICIPANTS.fullmatch(line.text):
                continue
            if line.text in _ROSTER_SIDES:
                side, fresh = _ROSTER_SIDES[line.text], True
            elif fresh or not self._is_about(people[-1][1], people[-1][2], line.text, below):
                people.append((side, line.text, []))
                fresh = False
            else:
                people[-1][2].append(line.text)
        return tuple(_entry(name, " ".join(about), side) for side, name, about in people)

    @staticmethod
    def _is_about(name: str, about: Sequence[str], line: str, below: set[tuple[str, str]]) -> bool:
        if about and _GOES_ON.search(about[-1]):
            return True
        return (
            not (is_name(line) or is_unidentified(line))
            or bool(_FIRM.search(line) or is_office(line))
            or (not about and (name, line) in below)
        )


def _entry(name: str, about: str, side: Side) -> RosterEntry:
    if side is not Side.ANALYST:
        return RosterEntry(published=name, name=name, title=about or None, side=side)
    firm, _, title = about.partition(" - ")
    return RosterEntry(published=name, name=name, firm=firm or None, title=title or None, side=side)


class _Headers:
    """Which lines of a body are turn headers, and how many lines they take."""

    def __init__(self, roster: Sequence[RosterEntry], body: Sequence[Line]) -> None:
        self._body = body
        self._by_name = {entry.name: entry for entry in roster}
        self._names = tuple(self._by_name)

    def read(self, number: int) -> tuple[RosterEntry, int] | None:
        """Give the speaker that line `number` announces and the number of lines of the header; None if it is speech."""
        line = self._body[number].text
        if is_operator(line) and line[0].isupper() and not line.endswith("."):  # "operator." ends a sentence on a line of its own
            return OPERATOR, 1
        entry = self._by_name.get(line)
        if entry is None:
            return self._unlisted(number)
        about = self._lines_of_about(number + 1, entry)
        return (entry, 1 + about) if about or self._may_begin(number) else None

    def _unlisted(self, number: int) -> tuple[RosterEntry, int] | None:
        """Read the header of somebody whom the list misses or spells otherwise: called by the operator, or with a title or firm below."""
        line = self._body[number].text
        if len(line) > LONGEST_NAME_LINE or not self._may_begin(number) or not (is_name(line) or is_unidentified(line)):
            return None
        if is_unidentified(line):
            return RosterEntry(published=line, name=line, side=side_of_unidentified(line)), 1
        below = self._body[number + 1].text if number + 1 < len(self._body) else ""
        is_about = _is_about_line(below)
        known = match_name(line, self._names)
        if known:
            entry = self._by_name[known]
            return entry, 1 + (self._lines_of_about(number + 1, entry) or int(is_about))
        if is_about:
            return _entry(line, below, Side.COMPANY if is_office(below) and not _FIRM.search(below) else Side.ANALYST), 2
        if any(line in above.text for above in self._body[max(0, number - _LINES_OF_CALL) : number]):
            self._by_name[line] = RosterEntry(published=line, name=line, side=Side.ANALYST)
            return self._by_name[line], 1
        return None

    def _may_begin(self, number: int) -> bool:
        """Whether the line above ends a sentence, or breaks off, or is a header itself: a name at a line's end is speech."""
        if not number:
            return True
        above = self._body[number - 1].text
        return (
            ends_sentence(above)
            or above.endswith(("-", "—", "–", "...", "]", ")"))
            or is_operator(above)
            or bool(QUESTIONS_HEADING.fullmatch(above))
        )

    def _lines_of_about(self, start: int, entry: RosterEntry) -> int:
        """Count the lines from `start` on that repeat what the list says below the name."""
        about = " - ".join(part for part in (entry.firm, entry.title) if part)
        if not about:
            return 0
        wanted, seen = squeeze(about), ""
        for lines in range(1, _MOST_ABOUT_LINES + 1):
            seen += squeeze(self._body[start + lines - 1].text) if start + lines <= len(self._body) else " "
            if seen == wanted:
                return lines
        return 0


def _is_about_line(line: str) -> bool:
    """Whether a line is a title or firm, which have no words in small letters but "of" and the like, rather than speech."""
    if len(line) > _LONGEST_ABOUT or ends_sentence(line.removesuffix("Inc.")) or not (_FIRM.search(line) or is_office(line)):
        return False
    return all(not word[0].islower() or word in _SMALL_WORDS for word in line.split())


def _read_turns(body: Sequence[Line], headers: _Headers) -> tuple[tuple[RawTurn, ...], int | None]:
    """Gather the body's lines under their headers; give the turns, and how many stand before the question heading."""
    spoken: list[tuple[RosterEntry, list[Line]]] = []
    qa_start: int | None = None
    number = 0
    while number < len(body):
        line = body[number]
        found = headers.read(number)
        number += found[1] if found else 1
        if found:
            spoken.append((found[0], []))
        elif QUESTIONS_HEADING.fullmatch(line.text):
            qa_start = sum(1 for _, lines in spoken if lines) if qa_start is None else qa_start
        elif spoken and not (_PRESENTATION.fullmatch(line.text) and not spoken[-1][1]):
            spoken[-1][1].append(line)
    width = text_width(lines for _, lines in spoken)
    return tuple(RawTurn(speaker=speaker, paragraphs=join_wrapped(lines, width)) for speaker, lines in spoken if lines), qa_start

"""What do StreetEvents' layouts share? Headings, notices, and rosters of a name over `Company - Title`.

Thomson Reuters, then Refinitiv, then LSEG published them. Counts are over 100 texts and 20 texts from PDFs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from indexer.formats.draft import OPERATOR, QUESTIONS_HEADING, RosterEntry, Side, side_of_unidentified
from indexer.formats.pages import Line
from indexer.names import LONGEST_NAME_LINE, fold, is_name, is_operator, is_unidentified
from indexer.roles import is_office

__all__ = ["HEADINGS", "Cast", "Listed", "about_parts", "is_end", "is_heading", "is_publishers", "read_rosters", "roster_side"]

_COMPANY_ROSTER = re.compile(r"(?:corporate|company)\s+particip\w{2,8}\s*:?", re.IGNORECASE)
# "Conference Call Participiants" in 139 of 140 texts of the ruled and plain forms.
_ANALYST_ROSTER = re.compile(r"(?:conference\s+)?call\s+particip\w{2,8}\s*:?", re.IGNORECASE)
HEADINGS = {
    "presentation": re.compile(r"presentation(?:\s+section|\s+session)?\s*:?", re.IGNORECASE),
    "questions": QUESTIONS_HEADING,
    # What the publisher's analysts wrote in place of the prepared remarks; 6 of 100 texts.
    "summary": re.compile(r"(?:presentation\s+summary|overview|financial\s+data|transcript\s+summary)\s*:?", re.IGNORECASE),
}
_PUBLISHER = r"(?:thomson reuters|refinitiv|lseg)"
_END = re.compile(
    rf"(?:definitions|disclaimer)\s*:?|preliminary transcript: .{{0,80}}|{_PUBLISHER} reserves the right to .{{0,400}}", re.IGNORECASE
)
# The publisher's own lines above the title, below the disclaimer, and at head and foot of a page.
_PUBLISHERS = re.compile(
    rf"(?:{_PUBLISHER} )?streetevents(?: event)?(?: transcript| brief| summary)?|[A-Z](?: [A-Z]){{5,30}}|(?:final|edited) transcript|"
    rf"(?:{_PUBLISHER} )?streetevents ?\|.{{0,200}}|(?:copyright|©|\(c\)) ?(?:19|20)\d\d,? {_PUBLISHER}\b.{{0,300}}|"
    rf"consent of {_PUBLISHER}\. .{{0,300}}",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[*•·▪-]\s*(?=\S)")
# One dash between employer and title; two are a pause in speech.
_DASH = re.compile(r"(?:^|(?<=\s))[-–—](?:\s|$)")
_RESEARCH = re.compile(r"\banalysts?\b|\bresearch\b|\bsecurities\b|\bcapital markets\b", re.IGNORECASE)


def is_heading(line: str, kind: str) -> bool:
    """Say whether a line is the heading of `presentation`, `questions` or a `summary`."""
    return HEADINGS[kind].fullmatch(line) is not None


def roster_side(line: str) -> Side | None:
    """Say whose roster a line heads; None if it heads none."""
    return Side.COMPANY if _COMPANY_ROSTER.fullmatch(line) else Side.ANALYST if _ANALYST_ROSTER.fullmatch(line) else None


def is_end(line: str) -> bool:
    """Say whether a line begins the definitions, the disclaimer or the copyright notice behind the call."""
    return _END.fullmatch(line) is not None


def is_publishers(line: str) -> bool:
    """Say whether a line is the publisher's name or the state of the edition: "E D I T E D V E R S I O N"."""
    return _PUBLISHERS.fullmatch(line) is not None


def about_parts(about: str) -> tuple[str | None, str | None]:
    """Part "Acme Pumps, Inc. - SVP & CFO" into employer and title; either may be missing, as in "- Analyst"."""
    dash = _DASH.search(about)
    employer, title = (about[: dash.start()], about[dash.end() :]) if dash else (about, "")
    return employer.strip(" ,") or None, title.strip(" ,-–—") or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A person of a roster: the name, what stands under it, and whose roster it is."""

    name: str
    about: str
    side: Side


def read_rosters(lines: Sequence[Line]) -> tuple[Listed, ...]:
    """Read the lines from the first roster's heading to the end of the last roster.

    A name has a bullet, or an empty line above it, or what only a name can have under it; all else belongs to what
    stands under the last name: in PDFs a long title runs over into the next line.
    """
    people: list[tuple[str, Side, list[str]]] = []
    side = Side.COMPANY
    for number, line in enumerate(lines):
        heading = roster_side(line.text)
        if heading:
            side = heading
        elif not people or people[-1][1] is not side or _is_listed_name(line, lines[number + 1 : number + 2], told=bool(people[-1][2])):
            people.append((_BULLET.sub("", line.text), side, []))
        else:
            people[-1][2].append(line.text)
    return tuple(Listed(name=name, about=" ".join(about), side=side) for name, side, about in people)


def _is_listed_name(line: Line, below: Sequence[Line], *, told: bool) -> bool:
    """Whether a line is a name; `told` says that what the name above stands for has been read."""
    if _BULLET.match(line.text) and not _DASH.match(line.text):
        return True
    if len(line.text) > LONGEST_NAME_LINE or _DASH.search(line.text):
        return False
    is_told_below = any(_DASH.search(each.text) for each in below)
    if told and is_told_below:
        return True
    can_be_name = is_name(line.text) and not is_office(line.text) and not _RESEARCH.search(line.text)
    return can_be_name and (line.after_gap or told or is_told_below)


class Cast:
    """Who is in the rosters, and what a turn header says of somebody who may not be."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        self.listed = {person.name: person for person in listed if not is_operator(person.name)}

    @cached_property
    def roster(self) -> tuple[RosterEntry, ...]:
        """The rosters' entries, in order."""
        return tuple(self.speaker(person.name, person.about) for person in self.listed.values())

    @cached_property
    def company(self) -> str | None:
        """Whose call it is: the employer of most people of the company."""
        employers = Counter(self._employers(Side.COMPANY))
        return employers.most_common(1)[0][0] if employers else None

    def speaker(self, name: str, about: str) -> RosterEntry:
        """Give the entry of somebody by name, and by what the roster or the header says of them."""
        if is_operator(name):
            return replace(OPERATOR, published=name)
        known = self.listed.get(name)
        about = known.about if known and any(about_parts(known.about)) else about
        employer, title = about_parts(about)
        # AMD's officers stand among the call's participants in a transcript of 2012.
        is_own = bool(employer and self.company) and fold(employer or "") == fold(self.company or "")
        side = Side.COMPANY if is_own else known.side if known else self._side(name, employer, title)
        published = f"{name}, {about}" if about.strip(" -–—") else name
        return RosterEntry(published=published, name=name, title=title, firm=None if side is Side.COMPANY else employer, side=side)

    def _employers(self, side: Side) -> list[str]:
        found = (about_parts(person.about)[0] for person in self.listed.values() if person.side is side)
        return [employer for employer in found if employer]

    @cached_property
    def _sides(self) -> dict[str, Side]:
        return {fold(employer): side for side in (Side.ANALYST, Side.COMPANY) for employer in self._employers(side)}

    def _side(self, name: str, employer: str | None, title: str | None) -> Side:
        """Whose side somebody is on whom no roster lists: that of their employer's people, else what their title tells."""
        if is_unidentified(name):
            return side_of_unidentified(name)
        found = self._sides.get(fold(employer or ""))
        if found or not (employer or title):
            return found or Side.UNKNOWN
        return Side.ANALYST if _RESEARCH.search(f"{employer} {title}") else self._side_of_namesake(employer)

    def _side_of_namesake(self, employer: str | None) -> Side:
        # "Micron Technologies" in a header is the roster's "Micron Technology Inc".
        first = fold(employer or "").split(" ")[0]
        return Side.COMPANY if first and self.company and fold(self.company).split(" ")[0] == first else Side.UNKNOWN

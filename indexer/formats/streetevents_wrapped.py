"""StreetEvents transcripts from a PDF: headings in capitals, speakers on two lines, speech wrapped at the page's width.

The pages' text begins with the rosters: mostly there is no title and no date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain

from indexer.formats.draft import LOOKED_AT, Draft, RosterEntry, assemble_turns, count_turns
from indexer.formats.draft import one_call as split
from indexer.formats.pages import Line, ends_sentence, join_wrapped, read_lines, squeeze, text_width, without
from indexer.formats.streetevents import (
    HEADINGS,
    Cast,
    about_parts,
    is_end,
    is_heading,
    is_publishers,
    read_rosters,
    roster_side,
)
from indexer.names import LONGEST_NAME_LINE, is_name, is_operator, is_unidentified

__all__ = ["NAME", "evidence", "parse", "split"]

NAME = "streetevents-wrapped"

_NUMBERED = re.compile(r"^[^\n]{3,300}\[\d{1,4}\][ \t]*$", re.MULTILINE)
# "NOVEMBER 03, 2022 / 3:00PM GMT, ACME.N - Q3 2022 Acme Corp Earnings Call" heads a page where pages kept their heads.
_WHEN = r"(?P<when>[A-Z]{3,9} \d{1,2}, (?:19|20)\d\d ?/ ?\d{1,2}:\d\d ?[AP]M\b[^,]{0,8})"
_PAGE_HEAD = re.compile(_WHEN + r", ?(?P<title>.{4,200})", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(?:page )?\d{1,3}", re.IGNORECASE)
_TITLE = re.compile(r".{0,120}\b(?:F?Q[1-4]|[1-4]Q|full year|half year|interim)\b.{0,120}\b(?:call|presentation)\b.{0,20}", re.IGNORECASE)
_EVENT_DATE = re.compile(r"(?:event date ?/ ?time ?: ?)?" + _WHEN, re.IGNORECASE)
_INSTRUMENT = re.compile(r"^[A-Z0-9]{1,8}\.[A-Z]{1,3} - ")
# One of 20 texts has a header on one line: "Jane Roe;Kestrel Securities, Research Division;Analyst".
_SEMICOLONS = re.compile(r"(?P<name>[^;]{4,60});(?P<employer>[^;]{2,120});(?P<title>[^;]{2,120})")
# What is left of a mark that a person speaks, in one of 20 texts: p id="53428814" name="Jane Roe" type="A".
_LEFT_MARK = re.compile(r'<?p id="\d{1,12}" name="(?P<name>[^"]{4,60})" type="\w"/?>?')
_RUNS_ON = re.compile(r"(?:[&,/–-]|\band|\bof|\bfor)$", re.IGNORECASE)
_LONGEST_ABOUT = 200
_LONGEST_REST = 40  # characters of a title that ran over
_MOST_ABOUT_LINES = 3
_ROSTER_LINES_LOOKED_AT = 12


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    if "PARTICIPANTS" not in text[:LOOKED_AT].upper():
        return ""
    lines = read_lines(text[:LOOKED_AT])
    headings = [line.text for line in lines if line.text.isupper() and (roster_side(line.text) or is_heading(line.text, "presentation"))]
    if len(headings) < 2 or not roster_side(headings[0]) or _NUMBERED.search(text[:LOOKED_AT]):
        return ""
    return f"headings in capitals, '{headings[0]}' and '{headings[-1]}'" if _is_two_lined(lines, headings[0]) else ""


def parse(text: str) -> Draft:
    """Parse one call of this layout."""
    pages = read_lines(text)
    lines = without(pages, _furniture(pages))
    rosters = _first(lines, 0, lambda line: roster_side(line) is not None)
    start = _body_start(lines, rosters)
    end = next((number for number in range(start, len(lines)) if is_end(lines[number].text) and _is_own_line(lines, number)), len(lines))
    cast = Cast(read_rosters(lines[rosters:start]))
    marked, qa_line = _mark(lines[start:end], cast)
    return Draft(
        title=_title(lines[:rosters], pages),
        roster=cast.roster,
        turns=assemble_turns(marked)[0],
        qa_start=count_turns(marked, qa_line),
        company=cast.company,
    )


def _first(lines: Sequence[Line], start: int, is_wanted: Callable[[str], bool]) -> int:
    return next((number for number in range(start, len(lines)) if is_wanted(lines[number].text)), len(lines))


def _furniture(pages: Sequence[Line]) -> set[int]:
    """Find the heads, feet and numbers of pages."""
    found = {number for number, line in enumerate(pages) if is_publishers(line.text) or _PAGE_HEAD.fullmatch(line.text)}
    beside = {near for number in found for near in (number - 1, number + 1) if 0 <= near < len(pages)}
    return found | {number for number in beside if _PAGE_NUMBER.fullmatch(pages[number].text)}


def _title(above: Sequence[Line], pages: Sequence[Line]) -> tuple[str, ...]:
    """Give the lines above the rosters that name the call; where there are none, what stands at the head of the pages."""
    named = [line.text for line in above if _TITLE.fullmatch(line.text) or _EVENT_DATE.fullmatch(line.text)]
    head = next((match for line in pages if (match := _PAGE_HEAD.fullmatch(line.text))), None)
    if head and not named:
        named = [head["title"], head["when"]]
    return tuple(_INSTRUMENT.sub("", line) for line in named)


def _body_start(lines: Sequence[Line], rosters: int) -> int:
    """Number of the heading of the speech; without one, the first line that says again who is in the rosters, or the operator's."""
    for number in range(rosters, len(lines)):
        line = lines[number].text
        if (is_heading(line, "presentation") or is_heading(line, "summary")) and (line.isupper() or lines[number].after_gap):
            return number
    names: set[str] = set()
    for number in range(rosters, len(lines)):
        line = lines[number].text
        if line in names or is_operator(line) or is_heading(line, "questions"):
            return number
        names |= {line} if is_name(line) else set()
    return len(lines)


def _is_two_lined(lines: Sequence[Line], heading: str) -> bool:
    """Whether the roster has `Company - Title` on lines of their own."""
    start = _first(lines, 0, heading.__eq__) + 1
    return any(all(about_parts(line.text)) for line in lines[start : start + _ROSTER_LINES_LOOKED_AT])


def _mark(body: Sequence[Line], cast: Cast) -> tuple[list[tuple[RosterEntry | None, str]], int | None]:
    """Give headers and paragraphs in order, and how many of them stand before the questions."""
    parts: list[tuple[RosterEntry | None, list[Line]]] = []
    questions: int | None = None
    at = 0
    while at < len(body):
        header, taken = _header(body, at, cast)
        if header:
            parts.append((header, []))
        elif is_heading(body[at].text, "questions") and _is_own_line(body, at) and _header(body, at + 1, cast)[0]:
            questions = len(parts) if questions is None else questions
        elif parts:
            parts[-1][1].append(body[at])
        elif not is_heading(body[at].text, "presentation"):
            parts.append((None, [body[at]]))
        at += taken
    width = text_width(speech for _, speech in parts)
    marked = [_marked(header, join_wrapped(speech, width)) for header, speech in parts]
    return list(chain.from_iterable(marked)), None if questions is None else sum(map(len, marked[:questions]))


def _marked(header: RosterEntry | None, paragraphs: Sequence[str]) -> list[tuple[RosterEntry | None, str]]:
    return [*([(header, header.published)] if header else []), *((None, paragraph) for paragraph in paragraphs)]


def _is_own_line(body: Sequence[Line], at: int) -> bool:
    """Whether a line is not the end of a sentence that was wrapped."""
    if not at or body[at].after_gap or body[at].text.isupper():
        return True
    above = body[at - 1].text
    return _ends_speech(above) or any(is_heading(above, kind) for kind in HEADINGS)


def _ends_speech(line: str) -> bool:
    return ends_sentence(line) or line.endswith((")", "]"))


def _header(body: Sequence[Line], at: int, cast: Cast) -> tuple[RosterEntry | None, int]:
    """Give the speaker whom line `at` announces, with the lines below that say who they are, and how many lines that takes."""
    if at >= len(body):
        return None, 1
    line = body[at].text
    listed = cast.listed.get(line)
    if len(line) <= LONGEST_NAME_LINE and (listed or is_operator(line) or is_unidentified(line) or is_name(line)):
        about = _about_below(body, at + 1, listed.about if listed else "")
        sure = listed is not None or is_unidentified(line) or (is_operator(line) and line[-1].isalpha())
        if (_is_own_line(body, at) and (sure or about)) or (listed and about):
            return cast.speaker(line, " ".join(about)), 1 + len(about)
    return _header_in_one(line, cast) if _is_own_line(body, at) else None, 1


def _header_in_one(line: str, cast: Cast) -> RosterEntry | None:
    if mark := _LEFT_MARK.fullmatch(line):
        return cast.speaker(mark["name"], "")
    found = _SEMICOLONS.fullmatch(line)
    return cast.speaker(found["name"], f"{found['employer']} - {found['title']}") if found and is_name(found["name"]) else None


def _about_below(body: Sequence[Line], at: int, listed: str) -> list[str]:
    """Give the lines from `at` that say what the speaker above them is: as the roster does, or in its form."""
    wanted = squeeze(listed)
    lines = [line.text for line in body[at : at + _MOST_ABOUT_LINES]]
    for number in range(1, len(lines) + 1):
        if squeeze("".join(lines[:number])) == wanted:
            return lines[:number]
    if not lines or len(lines[0]) > _LONGEST_ABOUT or not all(about_parts(lines[0])) or ends_sentence(lines[0]):
        return []
    more = 1
    while more < len(lines) and _runs_on(lines[more - 1], lines[more]):
        more += 1
    return lines[:more]


def _runs_on(line: str, below: str) -> bool:
    """Whether a title goes on in the next line: it breaks at "&", or the rest is a few capitalised words."""
    if ends_sentence(below):
        return False
    return bool(_RUNS_ON.search(line)) or (
        len(below) <= _LONGEST_REST and all(word[0].isupper() or word in ("&", "of", "and") for word in below.split())
    )

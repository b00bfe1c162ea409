"""StreetEvents transcripts as text: numbered headers `Name,  Company - Title    [2]`, with rulers around them or without.

The numbers begin again in the questions. An Event Brief has a summary in place of the prepared remarks; the questions,
if it has them, are verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.formats.draft import LOOKED_AT, Draft, RosterEntry, assemble_turns, count_turns, head_lines, text_blocks
from indexer.formats.pages import Line, squeeze
from indexer.formats.streetevents import HEADINGS, Cast, about_parts, is_end, is_heading, is_publishers, read_rosters, roster_side
from indexer.names import is_name, is_operator, is_unidentified

__all__ = ["NAME", "evidence", "parse", "split"]

NAME = "streetevents-text"

_EDITION = re.compile(r"^[^\n]{0,30}\bStreetEvents Event (?:Transcript|Brief|Summary)[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_RULER = re.compile(r"[-=_*~–—─═]{4,}")
# Marks of a recording's seconds in 6 of 100 texts, mostly in briefs: <Sync id="L167"time="00:26:24"/>.
_SYNC = re.compile(r"<Sync\b[^<>\n]{0,80}>", re.IGNORECASE)
# "Jane Roe, Ph.D., Acme Pumps - Chief Scientist": degrees belong to the name.
_DEGREE = re.compile(r"(?:Jr|Sr|II|III|IV|MD|M\.D|PhD|Ph\.D|CFA|CPA|MBA|Esq)\.?(?:,|$)", re.IGNORECASE)
_LONGEST_HEADER = 320  # characters; titles of four offices at a research division reach 230
_MOST_DIGITS = 4
_FIRST_NUMBER = re.compile(r"\[\s*1\s*\]")


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    head = text[:LOOKED_AT]
    if edition := _EDITION.search(head):
        return f"'{edition[0].strip()}' above the title"
    if not _FIRST_NUMBER.search(head):
        return ""
    lines = head_lines(text)
    heading = next((line for line in lines if roster_side(line)), "")
    first = next((counted[0] for line in lines if (counted := _numbered(line)) and counted[1] == 1), "")
    has_form = is_operator(first.strip(" ,-")) or is_unidentified(first) or about_parts(first)[1] is not None
    return f"a roster headed '{heading}', headers numbered from '{first} [1]'" if heading and has_form else ""


def split(text: str) -> tuple[str, ...]:
    """Part a text that holds several calls: each begins with the publisher's line."""
    starts = [edition.start() for edition in _EDITION.finditer(text)][1:]
    return tuple(text[start:end] for start, end in zip([0, *starts], [*starts, len(text)], strict=True))


def parse(text: str) -> Draft:
    """Parse one call of this layout."""
    lines = [block.text for block in text_blocks(_SYNC.sub("", text))]
    parts = _divide(lines)
    cast = Cast(read_rosters([Line(line) for line in lines[parts.rosters : parts.rosters_end] if not _RULER.fullmatch(line)]))
    marked, qa_line = _mark(lines[parts.body : parts.end], cast)
    turns, _ = assemble_turns(marked)
    return Draft(
        title=tuple(line for line in lines[: parts.rosters] if not is_publishers(line) and not _RULER.fullmatch(line)),
        roster=cast.roster,
        turns=turns,
        qa_start=count_turns(marked, qa_line),
        company=cast.company,
        warnings=("prepared-remarks-only-as-summary",) if parts.is_brief and turns else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """Numbers of the lines where rosters, body and what follows the call begin, and where the rosters end."""

    rosters: int
    rosters_end: int
    body: int
    end: int
    is_brief: bool


def _divide(lines: Sequence[str]) -> _Parts:
    numbered = [number for number, line in enumerate(lines) if _numbered(line)]
    first, last = (numbered[0], numbered[-1]) if numbered else (len(lines), -1)
    rosters = next((number for number in range(first) if roster_side(lines[number])), first)
    below = range(rosters, first)
    rosters_end = next((number for number in below if any(is_heading(lines[number], kind) for kind in HEADINGS)), first)
    is_brief = rosters_end < first and is_heading(lines[rosters_end], "summary")
    body = (
        next((number for number in range(rosters_end, first) if is_heading(lines[number], "questions")), first) if is_brief else rosters_end
    )
    end = next((number for number in range(max(last + 1, body), len(lines)) if is_end(lines[number])), len(lines))
    return _Parts(rosters=rosters, rosters_end=rosters_end, body=body, end=end, is_brief=is_brief)


def _numbered(line: str) -> tuple[str, int] | None:
    """Part "Jane Roe, Acme Pumps - CFO [2]" into its words and its number; None if no number stands at the end."""
    if not line.endswith("]") or len(line) > _LONGEST_HEADER:
        return None
    words, _, number = line[:-1].rpartition("[")
    words, number = words.strip(" ,"), number.strip()
    return (words, int(number)) if words and number.isdecimal() and len(number) <= _MOST_DIGITS else None


def _mark(body: Sequence[str], cast: Cast) -> tuple[list[tuple[RosterEntry | None, str]], int | None]:
    """Tell the speaker each line of the body announces, and before how many of the lines given the questions begin."""
    headers = _headers(body, cast)
    marked: list[tuple[RosterEntry | None, str]] = []
    headed: int | None = None
    restarts: list[int] = []
    number = 0
    for at, line in enumerate(body):
        if _RULER.fullmatch(line) or is_publishers(line) or (is_heading(line, "presentation") and _announces(headers, body, at)):
            continue
        if is_heading(line, "questions") and _announces(headers, body, at):
            headed = len(marked) if headed is None else headed
            continue
        if headers[at] and (counted := _numbered(line)):
            restarts += [len(marked)] if counted[1] <= number else []
            number = counted[1]
        marked.append((headers[at], line))
    return marked, headed if headed is not None else restarts[0] if len(restarts) == 1 else None


def _announces(headers: Sequence[RosterEntry | None], body: Sequence[str], at: int) -> bool:
    """Whether a turn header follows line `at`: what only reads like a heading is speech."""
    below = next((number for number in range(at + 1, min(at + 4, len(body))) if not _RULER.fullmatch(body[number])), None)
    return below is not None and headers[below] is not None


def _headers(body: Sequence[str], cast: Cast) -> list[RosterEntry | None]:
    """Give each line's speaker, or None where it is speech."""
    # A header without its number and its rulers is known by saying all that the roster does.
    known = {squeeze(entry.published): entry for entry in cast.roster if entry.published != entry.name}
    headers: list[RosterEntry | None] = []
    expected, ruled = 1, False
    for line in body:
        counted = _numbered(line)
        if counted:
            headers.append(_header(counted[0], cast, sure=ruled or counted[1] in (1, expected)))
            expected = counted[1] + 1 if headers[-1] else expected
        else:
            headers.append(_unnumbered(line, cast, known) if ruled else known.get(squeeze(line)))
        # The ruler below a header stands above speech.
        ruled = bool(_RULER.fullmatch(line)) and not (len(headers) > 1 and headers[-2])
    return headers


def _header(words: str, cast: Cast, *, sure: bool) -> RosterEntry | None:
    """Read a header, if roster or form bear it out, or it is `sure`: it stands under a ruler, or its number is the next."""
    name, about = _name_and_about(words, cast)
    has_form = not about or about_parts(about)[1] is not None or about.endswith("-")
    is_speaker = name in cast.listed or is_operator(name) or is_unidentified(name) or is_name(name)
    if not has_form or not (is_speaker or (sure and not words.endswith((".", "?", "!")))):
        return None
    return replace(cast.speaker(name, about), published=words)


def _unnumbered(line: str, cast: Cast, known: dict[str, RosterEntry]) -> RosterEntry | None:
    """Read a header under a ruler that lost its number."""
    name, about = _name_and_about(line, cast)
    if (
        len(line) > _LONGEST_HEADER
        or line.endswith((".", "?", "!"))
        or not (about or name in cast.listed or is_operator(name) or is_unidentified(name))
    ):
        return known.get(squeeze(line))
    return _header(line, cast, sure=False)


def _name_and_about(words: str, cast: Cast) -> tuple[str, str]:
    name, _, about = words.partition(", ")
    while about and name not in cast.listed and _DEGREE.match(about):
        degree, _, about = about.partition(", ")
        name = f"{name}, {degree}"
    return name, about.strip()

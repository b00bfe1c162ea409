"""Motley Fool transcripts saved without line breaks: `...over to Ruth.Jane Roe -- Chief Financial OfficerThank you, ...`.

Headings, headers, speech and roster are put back on lines of their own; then it is Motley Fool's text.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice, pairwise
from operator import attrgetter

from indexer.clean import clean_lines
from indexer.formats import motley_fool_text
from indexer.formats.draft import Draft, head_lines
from indexer.formats.draft import one_call as split
from indexer.formats.glued import part_paragraphs
from indexer.formats.motley_fool_title import CHARS_OF_FOOTER, title_from_speech
from indexer.names import LONGEST_NAME, is_name, is_unidentified
from indexer.roles import is_office

__all__ = ["NAME", "evidence", "parse", "split"]

NAME = "motley-fool-nobreaks"

_HEADING = re.compile(
    r"(?<![(“\"])(?:Contents:|Prepared Remarks:|Questions? (?:and|&) Answers?:|Duration: \d{1,4} minutes?|Call [Pp]articipants:) {0,4}"
)
_ENDING = re.compile(r"Call [Pp]articipants:|Duration: \d{1,4} minutes?")
_FOOTER = re.compile(
    r"More [A-Z][A-Z.:]{0,9} analysis|All earnings call transcripts|Transcript powered by|This article is a transcript of this|"
    r"\d+ stocks we like better than "
)
_BODY = re.compile(r"Prepared Remarks: {0,4}(?=[A-Z])")

# Where a header begins: something ends right before it.
_ENDED = re.compile(r"[.?!:;,…)\]\"”’%\n]")
_DASH = re.compile(r"[-–—]+")
_LONG_DASH = re.compile(r"-{2,}|—")
_MOST_DASHES = 30_000  # a text has up to 1,000, a page with its links 2,668
_SHORTEST_DASH = 2  # characters, spaces among them: "John Roe-Chief" is only a header if the roster has both parts
_GLUED_SENTENCE = re.compile(r"[a-z]\.[A-Z]")
_NAME_STARTS = re.compile(r"(?<![ (])(?=[A-Z])")
_WORD_STARTS = re.compile(r"(?<= )(?=[A-Z])")
_OPERATOR = re.compile(r"Operator:?(?= ?[A-Z\[(\"“])")
_STRANGER = re.compile(r"(?:Unknown|Unidentified) (?:[Ss]peaker|[Pp]articipant|[Aa]nalyst|[Cc]ompany [Rr]epresentative)(?=[A-Z\[(])")
_MOST_ABOUTS = 20  # titles of one person
_LONGEST_ABOUT = 130
# Who is not in the roster has a title or a firm that ends where small letters meet a capital, or at a word for analysts.
_ANALYST = re.compile(r"(?:[^.?!\n]{2,60}? -- )?(?:[A-Za-z]+ ){0,3}?(?:Analyst|Managing Director|Executive Director)(?= ?[A-Z\[(\"“$])")
_TITLE_GLUE = re.compile(r"(?<=[a-z)])(?=[A-Z\[(\"“])")

_GLUED_HEADER = re.compile(r"[.?!:\])](?:[A-Z][\w.'’-]{0,40} ){1,4}?-- [A-Z]|[.?!:\])]Operator ?[A-Z\[(]")
_FEWEST_GLUED = 4


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    if not any(map(_BODY.search, head_lines(text))):
        return ""
    glued = len(_GLUED_HEADER.findall(_tidy(text)))
    return f"'Prepared Remarks:' and {glued} headers glued to speech" if glued >= _FEWEST_GLUED else ""


def parse(text: str) -> Draft:
    """Parse a text of this layout."""
    text = _tidy(text)
    draft = motley_fool_text.parse(_relined(text))
    return replace(draft, title=(*title_from_speech(text), *draft.title))


@dataclass(frozen=True, slots=True)
class _Header:
    """A header's place in the text, and the line it is put on."""

    start: int
    end: int
    line: str


def _tidy(text: str) -> str:
    return "\n".join(clean_lines(text))


def _relined(text: str) -> str:
    """Give the text with headings, headers and paragraphs on lines of their own."""
    text = _HEADING.sub(r"\n\g<0>\n", text)
    roster_at, footer_at = _roster_span(text)
    names = frozenset(_names_in(text, 0, roster_at))
    roster = _lines_of_roster(text[roster_at:footer_at], names)
    body = _body_with_headers(text[:roster_at], roster)
    return "\n".join([body, *roster])


def _roster_span(text: str) -> tuple[int, int]:
    """Give where the roster begins and where the publisher's lines begin behind it."""
    headings = [found.end() for found in _ENDING.finditer(text)]
    footer = _FOOTER.search(text, headings[-1] if headings else max(0, len(text) - CHARS_OF_FOOTER))
    end = footer.start() if footer else len(text)
    return headings[-1] if headings else end, end


def _dashes(text: str, dash: re.Pattern[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give where the words before each dash end, and where those behind it begin."""
    for found in islice(dash.finditer(text, start, end), _MOST_DASHES):
        yield found.start() - (text[found.start() - 1 : found.start()] == " "), found.end() + (text[found.end() : found.end() + 1] == " ")


def _names_in(text: str, start: int, end: int) -> Iterator[str]:
    """Find names right behind an ended sentence and before a long dash."""
    for name_end, _ in _dashes(text, _LONG_DASH, start, end):
        at = _name_start(text, name_end, frozenset())
        if at is not None:
            yield text[at:name_end]


def _name_start(text: str, end: int, known: Container[str], *, before: str = "") -> int | None:
    """Give where the name that ends at `end` begins.

    Args:
        known: Names that need nothing ended before them.
        before: What stands between the dash before and the name, with the name: a title that is complete ends there.
    """
    low = max(0, end - LONGEST_NAME)
    starts = [low + found.start() for found in _NAME_STARTS.finditer(text[low:end])]
    for at in chain(starts, _spaced_starts(text, low, end, anywhere=bool(before))):
        if text[at:end] in known:
            return at
    for at in starts:
        name = text[at:end]
        is_ended = at == 0 or _ENDED.match(text[at - 1]) or (before and _is_whole_about(before[: len(before) - len(name)]))
        if is_ended and not _GLUED_SENTENCE.search(name) and _may_speak(name):
            return at
    return None


def _spaced_starts(text: str, low: int, end: int, *, anywhere: bool) -> Iterator[int]:
    """Give where words begin behind a space, in speech where something ends before it."""
    for found in _WORD_STARTS.finditer(text, low, end):
        if anywhere or _ENDED.match(text[found.start() - 2 : found.start() - 1]):
            yield found.start()


@lru_cache(maxsize=4096)
def _may_speak(name: str) -> bool:
    return is_name(name) or is_unidentified(name)


def _is_whole_about(text: str) -> bool:
    return text.endswith("Analyst") or is_office(text)


def _lines_of_roster(text: str, names: Container[str]) -> list[str]:
    """Part a roster whose lines are glued, "...OfficerMark Lamb -- Kestrel Securities -- AnalystRita Dorn -- ..."."""
    starts: list[int] = []
    last = 0
    for name_end, about in _dashes(text, _LONG_DASH, 0, len(text)):
        at = _name_start(text, name_end, names, before=text[last:name_end])
        if at is not None and (at > last or not starts):
            starts.append(at)
        last = about
    return [text[start:end].strip() for start, end in pairwise([*starts, len(text)])]


def _body_with_headers(text: str, roster: Sequence[str]) -> str:
    parts = []
    last = 0
    for header in _headers(text, roster):
        parts += [*part_paragraphs(text[last : header.start]), header.line]
        last = header.end
    return "\n".join([*parts, *part_paragraphs(text[last:])])


def _headers(text: str, roster: Sequence[str]) -> list[_Header]:
    """Find the headers of a body, in order."""
    listed = _titles(roster)
    found = [
        _Header(match.start(), match.end(), match[0].rstrip(":"))
        for match in (*_OPERATOR.finditer(text), *_STRANGER.finditer(text))
        if _is_glued(text, match.start())
    ]
    last = 0
    for name_end, about in _dashes(text, _DASH, 0, len(text)):
        at = _name_start(text, name_end, listed) if text[about : about + 1].isupper() else None
        if at is None or at < last:
            continue
        name = text[at:name_end]
        is_long = about - name_end >= _SHORTEST_DASH or text[about - 1] == "—"
        end = _about_end(text, about, listed.get(name, []), is_long=is_long)
        if end is not None:
            found.append(_Header(at, end, f"{name} -- {text[about:end]}"))
            last = end
    return sorted(found, key=attrgetter("start"))


def _titles(roster: Sequence[str]) -> dict[str, list[str]]:
    """Give what the roster says of each name, the longest first."""
    told: dict[str, set[str]] = {}
    for line in roster:
        for name_end, about in islice(_dashes(line, _LONG_DASH, 0, len(line)), 1):
            told.setdefault(line[:name_end], set()).add(line[about:])
    return {name: sorted(abouts, key=len, reverse=True)[:_MOST_ABOUTS] for name, abouts in told.items()}


def _is_glued(text: str, at: int) -> bool:
    before = text[max(0, at - 2) : at]
    return not before or before == ": " or bool(_ENDED.match(before[-1]) or before[-1] in "—-" or before[-1].islower())


def _about_end(text: str, start: int, listed: Sequence[str], *, is_long: bool) -> int | None:
    """Give where the title or firm ends that begins at `start`; None if none does."""
    for about in listed:
        if text.startswith(about, start):
            return start + len(about)
    if not is_long:
        return None
    analyst = _ANALYST.match(text, start)
    if analyst:
        return analyst.end()
    glues = (found.start() for found in _TITLE_GLUE.finditer(text, start, start + _LONGEST_ABOUT))
    return next((end for end in glues if is_office(text[start:end])), None)

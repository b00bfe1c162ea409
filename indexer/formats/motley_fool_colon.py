"""Motley Fool's calls since 2025 as text: a roster `Title — Name`, a summary nobody said, then `Name:speech` without titles.

No heading marks the questions, no roster names the analysts, and the company's ticker stands in the summary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from indexer.clean import clean
from indexer.formats.colon_headers import find_colon_headers
from indexer.formats.draft import Draft, RawTurn, RosterEntry, Side, assemble_turns, text_blocks
from indexer.formats.draft import one_call as split
from indexer.formats.glued import part_paragraphs
from indexer.formats.motley_fool_title import title_lines
from indexer.names import is_operator, is_unidentified
from indexer.roles import is_office

__all__ = ["NAME", "evidence", "parse", "parse_lines", "split"]

NAME = "motley-fool-colon-text"

_BODY_HEADING = re.compile(r"full conference call transcript:?", re.IGNORECASE)
_ROSTER_HEADING = re.compile(r"call participants:?", re.IGNORECASE)
_NOTICE = re.compile(r"this article is a transcript of this conference call\b.*", re.IGNORECASE | re.DOTALL)
_SPACED = re.compile(r"[^:\n]{2,60}: ")
_DASH = re.compile(r" ?— ?| -{1,2} | – ")

_SHORT_LINE = re.compile(r"^[^\n]{4,60}$", re.MULTILINE)
_SPOKEN_LINE = re.compile(r"^[^\w\n]{0,3}[A-Z][^:\n]{2,50}: ?\S", re.MULTILINE)
_CHARS_TO_BODY = 40_000  # summary and glossary take up to 9,000 characters, three times that where a translation is between
_FEWEST_SPOKEN_LINES = 2
_LONGEST_TITLE = 160


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    if "transcript" not in text[:_CHARS_TO_BODY].lower():
        return ""
    short = (found for found in _SHORT_LINE.finditer(text, 0, _CHARS_TO_BODY) if _BODY_HEADING.fullmatch(clean(found[0])))
    heading = next(short, None)
    if heading is None:
        return ""
    spoken = len(_SPOKEN_LINE.findall(text, heading.end()))
    return f"'{clean(heading[0])}' above {spoken} 'Name:speech' lines" if spoken >= _FEWEST_SPOKEN_LINES else ""


def parse(text: str) -> Draft:
    """Parse a text of this layout."""
    return parse_lines([block.text for block in text_blocks(text)])


def parse_lines(lines: Sequence[str]) -> Draft:
    """Parse the cleaned lines of a text of this layout."""
    start = next((number + 1 for number, line in enumerate(lines) if _BODY_HEADING.fullmatch(line)), 0)
    end = next((number for number in range(start, len(lines)) if _NOTICE.fullmatch(lines[number])), len(lines))
    roster_at = next((number for number in range(start) if _ROSTER_HEADING.fullmatch(lines[number])), start)
    roster = tuple(_read_roster(lines[roster_at + 1 : start]))
    turns, loose = assemble_turns(_mark(lines[start:end], roster))
    analysts = _analysts(turns)
    return Draft(
        title=(*title_lines(lines[:roster_at], summary=lines[roster_at:start]), *loose),
        roster=roster,
        turns=tuple(_with_side(turn, analysts) for turn in turns),
        qa_start=None,
    )


def _analysts(turns: Sequence[RawTurn]) -> frozenset[str]:
    """Find who is not in the roster, which is the company's, and first speaks when the operator gives the floor after its officers.

    Investor relations, which the roster often leaves out, speaks before them.
    """
    heard: set[str] = set()
    found = set()
    officers_spoke = False
    for before, turn in pairwise(turns):
        heard.add(before.speaker.name)
        officers_spoke = officers_spoke or before.speaker.side is Side.COMPANY
        if officers_spoke and before.speaker.side is Side.OPERATOR and turn.speaker.name not in heard:
            found.add(turn.speaker.name)
    return frozenset(found)


def _with_side(turn: RawTurn, analysts: frozenset[str]) -> RawTurn:
    if turn.speaker.side is not Side.UNKNOWN or turn.speaker.name not in analysts or is_unidentified(turn.speaker.name):
        return turn
    return replace(turn, speaker=replace(turn.speaker, side=Side.ANALYST))


def _read_roster(lines: Sequence[str]) -> Iterator[RosterEntry]:
    """Read `Title — Name` lines, up to the first that is none: the summary."""
    for line in lines:
        parts = _DASH.split(line)
        if len(parts) >= 2 and parts[0] and parts[-1] and len(line) <= _LONGEST_TITLE and not line.endswith((".", '"', "”")):
            yield _entry(line, parts)
        elif not is_operator(line):
            return


def _entry(line: str, parts: Sequence[str]) -> RosterEntry:
    title, name = " — ".join(parts[:-1]), parts[-1]
    if is_office(name) and not is_office(title):
        name, title = parts[0], " — ".join(parts[1:])
    return RosterEntry(published=line, name=name, title=title, side=Side.COMPANY)


def _mark(lines: Sequence[str], roster: Sequence[RosterEntry]) -> Iterator[tuple[RosterEntry | None, str]]:
    names = [entry.name for entry in roster]
    officers = {entry.name: entry for entry in roster}
    # "Name:speech" without a space is a header's form alone; with one it is speech's, too: "One more thing: ...".
    by_form = find_colon_headers(lines, names, every_line=True)
    borne_out = find_colon_headers(lines, names)
    for line, glued, spaced in zip(lines, by_form, borne_out, strict=True):
        header = spaced if _SPACED.match(line) else glued
        if header:
            speaker = header.speaker
            yield replace(officers.get(speaker.name, speaker), published=speaker.published), speaker.published
        yield from ((None, words) for words in part_paragraphs(header.text if header else line) if words)

"""Motley Fool transcripts saved as text: `Name -- Title` headers, the roster at the end.

Two forms: with the headings Prepared Remarks and Questions and Answers (to 2021), and without (2022), where the roster
follows `Duration: 0 minutes` without a heading either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexer.clean import is_furniture
from indexer.formats.draft import Block, Draft, RosterEntry, Side, assemble_turns, text_blocks
from indexer.names import is_name, is_operator, is_unidentified, name_key, split_header
from indexer.roles import Role, is_office, role_of

__all__ = ["NAME", "evidence", "parse", "parse_blocks", "split"]

NAME = "motley-fool-text"

_PREPARED = re.compile(r"prepared remarks:?", re.IGNORECASE)
_QA = re.compile(r"questions? (?:and|&) answers?:?", re.IGNORECASE)
_ROSTER = re.compile(r"call participants:?", re.IGNORECASE)
_DURATION = re.compile(r"duration: (\d{1,4}) minutes?", re.IGNORECASE)
_BULLET = re.compile(r"^[•*·-]\s*")
_TICKER_LINE = re.compile(r".{2,90}\(\s*(?:[A-Za-z]+:\s*)?[A-Z][A-Z0-9.\-]{0,6}(?:\s+[-+]?[\d.]+%)?\s*\)")
_QUARTER_LINE = re.compile(
    r"(?:[FQ]?[1-4]Q|Q[1-4]|full[- ]year|fiscal)\b.{0,12}\b(?:19|20)\d\d earnings (?:conference )?call", re.IGNORECASE
)

_DASH_LINE = re.compile(r"^[^\n]{3,40} -- [^\n]{3,90}[^\n.?!]$", re.MULTILINE)
_FEWEST_DASH_LINES = 4  # speech has " -- " too: one short line of it in three Seeking Alpha files
_LONGEST_HEADER = 160  # characters; titles of several offices reach 130


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    lines = [block.text for block in text_blocks(text[:6_000])][:14]
    ticker = next((line for line in lines if _TICKER_LINE.fullmatch(line)), "")
    if not ticker or not any(_QUARTER_LINE.fullmatch(line) for line in lines):
        return ""
    dashes = len(_DASH_LINE.findall(text))
    return f"title line with a ticker, quarter line, {dashes} 'Name -- Title' lines" if dashes >= _FEWEST_DASH_LINES else ""


def split(text: str) -> tuple[str, ...]:
    """Give the text whole: the publisher puts one call into a file."""
    return (text,)


def parse(text: str) -> Draft:
    """Parse a text of this layout."""
    return parse_blocks(text_blocks(text))


def parse_blocks(blocks: Sequence[Block]) -> Draft:
    """Parse lines of a text, or paragraphs of the page it was saved from."""
    start = _body_start(blocks)
    end = _body_end(blocks)
    after = [block.text for block in blocks[end:]]
    roster = tuple(_entry(line) for line in after if not _is_end_mark(line) and _may_be_roster(line))
    known = {entry.published: entry for entry in roster} | {entry.name: entry for entry in roster}

    body = blocks[start:end]
    marked = list(_mark(body, known))
    qa_line = next((number for number, block in enumerate(body) if _QA.fullmatch(block.text)), None)
    qa_start = None if qa_line is None else len(assemble_turns(marked[:qa_line])[0])
    spoken = [pair for pair, block in zip(marked, body, strict=True) if not _QA.fullmatch(block.text)]
    turns, loose = assemble_turns(spoken)
    return Draft(
        title=(*(block.text for block in blocks[:start] if not is_furniture(block.text)), *loose),
        roster=roster,
        turns=turns,
        qa_start=qa_start,
        duration_minutes=_duration(after),
    )


def _body_start(blocks: Sequence[Block]) -> int:
    """Number of the first line of speech: after the last Prepared Remarks heading (contents list it too), or the first header."""
    headings = [number for number, block in enumerate(blocks) if _PREPARED.fullmatch(block.text)]
    if headings:
        return headings[-1] + 1
    return next((number for number, block in enumerate(blocks) if _header(block, {}) is not None), len(blocks))


def _body_end(blocks: Sequence[Block]) -> int:
    """Number of the first line after the speech: the last Duration line, or the roster's heading."""
    for mark in (_DURATION, _ROSTER):
        found = [number for number, block in enumerate(blocks) if mark.fullmatch(block.text)]
        if found:
            return found[-1]
    return len(blocks)


def _is_end_mark(line: str) -> bool:
    return bool(_DURATION.fullmatch(line) or _ROSTER.fullmatch(line) or is_furniture(line))


def _may_be_roster(line: str) -> bool:
    return len(line) <= _LONGEST_HEADER and (len(split_header(line)) > 1 or is_name(line) or is_unidentified(line))


def _duration(lines: Sequence[str]) -> int | None:
    # The 2022 form writes "Duration: 0 minutes" in all of its 150 files: no call has that length, so it says nothing.
    matches = (match for line in lines if (match := _DURATION.fullmatch(line)))
    return next((int(match[1]) or None for match in matches), None)


def _mark(blocks: Sequence[Block], known: dict[str, RosterEntry]) -> Iterator[tuple[RosterEntry | None, str]]:
    for block in blocks:
        yield _header(block, known), block.text


def _header(block: Block, known: dict[str, RosterEntry]) -> RosterEntry | None:
    line = block.text
    if len(line) > _LONGEST_HEADER:
        return None
    if line in known:
        return replace(known[line], published=line)
    if is_operator(line):
        # "Operator?" is somebody asking for her.
        return RosterEntry(published=line, name="Operator", side=Side.OPERATOR)
    if is_unidentified(line):
        return _entry(line)
    parts = line.split(" -- ") if " -- " in line else split_header(line) if block.bold else ()
    if len(parts) > 1 and (parts[0] in known or is_name(parts[0])) and not parts[1].endswith(("?", "!", ",")) and parts[1][:1].isupper():
        return _entry(line)
    if block.bold and (is_name(line) or (len(name_key(line)) == 1 and line.istitle())):
        return _entry(line)
    return None


def _entry(line: str) -> RosterEntry:
    name, *rest = split_header(_BULLET.sub("", line)) or (line,)
    if len(rest) >= 2:
        firm = None if rest[0].lower() == "analyst" else rest[0]
        return RosterEntry(published=line, name=name, firm=firm, title=rest[1], side=Side.ANALYST)
    if not rest:
        return RosterEntry(published=line, name=name)
    if role_of(rest[0]) is not Role.EXECUTIVE or is_office(rest[0]):
        return RosterEntry(published=line, name=name, title=rest[0], side=Side.COMPANY)
    if "analyst" in rest[0].lower():
        return RosterEntry(published=line, name=name, title=rest[0], side=Side.ANALYST)
    if rest[0].lower() == "journalist":
        return RosterEntry(published=line, name=name, title=rest[0])
    return RosterEntry(published=line, name=name, firm=rest[0], side=Side.ANALYST)

"""Motley Fool transcripts saved as text: `Name -- Title` headers, the roster at the end.

Three forms: with the headings Prepared Remarks and Questions and Answers (to 2021), without (2022), where the roster
follows `Duration: 0 minutes` without a heading either, and with headings and glued dashes, `Name--Title` (2023 and 2024).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexer.clean import is_furniture
from indexer.formats.draft import (
    OPERATOR,
    QUESTIONS_HEADING,
    Block,
    Draft,
    RosterEntry,
    Side,
    assemble_turns,
    count_turns,
    head_lines,
    text_blocks,
)
from indexer.formats.draft import one_call as split
from indexer.formats.glued import part_paragraphs
from indexer.formats.motley_fool_title import title_lines, unglue_title
from indexer.formats.twins import without_twins
from indexer.names import is_name, is_operator, is_unidentified, name_key, split_header
from indexer.roles import Role, is_office, role_of

__all__ = ["NAME", "evidence", "parse", "parse_blocks", "split"]

NAME = "motley-fool-text"

_PREPARED = re.compile(r"prepared remarks:?", re.IGNORECASE)
_ROSTER = re.compile(r"call participants:?", re.IGNORECASE)
_DURATION = re.compile(r"duration: (\d{1,4}) minutes?", re.IGNORECASE)
# Where the publisher's own lines begin behind the roster.
_FOOTER = re.compile(
    r"more [\w.:-]{1,12} analysis|all earnings call transcripts|transcript powered by .{2,30}|stocks mentioned|"
    r"this article is a transcript of this conference call\b.*",
    re.IGNORECASE | re.DOTALL,
)
_DASH = re.compile(r"--|—")
# How turns begin; a glued name is only taken for a header before such a word (2 in 151 files).
_GLUED_TURN = re.compile(
    r"(?P<name>[A-Z][\w'’-]{1,20}(?: [A-Z]\.)? [A-Z][\w'’-]{1,24}?)"
    r"(?=(?:Hey|Hi|Hello|Good|Great|Thanks|Thank|Yes|Yeah|Yep|Sure|Okay|OK|Perfect|Absolutely|Awesome)\b)"
)
_BULLET = re.compile(r"^[•*·-]\s*")
_TICKER_LINE = re.compile(r".{2,90}\(\s*(?:[A-Za-z]+:\s*)?[A-Z][A-Z0-9.\-]{0,6}(?:\s+[-+]?[\d.]+%)?\s*\)")
_QUARTER_LINE = re.compile(
    r"(?:[FQ]?[1-4]Q|Q[1-4]|full[- ]year|fiscal)\b.{0,12}\b(?:19|20)\d\d earnings (?:conference )?call", re.IGNORECASE
)

# In "Name -- Firm -- Title" the firm is an analyst's, but for some calls that name the company of its officers too.
_OFFICERS = frozenset([Role.CEO, Role.CFO, Role.COO, Role.INVESTOR_RELATIONS])
_BANKER = re.compile(r"(?:group |senior )?managing director", re.IGNORECASE)

_DASH_LINE = re.compile(r".{3,40}(?: -- | — |(?<! )--(?! )|(?<! )—(?! )).{3,90}[^.?!]")
_FEWEST_DASH_LINES = 4  # speech has " -- " too: one short line of it in three Seeking Alpha files
_LINES_TO_TITLE = 18  # captions, or a collector's block of ten lines, stand above the title
_LONGEST_HEADER = 160  # characters; titles of several offices reach 130


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    lines = [part for line in head_lines(text)[:_LINES_TO_TITLE] for part in unglue_title(line)]
    ticker = next((line for line in lines if _TICKER_LINE.fullmatch(line)), "")
    if not ticker or not any(_QUARTER_LINE.fullmatch(line) for line in lines):
        return ""
    dashes = sum(("--" in line or "—" in line) and _DASH_LINE.fullmatch(line) is not None for line in text.split("\n"))
    return f"title line with a ticker, quarter line, {dashes} 'Name -- Title' lines" if dashes >= _FEWEST_DASH_LINES else ""


def parse(text: str) -> Draft:
    """Parse a text of this layout."""
    return parse_blocks(text_blocks(text))


def parse_blocks(blocks: Sequence[Block]) -> Draft:
    """Parse lines of a text, or paragraphs of the page it was saved from."""
    heading = max((number for number, block in enumerate(blocks) if _PREPARED.fullmatch(block.text)), default=-1)
    end = _body_end(blocks, heading + 1)
    after = [block.text for block in blocks[end:]]
    roster, known, company = _read_roster(after)
    start = heading + 1 or _first_header(blocks, known)
    above = title_lines([block.text for block in blocks[:start]])

    body = tuple(_unglued(blocks[start:end]))
    marked = list(_mark(body, known))
    qa_line = next((number for number, block in enumerate(body) if QUESTIONS_HEADING.fullmatch(block.text)), None)
    spoken = [pair for pair, block in zip(marked, body, strict=True) if not QUESTIONS_HEADING.fullmatch(block.text)]
    turns, loose = assemble_turns(spoken)
    return Draft(
        title=(*above, *loose),
        roster=roster,
        turns=turns,
        qa_start=count_turns(marked, qa_line),
        duration_minutes=_duration(after),
        company=company,
    )


def _unglued(blocks: Sequence[Block]) -> Iterator[Block]:
    """Put glued paragraphs apart, and glued turns, as in "...with Pell & Harrow.Rita DornHey. Good morning."."""
    for block in blocks:
        first, *more = part_paragraphs(block.text)
        yield replace(block, text=first) if more else block
        for part in more:
            turn = _GLUED_TURN.match(part)
            if turn and is_name(turn["name"]):
                yield Block(turn["name"], bold=True)
                yield Block(part[turn.end() :])
            else:
                yield Block(part)


def _first_header(blocks: Sequence[Block], known: dict[str, RosterEntry]) -> int:
    return next((number for number, block in enumerate(blocks) if _header(block, known) is not None), len(blocks))


def _body_end(blocks: Sequence[Block], start: int) -> int:
    """Number of the first line after the speech: the last Duration line, or the roster's heading."""
    for mark in (_DURATION, _ROSTER):
        found = [number for number in range(start, len(blocks)) if mark.fullmatch(blocks[number].text)]
        if found:
            return found[-1]
    return len(blocks)


def _read_roster(lines: Sequence[str]) -> tuple[tuple[RosterEntry, ...], dict[str, RosterEntry], str | None]:
    """Read the lines after the speech.

    Returns:
        The people on the call; the same by their names and by their lines as published, twins among them; and the
        company, if the lines name it.
    """
    people = [_entry(line) for line in _roster_lines(lines)]
    people, company = _employed(people)
    meant = without_twins(people)
    known: dict[str, RosterEntry] = {}
    for person in people:
        for line in (person.published, person.name):
            known.setdefault(line, meant[person])
    return tuple(dict.fromkeys(meant.values())), known, company


def _roster_lines(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if _FOOTER.fullmatch(line):
            return
        if not _is_end_mark(line) and _may_be_roster(line):
            yield line


def _is_end_mark(line: str) -> bool:
    return bool(_DURATION.fullmatch(line) or _ROSTER.fullmatch(line) or is_furniture(line))


def _may_be_roster(line: str) -> bool:
    return len(line) <= _LONGEST_HEADER and (len(split_header(line)) > 1 or is_name(line) or is_unidentified(line))


def _employed(people: Sequence[RosterEntry]) -> tuple[list[RosterEntry], str | None]:
    """Tell a company's officer, "Jane Roe -- Orchard Lane, Inc. -- Chief Executive Officer", from an analyst."""
    company = next((one.firm for one in people if one.firm and _is_officer(one.title)), None)
    return [replace(one, firm=None, side=Side.COMPANY) if one.firm and one.firm == company else one for one in people], company


def _is_officer(title: str | None) -> bool:
    return role_of(title) in _OFFICERS and not _BANKER.fullmatch(title or "")


def _duration(lines: Sequence[str]) -> int | None:
    # The 2022 form writes "Duration: 0 minutes" in all of its 150 files: no call has that length, so it says nothing.
    matches = (match for line in lines if (match := _DURATION.fullmatch(line)))
    return next((int(match[1]) or None for match in matches), None)


def _mark(blocks: Sequence[Block], known: dict[str, RosterEntry]) -> Iterator[tuple[RosterEntry | None, str]]:
    times = Counter(block.text for block in blocks if len(block.text) <= _LONGEST_HEADER)
    read: dict[Block, RosterEntry | None] = {}
    for block in blocks:
        if block not in read and len(block.text) <= _LONGEST_HEADER:
            read[block] = _header(block, known, times[block.text])
        yield read.get(block), block.text


def _header(block: Block, known: dict[str, RosterEntry], times: int = 1) -> RosterEntry | None:
    """Give the speaker that a line announces, or None; `times` is how often it stands in the call."""
    line = block.text
    if len(line) > _LONGEST_HEADER:
        return None
    if line in known:
        return replace(known[line], published=line)
    if is_operator(line):
        # "Operator?" is somebody asking for her.
        return replace(OPERATOR, published=line)
    if is_unidentified(line):
        return _entry(line)
    parts = split_header(line) if block.bold or _DASH.search(line) else ()
    if (
        len(parts) > 1
        and (parts[0] in known or is_name(parts[0]) or is_unidentified(parts[0]))
        and _is_about(parts[1], sure=block.bold or " -- " in line or times > 1)
    ):
        entry = _entry(line)
        return replace(entry, name=known[parts[0]].name) if parts[0] in known else entry
    if block.bold and (is_name(line) or (len(name_key(line)) == 1 and line.istitle())):
        return _entry(line)
    return None


def _is_about(about: str, *, sure: bool) -> bool:
    """Whether what follows a dash is a title or a firm: "Jane Roe -- so they say", "Jane Roe—Who else?" are speech.

    Args:
        sure: Whether a capital behind this dash is hardly ever speech.
    """
    if about.endswith(("?", "!", ",")) or not about[:1].isupper():
        return False
    return sure or is_office(about) or "analyst" in about.lower()


def _entry(line: str) -> RosterEntry:
    name, *rest = split_header(_BULLET.sub("", line)) or (line,)
    if len(rest) >= 2:
        firm = None if rest[0].lower() == "analyst" else rest[0]
        return RosterEntry(published=line, name=name, firm=firm, title=rest[1], side=Side.ANALYST)
    if not rest:
        return RosterEntry(published=line, name=name)
    if role_of(rest[0]) is not Role.EXECUTIVE or is_office(rest[0]):
        return RosterEntry(published=line, name=name, title=rest[0], side=Side.COMPANY)
    if "analyst" in rest[0].lower() or rest[0].lower() == "journalist":
        return RosterEntry(published=line, name=name, title=rest[0], side=Side.ANALYST)
    return RosterEntry(published=line, name=name, firm=rest[0], side=Side.ANALYST)

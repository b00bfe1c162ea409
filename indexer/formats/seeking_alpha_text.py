"""Seeking Alpha transcripts as text: a title, rosters of company people and analysts, bare names as turn headers.

Nothing marks a header but being a name on a line of its own, so who is in the rosters, who is introduced and what
stands around the line decide.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from indexer.clean import clean, is_furniture
from indexer.errors import NotATranscript
from indexer.formats.draft import (
    LOOKED_AT,
    OPERATOR,
    QUESTIONS_HEADING,
    Block,
    Draft,
    RawTurn,
    RosterEntry,
    Side,
    assemble_turns,
    count_turns,
    head_lines,
    side_of_unidentified,
    text_blocks,
)
from indexer.names import PARTICLES, Matcher, is_name, is_operator, is_same_given_name, is_unidentified, name_key, split_header
from indexer.roles import is_office

__all__ = ["NAME", "evidence", "is_roster_heading", "parse", "parse_blocks", "split"]

NAME = "seeking-alpha-text"

_COMPANY_ROSTER = re.compile(r"executives?:?|(?:company|corporate|management)\s*(?:participants|representatives|speakers):?", re.IGNORECASE)
_ANALYST_ROSTER = re.compile(
    r"analysts?:?|(?:conference\s*call|call)\s*participants:?|analysts? (?:participants|representatives):?", re.IGNORECASE
)
_PRESENTATION = re.compile(r"(?:presentation|prepared remarks)(?:\s+session)?:?", re.IGNORECASE)
_QA = re.compile(rf"{QUESTIONS_HEADING.pattern}(?P<operator>operator)?", re.IGNORECASE)  # once glued to the operator's header
_TITLE = re.compile(
    r"\b(?:earnings|results|conference)\b.*\bcall\b|\bF?(?:Q[1-4]|[1-4]Q)|\([a-z ]{2,15}:\s?[a-z][a-z.\-]{0,7}\)", re.IGNORECASE
)
_Q_OR_A = re.compile(r"^[QA]\s*[-–—]\s*(?=\w)")
# The rosters of StreetEvents have the same headings, but the name on one line and "Company - Title" on the next.
_STREETEVENTS = re.compile(r"streetevents|thomson reuters|refinitiv", re.IGNORECASE)
_STREETEVENTS_ROSTER = re.compile(r"^\s*\*\s+\S.*\n\s+\S.* - ", re.MULTILINE)
_LONGEST_HEADER = 120  # characters; "Name - Keefe, Bruyette, & Woods, Inc., Research Division" has 70
_LONGEST_ROSTER_LINE = 400
_LONGEST_HEADING = 60
_LONGEST_PARAGRAPH = 20_000  # one file has the whole call again in one line
# Of 2,034 calls none has more than 157 different short lines, or 29 people in its rosters.
_MOST_SHORT_LINES = 10_000
_MOST_LISTED = 200
_MOST_CALLS = 1_000  # of 4 KB each, in a file of the largest size
_MOST_NAME_WORDS = 5
# Words that can be a name: capitalised ones in a row, with particles among them. The first is looked for once a word.
_CAPITALISED = re.compile(r"(?<![\w'’.-])(?:[^\WA-Z]|['’.-])*+([A-Z][\w'’.-]*+(?: (?:[a-z]{1,3} ){0,2}[A-Z][\w'’.-]*+)+)")
_HYPHEN = re.compile("-")
_TITLE_LINES = 8


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    lines = head_lines(text)
    above = next((number for number, line in enumerate(lines[: _TITLE_LINES + 1]) if is_roster_heading(line)), 0)
    heading = lines[above] if above else ""
    if any(_STREETEVENTS.search(line) for line in lines[:_TITLE_LINES]) or _has_streetevents_roster(text[:LOOKED_AT]):
        return ""
    # StreetEvents' PDFs have the same headings in capitals.
    if not heading or heading.isupper() or not any(_TITLE.search(line) for line in lines[:above]):
        return ""
    return f"call title above a roster headed '{heading}'"


def _has_streetevents_roster(head: str) -> bool:
    return "articipiants" in head or ("*" in head and _STREETEVENTS_ROSTER.search(head) is not None)


# A call's title at the end of a line: the line itself, or glued to the sentence before it without a space.
_TITLE_AT_END = re.compile(
    r"(?:^|(?<=[.?!\])”\"]))"
    r"(?P<title>[A-Z](?:(?!(?-i:[.?!][A-Z][a-z]))[\w&.,'’/ -]){1,80}\((?:[A-Za-z]+:\s?)?[A-Z][A-Z.-]{0,7}\)[^?!]{6,130}"
    r"(?:19|20)\d\d\b[^.?!]{0,12}(?:[ap]\.?m\b\.?)?[^.?!]{0,8})$",
    re.IGNORECASE,
)


def split(text: str) -> tuple[str, ...]:
    """Part a text in which several calls follow each other: each begins with a title right above a roster of its company.

    Raises:
        NotATranscript: there are more than any file holds.
    """
    lines = text.split("\n")
    starts = [0]
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for above, number in pairwise(filled):
        if above and len(lines[number]) < _LONGEST_HEADING and _COMPANY_ROSTER.fullmatch(clean(lines[number])):
            title = _TITLE_AT_END.search(lines[above].rstrip())
            if title:
                lines[above] = lines[above][: title.start("title")] + "\n" + title["title"]
                starts.append(above)
    if len(starts) > _MOST_CALLS:
        raise NotATranscript(f"{len(starts):,} titles of calls: no file holds so many")
    parts = ["\n".join(lines[start:end]) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    for number, part in enumerate(parts[1:], 1):
        # What stood before a glued title belongs to the call above.
        before, _, parts[number] = part.partition("\n")
        parts[number - 1] += "\n" + before
    return tuple(parts)


def parse(text: str) -> Draft:
    """Parse one call of this layout."""
    return parse_blocks(text_blocks(text))


def parse_blocks(blocks: Sequence[Block]) -> Draft:
    """Parse the lines of a text, or the paragraphs of a page. Without a roster in the first lines, speech begins at once."""
    roster_start = next((number for number, block in enumerate(blocks[: _TITLE_LINES + 1]) if is_roster_heading(block.text)), 0)
    body_start, roster = _read_rosters(blocks, roster_start)
    roster = _without_employer(roster)
    body = _unglue(blocks[body_start:], roster)
    headers = _Headers(roster, body)
    marked: list[tuple[RosterEntry | None, str]] = []
    qa_line: int | None = None
    for number, block in enumerate(body):
        heading = _QA.fullmatch(block.text)
        if heading:
            # Two headings stand in 21 of 24,816 files; the first opens the questions.
            qa_line = len(marked) if qa_line is None else qa_line
            if heading["operator"]:
                marked.append((OPERATOR, block.text))
        elif not (_PRESENTATION.fullmatch(block.text) and number < 3):
            marked.append((headers.read(number), block.text))
    turns, loose = assemble_turns(marked)
    qa_start = count_turns(marked, qa_line)
    unheaded = tuple(line for line in loose if _is_speech(line) and len(line) <= _LONGEST_PARAGRAPH) if roster else ()
    if unheaded:
        # What stands between rosters and the first header somebody has said, and it must not get lost.
        turns = (RawTurn(speaker=_UNKNOWN, paragraphs=unheaded), *turns)
        qa_start = qa_start and qa_start + 1
    return Draft(
        title=(*(block.text for block in blocks[:roster_start]), *(line for line in loose if line not in unheaded)),
        roster=roster,
        turns=turns,
        qa_start=qa_start,
    )


_UNKNOWN = RosterEntry(published="", name="Unknown Speaker")


def is_roster_heading(line: str) -> bool:
    """Say whether a line is the heading of a list of participants."""
    return bool(_COMPANY_ROSTER.fullmatch(line) or _ANALYST_ROSTER.fullmatch(line))


def _read_rosters(blocks: Sequence[Block], start: int) -> tuple[int, tuple[RosterEntry, ...]]:
    """Read roster lines from `start` on; give the number of the first line of the body, and the entries."""
    roster: list[RosterEntry] = []
    names: set[tuple[str, ...]] = set()
    side = Side.COMPANY
    for number in range(start, len(blocks)):
        line = blocks[number].text
        if is_roster_heading(line):
            side = Side.ANALYST if _ANALYST_ROSTER.fullmatch(line) else Side.COMPANY
            continue
        if is_furniture(line) or line.startswith("Disclaimer:"):
            continue
        if is_unidentified(line) and number + 1 < len(blocks) and _is_sentence(blocks[number + 1].text):
            return number, tuple(roster)
        speech_follows = number + 1 < len(blocks) and _is_speech(blocks[number + 1].text)
        if is_operator(line) or _PRESENTATION.fullmatch(line) or _QA.fullmatch(line) or len(line) > _LONGEST_ROSTER_LINE:
            return number, tuple(roster)
        entry = _roster_entry(line, side)
        if name_key(entry.name) in names and (speech_follows or entry.published == entry.name):
            return number, tuple(roster)
        if speech_follows and entry.published == entry.name and side is Side.ANALYST:
            return number, tuple(roster)
        roster.append(entry)
        names.add(name_key(entry.name))
    return len(blocks), tuple(roster)


_COMPANY_FORM = re.compile(
    r"\b(?:inc|corp|corporation|co|company|plc|ltd|limited|llc|lp|l\.p|n\.v|s\.a|ag|se|group|holdings?)\.?$", re.IGNORECASE
)


# "Chief Executive Officer, Google, Inc." has both.
_SURE_OFFICE = re.compile(
    r"\b(?:chief|officer|president|director|vice|head|treasurer|counsel|controller|chairman|c[efot]o|[es]?vp)\b", re.IGNORECASE
)


def _without_employer(roster: tuple[RosterEntry, ...]) -> tuple[RosterEntry, ...]:
    """Take the company's name for no title: from 2014 to 2018 a third of the rosters reads "Jane Roe - Acme Pumps, Inc."."""
    told = Counter(entry.title for entry in roster if entry.side is Side.COMPANY and entry.title)
    return tuple(
        replace(entry, title=None)
        if entry.side is Side.COMPANY
        and entry.title
        and not _SURE_OFFICE.search(entry.title)
        and (_COMPANY_FORM.search(entry.title) or (told[entry.title] > 1 and not is_office(entry.title)))
        else entry
        for entry in roster
    )


def _is_sentence(line: str) -> bool:
    """Whether a line says something, rather than heads what follows: "Mark Lamb." does not vouch for the header "Mark Lamb"."""
    return len(line) > _LONGEST_HEADER or (
        line.endswith((".", "?", "!", "]", ")")) and any(word.islower() and word not in PARTICLES for word in line.split())
    )


def _is_speech(line: str) -> bool:
    return len(line) > _LONGEST_HEADER and line.rstrip("”\"')]").endswith((".", "?", "!", "]"))


# "[0ABCDE-E Jane Roe]": the transcriber's number of somebody, left in.
_NUMBERED_NAME = re.compile(r"\[[0-9A-Z]{6}-E (?P<name>.{3,60})\]")
# "Jane Roe: Chairman and CEO", "Jane Roe, Chairman and CEO" where other rosters have a dash.
_OTHER_JOINT = re.compile(r"(?P<name>[^,:]{4,40}?)(?: ?: ?|, )(?P<about>.{2,200})")


def _roster_entry(line: str, side: Side) -> RosterEntry:
    numbered = _NUMBERED_NAME.fullmatch(line)
    if numbered:
        return _about(line, numbered["name"], None, side)
    joined = _OTHER_JOINT.fullmatch(line) if side is Side.COMPANY and len(split_header(line)) < 2 else None
    if joined and is_name(joined["name"]) and _SURE_OFFICE.search(joined["about"]):
        return _about(line, joined["name"], joined["about"], side)
    return _about(line, *_name_and_about(line), side)


def _name_and_about(line: str) -> tuple[str, str | None]:
    name, *rest = split_header(line) or (line,)
    # A third part is the firm's or title's own dash: "John Roe - Smith - Barney", "Jane Roe - President - Europe".
    return name, line[line.index(rest[0], len(name)) :] if rest else None


def _about(line: str, name: str, about: str | None, side: Side) -> RosterEntry:
    if side is Side.ANALYST:
        return RosterEntry(published=line, name=name, firm=about, side=side)
    return RosterEntry(published=line, name=name, title=about, side=side)


# "... Please proceed.Chris Ferrara – Bank of AmericaGuys, I guess ...": some files of 2012 lost the line ends around
# headers.
_FEWEST_GLUED = 3
_SENTENCE_ENDS = frozenset(".?!])")
_GLUED_NAME = re.compile(r"^([A-Z][a-z]+)([A-Z][a-z]+)$")
_GLUED_SENTENCES = re.compile(r"(?<=[a-z)][.?!])(?=[A-Z][a-z])")


def _unglue(body: Sequence[Block], roster: Sequence[RosterEntry]) -> tuple[Block, ...]:
    """Put headers that are glued to the speech around them back on lines of their own."""
    names = sorted({"Operator", *(entry.name for entry in roster)}, key=len, reverse=True)
    if len(names) > _MOST_LISTED or _count_glued("\n".join(block.text for block in body), names) < _FEWEST_GLUED:
        return tuple(body)  # as in nearly all files: the expression below is dear
    firms = sorted({entry.firm for entry in roster if entry.firm}, key=len, reverse=True)
    about = rf"(?:\s?[-–—]\s?(?:{'|'.join(map(re.escape, firms))}))?" if firms else ""
    glued = re.compile(rf"(?:(?<=^)|(?<=\S))((?:{'|'.join(map(re.escape, names))}){about})(?=[A-Z(\[“\"])", re.MULTILINE)
    if sum(len(glued.findall(block.text)) for block in body) < _FEWEST_GLUED:
        return tuple(body)
    apart = (_GLUED_SENTENCES.sub("\n", glued.sub(r"\n\1\n", block.text)) for block in body)
    return tuple(block for text in apart for block in text_blocks(text))


def _count_glued(text: str, names: Sequence[str]) -> int:
    """Count where a name follows a sentence or precedes one without a space."""
    glued = 0
    for name in names:
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            glued += text[start - 1 : start] in _SENTENCE_ENDS or text[end : end + 1].isupper()
            start = text.find(name, end)
    return glued


class _Headers:
    """Which lines of a body are turn headers, and whose.

    A line is one if it is the operator's, an unidentified speaker's, or the name of somebody in the rosters, with or
    without the firm; or if it looks like a name and the call bears that out: the line stands there twice, or somebody
    says the name.
    """

    def __init__(self, roster: Sequence[RosterEntry], body: Sequence[Block]) -> None:
        self._body = body
        self._by_line = {entry.published: entry for entry in reversed(roster)}
        self._by_name = {entry.name: entry for entry in reversed(roster)}
        self._short = Counter(block.text for block in body if len(block.text) <= _LONGEST_HEADER)
        self._read: dict[str, RosterEntry | None] = {}
        self._matcher = Matcher()

    def read(self, number: int) -> RosterEntry | None:
        """Give the speaker that line `number` of the body announces, or None if it is speech."""
        line = self._body[number].text
        if line in self._by_line and line not in self._by_name:
            return self._by_line[line]  # however long it is
        if len(line) > _LONGEST_HEADER or number + 1 == len(self._body):
            return None
        if line not in self._read and len(self._read) < _MOST_SHORT_LINES:
            # "Q – Brian Bedell", "A - Martin Mucci": a few files say who asks and who answers.
            entry = self._classify(_Q_OR_A.sub("", line))
            self._read[line] = entry if entry is None or entry.published == line else replace(entry, published=line)
        return self._read.get(line)

    def _classify(self, line: str) -> RosterEntry | None:
        if is_operator(line):
            return OPERATOR
        if line in self._by_name:
            return self._by_name[line]
        if line.endswith(".") and is_name(line[:-1]) and (line[:-1] in self._by_name or self._is_spoken_of(line[:-1])):
            line = line[:-1]  # "Mark Lamb.": a stray full stop
        if is_unidentified(line):
            name, about = _name_and_about(line)
            side = side_of_unidentified(name)
            return _about(line, name, None if side is Side.UNKNOWN else about, side)
        apart = _GLUED_NAME.sub(r"\1 \2", line)
        if apart != line and (known := self._matcher.match(apart, self._by_name)):
            return self._by_name[known]  # "MarkLamb"
        name, about = self._split(line)
        if name not in self._by_name and not self._can_be_header(line, name, about):
            return None
        known = self._matcher.match(name, self._by_name)
        if known is not None:
            entry = self._by_name[known]
            return entry if entry.side is Side.COMPANY or about is None or entry.firm else _about(line, entry.name, about, entry.side)
        if is_name(name) and (self._short[line] > 1 or self._is_spoken_of(name) or (about and len(name_key(name)) > 1)):
            return RosterEntry(published=line, name=name, firm=about)
        return None

    def _split(self, line: str) -> tuple[str, str | None]:
        name, about = _name_and_about(line)
        if about:
            return name, about
        # "Richard Eastman-Robert W. Baird": only the roster tells that this hyphen is a dash.
        before = (line[: hyphen.start()] for hyphen in _HYPHEN.finditer(line))
        listed = max((name for name in before if name in self._by_name), key=len, default=None)
        return (listed, line[len(listed) + 1 :].strip()) if listed else (line, None)

    @staticmethod
    def _can_be_header(line: str, name: str, about: str | None) -> bool:
        if line.endswith(("?", "!", ":", ";", ",", "…", "...")) or (line.endswith(".") and about is None and not is_name(line)):
            return False
        return is_name(name) or (
            len(name.split()) == 1 and name[:1].isupper() and name.replace("'", "").replace("’", "").isalpha() and len(name) > 2
        )

    def _is_spoken_of(self, name: str) -> bool:
        """Whether somebody says the name, perhaps with a short form or without what stands in the middle."""
        first, *_, last = name_key(name)
        return any(is_same_given_name(first, word) for word in self._said_before.get(last, ()))

    @cached_property
    def _said_before(self) -> dict[str, set[str]]:
        """The words of names said, and the words said shortly before each."""
        before: defaultdict[str, set[str]] = defaultdict(set)
        for block in self._body:
            if _is_sentence(block.text):
                for run in _CAPITALISED.findall(block.text):
                    words = name_key(run)
                    for distance in range(1, _MOST_NAME_WORDS - 1):
                        for word, earlier in zip(words[distance:], words, strict=False):
                            before[word].add(earlier)
        return before

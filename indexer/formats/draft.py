"""What does a layout hand on? The parts of a call as published, before anybody is recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from indexer.clean import clean_lines, find_adverts, is_furniture
from indexer.names import fold

__all__ = [
    "LOOKED_AT",
    "OPERATOR",
    "QUESTIONS_HEADING",
    "Block",
    "Draft",
    "RawTurn",
    "RosterEntry",
    "Side",
    "assemble_turns",
    "count_turns",
    "head_lines",
    "one_call",
    "side_of_unidentified",
    "text_blocks",
]

LOOKED_AT = 12_000  # characters at the beginning of a text, among which layouts look for their marks

# "Question-and-Answer Session" in about 27 spellings, "q-and-a" in StreetEvents' newest text.
QUESTIONS_HEADING = re.compile(
    r"(?:questions?\s*-?\s*(?:and|&)\s*-?\s*answers?|q\s?(?:&|-?and-?)\s?a)\s*-?\s*(?:session|section|period)?\s*:?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a text or one paragraph of a page, cleaned, never empty.

    Attributes:
        bold: Whether it begins in bold type; always False in text.
    """

    text: str
    bold: bool = False


class Side(Enum):
    """On whose side somebody speaks."""

    COMPANY = "company"
    ANALYST = "analyst"
    OPERATOR = "operator"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One line of a list of participants, or what a turn header says of its speaker."""

    published: str
    name: str
    title: str | None = None
    firm: str | None = None
    side: Side = Side.UNKNOWN


OPERATOR = RosterEntry(published="Operator", name="Operator", side=Side.OPERATOR)

# How transcribers call somebody whom they do not know; the first of these words that stands in a header counts.
_SIDES_OF_UNIDENTIFIED = {
    "analyst": Side.ANALYST,
    "shareholder": Side.ANALYST,
    "company": Side.COMPANY,
    "corporate": Side.COMPANY,
    "executive": Side.COMPANY,
    "representative": Side.COMPANY,
}


def side_of_unidentified(header: str) -> Side:
    """Tell from a header as "Unidentified Company Representative" on whose side somebody is whom the transcriber did not know."""
    folded = fold(header)
    return next((side for word, side in _SIDES_OF_UNIDENTIFIED.items() if word in folded), Side.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTurn:
    """A header and the paragraphs under it."""

    speaker: RosterEntry
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A call as a layout found it.

    Attributes:
        title: The lines above rosters and speech: what the call is identified from.
        qa_start: Number of turns before the question-and-answer heading; None if there is no such heading.
        duration_minutes: As published; None where the publisher gives none or writes 0.
        company: As the lists of participants name it, in layouts where they do.
        warnings: What the layout had to guess or could not make out, as `prepared-remarks-only-as-summary`.
    """

    title: tuple[str, ...]
    roster: tuple[RosterEntry, ...]
    turns: tuple[RawTurn, ...]
    qa_start: int | None
    duration_minutes: int | None = None
    company: str | None = None
    warnings: tuple[str, ...] = ()


def one_call(text: str) -> tuple[str, ...]:
    """Give the text whole: the `split` of layouts that have one call in a file, or no mark of where another would begin."""
    return (text,)


def text_blocks(text: str) -> tuple[Block, ...]:
    """Give the lines of a text, cleaned, without the empty ones."""
    return tuple(Block(line) for line in clean_lines(text) if line)


@lru_cache(maxsize=2)
def head_lines(text: str) -> tuple[str, ...]:
    """Give the lines of a text's first 12,000 characters, cleaned, without the empty ones: where layouts look for their marks.

    All of them look at the same lines of the same text, one after the other; so these are cleaned once.
    """
    return tuple(line for line in clean_lines(text[:LOOKED_AT]) if line)


# A sentence broken after an honorific: Motley Fool's 2022 layout ends a paragraph at any "Ms." or "Mr.".
_BROKEN_AFTER = re.compile(r"(?:^|\s)(?:Mr|Mrs|Ms|Dr|Prof)\.$")
_LONGEST_HONORIFIC = 6  # " Prof."


def assemble_turns(marked: Iterable[tuple[RosterEntry | None, str]]) -> tuple[tuple[RawTurn, ...], tuple[str, ...]]:
    """Gather lines under their headers.

    Args:
        marked: Every line with the speaker it announces, or None if it is speech.

    Returns:
        The turns that have words, and the lines before the first header. Furniture is left out, and sentences broken
        after an honorific are joined.
    """
    lines = list(marked)
    adverts = find_adverts([line for _, line in lines])
    turns: list[tuple[RosterEntry, list[list[str]]]] = []  # a speaker's paragraphs, each in the pieces that it was broken into
    loose: list[str] = []
    for number, (speaker, line) in enumerate(lines):
        if number in adverts:
            continue
        if speaker is not None:
            turns.append((speaker, []))
        elif is_furniture(line):
            continue
        elif not turns:
            loose.append(line)
        elif turns[-1][1] and _BROKEN_AFTER.search(turns[-1][1][-1][-1][-_LONGEST_HONORIFIC:]):
            turns[-1][1][-1].append(line)
        else:
            turns[-1][1].append([line])
    return tuple(RawTurn(speaker=speaker, paragraphs=tuple(map(" ".join, said))) for speaker, said in turns if said), tuple(loose)


def count_turns(marked: Sequence[tuple[RosterEntry | None, str]], end: int | None) -> int | None:
    """Count the turns above the questions' heading, which stood before line `end` of those marked; None if there was none."""
    if end is None:
        return None
    adverts = find_adverts([line for _, line in marked[:end]])
    turns, is_announced = 0, False
    for number, (speaker, line) in enumerate(marked[:end]):
        if number in adverts:
            continue
        if speaker is not None:
            is_announced = True
        elif is_announced and not is_furniture(line):
            turns, is_announced = turns + 1, False
    return turns

"""Which other words mean the same on an earnings call? `capex` and `capital expenditures`, by a table that users extend."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from indexer.analysis import words
from indexer.errors import InvalidTable
from search.inflect import inflections

__all__ = ["Phrase", "Synonyms", "entries", "load_synonyms"]

Phrase = tuple[str, ...]  # the words of a text, as the analyzer gives them

_Line = dict[Phrase, bool]  # the members of a line, and whether each is an abbreviation

_SHIPPED = Path(__file__).with_name("synonyms.txt")
_MOST_SHOWN = 60  # characters of a line that an error repeats
_PLURALS = ("s", "'s", "s'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Synonyms:
    """Groups of words and phrases that mean the same.

    Attributes:
        groups: The members of each group, in the table's order. No two groups share a member.
        abbreviations: The members that are written with two capitals or more.
        group_of: Member -> index into `groups`.
        lexicon: Every word of every member, of which inflections are sought.
    """

    groups: tuple[tuple[Phrase, ...], ...]
    abbreviations: frozenset[Phrase]
    group_of: Mapping[Phrase, int] = field(compare=False, repr=False)
    lexicon: frozenset[str] = field(compare=False, repr=False)

    def of(self, sought: Phrase) -> tuple[Phrase, ...]:
        """Give the other words and phrases that mean what these words mean.

        An inflection of a member, or of the last word of one, finds the group, too: `buybacks`, `comparable sale`.

        Args:
            sought: The words of one leaf of a query.
        Returns:
            The members of their group in the table's order, without the words sought; none if no group has them.
        """
        # Two forms of a word may stand in two groups, one of the table's and one of the user's.
        found = sorted({self.group_of[member] for member in self._meant(sought)})
        return tuple(member for number in found for member in self.groups[number] if member != sought)

    def _meant(self, sought: Phrase) -> Iterator[Phrase]:
        """Give the members that the words are a form of."""
        if not sought:
            return
        *begun, last = sought
        for form in inflections(last, self.lexicon.__contains__):
            member = (*begun, form)
            # Boeing is no form of BOE, nor a cog one of COGS.
            is_form = member == sought or member not in self.abbreviations or last.removeprefix(form) in _PLURALS
            if is_form and member in self.group_of:
                yield member


def load_synonyms(file: str | os.PathLike[str] | None = None) -> Synonyms:
    """Load the table that ships, with the groups of a user's own file.

    Args:
        file: Lines such as `capex | capital expenditures`; empty lines and lines that begin with `#` say nothing. A line
            that has a member of another group adds to that group.

    Raises:
        InvalidTable: the file cannot be read, or a line of it is no group.
    """
    return _shipped() if file is None else _gather((*_shipped_lines(), *_read(file)))


def entries(file: str | os.PathLike[str]) -> Iterator[tuple[str, str]]:
    """Give each line of a table that says something, with where it stands: `("words.txt, line 3", "capex | capital spending")`.

    Raises:
        InvalidTable: the file cannot be read.
    """
    path = os.fspath(file)
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a path with a null character
        raise InvalidTable(f"{path} cannot be read: {error}", hint="give a text file in UTF-8") from error
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield f"{path}, line {number}", text


@cache
def _shipped() -> Synonyms:
    return _gather(_shipped_lines())


@cache
def _shipped_lines() -> tuple[_Line, ...]:
    return _read(_SHIPPED)


def _read(file: str | os.PathLike[str]) -> tuple[_Line, ...]:
    return tuple(_line(place, text) for place, text in entries(file))


def _line(place: str, text: str) -> _Line:
    members = [(tuple(words(member)), member.strip()) for member in text.split("|")]
    empty = [written for found, written in members if not found]
    if len(members) < 2 or empty:
        wrong = f"has {empty[0]!r}, which is no word" if empty and empty[0] else "is no group"
        raise InvalidTable(f"{place}: {text[:_MOST_SHOWN]!r} {wrong}", hint="write: word | other word or phrase")
    return {found: sum(map(str.isupper, written)) > 1 for found, written in members}


def _gather(lines: Iterable[_Line]) -> Synonyms:
    """Make one group of the lines that share a member: what means the same as a thing means what its synonyms mean."""
    gathered: dict[int, _Line] = {}
    home_of: dict[Phrase, int] = {}
    for number, line in enumerate(lines):
        known = sorted({home_of[member] for member in line if member in home_of})
        home = known[0] if known else number
        joined: _Line = {}
        for part in (*(gathered.pop(other) for other in known), line):
            joined.update(part)
        gathered[home] = joined
        home_of.update(dict.fromkeys(joined, home))
    groups = tuple(tuple(gathered[home]) for home in sorted(gathered))
    return Synonyms(
        groups=groups,
        abbreviations=frozenset(member for line in gathered.values() for member, is_short in line.items() if is_short and len(member) == 1),
        group_of={member: number for number, group in enumerate(groups) for member in group},
        lexicon=frozenset(word for group in groups for member in group for word in member),
    )

"""Who begins to speak on a line `Name: text`? Lines in; a speaker and the first words, or nothing, for each line out.

`Home Care: it grew by 5%` has the same form, so a name must be borne out: by the roster, by somebody who introduces or
thanks its bearer, by coming back, or by a text in which every line has the form.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from indexer.formats.draft import OPERATOR, RosterEntry, Side, side_of_unidentified
from indexer.names import LONGEST_NAME_LINE, fold, is_name, is_operator, is_unidentified, match_name, name_key

__all__ = ["ColonHeader", "bare_name", "find_colon_headers", "form_of"]

_HONORIFIC = re.compile(r"^(?:mrs?|ms|miss|dr|prof|shri|smt|sir)\b\.?\s+", re.IGNORECASE)

# Who is only called by what they are; "Management" stands for any officer in filings that do not tell them apart.
_COLLECTIVE = {"management": Side.COMPANY, "participant": Side.ANALYST, "analyst": Side.ANALYST, "investor": Side.ANALYST}

# Words before a person's name, and hardly before anything else that has capitals.
_PERSON_FOLLOWS = re.compile(
    r"(?:\b(?:comes? from|question (?:is )?from|line of|over to|this is|I'm|I am|invite|request|welcome|Mrs?\.?|Ms\.?|Dr\.?|Shri|Smt\.)"
    r"|\b[Tt]hanks?(?: you)?(?: very much| so much)?,|\b(?:Hi|Hello|Yes|So|Okay|Sure),)"
    r" (?:(?:Mrs?|Ms|Dr)\.? )?([A-Z][\w'’.-]{0,30}(?: [A-Z][\w'’.-]{0,30}){0,3})"
)
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class ColonHeader:
    """Who speaks from a line on, and what they say on it ("" if the words begin on the next line)."""

    speaker: RosterEntry
    text: str


def bare_name(name: str) -> str:
    """Give a name without "Mr." and the like before it."""
    return _HONORIFIC.sub("", name.strip(), count=1)


def form_of(line: str) -> tuple[str, str] | None:
    """Part a line that may be `Name: text`; None if what stands before the colon cannot be a speaker."""
    at = line.find(":", 0, LONGEST_NAME_LINE)
    if at < 2 or not line[0].isalpha() or line.startswith("//", at + 1):
        return None
    name = bare_name(line[:at])
    return (name, line[at + 1 :].strip()) if _may_speak(name) else None


@lru_cache(maxsize=4096)
def _may_speak(name: str) -> bool:
    one_word = len(name) > 2 and name.isalpha() and name[0].isupper()
    return one_word or is_operator(name) or is_unidentified(name) or fold(name) in _COLLECTIVE or is_name(name)


def find_colon_headers(lines: Sequence[str], roster: Sequence[str] = (), *, every_line: bool = False) -> tuple[ColonHeader | None, ...]:
    """Find the lines on which somebody begins to speak.

    Args:
        roster: Names of people known to be on the call.
        every_line: Whether nearly all lines of the text have the form, so that it alone tells a speaker.

    Returns:
        For each line its header, or None if the speaker of the line above goes on.
    """
    forms = [form_of(line) for line in lines]
    speakers = _Speakers(lines, forms, roster, every_line=every_line)
    entries = {name: speakers.read(name) for name in dict.fromkeys(form[0] for form in forms if form)}
    return tuple(ColonHeader(entry, form[1]) if form and (entry := entries[form[0]]) else None for form in forms)


class _Speakers:
    """Whose name is borne out by the text it stands in."""

    def __init__(self, lines: Sequence[str], forms: Sequence[tuple[str, str] | None], roster: Sequence[str], *, every_line: bool) -> None:
        self._lines = lines
        self._forms = forms
        self._roster = tuple(roster)
        self._every_line = every_line
        self._times = Counter(form[0] for form in forms if form)

    def read(self, name: str) -> RosterEntry | None:
        """Give who speaks under a name, or None if it is no speaker's."""
        if is_operator(name):
            return replace(OPERATOR, published=name)
        if is_unidentified(name) or fold(name) in _COLLECTIVE:
            return RosterEntry(published=name, name=name, side=_COLLECTIVE.get(fold(name)) or side_of_unidentified(name))
        spelt = name.title() if name.isupper() and " " in name else name
        return RosterEntry(published=name, name=spelt) if self._is_borne_out(name) else None

    def _is_borne_out(self, name: str) -> bool:
        if match_name(name, self._roster) is not None:
            return True
        words = {word for word in name_key(name) if len(word) > 1}
        if not is_name(name):
            return name in self._persons  # "Arun:" alone could be any word that begins a sentence
        if self._every_line or words & self._person_words:
            return True
        if self._times[name] > 1:
            return not all(word in self._common_words or f"{word}s" in self._common_words for word in words)
        return not words & self._spoken_words

    @cached_property
    def _said(self) -> str:
        return "\n".join(form[1] if form else line for form, line in zip(self._forms, self._lines, strict=True))

    @cached_property
    def _persons(self) -> frozenset[str]:
        """Who is introduced, addressed or thanked, as said."""
        return frozenset(found.rstrip(".'’") for found in _PERSON_FOLLOWS.findall(self._said))

    @cached_property
    def _person_words(self) -> frozenset[str]:
        return frozenset(word for person in self._persons for word in name_key(person) if len(word) > 1)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(" ".join(set(self._said.split()))))

    @cached_property
    def _spoken_words(self) -> frozenset[str]:
        return frozenset(map(fold, self._words))

    @cached_property
    def _common_words(self) -> frozenset[str]:
        """Words that stand somewhere without a capital: of these a label is made, and hardly ever a whole name."""
        return frozenset(word for word in self._words if word.islower())

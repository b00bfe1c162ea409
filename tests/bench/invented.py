"""What is searched where there are no transcripts? Calls of invented words, with the numbers that real ones have.

Source: counted over 2,000 calls of Seeking Alpha with 169,775 turns and 103 MB of text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from indexer.model import Kind, Section, Transcript, Turn
from indexer.roles import Role

__all__ = ["invent"]

# A word's share falls with its rank as Zipf and Mandelbrot have it: 4.9% for the first, 1.1% for the 11th, 0.011% for the 1,001st.
_WORDS = 30_000
_ZIPF_SHIFT = 2.5
_ZIPF_EXPONENT = 1.1
_SENTENCE_WORDS = 17

_SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnprst" for vowel in "aeiou"]
_SYLLABLES_A_WORD = 3
_SCATTER = 7_919  # coprime to the number of words there can be: neighbours in rank do not begin alike

_CALLS_A_COMPANY = 2
_ANALYSTS = 5_000
_ANALYSTS_A_CALL = 9
_OFFICERS = (Role.CEO, Role.CFO, Role.INVESTOR_RELATIONS, Role.COO)


@dataclass(frozen=True, slots=True)
class _Lengths:
    """How long the turns of a section are, in words: the logarithm's mean and deviation, and the most."""

    mean: float
    deviation: float
    most: int

    def draw(self, rng: np.random.Generator) -> int:
        return int(np.clip(rng.lognormal(self.mean, self.deviation), 1, self.most))


_PREPARED = _Lengths(5.72, 1.47, 3_200)
_QA = _Lengths(3.44, 1.46, 600)
_PREPARED_TURNS = 5
_QA_TURNS = (25, 135)  # fewest and most


def invent(calls: int, seed: int = 1) -> Iterator[Transcript]:
    """Invent calls; the same for the same seed."""
    rng = np.random.default_rng(seed)
    words = _Words(rng)
    for number in range(calls):
        yield _call(number, rng, words)


class _Words:
    """Draws words as often as their ranks have it."""

    def __init__(self, rng: np.random.Generator) -> None:
        weights = (np.arange(_WORDS) + _ZIPF_SHIFT) ** -_ZIPF_EXPONENT
        self._shares = np.cumsum(weights / weights.sum())
        self._spelt = [spell(rank) for rank in range(_WORDS)]
        self._rng = rng

    def draw(self, count: int) -> str:
        """Give so many words in sentences."""
        ranks = np.searchsorted(self._shares, self._rng.random(count)).clip(max=_WORDS - 1).tolist()
        said = [self._spelt[rank] for rank in ranks]
        return " ".join(_sentence(said[start : start + _SENTENCE_WORDS]) for start in range(0, count, _SENTENCE_WORDS))


def _sentence(words: Sequence[str]) -> str:
    return f"{' '.join(words).capitalize()}."


def spell(rank: int) -> str:
    """Give the word of a rank; each rank has its own."""
    number, syllables = rank * _SCATTER, []
    for _ in range(_SYLLABLES_A_WORD):
        number, place = divmod(number, len(_SYLLABLES))
        syllables.append(_SYLLABLES[place])
    return "".join(syllables)


def _name(number: int) -> str:
    return f"{spell(number).capitalize()} {spell(number + _WORDS).capitalize()}"


def _call(number: int, rng: np.random.Generator, words: _Words) -> Transcript:
    company, year = number // _CALLS_A_COMPANY, 2010 + number % 15
    turns = tuple(_turns(company, rng, words))
    return Transcript(
        call=f"X{company}-{year}Q1",
        company=f"{spell(company).capitalize()} {company} Corp",
        ticker=f"X{company}",
        exchange_code="NYSE",
        period=f"{year}Q1",
        event="Q1 Earnings Call",
        date=date(year, 4, 1) + timedelta(days=number % 60),
        time=None,
        duration_minutes=None,
        participants=(),
        turns=turns,
        origins=(),
        source="invented",
        format="invented",
        encoding="utf-8",
        warnings=(),
    )


def _turns(company: int, rng: np.random.Generator, words: _Words) -> Iterator[Turn]:
    officers = [(_name(company * len(_OFFICERS) + place), role) for place, role in enumerate(_OFFICERS)]
    analysts = [(_name(10_000 + number), Role.ANALYST) for number in rng.integers(0, _ANALYSTS, _ANALYSTS_A_CALL).tolist()]
    for number in range(1, _PREPARED_TURNS + 1):
        speaker, role = officers[number % len(officers)] if number > 1 else ("Operator", Role.OPERATOR)
        yield _turn(number, Section.PREPARED, Kind.REMARKS, speaker, role, words.draw(_PREPARED.draw(rng)))
    for number in range(int(rng.integers(*_QA_TURNS))):
        people = analysts if number % 2 else [*officers, ("Operator", Role.OPERATOR)]
        speaker, role = people[int(rng.integers(len(people)))]
        kind = Kind.QUESTION if number % 2 else Kind.ANSWER
        yield _turn(_PREPARED_TURNS + 1 + number, Section.QA, kind, speaker, role, words.draw(_QA.draw(rng)))


def _turn(number: int, section: Section, kind: Kind, speaker: str, role: Role, text: str) -> Turn:
    return Turn(
        number=number,
        section=section,
        kind=kind,
        exchange=number if section == Section.QA else None,
        speaker=speaker,
        role=role,
        title=role.value,
        firm=None,
        header=speaker,
        paragraphs=(text,),
    )

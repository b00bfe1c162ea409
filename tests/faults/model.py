"""What should an index hold? Small transcripts as plain values, and a plain dict of what each call says: no code of the indexer's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import search
from tests.small_index import transcript

__all__ = ["VOCABULARY", "Calls", "File", "calls_of", "difference", "invent"]

# Invented words, of which none is a form of another.
_FIRST, _SECOND, _LAST = ("bra", "flo", "gri", "ke", "mu"), ("dan", "pil", "ros"), ("k", "t")
VOCABULARY = tuple(f"{first}{second}{last}" for first in _FIRST for second in _SECOND for last in _LAST)
_PERIODS = ("Q1 2022", "Q2 2022", "Q3 2022", "Q4 2022")
_TICKERS = ("ACM", "BOL", "CRY", "DOX", "EVN")
_BRIEF, _FULL = (2, 3), (6, 8)  # turns: the fuller transcript of a call has twice the words of a brief one

# Id of a call -> its company, and the words of each of its turns.
Calls = dict[str, tuple[str, tuple[tuple[str, ...], ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A source.

    Attributes:
        ticker, period: Of its call.
        turns: The words of each of its turns; none if it is no transcript.
    """

    ticker: str
    period: str
    turns: tuple[tuple[str, ...], ...]

    @property
    def call(self) -> str:
        """The id of its call."""
        quarter, year = self.period.split()
        return f"{self.ticker}-{year}{quarter}"

    @property
    def company(self) -> str:
        return f"{self.ticker.title()} Pumps"

    def text(self) -> str:
        """Give it as it is published."""
        return transcript(self.ticker, self.period, *map(" ".join, self.turns)) if self.turns else "Milk, eggs and flour.\n"

    @property
    def words(self) -> int:
        return sum(map(len, self.turns))


def invent(random: Random, files: Mapping[str, File], name: str) -> File:
    """Invent what a file may hold: if it is of a call that another file has, one of both is brief and one full."""
    if random.random() < 0.1:
        return File(ticker="", period="", turns=())
    ticker, period = random.choice(_TICKERS), random.choice(_PERIODS)
    others = [file for key, file in files.items() if key != name and (file.ticker, file.period) == (ticker, period)]
    if len(others) > 1:
        return invent(random, files, name)
    is_full = len(others[0].turns) < _FULL[0] if others else random.random() < 0.5
    turns = tuple(tuple(random.choices(VOCABULARY, k=6)) for _ in range(random.randint(*(_FULL if is_full else _BRIEF))))
    return File(ticker=ticker, period=period, turns=turns)


def calls_of(files: Mapping[str, File]) -> Calls:
    """Say what an index of files holds: of each call the transcript with most words."""
    fullest: dict[str, File] = {}
    for file in files.values():
        if file.turns and (file.call not in fullest or file.words > fullest[file.call].words):
            fullest[file.call] = file
    return {call: (file.company, file.turns) for call, file in fullest.items()}


def difference(index: search.CallIndex, calls: Calls, word: str) -> str:
    """Compare an index with what it should hold: its calls and turns, who says a word, and the facets of both; "" if all agree."""
    everything = index.search("*", facets=("call", "company"), limit=0)
    told = {value.value: value.turns for value in everything.facets["call"]}
    wanted = {call: len(turns) for call, (_, turns) in calls.items()}
    if told != wanted or everything.turns != sum(wanted.values()) or everything.calls != len(wanted):
        return f"it holds {_short(told)} where {_short(wanted)} should be"
    page = index.search(f'"{word}"', facets=("company",), limit=10_000)
    said = {(call, number): company for call, (company, turns) in calls.items() for number, turn in enumerate(turns, 1) if word in turn}
    found = {(hit.call, hit.turn): hit.company for hit in page.hits}
    if found != said or page.turns != len(said) or len(page.hits) != len(said):
        return f"{word}: found in {_short(found)} where {_short(said)} should be"
    if {value.value: value.turns for value in page.facets["company"]} != Counter(said.values()):
        return f"{word}: its companies are {page.facets['company']}"
    return ""


def _short(found: Mapping[Any, object]) -> str:
    text = ", ".join(map(str, sorted(found.items(), key=str)))
    return text if len(text) < 300 else f"{text[:300]} ..."

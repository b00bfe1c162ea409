"""Which words can be asked for? Those that mean the same to every engine, with how many turns say them.

Earful's words are those of finance (`M&A`, `U.S.`, `company's` are one each); its peers split at everything that is no
letter or digit. A word is fit to compare engines by if no turn has it by one rule and not by the other. The words of a
phrase need not be: that one ends in `company's` is rare, and the report lists it.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.analysis import words
from indexer.model import Transcript
from indexer.names import fold
from tests.bench.corpus import Row, rows

__all__ = ["PREFIX_LETTERS", "Vocabulary", "plain_words", "survey"]

PREFIX_LETTERS = 5

_SAMPLE = 4_000  # turns to make questions from
_FEWEST_WORDS = 15  # of a turn in the sample: a thank-you asks for nothing
_PLAIN = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What a corpus says.

    Attributes:
        calls, turns, text_bytes: How much there is of it.
        turn_counts: Word of three letters or more -> how many turns say it by both rules.
        unfit: Words that some turn has by one rule only; `unfit_prefixes` likewise, first letters of words.
        companies: Those of whose name there is one spelling.
        sample: Turns drawn by chance, in order.
    """

    calls: int
    turns: int
    text_bytes: int
    turn_counts: dict[str, int]
    unfit: frozenset[str]
    unfit_prefixes: frozenset[str]
    companies: frozenset[str]
    sample: tuple[Row, ...]


def plain_words(text: str) -> list[str]:
    """Give the words of a text as the peers see them."""
    return _PLAIN.findall(fold(text))


def survey(calls: Iterable[Transcript], seed: int = 1) -> Vocabulary:
    """Go through a corpus once. Cost: 0.2 s a MB."""
    found = _Survey(random.Random(seed))
    for call in calls:
        found.calls += 1
        for row in rows(call):
            found.add(row)
    return found.finish()


class _Survey:
    """What was seen so far."""

    def __init__(self, rng: random.Random) -> None:
        self.calls = self.turns = self.text_bytes = 0
        self._rng = rng
        self._turn_counts: Counter[str] = Counter()
        self._unfit: set[str] = set()
        self._unfit_prefixes: set[str] = set()
        self._companies: defaultdict[str, set[str]] = defaultdict(set)
        self._sample: list[tuple[int, Row]] = []
        self._candidates = 0

    def add(self, row: Row) -> None:
        self.turns += 1
        self.text_bytes += len(row.text.encode())
        self._companies[fold(row.company)].add(row.company)
        ours, theirs = set(words(row.text)), set(plain_words(row.text))
        both = ours & theirs
        self._turn_counts.update(both)
        self._unfit.update(ours ^ theirs)
        self._unfit_prefixes.update((_prefixes(ours - both) ^ _prefixes(theirs - both)) - _prefixes(both))
        if len(theirs) >= _FEWEST_WORDS:
            self._draw(row)

    def _draw(self, row: Row) -> None:
        """Keep each turn with the same chance, however many there will be (Vitter, Random sampling with a reservoir, 1985)."""
        self._candidates += 1
        place = self._rng.randrange(self._candidates)
        if len(self._sample) < _SAMPLE:
            self._sample.append((self.turns, row))
        elif place < _SAMPLE:
            self._sample[place] = (self.turns, row)

    def finish(self) -> Vocabulary:
        turn_counts = {word: count for word, count in self._turn_counts.items() if _LETTERS.fullmatch(word)}
        return Vocabulary(
            calls=self.calls,
            turns=self.turns,
            text_bytes=self.text_bytes,
            turn_counts=turn_counts,
            unfit=frozenset(self._unfit & turn_counts.keys()),
            unfit_prefixes=frozenset(self._unfit_prefixes),
            companies=frozenset(name for names in self._companies.values() if len(names) == 1 for name in names),
            sample=tuple(row for _, row in sorted(self._sample, key=lambda drawn: drawn[0])),
        )


def _prefixes(found: set[str]) -> set[str]:
    return {word[:PREFIX_LETTERS] for word in found}

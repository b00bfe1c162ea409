"""Which questions are asked? A table of kinds, filled with a corpus's own words by a seeded choice.

Every question is made from a turn, so that at least this turn answers it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from indexer.analysis import words
from tests.bench.ask import Ask, Shape
from tests.bench.corpus import Row
from tests.bench.vocabulary import PREFIX_LETTERS, Vocabulary, plain_words

__all__ = ["RECIPES", "Band", "Recipe", "make_asks"]


@dataclass(frozen=True, slots=True)
class Band:
    """Words by the share of turns that say them, from `least` to `most`; of a small corpus, from two turns on."""

    least: float
    most: float

    def holds(self, turns: int, of_turns: int) -> bool:
        """Say whether a word that so many turns say belongs here."""
        least = max(2.0, self.least * of_turns)
        return least <= turns <= max(2 * least, self.most * of_turns)


_RARE = Band(0.00002, 0.0005)
_MIDDLING = Band(0.001, 0.01)
_FREQUENT = Band(0.05, 1)
_NOT_FREQUENT = Band(0.0005, 0.03)
_ANY = Band(0, 1)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A kind of question, and from which band each of its words comes."""

    kind: str
    shape: Shape
    bands: tuple[Band, ...]


RECIPES = (
    Recipe("word, rare", Shape.ALL, (_RARE,)),
    Recipe("word, middling", Shape.ALL, (_MIDDLING,)),
    Recipe("word, frequent", Shape.ALL, (_FREQUENT,)),
    Recipe("and of two", Shape.ALL, (_FREQUENT, _MIDDLING)),
    Recipe("or of three", Shape.ANY, (_FREQUENT, _MIDDLING, _RARE)),
    Recipe("not", Shape.NOT, (_MIDDLING, _FREQUENT)),
    Recipe("phrase", Shape.PHRASE, (_NOT_FREQUENT, _NOT_FREQUENT)),
    Recipe("phrase, frequent words", Shape.PHRASE, (_FREQUENT, _FREQUENT, _ANY)),
    Recipe("prefix", Shape.PREFIX, (_MIDDLING,)),
)

# As many questions of a kind have filters as have none.
_FILTERS = ("role", "section", "company")


# A phrase that so many sampled turns have is taken before one that only its own turn has: nobody asks for chance neighbours.
_COMMON_PHRASE = 3


def make_asks(vocabulary: Vocabulary, *, a_kind: int = 24, seed: int = 1) -> tuple[Ask, ...]:
    """Make questions of every kind, half of them with a filter, and shuffle them.

    Args:
        a_kind: How many of each kind.

    Raises:
        ValueError: the corpus has not enough words for one of the kinds.
    """
    rng = random.Random(seed)
    asks = [ask for recipe in RECIPES for ask in _Maker(recipe, vocabulary, rng).make(a_kind)]
    rng.shuffle(asks)  # so that an engine whose time runs out has answered some of each kind
    return tuple(asks)


class _Maker:
    """Makes the questions of one kind."""

    def __init__(self, recipe: Recipe, vocabulary: Vocabulary, rng: random.Random) -> None:
        self._recipe = recipe
        self._vocabulary = vocabulary
        self._rng = rng

    def make(self, count: int) -> list[Ask]:
        """Make so many, no two alike."""
        found: dict[Ask, None] = {}
        recipe, sample = self._recipe, self._vocabulary.sample
        for row in self._rng.sample(sample, len(sample)):
            chosen = self._choose(row) if row.company in self._vocabulary.companies else None
            if chosen:
                filters = _filters(row, len(found))
                found[Ask(kind=recipe.kind, shape=recipe.shape, words=chosen, filters=filters)] = None
            if len(found) == count:
                return list(found)
        raise ValueError(f"only {len(found)} questions of the kind {recipe.kind!r} can be made; take a larger corpus or fewer questions")

    def _choose(self, row: Row) -> tuple[str, ...] | None:
        """Choose words of a turn; None if it has none that would do."""
        bands, inside = self._recipe.bands, sorted(set(plain_words(row.text)))
        match self._recipe.shape:
            case Shape.PHRASE:
                return self._phrase(row)
            case Shape.PREFIX:
                return self._prefix(inside)
            case Shape.NOT:
                return self._pick([self._of_band(bands[0], inside), self._all_of_band(bands[1]) - set(inside)])
        return self._pick([self._of_band(band, inside) for band in bands])

    def _pick(self, choices: Sequence[set[str]]) -> tuple[str, ...] | None:
        """Pick a word of each set, no word twice."""
        picked: list[str] = []
        for choice in choices:
            left = sorted(choice.difference(picked))
            if not left:
                return None
            picked.append(self._rng.choice(left))
        return tuple(picked)

    def _prefix(self, inside: Sequence[str]) -> tuple[str, ...] | None:
        long = self._of_band(self._recipe.bands[0], [word for word in inside if len(word) > PREFIX_LETTERS])
        return self._pick([{word[:PREFIX_LETTERS] for word in long} - self._vocabulary.unfit_prefixes])

    def _phrase(self, row: Row) -> tuple[str, ...] | None:
        runs = self._fitting_runs(row)
        common = [run for run in runs if self._run_counts[run] >= _COMMON_PHRASE]
        return self._rng.choice(common or runs) if runs else None

    @cached_property
    def _run_counts(self) -> Counter[tuple[str, ...]]:
        """In how many sampled turns each run of words stands that would do for a phrase."""
        return Counter(run for row in self._vocabulary.sample for run in self._fitting_runs(row))

    def _fitting_runs(self, row: Row) -> list[tuple[str, ...]]:
        """Give the runs of words that fit the bands one by one, and are runs to every engine."""
        bands = self._recipe.bands
        theirs = set(_runs(plain_words(row.text), len(bands)))
        ours = dict.fromkeys(_runs(words(row.text), len(bands)))
        return [run for run in ours if run in theirs and all(map(self._fits, run, bands))]

    def _of_band(self, band: Band, among: Iterable[str]) -> set[str]:
        return {word for word in among if self._fits(word, band)} - self._vocabulary.unfit

    @cache  # noqa: B019 - a maker lives no longer than its questions take to make
    def _all_of_band(self, band: Band) -> set[str]:
        return self._of_band(band, self._vocabulary.turn_counts)

    def _fits(self, word: str, band: Band) -> bool:
        return band.holds(self._vocabulary.turn_counts.get(word, 0), self._vocabulary.turns)


def _filters(row: Row, number: int) -> tuple[tuple[str, str], ...]:
    """Give every other question a filter, of one field after the other."""
    field = _FILTERS[number // 2 % len(_FILTERS)]
    return ((field, str(getattr(row, field))),) if number % 2 else ()


def _runs(found: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*(found[start:] for start in range(size)), strict=False)

"""Which words and phrases of what is said may be topics? All that are no grammar, calendar, talk or name, with their places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain, pairwise
from typing import NamedTuple

from indexer.analysis import blank_tags, normalise, words, words_as_written
from search.budget import spending
from search.inflect import inflections
from search.reader import Snapshot

__all__ = ["Place", "SaidTurn", "Speech", "Term", "inflections_said"]

Term = tuple[str, ...]  # a word, or two that follow each other; each stands for its inflections, too

_FEWEST_TURNS = 2
_FEWEST_IN_A_TURN = 6  # times; what is said in one turn only is a topic if it is said so often there
_MOSTLY = 0.5
_NEARLY_ALL = 0.75
_ALIKE = 3  # letters; only irregular inflections share fewer

# Fiscal periods, ordinals, multiples and amounts are no topic: Q3, 1H, FY21, 20th, 2x, 50k, 2021.
_NO_WORD = re.compile(r"q[1-4]|[1-4]q|[12]h|h[12]|fy\d*|\d+(?:st|nd|rd|th|x|k|m|b|bn|mm)|\d{5,}|(?:19|20)\d\d|\d*[.%$€£¥].*")
_NUMBER_OR_LETTER = re.compile(r"\d+|[a-z]")  # no word, but part of a name: Model 3, COVID-19, CAR-T
# A word that is said behind these mostly is a verb, an adjective or whom somebody speaks to.
_BEFORE_NO_TOPIC = frozenset(
    "to will would can could may might should must we i you they he she who we'll we've we're i'd they've not don't didn't "
    "very more most less quite so too be been being is are was were am it's that's pretty really how "
    "thanks hi hello hey okay ok please right".split()
)


class Place(NamedTuple):
    """Where a term begins: the number of its turn in the speech, and of its word in the turn."""

    turn: int
    word: int


class SaidTurn(NamedTuple):
    """A turn with its words, as the index holds them and as they are written."""

    doc_id: int
    words: list[str]
    written: list[str]


class _Names(NamedTuple):
    """Words of names; `own` are those of the company and its tickers, and of firms."""

    people: frozenset[str]
    own: frozenset[str]
    given: frozenset[str]


class Speech:
    """What is said in some turns.

    Attributes:
        turns: The turns.
    """

    def __init__(self, snapshot: Snapshot, doc_ids: Iterable[int], given_names: frozenset[str], fewest: int) -> None:
        """Take the turns, in order; first names of people; and how often a term must be said."""
        self.turns = [_read(snapshot, doc_id) for doc_id in spending(doc_ids)]
        self._fewest = fewest
        self._names = _names_of(snapshot, self.turns, given_names)
        self._counts: Counter[str] = Counter()
        self._capitals: Counter[str] = Counter()
        for written, count in Counter(chain.from_iterable(turn.written for turn in self.turns)).items():
            self._counts[_normalised(written)] += count
            if not written.islower():
                self._capitals[_normalised(written)] += count
        self._heads = self._group()

    def _group(self) -> dict[str, str]:
        """Give each word that may be part of a term that of its inflections that is said most."""
        never = _boilerplate().never
        # To look for inflections takes longest, and most words are said once: a word counts only if those that begin like it,
        # among which are its inflections, are said often enough together.
        alike: Counter[str] = Counter()
        for word, count in self._counts.items():
            alike[word[:_ALIKE]] += count
        heads: dict[str, str] = {}
        for word, _ in spending(sorted(self._counts.items(), key=lambda each: (-each[1], each[0]))):
            base = word.removesuffix("'s")
            if alike[word[:_ALIKE]] >= self._fewest and word not in heads and base not in never and not _NO_WORD.fullmatch(base):
                for form in inflections_said(word, self._counts.__contains__):
                    heads.setdefault(form, word)
        return heads

    def terms(self) -> dict[Term, list[Place]]:
        """Give the words and phrases that may be topics and are said often enough, with their places in order."""
        said = [[self._heads.get(word, "") for word in turn.words] for turn in self.turns]
        singles = Counter(chain.from_iterable(said))
        pairs = Counter(chain.from_iterable(map(pairwise, said)))
        wanted: set[Term] = {(word,) for word, count in singles.items() if count >= self._fewest and self._may_stand(word)}
        wanted.update(pair for pair, count in pairs.items() if count >= self._fewest and self._may_follow(*pair))
        # A word that nearly always stands next to the same other one is nothing by itself: `Jersey`.
        wanted -= {
            (word,) for pair, count in pairs.items() for word in pair if count > _NEARLY_ALL * singles[word] and self._may_follow(*pair)
        }
        return {term: places for term, places in spending(_places(wanted, said).items()) if self._is_topic(term, places, said, pairs)}

    def _is_topic(self, term: Term, places: list[Place], said: list[list[str]], pairs: Mapping[tuple[str, str], int]) -> bool:
        if len(places) < _FEWEST_IN_A_TURN and len({place.turn for place in places}) < _FEWEST_TURNS:
            return False
        return not self._is_manner(places) if len(term) == 1 else not _is_end((term[0], term[1]), places, said, pairs)

    def as_written(self, term: Term, place: Place) -> str:
        """Give a term as it is written at a place."""
        return " ".join(self.turns[place.turn].written[place.word : place.word + len(term)])

    def as_said(self, term: Term, place: Place) -> Term:
        """Give a term as the index holds what is said at a place."""
        return tuple(self.turns[place.turn].words[place.word : place.word + len(term)])

    def _may_stand(self, word: str) -> bool:
        is_word = bool(word) and word not in _boilerplate().not_alone and not _NUMBER_OR_LETTER.fullmatch(word)
        return is_word and not self._is_adverb(word) and not any(self._is_of(word, names) for names in self._names)

    def _may_follow(self, first: str, second: str) -> bool:
        """Say whether two words may be a topic: one of them must be able to be one alone, and what is a name in them no person's."""
        if not first or not second:
            return False
        if any(self._is_adverb(word) or self._is_of(word, self._names.people) for word in (first, second)):
            return False
        if _NUMBER_OR_LETTER.fullmatch(first) or _NUMBER_OR_LETTER.fullmatch(second):
            word = second if _NUMBER_OR_LETTER.fullmatch(first) else first
            return self._may_stand(word) and self._is_written_high(word)
        return self._may_stand(first) or self._may_stand(second)

    def _is_adverb(self, word: str) -> bool:
        return word.endswith("ly") and (word[:-2] in self._counts or (word.endswith("ally") and len(word) > len("rally")))

    def _is_of(self, word: str, names: frozenset[str]) -> bool:
        """Say whether a word is one of names, and mostly written as one."""
        return word.removesuffix("'s") in names and self._is_written_high(word)

    def _is_written_high(self, word: str) -> bool:
        return self._capitals[word] >= _MOSTLY * self._counts[word]

    def _is_manner(self, places: list[Place]) -> bool:
        """Say whether a word stands mostly where a verb, an adjective or a form of address does."""
        before = (self.turns[turn].words[word - 1] for turn, word in places if word)
        return sum(word in _BEFORE_NO_TOPIC for word in before) > _MOSTLY * len(places)


def _read(snapshot: Snapshot, doc_id: int) -> SaidTurn:
    written = words_as_written(blank_tags(snapshot.text(doc_id)))
    return SaidTurn(doc_id, list(map(_normalised, written)), written)


_normalised = lru_cache(maxsize=65_536)(normalise)


def _names_of(snapshot: Snapshot, turns: Iterable[SaidTurn], given: frozenset[str]) -> _Names:
    doc_ids = [turn.doc_id for turn in turns]

    def of(*fields: str) -> Iterator[str]:
        return (word for field in fields for value in {snapshot.value(field, doc_id) for doc_id in doc_ids} for word in words(value or ""))

    return _Names(frozenset(of("speaker")), frozenset(of("company", "ticker", "firm")), given)


def _places(wanted: set[Term], said: list[list[str]]) -> dict[Term, list[Place]]:
    """Find the places of words and pairs of words."""
    places: dict[Term, list[Place]] = {}
    for turn, heads in spending(enumerate(said)):
        for word, pair in enumerate(pairwise([*heads, ""])):
            if pair in wanted:
                places.setdefault(pair, []).append(Place(turn, word))
            if pair[:1] in wanted:
                places.setdefault(pair[:1], []).append(Place(turn, word))
    return places


def _is_end(pair: tuple[str, str], places: list[Place], said: list[list[str]], pairs: Mapping[tuple[str, str], int]) -> bool:
    """Say whether a pair nearly always stands in a longer phrase, another end of which is said more: `estate loans`, `commercial real`."""
    before = Counter(said[turn][word - 1] for turn, word in places if word)
    behind = Counter(said[turn][word + 2] for turn, word in places if word + 2 < len(said[turn]))
    most = _NEARLY_ALL * len(places)
    return any(count > most and word and pairs[word, pair[0]] >= len(places) for word, count in before.most_common(1)) or any(
        count > most and word and pairs[pair[1], word] > len(places) for word, count in behind.most_common(1)
    )


class _Boilerplate(NamedTuple):
    """Words that are in no term, and words that are no term alone."""

    never: frozenset[str]
    not_alone: frozenset[str]


def inflections_said(word: str, occurs: Callable[[str], bool]) -> tuple[str, ...]:
    """Give a word and its inflections that occur, without those that are words of grammar, as `well` is one of `wells`."""
    never = _boilerplate().never
    return tuple(form for form in inflections(word, occurs) if form not in never)


@cache
def _boilerplate() -> _Boilerplate:
    text = files("search").joinpath("boilerplate.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    heads = [number for number, line in enumerate(lines) if line.startswith("[")]
    as_written, never, not_alone = (" ".join(lines[head + 1 : end]).split() for head, end in pairwise([*heads, len(lines)]))
    return _Boilerplate(frozenset(as_written) | _with_forms(never), _with_forms(not_alone))


def _with_forms(given: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in given for form in inflections(word, lambda _: True))

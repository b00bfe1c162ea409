"""What did they mean? Words and values of the index that are spelt nearly as what was asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, takewhile
from math import log10
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from indexer.codec import SegmentArrays, are_among
from indexer.names import fold
from indexer.schema import MANY_VALUED
from search.budget import spend, spending
from search.inflect import inflections
from search.reader import Snapshot, Value

__all__ = ["did_you_mean", "suggest_values", "suggest_words", "with_suggestions"]

_MOST = 3
_MOST_LOOKED_FOR = 3  # words or values of one question
_SHORTEST = 4  # letters; in shorter words one letter makes too many others
_ONE_EDIT = 5  # letters of the longest word of which one may be wrong; of longer ones two may be
_FEWEST_TURNS = 3  # that say a word which is suggested; names of one call are said once or twice
_SHORTEST_PART = 3  # letters of each of two words that were written as one
_NEXT = np.uint32(1)
_OFTEN = 50  # times that two words are said side by side which were written as one
_TIMES_AS_FREQUENT = 10  # as the word that was asked for
# What makes a word unlikely, in powers of ten of the turns that say it. Of 235 misspellings these put 227 of the words that were
# meant first in an index of 170,000 turns; with fewest differences first, then most turns, it was 211.
_OF_AN_EDIT = 2.0
_OF_ANOTHER_FIRST_LETTER = 1.0
_OF_DIFFERENCES_SO_EARLY = 1.0  # if the first letter differs; less, the later the first difference
_MOST_UNLIKELIER = 1.5  # than the likeliest: of 1.9 words a misspelling this leaves 1.1, and only ones that were not meant go
_SAME_FORM = ("ed", "ing")
_WORD = re.compile(r"[\w&]+")
_NEVER_MISSPELT = ("date", "period")
_MOST_LETTERS = 200  # of a value asked for that are looked at
_MOST_WORDS = 8  # among these letters that are looked at
_LEAST_LIKENESS = 70.0  # of 100, of a value to what was asked for
_LEAST_OF_A_WORD = 60.0  # of 100; less counts as nothing
_MOST_UNLIKER = 20.0  # of 100, than the value that is most alike


def suggest_words(snapshot: Snapshot, word: str) -> tuple[str, ...]:
    """Give the words that a word may have been meant for, the likeliest first; at most three.

    Args:
        snapshot: Of the index.
        word: In the analyzer's form. Numbers and words of three letters or fewer have no suggestions.

    Returns:
        Words that differ in a letter or two (two letters that changed places are one), or two words that together are spelt so,
        as `cash flow`, if ten times as many turns say them. Those come first that differ least, least early, and are said most.
        Of forms of one word the first is given; forms of the word itself are none, unless they are the same form: `occurred` of
        `occured`.
    """
    if len(word) < _SHORTEST or not word.isalpha():
        return ()
    turns = _turn_counts(snapshot)
    least = max(_FEWEST_TURNS, _TIMES_AS_FREQUENT * turns[word])
    own = {form for form in inflections(word, turns.__contains__) if not _is_same_form(word, form)}
    likely = [(_unlikeliness(word, near, edits, turns[near]), near) for near, edits in _near(word, turns) if turns[near] >= least]
    likely += [(_unlikeliness(word, parts, 1, times), parts) for parts, times in _parted(snapshot, word, turns) if times >= least]
    ranked = sorted(each for each in likely if each[1] not in own and all(map(snapshot.occurs, each[1].split())))
    found: list[str] = []
    for unlikeliness, candidate in spending(ranked):
        if candidate not in own and unlikeliness <= ranked[0][0] + _MOST_UNLIKELIER:
            found.append(candidate)
            own.update(inflections(candidate, turns.__contains__))
    return tuple(found[:_MOST])


def _is_same_form(word: str, form: str) -> bool:
    """Say whether a form of a word is the word, spelt otherwise."""
    return word != form and any(word.endswith(ending) and form.endswith(ending) for ending in _SAME_FORM)


def _unlikeliness(word: str, candidate: str, edits: int, turns: int) -> float:
    alike = sum(1 for _ in takewhile(lambda letters: letters[0] == letters[1], zip(word, candidate, strict=False)))
    early = 1 - alike / len(word)
    return _OF_AN_EDIT * edits + _OF_ANOTHER_FIRST_LETTER * (not alike) + _OF_DIFFERENCES_SO_EARLY * early - log10(turns)


def _near(word: str, turns: Counter[str]) -> list[tuple[str, int]]:
    """Give the words that differ in few letters, with in how many."""
    from rapidfuzz.distance import OSA  # here: 10 ms of every start, for what is seldom asked
    from rapidfuzz.process import cdist

    most = 1 if len(word) <= _ONE_EDIT else 2
    known = [each for each in turns if abs(len(each) - len(word)) <= most and each.isalpha()]
    spend()
    edits = cdist([word], known, scorer=OSA.distance, score_cutoff=most, dtype=np.int32)[0]
    return [(known[place], int(edits[place])) for place in np.flatnonzero((edits <= most) & (edits > 0)).tolist()]


def _parted(snapshot: Snapshot, word: str, turns: Counter[str]) -> Iterator[tuple[str, int]]:
    """Give the two words that a word may be made of, with how often they are said side by side, if that is often."""
    for place in spending(range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)):
        first, second = word[:place], word[place:]
        if min(turns[first], turns[second]) >= _FEWEST_TURNS:
            times = sum(_times_side_by_side(segment.arrays, first.encode(), second.encode()) for segment in snapshot.segments)
            if times >= _OFTEN:
                yield f"{first} {second}", times


def _times_side_by_side(arrays: SegmentArrays, first: bytes, second: bytes) -> int:
    """Count where a word follows another, also from the end of one turn to the beginning of the next, which is seldom."""
    one, other = arrays.find(first), arrays.find(second)
    if one is None or other is None:
        return 0
    places, others = arrays.positions(one), arrays.positions(other)
    # The fewer are looked for among the more. Of a word that stands first, the place before is none of any word.
    is_there = are_among(places + _NEXT, others) if len(places) < len(others) else are_among(others - _NEXT, places)
    return int(np.count_nonzero(is_there))


_known: WeakKeyDictionary[Snapshot, Counter[str]] = WeakKeyDictionary()


def _turn_counts(snapshot: Snapshot) -> Counter[str]:
    """Count the turns that say each word, deleted ones included; made at first use, which takes 0.1 s for 100,000 words."""
    if snapshot not in _known:
        turns: Counter[str] = Counter()
        for segment in spending(snapshot.segments):
            words = segment.arrays.words.joined(0, len(segment.arrays.words)).decode().split("\n")[:-1]
            counts = segment.arrays.numbers("words", "turn_count").tolist()
            turns.update(dict(zip(words, counts, strict=True)))
        _known[snapshot] = turns
    return _known[snapshot]


def suggest_values(snapshot: Snapshot, field: str, asked: str) -> tuple[str, ...]:
    """Give the values of a field that a value may have been meant for, the likeliest first; at most three.

    Args:
        snapshot: Of the index.
        field: A value field.
        asked: What was asked for, and fits no value.

    Returns:
        Values that are spelt nearly so, or of which a word is; most alike first, then those with the same first letter, then those
        that most turns have. Far less alike ones are left out, and all but one that differ in punctuation only. Days and periods
        have none: that a quarter is not there does not mean that another was asked for.
    """
    values = snapshot.live_values(field)
    wanted = fold(asked[:_MOST_LETTERS])
    if field in MANY_VALUED:  # a value is several words, each of which can be asked for
        words = sorted({word for value in values for word in value.folded.split()})
        values = tuple(Value(word, word, f" {word} ") for word in words)
    if not wanted or not values or field in _NEVER_MISSPELT:
        return ()
    column = snapshot.codes(field)
    turns = dict(zip(column.values, np.bincount(column.codes[snapshot.live], minlength=len(column.values)).tolist(), strict=True))
    ranked = sorted(
        (-likeness, value.folded[:1] != wanted[0], -turns.get(value.value, 0), value)
        for value, likeness in _alike(wanted, values)
        if likeness >= _LEAST_LIKENESS
    )
    found: dict[str, str] = {}
    for unlikeness, *_, value in ranked:
        if unlikeness <= ranked[0][0] + _MOST_UNLIKER:
            found.setdefault(value.letters, value.value)
    return tuple(found.values())[:_MOST]


def _alike(wanted: str, values: tuple[Value, ...]) -> Iterator[tuple[Value, float]]:
    """Say of values how much they are like what is wanted, of 100: by all letters or word by word, whichever is more.

    Word by word it is the mean of the words asked for; or, if that is more, of this and the mean of the value's words: of what
    `jpmorgan chase` asks for, `JPMorgan` has only half, and has nothing else.
    """
    asked = tuple(dict.fromkeys(_WORD.findall(wanted)))[:_MOST_WORDS]
    if not asked:
        return
    own_words = [value.letters.split() for value in values]
    words = tuple(dict.fromkeys(chain.from_iterable(own_words)))
    whole = _likeness(("".join(_WORD.findall(wanted)),), ["".join(own) for own in own_words], _LEAST_LIKENESS)[0].tolist()
    by_word = [
        {words[place]: float(row[place]) for place in np.flatnonzero(row).tolist()} for row in _likeness(asked, words, _LEAST_OF_A_WORD)
    ]
    near = frozenset(chain.from_iterable(by_word))
    for value, own, of_letters in spending(zip(values, own_words, whole, strict=True)):
        if not near.isdisjoint(own):
            of_asked = sum(max(found.get(word, 0.0) for word in own) for found in by_word) / len(by_word)
            of_own = sum(max(found.get(word, 0.0) for found in by_word) for word in own) / len(own)
            yield value, max(of_letters, of_asked, (of_asked + of_own) / 2)
        elif of_letters:
            yield value, of_letters


def _likeness(of: Sequence[str], to: Sequence[str], least: float) -> NDArray[np.float64]:
    """Say how much texts are like others: float64[of, to], of 100; 0 where it is less than the least."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cdist

    spend()
    found: NDArray[np.float64] = cdist(of, to, scorer=OSA.normalized_similarity, score_cutoff=least / 100, dtype=np.float64)
    return found * 100


def with_suggestions(doubts: Iterable[tuple[str, Callable[[], tuple[str, ...]]]]) -> Iterator[str]:
    """End the first few of some lines with what may have been meant; of more, one does not look: each takes up to 50 ms.

    Args:
        doubts: Lines, each with what looks for suggestions.
    """
    for number, (line, suggest) in enumerate(doubts):
        yield line + (did_you_mean(suggest()) if number < _MOST_LOOKED_FOR else "")


def did_you_mean(suggestions: tuple[str, ...]) -> str:
    """Ask about suggestions, as the end of a line: `; did you mean tariff or tariq?`; nothing if there are none."""
    *others, last = suggestions or ("",)
    return f"; did you mean {' or '.join(filter(None, (', '.join(others), last)))}?" if last else ""

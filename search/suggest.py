"""What did they mean? Words and values of the index that are spelt nearly as what was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np

from indexer.names import fold
from indexer.schema import MANY_VALUED
from search.inflect import inflections
from search.reader import Snapshot, Value

__all__ = ["did_you_mean", "suggest_values", "suggest_words"]

_MOST = 3
_SHORTEST = 4  # letters; in shorter words one letter makes too many others
_ONE_EDIT = 5  # letters of the longest word of which one may be wrong; of longer ones two may be
_FEWEST_TURNS = 3  # that say a word which is suggested; names of one call are said once or twice
_OFTEN = 50  # turns that say both words which one may be made of
_TIMES_AS_FREQUENT = 10  # as the word that was asked for
_MOST_WORDS = 8  # of a value asked for that are looked at
_LEAST_LIKENESS = 70.0  # of 100, of a value to what was asked for


def suggest_words(snapshot: Snapshot, word: str) -> tuple[str, ...]:
    """Give the words that a word may have been meant for, the likeliest first; at most three.

    Args:
        snapshot: Of the index.
        word: In the analyzer's form. Numbers and words of three letters or fewer have no suggestions.

    Returns:
        Words that differ in a letter or two (two letters that changed places are one), and that ten times as many turns say:
        fewest differences first, then the same first letter, then most turns. Of forms of one word the first is given; forms of
        the word itself are none. If no word is near, and nobody says this one, two words that together are spelt so, as in `cash flow`.
    """
    if len(word) < _SHORTEST or not word.isalpha():
        return ()
    turns = _turn_counts(snapshot)
    near = _near(word, turns)
    least = max(_FEWEST_TURNS, _TIMES_AS_FREQUENT * turns.get(word, 0))
    own = set(inflections(word, turns.__contains__))
    found: list[str] = []
    for _, _, negative, candidate in sorted((edits, candidate[0] != word[0], -turns[candidate], candidate) for candidate, edits in near):
        forms = own.union(*(inflections(each, turns.__contains__) for each in found))
        if -negative >= least and candidate not in forms:
            found.append(candidate)
        if len(found) == _MOST:
            break
    return tuple(found) or (() if word in turns else _parted(word, turns))


def _near(word: str, turns: Counter[str]) -> list[tuple[str, int]]:
    """Give the words that differ in few letters, with in how many."""
    from rapidfuzz.distance import OSA  # here: 10 ms of every start, for what is seldom asked
    from rapidfuzz.process import cdist

    most = 1 if len(word) <= _ONE_EDIT else 2
    known = [each for each in turns if abs(len(each) - len(word)) <= most and each.isalpha()]
    edits = cdist([word], known, scorer=OSA.distance, score_cutoff=most, dtype=np.int32)[0]
    return [(known[place], int(edits[place])) for place in np.flatnonzero((edits <= most) & (edits > 0)).tolist()]


def _parted(word: str, turns: Counter[str]) -> tuple[str, ...]:
    """Give the two words that a word may be made of, if both are said often: the rarer of both decides between several."""
    parts = [(word[:place], word[place:]) for place in range(3, len(word) - 2)]
    best = max(parts, key=lambda pair: min(turns[pair[0]], turns[pair[1]]), default=None)
    return (" ".join(best),) if best and min(turns[best[0]], turns[best[1]]) >= _OFTEN else ()


_known: WeakKeyDictionary[Snapshot, Counter[str]] = WeakKeyDictionary()


def _turn_counts(snapshot: Snapshot) -> Counter[str]:
    """Count the turns that say each word, deleted ones included; made at first use, which takes 0.1 s for 100,000 words."""
    if snapshot not in _known:
        turns: Counter[str] = Counter()
        for segment in snapshot.segments:
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
        Values that are spelt nearly so, or of which a word is; most alike first, then those that most turns have.
    """
    values = snapshot.live_values(field)
    wanted = fold(asked)
    if field in MANY_VALUED:  # a value is several words, each of which can be asked for
        words = sorted({word for value in values for word in value.folded.split()})
        values = tuple(Value(word, word, f" {word} ") for word in words)
    if not wanted or not values:
        return ()
    column = snapshot.codes(field)
    turns = dict(zip(column.values, np.bincount(column.codes[snapshot.live], minlength=len(column.values)).tolist(), strict=True))
    ranked = sorted((-likeness, -turns.get(value, 0), value) for value, likeness in _alike(wanted, values) if likeness >= _LEAST_LIKENESS)
    return tuple(value for *_, value in ranked[:_MOST])


def _alike(wanted: str, values: tuple[Value, ...]) -> Iterator[tuple[str, float]]:
    """Say of values how much they are like what is wanted, of 100: as a whole, or word by word, whichever is more."""
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import cdist

    whole = cdist([wanted], [value.folded for value in values], scorer=ratio)[0].tolist()
    words = sorted({word for value in values for word in value.letters.split()})
    asked = wanted.split()[:_MOST_WORDS]
    by_word = [dict(zip(words, row.tolist(), strict=True)) for row in cdist(asked, words, scorer=ratio)]
    for value, likeness in zip(values, whole, strict=True):
        own = value.letters.split()
        yield value.value, max(likeness, sum(max((found[word] for word in own), default=0.0) for found in by_word) / len(by_word))


def did_you_mean(suggestions: tuple[str, ...]) -> str:
    """Ask about suggestions, as the end of a line: `; did you mean tariff or tariq?`; nothing if there are none."""
    *others, last = suggestions or ("",)
    return f"; did you mean {' or '.join(filter(None, (', '.join(others), last)))}?" if last else ""

"""How much more often is a term said in a call than in others? Counts by side of the comparison, and what they make of it.

Source: Dunning (1993), Accurate Methods for the Statistics of Surprise and Coincidence; Rayson and Garside (2000), Comparing Corpora
Using Frequency Profiling (G2 of two corpora); Hardie (2014), Log Ratio: an informal introduction.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import log, log2
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from indexer.analysis import words
from indexer.codec import are_among
from indexer.model import Kind
from search.budget import spending
from search.reader import Snapshot
from search.topics import Term, inflections_said

__all__ = ["Count", "Sides", "Tally", "log_likelihood", "log_ratio"]

RECENT_CALLS = 4  # at most: a year of them
_SEASON_DAYS = 46  # of a call without a fiscal period, others of its time were held so long before or after
_UNSEEN = 0.5  # times that stand for none in Log Ratio, as Hardie has it
_FEWEST_CALLS = 10  # of other companies; the share of fewer that say a word tells nothing


def log_likelihood(count: int, size: int, other_count: int, other_size: int) -> float:
    """Say how sure it is that a term is said at different rates in two corpora: G2, at least 0; 6.63 is the 1 % level."""
    share = (count + other_count) / (size + other_size)
    return 2 * sum(each * log(each / (of * share)) for each, of in ((count, size), (other_count, other_size)) if each)


def log_ratio(count: int, size: int, other_count: int, other_size: int) -> float:
    """Say how many times as often a term is said in one corpus as in another, as a power of 2."""
    return log2((count or _UNSEEN) / size / ((other_count or _UNSEEN) / other_size))


class Sides(NamedTuple):
    """How many of something each side of the comparison has.

    Attributes:
        now: The call in question.
        recent: The company's latest calls before it, at most four.
        earlier: All of the company's calls before it.
        others: Other companies' calls of its fiscal period, or if it has none, of the weeks about it.
    """

    now: int
    recent: int
    earlier: int
    others: int


class Count(NamedTuple):
    """How often a term is said.

    Attributes:
        times: By each side.
        spread: The share of other companies' calls, of whatever time, that say it; 0 if there are too few to tell.
    """

    times: Sides
    spread: float


# Groups of turns; those unheard are deleted ones and the operator's.
_UNHEARD, _NOW, _RECENT, _OLDER, _OTHERS, _ELSEWHERE, _LATER = range(7)
_GROUPS = 7


def _sides(by_group: NDArray[Any]) -> Sides:
    now, recent, older, others = (int(by_group[group]) for group in (_NOW, _RECENT, _OLDER, _OTHERS))
    return Sides(now, recent, recent + older, others)


@dataclass(frozen=True, slots=True)
class _Calls:
    """What is known of all calls, once for an open index.

    Attributes:
        of_turn: uint32[turns], the code of each turn's call.
        is_heard: bool[turns], whether a turn counts: it was not deleted, and is not the operator's.
        words: int64[calls], how many each has in turns that count.
        values: By field, str[calls], "" where a call has none.
        given_names: First names of several people who speak anywhere.
        forms: By word and segment, the places of its inflections among the words of the segment, as far as they were asked for.
    """

    of_turn: NDArray[np.uint32]
    is_heard: NDArray[np.bool_]
    words: NDArray[np.int64]
    values: dict[str, NDArray[np.str_]]
    given_names: frozenset[str]
    forms: dict[str, tuple[tuple[int, ...], ...]]


_known: WeakKeyDictionary[Snapshot, _Calls] = WeakKeyDictionary()


def _calls_of(snapshot: Snapshot) -> _Calls:
    if snapshot not in _known:
        _known[snapshot] = _read_calls(snapshot)
    return _known[snapshot]


def _read_calls(snapshot: Snapshot) -> _Calls:
    calls, kinds = snapshot.codes("call"), snapshot.codes("kind")
    is_operator = np.array([value == Kind.OPERATOR for value in kinds.values])
    is_live = snapshot.live
    is_heard = is_live & ~is_operator[kinds.codes]
    a_turn = np.zeros(len(calls.values), dtype=np.int64)
    a_turn[calls.codes[is_live]] = np.flatnonzero(is_live)
    values = {}
    for field in ("company", "ticker", "period", "date"):
        column = snapshot.codes(field)
        values[field] = np.array(column.values)[column.codes[a_turn]]
    speakers = snapshot.codes("speaker")
    speaking = np.flatnonzero(np.bincount(speakers.codes[is_live], minlength=len(speakers.values)))
    names = Counter(first for code in spending(speaking.tolist()) for first in words(speakers.values[code])[:1])
    return _Calls(
        of_turn=calls.codes,
        is_heard=is_heard,
        words=np.bincount(calls.codes[is_heard], weights=snapshot.lengths[is_heard], minlength=len(calls.values)).astype(np.int64),
        values=values,
        given_names=frozenset(name for name, count in names.items() if count > 1),
        forms={},
    )


def _groups_of(calls: _Calls, this: int) -> NDArray[np.uint8]:
    """Give each call its group: uint8[calls]."""
    company, ticker, period, date = (calls.values[field] for field in ("company", "ticker", "period", "date"))
    is_own = ((company == company[this]) & (company != "")) | ((ticker == ticker[this]) & (ticker != ""))
    is_dated = (date != "") & (date[this] != "")
    is_before = np.where(is_dated, date < date[this], (period < period[this]) & (period != ""))
    groups = np.where(is_own, _LATER, np.where(_is_of_the_time(period, date, this), _OTHERS, _ELSEWHERE)).astype(np.uint8)
    earlier = np.flatnonzero(is_own & is_before & (calls.words > 0))
    groups[earlier] = _OLDER
    groups[earlier[np.lexsort((period[earlier], date[earlier]))][-RECENT_CALLS:]] = _RECENT
    groups[this] = _NOW
    return groups


def _is_of_the_time(period: NDArray[np.str_], date: NDArray[np.str_], this: int) -> NDArray[np.bool_]:
    """Say of each call whether it is of the fiscal period of one, or if that has none, of the weeks about it."""
    if period[this] or not date[this]:
        is_same: NDArray[np.bool_] = (period == period[this]) & (period != "")
        return is_same
    days = np.array([each or "NaT" for each in date.tolist()], dtype="datetime64[D]")
    is_near: NDArray[np.bool_] = np.abs(days - days[this]) <= np.timedelta64(_SEASON_DAYS, "D")
    return is_near


class Tally:
    """Counts in a call, and in what it is compared with.

    Attributes:
        snapshot: The index.
        calls: How many calls each side has, of those that have words.
        words: How many words each side has, without the operator's.
        given_names: First names of people who speak in the index.
    """

    def __init__(self, snapshot: Snapshot, call: int) -> None:
        """Take the code of a call."""
        self.snapshot = snapshot
        known = self._known = _calls_of(snapshot)
        groups, has_words = _groups_of(known, call), known.words > 0
        self.calls = _sides(np.bincount(groups[has_words], minlength=_GROUPS))
        self.words = _sides(np.bincount(groups, weights=known.words, minlength=_GROUPS))
        self.given_names = known.given_names
        self._group_of_turn = np.where(known.is_heard, groups[known.of_turn], np.uint8(_UNHEARD))
        self._is_foreign = ((groups == _OTHERS) | (groups == _ELSEWHERE)) & has_words
        self._foreign_calls = int(np.count_nonzero(self._is_foreign))
        self._places: dict[tuple[int, str], NDArray[np.uint32]] = {}

    def turns(self, side: str) -> list[int]:
        """Give the document numbers of the turns of the call ("now") or of the recent ones, in the order they were said."""
        doc_ids = np.flatnonzero(self._group_of_turn == {"now": _NOW, "recent": _RECENT}[side])
        dates = self._known.values["date"][self._known.of_turn[doc_ids]]
        in_order: list[int] = doc_ids[np.lexsort((self.snapshot.call_order(doc_ids), dates))].tolist()
        return in_order

    def count(self, term: Term, *, one_form: bool = False) -> Count:
        """Count how often each side says a term, in any of its inflections.

        With `one_form` a word is counted in one of its inflections only in each segment, which gives no more than the whole count and
        takes a third of the time.
        """
        times = np.zeros(_GROUPS)
        says = np.zeros(len(self._is_foreign), dtype=np.bool_)
        for number in spending(range(len(self.snapshot.segments))):
            doc_ids, frequencies = self._word(number, term[0], one_form) if len(term) == 1 else self._phrase(number, term)
            groups = self._group_of_turn[doc_ids]
            times += np.bincount(groups, weights=frequencies, minlength=_GROUPS)
            says[self._known.of_turn[doc_ids[groups != _UNHEARD]]] = True
        calls = int(np.count_nonzero(says & self._is_foreign))
        return Count(_sides(times), calls / self._foreign_calls if self._foreign_calls >= _FEWEST_CALLS else 0.0)

    def _word(self, number: int, word: str, one_form: bool) -> tuple[NDArray[np.int64], NDArray[np.uint32] | None]:
        """Give the turns of a segment that say a word, once for each of its forms, and how often they do."""
        segment = self.snapshot.segments[number]
        found = self._found(number, word)[: 1 if one_form else None]
        if not found:
            return np.zeros(0, dtype=np.int64), None
        doc_ids = np.concatenate([segment.arrays.doc_ids(place) for place in found]).astype(np.int64)
        return doc_ids + segment.first, np.concatenate([segment.arrays.frequencies(place) for place in found])

    def _phrase(self, number: int, term: Term) -> tuple[NDArray[np.int64], None]:
        """Give the turns of a segment that say a word and next to it another, once for each time."""
        segment = self.snapshot.segments[number]
        firsts, seconds = (self._places_of(number, word) for word in term)
        if len(firsts) <= len(seconds):
            begins = firsts[_are_among(firsts + np.uint32(1), seconds)]
        else:
            begins = seconds[_are_among(seconds - np.uint32(1), firsts)] - np.uint32(1)
        starts = segment.arrays.turn_starts
        turns = np.searchsorted(starts, begins, side="right") - 1
        return turns[begins + np.uint32(1) < starts[turns + 1]] + segment.first, None

    def _places_of(self, number: int, word: str) -> NDArray[np.uint32]:
        """Give the places in a segment of a word's forms: uint32[n], ascending."""
        if (number, word) not in self._places:
            arrays = self.snapshot.segments[number].arrays
            places = [arrays.positions(place) for place in self._found(number, word)]
            self._places[number, word] = places[0] if len(places) == 1 else np.sort(np.concatenate([np.zeros(0, np.uint32), *places]))
        return self._places[number, word]

    def _found(self, number: int, word: str) -> tuple[int, ...]:
        """Give the inflections of a word, with itself, by their places among the words of a segment."""
        forms = self._known.forms
        if word not in forms:
            said = [form.encode() for form in inflections_said(word, self.snapshot.occurs)]
            found = ((segment.arrays.find(form) for form in said) for segment in self.snapshot.segments)
            forms[word] = tuple(tuple(place for place in places if place is not None) for places in found)
        return forms[word][number]


def _are_among(numbers: NDArray[np.uint32], ascending: NDArray[np.uint32]) -> NDArray[np.bool_]:
    return are_among(numbers, ascending) if len(ascending) else np.zeros(len(numbers), dtype=np.bool_)

"""What is new in this call? What is said in it more often than in the company's earlier calls, and than in others of its time.

Words and phrases of two words are weighed by keyness, as corpus linguists do: the log-likelihood ratio G2 says how sure it is that
a term is said at another rate here than in a reference, and Log Ratio how many times as often. There are two references, what the
company said before and what other companies say in the same period, and both must bear a term out: the lesser G2 is its score. So
what a company always talks of is not new, and what everybody talks of this season is not the company's news.

Source: Dunning (1993), Accurate Methods for the Statistics of Surprise and Coincidence; Rayson and Garside (2000), Comparing Corpora
Using Frequency Profiling (G2 of two corpora); Hardie (2014), Log Ratio: an informal introduction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, log
from typing import Any, NamedTuple

from indexer.errors import InvalidValue
from indexer.model import Kind
from search.budget import spending
from search.export import Exportable
from search.keyness import Count, Sides, Tally, log_likelihood, log_ratio
from search.reader import Snapshot
from search.results import Snippet
from search.snippets import make_snippet
from search.tables import About, Cell, Table
from search.topics import Place, Speech, Term

__all__ = ["Compared", "NewTerm", "News", "news_of"]

_FEWEST = 4  # times; what is said less often is as often chance as not
_LEAST_G2 = 6.63  # the 1 % level of chi square with one degree of freedom
# How many times as often, as a power of 2, a term must be said as on each other side.
_NEW = {"earlier": 1.0, "others": 2.0}
_DROPPED = {"now": 3.0, "others": 2.0}
_MOST_SPREAD = 0.5  # of other companies' calls; what more of them say is the language of calls
_MOSTLY = 0.5  # of the places of a term, which then is as good as the other that stands there


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a call was compared with: how many calls, and how many words in them; the operator's are not counted."""

    calls: int
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerm:
    """A word or a phrase of two that is news, or was dropped; inflections count as one.

    Attributes:
        text: As it is written most often where it is said most.
        count: How often this call says it.
        earlier: How often the company's earlier calls say it; of what was dropped, how often those do that it was looked for in.
        others: How often other companies' calls of the period say it.
        rate, earlier_rate, others_rate: The same per 1,000 words; None if there is nothing to compare with.
        score: The lesser log-likelihood G2 of the comparisons.
        call, turn, speaker: Where it is said most often; of what was dropped, in the latest call that says it.
        snippet: What is said there.
    """

    text: str
    count: int
    earlier: int
    others: int
    rate: float
    earlier_rate: float | None
    others_rate: float | None
    score: float
    call: str
    turn: int
    speaker: str
    snippet: Snippet

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of a term."""
        return {
            "text": self.text,
            "count": self.count,
            "earlier": self.earlier,
            "others": self.others,
            "rate": _rounded(self.rate),
            "earlier_rate": _rounded(self.earlier_rate),
            "others_rate": _rounded(self.others_rate),
            "score": _rounded(self.score),
            "call": self.call,
            "turn": self.turn,
            "speaker": self.speaker,
            "snippet": self.snippet.to_dict(),
        }


_COLUMNS = ("text", "count", "earlier", "others", "rate", "earlier_rate", "others_rate", "score", "call", "turn", "speaker")


@dataclass(frozen=True, slots=True, kw_only=True)
class News(Exportable):
    """What is new in a call.

    Attributes:
        about: Which call was asked for, in which index.
        call, company, period, date: Which call it is; the date as ISO text.
        words: How many it has, without the operator's.
        earlier: The company's earlier calls; none if the index has none, and then others alone decide what is new.
        recent: The latest of them, at most four, in which was looked for what was dropped.
        others: Other companies' calls of the same fiscal period; of a call without one, of the weeks about it.
        terms: What is new, best first.
        dropped: What was said in the recent calls and hardly is in this one, best first.
    """

    about: About
    call: str
    company: str | None
    period: str | None
    date: str | None
    words: int
    earlier: Compared
    recent: Compared
    others: Compared
    terms: tuple[NewTerm, ...]
    dropped: tuple[NewTerm, ...]

    def tables(self) -> tuple[Table, ...]:
        """Give the terms that are new, and those that were dropped, a row each."""
        return tuple(
            Table(name=name, columns=_COLUMNS, rows=tuple(_row(term) for term in terms))
            for name, terms in (("terms", self.terms), ("dropped", self.dropped))
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of the answer."""
        return {
            "call": self.call,
            "company": self.company,
            "period": self.period,
            "date": self.date,
            "words": self.words,
            **{name: {"calls": each.calls, "words": each.words} for name, each in self._compared()},
            "terms": [term.to_dict() for term in self.terms],
            "dropped": [term.to_dict() for term in self.dropped],
            **self.about.to_dict(),
        }

    def _compared(self) -> tuple[tuple[str, Compared], ...]:
        return ("earlier", self.earlier), ("recent", self.recent), ("others", self.others)


def _row(term: NewTerm) -> tuple[Cell, ...]:
    return tuple(getattr(term, column) for column in _COLUMNS)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)


def news_of(snapshot: Snapshot, call: str, *, limit: int = 10) -> News:
    """Say what is new in a call, and what was dropped.

    A term is new if it is said at a higher rate than in the company's earlier calls and than in other companies' calls of the period,
    surely so (G2) and by far (Log Ratio); it was dropped if the company's last calls say it, others hardly do, and this call
    hardly does. Turns of the operator count nowhere. No term are words of grammar and of any call's talk, words that half of all
    calls say, and names of people, of the company and of the analysts' firms. Of terms that overlap the better is given: a phrase
    instead of a word that mostly stands in it.

    Args:
        call: Its id, as hits have it; case does not count.
        limit: Most terms that are new, and most that were dropped.

    Raises:
        UnknownCall: the index has no call of that id.
        InvalidValue: the limit is below 0.
    """
    if limit < 0:
        raise InvalidValue(f"limit: {limit} is not possible", hint="choose 0 or more")
    doc_ids = snapshot.turns_of_known(call)
    tally = Tally(snapshot, int(snapshot.codes("call").codes[doc_ids[0]]))
    value = {field: snapshot.value(field, doc_ids[0]) for field in ("call", "company", "period", "date")}
    calls, said = tally.calls, tally.words
    return News(
        about=About(query=value["call"] or call, generation=snapshot.generation, content=snapshot.content),
        call=value["call"] or call,
        company=value["company"],
        period=value["period"],
        date=value["date"],
        words=said.now,
        earlier=Compared(calls=calls.earlier, words=said.earlier),
        recent=Compared(calls=calls.recent, words=said.recent),
        others=Compared(calls=calls.others, words=said.others),
        terms=_keywords(tally, "now", _NEW, limit),
        dropped=_keywords(tally, "recent", _DROPPED, limit),
    )


class _Key(NamedTuple):
    """A term that is said more often on one side than on the others."""

    term: Term
    places: list[Place]
    times: Sides
    scores: list[float]  # G2 against each other side, ascending


def _keywords(tally: Tally, side: str, against: Mapping[str, float], limit: int) -> tuple[NewTerm, ...]:
    """Give the terms that one side says more often than others do, best first; `against` has the least Log Ratio to each of these."""
    sizes = tally.words._asdict()
    against = {other: least for other, least in against.items() if sizes[other]}
    if not against or not sizes[side]:
        return ()
    # Fewer, and no count of the others' would make it sure.
    fewest = max(_FEWEST, *(ceil(_LEAST_G2 / 2 / log(1 + sizes[other] / sizes[side])) for other in against))
    speech = Speech(tally.snapshot, tally.turns(side), tally.given_names, fewest)
    keys = []
    for term, places in spending(speech.terms().items()):
        # One form of a word is mostly enough to see that the others say it, too.
        at_least = tally.count(term, one_form=True)
        if not _is_far_more(at_least, {**at_least.times._asdict(), side: len(places)}, sizes, side, against):
            continue
        count = tally.count(term) if len(term) == 1 else at_least
        times = count.times._asdict()
        scores = sorted(log_likelihood(times[side], sizes[side], times[other], sizes[other]) for other in against)
        if _is_far_more(count, times, sizes, side, against) and scores[0] >= _LEAST_G2:
            keys.append(_Key(term, places, count.times, scores))
    return tuple(_new_term(tally, speech, key, side) for key in spending(_best(keys, limit)))


def _is_far_more(count: Count, times: Mapping[str, int], sizes: Mapping[str, int], side: str, against: Mapping[str, float]) -> bool:
    """Say whether a term is said so much more often by one side as is asked, and not by half of all companies."""
    return count.spread <= _MOST_SPREAD and all(
        log_ratio(times[side], sizes[side], times[other], sizes[other]) >= least for other, least in against.items()
    )


def _best(keys: list[_Key], limit: int) -> list[_Key]:
    """Choose the best that are not about the same: of a word and its phrases one, of phrases that overlap mostly one."""
    times = {key.term: len(key.places) for key in keys}
    in_phrase = {(word,) for key in keys if len(key.term) > 1 for word in key.term if len(key.places) > _MOSTLY * times.get((word,), 0)}
    chosen: list[_Key] = []
    in_chosen: set[Term] = set()  # the words of phrases chosen
    covered: set[Place] = set()
    # What the company never said before has the same G2 for the same number of times; then the others decide.
    for key in spending(sorted(keys, key=lambda key: ([-score for score in key.scores], key.term))):
        if len(chosen) == limit:
            break
        if key.term in in_phrase or key.term in in_chosen:
            continue
        places = [[Place(turn, word + step) for step in range(len(key.term))] for turn, word in key.places]
        if sum(not covered.isdisjoint(each) for each in places) > _MOSTLY * len(places):
            continue
        chosen.append(key)
        covered.update(*places)
        in_chosen.update((word,) for word in key.term)
    return chosen


def _new_term(tally: Tally, speech: Speech, key: _Key, side: str) -> NewTerm:
    snapshot, times, words = tally.snapshot, key.times, tally.words
    doc_id = _best_turn(snapshot, speech, key.places)
    cues = frozenset((speech.as_said(key.term, place), False) for place in key.places)
    earlier, earlier_words = (times.earlier, words.earlier) if side == "now" else (times.recent, words.recent)
    return NewTerm(
        text=_readable(snapshot, speech, key),
        count=times.now,
        earlier=earlier,
        others=times.others,
        rate=_rate(times.now, words.now) or 0.0,
        earlier_rate=_rate(earlier, earlier_words),
        others_rate=_rate(times.others, words.others),
        score=key.scores[0],
        call=snapshot.value("call", doc_id) or "",
        turn=int(snapshot.numbers("turn")[doc_id]),
        speaker=snapshot.value("speaker", doc_id) or "",
        snippet=make_snippet(snapshot.text(doc_id), (cues,)),
    )


def _rate(times: int, words: int) -> float | None:
    return 1000 * times / words if words else None


def _best_turn(snapshot: Snapshot, speech: Speech, places: list[Place]) -> int:
    """Choose the turn of the latest call that says a term: rather none of a question, then that which says it most, then the first."""
    times = Counter(speech.turns[place.turn].doc_id for place in places)
    last = snapshot.codes("call").codes[speech.turns[places[-1].turn].doc_id]
    of_last = [doc_id for doc_id in times if snapshot.codes("call").codes[doc_id] == last]
    return max(of_last, key=lambda doc_id: (snapshot.value("kind", doc_id) != Kind.QUESTION, times[doc_id]))


def _readable(snapshot: Snapshot, speech: Speech, key: _Key) -> str:
    """Give a term as it is written most often, with the hyphen or stop that may stand in it: `asset-light`, `Realtor.com`."""
    written = Counter(speech.as_written(key.term, place) for place in key.places)
    text = min(written, key=lambda each: (-written[each], each))
    spoken = [snapshot.text(doc_id) for doc_id in {speech.turns[place.turn].doc_id for place in key.places}]
    return max((text.replace(" ", joint) for joint in " -."), key=lambda each: sum(said.count(each) for said in spoken))

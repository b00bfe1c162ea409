"""What is new in a call is what it says more often than the company did and others do, counted exactly, without names and talk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from io import StringIO
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from rich.console import Console

import indexer
from indexer.analysis import words
from indexer.errors import InvalidValue, UnknownCall
from search.cli import earful
from search.inflect import inflections
from search.keyness import log_likelihood
from search.news import News, NewTerm, news_of
from search.reader import Snapshot, open_snapshot
from search.render.news import compared_in_words, print_news, write_plain_news
from tests.small_index import JANE, OPERATOR, SAM, indexed, put, transcript

Indexed = Callable[..., AbstractContextManager[Snapshot]]

_TALK = "We are on our way and all of it is good, as we said to you before, and so we go on."


@pytest.fixture
def calls(tmp_path: Path) -> Indexed:
    """Give what makes an index of some calls."""
    return lambda *texts: indexed(tmp_path, texts)


def _about(*topics: str, times: int = 4) -> tuple[str, ...]:
    """Give two turns that both speak of some topics so many times."""
    said = " ".join(f"{_TALK} And so to the {topic}, as all said." for topic in topics for _ in range(times))
    return f"{_TALK} {said}", f"So {said}"


_LAST = transcript("ACMP", "Q1 2022", *_about("pump", "hose"), _TALK * 3)
_OTHER = transcript("BOLT", "Q2 2022", *_about("bolt", "nut"), _TALK * 4)


def _texts(terms: tuple[NewTerm, ...]) -> list[str]:
    return [term.text for term in terms]


def _news(calls: Indexed, *said: str | tuple[str, str], others: tuple[str, ...] = (_LAST, _OTHER)) -> News:
    """Give the news of a call beside the company's last one and another company's."""
    with calls(transcript("ACMP", "Q2 2022", *said), *others) as snapshot:
        return news_of(snapshot, "ACMP-2022Q2")


# counts


@dataclass(frozen=True)
class _Said:
    call: str
    words: list[str]


class _Counted:
    """Some calls, and what is said in them, as plain lists of words."""

    def __init__(self, snapshot: Snapshot, source: Path) -> None:
        self.snapshot = snapshot
        self.transcripts = [each for path in sorted(source.iterdir()) for each in indexer.read(path)]
        self.turns = [
            _Said(each.call, words("\n".join(turn.paragraphs)))
            for each in self.transcripts
            for turn in each.turns
            if turn.kind != indexer.Kind.OPERATOR
        ]
        self.vocabulary = {word for each in self.transcripts for turn in each.turns for word in words("\n".join(turn.paragraphs))}

    def times(self, term: str, calls: set[str]) -> int:
        """Count a word, or two in order, in any of their inflections, turn by turn."""
        forms = [set(inflections(word, self.vocabulary.__contains__)) for word in words(term)]
        said = [turn.words for turn in self.turns if turn.call in calls]
        if len(forms) == 1:
            return sum(word in forms[0] for each in said for word in each)
        return sum(one in forms[0] and two in forms[1] for each in said for one, two in pairwise(each))

    def size(self, calls: set[str]) -> int:
        return sum(len(turn.words) for turn in self.turns if turn.call in calls)

    def sides(self, call: str) -> dict[str, set[str]]:
        """Give the calls that one is compared with: those of its company before it, the last four of these, others of its period."""
        this = next(each for each in self.transcripts if each.call == call)
        before = sorted(each.call for each in self.transcripts if each.ticker == this.ticker and (each.period or "") < (this.period or ""))
        others = {each.call for each in self.transcripts if each.ticker != this.ticker and each.period == this.period}
        return {"now": {call}, "earlier": set(before), "recent": set(before[-4:]), "others": others}


_TOPICS = "tariff tariffs chip chips wafer hedge hedged hedging copper tungsten AT&T CAR-T COVID-19 lithium freight".split()
_PERIODS = ("Q1 2022", "Q2 2022", "Q3 2022", "Q4 2022")


def _invent(ticker: str, period: str, seed: int) -> str:
    """Give a call that has a few favourite topics, some said by the operator."""
    random = Random(f"{ticker} {period} {seed}")
    weights = [random.choice((0, 0, 0, 1, 8)) for _ in _TOPICS]
    turns = []
    for number in range(8):
        said = " ".join(random.choices([*_TOPICS, *_TALK.split()], [*weights, *[1] * len(_TALK.split())], k=random.randint(30, 80)))
        turns.append((OPERATOR if number == 4 else (JANE, SAM)[number % 2], said))
    return transcript(ticker, period, *turns)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, _Counted]]:
    """Build the same fourteen calls at once, and in three steps in which calls come, change and go."""
    source, steps, whole = (tmp_path_factory.mktemp(name) for name in ("source", "steps", "whole"))
    tickers = ("ACMP", "BOLT", "CART", "DUMP")
    every = [(ticker, period) for period in _PERIODS for ticker in tickers]
    for count, changed in ((10, ()), (13, (1, 4)), (16, (4, 11))):
        put(source, [_invent(*each, seed=count if number in changed else 0) for number, each in enumerate(every[:count])])
        indexer.rebuild([source], index=steps)
    for number in (3, 6):
        (source / f"call{number:02}.txt").unlink()
    for folder in (steps, whole):
        indexer.rebuild([source], index=folder)
    counted = {name: _Counted(open_snapshot(folder), source) for name, folder in (("steps", steps), ("whole", whole))}
    yield counted
    for each in counted.values():
        each.snapshot.close()


def test_the_world_has_what_is_hard(worlds: dict[str, _Counted]) -> None:
    """One of the two indices has several segments with deleted turns, and many calls have news and drop something."""
    segments = worlds["steps"].snapshot.segments
    assert len(segments) > 1
    assert any(segment.live is not None for segment in segments)
    news = [news_of(worlds["steps"].snapshot, each.call) for each in worlds["steps"].transcripts]
    assert sum(bool(each.terms) for each in news) >= 8
    assert sum(bool(each.dropped) for each in news) >= 4
    assert any(" " in term.text or "-" in term.text for each in news for term in each.terms)


@pytest.mark.parametrize("kind", ["whole", "steps"])
def test_counts_are_those_of_reading_every_turn(worlds: dict[str, _Counted], kind: str) -> None:
    """How often each side says a term, how many words it has, the rates and the score are those of a scan of all turns."""
    world = worlds[kind]
    for call in {each.call for each in world.transcripts}:
        news, sides = news_of(world.snapshot, call), world.sides(call)
        sizes = {name: world.size(each) for name, each in sides.items()}
        assert (news.words, news.earlier.words, news.recent.words, news.others.words) == tuple(
            sizes[name] for name in ("now", "earlier", "recent", "others")
        )
        assert (news.earlier.calls, news.recent.calls, news.others.calls) == tuple(
            len(sides[name]) for name in ("earlier", "recent", "others")
        )
        for terms, side, before in ((news.terms, "now", "earlier"), (news.dropped, "recent", "recent")):
            for term in terms:
                times = {name: world.times(term.text, each) for name, each in sides.items()}
                assert (term.count, term.earlier, term.others) == (times["now"], times[before], times["others"])
                assert term.rate == pytest.approx(1000 * times["now"] / sizes["now"])
                compared = [name for name in ("now", "earlier", "others") if name != side and (side, name) != ("recent", "earlier")]
                against = [log_likelihood(times[side], sizes[side], times[name], sizes[name]) for name in compared if sizes[name]]
                assert term.score == pytest.approx(min(against))
                assert all(times[side] / sizes[side] > times[name] / sizes[name] for name in compared if sizes[name])


def test_segments_make_no_difference(worlds: dict[str, _Counted]) -> None:
    """An index that came to be in steps gives the news of one built at once."""
    for each in worlds["whole"].transcripts:
        one, other = (replace(news_of(worlds[kind].snapshot, each.call), about=None) for kind in ("whole", "steps"))  # type: ignore[arg-type]
        assert one == other


# what it is compared with


def test_what_the_company_always_says_is_not_new(calls: Indexed) -> None:
    """A term that the company's last call says at the same rate is no news, though no other company says it."""
    assert _texts(_news(calls, *_about("pump", "valve")).terms) == ["valve"]


def test_what_the_company_says_less_is_not_new(calls: Indexed) -> None:
    """A term that the company said more often before is no news, though it says it still and others do not."""
    last = transcript("ACMP", "Q1 2022", *_about("pump", times=16))
    assert _texts(_news(calls, *_about("pump", "valve"), others=(last, _OTHER)).terms) == ["valve"]


def test_what_may_be_chance_is_not_new(calls: Indexed) -> None:
    """A term at four times the rate of before is no news as long as so few times may be chance."""
    last = transcript("ACMP", "Q1 2022", *_about("pump", "hose"), _TALK * 3, "A valve or a valve, as a valve or a valve.")
    assert _texts(_news(calls, *_about("valve"), others=(last, _OTHER)).terms) == []


def test_what_everybody_says_now_is_not_new(calls: Indexed) -> None:
    """A term that other companies say in the same period at the same rate is no news, though the company never said it."""
    assert _texts(_news(calls, *_about("bolt", "valve")).terms) == ["valve"]


def test_later_calls_do_not_count(calls: Indexed) -> None:
    """What the company goes on to say in its next call is still new in this one."""
    later = transcript("ACMP", "Q3 2022", *_about("valve"))
    news = _news(calls, *_about("valve"), others=(_LAST, later, _OTHER))
    assert (_texts(news.terms), news.earlier.calls) == (["valve"], 1)


def test_a_company_is_known_by_its_ticker_too(calls: Indexed) -> None:
    """The last call counts as the company's own, though the publisher wrote the name in another way."""
    last = transcript("ACMP", "Q1 2022", *_about("valve"), company="Acme Pumps Inc.")
    news = _news(calls, *_about("valve"), others=(last, _OTHER))
    assert (_texts(news.terms), news.earlier.calls, news.others.calls) == ([], 1, 1)


def test_a_first_call_is_compared_with_others_alone(calls: Indexed) -> None:
    """Without an earlier call others decide what is new, nothing was dropped, and the answer says that there was none."""
    news = _news(calls, *_about("pump"), others=(_OTHER,))
    assert (news.earlier.calls, news.earlier.words, news.recent.calls, news.dropped) == (0, 0, 0, ())
    assert [(term.text, term.earlier, term.earlier_rate) for term in news.terms] == [("pump", 0, None)]


def test_a_call_without_others_is_compared_with_the_earlier_alone(calls: Indexed) -> None:
    """Without another company's call of the period, what the company said before decides."""
    news = _news(calls, *_about("pump", "valve"), others=(_LAST,))
    assert (news.others.calls, [(term.text, term.others_rate) for term in news.terms]) == (0, [("valve", None)])
    assert _texts(news.dropped) == ["hose"]


def test_where_nothing_is_to_compare_with_nothing_is_new(calls: Indexed) -> None:
    """The only call of an index has no news, since all of it is."""
    news = _news(calls, *_about("valve"), others=())
    assert (news.terms, news.dropped, news.others.calls, news.words > 0) == ((), (), 0, True)


def test_words_of_half_of_all_companies_are_no_news(calls: Indexed) -> None:
    """A word that most companies say at some time is the language of calls; one that few say may be news."""
    names = [f"{letter}UMP" for letter in "ABCDEFGHIJKL"]
    others = [transcript(name, "Q1 2022", f"The widget of {name}. {_TALK}", _TALK * 2) for name in names]
    rare = [text.replace("widget", "gadget") if number > 4 else text for number, text in enumerate(others)]
    assert _texts(_news(calls, *_about("widget", "valve"), others=(*others, _OTHER)).terms) == ["valve"]
    assert _texts(_news(calls, *_about("widget", "valve"), others=(*rare, _OTHER)).terms) == ["valve", "widget"]


# what is a term


def test_the_operator_is_not_heard(calls: Indexed) -> None:
    """What the operator says is no news, and counts in no number of words."""
    said: list[str | tuple[str, str]] = [*_about("valve"), (OPERATOR, "The zebra of the zebra. " * 9)]
    news = _news(calls, *said)
    assert (_texts(news.terms), news.words) == (["valve"], len(words(" ".join(_about("valve")))))


def test_names_do_not_win(calls: Indexed) -> None:
    """People of the call, first names of people of other calls, the company, its ticker and firms are no news, however often said."""
    named = " ".join(["So to Jane and Roe, of ACMP and Acmp, to Pell, to Harrow, and to Wanda."] * 8)
    assert _texts(_news(calls, *_about("valve"), named, named, others=_wandas("Kay", "Fox")).terms) == ["valve"]


def _wandas(*names: str) -> tuple[str, ...]:
    """Give the company's last call and others, in which analysts speak who are called Wanda."""
    others = [transcript(f"{name.upper()}S", "Q2 2022", *_about("bolt"), (f"Wanda {name} -- Analyst", _TALK)) for name in names]
    return _LAST, *others


@pytest.mark.parametrize(("said", "names"), [("Hurricane Wanda", ("Kay", "Fox")), ("Wanda Kestrel", ("Kay", "Fox")), ("Wanda", ("Kay",))])
def test_what_is_not_surely_a_name_may_be_news(calls: Indexed, said: str, names: tuple[str, ...]) -> None:
    """A first name may be part of a brand's or a storm's name, and a word that only one person is called by is none."""
    assert _texts(_news(calls, *_about(said), others=_wandas(*names)).terms) == [said]


def test_people_who_are_gone_are_no_names(tmp_path: Path) -> None:
    """First names are those of people in the index as it is, not of calls that were removed from it."""
    source, index = tmp_path / "source", tmp_path / "index"
    filler = [transcript(f"{letter}UMP", "Q1 2022", *_about("bolt"), *_about("nut")) for letter in "ABCDEFGH"]
    for names in (("Kay", "Fox"), ("Kay",)):
        for path in source.glob("*"):
            path.unlink()
        put(source, [transcript("ACMP", "Q2 2022", *_about("Wanda")), *filler, *_wandas(*names)])
        indexer.rebuild([source], index=index)
        with closing(open_snapshot(index)) as snapshot:
            assert _texts(news_of(snapshot, "ACMP-2022Q2").terms) == ([] if len(names) > 1 else ["Wanda"])
            has_deleted = [segment.live is not None for segment in snapshot.segments]
    assert any(has_deleted)


def test_whom_one_speaks_to_is_no_part_of_a_topic(calls: Indexed) -> None:
    """A word behind which somebody's name is said is a term without the name."""
    said = "And so to the turbine, Jane. And then to the turbine, Jane. " * 2
    assert _texts(_news(calls, *_about("valve"), said, said).terms) == ["turbine", "valve"]


def test_a_word_that_is_also_a_name_is_a_word_in_small_letters(calls: Indexed) -> None:
    """Where somebody is called Copper, copper is still a topic."""
    said: list[str | tuple[str, str]] = [("Ned Copper -- Chief Operating Officer", _TALK), *_about("copper")]
    assert _texts(_news(calls, *said).terms) == ["copper"]


def test_a_product_may_have_the_name_of_the_company(calls: Indexed) -> None:
    """A word of the company's name is no term alone, but with another word it is one."""
    assert _texts(_news(calls, *_about("Acmp Cloud")).terms) == ["Acmp Cloud"]


def test_talk_and_figures_are_no_news(calls: Indexed) -> None:
    """Greetings, grammar, months, fiscal periods, ordinals, amounts and years are no terms, alone or side by side."""
    talk = (
        "Thank you, good morning, congratulations. Next question, please. In March of 2022, in April's way, Q2 and FY22, the 3rd, 5x, "
        "50k, 12.5% or $7. "
    ) * 6
    assert _texts(_news(calls, *_about("valve"), talk, talk).terms) == ["valve"]


def test_a_verb_or_an_adjective_is_no_topic(calls: Indexed) -> None:
    """A word that mostly follows a pronoun, an auxiliary or a word of degree says how, not what."""
    said = (
        "So we will recalibrate, and all is very zesty, or so cold, and she can recalibrate. So it was zesty. And coldly, or genetically. "
        * 4
    )
    assert _texts(_news(calls, *_about("valve"), said, said).terms) == ["valve"]


def test_a_topic_is_spoken_of_in_two_turns_or_often(calls: Indexed) -> None:
    """What is said in one turn only is a term if it is said six times there."""
    often, seldom = ("And so to the {0}, as all said. " * times for times in (6, 5))
    said = f"{_TALK} {often.format('turbine')} {seldom.format('gasket')}"
    assert _texts(_news(calls, said, _TALK).terms) == ["turbine"]


def test_a_number_belongs_to_a_name_only(calls: Indexed) -> None:
    """A number behind a word in small letters is a quantity, and no part of the term."""
    assert _texts(_news(calls, *_about("valve 3")).terms) == ["valve"]


@pytest.mark.parametrize("topic", ["Model 3", "CAR-T", "COVID-19", "Valves.com", "AT&T", "non-lethal pump"])
def test_terms_are_written_as_in_the_text(calls: Indexed, topic: str) -> None:
    """A term has the capitals, hyphens and stops that it mostly has, and a number or letter that belongs to it."""
    terms = _news(calls, *_about(topic)).terms
    assert _texts(terms) == [topic.removeprefix("non-")]


# terms that are about the same


def test_inflections_are_one_term(calls: Indexed) -> None:
    """Singular, plural and possessive count together, and the commonest is shown."""
    said = "And so to the tariffs, and the tariff's way. The tariffs, or the tariff, as said. The tariffs. "
    (term,) = _news(calls, said * 2, said).terms
    assert (term.text, term.count) == ("tariffs", 15)


def test_words_of_grammar_do_not_count_as_inflections(calls: Indexed) -> None:
    """`wells` are a topic, and not how often somebody says `well`."""
    said = "Well, and so to the wells. Well, as the wells go. "
    (term,) = _news(calls, said * 2, said * 2).terms
    assert (term.text, term.count) == ("wells", 8)


def test_a_phrase_stands_for_its_words(calls: Indexed) -> None:
    """A word that is mostly said in a phrase is not given beside it."""
    alone = "And so the runway, and the lithium. " * 4
    terms = _news(calls, *_about("lithium runway", times=6), alone, alone).terms
    assert [(term.text, term.count) for term in terms] == [("lithium runway", 12)]


def test_a_word_stands_for_its_phrases(calls: Indexed) -> None:
    """A word that is said in many ways is given, and its phrases are not given beside it."""
    topics = ("lithium brine", "lithium", "lithium price", "lithium", "lithium")
    assert _texts(_news(calls, *_about(*topics, times=2)).terms) == ["lithium"]


def test_a_word_is_not_given_behind_its_phrase(calls: Indexed) -> None:
    """Where a phrase is better than its word, which others say, too, the word is not given beside it."""
    other = transcript("BOLT", "Q2 2022", *_about("bolt", "nut"), _TALK * 10, "And so to the lithium. " * 6)
    said = *_about("lithium brine", "lithium", times=5), "And so the lithium, and so the lithium."
    (brine,) = _news(calls, *said, others=(_LAST, other)).terms
    assert (brine.text, brine.count) == ("lithium brine", 10)


def test_a_long_phrase_is_given_once(calls: Indexed) -> None:
    """Of three words that always stand together two are given."""
    assert _texts(_news(calls, *_about("polymer membrane filter")).terms) == ["polymer membrane"]


def test_best_come_first_and_no_more_than_asked_for(calls: Indexed) -> None:
    """Terms come by score; a limit cuts the list, and shorter lists begin as longer ones."""
    said = *_about("valve", times=6), *_about("gasket", times=9), *_about("turbine", times=12)
    with calls(transcript("ACMP", "Q2 2022", *said), _LAST, _OTHER) as snapshot:
        every = news_of(snapshot, "ACMP-2022Q2").terms
        assert _texts(every) == ["turbine", "gasket", "valve"]
        assert [news_of(snapshot, "ACMP-2022Q2", limit=limit).terms for limit in (0, 2)] == [(), every[:2]]
        with pytest.raises(InvalidValue, match="limit: -1 is not possible"):
            news_of(snapshot, "ACMP-2022Q2", limit=-1)


def test_where_the_company_cannot_tell_others_do(calls: Indexed) -> None:
    """Of two terms that are as new to the company, the one that others do not say comes first."""
    other = transcript("BOLT", "Q2 2022", *_about("bolt", "nut"), _TALK * 4, "And so to the gasket.")
    assert _texts(_news(calls, *_about("gasket", "valve"), others=(_LAST, other)).terms) == ["valve", "gasket"]


# what was dropped, and where it is said


def test_what_is_no_longer_said_was_dropped(calls: Indexed) -> None:
    """A term of the recent calls that this one hardly says was dropped; it is shown where the latest of them says it."""
    first = transcript("ACMP", "Q1 2022", *_about("pump", "hose"), day="Feb 01, 2022")
    second = transcript("ACMP", "Q2 2022", *_about("pump", "crane"), "And the hose, as said.")
    this = transcript("ACMP", "Q3 2022", *_about("pump", "valve"), "And the crane.")
    with calls(first, second, this, _OTHER) as snapshot:
        news = news_of(snapshot, "ACMP-2022Q3")
    assert (news.earlier.calls, _texts(news.terms)) == (2, ["valve"])
    (hose,) = news.dropped
    assert (hose.text, hose.count, hose.earlier, hose.call, hose.turn) == ("hose", 0, 9, "ACMP-2022Q2", 3)


def test_only_the_last_four_calls_can_drop_something(calls: Indexed) -> None:
    """What was last said five calls ago was not dropped by this call, though it counts as said before."""
    days = [f"{month} 10, 2021" for month in ("Jan", "Apr", "Jul", "Oct")]
    periods = ("Q1 2021", "Q2 2021", "Q3 2021", "Q4 2021")
    earlier = [
        transcript("ACMP", period, *_about("hose" if number else "crane", times=9), day=day)
        for number, (period, day) in enumerate(zip(periods, days, strict=True))
    ]
    news = _news(calls, *_about("valve"), others=(*earlier, _LAST, _OTHER))
    assert (news.earlier.calls, news.recent.calls, _texts(news.dropped)) == (5, 4, ["hose"])


def test_a_snippet_shows_the_term_where_it_is_said(calls: Indexed) -> None:
    """The snippet marks the term in the turn that says it most, an answer rather than a question."""
    turns = (
        "The valves.",
        "What of the valve, the valve, the valve, or the valves?",
        "And so to the valves, and the valve. All of the valves.",
    )
    (term,) = _news(calls, *turns).terms
    assert (term.call, term.turn, term.speaker) == ("ACMP-2022Q2", 3, "Jane Roe")
    assert [term.snippet.text[start:end] for start, end in term.snippet.matches] == ["valves", "valve", "valves"]


def test_no_such_call(calls: Indexed) -> None:
    """A call that the index does not have is an error that says so; case does not count."""
    with calls(_LAST, _OTHER) as snapshot:
        assert news_of(snapshot, "bolt-2022q2").call == "BOLT-2022Q2"
        with pytest.raises(UnknownCall, match="no call 'NONE-2022Q2' in the index"):
            news_of(snapshot, "NONE-2022Q2")


def test_news_as_json(calls: Indexed) -> None:
    """The JSON object has the call, what it was compared with, and the terms with counts, rates, score and snippet."""
    news = _news(calls, *_about("valve"))
    answer = json.loads(json.dumps(news.to_dict()))
    assert {name: answer[name] for name in ("call", "company", "period", "date")} == {
        "call": "ACMP-2022Q2",
        "company": "Acmp Pumps",
        "period": "2022Q2",
        "date": "2022-08-08",
    }
    assert (answer["words"], answer["earlier"], answer["recent"]["calls"], answer["others"]["calls"]) == (
        news.words,
        {"calls": 1, "words": news.earlier.words},
        1,
        1,
    )
    assert set(answer) == {
        "call",
        "company",
        "period",
        "date",
        "words",
        "earlier",
        "recent",
        "others",
        "terms",
        "dropped",
        "filters",
        "index",
    }
    (term,) = answer["terms"]
    assert {name: term[name] for name in ("text", "count", "earlier", "others", "earlier_rate", "call", "turn", "speaker")} == {
        "text": "valve",
        "count": 8,
        "earlier": 0,
        "others": 0,
        "earlier_rate": 0.0,
        "call": "ACMP-2022Q2",
        "turn": 1,
        "speaker": "Jane Roe",
    }
    assert term["rate"] == round(8000 / news.words, 4)
    assert set(term["snippet"]) == {"text", "matches"}


def test_news_as_tables(calls: Indexed) -> None:
    """The tables have what is new and what was dropped, a row a term, with the columns of the term's fields."""
    news = _news(calls, *_about("pump", "valve"))
    new, dropped = news.tables()
    assert (new.name, dropped.name, new.columns == dropped.columns) == ("terms", "dropped", True)
    assert [row[new.columns.index("text")] for row in (*new.rows, *dropped.rows)] == ["valve", "hose"]
    assert news.about.query == "ACMP-2022Q2"


def test_how_news_look(tmp_path: Path) -> None:
    """At a terminal within 80 columns, a dash where there is nothing to compare with; in a pipe a line a term; JSON and status."""
    with indexed(tmp_path, [transcript("ACMP", "Q2 2022", *_about("turbine")), _OTHER]) as snapshot:
        found = news_of(snapshot, "ACMP-2022Q2")
    console = Console(file=StringIO(), width=80)
    print_news(found, console)
    assert isinstance(console.file, StringIO)
    shown = console.file.getvalue()
    assert max(map(len, shown.splitlines())) <= 80
    row = next(line.split() for line in shown.splitlines() if line.startswith("turbine"))
    assert row[:4] == ["turbine", "8", "–", "0"]
    out = StringIO()
    write_plain_news(found, out)
    assert out.getvalue().splitlines()[0].split("\t")[:5] == ["new", "turbine", "8", "0", "0"]
    compared = "no earlier call of the company and 1 other company's call of the period ("
    assert compared_in_words(found).startswith(f"{found.words:,} words against {compared}")
    done = CliRunner().invoke(earful, ["news", "ACMP-2022Q2", "--json", "--index", str(tmp_path / "index")])
    assert (done.exit_code, json.loads(done.stdout)["terms"][0]["text"]) == (0, "turbine")
    assert CliRunner().invoke(earful, ["news", "NOSUCH", "--index", str(tmp_path / "index")]).exit_code == 1

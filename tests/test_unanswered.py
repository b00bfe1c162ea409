"""Cues that a question has no answer are words that a scan finds, or does not find, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from random import Random
from typing import Any

import pytest

import search
from search.deferrals import load_deferrals
from search.exchanges import Exchange, exchanges
from search.query import make_query
from tests.invented_exchanges import SHAPES, Node, Turn, World, invent_world, make_node
from tests.small_index import JANE, OPERATOR, SAM, indexed, transcript

_DEFERRAL = ("stay", "tuned")
_FIRST_QUESTION = (OPERATOR, "Our first question is from Sam Poe.")


@pytest.fixture(scope="module", params=SHAPES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give invented calls, as an index of one segment or of several with deleted calls, and as plain turns."""
    world = invent_world(tmp_path_factory.mktemp("unanswered"), request.param)
    with closing(world.snapshot):
        yield world


def _cues(node: Node, turns: list[Turn]) -> list[tuple[str, int | None]]:
    """Look by hand for the cues in an exchange, with the turns that have them."""
    asked = [turn for turn in turns if turn.kind == "question"]
    heard = [turn for turn in turns if turn.kind != "question"]
    if not heard:
        return [("no-answer", None)]
    parts = [part for part in node.asked() if any(map(part.fits, asked))]
    is_missed = parts and not any(part.fits(turn) for part in parts for turn in heard)
    first = min((turn.number for turn in asked if any(part.fits(turn) for part in parts)), default=0)
    put_off = [("put-off", turn.number) for turn in turns if turn.kind == "answer" and turn.says(_DEFERRAL) and turn.number > first]
    return [("not-said", None), *put_off] if is_missed else [*put_off]


@pytest.mark.parametrize("seed", range(150))
def test_cues_are_those_of_a_scan(world: World, seed: int) -> None:
    """Whatever is asked, those exchanges are kept whose questions match and that have a cue, with all their cues."""
    assert _DEFERRAL in load_deferrals()
    node = make_node(Random(seed))
    page = exchanges(world.snapshot, make_query(node.text, limit=100), unanswered=True)
    wanted = {key: _cues(node, turns) for key, turns in world.exchanges.items() if node.holds(turns, side="question")}
    assert {_key(hit): [(each.cue, each.turn) for each in hit.evidence] for hit in page.hits} == {
        key: cues for key, cues in wanted.items() if cues
    }


def _key(hit: Exchange) -> tuple[str, int]:
    return hit.call, hit.exchange


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.CallIndex]:
    """Give calls in which one question is answered, answered in other words, passed over, put off, and not answered at all."""
    folder = tmp_path_factory.mktemp("doubtful")
    answers = {
        "ACME": ["Capex will be ten million."],
        "BOLT": ["Capital expenditures will be ten million."],
        "COIL": ["We like our business as it is."],
        "DISK": ["Capex, well. It is too early to say.", "We don't break that out."],
        "EVER": [],
    }
    begun = ((JANE, "Welcome."), _FIRST_QUESTION, (SAM, "What will capex be, and the gross margin?"))
    texts = [
        transcript(name, "Q1 2022", *begun, *chain(*([(JANE, each), (SAM, "And why?")] for each in said))) for name, said in answers.items()
    ]
    with indexed(folder, texts), search.open_index(folder / "index") as opened:
        yield opened


def _told(calls: search.CallIndex, query: str, **options: Any) -> dict[str, list[str]]:
    """Give the cues in words, by ticker."""
    hits = calls.exchanges(query, unanswered=True, **options).hits
    return {hit.ticker or "": [each.in_words() for each in hit.evidence] for hit in hits}


_PUT_OFF = ['turn 4 has "early to say"', 'turn 6 has "don\'t break that out"']


def test_cues_come_with_their_evidence(doubtful: search.CallIndex) -> None:
    """Kept are the answers that say neither word nor synonym, those that put off, and questions without any, each with what tells."""
    assert _told(doubtful, "question:capex") == {"COIL": ["no answer says capex"], "DISK": _PUT_OFF, "EVER": ["nobody answers"]}
    (disk,) = doubtful.exchanges("question:capex", unanswered=True, ticker="DISK").hits
    snippets = [each.snippet for each in disk.evidence if each.snippet]
    assert [snippet.text[start:end] for snippet in snippets for start, end in snippet.matches] == ["early to say", "don't break that out"]
    assert disk.evidence[0].to_dict() == {
        "cue": "put-off",
        "words": ["early", "to", "say"],
        "turn": 4,
        "snippet": {"text": "Capex, well. It is too early to say.", "matches": [[23, 35]]},
    }
    assert doubtful.exchanges("question:capex").exchanges == 5


def test_another_question_may_be_put_off(doubtful: search.CallIndex) -> None:
    """Words by which answers are put off tell nothing of what is asked only later on."""
    assert doubtful.exchanges("question:why", ticker="DISK").exchanges == 1
    assert _told(doubtful, "question:why")["DISK"] == ["no answer says why", _PUT_OFF[1]]


def test_of_several_words_one_is_enough(doubtful: search.CallIndex) -> None:
    """An answer that says one of the words, or a phrase, speaks of the matter; else all that was asked is named."""
    both = _told(doubtful, 'capex "gross margin"')
    assert both["COIL"] == ['no answer says capex or "gross margin"']
    assert set(both) == {"COIL", "DISK", "EVER"}
    only = _told(doubtful, '"gross margin"')
    assert only["ACME"] == ['no answer says "gross margin"']
    assert set(only) == {"ACME", "BOLT", "COIL", "DISK", "EVER"}


def test_of_alternatives_only_what_was_asked_can_be_missed(doubtful: search.CallIndex) -> None:
    """An answer that speaks of the alternative that no question has is none; nor is that alternative named."""
    told = _told(doubtful, "(margin OR million)")
    assert told["ACME"] == told["COIL"] == ["no answer says margin"]


def test_what_is_asked_stands_in_questions(doubtful: search.CallIndex) -> None:
    """What stands outside of a side is sought in questions; answer: limits the answers; what is excluded is no cue."""
    assert set(_told(doubtful, "capex")) == {"COIL", "DISK", "EVER"}
    assert _told(doubtful, "million") == {}
    assert _told(doubtful, "capex answer:business") == {"COIL": ["no answer says capex"]}
    assert _told(doubtful, "capex NOT zebra NOT answer:million") == _told(doubtful, "capex")


def test_without_words_only_the_answers_tell(doubtful: search.CallIndex) -> None:
    """Where no words are asked about, there are the questions that nobody answers, and the answers that put off."""
    assert _told(doubtful, "firm:pell") == _told(doubtful, "*") == {"DISK": _PUT_OFF, "EVER": ["nobody answers"]}
    assert _told(doubtful, "answer:capex") == {"DISK": _PUT_OFF}


def test_synonyms_of_ones_own_are_answers(doubtful: search.CallIndex, tmp_path: Any) -> None:
    """With a table of one's own the answers may have its words, too."""
    table = tmp_path / "own.txt"
    table.write_text("capex | business\n")
    assert set(_told(doubtful, "capex", synonyms=table)) == {"DISK", "EVER"}

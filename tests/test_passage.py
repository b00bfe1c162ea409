"""Which turns of a call are read, and what is marked in them?"""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import UnknownCall
from indexer.model import Kind, Section, Turn
from indexer.roles import Role
from search.passage import choose_turns, find_marks
from search.results import Call

_Q, _A, _O = Kind.QUESTION, Kind.ANSWER, Kind.OPERATOR


def _turn(number: int, kind: Kind = _A, exchange: int | None = None, *said: str) -> Turn:
    return Turn(
        number=number,
        section=Section.QA,
        kind=kind,
        exchange=exchange,
        speaker="Jane Roe",
        role=Role.CFO,
        title=None,
        firm=None,
        header="",
        paragraphs=said or ("Yes.",),
    )


_KINDS = ((_O, None), (_Q, 1), (_A, 1), (_Q, 1), (_A, 1), (_A, 1), (_Q, 2), (_A, 2), (_O, None))
_CALL = Call(
    call="ACMP-2022Q1",
    company="Acme Pumps",
    ticker="ACMP",
    period="2022Q1",
    date=None,
    event=None,
    turns=tuple(_turn(number, kind, exchange) for number, (kind, exchange) in enumerate(_KINDS, 1)),
)


def _numbers(turn: int | None, around: int | None = None) -> list[int]:
    return [each.number for each in choose_turns(_CALL, turn, around)]


# which turns


def test_a_whole_call_is_all_its_turns() -> None:
    """Without a turn there is nothing to leave out."""
    assert choose_turns(_CALL) == _CALL.turns


@pytest.mark.parametrize(
    ("turn", "around", "numbers"),
    [(5, 0, [5]), (5, 2, [3, 4, 5, 6, 7]), (1, 1, [1, 2]), (9, 1, [8, 9]), (2, 100, list(range(1, 10)))],
)
def test_so_many_turns_around_one(turn: int, around: int, numbers: list[int]) -> None:
    """As many before as after, as far as there are any."""
    assert _numbers(turn, around) == numbers


@pytest.mark.parametrize(
    ("turn", "numbers"),
    [(6, [2, 4, 6, 7]), (3, [2, 3, 4]), (4, [2, 4, 5]), (2, [2, 3]), (8, [7, 8, 9]), (9, [9]), (1, [1, 2])],
)
def test_a_turn_stands_below_the_questions_of_its_exchange(turn: int, numbers: list[int]) -> None:
    """What was asked before it in the same exchange, the turn, and the one after; outside of exchanges nothing stands above."""
    assert _numbers(turn) == numbers


def test_a_turn_that_is_not_there_is_told_with_how_many_are() -> None:
    """The error names the call."""
    with pytest.raises(UnknownCall, match="ACMP-2022Q1 has no turn 10; it has 9"):
        choose_turns(_CALL, 10)


# what is marked


def _marked(query: str, *said: str, synonyms: bool | str = False) -> list[str]:
    turn = _turn(7, _A, 1, *said)
    text = "\n".join(said)
    return [text[start:end] for start, end in find_marks([turn], query, synonyms)[7]]


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("tariff", ["tariffs", "Tariff's"]),
        ("=tariff", []),
        ('"cash runway"', ["cash runway"]),
        ('"runway of"', ["runway\nof"]),
        ("tarif*", ["tariffs", "Tariff's"]),
        ("tarrifs~", ["tariffs"]),
        ("near(cash years, 9)", ["cash", "years"]),
        ("tariff NOT years", ["tariffs", "Tariff's"]),
        ("speaker:roe years", ["years"]),
        ("*", []),
        ("zebra", []),
        ("answer:years", ["years"]),
    ],
)
def test_what_was_sought_is_marked(query: str, marked: list[str]) -> None:
    """As in a snippet: inflections, phrases as said across paragraphs, patterns; neither values nor what is excluded."""
    assert _marked(query, "For the tariffs, a cash runway", "of two years. [ph] Tariff's.") == marked


def test_a_long_turn_is_marked_to_its_end() -> None:
    """Other than in a snippet nothing is left out."""
    assert _marked("cash", "cash " * 2_000) == ["cash"] * 2_000


def test_every_turn_has_its_marks() -> None:
    """By number, none where nothing fits."""
    assert find_marks([_turn(1, _A, 1, "Cash."), _turn(2)], "cash") == {1: ((0, 4),), 2: ()}


def test_synonyms_are_marked_if_they_counted() -> None:
    """What means the same as what was sought was found by it."""
    said = "Our capital expenditures rose."
    assert _marked("capex", said) == []
    assert _marked("capex", said, synonyms=True) == ["capital expenditures"]


def test_a_query_that_is_none_any_more_marks_nothing(tmp_path: Path) -> None:
    """The turns can be read all the same, as if a table of synonyms is gone."""
    assert find_marks([_turn(1)], '"cash') == {}
    assert find_marks([_turn(1)], "cash", str(tmp_path / "nosuch.txt")) == {}

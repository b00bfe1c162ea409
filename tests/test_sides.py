"""The exchanges of an index: which turns are in each, who stands on its sides, and how many turns and calls have whom there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from random import Random

import numpy as np
import pytest

from search.execute import answer
from search.query import make_query
from search.sides import count_side_facet, exchanges_of
from search.tree import SIDE_FACETS, Side
from tests.invented_exchanges import SHAPES, Turn, World, invent_world, values_of

_FACETS = tuple(SIDE_FACETS)


@pytest.fixture(scope="module", params=SHAPES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give invented calls, as an index of one segment or of several with deleted calls, and as plain turns."""
    world = invent_world(tmp_path_factory.mktemp("sides"), request.param)
    with closing(world.snapshot):
        yield world


def _places(world: World) -> dict[tuple[str | None, int], int]:
    """Give the document number of each turn by its call and number."""
    snapshot = world.snapshot
    return {(snapshot.value("call", each), int(snapshot.numbers("turn")[each])): each for each in np.flatnonzero(snapshot.live).tolist()}


def _counted(world: World, chosen: list[Turn], facet: str) -> list[tuple[str | None, int, int]]:
    """Count turns and calls by hand: a turn for each value of its exchange, or for none."""
    having: dict[str | None, list[Turn]] = defaultdict(list)
    for turn in chosen:
        others = world.exchanges[turn.call, turn.exchange] if turn.exchange else []
        for value in values_of(others, facet) if others else {None}:
            having[value].append(turn)
    ordered = sorted(having, key=lambda value: (-len(having[value]), value or ""))
    return [(value, len(having[value]), len({turn.call for turn in having[value]})) for value in ordered]


@pytest.mark.parametrize("facet", _FACETS)
@pytest.mark.parametrize("seed", range(20))
def test_turns_are_counted_by_who_stands_on_a_side(world: World, facet: str, seed: int) -> None:
    """A turn counts for each value of its exchange's side, and for none outside of exchanges or where nobody stands there."""
    random = Random(seed)
    chosen = random.sample(world.turns, k=random.randint(1, len(world.turns)))
    places = _places(world)
    doc_ids = np.array(sorted(places[turn.call, turn.number] for turn in chosen), dtype=np.uint32)
    assert list(count_side_facet(world.snapshot, facet, doc_ids)) == _counted(world, chosen, facet)


@pytest.mark.parametrize("facet", _FACETS)
def test_nobody_stands_outside_of_exchanges(world: World, facet: str) -> None:
    """Of turns none of which is in an exchange nobody asked or answered anything; of no turns there is nothing to count."""
    outside = [turn for turn in world.turns if not turn.exchange]
    places = _places(world)
    doc_ids = np.array(sorted(places[turn.call, turn.number] for turn in outside), dtype=np.uint32)
    assert list(count_side_facet(world.snapshot, facet, doc_ids)) == [(None, len(outside), len({turn.call for turn in outside}))]
    assert list(count_side_facet(world.snapshot, facet, doc_ids[:0])) == []


def test_a_search_counts_by_sides(world: World) -> None:
    """The facets of sides belong to searches for turns: of what is found, and of nothing."""
    said = [turn for turn in world.turns if "tariffs" in turn.words]
    page = answer(world.snapshot, make_query("=tariffs", facets=_FACETS))
    assert {facet: list(values) for facet, values in page.facets.items()} == {facet: _counted(world, said, facet) for facet in _FACETS}
    assert {len(values) for values in answer(world.snapshot, make_query("zebra", facets=_FACETS)).facets.values()} == {0}


def test_exchanges_are_numbered_in_call_order(world: World) -> None:
    """Every exchange has its turns in the order said, the first of them, and its call; what was deleted is in none."""
    table, places = exchanges_of(world.snapshot), _places(world)
    assert table.count == len(world.exchanges)
    for number, key in enumerate(sorted(world.exchanges)):
        turns = [places[turn.call, turn.number] for turn in world.exchanges[key]]
        assert table.turns(number).tolist() == turns
        assert table.a_turn[number] == turns[0]
        assert set(table.of_turn[turns].tolist()) == {number}
        assert world.snapshot.codes("call").values[table.calls[number]] == key[0]
    assert (table.of_turn < 0).sum() == world.snapshot.turn_count - sum(map(len, world.exchanges.values()))


def test_a_turn_is_on_the_side_of_its_kind(world: World) -> None:
    """Questions and answers are on their sides; those of whom nobody can tell the side are on none."""
    table, places = exchanges_of(world.snapshot), _places(world)
    for turn in world.turns:
        sides = {side for side in Side if table.is_on[side][places[turn.call, turn.number]]}
        assert sides == ({Side(turn.kind)} if turn.exchange and turn.kind in tuple(Side) else set())


def test_exchanges_have_some_turns(world: World) -> None:
    """Whether an exchange has any of some turns is the same of numbers and of marks; turns outside are in none."""
    table, places = exchanges_of(world.snapshot), _places(world)
    chosen = Random(3).sample(world.turns, k=20)
    turns = np.array(sorted(places[turn.call, turn.number] for turn in chosen), dtype=np.uint32)
    marks = np.zeros(world.snapshot.turn_count, dtype=np.bool_)
    marks[turns] = True
    wanted = [key in {(turn.call, turn.exchange) for turn in chosen} for key in sorted(world.exchanges)]
    assert table.having(turns).tolist() == table.having(marks).tolist() == wanted


def test_they_are_made_once(world: World) -> None:
    """Of one open index the exchanges and the values of a facet are made at first use, and kept."""
    table = exchanges_of(world.snapshot)
    assert exchanges_of(world.snapshot) is table
    assert table.values_of(world.snapshot, "asked_by") is table.values_of(world.snapshot, "asked_by")

"""Facets count matching turns and calls for each value of a field, exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import indexer
import search
from indexer.schema import FACETS
from search.facets import FacetCounts
from search.reader import Snapshot, open_snapshot
from search.results import FacetValue

_SAMPLES = Path(indexer.__file__).parent / "samples"


@dataclass(frozen=True)
class _World:
    """The samples as an index, and as plain rows: field -> value, one row a turn."""

    folder: Path
    snapshot: Snapshot
    rows: list[dict[str, str | None]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_World]:
    """Give an index of the samples, and their turns read from the files themselves."""
    folder = tmp_path_factory.mktemp("index")
    indexer.rebuild([_SAMPLES], index=folder)
    snapshot = open_snapshot(folder)
    transcripts = [transcript for path in sorted(_SAMPLES.iterdir()) for transcript in indexer.read(path)]
    yield _World(folder, snapshot, [row for transcript in transcripts for row in _rows(transcript)])
    snapshot.close()


def _rows(transcript: indexer.Transcript) -> Iterator[dict[str, str | None]]:
    of_call: dict[str, str | None] = {
        name: getattr(transcript, name) for name in ("call", "company", "ticker", "exchange_code", "period", "event")
    }
    day = transcript.date.isoformat() if transcript.date else None
    for turn in transcript.turns:
        of_turn: dict[str, str | None] = {name: getattr(turn, name) for name in ("speaker", "role", "section", "kind", "firm")}
        yield {**of_call, **of_turn, "date": day, "number": str(turn.number), "warning": " ".join(transcript.warnings)}


def _counted(rows: list[dict[str, str | None]], field: str) -> tuple[FacetValue, ...]:
    """Count by hand: most turns first, ties by value, turns without a value under None."""
    turns = Counter(value for row in rows for value in _values(row, field))
    calls = Counter(value for value, _ in {(value, row["call"]) for row in rows for value in _values(row, field)})
    return tuple(FacetValue(value, turns[value], calls[value]) for value in sorted(turns, key=lambda value: (-turns[value], value or "")))


def _values(row: dict[str, str | None], field: str) -> list[str | None]:
    """Give a turn's values of a field: one, or for warnings as many as its call has, None standing for none."""
    return [*(row[field] or "").split()] or [None] if field == "warning" else [row[field]]


def _rows_of(world: _World, doc_ids: Any) -> list[dict[str, str | None]]:
    by_place = {(row["call"], row["number"]): row for row in world.rows}
    return [by_place[world.snapshot.value("call", each), str(world.snapshot.numbers("turn")[each])] for each in doc_ids]


@settings(max_examples=40)
@given(field=st.sampled_from(FACETS), chosen=st.sets(st.integers(0, 346)))
def test_counts_are_those_of_counting_by_hand(world: _World, field: str, chosen: set[int]) -> None:
    """For any turns and any field, each value that occurs has its turns and calls, most turns first, and turns sum to their number."""
    doc_ids = np.array(sorted(chosen), dtype=np.uint32)
    counts = FacetCounts(world.snapshot, doc_ids).of(field)
    assert counts == _counted(_rows_of(world, doc_ids.tolist()), field)
    assert field == "warning" or sum(count.turns for count in counts) == len(chosen)
    assert FacetCounts(world.snapshot, doc_ids).calls() == len({row["call"] for row in _rows_of(world, doc_ids.tolist())})


@pytest.mark.parametrize("field", FACETS)
def test_every_facet_counts_every_turn(world: _World, field: str) -> None:
    """Over the whole index the counts of each facet are those of the files, with None for turns that have no value."""
    doc_ids = np.arange(len(world.rows), dtype=np.uint32)
    assert FacetCounts(world.snapshot, doc_ids).of(field) == _counted(world.rows, field)


def test_no_turns_have_no_values(world: _World) -> None:
    """A value that no matching turn has is left out, so that nothing is counted of nothing."""
    nothing = np.array([], dtype=np.uint32)
    assert (FacetCounts(world.snapshot, nothing).of("role"), FacetCounts(world.snapshot, nothing).calls()) == ((), 0)


_FILTERS: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "role"),
    ({"role": "CFO"}, "role"),
    ({"role": "CFO"}, "company"),
    ({"role": "CFO", "section": "qa"}, "role"),
    ({"role": ["CFO", "CEO"], "company": "quillstone"}, "company"),
    ({"kind": "question"}, "firm"),
    ({"since": "2025-06-01", "role": "CFO"}, "date"),
    ({"until": "2025-06-01", "role": "CFO"}, "date"),
    ({"since": "2025-06-01", "role": "CFO"}, "role"),
    ({"firm": "nosuch"}, "firm"),
    ({"firm": "nosuch"}, "role"),
)


def _fits(row: dict[str, str | None], filters: dict[str, Any], ignored: str) -> bool:
    """Say whether a turn passes the filters on all fields but one."""
    for field, asked in filters.items():
        if field in ("since", "until"):
            day = row["date"] or ""
            if ignored != "date" and (day < asked if field == "since" else day > asked):
                return False
        elif field != ignored and not any(
            value.lower() in (row[field] or "").lower() for value in ([asked] if isinstance(asked, str) else asked)
        ):
            return False
    return True


@pytest.mark.parametrize(("filters", "facet"), _FILTERS)
def test_a_facet_ignores_the_filter_on_its_own_field_and_only_that(world: _World, filters: dict[str, Any], facet: str) -> None:
    """The counts show what else could be chosen in this field, all other filters given; the hits and totals obey all filters."""
    with search.open_index(world.folder) as calls:
        page = calls.search("*", facets=(facet,), limit=0, **filters)
    assert page.facets == {facet: _counted([row for row in world.rows if _fits(row, filters, facet)], facet)}
    matching = [row for row in world.rows if _fits(row, filters, "")]
    assert (page.turns, page.calls) == (len(matching), len({row["call"] for row in matching}))


def test_facets_come_in_the_order_asked_for(world: _World) -> None:
    """Several facets are counted in one answer, in the order in which they were asked for."""
    with search.open_index(world.folder) as calls:
        page = calls.search("guidance", facets=("section", "role", "company"), limit=0)
    assert list(page.facets) == ["section", "role", "company"]
    assert {sum(value.turns for value in values) for values in page.facets.values()} == {page.turns}


def test_values_are_a_sequence(world: _World) -> None:
    """However many values there are, they can be counted, taken singly and in slices, walked and compared as a tuple of them can."""
    values = FacetCounts(world.snapshot, np.arange(len(world.rows), dtype=np.uint32)).of("speaker")
    every = tuple(values)
    assert (len(values), values[0], values[-1], values[1:3], list(reversed(values))) == (
        len(every),
        every[0],
        every[-1],
        every[1:3],
        list(reversed(every)),
    )
    assert values == every
    assert values != every[1:]
    assert every[1] in values
    assert (repr(values), hash(values)) == (repr(every), hash(every))
    with pytest.raises(IndexError):
        values[len(every)]

"""Roster lines of one person become one, and those of two people stay two."""

from __future__ import annotations

import pytest

from indexer.formats.draft import RosterEntry, Side
from indexer.formats.twins import without_twins


def _entry(line: str, side: Side = Side.COMPANY) -> RosterEntry:
    name, title, *firm = line.split(" -- ")
    return RosterEntry(published=line, name=name, title=title or None, firm=firm[0] if firm else None, side=side)


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["Jane Q. Roe -- CEO", "Mike Poe -- CFO", "Jane Roe -- CEO"], ["Jane Q. Roe", "Mike Poe"]),
        (["Jane Roe -- CEO", "Jane Q. Roe -- CEO"], ["Jane Q. Roe"]),
        (["Lars Srensen -- CEO", "Mike Poe -- CFO", "Lars Sorensen -- CEO"], ["Lars Sorensen", "Mike Poe"]),
        (["Jane Roe -- CEO", "Jane Roe -- CEO"], ["Jane Roe"]),
        (["Jane Roe -- CEO", "Jane Q. Roe -- Chair"], ["Jane Roe", "Jane Q. Roe"]),
        (["Jane Roe -- Director", "Mark Lamb -- Director"], ["Jane Roe", "Mark Lamb"]),
        (["Unknown speaker -- ", "Unknown speaker -- "], ["Unknown speaker"]),
    ],
)
def test_who_is_one_person(lines: list[str], names: list[str]) -> None:
    """The same title and nearly the same name are one person, under the longest form, where the first line stood."""
    found = without_twins([_entry(line) for line in lines])
    assert [entry.name for entry in dict.fromkeys(found.values())] == names
    assert set(found) == {_entry(line) for line in lines}


def test_analysts_need_a_firm_to_be_one() -> None:
    """Analysts who are only called so share the title; those of one firm with nearly one name are one."""
    bare = [_entry(f"{name} -- Analyst", Side.ANALYST) for name in ("David Chan", "David Chen")]
    assert list(without_twins(bare).values()) == bare
    of_firm = [_entry(f"{name} -- Analyst -- Kestrel", Side.ANALYST) for name in ("Michael Huberts", "Mike Huberts")]
    assert list(without_twins(of_firm).values()) == [of_firm[0], of_firm[0]]

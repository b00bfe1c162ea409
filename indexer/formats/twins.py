"""Which lines of a roster are one person? Entries in, the entry that stands for each out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from indexer.formats.draft import RosterEntry, Side
from indexer.names import match_name, name_key

__all__ = ["without_twins"]

_MOST_ALIKE = 20  # people with one title whose names are compared


def without_twins(people: Sequence[RosterEntry]) -> dict[RosterEntry, RosterEntry]:
    """Find who is listed again with the same title and nearly the same name.

    Some rosters repeat the headers of the speech, and with them a middle initial, or a name whose "ø" was lost. Analysts
    without a firm are left alone: their titles are all the same.

    Returns:
        Entry -> the one with the longest form of the name, in the order of the roster.
    """
    groups: list[list[RosterEntry]] = []
    alike: defaultdict[tuple[str | None, str | None], list[list[RosterEntry]]] = defaultdict(list)
    for person in people:
        same = alike[person.title, person.firm]
        names = [group[0].name for group in same[:_MOST_ALIKE]] if _is_told_apart(person) else []
        twin = match_name(person.name, names)
        if twin is None:
            groups.append([person])
            same.append(groups[-1])
        else:
            same[names.index(twin)].append(person)
    longest = (max(group, key=lambda person: len(person.name)) for group in groups)
    return {person: one for group, one in zip(groups, longest, strict=True) for person in group}


def _is_told_apart(person: RosterEntry) -> bool:
    return len(name_key(person.name)) > 1 and bool(person.firm or (person.title and person.side is Side.COMPANY))

"""Which turns does a question mean? Its text parsed and matched, its filters applied; every kind of answer begins here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from whoosh.query import FuzzyTerm
from whoosh.query import Query as Tree

from search.execute.found import Found
from search.execute.match import match
from search.explain import advice, explain
from search.filters import Masks, field_values, make_masks
from search.parse import Lexicon, parse
from search.patterns import fitting
from search.query import Query
from search.reader import Snapshot
from search.synonyms import Synonyms
from search.tables import About

__all__ = ["Selection", "about_of", "lexicon_of", "select", "where_all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a question selects.

    Attributes:
        tree: The text, parsed.
        found: The turns that match the text, whatever the filters say.
        masks: The filters, by field.
        passes: bool[found] for each filter, whether the turns found pass it.
        kept: The turns found that pass all filters.
        understood: The question in words.
        notes: Why nothing may have been found, a line each.
    """

    tree: Tree
    found: Found
    masks: Masks
    passes: Mapping[str, NDArray[np.bool_]]
    kept: Found
    understood: str
    notes: tuple[str, ...]


def select(snapshot: Snapshot, query: Query) -> Selection:
    """Find the turns that a question means.

    Raises:
        QuerySyntaxError, UnknownField, InvalidValue: as `parse` and `field_values`.
    """
    tree = parse(query.text, lexicon_of(snapshot, query.synonyms))
    masks, meant, notes = make_masks(snapshot, query)
    found = match(snapshot, tree)
    passes = {field: mask[found.doc_ids] for field, mask in masks.items()}
    return Selection(
        tree=tree,
        found=found,
        masks=masks,
        passes=passes,
        kept=found.at(where_all(passes.values())) if passes else found,
        understood=_explain(tree, query, meant),
        notes=(*notes, *advice(query.text)),
    )


def lexicon_of(snapshot: Snapshot, synonyms: Synonyms | None = None) -> Lexicon:
    """Give the parser what it must know of the index."""
    return Lexicon(
        snapshot.occurs,
        lambda field, value: field_values(snapshot, field, value),
        lambda word, edits: _alike(snapshot, word, edits),
        synonyms.of if synonyms else None,
    )


def _alike(snapshot: Snapshot, word: str, edits: int) -> tuple[str, ...]:
    turns: Counter[bytes] = Counter()
    for segment in snapshot.segments:
        places = fitting(FuzzyTerm("text", word, maxdist=edits, prefixlength=1), segment.arrays.words)
        counts = segment.arrays.numbers("words", "turn_count")[places]
        turns.update({segment.arrays.words[place]: count for place, count in zip(places.tolist(), counts.tolist(), strict=True)})
    return tuple(found for form, _ in turns.most_common() if snapshot.occurs(found := form.decode()))


def about_of(snapshot: Snapshot, query: Query) -> About:
    """Say what was asked of which index."""
    days = {name: (day.isoformat(),) for name, day in (("since", query.since), ("until", query.until)) if day}
    return About(query=query.text, filters={**query.filters, **days}, generation=snapshot.generation, content=snapshot.content)


def where_all(passes: Iterable[NDArray[np.bool_]]) -> NDArray[np.int64]:
    """Give the places at which every one of some arrays, bool[n], is true."""
    return np.flatnonzero(np.logical_and.reduce(list(passes)))


def _explain(tree: Tree, query: Query, meant: Mapping[str, tuple[str, ...]]) -> str:
    parts = [explain(tree)]
    parts += [f"{field} is {' or '.join(values) if values else 'nothing in the index'}" for field, values in meant.items()]
    if query.since:
        parts.append(f"on or after {query.since}")
    if query.until:
        parts.append(f"on or before {query.until}")
    return "; ".join(parts)

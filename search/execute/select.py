"""Which turns does a question mean? Its text parsed and matched, its filters applied; every kind of answer begins here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from whoosh.query import FuzzyTerm
from whoosh.query import Query as Tree

from search.budget import spending
from search.execute.found import Found
from search.execute.match import match
from search.explain import advice, explain, heard, missing_values, unheard
from search.filters import Masks, field_values, make_masks
from search.parse import Lexicon, parse
from search.patterns import fitting
from search.query import Query
from search.reader import Snapshot
from search.suggest import did_you_mean, suggest_values, suggest_words, with_suggestions
from search.synonyms import Synonyms
from search.tables import About

__all__ = ["Selection", "about_of", "doubts", "filters_in_words", "lexicon_of", "select", "where_all"]


_MOST_DOUBTED = 3  # rare words that one looks for others like
_FEW = 3  # turns, or exchanges, of which one looks whether more was meant


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
    kept = found.at(where_all(passes.values())) if passes else found
    return Selection(
        tree=tree,
        found=found,
        masks=masks,
        passes=passes,
        kept=kept,
        understood="; ".join([explain(tree), *filters_in_words(query, meant)]),
        notes=(*notes, *doubts(snapshot, query.text, tree, kept.count)),
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
    for segment in spending(snapshot.segments):
        places = fitting(FuzzyTerm("text", word, maxdist=edits, prefixlength=1), segment.arrays.words)
        counts = segment.arrays.numbers("words", "turn_count")[places]
        turns.update({segment.arrays.words[place]: count for place, count in zip(places.tolist(), counts.tolist(), strict=True)})
    return tuple(found for form, _ in spending(turns.most_common()) if snapshot.occurs(found := form.decode()))


def doubts(snapshot: Snapshot, text: str, tree: Tree, found: int) -> tuple[str, ...]:
    """Say what of a query may not be meant as it stands, and what may be meant instead.

    Args:
        snapshot: Of the index.
        text, tree: The query.
        found: How much was found. If that is little, rare words are doubted, too.
    """
    unknown = with_suggestions(
        (f"no {part.field} in the index fits {part.asked!r}", partial(suggest_values, snapshot, part.field, part.asked))
        for part in dict.fromkeys(missing_values(tree))
    )
    silent = unheard(tree, snapshot.occurs)
    unsaid = with_suggestions((f"no turn says {word!r}", partial(suggest_words, snapshot, word)) for word in silent)
    rare = [word for word in heard(tree) if 0 < snapshot.turns_that_say(word) <= _FEW][:_MOST_DOUBTED] if found <= _FEW else []
    seldom = tuple(f"few turns say {word!r}{asked}" for word in rare if (asked := did_you_mean(suggest_words(snapshot, word))))
    return (*unknown, *unsaid, *seldom, *advice(text))


def about_of(snapshot: Snapshot, query: Query) -> About:
    """Say what was asked of which index."""
    days = {name: (day.isoformat(),) for name, day in (("since", query.since), ("until", query.until)) if day}
    return About(query=query.text, filters={**query.filters, **days}, generation=snapshot.generation, content=snapshot.content)


def where_all(passes: Iterable[NDArray[np.bool_]]) -> NDArray[np.int64]:
    """Give the places at which every one of some arrays, bool[n], is true."""
    return np.flatnonzero(np.logical_and.reduce(list(passes)))


def filters_in_words(query: Query, meant: Mapping[str, tuple[str, ...]], others: Iterable[str] = ()) -> Iterator[str]:
    """Say of each filter what it lets pass.

    Args:
        query: Whose filters they are.
        meant: By field, the values that each was understood as.
        others: What else narrows the question, in words; it stands before the dates.
    """
    yield from (f"{field} is {' or '.join(values) if values else 'nothing in the index'}" for field, values in meant.items())
    yield from others
    if query.since:
        yield f"on or after {query.since}"
    if query.until:
        yield f"on or before {query.until}"

"""How is a query answered? The order of the steps from a query to a page, and nothing else that could be elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.query import Query as Tree

from indexer.errors import InvalidValue
from search.execute.match import match
from search.facets import FacetCounts
from search.filters import field_values, make_masks
from search.parse import Lexicon, explain, parse
from search.query import Query
from search.reader import Snapshot
from search.results import Hit, Page
from search.snippets import cues_of, make_snippet

__all__ = ["answer"]


def answer(snapshot: Snapshot, query: Query) -> Page:
    """Answer a query from one snapshot of the index.

    Raises:
        QuerySyntaxError, UnknownField, InvalidValue: as `parse`, `field_values`; or the offset lies past the last hit.
    """
    tree = parse(query.text, Lexicon(snapshot.occurs, lambda field, value: field_values(snapshot, field, value)))
    masks, understood, notes = make_masks(snapshot, query)
    doc_ids, scores = match(snapshot, tree)
    passes = {field: mask[doc_ids] for field, mask in masks.items()}
    kept = _all(list(passes.values()), len(doc_ids))
    counts = FacetCounts(snapshot, doc_ids[kept])
    most = None if query.group_by else query.offset + query.limit
    ranked = _rank(snapshot, doc_ids[kept], scores[kept], query.sort, most)
    hits, matching_turns = _group(snapshot, ranked) if query.group_by else (ranked, None)
    found = len(hits) if query.group_by else counts.turns()
    if found and query.offset >= found:
        raise InvalidValue(
            f"offset: {query.offset} lies past the last of {found} {'calls' if query.group_by else 'turns'}", hint="choose a smaller one"
        )
    cues = cues_of(tree)
    shown = hits[query.offset : query.offset + query.limit]
    shown_scores = scores[np.searchsorted(doc_ids, shown)]
    return Page(
        query=query.text,
        understood=_explain(tree, query, understood),
        turns=counts.turns(),
        calls=counts.calls(),
        hits=tuple(
            _hit(snapshot, doc_id, score, cues, matching_turns[doc_id] if matching_turns else None)
            for doc_id, score in zip(shown.tolist(), shown_scores.tolist(), strict=True)
        ),
        facets={field: _sideways(snapshot, doc_ids, passes, field, counts).of(field) for field in query.facets},
        notes=notes,
    )


def _sideways(
    snapshot: Snapshot, doc_ids: NDArray[np.uint32], passes: dict[str, NDArray[np.bool_]], field: str, counts: FacetCounts
) -> FacetCounts:
    """Count for a facet as if there were no filter on its own field."""
    if field not in passes:
        return counts
    return FacetCounts(snapshot, doc_ids[_all([mask for name, mask in passes.items() if name != field], len(doc_ids))])


def _all(masks: Sequence[NDArray[np.bool_]], count: int) -> NDArray[np.bool_]:
    return np.logical_and.reduce(masks) if masks else np.ones(count, dtype=np.bool_)


def _rank(snapshot: Snapshot, doc_ids: NDArray[np.uint32], scores: NDArray[np.float64], sort: str, most: int | None) -> NDArray[np.uint32]:
    """Order turns, best or newest first, ties in call order; if no more than `most` are wanted, only so many need be in order."""
    if sort == "date":
        # Codes are in alphabetical order, which for ISO dates is that of time; undated calls, code 0, come last.
        worth: NDArray[Any] = snapshot.codes("date").codes[doc_ids].astype(np.float64)
    else:
        worth = scores
    if most is not None and 0 < most < len(worth):
        # All that are as good as the last one wanted: ties are told apart below.
        good = worth >= -np.partition(-worth, most - 1)[most - 1]
        doc_ids, worth = doc_ids[good], worth[good]
    ordered: NDArray[np.uint32] = doc_ids[np.lexsort((snapshot.call_order[doc_ids], -worth))]
    return ordered


def _group(snapshot: Snapshot, ranked: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], dict[int, int]]:
    """Keep the first turn of each call; give with it how many turns of its call matched."""
    _, first, counts = np.unique(snapshot.codes("call").codes[ranked], return_index=True, return_counts=True)
    order = np.argsort(first)
    leaders = ranked[first[order]]
    return leaders, dict(zip(leaders.tolist(), counts[order].tolist(), strict=True))


def _hit(snapshot: Snapshot, doc_id: int, score: float, cues: Any, matching_turns: int | None) -> Hit:
    value = partial(snapshot.value, doc_id=doc_id)
    return Hit(
        call=value("call") or "",
        company=value("company") or "",
        ticker=value("ticker"),
        period=value("period"),
        date=value("date"),
        section=value("section") or "",
        kind=value("kind") or "",
        exchange=int(snapshot.numbers("exchange")[doc_id]) or None,
        turn=int(snapshot.numbers("turn")[doc_id]),
        speaker=value("speaker") or "",
        role=value("role") or "",
        title=value("title"),
        firm=value("firm"),
        score=score,
        snippet=make_snippet(snapshot.text(doc_id), cues),
        matching_turns=matching_turns,
    )


def _explain(tree: Tree, query: Query, understood: dict[str, tuple[str, ...]]) -> str:
    parts = [explain(tree)]
    parts += [f"{field} is {' or '.join(values) if values else 'nothing in the index'}" for field, values in understood.items()]
    if query.since:
        parts.append(f"on or after {query.since}")
    if query.until:
        parts.append(f"on or before {query.until}")
    return "; ".join(parts)

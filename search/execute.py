"""How is a query answered? The order of the steps from a query to a page, and nothing else that could be elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.query import Query as Tree
from whoosh.scoring import BM25F, WeightScorer
from whoosh.searching import SearchContext, Searcher

from indexer.errors import InvalidValue
from search.facets import count_calls, count_facet
from search.filters import field_values, make_masks
from search.parse import Forms, Lexicon, explain, parse
from search.query import Query
from search.reader import Snapshot
from search.results import Hit, Page
from search.snippets import cues_of, make_snippet

__all__ = ["TurnWeighting", "answer", "match"]


class TurnWeighting(BM25F):  # type: ignore[misc]  # Whoosh has no types
    """BM25F over the words said.

    That a turn has the asked speaker or company says nothing about how well it fits. And the inflections of a word are
    as rare as the commonest of them: a turn that says "revenue's" is not a better answer to `revenue` for that.
    """

    def __init__(self, tree: Tree) -> None:
        super().__init__()
        self._commonest_of: dict[bytes, tuple[str, ...]] = {}
        for group in _inflection_groups(tree):
            self._commonest_of.update((word.encode(), group) for word in group)

    def scorer(self, searcher: Searcher, fieldname: str, text: bytes, qf: int = 1) -> Any:
        if fieldname != "text":
            return _Trifle()
        scorer = super().scorer(searcher, fieldname, text, qf)
        group = self._commonest_of.get(text)
        if group:
            scorer.idf = min(searcher.get_parent().idf(fieldname, word.encode()) for word in group)
        return scorer


def _inflection_groups(tree: Tree) -> Iterator[tuple[str, ...]]:
    if isinstance(tree, Forms):
        yield tuple(part.text for part in tree.subqueries if part.fieldname == "text")
    else:
        for part in tree.children():
            yield from _inflection_groups(part)


# Whoosh takes a score of zero in an Or of three parts or more for "does not match", so a field's value scores a trifle, which
# rounding takes away again before turns are ranked and shown.
_TRIFLE = 1e-9
_SCORE_DIGITS = 6


class _Trifle(WeightScorer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(_TRIFLE)

    def supports_block_quality(self) -> bool:
        return False

    def score(self, matcher: Any) -> float:  # noqa: ARG002 - Whoosh's signature
        return _TRIFLE


def match(snapshot: Snapshot, tree: Tree) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """Find the turns that a query tree matches.

    Returns:
        doc_ids uint32[n], ascending, and their scores float64[n].
    """
    searcher = Searcher(snapshot.reader, weighting=TurnWeighting(tree))
    context = SearchContext(weighting=searcher.weighting)
    doc_ids: list[int] = []
    scores: list[float] = []
    for leaf, offset in searcher.leaf_searchers():
        matcher = tree.matcher(leaf, context)
        while matcher.is_active():
            doc_ids.append(matcher.id() + offset)
            scores.append(matcher.score())
            matcher.next()
    return np.array(doc_ids, dtype=np.uint32), np.array([round(score, _SCORE_DIGITS) for score in scores], dtype=np.float64)


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
    ranked = _rank(snapshot, doc_ids[kept], scores[kept], query.sort)
    hits, matching_turns = _group(snapshot, ranked) if query.group_by else (ranked, None)
    if len(hits) and query.offset >= len(hits):
        raise InvalidValue(
            f"offset: {query.offset} lies past the last of {len(hits)} {'calls' if query.group_by else 'turns'}",
            hint="choose a smaller one",
        )
    score_of = dict(zip(doc_ids[kept].tolist(), scores[kept].tolist(), strict=True))
    cues = cues_of(tree)
    shown = hits[query.offset : query.offset + query.limit].tolist()
    return Page(
        query=query.text,
        understood=_explain(tree, query, understood),
        turns=int(kept.sum()),
        calls=count_calls(snapshot, doc_ids[kept]),
        hits=tuple(_hit(snapshot, doc_id, score_of[doc_id], cues, matching_turns[doc_id] if matching_turns else None) for doc_id in shown),
        facets={
            field: count_facet(snapshot, doc_ids[_all([mask for name, mask in passes.items() if name != field], len(doc_ids))], field)
            for field in query.facets
        },
        notes=notes,
    )


def _all(masks: Sequence[NDArray[np.bool_]], count: int) -> NDArray[np.bool_]:
    return np.logical_and.reduce(masks) if masks else np.ones(count, dtype=np.bool_)


def _rank(snapshot: Snapshot, doc_ids: NDArray[np.uint32], scores: NDArray[np.float64], sort: str) -> NDArray[np.uint32]:
    """Order turns: best or newest first, ties in call order."""
    if sort == "date":
        # Codes are in alphabetical order, which for ISO dates is that of time; undated calls, code 0, come last.
        worth: NDArray[Any] = snapshot.codes("date").codes[doc_ids].astype(np.float64)
    else:
        worth = scores
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
        snippet=make_snippet(snapshot.stored(doc_id)["text"], cues),
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

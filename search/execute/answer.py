"""How is a query answered? The order of the steps from a query to a page, and nothing else that could be elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import InvalidValue
from search.budget import spend
from search.execute.found import DocIds, Found, Scores
from search.execute.select import about_of, select, where_all
from search.execute.weighting import SCORE_DIGITS
from search.facets import FacetCounts
from search.query import Query
from search.reader import Snapshot
from search.results import Hit, Page, Question
from search.sides import exchanges_of
from search.snippets import cues_of, make_snippet
from search.tree import Side
from search.zero import with_zeros, without_hits

__all__ = ["answer", "make_hits"]

_Places = NDArray[np.int64]  # among the turns that were found

# Of a hit: what every turn has, and what some have not.
_ALWAYS = ("call", "company", "section", "kind", "speaker", "role")
_PERHAPS = ("ticker", "period", "date", "title", "firm")


def answer(snapshot: Snapshot, query: Query) -> Page:
    """Answer a query from one snapshot of the index.

    Raises:
        QuerySyntaxError, UnknownField, InvalidValue: as `parse`, `field_values`; or the offset lies past the last hit.
    """
    selected = select(snapshot, query)
    found, passes, kept = selected.found, selected.passes, selected.kept
    counts = FacetCounts(snapshot, kept.doc_ids)
    scores = kept.scores if query.sort == "relevance" else None
    places = _rank(snapshot, kept.doc_ids, scores, None if query.group_by else query.offset + query.limit)
    matching_turns = None
    if query.group_by:
        places, matching_turns = _group(snapshot, kept.doc_ids, places)
    total = len(places) if query.group_by else counts.turns()
    if total and query.offset >= total:
        raise InvalidValue(
            f"offset: {query.offset} lies past the last of {total} {'calls' if query.group_by else 'turns'}", hint="choose a smaller one"
        )
    shown = places[query.offset : query.offset + query.limit]
    shown_scores = np.round(_scores_at(kept, shown) if scores is None else scores[shown], SCORE_DIGITS)
    hits = make_hits(snapshot, kept.doc_ids[shown], shown_scores, cues_of(selected.tree), matching_turns)
    if query.context:
        hits = _with_questions(snapshot, kept.doc_ids[shown], hits, cues_of(selected.tree))
    facets = {field: _sideways(snapshot, found, passes, field, counts).of(field) for field in query.facets}
    return Page(
        query=query.text,
        understood=selected.understood,
        turns=counts.turns(),
        calls=counts.calls(),
        hits=tuple(hits),
        facets=with_zeros(snapshot, selected.masks, facets) if query.zero else facets,
        notes=selected.notes,
        about=about_of(snapshot, query),
        without=without_hits(snapshot, selected.masks, kept.doc_ids) if query.zero else None,
    )


def _sideways(snapshot: Snapshot, found: Found, passes: Mapping[str, NDArray[np.bool_]], field: str, counts: FacetCounts) -> FacetCounts:
    """Count for a facet as if there were no filter on its own field."""
    if field not in passes:
        return counts
    others = [mask for name, mask in passes.items() if name != field]
    return FacetCounts(snapshot, found.doc_ids[where_all(others)] if others else found.doc_ids)


def _rank(snapshot: Snapshot, doc_ids: DocIds, scores: Scores | None, most: int | None) -> _Places:
    """Order turns by score, or newest first if there is none, ties in call order.

    Returns:
        Their places in `doc_ids`: all of them, or the first `most`.
    """
    # Codes are in alphabetical order, which for ISO dates is that of time; undated calls, code 0, come last.
    worth: NDArray[Any] = snapshot.codes("date").codes[doc_ids].astype(np.float64) if scores is None else scores
    places = np.arange(len(worth) if most != 0 else 0)
    if most is not None and 0 < most < len(worth):
        # Scores count as they are shown. All that may be as good as the last one wanted:
        places = np.flatnonzero(worth >= np.partition(worth, -most)[-most] - 10.0**-SCORE_DIGITS)
    rounded, order = np.round(worth[places], SCORE_DIGITS), snapshot.call_order(doc_ids[places])
    if most is not None and 0 < most < len(places):
        places, rounded, order = _best(most, places, rounded, order)
    ordered: _Places = places[np.lexsort((order, -rounded))]
    return ordered


def _best(most: int, places: _Places, worth: Scores, order: NDArray[np.int64]) -> tuple[_Places, Scores, NDArray[np.int64]]:
    """Keep so many of the best; where several are as good as the last of them, the first in order."""
    least = np.partition(worth, -most)[-most]
    better, alike = np.flatnonzero(worth > least), np.flatnonzero(worth == least)
    first = alike[np.argpartition(order[alike], most - len(better) - 1)[: most - len(better)]]
    kept = np.append(better, first)
    return places[kept], worth[kept], order[kept]


def _group(snapshot: Snapshot, doc_ids: DocIds, places: _Places) -> tuple[_Places, dict[int, int]]:
    """Keep the first turn of each call; give with it how many turns of its call matched."""
    _, first, counts = np.unique(snapshot.codes("call").codes[doc_ids[places]], return_index=True, return_counts=True)
    order = np.argsort(first)
    leaders = places[first[order]]
    return leaders, dict(zip(doc_ids[leaders].tolist(), counts[order].tolist(), strict=True))


def _scores_at(found: Found, places: _Places) -> Scores:
    """Score turns in any order."""
    order = np.argsort(places)
    scores = np.empty(len(places))
    scores[order] = found.score(places[order])
    return scores


def make_hits(snapshot: Snapshot, doc_ids: DocIds, scores: Scores, cues: Any, matching_turns: dict[int, int] | None) -> Iterator[Hit]:
    """Give the turns that are shown, in order, with all that is known of each."""
    values = zip(*(snapshot.values(field, doc_ids) for field in (*_ALWAYS, *_PERHAPS)), strict=True)
    numbers = zip(*(snapshot.numbers(name)[doc_ids].tolist() for name in ("turn", "exchange")), strict=True)
    for doc_id, score, value, (turn, exchange) in zip(doc_ids.tolist(), scores.tolist(), values, numbers, strict=True):
        spend()
        call, company, section, kind, speaker, role, *perhaps = value
        ticker, period, date, title, firm = (each or None for each in perhaps)
        yield Hit(
            call=call,
            company=company,
            ticker=ticker,
            period=period,
            date=date,
            section=section,
            kind=kind,
            exchange=exchange or None,
            turn=turn,
            speaker=speaker,
            role=role,
            title=title,
            firm=firm,
            score=score,
            snippet=make_snippet(snapshot.text(doc_id), cues),
            matching_turns=matching_turns[doc_id] if matching_turns else None,
        )


def _with_questions(snapshot: Snapshot, doc_ids: DocIds, hits: Iterable[Hit], cues: Any) -> Iterator[Hit]:
    """Give hits, those that answer with the question that was asked last before them."""
    exchanges = exchanges_of(snapshot)
    asks = exchanges.is_on[Side.QUESTION]
    for doc_id, hit in zip(doc_ids.tolist(), hits, strict=True):
        spend()
        exchange = exchanges.of_turn[doc_id]
        if exchange < 0 or not exchanges.is_on[Side.ANSWER][doc_id]:
            yield hit
            continue
        # Turns of a call stand in the order said, and an exchange is a part of one call.
        before = np.arange(exchanges.a_turn[exchange], doc_id)
        asked = before[asks[before] & (exchanges.of_turn[before] == exchange)]
        yield replace(hit, question=_question(snapshot, int(asked[-1]), cues)) if len(asked) else hit


def _question(snapshot: Snapshot, doc_id: int, cues: Any) -> Question:
    return Question(
        turn=int(snapshot.numbers("turn")[doc_id]),
        speaker=snapshot.value("speaker", doc_id) or "",
        firm=snapshot.value("firm", doc_id),
        snippet=make_snippet(snapshot.text(doc_id), cues),
    )

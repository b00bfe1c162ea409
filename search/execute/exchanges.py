"""Which exchanges does a query tree match, and how well? Each leaf is matched on turns; AND, OR and NOT then join exchanges."""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q

from search.budget import spend
from search.execute.match import match
from search.reader import Snapshot
from search.sides import Exchanges
from search.tree import Scope, Side

__all__ = ["Matching", "match_exchanges"]


class Matching(NamedTuple):
    """The exchanges that match.

    Attributes:
        there: bool[exchanges].
        scores: float64[exchanges]; 0 where nothing matches.
    """

    there: NDArray[np.bool_]
    scores: NDArray[np.float64]


def match_exchanges(snapshot: Snapshot, table: Exchanges, tree: q.Query, side: Side | None = None) -> Matching:
    """Match a tree with scopes.

    A leaf holds for an exchange if any of its turns on a side has it, and scores what the best of these turns scores; scores of
    what is joined add up.

    Args:
        snapshot: Of the index.
        table: Its exchanges.
        tree: The query.
        side: Where what stands outside of scopes is looked for; None for both sides.
    """
    spend()
    if isinstance(tree, Scope):
        return match_exchanges(snapshot, table, tree.child, tree.side)
    # Not isinstance: forms of a word, values of a field and words near each other are joints of what one turn must have.
    if type(tree) is q.And:
        wanted = [match_exchanges(snapshot, table, part, side) for part in tree.subqueries if not isinstance(part, q.Not)]
        unwanted = [match_exchanges(snapshot, table, part.query, side) for part in tree.subqueries if isinstance(part, q.Not)]
        there = reduce(np.logical_and, [*(part.there for part in wanted), *(~part.there for part in unwanted)])
        return Matching(there, np.where(there, _sum(wanted), 0.0))
    if type(tree) is q.Or:
        parts = [match_exchanges(snapshot, table, part, side) for part in tree.subqueries]
        return Matching(reduce(np.logical_or, [part.there for part in parts]), _sum(parts))
    return _leaf(snapshot, table, tree, side)


def _sum(parts: list[Matching]) -> NDArray[np.float64]:
    scores: NDArray[np.float64] = reduce(np.add, [part.scores for part in parts])
    return scores


def _leaf(snapshot: Snapshot, table: Exchanges, tree: q.Query, side: Side | None) -> Matching:
    found = match(snapshot, tree)
    is_on = table.is_on[side] if side else table.is_on[Side.QUESTION] | table.is_on[Side.ANSWER]
    kept = np.flatnonzero(is_on[found.doc_ids])
    turns = found.doc_ids[kept]
    scores = np.zeros(table.count)
    if len(kept):
        np.maximum.at(scores, table.of_turn[turns], found.score(kept))
    return Matching(table.having(turns), scores)

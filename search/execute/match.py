"""Which turns does a query tree match, and how well? The tree becomes operations on the arrays of each segment.

What is not known here, Whoosh's own matchers answer from the same segment; so they do where releases of Whoosh disagree.
`DisjunctionMax` is left to them on purpose: there Whoosh takes the best score of several turns for that of each.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, reduce
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import query as q
from whoosh.searching import SearchContext, Searcher

from indexer.codec import SegmentArrays
from indexer.schema import VALUE_FIELDS
from search.budget import spend, spending
from search.execute.found import NOTHING, DocIds, Found, Marked, Places, Scores, distinct, end_to_end, intersect, sum_up, unite
from search.execute.phrases import phrase_begins, turns_at
from search.execute.places import places_of
from search.execute.rarity import Rarity
from search.execute.weighting import TRIFLE, TurnWeighting
from search.patterns import fitting, in_shares, to_bytes
from search.reader import Segment, Snapshot
from search.tree import Forms, Near, NoValue, Synonymous

__all__ = ["match"]

# Whoosh heeds `constantscore` where it adds up the scores of words in an array: of three words or more in a segment of up to so
# many turns, and of this many words in any.
_MOST_TURNS_ADDED_UP = 5_000
_MANY_WORDS: int = q.Or.TOO_MANY_CLAUSES


def match(snapshot: Snapshot, tree: q.Query) -> Found:
    """Find the turns that a query tree matches, over all segments."""
    search = _Search(snapshot, tree)
    parts = []
    for number, segment in enumerate(snapshot.segments):
        execution = _Execution(search, segment, number)
        found = execution.of(tree) if _weighs_more_than_nothing(tree) else execution._by_whoosh(tree)
        if segment.live is not None:
            found = found.at(np.flatnonzero(segment.live[found.doc_ids]))
        parts.append(found)
    return end_to_end(parts, [segment.first for segment in snapshot.segments])


def _weighs_more_than_nothing(tree: q.Query) -> bool:
    """Whether all scores are above 0; Whoosh has a turn that scores less in some kinds of Or, and in others not."""
    own = getattr(tree, "boost", 1.0) > 0 and getattr(tree, "score", 1.0) > 0
    return own and all(map(_weighs_more_than_nothing, tree.children()))


class _Search:
    """What the executions of a tree on each segment share."""

    def __init__(self, snapshot: Snapshot, tree: q.Query) -> None:
        self._snapshot = snapshot
        self._weighting = TurnWeighting(tree)
        self.rarity = Rarity(snapshot, self._weighting)

    def matcher(self, tree: q.Query, segment: int) -> Any:
        """Give Whoosh's matcher of a tree in one of the segments."""
        leaf, _ = self._searcher.leaf_searchers()[segment]
        return tree.matcher(leaf, SearchContext(weighting=self._weighting))

    @cached_property
    def _searcher(self) -> Searcher:
        """Whoosh's searcher; it must be kept, for those of its segments ask it how rare words are and do not hold it."""
        return Searcher(self._snapshot.reader, weighting=self._weighting)


class _Execution:
    """The execution of a tree on one segment."""

    def __init__(self, search: _Search, segment: Segment, number: int) -> None:
        self._search = search
        self._rarity = search.rarity
        self._segment = segment
        self._arrays: SegmentArrays = segment.arrays
        self._number = number

    def of(self, tree: q.Query) -> Found:
        spend()
        return _OPERATIONS.get(type(tree), _Execution._by_whoosh)(self, tree)

    def _by_whoosh(self, tree: q.Query) -> Found:
        matcher = self._search.matcher(tree, self._number)
        doc_ids, scores = [], []
        while matcher.is_active():
            spend()
            doc_ids.append(matcher.id())
            scores.append(matcher.score())
            matcher.next()
        return Found.scored(np.array(doc_ids, dtype=np.uint32), np.array(scores, dtype=np.float64))

    # leaves

    def term(self, tree: q.Term) -> Found:
        text = to_bytes(tree.text)
        if tree.fieldname != "text":
            return Found.alike(self._segment.terms.doc_ids(tree.fieldname, text), TRIFLE * tree.boost)
        number = self._arrays.find(text)
        return NOTHING if number is None else self._word(number, text.decode()).boosted(tree.boost)

    def _word(self, number: int, word: str) -> Found:
        arrays, idf = self._arrays, self._rarity.idf(word)

        def score(doc_ids: DocIds, places: Places) -> Scores:
            return self._rarity.score(self._segment, idf, doc_ids, arrays.frequencies(number, places))

        marks = arrays.marked_turns(number)
        if marks is not None:
            return Marked(marks, int(arrays.numbers("words", "turn_count")[number]), lambda: arrays.doc_ids(number), score)
        doc_ids = arrays.doc_ids(number)
        return Found(doc_ids, lambda places: score(doc_ids[places], places))

    def phrase(self, tree: q.Phrase) -> Found:
        if tree.fieldname != "text":
            return self._by_whoosh(tree)
        words = [to_bytes(word) for word in tree.words]
        known = [number for word in words if (number := self._arrays.find(word)) is not None]
        if not words or len(known) < len(words):
            return NOTHING
        said = Found.alike(turns_at(self._arrays, phrase_begins(self._arrays, known, tree.slop)), 0.0)
        if not said.count:
            return NOTHING
        for number, word in zip(known, words, strict=True):
            said = said.raised_by(self._word(number, word.decode()))
        return said.boosted(tree.boost)

    def every(self, tree: q.Every) -> Found:
        if tree.fieldname is None:
            return Found.alike(np.arange(self._arrays.turn_count, dtype=np.uint32), tree.boost)
        if tree.fieldname == "text":
            return self._marked(self._arrays.lengths, tree.boost)
        return self._marked(self._arrays.codes(tree.fieldname)[0], tree.boost) if tree.fieldname in VALUE_FIELDS else self._by_whoosh(tree)

    def _marked(self, numbers: NDArray[np.uint32], score: float) -> Found:
        """Give the turns whose number is not 0."""
        return Found.alike(np.flatnonzero(numbers).astype(np.uint32), score)

    # patterns: any of some words, or of some values

    def prefix(self, tree: q.Prefix) -> Found:
        return self.pattern(tree) if tree.text else self.every(q.Every(tree.fieldname, boost=tree.boost))

    def wildcard(self, tree: q.Wildcard) -> Found:
        return self.pattern(tree) if tree.text != "*" else self.every(q.Every(tree.fieldname, boost=tree.boost))

    def pattern(self, tree: Any) -> Found:
        if tree.fieldname not in ("text", *VALUE_FIELDS):
            return self._by_whoosh(tree)
        is_text = tree.fieldname == "text"
        meant: Any = self._rarity.places(tree)[self._number] if is_text else self._values(tree)
        if not len(meant):
            return NOTHING
        if len(meant) == 1 and tree.boost != 1.0:  # which Whoosh 2.7.5 forgets, and 3.54 heeds
            return self._by_whoosh(tree)
        is_constant = tree.constantscore and self._heeds_constant_scores(len(meant))
        return self._any_word(tree, meant, is_constant) if is_text else self._any_value(tree, meant, is_constant)

    def _heeds_constant_scores(self, count: int) -> bool:
        return count > 2 and (self._arrays.turn_count <= _MOST_TURNS_ADDED_UP or count >= _MANY_WORDS)

    def _any_word(self, tree: Any, places: NDArray[np.int64], is_constant: bool) -> Found:
        if is_constant:
            return Found.alike(distinct(self._arrays.postings_of(places)[0], self._arrays.turn_count), 1.0)
        idfs = self._rarity.idfs(tree)[self._number]
        shares = in_shares(self._arrays.numbers("words", "turn_count")[places])
        found = (self._some_words(places[share], idfs[share]) for share in spending(shares))
        return reduce(lambda one, other: unite([one, other], self._arrays.turn_count), found).boosted(tree.boost)

    def _some_words(self, places: NDArray[np.int64], idfs: Scores) -> Found:
        doc_ids, frequencies, counts = self._arrays.postings_of(places)
        scores = self._rarity.score(self._segment, np.repeat(idfs, counts), doc_ids, frequencies)
        return sum_up(doc_ids, scores, self._arrays.turn_count)

    def _any_value(self, tree: Any, values: list[bytes], is_constant: bool) -> Found:
        doc_ids = np.sort(np.concatenate([self._segment.terms.doc_ids(tree.fieldname, value) for value in values]))
        return Found.alike(doc_ids, 1.0 if is_constant else TRIFLE * tree.boost)

    def _values(self, tree: Any) -> list[bytes]:
        field = tree.fieldname
        values = [value for _, value in takewhile(lambda term: term[0] == field, self._segment.terms.terms_from(field, b""))]
        return [values[place] for place in fitting(tree, values).tolist()]

    # operators

    def nothing(self, _: q.Query) -> Found:
        return NOTHING

    def any(self, tree: q.Or) -> Found:
        if tree.scale:
            return self._by_whoosh(tree)
        return unite([self.of(part) for part in tree.subqueries], self._arrays.turn_count).boosted(_boost_of(tree))

    def all(self, tree: q.And) -> Found:
        if not tree.subqueries:
            return NOTHING
        unwanted = [part for part in tree.subqueries if isinstance(part, q.Not)]
        wanted = [part for part in tree.subqueries if not isinstance(part, q.Not)] or [unwanted.pop()]
        found = intersect([self.of(part) for part in wanted])
        for part in unwanted:
            found = found.without(self.of(part.query))
        # Whoosh takes a Not for something that is found, too, and gives it a score of 1.
        return found.raised(float(len(unwanted))).boosted(_boost_of(tree))

    def near(self, tree: Near) -> Found:
        turns = turns_at(self._arrays, places_of(self._arrays, tree))
        return intersect([Found.alike(turns, 0.0), *map(self.of, tree.subqueries)]) if len(turns) else NOTHING

    def but_not(self, tree: q.Not) -> Found:
        every = Found.alike(np.arange(self._arrays.turn_count, dtype=np.uint32), 1.0)
        return every.without(self.of(tree.query))

    def and_not(self, tree: q.AndNot) -> Found:
        return self.of(tree.a).without(self.of(tree.b))

    def and_maybe(self, tree: q.AndMaybe) -> Found:
        return self.of(tree.a).raised_by(self.of(tree.b))

    def require(self, tree: q.Require) -> Found:
        return self.of(tree.a).within(self.of(tree.b))

    def constant(self, tree: q.ConstantScoreQuery) -> Found:
        return Found.alike(self.of(tree.child).doc_ids, tree.score)


def _boost_of(tree: q.And | q.Or) -> float:
    """The boost of a joint, which Whoosh heeds only where several parts are joined."""
    boost: float = tree.boost if len(tree.subqueries) > 1 else 1.0
    return boost


_OPERATIONS: dict[type, Callable[[_Execution, Any], Found]] = {
    q.Term: _Execution.term,
    q.Phrase: _Execution.phrase,
    q.Every: _Execution.every,
    q.Prefix: _Execution.prefix,
    q.Wildcard: _Execution.wildcard,
    q.FuzzyTerm: _Execution.pattern,
    q.TermRange: _Execution.pattern,
    type(q.NullQuery): _Execution.nothing,
    q.Or: _Execution.any,
    Forms: _Execution.any,
    Synonymous: _Execution.any,
    NoValue: _Execution.nothing,
    Near: _Execution.near,
    q.And: _Execution.all,
    q.Not: _Execution.but_not,
    q.AndNot: _Execution.and_not,
    q.AndMaybe: _Execution.and_maybe,
    q.Require: _Execution.require,
    q.ConstantScoreQuery: _Execution.constant,
}

"""How well does a turn fit a word? Whoosh's BM25F, over the words said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.query import Query as Tree
from whoosh.scoring import BM25F, WeightScorer

from search.tree import Forms

__all__ = ["SCORE_DIGITS", "TRIFLE", "TurnWeighting"]


# Whoosh takes a score of zero in an Or of three parts or more for "does not match", so a field's value scores a trifle, which
# rounding takes away again before turns are ranked and shown.
TRIFLE = 1e-9
SCORE_DIGITS = 6


class TurnWeighting(BM25F):  # type: ignore[misc]  # Whoosh has no types
    """BM25F over the words said.

    That a turn has the asked speaker or company says nothing about how well it fits. And the inflections of a word are
    as rare as the commonest of them: a turn that says "revenue's" is not a better answer to `revenue` for that.
    """

    def __init__(self, tree: Tree) -> None:
        super().__init__()
        self._group_of: dict[str, tuple[str, ...]] = {}
        for group in _inflection_groups(tree):
            self._group_of.update(dict.fromkeys(group, group))

    def scorer(self, searcher: Any, fieldname: str, text: bytes, qf: int = 1) -> Any:
        if fieldname != "text":
            return _Trifle()
        scorer = super().scorer(searcher, fieldname, text, qf)
        scorer.idf = min(searcher.get_parent().idf(fieldname, word.encode()) for word in self.forms_of(text.decode()))
        return scorer

    def is_grouped(self, word: str) -> bool:
        """Whether other forms were asked for with a word."""
        return word in self._group_of

    def forms_of(self, word: str) -> tuple[str, ...]:
        """Give the forms of a word that were asked for with it; the word alone if none were."""
        return self._group_of.get(word, (word,))


def _inflection_groups(tree: Tree) -> Iterator[tuple[str, ...]]:
    if isinstance(tree, Forms):
        yield tuple(part.text for part in tree.subqueries if part.fieldname == "text")
    else:
        for part in tree.children():
            yield from _inflection_groups(part)


class _Trifle(WeightScorer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(TRIFLE)

    def supports_block_quality(self) -> bool:
        return False

    def score(self, matcher: Any) -> float:  # noqa: ARG002 - Whoosh's signature
        return TRIFLE

"""What can a query tree hold beside Whoosh's own kinds? Alternatives that are one thing sought, words near each other, sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from whoosh import query as q

__all__ = ["SIDE_FACETS", "Forms", "Near", "NoValue", "Scope", "Side", "Synonymous"]


class Forms(q.Or):  # type: ignore[misc]  # Whoosh has no types
    """The forms of one word, or the values of one field: alternatives that count as one thing sought."""


class Synonymous(q.Or):  # type: ignore[misc]
    """A word or phrase as it was asked for, then what means the same: alternatives that count as one thing sought."""


class NoValue(q.Or):  # type: ignore[misc]
    """A value of a field that nothing in the index fits.

    Attributes:
        field, asked: As they were asked for.
    """

    def __init__(self, field: str, asked: str) -> None:
        super().__init__([])
        self.field = field
        self.asked = asked

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoValue) and (self.field, self.asked) == (other.field, other.asked)

    def __hash__(self) -> int:
        return hash((self.field, self.asked))


class Near(q.And):  # type: ignore[misc]
    """Words and phrases that stand near each other, in any order.

    Attributes:
        distance: How many words apart the first words of any two of them stand at most.
    """

    def __init__(self, parts: Sequence[q.Query], distance: int) -> None:
        super().__init__(list(parts))
        self.distance = distance

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and self.distance == getattr(other, "distance", None)

    def __hash__(self) -> int:
        return hash((super().__hash__(), self.distance))

    def matcher(self, *_: Any, **__: Any) -> Any:
        """Refuse: as an And, which Whoosh would take it for, it would match too much."""
        raise NotImplementedError("Near is answered from arrays; see search.execute")


class Side(StrEnum):
    """One side of an exchange."""

    QUESTION = "question"
    ANSWER = "answer"


# Facet -> the side of the turn's exchange whose people, firms or roles it counts, and the field that names them.
SIDE_FACETS: Mapping[str, tuple[Side, str]] = MappingProxyType(
    {
        "asked_by": (Side.QUESTION, "speaker"),
        "asked_firm": (Side.QUESTION, "firm"),
        "answered_by": (Side.ANSWER, "speaker"),
        "answered_role": (Side.ANSWER, "role"),
    }
)


class Scope(q.Query):  # type: ignore[misc]
    """What is sought on one side of an exchange.

    Attributes:
        side: Where.
        child: What.
    """

    def __init__(self, side: Side, child: q.Query) -> None:
        self.side = side
        self.child = child

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scope) and (self.side, self.child) == (other.side, other.child)

    def __hash__(self) -> int:
        return hash((self.side, self.child))

    def children(self) -> Iterator[q.Query]:
        yield self.child

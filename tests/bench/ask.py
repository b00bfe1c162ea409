"""What is asked of every engine? A question in no engine's language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Ask", "Shape"]


class Shape(StrEnum):
    """How the words of a question belong together."""

    ALL = "all"  # every one of them; a single word, too
    ANY = "any"  # at least one of them
    NOT = "not"  # the first without the second
    PHRASE = "phrase"  # one right after the other
    PREFIX = "prefix"  # a word that begins with the one given


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question: ten turns with snippets, and the facets of all that match.

    Attributes:
        kind: Its name in the tables, as in `word, rare`.
        words: Lower-case letters only.
        filters: Pairs of a field and the whole value that a turn must have.
    """

    kind: str
    shape: Shape
    words: tuple[str, ...]
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def group(self) -> str:
        """Name the class of questions that this one is of: its kind, and whether it has filters."""
        return f"{self.kind}, filtered" if self.filters else self.kind

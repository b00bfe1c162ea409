"""What is an answer as tables, and what was asked? The one form that CSV, Parquet, Arrow, pandas and notebooks are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["About", "Cell", "Table"]

Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What was asked of which index; every export carries it.

    Attributes:
        query: The query text as given; for a question without one, what it was about, as a call's id.
        filters: By field, the values asked for; `since` and `until` as ISO dates among them.
        generation: Of the index.
        content: Hash of what the index holds: the same for the same calls, in whatever order and generation they came.
    """

    query: str
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    generation: int = 0
    content: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give what JSON has of it beside the query."""
        filters = {name: list(values) for name, values in self.filters.items()}
        return {"filters": filters, "index": {"generation": self.generation, "content": self.content}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of an answer.

    Attributes:
        name: What a row is, in the plural: `hits`, `facets`, `trends`.
        columns: Their names.
        rows: Each with a cell a column; a column has cells of one type, and None.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

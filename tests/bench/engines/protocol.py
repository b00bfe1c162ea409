"""What must an engine be able to do? Build an index of calls, open it, and answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from indexer.model import Transcript
from tests.bench.ask import Ask, Shape

__all__ = ["FACETS", "SNIPPET_CHARS", "TOP", "Answer", "Engine", "Found", "Searcher", "query_text"]

FACETS = ("speaker", "role", "section", "company")
TOP = 10  # turns shown, and values of each facet
SNIPPET_CHARS = 240


@dataclass(frozen=True, slots=True)
class Found:
    """A turn that is shown: its id as `Row` has it, and the part of its text that shows why."""

    id: str
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What every engine gives.

    Attributes:
        turns: How many match, exactly.
        hits: The best ten, best first.
        facets: Field -> its ten most frequent values and how many matching turns have each, most first.
    """

    turns: int
    hits: tuple[Found, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]


def query_text(ask: Ask, *, prefix: str, both: str) -> str:
    """Write a question for an engine that has quotes, OR and NOT: with its prefixes, and with what joins words that must all occur."""
    quoted = [f'"{word}"' for word in ask.words]
    match ask.shape:
        case Shape.PREFIX:
            return prefix.format(ask.words[0])
        case Shape.PHRASE:
            return f'"{" ".join(ask.words)}"'
        case Shape.NOT:
            return " NOT ".join(quoted)
        case Shape.ANY:
            return " OR ".join(quoted)
    return both.join(quoted)


class Searcher(Protocol):
    """An open index."""

    def search(self, ask: Ask) -> Answer:
        """Answer a question."""

    def close(self) -> None:
        """Close the index."""


class Engine(Protocol):
    """A search engine."""

    def version(self) -> str:
        """Give the version that is installed."""

    def build(self, calls: Iterable[Transcript], folder: Path) -> None:
        """Write an index of all turns into an empty folder, with one process, ready to be opened."""

    def open(self, folder: Path) -> Searcher:
        """Open what was built."""

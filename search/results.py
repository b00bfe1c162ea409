"""What is an answer? Frozen values that outlive the index they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

from numpy.typing import NDArray

from indexer.model import Turn
from search.export import Exportable
from search.tables import About, Cell, Table

__all__ = ["HIT_COLUMNS", "Call", "CallLine", "FacetValue", "FacetValues", "Hit", "Page", "Question", "Snippet", "Without", "hit_row"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """The part of a turn that shows why it matched.

    Attributes:
        text: One line, with "…" where something was left out.
        matches: Start and end of each match in `text`, in order, without overlap.
    """

    text: str
    matches: tuple[tuple[int, int], ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of a snippet."""
        return {"text": self.text, "matches": [list(match) for match in self.matches]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The question that a turn answers: the last one before it in its exchange."""

    turn: int
    speaker: str
    firm: str | None
    snippet: Snippet

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of a question."""
        return {"turn": self.turn, "speaker": self.speaker, "firm": self.firm, "snippet": self.snippet.to_dict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One turn that matched; fields as in `indexer.Turn` and `indexer.Transcript`.

    Attributes:
        score: Relevance (BM25), comparable within one query only.
        matching_turns: With `group_by="call"`: how many turns of the call matched; else None.
        question: With `context=True`: what an answer answers; else None.
    """

    call: str
    company: str
    ticker: str | None
    period: str | None
    date: str | None
    section: str
    kind: str
    exchange: int | None
    turn: int
    speaker: str
    role: str
    title: str | None
    firm: str | None
    score: float
    snippet: Snippet
    matching_turns: int | None = None
    question: Question | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of a hit."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        fields["score"] = round(self.score, 4)
        fields["snippet"] = self.snippet.to_dict()
        fields["question"] = self.question and self.question.to_dict()
        for name in ("matching_turns", "question"):
            if fields[name] is None:
                del fields[name]
        return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as it was indexed; fields as in `indexer.Transcript`, the date as ISO text."""

    call: str | None
    company: str | None
    ticker: str | None
    period: str | None
    date: str | None
    event: str | None
    turns: tuple[Turn, ...]


class FacetValue(NamedTuple):
    """How many matching turns and calls have a value of a field; `value` is None for turns that have none."""

    value: str | None
    turns: int
    calls: int


class FacetValues(Sequence[FacetValue]):
    """The values of a field, each made when it is looked at: a query may count tens of thousands of names, of which few are shown."""

    __slots__ = ("_calls", "_codes", "_names", "_turns")

    def __init__(self, names: Sequence[str], codes: NDArray[Any], turns: NDArray[Any], calls: NDArray[Any]) -> None:
        """Take the counts of values in order, as arrays; `codes` are places in `names`, where "" is no value."""
        self._names = names
        self._codes = codes
        self._turns = turns
        self._calls = calls

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, place: int) -> FacetValue: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[FacetValue, ...]: ...

    def __getitem__(self, place: int | slice) -> FacetValue | tuple[FacetValue, ...]:
        if isinstance(place, slice):
            return tuple(FacetValues(self._names, self._codes[place], self._turns[place], self._calls[place]))
        return FacetValue(self._names[self._codes[place]] or None, int(self._turns[place]), int(self._calls[place]))

    def __iter__(self) -> Iterator[FacetValue]:
        names = (self._names[code] or None for code in self._codes.tolist())
        return map(FacetValue._make, zip(names, self._turns.tolist(), self._calls.tolist(), strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


_NOTHING_ASKED = About(query="")


class CallLine(NamedTuple):
    """A call, in a line."""

    call: str | None
    company: str | None
    ticker: str | None
    period: str | None
    date: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """What passes the filters and has no matching turn.

    Attributes:
        calls: In call order.
        companies: Those of whose calls none has one, by name.
    """

    calls: tuple[CallLine, ...]
    companies: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of it."""
        return {"calls": [call._asdict() for call in self.calls], "companies": list(self.companies)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Exportable):
    """An answer.

    Attributes:
        query: The query text as given.
        understood: The query and its filters as understood, in words.
        turns, calls: How many matched, exactly.
        hits: As many as were asked for, from the offset on.
        facets: Field -> its values, most turns first, ties by value. A field's counts ignore the filter on that field
            itself.
        notes: Why nothing may have been found, a line each.
        about: What was asked of which index.
        without: With `zero=True`: what has no hit; else None.
    """

    query: str
    understood: str
    turns: int
    calls: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Sequence[FacetValue]]
    notes: tuple[str, ...] = ()
    about: About = _NOTHING_ASKED
    without: Without | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of `earful search --json`."""
        return {
            "query": self.query,
            "total": {"turns": self.turns, "calls": self.calls},
            "hits": [hit.to_dict() for hit in self.hits],
            "facets": {
                field: [{"value": value.value, "turns": value.turns, "calls": value.calls} for value in values]
                for field, values in self.facets.items()
            },
            **({"without": self.without.to_dict()} if self.without else {}),
            **self.about.to_dict(),
        }

    def tables(self) -> tuple[Table, ...]:
        """Give the hits; the facets, if any were asked for; and the calls without a hit, if these were."""
        tables = [Table(name="hits", columns=_columns(self.hits), rows=tuple(hit_row(hit, _columns(self.hits)) for hit in self.hits))]
        if self.facets:
            rows = tuple((field, *value) for field, values in self.facets.items() for value in values)
            tables.append(Table(name="facets", columns=("facet", "value", "turns", "calls"), rows=rows))
        if self.without:
            tables.append(Table(name="without", columns=CallLine._fields, rows=self.without.calls))
        return tuple(tables)


def _columns(hits: Sequence[Hit]) -> tuple[str, ...]:
    """Name the columns of hits: what every hit has, and what any of these has beside it."""
    grouped = ("matching_turns",) if any(hit.matching_turns is not None for hit in hits) else ()
    return (*HIT_COLUMNS, *grouped, *(("question",) if any(hit.question for hit in hits) else ()))


def hit_row(hit: Hit, columns: Sequence[str]) -> tuple[Cell, ...]:
    """Give a hit as a row of a table."""
    asked = hit.question.snippet.text if hit.question else None
    own: dict[str, Cell] = {"score": round(hit.score, 4), "snippet": hit.snippet.text, "question": asked}
    return tuple(own[name] if name in own else getattr(hit, name) for name in columns)


HIT_COLUMNS = tuple("call company ticker period date section kind exchange turn speaker role title firm score snippet".split())

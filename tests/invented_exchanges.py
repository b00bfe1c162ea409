"""Which exchanges does a plain scan find? Invented calls as plain turns, the same as an index, and random questions to both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from indexer.codec import CallColumns
from indexer.manifest import Ledger, Manifest
from indexer.schema import SCHEMA_VERSION
from indexer.segments import build_segment, delete_calls
from indexer.store import Store
from search.reader import Snapshot, open_snapshot

__all__ = ["SHAPES", "Node", "Turn", "World", "invent_world", "make_node", "values_of"]

SHAPES = ("whole", "steps")  # one segment; or two whose calls stand between each other, with calls that were deleted

_WORDS = ("tariffs", "pricing", "margin", "china", "stay", "tuned")
_PEOPLE: dict[str, tuple[tuple[str, str, str | None], ...]] = {
    "question": (("Sam Poe", "Analyst", "Pell & Harrow"), ("Ann Lee", "Analyst", "Baird"), ("Kim Oh", "Analyst", None)),
    "answer": (("Jane Roe", "CFO", None), ("Ada Low", "CEO", None)),
    "other": (("Unknown Speaker", "Unknown", None),),
    "operator": (("Operator", "Operator", None),),
}
_WARNINGS = (None, "no-date", "no-date qa-inferred")


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn, as plain Python; `exchange` is 0 outside of any."""

    call: str
    number: int
    exchange: int
    kind: str
    speaker: str
    role: str
    firm: str | None
    words: tuple[str, ...]

    def says(self, phrase: Sequence[str]) -> bool:
        """Whether words are said side by side."""
        return any(self.words[at : at + len(phrase)] == tuple(phrase) for at in range(len(self.words)))

    def of_call(self, field: str) -> str | None:
        """Give the value of a field of its call."""
        year = 2020 + int(self.call[4])
        return {
            "call": self.call,
            "company": f"{self.call[:4]} Inc.",
            "period": f"{year}Q1",
            "date": f"{year}-05-05",
            "warning": _WARNINGS[int(self.call[4])],
        }[field]


@dataclass(frozen=True, slots=True)
class World:
    """Calls as an index, and as plain turns by exchange."""

    snapshot: Snapshot
    turns: list[Turn]

    @property
    def exchanges(self) -> dict[tuple[str, int], list[Turn]]:
        """Give the turns of each exchange, in the order said."""
        found: dict[tuple[str, int], list[Turn]] = defaultdict(list)
        for turn in self.turns:
            if turn.exchange:
                found[turn.call, turn.exchange].append(turn)
        return found


def invent_world(folder: Path, shape: str) -> World:
    """Give twelve calls of four companies, the same in every shape."""
    random = Random(7)
    calls = [_invent(random, f"{ticker}{number}") for ticker in ("ACME", "BOLT", "COIL", "DISK") for number in range(3)]
    columns = [_columns(turns) for turns in calls]
    gone = [] if shape == "whole" else ["EVIL1", "EVIL2"]
    lost = [_columns(_invent(random, name)) for name in gone]
    parts = [columns] if shape == "whole" else [[*columns[1::2], lost[0]], [lost[1], *columns[::2]]]
    return World(_index(folder, parts, gone), [turn for turns in calls for turn in turns])


def _invent(random: Random, call: str) -> list[Turn]:
    """Give the turns of a call: exchanges of several who ask, answer, or are unknown, or of some of these, and somebody between them."""
    turns: list[Turn] = []

    def say(exchange: int, kind: str) -> None:
        words = tuple(random.choices(_WORDS, k=random.randint(1, 5)))
        turns.append(Turn(call, len(turns) + 1, exchange, kind, *random.choice(_PEOPLE[kind]), words))

    for exchange in range(1, random.randint(3, 6)):
        for kind in random.choices(("question", "answer", "other"), weights=(4, 4, 1), k=random.randint(1, 5)):
            say(exchange, kind)
        say(0, random.choice(["operator", "other"]))
    return turns


def _columns(turns: Sequence[Turn]) -> CallColumns:
    call, company, period, date, warning = map(turns[0].of_call, ("call", "company", "period", "date", "warning"))
    return CallColumns(
        values=(call, company, turns[0].call[:4], None, period, date, "Call", warning),
        person=[(turn.speaker, turn.role, turn.firm, None) for turn in turns],
        own=[("qa", turn.kind, turn.speaker) for turn in turns],
        turn=[turn.number for turn in turns],
        exchange=[turn.exchange for turn in turns],
        text=[" ".join(turn.words) for turn in turns],
    )


def _index(folder: Path, parts: Sequence[Sequence[CallColumns]], gone: Sequence[str]) -> Snapshot:
    """Build an index of a segment a part, and take some calls out again."""
    store = Store(folder)
    with store.lock():
        segments = []
        for number, calls in enumerate(parts):
            with store.workspace() as work:
                segments.append(build_segment(work / str(number), calls))
                store.adopt(segments[-1], work / str(number))
        left = delete_calls(folder, segments, gone)
        store.commit(left, Manifest(versions={"schema": SCHEMA_VERSION}, counts={}, scanned_ns=0), Ledger(), None)
    return open_snapshot(folder)


def values_of(turns: Sequence[Turn], facet: str) -> set[str | None]:
    """Give the values that an exchange has of a facet; None if it has none."""
    sides = {
        "asked_by": ("question", "speaker"),
        "asked_firm": ("question", "firm"),
        "answered_by": ("answer", "speaker"),
        "answered_role": ("answer", "role"),
    }
    if facet in sides:
        side, name = sides[facet]
        return {getattr(turn, name) for turn in turns if turn.kind == side} or {None}
    value = turns[0].of_call(facet)
    return set(value.split()) if facet == "warning" and value else {value}


# questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of a query.

    Attributes:
        text: In the query language.
        joint: AND, OR or NOT, which joins two parts; `question` or `answer`, the side on which one part is sought; "" for a leaf.
        parts: What is joined.
        fits: Of a leaf, whether a turn has it.
        is_said: Of a leaf, whether it is words, not a value.
    """

    text: str
    joint: str = ""
    parts: tuple[Node, ...] = ()
    fits: Callable[[Turn], bool] = lambda _: False
    is_said: bool = False

    def holds(self, turns: Sequence[Turn], side: str | None = None) -> bool:
        """Whether an exchange matches, if what has no side is sought on this one, or on both."""
        if self.joint in ("question", "answer"):
            return self.parts[0].holds(turns, self.joint)
        if not self.joint:
            return any(self.fits(turn) for turn in turns if turn.kind in ((side,) if side else ("question", "answer")))
        first, second = (part.holds(turns, side) for part in self.parts)
        return {"AND": first and second, "OR": first or second, "NOT": first and not second}[self.joint]

    def asked(self) -> Iterator[Node]:
        """Give the words that are sought in questions: all but what is asked of answers, or excluded."""
        if self.is_said:
            yield self
        elif self.joint != "answer":
            for part in self.parts[: 1 if self.joint == "NOT" else None]:
                yield from part.asked()


def make_node(random: Random, side: str | None = None, depth: int = 0) -> Node:
    """Make a random query."""
    choice = random.random()
    if side is None and depth < 2 and choice < 0.5:
        own = random.choice(["question", "answer"])
        part = make_node(random, own, depth + 1)
        return Node(text=f"{own}:({part.text})", joint=own, parts=(part,))
    if depth < 3 and choice < 0.8:
        first, second = (make_node(random, side, depth + 1) for _ in range(2))
        joint = random.choice(["AND", "OR", "NOT"])
        return Node(text=f"({first.text}) {joint} ({second.text})", joint=joint, parts=(first, second))
    return _leaf(random)


def _leaf(random: Random) -> Node:
    first, second = random.sample(_WORDS, k=2)
    return random.choice(
        [
            Node(text=f"={first}", fits=lambda turn: first in turn.words, is_said=True),
            Node(text=f'"{first} {second}"', fits=lambda turn: turn.says((first, second)), is_said=True),
            Node(text=f"{first[:3]}*", fits=lambda turn: first in turn.words, is_said=True),
            Node(text=f"near(={first} ={second}, 2)", fits=lambda turn: _are_near(turn.words, first, second, 2), is_said=True),
            Node(text="speaker:(poe OR roe)", fits=lambda turn: turn.speaker in ("Sam Poe", "Jane Roe")),
            Node(text="role:cfo", fits=lambda turn: turn.role == "CFO"),
            Node(text="*", fits=lambda _: True),
        ]
    )


def _are_near(words: Sequence[str], first: str, second: str, distance: int) -> bool:
    places = [[at for at, word in enumerate(words) if word == each] for each in (first, second)]
    return any(abs(one - other) <= distance for one in places[0] for other in places[1])

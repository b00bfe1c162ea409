"""What was tried, and what survived it?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Outcome", "Tally", "draw_table", "lost_lines"]

_HEAD = "| fault | tried | survived | seconds | |\n|---|--:|--:|--:|---|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one kind of fault.

    Attributes:
        fault: What was done to the index.
        tried: How often.
        survived: After how many of these all was as it should be.
        lost: What was not, a line each.
        seconds: How long that took.
        note: Figures to print beside it.
    """

    fault: str
    tried: int
    survived: int
    lost: tuple[str, ...] = ()
    seconds: float
    note: str = ""


class Tally:
    """Counts tries of one kind of fault, from when it is made."""

    def __init__(self, fault: str) -> None:
        self._fault = fault
        self._began_s = time.monotonic()
        self._tried = 0
        self._failed = 0
        self._lost: list[str] = []

    @property
    def failed(self) -> int:
        """How many tries went wrong so far."""
        return self._failed

    def count(self, what: str, *problems: str, times: int = 1) -> None:
        """Count a try, or several that are told of as one; they survived if no problem is named."""
        named = [problem for problem in problems if problem]
        self._tried += times
        self._failed += bool(named)
        self._lost += [f"{what}: {problem}" for problem in named]

    def outcome(self, note: str = "") -> Outcome:
        """Give what has been counted."""
        return Outcome(
            fault=self._fault,
            tried=self._tried,
            survived=self._tried - self._failed,
            lost=tuple(self._lost),
            seconds=time.monotonic() - self._began_s,
            note=note,
        )


def draw_table(outcomes: Sequence[Outcome]) -> str:
    """Draw a Markdown table, a row a kind of fault, and the sums."""
    rows = [(each.fault, each.tried, each.survived, each.seconds, each.note) for each in outcomes]
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows), ""))
    return "\n".join([_HEAD, *(f"| {fault} | {tried:,} | {kept:,} | {took_s:.1f} | {note} |" for fault, tried, kept, took_s, note in rows)])


def lost_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """Give what was lost, each line under the kind of its fault."""
    return [f"{each.fault}: {line}" for each in outcomes for line in each.lost]

"""How long may a question take? Seconds, after which it ends with an error; 10, unless the user says otherwise.

A query may ask for millions of places and be typed in a second, by anybody whom a program lets ask. Nothing can stop a thread
from outside, so the work stops itself: whatever goes on as long as a query, or what is said, makes it go on calls `spend` at
each step. Steps of arrays take some hundredths of a second each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import NamedTuple, TypeVar

from indexer.errors import InvalidValue, QueryTimeout

__all__ = ["TIME_LIMIT_S", "check_time_limit", "spend", "spending", "time_limit"]

TIME_LIMIT_S = 10.0

_Step = TypeVar("_Step")


class _Deadline(NamedTuple):
    """When a question must have ended, by the clock that only goes forward, and how long it was given."""

    at: float
    seconds: float


# Of each thread and task its own: those that share an open index do not share its time.
_deadline: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)


def check_time_limit(seconds: float | None) -> float | None:
    """Give a limit as it came.

    Raises:
        InvalidValue: it is no number above 0, and not None.
    """
    if seconds is None or (isinstance(seconds, int | float) and seconds > 0):
        return seconds
    raise InvalidValue(f"time limit: {seconds!r} is not possible", hint="give seconds above 0")


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Give what happens inside so many seconds; None: as long as it takes."""
    token = _deadline.set(None if seconds is None else _Deadline(monotonic() + seconds, seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def spend() -> None:
    """Go on if there is time left. Cost: 0.1 microseconds.

    Raises:
        QueryTimeout: there is none.
    """
    deadline = _deadline.get()
    if deadline is not None and monotonic() > deadline.at:
        raise QueryTimeout(
            f"the query took longer than {deadline.seconds:g} s",
            hint="ask for less (fewer wildcards, a filter), or allow more with --time-limit",
        )


def spending(steps: Iterable[_Step]) -> Iterator[_Step]:
    """Give steps as long as there is time left.

    Raises:
        QueryTimeout: there is none.
    """
    for step in steps:
        spend()
        yield step

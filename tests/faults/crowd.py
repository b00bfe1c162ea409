"""What if many read while two rebuild? Every answer is of one version of the sources, and nobody goes back to an older one."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from functools import partial
from inspect import signature
from pathlib import Path
from random import Random
from typing import Any

import whoosh.index
from whoosh.query import Term

import indexer
import search
from indexer.errors import IndexLocked
from tests.faults.processes import Child
from tests.faults.scale import Scale
from tests.faults.soak import orphans
from tests.faults.table import Outcome, Tally
from tests.faults.versions import QUESTIONS, Mixed, version_in, write_version

__all__ = ["Held", "Seen", "ask_with", "read_while", "rebuild_twice", "try_crowd"]

_READERS = 8
_TIMEOUT_S = 60.0
_BREATH_S = 0.02  # between versions: readers are to see some of each
_MOST_TOLD = 5  # problems of one reader
_MOST_RETRIES = 100
_MOST_ASKED_OF_ONE = 12  # questions to a handle before it is renewed


def try_crowd(scale: Scale, folder: Path, random: Random) -> list[Outcome]:
    """Let readers ask without a pause while pairs of processes rebuild version after version."""
    source, index, stop = folder / "source", folder / "index", folder / "stop"
    write_version(source, 0)
    indexer.rebuild(source, index=index)
    asked, built = Tally("answers while the index changes"), Tally("two rebuilds at once")
    seeds = [random.random() for _ in range(_READERS)]
    readers = [Child(partial(_reader, number, index, stop, seed)) for number, seed in enumerate(seeds)]
    locked = 0
    try:
        for version in range(1, scale.versions + 1):
            write_version(source, version)
            locked += rebuild_twice(source, index, version, built)
            time.sleep(_BREATH_S)
    finally:
        stop.touch()
        seen = [_judge(number, child, scale.versions, asked) for number, child in enumerate(readers)]
    return [asked.outcome(_note(seen)), built.outcome(f"{locked} found the index locked")]


def _note(seen: Sequence[Seen]) -> str:
    versions = [len(each.versions) for each in seen]
    slowest_ms = 1000 * max(each.slowest_s for each in seen)
    retries = sum(each.retries for each in seen)
    saw = f"{len(seen)} readers, each saw {min(versions)} to {max(versions)} versions; slowest answer {slowest_ms:.0f} ms"
    return f"{saw}; Whoosh's own open_dir met a switch {retries} times"


# readers


@dataclass(slots=True)
class Seen:
    """What a reader saw.

    Attributes:
        asked: Questions that were answered.
        versions: Which were seen, in order.
        retries: How often Whoosh's own `open_dir` met a switch, and was called again.
        slowest_s: The longest that an answer took.
        problems: What was wrong; the first few of them.
    """

    asked: int = 0
    versions: list[int] = field(default_factory=list)
    retries: int = 0
    slowest_s: float = 0.0
    problems: list[str] = field(default_factory=list)

    def note(self, version: int) -> None:
        """Count an answer.

        Raises:
            Mixed: it is older than the one before.
        """
        self.asked += 1
        if self.versions and version < self.versions[-1]:
            raise Mixed(f"version {version} after version {self.versions[-1]}")
        if not self.versions or version > self.versions[-1]:
            self.versions.append(version)

    def look(self, ask: Callable[[Seen], int]) -> None:
        """Ask a question, and note what comes, also if that is an exception."""
        began_s = time.monotonic()
        try:
            self.note(ask(self))
        except Exception as error:  # noqa: BLE001 - whatever is raised is what this looks for
            self.problems.append(f"{type(error).__name__}: {error}")
        self.slowest_s = max(self.slowest_s, time.monotonic() - began_s)


def _reader(number: int, index: Path, stop: Path, seed: float) -> str:
    """Read until told to stop, and once more what the index then holds; give what was seen as JSON."""
    seen = read_while(lambda: not stop.exists(), ask_with(_WAYS[number % len(_WAYS)], index, Random(seed)))
    seen.look(partial(_anew, index, Random(seed)))
    return json.dumps(asdict(seen))


_WAYS = ("anew", "with refresh", "with reopening", "by Whoosh")


def ask_with(way: str, index: Path, random: Random) -> Callable[[Seen], int]:
    """Give what asks one question in one of the ways: opening anew for each, keeping a handle for some, or with Whoosh alone."""
    if way == "anew":
        return partial(_anew, index, random)
    if way == "by Whoosh":
        return partial(_by_whoosh, index)
    return Held(index, random, refreshes=way == "with refresh").ask


def read_while(goes_on: Callable[[], bool], ask: Callable[[Seen], int]) -> Seen:
    """Ask one question after the other, and note what comes; a reader that fails goes on with the next."""
    seen = Seen()
    while goes_on() and len(seen.problems) < _MOST_TOLD:
        seen.look(ask)
    return seen


def _anew(index: Path, random: Random, seen: Seen) -> int:
    with search.open_index(index) as calls:
        return random.choice(QUESTIONS)(calls)[0]


class Held:
    """A handle that is kept for a while, in which each question must have the answer that it had before."""

    def __init__(self, index: Path, random: Random, *, refreshes: bool) -> None:
        self._index = index
        self._random = random
        self._calls = search.open_index(index)
        self._refreshes = refreshes and hasattr(self._calls, "refresh")
        self._answers: dict[int, tuple[int, object]] = {}
        self._left = 0

    def ask(self, seen: Seen) -> int:
        if not self._left:
            self._renew()
        self._left -= 1
        number = self._random.randrange(len(QUESTIONS))
        answer = QUESTIONS[number](self._calls)
        if self._answers.setdefault(number, answer) != answer:
            raise Mixed("a handle gave another answer than before")
        versions = {version for version, _ in self._answers.values()}
        if len(versions) > 1:
            raise Mixed(f"a handle gave answers of the versions {sorted(versions)}")
        return answer[0]

    def _renew(self) -> None:
        if self._refreshes:
            self._calls.refresh()
        else:
            self._calls.close()
            self._calls = search.open_index(self._index)
        self._answers.clear()
        self._left = self._random.randint(1, _MOST_ASKED_OF_ONE)


def _by_whoosh(index: Path, seen: Seen) -> int:
    """Ask Whoosh alone, which knows nothing of switches: what it opens may be removed between two of its steps."""
    for _ in range(_MOST_RETRIES):
        with ExitStack() as stack:
            try:
                opened = stack.enter_context(closing(whoosh.index.open_dir(index)))
                searcher = stack.enter_context(opened.searcher())
            except (OSError, whoosh.index.EmptyIndexError):
                seen.retries += 1
                continue
            return version_in(hit["text"] for hit in searcher.search(Term("text", "pumps"), limit=None))
    raise Mixed(f"Whoosh could not open it {_MOST_RETRIES} times in a row")


def _judge(number: int, child: Child, versions: int, tally: Tally) -> Seen:
    """Wait for a reader's end, and count what it saw."""
    told, problem = child.result(_TIMEOUT_S)
    seen = Seen(**json.loads(told)) if not problem else Seen(problems=[problem])
    if not problem and seen.versions[-1:] != [versions] and not seen.problems:
        seen.problems.append(f"the last version that it saw is {seen.versions[-1:]}, not {versions}")
    tally.count(f"reader {number}", *seen.problems, times=max(seen.asked, 1))
    return seen


# rebuilds


def rebuild_twice(source: Path, index: Path, version: int, tally: Tally) -> int:
    """Start two rebuilds at once: both end well, or one says that the other is running. Give how many said so."""
    waits = version % 2 == 1 and "wait_s" in signature(indexer.rebuild).parameters
    options: dict[str, Any] = {"wait_s": _TIMEOUT_S} if waits else {}
    children = [Child(lambda: _rebuild(source, index, options)) for _ in range(2)]
    ended = [child.result(_TIMEOUT_S) for child in children]
    problems = [problem for _, problem in ended if problem]
    locked = sum(told == "locked" for told, _ in ended)
    if locked == len(children) or (waits and locked):
        problems.append("no rebuild was done, each said that another is running")
    tally.count(f"version {version}", *problems, orphans(index), times=2)
    return locked


def _rebuild(source: Path, index: Path, options: dict[str, Any]) -> str:
    try:
        indexer.rebuild(source, index=index, **options)
    except IndexLocked as error:
        return "locked" if str(os.getpid()) not in str(error) else f"it took itself for another: {error}"
    return "done"

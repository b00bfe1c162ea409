"""What if files come, change and go for long, and rebuilds are killed on the way? Random operations, each followed by a comparison."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import indexer
import search
from indexer.errors import EarfulError, IndexUnusable
from indexer.store import Store
from search.reader import open_snapshot
from search.watch import Watch, open_watches
from tests.faults.model import VOCABULARY, Calls, File, calls_of, difference, invent
from tests.faults.processes import Child
from tests.faults.scale import Scale
from tests.faults.table import Outcome, Tally

__all__ = ["Soak", "orphans", "try_operations"]

_MOST_FILES = 16
_TIMEOUT_S = 60.0
_OLD_S = 1_600_000_000  # a file of then is taken for unchanged if its stamp is, a young one is not
_SLOWEST_KILL = 1.5  # of the time that a whole rebuild takes


def try_operations(scale: Scale, folder: Path, random: Random) -> list[Outcome]:
    """Do random operations; stop when too much is wrong to tell what comes of what."""
    tally, soak = Tally("random operations against a model"), Soak(folder, random)
    done: Counter[str] = Counter()
    for number in range(scale.operations):
        name, operation = soak.draw()
        try:
            problems = [operation(), soak.problem()]
        except (EarfulError, OSError, ValueError, LookupError, AssertionError) as error:
            problems = [f"{type(error).__name__}: {error}"]
        done[name] += 1
        tally.count(f"operation {number}, {name}", *problems)
        if any(problems):
            soak.start()
        if tally.failed > 20:
            break
    soak.close()
    return [tally.outcome(", ".join(f"{count:,} {name}" for name, count in done.most_common()))]


class Soak:
    """An index of changing sources, and a model of what it must hold.

    Attributes:
        files: What lies in the folder of sources, by name.
        calls: What the index holds: what the sources held when a rebuild last finished; None if there is no index.
    """

    def __init__(self, folder: Path, random: Random) -> None:
        self.source, self.index = folder / "source", folder / "index"
        self._random = random
        self.files: dict[str, File] = {}
        self.calls: Calls | None = None
        self._clock = _OLD_S
        self._rebuild_s = 0.01
        self._handle: search.CallIndex | None = None
        self._held: Calls = {}
        self._is_whole = True  # whether a rebuild has finished since one was killed
        self.start()

    def start(self) -> None:
        """Begin anew: an index of a few files, a saved search beside it, and a handle that is kept."""
        self.source.mkdir(exist_ok=True)
        while len(calls_of(self.files)) < 3:
            self._add()
        indexer.rebuild(self.source, index=self.index, fresh=True)
        self._finished()
        with closing(open_snapshot(self.index)) as snapshot, open_watches(Store(self.index)) as watches:
            watches.add(snapshot, Watch(name="kept", query=VOCABULARY[0]), replace=True)
        self._reopen()

    def close(self) -> None:
        """Let go of the handle."""
        if self._handle:
            self._handle.close()

    def draw(self) -> tuple[str, Callable[[], str]]:
        """Draw an operation: its name, and what does it and says what went wrong."""
        shares: tuple[tuple[int, str, Callable[[], str]], ...] = (
            (20, "added", self._add),
            (15, "changed", self._change),
            (12, "removed", self._remove),
            (1, "emptied", self._empty),
            (20, "rebuilt", self._rebuild),
            (3, "rebuilt afresh", self._rebuild_afresh),
            (18, "killed", self._kill),
            (5, "reopened", self._reopen),
            (4, "refreshed", self._refresh),
            (4, "damaged", self._damage),
        )
        ((_, name, operation),) = self._random.choices(shares, [share for share, _, _ in shares])
        return name, operation

    def problem(self) -> str:
        """Compare the index with the model, and the handle with what it was opened on; "" if all agree."""
        with search.open_index(self.index) as calls:
            problem = difference(calls, self.calls or {}, self._random.choice(VOCABULARY))
        if not problem and self._handle and (held := difference(self._handle, self._held, self._random.choice(VOCABULARY))):
            problem = f"the handle that is kept: {held}"
        return problem or (orphans(self.index) if self._is_whole else "")

    # sources

    def _write(self, name: str, file: File) -> None:
        path = self.source / name
        path.write_text(file.text())
        self.files[name] = file
        self._clock += 1
        if self._random.random() < 0.5:
            os.utime(path, (self._clock, self._clock))

    def _add(self) -> str:
        if len(self.files) >= _MOST_FILES:
            return self._remove()
        name = f"call{self._random.randrange(1000):03}.txt"
        self._write(name, invent(self._random, self.files, name))
        return ""

    def _change(self) -> str:
        if not self.files:
            return self._add()
        name = self._random.choice(sorted(self.files))
        self._write(name, invent(self._random, self.files, name))
        return ""

    def _remove(self) -> str:
        if self.files:
            name = self._random.choice(sorted(self.files))
            (self.source / name).unlink()
            del self.files[name]
        return ""

    def _empty(self) -> str:
        while self.files:
            self._remove()
        return ""

    # rebuilds

    def _rebuild(self, fresh: bool = False) -> str:
        began_s = time.monotonic()
        try:
            indexer.rebuild(self.source, index=self.index, fresh=fresh)
        except IndexUnusable as error:
            self._is_whole = self._is_whole and not (self.index / ".work").exists()
            return "" if not calls_of(self.files) else f"it was refused: {error}"
        self._rebuild_s = time.monotonic() - began_s
        if not calls_of(self.files):
            return "an index without a call was built"
        self._finished()
        return ""

    def _rebuild_afresh(self) -> str:
        return self._rebuild(fresh=True)

    def _finished(self) -> None:
        self.calls, self._is_whole = calls_of(self.files), True

    def _kill(self) -> str:
        """Kill a rebuild after a while, or when it tells of its progress; the index is that of before or of after."""
        at = self._random.randrange(2 * _MOST_FILES) if self._random.random() < 0.5 else -1
        child = Child(lambda: self._die_at(at))
        if at < 0:
            time.sleep(self._random.random() * self._rebuild_s * _SLOWEST_KILL)
            child.kill()
        told, problem = child.result(_TIMEOUT_S)
        if problem and "SIGKILL" not in problem:
            return "" if "IndexUnusable" in told + problem or "NothingToIndex" in told + problem else f"before it was killed: {problem}"
        self._is_whole = False
        after = calls_of(self.files)
        with search.open_index(self.index) as calls:
            is_after = bool(after) and not difference(calls, after, self._random.choice(VOCABULARY))
        if told == "done" and not is_after:
            return "a rebuild that ended well did not change the index"
        if is_after:
            self.calls = after
        return ""  # `problem` tells whether it is that of before, if it is not that of after

    def _die_at(self, at: int) -> str:
        steps = iter(range(at))

        def tell(*_: object) -> None:
            if next(steps, None) is None and at >= 0:
                os.kill(os.getpid(), signal.SIGKILL)

        indexer.rebuild(self.source, index=self.index, progress=tell)
        return "done"

    # readers

    def _reopen(self) -> str:
        self.close()
        self._handle, self._held = search.open_index(self.index), self.calls or {}
        return ""

    def _refresh(self) -> str:
        if self._handle is None or not hasattr(self._handle, "refresh"):
            return self._reopen()
        self._handle.refresh()
        self._held = self.calls or {}
        return ""

    # damage

    def _damage(self) -> str:
        """Damage a file: every answer is right or an error, and a fresh rebuild makes all well."""
        name = self._random.choice(sorted(path.name for path in self.index.iterdir() if path.is_file()))
        way = self._random.choice((_flip, _cut, _remove))
        way(self.index / name, self._random)
        with suppress(EarfulError), search.open_index(self.index) as calls:
            if problem := difference(calls, self.calls or {}, self._random.choice(VOCABULARY)):
                return f"{name} was damaged ({way.__name__}): {problem}"
        if name.startswith("earful-watch"):  # these are the user's, which no rebuild can make again
            (self.index / name).unlink(missing_ok=True)
        while not calls_of(self.files):
            self._add()
        return self._rebuild(fresh=True)


def _flip(path: Path, random: Random) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    _replace(path, bytes(data))


def _cut(path: Path, random: Random) -> None:
    data = path.read_bytes()
    _replace(path, data[: random.randrange(len(data) + 1)])


def _remove(path: Path, random: Random) -> None:
    path.unlink()


def _replace(path: Path, data: bytes) -> None:
    """Give a name other bytes; who has the old ones open keeps them, for to cut off a mapped file ends the process that reads it."""
    new = path.with_name("damaged")
    new.write_bytes(data)
    new.replace(path)


def orphans(index: Path) -> str:
    """Say what is wrong with the files of an index whose rebuild has finished: changed, missing, or left over; "" if nothing."""
    store = Store(index)
    generation = store.generation()
    wanted = {*store.manifest(generation).files, f"earful-{generation}.json", "earful.lock", "earful-report.json"}
    found = {name for name in os.listdir(index) if not name.startswith("earful-watch")}
    left, missing = sorted(found - wanted), sorted(wanted - found)
    return "; ".join([*store.check(), *(f"{name} is left over" for name in left), *(f"{name} is missing" for name in missing)])

"""What if the process is killed? At every step of the store, before it, in the middle and after, and at any instant."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from unittest.mock import patch

from indexer.disk import Disk
from tests.faults.scale import Scale
from tests.faults.table import Outcome, Tally
from tests.faults.world import World, forked, work_and_leave, wrong

__all__ = ["WAYS", "StepDisk", "die", "on_disk", "steps_of", "try_kills"]

# From which version of the sources to which, and whether the rebuild begins afresh.
WAYS = ((None, 0, False), (0, 1, False), (1, 0, False), (0, 1, True))
_MOMENTS = ("before", "within", "after")
_STILL_FRESH = 0.5  # of what was killed that began afresh, how much is finished so; the rest goes on
_LOOK_S = 0.01
_LONGEST_S = 1.2  # from when several processes begin until they are done


class StepDisk(Disk):
    """A disk to whose n-th step something happens: before it, in the middle of what it writes, or after it.

    Attributes:
        step: How many steps were begun.
        name: Of the last step.
    """

    def __init__(self, number: int, moment: str, happens: Callable[[Path], object]) -> None:
        self._number = number
        self._moment = moment
        self._happens = happens
        self.step = 0
        self.name = ""

    def _at(self, name: str, path: Path, do: Callable[[], object], half: Callable[[], object] = lambda: None) -> None:
        self.step += 1
        self.name = f"{name} {path.name}"
        is_it = self.step == self._number
        if is_it and self._moment != "after":
            if self._moment == "within":
                half()
            self._happens(path)
        do()
        if is_it and self._moment == "after":
            self._happens(path)

    def make_folder(self, path: Path) -> None:
        self._at("make folder", path, lambda: Disk.make_folder(self, path))

    def write(self, path: Path, data: bytes) -> None:
        self._at("write", path, lambda: Disk.write(self, path, data), lambda: Disk.write(self, path, data[: len(data) // 2]))

    def append(self, path: Path, data: bytes) -> None:
        self._at("append", path, lambda: Disk.append(self, path, data), lambda: Disk.append(self, path, data[: len(data) // 2]))

    def cut(self, path: Path, size: int) -> None:
        self._at("cut", path, lambda: Disk.cut(self, path, size))

    def sync(self, path: Path) -> None:
        self._at("sync", path, lambda: Disk.sync(self, path))

    def sync_folder(self, path: Path) -> None:
        self._at("sync folder", path, lambda: Disk.sync_folder(self, path))

    def rename(self, old: Path, new: Path) -> None:
        self._at("rename", new, lambda: Disk.rename(self, old, new))

    def remove(self, path: Path) -> None:
        self._at("remove", path, lambda: Disk.remove(self, path))

    def remove_folder(self, path: Path) -> None:
        def some() -> None:
            for child in sorted(path.glob("*"))[:1]:
                if child.is_file():
                    child.unlink()

        self._at("remove folder", path, lambda: Disk.remove_folder(self, path), some)


@contextmanager
def on_disk(disk: Disk) -> Iterator[None]:
    """Have the steps of every store that is made in the block be those of a disk."""
    with patch("indexer.store.Disk", lambda: disk):
        yield


def steps_of(world: World, index: Path, before: int | None, after: int, fresh: bool) -> int:
    """Count the steps of a rebuild."""
    world.start(index, before)
    disk = StepDisk(0, "", die)
    with on_disk(disk):
        world.rebuild(index, after, fresh=fresh)
    return disk.step


def die(_: Path) -> None:
    """End this process as the system does when it is out of memory, or an impatient user."""
    os.kill(os.getpid(), signal.SIGKILL)


def try_kills(scale: Scale, folder: Path, random: Random) -> list[Outcome]:
    """Kill rebuilds at named steps and at random instants."""
    world = World.make(folder / "world")
    return [
        _at_steps(world, folder / "steps", scale, random),
        _at_instants(world, folder / "instants", scale, random),
        _of_several(world, folder / "several", scale, random),
    ]


def _at_steps(world: World, index: Path, scale: Scale, random: Random) -> Outcome:
    tally = Tally("killed at a step of the store")
    cases = [(way, number, moment) for way in WAYS for number in range(1, steps_of(world, index, *way) + 1) for moment in _MOMENTS]
    for (before, after, fresh), number, moment in random.sample(cases, min(scale.kills_at_steps, len(cases))):
        world.start(index, before)
        disk = StepDisk(number, moment, die)

        def rebuild(after: int = after, fresh: bool = fresh, disk: StepDisk = disk) -> None:
            with on_disk(disk):
                world.rebuild(index, after, fresh=fresh)

        status = forked(rebuild)
        problem = "" if status == -signal.SIGKILL else f"it ended with {status} instead"
        problem = problem or wrong(world, index, before, after, fresh=fresh and random.random() < _STILL_FRESH)
        tally.count(f"from {before} to {after}{' afresh' if fresh else ''}, {moment} step {number}", problem)
    return tally.outcome(f"of {len(cases)} steps and moments")


def _at_instants(world: World, index: Path, scale: Scale, random: Random) -> Outcome:
    tally, version = Tally("killed at any instant"), 0
    world.start(index, 0)
    took_s = _whole_s(world, index)
    for number in range(scale.kills_at_instants):
        before, version = version, 1 - version
        # Now and then several times in a row, so that what finishes the work is killed, too.
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            process = os.fork()
            if not process:
                work_and_leave(partial(world.rebuild, index, version))
            time.sleep(random.random() * took_s)
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        problem = wrong(world, index, before, version)
        tally.count(f"try {number}", problem)
        if problem:
            world.start(index, version)
    return tally.outcome()


def _whole_s(world: World, index: Path) -> float:
    began_s = time.monotonic()
    forked(partial(world.rebuild, index, 1))
    took_s = time.monotonic() - began_s
    world.start(index, 0)
    return took_s


# Each process builds, however few calls there are.
_SEVERAL = """
import sys, indexer, indexer.building
indexer.building._FEWEST_CALLS_A_PROCESS = 1
if __name__ == "__main__":
    indexer.rebuild([sys.argv[1]], index=sys.argv[2], jobs=2)
"""


def _of_several(world: World, index: Path, scale: Scale, random: Random) -> Outcome:
    """Kill rebuilds of three processes: all of them, or the first alone."""
    tally, version = Tally("killed, several processes"), 0
    world.start(index, 0)
    script = index.with_name("several.py")
    script.write_text(_SEVERAL)
    for number in range(scale.kills_of_several):
        before, version = version, 1 - version
        command = [sys.executable, str(script), str(world.sources[version]), str(index)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as process:
            while process.poll() is None and not (index / ".work" / "journal").exists():
                time.sleep(_LOOK_S)
            time.sleep(random.random() * _LONGEST_S)
            (os.killpg if number % 2 else os.kill)(process.pid, signal.SIGKILL)
        problem = wrong(world, index, before, version)
        tally.count(f"try {number}", problem)
        if problem:
            world.start(index, version)
    return tally.outcome()

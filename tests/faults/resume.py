"""What is left to do after a rebuild was killed halfway? Real transcripts, or samples many times over; files opened, and memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import indexer
from indexer.comparison import compare
from indexer.store import Store
from tests.faults.scale import Scale
from tests.faults.table import Outcome, Tally
from tests.faults.world import forked, untidy

__all__ = ["try_resumption"]

_SAMPLES = Path(indexer.__file__).parent / "samples"
_LARGEST_MEMORY = 1 << 30
_LOOK_S = 0.05

# A rebuild by two processes that is killed when it has read half of the files.
_HALF = """
import os, signal, sys
import indexer

def tell(stage, done, total):
    if stage == "reading" and 2 * done >= total:
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    indexer.rebuild(sys.argv[2:], index=sys.argv[1], jobs=2, progress=tell)
"""


def try_resumption(scale: Scale, folder: Path, random: Random) -> list[Outcome]:
    """Kill a rebuild halfway, by one process and by several, and see what the next one opens."""
    source = scale.corpus or _copies(folder / "source")
    return [_by_one(source, folder / "one"), *([_by_several(source, folder / "two")] if scale.is_long else [])]


def _copies(folder: Path) -> Path:
    """Write samples many times, as calls of different companies."""
    folder.mkdir()
    for sample in sorted(_SAMPLES.glob("*.txt")):
        text = sample.read_text(encoding="cp1252", errors="replace")
        ticker = sample.name.split("-")[1].upper()
        for number in range(12):
            letters = f"{ticker[:2]}{chr(65 + number)}"
            path = folder / f"{letters.lower()}-{sample.name}"
            path.write_text(text.replace(ticker, letters))
            os.utime(path, (1_600_000_000, 1_600_000_000))
    return folder


def _by_one(source: Path, index: Path) -> Outcome:
    tally, opened = Tally("killed halfway, goes on"), index.with_name("opened")
    first = forked(partial(indexer.rebuild, source, index=index, progress=_die_halfway))
    second = forked(partial(_counting, source, opened, partial(indexer.rebuild, source, index=index)))
    files = sum(path.is_file() for path in source.rglob("*"))
    count = int(opened.read_text()) if opened.exists() else files
    tally.count("one process", _status(first, second), _problem(source, index, count, files))
    return tally.outcome(f"the second rebuild opened {count:,} of {files:,} files")


def _die_halfway(stage: str, done: int, total: int) -> None:
    if stage == "reading" and 2 * done >= total:
        os.kill(os.getpid(), signal.SIGKILL)


def _counting(source: Path, opened: Path, work: Callable[[], object]) -> None:
    """Do work, and write down how many of the sources it opened, as the interpreter tells it."""
    seen = set()

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).startswith(f"{source}{os.sep}"):
            seen.add(arguments[0])

    sys.addaudithook(watch)
    work()
    opened.write_text(str(len(seen)))


def _by_several(source: Path, index: Path) -> Outcome:
    tally = Tally("killed halfway, several processes")
    first = subprocess.run([sys.executable, "-c", _HALF, index, source], stderr=subprocess.DEVNULL, check=False)
    command = [sys.executable, "-m", "indexer", "rebuild", str(source), "--index", str(index), "--jobs", "2"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as second:
        peak = 0
        while second.poll() is None:
            peak = max(peak, sum(map(_memory, _family(second.pid))))
            time.sleep(_LOOK_S)
    files = sum(path.is_file() for path in source.rglob("*"))
    count = files if second.returncode else Store(index).report()["read"]
    too_much = f"it took {peak >> 20} MB" if peak > _LARGEST_MEMORY else ""
    tally.count("two processes", _status(first.returncode, second.returncode), _problem(source, index, count, files), too_much)
    return tally.outcome(f"the second opened {count:,} of {files:,} files and took {peak >> 20} MB in all")


def _status(first: int, second: int) -> str:
    """Say what is wrong with how a rebuild that is killed and one that goes on ended."""
    return "" if (first, second) == (-signal.SIGKILL, 0) else f"they ended with {first} and {second}"


def _problem(source: Path, index: Path, opened: int, files: int) -> str:
    if 2 * opened > files:
        return f"it opened {opened} of {files} files"
    found = compare(source, index=index)
    differ = f"{len(found.missing)} calls missing, {len(found.extra)} extra, {len(found.different)} different"
    return untidy(index) or ("" if found.is_equal else differ)


def _family(pid: int) -> list[int]:
    """Give a process and those below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(int(child)))]


def _memory(pid: int) -> int:
    """Give the bytes that a process takes, what it shares counted in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))

"""Who does the work of a rebuild: this process alone, or several beside it?"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from whoosh.codec.base import Segment

from indexer.errors import EarfulError
from indexer.segments import build_segment
from indexer.spool import Item, read_calls

__all__ = ["Progress", "Workers", "open_workers"]

# Told the stage ("reading", "indexing"), how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]

_Result = TypeVar("_Result")

_FEWEST_CALLS_A_PROCESS = 50  # below that, starting a process costs more than it saves
_FILES_A_TASK = 8
_MOST_BYTES_A_SEGMENT = 240 << 20  # of calls in the spool


class Workers:
    """The processes of a rebuild, or this one alone.

    Attributes:
        spooled: Content of a transcript -> offset and length of its rows in the spool file.
    """

    def __init__(self, pool: ProcessPoolExecutor | None, jobs: int, counter: Any) -> None:
        self._pool = pool
        self._jobs = jobs
        self._counter = counter
        self.spooled: dict[tuple[str, int], tuple[int, int]] = {}

    def map(self, function: Callable[[str], _Result], paths: Sequence[str]) -> Iterator[_Result]:
        """Apply a function to every path, results in order."""
        if self._pool is None or len(paths) < _FILES_A_TASK:
            return map(function, paths)
        return self._pool.map(function, paths, chunksize=_FILES_A_TASK)

    def build(self, work: Path, items: Sequence[Item], progress: Progress) -> list[tuple[Path, Segment]]:
        """Build segments from the calls in `work/spool`, one a process, or more if they were too large; give each with its folder."""
        if not items:
            return []
        shares = min(self._jobs, max(1, len(items) // _FEWEST_CALLS_A_PROCESS))
        needed = -(-sum(length for _, _, length in items) // _MOST_BYTES_A_SEGMENT)
        parts = _split(items, max(shares, needed))
        if self._pool is None or len(parts) == 1:
            done = iter(range(1, len(items) + 1))

            def told() -> None:
                progress("indexing", next(done), len(items))

            return [(work / f"part{number}", _build_part(work, number, part, told)) for number, part in enumerate(parts)]
        futures = [self._pool.submit(_build_part, work, number, part) for number, part in enumerate(parts)]
        while not all(future.done() for future in futures):
            progress("indexing", self._counter.value, len(items))
            time.sleep(0.1)
        built = [(work / f"part{number}", future.result()) for number, future in enumerate(futures)]
        progress("indexing", len(items), len(items))
        return built


@contextmanager
def open_workers(jobs: int) -> Iterator[Workers]:
    """Start the processes; they end with the block, however it ends, and with this process, however that ends.

    Raises:
        EarfulError: a process died, killed for want of memory or by a fault in a library.
    """
    if jobs <= 1:
        yield Workers(None, 1, None)
        return
    # "spawn": a forked copy of a process that has threads, as a progress bar does, may wait for ever for a lock that
    # nobody holds.
    context = multiprocessing.get_context("spawn")
    counter = context.Value("i", 0)
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin_worker, initargs=(counter,))
    try:
        yield Workers(pool, jobs, counter)
    except BrokenProcessPool as error:
        raise EarfulError(
            "a worker process died, perhaps for want of memory", hint="run it again with --jobs 1 to see at which file"
        ) from error
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


_counter: Any = None  # of calls indexed, shared with the parent; set once in each worker


def _begin_worker(counter: Any) -> None:
    global _counter  # noqa: PLW0603 - a worker gets its one shared value here
    _counter = counter
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C too, and ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the parent's death: a killed parent cannot end its workers, and they would wait for it for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _count() -> None:
    with _counter.get_lock():
        _counter.value += 1


def _build_part(work: Path, number: int, items: Sequence[Item], progress: Callable[[], object] = _count) -> Segment:
    return build_segment(work / f"part{number}", read_calls(work / "spool", items), progress)


def _split(items: Sequence[Item], parts: int) -> list[Sequence[Item]]:
    """Part a list into runs of about the same number of bytes."""
    total = sum(length for _, _, length in items)
    runs: list[Sequence[Item]] = []
    start = passed = 0
    for end, (_, _, length) in enumerate(items, 1):
        passed += length
        if passed * parts >= total * (len(runs) + 1) or end == len(items):
            runs.append(items[start:end])
            start = end
    return [run for run in runs if run]

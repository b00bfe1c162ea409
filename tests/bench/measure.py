"""How long does it take, and how much room? Builds one by one, each in a process of its own; questions engine by engine in turn."""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from indexer.model import Transcript
from tests.bench.ask import Ask
from tests.bench.corpus import Corpus
from tests.bench.engines import FACETS, Answer, Searcher, load_engine

__all__ = ["Asked", "Build", "Tell", "ask_all", "build", "build_apart", "folder_bytes"]

# Told what goes on, a line each.
Tell = Callable[[str], object]

_STATUS = Path("/proc/self/status")
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # its unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What it took to build an index.

    Attributes:
        seconds: From the first call to an index that can be opened, without `feed_seconds`.
        feed_seconds: What it took to load the calls from the corpus meanwhile, which is no engine's work.
        processor_seconds: Of all threads, loading included.
        index_bytes: What the folder holds.
        idle_bytes, peak_bytes: Memory of the process before it began, and at its most.
    """

    engine: str
    version: str
    seconds: float
    feed_seconds: float
    processor_seconds: float
    index_bytes: int
    idle_bytes: int
    peak_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, and what became of it.

    Attributes:
        turns: Engine -> how many turns it found.
        ms: Engine -> milliseconds to the whole answer, the median over the repetitions; without engines that had no time left.
        odd_facets: Engines of which some facet has other counts than the first engine's.
    """

    ask: Ask
    turns: Mapping[str, int]
    ms: Mapping[str, float]
    odd_facets: tuple[str, ...] = ()


# builds


def build_apart(engine: str, corpus: Corpus, folder: Path) -> Build:
    """Build in a fresh process, so that its memory is the build's alone."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(build, engine, corpus, folder).result()


def build(engine: str, corpus: Corpus, folder: Path) -> Build:
    """Build an index in a new folder, on one processor, and say what it took."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    folder.mkdir(parents=True)
    chosen, calls, idle = load_engine(engine), _Fed(corpus), _peak_bytes()
    begun, begun_processor = time.perf_counter(), _processor_seconds()
    chosen.build(calls, folder)
    return Build(
        engine=engine,
        version=chosen.version(),
        seconds=time.perf_counter() - begun - calls.seconds,
        feed_seconds=calls.seconds,
        processor_seconds=_processor_seconds() - begun_processor,
        index_bytes=folder_bytes(folder),
        idle_bytes=idle,
        peak_bytes=_peak_bytes(),
    )


class _Fed:
    """Calls, and the seconds that it took to come by them."""

    def __init__(self, corpus: Corpus) -> None:
        self.seconds = 0.0
        self._corpus = corpus

    def __iter__(self) -> Iterator[Transcript]:
        calls = iter(self._corpus)
        while True:
            begun = time.perf_counter()
            call = next(calls, None)
            self.seconds += time.perf_counter() - begun
            if call is None:
                return
            yield call


def folder_bytes(folder: Path) -> int:
    """Give the size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_bytes() -> int:
    """Give the most memory that this process ever had.

    Linux keeps `ru_maxrss` when a process is started from another, so that it would be the parent's if that was larger;
    `VmHWM` begins anew.
    """
    lines = _STATUS.read_text(encoding="ascii").splitlines() if _STATUS.exists() else []
    found = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)
    return found or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_BYTES


# questions


@dataclass(slots=True)
class _Runner:
    """One engine at work.

    Attributes:
        ms: Number of a question -> how long it took, each time.
        answers: Number of a question -> the first answer to it.
        spent: Seconds in this repetition.
    """

    searcher: Searcher
    ms: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[int, Answer] = field(default_factory=dict)
    spent: float = 0.0

    def run(self, number: int, ask: Ask) -> None:
        begun = time.perf_counter()
        answer = self.searcher.search(ask)
        taken = time.perf_counter() - begun
        self.spent += taken
        self.ms[number].append(taken * 1000)
        self.answers.setdefault(number, answer)


def ask_all(searchers: Mapping[str, Searcher], asks: Sequence[Ask], *, repeat: int, cap: float, tell: Tell) -> tuple[Asked, ...]:
    """Ask every engine every question, one engine after the other question by question, all over again `repeat` times.

    Args:
        searchers: By the engine's name; who goes first changes from question to question.
        cap: Seconds that an engine has for a repetition; it is asked no more once they are over.
    """
    runners = {name: _Runner(searcher) for name, searcher in searchers.items()}
    with _quiet_collector():
        for repetition in range(repeat):
            _ask_once(runners, asks, cap)
            spent = ", ".join(f"{name} {runner.spent:.1f} s" for name, runner in runners.items())
            tell(f"repetition {repetition + 1} of {repeat}: {spent}")
    return tuple(_asked(number, ask, runners) for number, ask in enumerate(asks))


def _ask_once(runners: Mapping[str, _Runner], asks: Sequence[Ask], cap: float) -> None:
    for runner in runners.values():
        runner.spent = 0.0
    for number, ask in enumerate(asks):
        for name in _in_turn(list(runners), number):
            if runners[name].spent < cap:
                runners[name].run(number, ask)


@contextmanager
def _quiet_collector() -> Iterator[None]:
    """Keep what was made until now from being gone through again and again while engines are timed."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _in_turn(names: list[str], number: int) -> list[str]:
    first = number % len(names)
    return names[first:] + names[:first]


def _asked(number: int, ask: Ask, runners: Mapping[str, _Runner]) -> Asked:
    answers = {name: runner.answers[number] for name, runner in runners.items() if number in runner.answers}
    return Asked(
        ask=ask,
        turns={name: answer.turns for name, answer in answers.items()},
        ms={name: statistics.median(runners[name].ms[number]) for name in answers},
        odd_facets=tuple(name for name in answers if _counts(ask, answers[name]) != _counts(ask, next(iter(answers.values())))),
    )


def _counts(ask: Ask, answer: Answer) -> list[list[int]]:
    """Give the counts of facets that mean the same to all: Earful leaves a filter out of the facet of its own field."""
    filtered = {name for name, _ in ask.filters}
    return [[turns for _, turns in answer.facets[name]] for name in FACETS if name not in filtered]

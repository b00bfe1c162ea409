"""Processes that work beside this one give what it would give alone, and what they die of costs no more than it must."""

from __future__ import annotations

import errno
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from multiprocessing import resource_tracker, spawn
from pathlib import Path
from random import Random
from typing import Any

import pytest

from indexer import crew
from indexer import workers as module
from indexer.codec import ArrowSegment
from indexer.errors import EarfulError
from indexer.segments import open_segment
from indexer.spool import Item, pack_columns
from indexer.workers import Part, open_workers, split
from tests.rows import call_of

_MB = 1 << 20


def _died(path: str) -> str:
    return f"died: {path}"


def _upper(path: str) -> str:
    """Read as the tests of files do: the path says what happens."""
    match path.split("-", maxsplit=1)[0]:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(3)
        case "slow":
            time.sleep(0.3)
        case "hang":
            time.sleep(60)
        case "huge":
            return path * 1_000_000
        case "absent":
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        case "odd":
            raise _Odd(1, 2)
        case "lambda":
            return lambda: path  # type: ignore[return-value]  # which cannot be pickled
    return path.upper()


class _Odd(Exception):
    """An exception that pickle can write and not read."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} and {second}")


def _read(paths: Iterator[str] | Sequence[str], jobs: int = 2, reader: Callable[[str], str] = _upper) -> list[str]:
    with open_workers(jobs, reader, _died) as workers:
        return list(workers.read(paths))


@pytest.fixture(autouse=True)
def _no_process_left() -> Iterator[None]:
    """Every test ends with the processes that were there before it."""
    before = set(multiprocessing.active_children())
    yield
    assert set(multiprocessing.active_children()) <= before


# reading


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_come_in_order(jobs: int) -> None:
    """Whichever process is first, results have the order of the paths."""
    paths = ["slow-0", *(f"file-{number}" for number in range(200)), "slow-1", "huge-0", *(f"file-{number}" for number in range(20))]
    assert _read(paths, jobs) == [path * 1_000_000 if path == "huge-0" else path.upper() for path in paths]


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_paths_are_no_results(jobs: int) -> None:
    """Nothing to read is read at once."""
    assert _read([], jobs) == []


def test_files_are_read_by_several_processes_and_not_by_this_one() -> None:
    """With two jobs two processes read; with one, only this one does."""
    paths = [f"slow-{number}" for number in range(12)]
    beside = set(_read(paths, 2, _slow_pid))
    assert len(beside) == 2
    assert str(os.getpid()) not in beside
    assert set(_read(paths[:1], 1, _slow_pid)) == {str(os.getpid())}


def _slow_pid(path: str) -> str:
    time.sleep(0.05)
    return str(os.getpid())


def test_paths_and_results_do_not_pile_up() -> None:
    """Paths are taken as results are given: there may be no end of them, and a caller that is slow is not run ahead of."""
    taken = count()
    with open_workers(2, _upper, _died) as workers:
        results = workers.read(f"file-{next(taken)}" for _ in count())
        assert list(islice(results, 300)) == [f"FILE-{number}" for number in range(300)]
        time.sleep(0.2)
        assert next(taken) < 300 + 2 * module._FILES_OPEN + 2


def test_a_result_is_given_as_soon_as_it_is_there() -> None:
    """What was read first is not held back until more is."""
    with open_workers(2, _upper, _died) as workers:
        assert next(workers.read(["file-0", *(f"hang-{number}" for number in range(50))])) == "FILE-0"


def test_the_reader_goes_to_each_process_once() -> None:
    """What the reader knows, as of a hundred thousand files, is not sent with each path."""
    reader = _Counted()
    with open_workers(2, reader, _died) as workers:
        assert len(list(workers.read(f"file-{number}" for number in range(300)))) == 300
    assert reader.pickled == 2


class _Counted:
    """A reader that counts how often it was sent, and is too large for a pipe to hold."""

    def __init__(self) -> None:
        self.pickled = 0

    def __call__(self, path: str) -> str:
        return path

    def __reduce__(self) -> Any:
        self.pickled += 1
        return partial, (_upper_knowing, bytes(5 * _MB))


def _upper_knowing(known: bytes, path: str) -> str:
    return path.upper()


# files that kill


@pytest.mark.parametrize("how", ["kill", "exit"])
def test_a_file_that_kills_its_process_costs_no_other(how: str) -> None:
    """One of 40 files ends the process that reads it, by the kernel or by itself: 39 are read, and it is told of."""
    paths = [*(f"file-{number}" for number in range(17)), f"{how}-17", *(f"file-{number}" for number in range(18, 40))]
    assert _read(iter(paths)) == [_died(path) if path.startswith(how) else path.upper() for path in paths]


def test_several_files_that_kill_their_processes() -> None:
    """Each costs itself only: at the beginning, side by side, and at the end."""
    paths = ["kill-0", "exit-1", *(f"file-{number}" for number in range(100)), "file-100", "kill-2"]
    assert _read(paths) == [path.upper() if path.startswith("file") else _died(path) for path in paths]


def test_a_file_is_to_blame_only_if_its_process_dies_again(tmp_path: Path) -> None:
    """A file in whose company a process died, as for want of memory, is read once more, and no more often than that."""
    paths = [str(tmp_path / name) for name in ("once", *"abcdefgh", "always")]
    assert _read(paths, 2, _mortal) == [*(f"read {path}" for path in paths[:-1]), _died(paths[-1])]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"once": "xx", **dict.fromkeys("abcdefgh", "x"), "always": "xx"}


def _mortal(path: str) -> str:
    with open(path, "a", encoding="utf-8") as file:
        file.write("x")
    name, tries = os.path.basename(path), os.path.getsize(path)
    if name == "always" or (name == "once" and tries == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    return f"read {path}"


def test_the_second_try_is_alone(tmp_path: Path) -> None:
    """While a file is tried again no other process is there to take its memory."""
    paths = [str(tmp_path / f"{number}") for number in range(30)]
    told = _read([*paths, str(tmp_path / "suspect"), *paths], 3, _siblings)
    assert told[30] == "1"


def _siblings(path: str) -> str:
    if not path.endswith("suspect"):
        time.sleep(0.01)
        return ""
    if not os.path.exists(path):
        Path(path).touch()
        os._exit(1)
    children = Path(f"/proc/{os.getppid()}/task").glob("*/children")
    pids = " ".join(child.read_text() for child in children).split()
    return str(sum("spawn_main" in Path(f"/proc/{pid}/cmdline").read_text() for pid in pids))


def test_when_every_file_kills_it_is_not_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that die one after the other, with no file read between, end the job with one line."""
    monkeypatch.setattr(module, "_MOST_DEATHS", 4)
    with pytest.raises(EarfulError, match=r"^4 worker processes died one after the other, and read no file between; it is not the files"):
        _read((f"kill-{number}" for number in count()), 2)


def test_deaths_with_files_read_between_are_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many files kill their processes, as long as others are read the job goes on."""
    monkeypatch.setattr(module, "_MOST_DEATHS", 2)
    paths = [f"{'kill' if number % 65 == 0 else 'file'}-{number}" for number in range(130)]
    assert _read(paths) == [path.upper() if path.startswith("file") else _died(path) for path in paths]


# processes that cannot start


class _Unloadable:
    """A reader that does something to the process which loads it."""

    def __init__(self, function: Callable[..., Any], *arguments: object) -> None:
        self._loads = function, arguments

    def __call__(self, path: str) -> str:
        return path

    def __reduce__(self) -> Any:
        return self._loads


def test_processes_that_die_at_once_end_the_job() -> None:
    """If no process gets so far as to wait for files, no file is blamed, and a few attempts are enough."""
    began = time.monotonic()
    with pytest.raises(EarfulError, match=r"^worker processes cannot start \(they died at once\); use --jobs 1;") as raised:
        _read([f"file-{number}" for number in range(40)], 2, _Unloadable(os._exit, 1))
    assert "\n" not in str(raised.value)
    assert time.monotonic() - began < 20


def test_a_large_reader_that_is_never_taken_does_not_hang() -> None:
    """A process that dies before it takes the reader is no reason to wait until it does."""
    resource_tracker.ensure_running()
    python = spawn.get_executable()
    spawn.set_executable("/bin/false")
    try:
        with pytest.raises(EarfulError, match=r"^worker processes cannot start"):
            _read(["file-0"], 2, partial(_upper_knowing, bytes(5 * _MB)))
    finally:
        spawn.set_executable(python)


def test_a_reader_that_cannot_be_loaded_ends_the_job() -> None:
    """The line says why processes cannot use the reader."""
    with pytest.raises(EarfulError, match=r"^worker processes cannot start \(invalid literal for int.*'x'\); use --jobs 1$"):
        _read(["file-0"], 2, _Unloadable(int, "x"))


def test_the_job_goes_on_with_the_processes_that_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """If there is memory for one process more and not for three, one does all, and it is not tried again and again to start others."""
    attempts = _allow_starts(monkeypatch, {2})
    assert len(set(_read([f"file-{number}" for number in range(20)], 3, _slow_pid))) == 1
    assert next(attempts) == 3


def test_starts_that_fail_now_and_then_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only starts that fail in a row end the job."""
    _allow_starts(monkeypatch, {2, 4, 6})
    assert _read(["kill-0", "file-1"]) == [_died("kill-0"), "FILE-1"]


def test_no_process_at_all_ends_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says what the system said."""
    _allow_starts(monkeypatch, set())
    with pytest.raises(EarfulError, match=r"^worker processes cannot start \(.*Cannot allocate memory\)"):
        _read(["file-0"], 2)


def _allow_starts(monkeypatch: pytest.MonkeyPatch, allowed: set[int]) -> Iterator[int]:
    """Let the system refuse all attempts to start a process but some, by their numbers from 1; give the numbers yet to come."""
    attempts, start = count(1), crew._SPAWN.Process.start

    def try_start(process: Any) -> None:
        if next(attempts) not in allowed:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
        start(process)

    monkeypatch.setattr(crew._SPAWN.Process, "start", try_start)
    return attempts


# errors


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_the_reader_raises_is_raised_here(jobs: int) -> None:
    """An exception crosses with all that it says; so does one that pickle cannot read again, by its words."""
    with pytest.raises(FileNotFoundError) as raised:
        _read(["file-0", "absent-1", "hang-2"], jobs)
    assert (raised.value.errno, raised.value.filename) == (errno.ENOENT, "absent-1")
    assert jobs == 1 or "in _upper" in raised.value.__notes__[0]


def test_what_cannot_be_pickled_is_told_of() -> None:
    """An exception, or a result, that cannot cross is an error that says so, and no dead process."""
    with pytest.raises(EarfulError, match=r"^_Odd: 1 and 2$"):
        _read(["odd-0"])
    with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
        _read(["lambda-0"])


def test_an_error_in_the_caller_ends_the_processes() -> None:
    """Nothing waits for what processes are doing: their files are no longer wanted."""
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt) as raised:
        _interrupt_after_one(["file-0", *(f"hang-{number}" for number in range(20))])
    assert raised.traceback[-1].frame.f_locals["results"]  # which are still to be had, and keep no process
    assert multiprocessing.active_children() == []
    assert time.monotonic() - began < 20


def _interrupt_after_one(paths: Sequence[str]) -> None:
    with open_workers(2, _upper, _died) as workers:
        results = workers.read(paths)
        for _ in results:
            raise KeyboardInterrupt


def test_other_children_are_let_be() -> None:
    """A process that the program has beside the workers outlives them, whatever they die of."""
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,), daemon=True)
    other.start()
    try:
        assert _read(["kill-0", "file-1"]) == [_died("kill-0"), "FILE-1"]
        with pytest.raises(FileNotFoundError):
            _read(["absent-0", "hang-1"])
        assert other.is_alive()
    finally:
        other.kill()
        other.join()


_PARENT = """
import sys
from indexer.workers import open_workers
from tests.test_workers import _died, _told

if __name__ == "__main__":
    with open_workers(2, _told, _died) as workers:
        for result in workers.read(["a", "b", "c", "d", "e", "f", "g", "h"]):
            pass
"""


def _told(path: str) -> None:
    """Say which process reads, and never end."""
    print(os.getpid(), flush=True)
    time.sleep(60)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path: Path, number: signal.Signals) -> None:
    """A parent that is killed, or hears Ctrl-C, leaves no process behind, and only the parent says anything."""
    script = tmp_path / "parent.py"
    script.write_text(_PARENT, encoding="utf-8")
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, str(script)]
    with subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        readers = [int(parent.stdout.readline()) for _ in range(2)]
        if number == signal.SIGINT:
            os.killpg(parent.pid, number)  # as a terminal does, to all of them
        else:
            parent.kill()
        said = parent.communicate(timeout=30)[1]  # its pipes end when the last process has gone that has them
    assert len(set(readers)) == 2
    assert said.count("Traceback") == (number == signal.SIGINT)


def test_a_worker_hears_sigterm_though_its_parent_does_not() -> None:
    """What ends a worker is not handed on by a parent that ignores it: the file is tried twice, and given up."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert _read(["term-0"], 2, _terminate) == [_died("term-0")]
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(path: str) -> str:
    os.kill(os.getpid(), signal.SIGTERM)
    return path


# building


class _Folder(type(Path())):  # type: ignore[misc]  # pathlib's class depends on the system
    """A folder of a part, which does something when a process begins to build in it."""


class _FullDisk(_Folder):
    def mkdir(self, *_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))


class _Deadly(_Folder):
    def mkdir(self, *_: Any, **__: Any) -> None:
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)


class _Slow(_Folder):
    def mkdir(self, *_: Any, **__: Any) -> None:
        time.sleep(1)
        super().mkdir(parents=True)


class _Endless(_Folder):
    def mkdir(self, *_: Any, **__: Any) -> None:
        time.sleep(60)


def _parts(folder: Path, *kinds: type[Path]) -> list[Part]:
    """Give parts of three calls each, in folders that do as they are."""
    spool, parts = folder / "spool", []
    with spool.open("wb") as file:
        for number, kind in enumerate(kinds):
            items: list[Item] = []
            for name in (f"{letter}-{number}" for letter in "ABC"):
                packed = pack_columns(call_of(name, "Pumps sold well.", "Why?")._replace(turn=[1, 2]))
                items.append((name, file.tell(), len(packed)))
                file.write(packed)
            parts.append(Part(folder=kind(folder / f"part{number}"), spool=spool, items=tuple(items)))
    return parts


def _build(parts: Sequence[Part], jobs: int, done: list[str] | None = None) -> tuple[dict[str, list[str]], list[tuple[str, int, int]]]:
    """Build; give the calls of each part that was done, by its folder's name, in the order in which they were, and what was told."""
    built: dict[str, list[str]] = {}
    told: list[tuple[str, int, int]] = []

    def keep(part: Part, segment: ArrowSegment) -> None:
        with open_segment(Path(part.folder), segment) as arrays:
            built[part.folder.name] = list(arrays.codes("call")[1])[1:]
        if done is not None:
            done.append(part.folder.name)

    with open_workers(jobs, _upper, _died) as workers:
        workers.build(parts, lambda *step: told.append(step), keep)
    return built, told


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("parts", [0, 1, 3])
def test_each_part_becomes_a_segment(tmp_path: Path, jobs: int, parts: int) -> None:
    """Whoever builds them, segments hold the calls of their parts, and it is told how many calls are done."""
    built, told = _build(_parts(tmp_path, *[Path] * parts), jobs)
    assert built == {f"part{number}": [f"{letter}-{number}" for letter in "ABC"] for number in range(parts)}
    assert told[-1:] == [("indexing", 3 * parts, 3 * parts)] * bool(parts)
    assert sorted({calls for _, calls, _ in told} | {0}) == list(range(3 * parts + 1))
    assert told == sorted(told)
    assert min(jobs, parts) < 2 or told[0] == ("indexing", 0, 3 * parts)


def test_segments_are_given_in_the_order_in_which_they_are_built(tmp_path: Path) -> None:
    """What is done is told of at once, and a process that is done begins the next."""
    built, _ = _build(_parts(tmp_path, _Slow, Path, Path), 2)
    assert list(built) == ["part1", "part2", "part0"]


def test_a_process_with_nothing_left_to_build_ends(tmp_path: Path) -> None:
    """What memory it took is for those that go on."""
    alive: dict[str, int] = {}
    with open_workers(2, _upper, _died) as workers:
        workers.build(
            _parts(tmp_path, Path, _Slow),
            lambda *_: None,
            lambda part, _: alive.update({part.folder.name: len(multiprocessing.active_children())}),
        )
    assert alive == {"part0": 2, "part1": 1}


def test_a_process_that_dies_while_building_ends_the_job(tmp_path: Path) -> None:
    """One line says so, what to do, and what was built by then is built."""
    done: list[str] = []
    with pytest.raises(EarfulError, match=r"^a worker process died, perhaps for want of memory; run it again with --jobs 1 or a smaller"):
        _build(_parts(tmp_path, Path, _Deadly), 2, done)
    assert done == ["part0"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_comes_out_as_it_is(tmp_path: Path, jobs: int) -> None:
    """The error has its number and its place, and nothing waits for what others build."""
    began = time.monotonic()
    with pytest.raises(OSError, match="No space left") as raised:
        _build(_parts(tmp_path, _FullDisk, _Endless), jobs)
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, str(tmp_path / "part0"))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_damaged_spool_comes_out_as_it_is(tmp_path: Path, jobs: int) -> None:
    """Errors of ours cross with their hints."""
    parts = _parts(tmp_path, Path, Path)
    parts[0].spool.write_bytes(b"nonsense" * 1000)
    with pytest.raises(EarfulError, match="not what was written") as raised:
        _build(parts, jobs)
    assert "--fresh" in raised.value.hint


def test_an_error_where_segments_are_taken_ends_the_processes(tmp_path: Path) -> None:
    """A caller that cannot keep a segment does not wait for the others."""

    def refuse(part: Part, segment: ArrowSegment) -> None:
        raise OSError(errno.EROFS, "no")

    began = time.monotonic()
    with pytest.raises(OSError, match="no"), open_workers(2, _upper, _died) as workers:
        workers.build(_parts(tmp_path, Path, _Endless), lambda *_: None, refuse)
    assert time.monotonic() - began < 20


def test_what_reads_does_not_build(tmp_path: Path) -> None:
    """Processes of a stage end with it, and with them the memory they took."""
    with open_workers(2, _upper, _died) as workers:
        results = workers.read(f"file-{number}" for number in count())
        assert next(results) == "FILE-0"
        pids = {process.pid for process in multiprocessing.active_children()}
        during: set[int | None] = set()
        workers.build(
            _parts(tmp_path, Path, Path),
            lambda *_: during.update(process.pid for process in multiprocessing.active_children()),
            lambda *_: None,
        )
    assert during
    assert not during & pids


# how calls are shared out


# Not with hypothesis: every process that a test starts would load it with this module, which would take a quarter of its time.
@pytest.mark.parametrize("seed", range(50))
def test_shares_are_of_about_one_size(seed: int) -> None:
    """Every call is in one share, in its order; no share is larger than the mean by more than a call."""
    random = Random(seed)
    parts, lengths = random.randint(1, 12), random.choices([1, 2, 10, 100, 1000], k=random.randint(1, 60))
    items: list[Item] = [(f"{number}", 0, length) for number, length in enumerate(lengths)]
    shares = split(items, parts)
    assert [item for share in shares for item in share] == items
    assert len(shares) <= parts
    assert all(shares)
    assert max(sum(length for *_, length in share) for share in shares) <= sum(lengths) / parts + max(lengths)

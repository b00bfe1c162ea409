"""How are processes given work beside this one, and what if one dies? Each has a pipe of its own."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from indexer.errors import EarfulError

__all__ = ["Crew", "Member", "WorkOn"]

# What a process does with a task; it may tell how many calls more are done.
WorkOn = Callable[[Any, Callable[..., None]], Any]
_MOST_FAILED_STARTS = 3  # in a row, until no process runs

# A forked copy of a process that has threads, as a progress bar does, may wait for ever for a lock that nobody holds.
_SPAWN = multiprocessing.get_context("spawn")


class Member:
    """A process beside this one, and what it has to do.

    Attributes:
        pipe: Its own. A process that dies can leave no lock taken and no half message in the way of others, as it can with the queues
            of an executor, and the task that it died of is known.
        tasks: What it was sent and has not answered, oldest first.
        is_ready: Whether it has got so far as to wait for tasks.
    """

    def __init__(self) -> None:
        self.tasks: deque[Any] = deque()
        self.is_ready = False
        self.pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_work, args=(theirs,), daemon=True)
        with theirs, _interrupts_held():
            self._process.start()

    def send(self, task: Any) -> None:
        """Give it one more task."""
        self.tasks.append(task)
        self.say(task)

    def say(self, content: Any) -> None:
        """Send it something. If it has died, that is noted when it is heard."""
        with suppress(ConnectionError):
            self.pipe.send(content)

    def end(self) -> None:
        """End it, whatever it does, and wait for its end."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


class Crew:
    """Processes that do the same work."""

    def __init__(self, work: WorkOn) -> None:
        self._work = work
        self._members: list[Member] = []
        self._most: int | None = None  # that can be had, if it is known
        self._failed_starts = 0  # in a row

    def staff(self, wanted: int) -> None:
        """Start processes until there are as many as wanted, or as can be had."""
        new: list[Member] = []
        for _ in range(min(wanted, self._most or wanted) - len(self._members)):
            try:
                new.append(Member())
            except OSError as error:  # no memory, or no more processes allowed
                self.note_failed_start(error)
                break
            self._members.append(new[-1])
        # Only when all are starting: what is sent waits until its process reads. It may be large, and is not given to the process at its
        # start: the parent would write for ever to one that dies before it reads.
        for member in new:
            member.say(self._work)

    def note_failed_start(self, error: OSError | None = None) -> None:
        """Make do with the processes that run.

        Raises:
            EarfulError: none does, and that is not the first time.
        """
        self._failed_starts += 1
        self._most = max(1, len(self._members))
        if not self._members and self._failed_starts >= _MOST_FAILED_STARTS:
            raise EarfulError(
                f"worker processes cannot start ({error or 'they died at once'})",
                hint='use --jobs 1; a script of your own must guard its entry with if __name__ == "__main__"',
            ) from error

    def tasks(self) -> int:
        """Count what was handed out and is not answered."""
        return sum(len(member.tasks) for member in self._members)

    def least_busy(self) -> Member | None:
        """Give the process that has least to do, if any is ready."""
        return min((member for member in self._members if member.is_ready), key=lambda member: len(member.tasks), default=None)

    def hear(self, timeout_s: float | None = None) -> Iterator[tuple[Member, str, Any]]:
        """Give what processes say ("ready", "told", "done", "failed" or "died", and its content), waiting for the first word."""
        speaking = wait([member.pipe for member in self._members], timeout_s) if self._members else []
        for member in [member for member in self._members if member.pipe in speaking]:
            try:
                kind, content = member.pipe.recv()
            except (EOFError, OSError):
                kind, content = "died", None
                self.dismiss(member)
            if kind == "failed" and not member.is_ready:
                raise EarfulError(f"worker processes cannot start ({content})", hint="use --jobs 1") from content
            if kind == "ready":
                member.is_ready, self._failed_starts = True, 0
            yield member, kind, content

    def dismiss(self, member: Member) -> None:
        """End one process."""
        self._members.remove(member)
        member.end()

    def end(self, *, idle: bool = False) -> None:
        """End all, or those that are idle."""
        for member in [member for member in self._members if not (idle and member.tasks)]:
            self.dismiss(member)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Have processes that start in the block deaf to Ctrl-C from their first moment: the parent hears it, and ends them."""
    resource_tracker.ensure_running()  # multiprocessing's own; to start it ends the holding of signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# what a process does


def _work(pipe: Connection) -> None:
    """Load what is to be done with tasks, and do it with each that comes."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a parent that ignores it must not make its workers do so
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, ConnectionError):  # the parent has gone
        try:
            work = pipe.recv()
        except Exception as error:  # noqa: BLE001 - what cannot be loaded here, as a function of a script, raises whatever there is
            pipe.send_bytes(_pack_failure(error))
            return
        pipe.send(("ready", None))
        while True:
            pipe.send_bytes(_answer(work, pipe.recv(), pipe))


def _answer(work: WorkOn, task: Any, pipe: Connection) -> bytes:
    def tell(calls: int = 1) -> None:
        pipe.send(("told", calls))

    try:
        return pickle.dumps(("done", work(task, tell)))
    except Exception as error:  # noqa: BLE001 - it is raised in the parent
        return _pack_failure(error)


def _pack_failure(error: Exception) -> bytes:
    """Make bytes of an exception, or of what it says if it cannot be pickled; its trace goes along as a note."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        packed = pickle.dumps(("failed", error))
        pickle.loads(packed)
    except Exception:  # noqa: BLE001 - exceptions with a constructor of their own raise whatever there is
        return pickle.dumps(("failed", EarfulError(f"{type(error).__name__}: {error}")))
    return packed


def _end_with_parent() -> None:
    """Wait for the parent's death: a killed parent cannot end its workers, and they would go on for it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

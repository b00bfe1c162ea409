"""Who does the work of a rebuild: this process alone, or several beside it?"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any, TypeVar

from indexer.codec import ArrowSegment
from indexer.crew import Crew, Member, WorkOn
from indexer.errors import EarfulError
from indexer.segments import build_segment
from indexer.spool import Item, read_calls

__all__ = ["Part", "Progress", "Workers", "open_workers", "split"]

# Told the stage ("reading", "indexing"), how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]

_Result = TypeVar("_Result")
_File = tuple[int, str]  # its place in the order of results, and its path

_FILES_AHEAD = 4  # that a process is sent before it has answered: it need not wait, and a pipe holds so many paths unread
_FILES_OPEN = 32  # for each process: sent, read or suspect, but not yet given to the caller
_MOST_DEATHS = 100  # in a row without one file read: then it is not the files' fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Calls that become one segment.

    Attributes:
        folder: Where the segment's files are left.
        spool: The file that holds the calls.
        items: The calls, in the order they shall have.
    """

    folder: Path
    spool: Path
    items: tuple[Item, ...]


class Workers:
    """The processes of a rebuild, or this one alone.

    Each stage has its own: to start them takes a third of a second, and what memory reading took is free for building.
    """

    def __init__(self, jobs: int, reader: Callable[[str], Any], died: Callable[[str], Any]) -> None:
        self._jobs = jobs
        self._reader = reader
        self._died = died
        self._crew = Crew(_build_part)

    def read(self, paths: Iterable[str]) -> Iterator[Any]:
        """Read every path; give the results in order, each as soon as it is there.

        A few paths are taken ahead, and no more, so that neither they nor results pile up.

        Raises:
            EarfulError: processes die, and no file is to blame.
            Exception: whatever the reader raises.
        """
        if self._jobs == 1:
            return map(self._reader, paths)
        return iter(_Reading(self._renew(partial(_read_path, self._reader)), self._jobs, paths, self._died))

    def build(self, parts: Sequence[Part], progress: Progress, done: Callable[[Part, ArrowSegment], None]) -> None:
        """Build a segment of each part, and tell of each when it is built, in the order in which they are.

        Raises:
            EarfulError: a process died. What is done stays done, here and for all other errors.
            OSError: as of a full disk; then, too, the other processes are ended at once.
        """
        indexed, total = 0, sum(len(part.items) for part in parts)

        def tell(calls: int = 1) -> None:
            nonlocal indexed
            indexed += calls
            progress("indexing", indexed, total)

        if self._jobs > 1 and len(parts) > 1:
            _build_beside(self._renew(_build_part), self._jobs, parts, tell, done)
            return
        for part in parts:
            done(part, _build_part(part, tell))

    def _renew(self, work: WorkOn) -> Crew:
        self._crew.end()
        self._crew = Crew(work)
        return self._crew


@contextmanager
def open_workers(jobs: int, reader: Callable[[str], _Result], died: Callable[[str], _Result]) -> Iterator[Workers]:
    """Give workers; their processes end with the block, however it ends, and with this process, however that ends.

    Args:
        jobs: How many processes there may be beside this one; with 1 it does all itself.
        reader: Makes of a path what `Workers.read` gives. It goes to each process once, by pickle.
        died: Makes it for a file that killed its process twice: among others, and alone.
    """
    workers = Workers(max(1, jobs), reader, died)
    try:
        yield workers
    finally:
        workers._crew.end()


class _Reading:
    """Files on their way through processes, until their results are given in order.

    A process that dies leaves one file suspect: the one that it was reading. When all others that are open are read, suspects are read
    once more, one at a time in one process, so that nothing else can be to blame.
    """

    def __init__(self, crew: Crew, jobs: int, paths: Iterable[str], died: Callable[[str], Any]) -> None:
        self._crew = crew
        self._jobs = jobs
        self._died = died
        self._files = enumerate(paths)
        self._waiting: deque[_File] = deque()
        self._suspects: list[_File] = []
        self._alone = False
        self._results: dict[int, Any] = {}
        self._deaths = 0  # in a row

    def __iter__(self) -> Iterator[Any]:
        try:
            for number in count():
                while number not in self._results:
                    if not self._step():
                        return
                yield self._results.pop(number)
                self._step(timeout_s=0)  # the caller may be slow: what has come makes way for more
        finally:
            self._crew.end()

    def _step(self, timeout_s: float | None = None) -> bool:
        """Hand out files and take results; say whether there was anything to be done."""
        self._refill()
        if not self._waiting and not self._crew.tasks():
            return False
        self._hand_out()
        for member, kind, content in self._crew.hear(timeout_s):
            self._note(member, kind, content)
        return True

    def _is_busy(self) -> bool:
        return bool(self._waiting) or self._crew.tasks() > 0

    def _refill(self) -> None:
        """Take more paths as long as there is room; then, or at the end of them, turn to the suspects."""
        self._alone = self._alone and self._is_busy()
        if not self._alone:
            open_files = len(self._results) + len(self._suspects) + len(self._waiting) + self._crew.tasks()
            self._waiting.extend(islice(self._files, max(0, self._jobs * _FILES_OPEN - open_files)))
        if self._suspects and not self._is_busy():
            self._alone = True
            self._crew.end()  # the memory of the others, too, is for the one that reads
            self._waiting.extend(self._suspects)
            self._suspects.clear()

    def _hand_out(self) -> None:
        jobs, ahead = (1, 1) if self._alone else (self._jobs, _FILES_AHEAD)
        # As many processes as have so much to do that to start them costs less than it saves.
        self._crew.staff(min(jobs, -(-(len(self._waiting) + self._crew.tasks()) // _FILES_AHEAD)))
        while self._waiting and (member := self._crew.least_busy()) and len(member.tasks) < ahead:
            member.send(self._waiting.popleft())

    def _note(self, member: Member, kind: str, content: Any) -> None:
        if kind == "failed":
            raise content
        if kind == "done":
            self._results[member.tasks.popleft()[0]] = content
            self._deaths = 0
        elif kind == "died" and member.is_ready:
            self._blame(member)
        elif kind == "died":
            self._crew.note_failed_start()

    def _blame(self, member: Member) -> None:
        self._deaths += 1
        if self._deaths > _MOST_DEATHS:
            raise EarfulError(
                f"{_MOST_DEATHS} worker processes died one after the other, and read no file between",
                hint="it is not the files: see if there is memory, and if lxml, numpy and pyarrow are installed as they should be",
            )
        suspect, *others = member.tasks or (None,)
        if suspect and self._alone:
            self._results[suspect[0]] = self._died(suspect[1])
        elif suspect:
            self._suspects.append(suspect)
        self._waiting.extendleft(reversed(others))


def _build_beside(
    crew: Crew, jobs: int, parts: Sequence[Part], tell: Callable[[int], None], done: Callable[[Part, ArrowSegment], None]
) -> None:
    waiting, left = deque(parts), len(parts)
    try:
        while left:
            crew.staff(min(jobs, left))
            while waiting and (member := crew.least_busy()) and not member.tasks:
                member.send(waiting.popleft())
            if not waiting:
                crew.end(idle=True)  # the memory of those that have nothing left to do is for the others
            for member, kind, content in crew.hear():
                match kind:
                    case "ready":
                        tell(0)
                    case "told":
                        tell(content)
                    case "done":
                        done(member.tasks.popleft(), content)
                        left -= 1
                    case "failed":
                        raise content
                    case "died":
                        raise EarfulError(
                            "a worker process died, perhaps for want of memory", hint="run it again with --jobs 1 or a smaller --memory"
                        )
    finally:
        crew.end()


def _read_path(reader: Callable[[str], Any], file: _File, tell: Callable[..., None]) -> Any:  # noqa: ARG001 - a file is one step
    return reader(file[1])


def _build_part(part: Part, tell: Callable[..., None]) -> ArrowSegment:
    return build_segment(part.folder, read_calls(part.spool, part.items), tell)


def split(items: Sequence[Item], parts: int) -> list[Sequence[Item]]:
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

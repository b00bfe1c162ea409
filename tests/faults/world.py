"""On what are faults tried? A few small sources in two versions, and what an index of each must hold."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import indexer
import search
from indexer.errors import EarfulError, IndexNotFound
from indexer.store import Store
from tests.small_index import transcript

__all__ = ["Content", "World", "content_of", "forked", "untidy", "work_and_leave", "wrong"]

# Call -> its turns: number, speaker, words. None for no index.
Content = dict[str, tuple[tuple[int, str, tuple[str, ...]], ...]] | None

_FILES = 8
_PERIODS = ("Q1 2022", "Q2 2022", "Q3 2022", "Q4 2022")
_OLD_S = 1_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Sources in two versions, and an index of each.

    Attributes:
        sources: Folders: version 0, version 1.
        indices: An index built of each; to be copied, not changed.
        contents: What each holds.
    """

    sources: tuple[Path, Path]
    indices: tuple[Path, Path]
    contents: tuple[Content, Content]

    @classmethod
    def make(cls, folder: Path) -> World:
        """Write the sources and build both indices."""
        sources, indices = (folder / "old", folder / "new"), (folder / "old-index", folder / "new-index")
        for version, (source, index) in enumerate(zip(sources, indices, strict=True)):
            _write(source, version)
            indexer.rebuild([source], index=index)
        return cls(sources=sources, indices=indices, contents=(content_of(indices[0]), content_of(indices[1])))

    def start(self, index: Path, version: int | None) -> None:
        """Put an index of a version into a folder, or no index."""
        shutil.rmtree(index, ignore_errors=True)
        if version is not None:
            shutil.copytree(self.indices[version], index)

    def rebuild(self, index: Path, version: int, *, fresh: bool = False) -> None:
        """Bring an index to a version."""
        indexer.rebuild([self.sources[version]], index=index, fresh=fresh)


def _write(source: Path, version: int) -> None:
    """Write a version: a third of the files are the same in both, a third differ, a third are in one of them."""
    source.mkdir(parents=True)
    for number in range(_FILES):
        kind = number % 3
        if kind == 2 and number % 2 == version:
            continue
        word = "steady" if kind == 0 else f"version{version}"
        said = (f"Pumps sold well, {word}.", f"Why {word}?", f"Because of demand for pump {number}.")
        path = source / f"call{number:02}.txt"
        path.write_text(transcript(f"T{chr(65 + number)}", _PERIODS[number % 4], *said))
        os.utime(path, (_OLD_S, _OLD_S + version))


def content_of(index: Path) -> Content:
    """Read all that an index holds, and ask it a question that must fit."""
    try:
        calls = search.open_index(index)
    except IndexNotFound:
        return None
    with calls:
        page = calls.search("*", limit=10_000, facets=("call",))
        names = [value.value for value in page.facets["call"] if value.value]
        content = {name: tuple((turn.number, turn.speaker, turn.paragraphs) for turn in calls.read_call(name).turns) for name in names}
        said = sum("pumps" in " ".join(words).lower() for turns in content.values() for _, _, words in turns)
        if (page.turns, calls.search("=pumps", limit=0).turns) != (sum(map(len, content.values())), said):
            raise AssertionError("a count differs from what is there")
        return content


def untidy(index: Path) -> str:
    """Say what lies in an index that should not, or is missing; "" if nothing."""
    store = Store(index)
    generation = store.generation()
    wanted = {*store.manifest(generation).files, f"earful-{generation}.json", "earful.lock", "earful-report.json"}
    found = set(os.listdir(index))
    orphans, missing = [f"orphan {name}" for name in sorted(found - wanted)], [f"no {name}" for name in sorted(wanted - found)]
    return "; ".join([*store.check(), *orphans, *missing])


def wrong(world: World, index: Path, before: int | None, after: int, *, must_be_after: bool = False, fresh: bool = False) -> str:
    """Look at an index to which something was done on its way from one version to another, and finish the work.

    Returns:
        What is wrong with it, or "".
    """
    try:
        content = content_of(index)
        allowed = [world.contents[after]] + ([] if must_be_after else [None if before is None else world.contents[before]])
        if content not in allowed:
            return "it holds neither what it held nor what it should"
        if content is not None and (problems := Store(index).check()):
            return f"check: {problems[0]}"
        world.rebuild(index, after, fresh=fresh)
        if content_of(index) != world.contents[after]:
            return "the next rebuild did not finish the work"
        return untidy(index)
    except (EarfulError, OSError, AssertionError, ValueError, LookupError) as error:
        return f"{type(error).__name__}: {error}"


def forked(work: Callable[[], object]) -> int:
    """Do work in a process forked from this one, which has all modules loaded; give its exit code, negative for a signal."""
    child = os.fork()
    if not child:
        work_and_leave(work)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def work_and_leave(work: Callable[[], object]) -> NoReturn:
    """Do work in a process that was just forked, and end it, with 0 if the work was done."""
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        work()
        status = 0
    finally:
        os._exit(status)

"""What may lie in an index that no rebuild has put there? Forged leftovers of one that was stopped, links that lead out, and no files."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import indexer
from indexer.disk import Disk
from indexer.journal import Journal
from indexer.sealed import seal_bytes
from indexer.store import Store
from tests.faults.forgery import WRONG_VALUES, Attack, put_json
from tests.faults.pickles import hostile_pickles
from tests.faults.processes import run_apart

__all__ = ["attacks_beside", "stop_rebuild"]

_PARTS = 20
_TIMEOUT_S = 20.0
_FILES = ("*.toc", "*.seg", "earful-[0-9]*.json", "*.ledger", "earful-report.json", "earful-watches.json", "earful.lock")


def attacks_beside(source: Path, sound: Path, stopped: Path, canary: Path) -> Iterator[Attack]:
    """Give what may lie in an index directory.

    Args:
        source: What the index was built of.
        sound: The index; attacks are done to copies of it.
        stopped: A folder in which a first rebuild was stopped: `stop_rebuild` makes it.
        canary: A file that forged code would remove.
    """
    yield from _journals(sound, stopped, canary)
    yield from _parts(stopped)
    yield from _links(sound, canary)


def stop_rebuild(source: Path, index: Path) -> None:
    """Build an index, and be killed when its segment is finished, before it becomes part of it."""

    def work() -> str:
        Store.adopt = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
        return str(indexer.rebuild(source, index=index))

    run_apart(work, _TIMEOUT_S)


def _instead(stopped: Path, change: Callable[[Path], object], index: Path) -> None:
    """Put what was stopped in the place of an index, and change its workspace."""
    shutil.rmtree(index)
    shutil.copytree(stopped, index)
    change(index / ".work")


# the journal


def _journals(sound: Path, stopped: Path, canary: Path) -> Iterator[Attack]:
    store = Store(sound)
    versions = store.manifest(store.generation()).versions
    kind, data = "forged journal", (stopped / ".work" / "journal").read_bytes()
    for name, payload in hostile_pickles(str(canary)).items():
        change = partial(_with_columns, versions, payload)
        yield Attack(kind=kind, name=f"columns: {name}", forge=partial(_instead, stopped, change))
    for part in range(_PARTS):
        cut = data[: len(data) * part // _PARTS]
        for what, forged in {"cut off": cut, "overwritten": cut + b"\xff" * 16 + data[len(cut) + 16 :]}.items():
            yield Attack(kind=kind, name=f"{what} at {part}/{_PARTS}", forge=partial(_instead, stopped, partial(_with_journal, forged)))


def _with_journal(data: bytes, work: Path) -> None:
    (work / "journal").write_bytes(data)


def _with_columns(versions: dict[str, int | str], payload: bytes, work: Path) -> None:
    """Write the journal anew, with other columns for every call, and have them needed: no segment is built of them yet."""
    for part in work.glob("part-*"):
        shutil.rmtree(part)
    path = work / "journal"
    read = Journal(path, Disk(), versions)
    readings, scanned_ns = dict(read.readings), dict(read.scanned_ns)
    path.unlink()
    forged = Journal(path, Disk(), versions)
    for key, reading in readings.items():
        forged.add(reading, scanned_ns[key], [payload] * len(reading.calls))


# finished segments


def _parts(stopped: Path) -> Iterator[Attack]:
    kind = "forged note of a finished segment"
    note = next(stopped.glob(".work/part-*/done")).read_bytes()
    facts = json.loads(note.split(b"\n", 1)[1])["part/1"]
    for name in facts:
        for what, raw in {**WRONG_VALUES, "a path": '"../../canary"', "an absolute path": '"/etc/passwd"'}.items():
            forged = seal_bytes(put_json({"part/1": facts}, ("part/1", name), raw))
            yield Attack(kind=kind, name=f"{what} as {name}", forge=partial(_instead, stopped, partial(_with_note, forged)))


def _with_note(note: bytes, work: Path) -> None:
    for path in work.glob("part-*/done"):
        path.write_bytes(note)


# links, and what is no file


def _links(sound: Path, canary: Path) -> Iterator[Attack]:
    kind = "links that lead out, and what is no file"
    outside = canary.parent / "outside"
    generation = Store(sound).generation()
    new = f"earful-{generation + 1}"
    drafts = [f"{new}.json.new", f"{new}.ledger.new", f"_MAIN_{generation + 1}.toc.new", "earful-report.json.new"]
    zero = _link_to(Path("/dev/zero"))
    for name in (*_FILES, *drafts):
        for what, put in {"a link": _link_to(canary), "a pipe": os.mkfifo, "a folder": os.mkdir, "/dev/zero": zero}.items():
            yield Attack(kind=kind, name=f"{what} as {name}", forge=partial(_in_place, name, put), is_mended=put is not os.mkdir)
    yield Attack(kind=kind, name="a link as .work", forge=partial(_in_place, ".work", _link_to(outside)))
    for name in ("journal", "merged", "part-0"):
        for what, put in {"a link": _link_to(canary), "a link to a folder": _link_to(outside), "a pipe": os.mkfifo}.items():
            yield Attack(kind=kind, name=f"{what} as .work/{name}", forge=partial(_in_work, name, put))


def _link_to(target: Path) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _in_place(pattern: str, put: Callable[[Path], object], index: Path) -> None:
    path = next(iter(sorted(index.glob(pattern))), index / pattern)
    path.unlink(missing_ok=True)
    put(path)


def _in_work(name: str, put: Callable[[Path], object], index: Path) -> None:
    (index / ".work").mkdir()
    put(index / ".work" / name)

"""What if the disk is full, fails, or may not be written to? Steps that fail, a small disk that fills up, a folder that is read-only."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

import indexer
from indexer.errors import EarfulError
from tests.faults.kills import WAYS, StepDisk, on_disk, steps_of
from tests.faults.scale import Scale
from tests.faults.table import Outcome, Tally
from tests.faults.world import World, content_of, forked, wrong

__all__ = ["try_disks"]

_ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS)
_SAID_CLEARLY, _UNCLEAR = 3, 4  # exit codes
_NOBODY = 65534
_CLONE_NEWNS = 0x00020000
_MOUNT_PRIVATE = (1 << 18) | (1 << 14)


def try_disks(scale: Scale, folder: Path, random: Random) -> list[Outcome]:
    """Let steps fail, fill a disk, and forbid to write."""
    world = World.make(folder / "world")
    return [
        _failing(world, folder / "failing", scale, random),
        _full(world, folder / "full", scale, random),
        _read_only(world, folder / "read-only"),
    ]


def _failing(world: World, index: Path, scale: Scale, random: Random) -> Outcome:
    tally = Tally("a write, sync or rename fails")
    cases = [
        (way, number, moment, code)
        for way in WAYS
        for number in range(1, steps_of(world, index, *way) + 1)
        for moment in ("within", "after")
        for code in _ERRORS
    ]
    for (before, after, fresh), number, moment, code in random.sample(cases, min(scale.failures, len(cases))):
        world.start(index, before)
        disk = StepDisk(number, moment, partial(_fail, code))

        def rebuild(after: int = after, fresh: bool = fresh, disk: StepDisk = disk) -> None:
            with on_disk(disk):
                world.rebuild(index, after, fresh=fresh)

        status = forked(partial(_say, rebuild))
        problem = {_SAID_CLEARLY: "", 0: "the failure was not told"}.get(status, f"no clear line, status {status}")
        problem = problem or wrong(world, index, before, after, fresh=fresh)
        tally.count(f"{errno.errorcode[code]} {moment} step {number} from {before} to {after}", problem)
    return tally.outcome("ENOSPC, EIO, EROFS; one clear line each")


def _fail(code: int, path: Path) -> None:
    raise OSError(code, os.strerror(code), str(path))


def _say(work: Callable[[], object]) -> None:
    """Do work in a forked process; its exit code says how it failed."""
    try:
        work()
    except EarfulError as error:
        os._exit(_SAID_CLEARLY if len(str(error).splitlines()) == 1 and error.hint else _UNCLEAR)
    except BaseException:  # noqa: BLE001 - any other failure is what is looked for
        os._exit(_UNCLEAR)


def _full(world: World, folder: Path, scale: Scale, random: Random) -> Outcome:
    """Rebuild on a disk with ever more space left, from nothing to enough."""
    tally, told = Tally("a small disk fills up"), 0
    if not _can_mount():
        return tally.outcome("not tried: this user may not mount a disk")
    with _small_disk(folder) as disk:
        for number in range(scale.full_disks):
            before, after = number % 2, 1 - number % 2
            world.start(disk / "index", before)
            left = number * 3 * _need(world) // scale.full_disks
            (disk / "ballast").write_bytes(bytes(max(0, _free(disk) - left)))
            jobs = 2 if number % 7 == 3 and random.random() < scale.several_on_full_disks else 1
            status = forked(partial(_say, partial(indexer.rebuild, world.sources[after], index=disk / "index", jobs=jobs)))
            told += status == _SAID_CLEARLY
            (disk / "ballast").unlink()
            problem = _unclear(disk / "index", status) or wrong(world, disk / "index", before, after)
            tally.count(f"{left:,} bytes left, {jobs} processes", problem)
    return tally.outcome(f"{told} times there was no space, and one line said so")


def _unclear(index: Path, status: int) -> str:
    """Say what is wrong with how a rebuild on a full disk ended."""
    if status not in (0, _SAID_CLEARLY):
        return f"no clear line, status {status}"
    return "the space was not given back" if status and (index / ".work").exists() else ""


def _need(world: World) -> int:
    return sum(path.stat().st_size for path in world.indices[0].rglob("*") if path.is_file())


def _free(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_bsize


def _can_mount() -> bool:
    found = shutil.which("unshare")
    return found is not None and subprocess.run([found, "--mount", "true"], capture_output=True, check=False).returncode == 0


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of a megabyte that only this process and its children see."""
    folder.mkdir(parents=True)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.unshare(_CLONE_NEWNS)
    libc.mount(b"none", b"/", None, _MOUNT_PRIVATE, None)
    if libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, b"size=1m"):
        raise OSError(ctypes.get_errno(), "cannot mount a small disk")
    try:
        yield folder
    finally:
        libc.umount2(os.fsencode(folder), 2)


def _read_only(world: World, folder: Path) -> Outcome:
    """Rebuild and search as a user who may read the index and not write to it."""
    tally, index = Tally("the folder is read-only"), folder / "index"
    folder.mkdir(parents=True)
    world.start(index, 0)
    for path in (index, *world.sources):
        _open_to_readers(path)
    for fresh in (False, True):
        status = forked(partial(_as_reader, partial(_say, partial(world.rebuild, index, 1, fresh=fresh))))
        tally.count("a rebuild", "" if status == _SAID_CLEARLY else f"no clear line, status {status}")
    tally.count("a search", "it does not answer" if forked(partial(_as_reader, partial(_require_content, world, index))) else "")
    for path in (index, *index.iterdir()):
        path.chmod(0o755)
    tally.count("a rebuild by who may write again", wrong(world, index, 0, 1))
    return tally.outcome("one clear line; and it answers")


def _as_reader(work: Callable[[], object]) -> None:
    """Do work as nobody, if this is root, whom no permission stops."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setuid(_NOBODY)
    work()


def _open_to_readers(folder: Path) -> None:
    """Let everybody read a folder, and nobody write to it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for above in folder.parents:
        if above.stat().st_uid == os.geteuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o055)


def _require_content(world: World, index: Path) -> None:
    if content_of(index) != world.contents[0]:
        raise AssertionError("it holds something else")

"""What if the power fails? The steps of rebuilds are recorded, and after each what a disk may then hold is put together and opened.

A disk holds for sure what was synced: a file's bytes by `sync`, names by `sync_folder`. Of what was not, it may hold anything: all
of it, nothing, later steps without earlier ones, the first bytes of a file, or zeros where its bytes should be.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from indexer.disk import Disk
from tests.faults.kills import StepDisk, die, on_disk
from tests.faults.scale import Scale
from tests.faults.table import Outcome, Tally
from tests.faults.world import World, forked, wrong

__all__ = ["RecordingDisk", "try_power_loss"]

_SECTOR = 512


@dataclass(slots=True)
class _File:
    """A file's bytes: those that are on the disk for sure, and those that the system would give."""

    durable: bytes = b""
    current: bytes = b""


# A change of names that may not be on the disk yet: folder, and name -> file that it makes; None for one that it takes away.
_Change = tuple[Path, dict[Path, _File | None]]


@dataclass(slots=True)
class _State:
    """What a disk holds, and what it may hold.

    Attributes:
        names: As they are on the disk for sure.
        pending: Changes of names since, in their order.
    """

    names: dict[Path, _File] = field(default_factory=dict)
    pending: list[_Change] = field(default_factory=list)

    def current(self) -> dict[Path, _File]:
        """Give the names as the system would give them."""
        return _changed(self.names, self.pending)

    def after_loss(self, choose: Callable[[int], list[bool]], bytes_of: Callable[[_File], bytes]) -> dict[Path, bytes]:
        """Give a state in which some of the pending changes are on the disk, and some bytes."""
        kept = [change for change, is_kept in zip(self.pending, choose(len(self.pending)), strict=True) if is_kept]
        return {name: bytes_of(file) for name, file in _changed(self.names, kept).items()}


def _changed(names: dict[Path, _File], changes: list[_Change]) -> dict[Path, _File]:
    changed = dict(names)
    for _, change in changes:
        for name, file in change.items():
            if file is None:
                changed.pop(name, None)
            else:
                changed[name] = file
    return changed


@dataclass(frozen=True, slots=True)
class _Step:
    """A step as it was recorded; `data` is what it wrote, or for `sync` what the file then held."""

    name: str
    path: Path
    data: bytes = b""
    other: Path | None = None


class RecordingDisk(Disk):
    """A disk that takes notes.

    Attributes:
        steps: What was done, in order.
    """

    def __init__(self) -> None:
        self.steps: list[_Step] = []

    def write(self, path: Path, data: bytes) -> None:
        super().write(path, data)
        self.steps.append(_Step("write", path, bytes(data)))

    def append(self, path: Path, data: bytes) -> None:
        super().append(path, data)
        self.steps.append(_Step("append", path, bytes(data)))

    def cut(self, path: Path, size: int) -> None:
        super().cut(path, size)
        self.steps.append(_Step("write", path, path.read_bytes()))

    def sync(self, path: Path) -> None:
        # Segments are written by the codec: what they hold is known when they are synced.
        self.steps.append(_Step("sync", path, path.read_bytes()))
        super().sync(path)

    def sync_folder(self, path: Path) -> None:
        super().sync_folder(path)
        self.steps.append(_Step("sync folder", path))

    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        self.steps.append(_Step("rename", old, other=new))

    def remove(self, path: Path) -> None:
        super().remove(path)
        self.steps.append(_Step("remove", path))

    def remove_folder(self, path: Path) -> None:
        super().remove_folder(path)
        self.steps.append(_Step("remove folder", path))


def _do(state: _State, step: _Step) -> None:
    """Let a step happen to a state."""
    names = state.current()
    match step.name:
        case "write":
            # The old file goes, a new one comes: two changes, of which the disk may have one.
            if step.path in names:
                state.pending.append((step.path.parent, {step.path: None}))
            state.pending.append((step.path.parent, {step.path: _File(current=step.data)}))
        case "append":
            names[step.path].current += step.data
        case "sync":
            if step.path not in names:
                names[step.path] = _File()
                state.pending.append((step.path.parent, {step.path: names[step.path]}))
            names[step.path].current = names[step.path].durable = step.data
        case "sync folder":
            state.names = _changed(state.names, [change for change in state.pending if change[0] == step.path])
            state.pending = [change for change in state.pending if change[0] != step.path]
        case "rename":
            assert step.other is not None
            state.pending.append((step.other.parent, {step.path: None, step.other: names[step.path]}))
        case "remove":
            state.pending.append((step.path.parent, {step.path: None}))
        case "remove folder":
            state.pending += [(name.parent, {name: None}) for name in names if step.path in name.parents]


def _torn(random: Random) -> Callable[[_File], bytes]:
    """Give for each file some of the bytes that were not synced."""

    def bytes_of(file: _File) -> bytes:
        sure, rest = file.durable, file.current.removeprefix(file.durable)
        if file.durable == file.current or not rest:
            return file.current
        if not file.current.startswith(sure):
            sure = b""
        match random.randrange(4):
            case 0:
                return file.durable
            case 1:
                return sure + rest[: random.randrange(len(rest))]
            case 2:
                return sure + bytes(len(rest))
            case _:
                sectors = [rest[at : at + _SECTOR] for at in range(0, len(rest), _SECTOR)]
                return sure + b"".join(sector if random.random() < 0.5 else bytes(len(sector)) for sector in sectors)

    return bytes_of


def _some(random: Random, likely: float, size: int) -> list[bool]:
    return [random.random() < likely for _ in range(size)]


def _losses(state: _State, random: Random, count: int) -> Iterator[dict[Path, bytes]]:
    """Give what the disk may hold: all, nothing, all names but no bytes, and random choices."""
    yield state.after_loss(lambda size: [True] * size, lambda file: file.current)
    yield state.after_loss(lambda size: [False] * size, lambda file: file.durable)
    yield state.after_loss(lambda size: [True] * size, lambda file: file.durable)
    for _ in range(count):
        likely = random.random()
        yield state.after_loss(partial(_some, random, likely), _torn(random))


def try_power_loss(scale: Scale, folder: Path, random: Random) -> list[Outcome]:
    """Lose power after every step of several rebuilds: a first one, one that changes the index, a fresh one, one that goes on."""
    world, tally, count = World.make(folder / "world"), Tally("power lost, unsynced writes lost or torn"), 0
    for before, after, fresh, goes_on in ((None, 0, False, False), (0, 1, False, False), (1, 0, True, False), (0, 1, False, True)):
        index = folder / "index"
        world.start(index, before)
        if goes_on:
            _stop(world, index, after)
        state = _State(names={path: _File(data, data) for path, data in _files(index).items()})
        disk = RecordingDisk()
        with on_disk(disk):
            world.rebuild(index, after, fresh=fresh)
        count += len(disk.steps)
        for at in range(len(disk.steps) + 1):
            if at:
                _do(state, disk.steps[at - 1])
            is_switched = at > _switch(disk.steps)
            for variant, held in enumerate(_losses(state, random, scale.crash_states)):
                _put(index, held)
                step = disk.steps[at - 1] if at else None
                what = f"from {before} to {after}, after step {at} ({step.name} {step.path.name})" if step else "at first"
                tally.count(f"{what}, state {variant}", wrong(world, index, before, after, must_be_after=is_switched))
    return [tally.outcome(f"after each of {count} recorded steps")]


def _switch(steps: Sequence[_Step]) -> int:
    """Give the number of the step from which on the new generation must be there: the sync that follows the renaming of its table."""
    return next((at for at, step in enumerate(steps, 1) if step.other and step.other.suffix == ".toc"), len(steps)) + 1


def _stop(world: World, index: Path, after: int) -> None:
    """Leave behind what a rebuild leaves that was killed when its segment was built and in its place."""

    class Until(StepDisk):
        def rename(self, old: Path, new: Path) -> None:
            if new.suffix == ".ledger":
                die(new)
            super().rename(old, new)

    def rebuild() -> None:
        with on_disk(Until(0, "", die)):
            world.rebuild(index, after)

    forked(rebuild)


def _files(index: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}


def _put(index: Path, held: dict[Path, bytes]) -> None:
    shutil.rmtree(index, ignore_errors=True)
    index.mkdir()
    for path, data in held.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

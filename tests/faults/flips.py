"""What if a bit flips? In every part of every file: it is found, no answer is wrong, nothing crashes, and a rebuild makes all well."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

import indexer
from indexer.codec.checks import read_end
from indexer.errors import EarfulError, IndexDamaged
from indexer.store import Store
from search.reader import open_snapshot
from search.watch import Watch, open_watches
from tests.faults.battery import Faced, ask_all
from tests.faults.processes import Child
from tests.faults.scale import Scale
from tests.faults.table import Outcome, Tally

__all__ = ["Flip", "Sound", "draw_flips", "judge", "judge_all", "make_sound", "regions_of", "try_flips"]

_SAMPLES = Path(indexer.__file__).parent / "samples"
_FIRST, _LEAVES = 6, 2  # samples that are indexed at first, and of these how many leave again
_REGIONS = 16  # of a file that has no parts
_BATCH = 25
_TIMEOUT_S = 20.0  # of a batch, which takes two
_MEMORY = 8 << 30  # bytes of address space
_REBUILT_OF = 10  # one flip of so many is followed by a rebuild
_AT_ONCE = 2

_Ranges = tuple[tuple[int, int], ...]  # first byte, and the one behind the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A bit of a file.

    Attributes:
        part: Of the file, in words.
        is_rebuilt: Whether a rebuild is tried, too.
    """

    file: str
    part: str
    offset: int
    bit: int
    is_rebuilt: bool

    def __str__(self) -> str:
        return f"bit {self.bit} of byte {self.offset:,} of {self.file} ({self.part})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """An index that is whole: the bytes of its files, what it says, and what it was built of."""

    source: Path
    index: Path
    files: Mapping[str, bytes]
    faced: Faced


def try_flips(scale: Scale, folder: Path, random: Random) -> list[Outcome]:
    """Flip bits, one at a time."""
    sound = make_sound(folder)
    tally, afresh = Tally("a bit flips in a file of the index"), Counter[bool]()
    flips = draw_flips(sound, scale.flips, random)
    for flip, needed, problems in judge_all(sound, flips, folder):
        tally.count(str(flip), *problems)
        afresh[bool(needed)] += flip.is_rebuilt
    parts = len({(flip.file, flip.part) for flip in flips})
    return [
        tally.outcome(f"{parts} parts of {len(sound.files)} files; {afresh.total()} were rebuilt, {afresh[True]} of these with --fresh")
    ]


def make_sound(folder: Path) -> Sound:
    """Build an index of two segments, with deleted turns in one, a report, and a saved search."""
    source, index = folder / "source", folder / "sound"
    source.mkdir()
    samples = sorted(_SAMPLES.glob("*"))
    for sample in samples[:_FIRST]:
        shutil.copy(sample, source)
    indexer.rebuild(source, index=index)
    for sample in samples[:_LEAVES]:
        (source / sample.name).unlink()
    shutil.copy(samples[_FIRST], source)
    indexer.rebuild(source, index=index)
    with closing(open_snapshot(index)) as snapshot, open_watches(Store(index)) as watches:
        watches.add(snapshot, Watch(name="kept", query="margin"))
    # In an order that does not depend on the names of segments, which are drawn by chance: a seed is to draw the same bits again.
    paths = sorted((path for path in index.iterdir() if path.suffix != ".lock"), key=lambda path: (path.suffix, path.stat().st_size))
    files = {path.name: path.read_bytes() for path in paths}
    faced = ask_all(index)
    if faced.errors or faced.problems:
        raise AssertionError(f"the sound index does not answer: {faced.errors} {faced.problems}")
    return Sound(source=source, index=index, files=files, faced=faced)


# where


def draw_flips(sound: Sound, count: int, random: Random) -> list[Flip]:
    """Draw bits, the same number in each part of each file, whatever its size."""
    parts = [(file, part, ranges) for file, data in sound.files.items() for part, ranges in regions_of(file, data).items()]
    random.shuffle(parts)
    flips = []
    for number in range(count):
        file, part, ranges = parts[number % len(parts)]
        start, end = random.choices(ranges, [end - start for start, end in ranges])[0]
        is_rebuilt = random.randrange(_REBUILT_OF) == 0
        flips.append(Flip(file=file, part=part, offset=random.randrange(start, end), bit=random.randrange(8), is_rebuilt=is_rebuilt))
    return flips


def regions_of(file: str, data: bytes) -> Mapping[str, _Ranges]:
    """Part a file: a segment by its tables and columns, any other evenly."""
    if file.endswith(".seg"):
        return {part: ranges for part, ranges in _parts_of_segment(file, data) if ranges}
    edges = [len(data) * part // _REGIONS for part in range(_REGIONS + 1)]
    return {f"{part}/{_REGIONS}": ((start, end),) for part, (start, end) in enumerate(pairwise(edges)) if start < end}


def _parts_of_segment(file: str, data: bytes) -> Iterator[tuple[str, _Ranges]]:
    """Give its columns, as the directory has them; the rest of each table, which is Arrow's own; and what stands behind the tables."""
    _, size, directory = read_end(memoryview(data), file)
    end_of_directory = data.rindex(directory) + len(directory)
    for table, known in json.loads(directory).items():
        start, length = known["stream"]
        places = {name: [(at, at + many) for at, many in buffers if many] for name, buffers in known["columns"].items()}
        for name, ranges in places.items():
            yield from ((f"{table}.{name} {number}", (one,)) for number, one in enumerate(ranges))
        yield f"{table}, metadata", _without(start, start + length, sorted(one for ranges in places.values() for one in ranges))
    yield "sums", ((size, end_of_directory - len(directory)),)
    yield "directory", ((end_of_directory - len(directory), end_of_directory),)
    yield "tail", ((end_of_directory, len(data)),)


def _without(start: int, end: int, inner: Sequence[tuple[int, int]]) -> _Ranges:
    edges = [start, *(edge for one in inner for edge in one), end]
    return tuple((first, last) for first, last in zip(edges[::2], edges[1::2], strict=True) if first < last)


# what comes of it


def judge_all(sound: Sound, flips: Sequence[Flip], folder: Path) -> Iterator[tuple[Flip, bool, list[str]]]:
    """Try flips in processes, some in each; what ends a process is the fault of the flip of which it has not told."""
    waiting = deque(flips[start : start + _BATCH] for start in range(0, len(flips), _BATCH))
    running: deque[tuple[Sequence[Flip], Path, Child]] = deque()
    started = 0
    while waiting or running:
        while waiting and len(running) < _AT_ONCE:
            batch, work = waiting.popleft(), folder / f"batch{started}"
            started += 1
            running.append((batch, work, Child(lambda batch=batch, work=work: _judge_some(sound, batch, work), _MEMORY)))  # type: ignore[misc]
        batch, work, child = running.popleft()
        _, problem = child.result(_TIMEOUT_S)
        told = [json.loads(line) for line in (work / "told").read_text().splitlines()] if (work / "told").exists() else []
        shutil.rmtree(work, ignore_errors=True)
        for flip, (needed, problems) in zip(batch, told, strict=False):
            yield flip, needed, problems
        if len(told) < len(batch):
            yield batch[len(told)], False, [problem or "it was not told of"]
            if left := batch[len(told) + 1 :]:
                waiting.appendleft(left)


def _judge_some(sound: Sound, flips: Sequence[Flip], work: Path) -> str:
    """Try flips, and write a line of each as soon as it is known what comes of it."""
    work.mkdir()
    with (work / "told").open("a") as told:
        for flip in flips:
            index = work / "index"
            _put_flipped(sound, flip, index)
            told.write(json.dumps(judge(sound, flip, index)) + "\n")
            told.flush()
            shutil.rmtree(index)
    return ""


def _put_flipped(sound: Sound, flip: Flip, index: Path) -> None:
    """Make a copy of the index with the bit flipped; all other files are links."""
    index.mkdir()
    for name, data in sound.files.items():
        if name == flip.file:
            flipped = bytearray(data)
            flipped[flip.offset] ^= 1 << flip.bit
            (index / name).write_bytes(flipped)
        else:
            os.link(sound.index / name, index / name)


def judge(sound: Sound, flip: Flip, index: Path) -> tuple[bool, list[str]]:
    """Check a damaged index, ask it everything, and rebuild it if that is to be tried.

    Returns:
        Whether only a fresh rebuild mended it, and what was wrong.
    """
    problems = [] if flip.file in _checked(index) else ["earful check does not name the file"]
    faced = ask_all(index)
    problems += faced.problems
    problems += [f"{name} is answered wrongly" for name, answer in faced.answers.items() if sound.faced.answers.get(name) != answer]
    if not flip.is_rebuilt:
        return False, problems
    needed, problem = _mended(sound, index)
    return needed, [*problems, *([problem] if problem else [])]


def _checked(index: Path) -> str:
    """Give what a check says."""
    try:
        return "\n".join(Store(index).check())
    except IndexDamaged as error:
        return str(error)


def _mended(sound: Sound, index: Path) -> tuple[bool, str]:
    """Rebuild, and if that does not help, afresh; say whether that was needed, and why the index is not sound even then, or ""."""
    problem = ""
    for fresh in (False, True):
        try:
            indexer.rebuild(sound.source, index=index, fresh=fresh)
        except EarfulError as error:
            problem = f"no rebuild: {error}"
            continue
        left = [line for line in _checked(index).splitlines() if not line.startswith("earful-watch")]  # these are the user's
        if ask_all(index).content == sound.faced.content and not left:
            return fresh, ""
        problem = f"no rebuild mends it: {left}"
    return True, problem

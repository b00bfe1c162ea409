"""How can an index be forged? Tables of contents that run code, and segments of nonsense, under checksums that fit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from whoosh.filedb.filestore import RamStorage

from indexer.codec.checks import SummedFile, read_end
from indexer.sealed import digest_of
from indexer.store import Store
from tests.faults.pickles import hostile_pickles

__all__ = ["WRONG_VALUES", "Attack", "Slot", "attacks_on_files", "only", "parts_of_toc", "path_of", "put", "put_json", "rewrite_segment"]

_GIGABYTES = 5 << 30
_DEEP = 100_000
_PARTS = 50

# What may stand where a number, a text or a list should.
WRONG_VALUES: Mapping[str, str] = {
    "null": "null",
    "text": '"x"',
    "a list": "[]",
    "an object": "{}",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "1e400": "1e400",
    "1.5": "1.5",
    "-1": "-1",
    "2^31": "2147483648",
    "2^63": "9223372036854775808",
    "5 GB": str(_GIGABYTES),
    "5,000 digits": "9" * 5_000,
    "true": "true",
    "deep brackets": "[" * _DEEP + "]" * _DEEP,
    "a lone surrogate": '"\\ud800\\n\\u001b[2J"',
}


# A place in JSON: the way down to it.
Slot = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A forgery.

    Attributes:
        kind: What is forged.
        forge: Does it to an index.
        is_refused: Whether the index must not be taken for sound.
        is_harmless: Whether it must answer as if nothing had been done.
        is_mended: Whether a rebuild must make it sound again.
    """

    kind: str
    name: str
    forge: Callable[[Path], object]
    is_refused: bool = False
    is_harmless: bool = False
    is_mended: bool = True


def attacks_on_files(sound: Path, canary: Path, parts: int, random: Random, *, is_long: bool) -> Iterator[Attack]:
    """Give forgeries of the table of contents and of segments.

    Args:
        sound: The index; attacks are done to copies of it.
        canary: A file that forged code would remove.
        parts: At how many places a segment is cut off.
    """
    yield from _tables_of_contents(only(sound, "*.toc").read_bytes(), str(canary))
    yield from _segments(sound, parts, random, is_long)


def _reseal(index: Path) -> None:
    """Make the manifest of an index fit its files again."""
    store = Store(index)
    generation = store.generation()
    manifest = store.manifest(generation)
    files = {name: _measured(index / name) for name in manifest.files if (index / name).is_file()}
    (index / f"earful-{generation}.json").write_bytes(replace(manifest, files=files).to_bytes())


def _measured(path: Path) -> tuple[int, str]:
    data = path.read_bytes()
    return len(data), digest_of(data)


def only(index: Path, pattern: str) -> Path:
    """Give the file of an index that a pattern means; the last of several."""
    return max(index.glob(pattern))


def path_of(slot: Slot) -> str:
    """Say a place in words."""
    return ".".join(map(str, slot)) or "all"


def put_json(known: Any, slot: Slot, raw: str) -> bytes:
    """Give JSON with something else, any text, in one place of it."""
    mark = "what is to be replaced"
    if not slot:
        return raw.encode()
    whole = json.loads(json.dumps(known))
    place = whole
    for step in slot[:-1]:
        place = place[step]
    place[slot[-1]] = mark
    return json.dumps(whole).replace(f'"{mark}"', raw).encode()


# tables of contents


def _tables_of_contents(toc: bytes, canary: str) -> Iterator[Attack]:
    head, schema, middle, segments = parts_of_toc(toc)
    for name, payload in hostile_pickles(canary).items():
        for what, forged in {"segments": (schema, middle, payload), "schema": (payload, middle, segments)}.items():
            yield _harmless(f"hostile pickle as {what} in the table of contents", name, _toc_of(head, *forged))
    for part in range(_PARTS):
        cut = toc[: len(toc) * part // _PARTS]
        for what, data in {"cut off": cut, "overwritten": cut + b"\xff" * 8 + toc[len(cut) + 8 :]}.items():
            yield _harmless("torn table of contents", f"{what} at {part}/{_PARTS}", data)


def _harmless(kind: str, name: str, toc: bytes) -> Attack:
    """Forge a table of contents, which is Whoosh's: Earful takes nothing from it."""
    return Attack(kind=kind, name=name, forge=partial(put, "*.toc", toc), is_harmless=True)


def parts_of_toc(toc: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Part a table of contents as Whoosh writes it: what stands before the schema; the schema; what stands before the segments; these."""
    memory = RamStorage()
    with memory.create_file("toc") as file:
        file.write(toc)
    with memory.open_file("toc") as file:
        for read in (*[file.read_varint] * 3, *[file.read_int] * 2, *[file.read_varint] * 3):
            read()
        start = file.tell()
        schema = bytes(file.read_string())
        end = file.tell()
    return toc[:start], schema, toc[end : end + 8], toc[end + 8 :]


def _toc_of(head: bytes, schema: bytes, middle: bytes, segments: bytes) -> bytes:
    memory = RamStorage()
    with memory.create_file("schema") as file:
        file.write_string(schema)
    with memory.open_file("schema") as file:
        return head + bytes(file.read()) + middle + segments


def put(pattern: str, data: bytes, index: Path) -> None:
    """Put other bytes into a file of a generation, and make the manifest fit."""
    only(index, pattern).write_bytes(data)
    _reseal(index)


# segments


def _segments(sound: Path, parts: int, random: Random, is_long: bool) -> Iterator[Attack]:
    kind = "forged segment"
    data = max(sound.glob("*.seg"), key=lambda path: path.stat().st_size).read_bytes()
    name = max(sound.glob("*.seg"), key=lambda path: path.stat().st_size).name
    for part in range(parts):
        yield Attack(
            kind=kind, name=f"cut off at {part}/{parts}", forge=partial(put, name, data[: len(data) * part // parts]), is_refused=True
        )
    for size in (0, 1, 24, 4_096, len(data)):
        yield Attack(kind=kind, name=f"{size} random bytes", forge=partial(put, name, random.randbytes(size)), is_refused=True)
    _, size, directory = read_end(memoryview(data), name)
    known = json.loads(directory)
    for slot in _SLOTS_OF_DIRECTORY:
        for what, raw in WRONG_VALUES.items():
            forge = partial(_put_segment, name, data[:size], put_json(known, slot, raw))
            yield Attack(kind="forged directory of a segment", name=f"{what} as {path_of(slot)}", forge=forge)
    for table, column, start, length in _buffers(known):
        for fill in _FILLS if is_long else (random.choice(_FILLS),):
            forged = data[:start] + fill(length, random) + data[start + length : size]
            if forged == data[:size]:
                continue
            forge = partial(_put_segment, name, forged, directory)
            yield Attack(kind="forged columns of a segment", name=f"{fill.__name__} in {table}.{column} at {start}", forge=forge)
    outside = bytearray(b"\xff" * size)
    for _, _, start, length in _buffers(known):
        outside[start : start + length] = data[start : start + length]
    yield Attack(
        kind=kind,
        name="all of Arrow's metadata overwritten",
        forge=partial(_put_segment, name, bytes(outside), directory),
        is_harmless=True,
    )


_SLOTS_OF_DIRECTORY: tuple[Slot, ...] = (
    (),
    ("words",),
    ("people", "columns"),
    ("calls", "rows"),
    ("turns", "rows"),
    ("words", "rows"),
    ("texts", "columns", "block"),
    ("texts", "columns", "block", 1, 1),
    ("words", "columns", "positions", 1, 0),
    ("words", "columns", "word", 0, 1),
    ("calls", "columns", "call", 3, 1),
)


def _buffers(directory: dict[str, Any]) -> Iterator[tuple[str, str, int, int]]:
    for table, known in directory.items():
        for column, places in known["columns"].items():
            yield from ((table, column, start, length) for start, length in places if length)


def _ones(length: int, random: Random) -> bytes:
    return b"\xff" * length


def _zeros(length: int, random: Random) -> bytes:
    return bytes(length)


def _noise(length: int, random: Random) -> bytes:
    return random.randbytes(length)


def _large(length: int, random: Random) -> bytes:
    return (b"\xff\xff\xff\x7f" * (length // 4 + 1))[:length]


_FILLS = (_ones, _zeros, _noise, _large)


def _put_segment(name: str, data: bytes, directory: bytes, index: Path) -> None:
    rewrite_segment(index / name, data, directory)
    _reseal(index)


def rewrite_segment(path: Path, data: bytes, directory: bytes) -> None:
    """Write a segment's file under sums that fit."""
    with path.open("wb") as file:
        summed = SummedFile(file)
        summed.write(data)
        summed.finish(directory)

"""How can the small files of an index be forged? Other JSON in every place of manifest, ledger, report and saved searches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from indexer.sealed import seal_bytes
from tests.faults.forgery import WRONG_VALUES, Attack, Slot, only, path_of, put, put_json

__all__ = ["attacks_on_papers"]

_NAME, _TURNS = "its name", "its turns"  # in what is forged of a segment


def attacks_on_papers(sound: Path) -> Iterator[Attack]:
    """Give forgeries of the manifest, the ledger, the report and the saved searches."""
    segment = next(sound.glob("*.seg")).name
    for pattern, slots in {
        "earful-[0-9]*.json": (
            (),
            ("versions",),
            ("versions", "schema"),
            ("counts",),
            ("counts", "turns"),
            ("scanned_ns",),
            ("content",),
            ("segments",),
            ("segments", 0),
            ("segments", 0, 0),
            ("segments", 0, 1),
            ("segments", 0, 2),
            ("files",),
            ("files", segment),
            ("files", segment, 0),
            ("files", segment, 1),
        ),
        "earful-report.json": ((), ("calls",)),
        "earful-watches.json": ((), (0,), (0, "name"), (0, "query"), (0, "filters"), (0, "since"), (0, "synonyms")),
        "earful-watch-*.json": ((),),
    }.items():
        kind, known = _content_of(only(sound, pattern))
        for slot in slots:
            for what, raw in WRONG_VALUES.items():
                forge = partial(_seal_raw, pattern, b'{"version": 1, "%s": %s}' % (kind.encode(), put_json(known, slot, raw)))
                yield Attack(kind="forged manifest, report or watches", name=f"{what} as {path_of(slot)} of {pattern}", forge=forge)
        for what, data in _GARBAGE.items():
            yield Attack(kind="forged manifest, report or watches", name=f"{what} as {pattern}", forge=partial(_seal_raw, pattern, data))
    yield from _wrong_segments(sound)
    yield from _ledgers(only(sound, "*.ledger").read_bytes().splitlines()[1:])


_GARBAGE: Mapping[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b"\xff\xfe\x00",
    "other JSON": b'{"manifest/99": {}}',
    "5,000,000 digits": b"9" * 5_000_000,
    "keys that repeat": b'{"manifest/2": 1, "manifest/2": 2}',
}


# What a manifest must not say of a segment: name, turns, and which of them are deleted, as ranges.
_WRONG_SEGMENTS: Mapping[str, list[Any]] = {
    "a name that leads out": ["../../../etc/passwd", 3, []],
    "an absolute name": ["/etc/passwd", 3, []],
    "a name of a million letters": ["a" * 1_000_000, 3, []],
    "a name with a line end": ["a\nb", 3, []],
    "a name that is a list": [["a"] * 100_000, 3, []],
    "no name": [None, 3, []],
    "a name that no file has": ["0123456789abcdef", 3, []],
    "turns below 0": [_NAME, -1, []],
    "2^31 turns": [_NAME, 1 << 31, []],
    "more turns than its file has": [_NAME, (1 << 31) - 1, []],
    "fewer turns than its file has": [_NAME, 1, []],
    "turns of many digits": [_NAME, 10**4_000, []],
    "1.5 turns": [_NAME, 1.5, []],
    "turns as text": [_NAME, "3", []],
    "True turns": [_NAME, True, []],
    "a turn deleted that is not there": [_NAME, _TURNS, [[0, 10**9]]],
    "a turn deleted below 0": [_NAME, _TURNS, [[-1, 1]]],
    "2^31 deleted turns": [_NAME, (1 << 31) - 1, [[0, (1 << 31) - 2]]],
    "half a range": [_NAME, _TURNS, [[0]]],
    "ranges in disorder": [_NAME, _TURNS, [[2, 3], [0, 1]]],
    "a range of text": [_NAME, _TURNS, [["0", "1"]]],
    "deleted: a number": [_NAME, _TURNS, 1_000_000_000],
    "nothing of it": [],
}


def _wrong_segments(sound: Path) -> Iterator[Attack]:
    """Forge what the manifest says of its largest segment."""
    kind, known = _content_of(only(sound, "earful-[0-9]*.json"))
    largest = max(range(len(known["segments"])), key=lambda number: int(known["segments"][number][1]))
    name, turns, _ = known["segments"][largest]
    for what, wrong in _WRONG_SEGMENTS.items():
        raw = json.dumps(wrong).replace(f'"{_NAME}"', json.dumps(name)).replace(f'"{_TURNS}"', str(turns))
        data = b'{"%s": %s}' % (kind.encode(), put_json(known, ("segments", largest), raw))
        yield Attack(
            kind="forged segments in the manifest", name=what, forge=partial(_seal_raw, "earful-[0-9]*.json", data), is_refused=True
        )


def _content_of(path: Path) -> tuple[str, Any]:
    """Give the kind and the content of a sealed file."""
    whole = json.loads(path.read_bytes().split(b"\n", 1)[1])
    return next((kind, content) for kind, content in whole.items() if kind != "version")


def _seal_raw(pattern: str, data: bytes, index: Path) -> None:
    """Put other bytes into a sealed file, under a checksum that fits."""
    only(index, pattern).write_bytes(seal_bytes(data))


def _ledgers(lines: Sequence[bytes]) -> Iterator[Attack]:
    first = json.loads(lines[0])
    call = next(iter(first["ledger/1"]))
    slots: tuple[tuple[int, Slot], ...] = (
        (0, ()),
        (0, ("ledger/1",)),
        (0, ("ledger/1", call)),
        (0, ("ledger/1", call, 1)),
        *((1, slot) for slot in ((), ("path",), ("key",), ("stamp",), ("stamp", 1), ("fingerprint",), ("calls",), ("rejected",))),
        *((1, ("calls", 0, name)) for name in ("call", "company", "date", "voices", "figures", "words", "turns", "warnings")),
    )
    for number, slot in slots:
        for what, raw in WRONG_VALUES.items():
            forged = [*lines]
            forged[number] = put_json(json.loads(lines[number]), slot, raw)
            forge = partial(put, "*.ledger", seal_bytes(b"\n".join(forged)))
            yield Attack(kind="forged ledger", name=f"{what} as {path_of(slot)} in line {number}", forge=forge)
    for what, data in _GARBAGE.items():
        yield Attack(kind="forged ledger", name=what, forge=partial(put, "*.ledger", seal_bytes(data)))

"""What was read stays read, whatever a crash tore off, and nothing is taken for read that was not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.disk import Disk
from indexer.errors import EarfulError
from indexer.intake import parse_file
from indexer.journal import Journal
from indexer.readings import Reading
from indexer.sources import find_sources
from indexer.spool import read_calls, unpack_call
from tests.small_index import put, transcript

_VERSIONS: dict[str, int | str] = {"schema": 1}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Reading, list[bytes]]]:
    """Give what is read of three sources: two calls, a file that is none."""
    source = tmp_path_factory.mktemp("source")
    put(
        source,
        [transcript("ACMP", "Q1 2022", "Pumps sold well.", "Why?"), transcript("BOLT", "Q1 2022", "Bolts rusted.", "Why?"), "Buy milk."],
    )
    files = find_sources(source).files
    parsed = [parse_file(file.path, known=frozenset(), firms=None) for file in files]
    return [(each.reading_of(file), [packed for _, packed in each.calls]) for file, each in zip(files, parsed, strict=True)]


def _write(path: Path, read: list[tuple[Reading, list[bytes]]]) -> Journal:
    journal = Journal(path, Disk(), _VERSIONS)
    for reading, columns in read:
        journal.add(reading, 7, columns)
    return journal


def _again(path: Path) -> Journal:
    return Journal(path, Disk(), _VERSIONS)


def test_what_was_added_is_there_again(tmp_path: Path, read: list[tuple[Reading, list[bytes]]]) -> None:
    """Another process finds the same readings, moments and calls, and can add more."""
    first = _write(tmp_path / "journal", read[:2])
    again = _again(tmp_path / "journal")
    assert (again.readings, again.scanned_ns, again.places) == (first.readings, first.scanned_ns, first.places)
    again.add(read[2][0], 8)
    third = _again(tmp_path / "journal")
    assert list(third.readings.values()) == [reading for reading, _ in read]
    assert list(third.scanned_ns.values()) == [7, 7, 8]
    calls = [next(read_calls(third.path, [("X-1", *place)])) for place in third.places.values()]
    assert [(call.values[0], call.values[2], call.text[0]) for call in calls] == [
        ("X-1", "ACMP", "Pumps sold well."),
        ("X-1", "BOLT", "Bolts rusted."),
    ]


@given(share=st.floats(0, 1), kind=st.sampled_from(["cut", "changed", "zeros"]))
@settings(max_examples=150)
def test_what_was_torn_is_left_out(
    tmp_path_factory: pytest.TempPathFactory, read: list[tuple[Reading, list[bytes]]], share: float, kind: str
) -> None:
    """Wherever the file was cut off, changed or not written, what stands before is good and what follows is read again."""
    path = tmp_path_factory.mktemp("torn") / "journal"
    journal = _write(path, [])
    sizes = [journal._size]
    for reading, columns in read:
        journal.add(reading, 7, columns)
        sizes.append(journal._size)
    data = bytearray(path.read_bytes())
    place = min(int(share * len(data)), len(data) - 1)
    if kind == "cut":
        data = data[:place]
    elif kind == "changed":
        data[place] ^= 1
    else:
        data[place:] = bytes(len(data) - place)
    is_harmed = bytes(data) != path.read_bytes()
    path.write_bytes(data)
    again = _again(path)
    whole = max((count for count, size in enumerate(sizes) if size <= place), default=0) if is_harmed else len(read)
    assert [*again.readings.values()] == [reading for reading, _ in read[:whole]]
    again.add(*read[0][:1], 9, read[0][1])
    assert read[0][0].key in _again(path).readings


def test_another_version_reads_again(tmp_path: Path, read: list[tuple[Reading, list[bytes]]]) -> None:
    """What another version of the reader read is not taken over."""
    _write(tmp_path / "journal", read)
    assert Journal(tmp_path / "journal", Disk(), {"schema": 2}).readings == {}
    assert _again(tmp_path / "journal").readings == {}


@pytest.mark.parametrize("data", [b"", b"EJ3\n", b"\xff" * 1000, b"[" * 100_000])
def test_any_bytes_are_no_journal(tmp_path: Path, data: bytes) -> None:
    """Whatever stands in its place, a journal begins anew."""
    (tmp_path / "journal").write_bytes(data)
    assert _again(tmp_path / "journal").readings == {}
    assert _again(tmp_path / "journal").readings == {}


def test_columns_run_no_code(tmp_path: Path, read: list[tuple[Reading, list[bytes]]]) -> None:
    """Columns that are none, a pickle that would run a program among them, are refused in one line that says what to do."""
    mark = tmp_path / "ran"
    planted = f"cpathlib\nPath.touch\n(cpathlib\nPath\n(V{mark}\ntRtR.".encode()
    call: dict[str, Any] = {"values": [None] * 8, "people": [[None] * 4], "owns": [[None] * 3]}
    call |= {"person": [0], "own": [0], "turn": [1], "exchange": [0], "chars": [2]}
    wrong: list[dict[str, Any]] = [{"person": [1]}, {"person": [-1]}, {"turn": ["1"]}, {"turn": [1.0]}, {"turn": [True]}, {"own": []}]
    wrong += [{"turn": [1 << 40]}, {"chars": [3]}, {"people": [[None] * 5]}, {"people": [[1] * 4]}, {"people": 7}]
    wrong += [{"values": []}, {"values": [{}] * 8}, {"more": 1}]
    assert unpack_call(json.dumps(call).encode() + b"\nHi").text == ["Hi"]
    forged = [json.dumps({**call, **change}).encode() + b"\nHi" for change in wrong]
    for evil in (planted, b"", b"garbage", b"7\n", b"[]\n", b"[" * 100_000 + b"\n", json.dumps(call).encode() + b"\n\xff\xff", *forged):
        journal = Journal(tmp_path / "journal", Disk(), _VERSIONS)
        journal.add(read[0][0], 7, [evil])
        with pytest.raises(EarfulError, match=r"^what an earlier rebuild left is not what was written .*; run it again with --fresh"):
            list(read_calls(journal.path, [("X-1", *journal.places[read[0][0].calls[0].content])]))
    assert not mark.exists()


def test_it_is_synced_now_and_then(tmp_path: Path, read: list[tuple[Reading, list[bytes]]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss of power costs seconds of work: the journal is brought to the disk when the last time is five seconds ago."""
    clock = iter([0.0, 1.0, 4.9, 5.1, 5.1, 6.0])
    monkeypatch.setattr("indexer.journal.time.monotonic", lambda: next(clock))
    synced: list[int] = []
    disk = Disk()
    monkeypatch.setattr(disk, "sync", lambda path: synced.append(path.stat().st_size))
    journal = Journal(tmp_path / "journal", disk, _VERSIONS)
    counts = []
    for reading, columns in read:
        journal.add(reading, 7, columns)
        counts.append(len(synced))
    assert counts == [0, 1, 1]
    assert 0 < synced[0] < (tmp_path / "journal").stat().st_size

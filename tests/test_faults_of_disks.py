"""What tries to lose an index finds it when it can be lost: a store without one of its precautions does not survive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest

from indexer.store import Store
from tests.faults.__main__ import IN_MEMORY
from tests.faults.disk import try_disks
from tests.faults.kills import try_kills
from tests.faults.power import try_power_loss
from tests.faults.resume import try_resumption
from tests.faults.scale import SHORT, Scale
from tests.faults.table import Outcome

_FEW = replace(
    SHORT, kills_at_steps=100, kills_at_instants=5, kills_of_several=0, crash_states=1, failures=30, full_disks=6, several_on_full_disks=0.0
)

_Trial = Callable[[Scale, Path, Random], list[Outcome]]


def _lost(trial: _Trial, folder: Path) -> list[str]:
    return [line for outcome in trial(_FEW, folder, Random(1)) for line in outcome.lost]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give an empty folder in memory, where to sync costs nothing, if there is such a place."""
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as name:
        yield Path(name)


@pytest.mark.parametrize("trial", [try_kills, try_disks, try_resumption])
def test_the_store_survives_a_few_of_each(folder: Path, trial: _Trial) -> None:
    """A small share of what `python -m tests.faults` tries, in every run of the tests."""
    assert _lost(trial, folder) == []


def _unsynced(store: Store, path: Path, data: bytes) -> None:
    draft = path.with_name(f"{path.name}.new")
    store.disk.write(draft, data)
    store.disk.rename(draft, path)
    store.disk.sync_folder(path.parent)


def _names_unsynced(store: Store, path: Path, data: bytes) -> None:
    draft = path.with_name(f"{path.name}.new")
    store.disk.write(draft, data)
    store.disk.sync(draft)
    store.disk.rename(draft, path)


def _in_place(store: Store, path: Path, data: bytes) -> None:
    store.disk.write(path, data)
    store.disk.sync(path)
    store.disk.sync_folder(path.parent)


@pytest.mark.parametrize(
    ("trial", "write", "loses"),
    [
        (try_power_loss, _unsynced, "is not what was written"),
        (try_power_loss, _names_unsynced, "is missing or cut off"),
        (try_kills, _in_place, "within step"),
    ],
)
def test_a_careless_store_is_found_out(folder: Path, trial: _Trial, write: Callable[..., None], loses: str) -> None:
    """Files that are renamed before they are synced, names that are not synced, and files written in their place lose an index."""
    with patch.object(Store, "_write", write):
        lost = _lost(trial, folder)
    assert any(loses in line for line in lost)


def test_leftovers_are_found(folder: Path) -> None:
    """A store that does not clean up leaves orphans, which count as lost."""
    with patch.object(Store, "clean", lambda *_: None):
        assert any("orphan" in line for line in _lost(try_kills, folder))


def test_a_rebuild_that_begins_anew_is_found(folder: Path) -> None:
    """If what was read is not kept, the second rebuild opens all files."""
    with patch("indexer.journal.Journal._resume", lambda self, _: self._disk.write(self.path, b"")):
        assert _lost(try_resumption, folder) == ["one process: it opened 96 of 96 files"]

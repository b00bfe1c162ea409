"""A rebuild that nobody watches says what it did, goes on where one was stopped, and takes nothing away that may come back."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import indexer
from indexer.disk import Disk
from indexer.errors import EarfulError, IndexLocked, IndexUnusable, NothingToIndex, UnreadableSource
from indexer.schema import SCHEMA_VERSION
from indexer.sources import read_source
from indexer.store import Store
from tests.small_index import put, transcript

_OLD_S = 1_600_000_000


def _texts(*tickers: str) -> list[str]:
    return [transcript(ticker, "Q1 2022", f"{ticker} sold pumps.", "Why?") for ticker in tickers]


def _age(source: Path) -> None:
    """Set the time of all files back: a rebuild looks into files again that are only just written."""
    for path in source.rglob("*"):
        os.utime(path, (_OLD_S, _OLD_S))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Give a folder of three calls and a file that is none."""
    put(tmp_path / "source", [*_texts("ACMP", "BOLT", "CART"), "Buy milk."])
    _age(tmp_path / "source")
    return tmp_path / "source"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Give the path at which an index shall be."""
    return tmp_path / "index"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the names of the files that are opened."""
    names: list[str] = []

    def read(path: str) -> bytes:
        names.append(Path(path).name)
        return read_source(path)

    monkeypatch.setattr("indexer.intake.read_source", read)
    return names


def _calls(index: Path) -> list[str]:
    store = Store(index)
    return sorted(store.ledger(store.generation(), store.manifest(store.generation())).calls)


def _stop_after(read: int) -> Any:
    """Give a progress callback that stops a rebuild when so many files were read."""

    def stop(stage: str, done: int, _: int) -> None:
        if stage == "reading" and done == read:
            raise KeyboardInterrupt

    return stop


# going on


def test_what_was_read_is_not_read_again(source: Path, index: Path, opened: list[str]) -> None:
    """After a rebuild was stopped the next one opens the files that were left, and says how many it did not open."""
    with pytest.raises(KeyboardInterrupt):
        indexer.rebuild(source, index=index, progress=_stop_after(2))
    opened.clear()
    report = indexer.rebuild(source, index=index)
    assert opened == ["call02.txt", "call03.txt"]
    assert (report.read, report.resumed, report.added, len(report.rejected)) == (2, 2, 3, 1)
    assert _calls(index) == ["ACMP-2022Q1", "BOLT-2022Q1", "CART-2022Q1"]
    assert indexer.compare(source, index=index).is_equal
    assert not Store(index).work.exists()


def test_what_changed_meanwhile_is_read_again(source: Path, index: Path, opened: list[str]) -> None:
    """A file that was read before a rebuild was stopped and has changed since, or has gone, is not taken from what was read."""
    with pytest.raises(KeyboardInterrupt):
        indexer.rebuild(source, index=index, progress=_stop_after(3))
    (source / "call00.txt").write_text(transcript("ACMP", "Q1 2022", "ACMP sold nothing.", "Why?"))
    (source / "call01.txt").unlink()
    opened.clear()
    report = indexer.rebuild(source, index=index)
    assert (opened, report.resumed) == (["call00.txt", "call03.txt"], 1)
    assert _calls(index) == ["ACMP-2022Q1", "CART-2022Q1"]
    assert indexer.compare(source, index=index).is_equal


def test_fresh_reads_all_again(source: Path, index: Path, opened: list[str]) -> None:
    """With `fresh` nothing is taken from a rebuild that was stopped."""
    with pytest.raises(KeyboardInterrupt):
        indexer.rebuild(source, index=index, progress=_stop_after(2))
    opened.clear()
    assert indexer.rebuild(source, index=index, fresh=True).resumed == 0
    assert len(opened) == 4


def test_another_table_of_firms_takes_nothing_over(source: Path, index: Path, tmp_path: Path) -> None:
    """What was read with one table of firms is read again with another."""
    with pytest.raises(KeyboardInterrupt):
        indexer.rebuild(source, index=index, progress=_stop_after(2))
    (tmp_path / "firms.txt").write_text("Mole & Sons = Pell & Harrow")
    assert indexer.rebuild(source, index=index, firms=tmp_path / "firms.txt").resumed == 0


def test_a_built_segment_is_not_built_again(source: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild that was stopped when its segments were built has nothing left to do but to switch."""

    class Full(Disk):
        def rename(self, old: Path, new: Path) -> None:
            if new.suffix == ".ledger":
                raise KeyboardInterrupt
            super().rename(old, new)

    monkeypatch.setattr("indexer.store.Disk", Full)
    with pytest.raises(KeyboardInterrupt):
        indexer.rebuild(source, index=index)
    monkeypatch.undo()
    told: list[str] = []
    built = {path.name for path in index.glob("*.seg")}
    indexer.rebuild(source, index=index, progress=lambda stage, *_: told.append(stage))
    assert told == []
    assert {path.name for path in index.glob("*.seg")} == built != set()
    assert (Store(index).check(), Store(index).strangers()) == ([], [])


def test_a_segment_of_another_version_is_built_again(source: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was built of the same files by another version of the reader, or with other firms, is not taken for what this one builds."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(Store, "adopt", stop)
        with pytest.raises(KeyboardInterrupt):
            indexer.rebuild(source, index=index)
    told: list[str] = []
    monkeypatch.setattr("indexer.pipeline._VERSIONS", {"schema": SCHEMA_VERSION, "parser": 10_000})
    indexer.rebuild(source, index=index, progress=lambda stage, *_: told.append(stage))
    assert set(told) == {"reading", "indexing"}


# half-written files, and files that change


def test_young_files_wait(source: Path, index: Path) -> None:
    """Files that were just written are left for the next time; if there are no others, that is why there is no index yet."""
    with pytest.raises(NothingToIndex, match=r"^no source holds a call yet: 4 changed too short a time ago"):
        indexer.rebuild(source, index=index, settle_s=3600)
    assert indexer.rebuild(source, index=index).calls == 3


@pytest.mark.parametrize("held", [False, True])
def test_a_file_that_waits_keeps_its_calls(source: Path, index: Path, monkeypatch: pytest.MonkeyPatch, held: bool) -> None:
    """While a file is being written, the index answers with what it held of it, or without it."""
    if held:
        indexer.rebuild(source, index=index)
    _only_waits(monkeypatch, "call01.txt")
    (source / "call01.txt").write_text(_texts("BOLT")[0][:150])
    report = indexer.rebuild(source, index=index, settle_s=60)
    assert report.waiting == (str(source / "call01.txt"),)
    assert _calls(index) == (["ACMP-2022Q1", "BOLT-2022Q1", "CART-2022Q1"] if held else ["ACMP-2022Q1", "CART-2022Q1"])
    monkeypatch.undo()
    (source / "call01.txt").write_text(_texts("DOME")[0])
    assert indexer.rebuild(source, index=index).waiting == ()
    assert _calls(index) == ["ACMP-2022Q1", "CART-2022Q1", "DOME-2022Q1"]


def _only_waits(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Have all files but one look old: no test can set back the time of a change of an inode."""
    from indexer.sources import Found, find_sources

    def find(sources: Any, *, settle_s: float = 0.0, now_ns: int | None = None) -> Found:
        found = find_sources(sources)
        waiting = tuple(file for file in found.files if settle_s and Path(file.path).name == name)
        return Found(
            files=tuple(file for file in found.files if file not in waiting), refused=found.refused, waiting=waiting, empty=found.empty
        )

    monkeypatch.setattr("indexer.pipeline.find_sources", find)


def test_another_version_does_not_lose_what_waits(source: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If all must be read again, so must a file that waits: the index would lose what it held of it."""
    indexer.rebuild(source, index=index)
    _only_waits(monkeypatch, "call01.txt")
    report = indexer.rebuild(source, index=index, settle_s=60, fresh=True)
    assert (report.waiting, report.calls) == ((), 3)


def test_a_file_that_changes_while_it_is_wanted_waits(source: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second-best transcript of a call, read long ago, whose file is no longer the same when it is wanted, does not stop the job."""
    (source / "call00-again.txt").write_text(transcript("ACMP", "Q1 2022", "ACMP sold pumps and more of them.", "Why?"))
    _age(source)
    indexer.rebuild(source, index=index)
    (source / "call00-again.txt").unlink()
    from indexer.intake import Parsed, parse_file

    def changed(path: str, **options: Any) -> Parsed:
        return Parsed("other") if path.endswith("call00.txt") else parse_file(path, **options)

    monkeypatch.setattr("indexer.pipeline.parse_file", changed)
    report = indexer.rebuild(source, index=index)
    assert report.waiting == (str(source / "call00.txt"),)
    assert _calls(index) == ["BOLT-2022Q1", "CART-2022Q1"]
    monkeypatch.undo()
    assert indexer.rebuild(source, index=index).calls == 3


# sources that vanish


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("is_there", [False, True])
def test_a_share_that_is_not_mounted_empties_nothing(source: Path, index: Path, tmp_path: Path, is_there: bool, fresh: bool) -> None:
    """A folder that is not there, or is as empty as a place where nothing is mounted, does not cost the calls that came from it."""
    put(tmp_path / "other", _texts("DOME"))
    indexer.rebuild([source, tmp_path / "other"], index=index)
    source.rename(tmp_path / "away")
    if is_there:
        source.mkdir()
    with pytest.raises(
        IndexUnusable, match=r"but 3 calls in the index came from it; check the path and that it is mounted, or leave it out"
    ):
        indexer.rebuild([source, tmp_path / "other"], index=index, fresh=fresh)
    assert len(_calls(index)) == 4
    assert indexer.rebuild([tmp_path / "other"], index=index).removed == 3


def test_a_folder_that_cannot_be_listed_costs_nothing(source: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder below a source that has gone stale, as on a network drive, stops the rebuild before its calls are lost."""
    put(source / "below", _texts("DOME"))
    indexer.rebuild(source, index=index)
    scandir = os.scandir

    def fail(folder: str) -> Any:
        if str(folder).endswith("below"):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return scandir(folder)

    monkeypatch.setattr("os.scandir", fail)
    with pytest.raises(IndexUnusable, match=r"below cannot be read: Stale file handle, but 1 calls in the index came from it"):
        indexer.rebuild(source, index=index)
    assert len(_calls(index)) == 4


def test_patterns_empty_nothing_that_does_not_fit_them(source: Path, index: Path) -> None:
    """A pattern that matches nothing any more stops a rebuild if calls came from it, and not for what came from elsewhere."""
    (source / "page.html").write_text(_texts("DOME")[0])
    sources = [str(source), str(source / "**" / "*.html"), str(source / "*.htm")]
    indexer.rebuild(sources, index=index)
    (source / "call00.txt").unlink()
    assert indexer.rebuild(sources, index=index).removed == 1
    (source / "page.html").unlink()
    with pytest.raises(IndexUnusable, match=r"\*\.html matches nothing, but 1 calls in the index came from it"):
        indexer.rebuild([*sources[1:], str(source / "call01.txt")], index=index)


@pytest.mark.parametrize("is_disk", [True, False])
def test_a_file_that_cannot_be_read_now_keeps_its_calls(source: Path, index: Path, monkeypatch: pytest.MonkeyPatch, is_disk: bool) -> None:
    """A disk that fails is told, and costs no call that the index has; a file that is too large now is no transcript any more."""
    indexer.rebuild(source, index=index)
    (source / "call01.txt").write_text("x" * 500)

    def fail(path: str) -> bytes:
        try:
            if path.endswith("call01.txt"):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        except OSError as error:
            raise UnreadableSource("cannot be read: Input/output error") from error
        return read_source(path)

    if is_disk:
        monkeypatch.setattr("indexer.intake.read_source", fail)
    else:
        monkeypatch.setattr("indexer.sources.LARGEST", 400)
    report = indexer.rebuild(source, index=index)
    assert len(_calls(index)) == (3 if is_disk else 2)
    reasons = [no.reason for no in report.rejected if no.source.endswith("call01.txt")]
    assert reasons[0].startswith("cannot be read: Input/output error; the index keeps what it held of it" if is_disk else "larger than")
    monkeypatch.undo()
    assert indexer.rebuild(source, index=index).removed == (1 if is_disk else 0)


def test_nothing_to_index_leaves_nothing_behind(tmp_path: Path, index: Path) -> None:
    """A rebuild that finds no call leaves no work for another."""
    put(tmp_path / "source", ["Buy milk."])
    with pytest.raises(NothingToIndex):
        indexer.rebuild(tmp_path / "source", index=index)
    assert not Store(index).work.exists()


# what it says


def _lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def _files(lines: Iterable[dict[str, Any]]) -> dict[str, tuple[str, str, list[str]]]:
    return {Path(line["source"]).name: (line["status"], line["how"], line["calls"]) for line in lines if line["event"] == "file"}


def test_the_log_has_a_line_a_file_and_one_for_all(source: Path, index: Path, tmp_path: Path) -> None:
    """Each file's line says what it is against the index before and how that is known; the last line is the report."""
    log = tmp_path / "log.jsonl"
    report = indexer.rebuild(source, index=index, log=log)
    lines = _lines(log)
    assert _files(lines) == {
        "call00.txt": ("added", "read", ["ACMP-2022Q1"]),
        "call01.txt": ("added", "read", ["BOLT-2022Q1"]),
        "call02.txt": ("added", "read", ["CART-2022Q1"]),
        "call03.txt": ("rejected", "read", []),
    }
    assert [line["reason"] for line in lines[:4]] == [None, None, None, report.rejected[0].reason]
    assert {name: lines[-1][name] for name in report.to_dict()} == json.loads(json.dumps(report.to_dict()))
    assert (lines[-1]["event"], lines[-1]["status"], lines[-1]["index"]) == ("summary", "done", str(index))
    assert all(line["time"][:2] == "20" for line in lines)


def test_the_log_is_appended_to(source: Path, index: Path, tmp_path: Path) -> None:
    """A second run adds its lines: what was changed, removed, refused, and what it knew already."""
    log = tmp_path / "log.jsonl"
    indexer.rebuild(source, index=index, log=log)
    before = len(_lines(log))
    (source / "call00.txt").write_text(transcript("ACMP", "Q1 2022", "ACMP sold nothing.", "Why?"))
    (source / "call01.txt").unlink()
    indexer.rebuild([source, tmp_path / "nosuch.txt"], index=index, log=log)
    assert _files(_lines(log)[before:]) == {
        "call00.txt": ("changed", "read", ["ACMP-2022Q1"]),
        "call01.txt": ("removed", "known", ["BOLT-2022Q1"]),
        "call02.txt": ("unchanged", "known", ["CART-2022Q1"]),
        "call03.txt": ("rejected", "known", []),
        "nosuch.txt": ("rejected", "refused", []),
    }


def test_the_log_tells_of_failure(source: Path, index: Path, tmp_path: Path) -> None:
    """A rebuild that fails says so in its last line, and how."""
    log = tmp_path / "log.jsonl"
    with Store(index).lock(), pytest.raises(IndexLocked):
        indexer.rebuild(source, index=index, log=log)
    with pytest.raises(KeyboardInterrupt):
        indexer.rebuild(source, index=index, log=log, progress=_stop_after(1))
    failed = [line for line in _lines(log) if line["event"] == "summary"]
    assert [line["status"] for line in failed] == ["failed", "failed"]
    assert (failed[0]["error"].split(" (")[0], failed[1]["error"]) == (f"another rebuild is running on {index}", "KeyboardInterrupt")
    assert _files(_lines(log)) == {"call00.txt": ("added", "read", ["ACMP-2022Q1"])}


def test_a_log_that_cannot_be_written_is_told_before_any_work(source: Path, index: Path, tmp_path: Path) -> None:
    """A folder in the place of the log is one line, and nothing was done."""
    with pytest.raises(EarfulError, match=rf"^cannot write the log {tmp_path} \(.*\); choose another file with --log"):
        indexer.rebuild(source, index=index, log=tmp_path)
    assert not index.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_log_that_ends_early_stops_nothing(source: Path, index: Path) -> None:
    """When the log cannot take more, the rebuild goes on, and a note says so."""
    report = indexer.rebuild(source, index=index, log="/dev/full")
    assert report.calls == 3
    assert report.notes == ("the log /dev/full ends early (No space left on device)",)


def test_the_report_is_kept_in_the_index(source: Path, index: Path) -> None:
    """The last rebuild's report lies in the index, with its generation, also of one that had nothing to do."""
    report = indexer.rebuild(source, index=index)
    kept = Store(index).report()
    assert {name: kept[name] for name in report.to_dict()} == json.loads(json.dumps(report.to_dict()))
    assert kept["generation"] == 1
    indexer.rebuild(source, index=index)
    assert (Store(index).report()["unchanged"], Store(index).report()["generation"]) == (3, 1)


def test_a_dry_run_writes_nothing(source: Path, index: Path, tmp_path: Path) -> None:
    """What would be done is reported just as if it were done, and no byte of the index changes; it waits for no lock."""
    assert indexer.rebuild(source, index=index, dry_run=True).added == 3
    assert not index.exists()
    indexer.rebuild(source, index=index)
    (source / "call00.txt").unlink()
    put(source / "more", _texts("DOME"))
    before = {path.name: path.read_bytes() for path in index.iterdir()}
    with Store(index).lock("other.lock"):
        tried = indexer.rebuild(source, index=index, dry_run=True, log=tmp_path / "log.jsonl")
    (index / "other.lock").unlink()
    assert {path.name: path.read_bytes() for path in index.iterdir()} == before
    assert _lines(tmp_path / "log.jsonl")[-1]["status"] == "tried"
    done = indexer.rebuild(source, index=index)
    assert {**tried.to_dict()} == {**done.to_dict()}
    assert (tried.added, tried.removed, tried.generation, done.generation) == (1, 1, 0, 2)


# several at once


def test_a_rebuild_waits_for_another(source: Path, index: Path) -> None:
    """Who is willing to wait begins when the other has ended, and looks at the sources then."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with Store(index).lock():
            held.set()
            done.wait(60)
            put(source / "more", _texts("DOME"))

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(60)
    threading.Timer(0.2, done.set).start()
    assert indexer.rebuild(source, index=index, wait_s=60).calls == 4
    holder.join()


_SLOW = """
import sys, time
from indexer.cli import main
import indexer.intake

read = indexer.intake.read_source

def slow(path):
    print("reading", file=sys.stderr, flush=True)
    time.sleep(60)

indexer.intake.read_source = slow
sys.argv = ["indexer", "rebuild", sys.argv[1], "--index", sys.argv[2], "--jobs", "1"]
main()
"""


@pytest.mark.parametrize(("number", "status", "says"), [(signal.SIGTERM, 143, "stopped"), (signal.SIGINT, 130, "interrupted")])
def test_a_stopped_job_says_so(source: Path, index: Path, number: signal.Signals, status: int, says: str) -> None:
    """SIGTERM and Ctrl-C end a rebuild with one line, the status that shells know, and no lock."""
    command = [sys.executable, "-c", _SLOW, str(source), str(index)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as job:
        assert job.stderr is not None
        assert job.stderr.readline() == "reading\n"
        job.send_signal(number)
        out, said = job.communicate(timeout=60)
    assert (job.returncode, out, said.count("\n")) == (status, "", 1)
    assert said.startswith(f"earful: {says}; the index is as it was")
    assert indexer.rebuild(source, index=index).calls == 3

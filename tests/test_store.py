"""An index directory can be opened at any moment, tells what has been done to it, and keeps its hands off what is not its own."""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.codec.base import Segment
from whoosh.index import TOC, open_dir
from whoosh.query import Term

from indexer.codec import ArrowSegment
from indexer.disk import Disk
from indexer.errors import IndexDamaged, IndexLocked, IndexNotFound, IndexUnusable
from indexer.manifest import Ledger, Manifest, calls_from_bytes
from indexer.readings import Reading
from indexer.schema import turn_schema
from indexer.sealed import seal, seal_bytes, unseal
from indexer.segments import build_segment
from indexer.store import Store
from indexer.toc import write_toc
from tests.rows import call_of

_HOLD_LOCK = """
import sys
from indexer.store import Store
with Store(sys.argv[1]).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def _manifest(**changes: Any) -> Manifest:
    facts: dict[str, Any] = {
        "versions": {"schema": 1, "parser": 1},
        "counts": {"calls": 1, "turns": 1},
        "scanned_ns": 1_660_000_000_000_000_000,
    }
    return Manifest(**facts | changes)


def _reading(path: str) -> Reading:
    return Reading(path=path, key=f"/{path}", stamp=(1, 2, 3, 4), fingerprint="f00", calls=(), rejected="no transcript")


_LEDGER = Ledger(sources=(_reading("calls/acme.txt"),), calls={"ACMP-2022Q2": ("f00", 0)})


def _add(store: Store, word: str) -> Segment:
    """Bring the segment of a call of one turn, in which somebody says a word, into the directory."""
    with store.workspace() as work:
        segment = build_segment(work / "part0", [call_of("ACMP-2022Q2", word)])
        store.adopt(segment, work / "part0")
    return segment


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Give an index of one generation, in which "pumps" is said."""
    store = Store(tmp_path / "index")
    store.folder.mkdir()
    store.commit([_add(store, "pumps")], _manifest(), _LEDGER, None)
    return store


def _names(store: Store) -> set[str]:
    return set(os.listdir(store.folder))


def _file(store: Store, ending: str) -> Path:
    return next(store.folder.glob(f"*{ending}"))


def _segments(store: Store) -> list[ArrowSegment]:
    return store.segments(store.generation(), store.manifest(store.generation()))


def _said(store: Store) -> list[str]:
    with open_dir(store.folder).reader() as reader:
        return [stored["text"] for stored in reader.all_stored_fields()]


# generations


def test_the_hash_of_the_content_knows_the_calls_and_nothing_else(tmp_path: Path) -> None:
    """The same calls have the same hash in whatever order they came; another file, or another way of reading, has its own."""

    def content(calls: dict[str, tuple[str, int]], **changes: Any) -> str:
        store = Store(tmp_path / str(len(list(tmp_path.iterdir()))))
        store.folder.mkdir()
        generation = store.commit([_add(store, "pumps")], _manifest(**changes), Ledger(calls=calls), None)
        return store.manifest(generation).content

    calls = {"ACMP-2022Q2": ("f00", 0), "BCMP-2022Q2": ("f01", 0)}
    same = [content(calls), content(dict(reversed(calls.items()))), content(calls, scanned_ns=1)]
    other = [content({}), content({**calls, "BCMP-2022Q2": ("f02", 0)}), content(calls, versions={"schema": 1, "parser": 2})]
    assert len(set(same)) == 1
    assert len({*same, *other}) == 4


def test_a_folder_without_an_index_says_how_to_build_one(tmp_path: Path) -> None:
    """Where no index is, or no folder at all, the error tells the folder and the command."""
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexNotFound, match=f"no index in {folder}; build one with: earful rebuild FOLDER"):
            Store(folder).generation()


def test_a_committed_generation_is_the_index(store: Store) -> None:
    """What was committed is the current generation, with its manifest and segments, and Whoosh opens it."""
    assert store.generation() == 1
    assert replace(store.manifest(1), segments=(), files={}, content="") == _manifest()
    assert store.ledger(1, store.manifest(1)) == _LEDGER
    assert [segment.doc_count() for segment in _segments(store)] == [1]
    assert _said(store) == ["pumps"]


def test_a_commit_leaves_no_file_of_older_generations(store: Store) -> None:
    """After a commit only the files of the new generation are there, and its manifest names them all."""
    segment = _add(store, "valves")
    assert store.commit([segment], _manifest(), _LEDGER, store.manifest(1)) == 2
    assert store.generation() == 2
    assert _names(store) == {"_MAIN_2.toc", f"{segment.segment_id()}.seg", "earful-2.json", "earful-2.ledger"}
    assert set(store.manifest(2).files) == {"_MAIN_2.toc", f"{segment.segment_id()}.seg", "earful-2.ledger"}
    assert (store.check(), _said(store)) == ([], ["valves"])


def test_nothing_counts_before_it_is_on_the_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments and manifest are brought to the disk before the table of contents that makes them count, and each name after its bytes."""
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    segment = _add(store, "valves")
    store.commit([segment], _manifest(), _LEDGER, store.manifest(1))
    names = {path.stat().st_ino: path.name for path in [store.folder, *store.folder.iterdir()]}
    expected = [f"{segment.segment_id()}.seg", "earful-2.ledger", "index", "earful-2.json", "index", "_MAIN_2.toc", "index"]
    assert [names[inode] for inode in synced] == expected


def test_segments_are_shared_by_generations(store: Store) -> None:
    """A segment that stays is not written again."""
    before = _file(store, ".seg").stat()
    store.commit([*_segments(store), _add(store, "valves")], _manifest(), _LEDGER, store.manifest(1))
    after = next(path for path in store.folder.glob("*.seg") if path.stat().st_ino == before.st_ino).stat()
    assert after.st_mtime_ns == before.st_mtime_ns
    assert (store.check(), sorted(_said(store))) == ([], ["pumps", "valves"])


def test_a_commit_removes_what_killed_rebuilds_left(store: Store) -> None:
    """Drafts, manifests without a table of contents and segments that nothing names go with the next commit."""
    for name in ("earful-2.json", "earful-2.json.new", "earful-3.ledger", "_MAIN_2.toc.new", "MAIN_0rphan.seg", "MAIN_0rphan.pst"):
        (store.folder / name).write_text("left")
    store.commit(_segments(store), _manifest(), _LEDGER, store.manifest(1))
    assert _names(store) == {"_MAIN_2.toc", _file(store, ".seg").name, "earful-2.json", "earful-2.ledger"}
    assert (store.check(), _said(store)) == ([], ["pumps"])


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        ".gitkeep",
        "notes.txt",
        "earful.json",
        "_OTHER_1.toc",
        "OTHER_abc.seg",
        "MAIN.toc",
    ],
)
def test_foreign_files_are_never_touched(store: Store, name: str) -> None:
    """What others put into the directory stays as it is and is no fault of the index."""
    (store.folder / name).write_text("mine")
    (store.folder / "folder").mkdir()
    store.commit([_add(store, "valves")], _manifest(), _LEDGER, store.manifest(1))
    assert (store.folder / name).read_text() == "mine"
    assert (store.folder / "folder").is_dir()
    assert store.check() == []


def test_an_open_reader_keeps_its_generation(store: Store) -> None:
    """A searcher that was opened before a commit answers as before, though its files are gone; one opened later has the new ones."""
    with open_dir(store.folder).searcher() as before:
        store.commit([_add(store, "valves")], _manifest(), _LEDGER, store.manifest(1))
        assert [hit["text"] for hit in before.search(Term("text", "pumps"))] == ["pumps"]
        assert len(before.search(Term("text", "valves"))) == 0
    with open_dir(store.folder).searcher() as after:
        assert [hit["text"] for hit in after.search(Term("text", "valves"))] == ["valves"]


def test_a_missing_table_of_contents_is_the_old_generation(store: Store) -> None:
    """Until its table of contents has its name, a new generation does not count, whatever else of it is there."""
    shutil.copy(store.folder / "earful-1.json", store.folder / "earful-2.json")
    shutil.copy(store.folder / "_MAIN_1.toc", store.folder / "_MAIN_2.toc.new")
    assert store.generation() == 1
    assert _said(store) == ["pumps"]


# the manifest


@given(
    calls=st.dictionaries(st.text(max_size=9), st.tuples(st.text(max_size=9), st.integers(0, 9)), max_size=3),
    path=st.binary(max_size=9).map(os.fsdecode),
    moment=st.integers(0, 2**63),
)
@settings(max_examples=100)
def test_a_manifest_comes_back_as_it_was(calls: dict[str, tuple[str, int]], path: str, moment: int) -> None:
    """Any ids, paths and numbers survive being written and read, also names of files that are no text."""
    manifest = _manifest(scanned_ns=moment, files={"a.seg": (3, "f00")})
    assert Manifest.from_bytes(manifest.to_bytes(), "earful-1.json") == manifest
    ledger = Ledger(sources=(_reading(path),), calls=calls)
    assert calls_from_bytes(ledger.to_bytes(), "earful-1.ledger") == calls
    assert Ledger.from_bytes(ledger.to_bytes(), "earful-1.ledger") == ledger


def test_every_flipped_bit_of_a_manifest_is_seen() -> None:
    """A manifest of which one bit has changed is damaged, wherever the bit is."""
    data = _manifest().to_bytes()
    for place in range(len(data)):
        for bit in range(8):
            changed = data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
            with pytest.raises(IndexDamaged, match=r"^earful-1.json is not what was written .*; run earful rebuild"):
                Manifest.from_bytes(changed, "earful-1.json")


@pytest.mark.parametrize("length", [0, 1, 100, -1])
def test_a_truncated_manifest_is_seen(length: int) -> None:
    """A manifest that was cut off is damaged, wherever it was cut."""
    with pytest.raises(IndexDamaged, match=r"^earful-1.json is not what was written"):
        Manifest.from_bytes(_manifest().to_bytes()[:length], "earful-1.json")


_OTHERS: list[Any] = [1, [], {}, {"files": 1}, {"files": {"a": 1}}, {"files": {}, "versions": {}, "counts": {"a": "x"}, "scanned_ns": 1}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b"\xff",
        b"[" * 100_000,
        seal("manifest/1", {}).partition(b"\n")[2],
        *(seal("manifest/3", content).partition(b"\n")[2] for content in _OTHERS),
    ],
)
@pytest.mark.parametrize("is_sealed", [False, True])
def test_other_content_is_no_manifest_and_no_ledger(body: bytes, is_sealed: bool) -> None:
    """Whatever else stands in the file, under a checksum that is right or not, is told as damage, not as a fault of the program."""
    with pytest.raises(IndexDamaged, match=r"^earful-1.json is "):
        Manifest.from_bytes(seal_bytes(body) if is_sealed else body, "earful-1.json")
    for read in (Ledger.from_bytes, calls_from_bytes):
        with pytest.raises(IndexDamaged, match=r"^earful-1.ledger is not what was written"):
            read(seal_bytes(body) if is_sealed else body, "earful-1.ledger")


def test_a_missing_manifest_is_damage(store: Store) -> None:
    """An index without its manifest is damaged, and the error tells the file and what to do."""
    (store.folder / "earful-1.json").unlink()
    for look in (lambda: store.manifest(1), store.check):
        with pytest.raises(IndexDamaged, match=r"earful-1\.json cannot be read .*; run earful rebuild"):
            look()


# damage


def test_a_sound_index_has_no_problems(store: Store) -> None:
    """Every byte of a fresh index is what was written."""
    assert store.check() == []


@pytest.mark.parametrize("ending", [".seg", ".toc", ".ledger"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.999])
def test_check_finds_a_changed_byte(store: Store, ending: str, share: float) -> None:
    """A single flipped bit is found, in segments, table of contents and ledger, wherever it is."""
    path = _file(store, ending)
    data = bytearray(path.read_bytes())
    data[int(share * len(data))] ^= 1
    path.write_bytes(data)
    assert store.check() == [f"{path.name}: changed since it was written"]


@pytest.mark.parametrize("ending", [".seg", ".toc", ".ledger"])
def test_check_finds_a_truncated_file(store: Store, ending: str) -> None:
    """A file that was cut off is told with both sizes."""
    path = _file(store, ending)
    size = path.stat().st_size
    os.truncate(path, size - 1)
    assert store.check() == [f"{path.name}: {size - 1} bytes, {size} were written"]


def test_check_finds_a_missing_file(store: Store) -> None:
    """A segment that is gone is told."""
    path = _file(store, ".seg")
    path.unlink()
    assert store.check() == [f"{path.name}: missing"]


@pytest.mark.parametrize("name", ["MAIN_f0reign.seg", "earful-7.json", "_MAIN_0.toc", "_MAIN_2.toc.new"])
def test_check_finds_files_that_nothing_names(store: Store, name: str) -> None:
    """A file that looks like the index's own and that no manifest names is told."""
    (store.folder / name).write_text("left")
    assert store.check() == [f"{name}: does not belong to the index"]


def test_a_switch_is_no_damage(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a rebuild replaces the generation that is being checked, and removes its files, the new one is checked."""
    manifest, segments = store.manifest(1), _segments(store)
    original = Store.manifest

    def switch_first(self: Store, generation: int) -> Manifest:
        monkeypatch.setattr(Store, "manifest", original)
        found = original(self, generation)
        store.commit(segments, _manifest(), _LEDGER, manifest)
        return found

    monkeypatch.setattr(Store, "manifest", switch_first)
    assert (store.check(), store.generation()) == ([], 2)


def test_check_tells_the_worst_first(store: Store) -> None:
    """All problems are told at once, those of the index before files that are merely too many."""
    segment = _file(store, ".seg")
    segment.unlink()
    (store.folder / "MAIN_0rphan.seg").write_text("left")
    os.truncate(store.folder / "_MAIN_1.toc", 0)
    problems = [problem.split(":")[0] for problem in store.check()]
    assert sorted(problems[:2]) == sorted([segment.name, "_MAIN_1.toc"])
    assert problems[2:] == ["MAIN_0rphan.seg"]


@pytest.mark.parametrize("size", [0, 20, -1])
def test_a_damaged_table_of_contents_is_not_opened(store: Store, size: int) -> None:
    """A table of contents that is not what was written is told as damage before anything in it is believed."""
    path = store.folder / "_MAIN_1.toc"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(IndexDamaged, match=r"_MAIN_1\.toc is not what was written; run earful rebuild"):
        store.segments(1, store.manifest(1))


class _Planted:
    """Something in a table of contents that runs when it is read."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def segment_id(self) -> str:
        return "MAIN_planted"

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._mark,)


@pytest.mark.parametrize("is_forged", [False, True])
def test_opening_an_index_runs_no_code_from_it(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_forged: bool) -> None:
    """A table of contents that would run a program when it is unpickled is refused; if the manifest is forged to fit, it is not read."""
    mark = tmp_path / "ran"
    planted = write_toc([cast(Segment, _Planted(mark))], 2)
    if is_forged:
        monkeypatch.setattr("indexer.store.write_toc", lambda *_: planted)
        store.commit(_segments(store), _manifest(), _LEDGER, store.manifest(1))
        assert [segment.doc_count() for segment in _segments(store)] == [1]
    else:
        (store.folder / "_MAIN_1.toc").write_bytes(planted)
        with pytest.raises(IndexDamaged, match=r"_MAIN_1\.toc is not what was written; run earful rebuild"):
            _segments(store)
    assert not mark.exists()


@pytest.mark.parametrize(
    "segments",
    [
        [["../../x", 1, []]],
        [["a", 1, [[0, 2]]]],
        [["a", "1", []]],
        [["a"]],
        7,
        "too many",
        [["a" * 10**6, 1, []]],
        [[["a"] * 10**5, 1, []]],
    ],
)
def test_a_manifest_names_only_segments(store: Store, segments: Any) -> None:
    """Whatever else it names, under a checksum that is right, is told as damage before a file of that name is looked for."""
    data = (store.folder / "earful-1.json").read_bytes()
    content = unseal(data, "manifest/3", "")
    if segments == "too many":  # whose numbers would take all memory
        segments = [[content["segments"][0][0], 1 << 30, [[0, 1 << 30]]]]
    (store.folder / "earful-1.json").write_bytes(seal("manifest/3", {**content, "segments": segments}))
    with pytest.raises(IndexDamaged, match=r"earful-1\.json is not what was written") as raised:
        _segments(store)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize("name", ["earful-1.json", "_MAIN_1.toc", "earful-1.ledger", "*.seg", "earful-report.json"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_is_not_waited_for(store: Store, name: str, kind: str) -> None:
    """A pipe, a device without end or a folder in the place of a file is damage, and nothing that is read."""
    store.write_report({})
    path = next(store.folder.glob(name))
    path.unlink()
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
    if name == "earful-1.json":
        with pytest.raises(IndexDamaged, match="cannot be read"):
            store.check()
    else:
        assert [problem.split(":")[0] for problem in store.check()] == [path.name]


# locking and working


def test_one_rebuild_keeps_others_out(store: Store) -> None:
    """A second lock on the index is refused with one line that tells who holds it and what to do."""
    with store.lock(), pytest.raises(IndexLocked) as refused, Store(store.folder).lock():
        pytest.fail("two rebuilds at once")
    owner = rf"process {os.getpid()} on {socket.gethostname()} since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d"
    told = (
        re.escape(f"another rebuild is running on {store.folder} (") + owner + re.escape("); wait for it, as --wait 600 does, or stop it")
    )
    assert re.fullmatch(told, str(refused.value))


def test_the_lock_names_its_holder_alone(store: Store) -> None:
    """Of an earlier holder with a longer name nothing is left."""
    (store.folder / "earful.lock").write_text("process 4194304 on a-host-with-a-very-long-name.example\n")
    with store.lock():
        owner = (store.folder / "earful.lock").read_text()
    assert owner.startswith(f"process {os.getpid()} on {socket.gethostname()} since ")
    assert (owner.count("process"), owner[-1], "example" in owner) == (1, "\n", False)


def test_the_lock_goes_when_its_work_is_done(store: Store) -> None:
    """Done or failed, a rebuild leaves the index free for the next."""
    with pytest.raises(ZeroDivisionError), store.lock():
        raise ZeroDivisionError
    with store.lock():
        pass
    with store.lock():
        pass


def test_a_lock_writes_through_no_link(store: Store, tmp_path: Path) -> None:
    """A link in the place of the lock is refused, and what it leads to is left alone."""
    (tmp_path / "mine").write_text("mine")
    (store.folder / "earful.lock").symlink_to(tmp_path / "mine")
    with pytest.raises(IndexUnusable), store.lock():
        pytest.fail("locked another file")
    assert (tmp_path / "mine").read_text() == "mine"


def test_the_lock_goes_with_its_holder(store: Store) -> None:
    """A killed process holds nothing up: while it lives, its number is told; once it is dead, the index is free."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD_LOCK, str(store.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked, match=rf"\(process {holder.pid} on "), store.lock():
            pytest.fail("two rebuilds at once")
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with store.lock():
            assert (store.folder / "earful.lock").read_text().startswith(f"process {os.getpid()} on ")


def test_a_lock_is_waited_for(store: Store) -> None:
    """Who is willing to wait gets the lock as soon as it is free."""
    has_it, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.lock("other.lock"):
            has_it.set()
            done.wait(0.2)

    holder = threading.Thread(target=hold)
    holder.start()
    assert has_it.wait(60)
    with store.lock("other.lock", wait_s=60):
        pass
    holder.join()


def test_locks_of_other_names_keep_nobody_else_out(store: Store) -> None:
    """What is locked under another name waits for no rebuild, and says what is going on."""
    refused = pytest.raises(IndexLocked, match="another count is running on")
    with store.lock(), store.lock("other.lock"), refused, store.lock("other.lock", "count"):
        pytest.fail("two at once")


def test_what_no_generation_has_is_written_whole_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails leaves the file as it was, and the index too; what is not there can be removed."""
    store.write("own.json", b"one")
    store.write("own.json", b"two")

    def fail(_: object, __: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.disk, "rename", fail)
    with pytest.raises(OSError, match="No space"):
        store.write("own.json", b"three")
    monkeypatch.undo()
    assert ((store.folder / "own.json").read_bytes(), store.check()) == (b"two", [])
    store.remove("own.json")
    store.remove("own.json")
    assert not (store.folder / "own.json").exists()


def test_the_lock_makes_the_directory(tmp_path: Path) -> None:
    """A rebuild into a folder that is not there makes it."""
    with Store(tmp_path / "new" / "index").lock():
        assert (tmp_path / "new" / "index").is_dir()


@pytest.mark.parametrize("below", ["", "index"])
def test_an_unusable_directory_says_so(tmp_path: Path, below: str) -> None:
    """Where a file is in the way, the error tells the folder, the reason and the option."""
    (tmp_path / "file").write_text("mine")
    folder = tmp_path / "file" / below
    with (
        pytest.raises(IndexUnusable, match=rf"^cannot write to {folder} \(.+\); choose another folder with --index$"),
        Store(folder).lock(),
    ):
        pytest.fail("locked a file")


def _fail(store: Store, error: BaseException, *, fresh: bool = False) -> list[str]:
    """Fail while there is a workspace; give what was in it."""
    found: list[str] = []

    def fail() -> None:
        with store.workspace(fresh=fresh) as work:
            found.extend(path.name for path in work.iterdir())
            (work / "journal").write_text("half")
            raise error

    with pytest.raises(type(error)):
        fail()
    return found


def test_a_workspace_is_kept_for_the_next_time(store: Store) -> None:
    """What a rebuild leaves that is stopped, or fails, is there for the next, unless that begins afresh; when it is done nothing stays."""
    assert _fail(store, ZeroDivisionError()) == []
    assert _fail(store, KeyboardInterrupt()) == ["journal"]
    assert _fail(store, KeyboardInterrupt(), fresh=True) == []
    with store.workspace() as work:
        assert (work / "journal").read_text() == "half"
    assert not store.work.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_gets_its_space_back(store: Store, number: int) -> None:
    """When no space is left, the workspace does not keep what it has."""
    _fail(store, OSError(number, os.strerror(number)))
    assert not store.work.exists()


def test_a_workspace_is_no_link_to_elsewhere(store: Store, tmp_path: Path) -> None:
    """A link in the place of the workspace is removed, and what it leads to is left alone."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "journal").write_text("mine")
    store.work.symlink_to(tmp_path / "mine")
    with store.workspace() as work:
        assert list(work.iterdir()) == []
    assert (tmp_path / "mine" / "journal").read_text() == "mine"


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "no space is left on the disk of {}; the index is whole; free some, and run it again"),
        (errno.EROFS, "cannot write to {} (Read-only file system); choose another folder with --index"),
        (errno.EIO, "the disk of {0} failed (Input/output error at {0}/x); the index is whole; mend that, and run it again"),
    ],
)
def test_a_failing_disk_is_told_in_one_line(store: Store, number: int, told: str) -> None:
    """What goes wrong with the disk while the lock is held becomes an error that tells the folder, the reason and what to do."""
    with pytest.raises(IndexUnusable) as failed, store.lock():
        raise OSError(number, os.strerror(number), str(store.folder / "x"))
    assert str(failed.value) == told.format(store.folder)


# what is left over, and reports


def test_what_a_stopped_rebuild_left_is_no_damage(store: Store) -> None:
    """Beside a workspace files that nothing names are told as left over, and not as damage; other people's files are told apart."""
    store.work.mkdir()
    for name in ("MAIN_0rphan.seg", "_MAIN_2.toc.new", "notes.txt", "README.md", "earful.lock"):
        (store.folder / name).write_text("left")
    assert store.check() == []
    assert store.strangers() == [
        ".work, MAIN_0rphan.seg, _MAIN_2.toc.new: left by a rebuild that runs or was stopped; the next one goes on with it",
        "notes.txt: not a file of Earful's",
    ]


def test_the_last_report_is_kept(store: Store) -> None:
    """What was written comes back; where none is, the error says how to get one; a changed byte is found and told."""
    with pytest.raises(IndexNotFound, match=f"no report in {store.folder}; earful rebuild writes one"):
        store.report()
    store.write_report({"calls": 1})
    store.write_report({"calls": 2})
    assert (store.report(), store.check()) == ({"calls": 2}, [])
    data = bytearray((store.folder / "earful-report.json").read_bytes())
    data[-3] ^= 1
    (store.folder / "earful-report.json").write_bytes(data)
    assert store.check() == ["earful-report.json: changed since it was written"]
    with pytest.raises(IndexDamaged, match=r"^earful-report\.json is not what was written"):
        store.report()


# segments that are built, and wait for their generation


def _kept(store: Store, key: str) -> Path:
    """Build a segment in the workspace and note that it is finished; give its folder."""
    folder = store.work / "part-a"
    store.keep_part(folder, key, build_segment(folder, [call_of("ACMP-2022Q2", "valves")]))
    return folder


def test_a_finished_segment_is_found_again(store: Store) -> None:
    """A finished segment is known by what it was built of, in the workspace and after it was moved; not if it is of something else."""
    folder = _kept(store, "valves")
    segment = store.kept_part(folder, "valves")
    assert segment is not None
    assert (segment.doc_count(), store.kept_part(folder, "pumps"), store.kept_part(store.work / "part-b", "valves")) == (1, None, None)
    store.adopt(segment, folder)
    assert store.kept_part(folder, "valves") == segment
    store.commit([segment], _manifest(), _LEDGER, store.manifest(1))
    assert _said(store) == ["valves"]


@pytest.mark.parametrize("harm", ["missing", "cut", "changed", "unnoted"])
def test_a_segment_that_is_not_what_was_finished_is_built_again(store: Store, harm: str) -> None:
    """What is noted as finished and is not there byte for byte, or not noted, is as good as not built."""
    folder = _kept(store, "valves")
    path = next(folder.glob("*.seg"))
    match harm:
        case "missing":
            path.unlink()
        case "cut":
            os.truncate(path, 10)
        case "changed":
            path.write_bytes(path.read_bytes()[:-1] + b"?")
        case "unnoted":
            (folder / "done").write_bytes((folder / "done").read_bytes()[:-1])
    assert store.kept_part(folder, "valves") is None


def test_segments_never_get_one_name(store: Store) -> None:
    """Not even if a program sets the state of Python's random numbers, or two processes share it: one would overwrite the other."""
    names = set()
    for _ in range(2):
        random.seed(1)
        names.add(ArrowSegment("MAIN").segment_id())
    assert len(names) == 2


# the steps


def test_a_draft_goes_through_no_link(tmp_path: Path) -> None:
    """Writing replaces a link that has the name, and not what it leads to."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "draft").symlink_to(tmp_path / "mine")
    Disk().write(tmp_path / "draft", b"new")
    assert ((tmp_path / "mine").read_text(), (tmp_path / "draft").read_bytes()) == ("mine", b"new")


def test_what_cannot_be_written_at_once_is_written_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may take fewer bytes than it is given; then the rest follows."""
    write = os.write
    monkeypatch.setattr("os.write", lambda handle, data: write(handle, bytes(data[:3])))
    Disk().write(tmp_path / "file", b"0123456789")
    Disk().append(tmp_path / "file", b"abcdefg")
    assert (tmp_path / "file").read_bytes() == b"0123456789abcdefg"


def test_adopted_files_are_only_the_segments(store: Store) -> None:
    """What else a writer left in the workspace does not come into the index."""
    before = _names(store)
    segment = _add(store, "valves")
    assert _names(store) - before == {f"{segment.segment_id()}.seg"}


def test_a_table_of_contents_is_whooshs_own(store: Store) -> None:
    """What is committed is what Whoosh itself would read: its generation, and the schema with its fields and the one analyzer."""
    toc = TOC.read(open_dir(store.folder).storage, "MAIN")
    assert toc.generation == 1
    assert toc.schema.names() == turn_schema().names()
    assert toc.schema["text"].analyzer == turn_schema()["text"].analyzer

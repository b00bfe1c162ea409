"""An index directory can be opened at any moment, tells what has been done to it, and keeps its hands off what is not its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.codec.base import Segment
from whoosh.index import TOC, open_dir
from whoosh.query import Term

from indexer.errors import IndexDamaged, IndexLocked, IndexNotFound, IndexUnusable
from indexer.schema import turn_schema
from indexer.segments import build_segment
from indexer.store import Manifest, Store
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
        "sources": [{"path": "calls/acme.txt", "rejected": None}],
        "calls": {"ACMP-2022Q2": ("f00", 0)},
        "counts": {"calls": 1, "turns": 1},
        "scanned_ns": 1_660_000_000_000_000_000,
    }
    return Manifest(**facts | changes)


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
    store.commit([_add(store, "pumps")], _manifest(), None)
    return store


def _names(store: Store) -> set[str]:
    return set(os.listdir(store.folder))


def _file(store: Store, ending: str) -> Path:
    return next(store.folder.glob(f"*{ending}"))


def _said(store: Store) -> list[str]:
    with open_dir(store.folder).reader() as reader:
        return [stored["text"] for stored in reader.all_stored_fields()]


# generations


def test_the_hash_of_the_content_knows_the_calls_and_nothing_else(tmp_path: Path) -> None:
    """The same calls have the same hash in whatever order they came; another file, or another way of reading, has its own."""

    def content(**changes: Any) -> str:
        store = Store(tmp_path / str(len(list(tmp_path.iterdir()))))
        store.folder.mkdir()
        generation = store.commit([_add(store, "pumps")], _manifest(**changes), None)
        return store.manifest(generation).content

    calls = {"ACMP-2022Q2": ("f00", 0), "BCMP-2022Q2": ("f01", 0)}
    same = [content(calls=calls), content(calls=dict(reversed(calls.items()))), content(calls=calls, scanned_ns=1)]
    other = [content(), content(calls={**calls, "BCMP-2022Q2": ("f02", 0)}), content(calls=calls, versions={"schema": 1, "parser": 2})]
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
    assert replace(store.manifest(1), files={}, content="") == _manifest()
    assert [segment.doc_count() for segment in store.segments(1)] == [1]
    assert _said(store) == ["pumps"]


def test_a_commit_leaves_no_file_of_older_generations(store: Store) -> None:
    """After a commit only the files of the new generation are there, and its manifest names them all."""
    segment = _add(store, "valves")
    assert store.commit([segment], _manifest(), store.manifest(1)) == 2
    assert store.generation() == 2
    assert _names(store) == {"_MAIN_2.toc", f"{segment.segment_id()}.seg", "earful-2.json"}
    assert set(store.manifest(2).files) == {"_MAIN_2.toc", f"{segment.segment_id()}.seg"}
    assert (store.check(), _said(store)) == ([], ["valves"])


def test_nothing_counts_before_it_is_on_the_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments and manifest are brought to the disk before the table of contents that makes them count, and each name after its bytes."""
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    segment = _add(store, "valves")
    store.commit([segment], _manifest(), store.manifest(1))
    names = {path.stat().st_ino: path.name for path in [store.folder, *store.folder.iterdir()]}
    assert [names[inode] for inode in synced] == [f"{segment.segment_id()}.seg", "earful-2.json", "index", "_MAIN_2.toc", "index"]


def test_segments_are_shared_by_generations(store: Store) -> None:
    """A segment that stays is not written again."""
    before = _file(store, ".seg").stat()
    store.commit([*store.segments(1), _add(store, "valves")], _manifest(), store.manifest(1))
    after = next(path for path in store.folder.glob("*.seg") if path.stat().st_ino == before.st_ino).stat()
    assert after.st_mtime_ns == before.st_mtime_ns
    assert (store.check(), sorted(_said(store))) == ([], ["pumps", "valves"])


def test_a_commit_removes_what_killed_rebuilds_left(store: Store) -> None:
    """Drafts, manifests without a table of contents and segments that nothing names go with the next commit."""
    for name in ("earful-2.json", "earful-2.json.new", "_MAIN_2.toc.new", "MAIN_0rphan.seg", "MAIN_0rphan.pst"):
        (store.folder / name).write_text("left")
    store.commit(store.segments(1), _manifest(), store.manifest(1))
    assert _names(store) == {"_MAIN_2.toc", _file(store, ".seg").name, "earful-2.json"}
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
        "earful-watches.json",
        "earful-watch-1.json",
    ],
)
def test_foreign_files_are_never_touched(store: Store, name: str) -> None:
    """What others put into the directory stays as it is and is no fault of the index."""
    (store.folder / name).write_text("mine")
    (store.folder / "folder").mkdir()
    store.commit([_add(store, "valves")], _manifest(), store.manifest(1))
    assert (store.folder / name).read_text() == "mine"
    assert (store.folder / "folder").is_dir()
    assert store.check() == []


def test_an_open_reader_keeps_its_generation(store: Store) -> None:
    """A searcher that was opened before a commit answers as before, though its files are gone; one opened later has the new ones."""
    with open_dir(store.folder).searcher() as before:
        store.commit([_add(store, "valves")], _manifest(), store.manifest(1))
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
    path=st.text(max_size=9),
    moment=st.integers(0, 2**63),
)
@settings(max_examples=100)
def test_a_manifest_comes_back_as_it_was(calls: dict[str, tuple[str, int]], path: str, moment: int) -> None:
    """Any ids, paths and numbers survive being written and read."""
    manifest = _manifest(calls=calls, sources=[{"path": path}], scanned_ns=moment, files={"a.seg": (3, "f00")})
    assert Manifest.from_bytes(manifest.to_bytes(), "earful-1.json") == manifest


def test_a_manifest_holds_any_path() -> None:
    """The path of a file whose name is no text in the system's encoding is kept."""
    manifest = _manifest(sources=[{"path": os.fsdecode(b"caf\xe9.txt")}])
    assert Manifest.from_bytes(manifest.to_bytes(), "earful-1.json") == manifest


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


@pytest.mark.parametrize(
    "data", [b"[]", b"null", b'"text"', b"{}", b"\xff", b'{"manifest": 1, "sha256": ""}', b'{"manifest": "1", "sha256": 1}']
)
def test_other_json_is_no_manifest(data: bytes) -> None:
    """Whatever else stands in the file is told as damage, not as a fault of the program."""
    with pytest.raises(IndexDamaged, match=r"^earful-1.json is not what was written"):
        Manifest.from_bytes(data, "earful-1.json")


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


@pytest.mark.parametrize("ending", [".seg", ".toc"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.999])
def test_check_finds_a_changed_byte(store: Store, ending: str, share: float) -> None:
    """A single flipped bit is found, in segments and table of contents, wherever it is."""
    path = _file(store, ending)
    data = bytearray(path.read_bytes())
    data[int(share * len(data))] ^= 1
    path.write_bytes(data)
    assert store.check() == [f"{path.name}: changed since it was written"]


@pytest.mark.parametrize("ending", [".seg", ".toc"])
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
        store.segments(1)


class _Planted:
    """Something in a table of contents that runs when it is read."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def segment_id(self) -> str:
        return "MAIN_planted"

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._mark,)


def test_opening_an_index_runs_no_code_from_it(store: Store, tmp_path: Path) -> None:
    """A table of contents that would run a program when it is unpickled is refused, though its checksum is right."""
    mark = tmp_path / "ran"
    planted: list[Any] = [_Planted(mark)]
    store.commit(planted, _manifest(), None)
    with pytest.raises(IndexDamaged):
        store.segments(store.generation())
    assert not mark.exists()


# locking and working


def test_one_rebuild_keeps_others_out(store: Store) -> None:
    """A second lock on the index is refused with one line that tells who holds it and what to do."""
    owner = f"process {os.getpid()} on {socket.gethostname()}"
    with store.lock(), pytest.raises(IndexLocked) as refused, Store(store.folder).lock():
        pytest.fail("two rebuilds at once")
    assert str(refused.value) == f"another rebuild is running on {store.folder} ({owner}); wait for it, or stop it"


def test_the_lock_names_its_holder_alone(store: Store) -> None:
    """Of an earlier holder with a longer name nothing is left."""
    (store.folder / "earful.lock").write_text("process 4194304 on a-host-with-a-very-long-name.example\n")
    with store.lock():
        assert (store.folder / "earful.lock").read_text() == f"process {os.getpid()} on {socket.gethostname()}\n"


def test_the_lock_goes_when_its_work_is_done(store: Store) -> None:
    """Done or failed, a rebuild leaves the index free for the next."""
    with pytest.raises(ZeroDivisionError), store.lock():
        raise ZeroDivisionError
    with store.lock():
        pass
    with store.lock():
        pass


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

    monkeypatch.setattr(Path, "replace", fail)
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


def test_a_workspace_is_empty_and_leaves_nothing(store: Store) -> None:
    """What a killed rebuild left is not there for the next, and done or failed nothing of a rebuild stays."""
    (store.folder / ".work" / "part0").mkdir(parents=True)
    (store.folder / ".work" / "spool").write_text("left")

    def fail() -> None:
        with store.workspace() as work:
            assert list(work.iterdir()) == []
            (work / "spool").write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not (store.folder / ".work").exists()


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

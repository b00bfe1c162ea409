"""A watch shows each new turn once, whatever becomes of files and generations."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from rich.console import Console

import indexer
from indexer.errors import IndexDamaged, IndexLocked, IndexUnusable, InvalidValue, QuerySyntaxError
from indexer.sealed import seal_bytes, unseal_bytes
from indexer.store import Store
from search import watch as watching
from search.cli import earful
from search.reader import Snapshot, open_snapshot
from search.render.watch import print_watches
from search.watch import Watch, WatchNews, list_watches, open_watches
from tests.small_index import JANE, SAM, put, transcript

_TARIFFS = Watch(name="tariffs", query="tariffs")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with sources and an index in which one turn of two calls says tariffs."""
    texts = [
        transcript("ACME", "Q1 2022", (JANE, "Tariffs rise."), (SAM, "Why?")),
        transcript("BOLT", "Q1 2022", (JANE, "All is well."), (SAM, "Good.")),
    ]
    put(tmp_path / "source", texts)
    _rebuild(tmp_path)
    return tmp_path


def _rebuild(folder: Path, **options: Any) -> None:
    indexer.rebuild([folder / "source"], index=folder / "index", **options)


def _add(folder: Path, watch: Watch = _TARIFFS, **options: Any) -> int:
    with open_watches(Store(folder / "index")) as watches, closing(open_snapshot(folder / "index")) as snapshot:
        return watches.add(snapshot, watch, **options).turns


def _run(folder: Path, *names: str, remember: bool = True, **options: Any) -> tuple[WatchNews, ...]:
    with open_watches(Store(folder / "index")) as watches, closing(open_snapshot(folder / "index")) as snapshot:
        found = watches.run(snapshot, names, **options)
        if remember:
            watches.remember()
    return found.watches


def _places(found: tuple[WatchNews, ...]) -> list[tuple[str, int]]:
    return [(hit.call, hit.turn) for news in found for call in news.calls for hit in call.hits]


def test_what_matches_when_a_watch_is_added_is_known(folder: Path) -> None:
    """It says how many turns match, and shows only what comes after, once."""
    assert _add(folder) == 1
    assert _places(_run(folder)) == []
    put(folder / "source", [transcript("ACME", "Q1 2022", (JANE, "Tariffs rise."), (SAM, "Why do tariffs rise?"))])
    _rebuild(folder)
    (news,) = _run(folder)
    assert (news.turns, news.calls[0].call, news.calls[0].turns) == (1, "ACME-2022Q1", 1)
    assert _places((news,)) == [("ACME-2022Q1", 2)]
    assert _places(_run(folder)) == []


def test_from_the_start_all_is_new(folder: Path) -> None:
    """The first run shows all that matches, if that was asked for."""
    _add(folder, from_start=True)
    assert _places(_run(folder)) == [("ACME-2022Q1", 1)]
    assert _places(_run(folder)) == []


def test_what_was_found_and_not_remembered_is_found_again(folder: Path) -> None:
    """News are lost by nothing but having been shown."""
    _add(folder, from_start=True)
    assert _places(_run(folder, remember=False)) == _places(_run(folder)) == [("ACME-2022Q1", 1)]


_SPEECH = ("Tariffs rise.", "Tariffs fall again.", "No duties.", "Tariffs stay as they are.", "Duties and tariffs.", "Good.")
_CHOICES = {"tariffs": "ariffs", "duties": "uties"}  # query -> what a turn says that matches


@pytest.mark.parametrize("seed", range(12))
def test_each_turn_is_shown_once_whatever_happens(tmp_path: Path, seed: int) -> None:
    """Calls come, change, go and come back; watches are added, run and removed: new is what was never shown of a call."""
    random = Random(seed)
    put(tmp_path / "source", [transcript("BOLT", "Q1 2022", (JANE, "All is well."), (SAM, "Good."))])
    _rebuild(tmp_path)
    shown: dict[str, set[tuple[str, str]]] = {}
    for _ in range(10):
        for number, ticker in enumerate(("ACME", "COIL", "DRUM"), 1):
            said = random.sample(_SPEECH, k=3)
            path = tmp_path / "source" / f"call{number:02}.txt"
            chance = random.random()
            if chance < 0.25:
                path.unlink(missing_ok=True)
            elif chance < 0.75:
                path.write_text(transcript(ticker, "Q1 2022", (JANE, said[0]), (SAM, said[1]), (JANE, said[2])))
        _rebuild(tmp_path, fresh=random.random() < 0.2)
        matching = {query: _all_that_say(tmp_path, word) for query, word in _CHOICES.items()}
        for query in _CHOICES:
            chance = random.random()
            if query not in shown and chance < 0.6:
                from_start = random.random() < 0.5
                assert _add(tmp_path, Watch(name=query, query=query), from_start=from_start) == len(matching[query])
                shown[query] = set() if from_start else matching[query]
            elif query in shown and chance < 0.1:
                with open_watches(Store(tmp_path / "index")) as watches:
                    watches.remove(query)
                del shown[query]
        for _ in range(random.choice((0, 1, 2))):
            found = {news.watch.name: news for news in _run(tmp_path)}
            assert sorted(found) == sorted(shown)
            for query, news in found.items():
                new = matching[query] - shown[query]
                assert {(call.call, hit.snippet.text) for call in news.calls for hit in call.hits} == new
                assert (news.turns, len(news.calls)) == (len(new), len({call for call, _ in new}))
                shown[query] |= new
        assert Store(tmp_path / "index").check() == []


def _all_that_say(folder: Path, word: str) -> set[tuple[str, str]]:
    with closing(open_snapshot(folder / "index")) as snapshot:
        said = ((snapshot.value("call", doc_id) or "", snapshot.text(doc_id)) for doc_id in snapshot.live.nonzero()[0].tolist())
        return {(call, text) for call, text in said if word in text}


def test_what_is_shifted_is_not_new(folder: Path) -> None:
    """Of a fuller transcript, in which turns have other numbers, only what was added is new."""
    _add(folder)
    fuller = (JANE, "Good morning."), (SAM, "Hello."), (JANE, "Tariffs rise."), (SAM, "Do tariffs hurt?")
    put(folder / "source", [transcript("ACME", "Q1 2022", *fuller)])
    _rebuild(folder)
    assert _places(_run(folder)) == [("ACME-2022Q1", 4)]


def test_a_call_with_another_id_is_known_by_its_file(folder: Path) -> None:
    """If an earlier call takes its id, the same transcript goes on as what it was, and the earlier one is new."""
    _add(folder)
    earlier = transcript("ACME", "Q1 2022", (JANE, "Tariffs fall."), (SAM, "Since when?"), company="Acme Pumps", day="Jan 12, 2022")
    (folder / "source" / "earlier.txt").write_text(earlier)
    _rebuild(folder)
    with closing(open_snapshot(folder / "index")) as snapshot:
        assert {"ACME-2022Q1", "ACME-2022Q1-20220503"} <= set(snapshot.codes("call").values)
    (news,) = _run(folder)
    assert [(call.call, call.date, call.turns) for call in news.calls] == [("ACME-2022Q1", "2022-01-12", 1)]
    assert _places(_run(folder)) == []
    (folder / "source" / "earlier.txt").unlink()
    _rebuild(folder)
    assert _places(_run(folder)) == []


def test_a_generation_that_is_gone_tells_no_files(folder: Path) -> None:
    """If a rebuild ends while a watch runs, what it finds is shown once all the same, and what was known of files stays."""
    _add(folder, from_start=True)
    _run(folder)
    file = folder / "index" / "earful-watch-tariffs.json"
    before = file.read_bytes()
    with open_watches(Store(folder / "index")) as watches, closing(open_snapshot(folder / "index")) as snapshot:
        put(folder / "source", [transcript("ACME", "Q1 2022", (JANE, "Tariffs rise."), (SAM, "Tariffs?"))])
        _rebuild(folder)
        assert watches.run(snapshot).turns == 0
        watches.remember()
    assert file.read_bytes() == before
    assert _places(_run(folder)) == [("ACME-2022Q1", 2)]


def test_nothing_is_written_when_nothing_is_new(folder: Path) -> None:
    """A run that finds nothing leaves the memory of a watch as it lies on the disk."""
    _add(folder)
    file = folder / "index" / "earful-watch-tariffs.json"
    before = file.stat().st_ino, file.stat().st_mtime_ns
    _run(folder)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == before


def test_the_newest_call_comes_first_with_its_best_turns(folder: Path) -> None:
    """Calls are ordered by their days; of many new turns three are shown, and all counted."""
    many = [(JANE if number % 2 else SAM, f"Tariffs, number {number}.") for number in range(5)]
    put(folder / "source", [transcript("ACME", "Q1 2022", *many), transcript("BOLT", "Q3 2022", *many)])
    _add(folder, from_start=True)
    _rebuild(folder)
    (news,) = _run(folder, limit=1, remember=False)
    assert [(call.call, call.turns, len(call.hits)) for call in news.calls] == [("BOLT-2022Q3", 5, 1), ("ACME-2022Q1", 5, 1)]
    with open_watches(Store(folder / "index")) as watches, closing(open_snapshot(folder / "index")) as snapshot:
        found = watches.run(snapshot)
    (news,) = found.watches
    assert [(call.call, call.turns, len(call.hits)) for call in news.calls] == [("BOLT-2022Q3", 5, 3), ("ACME-2022Q1", 5, 3)]
    console = Console(file=StringIO(), width=80)
    print_watches(found, console)
    assert isinstance(console.file, StringIO)
    assert max(map(len, console.file.getvalue().splitlines())) <= 80
    assert "BOLT-2022Q3  Bolt Pumps · 2022Q3 · 2022-11-07: 5 new" in console.file.getvalue()


def test_the_best_turns_of_a_call_are_shown(folder: Path) -> None:
    """Of a call with more new turns than are shown, those that fit best are, in the order said."""
    said = [(JANE, "Much else was said of pumps, valves and tariffs that day in May."), (SAM, "Tariffs, tariffs?"), (JANE, "Tariffs!")]
    put(folder / "source", [transcript("ACME", "Q1 2022", *said)])
    _rebuild(folder)
    _add(folder, from_start=True)
    (news,) = _run(folder, limit=2)
    assert [hit.turn for hit in news.calls[0].hits] == [2, 3]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_shows_something(folder: Path, limit: int) -> None:
    """What counts as shown is not shown not at all."""
    with pytest.raises(InvalidValue, match=f"limit: {limit} is not possible"):
        _run(folder, limit=limit)


def test_filters_are_kept(folder: Path) -> None:
    """A watch asks with its filters, dates and synonyms, and is read back as it was."""
    watch = Watch(name="x", query="tariffs", filters={"role": ("Analyst", "CFO")}, since="2022-01-01", synonyms=True)
    assert _add(folder, watch, from_start=True) == 1
    assert list_watches(Store(folder / "index")) == (watch,)
    _add(folder, Watch(name="y", query="tariffs", until="2021-01-01"), from_start=True)
    assert _places(_run(folder, "y")) == []
    assert _places(_run(folder, "x")) == [("ACME-2022Q1", 1)]


def test_a_file_of_synonyms_is_found_from_any_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A watch knows where its file of synonyms lies; without it, it says so, and others run."""
    (folder / "own.txt").write_text("levies | tariffs\n")
    monkeypatch.chdir(folder)
    assert _add(folder, Watch(name="levies", query="levies", synonyms="own.txt"), from_start=True) == 1
    monkeypatch.chdir(folder / "index")
    assert _places(_run(folder, "levies", remember=False)) == [("ACME-2022Q1", 1)]
    (folder / "own.txt").unlink()
    _add(folder, from_start=True)
    levies, tariffs = _run(folder)
    assert (levies.turns, tariffs.turns, tariffs.failure) == (0, 1, None)
    assert "own.txt cannot be read" in (levies.failure or "")


# names


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65, "é"])
def test_a_name_must_be_plain(folder: Path, name: str) -> None:
    """What could not be part of a file's name is refused."""
    with pytest.raises(InvalidValue, match="is no name of a watch"):
        _add(folder, Watch(name=name, query="tariffs"))


def test_a_name_is_taken_once(folder: Path) -> None:
    """Another watch takes its place only if that was asked for, and knows nothing of what the first has shown."""
    _add(folder)
    with pytest.raises(InvalidValue, match="there is a watch 'tariffs' already"):
        _add(folder)
    _add(folder, from_start=True, replace=True)
    assert _places(_run(folder)) == [("ACME-2022Q1", 1)]


def test_a_query_is_checked_before_it_is_kept(folder: Path) -> None:
    """What cannot be asked is not kept."""
    with pytest.raises(QuerySyntaxError):
        _add(folder, Watch(name="bad", query='"tariffs'))
    assert list_watches(Store(folder / "index")) == ()


def test_a_watch_is_forgotten_with_all_it_knew(folder: Path) -> None:
    """Removed, it leaves no file behind; removing it twice is an error."""
    _add(folder)
    with open_watches(Store(folder / "index")) as watches:
        watches.remove("tariffs")
        with pytest.raises(InvalidValue, match="there is no watch 'tariffs'"):
            watches.remove("tariffs")
    assert not list((folder / "index").glob("earful-watch-*"))
    with pytest.raises(InvalidValue, match="no watch 'nosuch'"):
        _run(folder, "nosuch")


# safety


def test_watches_outlive_rebuilds(folder: Path) -> None:
    """They are there after a fresh rebuild and after one of a damaged index."""
    _add(folder, from_start=True)
    _rebuild(folder, fresh=True)
    assert Store(folder / "index").check() == []
    next((folder / "index").glob("*.toc")).write_bytes(b"rubbish")
    _rebuild(folder)
    assert _places(_run(folder)) == [("ACME-2022Q1", 1)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b"\xff",
        b'{"version": 1}',
        b'{"version": 1, "watches": {"a": 1}}',
        b'{"version": 1, "watches": null}',
        b'{"version": 1, "watches": [{}]}',
    ],
)
@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_damaged_file_is_told_and_left_alone(folder: Path, content: bytes, is_sealed: bool) -> None:
    """What is not what was written, under a checksum or not, is an error that names the file, which stays as it is."""
    file = folder / "index" / "earful-watches.json"
    content = seal_bytes(content) if is_sealed else content
    file.write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"earful-watches\.json is not what was written"):
        _add(folder)
    with pytest.raises(IndexDamaged, match=r"earful-watches\.json is not what was written"):
        _run(folder)
    assert file.read_bytes() == content


@pytest.mark.parametrize("name", ["earful-watches.json", "earful-watch-tariffs.json"])
def test_a_later_version_is_told_and_left_alone(folder: Path, name: str) -> None:
    """A file that another version of Earful wrote is not read as if it were one's own."""
    _add(folder)
    file = folder / "index" / name
    file.write_bytes(later := seal_bytes(b'{"version": 2, "watches": [], "shown": {}}'))
    if name == "earful-watches.json":
        with pytest.raises(IndexDamaged, match=r"is of version 2, which is not known here; update Earful"):
            _run(folder)
    else:
        assert "is of version 2, which is not known here" in (_run(folder)[0].failure or "")
    assert file.read_bytes() == later


_ENTRY: dict[str, Any] = {"name": "a", "query": "tariffs", "filters": {}, "since": None, "until": None, "synonyms": False}


def _kept(*watches: dict[str, Any]) -> bytes:
    """Give the file of some watches."""
    return seal_bytes(json.dumps({"version": 1, "watches": watches}).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"name": "../../a"},
        {"name": 7},
        {"query": 7},
        {"query": None},
        {"filters": {"company": "acme"}},
        {"filters": {"company": [7]}},
        {"filters": []},
        {"since": 2022},
        {"synonyms": 1},
        {"more": 1},
    ],
)
def test_an_entry_is_not_taken_on_trust(folder: Path, change: dict[str, Any]) -> None:
    """Whoever wrote the file, no name leads out of the folder, and no value is of another kind than it should be."""
    file = folder / "index" / "earful-watches.json"
    file.write_bytes(_kept(_ENTRY))
    assert list_watches(Store(folder / "index"))[0].name == "a"
    file.write_bytes(_kept({**_ENTRY, **change}))
    with pytest.raises(IndexDamaged, match=r"earful-watches\.json is not what was written"):
        list_watches(Store(folder / "index"))


def test_a_name_stands_once(folder: Path) -> None:
    """Of two watches of one name none is dropped in silence."""
    (folder / "index" / "earful-watches.json").write_bytes(_kept(_ENTRY, _ENTRY))
    with pytest.raises(IndexDamaged, match="two watches of one name"):
        list_watches(Store(folder / "index"))


@pytest.mark.parametrize("field", ["nosuch", "limit", "synonyms", "text"])
def test_a_filter_that_is_none_fails_its_watch_alone(folder: Path, field: str) -> None:
    """A stored filter that is not known is told with its watch."""
    watches = [{**_ENTRY, "filters": {field: ["x"]}}, {**_ENTRY, "name": "b"}]
    (folder / "index" / "earful-watches.json").write_bytes(_kept(*watches))
    bad, good = _run(folder)
    assert (f"no filter '{field}'" in (bad.failure or ""), good.turns) == (True, 1)


@pytest.mark.parametrize(
    "shown", ['{"ACME-2022Q1": 7}', "[]", '{"A": ["", "xyz"]}', '{"A": ["", 7]}', '{"A": [7, ""]}', '{"A": [""]}', "7"]
)
def test_damaged_memory_is_told(folder: Path, shown: str) -> None:
    """What a watch has shown is not taken for nothing when it cannot be read; other watches run."""
    _add(folder)
    _add(folder, Watch(name="zeal", query="tariffs"), from_start=True)
    file = folder / "index" / "earful-watch-tariffs.json"
    file.write_bytes(damaged := seal_bytes(f'{{"version": 1, "shown": {shown}}}'.encode()))
    bad, good = _run(folder)
    assert "earful-watch-tariffs.json is not what was written" in (bad.failure or "")
    assert (good.turns, file.read_bytes()) == (1, damaged)


def test_a_damaged_index_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes of bytes that are not what was written is not taken for nothing new, nor for an empty memory."""
    _add(folder, from_start=True)

    def fail(*_: object) -> None:
        raise IndexError("no such turn")

    monkeypatch.setattr(Snapshot, "text", fail)
    assert "the index cannot be read (IndexError: no such turn)" in (_run(folder)[0].failure or "")
    with pytest.raises(IndexDamaged, match="the index cannot be read"):
        _add(folder, Watch(name="x", query="tariffs"))
    assert _earful(folder, "run").exit_code == 2
    monkeypatch.undo()
    assert _places(_run(folder)) == [("ACME-2022Q1", 1)]


@pytest.mark.parametrize("writes", range(3))
def test_who_is_stopped_between_two_writes_sees_more_and_not_less(folder: Path, monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    """If a watch takes another's place and the disk is full, at worst what was known is shown again."""
    put(folder / "source", [transcript("ACME", "Q1 2022", (JANE, "Tariffs rise."), (SAM, "Why do tariffs?"))])
    _add(folder)
    _rebuild(folder)
    real, done = Store.write, 0

    def write(store: Store, name: str, data: bytes) -> None:
        nonlocal done
        done += 1
        if done > writes:
            raise OSError(28, "No space left on device")
        real(store, name, data)

    monkeypatch.setattr(Store, "write", write)
    if writes < 2:
        with pytest.raises(IndexUnusable, match="no space"):
            _add(folder, Watch(name="tariffs", query="why OR tariffs"), replace=True)
    else:
        _add(folder, Watch(name="tariffs", query="why OR tariffs"), replace=True)
    monkeypatch.undo()
    assert _run(folder)[0].turns == (2 if writes < 2 else 0)


def test_two_processes_take_turns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has the watches keeps others waiting, and after a while says so; a rebuild goes on meanwhile."""
    monkeypatch.setattr(watching, "_WAIT_S", 0.1)
    store = Store(folder / "index")
    with open_watches(store), pytest.raises(IndexLocked, match="another use of the watches is running"), open_watches(store):
        pass
    with open_watches(store):
        _rebuild(folder, fresh=True)
    with store.lock(), open_watches(store) as watches:
        assert watches.all() == ()


def test_of_processes_that_run_at_once_one_shows_what_is_new(folder: Path) -> None:
    """Each new turn is shown by just one of them, and no watch that is added meanwhile is lost."""
    _add(folder, from_start=True)
    commands = [["run"], ["run"], ["add", "one", "tariffs"], ["add", "two", "tariffs"]]
    started = [
        subprocess.Popen([*_COMMAND, *command, "--index", str(folder / "index")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for command in commands
    ]
    ended = [process.communicate(timeout=60) for process in started]
    assert sorted(process.returncode for process in started[:2]) == [0, 1], ended
    assert "".join(out for out, _ in ended) == "tariffs\tACME-2022Q1:1: Jane Roe (CFO): Tariffs rise.\n"
    assert [watch.name for watch in list_watches(Store(folder / "index"))] == ["one", "tariffs", "two"]


# the command


_COMMAND = [sys.executable, "-c", "from search.cli import main; main()", "watch"]


def _earful(folder: Path, *arguments: str) -> Any:
    return CliRunner().invoke(earful, ["watch", *arguments, "--index", str(folder / "index")])


def test_status_says_whether_something_is_new(folder: Path) -> None:
    """0 is new, 1 is nothing new, 2 is a watch that cannot run, which keeps no other from running."""
    assert _earful(folder, "list").exit_code == 1
    added = _earful(folder, "add", "tariffs", "tariffs", "--role", "CFO", "--from-start")
    assert (added.exit_code, added.stderr) == (0, "tariffs: 1 turn matches now, and the first run shows them\n")
    assert _earful(folder, "list").stdout == "tariffs\ttariffs\trole: CFO\n"
    first = _earful(folder, "run")
    assert (first.exit_code, first.stdout) == (0, "tariffs\tACME-2022Q1:1: Jane Roe (CFO): Tariffs rise.\n")
    assert _earful(folder, "run").exit_code == 1
    file = folder / "index" / "earful-watches.json"
    kept = json.loads(unseal_bytes(file.read_bytes(), file.name))["watches"]
    file.write_bytes(_kept(*kept, {**_ENTRY, "name": "bad", "query": '"tariffs'}))
    broken = _earful(folder, "run", "--json")
    assert broken.exit_code == 2
    assert [(news["watch"]["name"], bool(news["failure"])) for news in json.loads(broken.stdout)["watches"]] == [
        ("bad", True),
        ("tariffs", False),
    ]
    assert "bad: unclosed quote" in broken.stderr
    assert (_earful(folder, "remove", "bad").exit_code, _earful(folder, "remove", "bad").exit_code) == (0, 2)
    assert [each["name"] for each in json.loads(_earful(folder, "list", "--json").stdout)["watches"]] == ["tariffs"]


def test_an_unknown_name_is_a_failure(folder: Path) -> None:
    """It is told before any watch runs, with the names that there are."""
    _add(folder, from_start=True)
    found = _earful(folder, "run", "tariffs", "nosuch")
    assert (found.exit_code, found.stdout, found.stderr) == (2, "", "earful: there is no watch 'nosuch'; there are tariffs\n")
    assert _earful(folder, "run").exit_code == 0


@pytest.mark.parametrize("command", [["list"], ["run"], ["remove", "x"], ["add", "x", "y"]])
def test_no_index_is_made_by_asking(folder: Path, command: list[str]) -> None:
    """Where no index is, that is a failure, and nothing is there afterwards."""
    found = CliRunner().invoke(earful, ["watch", *command, "--index", str(folder / "nosuch")])
    assert (found.exit_code, "no index in" in found.stderr, (folder / "nosuch").exists()) == (2, True, False)


def test_doubts_are_told_when_a_watch_is_added(folder: Path) -> None:
    """A word that nobody says is told at once, and not at every run."""
    assert "earful: no turn says 'tarrifs'" in _earful(folder, "add", "x", "tarrifs").stderr
    assert _earful(folder, "run").stderr == "x: nothing new\n"


def test_what_a_watch_asks_is_told(folder: Path) -> None:
    """A line a watch, with filters, dates and synonyms."""
    _earful(folder, "add", "x", "tariffs", "--company", "acme", "--company", "bolt", "--since", "2022-01-01", "--synonyms")
    assert _earful(folder, "list").stdout == "x\ttariffs\tcompany: acme, bolt; since: 2022-01-01; with synonyms\n"


def test_a_pipe_gets_the_best_turns_and_how_many_more(folder: Path) -> None:
    """A line a turn, and one for all that are not shown."""
    put(folder / "source", [transcript("ACME", "Q1 2022", (JANE, "Tariffs rise."), (SAM, "Tariffs?"), (JANE, "More tariffs, and more."))])
    _rebuild(folder)
    _add(folder, from_start=True)
    found = _earful(folder, "run", "--limit", "2")
    assert [line[:24] for line in found.stdout.splitlines()] == [
        "tariffs\tACME-2022Q1:1: J",
        "tariffs\tACME-2022Q1:2: S",
        "tariffs\tACME-2022Q1: 1 m",
    ]
    assert found.stderr == "tariffs: 3 new turns in 1 call\n"
    assert _earful(folder, "run").stdout == ""


def test_news_are_handed_on_as_tables(folder: Path) -> None:
    """CSV and Parquet have a row a turn with its watch, how many are new in its call, and what was asked of which index."""
    _add(folder, Watch(name="one", query="tariffs", since="2022-01-01"), from_start=True)
    _add(folder, Watch(name="two", query="rise"), from_start=True)
    alone = list(csv.DictReader(StringIO(_earful(folder, "run", "one", "--csv").stdout)))
    assert [(row["watch"], row["call"], row["turn"], row["new_turns"], row["query"], row["filters"]) for row in alone] == [
        ("one", "ACME-2022Q1", "1", "1", "tariffs", '{"since": ["2022-01-01"]}')
    ]
    (folder / "index" / "earful-watch-one.json").unlink()
    file = folder / "news.parquet"
    both = json.loads(_earful(folder, "run", "--json", "--parquet", str(file)).stdout)
    assert [(news["watch"]["name"], news["total"]["turns"]) for news in both["watches"]] == [("one", 1), ("two", 1)]
    assert both["index"]["generation"] == Store(folder / "index").generation()
    table = pq.read_table(file)
    assert table.column("watch").to_pylist() == ["one", "two"]
    assert json.loads(table.schema.metadata[b"earful"])["query"] == "one, two"


def test_what_could_not_be_written_is_new_again(folder: Path) -> None:
    """A file that cannot be written is a failure, and nothing counts as shown."""
    _add(folder, from_start=True)
    assert _earful(folder, "run", "--parquet", str(folder / "nosuch" / "news.parquet")).exit_code == 2
    assert _earful(folder, "run").exit_code == 0


def test_a_broken_pipe_loses_no_news(folder: Path) -> None:
    """If nobody reads what is printed, it is new again at the next run."""
    said = [(JANE if number % 2 else SAM, f"Tariffs, number {number}. " * 200) for number in range(6)]
    put(folder / "source", [transcript(f"AC{letter}", "Q1 2022", *said) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"])
    _rebuild(folder)
    _add(folder, Watch(name="many", query="tariffs"), from_start=True)
    command = [*_COMMAND, "run", "--json", "--index", str(folder / "index")]
    reader, writer = os.pipe()
    os.close(reader)
    subprocess.run(command, stdout=writer, stderr=subprocess.DEVNULL, check=False, timeout=60)
    os.close(writer)
    assert _run(folder)[0].turns >= 26 * 6

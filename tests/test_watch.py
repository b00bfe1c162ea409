"""A watch shows each new turn once, whatever becomes of files and generations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

import indexer
from indexer.errors import IndexDamaged, IndexLocked, InvalidValue, QuerySyntaxError
from indexer.store import Store
from search import watch as watching
from search.cli import earful
from search.reader import open_snapshot
from search.render.watch import print_watches
from search.watch import Watch, WatchNews, open_watches
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
    with closing(open_snapshot(folder / "index")) as snapshot, open_watches(Store(folder / "index")) as watches:
        return watches.add(snapshot, watch, **options)


def _run(folder: Path, *names: str, remember: bool = True) -> tuple[WatchNews, ...]:
    with closing(open_snapshot(folder / "index")) as snapshot, open_watches(Store(folder / "index")) as watches:
        found = watches.run(snapshot, names)
        if remember:
            watches.remember()
    return found


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


@pytest.mark.parametrize("seed", range(6))
def test_each_turn_is_shown_once_whatever_happens(folder: Path, seed: int) -> None:
    """Calls come, change, go and come back, with runs and rebuilds between: new is what was never shown of a call."""
    random = Random(seed)
    _add(folder, from_start=True)
    shown: set[tuple[str, str]] = set()
    for _ in range(8):
        for number, ticker in enumerate(("ACME", "BOLT", "COIL")):
            said = random.sample(["Tariffs rise.", "Tariffs fall again.", "No duties.", "Tariffs stay as they are."], k=3)
            path = folder / "source" / f"call{number:02}.txt"
            path.unlink(missing_ok=True)
            if ticker == "BOLT" or random.random() < 0.7:
                path.write_text(transcript(ticker, "Q1 2022", (JANE, said[0]), (SAM, said[1]), (JANE, said[2])))
        _rebuild(folder, fresh=random.random() < 0.3)
        with closing(open_snapshot(folder / "index")) as snapshot:
            matching = {
                (snapshot.value("call", doc_id) or "", snapshot.text(doc_id))
                for doc_id in snapshot.live.nonzero()[0].tolist()
                if "ariffs" in snapshot.text(doc_id)
            }
        (news,) = _run(folder)
        assert {(call.call, hit.snippet.text) for call in news.calls for hit in call.hits} == matching - shown
        shown |= matching


def test_the_newest_call_comes_first_with_its_best_turns(folder: Path) -> None:
    """Calls are ordered by their days; of many new turns three are shown, and all counted."""
    many = [(JANE if number % 2 else SAM, f"Tariffs, number {number}.") for number in range(5)]
    put(folder / "source", [transcript("ACME", "Q1 2022", *many), transcript("BOLT", "Q3 2022", *many)])
    _add(folder, from_start=True)
    _rebuild(folder)
    (news,) = _run(folder)
    assert [(call.call, call.turns, len(call.hits)) for call in news.calls] == [("BOLT-2022Q3", 5, 3), ("ACME-2022Q1", 5, 3)]
    console = Console(file=StringIO(), width=80)
    print_watches((news,), console)
    assert isinstance(console.file, StringIO)
    assert max(map(len, console.file.getvalue().splitlines())) <= 80
    assert "BOLT-2022Q3  Bolt Pumps · 2022Q3 · 2022-11-07: 5 new" in console.file.getvalue()


def test_filters_are_kept(folder: Path) -> None:
    """A watch asks with its filters, dates and synonyms, and is read back as it was."""
    watch = Watch(name="x", query="tariffs", filters={"role": ("Analyst", "CFO"), "since": ("2022-01-01",)}, synonyms=True)
    assert _add(folder, watch, from_start=True) == 1
    with open_watches(Store(folder / "index")) as watches:
        assert watches.all() == (watch,)
    _add(folder, Watch(name="y", query="tariffs", filters={"until": ("2021-01-01",)}), from_start=True)
    assert _places(_run(folder, "y")) == []


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
    with open_watches(Store(folder / "index")) as watches:
        assert watches.all() == ()


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
    """They are there after a fresh rebuild and after one of a damaged index, and are no part of what is checked."""
    _add(folder, from_start=True)
    _rebuild(folder, fresh=True)
    assert Store(folder / "index").check() == []
    next((folder / "index").glob("*.toc")).write_bytes(b"rubbish")
    _rebuild(folder)
    assert _places(_run(folder)) == [("ACME-2022Q1", 1)]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"version": 2, "watches": []}', b'{"version": 1}', b'{"version": 1, "watches": [{}]}']
)
def test_a_damaged_file_is_told_and_left_alone(folder: Path, content: bytes) -> None:
    """What is not what was written, or a later version's, is an error that names the file, which stays as it is."""
    file = folder / "index" / "earful-watches.json"
    file.write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"earful-watches\.json is not what was written"):
        _add(folder)
    assert file.read_bytes() == content


def test_damaged_memory_is_told(folder: Path) -> None:
    """What a watch has shown is not taken for nothing when it cannot be read."""
    _add(folder)
    (folder / "index" / "earful-watch-tariffs.json").write_text('{"version": 1, "shown": {"ACME-2022Q1": 7}}')
    with pytest.raises(IndexDamaged, match=r"earful-watch-tariffs\.json is not what was written"):
        _run(folder)


def test_two_processes_take_turns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has the watches keeps others waiting, and after a while says so; a rebuild goes on meanwhile."""
    monkeypatch.setattr(watching, "_WAIT_S", 0.1)
    store = Store(folder / "index")
    with open_watches(store), pytest.raises(IndexLocked, match="another use of the watches is running"), open_watches(store):
        pass
    with open_watches(store):
        _rebuild(folder, fresh=True)


# the command


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
    kept = json.loads(file.read_text())
    kept["watches"].append({"name": "bad", "query": '"tariffs', "filters": {}, "synonyms": False})
    file.write_text(json.dumps(kept))
    broken = _earful(folder, "run", "--json")
    assert broken.exit_code == 2
    assert [(news["watch"]["name"], bool(news["failure"])) for news in json.loads(broken.stdout)] == [("bad", True), ("tariffs", False)]
    assert "bad: unclosed quote" in broken.stderr
    assert (_earful(folder, "remove", "bad").exit_code, _earful(folder, "remove", "bad").exit_code) == (0, 2)
    assert [each["name"] for each in json.loads(_earful(folder, "list", "--json").stdout)] == ["tariffs"]


def test_a_broken_pipe_loses_no_news(folder: Path) -> None:
    """If nobody reads what is printed, it is new again at the next run."""
    said = [(JANE if number % 2 else SAM, f"Tariffs, number {number}. " * 200) for number in range(6)]
    put(folder / "source", [transcript(f"AC{letter}", "Q1 2022", *said) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"])
    _rebuild(folder)
    _add(folder, Watch(name="many", query="tariffs"), from_start=True)
    command = [sys.executable, "-c", "from search.cli import main; main()", "watch", "run", "--json", "--index", str(folder / "index")]
    reader, writer = os.pipe()
    os.close(reader)
    subprocess.run(command, stdout=writer, stderr=subprocess.DEVNULL, check=False, timeout=60)
    os.close(writer)
    assert _run(folder)[0].turns >= 26 * 6

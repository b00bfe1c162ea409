"""What did the last search show? What is kept, for whom, and what becomes of a file that cannot be used."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from indexer.errors import InvalidValue
from search.last import recall, remember

_HITS = [("ACMP-2022Q1", 4), ("BOLT-2022Q2", 17), ("ACMP-2022Q1", 9)]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the file in which searches are kept."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "earful" / "last.json"


def test_a_hit_is_recalled_by_its_number(tmp_path: Path) -> None:
    """The number that a hit was shown with gives its call and turn, and what was sought."""
    remember(_HITS, '"cash runway"', tmp_path)
    assert [recall(number, tmp_path) for number in (1, 2, 3)] == [(call, turn, '"cash runway"', False) for call, turn in _HITS]


def test_numbers_go_on_behind_an_offset(tmp_path: Path) -> None:
    """Of a second page the first hit has the number behind the first page's last."""
    remember(_HITS, "cash", tmp_path, first_number=11)
    assert recall(12, tmp_path)[:2] == ("BOLT-2022Q2", 17)
    with pytest.raises(InvalidValue, match="the last search showed no hit 3; it showed 11 to 13"):
        recall(3, tmp_path)


@pytest.mark.parametrize(("count", "shown"), [(3, "1 to 3"), (1, "1 alone")])
@pytest.mark.parametrize("number", [0, 4])
def test_a_number_that_was_not_shown_is_told_with_those_that_were(tmp_path: Path, count: int, shown: str, number: int) -> None:
    """The error says how many hits there are."""
    remember(_HITS[:count], "cash", tmp_path)
    with pytest.raises(InvalidValue, match=f"the last search showed no hit {number}; it showed {shown}"):
        recall(number, tmp_path)


def test_without_a_search_there_is_no_number(tmp_path: Path) -> None:
    """Before the first search the error says what to do."""
    with pytest.raises(InvalidValue, match="there is no last search on this index; run earful search first, or name a call"):
        recall(1, tmp_path)


def test_each_index_has_its_last_search(tmp_path: Path) -> None:
    """A search on one index leaves what is known of another; an index is the same by whatever path it is reached."""
    (tmp_path / "one").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "one")
    remember(_HITS, "first", tmp_path / "one")
    remember(_HITS[::-1], "second", tmp_path / "two")
    assert recall(1, tmp_path / "link").query == "first"
    remember(_HITS, "third", tmp_path / "link")
    assert (recall(1, tmp_path / "one").query, recall(1, tmp_path / "two").query) == ("third", "second")


def test_a_search_that_shows_nothing_changes_nothing(tmp_path: Path) -> None:
    """After a search without a hit the numbers on the screen still open what they stand beside."""
    remember(_HITS, "cash", tmp_path)
    remember([], "zebra", tmp_path)
    assert recall(2, tmp_path).query == "cash"


def test_synonyms_are_kept_as_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether synonyms counted comes back, and a table of one's own by its whole path."""
    remember(_HITS, "capex", tmp_path, synonyms=True)
    assert recall(1, tmp_path).synonyms is True
    monkeypatch.chdir(tmp_path)
    remember(_HITS, "capex", tmp_path, synonyms="own.txt")
    assert recall(1, tmp_path).synonyms == os.path.realpath(tmp_path / "own.txt")


def test_what_is_kept_is_bounded(tmp_path: Path, state: Path) -> None:
    """Of an index a thousand hits are kept, and of indices the twenty that were searched last."""
    for number in range(21):
        remember(_HITS, "cash", tmp_path / str(number))
    remember([(f"CALL{number}", number) for number in range(1_001)], "cash", tmp_path / "1")
    remember(_HITS, "cash", tmp_path / "new")
    kept = json.loads(state.read_bytes())["searches"]
    assert [Path(folder).name for folder in kept] == [*map(str, range(3, 21)), "1", "new"]
    assert recall(1_000, tmp_path / "1")[:2] == ("CALL999", 999)
    with pytest.raises(InvalidValue, match="no hit 1,001; it showed 1 to 1,000"):
        recall(1_001, tmp_path / "1")


def test_nobody_else_may_read_it(tmp_path: Path, state: Path) -> None:
    """The file and its folder are the user's alone, and nothing is left beside it."""
    remember(_HITS, "cash", tmp_path)
    remember(_HITS, "cash", tmp_path)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (state, state.parent)] == [0o600, 0o700]
    assert list(state.parent.iterdir()) == [state]


def test_without_the_variable_it_lies_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is ~/.local/state unless the environment names another by its whole path."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    remember(_HITS, "cash", tmp_path)
    assert [path.relative_to(tmp_path / "home") for path in (tmp_path / "home").rglob("*.json")] == [Path(".local/state/earful/last.json")]
    assert recall(1, tmp_path).query == "cash"


def test_a_search_does_not_fail_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that cannot be written to, or that nobody knows, is no error; later there is no last search."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    remember(_HITS, "cash", tmp_path)
    with pytest.raises(InvalidValue, match="no last search"):
        recall(1, tmp_path)

    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(Path, "home", unknown)
    remember(_HITS, "cash", tmp_path)
    with pytest.raises(InvalidValue, match="no last search"):
        recall(1, tmp_path)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is replaced at once or not at all, and a half-written one does not stay."""
    remember(_HITS, "cash", tmp_path)

    def full(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("search.last.os.replace", full)
    remember(_HITS, "runway", tmp_path)
    assert recall(1, tmp_path).query == "cash"
    assert list(state.parent.iterdir()) == [state]


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\xff\x00",
        b"{",
        b"[" * 100_000,
        b"[]",
        b'{"version": 2, "searches": {}}',
        b'{"version": 1, "searches": []}',
    ],
)
def test_a_damaged_file_is_as_none_and_is_overwritten(tmp_path: Path, state: Path, damaged: bytes) -> None:
    """What cannot be understood says nothing of any search, and the next search replaces it."""
    state.parent.mkdir(parents=True)
    state.write_bytes(damaged)
    with pytest.raises(InvalidValue, match="no last search"):
        recall(1, tmp_path)
    remember(_HITS, "cash", tmp_path)
    assert recall(1, tmp_path).query == "cash"


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {"query": "cash", "synonyms": False, "first": 1},
        {"query": "cash", "synonyms": False, "first": 1, "hits": []},
        {"query": "cash", "synonyms": False, "first": "1", "hits": [["A", 1]]},
        {"query": "cash", "synonyms": False, "first": 1, "hits": [["A", 1], ["A"]]},
        {"query": "cash", "synonyms": False, "first": 1, "hits": [["A", "1"]]},
        {"query": None, "synonyms": False, "first": 1, "hits": [["A", 1]]},
        {"query": "cash", "synonyms": 1.5, "first": 1, "hits": [["A", 1]]},
    ],
)
def test_a_damaged_entry_leaves_the_others(tmp_path: Path, state: Path, entry: object) -> None:
    """What is known of other indices is still known."""
    remember(_HITS, "cash", tmp_path / "good")
    kept = json.loads(state.read_bytes())
    kept["searches"][os.path.realpath(tmp_path / "bad")] = entry
    state.write_text(json.dumps(kept))
    with pytest.raises(InvalidValue, match="no last search"):
        recall(1, tmp_path / "bad")
    assert recall(1, tmp_path / "good").query == "cash"


def test_odd_characters_come_back(tmp_path: Path) -> None:
    """A query and a folder's name may hold bytes that are no UTF-8."""
    remember(_HITS, "caf\udce9 泵", tmp_path / "caf\udce9")
    assert recall(1, tmp_path / "caf\udce9").query == "caf\udce9 泵"

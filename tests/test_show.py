"""A call to read: by its id or by a hit's number, a part of it or the whole, and on a terminal page by page."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import indexer
from search.cli import earful
from search.index import CallIndex, open_index
from search.last import remember
from search.results import Call
from tests.small_index import JANE, OPERATOR, SAM, put, transcript
from tests.terminal import run_on_a_terminal

_CALL = transcript(
    "ACMP",
    "Q1 2022",
    (JANE, "We sell pumps.\n\nWe have cash."),
    (OPERATOR, "Our first question comes from Sam Poe with Pell & Harrow."),
    (SAM, "How long is your cash runway?"),
    (JANE, "Two years of capital expenditures."),
    (SAM, "And the cash?"),
    (JANE, "The cash runway holds."),
    (SAM, "Thanks."),
    (OPERATOR, "That was the last question."),
    company="Acme Pumps",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index of a call."""
    folder = tmp_path_factory.mktemp("show")
    put(folder / "source", [_CALL])
    indexer.rebuild([folder / "source"], index=folder / "index")
    return folder / "index"


@pytest.fixture(autouse=True)
def index(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name the index in the environment, and keep what is searched for apart from the user's own."""
    monkeypatch.setenv("EARFUL_INDEX", str(built))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return built


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(earful, ["show", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def _shown(*arguments: str) -> list[int]:
    """Give the numbers of the turns that are shown."""
    return [int(line[1 : line.index("]")]) for line in _run(*arguments).stdout.splitlines() if line.startswith("[")]


# which turns


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        ([], [1, 2, 3, 4, 5, 6, 7, 8]),
        (["--turn", "4"], [4]),
        (["--turn", "4", "--around", "2"], [2, 3, 4, 5, 6]),
        (["--turn", "1", "--around", "1"], [1, 2]),
    ],
)
def test_a_call_is_shown_by_its_id(arguments: list[str], numbers: list[int]) -> None:
    """All of it, a turn, or a turn with those around it."""
    assert _shown("acmp-2022q1", *arguments) == numbers


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (["2"], [3, 5, 6, 7]),
        (["1"], [1, 2]),
        (["2", "--around", "1"], [5, 6, 7]),
        (["2", "--around", "0"], [6]),
        (["2", "--turn", "4"], [4]),
        (["2", "--turn", "4", "--around", "1"], [3, 4, 5]),
    ],
)
def test_a_hit_is_shown_by_its_number(index: Path, arguments: list[str], numbers: list[int]) -> None:
    """The hit below the questions it answers, with the turn after; or what the options say of its call."""
    remember([("ACMP-2022Q1", 1), ("ACMP-2022Q1", 6)], "cash", index)
    assert _run(*arguments).stdout.startswith("ACMP-2022Q1  Acme Pumps")
    assert _shown(*arguments) == numbers


def test_an_id_that_is_a_number_comes_before_a_hit(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call of that very id is shown whole, whatever the last search found."""
    with open_index(index) as calls:
        numbered = replace(calls.read_call("ACMP-2022Q1"), call="7203")

    def read_call(self: CallIndex, call: str) -> Call:
        assert call == "7203"
        return numbered

    monkeypatch.setattr(CallIndex, "read_call", read_call)
    remember([("ACMP-2022Q1", 6)] * 1_000, "cash", index)
    assert _shown("7203") == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["3"], 2, "earful: the last search showed no hit 3; it showed 1 to 2\n"),
        (["2"], 1, "earful: no call 'GONE-2022Q1' in the index; earful search '*' --facet call lists them\n"),
        (["9" * 10], 1, f"earful: no call '{'9' * 10}' in the index; earful search '*' --facet call lists them\n"),
        (["²"], 1, "earful: no call '²' in the index; earful search '*' --facet call lists them\n"),
        (["1", "--turn", "9"], 1, "earful: ACMP-2022Q1 has no turn 9; it has 8\n"),
    ],
)
def test_what_is_not_there_is_told(index: Path, arguments: list[str], status: int, says: str) -> None:
    """A number that was not shown, a call that has gone since, an id that is none, a turn that is none."""
    remember([("ACMP-2022Q1", 1), ("GONE-2022Q1", 6)], "cash", index)
    result = _run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (status, "", says)


def test_a_number_needs_a_search() -> None:
    """Before the first search the way is told."""
    result = _run("3")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "earful: there is no last search on this index; run earful search first, or name a call\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["ACMP-2022Q1", "--around", "2"], "--around needs --turn, or the number of a hit"), (["1", "--around", "-1"], "'--around'")],
)
def test_around_nothing_is_wrong_use(arguments: list[str], says: str) -> None:
    """Without a turn there is no around, and fewer than none cannot be shown."""
    result = _run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


# on a terminal


def _on_a_terminal(*arguments: str, lines: int, **environment: str) -> str:
    """Run the command on a terminal of 80 columns and so many lines; give what it shows."""
    status, shown = run_on_a_terminal("show", *arguments, environment={"LINES": str(lines), "TERM": "xterm", **environment})
    assert status == 0
    return shown


def test_what_is_longer_than_the_terminal_is_paged() -> None:
    """It goes through $PAGER, unless it fits or that is not wanted."""
    pager = f"{sys.executable} -c \"print('paged', len(__import__('sys').stdin.readlines()))\""
    whole = _on_a_terminal("ACMP-2022Q1", "--no-pager", lines=10, PAGER=pager)
    count = len(whole.splitlines())
    assert count > 10
    assert "holds." in whole
    assert _on_a_terminal("ACMP-2022Q1", lines=count, PAGER=pager) == f"paged {count}\n"
    assert _on_a_terminal("ACMP-2022Q1", lines=count + 1, PAGER=pager) == whole


def test_a_hit_is_marked_on_a_terminal(index: Path) -> None:
    """What was sought, and what means the same if that counted, stands out in the turn that was found by number, in colour."""
    remember([("ACMP-2022Q1", 6)], '"cash runway"', index)
    assert "\x1b[1;33mcash runway\x1b[0m holds." in _on_a_terminal("1", lines=50)
    remember([("ACMP-2022Q1", 4)], "capex", index, synonyms=True)
    assert "\x1b[1;33mcapital expenditures\x1b[0m" in _on_a_terminal("1", lines=50)
    assert "\x1b[1;33m" not in _on_a_terminal("ACMP-2022Q1", "--turn", "6", lines=50)


def test_nothing_is_paged_in_a_pipe(index: Path) -> None:
    """What is no terminal gets all of it, as plain text."""
    remember([("ACMP-2022Q1", 6)], '"cash runway"', index)
    shown = subprocess.run(
        [sys.executable, "-m", "search", "show", "1"],
        env={**os.environ, "PAGER": "false", "LINES": "2"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert "    The cash runway holds.\n" in shown
    assert "\x1b" not in shown

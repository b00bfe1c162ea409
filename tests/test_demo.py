"""The demo does the main job on the samples and shows commands that can be typed."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import indexer
import search
from search.cli import earful
from search.demo import SEARCHES, run_demo

_SAMPLES = Path(indexer.__file__).parent / "samples"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index of the samples."""
    folder = tmp_path_factory.mktemp("index")
    indexer.rebuild([_SAMPLES], index=folder)
    return folder


def test_the_demo_builds_and_searches_three_times(capsys: pytest.CaptureFixture[str]) -> None:
    """It says what it indexed, shows each search as a command with its hits and totals, and how to go on."""
    run_demo()
    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert lines[0] == "$ earful rebuild samples/"
    assert "10 calls of invented companies indexed, 347 turns." in lines
    assert [line for line in lines if line.startswith("$ earful search")] == [f"$ {command}" for command, _, _ in SEARCHES]
    assert sum(line.endswith("calls") and "turns in" in line for line in lines) == len(SEARCHES) == 3
    assert lines[-1] == "Now your own: earful rebuild FOLDER, then earful search."


def test_the_demo_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is built in a temporary folder that is removed; the folder one stands in is left as it is."""
    (tmp_path / "temporary").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert CliRunner().invoke(earful, ["demo"]).exit_code == 0
    assert (os.listdir(tmp_path / "here"), os.listdir(tmp_path / "temporary")) == ([], [])


@pytest.mark.parametrize(("command", "query", "options"), SEARCHES)
def test_each_command_asks_what_its_arguments_ask(index: Path, command: str, query: str, options: dict[str, Any]) -> None:
    """Typed at a shell, the command shown gives the very answer that the demo shows, and something is found."""
    name, *arguments = shlex.split(command)
    typed = CliRunner().invoke(earful, [*arguments, "--json", "--index", str(index)])
    with search.open_index(index) as calls:
        page = calls.search(query, **options)
    assert (name, typed.exit_code) == ("earful", 0)
    assert json.loads(typed.stdout) == page.to_dict()
    assert page.hits != ()


@pytest.mark.parametrize("width", [80, 120])
def test_the_demo_fits_the_terminal(width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal of 80 columns nothing but a command line is wider."""
    monkeypatch.setenv("COLUMNS", str(width))
    run_demo()
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > width and not line.startswith("$ ")] == []

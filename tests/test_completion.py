"""What may a half-typed value become? On the command line of every shell that is known, from the index that is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete, get_completion_class
from click.testing import CliRunner

import indexer
from search.cli import earful
from search.commands.completion import COMPLETE_VARIABLE, know_shells
from search.commands.options import call_options, filter_options
from search.completion import complete_facets, complete_single_valued, fitting_first, values_of
from tests.conftest import World
from tests.small_index import JANE, SAM, put, transcript

# a company that bash would part and read otherwise, and people of whom the last names come first in what is typed
_ODD = 'O\'Dell & Sons, $5 "Pumps" Inc.'
_TAM, _TIM = "Tam Cook -- Chief Executive Officer", "Tim Cook -- Chief Operating Officer"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index of three calls."""
    folder = tmp_path_factory.mktemp("completion")
    calls = [
        transcript("ACMP", "Q1 2022", "We sell.", "How much?", "Much.", (_TAM, "Indeed."), company="Acme Pumps"),
        transcript("ACMP", "Q2 2022", "We sell.", "How much?", (_TIM, "More."), company="Acme Pumps"),
        transcript("ODEL", "Q1 2022", (JANE, "We buy."), (SAM, "Why?"), company=_ODD),
    ]
    put(folder / "source", calls)
    indexer.rebuild([folder / "source"], index=folder / "index")
    return folder / "index"


@pytest.fixture(autouse=True)
def _ask_it(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARFUL_INDEX", str(index))


def _completed(*words: str) -> list[str]:
    """Give what completes the last word of a command line."""
    shell = ShellComplete(earful, {}, "earful", COMPLETE_VARIABLE)
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


# which values


def test_what_begins_so_comes_before_what_has_such_a_word() -> None:
    """Case and accents do not count; the values' order stays within both."""
    values = ["Tim Cook", "Cook & Co.", "Wil O'Cook", "Mccook", "COOKE Ltd."]
    assert fitting_first(values, "cook") == ["Cook & Co.", "COOKE Ltd.", "Tim Cook", "Wil O'Cook"]
    assert fitting_first(["Pelé", "Opel", "PELE 2"], "pelè") == ["Pelé", "PELE 2"]


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("", ["Acme Pumps", "Acmeland"]),
        ("acme", ["Acme Pumps", "Acmeland"]),
        ("acme ", ["Acme Pumps"]),
        ("acme p", ["Acme Pumps"]),
        (" ", ["Acme Pumps", "Acmeland"]),
        ("me", []),
        ("(", []),
    ],
)
def test_what_was_typed_narrows(typed: str, fits: list[str]) -> None:
    """Nothing typed fits everything, a space ends a word, and the middle of a word is no beginning."""
    assert fitting_first(["Acme Pumps", "Acmeland"], typed) == fits


def test_at_most_fifty_are_given() -> None:
    """Those that come first."""
    values = [f"Acme {number:02}" for number in range(60)]
    assert fitting_first(values, "acme") == values[:50]


@pytest.mark.parametrize("kind", ["steps", "whole"])
@pytest.mark.parametrize("field", ["speaker", "period", "call"])
def test_values_come_most_turns_first(world: World, kind: str, field: str) -> None:
    """Values of deleted turns are none, and ties are in order of the values."""
    counts = Counter(turn.call if field == "call" else turn.values[field] for turn in world.turns)
    assert values_of(world.snapshots[kind], field) == sorted(counts, key=lambda value: (-counts[value], value))


def test_names_of_fields() -> None:
    """Facets are fields and sides of exchanges; apart are told the fields of one value."""
    assert complete_facets(None, None, "asked") == ["asked_by", "asked_firm"]
    assert complete_facets(None, None, "wa") == ["warning"]
    assert complete_single_valued(None, None, "s") == ["section", "speaker"]
    assert complete_single_valued(None, None, "wa") == []


# on a command line


@pytest.mark.parametrize(
    ("option", "typed", "values"),
    [
        ("--company", "ac", ["Acme Pumps"]),
        ("--company", "sons", [_ODD]),
        ("--ticker", "", ["ACMP", "ODEL"]),
        ("--speaker", "r", ["Jane Roe"]),
        ("--speaker", "co", ["Tam Cook", "Tim Cook"]),
        ("--role", "chief", []),
        ("--role", "c", ["CFO", "CEO", "COO"]),
        ("--firm", "h", ["Pell & Harrow"]),
        ("--period", "2022", ["2022Q1", "2022Q2"]),
        ("--call", "acmp", ["ACMP-2022Q1", "ACMP-2022Q2"]),
    ],
)
def test_options_complete_from_the_index(option: str, typed: str, values: list[str]) -> None:
    """A filter's values are those of its field."""
    assert _completed("search", "cash", option, typed) == values


@pytest.mark.parametrize("options", [filter_options, call_options])
def test_every_filter_completes(options: Callable[[Callable[[], None]], Callable[[], None]]) -> None:
    """No filter but the dates is left without its values."""

    def nothing() -> None: ...

    command = click.command()(options(nothing))
    without = {option.name for option in command.params if not option.shell_complete(click.Context(command), "")}
    assert without == {"since", "until"}


def test_a_call_completes_where_one_is_asked_for() -> None:
    """`show` takes a call's id."""
    assert _completed("show", "od") == ["ODEL-2022Q1"]
    assert _completed("show", "2022q2") == ["ACMP-2022Q2"]


def test_the_index_is_that_of_the_line(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--index` comes first, then the environment, then ./index; the shell has not put in the home folder and variables."""
    monkeypatch.setenv("EARFUL_INDEX", "nosuch")
    monkeypatch.setenv("HOME", str(index.parent))
    monkeypatch.setenv("WHERE", str(index))
    assert _completed("show", "od") == []
    for folder in (str(index), "~/index", "$WHERE"):
        assert _completed("show", "--index", folder, "od") == ["ODEL-2022Q1"]
    monkeypatch.delenv("EARFUL_INDEX")
    assert _completed("show", "od") == []
    (tmp_path / "index").symlink_to(index)
    assert _completed("show", "od") == ["ODEL-2022Q1"]


def test_a_failure_is_no_completion(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where no index is, or a damaged one, nothing is completed and nothing is said."""
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "_MAIN_1.toc").write_bytes(b"\x80nothing")
    (tmp_path / "file").write_text("")
    assert [_completed("show", "--index", folder, "od") for folder in ("nosuch", "damaged", "file", "")] == [[]] * 3 + [["ODEL-2022Q1"]]
    assert capfd.readouterr() == ("", "")


# in shells

_PROGRAM = f"""#!{sys.executable}
from search.cli import main
main()
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Give a folder with a program `earful` that knows the shells."""
    (tmp_path / "bin").mkdir()
    path = tmp_path / "bin" / "earful"
    path.write_text(_PROGRAM)
    path.chmod(0o755)
    return path.parent


def _asked(program: Path, shell: str, words: list[str], current: str) -> list[str]:
    """Ask as a shell does, with the words so far and which of them, or what of it, is to be completed."""
    asked = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": current, COMPLETE_VARIABLE: f"{shell}_complete"}
    done = subprocess.run([program / "earful"], env={**os.environ, **asked}, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (["--company", "acme"], ["Acme\\ Pumps"]),
        (["--company", "Acme\\ P"], ["Acme\\ Pumps"]),
        (["--company", '"Acme P'], ["Acme Pumps"]),
        (["--company", "o"], ['O\\\'Dell\\ \\&\\ Sons,\\ \\$5\\ \\"Pumps\\"\\ Inc.']),
        (["--company", '"o'], ['O\'Dell & Sons, \\$5 \\"Pumps\\" Inc.']),
        (["--company", "'o"], ["O'\\''Dell & Sons, $5 \"Pumps\" Inc."]),
        (["--company", "=", "acme"], ["Acme\\ Pumps"]),
        (["--company", "="], ["Acme\\ Pumps", 'O\\\'Dell\\ \\&\\ Sons,\\ \\$5\\ \\"Pumps\\"\\ Inc.']),
        (["--speaker", "cook"], ["Tam\\ Cook", "Tim\\ Cook", "cook"]),
        (["--speaker", "t"], ["Tam\\ Cook", "Tim\\ Cook"]),
        (["--company", "zebra"], []),
    ],
)
def test_bash_gets_values_as_one_writes_them(program: Path, words: list[str], written: list[str]) -> None:
    """Bash's own function has each value as one word, whatever stands in it; within quotes nothing is escaped that need not be.

    Where values begin alike and otherwise than what was typed, that is one more: else bash would erase it.
    """
    asks = (
        f'eval "$({COMPLETE_VARIABLE}=bash_source earful)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
        '_earful_completion earful; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", asks, "bash", "earful", "search", "cash", *words],
        env={**os.environ, "PATH": f"{program}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (done.stdout.splitlines(), done.stderr) == (written or [""], "")


def test_bash_gets_lines_as_click_writes_them(program: Path) -> None:
    """A line a value, the kind of it before."""
    calls = ["plain,ACMP-2022Q1", "plain,ACMP-2022Q2", "plain,ODEL-2022Q1"]
    assert _asked(program, "bash", ["earful", "show", "2022"], "2") == calls


def test_zsh_quotes_by_itself(program: Path) -> None:
    """Zsh gets values as they are, and of `--company=` whole words."""
    assert _asked(program, "zsh", ["earful", "search", "--company", "acme"], "3") == ["plain", "Acme Pumps", "_"]
    assert _asked(program, "zsh", ["earful", "search", "--company=acme"], "2") == ["plain", "--company=Acme Pumps", "_"]


def test_fish_quotes_by_itself(program: Path) -> None:
    """Fish gets values as they are, and of `--company=` whole words."""
    assert _asked(program, "fish", ["earful", "search", "--company", "o"], "o") == [f"plain,{_ODD}"]
    assert _asked(program, "fish", ["earful", "search", "--company=acme"], "--company=acme") == ["plain,--company=Acme Pumps"]


@pytest.mark.parametrize(
    ("shell", "has"),
    [
        ("bash", "complete -o nosort -F _earful_completion earful"),
        ("zsh", "compstate[insert]=menu"),
        ("fish", 'string split --max 1 "," $completion'),
    ],
)
def test_a_script_for_each_shell(shell: str, has: str) -> None:
    """The command prints click's script, with what ours has beside; the variable that click is asked by prints the same."""
    result = CliRunner().invoke(earful, ["completion", shell])
    assert (result.exit_code, result.stderr) == (0, "")
    assert has in result.stdout
    assert f"{COMPLETE_VARIABLE}={shell}_complete" in result.stdout
    know_shells()
    known = get_completion_class(shell)
    assert known is not None
    assert known(earful, {}, "earful", COMPLETE_VARIABLE).source() == result.stdout


def test_help_says_the_line_to_add() -> None:
    """Who asks for help gets the line of each shell; another shell is wrong use."""
    shown = CliRunner().invoke(earful, ["completion", "--help"]).stdout
    assert 'eval "$(earful completion bash)"' in shown
    assert 'eval "$(earful completion zsh)"' in shown
    assert "earful completion fish > ~/.config/fish/completions/earful.fish" in shown
    assert CliRunner().invoke(earful, ["completion", "tcsh"]).exit_code == 2

"""Hostile text is shown and never obeyed: no transcript, file name or query moves a cursor, turns a line round, or makes a formula."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from indexer.codec import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS, CallColumns
from indexer.errors import EarfulError, QuerySyntaxError
from indexer.printable import printable
from search.cli import earful
from search.render.screen import Screen
from tests.invented_exchanges import _index as build_index
from tests.terminal import run_on_a_terminal

_HARMFUL = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_STYLE = re.compile(r"\x1b\[(?:[0-9]|3[0-6]|39|22|23)?(?:;(?:[0-9]|3[0-6]))*m")  # as rich writes ours; none blinks on red
# A window's title, red and blinking, a carriage return, C1's "erase the screen", DEL, right to left, separators, hidden, halves.
_EVIL = "\x1b]0;owned\x07\x1b[5;41m\r\x9b2J\x7f\u202e\u2066\u2028\u2029\u200b\ufeff\x85[bold red]x[/] :skull:"
_WORD = _EVIL.split(maxsplit=1)[0]
_FREE = ("company", "ticker", "exchange_code", "event", "speaker", "firm", "title", "header", "call", "warning")
_SAID = "Tariffs rise and fall, and the flywheel turns. " * 5


def _name(value: str | tuple[str, ...]) -> str:
    return printable(value if isinstance(value, str) else " ".join(value)).replace(printable(_EVIL), "EVIL")


def _harm_in(text: str, ours: str = "") -> set[str]:
    """Give the characters of a text that a terminal would obey, but for some that are ours."""
    return {char for char in text if unicodedata.category(char) in _HARMFUL and char not in f"\u200c\u200d{ours}"}


# one text


@given(st.text())
def test_nothing_harmful_is_left(text: str) -> None:
    """What is printable has no control, format or separator character; to do it twice is to do it once."""
    shown = printable(text)
    assert not _harm_in(shown)
    assert printable(shown) == shown


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))))
def test_harmless_text_stays(text: str) -> None:
    """Letters of any script, signs and spaces are shown as they are."""
    assert printable(text) == text


def test_what_is_ours_is_kept() -> None:
    """Line ends and tabs may be kept; joiners, which spelling and emoji need, always are."""
    assert printable("a\n\tb\x1b\u200d", "\n\t") == "a\n\tb\\x1b\u200d"
    assert printable("\x9b\u202e\ud800\ufffe\U000e0001") == r"\x9b\u202e\ud800\ufffe\U000e0001"


@given(st.text())
def test_one_character_may_stand_for_one(text: str) -> None:
    """With a character instead of escapes, places in a text stay what they are."""
    assert len(printable(text, instead="�")) == len(text)


@given(st.text(), st.text())
def test_an_error_is_one_line_that_does_no_harm(message: str, hint: str) -> None:
    """Whatever stands in a message or hint, as a file's name or a query, an error reads as one line."""
    of_query = QuerySyntaxError(message, query=hint, column=1)
    assert not _harm_in(str(EarfulError(message, hint=hint)) + str(of_query))
    assert of_query.query == hint


def test_a_screen_draws_every_text_so() -> None:
    """Text in cells and paddings, and strings, which are no markup; styles of our own stay."""
    screen = Screen(file=io.StringIO(), width=200, force_terminal=True, color_system="standard", legacy_windows=False)
    table = Table(f"head {_EVIL}", title=Text(f"title {_EVIL}"))
    table.add_row(f"cell {_EVIL}")
    table.add_row(Text(f"text {_EVIL}", style="bold"))
    for each in (table, Padding(Text(f"padded {_EVIL}"), 1), Text(f"plain {_EVIL}"), f"string {_EVIL}"):
        screen.print(each)
    assert isinstance(screen.file, io.StringIO)
    shown = screen.file.getvalue()
    assert not _harm_in(_STYLE.sub("", shown), "\n")
    assert "\x1b[1m" in shown
    assert (shown.count("[/]"), shown.count(":skull:")) == (7, 7)


# every command


def _call(number: int, values: dict[str, str], texts: Sequence[str]) -> CallColumns:
    """Give a call of which each turn is said by somebody else; `values` are those of its fields."""
    days = ("2022-05-03", "2022-08-08")
    usual = {"call": f"ACME-{number}", "company": "Acme", "period": f"2022Q{number}", "date": days[number - 1]}
    of_call = tuple(({**usual, **values}).get(field) for field in CALL_FIELDS)
    people = [("Jane Roe", "CFO"), ("Sam Poe", "Analyst"), ("Jane Roe", "CFO")]
    kinds = ["remarks", "question", "answer"]
    return CallColumns(
        of_call,
        [tuple(({"speaker": name, "role": role, **values}).get(field) for field in PERSON_FIELDS) for name, role in people],
        [tuple(({"section": "qa", "kind": kind, "header": "x", **values}).get(field) for field in TURN_FIELDS) for kind in kinds],
        [1, 2, 3],
        [0, 1, 1],
        list(texts),
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build indices: of calls with hostile text in all free fields, in all fields, and of values that begin as formulas do."""
    texts = [f"{_SAID}{_EVIL} tariffs {_EVIL}", f"Tariffs, {_EVIL}?", f"We don't break out tariffs.\n{_EVIL} {_SAID}"]
    free = {field: f"{field} {_EVIL}" for field in _FREE}
    every = {field: f"{field} {_EVIL}" for field in (*CALL_FIELDS, *PERSON_FIELDS, *TURN_FIELDS)}
    formulas = {field: f"{sign}1+1|{field}" for field, sign in zip(_FREE, "=+-\t@\r=+@-", strict=True)}
    said = [f"=flywheel and {_SAID}", "-tariffs, why?", f"@{_SAID}"]
    made = {}
    for name, values, spoken in (("free", free, texts), ("every", every, texts), ("formulas", formulas, said)):
        made[name] = tmp_path_factory.mktemp(name)
        calls = [
            _call(1, {**values, "call": f"{values['call']}1"}, [text.replace("flywheel", "wheel") for text in spoken]),
            _call(2, values, spoken),
        ]
        build_index(made[name], [calls], []).close()
    return made


_QUERY = f'tariffs OR "{_EVIL}" OR speaker:"{_EVIL}"'
_CALL = f"call {_EVIL}"
_ASKED: tuple[tuple[str, ...], ...] = (
    ("search", _QUERY, "--facet", "speaker", "--facet", "company", "--facet", "asked_firm", "--context", "--explain"),
    ("search", "nobodysaysthis", "--zero", "--facet", "firm", "--speaker", _EVIL, "--explain"),
    ("exchanges", _QUERY, "--facet", "asked_by", "--asked-by", "firm", "--explain"),
    ("exchanges", "question:tariffs", "--unanswered", "--full"),
    ("trends", _QUERY, "--per", "speaker", "--explain"),
    ("first", _QUERY, "--explain"),
    ("news", _CALL),
    ("similar", _CALL, "--turn", "1", "--within-call", "--explain"),
    ("show", _CALL, "--no-pager"),
    ("show", "1", "--no-pager"),
    ("watch", "add", "kept", _QUERY, "--speaker", _EVIL, "--company", "company", "--from-start", "--replace"),
    ("watch", "add", "all", "tariffs", "--from-start", "--replace"),
    ("watch", "list"),
    ("watch", "run"),
)
_REFUSED: tuple[tuple[str, ...], ...] = (
    ("search", f'"{_EVIL}'),
    ("search", f"{_EVIL}*~"),
    ("search", f"nosuch:{_EVIL}"),
    ("search", f"role:({_EVIL})"),
    ("search", "*", "--role", _EVIL),
    ("search", "*", "--since", _EVIL),
    ("search", "*", "--facet", _EVIL),
    ("search", "*", "--synonym-file", _EVIL),
    ("trends", "tariffs", "--per", _EVIL),
    ("trends", "tariffs", "--plot", f"/nosuch/{_EVIL}"),
    ("search", "*", "--parquet", f"/nosuch/{_EVIL}"),
    ("news", _EVIL),
    ("show", _EVIL),
    ("similar", _EVIL, "--turn", "1"),
    ("watch", "add", _EVIL, "tariffs"),
    ("watch", "run", _EVIL),
)


def _in_a_pipe(folder: Path, *arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(earful, [*arguments, "--index", str(folder)])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


@pytest.mark.parametrize("name", ["free", "every"])
@pytest.mark.parametrize("arguments", _ASKED, ids=_name)
def test_a_pipe_gets_no_harm(folders: dict[str, Path], name: str, arguments: tuple[str, ...]) -> None:
    """Data, notes and totals of every command are lines of harmless text, which show what was harmful as escapes."""
    if arguments == ("show", "1", "--no-pager"):
        _in_a_pipe(folders[name], "search", "tariffs")
    status, shown = _in_a_pipe(folders[name], *arguments)
    assert not _harm_in(shown, "\n\t")
    if name == "free":
        assert status in (0, 1)
        assert "\\x1b" in shown or "�" in shown or arguments[:2] == ("watch", "add")


@pytest.mark.parametrize("arguments", [each for each in _ASKED if each[:2] not in (("watch", "add"), ("watch", "list"))], ids=_name)
def test_a_terminal_gets_no_harm(folders: dict[str, Path], arguments: tuple[str, ...]) -> None:
    """On a terminal there are the escape sequences of our own styles, and no others."""
    if arguments[0] == "watch":
        _in_a_pipe(folders["free"], "watch", "add", "all", "tariffs", "--from-start", "--replace")
    environment = {"TERM": "xterm-256color", "EARFUL_INDEX": str(folders["free"])}
    if arguments == ("show", "1", "--no-pager"):
        run_on_a_terminal("search", "tariffs", environment=environment)
    status, shown = run_on_a_terminal(*arguments, environment=environment)
    assert status in (0, 1)
    assert not _harm_in(_STYLE.sub("", shown), "\n\t")
    assert "�" in shown or "\\x1b" in shown


@pytest.mark.parametrize("arguments", _REFUSED, ids=_name)
def test_a_refusal_is_one_harmless_line(folders: dict[str, Path], arguments: tuple[str, ...]) -> None:
    """What cannot be answered is told in one line, whatever was typed."""
    found = CliRunner().invoke(earful, [*arguments, "--index", str(folders["free"])])
    assert found.exit_code in (1, 2)
    assert not _harm_in(found.output, "\n\t")
    assert [line for line in found.stderr.splitlines() if line.startswith("earful: ")]


@pytest.mark.parametrize(
    "arguments", [("search", "a", _EVIL), (_EVIL,), ("search", f"--{_EVIL}"), ("watch", "add", "a", "b", _EVIL)], ids=_name
)
def test_wrong_use_is_told_harmlessly(arguments: tuple[str, ...]) -> None:
    """What was typed where nothing belongs is repeated harmlessly."""
    found = CliRunner().invoke(earful, arguments)
    assert found.exit_code == 2
    assert not _harm_in(found.output, "\n")
    assert "owned" in found.output


def test_a_folder_of_any_name_does_no_harm(tmp_path: Path) -> None:
    """An index folder that is not there is named harmlessly."""
    status, shown = _in_a_pipe(tmp_path / "no\x1b[2J\u202e", "search", "*")
    assert status == 2
    assert not _harm_in(shown, "\n")


# tables and charts

_TABLES = [each for each in _ASKED if each[0] != "show" and each[:2] not in (("watch", "add"), ("watch", "list"))]


@pytest.mark.parametrize("name", ["free", "formulas"])
@pytest.mark.parametrize("arguments", _TABLES, ids=_name)
def test_no_cell_is_a_formula(folders: dict[str, Path], name: str, arguments: tuple[str, ...]) -> None:
    """In every column of every command's CSV, the query's too, a cell begins as no formula does, and holds nothing harmful."""
    if arguments[0] == "watch":
        _in_a_pipe(folders[name], "watch", "add", "all", "=tariffs", "--from-start", "--replace")
    of = [argument.replace(_CALL, "@1+1|call") if name == "formulas" else argument for argument in arguments]
    found = CliRunner().invoke(earful, [*of, "--csv", "--index", str(folders[name])])
    cells = [cell for row in csv.reader(io.StringIO(found.stdout, newline="")) for cell in row]
    assert len(cells) > 10
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert not _harm_in("".join(cells), "\n\t")


@pytest.mark.parametrize("arguments", [*_TABLES, ("watch", "list")], ids=_name)
def test_json_says_the_same_harmlessly(folders: dict[str, Path], arguments: tuple[str, ...]) -> None:
    """JSON has the text as it is, with escapes of its own for what a terminal would obey."""
    if arguments[0] == "watch":
        _in_a_pipe(folders["free"], "watch", "add", "kept", f"tariffs OR {_WORD}", "--from-start", "--replace")
    found = CliRunner().invoke(earful, [*arguments, "--json", "--index", str(folders["free"])])
    assert not _harm_in(found.stdout, "\n")
    assert "\x1b]0;owned\x07" in str(list(_strings(json.loads(found.stdout)))).encode().decode("unicode_escape")


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in _strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [value] if isinstance(value, str) else []


def test_a_chart_is_sound_whatever_was_asked(folders: dict[str, Path], tmp_path: Path) -> None:
    """A query or a value with control characters makes an SVG that XML's parsers read, with the characters as escapes."""
    pytest.importorskip("matplotlib")
    chart = tmp_path / "chart.svg"
    status, _ = _in_a_pipe(folders["free"], "trends", f"tariffs OR {_WORD}\ufffe", "--per", "company", "--plot", str(chart))
    assert status == 0
    assert not _harm_in("".join(ET.parse(chart).getroot().itertext()), "\n\t")  # a picture of our own
    assert "\\x1b" in chart.read_text(encoding="utf-8")


def test_a_shell_completes_with_nothing_harmful(folders: dict[str, Path]) -> None:
    """A value that a shell could not type is none of its completions."""
    found = CliRunner().invoke(
        earful,
        env={"_EARFUL_COMPLETE": "zsh_complete", "COMP_WORDS": f"earful search --index {folders['free']} --company ", "COMP_CWORD": "5"},
        prog_name="earful",
    )
    assert not _harm_in(found.output, "\n\t")

"""The commands: data on standard output, talk on standard error, and an exit status that a script can trust."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import indexer
import search
from search.cli import _COMMANDS, earful
from tests.terminal import run_on_a_terminal

_SAMPLES = Path(indexer.__file__).parent / "samples"
_ONE = _SAMPLES / "veltrana-vlta-q3-2024.txt"
_HTML = _SAMPLES / "harrowgate-hwgt-q1-2025.html"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index of the samples."""
    folder = tmp_path_factory.mktemp("index")
    indexer.rebuild([_SAMPLES], index=folder)
    return folder


@pytest.fixture(autouse=True)
def index(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with the index named in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARFUL_INDEX", str(built))
    return built


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(earful, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def _python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


# exit status


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("search guidance", 0),
        ("search guidance --limit 0", 0),
        ("search zebra", 1),
        ("search zebra --json", 1),
        ("search guidance --speaker nobody", 1),
        ("show VLTA-2024Q3", 0),
        ("show vlta-2024q3 --turn 3", 0),
        ("show NOSUCH", 1),
        ("show VLTA-2024Q3 --turn 99", 1),
        ("check", 0),
        (f"inspect {_ONE}", 0),
        ("demo", 0),
        ("--help", 0),
        ("-h", 0),
        ("--version", 0),
        ("search -h", 0),
    ],
)
def test_status_says_whether_something_was_found(arguments: str, status: int) -> None:
    """0 is found or done, 1 is nothing found."""
    assert _run(*arguments.split()).exit_code == status


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["search", '"cash'], "unclosed quote at column 1"),
        (["search", "guidance AND"], "AND has nothing after it"),
        (["search", ""], "the query is empty"),
        (["search", "nosuch:foo"], "no field 'nosuch'"),
        (["search", "guidance", "--role", "boss"], "role: 'boss' is not possible"),
        (["search", "guidance", "--facet", "nosuch"], "no facet 'nosuch'"),
        (["search", "guidance", "--since", "soon"], "since: 'soon' is no date"),
        (["search", "guidance", "--since", "2025-02-01", "--until", "2025-01-01"], "since 2025-02-01 is after until 2025-01-01"),
        (["search", "guidance", "--limit", "-1"], "limit: -1 is not possible"),
        (["search", "guidance", "--offset", "999"], "offset: 999 lies past the last"),
        (["search", "guidance", "--index", "nosuch"], "no index in nosuch; build one with: earful rebuild FOLDER"),
        (["show", "VLTA-2024Q3", "--index", "nosuch"], "no index in nosuch"),
        (["check", "--index", "nosuch"], "no index in nosuch"),
        (["search", "guidance", "--index", str(_ONE)], "is a file, not an index folder"),
        (["check", "--index", str(_ONE)], str(_ONE)),
        (["rebuild", str(_ONE), "--index", str(_ONE), "--jobs", "1"], "choose another folder with --index"),
        (["rebuild", "nosuch", "--jobs", "1"], "nosuch"),
        (["inspect", "nosuch.txt"], "nosuch.txt"),
        (["inspect", str(Path(__file__))], Path(__file__).name),
        (["inspect", str(_SAMPLES)], str(_SAMPLES)),
        (["inspect", str(_ONE), "--firms", "nosuch.txt"], "nosuch.txt cannot be read: "),
        (["inspect", str(_ONE), "--firms", str(_ONE)], " is no entry; write: Name = other name | other name"),
        (["rebuild", str(_ONE), "--jobs", "1", "--index", "new", "--firms", "."], ". cannot be read: "),
        (["rebuild", str(_ONE), "--jobs", "1", "--index", "new", "--firms", str(_ONE)], f"{_ONE}, line 1: "),
    ],
)
def test_a_failure_is_status_two_and_one_line(arguments: list[str], says: str) -> None:
    """What cannot be done ends with 2, nothing on standard output, and one line on standard error that says why."""
    result = _run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("earful: ")
    assert says in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("search", "Missing argument 'QUERY'"),
        ("search a b", "unexpected extra argument"),
        ("search a --nosuch", "No such option"),
        ("search a --rolle CFO", "--role"),
        ("search a --limit many", "'--limit'"),
        ("search a --sort newest", "'relevance', 'date'"),
        ("search a --group-by speaker", "'--group-by'"),
        ("show", "Missing argument 'CALL'"),
        ("show A --turn x", "'--turn'"),
        ("rebuild", "Missing argument 'SOURCE...'"),
        ("rebuild x --jobs 0", "'--jobs'"),
        ("inspect", "Missing argument 'FILE'"),
        ("nosuch", "No such command 'nosuch'"),
    ],
)
def test_wrong_use_is_status_two_and_a_hint(arguments: str, says: str) -> None:
    """A command line that cannot be meant ends with 2, and says what is wrong with it and how to get help."""
    result = _run(*arguments.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert "Usage: " in result.stderr


# search


def test_lines_are_what_a_pipe_gets(index: Path) -> None:
    """In a pipe each hit is a line, then each facet value is one, and the totals are talk."""
    result = _run("search", '"cash runway"', "--role", "CFO", "--facet", "company", "--limit", "2")
    with search.open_index(index) as calls:
        hits = calls.search('"cash runway"', role="CFO", limit=2).hits
    assert result.stdout.splitlines() == [
        *(f"{hit.call}:{hit.turn}: {hit.speaker} (CFO): {hit.snippet.text}" for hit in hits),
        "company\tQuillstone Software, Inc.\t2\t2",
        "company\tVeltrana Therapeutics\t2\t2",
        "company\tCalder Bay Bancorp, Inc.\t1\t1",
    ]
    assert result.stderr == "5 turns in 5 calls\n"


@pytest.mark.parametrize(
    ("arguments", "query", "options"),
    [
        (["guidance"], "guidance", {}),
        (["guidance", "--role", "CFO", "--role", "CEO"], "guidance", {"role": ["CFO", "CEO"]}),
        (
            ["*", "--company", "veltrana", "--section", "qa", "--kind", "answer"],
            "*",
            {"company": "veltrana", "section": "qa", "kind": "answer"},
        ),
        (["*", "--ticker", "VLTA", "--speaker", "osei", "--period", "2024"], "*", {"ticker": "VLTA", "speaker": "osei", "period": "2024"}),
        (
            ["*", "--firm", "kestrel", "--since", "2024-11-01", "--until", "2024-12-01"],
            "*",
            {"firm": "kestrel", "since": "2024-11-01", "until": "2024-12-01"},
        ),
        (["*", "--warning", "qa-inferred", "--facet", "warning"], "*", {"warning": "qa-inferred", "facets": ["warning"]}),
        (
            ["*", "--warning", "speaker-not-in-roster", "--warning", "qa-inferred"],
            "*",
            {"warning": ["speaker-not-in-roster", "qa-inferred"]},
        ),
        (["pricing", "--facet", "role", "--facet", "company"], "pricing", {"facets": ["role", "company"]}),
        (["pricing", "--sort", "date", "--limit", "3", "--offset", "2"], "pricing", {"sort": "date", "limit": 3, "offset": 2}),
        (["pricing", "--group-by", "call"], "pricing", {"group_by": "call"}),
        (["zebra", "--facet", "role"], "zebra", {"facets": ["role"]}),
    ],
)
def test_options_are_the_library_s_arguments(index: Path, arguments: list[str], query: str, options: dict[str, Any]) -> None:
    """`--json` prints what the library answers to the same question."""
    with search.open_index(index) as calls:
        page = calls.search(query, **options)
    assert json.loads(_run("search", *arguments, "--json").stdout) == page.to_dict()


def test_csv_is_a_table_of_hits(index: Path) -> None:
    """A header line and a line a hit, with its values as text and nothing where it has none."""
    with search.open_index(index) as calls:
        page = calls.search("pricing", limit=5)
    rows = list(csv.DictReader(io.StringIO(_run("search", "pricing", "--limit", "5", "--csv").stdout, newline="")))
    asked = {"query": "pricing", "filters": "{}", "generation": page.about.generation, "content": page.about.content}
    expected = [{**hit, "snippet": hit["snippet"]["text"], **asked} for hit in page.to_dict()["hits"]]
    assert rows == [{name: "" if value is None else str(value) for name, value in hit.items()} for hit in expected]


def test_csv_of_groups_and_facets(index: Path) -> None:
    """Grouped hits have a column more; the facets' counts follow after a blank line."""
    out = _run("search", "pricing", "--group-by", "call", "--facet", "role", "--limit", "2", "--csv").stdout
    hits, facets = (list(csv.DictReader(io.StringIO(part, newline=""))) for part in out.split("\n\n"))
    with search.open_index(index) as calls:
        page = calls.search("pricing", group_by="call", facets=["role"], limit=2)
    assert [row["matching_turns"] for row in hits] == [str(hit.matching_turns) for hit in page.hits]
    counted = [(row["facet"], row["value"], row["turns"], row["calls"]) for row in facets]
    assert counted == [("role", value.value, str(value.turns), str(value.calls)) for value in page.facets["role"]]


@pytest.mark.parametrize(("first", "last", "start"), [("--json", "--csv", "call,company"), ("--csv", "--json", "{")])
def test_the_last_format_wins(first: str, last: str, start: str) -> None:
    """Of two formats the one named last is printed, as with options that are given twice."""
    assert _run("search", "guidance", first, last).stdout.startswith(start)


@pytest.mark.parametrize("output", [[], ["--json"], ["--csv"]])
def test_talk_stays_off_standard_output(output: list[str]) -> None:
    """Totals, the explained query and notes are talk: the data is the same with and without them."""
    plain = _run("search", "tariffs", *output)
    talking = _run("search", "tariffs", "--explain", *output)
    assert talking.stdout == plain.stdout
    assert talking.stderr == "understood: (tariffs | tariff)\n26 turns in 10 calls\n"
    assert (
        _run("search", "tariffs", "--speaker", "zed", *output).stderr == "earful: no speaker in the index fits 'zed'\n0 turns in 0 calls\n"
    )


def test_a_query_may_begin_with_a_dash() -> None:
    """After `--` a query is a query, whatever it begins with."""
    assert _run("search", "--", "-12.5%").exit_code == 0


# which index


def test_the_index_is_the_option_else_the_environment_s_else_here(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--index` is asked first, then `$EARFUL_INDEX`, then the folder `index`."""
    indexer.rebuild([_ONE], index=tmp_path / "index")
    indexer.rebuild([_ONE, _HTML], index=tmp_path / "other")

    def calls(*arguments: str) -> str:
        return _run("search", "*", *arguments).stderr.split(" in ")[1]

    assert calls() == "10 calls\n"
    assert calls("--index", "other") == "2 calls\n"
    monkeypatch.delenv("EARFUL_INDEX")
    assert calls() == "1 call\n"
    monkeypatch.setenv("EARFUL_INDEX", "nosuch")
    assert "no index in nosuch" in _run("show", "VLTA-2024Q3").stderr


# show


def test_show_prints_a_call_as_said(index: Path) -> None:
    """The call's facts, then each turn under its number and speaker, a line a paragraph."""
    with search.open_index(index) as calls:
        call = calls.read_call("VLTA-2024Q3")
    lines = _run("show", "vlta-2024q3").stdout.splitlines()
    assert lines[0] == "VLTA-2024Q3  Veltrana Therapeutics · VLTA · 2024Q3 · Q3 2024 Earnings Call · 2024-11-07"
    assert [line[4:] for line in lines if line.startswith("    ")] == [part for turn in call.turns for part in turn.paragraphs]
    heads = [line for line in lines if line.startswith("[")]
    assert [head.split("]")[0] for head in heads] == [f"[{turn.number}" for turn in call.turns]
    assert all(
        f"] {turn.speaker}" in head and f"({turn.section}, {turn.kind}" in head for head, turn in zip(heads, call.turns, strict=True)
    )


def test_show_prints_one_turn(index: Path) -> None:
    """`--turn` prints the call's facts and that turn alone."""
    lines = _run("show", "VLTA-2024Q3", "--turn", "8").stdout.splitlines()
    assert lines[2] == "[8] Priya Nandakumar, Senior Biotechnology Analyst, Kestrel Securities  (qa, question in exchange 1)"
    assert lines[3].startswith("    Good morning, all, and thanks for having me on first.")
    assert len(lines) == 4


def test_show_says_which_turns_there_are() -> None:
    """A call or turn that is not there is told with what is."""
    assert "no call 'NOSUCH' in the index" in _run("show", "NOSUCH").stderr
    result = _run("show", "vlta-2024q3", "--turn", "99")
    assert (result.stdout, result.stderr) == ("", "earful: VLTA-2024Q3 has no turn 99; it has 36\n")


# check


def test_check_is_content_with_what_was_written(index: Path) -> None:
    """A sound index has nothing on standard output and a good word on standard error."""
    result = _run("check")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"every file of the index in {index} is as it was written\n"


def test_check_lists_what_is_damaged(index: Path, tmp_path: Path) -> None:
    """Each damaged or missing file is a line, and the way out is told."""
    shutil.copytree(index, tmp_path / "copy")
    segment = next((tmp_path / "copy").glob("*.seg"))
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    result = _run("check", "--index", "copy")
    assert (result.exit_code, result.stdout) == (2, f"{segment.name}: changed since it was written\n")
    assert result.stderr == "earful: the index in copy is damaged; run earful rebuild --fresh\n"
    segment.unlink()
    assert _run("check", "--index", "copy").stdout == f"{segment.name}: missing\n"


# inspect and rebuild


@pytest.mark.parametrize(
    ("source", "layout"),
    [(_ONE, "motley-fool-text"), (_HTML, "motley-fool-html"), (_SAMPLES / "calderbay-cbay-q3-2025.txt", "seeking-alpha-text")],
)
def test_inspect_prints_the_object_of_the_contract(source: Path, layout: str) -> None:
    """The keys are the documented ones in their order, and the values are those that the library reads."""
    found = json.loads(_run("inspect", str(source), "--json").stdout)
    (transcript,) = indexer.read(source)
    (call,) = found["calls"]
    assert list(found) == ["source", "format", "encoding", "warnings", "calls"]
    assert (found["source"], found["format"], found["encoding"], found["warnings"]) == (
        str(source),
        layout,
        "utf-8",
        list(transcript.warnings),
    )
    assert list(call) == "call company ticker exchange_code period event date time duration_minutes origins participants turns".split()
    assert {tuple(person) for person in call["participants"]} == {("name", "title", "firm", "firm_published", "role")}
    assert {tuple(turn) for turn in call["turns"]} == {tuple("turn section kind exchange speaker role title firm paragraphs".split())}
    assert call == transcript.to_dict()


def test_inspect_prints_tables_for_people() -> None:
    """Without --json, the call's facts, who is on it, and a line for each turn."""
    lines = [line.split() for line in _run("inspect", str(_ONE)).stdout.splitlines()]
    assert ["call", "VLTA-2024Q3"] in lines
    assert ["duration", "47", "minutes"] in lines
    assert ["Marguerite", "Osei", "CFO", "Chief", "Financial", "Office"] in lines
    assert any(line[:6] == ["8", "qa", "question", "1", "Priya", "Nandakumar"] for line in lines)


def test_rebuild_prints_the_object_of_the_contract(tmp_path: Path) -> None:
    """The report's keys are the documented ones in their order; its counts are those of the sources, and the rest is talk."""
    shutil.copytree(_SAMPLES, tmp_path / "source")
    (tmp_path / "source" / "diary.txt").write_text("Dear diary.")
    shutil.copy(_ONE, tmp_path / "source" / "again.txt")
    result = _run("rebuild", "source", "--index", "new", "--jobs", "1", "--json")
    report = json.loads(result.stdout)
    assert (
        list(report) == "transcripts calls turns added changed unchanged removed duplicates rejected warnings read resumed waiting".split()
    )
    assert [report[name] for name in list(report)[:7]] == [11, 10, 347, 11, 0, 0, 0]
    assert [(list(each), each["call"]) for each in report["duplicates"]] == [(["call", "source", "kept"], "VLTA-2024Q3")]
    assert [(list(each), each["source"]) for each in report["rejected"]] == [(["source", "reason"], "source/diary.txt")]
    assert result.stderr.startswith("10 calls with 347 turns in new (transcripts: 11 added, 0 changed, 0 unchanged, 0 removed; 1 dup")
    assert (result.exit_code, len(result.stderr.splitlines())) == (0, 2)


def test_rebuild_lists_what_it_could_not_use(tmp_path: Path) -> None:
    """Without --json, standard output has a line for each source that is not in the index; the next runs find it unchanged."""
    (tmp_path / "source").mkdir()
    shutil.copy(_ONE, tmp_path / "source")
    (tmp_path / "source" / "diary.txt").write_text("Dear diary.")
    first = _run("rebuild", "source", "--index", "new", "--jobs", "1")
    assert first.stdout.startswith("rejected source/diary.txt: no transcript: nothing says who speaks")
    assert len(first.stdout.splitlines()) == 1
    assert "1 unchanged" in _run("rebuild", "source", "--index", "new", "--jobs", "1").stderr
    assert "1 unchanged" in _run("rebuild", "source", "--index", "new", "--jobs", "1", "--fresh").stderr


def _changed_samples(folder: Path) -> None:
    """Copy the samples, leave one out, add one that is none, and have one say something else."""
    shutil.copytree(_SAMPLES, folder)
    (folder / _HTML.name).unlink()
    (folder / "diary.txt").write_text("Dear diary.")
    (folder / _ONE.name).write_text(_ONE.read_text(encoding="utf-8").replace("cash runway", "cash runaway"), encoding="utf-8")


def test_check_compares_with_sources(tmp_path: Path) -> None:
    """`check --sources` names the calls that differ, and how; 0 if none does, 1 if one does, and 2 if the index is damaged."""
    assert _run("check", "--sources", str(_SAMPLES), "--jobs", "1").stderr.splitlines()[-1] == (
        "10 calls are as in the sources; 0 missing, 0 extra, 0 different"
    )
    _changed_samples(tmp_path / "changed")
    result = _run("check", "--sources", "changed", "--jobs", "1")
    assert result.stdout.splitlines() == [
        "extra HWGT-2025Q1: the index has it, no source has",
        f"different VLTA-2024Q3: changed/{_ONE.name} says something else",
        "rejected changed/diary.txt: no transcript: nothing says who speaks; see README for the layouts that are read",
    ]
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, "8 calls are as in the sources; 0 missing, 1 extra, 1 different")


def test_check_tells_leftovers_from_damage(index: Path, tmp_path: Path) -> None:
    """What a stopped rebuild left and other people's files are told, and are no fault; a changed byte is."""
    shutil.copytree(index, tmp_path / "copy")
    (tmp_path / "copy" / ".work").mkdir()
    (tmp_path / "copy" / "no\x1b[31mtes.txt").write_text("mine")
    result = _run("check", "--index", "copy")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[:2] == [
        "earful: .work: left by a rebuild that runs or was stopped; the next one goes on with it",
        "earful: no\\x1b[31mtes.txt: not a file of Earful's",
    ]
    ledger = next((tmp_path / "copy").glob("*.ledger"))
    ledger.write_bytes(ledger.read_bytes() + b" ")
    assert _run("check", "--index", "copy").exit_code == 2


def test_the_last_report_can_be_printed(tmp_path: Path) -> None:
    """`report` prints again what the last rebuild printed, as lines or as JSON, and when that was."""
    (tmp_path / "source").mkdir()
    shutil.copy(_ONE, tmp_path / "source")
    (tmp_path / "source" / "diary.txt").write_text("Dear diary.")
    assert _run("report", "--index", "new").exit_code == 2
    first = _run("rebuild", "source", "--index", "new", "--jobs", "1")
    again = _run("report", "--index", "new")
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert again.stderr.startswith(first.stderr)
    assert again.stderr.splitlines()[-1].startswith("ended 20")
    kept = json.loads(_run("report", "--index", "new", "--json").stdout)
    assert (kept["generation"], kept["rejected"][0]["source"]) == (1, "source/diary.txt")


@pytest.mark.parametrize("options", [["--quiet"], ["-q", "--json"]])
def test_a_quiet_rebuild_says_nothing(tmp_path: Path, options: list[str]) -> None:
    """With --quiet nothing is said unless it fails; what was asked for as JSON still comes."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "diary.txt").write_text("Dear diary.")
    failed = _run("rebuild", "source", "--index", "new", "--jobs", "1", *options)
    assert (failed.exit_code, failed.stdout, len(failed.stderr.splitlines())) == (2, "", 1)
    shutil.copy(_ONE, tmp_path / "source")
    done = _run("rebuild", "source", "--index", "new", "--jobs", "1", *options)
    assert (done.exit_code, done.stderr) == (0, "")
    assert (json.loads(done.stdout)["calls"] if "--json" in options else done.stdout) == (1 if "--json" in options else "")


def test_a_dry_run_says_what_would_be(tmp_path: Path) -> None:
    """Its summary is that of the rebuild, and there is no index afterwards."""
    dry = _run("rebuild", str(_ONE), "--index", "new", "--jobs", "1", "--dry-run")
    assert (dry.exit_code, (tmp_path / "new").exists()) == (0, False)
    assert dry.stderr == f"would be: {_run('rebuild', str(_ONE), '--index', 'new', '--jobs', '1').stderr}"


@pytest.mark.parametrize("between", [b"\n", b"\0"])
def test_sources_may_be_a_list_on_standard_input(tmp_path: Path, between: bytes) -> None:
    """In the place of `-` stand the paths on standard input, one a line or with NUL bytes between."""
    listed = between.join(os.fsencode(path) for path in (_ONE, _HTML))
    result = CliRunner().invoke(earful, ["rebuild", "-", "--index", "new", "--jobs", "1"], input=listed)
    assert (result.exit_code, result.stderr.split(" with ")[0]) == (0, "2 calls")


@pytest.mark.parametrize(("size", "says"), [("1X", "'1X' is no size; write 512M or 2G"), ("1M", "--memory is too little")])
def test_a_size_that_cannot_be_is_refused(size: str, says: str, tmp_path: Path) -> None:
    """What is no size, and what is too little to build anything in, is told before any work."""
    result = _run("rebuild", str(_ONE), "--index", "new", "--jobs", "1", "--memory", size)
    assert (result.exit_code, says in result.stderr, (tmp_path / "new").exists()) == (2, True, False)


def test_the_memory_allowed_is_said_in_any_unit() -> None:
    """Sizes are bytes, or K, M and G with whatever people write behind them."""
    from indexer.cli import _in_bytes

    sizes = ["7", "2k", "512M", "512MB", "512mib", "1G"]
    assert [_in_bytes(None, None, size) for size in sizes] == [7, 2048, 1 << 29, 1 << 29, 1 << 29, 1 << 30]


@pytest.fixture
def firms(tmp_path: Path) -> str:
    """Give a table of firms, in which one of the sample's has another name."""
    (tmp_path / "firms.txt").write_text("# mine\n\nKestrel Bank = Kestrel Securities | Kestrel\n")
    return "firms.txt"


def test_inspect_knows_the_firms_of_a_table(firms: str) -> None:
    """`--firms` gives analysts the table's name for their firm, and keeps the published one beside it."""
    (call,) = json.loads(_run("inspect", str(_ONE), "--json", "--firms", firms).stdout)["calls"]
    named = {(person["firm"], person["firm_published"]) for person in call["participants"] if "Kestrel" in str(person["firm_published"])}
    assert named == {("Kestrel Bank", "Kestrel Securities")}
    assert {turn["firm"] for turn in call["turns"] if "Kestrel" in str(turn["firm"])} == {"Kestrel Bank"}
    assert "Kestrel Bank" in _run("inspect", str(_ONE), "--firms", firms).stdout


def test_rebuild_knows_the_firms_of_a_table(firms: str) -> None:
    """With `--firms` calls are found by the table's names; a rebuild without it says that everything is read again."""
    again = "earful: the index was built with another table of firms: everything is read again"
    assert again not in _run("rebuild", str(_ONE), "--index", "new", "--jobs", "1", "--firms", firms).stderr
    assert _run("search", "*", "--firm", "kestrel bank", "--index", "new").exit_code == 0
    assert "1 unchanged" in _run("rebuild", str(_ONE), "--index", "new", "--jobs", "1", "--firms", firms).stderr
    result = _run("rebuild", str(_ONE), "--index", "new", "--jobs", "1")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (0, again)
    assert _run("search", "*", "--firm", "kestrel bank", "--index", "new").exit_code == 1


def test_search_takes_doubts(index: Path) -> None:
    """`--warning` shows the calls of which the reader was unsure, and one that no call has is told."""
    with search.open_index(index) as calls:
        found = calls.search("*", warning="qa-inferred", limit=0)
    assert 0 < found.calls < 10
    result = _run("search", "*", "--warning", "qa-inferred", "--limit", "0")
    assert (result.exit_code, result.stderr) == (0, f"{found.turns} turns in {found.calls} calls\n")
    result = _run("search", "*", "--warning", "no-sense")
    assert (result.exit_code, result.stderr) == (1, "earful: no warning in the index fits 'no-sense'\n0 turns in 0 calls\n")


def test_rebuild_with_nothing_to_index_leaves_the_index(index: Path, tmp_path: Path) -> None:
    """Sources without a call are a failure, and the index answers on."""
    (tmp_path / "source").mkdir()
    shutil.copytree(index, tmp_path / "copy")
    result = _run("rebuild", "source", "--index", "copy", "--jobs", "1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no transcripts in the sources" in result.stderr
    assert _run("search", "guidance", "--index", "copy").exit_code == 0


# at a shell


@pytest.mark.parametrize(
    ("module", "commands"),
    [("search", list(_COMMANDS)), ("indexer", ["rebuild", "inspect", "report", "check"])],
)
def test_modules_run_as_commands(module: str, commands: list[str]) -> None:
    """`python -m search` offers all commands, `python -m indexer` those that make and check an index."""
    result = _python("-m", module, "--help")
    shown = result.stdout.split("Commands:\n")[1].splitlines()
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(line.split()[0] for line in shown if line.startswith("  ") and line[2] != " ") == sorted(commands)


@pytest.mark.parametrize("arguments", ["--help", "search --help", "rebuild --help", "search"])
def test_help_is_quick(arguments: str) -> None:
    """Help, and the answer to wrong use, load none of the libraries that only the work itself needs."""
    heavy = ("numpy", "whoosh", "bs4", "rich", "lxml", "lark", "rapidfuzz")
    script = (
        "import sys; from click.testing import CliRunner; from search.cli import earful; "
        f"CliRunner().invoke(earful, {arguments.split()}); print(*sorted(set({heavy}) & set(sys.modules)))"
    )
    assert _python("-c", script).stdout.split() == []


def test_a_terminal_gets_tables() -> None:
    """On a terminal the hits are a table that fits it, in place of lines."""
    status, shown = run_on_a_terminal("search", '"cash runway"', "--limit", "2", environment={"TERM": "dumb"}, talk=False)
    lines = shown.splitlines()
    assert status == 0
    assert [word for word in ("Call", "Speaker", "What was said") if word not in lines[0]] == []
    assert max(map(len, lines)) <= 80


def test_an_interrupt_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends a command with a line and the status that shells expect."""

    def interrupt(folder: str, **_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("search.index.open_index", interrupt)
    result = _run("search", "guidance")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr.strip() == "earful: interrupted; the index is as it was"


def test_a_closed_pipe_is_no_failure() -> None:
    """A reader that has seen enough, as `head`, ends the command quietly."""
    command = [sys.executable, "-m", "search", "search", "*", "--limit", "10000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        talk = process.stderr.read().decode()
    assert (process.returncode, "Traceback" in talk, "Exception" in talk) == (0, False, False)


@pytest.mark.parametrize("arguments", [["search", "guidance"], ["show", "CBAY-2025Q3"], ["search", "guidance", "--json"]])
def test_any_output_encoding_will_do(arguments: list[str]) -> None:
    """Where the output cannot hold a dash or a curly quote, the rest is printed all the same."""
    result = _python("-m", "search", *arguments, PYTHONIOENCODING="ascii")
    assert (result.returncode, "Traceback" in result.stderr) == (0, False)
    assert len(result.stdout.splitlines()) > 9

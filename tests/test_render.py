"""One answer, several printers: what a person, a pipe, a spreadsheet and a program get to see."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

import indexer
from indexer.model import Kind, Section, Turn
from indexer.render import print_transcripts, summary, write_refusals
from indexer.report import Duplicate, Rejection, Report
from indexer.roles import Role
from search.render import print_call, print_page, totals, write_csv, write_json, write_plain
from search.results import Call, FacetValue, Hit, Page, Question, Snippet

_SAMPLES = Path(indexer.__file__).parent / "samples"
_ESCAPES = re.compile(r"\x1b\[[\d;]*m")

_HIT = Hit(
    call="ACMP-2022Q2",
    company="Acme Pumps",
    ticker="ACMP",
    period="2022Q2",
    date="2022-08-08",
    section="qa",
    kind="answer",
    exchange=3,
    turn=17,
    speaker="Jane Roe",
    role="CFO",
    title="Chief Financial Officer",
    firm=None,
    score=7.123456,
    snippet=Snippet("…we have a cash runway of “two” years, [ph] and [bold]more[/bold]…", ((11, 22),)),
)
_ANALYST = replace(_HIT, kind="question", turn=16, speaker="Sam Poe", role="Analyst", title="Analyst", firm="Pell & Harrow")
_OPERATOR = replace(
    _HIT, section="prepared", kind="operator", exchange=None, turn=1, speaker="Operator", role="Operator", title=None, date=None
)
_PAGE = Page(
    query='"cash runway"',
    understood='"cash runway"',
    turns=1234,
    calls=2,
    hits=(_HIT, _ANALYST, _OPERATOR),
    facets={
        "role": (FacetValue("CFO", 1200, 2), FacetValue("Analyst", 30, 1)),
        "firm": (FacetValue(None, 1204, 2), FacetValue("Pell & Harrow", 30, 1)),
    },
)
_LONG = replace(
    _HIT,
    call="THE-AMALGAMATED-HYDRAULIC-AND-PNEUMATIC-PUMP-COMPANY-2022-08-08",
    speaker="Maximiliana-Theodora von Hohenstaufen-Wittelsbach",
    role="Chief Administrative Officer",
    firm="The Very Long-Winded Brokerage & Sons of Upper Saxony",
    snippet=Snippet("pump " * 60 + "泵" * 100, ((0, 4),)),
    matching_turns=1234,
)
_WIDE = replace(
    _PAGE, hits=(_LONG, _HIT), facets={"firm": tuple(FacetValue(f"{number:02} {'泵' * 60}", 1_000_000, 99_999) for number in range(13))}
)


def _drawn(draw: Callable[[Console], None], width: int = 80, color: bool = False) -> str:
    """Give what is drawn on a terminal of a width."""
    out = StringIO()
    draw(Console(width=width, file=out, force_terminal=True, color_system="standard" if color else None, legacy_windows=False))
    return out.getvalue() if color else _ESCAPES.sub("", out.getvalue())


def _page(page: Page, width: int = 80, color: bool = False) -> str:
    return _drawn(lambda console: print_page(page, console=console), width, color)


# at a terminal


def test_hits_are_a_table() -> None:
    """A hit shows which call, when, which turn of what kind, who speaks in which role for whom, and what was said."""
    columns = [re.split(r"\s{2,}", line.strip()) for line in _page(_PAGE, 120).splitlines() if line.strip()]
    assert columns[0] == ["#", "Call", "Speaker", "What was said"]
    assert columns[2][:3] == ["1", "ACMP-2022Q2", "Jane Roe"]
    assert columns[3][:2] == ["2022-08-08", "CFO"]
    assert columns[4] == ["turn 17 · answer"]
    assert [cells[:2] for cells in columns if cells[0].startswith("turn 16")] == [["turn 16 · question", "Pell & Harrow"]]


def test_hits_are_numbered() -> None:
    """The first of a page has the number behind those passed over."""
    shown = _drawn(lambda console: print_page(_PAGE, console=console, first_number=99))
    assert re.findall(r"^ *(\d+) ", shown, re.MULTILINE)[:3] == ["99", "100", "101"]


def test_what_a_hit_lacks_is_left_out() -> None:
    """The operator is named once, not as their own role, and a call without a date shows none."""
    shown = _page(replace(_PAGE, hits=(_OPERATOR,), facets={}))
    assert shown.count("Operator") == 1
    assert [line.split()[:4] for line in shown.splitlines()[2:4]] == [
        ["1", "ACMP-2022Q2", "Operator", "…we"],
        ["turn", "1", "·", "operator"],
    ]


def test_grouped_hits_say_how_many_turns_matched() -> None:
    """With a hit a call, the number of its matching turns stands beside it."""
    assert "12 matching" in _page(replace(_PAGE, hits=(replace(_HIT, matching_turns=12),)))
    assert "matching" not in _page(_PAGE)


def test_words_are_shown_as_said() -> None:
    """Square brackets in speech are speech, not the printer's markup."""
    shown = " ".join(_page(_PAGE, 120).split())
    assert "[ph]" in shown
    assert "[bold]more[/bold]" in shown


def test_matches_are_marked() -> None:
    """The matched words, and only these, stand out in colour."""
    assert re.findall(r"\x1b\[1;33m(.*?)\x1b\[0m", _page(replace(_PAGE, hits=(_HIT,)), 120, color=True)) == ["cash runway"]


_ASKED = replace(_HIT, question=Question(turn=16, speaker="Sam Poe", firm="Pell & Harrow", snippet=Snippet("And the runway?", ((8, 14),))))


def test_a_question_stands_above_its_answer() -> None:
    """In a pipe the question is a line before the answer's, parted by dashes as grep does it; on a terminal it is in the same cell."""
    out = StringIO()
    write_plain(replace(_PAGE, hits=(_ASKED,), facets={}), out)
    question, answer = out.getvalue().splitlines()
    assert question == "ACMP-2022Q2-16- Sam Poe (Pell & Harrow): And the runway?"
    assert answer.startswith("ACMP-2022Q2:17: Jane Roe (CFO): ")
    console = Console(file=StringIO(), width=100)
    print_page(replace(_PAGE, hits=(_ASKED,), facets={}), console)
    assert isinstance(console.file, StringIO)
    assert "Sam Poe, Pell & Harrow asked: And the runway?" in " ".join(console.file.getvalue().split())


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("page", [_PAGE, _WIDE])
def test_a_page_fits_the_terminal(page: Page, width: int) -> None:
    """However long names and values are, and however wide their characters, no line is wider than the terminal, or than one can read."""
    widths = [cell_len(line) for line in _page(page, width).splitlines()]
    assert max(widths) <= min(width, 120)


def test_what_does_not_fit_is_seen_to_be_cut() -> None:
    """A call's id and a facet's value end in an ellipsis where they are cut; what was said is wrapped, not cut."""
    shown = _page(_WIDE)
    assert "THE-AMALGAMATED-HYDRA…" in shown
    assert shown.count("…") >= 11
    assert shown.count("泵") >= 100
    assert shown.count("pump") == 60


def test_facets_are_tables_of_the_commonest_values() -> None:
    """Each facet has a table with turns and calls, the missing value in brackets, ten values at most, and how many more there are."""
    lines = [line.split() for line in _page(_PAGE).splitlines()]
    assert ["role", "turns", "calls"] in lines
    assert ["CFO", "1,200", "2"] in lines
    assert ["(none)", "1,204", "2"] in lines
    wide = _page(_WIDE)
    assert [number for number in range(13) if f"{number:02} 泵" in wide] == list(range(10))
    assert "  and 3 more" in wide
    assert "more" not in _page(replace(_PAGE, hits=()))


def test_an_empty_page_prints_nothing() -> None:
    """Without hits and facets there is no empty table."""
    assert _page(replace(_PAGE, hits=(), facets={})) == ""


_CALL = Call(
    call="ACMP-2022Q2",
    company="Acme Pumps",
    ticker=None,
    period="2022Q2",
    date="2022-08-08",
    event="Q2 2022 Earnings Call",
    turns=tuple(
        Turn(
            number=number,
            section=Section.QA,
            kind=Kind.ANSWER,
            exchange=exchange,
            speaker="Jane Roe",
            role=Role.CFO,
            title=title,
            firm=None,
            header="",
            paragraphs=("One [ph] " + "word " * 40, "Two."),
        )
        for number, exchange, title in ((1, 3, "Chief Financial Officer"), (2, None, None))
    ),
)


def test_a_call_is_printed_as_said() -> None:
    """The call's facts that there are, then each turn's number, speaker, title and place, and its paragraphs indented within the width."""
    shown = _drawn(lambda console: print_call(_CALL, _CALL.turns, console=console))
    lines = shown.splitlines()
    assert lines[0] == "ACMP-2022Q2  Acme Pumps · 2022Q2 · Q2 2022 Earnings Call · 2022-08-08"
    assert lines[2] == "[1] Jane Roe, Chief Financial Officer  (qa, answer in exchange 3)"
    assert "[2] Jane Roe  (qa, answer)" in lines
    assert {line[:4] for line in lines[3:7]} == {"    "}
    assert max(map(len, lines)) <= 80
    assert shown.count("word") == 80
    assert shown.count("[ph]") == 2


def test_only_the_given_turns_are_printed() -> None:
    """One turn of a call is printed under the call's facts."""
    shown = _drawn(lambda console: print_call(_CALL, _CALL.turns[1:], console=console))
    assert [line[:3] for line in shown.splitlines() if line.startswith("[")] == ["[2]"]


def test_paragraphs_are_lines_in_a_pipe() -> None:
    """Where the output is no terminal a paragraph is one line, however long, for grep."""
    out = StringIO()
    print_call(_CALL, _CALL.turns, console=Console(width=80, file=out))
    assert [len(line) for line in out.getvalue().splitlines() if line.startswith("    One")] == [len(_CALL.turns[0].paragraphs[0]) + 4] * 2


def test_what_was_sought_is_marked_in_a_call() -> None:
    """Marks are places in a turn's paragraphs as one text: one may begin in a paragraph and end in the next."""
    start = len(_CALL.turns[0].paragraphs[0]) - 5  # of the last word and the space behind it
    shown = _drawn(lambda console: print_call(_CALL, _CALL.turns, console=console, marks={1: ((0, 3), (start, start + 9))}), color=True)
    assert re.findall(r"\x1b\[1;33m(.*?)\x1b\[0m", shown) == ["One", "word ", "Two"]


def test_a_pager_gets_what_is_higher_than_the_terminal() -> None:
    """All of it as the terminal would have it; what fits, with a line left for the prompt, is printed."""
    whole = _drawn(lambda console: print_call(_CALL, _CALL.turns, console=console), color=True)
    paged: list[str] = []
    height = whole.count("\n")

    def printed(lines: int, is_terminal: bool = True) -> str:
        console = Console(
            width=80, height=lines, file=StringIO(), force_terminal=is_terminal, color_system="standard", legacy_windows=False
        )
        print_call(_CALL, _CALL.turns, console=console, pager=paged.append)
        assert isinstance(console.file, StringIO)
        return console.file.getvalue()

    assert (printed(height + 1), paged) == (whole, [])
    assert (printed(height), paged) == ("", [whole.removesuffix("\n")])
    assert "Two." in printed(3, is_terminal=False)
    assert len(paged) == 1


# in a pipe and for programs


def test_a_line_a_hit_and_a_line_a_value() -> None:
    """Call and turn, speaker with role and firm, and the snippet; then field, value, turns and calls with tabs between them."""
    out = StringIO()
    write_plain(_PAGE, out)
    assert out.getvalue().splitlines() == [
        f"ACMP-2022Q2:17: Jane Roe (CFO): {_HIT.snippet.text}",
        f"ACMP-2022Q2:16: Sam Poe (Analyst, Pell & Harrow): {_HIT.snippet.text}",
        f"ACMP-2022Q2:1: Operator: {_HIT.snippet.text}",
        "role\tCFO\t1200\t2",
        "role\tAnalyst\t30\t1",
        "firm\t\t1204\t2",
        "firm\tPell & Harrow\t30\t1",
    ]


@pytest.mark.parametrize(
    ("turns", "calls", "words"),
    [(0, 0, "0 turns in 0 calls"), (1, 1, "1 turn in 1 call"), (2, 1, "2 turns in 1 call"), (1234, 1000, "1,234 turns in 1,000 calls")],
)
def test_totals_are_words(turns: int, calls: int, words: str) -> None:
    """One is one, and thousands have a comma."""
    assert totals(replace(_PAGE, turns=turns, calls=calls)) == words


def test_json_is_one_object_of_the_page() -> None:
    """The object is the page's own, its characters as they are, and the line ends."""
    out = StringIO()
    write_json(_PAGE, out)
    assert json.loads(out.getvalue()) == _PAGE.to_dict()
    assert "“two”" in out.getvalue()
    assert out.getvalue().endswith("}\n")


# What every row ends with: what was asked of which index.
_ASKED_OF = {"query": "", "filters": "{}", "generation": "0", "content": ""}


def test_csv_has_the_hits_then_the_facets() -> None:
    """Commas, quotes and missing values come back from the file as they were."""
    out = StringIO(newline="")
    tricky = replace(_HIT, company='Acme, "The" Pumps', snippet=Snippet("a, b", ()))
    write_csv(replace(_PAGE, hits=(tricky,)), out)
    header, row, blank, *facets = csv.reader(StringIO(out.getvalue(), newline=""))
    assert dict(zip(header, row, strict=True)) == {
        **{name: str(value) for name, value in tricky.to_dict().items()},
        "snippet": "a, b",
        "firm": "",
        **_ASKED_OF,
    }
    assert blank == []
    assert facets == [
        ["facet", "value", "turns", "calls", *_ASKED_OF],
        ["role", "CFO", "1200", "2", *_ASKED_OF.values()],
        ["role", "Analyst", "30", "1", *_ASKED_OF.values()],
        ["firm", "", "1204", "2", *_ASKED_OF.values()],
        ["firm", "Pell & Harrow", "30", "1", *_ASKED_OF.values()],
    ]


def test_csv_without_facets_is_one_table() -> None:
    """Nothing follows the hits where no facet was asked for; without hits the header stands alone."""
    out = StringIO(newline="")
    write_csv(replace(_PAGE, hits=(), facets={}), out)
    columns = "call,company,ticker,period,date,section,kind,exchange,turn,speaker,role,title,firm,score,snippet"
    assert out.getvalue() == f"{columns},query,filters,generation,content\r\n"


# the indexer's


def test_a_file_s_reading_is_shown_on_eighty_columns() -> None:
    """The call's facts, everybody with their role, and each turn with its place, speaker and first words, within the terminal's width."""
    (transcript,) = indexer.read(_SAMPLES / "veltrana-vlta-q3-2024.txt")
    shown = _drawn(lambda console: print_transcripts([transcript], console=console))
    rows = [line.split() for line in shown.splitlines()]
    assert rows[0] == ["call", "VLTA-2024Q3"]
    assert ["date", "2024-11-07", "08:00"] in rows
    assert ["format", "motley-fool-text,", "utf-8"] in rows
    assert [row[:3] for row in rows if row[:1] == ["Marguerite"]] == [["Marguerite", "Osei", "CFO"]]
    assert [row[1:5] for row in rows if row[:1] == ["8"]] == [["qa", "question", "1", "Priya"]]
    assert len([row for row in rows if row and row[0].isdigit() and len(row) > 4]) == len(transcript.turns)
    assert max(cell_len(line) for line in shown.splitlines()) <= 80


def test_an_unknown_fact_is_a_dash() -> None:
    """What a file does not say is shown to be missing."""
    (transcript,) = indexer.read(_SAMPLES / "veltrana-vlta-q3-2024.txt")
    bare = replace(transcript, ticker=None, period=None, date=None, time=None, duration_minutes=None)
    rows = [line.split() for line in _drawn(lambda console: print_transcripts([bare], console=console)).splitlines()]
    assert [row for row in rows[:9] if row[1:] == ["-"]] == [[name, "-"] for name in ("ticker", "period", "date", "duration", "warnings")]
    listed = replace(transcript, exchange_code="NYSE")
    assert "NYSE:VLTA" in _drawn(lambda console: print_transcripts([listed], console=console))


_REPORT = Report(
    transcripts=1203,
    calls=1202,
    turns=45678,
    added=1200,
    changed=2,
    unchanged=1,
    removed=0,
    duplicates=(Duplicate("ACMP-2022Q2", "b.txt", "a.txt"), Duplicate("BOLT-2022Q2", "d.txt", "c.txt")),
    rejected=(Rejection("diary.txt", "no transcript"), Rejection("x.txt", "empty file")),
    warnings={"no-date": 12, "qa-inferred": 900},
    read=3,
    resumed=0,
    waiting=(),
    generation=7,
)


def test_refusals_are_a_line_each() -> None:
    """Every source that is not in the index is named, with the reason or with what stands for it, and no name is obeyed by a terminal."""
    out = StringIO()
    write_refusals(replace(_REPORT, waiting=("new\x1b[2J.txt",)).to_dict(), out)
    assert out.getvalue().splitlines() == [
        "rejected diary.txt: no transcript",
        "rejected x.txt: empty file",
        "duplicate b.txt: ACMP-2022Q2 is indexed from a.txt",
        "duplicate d.txt: BOLT-2022Q2 is indexed from c.txt",
        "waiting new\\x1b[2J.txt: it was changed too short a time ago; the next rebuild looks at it",
    ]


def test_a_rebuild_is_summed_up_in_a_line() -> None:
    """What is in the index and what has changed, with commas in thousands, and in how many calls the reader was unsure of what."""
    assert summary(_REPORT.to_dict(), "index") == (
        "1,202 calls with 45,678 turns in index (transcripts: 1,200 added, 2 changed, 1 unchanged, 0 removed; 2 duplicates, 2 rejected)\n"
        "unsure: qa-inferred in 900, no-date in 12"
    )
    stopped = replace(_REPORT, waiting=("new.txt",), resumed=1100, warnings={})
    assert summary(stopped.to_dict(), "index").endswith("2 rejected, 1 waiting, 1,100 read by a rebuild that was stopped)")

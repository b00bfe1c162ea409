"""Answers go into other tools whole, typed, and with what was asked of which index."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import indexer
import search
from indexer.errors import InvalidValue, MissingExtra
from search.cli import earful
from search.execute import answer
from search.export import to_arrow, to_html, write_csv, write_parquet
from search.query import make_query
from search.tables import About, Table
from tests.conftest import SAID, World

_SAMPLES = Path(indexer.__file__).parent / "samples"
_ABOUT = About(query='"cash" =1', filters={"role": ("CFO", "CEO")}, generation=7, content="c0ffee")
_FACTS = {"query": '"cash" =1', "filters": {"role": ["CFO", "CEO"]}, "index": {"generation": 7, "content": "c0ffee"}}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index of the samples."""
    folder = tmp_path_factory.mktemp("index")
    indexer.rebuild([_SAMPLES], index=folder)
    return folder


@pytest.fixture(scope="module")
def page(index: Path) -> search.Page:
    """Give an answer with facets."""
    with search.open_index(index) as calls:
        return calls.search('"cash runway"', role="CFO", since="2024-01-01", facets=("role", "firm"), limit=3)


# what was asked


def test_an_answer_knows_what_was_asked_of_which_index(index: Path, page: search.Page, tmp_path: Path) -> None:
    """Filters and dates, the generation, and the hash of the content, which another build of the same calls shares."""
    assert (page.about.query, page.about.filters) == ('"cash runway"', {"role": ("CFO",), "since": ("2024-01-01",)})
    for path in sorted(_SAMPLES.iterdir(), reverse=True):
        (tmp_path / path.name).write_bytes(path.read_bytes())
        indexer.rebuild([tmp_path], index=tmp_path / "index", jobs=1)
    with search.open_index(tmp_path / "index") as calls:
        again = calls.search("cash").about
    assert (page.about.generation, again.generation) == (1, 10)
    assert page.about.content == again.content != ""


# Arrow and Parquet


def test_columns_are_typed(page: search.Page) -> None:
    """Whole numbers, others, and texts have their types, a column without any value is text, and rows are as they were."""
    table = Table(name="rows", columns=("n", "x", "mixed", "text", "none"), rows=((1, 0.5, 1, "a", None), (None, None, 2.5, None, None)))
    arrow = to_arrow(table, _ABOUT)
    assert [str(field.type) for field in arrow.schema] == ["int64", "double", "double", "string", "string"]
    assert [tuple(row.values()) for row in arrow.to_pylist()] == [(1, 0.5, 1.0, "a", None), (None, None, 2.5, None, None)]
    assert json.loads(arrow.schema.metadata[b"earful"]) == _FACTS
    assert page.to_arrow().column("turn").to_pylist() == [hit.turn for hit in page.hits]


def test_parquet_holds_each_table_in_a_file(page: search.Page, tmp_path: Path) -> None:
    """The hits go to the file, the facets beside it, each with what was asked; no draft is left."""
    written = write_parquet(page, tmp_path / "out.parquet")
    assert written == ((tmp_path / "out.parquet", 3), (tmp_path / "out-facets.parquet", len(page.tables()[1].rows)))
    hits, facets = (pq.read_table(path) for path, _ in written)
    assert hits.column("call").to_pylist() == [hit.call for hit in page.hits]
    assert [tuple(row.values()) for row in facets.to_pylist()] == list(page.tables()[1].rows)
    for table in (hits, facets):
        assert json.loads(table.schema.metadata[b"earful"]) == {"query": page.query, **page.about.to_dict()}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_is_not_there_is_told(page: search.Page, tmp_path: Path) -> None:
    """What cannot be written is an error that names the file."""
    with pytest.raises(InvalidValue, match=r"nowhere/out\.parquet cannot be written"):
        write_parquet(page, tmp_path / "nowhere" / "out.parquet")


@pytest.mark.parametrize("name", [".", "/"])
def test_a_folder_is_no_file(page: search.Page, name: str) -> None:
    """What has no name of a file is refused."""
    with pytest.raises(InvalidValue, match="is no name of a file"):
        write_parquet(page, name)


def test_without_pandas_the_error_says_what_to_install(page: search.Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data frames need pandas, which Earful does not."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match="pip install pandas"):
        page.to_pandas()


def test_a_data_frame_carries_what_was_asked(page: search.Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pandas is, what Arrow makes of the table gets the facts as an attribute."""

    class Frame:
        attrs: dict[str, Any] = {}  # noqa: RUF012 - as pandas has it

    class Arrow:
        def to_pandas(self) -> Frame:
            return Frame()

    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))
    monkeypatch.setattr("search.export.to_arrow", lambda table, about: Arrow())
    assert page.to_pandas().attrs["earful"]["query"] == page.query


# CSV


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("a\x1b[31mb\x00", "a[31mb"),
        ("\x00=1", "'=1"),
        ("a=b", "a=b"),
        ("two\nlines", "two\nlines"),
        (-1, "-1"),
        (None, ""),
    ],
)
def test_a_spreadsheet_computes_nothing(cell: str | int | None, shown: str) -> None:
    """Text that would be a formula begins with an apostrophe, control characters go, numbers stay."""

    class One(search.Page):
        __slots__ = ()

        def tables(self) -> tuple[Table, ...]:
            return (Table(name="rows", columns=("cell",), rows=((cell,),)),)

    out = io.StringIO(newline="")
    write_csv(One(query="", understood="", turns=0, calls=0, hits=(), facets={}, about=_ABOUT), out)
    header, row = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert header == ["cell", "query", "filters", "generation", "content"]
    assert row == [shown, '"cash" =1', '{"role": ["CFO", "CEO"]}', "7", "c0ffee"]


# notebooks


def test_a_notebook_shows_a_table(page: search.Page) -> None:
    """The query and all tables are shown, and whatever is said stays text."""
    shown = page._repr_html_()
    assert shown.startswith("<p><b>&quot;cash runway&quot;</b> role: CFO; since: 2024-01-01</p><table>")
    assert shown.count("<table>") == 2
    assert to_html(Table(name="rows", columns=("x",), rows=(("<script>alert(1)</script>",), (None,)))).count("<script") == 0
    assert "<p>and 50 more</p>" in to_html(Table(name="rows", columns=("x",), rows=((1,),) * 250))


# what has no hit


@pytest.mark.parametrize("kind", ["whole", "steps"])
@pytest.mark.parametrize("seed", range(20))
def test_what_has_no_hit_is_what_a_scan_does_not_find(world: World, kind: str, seed: int) -> None:
    """With zero, facets have all values of turns that pass the other filters, and calls and companies without a match are listed."""
    random = Random(seed)
    word = random.choice(sorted({word.lower() for word in SAID if word.isalpha()}))
    role, speaker = random.choice([None, "CFO", "Analyst"]), random.choice([None, "Jane Roe", "Ned Low"])
    query = make_query(f"={word}", role=role, speaker=speaker, facets=("speaker", "period"), zero=True)
    found = answer(world.snapshots[kind], query)

    def passing(leaving_out: str = "") -> list[Any]:
        asked = {"role": role, "speaker": speaker}
        return [
            turn for turn in world.turns if all(value in (None, turn.values[name]) for name, value in asked.items() if name != leaving_out)
        ]

    for field in ("speaker", "period"):
        turns = Counter(turn.values[field] for turn in passing(field) if word in turn.words)
        there = {turn.values[field] for turn in passing(field)}
        assert {value.value or "": value.turns for value in found.facets[field]} == {value: turns[value] for value in there}
    says = {turn.call for turn in passing() if word in turn.words}
    silent = sorted({turn.call for turn in passing()} - says)
    assert found.without
    assert [call.call for call in found.without.calls] == silent
    companies = {call.partition("-")[0] for call in silent} - {call.partition("-")[0] for call in says}
    assert [company.split()[0].upper() for company in found.without.companies] == sorted(companies)


def test_without_zero_nothing_is_added(page: search.Page) -> None:
    """What has no hit is not in an answer unless it was asked for."""
    assert page.without is None
    assert "without" not in page.to_dict()
    assert [table.name for table in page.tables()] == ["hits", "facets"]


def test_the_command_writes_parquet_and_zeros(index: Path, tmp_path: Path) -> None:
    """--parquet writes beside what is printed and says so; --zero adds a table and a key."""

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(earful, ["search", "tariffs", "--role", "COO", *arguments, "--index", str(index)])

    done = run("--facet", "company", "--zero", "--json", "--parquet", str(tmp_path / "t.parquet"))
    found = json.loads(done.stdout)
    assert [line for line in done.stderr.splitlines() if line.startswith("wrote")] != []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t-facets.parquet", "t-without.parquet", "t.parquet"]
    assert pq.read_table(tmp_path / "t-without.parquet").column("call").to_pylist() == [call["call"] for call in found["without"]["calls"]]
    assert found["without"]["companies"] == [value["value"] for value in found["facets"]["company"] if value["turns"] == 0]


@pytest.mark.parametrize(("command", "option"), [("search", "--parquet"), ("search", "--synonym-file"), ("trends", "--plot")])
def test_a_file_without_a_name_is_refused(index: Path, command: str, option: str) -> None:
    """An empty name, as an unset variable of a script leaves it, is wrong use and not the same as none."""
    done = CliRunner().invoke(earful, [command, "tariffs", option, "", "--index", str(index)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"'{option}': a file needs a name" in done.stderr

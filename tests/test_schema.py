"""A turn's document holds what is known of it, and stock Whoosh finds it by words and by values."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from whoosh.index import FileIndex, open_dir
from whoosh.query import And, Phrase, Term, TermRange

from indexer.analysis import words
from indexer.codec.columns import DictionaryColumn, NumberColumn
from indexer.model import Kind, Section, Transcript, Turn
from indexer.names import fold
from indexer.roles import Role
from indexer.schema import FACETS, PARAGRAPH_BREAK, VALUE_FIELDS, call_columns, turn_schema
from indexer.segments import build_segment
from indexer.toc import write_toc
from tests.rows import documents_of

_CFO: dict[str, Any] = {
    "number": 1,
    "section": Section.PREPARED,
    "kind": Kind.REMARKS,
    "exchange": None,
    "speaker": "Zoë Roe",
    "role": Role.CFO,
    "title": "SVP & CFO",
    "firm": None,
    "header": "Zoe Roe -- SVP & CFO",
    "paragraphs": ("Our cash runway is long.", "It rains."),
}
_ANALYST: dict[str, Any] = {
    "number": 2,
    "section": Section.QA,
    "kind": Kind.QUESTION,
    "exchange": 1,
    "speaker": "Max Mole",
    "role": Role.ANALYST,
    "title": None,
    "firm": "Crédit Fable",
    "header": "Max Mole - Crédit Fable",
    "paragraphs": ("How long is the runway?",),
}


def _transcript(**changes: Any) -> Transcript:
    facts: dict[str, Any] = {
        "call": "ACMP-2022Q2",
        "company": "Acme Pumps",
        "ticker": "ACMP",
        "exchange_code": "NYSE",
        "period": "2022Q2",
        "event": "Q2 2022 Earnings Call",
        "date": date(2022, 8, 8),
        "time": None,
        "duration_minutes": None,
        "participants": (),
        "turns": (Turn(**_CFO), Turn(**_ANALYST)),
        "origins": (("company", "title"),),
        "source": "acme.txt",
        "format": "motley-fool-text",
        "encoding": "utf-8",
        "warnings": (),
    }
    return Transcript(**facts | changes)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> FileIndex:
    """Give an index of one call, opened by Whoosh alone."""
    folder = tmp_path_factory.mktemp("index")
    segment = build_segment(folder, [call_columns(_transcript(), "ACMP-2022Q2")])
    (folder / "_MAIN_1.toc").write_bytes(write_toc([segment], 1))
    return open_dir(folder)


def test_a_row_holds_all_that_is_known_of_a_turn() -> None:
    """Every turn becomes one row, in order, with the facts of its call; what is not known is left out, and no exchange is 0."""
    assert documents_of(call_columns(_transcript(), "ACMP-2022Q2-20220808")) == [
        {
            "call": "ACMP-2022Q2-20220808",
            "company": "Acme Pumps",
            "ticker": "ACMP",
            "exchange_code": "NYSE",
            "period": "2022Q2",
            "date": "2022-08-08",
            "event": "Q2 2022 Earnings Call",
            "section": "prepared",
            "kind": "remarks",
            "speaker": "Zoë Roe",
            "role": "CFO",
            "title": "SVP & CFO",
            "turn": 1,
            "exchange": 0,
            "header": "Zoe Roe -- SVP & CFO",
            "text": f"Our cash runway is long.{PARAGRAPH_BREAK}It rains.",
        },
        {
            "call": "ACMP-2022Q2-20220808",
            "company": "Acme Pumps",
            "ticker": "ACMP",
            "exchange_code": "NYSE",
            "period": "2022Q2",
            "date": "2022-08-08",
            "event": "Q2 2022 Earnings Call",
            "section": "qa",
            "kind": "question",
            "speaker": "Max Mole",
            "role": "Analyst",
            "firm": "Crédit Fable",
            "turn": 2,
            "exchange": 1,
            "header": "Max Mole - Crédit Fable",
            "text": "How long is the runway?",
        },
    ]


def test_unknown_facts_are_left_out() -> None:
    """A call of which only the company is known has turns without the other facts, rather than with empty or invented ones."""
    bare = _transcript(ticker=None, exchange_code=None, period=None, date=None)
    for document in documents_of(call_columns(bare, "ACME-PUMPS")):
        assert document.keys().isdisjoint({"ticker", "exchange_code", "period", "date"})
        assert None not in document.values()


def test_every_document_fits_the_schema() -> None:
    """No name is written that the schema does not have, and every facet and value field can be searched and counted."""
    schema = turn_schema()
    assert {name for document in documents_of(call_columns(_transcript(), "A")) for name in document} <= set(schema.names())
    assert set(FACETS) < set(VALUE_FIELDS) < set(schema.names())
    assert all(schema[name].indexed and isinstance(schema[name].column_type, DictionaryColumn) for name in VALUE_FIELDS)
    assert all(isinstance(schema[name].column_type, NumberColumn) for name in ("turn", "exchange"))


@pytest.mark.parametrize(
    ("field", "asked", "turns"),
    [
        ("role", "CFO", [1]),
        ("role", "cfo", [1]),
        ("speaker", "zoe roe", [1]),
        ("firm", "CREDIT FABLE", [2]),
        ("call", "acmp-2022q2", [1, 2]),
        ("date", "2022-08-08", [1, 2]),
        ("section", "qa", [2]),
        ("title", "svp & cfo", [1]),
        ("firm", "credit", []),
    ],
)
def test_values_are_found_whole_and_folded(index: FileIndex, field: str, asked: str, turns: list[int]) -> None:
    """A field of one value finds its turns by the whole value, without regard to case and accents, and by no part of it."""
    with index.searcher() as searcher:
        numbers = searcher.reader().column_reader("turn")
        assert sorted(numbers[hit.docnum] for hit in searcher.search(Term(field, fold(asked)))) == turns


def test_words_and_values_are_searched_together(index: FileIndex) -> None:
    """Stock Whoosh joins a phrase of the text and a value of the turn."""
    with index.searcher() as searcher:
        cfo = searcher.search(And([Phrase("text", words("cash runway")), Term("role", "cfo")]))
        analyst = searcher.search(And([Phrase("text", words("cash runway")), Term("role", "analyst")]))
        assert [hit["text"] for hit in cfo] == [f"Our cash runway is long.{PARAGRAPH_BREAK}It rains."]
        assert len(analyst) == 0


def test_values_are_kept_as_published(index: FileIndex) -> None:
    """The column of a value, which readers see, keeps case and accents; the header is stored beside it."""
    with index.reader() as reader:
        speakers, firms = reader.column_reader("speaker"), reader.column_reader("firm")
        assert [speakers[number] for number in range(2)] == ["Zoë Roe", "Max Mole"]
        assert [firms[number] for number in range(2)] == ["", "Crédit Fable"]
        assert [stored["header"] for stored in reader.all_stored_fields()] == ["Zoe Roe -- SVP & CFO", "Max Mole - Crédit Fable"]


@pytest.mark.parametrize(("since", "until", "found"), [("2022-08-08", "2022-12-31", 2), ("2021-11-30", "2022-08-07", 0)])
def test_dates_order_as_text(index: FileIndex, since: str, until: str, found: int) -> None:
    """A range of dates is a range of the text they are kept as."""
    with index.searcher() as searcher:
        assert len(searcher.search(TermRange("date", since, until))) == found

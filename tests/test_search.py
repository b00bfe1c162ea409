"""The library, end to end: index the samples, ask, and keep the answers."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import indexer
import search
from indexer.errors import IndexClosed, IndexDamaged, IndexNotFound, InvalidValue, QuerySyntaxError, UnknownCall, UnknownField

_SAMPLES = Path(indexer.__file__).parent / "samples"

_HIT_KEYS = "call company ticker period date section kind exchange turn speaker role title firm score snippet".split()

_ALONE = """Sole Traders Corp (SOLE 1.00%)
Q2 2022 Earnings Call
Aug 08, 2022, 5:00 p.m. ET

Jane Roe -- Chief Financial Officer

We {0} pumps.

Ada Low -- Chief Executive Officer

Pumps, then.

Duration: 0 minutes

Jane Roe -- Chief Financial Officer

Ada Low -- Chief Executive Officer
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index of the samples."""
    folder = tmp_path_factory.mktemp("index")
    indexer.rebuild([_SAMPLES], index=folder)
    return folder


@pytest.fixture
def calls(index: Path) -> Iterator[search.CallIndex]:
    """Give that index, open."""
    with search.open_index(index) as opened:
        yield opened


@pytest.fixture(scope="module")
def transcripts() -> dict[str, indexer.Transcript]:
    """Give the samples as they are read, by call."""
    return {transcript.call: transcript for path in sorted(_SAMPLES.iterdir()) for transcript in indexer.read(path)}


# questions


@pytest.mark.parametrize(
    ("query", "options", "found"),
    [
        (
            '"cash runway"',
            {"role": "CFO"},
            {("QLST-2025Q2", 23), ("CBAY-2025Q3", 15), ("QLST-2025Q3", 31), ("VLTA-2024Q4", 5), ("VLTA-2024Q3", 5)},
        ),
        ('"cash runway"', {"role": "CFO", "company": "veltrana"}, {("VLTA-2024Q4", 5), ("VLTA-2024Q3", 5)}),
        ('"cash runway" role:cfo company:veltrana', {}, {("VLTA-2024Q4", 5), ("VLTA-2024Q3", 5)}),
        ('"cash runway"', {"role": "CFO", "period": "2024Q3"}, {("VLTA-2024Q3", 5)}),
        ('"cash runway"', {"role": "CFO", "until": date(2024, 12, 31)}, {("VLTA-2024Q3", 5)}),
        ('"cash runway"', {"role": "CFO", "since": "2025-03-06", "until": "2025-03-06"}, {("VLTA-2024Q4", 5)}),
        ('"runway cash"', {}, set()),
        ("steroids", {"kind": "question", "call": "vlta-2024q3"}, {("VLTA-2024Q3", 8)}),
    ],
)
def test_questions_have_their_answers(calls: search.CallIndex, query: str, options: dict[str, Any], found: set[tuple[str, int]]) -> None:
    """Words, phrases, values and filters together find just those turns."""
    page = calls.search(query, **options)
    assert {(hit.call, hit.turn) for hit in page.hits} == found
    assert (page.turns, page.calls) == (len(found), len({call for call, _ in found}))


def test_a_hit_is_a_turn_of_a_call(calls: search.CallIndex, transcripts: dict[str, indexer.Transcript]) -> None:
    """Every hit carries what the transcript says of its call and turn."""
    page = calls.search("*", limit=1000)
    assert len(page.hits) == sum(len(transcript.turns) for transcript in transcripts.values())
    for hit in page.hits:
        call = transcripts[hit.call]
        turn = call.turns[hit.turn - 1]
        assert (hit.company, hit.ticker, hit.period, hit.date) == (
            call.company,
            call.ticker,
            call.period,
            call.date and call.date.isoformat(),
        )
        assert (hit.section, hit.kind, hit.exchange) == (turn.section, turn.kind, turn.exchange)
        assert (hit.speaker, hit.role, hit.title, hit.firm) == (turn.speaker, turn.role, turn.title, turn.firm)


def test_a_call_is_read_as_it_was_indexed(calls: search.CallIndex, transcripts: dict[str, indexer.Transcript]) -> None:
    """Reading a call gives its facts and all its turns, equal to those of the file, header included."""
    for name, transcript in transcripts.items():
        call = calls.read_call(name.lower())
        assert call.turns == transcript.turns
        facts = (
            name,
            transcript.company,
            transcript.ticker,
            transcript.period,
            transcript.date and transcript.date.isoformat(),
            transcript.event,
        )
        assert (call.call, call.company, call.ticker, call.period, call.date, call.event) == facts


def test_scores_fall_down_the_page(calls: search.CallIndex) -> None:
    """By relevance the best hit comes first, and every hit of a word has a score."""
    hits = calls.search("surcharge", limit=100).hits
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1] > 0


def test_snippets_show_the_words_sought(calls: search.CallIndex) -> None:
    """Each hit's snippet marks a form of each word or the phrase that was sought, as it stands there."""
    for hit in calls.search('tariffs "gross margin"', limit=100).hits:
        marked = {hit.snippet.text[start:end].lower() for start, end in hit.snippet.matches}
        assert marked <= {"tariff", "tariffs", "gross margin"}
        assert marked


def test_an_answer_comes_with_its_question(calls: search.CallIndex, transcripts: dict[str, indexer.Transcript]) -> None:
    """With context, every answer has the last question before it in its exchange; nothing else has one, and without it nothing has."""
    page = calls.search("*", context=True, limit=400)
    assert page.turns == len(page.hits)
    for hit in page.hits:
        asked = [
            turn
            for turn in transcripts[hit.call].turns
            if turn.kind == "question" and turn.exchange == hit.exchange and turn.number < hit.turn and hit.kind == "answer"
        ]
        shown = hit.question and (hit.question.turn, hit.question.speaker, hit.question.firm)
        assert shown == ((asked and (asked[-1].number, asked[-1].speaker, asked[-1].firm)) or None)
    answers = [hit for hit in page.hits if hit.kind == "answer"]
    assert (len(answers) > 50, all(hit.question for hit in answers)) == (True, True)
    assert {hit.question for hit in calls.search("*", limit=400).hits} == {None}


def test_a_question_is_marked_where_it_says_what_is_sought(calls: search.CallIndex) -> None:
    """The question's snippet marks the same words as the answer's."""
    (hit,) = calls.search("runway", call="CBAY-2025Q3", speaker="paulo", kind="answer", context=True, limit=1).hits
    assert hit.question
    assert [hit.question.snippet.text[start:end] for start, end in hit.question.snippet.matches] == ["runway"]
    assert hit.to_dict()["question"]["turn"] == hit.question.turn == 13


def test_facets_know_the_other_side(calls: search.CallIndex, transcripts: dict[str, indexer.Transcript]) -> None:
    """A question's facets know who answered, an answer's who asked; turns outside of exchanges count for nobody."""
    page = calls.search("*", kind="question", facets=("answered_by", "answered_role", "asked_firm"), limit=0)
    answered: dict[str | None, set[tuple[str, int]]] = {}
    for transcript in transcripts.values():
        for turn in transcript.turns:
            if turn.kind == "question":
                others = {other.speaker for other in transcript.turns if other.kind == "answer" and other.exchange == turn.exchange}
                for name in others or (None,):
                    answered.setdefault(name, set()).add((transcript.call, turn.number))
    assert {value.value: value.turns for value in page.facets["answered_by"]} == {name: len(turns) for name, turns in answered.items()}
    assert {value.value: value.calls for value in page.facets["answered_by"]} == {
        name: len({call for call, _ in turns}) for name, turns in answered.items()
    }
    outside = calls.search("*", kind="operator", facets=("asked_by",), limit=0).facets["asked_by"]
    assert [value.value for value in outside] == [None]


def test_a_moment_means_its_day(calls: search.CallIndex) -> None:
    """A datetime as the first or last day includes that day's calls, whatever its hour."""
    noon = datetime(2024, 11, 7, 12, 0)
    assert calls.search("*", since=noon, until=noon, limit=0).calls == 1


# errors


@pytest.mark.parametrize(
    ("query", "options", "error"),
    [
        ('"cash', {}, QuerySyntaxError),
        ("guidance AND", {}, QuerySyntaxError),
        ("", {}, QuerySyntaxError),
        ("nosuch:foo", {}, UnknownField),
        ("role:boss", {}, InvalidValue),
        ("guidance", {"nosuch": "x"}, UnknownField),
        ("guidance", {"facets": ["nosuch"]}, UnknownField),
        ("guidance", {"role": "boss"}, InvalidValue),
        ("guidance", {"section": "middle"}, InvalidValue),
        ("guidance", {"kind": "answers"}, InvalidValue),
        ("guidance", {"since": "soon"}, InvalidValue),
        ("guidance", {"since": "2025-02-01", "until": "2025-01-01"}, InvalidValue),
        ("guidance", {"sort": "newest"}, InvalidValue),
        ("guidance", {"group_by": "speaker"}, InvalidValue),
        ("guidance", {"limit": -1}, InvalidValue),
        ("guidance", {"offset": -1}, InvalidValue),
        ("guidance", {"offset": 10_000}, InvalidValue),
    ],
)
def test_what_cannot_be_answered_is_an_error_of_ours(
    calls: search.CallIndex, query: str, options: dict[str, Any], error: type[Exception]
) -> None:
    """Each way of asking wrongly has its own error, all of one kind, and the index answers on."""
    with pytest.raises(error) as caught:
        calls.search(query, **options)
    assert isinstance(caught.value, search.RequestError)
    assert calls.search("guidance", limit=0).turns == 25


def test_a_value_that_is_none_is_shown_in_the_query(calls: search.CallIndex) -> None:
    """Of several values in a query the error points at the one that the field does not have; a filter has no column."""
    with pytest.raises(InvalidValue, match=r"^role: 'CEOO' is not possible at column 14 of: role:\(CFO OR CEOO\); choose one of CEO, "):
        calls.search("role:(CFO OR CEOO)")
    with pytest.raises(InvalidValue, match=r"^role: 'CEOO' is not possible; choose one of"):
        calls.search("*", role="CEOO")


def test_an_unknown_call_is_told(calls: search.CallIndex) -> None:
    """The error names the call and how to list those that are there."""
    with pytest.raises(UnknownCall, match=r"no call 'NOSUCH-2025Q1' in the index; earful search '\*' --facet call lists them"):
        calls.read_call("NOSUCH-2025Q1")


def test_an_index_that_is_none(tmp_path: Path) -> None:
    """No folder, an empty one and a file are told apart from an index, each with what to do."""
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path, tmp_path / "nosuch"):
        with pytest.raises(IndexNotFound, match="build one with: earful rebuild FOLDER"):
            search.open_index(folder)
    with pytest.raises(InvalidValue, match="is a file, not an index folder; name the folder that earful rebuild wrote"):
        search.open_index(tmp_path / "file")


# answers outlive what they came from


def test_a_page_outlives_its_index(index: Path, tmp_path: Path) -> None:
    """An answer is whole when it is given: the index may be closed, and its files may go."""
    copy = tmp_path / "copy"
    shutil.copytree(index, copy)
    with search.open_index(copy) as calls:
        page = calls.search("guidance", facets=("role",), limit=3)
        call = calls.read_call(page.hits[0].call)
    shutil.rmtree(copy)
    with search.open_index(index) as again:
        assert again.search("guidance", facets=("role",), limit=3) == page
        assert again.read_call(page.hits[0].call) == call


def test_a_closed_index_says_so(index: Path) -> None:
    """Closing twice is closing once, and a question to a closed index is an error of ours, not of a library below."""
    calls = search.open_index(index)
    calls.search("guidance")
    calls.close()
    calls.close()
    with pytest.raises(search.EarfulError, match="closed"):
        calls.search("guidance")
    with pytest.raises(search.EarfulError, match="closed"):
        calls.read_call("VLTA-2024Q3")


def test_a_page_cannot_be_changed(calls: search.CallIndex) -> None:
    """An answer stays what was answered."""
    page = calls.search("guidance")
    with pytest.raises(FrozenInstanceError):
        page.turns = 0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        page.hits[0].score = 0.0  # type: ignore[misc]


def test_an_open_index_keeps_its_calls_while_a_rebuild_switches(tmp_path: Path) -> None:
    """What was open answers as before, down to the texts; what is opened afterwards answers with the new calls."""
    source, index = tmp_path / "source", tmp_path / "index"
    source.mkdir()
    (source / "sole.txt").write_text(_ALONE.format("sell"))
    shutil.copy(_SAMPLES / "veltrana-vlta-q3-2024.txt", source)
    indexer.rebuild([source], index=index)
    with search.open_index(index) as old:
        (source / "sole.txt").write_text(_ALONE.format("rent"))
        (source / "veltrana-vlta-q3-2024.txt").unlink()
        indexer.rebuild([source], index=index, fresh=True)
        with search.open_index(index) as new:
            assert [(each.search("sell").turns, each.search("rent").turns, each.search("*").calls) for each in (old, new)] == [
                (1, 0, 2),
                (0, 1, 1),
            ]
        assert [hit.snippet.text for hit in old.search("sell").hits] == ["We sell pumps."]
        assert len(old.read_call("VLTA-2024Q3").turns) == 36


def test_an_open_index_moves_on_when_it_is_told_to(tmp_path: Path) -> None:
    """`refresh` says whether there was another generation; pages stay good; a new index in the place of the old one is another, too."""
    source, index = tmp_path / "source", tmp_path / "index"
    source.mkdir()
    (source / "sole.txt").write_text(_ALONE.format("sell"))
    indexer.rebuild([source], index=index)
    with search.open_index(index) as calls:
        page = calls.search("sell")
        assert calls.refresh() is False
        (source / "sole.txt").write_text(_ALONE.format("rent"))
        indexer.rebuild([source], index=index)
        assert (calls.search("rent").turns, calls.refresh(), calls.search("rent").turns) == (0, True, 1)
        assert page.hits[0].snippet.text == "We sell pumps."
        shutil.rmtree(index)
        for word in ("lend", "mend"):
            (source / "sole.txt").write_text(_ALONE.format(word))
            indexer.rebuild([source], index=index)
        assert (calls.refresh(), calls.search("mend").turns) == (True, 1)


def test_an_index_that_cannot_be_opened_anew_goes_on(tmp_path: Path) -> None:
    """If the index was removed or damaged `refresh` says so, and what was open answers as before."""
    (tmp_path / "sole.txt").write_text(_ALONE.format("sell"))
    indexer.rebuild([tmp_path / "sole.txt"], index=tmp_path / "index")
    with search.open_index(tmp_path / "index") as calls:
        (tmp_path / "index" / "earful-1.json").write_text("rubbish")
        with pytest.raises(IndexDamaged):
            calls.refresh()
        shutil.rmtree(tmp_path / "index")
        with pytest.raises(IndexNotFound):
            calls.refresh()
        assert calls.search("sell").turns == 1
    with pytest.raises(IndexClosed):
        calls.refresh()


def test_an_index_without_firms_answers(tmp_path: Path) -> None:
    """A call without analysts, exchange or exchanges is found, counted and read: its turns have None there."""
    (tmp_path / "sole.txt").write_text(_ALONE.format("sell"))
    indexer.rebuild([tmp_path / "sole.txt"], index=tmp_path / "index")
    with search.open_index(tmp_path / "index") as calls:
        page = calls.search("pumps", facets=("firm", "exchange_code"), firm=[])
        assert [(hit.turn, hit.firm, hit.exchange) for hit in page.hits] == [(2, None, None), (1, None, None)]
        assert page.facets == {field: (search.FacetValue(None, 2, 1),) for field in ("firm", "exchange_code")}
        assert calls.search("pumps", firm="pell").notes == ("no firm in the index fits 'pell'",)


def test_threads_may_share_an_index(calls: search.CallIndex) -> None:
    """Several threads that ask one index at once get the answers that one alone gets."""
    queries = ["guidance", "tariffs OR pricing", '"cash runway"', "role:CFO NOT guidance"]
    alone = {query: calls.search(query, facets=("role", "company")) for query in queries}
    answers: list[tuple[str, search.Page]] = []
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            for query in queries * 5:
                answers.append((query, calls.search(query, facets=("role", "company"))))
                calls.read_call("VLTA-2024Q3")
        except BaseException as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(answers) == 80
    assert all(page == alone[query] for query, page in answers)


# what the reader was unsure of

_DOUBTED = """{0} Traders Corp ({0} 1.00%)
{1} Earnings Call
{2}

Prepared Remarks:

Jane Roe -- Chief Financial Officer

We sell pumps.

Questions and Answers:

Max Mole -- Fable Bank -- Analyst

Why pumps?

Duration: 0 minutes

Call participants:

Jane Roe -- Chief Financial Officer

Max Mole -- Fable Bank -- Analyst
"""


@pytest.fixture
def doubted(tmp_path: Path) -> Iterator[search.CallIndex]:
    """Give an open index of four calls of two turns each: one that is sure, and three that lack day, quarter or both."""
    day = "Aug 08, 2022, 5:00 p.m. ET"
    for ticker, event, when in (
        ("SURE", "Q2 2022", day),
        ("DAYL", "Q2 2022", ""),
        ("QTRL", "Fiscal 2022", day),
        ("BOTH", "Fiscal 2022", ""),
    ):
        (tmp_path / f"{ticker}.txt").write_text(_DOUBTED.format(ticker, event, when))
    indexer.rebuild([tmp_path], index=tmp_path / "index")
    with search.open_index(tmp_path / "index") as opened:
        yield opened


def test_doubts_are_counted_one_by_one(doubted: search.CallIndex) -> None:
    """A call with two doubts counts for each of them, one without any under None."""
    assert doubted.search("*", facets="warning").facets["warning"] == (
        search.FacetValue("no-date", 4, 2),
        search.FacetValue("no-period", 4, 2),
        search.FacetValue(None, 2, 1),
    )


@pytest.mark.parametrize(
    ("query", "asked", "tickers"),
    [
        ("*", "no-date", {"DAYL", "BOTH"}),
        ("*", "NO-PERIOD", {"QTRL", "BOTH"}),
        ("*", ["no-date", "no-period"], {"DAYL", "QTRL", "BOTH"}),
        ("warning:no-date", [], {"DAYL", "BOTH"}),
        ("warning:no-date warning:no-period", [], {"BOTH"}),
        ("* NOT warning:no-date", [], {"SURE", "QTRL"}),
        ("pumps", "no-date", {"DAYL", "BOTH"}),
    ],
)
def test_calls_are_found_by_their_doubts(doubted: search.CallIndex, query: str, asked: Any, tickers: set[str]) -> None:
    """Asked for by itself, as a filter or in the query, a doubt takes every combination that holds it."""
    page = doubted.search(query, warning=asked)
    assert {hit.ticker for hit in page.hits} == tickers
    assert page.notes == ()


@pytest.mark.parametrize("asked", ["no-ticker", "no", "date", "no-date no-period", ""])
def test_a_doubt_that_no_call_has_gives_a_note(doubted: search.CallIndex, asked: str) -> None:
    """A word that is no doubt of any call, nor a part of one, finds nothing and says so."""
    page = doubted.search("*", warning=asked)
    (note,) = page.notes
    assert (page.turns, note.partition(";")[0]) == (0, f"no warning in the index fits {asked!r}")


# the contract


def test_a_page_as_json_has_the_fields_of_the_contract(calls: search.CallIndex) -> None:
    """The keys of an answer's JSON are the documented ones, in their order, and it survives a round trip."""
    page = calls.search('"cash runway"', role="CFO", facets=("role", "firm"), limit=2)
    found = page.to_dict()
    assert json.loads(json.dumps(found)) == found
    assert list(found) == ["query", "total", "hits", "facets", "filters", "index"]
    assert found["filters"] == {"role": ["CFO"]}
    assert (found["index"]["generation"], len(found["index"]["content"])) == (1, 64)
    assert (found["query"], found["total"]) == ('"cash runway"', {"turns": 5, "calls": 5})
    assert [list(hit) for hit in found["hits"]] == [_HIT_KEYS] * 2
    assert list(found["hits"][0]["snippet"]) == ["text", "matches"]
    assert list(found["facets"]) == ["role", "firm"]
    assert {tuple(value) for values in found["facets"].values() for value in values} == {("value", "turns", "calls")}
    assert found["facets"]["role"][0] == {"value": "CFO", "turns": 5, "calls": 5}
    assert found["facets"]["firm"] == [{"value": None, "turns": 5, "calls": 5}]


def test_a_hit_as_json_has_the_values_of_the_hit(calls: search.CallIndex) -> None:
    """A hit's JSON holds its values, the score rounded to four places, matches as lists; `matching_turns` only where calls are grouped."""
    hit = calls.search('"cash runway"', call="VLTA-2024Q3", role="CFO").hits[0]
    found = hit.to_dict()
    start, end = hit.snippet.matches[0]
    assert hit.snippet.text[start:end] == "cash runway"
    assert found["snippet"] == {"text": hit.snippet.text, "matches": [[start, end]]}
    assert found["score"] == round(hit.score, 4)
    assert {name: found[name] for name in _HIT_KEYS[:13]} == {
        "call": "VLTA-2024Q3",
        "company": "Veltrana Therapeutics",
        "ticker": "VLTA",
        "period": "2024Q3",
        "date": "2024-11-07",
        "section": "prepared",
        "kind": "remarks",
        "exchange": None,
        "turn": 5,
        "speaker": "Marguerite Osei",
        "role": "CFO",
        "title": hit.title,
        "firm": None,
    }
    grouped = calls.search('"cash runway"', call="VLTA-2024Q3", group_by="call").hits[0].to_dict()
    assert list(grouped) == [*_HIT_KEYS, "matching_turns"]
    assert grouped["matching_turns"] == 2


def test_a_damaged_index_is_told(index: Path, tmp_path: Path) -> None:
    """An index whose table of contents is not what was written is not searched."""
    copy = tmp_path / "copy"
    shutil.copytree(index, copy)
    toc = next(copy.glob("*.toc"))
    toc.write_bytes(toc.read_bytes()[:-1] + b"\0")
    with pytest.raises(IndexDamaged, match="is not what was written; run earful rebuild"):
        search.open_index(copy)


def test_a_source_that_is_not_there_empties_no_index(tmp_path: Path) -> None:
    """A folder that was indexed and is missing now, as an unmounted share, stops the rebuild; left out, its calls go."""
    samples = sorted((Path(indexer.__file__).parent / "samples").iterdir())
    for name, part in {"here": samples[:5], "share": samples[5:]}.items():
        (tmp_path / name).mkdir()
        for sample in part:
            shutil.copy(sample, tmp_path / name)
    assert indexer.rebuild([tmp_path / "here", tmp_path / "share"], index=tmp_path / "index").calls == 10
    (tmp_path / "share").rename(tmp_path / "elsewhere")
    with pytest.raises(search.EarfulError, match="share is not there, but 5 calls in the index came from it"):
        indexer.rebuild([tmp_path / "here", tmp_path / "share"], index=tmp_path / "index")
    with search.open_index(tmp_path / "index") as calls:
        assert calls.search("*").calls == 10
    assert indexer.rebuild([tmp_path / "here"], index=tmp_path / "index").calls == 5

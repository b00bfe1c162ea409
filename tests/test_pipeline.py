"""After a rebuild the index holds exactly what the sources hold, whatever happened before and whatever goes wrong."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.index import open_dir
from whoosh.query import And, Phrase, Query, Term

import indexer
import search
from indexer.errors import EarfulError, IndexLocked, IndexNotFound, InvalidTable, NothingToIndex, UnreadableSource
from indexer.firms import FirmTable
from indexer.model import Transcript
from indexer.reading import read_bytes
from indexer.report import Duplicate, Rejection, Report
from indexer.sources import read_source
from indexer.store import Store

_OLD_NS = 1_600_000_000_000_000_000
_AUGUST, _NOVEMBER = "Aug 08, 2022", "Nov 21, 2022"

_Answers = dict[str, list[tuple[int, str]]]  # call -> number and text of its turns
_Hits = list[tuple[str, int, float]]  # call, number of the turn, score


def _transcript(ticker: str = "ACMP", said: str = "Revenue grew.", *, day: str = _AUGUST) -> str:
    return f"""{ticker.title()} Pumps ({ticker} 1.00%)
Q2 2022 Earnings Call
{day}, 5:00 p.m. ET

Operator

Good day, and welcome to the call of {ticker}.

Jane Roe -- Chief Financial Officer

Thank you. {said}

Operator

Our first question comes from the line of Max Mole with Fable Bank.

Max Mole -- Fable Bank -- Analyst

What is the outlook for pumps?

Jane Roe -- Chief Financial Officer

The outlook is wet.

Operator

This concludes the call.

Duration: 0 minutes

Jane Roe -- Chief Financial Officer

Max Mole -- Fable Bank -- Analyst
"""


def _put(path: Path, text: str, *, second: int = 0) -> None:
    """Write a file and set its time back: a rebuild looks into files again that are only just written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, ns=(_OLD_NS, _OLD_NS + second * 1_000_000_000))


def _answers(index: Path) -> _Answers:
    """Give all that is in an index, read by Whoosh alone."""
    answers: _Answers = {}
    with open_dir(index).reader() as reader:
        calls, turns = reader.column_reader("call"), reader.column_reader("turn")
        for number, stored in reader.iter_docs():
            answers.setdefault(calls[number], []).append((turns[number], stored["text"]))
    return {call: sorted(said) for call, said in answers.items()}


def _hits(index: Path, query: Query) -> _Hits:
    """Give the hits of Whoosh's own searcher, best first."""
    with open_dir(index).searcher() as searcher:
        calls, turns = searcher.reader().column_reader("call"), searcher.reader().column_reader("turn")
        return [(calls[hit.docnum], turns[hit.docnum], hit.score) for hit in searcher.search(query, limit=None)]


def _is_clean(index: Path) -> bool:
    """Say whether the directory holds one sound generation and no more."""
    store = Store(index)
    generation = store.generation()
    belongs = {*store.manifest(generation).files, f"earful-{generation}.json", "earful.lock", "earful-report.json"}
    return store.check() == [] and set(os.listdir(index)) == belongs


def _count(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.removed


class _Calls:
    """A function that notes what it was called with."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.seen: list[str] = []

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.seen.append(Path(named.get("source", arguments[0])).name)
        return self._function(*arguments, **named)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Give a folder of two transcripts."""
    _put(tmp_path / "source" / "acme.txt", _transcript("ACMP"))
    _put(tmp_path / "source" / "bolt.txt", _transcript("BOLT", "Bolts rusted."))
    return tmp_path / "source"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Give the path at which an index shall be."""
    return tmp_path / "index"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the names of the files that are opened."""
    calls = _Calls(read_source)
    monkeypatch.setattr("indexer.intake.read_source", calls)
    return calls.seen


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the names of the files whose content is parsed."""
    calls = _Calls(read_bytes)
    monkeypatch.setattr("indexer.intake.read_bytes", calls)
    return calls.seen


# what a rebuild builds


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Term("text", "rusted"), [("BOLT-2022Q2", 2)]),
        (Phrase("text", ["fable", "bank"]), [("ACMP-2022Q2", 3), ("BOLT-2022Q2", 3)]),
        (Phrase("text", ["bank", "fable"]), []),
        (Term("role", "cfo"), [("ACMP-2022Q2", 2), ("ACMP-2022Q2", 5), ("BOLT-2022Q2", 2), ("BOLT-2022Q2", 5)]),
        (And([Term("text", "outlook"), Term("role", "cfo"), Term("ticker", "bolt")]), [("BOLT-2022Q2", 5)]),
        (
            And([Term("kind", "question"), Term("firm", "fable bank"), Term("period", "2022q2"), Term("call", "acmp-2022q2")]),
            [("ACMP-2022Q2", 4)],
        ),
        (Term("text", "unsaid"), []),
    ],
)
def test_whoosh_answers_from_the_index(source: Path, index: Path, query: Query, found: list[tuple[str, int]]) -> None:
    """Stock Whoosh opens what was built and finds turns by words, phrases, values and all of these together."""
    indexer.rebuild([source], index=index)
    assert sorted((call, turn) for call, turn, _ in _hits(index, query)) == found


def test_the_report_tells_what_is_there(source: Path, index: Path) -> None:
    """The first rebuild adds all; the report counts transcripts, calls and turns and names the generation."""
    assert indexer.rebuild([source], index=index) == Report(
        transcripts=2,
        calls=2,
        turns=12,
        added=2,
        changed=0,
        unchanged=0,
        removed=0,
        read=2,
        resumed=0,
        duplicates=(),
        rejected=(),
        waiting=(),
        warnings={"qa-inferred": 2},
        generation=1,
    )
    assert _is_clean(index)


def test_the_report_is_json(source: Path, index: Path) -> None:
    """What the command prints has the fields of the contract, and nothing of the index's inner life."""
    _put(source / "acme-again.txt", _transcript("ACMP", "Grew."))
    _put(source / "notes.txt", "Buy milk.")
    report = json.loads(json.dumps(indexer.rebuild([source], index=index).to_dict()))
    assert report.pop("duplicates") == [{"call": "ACMP-2022Q2", "source": str(source / "acme-again.txt"), "kept": str(source / "acme.txt")}]
    assert [no["source"] for no in report.pop("rejected")] == [str(source / "notes.txt")]
    assert report == {
        "transcripts": 3,
        "calls": 2,
        "turns": 12,
        "added": 3,
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
        "read": 4,
        "resumed": 0,
        "waiting": [],
        "warnings": {"qa-inferred": 2},
    }


def test_building_twice_is_building_once(source: Path, index: Path, tmp_path: Path) -> None:
    """The same sources give the same calls, hits and scores in another directory, and again in the same one."""
    other = tmp_path / "other"
    for folder in (index, other, other):
        indexer.rebuild([source], index=folder, fresh=True)
    assert _answers(index) == _answers(other)
    assert _hits(index, Term("text", "outlook")) == _hits(other, Term("text", "outlook")) != []
    assert _is_clean(other)


def test_progress_is_told(source: Path, index: Path) -> None:
    """Each stage is told up to its end."""
    told: list[tuple[str, int, int]] = []
    indexer.rebuild([source], index=index, progress=lambda *step: told.append(step))
    assert told == [("reading", 1, 2), ("reading", 2, 2), ("indexing", 1, 2), ("indexing", 2, 2)]


# what changes


def test_changes_are_counted_and_take_effect(source: Path, index: Path) -> None:
    """New files are added, changed ones replaced, vanished ones removed, and only the new words are found."""
    _put(source / "cart.txt", _transcript("CART"))
    indexer.rebuild([source], index=index)
    _put(source / "acme.txt", _transcript("ACMP", "Revenue sank."), second=1)
    _put(source / "dome.txt", _transcript("DOME"))
    (source / "bolt.txt").unlink()
    report = indexer.rebuild([source], index=index)
    assert _count(report) == (1, 1, 1, 1)
    assert (report.transcripts, report.calls, report.turns, report.generation) == (3, 3, 18, 2)
    assert sorted(_answers(index)) == ["ACMP-2022Q2", "CART-2022Q2", "DOME-2022Q2"]
    assert _answers(index)["ACMP-2022Q2"][1] == (2, "Thank you. Revenue sank.")
    assert [_hits(index, Term("text", word)) for word in ("rusted", "bolt")] == [[], []]
    assert _is_clean(index)


def test_many_small_rebuilds_are_one_large_one(index: Path, tmp_path: Path) -> None:
    """Transcripts that come one by one give the calls and hits of all at once, in few segments, with nearly the same scores."""
    source = tmp_path / "source"
    for number in range(14):
        _put(source / f"{number}.txt", _transcript(f"T{chr(65 + number)}", "pumps " * number))
        assert _count(indexer.rebuild([source], index=index)) == (1, 0, number, 0)
    indexer.rebuild([source], index=tmp_path / "whole")
    assert _answers(index) == _answers(tmp_path / "whole")
    hits = [_hits(folder, Term("text", "pumps")) for folder in (index, tmp_path / "whole")]
    assert sorted(hit[:2] for hit in hits[0]) == sorted(hit[:2] for hit in hits[1]) != []
    # Whoosh rounds the lengths of texts when it merges, so that the average length differs a little.
    assert sorted(hit[2] for hit in hits[0]) == pytest.approx(sorted(hit[2] for hit in hits[1]), rel=0.01)
    assert len(list(index.glob("*.seg"))) < 10


def test_what_has_not_changed_is_not_opened(source: Path, index: Path, opened: list[str]) -> None:
    """A second rebuild opens no file, and leaves the index as it is to the byte; only the report is new."""
    _put(source / "notes.txt", "Buy milk.")
    indexer.rebuild([source], index=index)
    generation = sorted({*os.listdir(index)} - {"earful.lock", "earful-report.json"})
    before = {name: (index / name).read_bytes() for name in generation}
    opened.clear()
    report = indexer.rebuild([source], index=index)
    assert (_count(report), len(report.rejected), report.generation) == ((0, 0, 2, 0), 1, 1)
    assert (opened, report.read, report.resumed) == ([], 0, 0)
    assert {name: (index / name).read_bytes() for name in generation} == before
    assert _is_clean(index)


def test_only_what_has_changed_is_opened(source: Path, index: Path, opened: list[str]) -> None:
    """A file that was written to is opened, and no other."""
    indexer.rebuild([source], index=index)
    opened.clear()
    _put(source / "acme.txt", _transcript("ACMP", "Revenue fell."), second=1)
    indexer.rebuild([source], index=index)
    assert opened == ["acme.txt"]


def test_a_young_file_is_looked_into_again(source: Path, index: Path, opened: list[str], parsed: list[str]) -> None:
    """A file that was written just before a rebuild may have changed since without another time stamp: it is read again, and not parsed."""
    (source / "acme.txt").write_text(_transcript("ACMP", "Revenue fell."))
    indexer.rebuild([source], index=index)
    opened.clear()
    parsed.clear()
    assert _count(indexer.rebuild([source], index=index)) == (0, 0, 2, 0)
    assert (opened, parsed) == (["acme.txt"], [])


def test_a_touched_file_is_unchanged(source: Path, index: Path, opened: list[str], parsed: list[str]) -> None:
    """A file that was written again with what it held is opened, found to be known, and counted as unchanged."""
    indexer.rebuild([source], index=index)
    opened.clear()
    parsed.clear()
    _put(source / "acme.txt", _transcript("ACMP"), second=1)
    assert _count(indexer.rebuild([source], index=index)) == (0, 0, 2, 0)
    assert (opened, parsed) == (["acme.txt"], [])
    opened.clear()
    indexer.rebuild([source], index=index)
    assert opened == []


def test_a_moved_file_is_not_parsed_again(source: Path, index: Path, parsed: list[str]) -> None:
    """A file in another folder is another source of the same content: known, and answered for under its new path."""
    indexer.rebuild([source], index=index)
    before = _answers(index)
    parsed.clear()
    (source / "2022").mkdir()
    (source / "acme.txt").rename(source / "2022" / "acme.txt")
    assert _count(indexer.rebuild([source], index=index)) == (1, 0, 1, 1)
    assert (parsed, _answers(index)) == ([], before)


def test_another_version_reads_all_again(source: Path, index: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade everything is read anew, and the report says why."""
    indexer.rebuild([source], index=index)
    before = _answers(index)
    parsed.clear()
    monkeypatch.setattr("indexer.pipeline._VERSIONS", {"schema": 1, "parser": 10_000})
    report = indexer.rebuild([source], index=index)
    assert report.notes == ("the index was built by another version: everything is read again",)
    assert (sorted(parsed), _answers(index)) == (["acme.txt", "bolt.txt"], before)
    assert indexer.rebuild([source], index=index).notes == ()
    assert _is_clean(index)


def test_fresh_reads_all_again(source: Path, index: Path, parsed: list[str]) -> None:
    """A fresh rebuild does not trust what it knows."""
    indexer.rebuild([source], index=index)
    parsed.clear()
    report = indexer.rebuild([source], index=index, fresh=True)
    assert sorted(parsed) == ["acme.txt", "bolt.txt"]
    assert (report.generation, report.calls) == (2, 2)
    assert _is_clean(index)


def test_a_file_that_is_no_transcript_any_more_leaves(source: Path, index: Path) -> None:
    """What a file held before it was spoilt is not found any more."""
    indexer.rebuild([source], index=index)
    _put(source / "acme.txt", "Buy milk.", second=1)
    report = indexer.rebuild([source], index=index)
    assert (_count(report), [no.source for no in report.rejected]) == ((0, 0, 1, 1), [str(source / "acme.txt")])
    assert sorted(_answers(index)) == ["BOLT-2022Q2"]


# names of firms


def _firms(index: Path) -> set[str]:
    """Give the firms of the turns in an index."""
    with open_dir(index).reader() as reader:
        column = reader.column_reader("firm")
        return {column[number] for number, _ in reader.iter_docs()} - {""}


@pytest.fixture
def firms(tmp_path: Path) -> Path:
    """Give a table of firms in which the analyst's has another name."""
    _put(tmp_path / "firms.txt", "Mole & Sons = Fable Bank")
    return tmp_path / "firms.txt"


def test_another_table_of_firms_reads_all_again(source: Path, index: Path, firms: Path, parsed: list[str]) -> None:
    """With another table, changed or left out, all files are read again, and the report says why; with the same one none is."""
    another = ("the index was built with another table of firms: everything is read again",)
    assert indexer.rebuild([source], index=index).notes == ()
    for table, notes, named, read in (
        (firms, another, "Mole & Sons", ["acme.txt", "bolt.txt"]),
        (firms, (), "Mole & Sons", []),
        (None, another, "Fable Bank", ["acme.txt", "bolt.txt"]),
    ):
        parsed.clear()
        report = indexer.rebuild([source], index=index, firms=table)
        assert (report.notes, _count(report), sorted(parsed)) == (notes, (0, 0, 2, 0), read)
        assert _firms(index) == {named}
        assert _is_clean(index)
    indexer.rebuild([source], index=index, firms=firms)
    _put(firms, "Mole = Fable Bank", second=1)
    assert indexer.rebuild([source], index=index, firms=str(firms)).notes == another
    assert _firms(index) == {"Mole"}


def test_a_table_that_says_the_same_reads_nothing_again(source: Path, index: Path, firms: Path, opened: list[str]) -> None:
    """A comment in the table, or another place of it, is no other table."""
    indexer.rebuild([source], index=index, firms=firms)
    opened.clear()
    _put(firms.with_name("moved.txt"), "# mine\nMole & Sons=Fable Bank\n", second=1)
    report = indexer.rebuild([source], index=index, firms=firms.with_name("moved.txt"))
    assert (report.notes, report.generation, opened) == ((), 1, [])


def test_every_process_knows_the_firms(source: Path, index: Path, firms: Path) -> None:
    """Several processes read with the same table as one."""
    indexer.rebuild([source], index=index, firms=firms, jobs=2)
    assert _firms(index) == {"Mole & Sons"}


def test_a_second_best_transcript_knows_the_firms(source: Path, index: Path, firms: Path) -> None:
    """A transcript that is parsed once more, since the best of its call has gone, is read with the same table."""
    _put(source / "full.txt", _transcript("ACMP", "Revenue grew in all regions."))
    indexer.rebuild([source], index=index, firms=firms)
    (source / "full.txt").unlink()
    indexer.rebuild([source], index=index, firms=firms)
    assert _firms(index) == {"Mole & Sons"}


def test_a_bad_table_of_firms_leaves_the_index(source: Path, index: Path, firms: Path) -> None:
    """A table that cannot be used stops the rebuild before anything is read or written."""
    _put(firms, "Mole & Sons")
    with pytest.raises(InvalidTable, match="line 1"):
        indexer.rebuild([source], index=index, firms=firms)
    assert not index.exists()
    indexer.rebuild([source], index=index)
    with pytest.raises(InvalidTable, match="cannot be read"):
        indexer.rebuild([source], index=index, firms=firms.with_name("nosuch.txt"))
    assert (Store(index).generation(), _firms(index)) == (1, {"Fable Bank"})


# what the reader was unsure of


def test_warnings_count_calls(source: Path, index: Path) -> None:
    """A warning counts once for each call of the index that has it, most first: neither for duplicates nor for each turn."""
    _put(source / "acme-again.txt", _transcript("ACMP", "Grew."))
    _put(source / "cart.txt", _transcript("CART").replace(f"{_AUGUST}, 5:00 p.m. ET", ""))
    report = indexer.rebuild([source], index=index)
    assert (report.calls, len(report.duplicates)) == (3, 1)
    assert list(report.warnings.items()) == [("qa-inferred", 3), ("no-date", 1)]
    assert indexer.rebuild([source], index=index).warnings == report.warnings
    (source / "cart.txt").unlink()
    assert indexer.rebuild([source], index=index).warnings == {"qa-inferred": 2}


# one call, several transcripts


def test_the_fuller_transcript_is_kept(source: Path, index: Path) -> None:
    """Of two transcripts of a call the fuller is indexed, and the report names the other with it."""
    _put(source / "full.txt", _transcript("ACMP", "Revenue grew in all regions."))
    report = indexer.rebuild([source], index=index)
    assert report.duplicates == (Duplicate("ACMP-2022Q2", str(source / "acme.txt"), str(source / "full.txt")),)
    assert (report.transcripts, report.calls) == (3, 2)
    assert _answers(index)["ACMP-2022Q2"][1] == (2, "Thank you. Revenue grew in all regions.")


def test_the_second_best_transcript_returns(source: Path, index: Path) -> None:
    """When the best transcript of a call vanishes, the next best stands for it."""
    _put(source / "full.txt", _transcript("ACMP", "Revenue grew in all regions."))
    indexer.rebuild([source], index=index)
    (source / "full.txt").unlink()
    report = indexer.rebuild([source], index=index)
    assert (_count(report), report.duplicates) == ((0, 0, 2, 1), ())
    assert _answers(index)["ACMP-2022Q2"][1] == (2, "Thank you. Revenue grew.")
    assert _is_clean(index)


def test_an_earlier_call_takes_the_plain_id(source: Path, index: Path) -> None:
    """A call that was first known by the plain id gets its date appended when an earlier one of the same quarter appears."""
    _put(source / "acme.txt", _transcript("ACMP", "Later.", day=_NOVEMBER))
    indexer.rebuild([source], index=index)
    _put(source / "earlier.txt", _transcript("ACMP", "Earlier."))
    report = indexer.rebuild([source], index=index)
    assert (report.calls, report.duplicates) == (3, ())
    said = {call: turns[1][1] for call, turns in _answers(index).items()}
    assert said == {
        "ACMP-2022Q2": "Thank you. Earlier.",
        "ACMP-2022Q2-20221121": "Thank you. Later.",
        "BOLT-2022Q2": "Thank you. Bolts rusted.",
    }


# what goes wrong with sources


def test_what_cannot_be_used_is_reported(source: Path, index: Path) -> None:
    """Sources that are not there or hold no call are named with the reason; the others are indexed."""
    _put(source / "empty.txt", "")
    (source / "binary.txt").write_bytes(b"\x00\x01")
    report = indexer.rebuild([source, source / "gone.txt"], index=index)
    assert report.rejected == (
        Rejection(str(source / "binary.txt"), "not text: it holds NUL bytes; give the transcript as text or HTML"),
        Rejection(str(source / "empty.txt"), "empty file"),
        Rejection(str(source / "gone.txt"), "cannot be read: No such file or directory"),
    )
    assert report.calls == 2


def test_a_fault_of_the_reader_costs_one_file(source: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file at which the reader itself fails is reported as that, and the others are indexed."""

    def fail_at_bolt(data: bytes, *, source: str, firms: FirmTable) -> tuple[Transcript, ...]:
        if source.endswith("bolt.txt"):
            raise KeyError("bolts")
        return read_bytes(data, source=source, firms=firms)

    monkeypatch.setattr("indexer.intake.read_bytes", fail_at_bolt)
    report = indexer.rebuild([source], index=index)
    reason = "the reader failed on it (KeyError: 'bolts'); this is a fault of Earful"
    assert report.rejected == (Rejection(str(source / "bolt.txt"), reason),)
    assert sorted(_answers(index)) == ["ACMP-2022Q2"]


def test_a_file_that_could_not_be_opened_is_tried_again(source: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that could not be opened once is not known: the next rebuild opens it, though nothing about it has changed."""

    def refuse_bolt(path: str) -> bytes:
        if path.endswith("bolt.txt"):
            raise UnreadableSource("cannot be read: Input/output error")
        return read_source(path)

    with monkeypatch.context() as broken:
        broken.setattr("indexer.intake.read_source", refuse_bolt)
        report = indexer.rebuild([source], index=index)
        assert report.rejected == (Rejection(str(source / "bolt.txt"), "cannot be read: Input/output error"),)
    assert indexer.rebuild([source], index=index).rejected == ()
    assert sorted(_answers(index)) == ["ACMP-2022Q2", "BOLT-2022Q2"]


@pytest.mark.parametrize("text", ["Buy milk.", _transcript("CAFE")])
def test_a_name_that_is_no_text_does_not_stop_the_job(source: Path, index: Path, text: str) -> None:
    """A file whose name is in another encoding than the system's is indexed or reported like any other, now and later."""
    _put(source / os.fsdecode(b"caf\xe9.txt"), text)
    for _ in range(2):
        report = indexer.rebuild([source], index=index)
        assert report.calls + len(report.rejected) == 3
    assert json.loads(json.dumps(report.to_dict()))["unchanged"] == report.calls


@pytest.mark.parametrize("names", [[], ["notes.txt"]])
def test_nothing_to_index_leaves_the_index(source: Path, index: Path, tmp_path: Path, names: list[str]) -> None:
    """Sources without a call are an error that tells why, and the index answers as before: a wrong path does not empty it."""
    indexer.rebuild([source], index=index)
    before = {name: (index / name).read_bytes() for name in os.listdir(index) if name != "earful.lock"}
    (tmp_path / "empty").mkdir()
    for name in names:
        _put(tmp_path / "empty" / name, "Buy milk.")
    why = "no source holds a call: .*notes.txt: no transcript: nothing says who speaks" if names else "no transcripts in the sources"
    with pytest.raises(NothingToIndex, match=rf"^{why}.*; {index} is left as it was$"):
        indexer.rebuild([tmp_path / "empty"], index=index)
    assert {name: (index / name).read_bytes() for name in os.listdir(index) if name != "earful.lock"} == before


def test_nothing_to_index_builds_no_index(tmp_path: Path, index: Path) -> None:
    """Where no index was, none is after a rebuild that found nothing."""
    with pytest.raises(NothingToIndex):
        indexer.rebuild([tmp_path], index=index)
    with pytest.raises(IndexNotFound):
        Store(index).generation()


# what goes wrong with the index


def test_two_rebuilds_do_not_meet(source: Path, index: Path) -> None:
    """While one rebuild runs, another is refused; the first goes on undisturbed."""

    def begin_another(*_: Any) -> None:
        with pytest.raises(IndexLocked, match=f"process {os.getpid()}"):
            indexer.rebuild([source], index=index)

    assert indexer.rebuild([source], index=index, progress=begin_another).calls == 2
    assert _is_clean(index)


def test_an_interrupted_rebuild_leaves_the_index(source: Path, index: Path) -> None:
    """Ctrl-C while calls are indexed leaves the index as it was, unlocked, with what was done beside it, which the next one finishes."""
    indexer.rebuild([source], index=index)
    before = _answers(index)
    _put(source / "cart.txt", _transcript("CART"))

    def interrupt(stage: str, *_: int) -> None:
        if stage == "indexing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        indexer.rebuild([source], index=index, progress=interrupt)
    assert (_answers(index), Store(index).check()) == (before, [])
    assert "left by a rebuild" in Store(index).strangers()[0]
    assert indexer.rebuild([source], index=index).calls == 3
    assert _is_clean(index)


def _lose_segment(index: Path) -> None:
    next(index.glob("*.seg")).unlink()


def _cut_segment(index: Path) -> None:
    os.truncate(next(index.glob("*.seg")), 100)


def _lose_manifest(index: Path) -> None:
    (index / "earful-1.json").unlink()


def _flip_a_bit(index: Path) -> None:
    path = next(index.glob("*.seg"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _spoil_contents(index: Path) -> None:
    (index / "_MAIN_1.toc").write_bytes(b"spoilt")


@pytest.mark.parametrize("damage", [_lose_segment, _cut_segment, _flip_a_bit, _lose_manifest, _spoil_contents])
@pytest.mark.parametrize("changes", [False, True])
def test_a_rebuild_mends_a_damaged_index(source: Path, index: Path, damage: Callable[[Path], None], changes: bool) -> None:
    """A rebuild of an index that has lost or spoilt a file reads everything again and says so, whether or not sources have changed."""
    indexer.rebuild([source], index=index)
    damage(index)
    if changes:
        _put(source / "cart.txt", _transcript("CART"))
    report = indexer.rebuild([source], index=index)
    assert [note.split(" (")[0] for note in report.notes] == ["the index was damaged"]
    assert sorted(_answers(index)) == ["ACMP-2022Q2", "BOLT-2022Q2", "CART-2022Q2"][: 2 + changes]
    assert _is_clean(index)


def test_what_a_killed_rebuild_left_goes_though_nothing_has_changed(source: Path, index: Path) -> None:
    """The next rebuild removes the files of one that was killed, even if it finds nothing else to do."""
    indexer.rebuild([source], index=index)
    (index / "MAIN_0rphan.seg").write_text("left")
    (index / "earful-2.json").write_text("left")
    (index / ".work").mkdir()
    indexer.rebuild([source], index=index)
    assert _is_clean(index)


def test_damage_is_not_merged_into_a_sound_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A segment whose bytes have changed is not made part of a new one, which would have a checksum of its own."""
    monkeypatch.setattr("indexer.segments._MOST_SEGMENTS", 0)
    index, source = tmp_path / "index", tmp_path / "source"
    for number in range(3):
        _put(source / f"{number}.txt", _transcript(f"T{chr(65 + number)}", "a runway"))
    indexer.rebuild([source], index=index)
    (segment,) = index.glob("*.seg")
    data = bytearray(segment.read_bytes())
    data[data.rindex(b"runway")] ^= 1
    segment.write_bytes(data)
    (source / "0.txt").unlink()
    (source / "1.txt").unlink()
    report = indexer.rebuild([source], index=index)
    assert [note.split(" (")[0] for note in report.notes] == ["the index was damaged"]
    assert (report.calls, Store(index).check()) == (1, [])
    assert indexer.compare(source, index=index).is_equal


def test_a_word_that_only_deleted_turns_say_is_not_there(tmp_path: Path) -> None:
    """Whether a merge came in between does not show: a form that no live turn says leads to no other form."""
    index, source = tmp_path / "index", tmp_path / "source"
    _put(source / "a.txt", _transcript("TA", "We charge a tariff."))
    for number in range(6):
        _put(source / f"{number}.txt", _transcript(f"TB{chr(65 + number)}", "All goods are tariffed."))
    indexer.rebuild([source], index=index)
    (source / "a.txt").unlink()
    indexer.rebuild([source], index=index)
    indexer.rebuild([source], index=tmp_path / "fresh")
    for folder in (index, tmp_path / "fresh"):
        with search.open_index(folder) as calls:
            assert calls.search("tariffs").turns == 0


# several processes


def test_jobs_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes build what one builds: the same calls, turns, rejections, hits, scores and order."""
    monkeypatch.setattr("indexer.building._FEWEST_CALLS_A_PROCESS", 5)
    for number in range(24):
        _put(tmp_path / "source" / f"{number}.txt", _transcript(f"T{chr(65 + number)}", "pumps " * (number % 7)))
    _put(tmp_path / "source" / "notes.txt", "Buy milk.")
    reports = [indexer.rebuild([tmp_path / "source"], index=tmp_path / f"{jobs}", jobs=jobs) for jobs in (1, 2)]
    assert reports[0] == reports[1]
    assert len(list((tmp_path / "2").glob("*.seg"))) == 2
    assert _answers(tmp_path / "1") == _answers(tmp_path / "2")
    for query in (Term("text", "pumps"), Phrase("text", ["outlook", "is", "wet"]), Term("role", "cfo")):
        assert _hits(tmp_path / "1", query) == _hits(tmp_path / "2", query) != []


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_too_large_for_one_segment_becomes_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    """A process that has more to index than it can sort in memory builds one segment after the other; answers are the same."""
    for number in range(24):
        _put(tmp_path / "source" / f"{number}.txt", _transcript(f"T{chr(65 + number)}", "pumps " * (number % 7)))
    whole = indexer.rebuild([tmp_path / "source"], index=tmp_path / "whole")
    monkeypatch.setattr("indexer.building.most_bytes_a_segment", lambda memory, jobs: 5_000)
    told: list[tuple[str, int, int]] = []
    assert indexer.rebuild([tmp_path / "source"], index=tmp_path / "parts", jobs=jobs, progress=lambda *step: told.append(step)) == whole
    assert len(list((tmp_path / "parts").glob("*.seg"))) > jobs
    assert told[-1] == ("indexing", 24, 24)
    assert _answers(tmp_path / "parts") == _answers(tmp_path / "whole")
    assert _hits(tmp_path / "parts", Term("text", "pumps")) == _hits(tmp_path / "whole", Term("text", "pumps"))


def test_a_dead_worker_is_told_of(source: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the system kills a worker, the rebuild ends with a line that says so, and the index is as it was."""
    monkeypatch.setattr("indexer.building._FEWEST_CALLS_A_PROCESS", 5)
    indexer.rebuild([source], index=index)
    for number in range(24):
        _put(source / f"{number}.txt", _transcript(f"T{chr(65 + number)}"))

    def kill_workers(stage: str, *_: int) -> None:
        for worker in multiprocessing.active_children() if stage == "indexing" else []:
            worker.kill()

    with pytest.raises(EarfulError, match=r"^a worker process died.*; run it again with"):
        indexer.rebuild([source], index=index, jobs=2, progress=kill_workers)
    assert (sorted(_answers(index)), Store(index).check()) == (["ACMP-2022Q2", "BOLT-2022Q2"], [])
    assert indexer.rebuild([source], index=index, jobs=2).calls == 26
    assert _is_clean(index)


# any sequence of changes

_NAMES, _TICKERS = ["a.txt", "b.txt", "c.txt", "2022/d.txt"], ["ACMP", "BOLT"]
_WRITE = st.tuples(st.just("write"), st.sampled_from(_NAMES), st.sampled_from(_TICKERS), st.sampled_from([_AUGUST, _NOVEMBER]))
_STEPS = st.lists(
    _WRITE
    | st.tuples(st.just("spoil"), st.sampled_from(_NAMES))
    | st.tuples(st.just("remove"), st.sampled_from(_NAMES))
    | st.tuples(st.sampled_from(["rebuild", "rebuild", "rebuild fresh"])),
    min_size=20,
    max_size=40,
)


class _Model:
    """What the index should hold: a dict of files, and the fullest transcript of each call among them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, tuple[str, str, int] | None] = {}
        self._second = 0

    def take(self, step: tuple[str, ...]) -> None:
        """Do to the files what a step says; every text written is longer than those before."""
        self._second += 1
        match step:
            case "write", name, ticker, day:
                _put(self._folder / name, _transcript(ticker, "word " * self._second, day=day), second=self._second)
                self._files[name] = (ticker, day, self._second)
            case "spoil", name:
                _put(self._folder / name, "Buy milk.", second=self._second)
                self._files[name] = None
            case "remove", name:
                (self._folder / name).unlink(missing_ok=True)
                self._files.pop(name, None)

    def calls(self) -> dict[str, int]:
        """Give the calls by their ids, each with the number of words that its fullest transcript has more than others."""
        best: dict[tuple[str, str], int] = {}
        for file in filter(None, self._files.values()):
            ticker, day, words = file
            best[ticker, day] = max(words, best.get((ticker, day), 0))
        return {
            f"{ticker}-2022Q2{'-20221121' if day == _NOVEMBER and (ticker, _AUGUST) in best else ''}": words
            for (ticker, day), words in best.items()
        }


def _found(index: Path) -> dict[str, int]:
    try:
        return {call: turns[1][1].count("word") for call, turns in _answers(index).items()}
    except IndexNotFound:
        return {}


@given(_STEPS)
@settings(max_examples=50, deadline=None)
def test_any_sequence_of_changes(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, ...]]) -> None:
    """After each rebuild the index holds the calls that the files hold, as if it had been built from nothing."""
    folder = tmp_path_factory.mktemp("sequence")
    source, index = folder / "source", folder / "index"
    source.mkdir()
    model = _Model(source)
    for step in [*steps, ("rebuild",)]:
        if not step[0].startswith("rebuild"):
            model.take(step)
        elif model.calls():
            report = indexer.rebuild([source], index=index, fresh=step[0].endswith("fresh"))
            assert _found(index) == model.calls()
            assert (report.calls, report.turns) == (len(model.calls()), 6 * len(model.calls()))
            assert _is_clean(index)
        else:
            with pytest.raises(NothingToIndex):
                indexer.rebuild([source], index=index)


# any moment of death

# Kills itself at the n-th moment: whenever it opens, renames or removes a file of sources or index, has read one more, or begins to index.
_DIE = """
import os, signal, sys
import indexer, indexer.building

source, index, jobs, last = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
indexer.building._FEWEST_CALLS_A_PROCESS = 5
moments = commit = 0
begun = set()

def step():
    global moments
    moments += 1
    if moments == last:
        os.kill(os.getpid(), signal.SIGKILL)

def tell(stage, done, total):
    if stage == "reading" or stage not in begun:
        begun.add(stage)
        step()

def watch(event, arguments):
    global commit
    if event in ("open", "os.rename", "os.remove") and any(str(place).startswith((source, index)) for place in arguments[:2]):
        step()
        if event == "os.rename" and os.path.dirname(arguments[1]) == index:
            commit = commit or moments

sys.addaudithook(watch)
indexer.rebuild([source], index=index, jobs=jobs, progress=tell)
print(moments, commit)
"""


def _rebuild_and_die(source: Path, index: Path, jobs: int, moment: int) -> subprocess.CompletedProcess[str]:
    # The output ends when the last process that could write to it has gone, the workers among them.
    command = [sys.executable, "-c", _DIE, str(source), str(index), str(jobs), str(moment)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def _state(index: Path) -> tuple[_Answers, _Hits]:
    return _answers(index), _hits(index, Term("text", "outlook"))


@pytest.fixture(scope="module")
def changed_source(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give sources of 60 transcripts, and an index from before most of them changed, came or went."""
    folder = tmp_path_factory.mktemp("killed")
    source, index = folder / "source", folder / "index"
    for number in range(40):
        _put(source / f"{number}.txt", _transcript(f"T{chr(65 + number // 26)}{chr(65 + number % 26)}"))
    indexer.rebuild([source], index=index)
    for number in range(10):
        (source / f"{number}.txt").unlink()
    for number in range(20, 70):
        _put(source / f"{number}.txt", _transcript(f"T{chr(65 + number // 26)}{chr(65 + number % 26)}", "Revenue sank."), second=1)
    return source, index


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_rebuild_may_be_killed_at_any_moment(changed_source: tuple[Path, Path], tmp_path: Path, jobs: int) -> None:
    """Killed while it reads, indexes or commits, a rebuild leaves the old index answering, or the new one, and no process behind; the next
    rebuild leaves only the new one."""
    source, built = changed_source
    before = _state(built)
    shutil.copytree(built, tmp_path / "whole")
    moments, commit = map(int, _rebuild_and_die(source, tmp_path / "whole", jobs, 0).stdout.split())
    after = _state(tmp_path / "whole")
    assert (len(before[0]), len(after[0])) == (40, 60)
    generations = []
    for moment in (moments // 10, commit // 2, commit, (commit + moments) // 2, moments - 2, moments):
        index = tmp_path / f"killed-{moment}"
        shutil.copytree(built, index)
        assert _rebuild_and_die(source, index, jobs, moment).returncode == -signal.SIGKILL
        generations.append(Store(index).generation())
        assert _state(index) == (before if generations[-1] == 1 else after)
        indexer.rebuild([source], index=index)
        assert _answers(index) == after[0]
        assert _is_clean(index)
    assert generations == sorted(generations)
    assert set(generations) == {1, 2}

"""What was put into a segment comes out of it: texts, values, numbers, and of each word where it is said."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from indexer.analysis import words
from indexer.codec import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS, ArrowTerms, CallColumns, SegmentArrays, SegmentBuilder, writer
from indexer.codec.checks import SummedFile, read_end
from indexer.codec.postings import Packed
from indexer.codec.reader import ByteStrings
from indexer.codec.tables import file_name, open_tables
from indexer.schema import turn_schema
from tests.rows import row

_BLOCK = 16_384  # bytes of text from which a block is closed
_FIELDS = (*CALL_FIELDS, *PERSON_FIELDS, *TURN_FIELDS)

_Folders = pytest.TempPathFactory


@contextmanager
def _opened(folders: _Folders, rows: Sequence[CallColumns]) -> Iterator[SegmentArrays]:
    folder = folders.mktemp("segment")
    with SegmentBuilder(folder, "MAIN") as builder:
        for each in rows:
            builder.add(each)
        segment = builder.finish()
    assert [path.name for path in folder.iterdir()] == [file_name(segment.segment_id())]
    assert segment.doc_count_all() == len(rows)
    arrays = SegmentArrays.open(folder, segment.segment_id())
    yield arrays
    arrays.close()


# texts

# About the size of a block, in bytes and in characters of two, three and four bytes.
_SIZES = st.one_of(st.integers(0, 3), st.sampled_from([_BLOCK // 2, _BLOCK - 1, _BLOCK, _BLOCK + 1, 2 * _BLOCK + 7]))
_TEXTS = st.lists(st.builds(lambda unit, size: (unit * size)[:size], st.sampled_from(["a", "pumps ", "é", "中国", "\U0001f600"]), _SIZES))


@given(texts=_TEXTS, data=st.data())
@example(texts=["", "", ""], data=None)
@example(texts=["a" * _BLOCK, "", "b", "", "c" * _BLOCK, ""], data=None)
@settings(max_examples=60)
def test_texts_come_back(tmp_path_factory: _Folders, texts: list[str], data: st.DataObject | None) -> None:
    """Each text is read as it was, wherever it stands in a block, in any order."""
    order = data.draw(st.permutations(range(len(texts)))) if data else [*range(len(texts))][::-1]
    with _opened(tmp_path_factory, [row(text) for text in texts]) as arrays:
        assert arrays.turn_count == len(texts)
        assert {number: arrays.text(number) for number in order} == dict(enumerate(texts))
        assert arrays.numbers("turns", "size").tolist() == [len(text.encode()) for text in texts]


def test_any_characters_come_back(tmp_path_factory: _Folders) -> None:
    """Nothing about a text is changed: white space, line ends, NUL and characters outside the first plane are as they were."""
    texts = ["  two  spaces \n\r\n\t", "\x00", "e\u0301\u00e9", "\ufeff\u200b", "\U0001f600" * 3, "\u2028\x85"]
    with _opened(tmp_path_factory, [row(text) for text in texts]) as arrays:
        assert [arrays.text(number) for number in range(len(texts))] == texts


def test_a_hit_costs_one_small_block(tmp_path_factory: _Folders) -> None:
    """Texts lie in blocks that are closed as soon as they hold enough: no block is larger than that by more than one turn."""
    sizes = [*[_BLOCK // 3] * 10, 3 * _BLOCK, _BLOCK, 0, 5]
    with _opened(tmp_path_factory, [row("x" * size) for size in sizes]) as arrays:
        assert arrays.numbers("texts", "first_turn").tolist() == [0, 4, 8, 11, 12]
        assert arrays.numbers("texts", "size").tolist() == [sum(sizes[:4]), sum(sizes[4:8]), sum(sizes[8:11]), _BLOCK, 5]


# values

_VALUES = st.fixed_dictionaries({name: st.none() | st.sampled_from(["CFO", "Jane Roe", "Crédit", "\x00", " "]) for name in _FIELDS})


@given(st.lists(_VALUES, max_size=12))
@settings(max_examples=60)
def test_values_come_back(tmp_path_factory: _Folders, values: list[dict[str, str | None]]) -> None:
    """Each turn has the values it was given, whether call, person or turn has them; "" where it has none."""
    with _opened(tmp_path_factory, [row("", each) for each in values]) as arrays:
        for name in _FIELDS:
            codes, distinct = arrays.codes(name)
            assert [distinct[code] for code in codes] == [each[name] or "" for each in values]
            assert codes.dtype == np.uint32


@given(st.lists(_VALUES, max_size=12))
@settings(max_examples=30)
def test_each_value_is_kept_once(tmp_path_factory: _Folders, values: list[dict[str, str | None]]) -> None:
    """A field's values are distinct, the first is the empty one, and the rest stand in order of first use."""
    with _opened(tmp_path_factory, [row("", each) for each in values]) as arrays:
        for name in _FIELDS:
            assert arrays.codes(name)[1] == list(dict.fromkeys(["", *(value for each in values if (value := each[name]) is not None)]))


def test_more_values_than_sixteen_bits_can_number(tmp_path_factory: _Folders) -> None:
    """No value is lost or mixed up after the 65,536th, in any table."""
    names = [f"name {number}" for number in range(70_000)]
    with _opened(tmp_path_factory, [row("", {"call": name, "speaker": name, "header": name}) for name in names]) as arrays:
        for field in ("call", "speaker", "header"):
            codes, values = arrays.codes(field)
            assert values == ["", *names]
            assert np.array_equal(codes, np.arange(1, 70_001))


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), max_size=20))
@settings(max_examples=30)
def test_numbers_come_back(tmp_path_factory: _Folders, numbers: list[tuple[int, int]]) -> None:
    """Each turn has its two numbers, up to 32 bits."""
    with _opened(tmp_path_factory, [row(turn=turn, exchange=exchange) for turn, exchange in numbers]) as arrays:
        found = [arrays.numbers("turns", name) for name in ("turn", "exchange")]
        assert list(zip(*(column.tolist() for column in found), strict=True)) == numbers
        assert {column.dtype for column in found} == {np.dtype(np.uint32)}


def test_a_person_is_one_in_a_call_and_another_in_the_next(tmp_path_factory: _Folders) -> None:
    """Whoever speaks twice in a call is one participant; in two calls two; with another role, another."""
    jane, sam = {"speaker": "Jane Roe", "role": "CFO"}, {"speaker": "Sam Poe", "role": "Analyst"}
    said = [("A", jane), ("A", sam), ("A", jane), ("B", sam), ("B", jane), ("A", sam), ("B", {**jane, "role": "CEO"})]
    with _opened(tmp_path_factory, [row("", {"call": call, **person}) for call, person in said]) as arrays:
        assert arrays.participant_count == 5
        assert arrays.numbers("turns", "person").tolist() == [0, 1, 0, 2, 3, 1, 4]
        assert arrays.numbers("people", "in_call").tolist() == [0, 0, 1, 1, 1]


# words

_SAID = ["pumps", "pump", "Pumps", "AT&T", "12.5%", "café", "中国", "non-GAAP", "[ph]", "1,022.7", "—"]
_TURNS = st.lists(st.lists(st.sampled_from(_SAID), max_size=8).map(" ".join), max_size=8)


@given(_TURNS)
@settings(max_examples=100)
def test_words_are_those_of_each_turn(tmp_path_factory: _Folders, texts: list[str]) -> None:
    """Turns, frequencies and places of every word are those that the analyzer gives of each text."""
    said = [words(text) for text in texts]
    flat = [word for turn in said for word in turn]
    with _opened(tmp_path_factory, [row(text) for text in texts]) as arrays:
        assert [word.decode() for word in arrays.words] == sorted(set(flat), key=str.encode)
        assert arrays.lengths.tolist() == [len(turn) for turn in said]
        assert arrays.turn_starts.tolist() == [sum(map(len, said[:number])) for number in range(len(said) + 1)]
        for number, word in enumerate(map(bytes.decode, arrays.words)):
            doc_ids = arrays.doc_ids(number)
            assert doc_ids.tolist() == [turn for turn, spoken in enumerate(said) if word in spoken]
            assert arrays.frequencies(number).tolist() == [said[turn].count(word) for turn in doc_ids]
            assert arrays.positions(number).tolist() == [place for place, spoken in enumerate(flat) if spoken == word]
            assert arrays.turn_count_of(word.encode()) == len(doc_ids)
            assert {array.dtype for array in (doc_ids, arrays.positions(number), arrays.frequencies(number))} == {np.dtype(np.uint32)}


@given(texts=_TURNS, data=st.data())
@settings(max_examples=60)
def test_many_words_are_read_at_once(tmp_path_factory: _Folders, texts: list[str], data: st.DataObject) -> None:
    """The postings of some words, neighbours or not, are those of each of them, end to end; so are their places."""
    with _opened(tmp_path_factory, [row(text) for text in texts]) as arrays:
        words = sorted(data.draw(st.sets(st.sampled_from(range(len(arrays.words))), min_size=1))) if len(arrays.words) else []
        assume(words)
        doc_ids, frequencies, counts = arrays.postings_of(np.array(words))
        assert doc_ids.tolist() == [turn for word in words for turn in arrays.doc_ids(word)]
        assert frequencies.tolist() == [often for word in words for often in arrays.frequencies(word)]
        assert counts.tolist() == [len(arrays.doc_ids(word)) for word in words]
        assert arrays.positions_of(np.array(words)).tolist() == [place for word in words for place in arrays.positions(word)]


@given(texts=_TURNS, data=st.data())
@settings(max_examples=60)
def test_words_are_given_as_lines(tmp_path_factory: _Folders, texts: list[str], data: st.DataObject) -> None:
    """Words that follow each other, joined, are these words with a line end behind each."""
    with _opened(tmp_path_factory, [row(text) for text in texts]) as arrays:
        first = data.draw(st.integers(0, len(arrays.words)))
        last = data.draw(st.integers(first, len(arrays.words)))
        assert arrays.words.joined(first, last) == b"".join(word + b"\n" for word in arrays.words[first:last])


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("a", None),
        ("cash", 0),
        ("pump", 1),
        ("pumps", 2),
        ("pum", None),
        ("pumpss", None),
        ("zürich", None),
        ("zurich", 3),
        ("中国", 4),
        ("", None),
    ],
)
def test_a_word_is_found_or_not(tmp_path_factory: _Folders, word: str, place: int | None) -> None:
    """A word is found at its place in the order of bytes; before, between and behind the words nothing is."""
    with _opened(tmp_path_factory, [row("pumps pump cash"), row("中国 Zürich pumps")]) as arrays:
        assert arrays.find(word.encode()) == place
        assert arrays.turn_count_of(word.encode()) == (0 if place is None else 2 if word == "pumps" else 1)


@pytest.mark.parametrize("turns", [1, 2, 3, 50])
def test_batches_leave_no_seam(tmp_path_factory: _Folders, monkeypatch: pytest.MonkeyPatch, turns: int) -> None:
    """However many turns are parted and sorted together, each is there once."""
    monkeypatch.setattr(writer, "_BATCH_BYTES", 2 * len("pumps w10"))
    with _opened(tmp_path_factory, [row(f"pumps w{number}") for number in range(turns)]) as arrays:
        assert len(arrays.words) == turns + 1
        assert arrays.doc_ids(0).tolist() == list(range(turns))
        last = arrays.find(b"w%d" % (turns - 1))
        assert last is not None
        assert (arrays.doc_ids(last).tolist(), arrays.positions(last).tolist()) == ([turns - 1], [2 * turns - 1])


@given(turns=st.lists(st.lists(st.sampled_from(_SAID), max_size=6).map(" ".join), min_size=1, max_size=6), data=st.data())
@settings(max_examples=60)
def test_whether_a_word_is_said_at_places(tmp_path_factory: _Folders, turns: list[str], data: st.DataObject) -> None:
    """It is said at its positions and nowhere else, the first time it is asked and when it is asked again and again."""
    with _opened(tmp_path_factory, [row(text) for text in turns]) as arrays:
        places = np.array(sorted(data.draw(st.sets(st.integers(0, max(int(arrays.turn_starts[-1]) - 1, 0))))), dtype=np.uint32)
        places = places[: int(arrays.turn_starts[-1])]
        for _ in range(4):
            for word in range(len(arrays.words)):
                assert arrays.is_said_at(word, places).tolist() == np.isin(places, arrays.positions(word)).tolist()
                marks = arrays.marked_turns(word)
                if marks is not None:
                    assert (
                        marks.has(np.arange(len(turns), dtype=np.uint32)).tolist()
                        == np.isin(range(len(turns)), arrays.doc_ids(word)).tolist()
                    )


def test_no_turns_at_all(tmp_path_factory: _Folders) -> None:
    """A segment of nothing can be opened, and has nothing."""
    with _opened(tmp_path_factory, []) as arrays:
        assert (arrays.turn_count, arrays.participant_count, len(arrays.words)) == (0, 0, 0)
        assert (arrays.find(b"pumps"), arrays.turn_count_of(b"pumps")) == (None, 0)
        assert arrays.turn_starts.tolist() == [0]
        for name in _FIELDS:
            codes, values = arrays.codes(name)
            assert (codes.tolist(), values) == ([], [""])


# files


def test_arrays_outlive_the_segment(tmp_path_factory: _Folders) -> None:
    """What was read before a segment was closed can still be used."""
    with _opened(tmp_path_factory, [row("pumps cash pumps")]) as arrays:
        numbers, word_bytes = arrays.numbers("words", "count"), arrays.words.bytes_of(0)
    assert (numbers.tolist(), word_bytes.tobytes()) == ([1, 2], b"cash")


@pytest.mark.parametrize("size", [None, 0, 100])
def test_a_missing_or_cut_file_is_an_error(tmp_path: Path, size: int | None) -> None:
    """A segment whose file is not there, or not whole, is not opened."""
    with SegmentBuilder(tmp_path, "MAIN") as builder:
        segment = builder.finish()
    path = tmp_path / file_name(segment.segment_id())
    data = path.read_bytes()
    path.unlink()
    if size is not None:
        path.write_bytes(data[:size])
    with pytest.raises(OSError if size is None else ValueError):
        SegmentArrays.open(tmp_path, segment.segment_id())


# forged: the sums are right, and nothing else is


def _forged(folder: Path, column: str, buffer: int, kind: str, *numbers: int, at: int = 0) -> SegmentArrays:
    """Open a segment in a buffer of which other numbers were written, from the one at a place on."""
    texts = ["pumps cash pumps", "cash runway at pumps", "a b c d e f"]
    with SegmentBuilder(folder, "MAIN") as builder:
        for each in (row(text, {"call": "A", "speaker": name}) for text, name in zip(texts, ("Jane", "Sam", "Jane"), strict=True)):
            builder.add(each)
        segment = builder.finish().segment_id()
    path = folder / file_name(segment)
    _, size, directory = read_end(memoryview(path.read_bytes()), "it")
    table, name = column.split(".")
    start, _ = open_tables(path)._tables[table].columns[name][buffer]
    body = bytearray(path.read_bytes()[:size])
    struct.pack_into(f"<{len(numbers)}{kind}", body, start + at * struct.calcsize(kind), *numbers)
    with path.open("wb") as file:
        summed = SummedFile(file)
        summed.write(bytes(body))
        summed.finish(directory)
    return SegmentArrays.open(folder, segment)


_MOST = 2**32 - 1

_A_PLACE, _A_ROW, _A_VALUE = "does not lie where", "names a row that is not there", "a value that is not there"
_NOWHERE, _NOT_AS_MANY, _AN_OFFSET = "said where nothing is", "not as many postings", "Offset invariant"

# What is written, where, and what error comes of it. The words are a, at, b, c, cash, d, e, f, pumps, runway, of which only the last
# but one is said in two turns, and more than once in one.
_FORGERIES: dict[str, tuple[tuple[Any, ...], Callable[[SegmentArrays], Any], str]] = {
    "strings before the first": (("words.word", 0, "q", -8), lambda arrays: arrays.words, _A_PLACE),
    "strings behind the last": (("words.word", 0, "q", 2**60, {"at": 10}), lambda arrays: arrays.find(b"pumps"), _A_PLACE),
    "strings that go back": (("words.doc_ids", 0, "q", 5, {"at": 1}), lambda arrays: arrays.doc_ids(0), _A_PLACE),
    "blocks that go back": (("texts.block", 0, "q", 2**40), lambda arrays: arrays.text(0), _A_PLACE),
    "a person who is not there": (("turns.person", 0, "I", 2), lambda arrays: arrays.codes("speaker"), _A_ROW),
    "a call that is not there": (("people.in_call", 0, "I", 1), lambda arrays: arrays.codes("call"), _A_ROW),
    "a value that is not there": (("people.speaker", 1, "i", 2), lambda arrays: arrays.codes("speaker"), _A_VALUE),
    "a value far outside": (("people.speaker", 2, "i", 2**30, {"at": 1}), lambda arrays: arrays.codes("speaker"), _AN_OFFSET),
    "values that go back": (("people.speaker", 2, "i", -4, {"at": 1}), lambda arrays: arrays.codes("speaker"), _AN_OFFSET),
    "a value that is no text": (("people.speaker", 3, "B", 255), lambda arrays: arrays.codes("speaker"), "UTF8"),
    "a turn that is not there": (("words.doc_ids", 1, "B", 3), lambda arrays: arrays.doc_ids(0), _NOWHERE),
    "one among many": (("words.doc_ids", 1, "B", 3), lambda arrays: arrays.postings_of(np.array([0, 2])), _NOWHERE),
    "a turn less": (("words.turn_count", 0, "I", 3, {"at": 8}), lambda arrays: arrays.doc_ids(8), _NOT_AS_MANY),
    "a frequency less": (("words.frequencies", 1, "B", 0x81), lambda arrays: arrays.frequencies(0), _NOT_AS_MANY),
    "one less among many": (("words.frequencies", 1, "B", 0x81), lambda arrays: arrays.postings_of(np.array([0, 2])), _NOT_AS_MANY),
    "a word of no turns": (("words.turn_count", 0, "I", 0), lambda arrays: arrays.postings_of(np.array([0, 8])), "nobody says"),
    "a place that is not there": (("words.positions", 1, "B", 127), lambda arrays: arrays.positions(0), _NOWHERE),
    "places that are not there": (("words.positions", 1, "B", 127), lambda arrays: arrays.positions_of(np.array([0, 2])), _NOWHERE),
    "a place among all": (("words.positions", 1, "B", 127), lambda arrays: arrays.all_positions(), _NOWHERE),
    "a place too few": (("words.count", 0, "I", 2), lambda arrays: arrays.positions(0), _NOT_AS_MANY),
    "words of no place": (("words.count", 0, "I", _MOST, _MOST), lambda arrays: arrays.is_said_at(0, np.array([0])), "than have a place"),
    "long turns": (("turns.length", 0, "I", _MOST, _MOST), lambda arrays: arrays.turn_starts, "not as many words"),
    "texts that begin later": (("texts.first_turn", 0, "I", 1), lambda arrays: arrays.text(0), "not in order"),
    "texts behind the last turn": (("texts.first_turn", 0, "I", 9), lambda arrays: arrays.text(0), _A_ROW),
    "a block of gigabytes": (("texts.size", 0, "I", _MOST), lambda arrays: arrays.text(0), "larger than it can be"),
    "a text longer than its block": (("turns.size", 0, "I", _MOST), lambda arrays: arrays.text(0), "more text than its block"),
}


@pytest.mark.parametrize("forgery", _FORGERIES)
def test_what_makes_no_sense_is_refused(tmp_path: Path, forgery: str) -> None:
    """Sums do not make numbers sensible: one that leads outside of its table, or to an array of gigabytes, is an error."""
    (column, buffer, kind, *numbers), reading, error = _FORGERIES[forgery]
    where = numbers.pop() if isinstance(numbers[-1], dict) else {}
    arrays = _forged(tmp_path, column, buffer, kind, *numbers, **where)
    with pytest.raises(ValueError, match=error):
        reading(arrays)
    arrays.close()


def test_a_frequency_of_thousands_of_millions_is_refused(tmp_path: Path) -> None:
    """Whoosh's places of a word are not repeated as often as a wrong frequency says."""
    arrays = _forged(tmp_path, "words.frequencies", 1, "B", 127)
    matcher = ArrowTerms(arrays).matcher("text", b"a", turn_schema()["text"].format)
    with pytest.raises(ValueError, match="as many places"):
        matcher.value()
    arrays.close()


@given(strings=st.lists(st.binary(max_size=4), max_size=6), data=st.data())
def test_byte_strings_are_a_sequence(strings: list[bytes], data: st.DataObject) -> None:
    """They have a length, items from both ends, slices, and an end."""
    starts = np.cumsum([0, *map(len, strings)], dtype=np.int64)
    column = ByteStrings(Packed(np.frombuffer(b"".join(strings), dtype=np.uint8), starts))
    assert list(column) == strings
    where = data.draw(st.slices(len(strings)))
    assert column[where] == strings[where]
    assert [column[-number] for number in range(1, len(strings) + 1)] == strings[::-1]
    for number in (len(strings), -len(strings) - 1):
        with pytest.raises(IndexError):
            column[number]

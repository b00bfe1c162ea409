"""No flipped bit of a segment changes an answer, and each block is compared once, when something of it is asked for."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.codec import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS, SegmentArrays, SegmentBuilder, checks, reader
from indexer.codec.checks import BLOCK_BYTES, SummedFile, Sums, read_end
from indexer.codec.merging import calls_of, tokens_of
from indexer.codec.tables import TABLES, file_name, open_tables
from indexer.codec.whoosh_reader import ArrowTerms, ArrowTurns
from indexer.schema import turn_schema
from tests.rows import call_of

_DIRECTORY = b'{"a": 1}'
_SMALL_BITS = 6

_Folders = pytest.TempPathFactory


@contextmanager
def _small_blocks() -> Iterator[None]:
    """Have blocks of 64 bytes, so that what lies beside a damage is not found out with it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, size in (("_BLOCK_BITS", _SMALL_BITS), ("BLOCK_BYTES", 1 << _SMALL_BITS), ("_LAST_OF_BLOCK", (1 << _SMALL_BITS) - 1)):
            patch.setattr(checks, name, size)
        patch.setattr(reader, "_NEAR", 1)
        yield


# sums


def _written(*pieces: bytes) -> bytes:
    file = io.BytesIO()
    summed = SummedFile(file)
    assert [summed.write(piece) for piece in pieces] == list(map(len, pieces))
    summed.finish(_DIRECTORY)
    return file.getvalue()


def _read(data: bytes) -> tuple[Sums, int, bytes]:
    return read_end(memoryview(data), "it.seg")


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_what_was_written_is_sound(pieces: list[bytes]) -> None:
    """In whatever pieces a file was written, its bytes are as they were, the directory behind them, and every block fits its sum."""
    with _small_blocks():
        data = _written(*pieces)
        sums, size, directory = _read(data)
        assert (data[:size], directory) == (b"".join(pieces), _DIRECTORY)
        sums.require(0, size)
        assert sums.sound_count == -(-size // (1 << _SMALL_BITS))


@given(st.binary(max_size=400), st.data())
@settings(max_examples=300)
def test_a_flipped_bit_is_found_where_it_is(body: bytes, data: st.DataObject) -> None:
    """Of a file with a wrong bit the end is refused, or just those ranges that touch the block of the wrong bit."""
    with _small_blocks():
        spoilt = bytearray(_written(body))
        place = data.draw(st.integers(0, len(spoilt) - 1))
        spoilt[place] ^= 1 << data.draw(st.integers(0, 7))
        if place >= len(body):
            with pytest.raises(ValueError, match=r"it\.seg is not"):
                _read(bytes(spoilt))
            return
        sums, *_ = _read(bytes(spoilt))
        first = data.draw(st.integers(0, len(body) - 1))
        last = data.draw(st.integers(first + 1, len(body)))
        touches = first >> _SMALL_BITS <= place >> _SMALL_BITS <= last - 1 >> _SMALL_BITS
        for _ in range(2):  # what was found wrong is wrong when asked for again
            if touches:
                with pytest.raises(ValueError, match=r"it\.seg is not what was written, between its bytes"):
                    sums.require(first, last)
            else:
                sums.require(first, last)


def test_a_block_is_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks are compared when something of them is required, and no second time; nothing else is."""
    sums, *_ = _read(_written(bytes(10 * BLOCK_BYTES)))
    compared: list[int] = []

    def compare(block: memoryview) -> int:
        compared.append(len(block))
        return crc32(block)

    monkeypatch.setattr(checks, "crc32", compare)
    counts = []
    for first, last in [(0, 0), (5, 6), (0, BLOCK_BYTES), (BLOCK_BYTES - 1, BLOCK_BYTES + 1), (0, 3 * BLOCK_BYTES), (5, 6)]:
        sums.require(first, last)
        counts.append(len(compared))
    assert counts == [0, 1, 1, 2, 3, 3]
    sums.behind(9 * BLOCK_BYTES - 1)(1, 2)
    assert (len(compared), sums.sound_count) == (4, 4)
    sums.behind(9 * BLOCK_BYTES - 1)(0, 1)
    assert (len(compared), sums.sound_count) == (5, 5)


def test_threads_may_share_sums() -> None:
    """Threads that ask for the same blocks at once are each told of the wrong one, and of no other."""
    data = bytearray(_written(random.Random(1).randbytes(50 * BLOCK_BYTES)))
    data[30 * BLOCK_BYTES] ^= 1
    sums, *_ = _read(bytes(data))

    def is_sound(block: int) -> bool:
        try:
            sums.require(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)
        except ValueError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(is_sound, list(range(50)) * 8))
    assert found == [block != 30 for block in range(50)] * 8


# segments

_SAID = ("pumps cash pumps at AT&T", "", "cash runway of 12.5% 中国", "pumps " * 70, "the runway is the café", "a b c d e f g h")


def _build(folder: Path) -> str:
    """Write a segment of two calls; give its name."""
    with SegmentBuilder(folder, "MAIN") as builder:
        builder.add(call_of("A-2021Q1", *_SAID, period="2021Q1", warning="one two"))
        builder.add(call_of("B-2021Q2", *_SAID[::-1], company="Crédit Öl", role="CEO", firm="Pell"))
        return str(builder.finish().segment_id())


def _terms(arrays: SegmentArrays) -> Any:
    terms, schema = ArrowTerms(arrays), turn_schema()
    found = []
    for (field, term), info in terms.items():
        matcher = terms.matcher(field, term, schema[field].format)
        posting = []
        while matcher.is_active():
            posting.append((matcher.id(), matcher.weight(), matcher.value()))
            matcher.next()
        facts = (info.weight(), info.doc_frequency(), info.min_length(), info.max_length(), info.max_weight(), info.min_id(), info.max_id())
        found.append((field, term, facts, terms.doc_ids(field, term).tolist(), terms.frequency(field, term), posting))
    cursor = terms.cursor("text", schema["text"])
    return found, cursor.find(b"p"), cursor.next()


def _turns(arrays: SegmentArrays) -> Any:
    turns, schema = ArrowTurns(arrays, None), turn_schema()
    columns = [list(turns.column_reader(name, schema[name].column_type)) for name in turns.list_columns()]
    return columns, [turns.stored_fields(doc_id) for doc_id in range(turns.doc_count_all())], turns.min_field_length("text")


def _merged(arrays: SegmentArrays) -> Any:
    live = np.ones(arrays.turn_count, dtype=np.bool_)
    tokens = tokens_of(arrays, np.arange(len(arrays.words), dtype=np.uint32), live)
    return list(calls_of(arrays, live)), [(some.ids.tolist(), some.counts.tolist()) for some in tokens]


def _every_word(read: Callable[[SegmentArrays, int], Any]) -> Callable[[SegmentArrays], Any]:
    return lambda arrays: [read(arrays, word) for word in range(arrays._tables.rows("words"))]


def _is_said(arrays: SegmentArrays, word: int) -> Any:
    places = np.arange(arrays.turn_starts[-1])
    return [arrays.is_said_at(word, places).tolist() for _ in range(2)], arrays.marked_turns(word) and len(arrays.doc_ids(word))


def _numbers(table: str, column: str) -> Callable[[SegmentArrays], Any]:
    return lambda arrays: arrays.numbers(table, column).tolist()


def _codes(field: str) -> Callable[[SegmentArrays], Any]:
    return lambda arrays: [part if isinstance(part, list) else part.tolist() for part in arrays.codes(field)]


def _at_once(arrays: SegmentArrays) -> Any:
    """Read words that lie near each other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_NEAR", 1 << 20)
        return _some(arrays)


def _some(arrays: SegmentArrays) -> Any:
    some = np.arange(0, arrays._tables.rows("words"), 2)
    return [array.tolist() for array in arrays.postings_of(some)], arrays.positions_of(some).tolist()


_BYTE_STRINGS = ("words.word", "words.doc_ids", "words.frequencies", "words.positions", "texts.block")
_SOME_BYTES = 60

# All that can be asked of a segment.
_READINGS: Mapping[str, Callable[[SegmentArrays], Any]] = {
    "words": lambda arrays: (list(arrays.words), arrays.words.joined(0, len(arrays.words)), arrays.words.joined(2, 4)),
    "finding": lambda arrays: [arrays.find(word) for word in (b"pumps", b"cash", b"nosuch", "中国".encode())],
    "turns of a word": _every_word(lambda arrays, word: arrays.doc_ids(word).tolist()),
    "frequencies": _every_word(lambda arrays, word: arrays.frequencies(word).tolist()),
    "a frequency": _every_word(lambda arrays, word: arrays.frequencies(word, np.array([0])).tolist()),
    "positions": _every_word(lambda arrays, word: arrays.positions(word).tolist()),
    "some words": _some,
    "some words at once": _at_once,
    "all positions": lambda arrays: arrays.all_positions().tolist(),
    "marks": _every_word(_is_said),
    "starts": lambda arrays: arrays.turn_starts.tolist(),
    "texts": lambda arrays: [arrays.text(doc_id) for doc_id in range(arrays.turn_count)],
    "Whoosh's terms": _terms,
    "Whoosh's turns": _turns,
    "merging": _merged,
    **{
        f"{table}.{field.name}": _numbers(table, field.name)
        for table, schema in TABLES.items()
        for field in schema
        if field.type == "uint32"
    },
    **{name: _codes(name) for name in (*CALL_FIELDS, *PERSON_FIELDS, *TURN_FIELDS)},
}


class _Sample:
    """A segment in blocks of 64 bytes, what is read from it, and other states of its file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = _build(folder)
        self.path = folder / file_name(self.name)
        self.data = self.path.read_bytes()
        self.sound = self.read()

    def read(self) -> dict[str, Any]:
        """Do each reading on a segment that was just opened; give what it gives, or what error there is."""
        return {name: self._read(reading) for name, reading in _READINGS.items()}

    def _read(self, reading: Callable[[SegmentArrays], Any]) -> Any:
        try:
            with closing(SegmentArrays.open(self.folder, self.name)) as arrays:
                return reading(arrays)
        except (LookupError, OSError, OverflowError, ValueError) as error:  # what callers expect
            return error

    def places(self) -> dict[str, list[tuple[int, int]]]:
        """Say where the buffers of each column lie, but for those that are empty."""
        tables = open_tables(self.path)._tables
        return {
            f"{table}.{name}": [place for place in places if place[1]]
            for table, known in tables.items()
            for name, places in known.columns.items()
        }


@pytest.fixture(scope="module")
def sample(tmp_path_factory: _Folders) -> Iterator[_Sample]:
    """Give a segment of two calls."""
    with _small_blocks():
        yield _Sample(tmp_path_factory.mktemp("sample"))


def _spoil(sample: _Sample, place: int, bit: int) -> list[str]:
    """Flip a bit; give the readings that fail, after making sure that no other is other than it was."""
    data = bytearray(sample.data)
    data[place] ^= 1 << bit
    sample.path.write_bytes(data)
    try:
        found = sample.read()
    finally:
        sample.path.write_bytes(sample.data)
    failed = {name: error for name, error in found.items() if isinstance(error, Exception)}
    assert {type(error) for error in failed.values()} <= {ValueError}
    assert {name: value for name, value in found.items() if name not in failed} == {
        name: value for name, value in sample.sound.items() if name not in failed
    }
    return list(failed)


def test_a_sound_segment_is_read(sample: _Sample) -> None:
    """The sample can be read in every way: what the tests below compare with."""
    assert [name for name, value in sample.sound.items() if isinstance(value, Exception)] == []
    assert sample.sound["texts"] == [*_SAID, *_SAID[::-1]]


@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=200, deadline=None)
def test_no_flipped_bit_changes_an_answer(sample: _Sample, share: float, bit: int) -> None:
    """Wherever a bit of a segment flips, whatever is read is as it was, or an error that says so."""
    _spoil(sample, int(share * len(sample.data)), bit)


@pytest.mark.parametrize("column", [f"{table}.{field.name}" for table, schema in TABLES.items() for field in schema])
def test_a_flipped_bit_of_any_column_is_told(sample: _Sample, column: str) -> None:
    """Every buffer of every column is compared before anything is made of it: at both of its ends, and of byte strings between them."""
    places = sample.places()[column]
    between = _SOME_BYTES if column in _BYTE_STRINGS else 1
    for start, size in places:
        for place in {*range(start, start + size, -(-size // between)), start + size - 1}:
            assert _spoil(sample, place, 0)


def test_every_byte_has_a_sum(sample: _Sample) -> None:
    """A flipped bit of any byte, be it one that nothing uses, is known to whoever asks for all."""
    body = open_tables(sample.path).sums._data
    for place in range(0, len(sample.data), 7):
        data = bytearray(sample.data)
        data[place] ^= 16
        with pytest.raises(ValueError, match=r"is not (what was written|a whole segment)"):
            read_end(memoryview(data), "it.seg")[0].require(0, len(body))


@pytest.mark.parametrize("reading", _READINGS)
def test_nothing_is_read_that_was_not_compared(sample: _Sample, reading: str) -> None:
    """Where every block is wrong, a segment can be opened, but whatever is read is an error."""
    data = bytearray(sample.data)
    body = len(open_tables(sample.path).sums._data)
    for place in range(32, body, 64):  # one wrong bit a block, in the middle
        data[place] ^= 1
    sample.path.write_bytes(data)
    try:
        found = sample._read(_READINGS[reading])
    finally:
        sample.path.write_bytes(sample.data)
    assert isinstance(found, ValueError)
    assert "is not what was written, between its bytes" in str(found)


def test_blocks_are_compared_when_they_are_asked_for(tmp_path: Path) -> None:
    """To open a segment compares no block of it; a word, its own few and those of the columns that say where it lies."""
    chance = random.Random(3)
    texts = [" ".join(f"w{chance.randrange(20_000)}" for _ in range(300)) for _ in range(400)]
    with SegmentBuilder(tmp_path, "MAIN") as builder:
        builder.add(call_of("A", *texts))
        name = str(builder.finish().segment_id())
    with closing(SegmentArrays.open(tmp_path, name)) as arrays:
        sums = arrays._tables.sums
        total = len(sums._sums)
        assert (sums.sound_count, total > 50) == (0, True)
        word = arrays.find(b"w7")
        assert word is not None
        found = sums.sound_count
        arrays.doc_ids(word)
        read = sums.sound_count
        assert 0 < found < read < total / 2
        arrays.doc_ids(word)
        arrays.find(b"w7")
        assert sums.sound_count == read
        arrays.text(5)
        assert sums.sound_count > read
        sums.require(0, len(sums._data))
        assert sums.sound_count == total

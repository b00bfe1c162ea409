"""A segment holds the calls it was built from, and loses exactly those that are deleted, however often it is merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.codec.base import Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.index import exists_in
from whoosh.query import Phrase, Term
from whoosh.reading import IndexReader, MultiReader, SegmentReader
from whoosh.searching import Searcher

from indexer.codec import ArrowSegment, CallColumns, merging
from indexer.codec.columns import DictionaryColumn
from indexer.codec.tables import file_name
from indexer.errors import EarfulError, IndexDamaged
from indexer.manifest import Ledger, Manifest
from indexer.schema import SCHEMA_VERSION, VALUE_FIELDS, turn_schema
from indexer.segments import build_segment, delete_calls, merge_segments, plan_merge
from indexer.store import Store
from search import CallIndex, open_index
from tests.rows import call_of

_Said = list[tuple[str, int, str]]  # call, number of the turn, text


def _call(name: str, *, turns: int = 2, firm: str | None = None) -> CallColumns:
    """Make a call whose turns say their own number and the call's name."""
    return call_of(name, *(f"turn {number} of {name}\n{'pumps ' * number}" for number in range(1, turns + 1)), firm=firm)


def _reader(folder: Path, segments: Sequence[Segment]) -> IndexReader:
    readers = [SegmentReader(FileStorage(str(folder)), turn_schema(), segment) for segment in segments]
    return readers[0] if len(readers) == 1 else MultiReader(readers)


def _said(folder: Path, segments: Sequence[Segment]) -> _Said:
    """Give every live turn, in the order of the index."""
    if not segments:
        return []
    with _reader(folder, segments) as reader:
        calls, turns = reader.column_reader("call"), reader.column_reader("turn")
        return [(calls[number], turns[number], stored["text"]) for number, stored in reader.iter_docs()]


def _expected(names: Sequence[str], turns: int = 2) -> _Said:
    return [(name, number, f"turn {number} of {name}\n{'pumps ' * number}") for name in names for number in range(1, turns + 1)]


def _sized(live: int, deleted: int = 0) -> Segment:
    segment = ArrowSegment("MAIN")
    segment.set_doc_count(live + deleted)
    for number in range(deleted):
        segment.delete_document(number)
    return segment


def test_a_segment_holds_the_calls_it_was_built_from(tmp_path: Path) -> None:
    """All turns of all calls are there, in order, and each call is told of as it is done."""
    told: list[None] = []
    segment = build_segment(tmp_path / "new", [_call("B", turns=3), _call("A")], lambda: told.append(None))
    assert _said(tmp_path / "new", [segment]) == [*_expected(["B"], turns=3), *_expected(["A"])]
    assert len(told) == 2


def test_building_makes_no_index_by_itself(tmp_path: Path) -> None:
    """What is built is one file that no table of contents names: to make it count is the store's."""
    segment = build_segment(tmp_path, [_call("A")])
    assert [path.name for path in tmp_path.glob(f"{segment.segment_id()}*")] == [f"{segment.segment_id()}.seg"]
    assert not exists_in(tmp_path)


def test_deleted_calls_leave_and_no_other(tmp_path: Path) -> None:
    """The turns of the named calls go, whichever segments they are in; a call whose name begins like a deleted one stays."""
    segments = [build_segment(tmp_path, [_call("A"), _call("AB")]), build_segment(tmp_path, [_call("C"), _call("A-20220808")])]
    left = delete_calls(tmp_path, segments, {"A", "C", "unheard of"})
    assert _said(tmp_path, left) == _expected(["AB", "A-20220808"])


def test_a_segment_without_live_turns_leaves(tmp_path: Path) -> None:
    """Segments are given back only while they hold something."""
    emptied, kept = build_segment(tmp_path, [_call("A")]), build_segment(tmp_path, [_call("B")])
    assert delete_calls(tmp_path, [emptied, kept], ["A"]) == [kept]


def test_deleting_nothing_changes_nothing(tmp_path: Path) -> None:
    """Without calls to delete, the segments stay as they are."""
    segments = [build_segment(tmp_path, [_call("A")])]
    assert delete_calls(tmp_path, segments, ()) == segments
    assert segments[0].deleted_count() == 0


def test_deleted_calls_are_not_found(tmp_path: Path) -> None:
    """A search does not find a deleted call before the segment is merged either."""
    segments = [build_segment(tmp_path, [_call("A"), _call("B")])]
    with Searcher(_reader(tmp_path, delete_calls(tmp_path, segments, ["A"]))) as searcher:
        assert len(searcher.search(Term("call", "a"))) == 0
        assert sorted(hit["text"][:11] for hit in searcher.search(Term("text", "pumps"))) == ["turn 1 of B", "turn 2 of B"]


@given(
    st.lists(st.lists(st.sampled_from("ABCDEFGH"), unique=True, min_size=1), min_size=1, max_size=4),
    st.sets(st.tuples(st.integers(0, 3), st.sampled_from("ABCDEFGH"))),
)
@settings(max_examples=30, deadline=None)
def test_merging_keeps_exactly_the_live_turns(
    tmp_path_factory: pytest.TempPathFactory, built: list[list[str]], gone: set[tuple[int, str]]
) -> None:
    """Whatever was deleted before, merging keeps the turns that are left, in order, with text and values; merging twice is merging once."""
    folder = tmp_path_factory.mktemp("segments")
    names = [[f"{part}{letter}" for letter in letters] for part, letters in enumerate(built)]
    dead = {f"{part}{letter}" for part, letter in gone}
    segments = delete_calls(folder, [build_segment(folder, map(_call, part)) for part in names], dead)
    live = _expected([name for part in names for name in part if name not in dead])
    assert _said(folder, segments) == live
    if live:
        once = merge_segments(folder, segments, folder / "once")
        twice = merge_segments(folder / "once", [once], folder / "twice")
        assert _said(folder / "once", [once]) == _said(folder / "twice", [twice]) == live
        assert (once.doc_count_all(), once.deleted_count()) == (len(live), 0)


def test_a_merged_segment_answers_as_one_built_at_once(tmp_path: Path) -> None:
    """Hits and phrases do not tell whether calls were written together, or apart and merged with others deleted in between."""
    parts = [build_segment(tmp_path, map(_call, part)) for part in (["A", "X"], ["B"], ["Y", "C"])]
    merged = merge_segments(tmp_path, delete_calls(tmp_path, parts, {"X", "Y"}), tmp_path / "merged")
    whole = build_segment(tmp_path / "whole", map(_call, ["A", "B", "C"]))
    for query, turns in ((Term("text", "pumps"), 6), (Phrase("text", ["of", "b"]), 2), (Term("role", "cfo"), 6)):
        found = []
        for folder, segment in ((tmp_path / "merged", merged), (tmp_path / "whole", whole)):
            with Searcher(_reader(folder, [segment])) as searcher:
                found.append([(hit.docnum, pytest.approx(hit.score)) for hit in searcher.search(query, limit=None)])
        assert found[0] == found[1]
        assert len(found[0]) == turns


@pytest.mark.parametrize("words", [1, 7, 2_000_000])
def test_a_merged_segment_is_the_one_built_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: int) -> None:
    """Byte for byte: nothing is left of what was deleted or of how calls were parted, however many words are merged at once."""
    monkeypatch.setattr(merging, "_BATCH_WORDS", words)
    parts = [build_segment(tmp_path, map(_call, part)) for part in (["X", "A", "Z"], ["Y"], ["B"], ["C", "Z2"])]
    live = delete_calls(tmp_path, parts, {"X", "Y", "Z", "Z2"})
    merged = merge_segments(tmp_path, live, tmp_path / "merged")
    whole = build_segment(tmp_path / "whole", map(_call, ["A", "B", "C"]))
    written = [(tmp_path / name / file_name(segment.segment_id())).read_bytes() for name, segment in (("merged", merged), ("whole", whole))]
    assert written[0] == written[1]


def test_every_segment_has_every_column(tmp_path: Path) -> None:
    """A field that no turn of a segment has is a column of empty values: a search over several segments reads the right turn's value."""
    segments = [build_segment(tmp_path, [_call("A")]), build_segment(tmp_path, [_call("B", firm="Fable Bank")])]
    for segment in segments:
        with _reader(tmp_path, [segment]) as reader:
            columns = {name: reader.column_reader(name, translate=False) for name in VALUE_FIELDS}
            assert {name for name, column in columns.items() if not isinstance(column, DictionaryColumn.Reader)} == set()
    with _reader(tmp_path, segments) as reader:
        firms = reader.column_reader("firm")
        assert [firms[number] for number in range(4)] == ["", "", "Fable Bank", "Fable Bank"]


def test_merging_fills_the_columns_that_some_segments_lack(tmp_path: Path) -> None:
    """After merging, turns without a value are without one, and those with one keep theirs."""
    segments = [build_segment(tmp_path, [_call("A")]), build_segment(tmp_path, [_call("B", firm="Fable Bank")])]
    merged = merge_segments(tmp_path, [*segments, build_segment(tmp_path, [_call("C")])], tmp_path / "merged")
    with _reader(tmp_path / "merged", [merged]) as reader:
        firms = reader.column_reader("firm")
        assert [firms[number] for number in range(6)] == ["", "", "Fable Bank", "Fable Bank", "", ""]


def test_a_damaged_segment_is_told_of(tmp_path: Path) -> None:
    """Where a segment is not what was written, no call leaves it and none is merged out of it: the error names it and what to do."""
    segment = build_segment(tmp_path, [_call("A")])
    (tmp_path / f"{segment.segment_id()}.seg").write_bytes(b"spoilt")
    with pytest.raises(IndexDamaged, match=rf"^the segment {segment.segment_id()} cannot be read .*; run earful rebuild --fresh$"):
        delete_calls(tmp_path, [segment], {"A"})
    with pytest.raises(IndexDamaged):
        merge_segments(tmp_path, [segment], tmp_path / "merged")


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=300)
def test_a_flipped_bit_is_an_error_of_ours_or_none(tmp_path_factory: pytest.TempPathFactory, place: float, bit: int) -> None:
    """Wherever a bit is wrong: to open, search, read, delete from and merge a segment works, or says that it is damaged."""
    folder = tmp_path_factory.getbasetemp() / "flipped"
    if not folder.exists():
        store = Store(folder)
        with store.lock(), store.workspace() as work:
            segment = build_segment(work / "part", [_call("A", turns=4), _call("B", firm="Fable Bank")])
            store.adopt(segment, work / "part")
            store.commit([segment], Manifest(versions={"schema": SCHEMA_VERSION}, counts={}, scanned_ns=0), Ledger(), None)
    (path,) = folder.glob("*.seg")
    sound = path.read_bytes()
    data = bytearray(sound)
    data[int(place * len(data))] ^= 1 << bit
    path.write_bytes(data)
    try:
        _use(folder)
    finally:
        path.write_bytes(sound)


def _use(folder: Path) -> None:
    """Do all that is done with a segment, each although another may have failed."""
    asks: tuple[Callable[[CallIndex], object], ...] = (
        lambda calls: calls.search('pumps OR "of a" OR tu* NOT zebra', facets=("speaker", "firm", "section", "call"), firm="Fable Bank"),
        lambda calls: calls.search("*", sort="date", group_by="call"),
        lambda calls: calls.read_call("A"),
    )
    for ask in asks:
        with suppress(EarfulError), open_index(folder) as calls:
            ask(calls)
    with suppress(EarfulError):
        store = Store(folder)
        segments = store.segments(1, store.manifest(1))
        merge_segments(folder, delete_calls(folder, segments, {"B"}), folder.parent / "flipped-merged")


def test_a_full_disk_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong while the merged segment is written is not blamed on those that are read."""
    segment = build_segment(tmp_path, [_call("A")])

    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("indexer.codec.writer._Blocks.add", full)
    with pytest.raises(OSError, match="No space left"):
        merge_segments(tmp_path, [segment], tmp_path / "merged")


def test_few_segments_are_left_alone() -> None:
    """Up to eight segments, small ones among them, are not worth writing again."""
    assert plan_merge([_sized(1000), *[_sized(1)] * 7]) == []


def test_small_segments_are_merged_when_there_are_many() -> None:
    """From nine segments on, those below a tenth of all turns are merged, and large ones are not written again."""
    large, small = _sized(1000), [_sized(1) for _ in range(8)]
    assert plan_merge([large, *small]) == small


def test_no_more_is_merged_than_one_segment_may_hold() -> None:
    """Of many small segments the smallest are written into one, as long as sorting their words fits the memory of a build."""
    large, small = [_sized(100_000) for _ in range(40)], [_sized(60_000), _sized(50_000), _sized(40_000), _sized(70_000)]
    assert plan_merge([*large, *small]) == plan_merge([*large, *small], memory=1 << 30) == small[:3]
    assert plan_merge([*large, *small], memory=512 << 20) == small[1:3]
    assert plan_merge(large) == []


def test_a_segment_of_mostly_deleted_turns_is_written_again() -> None:
    """A segment with more deleted than live turns is merged, however few segments there are."""
    wasteful, even = _sized(1, deleted=2), _sized(2, deleted=2)
    assert plan_merge([wasteful, even]) == [wasteful]


@given(st.lists(st.integers(1, 10_000), max_size=60))
@settings(max_examples=100)
def test_few_segments_remain(sizes: list[int]) -> None:
    """However many rebuilds add however many turns, no more than a dozen segments are left, and no turn is."""
    segments: list[Segment] = []
    for size in sizes:
        segments.append(_sized(size))
        merging = plan_merge(segments)
        if merging:
            merged = _sized(sum(segment.doc_count() for segment in merging))
            segments = [segment for segment in segments if segment not in merging] + [merged]
        assert len(segments) <= 12
    assert sum(segment.doc_count() for segment in segments) == sum(sizes)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=20))
@example([1000] * 8 + [1])
@settings(max_examples=100)
def test_no_segment_is_merged_with_itself(sizes: list[int]) -> None:
    """A single segment without deleted turns is never written again: it would come out as it was."""
    assert len(plan_merge([_sized(size) for size in sizes])) != 1


def test_the_shares_of_many_processes_are_left_as_they_are() -> None:
    """A first build by sixteen processes is not written a second time to have fewer segments."""
    assert plan_merge([_sized(11_000) for _ in range(16)]) == []

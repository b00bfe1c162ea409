"""An index and sources are compared to the last word, whatever was noted when the index was built."""

from __future__ import annotations

from pathlib import Path

import pytest

import indexer
from indexer.errors import IndexDamaged, IndexNotFound
from indexer.store import Store
from tests.small_index import JANE, put, transcript

_SAMPLES = Path(indexer.__file__).parent / "samples"


def _told(index: Path, *sources: Path) -> tuple[int, list[str], list[str], list[str]]:
    found = indexer.compare(sources, index=index)
    return found.same, [call for call, _ in found.missing], list(found.extra), [call for call, _ in found.different]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_index_holds_what_it_was_built_of(tmp_path: Path, jobs: int) -> None:
    """Every word, speaker and fact of the samples is in their index, also of one that was changed and merged until it held them."""
    indexer.rebuild([_SAMPLES], index=tmp_path / "index", jobs=jobs)
    found = indexer.compare(_SAMPLES, index=tmp_path / "index", jobs=jobs)
    assert (found.same, found.is_equal, found.rejected) == (10, True, ())


def test_what_differs_is_named(tmp_path: Path) -> None:
    """Calls that only the sources have, that only the index has, and that are told otherwise are told apart, with their files."""
    source, index = tmp_path / "source", tmp_path / "index"
    put(source, [transcript(ticker, "Q1 2022", "Pumps sold well.", "Why?") for ticker in ("ACMP", "BOLT", "CART", "DOME")])
    indexer.rebuild([source], index=index)
    (source / "call00.txt").unlink()
    (source / "call01.txt").write_text(transcript("BOLT", "Q1 2022", "Pumps sold badly.", "Why?"))
    (source / "call02.txt").write_text(transcript("CART", "Q1 2022", (JANE.replace("Roe", "Doe"), "Pumps sold well."), "Why?"))
    (source / "call04.txt").write_text(transcript("EGGS", "Q1 2022", "Pumps sold well.", "Why?"))
    (source / "diary.txt").write_text("Buy milk.")
    assert _told(index, source) == (1, ["EGGS-2022Q1"], ["ACMP-2022Q1"], ["BOLT-2022Q1", "CART-2022Q1"])
    found = indexer.compare(source, index=index)
    assert found.missing[0][1] == str(source / "call04.txt")
    assert [no.source for no in found.rejected] == [str(source / "diary.txt")]
    indexer.rebuild([source], index=index)
    assert _told(index, source) == (4, [], [], [])


def test_what_was_noted_is_not_trusted(tmp_path: Path) -> None:
    """A ledger that says that all is there does not hide that a segment says something else."""
    source, index = tmp_path / "source", tmp_path / "index"
    put(source, [transcript("ACMP", "Q1 2022", "Pumps sold well.", "Why?")])
    indexer.rebuild([source], index=index)
    put(source, [transcript("ACMP", "Q1 2022", "Pumps sold ill.", "Why?")])
    indexer.rebuild([source], index=tmp_path / "other")
    mine, other = Store(index), Store(tmp_path / "other")
    (segment,) = other.segments(1, other.manifest(1))
    (index / f"{segment.segment_id()}.seg").write_bytes((other.folder / f"{segment.segment_id()}.seg").read_bytes())
    mine.commit([segment], mine.manifest(1), mine.ledger(1, mine.manifest(1)), None)
    put(source, [transcript("ACMP", "Q1 2022", "Pumps sold well.", "Why?")])
    assert (mine.check(), _told(index, source)) == ([], (0, [], [], ["ACMP-2022Q1"]))


def test_an_index_that_is_not_there_or_damaged_is_told(tmp_path: Path) -> None:
    """Nothing is compared with no index, or with one whose segment has changed."""
    with pytest.raises(IndexNotFound):
        indexer.compare(_SAMPLES, index=tmp_path / "index")
    indexer.rebuild([_SAMPLES], index=tmp_path / "index")
    segment = next((tmp_path / "index").glob("*.seg"))
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    with pytest.raises(IndexDamaged):
        indexer.compare(_SAMPLES, index=tmp_path / "index")

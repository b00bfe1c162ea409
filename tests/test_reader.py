"""An open index is one generation as arrays, whether it lies in one segment or in several with deleted turns."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import indexer
from indexer.errors import EarfulError, IndexDamaged, IndexNotFound
from indexer.schema import VALUE_FIELDS
from indexer.sealed import seal, unseal
from indexer.store import Store
from search.reader import Snapshot, open_snapshot

_JANE, _SAM = "Jane Roe -- Chief Financial Officer", "Sam Poe -- Pell & Harrow -- Analyst"


def _transcript(ticker: str, *said: str, period: str = "Q2 2022", day: str = "Aug 08, 2022, 5:00 p.m. ET", company: str = "") -> str:
    """Give a transcript in which Jane Roe and Sam Poe speak in turns."""
    turns = "\n\n".join(f"{(_JANE, _SAM)[number % 2]}\n\n{words}" for number, words in enumerate(said))
    title = f"{company or ticker.title()} Pumps ({ticker} 1.00%)\n{period} Earnings Call\n{day}"
    return f"{title}\n\n{turns}\n\nDuration: 0 minutes\n\n{_JANE}\n\n{_SAM}\n"


_FIRST = {
    "acmp": _transcript("ACMP", "Alpha pumps.", "And tariffs?", "None.", company="Açme"),
    "bolt": _transcript("BOLT", "Beta bolts.", "And nuts?", period="Q3 2022", day="Nov 07, 2022"),
    "gone": _transcript("GONE", "Gamma rays.", "And dust?"),
    "nill": _transcript("NILL", "Delta.", "And then?", period="Fiscal 2022", day=""),
}
_SECOND = {
    "bolt": _transcript("BOLT", "Beta rivets.", "And nuts?", "Many nuts.", period="Q3 2022", day="Nov 07, 2022"),
    "cart": _transcript("CART", "Carts roll.", "And wheels?", period="Q1 2021", day="May 03, 2021", company="Acme Carts and"),
    "aaaa": _transcript("AAAA", "First of all.", "Why?", period="Q4 2022", day="Feb 06, 2023"),
    "brief": _transcript("BRIE", "Soon gone.", "Why?"),
}


def _put(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index of two segments, both with deleted turns: of the first calls one has gone and one changed, of the later one went."""
    source, index = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("index")
    _put(source, _FIRST)
    indexer.rebuild([source], index=index)
    _put(source, _SECOND)
    for name in ("gone", "brief"):
        (source / f"{name}.txt").unlink()
        indexer.rebuild([source], index=index)
    return index


@pytest.fixture(scope="module")
def snapshot(folder: Path) -> Iterator[Snapshot]:
    """Give that index, open."""
    opened = open_snapshot(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def live(snapshot: Snapshot) -> list[int]:
    """Give the document numbers of the turns that are not deleted."""
    return [int(number) for number in snapshot.reader.all_doc_ids()]


def test_the_index_of_these_tests_has_what_is_hard(snapshot: Snapshot) -> None:
    """These tests run over more than one segment, with deleted turns."""
    assert [reader.has_deletions() for reader, _ in snapshot.reader.leaf_readers()] == [True, True]
    assert snapshot.generation == 3


# arrays


@pytest.mark.parametrize("field", VALUE_FIELDS)
def test_codes_are_whoosh_s_values(snapshot: Snapshot, live: list[int], field: str) -> None:
    """Each field's values are in alphabetical order, once each, and each turn's is the one Whoosh's column has for it."""
    column, codes = snapshot.reader.column_reader(field), snapshot.codes(field)
    assert codes.codes.dtype == np.uint32
    assert list(codes.values) == sorted(set(codes.values))
    assert [codes.values[codes.codes[number]] for number in live] == [column[number] for number in live]


def test_values_and_numbers_of_turns(snapshot: Snapshot, live: list[int]) -> None:
    """Document numbers count through the segments: every live turn has its own call, number, speaker and exchange."""
    turns, exchanges = snapshot.numbers("turn"), snapshot.numbers("exchange")
    found = sorted((snapshot.value("call", each), int(turns[each]), snapshot.value("speaker", each), int(exchanges[each])) for each in live)
    said = {"AAAA-2022Q4": 2, "ACMP-2022Q2": 3, "BOLT-2022Q3": 3, "CART-2021Q1": 2, "NILL-NILL": 2}
    assert [each[:3] for each in found] == [
        (call, number, ("Sam Poe", "Jane Roe")[number % 2]) for call, count in said.items() for number in range(1, count + 1)
    ]
    assert [each[3] for each in found] == [int(number > 1) for count in said.values() for number in range(1, count + 1)]


def test_a_missing_value_is_none(snapshot: Snapshot) -> None:
    """A call without a date or period has none; somebody of the company has no firm."""
    (first, second) = snapshot.turns_of("NILL-NILL")
    assert [snapshot.value(field, first) for field in ("date", "period", "exchange_code", "firm")] == [None] * 4
    assert snapshot.value("firm", second) == "Pell & Harrow"


def test_call_order_is_by_id_and_turn(snapshot: Snapshot, live: list[int]) -> None:
    """Ranks order calls by id and turns as said, through all segments."""
    turns = snapshot.numbers("turn")
    ranks = snapshot.call_order(np.array(live)).tolist()
    by_rank = [number for _, number in sorted(zip(ranks, live, strict=True))]
    places = [(snapshot.value("call", number) or "", int(turns[number])) for number in by_rank]
    assert places == sorted(places)
    assert len(set(ranks)) == len(live)


@pytest.mark.parametrize(
    ("call", "said"), [("BOLT-2022Q3", ["Beta rivets.", "And nuts?", "Many nuts."]), ("bolt-2022q3", None), ("GONE-2022Q2", [])]
)
def test_turns_of_a_call(snapshot: Snapshot, call: str, said: list[str] | None) -> None:
    """A call's turns come in order, in their newest form, whatever the case of its id; a call that has gone has none."""
    found = [snapshot.stored(number)["text"] for number in snapshot.turns_of(call)]
    assert found == (said if said is not None else ["Beta rivets.", "And nuts?", "Many nuts."])


def test_an_unknown_call_has_no_turns(snapshot: Snapshot) -> None:
    """Nothing is found of a call that never was."""
    assert list(snapshot.turns_of("nosuch")) == []


@pytest.mark.parametrize(("word", "occurs"), [("tariffs", True), ("rivets", True), ("wheels", True), ("Tariffs", False), ("zebra", False)])
def test_whether_a_word_occurs(snapshot: Snapshot, word: str, occurs: bool) -> None:
    """A word of any segment occurs, in the form in which the analyzer gives it."""
    assert snapshot.occurs(word) is occurs


# which values are meant


@pytest.mark.parametrize(
    ("field", "asked", "values"),
    [
        ("company", "Açme Pumps", ("Açme Pumps",)),
        ("company", "ACME PUMPS", ("Açme Pumps",)),
        ("company", "acme", ("Acme Carts and Pumps", "Açme Pumps")),
        ("company", "carts and", ("Acme Carts and Pumps",)),
        ("company", "acme carts pumps", ()),
        ("company", "cart", ()),
        ("company", "acm", ()),
        ("company", "", ()),
        ("company", "?", ()),
        ("speaker", "roe", ("Jane Roe",)),
        ("speaker", "jane", ("Jane Roe",)),
        ("speaker", "Roe, Jane", ()),
        ("firm", "pell & harrow", ("Pell & Harrow",)),
        ("firm", "harrow", ("Pell & Harrow",)),
        ("firm", "pell", ("Pell & Harrow",)),
        ("title", "chief financial", ("Chief Financial Officer",)),
        ("ticker", "bolt", ("BOLT",)),
        ("ticker", "bol", ()),
        ("call", "acmp-2022q2", ("ACMP-2022Q2",)),
        ("period", "2022", ("2022Q2", "2022Q3", "2022Q4")),
        ("period", "2022Q3", ("2022Q3",)),
        ("period", "Q3 2022", ("2022Q3",)),
        ("period", "3q 2022", ("2022Q3",)),
        ("period", "2022 Q3", ("2022Q3",)),
        ("period", "q3-2022", ("2022Q3",)),
        ("period", "2019", ()),
        ("period", "Q3", ()),
        ("date", "2022-11-07", ("2022-11-07",)),
        ("date", "2022-11", ("2022-11-07",)),
        ("date", "2022", ("2022-08-08", "2022-11-07")),
        ("date", "11-07", ()),
        ("date", "", ()),
        ("period", "", ()),
        ("event", "q2 2022 earnings call", ("Q2 2022 Earnings Call",)),
    ],
)
def test_an_asked_value_means_values_of_the_index(snapshot: Snapshot, field: str, asked: str, values: tuple[str, ...]) -> None:
    """The value that is just so, else all that hold the whole words side by side, or for dates and periods begin so, in any case."""
    assert snapshot.matching_values(field, asked) == values


def test_a_value_that_is_just_so_wins(tmp_path: Path) -> None:
    """`Acme Pumps` is that company, not every company with these words in its name; a word of both means both."""
    _put(tmp_path / "source", {"a": _transcript("ACMP", "One.", "Two?"), "b": _transcript("BACM", "One.", "Two?", company="New Acmp")})
    indexer.rebuild([tmp_path / "source"], index=tmp_path / "index")
    snapshot = open_snapshot(tmp_path / "index")
    assert snapshot.matching_values("company", "acmp pumps") == ("Acmp Pumps",)
    assert snapshot.matching_values("company", "acmp") == ("Acmp Pumps", "New Acmp Pumps")
    snapshot.close()


@pytest.mark.parametrize(("field", "asked"), [("company", "gone"), ("ticker", "GONE"), ("call", "GONE-2022Q2"), ("ticker", "BRIE")])
def test_a_value_of_deleted_turns_only_is_none_of_the_index(snapshot: Snapshot, field: str, asked: str) -> None:
    """What only turns have that were removed is not there any more: a filter on it must say that nothing fits."""
    assert snapshot.matching_values(field, asked) == ()


def test_one_segment_and_several_know_the_same(snapshot: Snapshot, tmp_path: Path) -> None:
    """The same calls built at once mean the same values and read the same."""
    texts = {name: text for name, text in {**_FIRST, **_SECOND}.items() if name not in ("gone", "brief")}
    _put(tmp_path / "source", texts)
    indexer.rebuild([tmp_path / "source"], index=tmp_path / "index")
    whole = open_snapshot(tmp_path / "index")
    assert len(whole.reader.leaf_readers()) == 1
    for call in ("AAAA-2022Q4", "ACMP-2022Q2", "BOLT-2022Q3", "CART-2021Q1", "NILL-NILL"):
        assert _read(whole, call) == _read(snapshot, call)
    whole.close()


def _read(snapshot: Snapshot, call: str) -> list[dict[str, Any]]:
    return [
        {**snapshot.stored(number), **{field: snapshot.value(field, number) for field in VALUE_FIELDS}}
        for number in snapshot.turns_of(call)
    ]


# what cannot be opened


def test_no_index_is_not_found(tmp_path: Path) -> None:
    """A folder without an index, and none at all, are told how to build one."""
    for folder in (tmp_path, tmp_path / "nosuch"):
        with pytest.raises(IndexNotFound, match="build one with: earful rebuild"):
            open_snapshot(folder)


def test_another_schema_version_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that another version built is not searched with this one's eyes."""
    monkeypatch.setattr("search.reader.SCHEMA_VERSION", 99)
    with pytest.raises(IndexDamaged, match="built by another version of Earful; run earful rebuild"):
        open_snapshot(folder)


def _cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def _spoil_end(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-40] + bytes(255 - byte for byte in data[-40:]))


@pytest.mark.parametrize("kind", ["*.seg", "*.toc", "earful-*.json"])
@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        lambda path: _cut(path, 0),
        lambda path: _cut(path, 0.01),
        lambda path: _cut(path, 0.5),
        lambda path: _cut(path, 0.99),
        _spoil_end,
    ],
    ids=["gone", "empty", "begun", "half", "nearly whole", "end spoilt"],
)
def test_a_damaged_file_is_an_error_of_ours(folder: Path, tmp_path: Path, kind: str, spoil: Any) -> None:
    """Whichever file is missing, cut or spoilt, opening says so in one line with a way out, never in an error of another library."""
    index = tmp_path / "index"
    shutil.copytree(folder, index)
    spoil(next(index.glob(kind)))
    with pytest.raises(EarfulError, match="rebuild"):
        open_snapshot(index).close()


def test_a_segment_has_as_many_turns_as_the_manifest_says(folder: Path, tmp_path: Path) -> None:
    """A manifest that was forged to name fewer turns than a segment's file has is told as damage."""
    shutil.copytree(folder, tmp_path / "index")
    path = max((tmp_path / "index").glob("earful-[0-9]*.json"))
    content = unseal(path.read_bytes(), "manifest/3", "")
    content["segments"][0][1:] = [content["segments"][0][1] - 1, []]
    path.write_bytes(seal("manifest/3", content))
    with pytest.raises(IndexDamaged, match="has not as many turns as it should"):
        open_snapshot(tmp_path / "index")


def test_a_rebuild_may_switch_while_an_index_is_opened(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the generation that was just named has gone before its files are opened, the new one is opened."""
    index, source = tmp_path / "index", tmp_path / "source"
    _put(source, _FIRST)
    indexer.rebuild([source], index=index)
    manifest = Store.manifest
    switched: list[bool] = []

    def switch_before(store: Store, generation: int) -> Any:
        if not switched:
            switched.append(True)
            _put(source, _SECOND)
            indexer.rebuild([source], index=index, fresh=True)
        return manifest(store, generation)

    monkeypatch.setattr(Store, "manifest", switch_before)
    snapshot = open_snapshot(index)
    assert snapshot.generation == 2
    assert snapshot.occurs("rivets")
    snapshot.close()

"""What was asked for and is not there leads to what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import indexer
import search
from search.reader import Snapshot, open_snapshot
from search.suggest import did_you_mean, suggest_values, suggest_words
from tests.small_index import indexed, transcript

_SAMPLES = Path(indexer.__file__).parent / "samples"
_OFTEN = "Tariff tariffs guidance guidance quarter cash flow 12345 capex evidence occurred secured vehicle vertical occur."
_SELDOM = "Vertical capes; bano banu bani bane; bonds bond; secured cash."


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index in which some words are said in many turns, and their misspellings in one."""
    folder = tmp_path_factory.mktemp("suggest")
    texts = [transcript("ACME", f"Q{quarter} 2022", *[_OFTEN] * 20) for quarter in (1, 2, 3, 4)]
    texts.append(transcript("BOLT", "Q1 2022", "The quater ended, guidense.", "Quartz cashflow.", *[_SELDOM] * 10, *["Dine."] * 3))
    with indexed(folder, texts):
        pass
    return folder / "index"


@pytest.fixture(scope="module")
def snapshot(index: Path) -> Iterator[Snapshot]:
    """Give that index, open."""
    opened = open_snapshot(index)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("tarrif", ("tariff",)),
        ("tarif", ("tariff",)),
        ("tarfif", ("tariff",)),
        ("guidence", ("guidance",)),
        ("guidense", ("guidance",)),
        ("quater", ("quarter",)),
        ("capx", ("capex",)),
        ("capxe", ("capex",)),
        ("vehical", ("vehicle", "vertical")),
        ("occured", ("occurred",)),
        ("banx", ("bane", "bani", "bano")),
        ("bondz", ("bond",)),
        ("dane", ("dine", "bane")),
        ("cashflow", ("cash flow",)),
        ("guidancequarter", ("guidance quarter",)),
        ("quartercash", ("quarter cash",)),
        ("quarterguidance", ()),
        ("securedcash", ()),
        ("capes", ()),
        ("tariff", ()),
        ("tariffs", ()),
        ("zebra", ()),
        ("12346", ()),
        ("csh", ()),
        ("", ()),
    ],
)
def test_words_that_were_meant(snapshot: Snapshot, word: str, meant: tuple[str, ...]) -> None:
    """A letter or two wrong, or changed places, leads to a word said ten times as often, and what is one word to two that stand so.

    What is far less likely is left out; forms, numbers and short words lead nowhere, but a form spelt otherwise does.
    """
    assert suggest_words(snapshot, word) == meant


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Give the samples, open."""
    folder = tmp_path_factory.mktemp("samples")
    indexer.rebuild([_SAMPLES], index=folder)
    opened = open_snapshot(folder)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("field", "asked", "first"),
    [
        ("speaker", "drumond", "Paulo Drummond-Reyes"),
        ("speaker", "ilse branvold", "Ilse Brandvold"),
        ("company", "veltrano", "Veltrana Therapeutics"),
        ("ticker", "VLTB", "VLTA"),
        ("ticker", "VTLA", "VLTA"),
        ("company", "veltranatherapeutic", "Veltrana Therapeutics"),
        ("firm", "kestral securites", "Kestrel Securities"),
        ("firm", "kestrel securities group", "Kestrel Securities"),
        ("warning", "qa-infered", "qa-inferred"),
    ],
)
def test_values_that_were_meant(samples: Snapshot, field: str, asked: str, first: str) -> None:
    """A value is known by any of its words, each spelt nearly so, or by all of its letters."""
    assert suggest_values(samples, field, asked)[0] == first


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("speaker", "zzzzzz"),
        ("speaker", ""),
        ("speaker", " . "),
        ("speaker", "\ud800"),
        ("firm", "中"),
        ("exchange_code", "x" * 4000),
        ("company", "x y " * 1000),
        ("period", "2025Q9"),
        ("date", "2025-13-01"),
    ],
)
def test_nothing_near_is_nothing(samples: Snapshot, field: str, asked: str) -> None:
    """What nothing is like has no suggestion, and neither has a time that is not there."""
    assert suggest_values(samples, field, asked) == ()


def test_the_likeliest_values_come_first_and_once(tmp_path: Path) -> None:
    """Of values as alike those with the same first letter come first, then those of most turns, and of a name's spellings one.

    What is far less alike is left out.
    """
    companies = {"AAPX": "Bolt Pumps, Inc.", "PPX": "Bolt Pumps Inc", "AAQX": "Bold Pump", "ZED": "Tool Lumps"}
    texts = [
        transcript(ticker, f"Q{number + 1} 2022", *["Well."] * (2 + number), company=name)
        for number, (ticker, name) in enumerate(companies.items())
    ]
    with indexed(tmp_path, texts) as opened:
        assert suggest_values(opened, "ticker", "APPX") == ("AAPX", "PPX")
        assert suggest_values(opened, "company", "bollt pumps") == ("Bolt Pumps Inc", "Bold Pump")
        assert suggest_values(opened, "company", "bolt pumpss") == ("Bolt Pumps Inc",)
        assert suggest_values(opened, "company", "tool lumps incorporated") == ("Tool Lumps",)


@pytest.mark.parametrize("word", ["zirconiun", "zirconiumalloy"])
def test_what_was_deleted_is_not_meant(tmp_path: Path, word: str) -> None:
    """Words and values that only deleted turns have are none of the index."""
    texts = [transcript("ACME", "Q1 2022", *["Tariff."] * 60), transcript("BOLT", "Q1 2022", *["Zirconium alloy. " * 20] * 4)]
    with indexed(tmp_path, texts) as opened:
        assert suggest_words(opened, word)
        assert suggest_values(opened, "ticker", "BOLD") == ("BOLT",)
    (tmp_path / "source" / "call01.txt").unlink()
    with indexed(tmp_path, texts[:1]) as opened:
        assert not opened.live.all()
        assert suggest_words(opened, word) == ()
        assert suggest_values(opened, "ticker", "BOLD") == ()


@pytest.mark.parametrize("word", ["x" * 4000, "é" * 50, "straße", "\ud800\ud800abc", "中文字符字", "ſǆ𝔞𝔟"])
def test_odd_words_lead_nowhere(snapshot: Snapshot, word: str) -> None:
    """Words of any length and script can be asked about."""
    assert suggest_words(snapshot, word) == ()


@given(asked=st.text(max_size=30))
def test_any_text_can_be_asked_about(samples: Snapshot, asked: str) -> None:
    """Whatever is asked, three suggestions at most come, of what is there."""
    assert len(suggest_words(samples, asked.casefold())) <= 3
    found = suggest_values(samples, "speaker", asked)
    assert len(found) <= 3
    assert set(found) <= set(samples.codes("speaker").values)


@pytest.mark.parametrize(
    ("suggestions", "asked"),
    [((), ""), (("a",), "; did you mean a?"), (("a", "b"), "; did you mean a or b?"), (("a", "b", "c"), "; did you mean a, b or c?")],
)
def test_a_question_about_suggestions(suggestions: tuple[str, ...], asked: str) -> None:
    """They end a line as a question."""
    assert did_you_mean(suggestions) == asked


def test_few_doubts_have_suggestions(index: Path) -> None:
    """Of many words and values that are not there each is told, and the first few are looked into."""
    with search.open_index(index) as calls:
        page = calls.search(" OR ".join(["tarrif", *(f"guidenc{letter}" for letter in "abcdfgh"), *(f"speaker:jan{n}" for n in range(9))]))
        filtered = calls.search("tariff", speaker=[f"jan{number}" for number in range(9)])
    assert len(page.notes) == 17
    assert sum("did you mean" in note for note in page.notes) == 6
    assert (len(filtered.notes), sum("did you mean" in note for note in filtered.notes)) == (9, 3)


@pytest.mark.parametrize(
    ("query", "filters", "notes"),
    [
        ("tarrif", {}, ("no turn says 'tarrif'; did you mean tariff?",)),
        ("zebra", {}, ("no turn says 'zebra'",)),
        ("quater", {}, ("few turns say 'quater'; did you mean quarter?",)),
        ("quater OR guidance", {}, ()),
        ('"cash zebra" tariff', {}, ("no turn says 'zebra'",)),
        ("tariff", {"speaker": "jane ro"}, ("no speaker in the index fits 'jane ro'; did you mean Jane Roe?",)),
        ("speaker:jan tariff", {}, ("no speaker in the index fits 'jan'; did you mean Jane Roe?",)),
        ("tariff or zebra", {}, ("no turn says 'zebra'", "or is searched for as a word; write OR for either")),
    ],
)
def test_an_answer_doubts_what_is_not_there(index: Path, query: str, filters: dict[str, str], notes: tuple[str, ...]) -> None:
    """Words nobody says, values nothing fits, and if little was found rare words, each with what may be meant instead."""
    with search.open_index(index) as calls:
        page = calls.search(query, speaker=filters.get("speaker"))
    assert [note for note in page.notes if "'or'" not in note] == list(notes)

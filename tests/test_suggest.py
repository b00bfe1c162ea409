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
_OFTEN = "Tariff tariffs guidance guidance quarter flow cash cash 12345 capex."


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index in which some words are said in many turns, and their misspellings in one."""
    folder = tmp_path_factory.mktemp("suggest")
    texts = [transcript("ACME", f"Q{quarter} 2022", *[_OFTEN] * 20) for quarter in (1, 2, 3, 4)]
    texts.append(transcript("BOLT", "Q1 2022", "The quater ended, guidense.", "Quartz."))
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
        ("cashflow", ("cash flow",)),
        ("tariff", ()),
        ("tariffs", ()),
        ("zebra", ()),
        ("12346", ()),
        ("csh", ()),
        ("", ()),
    ],
)
def test_words_that_were_meant(snapshot: Snapshot, word: str, meant: tuple[str, ...]) -> None:
    """A letter or two wrong, or changed places, leads to a word said ten times as often; forms, numbers and short words lead nowhere."""
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
        ("firm", "kestral securites", "Kestrel Securities"),
        ("warning", "qa-infered", "qa-inferred"),
    ],
)
def test_values_that_were_meant(samples: Snapshot, field: str, asked: str, first: str) -> None:
    """A value is known by any of its words, each spelt nearly so."""
    assert suggest_values(samples, field, asked)[0] == first


@pytest.mark.parametrize(("field", "asked"), [("speaker", "zzzzzz"), ("speaker", ""), ("firm", "中"), ("exchange_code", "x" * 4000)])
def test_nothing_near_is_nothing(samples: Snapshot, field: str, asked: str) -> None:
    """What nothing is like has no suggestion."""
    assert suggest_values(samples, field, asked) == ()


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

"""Real transcripts are read as well as they were: who said what in which part of which call, held against gold facts."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.model import Kind, Transcript
from indexer.reading import read
from indexer.roles import Role
from tests.facts import SAMPLES
from tests.quality import (
    CORPUS,
    FACTS,
    FLOORS,
    Score,
    align,
    below,
    exchange_places,
    gold_files,
    load,
    load_floors,
    raised,
    same_company,
    same_person,
    score,
    score_gold,
    source_lines,
    spoken,
    table,
)

_NEEDS_CORPUS = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real transcripts is not beside the checkout")
_FILES = gold_files()

# What was asked of this project: no floor may be below it.
_REQUIRED = {"metadata": 0.99, "speaker": 0.995, "role": 0.99, "section": 0.995, "exchange": 0.99, "lost": 0.001, "kept": 0.0005}


@pytest.mark.corpus
@_NEEDS_CORPUS
def test_real_transcripts_are_read_as_well_as_they_were() -> None:
    """Over all gold files no measure is worse than its floor."""
    assert below(load_floors(), score_gold()["all"].shares()) == []


def test_floors_are_not_below_what_was_required() -> None:
    """The file of floors has every measure and asks at least for what was promised."""
    floors = load_floors()
    assert list(floors) == list(_REQUIRED) == list(Score().shares())
    assert below(_REQUIRED, floors) == []


def test_gold_covers_all_layouts() -> None:
    """At least 120 files, and every kind of source that holds transcripts is among them."""
    assert len(_FILES) >= 120
    folders = Counter(path.parent.name for path in _FILES)
    if CORPUS.is_dir():
        assert set(folders) == {path.name for path in CORPUS.iterdir() if path.is_dir()} - {"not_transcripts"}


@pytest.mark.parametrize("path", _FILES, ids=lambda path: f"{path.parent.name}/{path.stem}"[:80])
def test_gold_is_well_formed(path: Path) -> None:
    """Facts only: names, closed values, spans in order; whoever speaks has a role and whoever has a role speaks."""
    gold = load(path)
    assert list(gold) == ["path", "sha256", "calls"]
    for call in gold["calls"]:
        assert {*FACTS, "only_in_name", "roles", "turns"} == set(call) - {"exchanges"}
        assert set(call["roles"].values()) <= set(Role)
        assert {speaker for _, speaker, _, _ in call["turns"]} == set(call["roles"])
        sections = [section for _, _, section, _ in call["turns"]]
        assert sections == sorted(sections)
        assert set(sections) <= {"prepared", "qa"}
        starts = [int(spans.split("-")[0].split(":")[0].split(",")[0]) for spans, *_ in call["turns"]]
        assert starts == sorted(starts)
        places = exchange_places(call.get("exchanges", ()))
        assert {sections[number - 1] for number in places} <= {"qa"}
        assert sum(len(exchange_places([exchange])) for exchange in call.get("exchanges", ())) == len(places)
        assert all(asking and re.fullmatch(r"[\d,-]+", asking + answering) for asking, answering in call.get("exchanges", ()))


@pytest.mark.corpus
@_NEEDS_CORPUS
@pytest.mark.parametrize("path", _FILES, ids=lambda path: f"{path.parent.name}/{path.stem}"[:80])
def test_gold_tells_of_the_file_that_is_there(path: Path) -> None:
    """The source has the checksum, and each turn's spans as many words as gold says."""
    gold = load(path)
    source = CORPUS / gold["path"]
    assert hashlib.sha256(source.read_bytes()).hexdigest() == gold["sha256"]
    lines = source_lines(source)
    turns = [turn for call in gold["calls"] for turn in call["turns"]]
    assert [len(spoken(lines, spans).split()) for spans, *_ in turns] == [words for *_, words in turns]


# the measure itself


@pytest.mark.parametrize(
    ("spans", "text"),
    [
        ("1", "ab cd"),
        ("1-2", "ab cd\nef"),
        ("1,3", "ab cd\ngh ij"),
        ("1:3-2", "cd\nef"),
        ("2-3:2", "ef\ngh"),
        ("3:1-3:4", "h i"),
    ],
)
def test_spans(spans: str, text: str) -> None:
    """Lines count from 1 and are included; characters count from 0, and the last one is excluded."""
    assert spoken(["ab cd", "ef", "gh ij"], spans) == text


_WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=40)


@given(_WORDS, _WORDS)
@settings(max_examples=200)
def test_pairs_are_equal_words_in_order(one: list[str], other: list[str]) -> None:
    """Whatever two texts are, only equal words are paired, each once, in order."""
    pairs = align(one, other)
    assert all(one[here] == other[there] for here, there in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


@given(st.lists(st.integers(), min_size=30, max_size=60, unique=True), st.integers(0, 20), st.integers(0, 8))
def test_a_gap_costs_no_more_than_itself(words: list[int], start: int, length: int) -> None:
    """Where words are missing in the middle, all others are paired."""
    text = [str(word) for word in words]
    cut = text[:start] + text[start + length :]
    assert len(align(text, cut)) == len(align(cut, text)) == len(cut)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Jane Roe", "JANE ROE", True),
        ("Dr. Jane Roe, CFA", "Jane Roe", True),
        ("José Álvarez", "Jose Alvarez", True),
        ("Jane Roe", "Janet Roe", False),
        ("Jane Roe", "Jane P. Roe", False),
    ],
)
def test_same_person(one: str, other: str, same: bool) -> None:
    """How a name is written does not matter, the name does."""
    assert same_person(one, other) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Acme Inc.", "ACME", True),
        ("The Acme Company, Inc.", "Acme", True),
        ("Acme & Sons", "Acme and Sons Ltd.", True),
        ("Acme", "Acmo", False),
    ],
)
def test_same_company(one: str, other: str, same: bool) -> None:
    """Legal forms do not matter, the name does."""
    assert same_company(one, other) is same


def _gold_of(transcript: Transcript) -> tuple[dict[str, Any], list[str]]:
    """Make gold of what was read, so that it is right by definition, and the lines it tells of."""
    lines = [" ".join(turn.paragraphs) for turn in transcript.turns]
    turns = [[str(number), turn.speaker, turn.section.value, 0] for number, turn in enumerate(transcript.turns, 1)]
    facts = {"company": transcript.company, "ticker": transcript.ticker, "period": transcript.period, "date": str(transcript.date)}
    roles = {turn.speaker: turn.role.value for turn in transcript.turns}
    numbers = sorted({turn.exchange for turn in transcript.turns if turn.exchange})
    exchanges = [tuple(_numbers(transcript, kind, number) for kind in (Kind.QUESTION, Kind.ANSWER)) for number in numbers]
    call = facts | {"only_in_name": [], "roles": roles, "turns": turns, "exchanges": exchanges}
    return {"path": "x.txt", "calls": [call]}, lines


def _numbers(transcript: Transcript, kind: Kind, exchange: int) -> str:
    return ",".join(str(turn.number) for turn in transcript.turns if (turn.kind, turn.exchange) == (kind, exchange))


def _sample() -> Transcript:
    (transcript,) = read(SAMPLES / "quillstone-qlst-q2-2025.txt")
    return transcript


def test_what_is_right_scores_full_marks() -> None:
    """Facts that agree leave nothing wrong."""
    gold, lines = _gold_of(_sample())
    result = score(gold, [_sample()], lines)
    assert (result.wrong, result.facts, result.lost, result.kept) == ([], 4, 0, 0)
    assert result.shares() == {"metadata": 1, "speaker": 1, "role": 1, "section": 1, "exchange": 1, "lost": 0, "kept": 0}


def test_each_fault_lowers_its_own_measure() -> None:
    """A wrong fact, speaker, role or section, lost and kept words are each seen, counted and told."""
    gold, lines = _gold_of(_sample())
    call = gold["calls"][0]
    first, second = call["turns"][0], call["turns"][1]
    unsaid = len(re.findall(r"[^\W_]+", lines[3]))
    call["date"] = "1999-01-01"
    first[1], call["roles"]["Jane Roe"] = "Jane Roe", "CEO"
    second[2] = "qa"
    lines[2] += " and these six words were lost"
    lines[3] = ""
    result = score(gold, [_sample()], lines)
    shares = result.shares()
    assert shares["metadata"] == 0.75
    assert (result.lost, result.kept) == (6, unsaid)
    assert 0 < shares["speaker"] < 1
    assert 0 < shares["section"] < 1
    assert shares["role"] < 1
    assert {line.split(": ", 1)[1].split()[0] for line in result.wrong} >= {"date", "Jane", "6"}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda first, second: [(first[0], ""), second],  # an answer is none
        lambda first, second: [(first[1], first[0]), second],  # who asks answers
        lambda first, second: [(f"{first[0]},{second[0]}", f"{first[1]},{second[1]}")],  # two are one
        lambda first, second: [(first[0], ""), (second[0], f"{first[1]},{second[1]}")],  # another's answer
        lambda _first, second: [second],
    ],
)
def test_a_wrong_exchange_is_seen(wrong: Callable[[tuple[str, str], tuple[str, str]], list[tuple[str, str]]]) -> None:
    """Words of the wrong kind, in the wrong exchange, or in one where there is none, are wrong."""
    gold, lines = _gold_of(_sample())
    first, second, *others = gold["calls"][0]["exchanges"]
    gold["calls"][0]["exchanges"] = [*wrong(first, second), *others]
    result = score(gold, [_sample()], lines)
    assert result.exchange_right < result.asked
    assert {share for name, share in result.shares().items() if name != "exchange"} == {0, 1}
    assert all(" words of " in line for line in result.wrong)


def test_turns_of_an_exchange() -> None:
    """Turns count from 1; a span includes its last; an exchange may lack an answer."""
    assert exchange_places([("2,4-5", "3"), ("7", "")]) == {
        2: ("question", 1),
        4: ("question", 1),
        5: ("question", 1),
        3: ("answer", 1),
        7: ("question", 2),
    }


def test_a_refused_file_has_lost_all() -> None:
    """Nothing read is everything lost, not nothing wrong."""
    gold, lines = _gold_of(_sample())
    result = score(gold, (), lines)
    assert result.shares()["lost"] == 1
    assert result.shares()["metadata"] == result.shares()["role"] == 0


def test_floors_only_go_up() -> None:
    """Lifting takes the better of floor and measure, in steps, and never more than was measured."""
    floors = {"speaker": 0.995, "lost": 0.001}
    assert raised(floors, {"speaker": 0.99876, "lost": 0.0003}) == {"speaker": 0.998, "lost": pytest.approx(0.0003, abs=0.0001)}
    assert raised(floors, {"speaker": 0.9, "lost": 0.5}) == floors
    assert below(raised(floors, {"speaker": 0.99876, "lost": 0.0003}), {"speaker": 0.99876, "lost": 0.0003}) == []


def test_what_is_below_is_named() -> None:
    """A measure that is worse than its floor is told with both figures, whichever way is worse."""
    assert below({"speaker": 0.9, "lost": 0.1}, {"speaker": 0.8, "lost": 0.2}) == [
        "speaker: 0.80000, floor 0.90000",
        "lost: 0.20000, floor 0.10000",
    ]


def test_the_table_has_a_row_a_folder() -> None:
    """The table is Markdown, with the folders in order and all of them together last."""
    rows = table({"a": Score(files=1, turns=1200), "all": Score(files=1, turns=1200)}).splitlines()
    assert len({row.count("|") for row in rows}) == 1
    assert [row.split("|")[1].strip() for row in rows[2:]] == ["a", "all"]


def test_floors_are_where_gold_is() -> None:
    """The floors are a file of the project, so that a change of them is seen."""
    assert json.loads(FLOORS.read_text(encoding="utf-8")) == load_floors()

"""Motley Fool's `Name:speech` becomes a draft: reversed roster, no summary, and no title or heading to lean on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.detect import detect
from indexer.formats import Draft, Side, motley_fool_colon
from indexer.reading import read
from tests.damage import Damage, anywhere, damaged, drawn, golden_text, heard
from tests.facts import GOLDEN, facts, golden_facts

STEMS = ["lumenfold-lmfd-q1-2026", "skyshingle-sksh-q4-2025"]

DATE = ["Nov. 5, 2025 at 8 a.m. ET"]
ROSTER = ["Call participants", "Chief Executive Officer — Jane Roe", "Chief Financial Officer — Mike Poe"]
SUMMARY = ["Revenue-- $3 million, up 4%.", "Orchard Lane(ORLN+1.48%)sold more pears.", "Industry glossary", "Pear: A fruit."]
HEADING = ["Full Conference Call Transcript"]
SPEECH = [
    "Operator:Welcome.",
    "Jane Roe:Thank you.",
    "We sold pears.",
    "Operator:First is Mark Lamb.",
    "Mark Lamb:Why pears?",
    "Mike Poe:They sell.",
]
NOTICE = ["This article is a transcript of this conference call produced for The Motley Fool. There may be errors.", "Stocks Mentioned"]

TURNS = [
    ("Operator", ("Welcome.",)),
    ("Jane Roe", ("Thank you.", "We sold pears.")),
    ("Operator", ("First is Mark Lamb.",)),
    ("Mark Lamb", ("Why pears?",)),
    ("Mike Poe", ("They sell.",)),
]


def _text(*parts: list[str]) -> str:
    return "\n\n".join(line for part in parts for line in part)


def _parse(*parts: list[str]) -> Draft:
    return motley_fool_colon.parse(_text(*parts))


def _turns(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


def _answered(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give the turns behind those of the usual call."""
    return _turns(_parse(DATE, ROSTER, HEADING, SPEECH, list(lines)))[len(TURNS) :]


@pytest.mark.parametrize("stem", STEMS)
def test_golden_pairs(stem: str) -> None:
    """Each source is understood as somebody who read it turn by turn wrote down."""
    source = GOLDEN / f"{stem}.txt"
    assert facts(read(source)) == golden_facts(source)


def test_the_parts_of_a_call() -> None:
    """Only what stands behind the heading and before the publisher's notice is speech; the summary gives company and ticker."""
    draft = _parse(DATE, ROSTER, SUMMARY, HEADING, SPEECH, NOTICE)
    assert draft.title == ("Orchard Lane (ORLN)", "Nov. 5, 2025 at 8:00 a.m. ET")
    assert (_turns(draft), draft.qa_start) == (TURNS, None)


@pytest.mark.parametrize("line", ["—", "— Jane Roe", "Chair —", "--"])
def test_a_dash_with_nothing_on_a_side_names_nobody(line: str) -> None:
    """A roster ends at a line that has a dash but no title or no name."""
    assert [entry.name for entry in _parse(DATE, ROSTER, [line], HEADING, SPEECH).roster] == ["Jane Roe", "Mike Poe"]


def test_the_roster_is_reversed() -> None:
    """A roster line is a title, a dash and a name; it ends where the summary begins, and the operator is no participant."""
    people = _parse(DATE, ROSTER, ["Operator"], SUMMARY, HEADING, SPEECH).roster
    assert [(entry.name, entry.title, entry.side) for entry in people] == [
        ("Jane Roe", "Chief Executive Officer", Side.COMPANY),
        ("Mike Poe", "Chief Financial Officer", Side.COMPANY),
    ]


@pytest.mark.parametrize(
    ("line", "name", "title"),
    [
        ("Legal — Ann Quist", "Ann Quist", "Legal"),
        ("VP, Pears (now CEO) — Ann Quist", "Ann Quist", "VP, Pears (now CEO)"),
        ("Chair – Ann Quist", "Ann Quist", "Chair"),
        ("Chair -- Ann Quist", "Ann Quist", "Chair"),
        ("Ann Quist — Chief Pear Officer", "Ann Quist", "Chief Pear Officer"),
        ("President — Pears — Ann Quist", "Ann Quist", "President — Pears"),
    ],
)
def test_roster_lines(line: str, name: str, title: str) -> None:
    """Any long dash parts title and name; an office behind the dash turns the line round."""
    (entry,) = _parse(DATE, ["CALL PARTICIPANTS", line], HEADING, SPEECH).roster
    assert (entry.name, entry.title) == (name, title)


@pytest.mark.parametrize(
    ("lines", "turns"),
    [
        (["J. Lane:And plums?"], [("J. Lane", ("And plums?",))]),  # introduced as Parker Lane
        (["Mark Lamb: And plums?"], [("Mark Lamb", ("And plums?",))]),  # a space, but known
        (["Operator: Goodbye."], [("Operator", ("Goodbye.",))]),
        (["Operator:[Operator Instructions]We go on."], [("Operator", ("[Operator Instructions]", "We go on."))]),
        (["Unknown Analyst:And plums?"], [("Unknown Analyst", ("And plums?",))]),
        (["Operator:", "Goodbye."], [("Operator", ("Goodbye.",))]),
    ],
)
def test_who_is_a_speaker(lines: list[str], turns: list[tuple[str, tuple[str, ...]]]) -> None:
    """A name glued to the words by a colon begins a turn; with a space behind the colon the call must bear it out."""
    assert _answered(*lines) == turns


@pytest.mark.parametrize("line", ["Our star is the same: more pears.", "At 8:30 we begin.", "See https://orchard.example"])
def test_a_colon_in_speech_is_speech(line: str) -> None:
    """What comes before a colon in a sentence is nobody."""
    assert _answered("Jane Roe:So.", line) == [("Jane Roe", ("So.", line))]


def test_who_asks_is_an_analyst() -> None:
    """Somebody who is not in the company's roster, and to whom the operator gives the floor after its officers, is an analyst."""
    relations = [
        "Operator:Welcome.",
        "Tess Quist:Thanks.",
        "Jane Roe:Hello.",
        "Operator:Next.",
        "Mark Lamb:Why?",
        "Jane Roe:So.",
        "Rita Dorn:And me?",
    ]
    sides = {turn.speaker.name: turn.speaker.side for turn in _parse(DATE, ROSTER, HEADING, relations).turns}
    assert sides == {
        "Operator": Side.OPERATOR,
        "Tess Quist": Side.UNKNOWN,
        "Jane Roe": Side.COMPANY,
        "Mark Lamb": Side.ANALYST,
        "Rita Dorn": Side.UNKNOWN,
    }


def test_the_layout_is_known_by_its_marks() -> None:
    """The heading above glued speakers is evidence; either alone is none."""
    text = _text(DATE, ROSTER, SUMMARY, HEADING, SPEECH)
    assert motley_fool_colon.evidence(text) == "'Full Conference Call Transcript' above 5 'Name:speech' lines"
    assert detect(text).layout is motley_fool_colon
    assert motley_fool_colon.evidence(_text(DATE, ROSTER, SUMMARY, SPEECH)) == ""
    assert motley_fool_colon.evidence(_text(DATE, ROSTER, SUMMARY, HEADING)) == ""


def _without_block(_: int) -> Damage:
    return lambda text: text[text.rindex("=" * 20) + 20 :].lstrip() if "=====" in text else text


def _more_summary(number: int) -> Damage:
    lines = "\n\n".join(f"Metric {at}-- $4 million, up {at}%.\n\nTerm {at}: What it means." for at in range(number * 5))
    return lambda text: text.replace("\n\nFull Conference", f"\n\n{lines}\n\nFull Conference", 1)


OWN: dict[str, Callable[[int], Damage]] = {
    "a heading in capitals": lambda _: lambda text: text.replace("Full Conference Call Transcript", "FULL CONFERENCE CALL TRANSCRIPT"),
    "a roster heading spelt otherwise": lambda _: lambda text: text.replace("Call participants", "CALL PARTICIPANTS:"),
    "other rulers": lambda number: lambda text: text.replace("=" * 70, "=" * (number * 12)),
    "a longer summary": _more_summary,
    "spaces behind the operator's colon": lambda _: lambda text: text.replace("\nOperator:", "\nOperator: "),
    "spaces behind an officer's colon": lambda _: lambda text: text.replace("Tran:", "Tran: ").replace("Teague:", "Teague: "),
    "other dashes in the roster": lambda number: lambda text: text.replace(" Officer — ", f" Officer {'–—-'[number % 3]} "),
    "more lines of the publisher": lambda _: lambda text: text.replace("\nThis article is a", "\nStocks Mentioned\n\nThis article is a"),
    "single line ends": lambda _: lambda text: text.replace("\n\n", "\n"),
}
ALL = {**OWN, **anywhere}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("stem", STEMS)
def test_each_damage_alone(stem: str, name: str) -> None:
    """No kind of damage changes who says what."""
    text = golden_text(stem)
    assert heard(ALL[name](3)(text), stem) == heard(text, stem)


@given(st.sampled_from(STEMS), drawn(ALL))
@settings(max_examples=400)
def test_damage_does_not_change_what_is_read(stem: str, damages: dict[str, int]) -> None:
    """However many kinds of damage come together, the same people say the same words in the same sections."""
    text = golden_text(stem)
    assert heard(damaged(text, ALL, damages), stem) == heard(text, stem)


def test_without_the_collectors_block() -> None:
    """Summary and file name stand in for the block."""
    text = golden_text(STEMS[0])
    assert heard(_without_block(2)(text), STEMS[0])[2] == heard(text, STEMS[0])[2]
    assert heard(_without_block(2)(text), STEMS[0])[0][:4] == ("LMFD-2026Q1", "Lumenfold", "LMFD", "2026Q1")

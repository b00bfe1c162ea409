"""Motley Fool's text of 2023 and 2024, and what is damaged in its text of any year: glued dashes, titles, paragraphs and turns."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.detect import detect
from indexer.formats import Draft, Side, motley_fool_text
from indexer.reading import read
from tests.damage import Damage, anywhere, damaged, drawn, golden_text, heard
from tests.facts import GOLDEN, SAMPLES, facts, golden_facts

STEMS = ["hartwell-hwlf-q2-2024", "veltrana-vlta-q3-2024", "brightmoor-brmf-q3-2025"]

TITLE = ["Orchard Lane(ORLN+0.15%)Q1 2024 Earnings CallMay 02, 2024,7:00 a.m. ET"]
CONTENTS = ["Prepared Remarks", "Questions and Answers", "Call Participants", "Prepared Remarks:"]
OPENING = ["Operator", "Welcome.", "Jane Roe--Chief Executive Officer", "We sold pears.", "Questions? Operator?"]
QUESTIONS = ["Questions & Answers:", "Operator", "The first is Mark Lamb.", "Mark Lamb--Pell & Harrow -- Analyst", "Why pears?"]
ROSTER = ["Duration: 0 minutes", "Call participants:", "Jane Roe--Chief Executive Officer", "Mark Lamb--Pell & Harrow -- Analyst"]
FOOTER = ["More ORLN analysis", "All earnings call transcripts", "The Motley Fool has a disclosure policy.", "Stocks Mentioned"]

TURNS = [
    ("Operator", ("Welcome.",)),
    ("Jane Roe", ("We sold pears.", "Questions? Operator?")),
    ("Operator", ("The first is Mark Lamb.",)),
    ("Mark Lamb", ("Why pears?",)),
]


def _parse(*parts: list[str]) -> Draft:
    return motley_fool_text.parse("\n\n".join(line for part in parts for line in part))


def _turns(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


def _answered(*lines: str, roster: list[str] = ROSTER) -> list[tuple[str, tuple[str, ...]]]:
    """Give the turns behind those of the usual call."""
    return _turns(_parse(TITLE, CONTENTS, OPENING, QUESTIONS, list(lines), roster, FOOTER))[len(TURNS) :]


def test_golden_pair() -> None:
    """The source is understood as somebody who read it turn by turn wrote down."""
    source = GOLDEN / f"{STEMS[0]}.txt"
    assert facts(read(source)) == golden_facts(source)


def test_the_parts_of_a_call() -> None:
    """Glued title and headers are read like those with spaces, and nobody is called Stocks Mentioned."""
    draft = _parse(TITLE, CONTENTS, OPENING, QUESTIONS, ROSTER, FOOTER)
    assert draft.title == ("Orchard Lane (ORLN)", "Q1 2024 Earnings Call", "May 02, 2024,7:00 a.m. ET")
    assert (_turns(draft), draft.qa_start) == (TURNS, 2)
    assert [(entry.name, entry.title, entry.firm) for entry in draft.roster] == [
        ("Jane Roe", "Chief Executive Officer", None),
        ("Mark Lamb", "Analyst", "Pell & Harrow"),
    ]


def test_without_roster_and_duration() -> None:
    """The contents' line "Call Participants" does not end a call that has no roster."""
    assert _turns(_parse(TITLE, CONTENTS, OPENING, QUESTIONS)) == TURNS


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Jane Roe--Chief Executive Officer", "Jane Roe"),
        ("Jane Roe—Chief Executive Officer", "Jane Roe"),
        ("Jane Roe — Chief Executive Officer", "Jane Roe"),
        ("Jane Roe--Chief Executive Officer and Chair", "Jane Roe"),
        ("Tess Quist--Kestrel Securities -- Analyst", "Tess Quist"),
        ("Tess Quist--Analyst", "Tess Quist"),
        ("Unknown speaker--Kestrel Securities -- Analyst", "Unknown speaker"),
    ],
)
def test_headers(header: str, name: str) -> None:
    """Two hyphens or an em dash, with or without spaces, part name and title or firm."""
    assert _answered(header, "And plums?") == [(name, ("And plums?",))]


@pytest.mark.parametrize("line", ["Jane Roe—Who else?", "Jane Roe--Well, it grew.", "Pear Tree—All of it.", "We grew--and so did they."])
def test_a_glued_dash_in_speech_is_speech(line: str) -> None:
    """What follows the dash must be a title or an analyst, or the line must come back."""
    assert _answered("Jane Roe--Chief Executive Officer", "So.", line) == [("Jane Roe", ("So.", line))]


def test_a_person_listed_twice_is_one() -> None:
    """A header with a middle initial speaks for the same person, under the longest form of the name."""
    roster = [*ROSTER, "Jane Q. Roe--Chief Executive Officer"]
    draft = _parse(TITLE, CONTENTS, OPENING, QUESTIONS, ["Jane Q. Roe--Chief Executive Officer", "They sell."], roster)
    assert [entry.name for entry in draft.roster] == ["Jane Q. Roe", "Mark Lamb"]
    assert {turn.speaker.name for turn in draft.turns} == {"Operator", "Jane Q. Roe", "Mark Lamb"}


def test_an_officer_listed_with_the_company_is_no_analyst() -> None:
    """A firm of which somebody is an officer is the company; an analyst may be a managing director of another."""
    roster = [
        *ROSTER[:2],
        "Jane Roe -- Orchard Lane, Inc. -- Chief Executive Officer",
        "Mike Poe -- Orchard Lane, Inc. -- Director",
        "Rita Dorn -- Kestrel -- Managing Director",
    ]
    draft = _parse(TITLE, CONTENTS, OPENING, QUESTIONS, roster)
    assert draft.company == "Orchard Lane, Inc."
    assert [(entry.name, entry.firm, entry.side) for entry in draft.roster] == [
        ("Jane Roe", None, Side.COMPANY),
        ("Mike Poe", None, Side.COMPANY),
        ("Rita Dorn", "Kestrel", Side.ANALYST),
    ]


def test_a_first_speaker_without_a_title() -> None:
    """Where no heading opens the speech, a bare name does that the roster knows."""
    bare = ["Orchard Lane, Inc. (ORLN -1.48%)", "Q3 2022 Earnings Call", "Nov 5, 2022, 8:00 a.m. ET"]
    draft = _parse(bare, ["Tess Quist", "Good morning.", *OPENING[2:4]], ["Duration: 0 minutes", "Tess Quist", ROSTER[2]])
    assert _turns(draft) == [("Tess Quist", ("Good morning.",)), ("Jane Roe", ("We sold pears.",))]
    assert draft.title == tuple(bare)


@pytest.mark.parametrize(
    ("lines", "turns"),
    [
        (["Jane Roe", "They sell.And they keep."], [("Jane Roe", ("They sell.", "And they keep."))]),
        (
            ["Operator", "Next is Rita Dorn.Rita DornHey. And plums?"],
            [("Operator", ("Next is Rita Dorn.",)), ("Rita Dorn", ("Hey. And plums?",))],
        ),
        (["Jane Roe", "We use it.Pear PowerPoint is fine."], [("Jane Roe", ("We use it.", "Pear PowerPoint is fine."))]),
    ],
)
def test_lost_line_breaks(lines: list[str], turns: list[tuple[str, tuple[str, ...]]]) -> None:
    """Paragraphs and whole turns that are glued to the one before are put apart."""
    assert _answered(*lines) == turns


def test_the_layout_is_known_by_its_marks() -> None:
    """A glued title and glued headers are evidence."""
    text = "\n\n".join([*TITLE, *CONTENTS, *OPENING, *QUESTIONS, *ROSTER])
    assert motley_fool_text.evidence(text) == "title line with a ticker, quarter line, 4 'Name -- Title' lines"
    assert detect(text).layout is motley_fool_text


def _dashes(number: int) -> Damage:
    dash = ["--", " -- ", "—", " — "][number % 4]
    return lambda text: re.sub(r"^([A-Z][\w.' ]{2,40}?)(?: -- |--|—)(?=[A-Z])", rf"\g<1>{dash}", text, flags=re.MULTILINE)


def _glued_paragraphs(number: int) -> Damage:
    """Lose the line break between some paragraphs of speech."""

    def damage(text: str) -> str:
        parts = re.split(r"(?<=[a-z]\.)\n\n(?=(?:The|We|In|For|And|So|That|Our|It) [a-z])", text)
        return "".join(part + ("" if at % number == 0 else "\n\n") for at, part in enumerate(parts[:-1])) + parts[-1]

    return damage


def _advert(number: int) -> Damage:
    """Set an advert between paragraphs."""
    lines = ["10 stocks we like better than Pears", "They know.", "See the 10 stocks", "*Stock Advisor returns as of May 1, 2024"]
    advert = "\n\n".join(lines)
    place = re.compile(r"(?<=[a-z]\.)\n\n(?=[A-Z][a-z]+ [a-z])")
    return lambda text: text if lines[0][:20] in text else place.sub(f"\n\n{advert}\n\n", text, count=number)


OWN: dict[str, Callable[[int], Damage]] = {
    "other dashes": _dashes,
    "another question heading": lambda number: (
        lambda text: re.sub(
            r"\nQuestions (?:&|and) Answers:\n", ["\nQuestion and Answer:\n", "\nQUESTIONS AND ANSWERS\n"][number % 2], text
        )
    ),
    "a participants heading spelt otherwise": lambda _: lambda text: re.sub(r"Call participants:?", "CALL PARTICIPANTS", text),
    "other rulers": lambda number: lambda text: text.replace("=" * 70, "=" * (number * 12)),
    "no contents": lambda _: lambda text: text.replace("\n\nPrepared Remarks\n\nQuestions and Answers\n\nCall Participants\n", "\n"),
    "glued paragraphs": _glued_paragraphs,
    "an advert": _advert,
    "another footer": lambda _: lambda text: text.replace("\nAll earnings call transcripts", "\nTranscript powered by AlphaStreet"),
    "single line ends": lambda _: lambda text: text.replace("\n\n", "\n"),
}
ALL = {**OWN, **anywhere}


def _text(stem: str) -> str:
    return (SAMPLES / f"{stem}.txt").read_text(encoding="utf-8") if (SAMPLES / f"{stem}.txt").exists() else golden_text(stem)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("stem", STEMS)
def test_each_damage_alone(stem: str, name: str) -> None:
    """No kind of damage changes who says what."""
    text = _text(stem)
    assert heard(ALL[name](3)(text), stem) == heard(text, stem)


@given(st.sampled_from(STEMS), drawn(ALL))
@settings(max_examples=250)
def test_damage_does_not_change_what_is_read(stem: str, damages: dict[str, int]) -> None:
    """However many kinds of damage come together, the same people say the same words in the same sections."""
    text = _text(stem)
    assert heard(damaged(text, ALL, damages), stem) == heard(text, stem)

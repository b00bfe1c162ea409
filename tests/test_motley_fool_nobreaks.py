"""Motley Fool's text without line breaks gets them back: headings, headers, paragraphs and roster lines."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.detect import detect
from indexer.formats import Draft, motley_fool_nobreaks
from indexer.reading import read
from tests.damage import Damage, anywhere, damaged, drawn, golden_text, heard
from tests.facts import GOLDEN, facts, golden_facts

STEMS = ["thornapple-thsd-q1-2019", "copperline-clfy-q2-2019"]

HEADING = "Prepared Remarks:"
OPENING = "OperatorWelcome to the Orchard Lane third quarter 2019 call.Jane Roe -- Chief Executive OfficerThank you.We sold pears."
QUESTIONS = "Questions and Answers:OperatorThe first is from Mark Lamb.Mark Lamb -- Pell & Harrow -- AnalystWhy pears?"
ROSTER = "Duration: 61 minutesCall participants:Jane Roe -- Chief Executive OfficerMark Lamb -- Pell & Harrow -- Analyst"
FOOTER = "More ORLN analysisTranscript powered by AlphaStreetThis article is a transcript of this conference call. There may be errors."

TURNS = [
    ("Operator", ("Welcome to the Orchard Lane third quarter 2019 call.",)),
    ("Jane Roe", ("Thank you.", "We sold pears.")),
    ("Operator", ("The first is from Mark Lamb.",)),
    ("Mark Lamb", ("Why pears?",)),
]


def _parse(*parts: str) -> Draft:
    return motley_fool_nobreaks.parse("".join(parts))


def _turns(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


def _answered(text: str, roster: str = ROSTER) -> list[tuple[str, tuple[str, ...]]]:
    """Give the turns behind those of the usual call."""
    return _turns(_parse(HEADING, OPENING, QUESTIONS, text, roster, FOOTER))[len(TURNS) :]


@pytest.mark.parametrize("stem", STEMS)
def test_golden_pairs(stem: str) -> None:
    """Each source is understood as somebody who read it turn by turn wrote down."""
    source = GOLDEN / f"{stem}.txt"
    assert facts(read(source)) == golden_facts(source)


def test_the_parts_of_a_call() -> None:
    """Speech, start of the questions, duration and roster come apart; footer and welcome tell which call it is."""
    draft = _parse(HEADING, OPENING, QUESTIONS, ROSTER, FOOTER)
    assert draft.title == ("Orchard Lane (ORLN)", "Q3 2019 Earnings Call")
    assert (_turns(draft), draft.qa_start, draft.duration_minutes) == (TURNS, 2, 61)
    assert [(entry.name, entry.title, entry.firm) for entry in draft.roster] == [
        ("Jane Roe", "Chief Executive Officer", None),
        ("Mark Lamb", "Analyst", "Pell & Harrow"),
    ]


@pytest.mark.parametrize(
    ("opening", "footer", "title"),
    [
        (
            "OperatorHello.",
            "More ORLN analysis10 stocks we like better than Orchard Lane (A shares)When they speak",
            ("Orchard Lane (ORLN)",),
        ),
        ("OperatorThanks for joining the Q4 2019 Analyst Call of Orchard Lane.", "", ("Orchard Lane", "Q4 2019 Earnings Call")),
        ("OperatorWelcome to Orchard Lane's First-Quarter 2019 Call.", "", ("Orchard Lane", "Q1 2019 Earnings Call")),
        ("OperatorHello.", "", ()),
    ],
)
def test_which_call_it_is(opening: str, footer: str, title: tuple[str, ...]) -> None:
    """Without a title, the publisher's footer and the operator's welcome tell company, ticker and quarter."""
    assert _parse(HEADING, opening, QUESTIONS, ROSTER, footer).title == title


def test_a_title_may_be_there() -> None:
    """Where the title was saved too, it is put apart, and no-break spaces in it are spaces."""
    top = "Orchard Lane\u00a0(NYSE:ORLN)Q3\u00a02019 Earnings CallOct 15, 2019, 8:30 a.m. ET"
    draft = _parse(top, "Contents:  Prepared Remarks Questions and Answers  ", HEADING, "  ", OPENING, QUESTIONS, ROSTER, FOOTER)
    assert draft.title[:3] == ("Orchard Lane (NYSE:ORLN)", "Q3 2019 Earnings Call", "Oct 15, 2019, 8:30 a.m. ET")
    assert _turns(draft) == TURNS


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("Jane Roe -- Chief Executive Officer Plums too.", [("Jane Roe", ("Plums too.",))]),
        ("Jane Roe --Chief Executive OfficerPlums too.", [("Jane Roe", ("Plums too.",))]),
        ("Jane Roe-Chief Executive OfficerPlums too.", [("Jane Roe", ("Plums too.",))]),
        ("Jane Roe — Chief Executive OfficerPlums too.", [("Jane Roe", ("Plums too.",))]),
        ("Operator:Goodbye.", [("Operator", ("Goodbye.",))]),
        ("Operator[Operator Closing Remarks]", [("Operator", ("[Operator Closing Remarks]",))]),
        (
            "OperatorThe next comes fromJane Roe -- Chief Executive OfficerYes.",
            [("Operator", ("The next comes from",)), ("Jane Roe", ("Yes.",))],
        ),
        ("Unknown speakerAnd quinces?", [("Unknown speaker", ("And quinces?",))]),
        ("Tess Quist -- Chief Pear OfficerIt works.", [("Tess Quist", ("It works.",))]),  # not in the roster
        ("Tess Quist -- Kestrel -- AnalystAnd quinces?", [("Tess Quist", ("And quinces?",))]),
        ("Tess Quist -- Head of Pears and PlumsIt works.", [("Tess Quist", ("It works.",))]),
    ],
)
def test_headers(text: str, turns: list[tuple[str, tuple[str, ...]]]) -> None:
    """A header is found between speech and speech, whatever its dash, and in the roster or not."""
    assert _answered(text) == turns


@pytest.mark.parametrize(
    "text",
    [
        "We grew -- as Jane Roe -- we all know -- said.",
        "I asked the Operator -- She did not know.",
        "Our view on Orchard Lane -- That depends.",
        "Thank you, Operator.",
        "In our prepared remarks, we said more analysis is due.",
        "More AI analysis is due.",
    ],
)
def test_what_only_looks_like_a_header_is_speech(text: str) -> None:
    """A dash, a name or a heading's words within a sentence start nothing."""
    said = _answered(f"Jane Roe -- Chief Executive OfficerSo. {text}")
    assert said == [("Jane Roe", (f"So. {text}",))]


@pytest.mark.parametrize(
    ("line", "name", "title", "firm"),
    [
        ("Rita O'Dorn -- Lindqvist & Rowe", "Rita O'Dorn", None, "Lindqvist & Rowe"),
        ("Al McQuist -- JPearl Chase -- Managing Director", "Al McQuist", "Managing Director", "JPearl Chase"),
        ("Ann Poe --Kestrel -- Analyst", "Ann Poe", "Analyst", "Kestrel"),
        ("Ann von Poe -- Treasurer", "Ann von Poe", "Treasurer", None),
    ],
)
def test_roster_lines(line: str, name: str, title: str | None, firm: str | None) -> None:
    """A glued roster comes apart at its names, capitals within names or firms notwithstanding."""
    question = f"OperatorNext.{line}Why?OperatorNext.Rita Dorn -- Kestrel -- AnalystAnd plums?" if firm else ""
    roster = _parse(HEADING, OPENING, QUESTIONS, question, ROSTER, line, "Rita Dorn -- Kestrel -- Analyst", FOOTER).roster
    assert [(entry.name, entry.title, entry.firm) for entry in roster[2:]] == [(name, title, firm), ("Rita Dorn", "Analyst", "Kestrel")]


def test_a_companys_officers_may_be_listed_with_it() -> None:
    """Where officers are listed as "Name -- Company -- Title" they are no analysts, and the company is known."""
    opening = OPENING.replace("Jane Roe -- ", "Jane Roe -- Orchard Lane, Inc. -- ")
    draft = _parse(HEADING, opening, QUESTIONS, ROSTER.replace("Jane Roe -- ", "Jane Roe -- Orchard Lane, Inc. -- "), FOOTER)
    assert (draft.company, draft.roster[0].title, draft.roster[0].firm) == ("Orchard Lane, Inc.", "Chief Executive Officer", None)
    assert _turns(draft) == TURNS


def test_without_a_roster() -> None:
    """If the file ends without one, titles tell where headers end."""
    assert _turns(_parse(HEADING, OPENING, QUESTIONS, FOOTER)) == TURNS


def test_the_layout_is_known_by_its_marks() -> None:
    """Glued headers behind a glued heading are evidence; the layout with line breaks is another."""
    text = HEADING + OPENING + QUESTIONS + ROSTER
    assert motley_fool_nobreaks.evidence(text) == "'Prepared Remarks:' and 5 headers glued to speech"
    assert detect(text).layout is motley_fool_nobreaks
    assert motley_fool_nobreaks.evidence(text.replace(HEADING, "")) == ""
    assert motley_fool_nobreaks.evidence(golden_text("hartwell-hwlf-q2-2024")) == ""


def _with_breaks(number: int) -> Damage:
    """Give some paragraphs their line break back."""

    def damage(text: str) -> str:
        parts = re.split(r"(?<=[a-z][.?])(?=[A-Z][a-z]+ [a-z])", text)
        return "".join(part + ("\n" if at % number == 0 else "") for at, part in enumerate(parts))

    return damage


def _without_listed_officer(_: int) -> Damage:
    """Take an officer out of the list; where no space parts title and words, the title in the body ends at the glue."""

    def damage(text: str) -> str:
        front, heading, roster = text.rpartition("articipants:")
        return front + heading + re.sub(r"Petra Lindqvist -- Chief Executive Officer", "", roster)

    return damage


OWN: dict[str, Callable[[int], Damage]] = {
    "some line breaks": _with_breaks,
    "no-break spaces behind titles": lambda _: lambda text: text.replace("Chief Financial Officer", "Chief Financial Officer\u00a0"),
    "a narrow dash": lambda number: lambda text: text.replace("Quill -- ", "Quill --").replace("Voss -- Kestrel", "Voss --Kestrel", number),
    "another question heading": lambda number: (
        lambda text: text.replace("Questions and Answers:", ["Questions & Answers:", "Question and Answer:"][number % 2])
    ),
    "spaces about the question heading": lambda _: lambda text: text.replace("Questions and Answers:", "  Questions and Answers: "),
    "a roster heading spelt otherwise": lambda _: lambda text: text.replace("Call participants:", "Call Participants:"),
    "an unlisted officer": _without_listed_officer,
    "a colon behind the operator": lambda number: lambda text: text.replace(".OperatorT", ".Operator:T", number),
    "no publisher's notice": lambda _: lambda text: re.sub(r"This article is a transcript.*?transcript\.", "", text),
}
ALL = {**OWN, **anywhere}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("stem", STEMS)
def test_each_damage_alone(stem: str, name: str) -> None:
    """No kind of damage changes who says what."""
    text = golden_text(stem)
    assert heard(ALL[name](3)(text), stem, people=False) == heard(text, stem, people=False)


@given(st.sampled_from(STEMS), drawn(ALL))
@settings(max_examples=400)
def test_damage_does_not_change_what_is_read(stem: str, damages: dict[str, int]) -> None:
    """However many kinds of damage come together, the same people say the same words in the same sections."""
    text = golden_text(stem)
    assert heard(damaged(text, ALL, damages), stem, people=False) == heard(text, stem, people=False)


def test_dashes_without_end_are_no_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more dashes are looked at than any page has."""
    monkeypatch.setattr(motley_fool_nobreaks, "_MOST_DASHES", 4)
    words = "Jane Roe -- Chief Executive OfficerPears."
    turns = _turns(_parse(HEADING, OPENING, words * 9, ROSTER))
    assert [name for name, _ in turns] == ["Operator", "Jane Roe", "Jane Roe", "Jane Roe", "Jane Roe"]

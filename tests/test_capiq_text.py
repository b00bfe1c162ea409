"""S&P Capital IQ's text of a PDF becomes a draft: furniture off every page, roles under the names, sections by their headings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.formats import Draft, Side, capiq_text
from indexer.reading import read
from tests.damage import Damage, anywhere, damaged, drawn, golden_text, heard, wrapped
from tests.facts import GOLDEN, facts, golden_facts

STEMS = ["tarnwick-twke-fq3-2025", "osmere-osmr-fq1-2026"]

COPYRIGHT = "Copyright © 2024 S&P Global Market Intelligence, a division of S&P Global Inc. All Rights reserved."
TITLE = ["Orchard Lane, Inc. NYSE:ORLN", "FQ3 2024 Earnings Call Transcripts", "Tuesday, November 5, 2024 2:00 PM GMT"]
ESTIMATES = ["S&P Global Market Intelligence Estimates", "EPS (GAAP) 0.30 0.20", "Consensus as of  Nov-02-2024 10:12 AM GMT"]
CONTENTS = ["Contents", "Table of Contents", "Call Participants ..... 3", "Question and Answer ..... 4", "Presentation ..... 9"]
HEAD = ["ORCHARD LANE, INC. FQ3 2024 EARNINGS CALL |  NOV 05, 2024", COPYRIGHT, "spglobal.com/marketintelligence 4"]
ROSTER = ["Call Participants", "EXECUTIVES", "Jane Q. Roe", "President, CEO &", "Director", "ANALYSTS", "Mark Lamb", "Pell & Harrow, Inc.,"]
ROSTER += ["Research Division", "Rita Dorn"]
PREPARED = ["Presentation", "Operator", "Welcome to the call.", "Jane Q. Roe", "President, CEO & Director", "We sold pears."]
QUESTIONS = [
    "Question and Answer",
    "Operator",
    "Our first question comes from Mark Lamb.",
    "Mark Lamb",
    "Pell & Harrow, Inc., Research Division",
]
QUESTIONS += ["Why pears?", "Jane Q. Roe", "President, CEO & Director", "They sell."]
LEGAL = ["Copyright © 2024 by S&P Global Market Intelligence, a division of S&P Global Inc. All rights reserved.", "Nobody said this."]

TURNS = [
    ("Operator", ("Welcome to the call.",)),
    ("Jane Q. Roe", ("We sold pears.",)),
    ("Operator", ("Our first question comes from Mark Lamb.",)),
    ("Mark Lamb", ("Why pears?",)),
    ("Jane Q. Roe", ("They sell.",)),
]


def _text(*parts: list[str]) -> str:
    front = [COPYRIGHT, "spglobal.com/marketintelligence", "1", *TITLE, *ESTIMATES, *CONTENTS, *HEAD]
    return "\n".join([*front, *(line for part in parts for line in part)])


def _parse(*parts: list[str]) -> Draft:
    return capiq_text.parse(_text(*parts))


def _turns(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


def _answered(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give the turns behind those of the usual call."""
    return _turns(_parse(ROSTER, PREPARED, QUESTIONS, list(lines)))[len(TURNS) :]


@pytest.mark.parametrize("stem", STEMS)
def test_golden_pairs(stem: str) -> None:
    """Each source is understood as somebody who read it turn by turn wrote down."""
    source = GOLDEN / f"{stem}.txt"
    assert facts(read(source)) == golden_facts(source)


def test_the_parts_of_a_call() -> None:
    """Title, roster, speech and the start of the questions each come from their own pages; nothing else does."""
    draft = _parse(ROSTER, HEAD, PREPARED, HEAD, QUESTIONS, HEAD, LEGAL)
    assert draft.title == ("Orchard Lane, Inc. (NYSE:ORLN)", "FQ3 2024 Earnings Call", "November 5, 2024 2:00 PM GMT")
    assert (_turns(draft), draft.qa_start) == (TURNS, 2)


def test_the_list_of_participants() -> None:
    """What stands under a name is a title or a firm, wrapped or not; somebody may have neither."""
    people = _parse(ROSTER, PREPARED).roster
    assert [(entry.name, entry.title, entry.firm, entry.side) for entry in people] == [
        ("Jane Q. Roe", "President, CEO & Director", None, Side.COMPANY),
        ("Mark Lamb", None, "Pell & Harrow, Inc., Research Division", Side.ANALYST),
        ("Rita Dorn", None, None, Side.ANALYST),
    ]


@pytest.mark.parametrize(
    ("about", "firm", "title"),
    [
        (["Kestrel Bank PLC, Research", "Division - MD & Analyst"], "Kestrel Bank PLC, Research Division", "MD & Analyst"),
        (["Kestrel LLC"], "Kestrel LLC", None),
        (["Stone, Marsh & Company,", "Incorporated, Research Division"], "Stone, Marsh & Company, Incorporated, Research Division", None),
    ],
)
def test_an_analysts_firm(about: list[str], firm: str, title: str | None) -> None:
    """A firm keeps its department as published, and a dash behind it begins a title."""
    entry = _parse([*ROSTER[:5], "ANALYSTS", "Tess Quist", *about], PREPARED).roster[-1]
    assert (entry.name, entry.firm, entry.title) == ("Tess Quist", firm, title)


@pytest.mark.parametrize("position", range(1, len(PREPARED) + len(QUESTIONS)))
def test_a_page_may_end_anywhere(position: int) -> None:
    """A page that ends between a name and its role, or between a role and the words, changes nothing."""
    body = [*PREPARED, *QUESTIONS]
    draft = _parse(ROSTER, body[:position], HEAD, body[position:])
    assert (_turns(draft), draft.qa_start) == (TURNS, 2)


def test_a_page_number_on_its_own_line() -> None:
    """A bare number beside the publisher's address numbers a page; a bare number among words is said."""
    head = [*HEAD[:2], "spglobal.com/marketintelligence", "12"]
    assert _turns(_parse(ROSTER, PREPARED[:-1], head, PREPARED[-1:], QUESTIONS)) == TURNS
    assert _answered("Operator", "How many pears?", "Jane Q. Roe", "President, CEO & Director", "12") == [
        ("Operator", ("How many pears?",)),
        ("Jane Q. Roe", ("12",)),
    ]


@pytest.mark.parametrize(
    ("lines", "turns"),
    [
        (["Rita Dorn", "And plums?"], [("Rita Dorn", ("And plums?",))]),  # the list gives no firm
        (["Hal Quist", "Chief Engineer", "It works."], [("Hal Quist", ("It works.",))]),  # the list misses him
        (["Jayne Roe", "President, CEO & Director", "Plums too."], [("Jane Q. Roe", ("Plums too.",))]),  # misspelt
        (["Unidentified Analyst", "And plums?"], [("Unidentified Analyst", ("And plums?",))]),
        (["Operator", "Ann Poe is next.", "Ann Poe", "And plums?"], [("Operator", ("Ann Poe is next.",)), ("Ann Poe", ("And plums?",))]),
    ],
)
def test_who_is_a_speaker(lines: list[str], turns: list[tuple[str, tuple[str, ...]]]) -> None:
    """A name on its own line begins a turn if the list has it, a role stands below, or the operator has just said it."""
    assert _answered(*lines) == turns


@pytest.mark.parametrize(
    "words",
    [
        ["I hand you over to our president", "Jane Q. Roe"],
        ["Prune Orchard", "is what we call it."],
        ["That is all,", "operator."],
    ],
)
def test_a_name_in_a_sentence_is_speech(words: list[str]) -> None:
    """A wrapped line that happens to be a name belongs to the sentence."""
    assert _answered("Rita Dorn", "So.", "Operator", "Yes.", "Jane Q. Roe", "President, CEO & Director", *words)[2:] == [
        ("Jane Q. Roe", (" ".join(words),)),
    ]


@pytest.mark.parametrize("heading", ["Question and Answer", "Questions and Answers", "Question & Answer", "QUESTION AND ANSWER"])
def test_the_question_heading_has_several_spellings(heading: str) -> None:
    """The heading opens the questions and is no speech."""
    draft = _parse(ROSTER, PREPARED, [heading], QUESTIONS[1:])
    assert (_turns(draft), draft.qa_start) == (TURNS, 2)


def test_without_a_heading_the_questions_are_not_marked() -> None:
    """Where no heading stands in the body, that of the contents does not count."""
    assert _parse(ROSTER, PREPARED, QUESTIONS[1:]).qa_start is None


@pytest.mark.parametrize(
    "text",
    ["", "Operator\nWelcome to the call.", "\n".join(TITLE), f"{COPYRIGHT}\nA report on pears", "Call Participants\nEXECUTIVES\nJane Roe"],
)
def test_what_has_no_marks_is_another_layout(text: str) -> None:
    """The publisher's copyright and a list of participants mark the layout together, neither alone."""
    assert capiq_text.evidence(text) == ""
    assert capiq_text.evidence(_text(ROSTER, PREPARED)) != ""


def _with_page_break(number: int) -> Damage:
    """Begin a page after every so many lines of the body more."""

    def damage(text: str) -> str:
        front, heading, body = text.partition("\nPresentation\n")
        lines = body.split("\n")
        head = next(line for line in text.split("\n") if "EARNINGS CALL |" in line)
        broken = [
            f"{line}\n\f{head}\n{COPYRIGHT}\nspglobal.com/marketintelligence {at}" if at % (number + 5) == 1 else line
            for at, line in enumerate(lines)
        ]
        return front + heading + "\n".join(broken)

    return damage


def _without_listed_analyst(_: int) -> Damage:
    """Take an analyst out of the list; her firm still stands under her name in the body."""
    return lambda text: text.replace("Maribel Anne Stroud\nPell & Harrow Securities, Inc.,\nResearch Division\n", "", 1)


OWN = {
    "more page breaks": _with_page_break,
    "page numbers on their own lines": lambda _: lambda text: text.replace("marketintelligence ", "marketintelligence\n"),
    "shorter dots in the contents": lambda number: lambda text: text.replace("." * 82, "." * number),
    "contents in the other order": lambda _: (
        lambda text: text.replace("\nPresentation ..", "\n\nPresentation ..").replace("Question and Answer ..", "Q&A ..")
    ),
    "another question heading": lambda number: (
        lambda text: text.replace(
            "\nQuestion and Answer\n", ["\nQuestions and Answers\n", "\nQUESTION AND ANSWER\n", "\nQuestion & Answer\n"][number % 3]
        )
    ),
    "a site with www": lambda _: lambda text: text.replace("\nspglobal.com", "\nwww.spglobal.com"),
    "an unlisted analyst": _without_listed_analyst,
}
ALL = {**OWN, **wrapped, **anywhere}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("stem", STEMS)
def test_each_damage_alone(stem: str, name: str) -> None:
    """No kind of damage changes who says what."""
    text = golden_text(stem)
    damage = ALL[name](3)
    assert heard(damage(text), stem, people=False) == heard(text, stem, people=False)


@given(st.sampled_from(STEMS), drawn(ALL))
@settings(max_examples=400)
def test_damage_does_not_change_what_is_read(stem: str, damages: dict[str, int]) -> None:
    """However many kinds of damage come together, the same people say the same words in the same sections."""
    text = golden_text(stem)
    assert heard(damaged(text, ALL, damages), stem, people=False) == heard(text, stem, people=False)

"""A filing with the Indian exchanges becomes a draft: letter, pages' heads and disclaimer fall away, capitals become names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.formats import Draft, RosterEntry, Side, indian_filing
from indexer.reading import read
from tests.damage import Damage, anywhere, damaged, drawn, golden_text, heard, wrapped
from tests.facts import GOLDEN, facts, golden_facts

STEMS = ["kaveripet-kvfans-q2-fy26", "sandhira-543987-q4-fy25"]

LETTER = ["Orchard Lane Limited", "Registered Office: 4, Mill Road", "4th November 2024", "To,", "National Stock Exchange of India Limited"]
LETTER += [
    "Scrip Code: ORLANE",
    "Sub: Transcript of the call on the results",
    "Dear Sirs,",
    "Please find the transcript of the earnings call.",
]
TITLE = ["Page 1 of 3", "Orchard Lane Limited", "Q2 FY25 Earnings Conference Call", "October 28, 2024"]
ROSTER = [
    "MANAGEMENT: MR. ARUN DESHKAR – MANAGING DIRECTOR",
    "MS. RITA PINTO- CHIEF FINANCIAL",
    "OFFICER",
    "MODERATOR: MR. MARK LAMB — PELL & HARROW",
]
HEAD = ["Orchard Lane Limited", "  October 28, 2024", "Page 2 of 3"]
OPENING = ["Moderator: Ladies and gentlemen, welcome to the call.", "Arun Deshkar: Good evening. We sold pears."]
QUESTIONS = ["Moderator: The first question is from the line of Asha Rao from Kestrel.", "Asha Rao: Why pears?", "Arun Deshkar: They sell."]

TURNS = [
    ("Operator", ("Ladies and gentlemen, welcome to the call.",)),
    ("Arun Deshkar", ("Good evening. We sold pears.",)),
    ("Operator", ("The first question is from the line of Asha Rao from Kestrel.",)),
    ("Asha Rao", ("Why pears?",)),
    ("Arun Deshkar", ("They sell.",)),
]


def _parse(*parts: list[str]) -> Draft:
    return indian_filing.parse("\n".join(line for part in parts for line in part))


def _turns(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


def _said(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give the turns behind the usual ones."""
    return _turns(_parse(LETTER, TITLE, ROSTER, HEAD, OPENING, QUESTIONS, list(lines)))[len(TURNS) :]


def _listed(*lines: str) -> tuple[RosterEntry, ...]:
    return _parse(LETTER, TITLE, list(lines), HEAD, OPENING, QUESTIONS).roster


@pytest.mark.parametrize("stem", STEMS)
def test_golden_pairs(stem: str) -> None:
    """Each source is understood as somebody who read it turn by turn wrote down."""
    source = GOLDEN / f"{stem}.txt"
    assert facts(read(source)) == golden_facts(source)


def test_the_parts_of_a_filing() -> None:
    """Of the letter only the symbol is kept, its date is not the call's; heads of pages are nobody's words."""
    draft = _parse(LETTER, TITLE, ROSTER, HEAD, OPENING, HEAD, QUESTIONS)
    assert draft.title == ("Orchard Lane Limited (NSE:ORLANE)", "Q2 FY25 Earnings Conference Call", "October 28, 2024")
    assert (_turns(draft), draft.qa_start) == (TURNS, None)


def test_the_list_of_participants() -> None:
    """Capitals are spelt as names, three kinds of dash part an office from them, and the CAPS moderator is a host with a firm."""
    people = _listed(*ROSTER)
    assert [(entry.name, entry.title, entry.firm, entry.side) for entry in people] == [
        ("Arun Deshkar", "Managing Director", None, Side.COMPANY),
        ("Rita Pinto", "Chief Financial Officer", None, Side.COMPANY),
        ("Mark Lamb", None, "Pell & Harrow", Side.ANALYST),
    ]


@pytest.mark.parametrize(
    ("lines", "name", "title"),
    [
        (["MANAGEMENT :", "MR. N. KRISHNADEV - GENERAL MANAGER-FINANCE"], "N. Krishnadev", "General Manager-Finance"),
        (["MANAGEMENT", "MR. N. KRISHNADEV", "CHIEF EXECUTIVE OFFICER"], "N. Krishnadev", "Chief Executive Officer"),
        (["MANAGEMENT:", "DR. A. D'SOUZA – MD AND CEO – ORCHARD LANE LIMITED"], "A. D'Souza", "MD and CEO"),
        (["MANAGEMENT TEAM: SHRI RAM ROE – HEAD – INVESTOR RELATIONS", "– ORCHARD LANE LIMITED"], "Ram Roe", "Head - Investor Relations"),
        (["MANAGEMENT:", "MR. ARUN DESHKAR– VP", "+", "MANAGEMENT TEAM MEMBERS"], "Arun Deshkar", "VP"),
    ],
)
def test_forms_of_the_list(lines: list[str], name: str, title: str) -> None:
    """An office may stand behind a dash or below the name, wrapped, and before the company's own name."""
    (entry,) = _listed(*lines)
    assert (entry.name, entry.title) == (name, title)


def test_capitals_are_spelt_as_in_the_speech() -> None:
    """A name that is spoken of has its own capitals; abbreviations keep theirs."""
    host = _parse(TITLE, ["MODERATOR: MR. MARK LAMB – IKQ MCKESTREL"], [*OPENING, "I thank IKQ McKestrel."], QUESTIONS).roster[-1]
    assert host.firm == "IKQ McKestrel"


@pytest.mark.parametrize(
    ("title", "found"),
    [
        (["“Orchard Lane Limited", "Q2 FY25 Earnings Conference Call”"], ("Orchard Lane Limited", "Q2 FY25 Earnings Conference Call")),
        (["Orchard Lane Limited Q2 FY25 Results Call"], ("Orchard Lane Limited", "Q2 FY25 Results Call")),
        (["Orchard Lane Limited", "Transcript of Q2 FY25 Earnings Call"], ("Orchard Lane Limited", "Q2 FY25 Earnings Call")),
        (["Q2 FY25 Earnings Call"], ("Orchard Lane Limited", "Q2 FY25 Earnings Call")),  # the pages' heads name the company
    ],
)
def test_titles(title: list[str], found: tuple[str, str]) -> None:
    """Company and event stand on lines of their own, on one, in quotes, or the company only on the pages that follow."""
    draft = _parse(["Page 1 of 3"], title, ["October 28, 2024"], ROSTER, HEAD, OPENING, HEAD, QUESTIONS)
    assert draft.title == (*found, "October 28, 2024")


@pytest.mark.parametrize(
    ("line", "company"),
    [
        ("NSE Scrip Symbol: ORLANE", "Orchard Lane Limited (NSE:ORLANE)"),
        ("BSE Scrip Code: 512345", "Orchard Lane Limited (BSE:512345)"),
        ("Code: US12345R6789", "Orchard Lane Limited"),
        ("Mumbai - 400051", "Orchard Lane Limited"),
    ],
)
def test_symbols(line: str, company: str) -> None:
    """The letter gives the symbol on either exchange; neither a depositary number nor a postal code is one."""
    assert _parse([line], TITLE, ROSTER, HEAD, OPENING, QUESTIONS).title[0] == company


@pytest.mark.parametrize(
    "head",
    [
        ["Orchard Lane Limited", "October 28, 2024", "Page 2 of 3"],
        ["Orchard Lane Limited", "O", "ctober 28, 2024", "Page 2 of 3"],
        ["Page | 2", "Orchard Lane Limited", "October 28, 2024"],
        ["Orchard Lane Limited", "October 28, 2024", "2 | P a g e"],
        ["Transcript of the Q2 FY25 Earnings Call                    Page 2 of 3"],
    ],
)
def test_heads_of_pages(head: list[str]) -> None:
    """What recurs beside the page numbers is no speech, above or below them, on their line, or broken over two lines."""
    pages = [["Orchard Lane Limited", "October 28, 2024", "Page 3 of 3"], head, head]
    draft = _parse(TITLE, ROSTER, pages[0], OPENING[:1], pages[1], OPENING[1:], pages[2], QUESTIONS)
    assert _turns(draft) == TURNS


def test_words_beside_a_page_number_stay() -> None:
    """A sentence that runs over a page goes on, and thanks that end two pages are said twice."""
    thanks = "Arun Deshkar: Thank you."
    assert _said("Asha Rao: And", *HEAD, "plums?", thanks, *HEAD, "Asha Rao: Good.", thanks, *HEAD) == [
        ("Asha Rao", ("And plums?",)),
        ("Arun Deshkar", ("Thank you.",)),
        ("Asha Rao", ("Good.",)),
        ("Arun Deshkar", ("Thank you.",)),
    ]


def test_an_announced_analyst() -> None:
    """A line "Name from Firm" above somebody's words announces an analyst, even misspelt, and is nobody's words."""
    draft = _parse(TITLE, ROSTER, OPENING, ["Asha Rhao from Kestrel India", "Asha Rao : Why pears?", "Arun Deshkar : They sell."])
    assert [turn.speaker.name for turn in draft.turns][-2:] == ["Asha Rao", "Arun Deshkar"]
    assert draft.turns[-3].paragraphs == ("Good evening. We sold pears.",)
    assert draft.roster[-1] == RosterEntry(
        published="Asha Rhao from Kestrel India", name="Asha Rao", firm="Kestrel India", side=Side.ANALYST
    )


def test_a_label_in_a_speech_is_no_speaker() -> None:
    """What a presenter lists by headwords stays in his mouth."""
    words = ["Pear Orchards: It grew.", "Coming to plums: flat.", "1. Finance: fine.", "Pears: good.", "Pear Orchards: It grew again."]
    ((speaker, paragraphs),) = _said("Arun Deshkar: Pears and orchards, one by one.", *words)
    assert (speaker, " ".join(paragraphs)) == ("Arun Deshkar", " ".join(["Pears and orchards, one by one.", *words]))


@pytest.mark.parametrize(
    "end",
    [
        ["-" * 40, "Note: This was edited.", "Registered office: 4, Mill Road"],
        ["Disclaimer: We answer for nothing.", "Not for anything."],
        ["(This document has been typed in haste)"],
        ["____________", "Mill Road"],
    ],
)
def test_what_stands_behind_the_last_words(end: list[str]) -> None:
    """A ruler, a note or a disclaimer ends the call."""
    assert _said("Moderator: You may disconnect.", *end) == [("Operator", ("You may disconnect.",))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n".join(LETTER),
        "\n".join([*TITLE, *ROSTER]),
        "\n".join([*OPENING, *QUESTIONS]),
        "Page 1 of 2\nQ2 FY25 Earnings Call\nA report on pears\nPage 2 of 2\nRevenue: 12\nMargin: 3",
    ],
)
def test_what_has_too_few_marks_is_another_layout(text: str) -> None:
    """Letter, pages or turns alone do not make a filing."""
    assert indian_filing.evidence(text) == ""
    assert indian_filing.evidence("\n".join([*LETTER, *TITLE, *ROSTER, *HEAD, *OPENING, *QUESTIONS])) != ""


def _with_page_break(number: int) -> Damage:
    """Begin a page after every so many lines of the body more."""

    def damage(text: str) -> str:
        front, number_line, body = re.split(r"(\nPage 2 of \d+[^\n]*\n)", text, maxsplit=1)
        head = front.split("\n")[-3:]
        lines = body.split("\n")
        last = max(at for at, line in enumerate(lines) if line.startswith(("Moderator:", "Madhulika")))
        whole = [at for at in range(number, last) if not any("Page" in line or line == "O" for line in lines[max(0, at - 4) : at + 5])]
        for at in reversed(whole[:: number + 4]):
            lines[at + 1 : at + 1] = [*head, f" Page {at} of 99 "]
        return front + number_line + "\n".join(lines)

    return damage


OWN = {
    "more page breaks": _with_page_break,
    "no letter": lambda _: lambda text: text.replace("Ref: SSL", "Ref. SSL").replace("Dear Sirs/Madam, ", "Dear all, "),
    "other dashes": lambda number: (
        lambda text: re.sub(r"(?<=[A-Z]) ?[–—-] (?=[A-Z]{2})", [" – ", " - ", "– ", " — ", "- "][number % 5], text)
    ),
    "another heading": lambda number: (
        lambda text: re.sub(r"MANAGEMENT ?:", ["MANAGEMENT:", "MANAGEMENT :", "MANAGEMENT TEAM:", "MANAGEMENT\n"][number % 4], text)
    ),
    "space before colons": lambda number: lambda text: re.sub(r"^(\w[\w.]* \w+): ", r"\1 :" + " " * number, text, flags=re.MULTILINE),
    "honorifics": lambda _: lambda text: text.replace("\nAloysius Pinheiro", "\nMr. Aloysius Pinheiro").replace("\nGanesh", "\nMr. Ganesh"),
    "another page number": lambda number: (
        lambda text: re.sub(r"Page (\d+) of (\d+)", [r"Page \1", r"Page | \1", r"Page \1/\2", r"\1 | P a g e"][number % 4], text)
    ),
    "rulers": lambda number: lambda text: text.replace("-" * 90, "-" * (number + 4)),
    "no ruler": lambda _: lambda text: text.replace("-" * 90 + " \n", ""),
    "operator for moderator": lambda _: lambda text: text.replace("Moderator:", "Operator:"),
}
ALL = {**OWN, **wrapped, **anywhere}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("stem", STEMS)
def test_each_damage_alone(stem: str, name: str) -> None:
    """No kind of damage changes who says what."""
    text = golden_text(stem)
    damage = ALL[name](3)
    assert heard(damage(text), stem) == heard(text, stem)


@given(st.sampled_from(STEMS), drawn(ALL))
@settings(max_examples=400)
def test_damage_does_not_change_what_is_read(stem: str, damages: dict[str, int]) -> None:
    """However many kinds of damage come together, the same people say the same words in the same sections."""
    text = golden_text(stem)
    assert heard(damaged(text, ALL, damages), stem) == heard(text, stem)

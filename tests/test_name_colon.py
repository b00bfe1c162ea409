"""A call of nothing but `Name: text` is told from a chat log, a glossary and rows of questions, and read line by line."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.formats import Side, name_colon
from indexer.formats.colon_headers import find_colon_headers
from indexer.reading import read
from tests.damage import Damage, anywhere, damaged, drawn, golden_text, heard
from tests.facts import GOLDEN, facts, golden_facts

STEMS = ["pellworth-pianos-q2-2025", "graystoke-kayak-q4-2024"]

CALL = [
    "Operator: Welcome to the earnings call of Orchard Lane. I now hand the call over to Jane Roe, who runs the place.",
    "Jane Roe: Good morning. We sold more pears in this quarter than in any quarter before it, and the plums did well, too.",
    "Operator: Our first question comes from Mark Lamb with Pell and Harrow, who has followed us since the listing.",
    "Mark Lamb: Good morning, and thanks for taking the question. Why do you sell pears at all, when plums earn you more?",
    "Jane Roe: Because a buyer who wants pears comes back for plums, and a buyer who wants plums does not come back for pears.",
    "Mark Lamb: That is helpful. And what do you expect for the autumn, when the late sorts come to the market?",
    "Jane Roe: More of the same, if the rain holds off. We have the crates, the pickers and the trucks that we need.",
]


def _spoken(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in name_colon.parse("\n".join(lines)).turns]


@pytest.mark.parametrize("stem", STEMS)
def test_golden_pairs(stem: str) -> None:
    """Each source is understood as somebody who read it turn by turn wrote down."""
    source = GOLDEN / f"{stem}.txt"
    assert facts(read(source)) == golden_facts(source)


def test_a_call_is_recognised() -> None:
    """Most lines are `Name: text`, people come back and speak at length: a call, and the evidence says so."""
    assert name_colon.evidence("\n".join(CALL)) == "7 of 7 lines are 'Name: text', of 3 speakers"


def test_one_line_is_one_turn() -> None:
    """Each line is its speaker's; the operator is known as such; nothing is title, roster or heading."""
    draft = name_colon.parse("\n".join(CALL))
    assert [turn.speaker.name for turn in draft.turns] == [line.partition(":")[0] for line in CALL]
    assert [turn.paragraphs for turn in draft.turns] == [(line.partition(": ")[2],) for line in CALL]
    assert (draft.turns[0].speaker.side, draft.turns[1].speaker.side) == (Side.OPERATOR, Side.UNKNOWN)
    assert (draft.title, draft.roster, draft.qa_start) == ((), (), None)


def test_a_line_without_a_name_goes_on() -> None:
    """A paragraph below a turn belongs to it, colons in it or not."""
    assert _spoken(*CALL[:2], "A last word: plums.", "So much for that.") == [
        ("Operator", (CALL[0].partition(": ")[2],)),
        ("Jane Roe", (CALL[1].partition(": ")[2], "A last word: plums.", "So much for that.")),
    ]


def test_lines_above_the_speech_are_the_title() -> None:
    """What a collector wrote on top is kept to identify the call."""
    text = "\n".join(["Orchard Lane (NYSE:ORLN) Q3 2024 Earnings Call", *CALL])
    assert name_colon.evidence(text)
    assert name_colon.parse(text).title == ("Orchard Lane (NYSE:ORLN) Q3 2024 Earnings Call",)


def _chat() -> list[str]:
    return [
        f"{name}: {words}"
        for words in ("hi", "are you there?", "yes, I'm", "ok, see you")
        for name in ("Jane Roe", "Mark Lamb", "Rita Dorn")
    ]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        CALL[:3],  # too little to tell
        _chat(),
        ["Our fiscal quarter chat", *_chat()],
        [f"[10:{at}] Jane Roe: {line}" for at, line in enumerate(CALL)],
        [f"Question: Why did {line}\nAnswer: Because {line}" for line in CALL],
        [
            f"{term}: what is left of the revenue of a quarter when all of its costs are paid"
            for term in ("EBITDA", "Net Income", "Free Cash Flow") * 3
        ],
        [f"{name}: {CALL[1]}" for name in ("HAMLET", "OPHELIA", "HORATIO") * 4],
        [
            f"{name}: what the word means in a report on a quarter of the fiscal year"
            for name in ("Ann Poe", "Bea Roe", "Cy Lamb", "Di Dorn") * 1
        ],
        [line.replace("earnings call", "book circle").replace("quarter", "novel") for line in CALL],
        [word for line in CALL for word in (line, *["So it goes on, without a name, and nobody knows who says it."] * 2)],
    ],
)
def test_what_is_no_call_is_refused(lines: list[str]) -> None:
    """Short messages, times, terms that do not come back, rows of questions and other talk are not taken for calls."""
    assert name_colon.evidence("\n".join(lines)) == ""


def _continued(number: int, text: str) -> str:
    """Put some last sentences on lines of their own."""
    lines = text.split("\n")
    for at in range(0, len(lines), number):
        head, stop, last = lines[at].rpartition(". ")
        lines[at] = f"{head}.\n{last}" if stop and ":" not in last and len(head) > 60 else lines[at]
    return "\n".join(lines)


def _colons(number: int, text: str, colon: str) -> str:
    """Write the colon behind some speakers in another way."""
    return "\n".join(
        re.sub(r"^(\s*[\w. ]{3,40}): ", rf"\1{colon}", line) if at % number == 0 else line for at, line in enumerate(text.split("\n"))
    )


ALL: dict[str, Callable[[int], Damage]] = {
    "sentences on lines of their own": lambda number: lambda text: _continued(number, text),
    "no space behind colons": lambda number: lambda text: _colons(number, text, ":"),
    "space before colons": lambda number: lambda text: _colons(number, text, " :   "),
    "indented lines": lambda number: lambda text: "\n".join(" " * (at % number) + line for at, line in enumerate(text.split("\n"))),
    "operator in capitals": lambda _: lambda text: text.replace("\nOperator", "\nOPERATOR"),
    "moderator": lambda _: lambda text: text.replace("\nOperator", "\nModerator"),
    **anywhere,
}


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


def _names(*lines: str, roster: tuple[str, ...] = (), every_line: bool = False) -> list[str | None]:
    return [found.speaker.name if found else None for found in find_colon_headers(lines, roster, every_line=every_line)]


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["Jane Roe: Hello.", "So: yes.", "Jane Roe: Bye."], ["Jane Roe", None, "Jane Roe"]),  # comes back
        (["Operator: A question from Ann Poe.", "Ann Poe: Why?"], ["Operator", "Ann Poe"]),  # introduced
        (["Operator: It comes from Arun, an investor.", "Arun: Why?"], ["Operator", "Arun"]),  # introduced by one name
        (["Jane Roe: Hello.", "Zubin Quist: Thanks, Jane."], ["Jane Roe", "Zubin Quist"]),  # words that nobody says
        (["Operator: Hello.", "Home Care: It grew.", "Our home care did well."], ["Operator", None, None]),
        (["Operator: Hello.", "Home Care: It grew.", "Good care at home.", "Home Care: again."], ["Operator", None, None, None]),
        (["Unidentified Analyst: Why?", "Management: So."], ["Unidentified Analyst", "Management"]),
        (["Mr. Mark Lamb: Why?", "Mark Lamb: So?"], ["Mark Lamb", "Mark Lamb"]),
        (["MARK LAMB: Why?", "MARK LAMB: So?"], ["Mark Lamb", "Mark Lamb"]),
        (["https://example.org", "At 8:30: coffee", "a: one", ": two"], [None, None, None, None]),
    ],
)
def test_a_name_must_be_borne_out(lines: list[str], names: list[str | None]) -> None:
    """Before a colon stands a speaker if the call knows the name, and a label if it does not."""
    assert _names(*lines) == names


def test_the_roster_bears_out_a_name() -> None:
    """Who is listed speaks, even under a misspelt name; others with common words for names do not."""
    lines = ("Home Care: It grew.", "Home and care.", "Home Caire: So.")
    assert _names(*lines) == [None, None, None]
    assert _names(*lines, roster=("Home Care",)) == ["Home Care", None, "Home Caire"]
    assert _names(*lines, every_line=True) == ["Home Care", None, "Home Caire"]


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("Moderator", Side.OPERATOR),
        ("Unidentified Analyst", Side.ANALYST),
        ("Unidentified Company Representative", Side.COMPANY),
        ("Unknown Speaker", Side.UNKNOWN),
        ("Management", Side.COMPANY),
        ("Participant", Side.ANALYST),
    ],
)
def test_sides_that_names_tell(name: str, side: Side) -> None:
    """Who is called only by what they are is on that side."""
    (found,) = find_colon_headers([f"{name}: Hello."])
    assert found is not None
    assert (found.speaker.side, found.text) == (side, "Hello.")

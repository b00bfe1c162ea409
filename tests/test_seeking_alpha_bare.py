"""The bodies of Seeking Alpha's calls: without a title, often without rosters, the call is known by what is said and by the file's name."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.detect import LAYOUTS, detect
from indexer.encoding import decode
from indexer.formats import Draft, seeking_alpha_bare
from indexer.model import Transcript
from indexer.reading import read, read_bytes
from indexer.roles import Role
from tests.facts import GOLDEN, facts, golden_facts

STEMS = ["greywacke-gwsb-q2-2016", "mossgate-2017-q3"]

ROSTERS = ("Executives", "Jane Roe - Chief Executive Officer", "Analysts", "Mark Lamb – Pell & Harrow")
WELCOME = "Welcome to the Orchard Lane second quarter 2016 earnings call. Today's date is July 21, 2016. Here is Jane Roe, our CEO."
PREPARED = ("Operator", WELCOME, "Jane Roe", "Thank you. We sold more pears.")
HEADING = "Question-and-Answer Session"
QUESTIONS = (
    "Operator",
    "Our first question comes from Mark Lamb with Pell & Harrow.",
    "Mark Lamb",
    "Why pears?",
    "Jane Roe",
    "They sell.",
    "Mark Lamb",
    "Thanks.",
)
CALL = (*PREPARED, HEADING, *QUESTIONS)
TURNS = [
    ("Operator", (WELCOME,)),
    ("Jane Roe", ("Thank you. We sold more pears.",)),
    ("Operator", (QUESTIONS[1],)),
    ("Mark Lamb", ("Why pears?",)),
    ("Jane Roe", ("They sell.",)),
    ("Mark Lamb", ("Thanks.",)),
]
ROSTER_EVIDENCE = "a roster headed 'Executives' that begins with 'Jane Roe - Chief Executive Officer', without a title above it"
NAMES_EVIDENCE = "no title or roster; 3 names on lines of their own, again and again, and a question-and-answer heading"


def _joined(*lines: str) -> str:
    return "\n\n".join(lines)


def _turns(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


def _read(*lines: str, source: str = "call.txt") -> Transcript:
    (call,) = read_bytes(_joined(*lines).encode(), source=source)
    assert call.format == "seeking-alpha-bare"
    return call


@pytest.mark.parametrize("stem", STEMS)
def test_golden_pairs(stem: str) -> None:
    """Each body is understood as somebody who read it turn by turn wrote down."""
    source = GOLDEN / f"{stem}.txt"
    assert facts(read(source)) == golden_facts(source)


@pytest.mark.parametrize(
    ("lines", "evidence"),
    [
        ((*ROSTERS, *CALL), ROSTER_EVIDENCE),
        (("Executives:", *ROSTERS[1:], *CALL), ROSTER_EVIDENCE.replace("'Executives'", "'Executives:'")),
        (
            ("Company Participants", "Jane Roe – CEO", *ROSTERS[2:], *CALL),
            "a roster headed 'Company Participants' that begins with 'Jane Roe – CEO', without a title above it",
        ),
        (CALL, NAMES_EVIDENCE),
        (("Jane Roe", "Good morning.", *CALL), NAMES_EVIDENCE),
        (("Operator", "Welcome.", "question-and-answer session", "Jane Roe", "So.", *CALL[4:]), NAMES_EVIDENCE),
    ],
)
def test_the_layout_is_known_by_its_marks(lines: tuple[str, ...], evidence: str) -> None:
    """A roster that begins the file, or a name that does where names recur and the questions have a heading, is evidence."""
    text = _joined(*lines)
    assert seeking_alpha_bare.evidence(text) == evidence
    assert detect(text).layout is seeking_alpha_bare


def test_the_marks_are_known_however_their_spaces_are_written() -> None:
    """Blanks in names and in the heading may be doubled."""
    assert seeking_alpha_bare.evidence(_joined(*CALL).replace("Jane Roe", "Jane  Roe").replace("Session", " Session")) == NAMES_EVIDENCE


@pytest.mark.parametrize("text", [_joined(*ROSTERS, *CALL), _joined(*CALL), *STEMS])
def test_no_other_layout_claims_the_text(text: str) -> None:
    """It does not hang on the order in which layouts are asked."""
    if text in STEMS:
        text = decode((GOLDEN / f"{text}.txt").read_bytes()).text
    assert [layout.NAME for layout in LAYOUTS if layout.evidence(text)] == ["seeking-alpha-bare"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "Executives",
        _joined("Orchard Lane (NYSE:ORLN) Q2 2016 Earnings Call July 21, 2016", *ROSTERS, *CALL),
        _joined("EXECUTIVES", *ROSTERS[1:], *CALL),
        _joined("Executives", "Jane Roe", "Orchard Lane - CEO", *CALL),
        _joined("A walk in the orchard", *CALL),
        _joined(*PREPARED, *QUESTIONS),
        _joined(*PREPARED, HEADING, "Operator", "Nobody asks.", "Jane Roe", "Goodbye."),
        _joined("Operator", "Welcome.", HEADING, "Mark Lamb", "Why?", "Jane Roe", "They sell.", "Rita Dorn", "Do they?"),
        _joined("Silver Harvest", "A pear of that name is late.", HEADING, "Where does it grow?"),
    ],
)
def test_what_lacks_a_mark_is_no_evidence(text: str) -> None:
    """A title above the rosters, capitals, names that do not recur or questions without a heading are some other text."""
    assert seeking_alpha_bare.evidence(text) == ""


def test_a_body_with_rosters() -> None:
    """Rosters tell titles and firms, and are nobody's speech; there is no title."""
    draft = seeking_alpha_bare.parse(_joined(*ROSTERS, *CALL))
    assert (draft.title, draft.qa_start, _turns(draft)) == ((), 2, TURNS)
    assert [(entry.name, entry.title, entry.firm) for entry in draft.roster] == [
        ("Jane Roe", "Chief Executive Officer", None),
        ("Mark Lamb", None, "Pell & Harrow"),
    ]


def test_a_body_without_rosters() -> None:
    """Speech begins with the first line, and nothing of it is lost to a title or a roster."""
    draft = seeking_alpha_bare.parse(_joined(*CALL))
    assert (draft.title, draft.roster, draft.qa_start, _turns(draft)) == ((), (), 2, TURNS)


def test_without_rosters_people_are_what_they_are_introduced_as() -> None:
    """Titles and firms come from the words of introduction; the lack of a roster is noted."""
    call = _read(*CALL)
    assert [(person.name, person.title, person.firm, person.role) for person in call.participants] == [
        ("Jane Roe", "CEO", None, Role.CEO),
        ("Mark Lamb", None, "Pell & Harrow", Role.ANALYST),
    ]
    assert "no-roster" in call.warnings


@pytest.mark.parametrize("lines", [CALL, (*ROSTERS, *CALL)])
def test_the_call_is_known_by_its_opening_words(lines: tuple[str, ...]) -> None:
    """Company, quarter and day are those that the operator announces, whatever the file is called."""
    call = _read(*lines, source="calls/plums 2012 q4.txt")
    assert (call.company, call.period, call.date) == ("Orchard Lane", "2016Q2", date(2016, 7, 21))
    assert dict(call.origins) == {"company": "opening", "period": "opening", "date": "opening"}


@pytest.mark.parametrize("name", ["orchard lane 2016 q2.txt", "orchard lane-2016-q2.txt", "orchard lane q2 2016.txt"])
def test_the_call_is_known_by_the_files_name(name: str) -> None:
    """Where nobody announces the call, the file's name tells company and quarter, and that is noted."""
    call = _read("Operator", "Welcome to our call.", *CALL[2:], source=f"calls/{name}")
    assert (call.call, call.company, call.period, call.date) == ("ORCHARD-LANE-2016Q2", "orchard lane", "2016Q2", None)
    assert {"company-from-file-name", "period-from-file-name", "no-date"} <= set(call.warnings)


def test_a_call_that_nothing_names_has_its_files_name() -> None:
    """Without any fact, the id is the file's name, and what is missing is noted."""
    call = _read("Operator", "Welcome to our call.", *CALL[2:], source="calls/pears.txt")
    assert (call.call, call.period) == ("PEARS", None)
    assert {"no-company", "no-period", "no-date", "no-ticker"} <= set(call.warnings)

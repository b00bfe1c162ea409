"""StreetEvents' texts, ruled or plain, and its PDFs' texts, wrapped, become drafts of calls; damage does not change who said what."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.detect import detect
from indexer.errors import NotATranscript
from indexer.formats import Draft, Side, streetevents_text, streetevents_wrapped
from indexer.formats.streetevents import about_parts
from indexer.reading import read, read_bytes

GOLDEN = Path(__file__).parent / "golden"
HEADER = re.compile(r"^(Operator,?|.* -(?: .*?)?)\s*\[(\d+)\]$", re.MULTILINE)

TITLE = ("Thomson Reuters StreetEvents Event Transcript", "E D I T E D   V E R S I O N", "", "Q3 2021 Orchard Lane Inc Earnings Call")
DATE = "NOVEMBER 05, 2021 / 12:00PM GMT"
ROSTERS = (
    "Corporate Participants",
    " * Jane Roe",
    "   Orchard Lane, Inc. - President & CEO",
    " * Mike  Poe",
    "   Orchard Lane, Inc. - ",
    "Conference Call Participiants",
    " * Mark Lamb",
    "   Kestrel Securities LLC, Research Division - MD & Analyst",
    " * Rita Dorn",
    "    - ",
)
JANE = "Jane Roe,  Orchard Lane, Inc. - President & CEO    [{}]"
MARK = "Mark Lamb,  Kestrel Securities LLC, Research Division - MD & Analyst    [{}]"
OPENING = ("Presentation", "Operator    [1]", "          Welcome to the call.", JANE.format(2), "Thank you. ", "We sold pears. ")
QUESTIONS = ("Questions and Answers", "Operator    [1]", "The first question is from Mark Lamb.", MARK.format(2), "Why pears?")
END = (
    "Definitions",
    'PRELIMINARY TRANSCRIPT: "Preliminary Transcript" is a first copy.',
    "Disclaimer",
    "Thomson Reuters reserves the right to make changes.",
    "Copyright 2021 Thomson Reuters. All Rights Reserved.",
)
CALL = (*TITLE, DATE, *ROSTERS, *OPENING, *QUESTIONS, *END)

TURNS = [
    ("Operator", ("Welcome to the call.",)),
    ("Jane Roe", ("Thank you.", "We sold pears.")),
    ("Operator", ("The first question is from Mark Lamb.",)),
    ("Mark Lamb", ("Why pears?",)),
]

PDF_ROSTERS = (
    "CORPORATE PARTICIPANTS",
    " ",
    "Jane Roe",
    "Orchard Lane, Inc. - President & CEO",
    " ",
    "Mike Poe",
    "CONFERENCE CALL PARTICIPANTS",
    " ",
    "Mark Lamb",
    "Kestrel Securities LLC, Research Division - MD of Orchards, Fields and Gardens & Senior Equity Research",
    "Analyst",
    " ",
    "Rita Dorn",
    "Pell & Harrow - Analyst",
)
PDF_OPENING = ("PRESENTATION", " ", "Operator", "Welcome to the call.", " ", *PDF_ROSTERS[2:4], "Thank you.", "We sold pears.")
PDF_QUESTIONS = (
    "QUESTIONS AND ANSWERS",
    " ",
    "Operator",
    "The first question is from Mark Lamb.",
    " ",
    *PDF_ROSTERS[8:11],
    "Why pears?",
)
PDF_END = ("DISCLAIMER", "Refinitiv reserves the right to make changes.", "©2021 Refinitiv. All Rights Reserved.")
PDF = (*PDF_ROSTERS, *PDF_OPENING, *PDF_QUESTIONS, *PDF_END)


def _text(*lines: str) -> Draft:
    return streetevents_text.parse("\n".join(lines))


def _pdf(*lines: str) -> Draft:
    return streetevents_wrapped.parse("\n".join(lines))


def _turns(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


def _ruled(*lines: str) -> tuple[str, ...]:
    """Set headings and headers between rulers."""
    rulers = dict.fromkeys(("Presentation", "Questions and Answers", "Definitions"), "=" * 80)
    ruled = [(rulers.get(line) or "-" * 80 * bool(HEADER.fullmatch(line)), line) for line in lines]
    return tuple(part for ruler, line in ruled for part in ((ruler, line, ruler) if ruler else (line,)))


def _spoken(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give the turns of a plain call whose speech is these lines."""
    return _turns(_text(*TITLE, DATE, *ROSTERS, "Presentation", *lines, *END))


def _spoken_pdf(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    return _turns(_pdf(*PDF_ROSTERS, "PRESENTATION", " ", *lines, *PDF_END))


# the text, ruled and plain


@pytest.mark.parametrize("lines", [CALL, _ruled(*CALL)])
def test_the_form_with_rulers_and_without(lines: tuple[str, ...]) -> None:
    """Title, company, speech and the start of the questions come from their own parts; the publisher's lines are nobody's."""
    draft = _text(*lines)
    assert draft.title == (TITLE[3], DATE)
    assert draft.company == "Orchard Lane, Inc."
    assert (_turns(draft), draft.qa_start, draft.warnings) == (TURNS, 2, ())


def test_rosters() -> None:
    """Company people have titles, analysts firms and titles; either may be missing."""
    assert [(entry.name, entry.title, entry.firm, entry.side) for entry in _text(*CALL).roster] == [
        ("Jane Roe", "President & CEO", None, Side.COMPANY),
        ("Mike Poe", None, None, Side.COMPANY),
        ("Mark Lamb", "MD & Analyst", "Kestrel Securities LLC, Research Division", Side.ANALYST),
        ("Rita Dorn", None, None, Side.ANALYST),
    ]


@pytest.mark.parametrize(
    ("about", "parts"),
    [
        ("Acme Pumps, Inc. - SVP & CFO", ("Acme Pumps, Inc.", "SVP & CFO")),
        ("Acme Pumps – VP of IR - Europe", ("Acme Pumps", "VP of IR - Europe")),
        ("Acme Pumps — CFO", ("Acme Pumps", "CFO")),
        ("Lowmoor-Crane - Analyst", ("Lowmoor-Crane", "Analyst")),
        ("Acme Pumps -", ("Acme Pumps", None)),
        ("- Analyst", (None, "Analyst")),
        ("-", (None, None)),
        ("", (None, None)),
    ],
)
def test_employer_and_title(about: str, parts: tuple[str | None, str | None]) -> None:
    """The first dash that stands alone parts employer and title."""
    assert about_parts(about) == parts


def test_an_operator_in_the_roster_is_nobody() -> None:
    """The newest texts list the operator with nothing below the name."""
    draft = _text(*TITLE, DATE, *ROSTERS[:6], " * Operator", "   ", *ROSTERS[6:], *OPENING, *END)
    assert [entry.name for entry in draft.roster] == ["Jane Roe", "Mike Poe", "Mark Lamb", "Rita Dorn"]


@pytest.mark.parametrize(
    ("header", "name", "side"),
    [
        ("Operator,     [3]", "Operator", Side.OPERATOR),
        ("Operator[3]", "Operator", Side.OPERATOR),
        (JANE.format(3), "Jane Roe", Side.COMPANY),
        ("Jane Roe, Orchard Lane, Inc. - President & CEO [3]", "Jane Roe", Side.COMPANY),
        ("Rita Dorn,   -     [3]", "Rita Dorn", Side.ANALYST),
        ("Rita Dorn [3]", "Rita Dorn", Side.ANALYST),
        ("Tess Quist,  Orchard Lane, Inc. - SVP    [3]", "Tess Quist", Side.COMPANY),
        ("Tess Quist,  Orchard Lane Corp - SVP    [3]", "Tess Quist", Side.COMPANY),
        ("Tess Quist,  Lowmoor Capital Markets - VP    [3]", "Tess Quist", Side.ANALYST),
        ("Tess Quist,  Pell & Harrow - Equity Analyst    [3]", "Tess Quist", Side.ANALYST),
        ("Tess Quist,  Daily Pear - Editor    [3]", "Tess Quist", Side.UNKNOWN),
        ("Tess Quist, Ph.D.,  Orchard Lane, Inc. - Chief Scientist    [3]", "Tess Quist, Ph.D.", Side.COMPANY),
        ("Sanjaya,  Daily Pear - Editor    [3]", "Sanjaya", Side.UNKNOWN),
        ("Unidentified Company Representative,  Orchard Lane, Inc. -     [3]", "Unidentified Company Representative", Side.COMPANY),
        ("Unidentified Analyst    [3]", "Unidentified Analyst", Side.ANALYST),
        ("Unidentified Participant    [3]", "Unidentified Participant", Side.UNKNOWN),
    ],
)
def test_headers(header: str, name: str, side: Side) -> None:
    """A numbered line is a header that roster, form or number bears out; whose side a stranger is on is told by employer and title."""
    turn = _text(*TITLE, DATE, *ROSTERS, *OPENING, header, "Goodbye.", *END).turns[-1]
    assert (turn.speaker.name, turn.speaker.side, turn.paragraphs) == (name, side, ("Goodbye.",))


@pytest.mark.parametrize(
    "line",
    [
        "We made them at somewhere beyond [140]",
        "Jane Roe, we would like to know about footnote [9]",
        "Operator, we are on page [12]",
        "That is in the table [3]",
        "Pears, plums and quinces, all of them [ph]",
        "Operator, the next question please.",
        "Presentation",
        "Questions and Answers",
        "Definitions",
        "Mark Lamb, Kestrel Securities.",
    ],
)
@pytest.mark.parametrize("dress", [tuple, lambda lines: _ruled(*lines)])
def test_what_only_looks_like_a_header_is_speech(line: str, dress: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
    """A number at the end of a sentence, a name that is called and a heading's words in the midst of speech begin nothing."""
    lines = ("Presentation", "Operator    [1]", "Hello.", line, "Goodbye.", JANE.format(2), "Hello.")
    draft = _text(*TITLE, DATE, *ROSTERS, *dress(lines), *END)
    spoken = _turns(draft)
    if "=" * 80 in dress((line,)):
        spoken = [(name, tuple(each for each in said if set(each) != {"="})) for name, said in spoken]
    assert spoken == [("Operator", ("Hello.", line, "Goodbye.")), ("Jane Roe", ("Hello.",))]
    assert draft.qa_start is None


@pytest.mark.parametrize(
    "header", [JANE.format(2)[:-7], "Operator", "Jane Roe", "Unidentified Analyst", "Tess Quist,  Daily Pear - Editor"]
)
def test_a_header_under_a_ruler_needs_no_number(header: str) -> None:
    """Where numbers are lost, the ruler above a header marks it, and the one below it marks no speech as a header."""
    spoken = _spoken("Operator    [1]", "Hello.", "-" * 60, header, "-" * 60, "Mark Lamb", "-" * 60, MARK.format(3), "-" * 60, "Goodbye.")
    assert spoken == [("Operator", ("Hello.",)), (header.partition(",")[0], ("Mark Lamb",)), ("Mark Lamb", ("Goodbye.",))]


def test_a_header_that_says_all_the_roster_says_needs_neither_number_nor_ruler() -> None:
    """Name, employer and title in one line are a header."""
    assert _spoken("Operator    [1]", "Hello.", JANE[:-6], "Goodbye.")[-1] == ("Jane Roe", ("Goodbye.",))


@pytest.mark.parametrize(
    "heading", ["Questions and Answers", "QUESTIONS AND ANSWERS", "q-and-a", "Question & Answer:", "Question-and-Answer Session", "Q&A"]
)
def test_the_question_heading_has_several_spellings(heading: str) -> None:
    """The heading opens the questions and is no speech."""
    draft = _text(*TITLE, DATE, *ROSTERS, *OPENING, heading, *QUESTIONS[1:], *END)
    assert (draft.qa_start, _turns(draft)) == (2, TURNS)


def test_numbers_that_begin_again_open_the_questions() -> None:
    """Where the heading is missing, the one place where the numbers begin again stands in for it."""
    assert _text(*TITLE, DATE, *ROSTERS, *OPENING, *QUESTIONS[1:], *END).qa_start == 2
    assert _text(*TITLE, DATE, *ROSTERS, *OPENING, "Operator    [3]", "Any questions?", *END).qa_start is None


def test_marks_of_a_recordings_seconds_are_nobodys_words() -> None:
    """Marks between sentences leave no trace."""
    said = 'One. <Sync id="L4"/>Two.  <Sync id="L5"time="00:01:02"/>Three.'
    assert _spoken("Operator    [1]", said) == [("Operator", ("One. Two. Three.",))]


SUMMARY = (
    "PRESENTATION SUMMARY",
    "-" * 80,
    "I. 3Q21 Review (J.R.)",
    "-" * 80,
    "     1. Highlights:",
    "          1. Pears sold well.",
    "OVERVIEW",
)


def test_a_brief_gives_the_questions_and_nothing_of_its_summary() -> None:
    """What the publisher's people wrote in place of the prepared remarks is nobody's speech, and a warning says so."""
    brief = (
        "Thomson Reuters StreetEvents Event Brief",
        *TITLE[1:],
        DATE,
        *ROSTERS,
        *SUMMARY,
        "QUESTIONS AND ANSWERS",
        *QUESTIONS[1:],
        *END,
    )
    draft = _text(*brief)
    assert (_turns(draft), draft.qa_start) == (TURNS[2:], 0)
    assert draft.warnings == ("prepared-remarks-only-as-summary",)
    assert [entry.name for entry in draft.roster] == ["Jane Roe", "Mike Poe", "Mark Lamb", "Rita Dorn"]


def test_a_brief_without_turns_is_refused() -> None:
    """The refusal names the layout."""
    brief = "\n".join(("Thomson Reuters StreetEvents Event Brief", *TITLE[1:], DATE, *ROSTERS, *SUMMARY, *END))
    assert streetevents_text.parse(brief).turns == ()
    with pytest.raises(
        NotATranscript, match=r"looks like streetevents-text \('Thomson Reuters StreetEvents Event Brief' above the title\)"
    ):
        read_bytes(brief.encode(), source="brief.txt")


def test_several_calls_in_one_text() -> None:
    """Each call begins with the publisher's line."""
    one, two = "\n".join(CALL), "\n".join(CALL).replace("pears", "plums")
    assert streetevents_text.split(one) == (one,)
    parts = streetevents_text.split(f"{one}\n{two}")
    assert [_turns(streetevents_text.parse(part)) for part in parts] == [TURNS, _turns(streetevents_text.parse(two))]


@pytest.mark.parametrize("missing", ["Thomson Reuters StreetEvents Event Transcript", "Conference Call Participiants", "Presentation"])
def test_the_text_is_known_by_its_marks(missing: str) -> None:
    """The publisher's line, or a roster above numbered headers, is evidence."""
    text = "\n".join(CALL).replace(missing, "")
    assert streetevents_text.evidence(text)
    assert detect(text).layout is streetevents_text


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(PDF),
        "Orchard Lane (NYSE:ORLN) Q3 2021 Earnings Call\nCompany Participants\nJane Roe - CEO\nOperator\nHello [140]",
        "A list:\n * pears [1]\n * plums [2]",
        "",
    ],
)
def test_other_texts_are_not_claimed(text: str) -> None:
    """Without numbered headers under a roster it is some other text."""
    assert streetevents_text.evidence(text) == ""


# the text from a PDF


def test_the_wrapped_form() -> None:
    """Speakers on two or three lines, titles that run over, no title and no date."""
    draft = _pdf(*PDF)
    assert (draft.title, draft.company, draft.qa_start) == ((), "Orchard Lane, Inc.", 2)
    assert _turns(draft) == TURNS
    assert [(entry.name, entry.title, entry.firm) for entry in draft.roster] == [
        ("Jane Roe", "President & CEO", None),
        ("Mike Poe", None, None),
        (
            "Mark Lamb",
            "MD of Orchards, Fields and Gardens & Senior Equity Research Analyst",
            "Kestrel Securities LLC, Research Division",
        ),
        ("Rita Dorn", "Analyst", "Pell & Harrow"),
    ]


def test_lines_are_joined_to_paragraphs() -> None:
    """A line that breaks in mid-sentence goes on in the next; one that ends a sentence and leaves room ends a paragraph."""
    said = (
        "We sold more pears this quarter than in all of the last year, and we sold them to more people. (Operator",
        "Instructions) Farmers liked it, and the shops in the valley liked it, and so did those who eat pears and",
        "plums. That is all.",
        "Next, the plums. They did well on the hills and badly by the river, and there is next to nothing we can do now.",
        "Rain may help.",
    )
    assert _spoken_pdf("Operator", *said) == [("Operator", (" ".join(said[:3]), " ".join(said[3:])))]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (("Operator",), "Operator"),
        (("Unidentified Analyst",), "Unidentified Analyst"),
        (("Mike Poe",), "Mike Poe"),
        (("Mark Lamb",), "Mark Lamb"),
        (("Mark Lamb", "Kestrel Securities LLC, Research Division - MD of Orchards, Fields and", *PDF_ROSTERS[9:10]), "Mark Lamb"),
        (("Tess Quist", "Daily Pear - Editor"), "Tess Quist"),
        (("Tess Quist", "Lowmoor Capital Markets, Research Division - Vice President of Soft Fruit &", "Research Analyst"), "Tess Quist"),
        (("Tess Quist;Lowmoor Capital Markets, Research Division;Vice President",), "Tess Quist"),
        (('p id="53428" name="Tess Quist" type="A"',), "Tess Quist"),
    ],
)
@pytest.mark.parametrize("gap", [(" ",), ()])
def test_wrapped_headers(header: tuple[str, ...], name: str, gap: tuple[str, ...]) -> None:
    """Somebody of the roster, a name above employer and title, or a leftover of the publisher's marks begins a turn."""
    if "Fields and" in header[-1][-12:]:
        header = (header[0], *PDF_ROSTERS[9:11])
    spoken = _spoken_pdf("Operator", "Hello to you all.", *gap, *header, "Goodbye.")
    assert spoken == [("Operator", ("Hello to you all.",)), (name, ("Goodbye.",))] if name != "Operator" else len(spoken) == 2


@pytest.mark.parametrize(
    "lines",
    [
        ("We thank our chair and founder, and the man who planted the first of the trees,", "Mike Poe", "of Orchard Lane."),
        ("And with that I would like to give the floor back to our", "Operator", "and to you."),
        ("Let me tell you what I think of the", "Questions and Answers", "that we heard."),
        ("This is what stands in the", "Disclaimer", "of our report."),
        ("He lives in", "Tess Quist", "Street -- the old one, I believe."),
        ("Jane Roe.",),
        ("We grew in three states;two provinces;one county",),
    ],
)
def test_what_only_looks_like_a_wrapped_header_is_speech(lines: tuple[str, ...]) -> None:
    """A name at the end of a wrapped sentence begins no turn, and a heading's words end nothing."""
    said = _spoken_pdf("Operator", "Hello.", *lines, "Goodbye.")
    assert [(name, " ".join(paragraphs)) for name, paragraphs in said] == [("Operator", " ".join(("Hello.", *lines, "Goodbye.")))]


FOOT = (
    "7",
    "REFINITIV STREETEVENTS | www.refinitiv.com | Contact Us",
    "©2021 Refinitiv. All rights reserved. Republication or redistribution of Refinitiv content is prohibited without the prior written",
    "consent of Refinitiv. 'Refinitiv' and the Refinitiv logo are registered trademarks of Refinitiv and its affiliated companies.",
    " ",
    "NOVEMBER 05, 2021 / 12:00PM GMT, ORLN.N - Q3 2021 Orchard Lane Inc Earnings Call",
)


def test_heads_and_feet_of_pages_are_nobodys_words() -> None:
    """Where pages kept their heads and feet, no sentence is broken by them, and the call's title and date stand there."""
    lines = (
        "Operator",
        "We sold more pears this quarter than in all of the",
        *FOOT,
        "last year.",
        " ",
        "Mike Poe",
        "In 2021 we did",
        "7",
        "of them.",
    )
    draft = _pdf(*PDF_ROSTERS, "PRESENTATION", " ", *lines, *PDF_END)
    assert draft.title == ("Q3 2021 Orchard Lane Inc Earnings Call", "NOVEMBER 05, 2021 / 12:00PM GMT")
    assert _turns(draft) == [
        ("Operator", ("We sold more pears this quarter than in all of the last year.",)),
        ("Mike Poe", ("In 2021 we did 7 of them.",)),
    ]


def test_a_cover_gives_the_title() -> None:
    """Of the lines above the rosters those that name the call are its title, not what was written about it."""
    cover = ("REFINITIV STREETEVENTS", "EDITED TRANSCRIPT", "ORLN.N - Q3 2021 Orchard Lane Inc Earnings Call", f"EVENT DATE/TIME: {DATE}")
    assert _pdf(*cover, "OVERVIEW:", "Co. reported 3Q21 results.", *PDF).title == (
        "Q3 2021 Orchard Lane Inc Earnings Call",
        f"EVENT DATE/TIME: {DATE}",
    )


def test_speech_begins_without_its_heading() -> None:
    """Without the heading, the operator or the first name that stands there a second time begins the speech: none of it is roster."""
    draft = _pdf(*PDF_ROSTERS, *PDF_OPENING[1:], *PDF_QUESTIONS, *PDF_END)
    assert (_turns(draft), draft.qa_start, len(draft.roster)) == (TURNS, 2, 4)
    assert _turns(_pdf(*PDF_ROSTERS, *PDF_OPENING[4:], *PDF_QUESTIONS, *PDF_END)) == TURNS[1:]


def test_the_wrapped_text_is_known_by_its_marks() -> None:
    """Headings in capitals above names and `Company - Title` are evidence; the other form, or capitals alone, are not."""
    text = "\n".join(PDF)
    assert streetevents_wrapped.evidence(text) == "headings in capitals, 'CORPORATE PARTICIPANTS' and 'PRESENTATION'"
    assert detect(text).layout is streetevents_wrapped
    assert streetevents_wrapped.evidence(text.replace(" - ", " ")) == ""
    assert streetevents_wrapped.evidence("\n".join(CALL).upper()) == ""
    assert streetevents_wrapped.evidence(text.replace("CORPORATE PARTICIPANTS", "").replace("CONFERENCE CALL PARTICIPANTS", "")) == ""


# golden pairs, and their damage

SOURCES = {
    path.stem: path for path in GOLDEN.glob("*.txt") if json.loads(path.with_suffix(".json").read_text())["format"].startswith("streete")
}
NUMBERED = ("ashgrove-agev-q2-2025", "marrowby-mrwk-q1-2026")
WRAPPED = ("hollowfen-hfsd-q3-2025", "windlass-wnfy-q2-2025")


def test_the_sources_are_there() -> None:
    """Two texts and two texts from PDFs are compared with what somebody read in them."""
    assert sorted(SOURCES) == sorted((*NUMBERED, *WRAPPED))


def _golden(name: str) -> dict[str, Any]:
    """Give the facts of a golden file that no damage may change."""
    expected: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    (call,) = expected["calls"]
    facts = {key: call[key] for key in ("company", "period", "date", "time")}
    people = {person["name"]: (person["role"], person["title"]) for person in call["participants"]}
    turns = [(turn["section"], turn["speaker"], turn["role"], turn["words"]) for turn in call["turns"]]
    return {"format": expected["format"], "facts": facts, "people": people, "turns": turns}


def _facts(data: bytes, name: str) -> dict[str, Any]:
    """Read a source and give the same facts."""
    (transcript,) = read_bytes(data, source=f"calls/{name}.txt")
    call = transcript.to_dict()
    return {
        "format": transcript.format,
        "facts": {key: call[key] for key in ("company", "period", "date", "time")},
        "people": {person["name"]: (person["role"], person["title"]) for person in call["participants"]},
        "turns": [
            (turn["section"], turn["speaker"], turn["role"], sum(len(paragraph.split()) for paragraph in turn["paragraphs"]))
            for turn in call["turns"]
        ],
    }


def _words(data: bytes, name: str) -> list[list[str]]:
    return [" ".join(turn.paragraphs).split() for turn in read_bytes(data, source=f"calls/{name}.txt")[0].turns]


@pytest.mark.parametrize("name", [*NUMBERED, *WRAPPED])
def test_golden_facts(name: str) -> None:
    """Each source is understood as somebody who read it turn by turn wrote down."""
    assert _facts(SOURCES[name].read_bytes(), name) == _golden(name)
    assert read(SOURCES[name])[0].format == _golden(name)["format"]


Damage = Callable[[str, random.Random], str]


def _each_line(text: str, change: Callable[[str], str]) -> str:
    return "\n".join(change(line) for line in text.split("\n"))


def _other_rulers(text: str, chance: random.Random) -> str:
    return _each_line(text, lambda line: chance.choice("-=_*—") * chance.randint(5, 120) if re.fullmatch(r"[-=]{80}", line) else line)


def _no_rulers(text: str, chance: random.Random) -> str:
    return _each_line(text, lambda line: "" if re.fullmatch(r"[-=]{80}", line) else line)


def _other_headings(text: str, chance: random.Random) -> str:
    for heading, others in {
        r"questions and answers|q-and-a": ("Questions and Answers", "QUESTIONS & ANSWERS", "Question-and-Answer Session", "Q&A"),
        r"presentation": ("Presentation", "PRESENTATION", "Presentation:"),
        r"conference call particip\w+": ("Conference Call Participiants", "Conference Call Participants:", "CALL PARTICIPANTS"),
    }.items():
        text = re.sub(rf"^(?:{heading})$", chance.choice(others), text, flags=re.MULTILINE | re.IGNORECASE)
    return text


def _other_capitals(text: str, chance: random.Random) -> str:
    for heading, others in {
        "QUESTIONS AND ANSWERS": ("QUESTION AND ANSWER", "QUESTIONS & ANSWERS:", "Q&A", "QUESTION-AND-ANSWER SESSION"),
        "CONFERENCE CALL PARTICIPANTS": ("CONFERENCE CALL PARTICIPIANTS", "CALL PARTICIPANTS", "CONFERENCE CALL PARTICIPANTS:"),
    }.items():
        text = text.replace(f"\n{heading}\n", f"\n{chance.choice(others)}\n")
    return text


def _more_blank_lines(text: str, chance: random.Random) -> str:
    """Add empty lines anywhere but within a speaker's lines or a sentence, where no publisher has them."""
    return "".join(line + "\n" * (1 + (chance.random() < 0.2 and line.endswith((".", "?")))) for line in text.split("\n"))


def _no_blank_lines(text: str, chance: random.Random) -> str:
    return re.sub(r"\n[ \u00a0]*(?=\n)", "", text)


def _spaces_behind(text: str, chance: random.Random) -> str:
    return _each_line(text, lambda line: line + " " * chance.randint(0, 3))


def _hard_spaces(text: str, chance: random.Random) -> str:
    return "".join("\u00a0" if char == " " and chance.random() < 0.1 else char for char in text)


def _other_dashes(text: str, chance: random.Random) -> str:
    return re.sub(r"(?<=[\w.)]) - (?=[A-Z])", lambda _: chance.choice((" – ", " — ", " - ", "  -  ")), text)


def _numbers_go_on(text: str, chance: random.Random) -> str:
    numbers = iter(range(1, 10_000))
    return HEADER.sub(lambda header: f"{header[1]}    [{next(numbers)}]", text) if HEADER.search(text) else text


def _numbers_begin_again(text: str, chance: random.Random) -> str:
    """Number the headers from 1 again wherever chance has it."""
    number = 0

    def renumber(header: re.Match[str]) -> str:
        nonlocal number
        number = 1 if chance.random() < 0.1 else number + 1
        return f"{header[1]}{' ' * chance.randint(0, 6)}[{number}]"

    return HEADER.sub(renumber, text)


def _seconds(text: str, chance: random.Random) -> str:
    """Mark the beginnings of some sentences with their seconds."""
    return re.sub(
        r"(?<=[.?] )(?=[A-Z])", lambda _: f'<Sync id="L{chance.randint(1, 999)}"time="00:01:02"/>' if chance.random() < 0.3 else "", text
    )


def _missing_from_roster(text: str, chance: random.Random) -> str:
    """Drop somebody who speaks from the roster, or what it says of them."""
    gone = chance.choice(("Corwin Ellsmere", "Rutger van Oosten", "Philippa M. Crane", "Tobias Lindgren-Hale", "Noor Halvorsen"))
    return re.sub(rf"^ \* {gone}\n.*\n" if chance.random() < 0.5 else rf"(?<=^ \* {gone}\n).*$", "", text, flags=re.MULTILINE)


def _missing_from_wrapped_roster(text: str, chance: random.Random) -> str:
    gone = chance.choice(("Benedikta Solheim", "Perpetua Lund", "Emeka Thorvald"))
    return re.sub(rf"^ \n{gone}\n.* - .*\n", "", text, count=1, flags=re.MULTILINE)


def _speech(line: str) -> bool:
    return len(line) > 60 and not re.search(r"(?:LLC|Markets|Inc\.|plc|Company|Rowe)(?:, Research Division)? [-–—] |;", line)


def _narrower(text: str, chance: random.Random) -> str:
    """Wrap speech again, at a smaller width."""
    width = chance.randint(60, 120)
    return _each_line(text, lambda line: re.sub(rf"(?<=.{{{width}}}) ", "\n", line, count=1) if _speech(line) else line)


def _pages(text: str, chance: random.Random) -> str:
    """Break pages between lines of speech."""
    lines = text.split("\n")
    starts = [
        number
        for number, line in enumerate(lines)
        if number and _speech(line) and _speech(lines[number - 1]) and "DISCLAIMER" in lines[number:]
    ]
    for number in sorted(chance.sample(starts, min(len(starts), 4)), reverse=True):
        lines[number:number] = ["", *FOOT[:4], ""]
    return "\n".join(lines)


def _lines_end(text: str, chance: random.Random) -> str:
    """End lines now with CR and LF, now with LF alone."""
    return re.sub("\n", lambda _: chance.choice(("\r\n", "\n")), text)


def _encodings(text: str, chance: random.Random) -> bytes:
    return chance.choice((text.encode(), text.encode().decode("latin-1").encode(), text.encode("utf-8-sig"), text.encode("utf-16")))


ANY_DAMAGE: tuple[Damage, ...] = (_more_blank_lines, _no_blank_lines, _spaces_behind, _hard_spaces, _other_dashes)
NUMBERED_DAMAGE: tuple[Damage, ...] = (
    *(_other_rulers, _no_rulers, _other_headings, _numbers_go_on, _numbers_begin_again, _seconds, _missing_from_roster),
    *ANY_DAMAGE,
)
WRAPPED_DAMAGE: tuple[Damage, ...] = (_other_capitals, _missing_from_wrapped_roster, _narrower, _pages, *ANY_DAMAGE)


@pytest.mark.parametrize("damage", dict.fromkeys((*NUMBERED_DAMAGE, *WRAPPED_DAMAGE)), ids=lambda damage: damage.__name__.strip("_"))
def test_every_kind_of_damage_does_damage(damage: Damage) -> None:
    """Each function changes at least one of the sources it is meant for."""
    names = NUMBERED * (damage in NUMBERED_DAMAGE) + WRAPPED * (damage in WRAPPED_DAMAGE)
    texts = [SOURCES[name].read_text(encoding="utf-8") for name in names]
    assert any(damage(text, random.Random(seed)) != text for text in texts for seed in range(8))


def _subset(kinds: tuple[Damage, ...]) -> st.SearchStrategy[list[Damage]]:
    return st.sets(st.integers(0, len(kinds) - 1)).map(lambda chosen: [kinds[number] for number in sorted(chosen)])


def _damaged(name: str, kinds: list[Damage], seed: int) -> bytes:
    text = SOURCES[name].read_text(encoding="utf-8")
    chance = random.Random(seed)
    for damage in kinds:
        text = damage(text, chance)
    return _encodings(_lines_end(text, chance), chance)


@given(st.sampled_from(NUMBERED), _subset(NUMBERED_DAMAGE), st.integers(0, 2**32))
@settings(max_examples=120)
def test_damage_does_not_change_who_said_what(name: str, kinds: list[Damage], seed: int) -> None:
    """Rulers, numbers, headings, blanks, dashes, line ends, encodings and a gap in the roster change neither facts nor words."""
    damaged = _damaged(name, kinds, seed)
    assert _facts(damaged, name) == _golden(name)
    assert _words(damaged, name) == _words(SOURCES[name].read_bytes(), name)


@given(st.sampled_from(WRAPPED), _subset(WRAPPED_DAMAGE), st.integers(0, 2**32))
@settings(max_examples=120)
def test_damage_does_not_change_who_said_what_in_a_pdf(name: str, kinds: list[Damage], seed: int) -> None:
    """Page breaks, other widths, headings, blanks, dashes, line ends, encodings and a gap in the roster change neither facts nor words."""
    damaged = _damaged(name, kinds, seed)
    assert _facts(damaged, name) == _golden(name)
    assert _words(damaged, name) == _words(SOURCES[name].read_bytes(), name)

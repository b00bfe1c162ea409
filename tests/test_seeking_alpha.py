"""Seeking Alpha's text: who is in the rosters, who is a header, and what is only a name that somebody says."""

from __future__ import annotations

import pytest

from indexer.detect import detect
from indexer.errors import NotATranscript
from indexer.formats import Draft, Side, seeking_alpha_text

TITLE = "Orchard Lane, Inc. (NYSE:ORLN) Q3 2024 Earnings Conference Call November 5, 2024 10:00 AM ET"
PEOPLE = ("Jane Roe - Chief Executive Officer", "Mike Poe – CFO")
ANALYSTS = ("Mark Lamb - Kestrel Securities", "Rita Van Dorn – Pell & Harrow, Research Division")
ROSTERS = ("Company Participants", *PEOPLE, "Conference Call Participants", *ANALYSTS)
SPEECH = (
    "We had a good quarter, and I want to thank every one of the people who made it so, in the orchards and in the offices around here."
)

Turns = list[tuple[str, tuple[str, ...]]]


def _parse(*lines: str) -> Draft:
    return seeking_alpha_text.parse("\n".join((TITLE, *lines)))


def _turns(draft: Draft) -> Turns:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


def _spoken(*lines: str) -> Turns:
    """Give the turns that follow the operator's welcome and the chief executive's speech in a call with the usual rosters."""
    turns = _turns(_parse(*ROSTERS, "Operator", "Welcome.", "Jane Roe", SPEECH, *lines))
    assert turns[0] == ("Operator", ("Welcome.",))
    return turns[1:]


@pytest.mark.parametrize(
    ("company", "analysts"),
    [
        ("Company Participants", "Conference Call Participants"),
        ("Executives", "Analysts"),
        ("Executives:", "Analysts:"),
        ("Corporate Participants", "Conference Call Participants"),
        ("Company Representatives", "Analysts"),
        ("company participants", "conference call participants"),
        ("Management Participants", "Call Participants"),
    ],
)
def test_rosters_of_every_style(company: str, analysts: str) -> None:
    """Company people and analysts are listed under headings of several styles, with hyphen or en dash."""
    draft = _parse(company, *PEOPLE, analysts, *ANALYSTS, "Operator", "Welcome.", "Jane Roe", "Hello.")
    assert draft.title == (TITLE,)
    assert [(entry.name, entry.title, entry.firm, entry.side) for entry in draft.roster] == [
        ("Jane Roe", "Chief Executive Officer", None, Side.COMPANY),
        ("Mike Poe", "CFO", None, Side.COMPANY),
        ("Mark Lamb", None, "Kestrel Securities", Side.ANALYST),
        ("Rita Van Dorn", None, "Pell & Harrow, Research Division", Side.ANALYST),
    ]
    assert _turns(draft) == [("Operator", ("Welcome.",)), ("Jane Roe", ("Hello.",))]


def test_roster_lines_without_a_dash() -> None:
    """A listed name needs neither title nor firm, and the rosters end where a listed name begins to speak."""
    draft = _parse(
        "Executives", "Jane Roe", "Mike Poe", "Analysts", "Mark Lamb", "Jane Roe", SPEECH, "Mark Lamb", "Why?", "Jane Roe", "So."
    )
    assert [(entry.name, entry.side) for entry in draft.roster] == [
        ("Jane Roe", Side.COMPANY),
        ("Mike Poe", Side.COMPANY),
        ("Mark Lamb", Side.ANALYST),
    ]
    assert _turns(draft) == [("Jane Roe", (SPEECH,)), ("Mark Lamb", ("Why?",)), ("Jane Roe", ("So.",))]


def test_a_title_may_have_dashes_of_its_own() -> None:
    """Only the first dash of a roster line parts the name from the rest."""
    draft = _parse("Executives", "Jane Roe - President - Europe", "Analysts", "Mark Lamb - Lamb - Poe & Co.", "Operator", "Welcome.")
    assert [(entry.title, entry.firm) for entry in draft.roster] == [("President - Europe", None), (None, "Lamb - Poe & Co.")]


@pytest.mark.parametrize("employer", ["Orchard Lane, Inc.", "Orchard Lane Holdings", "Orchard Lane"])
def test_the_company_is_nobodys_title(employer: str) -> None:
    """Rosters that name the employer of everybody tell no titles; one that names an office does."""
    draft = _parse(
        "Executives", f"Jane Roe - {employer}", f"Mike Poe - {employer}", "Tess Quist - Treasurer", "Analysts", *ANALYSTS, "Operator", "Hi."
    )
    assert [entry.title for entry in draft.roster if entry.side is Side.COMPANY] == [None, None, "Treasurer"]


def test_an_office_that_two_hold_is_a_title() -> None:
    """Two vice presidents are no employer."""
    draft = _parse("Executives", "Jane Roe - Vice President", "Mike Poe - Vice President", "Analysts", *ANALYSTS, "Operator", "Hi.")
    assert [entry.title for entry in draft.roster[:2]] == ["Vice President", "Vice President"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Operator", "Operator"),
        ("Jane Roe", "Jane Roe"),
        ("Mark Lamb - Kestrel Securities", "Mark Lamb"),
        ("Mark Lamb – Kestrel Securities", "Mark Lamb"),
        ("Mark Lamb-Kestrel Securities", "Mark Lamb"),
        ("Rita Van Dorn - Pell & Harrow", "Rita Van Dorn"),
        ("Michael Poe", "Mike Poe"),
        ("Mark J. Lamb", "Mark Lamb"),
        ("M. Lamb", "Mark Lamb"),
        ("Marc Lamb", "Mark Lamb"),
        ("Lamb", "Mark Lamb"),
        ("Q - Mark Lamb", "Mark Lamb"),
        ("Q – Rita Van Dorn - Pell & Harrow", "Rita Van Dorn"),
        ("A - Mike Poe", "Mike Poe"),
        ("Unidentified Analyst", "Unidentified Analyst"),
        ("Unidentified Company Representative", "Unidentified Company Representative"),
        ("Unknown Speaker", "Unknown Speaker"),
        ("Hollis Brandt - Lowmoor Capital", "Hollis Brandt"),
    ],
)
def test_headers(header: str, name: str) -> None:
    """A header is somebody's name as listed or nearly so, with a firm, marked Q or A, or a word for a stranger."""
    assert _spoken(header, "Go on.")[-1] == (name, ("Go on.",))


@pytest.mark.parametrize(
    ("header", "firm", "side"),
    [
        ("Unidentified Analyst", None, Side.ANALYST),
        ("Unidentified Analyst - Lowmoor Capital", "Lowmoor Capital", Side.ANALYST),
        ("Unidentified Company Representative", None, Side.COMPANY),
        ("Unknown Executive", None, Side.COMPANY),
        ("Unidentified Corporate Participant", None, Side.COMPANY),
        ("Unknown Speaker", None, Side.UNKNOWN),
        ("Unidentified Participant", None, Side.UNKNOWN),
    ],
)
def test_a_stranger_may_have_a_side(header: str, firm: str | None, side: Side) -> None:
    """The word for an unidentified speaker tells the side, and the firm if it is there."""
    speaker = _parse(*ROSTERS, "Operator", "Welcome.", header, "Go on.").turns[-1].speaker
    assert (speaker.firm, speaker.side) == (firm, side)


@pytest.mark.parametrize(
    "lines",
    [
        ("Hollis Brandt", "Hello, all.", "Hollis Brandt", "Me again."),
        ("Mike Poe", "I brought Hollis Brandt along.", "Hollis Brandt", "Hello, all."),
    ],
)
def test_somebody_unlisted_speaks(lines: tuple[str, ...]) -> None:
    """A name that no roster has is a header if it stands there twice, or if somebody says it."""
    assert ("Hollis Brandt", ("Hello, all.",)) in _spoken(*lines)


@pytest.mark.parametrize(
    "line",
    [
        "Silver Harvest",
        "Absolutely",
        "Thank You",
        "Great Stuff",
        "Mark Lamb?",
        "Mark Lamb:",
        "Mark Lamb, please.",
        "Jane and Mike",
        "Fourth Quarter Results",
        "Operator?",
        "jane roe",
        "Silver Harvest is what we call it.",
    ],
)
def test_what_only_looks_like_a_name_is_speech(line: str) -> None:
    """A short line of speech starts no turn: a product's name that nobody bears, a heading, a name that is called."""
    assert _spoken(line, "That is the name of our new pear.") == [("Jane Roe", (SPEECH, line, "That is the name of our new pear."))]


def test_a_name_at_the_very_end_is_speech() -> None:
    """Nobody begins a turn with the last line."""
    assert _spoken("Mark Lamb", "Who grew them?", "Mike Poe", "It was", "Jane Roe")[-1] == ("Mike Poe", ("It was", "Jane Roe"))


@pytest.mark.parametrize(
    "heading",
    [
        "Question-and-Answer Session",
        "Question and Answer Session",
        "Question-And-Answer Session",
        "Question-and-Answer-Session",
        "QuestionandAnswer Session",
        "Questions and Answers",
        "Questions & Answers:",
        "Question-and-Answer Section",
        "QUESTION-AND-ANSWER SESSION",
    ],
)
def test_the_question_heading_has_many_spellings(heading: str) -> None:
    """Each opens the questions, and is nobody's speech."""
    draft = _parse(*ROSTERS, "Operator", "Welcome.", "Jane Roe", SPEECH, heading, "Operator", "First is Mark Lamb.", "Mark Lamb", "Why?")
    assert draft.qa_start == 2
    assert [turn.paragraphs for turn in draft.turns] == [("Welcome.",), (SPEECH,), ("First is Mark Lamb.",), ("Why?",)]


def test_a_heading_glued_to_the_operator() -> None:
    """In "Question-and-Answer SessionOperator" the heading opens the questions and the operator speaks."""
    draft = _parse(
        *ROSTERS,
        "Operator",
        "Welcome.",
        "Jane Roe",
        SPEECH,
        "Question-and-Answer SessionOperator",
        "First is Mark Lamb.",
        "Mark Lamb",
        "Why?",
    )
    assert (draft.qa_start, _turns(draft)[2]) == (2, ("Operator", ("First is Mark Lamb.",)))


def test_the_first_of_two_headings_opens_the_questions() -> None:
    """A second heading changes nothing and is nobody's speech."""
    heading = "Question-and-Answer Session"
    draft = _parse(*ROSTERS, "Operator", "Welcome.", heading, "Mark Lamb", "Why?", heading, "Jane Roe", "So.")
    assert (draft.qa_start, _turns(draft)[1:]) == (1, [("Mark Lamb", ("Why?",)), ("Jane Roe", ("So.",))])


def test_no_heading_leaves_the_start_open() -> None:
    """Without a heading the layout does not guess where the questions begin."""
    assert _parse(*ROSTERS, "Operator", "Welcome.", "Jane Roe", "Now questions and answers will follow.").qa_start is None


def test_a_presentation_heading_is_nobodys_speech() -> None:
    """The heading over the prepared remarks is left out."""
    draft = _parse(*ROSTERS, "Presentation", "Operator", "Welcome.", "Jane Roe", SPEECH)
    assert (draft.title, _turns(draft)) == ((TITLE,), [("Operator", ("Welcome.",)), ("Jane Roe", (SPEECH,))])


def test_headers_glued_to_the_speech_around_them() -> None:
    """Where a file lost its line ends around headers, listed names and firms part the turns again."""
    turns = _turns(
        _parse(
            *ROSTERS,
            "Operator",
            "Welcome to the call. Please proceed.Jane RoeThank you all for joining.",
            "Mike PoeRevenue grew.Operator(Operator Instructions) First is Mark.Mark Lamb – Kestrel SecuritiesGuys, why?Jane RoeSo.",
        )
    )
    assert turns == [
        ("Operator", ("Welcome to the call. Please proceed.",)),
        ("Jane Roe", ("Thank you all for joining.",)),
        ("Mike Poe", ("Revenue grew.",)),
        ("Operator", ("(Operator Instructions) First is Mark.",)),
        ("Mark Lamb", ("Guys, why?",)),
        ("Jane Roe", ("So.",)),
    ]


def test_names_in_ordinary_speech_are_not_cut_out() -> None:
    """A listed name inside a sentence is a word like any other."""
    said = "Thank you. Jane Roe and Mike Poe are with me, and so is Mark Lamb from Kestrel Securities."
    assert _spoken("Mike Poe", said)[-1] == ("Mike Poe", (said,))


def test_legal_notices_are_nobodys_words() -> None:
    """What the publisher writes under a call is left out."""
    notice = "Copyright policy: this page belongs to Seeking Alpha and may not be reprinted."
    assert _spoken("Mike Poe", "Goodbye.", notice)[-1] == ("Mike Poe", ("Goodbye.",))


def test_the_layout_is_known_by_its_marks() -> None:
    """A call's title above a roster heading is the evidence, and names the heading."""
    text = "\n".join((TITLE, "Executives", *PEOPLE))
    assert seeking_alpha_text.evidence(text) == "call title above a roster headed 'Executives'"
    assert detect(text).layout is seeking_alpha_text


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{TITLE}\nJane Roe - CFO",
        "Executives\nJane Roe - CFO",
        "Our favourite orchards\nExecutives\nJane Roe - CFO",
        "\n".join((*["A line of something else."] * 12, TITLE, "Executives", "Jane Roe - CFO")),
    ],
)
def test_without_title_or_roster_there_is_no_evidence(text: str) -> None:
    """A title alone, a roster alone, or both far down in another text mark no call."""
    assert seeking_alpha_text.evidence(text) == ""


STREETEVENTS = """Thomson Reuters StreetEvents Event Transcript
E D I T E D   V E R S I O N

Q3 2016 Orchard Lane Inc Earnings Call
JULY 26, 2016 / 9:00PM GMT

{ruler}Corporate Participants
{ruler}
 * Jane Roe
   Orchard Lane Inc. - CFO

{ruler}Conference Call Participiants
{ruler}
 * Mark Lamb
   Kestrel Securities - Analyst

{ruler}Presentation
{ruler}
Operator    [1]

 Good day, and welcome.

Jane Roe,  Orchard Lane Inc. - CFO    [2]

 Thank you.
"""

WRAPPED = """CORPORATE PARTICIPANTS

Jane Roe
Orchard Lane, Inc. - CFO

CONFERENCE CALL PARTICIPANTS

Mark Lamb
Kestrel Securities - Analyst

PRESENTATION

Operator
Greetings, and welcome to the Orchard Lane Third Quarter 2022 Earnings Conference Call. This call is
being recorded.
"""


@pytest.mark.parametrize(
    "text", [STREETEVENTS.format(ruler="=" * 80 + "\n"), STREETEVENTS.format(ruler=""), WRAPPED, f"Q3 2022 Call\n{WRAPPED}"]
)
def test_another_publishers_rosters_are_no_evidence(text: str) -> None:
    """Rosters that give the name on one line and "Company - Title" on the next are StreetEvents'; here, firms would become people."""
    assert seeking_alpha_text.evidence(text) == ""


def test_a_name_with_a_hyphen_or_an_apostrophe_is_found_in_speech() -> None:
    """Somebody who is not in the rosters is known by being spoken of, however the name is spelt."""
    for name in ("Ana-Lena O'Dell", "Tien-tsin Moor"):
        rosters = "Executives\nJane Roe - CFO\nAnalysts\nMark Lamb - Kestrel"
        text = f"{TITLE}\n{rosters}\nOperator\nNext is {name} of Pell.\n{name}\nWhy pears?\nJane Roe\nThey sell."
        assert [turn.speaker.name for turn in seeking_alpha_text.parse(text).turns] == ["Operator", name, "Jane Roe"]


def test_a_listed_name_that_is_also_a_word_or_has_a_degree_is_a_header() -> None:
    """ "Lynn Good" speaks, though "good" begins sentences; the A of a degree is no mark of an answer."""
    rosters = "Executives\nLynn J. Good - Orchard Corp.\nJohn Renwick, CFA - Orchard Corp.\nAnalysts\nMark Lamb - Kestrel"
    headers = ("Lynn J. Good - Orchard Corp.", "John Renwick, CFA - Orchard Corp.", "Mark Lamb - Kestrel")
    said = "\n".join(f"{header}\nPears do well this year." for header in headers)
    draft = seeking_alpha_text.parse(f"{TITLE}\n{rosters}\nOperator\nWelcome.\n{said}")
    assert [turn.speaker.name for turn in draft.turns] == ["Operator", "Lynn J. Good", "John Renwick, CFA", "Mark Lamb"]


def test_a_header_may_be_as_long_as_its_roster_line() -> None:
    """A title of several offices makes a header longer than any other; the roster has the very line."""
    offices = "Executive Vice President and Chief Financial Officer, Treasurer, Controller and Secretary of the Board"
    long = f"Thomas J. Wells - {offices} of Orchard Lane Energy"
    rosters = f"Executives\nJane Roe - CEO\n{long}\nAnalysts\nMark Lamb - Kestrel"
    said = f"Jane Roe - CEO\nWelcome.\n{long}\nPears grew.\nMark Lamb - Kestrel\nWhy?"
    draft = seeking_alpha_text.parse(f"{TITLE}\n{rosters}\nOperator\nHello.\n{said}")
    assert [turn.speaker.name for turn in draft.turns] == ["Operator", "Jane Roe", "Thomas J. Wells", "Mark Lamb"]


def test_a_heading_inside_a_speech_is_no_speaker() -> None:
    """A line of capitalised words is a heading, even if somebody says its words."""
    rosters = "Executives\nJane Roe - CFO\nAnalysts\nMark Lamb - Kestrel"
    text = f"{TITLE}\n{rosters}\nOperator\nWelcome.\nJane Roe\nOn free cash flow now.\nFree Cash Flow\nIt rose."
    assert [turn.speaker.name for turn in seeking_alpha_text.parse(text).turns] == ["Operator", "Jane Roe"]


def test_a_closing_sentence_is_no_part_of_the_next_calls_title() -> None:
    """Where the next title is glued to the last sentence, the title begins at the company."""
    call = "Executives\nJane Roe - CFO\nOperator\nWelcome.\nJane Roe\nThank you, and have a day."
    one = "Acme Pumps (NYSE:ACMP) Q1 2018 Earnings Call April 25, 2018 5:00 PM ET"
    two = "Quince, Inc. (NASDAQ:QNCR) Q1 2018 Earnings Call April 26, 2018  5:00 PM ET"
    first, second = seeking_alpha_text.split(f"{one}\n{call}{two}\n{call}")
    assert first.rstrip().endswith("have a day.")
    assert second.startswith("Quince, Inc. (NASDAQ:QNCR)")


def test_a_hyphen_stands_for_a_dash_behind_a_listed_name() -> None:
    """Only the roster tells that a hyphen parts name and firm; a name that has one itself is the longer one."""
    roster = ("Executives", "Jane Roe - CEO", "Analysts", "Anne Marie - Pell & Harrow", "Anne Marie-Lamb - Kestrel")
    turns = _turns(_parse(*roster, "Operator", "Welcome.", "Anne Marie-Lamb-Kestrel", "Why pears?", "Jane Roe", SPEECH))
    assert turns[1] == ("Anne Marie-Lamb", ("Why pears?",))


def test_a_list_of_names_has_no_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more short lines than any call has, only so many are looked at; those who are listed are known all the same."""
    monkeypatch.setattr(seeking_alpha_text, "_MOST_SHORT_LINES", 4)
    names = [f"Tess Quist{letter}" for letter in "abcdef"]
    lines = [line for name in names for line in (name, f"My name is {name}, and I have come here for the pears.")]
    turns = _spoken(*lines, "Rita Van Dorn – Pell & Harrow, Research Division", "Why pears?")
    assert [name for name, _ in turns] == ["Jane Roe", "Tess Quista", "Rita Van Dorn"]


def test_what_is_said_above_the_first_header_is_not_lost() -> None:
    """Sentences between the rosters and the first header are an unknown speaker's; a second copy of the call in one line is nobody's."""
    lines = ("Operator", "Welcome.", "Question-and-Answer Session", "Mark Lamb", "Why pears?")
    speech = " ".join([SPEECH] * 4)
    draft = _parse(*ROSTERS, speech, *lines)
    assert _turns(draft)[:2] == [("Unknown Speaker", (speech,)), ("Operator", ("Welcome.",))]
    assert (draft.title, draft.qa_start) == ((TITLE,), 2)
    copied = _parse(*ROSTERS, f"{SPEECH} " * 200, *lines)
    assert (_turns(copied)[0], copied.qa_start) == (("Operator", ("Welcome.",)), 1)


def test_thousands_of_titles_are_no_file_of_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text is parted into as many calls as files hold, and refused with the reason if it has more titles."""
    monkeypatch.setattr(seeking_alpha_text, "_MOST_CALLS", 3)
    call = "\n".join((TITLE, *ROSTERS, "Operator", "Welcome.", "Jane Roe", SPEECH, ""))
    assert len(seeking_alpha_text.split(call * 3)) == 3
    with pytest.raises(NotATranscript, match="4 titles of calls: no file holds so many"):
        seeking_alpha_text.split(call * 4)


@pytest.mark.parametrize("joint", [": ", " : ", ", "])
def test_rosters_may_join_name_and_office_otherwise(joint: str) -> None:
    """A colon or a comma parts name and office where a dash should; who is listed so is one person, with the office."""
    rosters = f"Executives\nJane Roe{joint}Chairman and CEO\nAnalysts\nMark Lamb - Kestrel"
    draft = seeking_alpha_text.parse(f"{TITLE}\n{rosters}\nOperator\nWelcome.\nJane Roe\nThank you.\nMark Lamb\nWhy pears?")
    assert [(entry.name, entry.title) for entry in draft.roster] == [("Jane Roe", "Chairman and CEO"), ("Mark Lamb", None)]


def test_roster_lines_that_are_no_people() -> None:
    """A disclaimer is nobody, and a transcriber's number is no part of a name."""
    rosters = (
        "Executives\nJane Roe - CFO\n[0ABCDE-E Mike Poe]\nDisclaimer: What follows is a record of pears.\nAnalysts\nMark Lamb - Kestrel"
    )
    draft = seeking_alpha_text.parse(f"{TITLE}\n{rosters}\nOperator\nWelcome.\nJane Roe\nThank you.\nMark Lamb\nWhy pears?")
    assert [entry.name for entry in draft.roster] == ["Jane Roe", "Mike Poe", "Mark Lamb"]

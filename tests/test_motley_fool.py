"""Motley Fool's text, with headings and without, and its pages become the same drafts of calls."""

from __future__ import annotations

import pytest

from indexer.detect import detect
from indexer.formats import Draft, RosterEntry, Side, motley_fool_html, motley_fool_text

TITLE = ("Orchard Lane, Inc. (ORLN -1.48%)", "Q3 2021 Earnings Call", "Nov 5, 2021, 8:00 a.m. ET")
CONTENTS = ("Contents:", "• Prepared Remarks", "• Questions and Answers", "• Call Participants")
OPENING = ("Operator", "Welcome to the call.", "Jane Roe -- Chief Executive Officer", "Thank you.", "We sold pears.")
QUESTIONS = ("Operator", "The first question is from Mark Lamb.", "Mark Lamb -- Pell & Harrow -- Analyst", "Why pears?")
ROSTER = ("Jane Roe -- Chief Executive Officer", "Mark Lamb -- Pell & Harrow -- Analyst")
FOOTER = ("More ORLN analysis", "All earnings call transcripts", "AlphaStreet Logo")

CLASSIC = (*TITLE, *CONTENTS, "Prepared Remarks:", *OPENING, "Questions and Answers:", *QUESTIONS)
CLASSIC_END = ("Duration: 61 minutes", "Call participants:", *ROSTER, *FOOTER)
BARE = (*TITLE, *OPENING, *QUESTIONS)
BARE_END = ("Duration: 0 minutes", *ROSTER, *FOOTER)

TURNS = [
    ("Operator", ("Welcome to the call.",)),
    ("Jane Roe", ("Thank you.", "We sold pears.")),
    ("Operator", ("The first question is from Mark Lamb.",)),
    ("Mark Lamb", ("Why pears?",)),
]


def _parse(*lines: str) -> Draft:
    return motley_fool_text.parse("\n\n".join(lines))


def _turns(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


def _spoken(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give the turns of a call that consists of these lines, with the usual roster behind them."""
    return _turns(_parse(*TITLE, *lines, *BARE_END))


def _page(*blocks: str) -> str:
    return f"<html><body><p>The Motley Fool</p><span class='article-content'>{''.join(blocks)}</span><p>Related</p></body></html>"


def _heading(text: str) -> str:
    return f"<h2>{text}</h2>"


def _bold(text: str) -> str:
    return f"<p><strong>{text}</strong></p>"


def _said(text: str) -> str:
    return f"<p>{text}</p>"


JANE = "<p><strong>Jane Roe</strong> -- <em>Chief Executive Officer</em></p>"
MARK = "<p><strong>Mark Lamb</strong> -- <em>Pell &amp; Harrow -- Analyst</em></p>"
HEAD = (
    "<p><strong>Orchard Lane, Inc.</strong> <span class='ticker'>(<a>NYSE:ORLN</a>)</span><br/>Q3 2021 Earnings Call<br/>Nov 5, 2021</p>"
    "<h2>Contents:</h2><ul><li>Prepared Remarks</li><li>Questions and Answers</li></ul>"
)


def test_the_form_with_headings() -> None:
    """Title, speech, start of the questions, duration and roster each come from their own part of the file."""
    draft = _parse(*CLASSIC, *CLASSIC_END)
    assert draft.title[:3] == TITLE
    assert _turns(draft) == TURNS
    assert draft.qa_start == 2
    assert draft.duration_minutes == 61
    assert [entry.name for entry in draft.roster] == ["Jane Roe", "Mark Lamb"]


def test_the_form_without_headings() -> None:
    """The speech begins at the first header, the roster behind the duration; where the questions begin is not said."""
    draft = _parse(*BARE, *BARE_END)
    assert draft.title == TITLE
    assert _turns(draft) == TURNS
    assert draft.qa_start is None
    assert [entry.name for entry in draft.roster] == ["Jane Roe", "Mark Lamb"]


def test_line_ends_and_blank_lines_do_not_matter() -> None:
    """Paragraphs on neighbouring lines are the same call."""
    assert motley_fool_text.parse("\n".join((*CLASSIC, *CLASSIC_END))) == _parse(*CLASSIC, *CLASSIC_END)


@pytest.mark.parametrize("heading", ["Questions and Answers:", "Questions & Answers:", "Question and Answer", "QUESTIONS AND ANSWERS"])
def test_the_question_heading_has_several_spellings(heading: str) -> None:
    """The heading opens the questions and is no speech."""
    draft = _parse(*TITLE, "Prepared Remarks:", *OPENING, heading, *QUESTIONS, *CLASSIC_END)
    assert (draft.qa_start, _turns(draft)) == (2, TURNS)


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("Duration: 61 minutes", 61),
        ("Duration: 1 minute", 1),
        ("duration: 118 minutes", 118),
        ("Duration: 0 minutes", None),
        ("Duration: long", None),
    ],
)
def test_duration(line: str, minutes: int | None) -> None:
    """The duration is a number of minutes; no call lasts none."""
    assert _parse(*BARE, line, *ROSTER).duration_minutes == minutes


def test_adverts_and_captions_are_nobodys_words() -> None:
    """An advert between two paragraphs leaves neither a trace nor a seam, and the caption on top is no title."""
    advert = ("10 stocks we like better than Orchard Lane", "See the 10 stocks", "*Stock Advisor returns as of October 20, 2021")
    caption = ("Logo of jester cap with thought bubble.", "Image source: The Motley Fool.")
    draft = _parse(*caption, *TITLE, *OPENING[:-1], *advert, OPENING[-1], *QUESTIONS, *BARE_END)
    assert (draft.title, _turns(draft)) == (TITLE, TURNS)


def test_the_text_of_an_advert_is_nobodys_words() -> None:
    """Between an advert's first line and its last everything is advert, however the publisher words it this year."""
    advert = (
        "10 stocks we like better than Orchard Lane",
        "Our writers read balance sheets all day, and Motley Fool Stock Advisor sends members what they find.*",
        "They have now named ten companies... and Orchard Lane did not make that list.",
        "See the 10 stocks",
        "*Stock Advisor returns as of October 20, 2021",
    )
    assert _turns(_parse(*TITLE, *OPENING[:-1], *advert, OPENING[-1], *QUESTIONS, *BARE_END)) == TURNS


@pytest.mark.parametrize("honorific", ["Ms.", "Mr.", "Mrs.", "Dr.", "Prof."])
def test_a_sentence_broken_after_an_honorific_is_rejoined(honorific: str) -> None:
    """A paragraph that ends in "Ms." goes on in the next."""
    assert _spoken("Operator", f"I now pass you to {honorific}", "Jane Roe of Orchard Lane.", "Please go ahead.") == [
        ("Operator", (f"I now pass you to {honorific} Jane Roe of Orchard Lane.", "Please go ahead.")),
    ]


def test_a_header_after_an_honorific_is_a_header() -> None:
    """A broken sentence does not swallow the next speaker."""
    assert _spoken("Operator", "Go ahead, Ms.", "Jane Roe -- Chief Executive Officer", "Hello.") == [
        ("Operator", ("Go ahead, Ms.",)),
        ("Jane Roe", ("Hello.",)),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Operator?",
        "Operator, next question please.",
        "We grew -- as planned -- by 4%.",
        "pears -- and plums",
        "Well, Hannah -- That depends.",
        "Jane Roe -- or so they say",
        "Mark Lamb -- Are you there?",
        "Revenue -- $250 million",
        "Unknown to us then.",
        "Thank you -- Thank you all.",
    ],
)
def test_what_only_looks_like_a_header_is_speech(line: str) -> None:
    """A dash, a name spoken or a call for the operator in somebody's words starts no turn."""
    assert _spoken("Operator", "Hello.", line, "Goodbye.") == [("Operator", ("Hello.", line, "Goodbye."))]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Operator", "Operator"),
        ("Jane Roe -- Chief Executive Officer", "Jane Roe"),
        ("Jane Roe", "Jane Roe"),
        ("Hollis Brandt -- Chief Pear Officer", "Hollis Brandt"),
        ("Hollis Brandt, M.D. -- Chief Medical Officer.", "Hollis Brandt, M.D."),
        ("Hollis Brandt -- Kestrel Securities -- Analyst", "Hollis Brandt"),
        ("Hollis Brandt -- Kestrel Securities", "Hollis Brandt"),
        ("Unknown speaker", "Unknown speaker"),
        ("Unidentified Participant", "Unidentified Participant"),
        ("Unknown speaker -- Kestrel Securities -- Analyst", "Unknown speaker"),
    ],
)
def test_headers(header: str, name: str) -> None:
    """Name and title, name and firm, a bare name of the roster, the operator and strangers begin turns, in the roster or not."""
    assert _spoken("Operator", "Hello.", header, "Goodbye.")[-1] == (name, ("Goodbye.",))


def test_a_header_without_words_is_no_turn() -> None:
    """Somebody who is announced and says nothing has no turn."""
    assert _spoken("Operator", "Hello.", "Hollis Brandt -- Chair", "Jane Roe", "Goodbye.") == [
        ("Operator", ("Hello.",)),
        ("Jane Roe", ("Goodbye.",)),
    ]


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("Jane Roe -- Chief Executive Officer", {"name": "Jane Roe", "title": "Chief Executive Officer", "side": Side.COMPANY}),
        ("• Jane Roe -- VP, Treasury", {"name": "Jane Roe", "title": "VP, Treasury", "side": Side.COMPANY}),
        ("Jane Roe — Head of Pears", {"name": "Jane Roe", "title": "Head of Pears", "side": Side.COMPANY}),
        ("Mark Lamb -- Kestrel -- Analyst", {"name": "Mark Lamb", "title": "Analyst", "firm": "Kestrel", "side": Side.ANALYST}),
        ("Mark Lamb -- Kestrel Securities", {"name": "Mark Lamb", "firm": "Kestrel Securities", "side": Side.ANALYST}),
        ("Mark Lamb -- Analyst", {"name": "Mark Lamb", "title": "Analyst", "side": Side.ANALYST}),
        ("Mark Lamb -- Analyst -- Analyst", {"name": "Mark Lamb", "title": "Analyst", "side": Side.ANALYST}),
        ("Tess Quist -- Journalist", {"name": "Tess Quist", "title": "Journalist", "side": Side.ANALYST}),
        ("Tess Quist", {"name": "Tess Quist", "side": Side.UNKNOWN}),
        ("Unidentified Participant", {"name": "Unidentified Participant", "side": Side.UNKNOWN}),
    ],
)
def test_roster_lines(line: str, entry: dict[str, str | Side]) -> None:
    """A roster line gives the name, and by what follows it the title or firm and the side."""
    expected = RosterEntry(published=line, **entry)  # type: ignore[arg-type]
    assert _parse(*BARE, "Duration: 0 minutes", line).roster == (expected,)


def test_the_footer_is_nobody() -> None:
    """Links and sentences behind the roster name no participants."""
    roster = _parse(*BARE, *BARE_END, "This sentence tells you that nobody of us owns any pears.").roster
    assert [entry.name for entry in roster] == ["Jane Roe", "Mark Lamb"]


@pytest.mark.parametrize("text", ["\n".join((*CLASSIC, *CLASSIC_END)), "\n".join((*BARE, *BARE_END))])
def test_the_text_is_known_by_its_marks(text: str) -> None:
    """A title with a ticker, a quarter line and dashed headers are evidence for the layout."""
    assert motley_fool_text.evidence(text) == "title line with a ticker, quarter line, 4 'Name -- Title' lines"
    assert detect(text).layout is motley_fool_text


@pytest.mark.parametrize("missing", [TITLE[0], TITLE[1], " -- "])
def test_a_mark_that_is_missing_is_no_evidence(missing: str) -> None:
    """Without the ticker, the quarter line or the headers it is some other text."""
    assert motley_fool_text.evidence("\n".join((*BARE, *BARE_END)).replace(missing, " ")) == ""


@pytest.mark.parametrize(
    "questions",
    [
        _heading("Questions and Answers:"),
        _heading("Questions &amp; Answers:"),
        _bold("Questions & Answers:"),
        _bold("Questions and Answers"),
    ],
)
@pytest.mark.parametrize("people", [_heading("Call participants:"), _bold("Call participants:")])
def test_pages(questions: str, people: str) -> None:
    """A page is read like the text, its question heading an h2 or bold in a paragraph, its ampersand escaped or not."""
    draft = motley_fool_html.parse(
        _page(
            HEAD,
            _heading("Prepared Remarks:"),
            _bold("Operator"),
            _said("Welcome to the call."),
            JANE,
            _said("Thank you."),
            "<div class='interad'><script>ad()</script><p>Buy!</p></div>",
            _said("We sold pears."),
            questions,
            _bold("Operator"),
            _said("The first question is from Mark Lamb."),
            MARK,
            _said("Why pears?"),
            _bold("Duration: 61 minutes"),
            people,
            JANE,
            MARK,
            _said("More ORLN analysis"),
            "<div id='pitch'></div>",
        )
    )
    assert draft.title[:3] == ("Orchard Lane, Inc. (NYSE:ORLN)", "Q3 2021 Earnings Call", "Nov 5, 2021")
    assert (_turns(draft), draft.qa_start, draft.duration_minutes) == (TURNS, 2, 61)
    assert [(entry.name, entry.title, entry.firm) for entry in draft.roster] == [
        ("Jane Roe", "Chief Executive Officer", None),
        ("Mark Lamb", "Analyst", "Pell & Harrow"),
    ]


@pytest.mark.parametrize("header", [_bold("Hollis Brandt"), _bold("Hollis"), "<p><b>Hollis Brandt</b> - <em>Chair</em></p>"])
def test_a_bold_name_on_a_page_is_a_header(header: str) -> None:
    """Bold type marks a header that has no title, one name only, or a single hyphen."""
    turns = motley_fool_html.parse(
        _page(HEAD, _heading("Prepared Remarks:"), _bold("Operator"), _said("Hi."), header, _said("Hello."))
    ).turns
    assert [turn.speaker.name.split()[0] for turn in turns] == ["Operator", "Hollis"]


def test_words_in_bold_are_not_always_a_header() -> None:
    """A bold sentence, and a plain name in the middle of speech, are speech."""
    page = _page(HEAD, _heading("Prepared Remarks:"), _bold("Operator"), _said("Hi."), _bold("We grew by 4%."), _said("Hollis Brandt"))
    assert _turns(motley_fool_html.parse(page)) == [("Operator", ("Hi.", "We grew by 4%.", "Hollis Brandt"))]


def test_the_page_is_known_by_its_marks() -> None:
    """A page of the publisher with the headings of a transcript is evidence; another publisher's, or another article, is not."""
    page = _page(HEAD, _heading("Prepared Remarks:"), _heading("Questions and Answers:"))
    assert motley_fool_html.evidence(page) == "a Motley Fool page with 2 transcript headings"
    assert detect(page).layout is motley_fool_html
    assert motley_fool_html.evidence(page.replace("Motley Fool", "Daily Pear")) == ""
    assert motley_fool_html.evidence(_page("<p>Prepared Remarks</p>")) == ""
    assert motley_fool_html.evidence("The Motley Fool\nPrepared Remarks:") == ""

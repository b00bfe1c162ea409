"""Seeking Alpha's saved pages: the call's own title and speech are found among headline, links, adverts and comments."""

from __future__ import annotations

import pytest

from indexer.detect import LAYOUTS, detect
from indexer.formats import Draft, Side, seeking_alpha_html, seeking_alpha_text
from indexer.reading import read, read_bytes
from tests.facts import GOLDEN, facts, golden_facts

STEMS = ["tidecross-tdxf-q4-2018", "fennimore-fnmc-q2-2015"]

TITLE = "Orchard Lane, Inc. (NYSE:ORLN) Q4 2018 Results Earnings Conference Call February 5, 2019 8:00 AM ET"
LINKED = TITLE.replace("ORLN", '<a href="/symbol/ORLN" title="Orchard Lane, Inc.">ORLN</a>')
HEADLINE = "<h1>Orchard Lane (ORLN) CEO Jane Roe on Q4 2018 Results - Earnings Call Transcript</h1>"
PUBLISHED = "Feb. 5, 2019  3:35 PM ET"
ROSTERS = (
    "<strong>Company Participants</strong>",
    "Jane Roe - Chief Executive Officer",
    "<strong>Conference Call Participants</strong>",
    "Mark Lamb - Pell &amp; Harrow",
)
SPEECH = (
    "<strong>Operator</strong>",
    "Welcome to the call.",
    "<strong>Jane Roe</strong>",
    'Thank you. The slides are at <a href="http://orln.example"><u>orln.example</u></a>, and we&nbsp;sold more pears.',
    "Our R&amp;D grew.",
)
QUESTIONS = (
    "<strong>Question-and-Answer Session</strong>",
    "<strong>Operator</strong>",
    "The first question is from Mark Lamb.",
    '<strong><span class="question">Mark Lamb</span></strong>',
    "Why pears?",
    '<strong><span class="answer">Jane Roe</span></strong>',
    "They sell.",
)
TURNS = [
    ("Operator", ("Welcome to the call.",)),
    ("Jane Roe", ("Thank you. The slides are at orln.example, and we sold more pears.", "Our R&D grew.")),
    ("Operator", ("The first question is from Mark Lamb.",)),
    ("Mark Lamb", ("Why pears?",)),
    ("Jane Roe", ("They sell.",)),
]


def _page(*paragraphs: str, title: tuple[str, ...] = (LINKED,), published: str = PUBLISHED, above: str = "", below: str = "") -> str:
    body = "\n".join(f'<p class="p p1">{paragraph}</p>' for paragraph in (*title, *paragraphs))
    info = f'<div class="a-info"><time>{published}</time><div>|</div><span>About: Orchard Lane (ORLN)</span><p>by: SA</p></div>'
    return (
        "<!DOCTYPE html><html><head><title>Orchard Lane | Seeking Alpha</title><script>var SA = {};</script></head><body>"
        '<nav><ul><li><a href="/">Portfolio</a></li></ul></nav>'
        f"<article><header>{HEADLINE}{info}</header>{above}"
        f'<div id="a-body" itemprop="articleBody">{body}</div></article>{below}</body></html>'
    )


def _parse(title: tuple[str, ...] = (LINKED,), published: str = PUBLISHED, above: str = "", below: str = "") -> Draft:
    return seeking_alpha_html.parse(_page(*ROSTERS, *SPEECH, *QUESTIONS, title=title, published=published, above=above, below=below))


def _turns(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


@pytest.mark.parametrize("stem", STEMS)
def test_golden_pairs(stem: str) -> None:
    """Each page is understood as somebody who read it turn by turn wrote down."""
    source = GOLDEN / f"{stem}.html"
    assert facts(read(source)) == golden_facts(source)


def test_a_page_is_read_as_its_text_is() -> None:
    """Title, rosters, speech and the start of the questions come out of the article, with links, entities and spans as plain words."""
    draft = _parse()
    assert draft.title == (TITLE,)
    assert [(entry.name, entry.title, entry.firm, entry.side) for entry in draft.roster] == [
        ("Jane Roe", "Chief Executive Officer", None, Side.COMPANY),
        ("Mark Lamb", None, "Pell & Harrow", Side.ANALYST),
    ]
    assert (_turns(draft), draft.qa_start) == (TURNS, 2)


def test_comments_adverts_and_menus_are_nobodys_words() -> None:
    """What stands above, beside and below the article is left out, though a reader calls himself Operator."""
    advert = '<div class="ad-slot"><script>show("<p>Operator</p>")</script><p>Trade for nothing.</p></div>'
    comments = (
        "<section id='comments'><h2>Comments (1)</h2><p><strong>Operator</strong></p><p>Long ORLN.</p></section><footer>Terms</footer>"
    )
    draft = _parse(above=advert, below=comments)
    assert (draft.title, _turns(draft)) == ((TITLE,), TURNS)


@pytest.mark.parametrize(
    ("paragraphs", "title"),
    [
        ((LINKED,), (TITLE,)),
        (
            ("Orchard Lane, Inc. (NYSE:<a>ORLN</a>)", "Q4 2018 Earnings Call", "February 5, 2019 8:00 AM ET"),
            ("Orchard Lane, Inc. (NYSE:ORLN)", "Q4 2018 Earnings Call", "February 5, 2019 8:00 AM ET"),
        ),
        (
            ("Orchard Lane, Inc. (NYSE: ORLN, NYSE: ORLNA)<br/>Q4 2018 Earnings Call<br/>February 5, 2019",),
            ("Orchard Lane, Inc. (NYSE: ORLN, NYSE: ORLNA)", "Q4 2018 Earnings Call", "February 5, 2019"),
        ),
        (
            ("Call Start: 08:00 January 1, 0000 9:01 AM ET", "Orchard Lane, Inc. (NYSE:ORLN)", "Q4 2018 Earnings Call"),
            ("Call Start: 08:00 January 1, 0000 9:01 AM ET", "Orchard Lane, Inc. (NYSE:ORLN)", "Q4 2018 Earnings Call"),
        ),
        (("Orchard Lane Q4 2018 Earnings Call",), ("Orchard Lane Q4 2018 Earnings Call",)),
    ],
)
def test_what_stands_above_the_title_is_left_out(paragraphs: tuple[str, ...], title: tuple[str, ...]) -> None:
    """The title is one line or several, from the company with its exchange, and from a clock's line before it; no headline is in it."""
    assert _parse(title=paragraphs).title == title


@pytest.mark.parametrize(
    ("said", "published", "year"),
    [
        ("February 5, 2018", "Feb. 5, 2019  3:35 PM ET", 2019),
        ("Feb. 5, 2018", "February 5, 2019", 2019),
        ("February 5, 2018", "Feb. 5, 2019 3:35 PM ET</time><span>12 comments</span><time>", 2019),
        ("February 5, 2019", "Feb. 5, 2019 3:35 PM ET", 2019),
        ("February 5, 2018", "Feb. 6, 2019 3:35 PM ET", 2018),
        ("February 5, 2018", "Mar. 5, 2019 3:35 PM ET", 2018),
        ("February 5, 2018", "2 hours ago", 2018),
        ("February 5, 2018", "Orchards since Feb. 5, 2019", 2018),
    ],
)
def test_the_year_of_publication_corrects_the_titles(said: str, published: str, year: int) -> None:
    """A year that is a slip is the page's own, but only where day and month agree: a page may be older or newer than its call."""
    title = TITLE.replace("February 5, 2019", said)
    assert _parse(title=(title,), published=published).title == (title.replace(said, f"{said[:-4]}{year}"),)


def test_the_corrected_year_is_the_calls() -> None:
    """The date of the call is that of the corrected title."""
    page = _page(*ROSTERS, *SPEECH, *QUESTIONS, title=(LINKED.replace("5, 2019", "5, 2018"),))
    (call,) = read_bytes(page.encode(), source="orln.html")
    assert (call.call, str(call.date), call.format) == ("ORLN-2018Q4", "2019-02-05", "seeking-alpha-html")


def test_there_is_one_call_on_a_page() -> None:
    """A page is given whole."""
    page = _page(*ROSTERS, *SPEECH)
    assert seeking_alpha_html.split(page) == (page,)


@pytest.mark.parametrize(
    "heading",
    [
        "Company Participants",
        "Executives",
        "Analysts:",
        "Corporate Participants",
        "Company&nbsp;Participants",
        "Conference\n Call Participants",
    ],
)
def test_the_page_is_known_by_its_marks(heading: str) -> None:
    """A page of the publisher with a list of participants is evidence, however the list is headed and the heading is written."""
    page = _page(f"<strong>{heading}</strong>", "Jane Roe - CEO", *SPEECH)
    assert seeking_alpha_html.evidence(page) == "a Seeking Alpha page with 1 lists of participants"
    assert detect(page).layout is seeking_alpha_html


def test_no_other_layout_claims_the_page() -> None:
    """It does not hang on the order in which layouts are asked."""
    pages = [_page(*ROSTERS, *SPEECH, *QUESTIONS), *((GOLDEN / f"{stem}.html").read_text(encoding="utf-8") for stem in STEMS)]
    for page in pages:
        assert [layout.NAME for layout in LAYOUTS if layout.evidence(page)] == ["seeking-alpha-html"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        _page(*ROSTERS, *SPEECH).replace("Seeking Alpha", "Daily Pear"),
        _page(*SPEECH),
        _page("The Executives who grow pears", "Analysts like them."),
        f"Seeking Alpha\n{TITLE}\nCompany Participants\nJane Roe - CEO",
        f"Seeking Alpha\n{TITLE}\n>Executives<\nJane Roe - CEO",
    ],
)
def test_what_is_no_such_page_is_no_evidence(text: str) -> None:
    """Another publisher's page, an article without lists of participants, and text are not claimed."""
    assert seeking_alpha_html.evidence(text) == ""


def test_page_and_text_give_the_same_draft() -> None:
    """The paragraphs of a page, saved as lines of text, are the same call."""
    rosters = "Company Participants\nJane Roe - Chief Executive Officer\nConference Call Participants\nMark Lamb - Pell & Harrow"
    said = "\n".join(line for name, paragraphs in TURNS[:2] for line in (name, *paragraphs))
    asked = "\n".join(line for name, paragraphs in TURNS[2:] for line in (name, *paragraphs))
    text = f"{TITLE}\n{rosters}\n{said}\nQuestion-and-Answer Session\n{asked}"
    assert seeking_alpha_text.parse(text) == _parse()

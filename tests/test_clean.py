"""White space is put in order, words stay, and what publishers put between the words is known for what it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.clean import clean, is_furniture, unify_spaces

PROPERTY = settings(max_examples=300)
HIDDEN = "\u200b\u200e\ufeff\u00ad\u2060\u202a\x92\x07"

messy_text = st.text(alphabet=st.characters() | st.sampled_from(" \u00a0\t\n\u0301" + HIDDEN), max_size=40)
words = st.lists(st.text(alphabet="abcXYZéß$%&.,’“”0129", min_size=1, max_size=8), max_size=12)
spaces = st.text(alphabet=" \t\n\r\u00a0\u2003\u3000\u200b", min_size=1, max_size=4)


@given(messy_text)
@PROPERTY
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """Cleaned text is clean."""
    once = clean(text)
    assert clean(once) == once


@given(messy_text)
@PROPERTY
def test_cleaned_text_has_single_spaces_only(text: str) -> None:
    """No white space but single spaces between words is left, and no control or hidden character."""
    cleaned = clean(text)
    assert cleaned == " ".join(cleaned.split())
    assert not set(cleaned) & set(HIDDEN)
    assert unicodedata.is_normalized("NFC", cleaned)


@given(words, spaces)
@PROPERTY
def test_words_stay_as_they_are(said: list[str], space: str) -> None:
    """Whatever white space stands between and around them, the words come out as they went in."""
    assert clean(space + space.join(said) + space) == " ".join(said)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thank you.", "Thank you."),
        ("  Thank  you. ", "Thank you."),
        ("Pell\u00a0&\u00a0Harrow", "Pell & Harrow"),
        ("one\ttwo\nthree", "one two three"),
        ("zero\u200bwidth", "zero width"),
        ("\ufeffOrchard", "Orchard"),
        ("run\u00adway", "runway"),
        ("right\u202ato\u202cleft", "righttoleft"),
        ("it\x92s", "its"),
        ("next\x85line", "next line"),
        ("Rene\u0301e", "Renée"),
        ("a ﬁne ½ %", "a ﬁne ½ %"),
        ("", ""),
        (" \u00a0\u200b", ""),
    ],
)
def test_cleans(text: str, expected: str) -> None:
    """Spaces are merged, invisible characters go, accents are composed, and nothing else changes."""
    assert clean(text) == expected


@pytest.mark.parametrize(
    "paragraph",
    [
        "Logo of jester cap with thought bubble.",
        "Image source: The Motley Fool.",
        "10 stocks we like better than Orchard Lane",
        "20 stocks we like better than Orchard Lane (Class A)",
        "When our award-winning analyst team has a stock tip, it can pay to listen. Their newsletter beat the market.*",
        "When investing geniuses have a stock tip, it can pay to listen.",
        "They just revealed what they believe are the ten best stocks to buy right now... and Orchard Lane was not one of them!",
        "See the 10 stocks",
        "*Stock Advisor returns as of October 20, 2021",
        "Learn more about Motley Fool services",
        "More ORLN analysis",
        "More BRK.B analysis",
        "All earnings call transcripts",
        "AlphaStreet Logo",
        "ADVERTISEMENT",
        "Start of Q&A",
        "Send SMS",
        "This article is a transcript of this conference call produced for The Motley Fool. Errors are possible.",
        "Copyright policy: this page belongs to Seeking Alpha and may not be reprinted.",
        "If you have any additional questions about our online transcripts, write to us.",
    ],
)
def test_furniture_is_recognised(paragraph: str) -> None:
    """Adverts, captions, footer links and legal notices are the publisher's, not a speaker's."""
    assert is_furniture(paragraph)


@pytest.mark.parametrize(
    "paragraph",
    [
        "We repurchased stock in the quarter.",
        "There are 10 stocks we like better than our own, and we own none of them.",
        "I see the 10 stocks you mean.",
        "See the 10 stocks on slide four for the peer group.",
        "Our stock advisor returns as of Monday.",
        "When our award-winning team opens a store, it sells out in a week.",
        "They just revealed what they believe are the synergies of the merger, and I wonder what you make of it.",
        "We spend nothing on advertisement.",
        "More analysis will follow.",
        "Call me after the call.",
        "This article is about us.",
        "Learn more on our website.",
        "A disclaimer: this is my view.",
        "",
    ],
)
def test_what_somebody_says_is_no_furniture(paragraph: str) -> None:
    """Ordinary sentences are speech, even about stocks, adverts and calls."""
    assert not is_furniture(paragraph)


def test_a_row_of_accents_is_cut() -> None:
    """To compose thousands of accents upon one letter takes minutes; more than a few are no text."""
    assert unify_spaces("e" + "\u0301\u05b0" * 50_000) == "e"
    assert unify_spaces("━" * 60) == "━" * 60
    assert unify_spaces("e\u0301\u0323") == "e\u0301\u0323"

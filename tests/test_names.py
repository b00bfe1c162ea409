"""Names are told from speech, split from what follows them, and matched with the person they mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.names import Matcher, fold, is_name, is_operator, is_unidentified, match_name, name_key, split_header

FIRST = ["Jane", "Malcolm", "Priscilla", "Bertrand", "Yuki", "Renée"]
LAST = ["Roe", "Oyelaran", "Van Dorn", "Achebe-Strand", "O'Hara", "Quillfeather"]
names = st.builds("{} {}".format, st.sampled_from(FIRST), st.sampled_from(LAST))
firms = st.sampled_from(["Kestrel Securities", "Pell & Harrow", "Holloway, Pike & Co., Inc., Research Division", "S-P Partners"])
dashes = st.sampled_from([" -- ", " - ", " – ", " — ", " –- ", " -", " --", "- ", "—", "–", "  --  "])


@given(names, dashes, firms)
@settings(max_examples=200)
def test_a_header_splits_at_its_dash(name: str, dash: str, about: str) -> None:
    """Hyphens, double hyphens, en and em dashes part a name from what follows, with space on a side or, if long, without."""
    assert split_header(f"{name}{dash}{about}") == (name, about)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Jane Roe -- Pell & Harrow -- Analyst", ("Jane Roe", "Pell & Harrow", "Analyst")),
        ("Jane Roe - President - Europe", ("Jane Roe", "President", "Europe")),
        ("Jane Roe -- A -- B -- C", ("Jane Roe", "A", "B -- C")),
        ("Jane Roe - Co-Founder and CEO", ("Jane Roe", "Co-Founder and CEO")),
        ("Robert Roe, Jr. -- Chief Financial Officer.", ("Robert Roe, Jr.", "Chief Financial Officer.")),
        ("J. R. Roe—Chair", ("J. R. Roe", "Chair")),
        ("Jane Roe (ph)–Kestrel", ("Jane Roe (ph)", "Kestrel")),
        ("Jane Roe --", ("Jane Roe",)),
        ("-- Jane Roe", ("Jane Roe",)),
        ("Jane Roe", ("Jane Roe",)),
        ("Mei-ling Achebe-Strand", ("Mei-ling Achebe-Strand",)),
        ("Year-over-year growth was 5%", ("Year-over-year growth was 5%",)),
        ("", ()),
        (" - ", ()),
    ],
)
def test_splits(line: str, parts: tuple[str, ...]) -> None:
    """At most three parts come of a line, empty ones go, and a hyphen inside a word is no dash."""
    assert split_header(line) == parts


@pytest.mark.parametrize(
    "header",
    [
        "Operator",
        "operator",
        "Operator:",
        "The Operator",
        "Conference Operator",
        "Call Operator",
        "Operator 2",
        "Coordinator",
        "MODERATOR:",
    ],
)
def test_the_operator_is_known(header: str) -> None:
    """The operator has many names."""
    assert is_operator(header)


@pytest.mark.parametrize("line", ["Operator?", "Operator Instructions", "Operator, next question", "Tour Operator", "Cooperator", ""])
def test_not_every_operator_is_the_operator(line: str) -> None:
    """Calling for the operator, or running a mill, is speech."""
    assert not is_operator(line)


@pytest.mark.parametrize(
    "header",
    [
        "Unidentified Analyst",
        "Unknown speaker",
        "Unknown Analyst -",
        "UnidentifiedAnalyst",
        "Unidentified Company Representative",
        "Unidentified Corporate Participant",
        "Unidentified Participant",
        "Unknown Attendee",
        "Unverified Participant",
        "Undefined Analyst",
        "Unidentified Audience Member",
        "Company Representative",
        "Company Speaker",
        "Multiple Speakers",
        "Unidentified Analyst 2",
        "Unidentified Analyst [Tess]",
        "Unidentified Analyst - Kestrel Securities",
        "Unidentified Company Participant, Orchard Lane",
    ],
)
def test_the_unidentified_are_known(header: str) -> None:
    """A header may say that nobody knows who speaks, and for which firm."""
    assert is_unidentified(header)


@pytest.mark.parametrize(
    "line",
    [
        "Unknown.",
        "That is unknown to us.",
        "Company policy forbids it.",
        "Jane Unknown",
        "Multiple executives left the firm.",
        "Unknown people bought it.",
        "Multiple analysts asked that.",
    ],
)
def test_speech_about_the_unknown_is_speech(line: str) -> None:
    """A sentence that begins like such a header is none."""
    assert not is_unidentified(line)


@pytest.mark.parametrize(
    "text",
    [
        "Jane Roe",
        "JANE ROE",
        "J. Roe",
        "J.P. Roe",
        "Jane Q. Roe",
        "Li Wei",
        "Renée Castellan",
        "Mary-Kate O'Hara",
        "Jean-Luc O’Brien",
        "Juan Carlos de la Vega",
        "Jane van der Berg",
        "Jane d’Arcy",
        "Dr. Jane Roe",
        "Robert Roe, Jr.",
        "Robert Roe III",
        "Jane Roe, CFA",
        "Jane Roe, M.D.",
        "Jane Roe, Ph.D.",
        "Jane Roe [ph]",
    ],
)
def test_is_a_name(text: str) -> None:
    """First and last names are names, with initials, particles, honorifics, degrees and a transcriber's doubt."""
    assert is_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Jane",
        "jane roe",
        "Jane R.",
        "Jane Roe.",
        "Jane Roe?",
        "Jane Roe:",
        "Thank You",
        "Yes Jane",
        "Great Stuff",
        "Net Revenue",
        "Fourth Quarter Results",
        "Slide 4",
        "Jane Roe and Mark Poe",
        "Jane Roe joined us",
        "One Two Three Four Five Six",
        "Well, Hannah",
        "Hannah, Marcus",
        "Bartholomew Featherstonehaugh-Cholmondeley Wriothesley",
    ],
)
def test_is_no_name(text: str) -> None:
    """Single words, sentences, headings, lists and people spoken to are no names."""
    assert not is_name(text)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Jane Roe", ("jane", "roe")),
        ("  JANE   ROE ", ("jane", "roe")),
        ("Dr. Jane Q. Roe, CFA", ("jane", "q", "roe")),
        ("Renée Castellan", ("renee", "castellan")),
        ("Jean-Luc O’Brien", ("jean-luc", "obrien")),
        ("William “Bill” Roe", ("william", "roe")),
        ("Jane Roe (ph)", ("jane", "roe")),
        ("Jane Roe, M.D., Ph.D.", ("jane", "roe")),
        ("Robert Roe, Jr.", ("robert", "roe")),
        ("Mr.", ()),
    ],
)
def test_names_are_compared_by_their_words(name: str, key: tuple[str, ...]) -> None:
    """Case, accents, punctuation, honorifics, degrees and nicknames do not tell people apart."""
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("text", "folded"), [("Société  Ÿ", "societe y"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("O’Hara\u00a0 X", "o'hara x")]
)
def test_fold_gives_text_as_it_is_compared(text: str, folded: str) -> None:
    """Case, accents, curly apostrophes and runs of white space make no difference."""
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Jane Roe", "Jane Roe"),
        ("JANE ROE", "Jane Roe"),
        ("Jane Q. Roe", "Jane Roe"),
        ("Ms. Jane Roe, CFA", "Jane Roe"),
        ("J. Roe", "Jane Roe"),
        ("Roe", "Jane Roe"),
        ("Jane", "Jane Roe"),
        ("Mike Tarrant", "Michael Tarrant"),
        ("Micheal Tarrant", "Michael Tarrant"),
        ("Michael Tarant", "Michael Tarrant"),
        ("Renee Castellan", "Renée Castellan"),
        ("Rennée Castelan", "Renée Castellan"),
        ("Bob Quillfeather", "Robert Quillfeather"),
        ("Rob Quilfeather", "Robert Quillfeather"),
        ("Mei ling Huang", "Mei-ling Huang"),
        ("Meiling Huang", "Mei-ling Huang"),
        ("Van der Berg", "Jan van der Berg"),
        ("Marc Lamb", "Mark Lamb"),
    ],
)
def test_a_name_finds_its_person(name: str, person: str) -> None:
    """Short forms, initials, bare last or first names, missing accents and slips of the pen all mean somebody of the roster."""
    roster = ("Jane Roe", "Michael Tarrant", "Renée Castellan", "Robert Quillfeather", "Mei-ling Huang", "Jan van der Berg", "Mark Lamb")
    assert match_name(name, roster) == person


@pytest.mark.parametrize("name", ["Hollis Brandt", "Jane Quist", "Mark", "Dr.", "", "Jane Lamb", "Roe Jane"])
def test_a_stranger_is_nobody(name: str) -> None:
    """A name that fits nobody of the roster is nobody's, first name in common or not."""
    assert match_name(name, ("Jane Roe", "Colm Lamb")) is None


@pytest.mark.parametrize(
    ("name", "roster"),
    [
        ("J. Roe", ("Jane Roe", "John Roe")),
        ("Roe", ("Jane Roe", "Mark Roe")),
        ("Jane", ("Jane Roe", "Jane Lamb")),
        ("Jon Roe", ("John Roe", "Jonathan Roe")),
        ("Pat Roe", ("Patrick Roe", "Patricia Roe")),
        ("Jane Tarrint", ("Jane Tarrant", "Jane Tarront")),
    ],
)
def test_where_two_fit_it_is_nobody(name: str, roster: tuple[str, ...]) -> None:
    """A name that might be either of two people is taken for neither."""
    assert match_name(name, roster) is None


@pytest.mark.parametrize(
    ("name", "roster", "person"),
    [
        ("Jane Roe", ("Jane Rowe", "Jane Roe"), "Jane Roe"),
        ("J. Roe", ("J. Roe", "Jane Roe"), "J. Roe"),
        ("Jon Roe", ("John Row", "Jonathan Roe"), "Jonathan Roe"),
    ],
)
def test_the_better_fit_wins(name: str, roster: tuple[str, ...], person: str) -> None:
    """The very name goes before its short form, and that before a misspelling."""
    assert match_name(name, roster) == person


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Paul S. Roe", "Daniel P. Roe"),
        ("George D. Quist, M.D., Ph.D.", "Leonard S. Roe, M.D., Ph.D."),
        ("Jane Roe, Ph.D.", "Mark Lamb, M.D."),
        ("Noel Harrows", "Noel Farrow"),
        ("Michelle Roe", "Michael Roe"),
        ("Mike Roe", "Mick Lamb"),
        ("Anna Li", "Anna Lo"),
    ],
)
def test_a_namesake_is_somebody_else(name: str, other: str) -> None:
    """Initials in the middle, degrees, and a first name with half of a last one in common do not make one person of two."""
    assert match_name(name, (other,)) is None


@given(names)
@settings(max_examples=50)
def test_everybody_finds_themselves(name: str) -> None:
    """In any roster that has a name, the name means that person."""
    roster = [f"{first} {last}" for first in FIRST for last in LAST]
    assert match_name(name, roster) == name
    assert match_name(name.upper(), roster) == name
    assert is_name(name)


def test_a_matcher_gives_up_on_thousands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names find their people as always, until more have been compared than any call needs; then nobody is found."""
    monkeypatch.setattr("indexer.names._MOST_PAIRS", 4)
    matcher = Matcher()
    roster = ("Jane Roe", "Mark Lamb")
    assert [matcher.match(name, roster) for name in ("J. Roe", "Lamb", "J. Roe", "Jane Roe")] == ["Jane Roe", "Mark Lamb", None, None]

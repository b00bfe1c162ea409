"""Roster lines and headers become persons, each once, with the title, firm and role that the file gives them."""

from __future__ import annotations

from itertools import islice, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import NotATranscript
from indexer.firms import load_firms
from indexer.formats import RosterEntry, Side
from indexer.people import Person, change_sides, introduce, participants, recognise
from indexer.roles import Role

COMPANY, ANALYST, OPERATOR, UNKNOWN = Side.COMPANY, Side.ANALYST, Side.OPERATOR, Side.UNKNOWN


def _entry(name: str, side: Side = UNKNOWN, *, title: str | None = None, firm: str | None = None) -> RosterEntry:
    return RosterEntry(published=f"{name} -- published", name=name, title=title, firm=firm, side=side)


def _person(name: str, side: Side = UNKNOWN, *, title: str | None = None, firm: str | None = None) -> Person:
    return Person(name=name, title=title, firm=firm, side=side, published=name, listed=True)


ROE = _entry("Jane Roe", COMPANY, title="CEO")
POE = _entry("Mike Poe", COMPANY, title="CFO")
LAMB = _entry("Mark Lamb", ANALYST, firm="Kestrel")


def _names(roster: list[RosterEntry], *headers: RosterEntry) -> tuple[list[str], list[str]]:
    """Give the names of everybody on the call, and of the speaker of each header."""
    people, speakers = recognise(roster, headers)
    return [person.name for person in people], [person.name for person in speakers]


def test_the_roster_comes_first_and_in_its_order() -> None:
    """Everybody listed is on the call, silent or not; the unlisted follow as they come."""
    people, speakers = _names([POE, ROE, LAMB], _entry("Tess Quist"), ROE)
    assert people == ["Mike Poe", "Jane Roe", "Mark Lamb", "Tess Quist"]
    assert speakers == ["Tess Quist", "Jane Roe"]


@pytest.mark.parametrize("header", ["Mike Poe", "Michael Poe", "MIKE POE", "M. Poe", "Poe", "Mike", "Mike J. Poe", "Mike Poee"])
def test_a_header_finds_the_person_listed(header: str) -> None:
    """However a header spells the name, the speaker is the person of the roster, in the roster's spelling."""
    assert _names([ROE, POE], _entry(header)) == (["Jane Roe", "Mike Poe"], ["Mike Poe"])


def test_a_header_that_fits_two_is_a_third() -> None:
    """Where nobody can tell who is meant, nobody's words are given to somebody else."""
    roster = [_entry("Jane Roe", COMPANY), _entry("John Roe", COMPANY)]
    assert _names(roster, _entry("J. Roe"))[1] == ["J. Roe"]


def test_a_roster_line_without_a_name_is_nobody() -> None:
    """Only a dash is left of some lines of damaged rosters."""
    assert _names([ROE, _entry("", COMPANY)]) == (["Jane Roe"], [])


@pytest.mark.parametrize(
    ("listed", "side", "title", "firm"),
    [
        (_person("Mark Lamb", COMPANY, title="UBS"), ANALYST, None, "UBS"),
        (_person("Mark Lamb", COMPANY, title="Analyst, Bank of America Merrill Lynch"), ANALYST, None, "Bank of America Merrill Lynch"),
        (_person("Mark Lamb", COMPANY, title="Analyst, Investor Relations"), COMPANY, "Analyst, Investor Relations", None),
        (_person("Mark Lamb", COMPANY, title="Head of Orchards"), COMPANY, "Head of Orchards", None),
        (_person("Mark Lamb", COMPANY), COMPANY, None, None),
        (_person("Mark Lamb", ANALYST, firm="Vice President, Investor Relations"), COMPANY, "Vice President, Investor Relations", None),
        (_person("Mark Lamb", ANALYST, firm="President, Orchard Lane"), COMPANY, "President, Orchard Lane", None),
        (_person("Mark Lamb", ANALYST, firm="Managing Partners"), ANALYST, None, "Managing Partners"),
        (_person("Mark Lamb", ANALYST, title="President", firm="Lamb Capital"), ANALYST, "President", "Lamb Capital"),
        (_person("Mark Lamb", UNKNOWN, title="UBS"), UNKNOWN, "UBS", None),
    ],
)
def test_a_person_listed_on_the_wrong_side(listed: Person, side: Side, title: str | None, firm: str | None) -> None:
    """A broker is no office and an office no broker, whatever heading they stand under; what may be either stays."""
    (person,) = change_sides([listed], load_firms())
    assert (person.side, person.title, person.firm) == (side, title, firm)


def test_listed_twice_is_one_person() -> None:
    """The same name on two roster lines is one person, with what either line tells."""
    people, _ = recognise([_entry("Jane Roe", COMPANY), _entry("JANE ROE", COMPANY, title="CEO")], [])
    assert [(person.name, person.title) for person in people] == [("Jane Roe", "CEO")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_entry("John Chen", ANALYST, firm="Kestrel"), _entry("John Cheng", ANALYST, firm="Lowmoor")),
        (_entry("Ian Brandt", COMPANY, title="CFO"), _entry("Ian [ph]", ANALYST, firm="Kestrel")),
        (_entry("J. Mario Quist", COMPANY, title="CEO"), _entry("John C. Quist", COMPANY, title="CFO")),
        (_entry("Daniel P. Roe", COMPANY, title="CEO"), _entry("Paul S. Roe", COMPANY, title="President")),
        (_entry("Will R. Roe", COMPANY, title="Chairman"), _entry("Rob Roe", COMPANY, title="CEO")),
        (_entry("Jane Roe, M.D., Ph.D.", COMPANY, title="CEO"), _entry("Mark Lamb, M.D., Ph.D.", COMPANY, title="CSO")),
    ],
)
def test_two_roster_lines_are_two_people(one: RosterEntry, other: RosterEntry) -> None:
    """A roster does not list somebody twice under two names: whoever sounds like another is somebody else, and speaks as such."""
    assert _names([one, other], other, one) == ([one.name, other.name], [other.name, one.name])


def test_a_header_tells_what_the_roster_leaves_open() -> None:
    """Title, firm and side come from a header where the roster lacks them; what the roster says stays."""
    people, _ = recognise(
        [_entry("Mike Poe"), LAMB], [_entry("Mike Poe", COMPANY, title="CFO"), _entry("Mark Lamb", COMPANY, firm="Other", title="Analyst")]
    )
    assert [(person.title, person.firm, person.side) for person in people] == [("CFO", None, COMPANY), ("Analyst", "Kestrel", ANALYST)]


def test_people_remember_how_they_were_published() -> None:
    """The first line that names somebody is kept with them, and whether it was the roster's."""
    people, _ = recognise([ROE], [_entry("Roe"), _entry("Tess Quist")])
    assert [(person.published, person.listed) for person in people] == [("Jane Roe -- published", True), ("Tess Quist -- published", False)]


@pytest.mark.parametrize("name", ["Operator", "Conference Operator", "Coordinator"])
def test_there_is_one_operator(name: str) -> None:
    """Whatever a file calls the operator, listed or not, there is one."""
    headers = [_entry("Operator", OPERATOR), _entry(name, OPERATOR)]
    assert _names([_entry(name), ROE], *headers) == (["Jane Roe", "Operator"], ["Operator", "Operator"])


def test_the_unidentified_are_nobody_in_particular() -> None:
    """A stranger is not matched with anybody, though several may share the word for one."""
    stranger = _entry("Unidentified Analyst", ANALYST)
    people, speakers = recognise([ROE], [stranger, _entry("Unknown Analyst", ANALYST), stranger])
    assert [person.name for person in speakers] == ["Unidentified Analyst", "Unknown Analyst", "Unidentified Analyst"]
    assert [person.is_unidentified for person in people] == [False, True, True]


@given(
    st.lists(
        st.sampled_from(["Jane Roe", "Mike Poe", "Michael Poe", "Mark Lamb", "M. Lamb", "Tess Quist", "Unknown Speaker", "Roe"]),
        max_size=12,
    )
)
@settings(max_examples=150)
def test_every_header_has_a_speaker_who_is_on_the_call(headers: list[str]) -> None:
    """One speaker a header, each among the people; nobody is on the call twice."""
    people, speakers = recognise([ROE, POE, LAMB], [_entry(name) for name in headers])
    assert len(speakers) == len(headers)
    assert set(speakers) <= set(people)
    assert len({person.name for person in people}) == len(people)


@pytest.mark.parametrize(
    ("opening", "title"),
    [
        ("I pass you to Jane Roe, Chief Financial Officer. Please.", "Chief Financial Officer"),
        ("Jane Roe, our Chief Executive Officer; and Mike Poe, CFO, are here.", "Chief Executive Officer"),
        ("Mike Poe, CFO; Jane A. Roe, Vice President of Investor Relations.", "Vice President of Investor Relations"),
        (
            "Jane Roe, Executive Vice President and Chief Financial Officer, is here.",
            "Executive Vice President and Chief Financial Officer",
        ),
        ("Jane Roe, who is our Treasurer, speaks first.", "Treasurer"),
        ("With me is our CFO, Jane Roe.", "CFO"),
        ("I give you Orchard Lane's Head of Investor Relations, Ms. Jane Roe.", "Head of Investor Relations"),
        ("Chairman of the Board and CEO Jane Roe begins.", "Chairman of the Board and CEO"),
        ("Peter Roe, CFO, and Jane Roe, Director of IR.", "Director of IR"),
        ("Mike Poe, Chief Operating Officer, Jane Roe and Tess Quist are here.", None),
        ("Peter Roe, CFO, is here.", None),
        ("Jane Roe, a friend of the chairman, is here.", None),
        ("Jane Roe thanks you.", None),
        ("", None),
    ],
)
def test_titles_are_learnt_from_introductions(opening: str, title: str | None) -> None:
    """Who is introduced with an office, before or behind the name, has it; a neighbour's office is the neighbour's."""
    person, _ = introduce([_person("Jane Roe"), _person("Mike Poe")], opening)
    assert (person.title, person.side) == (title, COMPANY if title else UNKNOWN)


@pytest.mark.parametrize(
    "person",
    [
        _person("Jane Roe", COMPANY, title="Chair"),
        _person("Jane Roe", ANALYST),
        _person("Operator", OPERATOR),
        _person("Unknown Speaker"),
        _person("Jane"),
    ],
)
def test_introductions_change_nobody_else(person: Person) -> None:
    """Whoever has a title keeps it, and analysts, the operator and strangers get none."""
    opening = f"{person.name}, Chief Financial Officer, and Jane Roe, Chief Financial Officer."
    assert introduce([person], opening) == (person,)


@pytest.mark.parametrize(
    ("person", "did", "role"),
    [
        (_person("Operator", OPERATOR), "answer", Role.OPERATOR),
        (_person("Jane Roe", COMPANY, title="President & CEO"), "ask", Role.CEO),
        (_person("Jane Roe", COMPANY), "answer", Role.EXECUTIVE),
        (_person("Jane Roe", ANALYST, title="Managing Director", firm="Kestrel"), "answer", Role.ANALYST),
        (_person("Jane Roe"), "ask", Role.ANALYST),
        (_person("Jane Roe"), "answer", Role.EXECUTIVE),
        (_person("Jane Roe"), "both", Role.EXECUTIVE),
        (_person("Jane Roe"), "neither", Role.UNKNOWN),
        (_person("Jane Roe", title="Journalist"), "ask", Role.UNKNOWN),
        (_person("Unknown Speaker"), "ask", Role.UNKNOWN),
        (_person("Unknown Speaker"), "answer", Role.UNKNOWN),
        (_person("Unidentified Analyst", ANALYST), "ask", Role.ANALYST),
        (_person("Unknown Executive", COMPANY), "answer", Role.EXECUTIVE),
    ],
)
def test_roles(person: Person, did: str, role: Role) -> None:
    """The side and the title decide; where neither is known, what somebody did in the call does, but never for a stranger."""
    name = frozenset({person.name})
    found = participants(
        [person], name if did in ("ask", "both") else frozenset(), name if did in ("answer", "both") else frozenset(), load_firms()
    )
    assert found[person.name].role is role


def test_participants_keep_order_and_facts() -> None:
    """Everybody becomes a participant, in order, with the title as published and the firm both as published and by its name."""
    found = participants(
        [_person("Mark Lamb", ANALYST, firm="Robert W. Baird & Co."), _person("Jane Roe", COMPANY, title="CEO")],
        frozenset(),
        frozenset(),
        load_firms(),
    )
    assert [(name, who.title, who.firm, who.firm_published, who.published) for name, who in found.items()] == [
        ("Mark Lamb", None, "Baird", "Robert W. Baird & Co.", "Mark Lamb"),
        ("Jane Roe", "CEO", None, None, "Jane Roe"),
    ]


@pytest.mark.parametrize("where", ["roster", "headers"])
def test_thousands_of_people_are_no_call(where: str) -> None:
    """A list of names is refused with the reason, wherever the names stand; as many people as calls have are not."""
    some = [_entry(f"{''.join(letters).capitalize()} Roe") for letters in islice(product(("ab", "cd", "ef", "gh"), repeat=5), 1001)]
    with pytest.raises(NotATranscript, match="more than 1,000 people: no call has so many"):
        recognise(some if where == "roster" else [], some if where == "headers" else some[:1])
    assert len(recognise(some[:100], some[:100])[0]) == 100


def test_a_name_said_thousands_of_times_introduces_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is mentioned where a call begins more often than anybody is keeps no title, rather than the reader hours."""
    monkeypatch.setattr("indexer.people._MOST_MENTIONS", 2)
    opening = "our CFO Jane Roe. "
    assert [introduce([_person("Jane Roe", COMPANY)], opening * times)[0].title for times in (2, 3)] == ["CFO", None]

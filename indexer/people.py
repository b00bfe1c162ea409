"""Who is speaking? Rosters and turn headers in, one participant a person out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from indexer.formats.draft import RosterEntry, Side
from indexer.model import Participant
from indexer.names import is_operator, is_unidentified, match_name, name_key
from indexer.roles import Role, role_of

__all__ = ["Person", "introduce", "participants", "recognise"]

OPERATOR = "Operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on the call, recognised.

    Attributes:
        name: Canonical within the call: the roster's form, else the form of the first header.
        listed: Whether the roster has them.
    """

    name: str
    title: str | None
    firm: str | None
    side: Side
    published: str
    listed: bool

    @property
    def is_unidentified(self) -> bool:
        """Whether the transcriber did not know who it was; several people may hide behind one such name."""
        return is_unidentified(self.name)


def recognise(roster: Sequence[RosterEntry], headers: Iterable[RosterEntry]) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """Merge roster lines and turn headers into persons.

    Returns:
        Everybody on the call, the roster first and in its order, then those whom only headers name; and for each header
        its speaker.
    """
    people: dict[str, Person] = {}
    for entry in roster:
        if entry.side is not Side.OPERATOR and not is_operator(entry.name):
            # Two lines of a roster are two people, however much alike: only the same name is one person.
            known = next((name for name in people if name_key(name) == name_key(entry.name)), None)
            people[known or entry.name] = _merge(people[known], entry) if known else _person(entry, listed=True)
    speakers = []
    for header in headers:
        if header.side is Side.OPERATOR:
            name = OPERATOR
            people.setdefault(name, _person(replace(header, name=OPERATOR), listed=True))
        else:
            name = _find(header, people) or header.name
            people[name] = _merge(people[name], header) if name in people else _person(header, listed=False)
        speakers.append(name)
    return tuple(people.values()), tuple(people[name] for name in speakers)


def _person(entry: RosterEntry, *, listed: bool) -> Person:
    return Person(name=entry.name, title=entry.title, firm=entry.firm, side=entry.side, published=entry.published, listed=listed)


def _find(entry: RosterEntry, people: dict[str, Person]) -> str | None:
    if entry.name in people:
        return entry.name
    if is_unidentified(entry.name):
        return None
    return match_name(entry.name, [name for name in people if not is_unidentified(name) and name != OPERATOR])


def _merge(known: Person, entry: RosterEntry) -> Person:
    """Fill what the roster leaves open from a header; what it says stays."""
    return replace(
        known,
        title=known.title or (entry.title if name_key(entry.name) else None),
        firm=known.firm or entry.firm,
        side=entry.side if known.side is Side.UNKNOWN else known.side,
    )


# An office as it is said in an introduction, with what it is over: "Executive Vice President and Chief Financial Officer",
# "Managing Director of Investor Relations", "Chairman of the Board and CEO".
_OFFICE = (
    r"(?i:(?:(?:executive|senior|group|global|corporate|vice|managing|general|assistant|deputy|interim|acting|co)[ -])*"
    r"(?:chief(?: [a-z&-]+){1,3}? officer|vice president|president|chair(?:man|woman|person)?(?: of the board)?|director|head|treasurer|"
    r"controller|counsel|(?:co-?)?founder|manager|c[efot]o|[es]?vp)\b)"
    r"(?:(?: of|,| for) (?i:our )?(?i:investor relations|IR|finance|treasury|operations|strategy|communications)\b|"
    r" of [A-Z][\w&]+(?:(?: and| &|,)? [A-Z][\w&]+){0,2})?"
)
_TITLE = rf"(?P<title>{_OFFICE}(?:(?:,? and |, | & |/)(?:our |the )?{_OFFICE})*)"
_TITLE_AFTER = re.compile(rf"\s*(?:,|\(|–|-|is|who is|as|, who is)\s*(?:(?:our|the|its|as|[A-Z][\w.&]*['’]s?)\s+){{0,2}}{_TITLE}")
_TITLE_BEFORE = re.compile(rf"(?:^|\W){_TITLE},?\s*(?:(?:Mr|Ms|Mrs|Dr)\.)?\s*$")
_NAME_BEFORE = re.compile(r"[A-Z][\w'’.-]+ [A-Z][\w'’.-]+,\s*(?:(?:our|the)\s+)?$")
_MOST_CHARS_TO_NAME = 110


def introduce(people: Sequence[Person], opening: str) -> tuple[Person, ...]:
    """Give those of the company who have no title the one they are introduced with, before or behind their name.

    Args:
        people: Everybody on the call.
        opening: What the operator and the first speakers say.
    """
    return tuple(
        person if person.title or person.side in (Side.ANALYST, Side.OPERATOR) else _introduced(person, opening) for person in people
    )


def _introduced(person: Person, opening: str) -> Person:
    key = name_key(person.name)
    if len(key) < 2 or person.is_unidentified:
        return person
    for mention in re.finditer(rf"\b[A-Z][\w'’.-]* (?:[A-Z]\.? )?(?i:{re.escape(key[-1])})\b", opening):
        if match_name(mention[0], (person.name,)) is None:
            continue  # a namesake
        behind = _TITLE_AFTER.match(opening, mention.end(), mention.end() + _MOST_CHARS_TO_NAME)
        before = _TITLE_BEFORE.search(opening[max(0, mention.start() - _MOST_CHARS_TO_NAME) : mention.start()])
        if before and _NAME_BEFORE.search(before.string[: before.start("title")]):
            before = None  # "Mike Poe, Chief Operating Officer, Jane Roe": that title is the other's
        if found := behind or before:
            return replace(person, title=found["title"], side=Side.COMPANY)
    return person


def participants(people: Sequence[Person], asking: frozenset[str], answering: frozenset[str]) -> dict[str, Participant]:
    """Give everybody their role.

    Args:
        asking: Names of those who asked a question.
        answering: Names of those who made remarks or answered.

    Returns:
        Name -> participant, in the order of `people`. Where neither roster nor header tells the side, what somebody did
        in the call does.
    """
    return {
        person.name: Participant(
            name=person.name, title=person.title, firm=person.firm, role=_role(person, asking, answering), published=person.published
        )
        for person in people
    }


def _role(person: Person, asking: frozenset[str], answering: frozenset[str]) -> Role:
    if person.side is Side.OPERATOR:
        return Role.OPERATOR
    if person.side is Side.ANALYST:
        return Role.ANALYST
    if person.side is Side.COMPANY:
        return role_of(person.title)
    if person.is_unidentified or person.title:
        return Role.UNKNOWN
    if person.name in asking and person.name not in answering:
        return Role.ANALYST
    return Role.EXECUTIVE if person.name in answering else Role.UNKNOWN

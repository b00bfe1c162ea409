"""Who is speaking? Rosters and turn headers in, one participant a person out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.errors import NotATranscript
from indexer.firms import FirmTable
from indexer.formats.draft import RosterEntry, Side
from indexer.model import Participant
from indexer.names import Matcher, fold, is_operator, is_unidentified, match_name, name_key
from indexer.roles import Role, role_of

__all__ = ["Person", "change_sides", "employ", "introduce", "lacks_firm", "participants", "recognise"]

OPERATOR = "Operator"
_MOST_PEOPLE = 1_000  # calls have a few dozen at most; lists of names go on for ever


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

    Raises:
        NotATranscript: there are more people than on any call.
    """
    people: dict[str, Person] = {}
    same: dict[tuple[str, ...], str] = {}
    for entry in roster:
        if entry.name and entry.side is not Side.OPERATOR and not is_operator(entry.name):
            # Two lines of a roster are two people, however much alike: only the same name is one person.
            known = same.setdefault(name_key(entry.name), entry.name)
            people[known] = _merge(people[known], entry) if known in people else _person(entry, listed=True)
    names = [name for name in people if _may_be_respelt(name)]
    matcher = Matcher()
    speakers = []
    for header in headers:
        if header.side is Side.OPERATOR:
            name = OPERATOR
            people.setdefault(name, _person(replace(header, name=OPERATOR), listed=True))
        else:
            is_known = header.name in people or not _may_be_respelt(header.name)
            name = header.name if is_known else matcher.match(header.name, names) or header.name
            if name not in people and _may_be_respelt(name):
                names.append(name)
            people[name] = _merge(people[name], header) if name in people else _person(header, listed=False)
        speakers.append(name)
        if len(people) > _MOST_PEOPLE:
            raise NotATranscript(f"more than {_MOST_PEOPLE:,} people: no call has so many")
    return tuple(people.values()), tuple(people[name] for name in speakers)


def _person(entry: RosterEntry, *, listed: bool) -> Person:
    return Person(name=entry.name, title=entry.title, firm=entry.firm, side=entry.side, published=entry.published, listed=listed)


def _may_be_respelt(name: str) -> bool:
    return name != OPERATOR and not is_unidentified(name)


def _merge(known: Person, entry: RosterEntry) -> Person:
    """Fill what the roster leaves open from a header; what it says stays."""
    if (known.title or not entry.title) and (known.firm or not entry.firm) and known.side is not Side.UNKNOWN:
        return known
    return replace(
        known,
        title=known.title or (entry.title if name_key(entry.name) else None),
        firm=known.firm or entry.firm,
        side=entry.side if known.side is Side.UNKNOWN else known.side,
    )


# An office that no broker's analyst has; a "Managing Director" or a "Vice President" may be one's.
_COMPANY_ROLES = frozenset(Role) - {Role.EXECUTIVE}


def change_sides(people: Sequence[Person], firms: FirmTable) -> tuple[Person, ...]:
    """Put those on the right side whom a roster lists on the wrong one.

    Among the company's people it is somebody whose title is no office but a broker; among the analysts, somebody whose
    firm is an office: so 6 rosters of 2,300, where a heading is missing or comes too late.
    """
    return tuple(_on_right_side(person, firms) for person in people)


def _on_right_side(person: Person, firms: FirmTable) -> Person:
    if person.side is Side.COMPANY and person.title and not person.firm:
        firm = person.title.removeprefix("Analyst").lstrip(" ,-–—")
        if firms.knows(firm):
            return replace(person, side=Side.ANALYST, title=None, firm=firm)
    if person.side is Side.ANALYST and person.firm and not person.title and role_of(person.firm) in _COMPANY_ROLES:
        return replace(person, side=Side.COMPANY, title=person.firm, firm=None)
    return person


# An office as it is said in an introduction, with what it is over: "Executive Vice President and Chief Financial Officer",
# "Managing Director of Investor Relations", "Chairman of the Board and CEO".
_SAID_OFFICE = (
    r"(?i:(?:(?:independent|non-executive|executive|senior|group|global|corporate|vice|managing|general|assistant|deputy|interim|acting|co)"
    r"[ -])*(?:chief(?: [a-z&-]+){1,3}? officer|vice president|president|chair(?:man|woman|person)?(?: of the board)?|director|head|"
    r"treasurer|controller|counsel|(?:co-?)?founder|manager|c[efot]o|[es]?vp|analyst(?=.{3,30}investor relations))\b)"
    r"(?:(?: of|,| for) (?i:our )?(?i:[a-z]+ (?:[a-z]+ )?and )?"
    r"(?i:investor relations|IR|finance|treasury|operations|strategy|communications)\b|"
    r" of [A-Z][\w&]+(?:(?: and| &|,)? [A-Z][\w&]+){0,2})?"
)
_TITLE = (
    rf"(?P<title>{_SAID_OFFICE}(?:(?:,? and |, | & |/)(?:our |the )?{_SAID_OFFICE})*"
    r"|(?i:investor relations)\b)"
)
# "our", "Acme's", "Acme Pumps & Valves'": whose officer it is.
_WHOSE = r"(?:our|the|its|as|(?:[A-Z][\w.&]* (?:(?:&|of|and|[A-Z][\w.&]*) ){0,4})?[A-Z][\w.&]*['’]s?)"
_JOINT = r"(?:,|\(|–|-|is|who is|as|, who is|(?:from|with)(?= (?:our |the )?[Ii]nvestor))"
_TITLE_AFTER = re.compile(rf"\s*{_JOINT}\s*(?:{_WHOSE}\s+){{0,2}}{_TITLE}")
_TITLE_BEFORE = re.compile(rf"(?:^|\W){_TITLE},?\s*(?:(?:Mr|Ms|Mrs|Dr)\.)?\s*$")
_NAME_BEFORE = re.compile(r"[A-Z][\w'’.-]+ [A-Z][\w'’.-]+,\s*(?:(?:our|the)\s+)?$")
_MOST_CHARS_TO_NAME = 110
_MOST_MENTIONS = 20_000  # of everybody's last name, where a call begins; none of 2,340 has more than 16
# First and last name, at every word: "Officer Jane" overlaps "Jane Roe". Without a longest word, one of a million would be looked at
# from each of its letters.
_MENTION = re.compile(r"(?=\b(?P<name>[A-Z][\w'’.-]{0,40} (?:[A-Z]\.? )?(?P<last>[A-Z](?:\w|['’-](?=\w)){0,40}+)))")


def introduce(people: Sequence[Person], opening: str) -> tuple[Person, ...]:
    """Give those of the company who have no title the one they are introduced with, before or behind their name.

    Args:
        people: Everybody on the call.
        opening: What the operator and the first speakers say.
    """
    if all(person.title or person.side in (Side.ANALYST, Side.OPERATOR) for person in people):
        return tuple(people)
    mentions: defaultdict[str, list[re.Match[str]]] = defaultdict(list)
    for mention in _MENTION.finditer(opening):
        mentions[fold(mention["last"])].append(mention)
    if sum(len(mentions.get(last, ())) for person in people for last in name_key(person.name)[-1:]) > _MOST_MENTIONS:
        return tuple(people)
    return tuple(
        person if person.title or person.side in (Side.ANALYST, Side.OPERATOR) else _introduced(person, opening, mentions)
        for person in people
    )


def _introduced(person: Person, opening: str, mentions: Mapping[str, Sequence[re.Match[str]]]) -> Person:
    key = name_key(person.name)
    if len(key) < 2 or person.is_unidentified:
        return person
    for mention in mentions.get(key[-1], ()):
        if match_name(mention["name"], (person.name,)) is None and not _may_be_called(mention["name"], person):
            continue  # a namesake
        start, end = mention.span("name")
        behind = _TITLE_AFTER.match(opening, end, end + _MOST_CHARS_TO_NAME)
        before = _TITLE_BEFORE.search(opening[max(0, start - _MOST_CHARS_TO_NAME) : start])
        if before and _NAME_BEFORE.search(before.string[: before.start("title")]):
            before = None  # "Mike Poe, Chief Operating Officer, Jane Roe": that title is the other's
        if found := behind or before:
            return replace(person, title=found["title"], side=Side.COMPANY)
    return person


# "the line of Asha Rao with Kestrel Securities. Please go ahead": how the operator announces whom.
_FIRM_AFTER = re.compile(
    r",?\s+(?:from|with|of|at|representing)\s+(?P<firm>(?:the )?[A-Z0-9][\w&+.'’/-]*(?:,? (?:[A-Z0-9&+][\w&+.'’/-]*|and|of|de))*)"
)
_NOT_A_FIRM = re.compile(r"(?:Your|You|Please|Our|Hi|Thank|Mr|Ms|I|We|Go|Sir|Ma)\b|(?:Boston|London|New York|Chicago|Mumbai)$")


def employ(cast: Mapping[str, Participant], introductions: Sequence[str], firms: FirmTable) -> dict[str, Participant]:
    """Give analysts who have no firm the one they are introduced with, where the roster and the headers tell none.

    Args:
        cast: Everybody on the call, by name.
        introductions: What the operator, and whoever moderates, says.
    """
    announced: dict[str, str] = {}
    for paragraph in introductions:
        for mention in _MENTION.finditer(paragraph):
            found = _FIRM_AFTER.match(paragraph, mention.end("name"), mention.end("name") + _MOST_CHARS_TO_NAME)
            if found and not _NOT_A_FIRM.match(found["firm"]):
                announced.setdefault(mention["name"], _cut_sentence(found["firm"]))
    names = tuple(announced)
    matcher = Matcher()
    return {
        name: replace(person, firm=firms.name_of(announced[known]), firm_published=announced[known])
        if lacks_firm(person) and (known := matcher.match(name, names))
        else person
        for name, person in cast.items()
    }


def lacks_firm(person: Participant) -> bool:
    """Say whether somebody is an analyst of a firm that is not known yet."""
    return person.role is Role.ANALYST and person.firm is None and not is_unidentified(person.name)


def _cut_sentence(firm: str) -> str:
    """Take what begins the next sentence off: "Kestrel. Your", "J.P. Morgan. Go"."""
    return re.split(r"(?<=[a-z)]{2})\.\s|(?<=[A-Z]{2})\.\s", firm)[0].rstrip(" .,")


def _may_be_called(mentioned: str, person: Person) -> bool:
    """Whether a colleague may say so: "Tracy Dick" of "Teresa L. Dick", with the same initial at least."""
    return name_key(mentioned)[0][0] == name_key(person.name)[0][0]


def participants(people: Sequence[Person], asking: frozenset[str], answering: frozenset[str], firms: FirmTable) -> dict[str, Participant]:
    """Give everybody their role, and their firm its name.

    Args:
        asking: Names of those who asked a question.
        answering: Names of those who made remarks or answered.

    Returns:
        Name -> participant, in the order of `people`. Where neither roster nor header tells the side, what somebody did
        in the call does.
    """
    return {
        person.name: Participant(
            name=person.name,
            title=person.title,
            firm=person.firm and firms.name_of(person.firm),
            firm_published=person.firm,
            role=_role(person, asking, answering),
            published=person.published,
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
    if person.is_unidentified and "audience" in fold(person.name):
        return Role.ANALYST
    if person.is_unidentified or person.title:
        return Role.UNKNOWN
    if person.name in asking and person.name not in answering:
        return Role.ANALYST
    return Role.EXECUTIVE if person.name in answering else Role.UNKNOWN

"""Is this line somebody's name, and whose? Pure functions on names as published."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

__all__ = [
    "LONGEST_NAME",
    "LONGEST_NAME_LINE",
    "PARTICLES",
    "Matcher",
    "fold",
    "is_name",
    "is_operator",
    "is_same_given_name",
    "is_unidentified",
    "match_name",
    "name_key",
    "split_header",
]

# "Name -- Title", "Name - Firm", "Name – Firm", "Name — Title", "Name--Title". A hyphen needs space on a side: "Tien-tsin Huang" is
# one name.
_DASH = re.compile(r"\s+[-–—]{1,3}\s*|\s*(?:--+|[–—])\s+|(?<=[a-z.)])\s*[–—]\s*(?=[A-Z])|(?<=[\w.)])--+(?=[A-Z])|(?<=\w)-\s+(?=[A-Z])")

_OPERATOR = re.compile(
    r"(?:the\s+)?(?:conference\s+|call\s+|teleconference\s+)?(?:operator|moderator|coordinator)(?:\s+(?:operator|\d{1,2}))?[:.]?",
    re.IGNORECASE,
)
_UNIDENTIFIED = re.compile(
    r"(?:(?:unidentified|unknown|undefined|unverified|unnamed|multiple)\s*|company\s+(?=speaker|representative))"
    r"(?:(?:company\s+)?(?:analysts?|participants?|speakers?|representatives?|executives?|corporate\s+participant|male|female|man|woman|person|"
    r"company|attendee|shareholder|caller|audience\s+member|corporate\s+representative))\b(?:\s*\d{1,2}|\s*[\[(].{0,30}[\])]|\s*[-–—]+(?:\s.{0,60})?|,\s[A-Z].{0,60})?",
    re.IGNORECASE,
)

_TITLES_AND_DEGREES = frozenset("mr mrs ms miss dr prof sir dame jr sr ii iii iv cfa cpa phd md mba esq jd dsc pharmd facp obe cbe".split())
PARTICLES = frozenset("de del della der den di da dos du la le van von ter ten bin al el y e zu af st mc abu ap o".split())
# Capitalised words that begin short lines of speech or headings, and no name in the rosters counted (34,000 roster
# lines).
_NOT_NAMES = frozenset(
    """
    thank thanks okay ok yes no yeah great good hello hi question questions answer answers session slide fiscal quarter year full first
    second third fourth revenue guidance outlook net income total sales cash operator instructions presentation prepared remarks
    participants executives analysts conference call company corporate and the our we in at for with on to of segment results summary
    overview conclusion introduction highlights margin margins operating adjusted ebitda earnings capital allocation strategy update
    business financial review closing opening transcript absolutely sure right exactly correct perfect north south asia europe america
    global international services systems products research securities bank
    """.split()
)
_NAME_TOKEN = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.\-](?=[^\W\d_]))*\.?")
_ASIDE = re.compile(r"\(.*?\)|\[.*?\]|[\"“”].*?[\"“”]")
_PHONETIC = re.compile(r"\s*[(\[](?:ph|sp|phonetic)\.?[)\]]$", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[A-Z][a-z]+ (?:[A-Z][a-z]+ )?[A-Z][a-z]+")  # most of them are so
LONGEST_NAME = 48  # characters; "Alfonso De Angoitia Noriega" has 27
LONGEST_NAME_LINE = 60  # with "Mr." before it, degrees behind it, or "Unidentified Company Representative", which has 35

# Short forms that share no beginning with the long one or might be taken for another name. Not exhaustive: a shared
# beginning of three letters ("Greg", "Gregory") needs no entry.
_SHORT_FORM_TABLE = """
    al albert alan allen alfred alexander | andy andrew drew | art arthur | barb barbara | becky rebecca | bert
    robert albert herbert | beth elizabeth | betsy elizabeth | betty elizabeth | bill william | billy william |
    bob robert | bobby robert | cathy catherine | charlie charles | chip charles | chuck charles | cindy cynthia
    | dave david | danny daniel | debbie deborah | dick richard | don donald | drew andrew | ed edward edmund
    edwin | eddie edward | fred alfred | frank francis franklin | gene eugene | hank henry | harry harold henry
    | jack john | jay jason | jeff jeffrey geoffrey | jerry gerald jerome | jim james | jimmy james | joe joseph
    | jon jonathan john | johnny john | joey joseph | judy judith | katie katherine kathryn kathleen | kate
    katherine catherine kathryn | kathy katherine kathleen catherine | ken kenneth | kenny kenneth | larry
    lawrence laurence | lenny leonard | libby elizabeth | liz elizabeth | manny emmanuel manuel | maggie
    margaret | marty martin | matt matthew | meg margaret | mick michael | mickey michael | mike michael | nick
    nicholas nicolas | pat patrick patricia | ned edward | nikki nicole | peggy margaret | penny penelope | pete
    peter | phil philip phillip | rich richard | rick richard | rob robert | ron ronald | rusty russell | sandi
    sandra | sandy sandra | ricky richard | robbie robert | sally sarah | sid siddhartha sidney | steve steven
    stephen | sue susan | ted theodore edward | terry terrence terence teresa | tim timothy | tina christina |
    tommy thomas | tom thomas | tony anthony antonio | trish patricia | vicky victoria | vince vincent | walt
    walter | will william | zach zachary | zack zachary
"""
_SHORT_FORMS = {short: frozenset(longs) for short, *longs in map(str.split, _SHORT_FORM_TABLE.split("|"))}


def fold(text: str) -> str:
    """Give text as it is compared: lower case, without accents, runs of white space as one space."""
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)).replace("’", "'")
    return " ".join(text.casefold().split())


def is_operator(header: str) -> bool:
    """Say whether a turn header is the conference operator's."""
    return _OPERATOR.fullmatch(header) is not None


def is_unidentified(header: str) -> bool:
    """Say whether a turn header stands for somebody the transcriber did not know."""
    return _UNIDENTIFIED.fullmatch(header) is not None


def split_header(line: str) -> tuple[str, ...]:
    """Split a roster line or turn header at its dashes: name first, then firm or title, or both."""
    if "-" not in line and "–" not in line and "—" not in line:  # as in most lines that may be headers
        bare = line.strip(" ,;")
        return (bare,) if bare else ()
    return tuple(part.strip(" ,;") for part in _DASH.split(line, maxsplit=2) if part and part.strip(" ,;"))


@lru_cache(maxsize=65_536)
def name_key(name: str) -> tuple[str, ...]:
    """Give a name as it is compared: folded words without honorifics, degrees and punctuation."""
    bare = _ASIDE.sub(" ", name)
    words = (word for word in fold(bare).replace(",", " ").replace("'", "").split() if word.replace(".", "") not in _TITLES_AND_DEGREES)
    return tuple(part for word in words for part in word.replace(".", " ").split() if part not in _TITLES_AND_DEGREES)


def is_name(text: str) -> bool:
    """Say whether text looks like one person's first and last name.

    Two to five capitalised words, particles and initials among them, none of which begins ordinary lines of speech.
    """
    return len(text) <= LONGEST_NAME and _is_name(text)


@lru_cache(maxsize=4096)
def _is_name(text: str) -> bool:
    if _PLAIN_NAME.fullmatch(text):
        words = text.lower().split()
        return _NOT_NAMES.isdisjoint(words) and sum(word not in _TITLES_AND_DEGREES for word in words) >= 2
    text, *more = (_PHONETIC.sub("", text) if text.endswith((")", "]")) else text).split(",")
    if any(fold(part).replace(".", "").strip() not in _TITLES_AND_DEGREES for part in more):
        return False  # "Well, Hannah"
    words = text.split()
    if not 2 <= len(words) <= 5 or (text.endswith((".", ":", "?", "!", ",")) and fold(words[-1]).strip(".,") not in _TITLES_AND_DEGREES):
        return False
    # "Dr. Smith" is how somebody is spoken of, not a first and a last name.
    # "Free Cash Flow" is a heading. (Somebody whose name has such a word, as Lynn Good, is known by the roster.)
    lowered = [word.lower().strip(".") for word in words]
    if not _NOT_NAMES.isdisjoint(lowered) or not all(map(_is_name_word, words, lowered)):
        return False
    return any(len(word) > 1 for word in lowered[1:]) and len(name_key(text)) >= 2


def _is_name_word(word: str, lowered: str) -> bool:
    if lowered in PARTICLES:
        return True
    return (word[0].isupper() or word[:2] in ("d'", "d’")) and _NAME_TOKEN.fullmatch(word) is not None


def match_name(name: str, roster: Collection[str]) -> str | None:
    """Find whom of a roster a published name means.

    In order: the same name; the same but for middle names and initials; the same last name with a short form or initial
    of the first; the only one with that last name where the name is a bare last or first name; a misspelling, if only
    one is near enough.

    Returns:
        The roster's form of the name; None if nobody, or more than one, would fit.
    """
    wanted = name_key(name)
    if not wanted:
        return None
    keys = [(entry, name_key(entry)) for entry in roster]
    for fits in (_is_same, _has_same_ends, _has_short_form, _is_part, _is_misspelt):
        found = {entry for entry, key in keys if key and fits(wanted, key)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


# Pairs of names; none of 2,340 calls needs more than 378. A text with thousands of people is no call, and would take hours.
_MOST_PAIRS = 50_000


class Matcher:
    """Find whom published names mean, one after the other: as `match_name`, as long as no more is compared than a call needs."""

    def __init__(self) -> None:
        self._left = _MOST_PAIRS

    def match(self, name: str, roster: Collection[str]) -> str | None:
        """Find whom of a roster a published name means; None if nobody, or when too much has been compared."""
        self._left -= len(roster)
        return match_name(name, roster) if self._left >= 0 else None


def _is_same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return one == other or "".join(one) == "".join(other)


def _has_same_ends(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) > 1 < len(other) and one[0] == other[0] and one[-1] == other[-1]


def _has_short_form(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) > 1 < len(other) and one[-1] == other[-1] and _is_short_form(_given(one), _given(other))


def _given(key: tuple[str, ...]) -> tuple[str, ...]:
    return key[:-1]


def _is_short_form(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    # Initials mean the name at their place: "Paul S. Roe" is not "Sam P. Roe". Whole names may stand anywhere: "J. Michael Roe".
    return is_same_given_name(one[0], other[0]) or any(is_same_given_name(a, b) for a in one for b in other if len(a) > 1 < len(b))


def is_same_given_name(one: str, other: str) -> bool:
    """Say whether two folded given names can be one person's: `mike` and `michael`, `j` and `jane`, `greg` and `gregory`."""
    short, long = sorted((one, other), key=len)
    if short == long or long in _SHORT_FORMS.get(short, ()) or short in _SHORT_FORMS.get(long, ()):
        return True
    return long.startswith(short) and (len(short) == 1 or len(short) >= 3)


def _is_part(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) == 1 < len(other) and one[0] in (other[0], other[-1])


def _is_misspelt(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """One slip in either end of a name, or two in a long last name: "Kevin Mckarty" for "Kevin McCarthy"."""
    if len(one) < 2 or len(other) < 2:
        return False
    first = DamerauLevenshtein.distance(one[0], other[0])
    last = DamerauLevenshtein.distance(one[-1], other[-1])
    near_first = first == 0 or is_same_given_name(one[0], other[0]) or (first == 1 and min(len(one[0]), len(other[0])) > 3)
    shorter = min(len(one[-1]), len(other[-1]))
    two_slips = last == 2 and first == 0 and shorter >= 7 and one[-1][0] == other[-1][0]
    return near_first and shorter > 2 and (last <= 1 or two_slips)

"""Which characters and paragraphs are publishing, not speech? Pure functions on text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

__all__ = ["clean", "clean_lines", "find_adverts", "is_furniture", "unify_spaces"]

# Whatever cleaning changes, but for double spaces and decomposed characters: most paragraphs have none of it. One class
# of characters, because that is what regular expressions look for fastest.
_UNCLEAN = re.compile("[\x00-\x1f\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]")
_UNCLEAN_BUT_LINE_END = re.compile(_UNCLEAN.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
# Where accents may stand upon accents in a row, which no language has: to compose a row takes the square of its length. The
# first stands apart because expressions that begin with one class, without a count, are looked for three times as fast.
_ROW_OF_MARKS = re.compile(r"[^\x00-\x7f\w\s][^\x00-\x7f\w\s]{29,}")
_SPACE_BUT_LINE_END = re.compile(r"[^\S\n ]")
_SPACES = re.compile(r"[\s\u200b\ufeff]+")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2064]")

# What publishers put between the paragraphs of a call. Each mark begins or is a whole paragraph, so that a speaker who
# says "stock" or "advertisement" loses nothing. Counted over 151 Motley Fool texts and 3 pages unless said.
_FURNITURE = re.compile(
    r"""
      logo\ of\ jester\ cap .*
    | image\ source: .{0,80}
    | \d+\ stocks\ we\ like\ better\ than\b .{0,120}
    | when\ (?:our\ )?(?:award-winning|investing\ geniuses)\b .* (?:stock\ tip|it\ can\ pay\ to\ listen) .*
    | they\ just\ revealed\ what\ they\ believe\ are\ the\ (?:\d+|ten)\ best\ stocks\b .*
    | see\ the\ (?:\d+|ten)\ stocks
    | \*\ ?stock\ advisor\ returns\ as\ of .{0,60}
    | (?:click\ here\ to\ )?learn\ more\ about\ motley\ fool .{0,80}
    | more\ [\w.:-]{1,12}\ analysis
    | all\ earnings\ call\ transcripts
    | alphastreet\ logo | transcript\ powered\ by\ alphastreet
    | the\ motley\ fool\ (?:has|recommends|owns)\b .* disclosure\ policy\.
    | stocks\ mentioned | \*average\ returns\ of\ all\ recommendations\b .*
    | advertisement
    | the\ information\ contained\ here(?:in)?\ is\ a\ textual\ representation\ of\b .*
    | (?:end|start)\ of\ q\ ?&\ ?a
    | call | send\ sms | add\ to\ skype | you'll\ need\ skype\ credit .{0,40}  # a browser plug-in's menu under a telephone number
    | this\ article\ is\ a\ transcript\ of\ this\ conference\ call\ produced\ for\ the\ motley\ fool\b .*
    | (?:copyright\ policy|disclaimer):\ .*seeking\ alpha\b .*
    | if\ you\ have\ any\ additional\ questions\ about\ our\ online\ transcripts\b .*
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

# An advert in mid-body: a headline, some paragraphs that change with the season, a link, and a line of small print.
_ADVERT_HEADLINE = re.compile(r"\d+ stocks we like better than\b.{0,120}", re.IGNORECASE)
_ADVERT_END = re.compile(r"see the (?:\d+|ten) stocks|\* ?stock advisor returns as of .{0,60}", re.IGNORECASE)
_LONGEST_ADVERT = 8  # paragraphs; if no end follows within them, only the headline is dropped


def clean(text: str) -> str:
    """Put a paragraph's white space and invisible characters in order; the words stay as they are.

    Any run of white space, no-break and zero-width spaces among it, becomes one space; characters are composed (NFC).
    Cleaning twice is cleaning once.
    """
    if not _UNCLEAN.search(text) and unicodedata.is_normalized("NFC", text):
        return " ".join(text.split()) if "  " in text else text.strip()
    return unicodedata.normalize("NFC", _SPACES.sub(" ", _INVISIBLE.sub("", text))).strip()


def _is_plain(text: str) -> bool:
    """Whether a text has no white space but spaces and line ends, and nothing invisible."""
    return text.replace("\n", " ").isprintable() or not _UNCLEAN_BUT_LINE_END.search(text)


def unify_spaces(text: str) -> str:
    """Take invisible characters out of a text and make every white space but line ends a plain space, one for one.

    Layouts know their marks by spaces and line starts: they need not know of no-break spaces, tabs, soft hyphens and marks
    of zero width besides.
    """
    text = _ROW_OF_MARKS.sub(lambda row: "".join(mark for mark in row[0] if not unicodedata.combining(mark)), text)
    if _is_plain(text):
        return text
    return _SPACE_BUT_LINE_END.sub(" ", _INVISIBLE.sub("", text.replace("\u200b", "").replace("\ufeff", "")))


def clean_lines(text: str) -> Iterator[str]:
    """Give the lines of a text, each cleaned; in a text that has nothing to clean none is looked at again."""
    is_clean = "  " not in text and _is_plain(text) and unicodedata.is_normalized("NFC", text)
    return map(str.strip if is_clean else clean, text.split("\n"))


def is_furniture(paragraph: str) -> bool:
    """Say whether a cleaned paragraph is an advert, a caption, a footer link or a legal notice of the publisher."""
    return _FURNITURE.fullmatch(paragraph) is not None


def find_adverts(paragraphs: Sequence[str]) -> set[int]:
    """Find the paragraphs of adverts among those of a call: from the headline to the small print; give their numbers."""
    found: set[int] = set()
    starts = [number for number, paragraph in enumerate(paragraphs) if _ADVERT_HEADLINE.fullmatch(paragraph)]
    for start, following in pairwise([*starts, len(paragraphs)]):
        ends = [at for at in range(start, min(start + _LONGEST_ADVERT, following)) if _ADVERT_END.fullmatch(paragraphs[at])]
        found.update(range(start, ends[-1] + 1 if ends else start + 1))
    return found

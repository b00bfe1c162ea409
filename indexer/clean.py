"""Which characters and paragraphs are publishing, not speech? Pure functions on text."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "is_furniture"]

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
    | they\ just\ revealed\ what\ they\ believe\ are\ the\b .*
    | see\ the\ (?:10|ten)\ stocks
    | \*\ ?stock\ advisor\ returns\ as\ of .{0,60}
    | (?:click\ here\ to\ )?learn\ more\ about\ motley\ fool .{0,80}
    | more\ [\w.:-]{1,12}\ analysis
    | all\ earnings\ call\ transcripts
    | alphastreet\ logo
    | advertisement
    | (?:end|start)\ of\ q\ ?&\ ?a
    | call | send\ sms | add\ to\ skype | you'll\ need\ skype\ credit .{0,40}  # a browser plug-in's menu under a telephone number
    | this\ article\ is\ a\ transcript\ of\ this\ conference\ call\ produced\ for\ the\ motley\ fool\b .*
    | (?:copyright\ policy|disclaimer):\ .*seeking\ alpha\b .*
    | if\ you\ have\ any\ additional\ questions\ about\ our\ online\ transcripts\b .*
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def clean(text: str) -> str:
    """Put a paragraph's white space and invisible characters in order; the words stay as they are.

    Any run of white space, no-break and zero-width spaces among it, becomes one space; characters are composed (NFC).
    Cleaning twice is cleaning once.
    """
    if text.isascii() and "  " not in text and text.isprintable():
        return text.strip()
    return unicodedata.normalize("NFC", _SPACES.sub(" ", _INVISIBLE.sub("", text))).strip()


def is_furniture(paragraph: str) -> bool:
    """Say whether a cleaned paragraph is an advert, a caption, a footer link or a legal notice of the publisher."""
    return _FURNITURE.fullmatch(paragraph) is not None

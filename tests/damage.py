"""How do transcripts come damaged? A sound source text in, the same call as files have it out."""

from __future__ import annotations

import codecs
import random
import re
import unicodedata
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from indexer.encoding import decode
from indexer.reading import read_bytes
from tests.facts import GOLDEN

__all__ = ["Damage", "SourceDamage", "anywhere", "damage_source", "damaged", "drawn", "general", "golden_text", "heard", "wrapped"]

Damage = Callable[[str], str]
SourceDamage = Callable[[bytes, random.Random], bytes]

numbers = st.integers(min_value=2, max_value=9)


def golden_text(stem: str) -> str:
    """Give a golden source."""
    return (GOLDEN / f"{stem}.txt").read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def heard(data: str | bytes, stem: str, *, people: bool = True) -> tuple[Any, ...]:
    """Give what must not change with damage: the call's facts, who is on it, and every word with speaker, role and place.

    Args:
        people: Whether to compare the participants too; a roster that lost a line names fewer.
    """
    (call,) = read_bytes(data if isinstance(data, bytes) else data.encode(), source=f"{stem}.txt")
    turns = tuple(
        (turn.speaker, turn.role, turn.section, turn.kind, turn.exchange, " ".join(turn.paragraphs).split()) for turn in call.turns
    )
    known = (call.call, call.company, call.ticker, call.period, call.date, call.time, call.event)
    on_it = [(person.name, person.title, person.firm, person.role) for person in call.participants]
    return (known, on_it if people else None, turns)


def _every(number: int, text: str, change: Callable[[str], str]) -> str:
    """Change one line in `number`."""
    return "\n".join(change(line) if at % number == 0 else line for at, line in enumerate(text.split("\n")))


def _wrap_once_more(line: str) -> str:
    """Break a long line in the middle, behind a speaker's name, as a narrower page does."""
    at = line.find(" ", max(len(line) // 2, 50))
    return f"{line[:at].rstrip()}\n{line[at:].lstrip()}" if len(line) > 80 and at > 0 and "  " not in line and "|" not in line else line


_CLOSES = re.compile(r"[.?!:\]]\s*$")


def _rejoin(number: int, text: str) -> str:
    """Join two full lines in the middle of a sentence, as a wider page does, every so often."""
    lines = text.split("\n")
    for at in range(len(lines) - 2, 0, -number):
        above, below = lines[at].rstrip(), lines[at + 1]
        full = min(len(above), len(below)) > 70 and not _CLOSES.search(above) and ":" not in below[:60] and "|" not in above + below
        if full and not above.endswith("-"):
            lines[at : at + 2] = [f"{above} {below}"]
    return "\n".join(lines)


# What happens to any text, whatever its layout; each damage has a number, for where or how often.
anywhere: dict[str, Callable[[int], Damage]] = {
    "line ends of two kinds": lambda number: lambda text: _every(number, text, lambda line: f"{line}\r"),
    "trailing spaces": lambda number: lambda text: _every(number, text, lambda line: f"{line}   "),
    "no-break spaces": lambda number: lambda text: _every(number, text, lambda line: line.replace(" ", "\u00a0", number)),
    "zero-width spaces": lambda number: lambda text: _every(number, text, lambda line: f"\ufeff{line}\u200b"),
    "extra empty lines": lambda number: lambda text: _every(number, text, lambda line: f"{line}\n\n"),
    "double spaces": lambda number: lambda text: _every(number, text, lambda line: re.sub(r"(?<=\w) (?=\w)", "  ", line, count=1)),
    "decoded as Latin-1 and encoded again": lambda _: lambda text: text.encode().decode("latin-1"),
}

# What happens to texts with lines broken at the margin.
wrapped: dict[str, Callable[[int], Damage]] = {
    "a narrower page": lambda number: lambda text: _every(number, text, _wrap_once_more),
    "a wider page": lambda number: lambda text: _rejoin(number, text),
}


def drawn(kinds: dict[str, Callable[[int], Damage]]) -> st.SearchStrategy[dict[str, int]]:
    """Draw some damages of a table, each with its number."""
    return st.dictionaries(st.sampled_from(sorted(kinds)), numbers, max_size=len(kinds))


def damaged(text: str, kinds: dict[str, Callable[[int], Damage]], drawn: dict[str, int]) -> str:
    """Do the drawn damages to a text, one after the other, in the order of the table."""
    for name, damage in kinds.items():
        if name in drawn:
            text = damage(drawn[name])(text)
    return text


# Above, what a test of one layout does to a text; below, what happens to the bytes of a source in whatever layout: text
# or page, in UTF-8 or not.


def _on_text(change: Callable[[str, random.Random], str]) -> SourceDamage:
    """Make a damage to text one to bytes, which keep their encoding if it has the characters."""

    def damage(data: bytes, chance: random.Random) -> bytes:
        text, encoding = _read(data)
        changed = change(text, chance)
        try:
            return changed.encode(encoding)
        except UnicodeEncodeError:
            return changed.encode()

    return damage


def _read(data: bytes) -> tuple[str, str]:
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252"), "cp1252"


_TAG = re.compile(r"<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)>|</?[a-zA-Z!][^<>]*>|&#?\w{1,8};", re.DOTALL)


def _outside_tags(text: str, change: Callable[[str], str]) -> str:
    """Change what stands between the tags of a page, or all of a text."""
    pieces, at = [], 0
    for tag in _TAG.finditer(text):
        pieces += [change(text[at : tag.start()]), tag[0]]
        at = tag.end()
    return "".join([*pieces, change(text[at:])])


def _here_and_there(pattern: str, replacements: Collection[str]) -> SourceDamage:
    """Replace what a pattern finds by one of the replacements, here and there; at some seeds nearly everywhere."""
    expression = re.compile(pattern)

    def change(text: str, chance: random.Random) -> str:
        share, choices = chance.choice((0.02, 0.2, 0.9)), sorted(replacements)
        return _outside_tags(
            text, lambda piece: expression.sub(lambda found: chance.choice(choices) if chance.random() < share else found[0], piece)
        )

    return _on_text(change)


def _line_ends(*ends: str) -> SourceDamage:
    """End lines in one way or, at random, in several."""
    return _on_text(lambda text, chance: "".join(line + chance.choice(ends) for line in text.split("\n")))


def _decomposed(text: str, chance: random.Random) -> str:
    """Write letters with accents as letter and accent, as file systems and PDF tools do."""
    return "".join(unicodedata.normalize("NFD", char) if char.isalpha() and chance.random() < 0.5 else char for char in text)


def _is_sound(data: bytes) -> bool:
    """Whether a source is in UTF-8, with or without a mark, and no wrong decoding had befallen it yet."""
    return decode(data).encoding in ("utf-8", "utf-8-sig")


def _encoded_again(read_as: str) -> SourceDamage:
    """Read UTF-8 in another encoding and write what that shows as UTF-8, but once: what befell 85% of one publisher's files."""

    def damage(data: bytes, chance: random.Random) -> bytes:
        if not _is_sound(data):
            return data
        try:
            return data.decode(read_as).encode()
        except UnicodeDecodeError:
            return data  # it has bytes that cp1252 does not show

    return damage


def _stored_as(encoding: str) -> SourceDamage:
    def damage(data: bytes, chance: random.Random) -> bytes:
        try:
            return data.decode().encode(encoding)
        except UnicodeError:
            return data  # it is so already, or has characters that the encoding has not

    return damage


def _stray(data: bytes, chance: random.Random) -> bytes:
    """Write some characters of a UTF-8 text as cp1252, as editors that paste do."""
    if not _is_sound(data):
        return data
    text = data.decode()
    own = {char for char in text if not char.isascii() and char.encode("cp1252", "ignore")}
    return b"".join(char.encode("cp1252" if char in own and chance.random() < 0.3 else "utf-8") for char in text)


# What happens to any source, by name; first to its text, then to how that is stored.
general: dict[str, SourceDamage] = {
    "tabs for spaces": _here_and_there(r"(?<=\S) (?=\S)", "\t"),
    "no-break spaces": _here_and_there(r"(?<=\S) (?=\S)", ("\u00a0", "\u2009", "\u202f")),
    "double spaces": _here_and_there(r"(?<=[^\W\d]) (?=[^\W\d])", ("  ", "   ")),
    "zero-width spaces": _here_and_there(r"(?<=\S) (?=\S)", ("\u200b ", " \ufeff")),
    "soft hyphens and joiners": _here_and_there(r"(?<=[^\W\d_])(?=[^\W\d_])", ("\u00ad", "\u200c", "\u200d", "\u2060", "\u200e")),
    "accents apart": _on_text(_decomposed),
    "trailing blanks": _here_and_there(r"(?=\n)", ("  ", "\t", " \u00a0", "\u200b")),
    "extra empty lines": _here_and_there(r"(?<=\S)\n", ("\n\n", "\n \n\n")),
    "CRLF": _line_ends("\r\n"),
    "CR": _line_ends("\r"),
    "NEL": _line_ends("\x85"),
    "line ends of several kinds": _line_ends("\n", "\r\n", "\x85", "\u2028"),
    "byte order mark": lambda data, chance: codecs.BOM_UTF8 + data,
    "read as Latin-1 and encoded again": _encoded_again("latin-1"),
    "read as cp1252 and encoded again": _encoded_again("cp1252"),
    "cp1252": _stored_as("cp1252"),
    "stray cp1252 bytes": _stray,
    "UTF-16": _stored_as("utf-16"),
}


def damage_source(data: bytes, names: Collection[str], seed: int) -> bytes:
    """Do the named damages to a source, in the order of the table; one that was encoded twice before is put right first."""
    chance = random.Random(seed)
    if (decoded := decode(data)).encoding.endswith("twice"):
        data = decoded.text.encode()
    for name, damage in general.items():
        if name in names:
            data = damage(data, chance)
    return data

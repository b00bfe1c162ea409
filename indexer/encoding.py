"""What text do these bytes hold? Bytes in, repaired text and the encoding's name out."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from indexer.errors import UnreadableSource

__all__ = ["Decoded", "decode"]

_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

# NEL, line and paragraph separators and form feeds end lines in some cp1252 and PDF-born files. To replace each, where most
# files have none, is a hundred times as fast as one expression for all.
_LINE_ENDS = ("\r\n", "\r", "\x85", "\u2028", "\u2029", "\x0b", "\x0c")

# How cp1252 shows the bytes 80 to 9F: as quotes, dashes, the euro sign. Latin-1 shows them as control characters.
_CP1252_SHOWN = {bytes([byte]).decode("cp1252"): chr(byte) for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_SHOWN = "".join(map(re.escape, _CP1252_SHOWN))

# Characters of UTF-8 whose bytes were read as Latin-1 or cp1252: a lead byte and its continuation bytes. Read as Latin-1
# there are control characters in them, which no sound text has. Read as cp1252 they could be sound ("café”…", "NESTLÉ®"), so
# only what becomes punctuation, a currency or trade mark sign, or a letter of Latin, Greek or Cyrillic script is taken.
_DAMAGED = re.compile(
    "[\xc2-\xdf][\x80-\x9f]|[\xe0-\xef](?:[\x80-\x9f][\x80-\xbf]|[\xa0-\xbf][\x80-\x9f])|[\xf0-\xf4][\x80-\xbf]{3}|\xef\xbb\xbf|"
    f"[\xc2-\xc5\xce-\xd1][\xa0-\xbf{_SHOWN}]|\xe2[€‚ƒ„][\x80-\xbf{_SHOWN}]"
)

# What damage begins with: most sound texts have none of it, and one class of characters is looked for fast.
_LEAD = re.compile("[\xc2-\xf4]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a source.

    Attributes:
        text: With `\\n` line ends and without what a wrong decoding had done to it.
        encoding: What the bytes were: `utf-8`, `cp1252` and so on; `utf-8, twice` where a wrong decoding had to be
            undone.
    """

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """Decode a source's bytes and undo double encoding.

    UTF-8 is tried first; bytes that are not UTF-8 are read as cp1252 one by one, so that a stray one costs no other.
    Text that was UTF-8, was decoded as Latin-1 or cp1252 and encoded again is put right: 85% of 24,816 Seeking Alpha
    files are so damaged.

    Raises:
        UnreadableSource: the bytes are no text (NUL bytes without a UTF-16 mark).
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _finish(data.decode(name, errors="replace"), name)
    marked = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\0" in data:
        raise UnreadableSource("not text: it holds NUL bytes", hint="give the transcript as text or HTML")
    try:
        return _finish(data.decode("utf-8"), "utf-8-sig" if marked else "utf-8")
    except UnicodeDecodeError:
        return _finish(data.decode("utf-8", errors="earful-cp1252"), "cp1252")


def _finish(text: str, encoding: str) -> Decoded:
    repaired = _undo_double_encoding(text)
    if repaired != text:
        encoding = f"{encoding}, twice"
    for end in _LINE_ENDS:
        repaired = repaired.replace(end, "\n")
    return Decoded(repaired, encoding)


def _undo_double_encoding(text: str) -> str:
    if text.isascii() or not _LEAD.search(text) or not _DAMAGED.search(text):
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return _DAMAGED.sub(_mend, text)  # some characters are not of the damaged kind: mend those that are, one by one


def _mend(match: re.Match[str]) -> str:
    try:
        return "".join(_CP1252_SHOWN.get(char, char) for char in match[0]).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return match[0]


# Bytes that begin no character of UTF-8: what follows a bad byte and is one of these is bad, too.
_NEVER_FIRST = re.compile(rb"[\x80-\xc1\xf5-\xff]*")


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    more = _NEVER_FIRST.match(error.object, error.end)
    end = more.end() if more else error.end
    return error.object[error.start : end].decode("cp1252", errors="replace"), end


codecs.register_error("earful-cp1252", _as_cp1252)

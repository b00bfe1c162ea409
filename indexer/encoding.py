"""What text do these bytes hold? Bytes in, repaired text and the encoding's name out."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from indexer.errors import UnreadableSource

__all__ = ["Decoded", "decode"]

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

# NEL, line and paragraph separators and form feeds end lines in some cp1252 and PDF-born files.
_LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029\x0b\x0c]")

# How cp1252 shows the bytes 80 to 9F: as quotes, dashes, the euro sign. Latin-1 shows them as control characters.
_CP1252_SHOWN = {bytes([byte]).decode("cp1252"): chr(byte) for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_CONTINUATION = "[\x80-\xbf" + "".join(map(re.escape, _CP1252_SHOWN)) + "]"

# Characters of UTF-8 whose bytes were read as Latin-1 or cp1252: a lead byte and its continuation bytes. Of two bytes only
# what becomes a letter of Latin, Greek or Cyrillic script, or a sign: "NESTLÉ®" is no damage, though its last two would decode.
_DAMAGED = re.compile(f"[\xc2-\xc5\xce-\xd1]{_CONTINUATION}|[\xe0-\xef]{_CONTINUATION}{{2}}|[\xf0-\xf4]{_CONTINUATION}{{3}}")
# What is there wherever the damage is: a curly quote or dash, an accented Latin letter, a no-break space.
_DAMAGE_SHOWS = re.compile(f"\xe2[\x80€]|[\xc2-\xc5]{_CONTINUATION}")


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
    if b"\0" in data:
        raise UnreadableSource("not text: it holds NUL bytes", hint="give the transcript as text or HTML")
    try:
        return _finish(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _finish(data.decode("utf-8", errors="earful-cp1252"), "cp1252")


def _finish(text: str, encoding: str) -> Decoded:
    repaired = _undo_double_encoding(text)
    return Decoded(_LINE_END.sub("\n", repaired), encoding if repaired == text else f"{encoding}, twice")


def _undo_double_encoding(text: str) -> str:
    if text.isascii() or not _DAMAGE_SHOWS.search(text):
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


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252", errors="replace") for byte in bad), error.end


codecs.register_error("earful-cp1252", _as_cp1252)

"""Bytes become the text that was meant, whatever a wrong decoding had done to it."""

from __future__ import annotations

import codecs
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.encoding import Decoded, decode
from indexer.errors import UnreadableSource

LETTERS = "".join(char for char in map(chr, range(0x41, 0x180)) if char.isalpha())
TYPOGRAPHY = "“”‘’–—…•€™"
# What damaged characters look like at either end: of such letters beside each other nobody could tell whether they are meant.
AMBIGUOUS = "ÂÃÄÅâªµº"

latin_text = st.text(alphabet=LETTERS + TYPOGRAPHY + " \n.,'\"-0123456789", max_size=60)
plain_text = st.text(alphabet=sorted({*LETTERS, *TYPOGRAPHY, " ", "\n", ".", ",", "0"} - {*AMBIGUOUS}), max_size=60)


def _read_as_latin_1(text: str) -> str:
    """Give what text in UTF-8 looks like to a reader of Latin-1."""
    return text.encode().decode("latin-1")


def _read_as_cp1252(text: str) -> str:
    """Give what text in UTF-8 looks like to a reader of cp1252; the five bytes it lacks stay as they are, as in browsers."""
    return "".join(bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte) for byte in text.encode())


@given(latin_text)
@settings(max_examples=300)
def test_double_encoding_by_latin_1_is_undone(text: str) -> None:
    """Whatever Latin letters and typographic marks a text has, they survive being encoded twice."""
    assert decode(_read_as_latin_1(text).encode()).text == text


@given(plain_text)
@settings(max_examples=300)
def test_sound_text_stays_as_it_is(text: str) -> None:
    """Text that was encoded once is not repaired, accents and quotes or not."""
    assert decode(text.encode()) == Decoded(text, "utf-8")


@pytest.mark.parametrize(
    "text", ["CAFÉ®", "“café”…", "“Café”—so", "BLÅBÆR", "SÃO", "Ángel’s", "5 €", "façade’s", "Ärger", "½ °C ±2", "«Non»"]
)
def test_sound_words_stay_as_they_are(text: str) -> None:
    """Letters that damage might have left are what they are where none has."""
    assert decode(text.encode()) == Decoded(text, "utf-8")


@pytest.mark.parametrize(
    "text", ["“Quite.”", "it’s", "2024–25", "so — well", "and…", "• one", "€5", "Acme™", "café", "Àvila", "Rafał", "Śląsk", "TGF-β"]
)
def test_double_encoding_by_cp1252_is_undone(text: str) -> None:
    """Quotes, dashes, signs and accented letters that went through cp1252 are put right, and the encoding's name says so."""
    assert decode(_read_as_cp1252(text).encode()) == Decoded(text, "utf-8, twice")


@pytest.mark.parametrize("text", ["“Quite.”", "it’s", "2024–25", "and…", "café", "Ávila", "TGF-β"])
@pytest.mark.parametrize("damage", [_read_as_latin_1, _read_as_cp1252])
def test_only_the_damaged_part_is_mended(text: str, damage: Callable[[str], str]) -> None:
    """A file that is damaged in places is put right there, and keeps the sound places."""
    around = "Sound “quotes”, “café”… and Čelan — but {} here"
    assert decode(around.format(damage(text)).encode()) == Decoded(around.format(text), "utf-8, twice")


def test_names_the_encoding_of_damaged_text() -> None:
    """The name says that text was encoded twice, and does not where it was not."""
    assert decode(_read_as_latin_1("it’s").encode()).encoding == "utf-8, twice"
    assert decode("it’s".encode()).encoding == "utf-8"
    assert decode(b"plain").encoding == "utf-8"


def test_cp1252_bytes_are_read_as_such() -> None:
    """Bytes that are no UTF-8 are cp1252: quotes, dash, ellipsis and accents among them."""
    assert decode(b"\x93Good\x94 \x97 caf\xe9\x85 \x80 5") == Decoded("“Good” — café… € 5", "cp1252")


def test_a_stray_byte_costs_no_other_character() -> None:
    """One cp1252 quote in UTF-8 text is read as the quote it is, and the UTF-8 beside it as UTF-8."""
    assert decode("Renée and".encode() + b" it\x92s " + "“fine”".encode()).text == "Renée and it’s “fine”"


def test_a_byte_without_meaning_is_marked() -> None:
    """A byte that is neither UTF-8 nor cp1252 becomes the replacement character, and costs no other."""
    assert decode(b"a\x81b\x92").text == "a\ufffdb’"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029", "\x0b", "\x0c"])
def test_every_line_end_becomes_a_newline(end: str) -> None:
    """Lines end in `\\n`, whatever ended them: CRLF, NEL and form feeds too."""
    assert decode(f"one{end}two{end}".encode()).text == "one\ntwo\n"


def test_mixed_line_ends_keep_the_number_of_lines() -> None:
    """CRLF and LF in one file end one line each."""
    assert decode(b"a\r\nb\nc\r\n\r\nd").text.split("\n") == ["a", "b", "c", "", "d"]


def test_line_ends_of_damaged_text_are_found() -> None:
    """A continuation byte that looks like NEL belongs to its letter, and ends no line."""
    assert decode(_read_as_latin_1("Åse said …\r\nyes\x85no").encode()).text == "Åse said …\nyes\nno"


@pytest.mark.parametrize(
    ("bom", "codec", "name"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
    ],
)
def test_a_byte_order_mark_names_the_encoding(bom: bytes, codec: str, name: str) -> None:
    """Text behind a byte order mark is read by it, and the mark is no part of the text."""
    assert decode(bom + "Renée’s".encode(codec)) == Decoded("Renée’s", name)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"caf\xe9", "café"),
        (b"\x93Fine\x94", "“Fine”"),
        (b"\xe9t\xe9", "été"),
        (b"\x92", "’"),
        ("Renée".encode() + b" it\x92s", "Renée it’s"),
    ],
)
def test_a_mark_before_other_bytes_costs_no_character(data: bytes, text: str) -> None:
    """Behind a UTF-8 mark that is none, since cp1252 follows, every character is read, the first one too; the mark is not."""
    assert decode(codecs.BOM_UTF8 + data) == Decoded(text, "cp1252")


def test_damaged_text_behind_a_mark_is_mended() -> None:
    """A byte order mark does not hide double encoding."""
    assert decode(codecs.BOM_UTF8 + _read_as_latin_1("it’s").encode()) == Decoded("it’s", "utf-8-sig, twice")


@pytest.mark.parametrize("data", [b"\x00", b"PK\x03\x04\x00\x00", b"Acme\x00Corp", "Acme".encode("utf-16-le")])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    """NUL bytes without a byte order mark are no text; the refusal says so, and what to do."""
    with pytest.raises(UnreadableSource, match="NUL bytes; give the transcript as text"):
        decode(data)


def test_nothing_is_an_empty_text() -> None:
    """No bytes are no characters."""
    assert decode(b"") == Decoded("", "utf-8")

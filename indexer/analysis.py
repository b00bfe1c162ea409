"""Which words does a text hold, and how are values compared? The one analyzer of index, query and snippet.

Words are those of finance. One token each: `M&A`, `SG&A`, `AT&T`, `U.S.`, `Q3`, `20x22`, `1,022.7` (as `1022.7`),
`company's`. A hyphen parts two words (`non-GAAP`, `CD-19`, `10-K`), and `%` and currency signs are words of their own
(`12.5%` is `12.5 %`), so that the longer form is found as a phrase and its parts by themselves. Nothing is a stop word.
A transcriber's tag (`[Operator Instructions]`, `[ph]`) is no word at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from whoosh.analysis import Token, Tokenizer
from whoosh.formats import Positions

from indexer.names import fold

__all__ = [
    "TurnTokenizer",
    "ValueTokenizer",
    "WordPositions",
    "blank_tags",
    "normalise",
    "spans",
    "words",
    "words_as_written",
]

# What transcribers put in brackets about the recording. `[Morgan Stanley]` and `[John]` are insertions, part of the
# speech. Spellings from 24,816 Seeking Alpha and 981 Motley Fool files.
_TAG_WORDS = (
    r"operat(?:or|ion)s?(?:['’]s)? (?:instructions?|sign[- ]?off|closing remarks?|opening remarks?|direction)",
    r"operator|instructions?|recording|interpreted|translated|ph|sp|sic|phonetic",
    r"(?:in)?audible\b[^\])]{0,20}|indiscernible|indecipherable|unintelligible",
    r"technical (?:difficult(?:y|ies)|issues?|problems?)",
    r"(?:audio|sound) (?:gap|problem|break|drops?|skip|cuts? out)|break in audio",
    r"multiple speakers|speech overlap|overlapping (?:speech|conversation|speakers)|cross[- ]?talk(?:ing)?",
    r"foreign (?:language|speech|spoken)|speaking (?:in )?foreign language",
    r"no response|silence|pause|break|laughter|laughs?|applause",
    r"abrupt (?:start|end)|call (?:starts|ends|breaks)(?: abruptly)?|(?:starts|ends) abruptly|(?:start|end) of q ?& ?a",
    r"(?:audio|video|music|commercial)(?: (?:presentation|playing|clip|break))?",
)
_TAG = "|".join(_TAG_WORDS)
_TAGS = re.compile(rf"\[\s*(?:{_TAG})[\s.:]*\]|\(\s*(?:{_TAG})[\s.:]*\)", re.IGNORECASE)

_WORD_PATTERN = r"""
      \b[^\W\d_](?:\.[^\W\d_])+\b             # U.S., e.g., D.G.: single letters with stops between
    | \d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)       # 1,022.7
    | \d+\.\d+[^\W\d_]*                        # 12.5, 2.5x
    | [^\W_]+(?:&[^\W_]+)*(?:['’][^\W\d_]+)*  # plain words, M&A, AT&T's, company's, O'Brien, 20x22, Q3
    | [%$€£¥]
    """
_WORD = re.compile(_WORD_PATTERN, re.VERBOSE)
# A pasted query may have its accents as marks behind the letters, which are no word characters.
_ACCENT_MARK = re.compile(r"[\u0300-\u036f]")
_MARKED_WORD = re.compile(re.sub(r"(\[\^[^]]+\])\+", r"(?:\1[\\u0300-\\u036f]*)+", _WORD_PATTERN), re.VERBOSE)


def words(text: str) -> list[str]:
    """Give the words of a text in order, as the index holds them: lower case, without accents, tags left out."""
    return [normalise(word) for word in words_as_written(blank_tags(text))]


def words_as_written(text: str) -> list[str]:
    """Give the words of a text without tags in order, in the text's form."""
    found: list[str] = _pattern_for(text).findall(text)
    return found


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Give each word of a text with the place it stands at: word as `words` gives it, start, end."""
    blanked = blank_tags(text)
    for match in _pattern_for(blanked).finditer(blanked):
        yield normalise(match[0]), match.start(), match.end()


def blank_tags(text: str) -> str:
    """Give a text of the same length with spaces where it has a transcriber's tags."""
    return _TAGS.sub(lambda tag: " " * len(tag[0]), text) if "[" in text or "(" in text else text


def _pattern_for(text: str) -> re.Pattern[str]:
    return _WORD if text.isascii() or not _ACCENT_MARK.search(text) else _MARKED_WORD


def normalise(word: str) -> str:
    """Give a word, as it is written, in the index's form."""
    if word.isascii():
        return word.lower() if word.isalpha() else word.lower().replace(",", "")
    return fold(word).replace(",", "") or word


class TurnTokenizer(Tokenizer):  # type: ignore[misc]  # Whoosh has no types
    """`words` as a Whoosh analyzer, so that stock Whoosh queries and highlights the field as we do."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __call__(
        self,
        value: str,
        positions: bool = False,
        chars: bool = False,
        keeporiginal: bool = False,
        start_pos: int = 0,
        start_char: int = 0,
        mode: str = "",
        **_: Any,
    ) -> Iterator[Token]:
        token = Token(positions, chars, removestops=False, mode=mode)
        token.boost, token.stopped = 1.0, False
        for place, (word, start, end) in enumerate(spans(value)):
            token.text = word
            if keeporiginal:
                token.original = value[start:end]
            if positions:
                token.pos = start_pos + place
            if chars:
                token.startchar, token.endchar = start_char + start, start_char + end
            yield token


class ValueTokenizer(Tokenizer):  # type: ignore[misc]  # Whoosh has no types
    """A whole value as one folded token: the one normaliser for values indexed and values asked for."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __call__(
        self, value: str, positions: bool = False, chars: bool = False, mode: str = "", start_pos: int = 0, start_char: int = 0, **_: Any
    ) -> Iterator[Token]:
        token = Token(
            positions,
            chars,
            removestops=False,
            mode=mode,
            text=fold(value),
            pos=start_pos,
            startchar=start_char,
            endchar=start_char + len(value),
        )
        token.boost, token.stopped = 1.0, False
        yield token


class WordPositions(Positions):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's positions format, fed from `words` directly when a text is indexed, and without a pickle in each posting.

    A Token object for each of 20 million words would be a third of the build's time. A posting's bytes are the steps
    from one position to the next, each as seven bits a byte, low bits first, the high bit set on all but a step's last
    byte.
    """

    def word_values(self, value: str, analyzer: Any, **kwargs: Any) -> Iterator[tuple[str, int, float, bytes]]:
        if kwargs.get("mode") != "index":
            yield from super().word_values(value, analyzer, **kwargs)
            return
        places: dict[str, list[int]] = {}
        for place, word in enumerate(words(value)):
            if word in places:
                places[word].append(place)
            else:
                places[word] = [place]
        for word, at in places.items():
            yield word, len(at), float(len(at)), self.encode(at)

    def encode(self, poslist: list[int]) -> bytes:
        encoded = bytearray()
        before = 0
        for place in poslist:
            step = place - before
            before = place
            while step > 0x7F:
                encoded.append(step & 0x7F | 0x80)
                step >>= 7
            encoded.append(step)
        return bytes(encoded)

    def decode_positions(self, valuestring: bytes) -> list[int]:
        positions = []
        place = step = shift = 0
        for byte in valuestring:
            step |= (byte & 0x7F) << shift
            if byte & 0x80:
                shift += 7
                continue
            place += step
            positions.append(place)
            step = shift = 0
        return positions

    def decode_frequency(self, valuestring: bytes) -> int:
        return sum(byte < 0x80 for byte in valuestring)

"""Which words do texts hold, all at once? What `analysis.words` gives, as numbers of the distinct words of a segment."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.analysis import blank_tags, normalise, words_as_written
from indexer.codec.postings import Packed, byte_strings

__all__ = ["Tokeniser", "Tokens"]

_SPACE, _STOP, _COMMA = b" .,"
_PIECE = 1 << 16
# ASCII that is part of no word stands for a space, whatever it is, and small letters for capitals. What is not ASCII is left to
# the analyzer, and so is "_", which is part of no word but keeps letters from being an abbreviation.
_PLAIN = bytes(
    byte if byte >= 0x80 or chr(byte) in ".,&'%$_" else ord(chr(byte).lower()) if chr(byte).isalnum() else _SPACE for byte in range(256)
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of some texts.

    Attributes:
        ids: uint32[tokens], numbers of words, in the order said.
        counts: uint32[texts], how many words each text has.
    """

    ids: NDArray[np.uint32]
    counts: NDArray[np.uint32]


class Tokeniser:
    """Parts texts into words. Speech repeats itself: what stands from space to space is looked at by the analyzer once.

    Attributes:
        words: Every word there was so far, UTF-8 -> its number.
    """

    def __init__(self) -> None:
        self.words: dict[bytes, int] = {}
        # What stands from space to space -> its number; of each, how many words it has; and the numbers of these, end to end.
        self._chunks: dict[bytes, int] = {}
        self._sizes, self._said = array("I"), array("I")

    def number(self, word: bytes) -> int:
        """Give the number of a word; a new one if it is new."""
        return self.words.setdefault(word, len(self.words))

    def tokenise(self, texts: Sequence[bytes]) -> Tokens:
        """Part some more texts, UTF-8."""
        blanked = [blank_tags(text.decode()).encode() if b"[" in text or b"(" in text else text for text in texts]
        starts, chunks = _part(b" ".join([b"", *blanked, b""]).translate(_PLAIN))
        encoded = chunks.dictionary_encode()
        ids, ends = self._spell_out(self._numbers_of(encoded.dictionary.to_pylist())[encoded.indices.to_numpy()])
        # A text ends where the chunks end that begin before its last byte.
        behind = np.cumsum([len(text) + 1 for text in blanked], dtype=np.int64)
        counts = np.diff(ends[np.searchsorted(starts, behind)], prepend=0)
        return Tokens(ids, counts.astype(np.uint32))

    def _numbers_of(self, chunks: Sequence[bytes]) -> NDArray[np.int64]:
        known = self._chunks
        for chunk in chunks:
            if chunk not in known:
                known[chunk] = len(known)
                words = (chunk,) if chunk.isalnum() else [normalise(word).encode() for word in words_as_written(chunk.decode())]
                self._sizes.append(len(words))
                self._said.extend([self.number(word) for word in words])
        return np.fromiter(map(known.__getitem__, chunks), dtype=np.int64, count=len(chunks))

    def _spell_out(self, chunks: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Give the words of chunks, end to end; and, int64[n + 1], how many words there are before each."""
        said = np.append(np.array(self._said, dtype=np.uint32), np.uint32(0))
        sizes = np.array(self._sizes, dtype=np.int64)
        firsts = np.cumsum(sizes) - sizes
        counts = sizes[chunks]
        ends = np.zeros(len(chunks) + 1, dtype=np.int64)
        np.cumsum(counts, out=ends[1:])
        # Nearly all chunks have one word: it is repeated as often as there are words, and the other ones are put right.
        ids = np.repeat(said[firsts][chunks], counts)
        more, place = np.flatnonzero(counts > 1), 1
        while len(more):
            ids[ends[more] + place] = said[firsts[chunks[more]] + place]
            place += 1
            more = more[counts[more] > place]
        return ids, ends


def _part(text: bytes) -> tuple[NDArray[np.int64], pa.Array]:
    """Part a text that begins and ends with a space into what stands between spaces; no word reaches over one.

    Returns:
        The place that each chunk begins at, int64[n]; and the chunks, as byte strings, without a stop or comma at their end.
    """
    letters = np.frombuffer(text, dtype=np.uint8)
    is_gap = letters == _SPACE
    is_mark = (letters[:-1] == _STOP) | (letters[:-1] == _COMMA)
    is_gap[:-1] |= is_mark & is_gap[1:]
    edges = np.flatnonzero(is_gap[1:] ^ is_gap[:-1])
    edges += 1
    starts = edges[::2]
    bounds = np.zeros(len(starts) + 1, dtype=np.int64)
    np.subtract(edges[1::2], starts, out=bounds[1:])
    np.cumsum(bounds, out=bounds)
    return starts, byte_strings(Packed(_without(letters, is_gap), bounds))


def _without(letters: NDArray[np.uint8], is_gap: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Leave some letters out; piece by piece, for numpy makes a number of eight bytes of each letter that is kept."""
    pieces = range(0, len(letters), _PIECE)
    return np.concatenate([np.compress(~is_gap[start : start + _PIECE], letters[start : start + _PIECE]) for start in pieces])

"""Which words do texts hold, all at once? What `analysis.words` gives, as numbers of the distinct words of a segment."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.analysis import blank_tags, normalise, words_as_written

__all__ = ["Tokeniser", "Tokens"]

_SPACE = ord(" ")
# ASCII that is part of no word stands for a space, whatever it is, and small letters for capitals. What is not ASCII is left to
# the analyzer, and so is "_", which is part of no word but keeps letters from being an abbreviation.
_PLAIN = bytes(
    byte if byte >= 0x80 or chr(byte) in ".,&'%$_" else ord(chr(byte).lower()) if chr(byte).isalnum() else _SPACE for byte in range(256)
)
_BEHIND_WORDS = b" .,"  # what a word is often written with that is none of it


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
        starts, chunks = _part(b" ".join(blanked).translate(_PLAIN) + b" ")
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
                bare = chunk.rstrip(_BEHIND_WORDS)
                words = (bare,) if bare.isalnum() else [normalise(word).encode() for word in words_as_written(chunk.decode())]
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
    """Part a text that ends with a space into chunks, each with the spaces behind it; no word reaches over a space.

    Returns:
        The place that each begins at, int64[n]; and the chunks, as byte strings.
    """
    is_space = np.frombuffer(text, dtype=np.uint8) == _SPACE
    begins = np.empty(len(text), dtype=np.bool_)
    begins[0] = True  # spaces before the first word are a chunk without words
    np.greater(is_space[:-1], is_space[1:], out=begins[1:])
    bounds = np.append(np.flatnonzero(begins), len(text))
    return bounds[:-1], pa.Array.from_buffers(pa.large_binary(), len(bounds) - 1, [None, pa.py_buffer(bounds), pa.py_buffer(text)])

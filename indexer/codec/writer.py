"""How do calls become the file of a segment? Texts part into words batch by batch, and batches are joined at the end."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.codec.inversion import invert
from indexer.codec.merging import calls_of, tokens_of
from indexer.codec.postings import Packed, Postings, byte_strings, join
from indexer.codec.reader import SegmentArrays
from indexer.codec.rows import CallColumns, Star
from indexer.codec.segment import ArrowSegment
from indexer.codec.tables import file_name, write_tables
from indexer.codec.tokens import Tokeniser

__all__ = ["SegmentBuilder"]

_BATCH_BYTES = 8 << 20  # of text that is parted into words and sorted at once
_BLOCK_BYTES = 16_384  # of text that is compressed at once
# Of ten hits' texts zstd takes 0.25 ms to decompress and LZ4 0.05, for an index that is a fifth larger.
_CODEC = pa.Codec("lz4_raw")


class SegmentBuilder:
    """Builds one segment of calls that are given in the order they shall have; a context manager."""

    def __init__(self, folder: Path, index_name: str) -> None:
        self._folder = folder
        self._segment = ArrowSegment(index_name)
        self._star = Star()
        self._blocks = _Blocks(folder / f"{self._segment.segment_id()}.texts")
        self._tokeniser = Tokeniser()
        self._texts: list[bytes] = []  # that are not yet parted into words
        self._bytes = 0
        self._postings: list[Postings] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._blocks.remove()

    def add(self, call: CallColumns) -> None:
        """Take the next call, or some more turns of it."""
        texts = self._add_columns(call)
        self._texts += texts
        self._bytes += sum(map(len, texts))
        if self._bytes >= _BATCH_BYTES:
            self._part()

    def add_segment(self, arrays: SegmentArrays, live: NDArray[np.bool_]) -> None:
        """Take the live turns of another segment, `live` being bool[turns]. Its texts are not parted into words again."""
        self._part()
        for call in calls_of(arrays, live):
            self._add_columns(call)
        numbers = np.fromiter(map(self._tokeniser.number, arrays.words), dtype=np.uint32, count=len(arrays.words))
        self._postings += map(invert, tokens_of(arrays, numbers, live))

    def _add_columns(self, call: CallColumns) -> list[bytes]:
        """Take all of a call but what is said in it; give its texts."""
        self._star.add(call)
        texts = [text.encode() for text in call.text]
        self._blocks.add(texts)
        return texts

    def _part(self) -> None:
        self._postings.append(invert(self._tokeniser.tokenise(self._texts)))
        self._texts, self._bytes = [], 0

    def finish(self) -> ArrowSegment:
        """Write the file."""
        self._part()
        postings = join(self._postings, _rank(self._tokeniser.words))
        spelt = list(self._tokeniser.words)
        tables = {
            **self._star.columns(np.array(self._blocks.text_sizes, dtype=np.uint32), postings.lengths),
            "texts": self._blocks.columns(),
            "words": _word_columns([spelt[number] for number in postings.words.tolist()], postings),
        }
        self._segment.set_doc_count(len(postings.lengths))
        write_tables(self._folder / file_name(self._segment.segment_id()), tables)
        return self._segment


def _rank(words: Mapping[bytes, int]) -> NDArray[np.int64]:
    """Give the place of each word, by its number, in the order of their bytes."""
    rank = np.empty(len(words), dtype=np.int64)
    rank[[words[word] for word in sorted(words)]] = np.arange(len(words))
    return rank


class _Blocks:
    """Texts end to end, compressed in blocks that end with a turn. They wait in a file of their own: of all, they are the most.

    Attributes:
        text_sizes: How many bytes each text has.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self.text_sizes = array("I")
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._turns = 0
        self._first_turns: list[int] = []
        self._sizes: list[int] = []
        self._starts = array("q", [0])

    def add(self, texts: Sequence[bytes]) -> None:
        """Take the texts of the next turns."""
        sizes = list(map(len, texts))
        self.text_sizes.extend(sizes)
        for text, size in zip(texts, sizes, strict=True):
            self._pending.append(text)
            self._pending_bytes += size
            if self._pending_bytes >= _BLOCK_BYTES:
                self._close()

    def _close(self) -> None:
        self._first_turns.append(self._turns)
        self._sizes.append(self._pending_bytes)
        self._starts.append(self._starts[-1] + self._file.write(_CODEC.compress(b"".join(self._pending))))
        self._turns += len(self._pending)
        self._pending, self._pending_bytes = [], 0

    def columns(self) -> dict[str, Any]:
        """Give the table's columns."""
        if self._pending:
            self._close()
        self._file.close()
        compressed = np.memmap(self._path, dtype=np.uint8, mode="r") if self._starts[-1] else np.empty(0, dtype=np.uint8)
        blocks = byte_strings(Packed(compressed, np.array(self._starts, dtype=np.int64)))
        return {"first_turn": self._first_turns, "size": self._sizes, "block": blocks}

    def remove(self) -> None:
        """Remove the file."""
        self._file.close()
        self._path.unlink()


def _word_columns(words: list[bytes], postings: Postings) -> dict[str, Any]:
    return {
        "word": words,
        "turn_count": postings.turn_counts,
        "count": postings.counts,
        "most": postings.most,
        "shortest": postings.shortest,
        "longest": postings.longest,
        "doc_ids": byte_strings(postings.doc_ids.packed),
        "frequencies": byte_strings(postings.frequencies),
        "positions": byte_strings(postings.positions.packed),
    }

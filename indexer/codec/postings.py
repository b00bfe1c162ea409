"""Which turns say a word, how often, and where? What is known of turns that follow each other, and how it is joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.codec.integers import pack, sizes_of

__all__ = ["Packed", "Postings", "Steps", "byte_strings", "join", "pack_groups", "reduce_groups"]


@dataclass(frozen=True, slots=True)
class Packed:
    """Byte strings end to end; those of postings are one a word.

    Attributes:
        bytes: uint8[sum of sizes].
        starts: int64[strings + 1], where each begins.
    """

    bytes: NDArray[np.uint8]
    starts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Steps:
    """Ascending numbers of each word, as steps from one to the next, the first from 0.

    Attributes:
        packed: The steps.
        firsts, lasts: uint32[words], the first and the last number of each word.
    """

    packed: Packed
    firsts: NDArray[np.uint32]
    lasts: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Postings:
    """The words of turns that follow each other, and where they are said. All arrays but `lengths` are by word.

    Attributes:
        words: uint32, the number of each word; no word is there twice.
        turn_counts: uint32, how many turns say it.
        counts: uint32, how often it is said.
        most: uint32, how often the turn that says it most does.
        shortest: uint32, words of the shortest turn that says it; `longest` likewise.
        doc_ids: The turns that say it.
        frequencies: How often each of these turns says it.
        positions: Its places among all words of these turns; see `lengths`.
        lengths: uint32[turns], words of each turn. The places of a turn begin where those of the turns before it end.
    """

    words: NDArray[np.uint32]
    turn_counts: NDArray[np.uint32]
    counts: NDArray[np.uint32]
    most: NDArray[np.uint32]
    shortest: NDArray[np.uint32]
    longest: NDArray[np.uint32]
    doc_ids: Steps
    frequencies: Packed
    positions: Steps
    lengths: NDArray[np.uint32]


def pack_groups(numbers: NDArray[np.uint32], begins: NDArray[np.int64]) -> Packed:
    """Encode numbers as a byte string for each group; `begins`, int64[groups + 1], says where each begins. None is empty."""
    starts = np.zeros(len(begins), dtype=np.int64)
    np.cumsum(reduce_groups(np.add, sizes_of(numbers), begins, np.int64), out=starts[1:])
    return Packed(pack(numbers), starts)


def reduce_groups(operation: np.ufunc, numbers: NDArray[Any], begins: NDArray[np.int64], kind: type = np.uint32) -> NDArray[Any]:
    """Make one number, of a kind, of those of each group; `begins` as for `pack_groups`."""
    reduced: NDArray[Any] = operation.reduceat(numbers, begins[:-1], dtype=kind) if len(numbers) else np.empty(0, dtype=kind)
    return reduced


def byte_strings(packed: Packed) -> pa.Array:
    """Make an Arrow column of byte strings, without a copy."""
    return pa.Array.from_buffers(pa.large_binary(), len(packed.starts) - 1, [None, pa.py_buffer(packed.starts), pa.py_buffer(packed.bytes)])


def join(parts: list[Postings], rank: NDArray[np.int64]) -> Postings:
    """Join what is known of turns with what is known of those that follow, and so on.

    Nothing is decoded: a word's byte strings are put end to end, and only the first step of each is made anew.

    Args:
        parts: At least one. The list is emptied: what was joined is let go before the rest is, so that it is not all there twice.
        rank: int64[largest number of a word + 1], the place of each word in the order that the result shall have.
    """
    words = np.concatenate([part.words for part in parts])
    order = np.argsort(rank[words], kind="stable")  # of one word's pieces, that of the parts
    words = words[order]
    is_first = np.ones(len(words), dtype=np.bool_)
    is_first[1:] = words[1:] != words[:-1]
    pieces = _Pieces(order, is_first, np.append(np.flatnonzero(is_first), len(words)))
    turns = [len(part.lengths) for part in parts]
    places = [int(part.lengths.sum(dtype=np.int64)) for part in parts]
    if sum(places) >= 1 << 32:
        raise ValueError("a segment cannot hold more than 4,294,967,295 words")
    of = {field.name: [getattr(part, field.name) for part in parts] for field in fields(Postings)}
    parts.clear()
    return Postings(
        words=words[is_first],
        turn_counts=pieces.reduce(np.add, of["turn_counts"]),
        counts=pieces.reduce(np.add, of["counts"]),
        most=pieces.reduce(np.maximum, of["most"]),
        shortest=pieces.reduce(np.minimum, of["shortest"]),
        longest=pieces.reduce(np.maximum, of["longest"]),
        doc_ids=pieces.join_steps(of.pop("doc_ids"), turns),
        frequencies=pieces.join_packed(of.pop("frequencies")),
        positions=pieces.join_steps(of.pop("positions"), places),
        lengths=np.concatenate(of["lengths"]),
    )


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What the parts have of each word, in the order of the result.

    Attributes:
        order: int64[pieces], the number of each piece if those of the parts are counted through.
        is_first: bool[pieces], whether it is the first of its word.
        begins: int64[words + 1], where the pieces of each word begin.
    """

    order: NDArray[np.int64]
    is_first: NDArray[np.bool_]
    begins: NDArray[np.int64]

    def reduce(self, operation: np.ufunc, numbers: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint32]:
        """Make one number a word of the numbers of its pieces."""
        return reduce_groups(operation, np.concatenate(numbers)[self.order], self.begins)

    def join_packed(self, parts: Sequence[Packed]) -> Packed:
        """Put the byte strings of each word end to end."""
        data, starts = _taken(_end_to_end(parts), self.order)
        return Packed(data, starts[self.begins])

    def join_steps(self, parts: Sequence[Steps], sizes: Sequence[int]) -> Steps:
        """Put the steps of each word end to end; the numbers of each part go on from the sizes of those before it."""
        bases = np.repeat(np.cumsum(sizes) - sizes, [len(part.firsts) for part in parts])[self.order].astype(np.uint32)
        own_firsts = np.concatenate([part.firsts for part in parts])
        firsts = own_firsts[self.order] + bases
        lasts = np.concatenate([part.lasts for part in parts])[self.order] + bases
        heads = firsts.copy()
        heads[1:] -= np.where(self.is_first[1:], np.uint32(0), lasts[:-1])
        # Byte strings to choose from: the new first steps; then, of each piece, the old first step and what follows it.
        new = pack_groups(heads, np.arange(len(heads) + 1))
        old = _end_to_end([part.packed for part in parts])
        parted = np.empty(2 * len(heads) + 1, dtype=np.int64)
        parted[::2] = old.starts
        parted[1::2] = old.starts[:-1] + sizes_of(own_firsts)
        chosen = np.empty(2 * len(heads), dtype=np.int64)
        chosen[::2] = np.arange(len(heads))
        chosen[1::2] = len(heads) + 2 * self.order + 1
        data, starts = _taken(_end_to_end([new, Packed(old.bytes, parted)]), chosen)
        return Steps(Packed(data, starts[2 * self.begins]), firsts[self.begins[:-1]], lasts[self.begins[1:] - 1])


def _end_to_end(parts: Sequence[Packed]) -> Packed:
    bases = np.cumsum([0, *(len(part.bytes) for part in parts)])
    starts = [part.starts[:-1] + base for part, base in zip(parts, bases, strict=False)]
    return Packed(np.concatenate([part.bytes for part in parts]), np.concatenate([*starts, bases[-1:]]))


def _taken(packed: Packed, chosen: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Copy byte strings, end to end; give the copy, and where each begins, int64[chosen + 1]."""
    taken = byte_strings(packed).take(pa.array(chosen))
    if not len(taken):
        return np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.int64)
    _, starts, data = taken.buffers()
    return np.frombuffer(data, dtype=np.uint8), np.frombuffer(starts, dtype=np.int64, count=len(chosen) + 1)

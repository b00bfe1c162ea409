"""Whole numbers come back from their bytes, all of them or any run of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.codec.integers import pack, sizes_of, unpack, unpack_at

_LARGEST = 2**32 - 1
# The last number of each size in bytes and the first of the next.
_EDGES = [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456, _LARGEST]
_NUMBERS = st.lists(st.one_of(st.integers(0, _LARGEST), st.sampled_from(_EDGES), st.integers(0, 127)))


def _array(numbers: Sequence[int]) -> NDArray[np.uint32]:
    return np.array(numbers, dtype=np.uint32)


def _leb128(number: int) -> bytes:
    """Encode one number as the definition has it."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


@given(_NUMBERS)
@example([])
@example(_EDGES)
@example(_EDGES[::-1])
def test_numbers_come_back(numbers: list[int]) -> None:
    """Whatever was packed comes out of its bytes, in order, as uint32."""
    packed = pack(_array(numbers))
    unpacked = unpack(packed)
    assert unpacked.tolist() == numbers
    assert packed.dtype == np.uint8
    assert unpacked.dtype == np.uint32


@given(_NUMBERS)
@example([])
@example(_EDGES)
def test_the_bytes_are_leb128(numbers: list[int]) -> None:
    """Each number has the bytes that the definition gives it, end to end, and their number is known beforehand."""
    encoded = [_leb128(number) for number in numbers]
    assert pack(_array(numbers)).tobytes() == b"".join(encoded)
    assert sizes_of(_array(numbers)).tolist() == [*map(len, encoded)]


@pytest.mark.parametrize(("number", "size"), list(zip(_EDGES, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5], strict=True)))
def test_small_numbers_are_short(number: int, size: int) -> None:
    """A number below 128 takes one byte, and one byte more for every seven bits more."""
    assert len(pack(_array([number]))) == size


@given(_NUMBERS, st.data())
def test_a_run_of_numbers_is_read_alone(numbers: list[int], data: st.DataObject) -> None:
    """The bytes from one start to another are those of the numbers in between, and of no other."""
    packed = pack(_array(numbers))
    starts = [0, *np.cumsum(sizes_of(_array(numbers)), dtype=np.int64).tolist()]
    first = data.draw(st.integers(0, len(numbers)))
    last = data.draw(st.integers(first, len(numbers)))
    assert unpack(packed[starts[first] : starts[last]]).tolist() == numbers[first:last]


def test_nothing_is_written_over() -> None:
    """Bytes that cannot be changed, as those of a mapped file, are read, and numbers that were packed stay as they are."""
    numbers = _array(_EDGES)
    packed = pack(numbers)
    assert numbers.tolist() == _EDGES
    assert unpack(np.frombuffer(packed.tobytes(), dtype=np.uint8)).tolist() == _EDGES
    small = np.frombuffer(b"\x01\x02", dtype=np.uint8)
    unpack(small)[0] = 7
    assert small.tolist() == [1, 2]


@pytest.mark.parametrize("count", [32_767, 32_768, 32_769, 100_000])
def test_many_numbers_of_all_sizes(count: int) -> None:
    """Many numbers of any number of bits come back, however many are worked on at once."""
    chance = np.random.default_rng(11)
    numbers = chance.integers(0, _LARGEST, count, dtype=np.uint32, endpoint=True) >> chance.integers(0, 32, count, dtype=np.uint32)
    packed = pack(numbers)
    assert np.array_equal(unpack(packed), numbers)
    assert sizes_of(numbers).sum() == len(packed)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_many_numbers_of_one_size(size: int) -> None:
    """Bytes are cut where a number ends, wherever that is."""
    numbers = np.full(70_001, 1 << 7 * (size - 1), dtype=np.uint32)
    assert len(pack(numbers)) == size * len(numbers)
    assert np.array_equal(unpack(pack(numbers)), numbers)


def test_bytes_that_end_within_a_number() -> None:
    """Of damaged bytes every whole number is read, and nothing hangs."""
    assert unpack(np.full(100_000, 0x80, dtype=np.uint8)).tolist() == []
    assert unpack(np.array([1] * 40_000 + [0x80], dtype=np.uint8)).tolist() == [1] * 40_000


@given(st.lists(st.integers(0, 127), min_size=1, max_size=400), st.lists(st.sampled_from(_EDGES), max_size=6), st.data())
def test_numbers_at_places(small: list[int], large: list[int], data: st.DataObject) -> None:
    """Few large numbers among many small ones, or many: those at some places are what they are if all are decoded."""
    numbers = data.draw(st.permutations([*small, *large]))
    places = sorted(data.draw(st.sets(st.integers(0, len(numbers) - 1))))
    found = unpack_at(pack(_array(numbers)), np.array(places, dtype=np.int64))
    assert found.tolist() == [numbers[place] for place in places]
    assert found.dtype == np.uint32


def test_a_large_number_among_many_small_ones() -> None:
    """Numbers of every size, each with ten thousand small ones around it."""
    numbers = [number for edge in _EDGES for number in [*[1] * 5_000, edge, *[2] * 5_000]]
    for step in (1, 9, 1_000):
        assert unpack_at(pack(_array(numbers)), np.arange(0, len(numbers), step)).tolist() == numbers[::step]

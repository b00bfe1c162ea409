"""Marks say what the set says that they were made of, and few are kept."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.codec.marks import KeptMarks, Marks

_SETS = st.sets(st.integers(0, 99), max_size=60)


def _marks(numbers: set[int], size: int = 100) -> Marks:
    return Marks(np.array(sorted(numbers), dtype=np.uint32), size)


@given(_SETS)
def test_marks_are_a_set(numbers: set[int]) -> None:
    """Every number below the size is in the set or not, and has so many of the set before it."""
    marks, asked = _marks(numbers), np.arange(100, dtype=np.uint32)
    assert marks.has(asked).tolist() == [number in numbers for number in range(100)]
    assert marks.places(asked).tolist() == [sum(other < number for other in numbers) for number in range(100)]


def test_a_word_is_kept_when_it_is_asked_for_again() -> None:
    """The first time there are no marks; the second time they are made, and then not again."""
    made: list[int] = []
    kept = KeptMarks(1_000)

    def make() -> Marks:
        made.append(1)
        return _marks({3})

    assert [kept.get(7, make) is None for _ in range(4)] == [True, False, False, False]
    assert len(made) == 1


def test_those_asked_for_last_are_kept() -> None:
    """Where memory is short, the marks of the word that was asked for longest ago go, and are made again."""
    made: list[int] = []
    kept = KeptMarks(2 * _marks(set()).size_bytes)

    def ask(word: int) -> None:
        def make() -> Marks:
            made.append(word)
            return _marks({word})

        marks = kept.get(word, make)
        assert marks is None or marks.has(np.array([word], dtype=np.uint32)).all()

    for word in (1, 2, 3, 1, 2, 1, 3, 1, 2):
        ask(word)
    assert made == [1, 2, 3, 2]


def test_marks_larger_than_all_memory_are_made() -> None:
    """A word's marks are given even if nothing else can be kept beside them."""
    kept = KeptMarks(0)
    assert [kept.get(word, lambda: _marks({1})) is None for word in (1, 1, 2, 2, 1)] == [True, False, True, False, False]

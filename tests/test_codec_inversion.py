"""An inversion in bulk says of every word what a dict of it says, in whichever batches the turns came."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.codec.integers import unpack
from indexer.codec.inversion import invert
from indexer.codec.postings import Packed, Postings, join
from indexer.codec.tokens import Tokens

_Turns = list[list[str]]

_TURNS = st.lists(st.lists(st.sampled_from(["a", "ab", "b", "é", "z", "中", "%", "12.5", "\U0001f600"]), max_size=9), max_size=9)


def _inverted(turns: _Turns, cuts: Sequence[int] = ()) -> tuple[list[bytes], Postings]:
    """Invert turns in batches that end where `cuts` says, with words numbered in an order that nothing else has."""
    numbers = {word: number for number, word in enumerate(dict.fromkeys(word for turn in reversed(turns) for word in reversed(turn)))}
    parts = []
    for first, last in pairwise([0, *sorted(cuts), len(turns)]):
        ids = np.array([numbers[word] for turn in turns[first:last] for word in turn], dtype=np.uint32)
        parts.append(invert(Tokens(ids, np.array([len(turn) for turn in turns[first:last]], dtype=np.uint32))))
    rank = np.array([sorted(numbers).index(word) for word in numbers], dtype=np.int64)
    postings = join(parts, rank)
    spelt = list(numbers)
    return [spelt[number].encode() for number in postings.words.tolist()], postings


def _places(turns: _Turns) -> dict[bytes, dict[int, list[int]]]:
    """Say where each word is said, by turn, as plain dicts: the oracle."""
    found: dict[bytes, dict[int, list[int]]] = {}
    for number, turn in enumerate(turns):
        for place, word in enumerate(turn):
            found.setdefault(word.encode(), {}).setdefault(number, []).append(place)
    return dict(sorted(found.items()))


def _of(packed: Packed, word: int) -> list[int]:
    numbers: list[int] = unpack(packed.bytes[packed.starts[word] : packed.starts[word + 1]]).tolist()
    return numbers


def _steps(numbers: Sequence[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *numbers])]


def _check(inverted: tuple[list[bytes], Postings], turns: _Turns) -> None:
    words, postings = inverted
    expected = _places(turns)
    assert words == [*expected]
    assert postings.lengths.tolist() == [len(turn) for turn in turns]
    assert postings.turn_counts.tolist() == [len(said) for said in expected.values()]
    assert postings.counts.tolist() == [sum(map(len, said.values())) for said in expected.values()]
    assert postings.most.tolist() == [max(map(len, said.values())) for said in expected.values()]
    assert postings.shortest.tolist() == [min(len(turns[number]) for number in said) for said in expected.values()]
    assert postings.longest.tolist() == [max(len(turns[number]) for number in said) for said in expected.values()]
    starts = [0, *np.cumsum([len(turn) for turn in turns]).tolist()]
    for word, said in enumerate(expected.values()):
        assert _of(postings.doc_ids.packed, word) == _steps(list(said))
        assert _of(postings.frequencies, word) == [len(places) for places in said.values()]
        assert _of(postings.positions.packed, word) == _steps(
            [starts[number] + place for number, places in said.items() for place in places]
        )


@given(_TURNS, st.data())
@settings(max_examples=300)
def test_it_says_what_a_dict_says(turns: _Turns, data: st.DataObject) -> None:
    """Words, counts, lengths and postings are those of a naive inversion, in any batches, empty ones among them."""
    cuts = data.draw(st.lists(st.integers(0, len(turns)), max_size=4))
    _check(_inverted(turns, cuts), turns)


@pytest.mark.parametrize("turns", [[], [[]], [[], [], []], [[], ["a"], []], [["a"], [], ["a", "a"]]])
def test_turns_may_be_empty(turns: _Turns) -> None:
    """Turns without words are turns; without any turn there is nothing, but no error."""
    _check(_inverted(turns), turns)
    _check(_inverted(turns, range(len(turns))), turns)


@given(_TURNS)
@example([["a"]])
def test_arrays_are_as_they_are_stored(turns: _Turns) -> None:
    """Numbers are uint32, byte strings bytes with int64 starts that begin at 0 and end with the bytes, whatever there is."""
    _, postings = _inverted(turns)
    numbers = (postings.turn_counts, postings.counts, postings.most, postings.shortest, postings.longest, postings.lengths)
    assert {array.dtype for array in numbers} == {np.dtype(np.uint32)}
    for packed in (postings.doc_ids.packed, postings.frequencies, postings.positions.packed):
        assert packed.bytes.dtype == np.uint8
        assert packed.starts.dtype == np.int64
        assert len(packed.starts) == len(postings.words) + 1
        assert (packed.starts[0], packed.starts[-1]) == (0, len(packed.bytes))


def test_words_are_in_order_of_their_bytes() -> None:
    """The order is that of UTF-8, in which capitals, accents and other scripts follow as their bytes do."""
    said = ["zinc", "a", "Z", "é", "z", "\uffff", "\U0001f600", "中国", "a&b", "a'b", "$"]
    assert _inverted([said])[0] == sorted(word.encode() for word in said)


def test_far_apart() -> None:
    """A word that many turns and words lie between has steps of several bytes; its neighbours' postings are not touched."""
    turns = [["rare", "often"], *[["often", "often"]] * 40_000, ["often", "rare", "rare"]]
    said, postings = _inverted(turns, [1, 20_000])
    _check((said, postings), turns)
    assert said == [b"often", b"rare"]
    assert _of(postings.doc_ids.packed, 1) == [0, 40_001]
    assert _of(postings.positions.packed, 1) == [0, 80_003, 1]
    assert (postings.positions.firsts.tolist(), postings.positions.lasts.tolist()) == ([1, 0], [80_002, 80_004])


def test_one_long_turn() -> None:
    """A turn of 100,000 words that says one of them a hundred times."""
    turns = [[f"w{place % 1000}" for place in range(100_000)]]
    _check(_inverted(turns), turns)

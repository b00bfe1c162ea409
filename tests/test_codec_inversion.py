"""An inversion in bulk says of every word what a dict of it says, in whichever batches the turns came."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.codec.integers import unpack
from indexer.codec.inversion import Inverter, Packed, Postings
from indexer.codec.tokens import Tokens

_Turns = list[list[str]]

_TURNS = st.lists(st.lists(st.sampled_from(["a", "ab", "b", "é", "z", "中", "%", "12.5", "\U0001f600"]), max_size=9), max_size=9)


def _tokens(turns: _Turns) -> Tokens:
    """Number the words of a batch, the last one said first, so that no order of theirs is taken for granted."""
    numbers = {word: number for number, word in enumerate(dict.fromkeys(word for turn in reversed(turns) for word in reversed(turn)))}
    return Tokens(
        words=tuple(word.encode() for word in numbers),
        ids=np.array([numbers[word] for turn in turns for word in turn], dtype=np.uint32),
        counts=np.array([len(turn) for turn in turns], dtype=np.uint32),
    )


def _inverted(turns: _Turns, cuts: Sequence[int] = ()) -> Postings:
    """Invert turns in batches that end where `cuts` says."""
    inverter = Inverter()
    for first, last in pairwise([0, *sorted(cuts), len(turns)]):
        inverter.add(_tokens(turns[first:last]))
    return inverter.finish()


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


def _check(postings: Postings, turns: _Turns) -> None:
    expected = _places(turns)
    assert postings.words == tuple(expected)
    assert postings.lengths.tolist() == [len(turn) for turn in turns]
    assert postings.turn_counts.tolist() == [len(said) for said in expected.values()]
    assert postings.counts.tolist() == [sum(map(len, said.values())) for said in expected.values()]
    assert postings.most.tolist() == [max(map(len, said.values())) for said in expected.values()]
    assert postings.shortest.tolist() == [min(len(turns[number]) for number in said) for said in expected.values()]
    assert postings.longest.tolist() == [max(len(turns[number]) for number in said) for said in expected.values()]
    starts = [0, *np.cumsum([len(turn) for turn in turns]).tolist()]
    for word, said in enumerate(expected.values()):
        assert _of(postings.doc_ids, word) == _steps(list(said))
        assert _of(postings.frequencies, word) == [len(places) for places in said.values()]
        assert _of(postings.positions, word) == _steps([starts[number] + place for number, places in said.items() for place in places])


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


def test_nothing_at_all() -> None:
    """An inverter that was given nothing, not even an empty batch, has an array for everything."""
    postings = Inverter().finish()
    _check(postings, [])
    for packed in (postings.doc_ids, postings.frequencies, postings.positions):
        assert (packed.bytes.tolist(), packed.starts.tolist()) == ([], [0])


@given(_TURNS)
@example([["a"]])
def test_arrays_are_as_they_are_stored(turns: _Turns) -> None:
    """Numbers are uint32, byte strings bytes with int64 starts that begin at 0 and end with the bytes, whatever there is."""
    postings = _inverted(turns)
    numbers = (postings.turn_counts, postings.counts, postings.most, postings.shortest, postings.longest, postings.lengths)
    assert {array.dtype for array in numbers} == {np.dtype(np.uint32)}
    for packed in (postings.doc_ids, postings.frequencies, postings.positions):
        assert packed.bytes.dtype == np.uint8
        assert packed.starts.dtype == np.int64
        assert len(packed.starts) == len(postings.words) + 1
        assert (packed.starts[0], packed.starts[-1]) == (0, len(packed.bytes))


def test_words_are_in_order_of_their_bytes() -> None:
    """The order is that of UTF-8, in which capitals, accents and other scripts follow as their bytes do."""
    said = ["zinc", "a", "Z", "é", "z", "\uffff", "\U0001f600", "中国", "a&b", "a'b", "$"]
    assert _inverted([said]).words == tuple(sorted(word.encode() for word in said))


def test_far_apart() -> None:
    """A word that many turns and words lie between has steps of several bytes; its neighbours' postings are not touched."""
    turns = [["rare", "often"], *[["often", "often"]] * 40_000, ["often", "rare", "rare"]]
    postings = _inverted(turns, [1, 20_000])
    _check(postings, turns)
    assert postings.words == (b"often", b"rare")
    assert _of(postings.doc_ids, 1) == [0, 40_001]
    assert _of(postings.positions, 1) == [0, 80_003, 1]


def test_one_long_turn() -> None:
    """A turn of 100,000 words that says one of them a hundred times."""
    turns = [[f"w{place % 1000}" for place in range(100_000)]]
    _check(_inverted(turns), turns)

"""Texts are parted into words all at once exactly as one by one."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.analysis import words
from indexer.codec.tokens import Tokeniser
from tests.facts import golden_sources

_PIECES = st.sampled_from(
    [
        *(
            "Pears",
            "pears",
            "PEARS",
            "M&A",
            "AT&T’s",
            "company's",
            "U.S.",
            "e.g.",
            "1,022.7",
            "12.5%",
            "$1.2",
            "2.5x",
            "20x22",
            "10-K",
            "Q3",
        ),
        *(
            "Crédit",
            "Cre\u0301dit",
            "ﬁsh",
            "ÅNGSTRÖM",
            "İstanbul",
            "ß",
            "泵泵",
            "٣٤",
            "_",
            "__init__",
            "\x00",
            "\u200b",
            "’",
            "&",
            "...",
            "—",
        ),
        *("[Operator Instructions]", "(inaudible)", "[ph]", "[John]", "(see page 3)", "[", ")", "\n", " ", "\t", "x" * 300),
    ]
)
_TEXTS = st.lists(
    st.lists(_PIECES | st.text(max_size=8), max_size=12).map(" ".join) | st.lists(_PIECES, max_size=6).map("".join), max_size=6
)


def _said(*batches: list[str]) -> list[list[str]]:
    """Part texts batch by batch, and give the words of all of them."""
    tokeniser = Tokeniser()
    parted = [tokeniser.tokenise([text.encode() for text in texts]) for texts in batches]
    assert list(tokeniser.words.values()) == [*range(len(tokeniser.words))]
    spelt = [word.decode() for word in tokeniser.words]
    found = []
    for tokens in parted:
        said = [spelt[number] for number in tokens.ids.tolist()]
        ends = tokens.counts.cumsum().tolist()
        assert ends[-1:] in ([], [len(said)])
        found += [said[end - count : end] for end, count in zip(ends, tokens.counts.tolist(), strict=True)]
    return found


@given(_TEXTS)
@example([])
@example([""])
@example(["Pears", "", "pears"])
@settings(max_examples=500)
def test_words_are_those_of_the_analyzer(texts: list[str]) -> None:
    """Whatever texts hold, each has the words that the analyzer gives, in order; each distinct word is there once."""
    assert _said(texts) == [words(text) for text in texts]


def test_words_of_golden_sources() -> None:
    """What is said in calls of every layout has the same words in a batch as by itself."""
    texts = [path.read_bytes().decode("utf-8", "replace") for path in golden_sources()]
    assert _said(texts) == [words(text) for text in texts]


@given(_TEXTS, _TEXTS)
@settings(max_examples=100)
def test_words_keep_their_numbers(first: list[str], second: list[str]) -> None:
    """What was parted before is known again in the next batch, and has the same words."""
    assert _said(first, second, first) == [words(text) for text in (*first, *second, *first)]

"""The words of a text are those of finance, and everything that reads words reads the same ones."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.fields import TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.highlight import WholeFragmenter
from whoosh.query import Phrase, Term

from indexer.analysis import TurnTokenizer, ValueTokenizer, WordPositions, spans, words

# What sets words apart or joins them, tags and near-tags among it.
_TERMS = ("M&A", "S&P 500", "non-GAAP", "U.S.", "e.g.", "12.5%", "$1.2", "1,022.7", "company's", "company’s", "Crédit", "2x", "½", "ß", "İ")
_MARKS = ("[ph]", "(Operator Instructions)", "[Fable", "(inaudible", "]", ")", ",", ".", "&", "'", "’", "-", "\u0301")
_PIECES = st.sampled_from(_TERMS + _MARKS)
_TEXTS = st.lists(_PIECES | st.text(max_size=5), max_size=12).map(" ".join) | st.lists(_PIECES | st.text(max_size=5)).map("".join)


def _text_index(*texts: str) -> RamStorage:
    """Give an index of texts, built by Whoosh alone."""
    field = TEXT(analyzer=TurnTokenizer(), phrase=True, stored=True)
    field.format = WordPositions()
    storage = RamStorage()
    writer = storage.create_index(Schema(text=field)).writer()
    for text in texts:
        writer.add_document(text=text)
    writer.commit()
    return storage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("M&A", ["m&a"]),
        ("SG&A", ["sg&a"]),
        ("R&D", ["r&d"]),
        ("AT&T", ["at&t"]),
        ("S&P 500", ["s&p", "500"]),
        ("non-GAAP", ["non", "gaap"]),
        ("CD-19", ["cd", "19"]),
        ("UCART-22", ["ucart", "22"]),
        ("20x22", ["20x22"]),
        ("Q3", ["q3"]),
        ("10-K", ["10", "k"]),
        ("U.S.", ["u.s"]),
        ("the U.S.-based", ["the", "u.s", "based"]),
        ("e.g., pumps", ["e.g", "pumps"]),
        ("12.5%", ["12.5", "%"]),
        ("$1.2 billion", ["$", "1.2", "billion"]),
        ("€40", ["€", "40"]),
        ("1,022.7", ["1022.7"]),
        ("10,000,000 units", ["10000000", "units"]),
        ("1,0225", ["1", "0225"]),
        ("in 2021, 500 pumps", ["in", "2021", "500", "pumps"]),
        ("2.5x", ["2.5x"]),
        ("company's", ["company's"]),
        ("company’s", ["company's"]),
        ("O’Brien", ["o'brien"]),
        ("AT&T’s", ["at&t's"]),
        ("‘wet’ “pumps”", ["wet", "pumps"]),
        ("Crédit", ["credit"]),
        ("Cre\u0301dit", ["credit"]),
        ("MÜNCHEN", ["munchen"]),
        ("ended.We grew", ["ended", "we", "grew"]),
        ("cash—and cash_flow", ["cash", "and", "cash", "flow"]),
        ("To be or not to be, that is the", ["to", "be", "or", "not", "to", "be", "that", "is", "the"]),
        ("", []),
        ("... -- !", []),
    ],
)
def test_words_are_those_of_finance(text: str, expected: list[str]) -> None:
    """The short forms, numbers and signs of finance stay findable; accents, case and curly apostrophes do not count; no word is dropped."""
    assert words(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("Q3'21", ["q3", "21"]), ("FY’22", ["fy", "22"]), ("2Q'19", ["2q", "19"])])
def test_an_apostrophe_before_a_year_parts_words(text: str, expected: list[str]) -> None:
    """A quarter written with a short year is found by the quarter."""
    assert words(text) == expected


@pytest.mark.parametrize(
    "tag",
    [
        "[Operator Instructions]",
        "(Operator Instructions)",
        "[Operation Instructions]",
        "[ph]",
        "(ph)",
        "[sic]",
        "[Indiscernible]",
        "[Inaudible 00:14:05]",
        "(inaudible)",
        "[Technical Difficulty]",
        "[Audio Gap]",
        "[Multiple Speakers]",
        "[Foreign Language]",
        "[Laughter]",
        "[ Laughter ]",
        "[Call Ends Abruptly]",
    ],
)
def test_tags_are_no_words(tag: str) -> None:
    """What a transcriber notes about the recording is not said by anybody, so that words on both sides of it are neighbours."""
    assert words(f"pumps {tag} sold") == ["pumps", "sold"]
    assert list(spans(f"pumps {tag} sold")) == [("pumps", 0, 5), ("sold", len(tag) + 7, len(tag) + 11)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Morgan Stanley]", ["morgan", "stanley"]),
        ("[John] and I", ["john", "and", "i"]),
        ("our operator instructions", ["our", "operator", "instructions"]),
        ("(the laughter stopped)", ["the", "laughter", "stopped"]),
        ("sales (in pumps) [ph", ["sales", "in", "pumps", "ph"]),
    ],
)
def test_insertions_are_words(text: str, expected: list[str]) -> None:
    """Brackets around speech, and a tag's words without brackets, are speech."""
    assert words(text) == expected


@given(_TEXTS)
@example("Crédit [ph] M&A’s 1,022.7% (Operator Instructions)U.S.")
@settings(max_examples=400)
def test_all_readers_of_words_agree(text: str) -> None:
    """The list of words, their places, Whoosh's analyzer and the postings of the index hold the same words in the same order."""
    expected = words(text)
    assert [word for word, _, _ in spans(text)] == expected
    assert [token.text for token in TurnTokenizer()(text)] == expected
    postings = {
        word: WordPositions().decode_positions(encoded)
        for word, _, _, encoded in WordPositions().word_values(text, TurnTokenizer(), mode="index")
    }
    assert sorted((place, word) for word, places in postings.items() for place in places) == list(enumerate(expected))


@given(_TEXTS)
@settings(max_examples=400)
def test_spans_point_at_the_text(text: str) -> None:
    """Cut out of the text, each span is its word and no other, and spans stand in order without overlap."""
    end_before = 0
    for word, start, end in spans(text):
        assert end_before <= start < end <= len(text)
        assert words(text[start:end]) == [word]
        end_before = end


def test_tokenizer_gives_whoosh_what_it_asks_for() -> None:
    """Positions and characters count from where Whoosh says, and the original is the text as it stands."""
    found = [
        (token.text, token.original, token.pos, token.startchar, token.endchar)
        for token in TurnTokenizer()("Crédit [ph] AT&T", positions=True, chars=True, keeporiginal=True, start_pos=7, start_char=100)
    ]
    assert found == [("credit", "Crédit", 7, 100, 106), ("at&t", "AT&T", 8, 112, 116)]


@pytest.mark.parametrize("asked", ["Crédit Fable", "credit fable", "CREDIT  FABLE", " Credit\u00a0Fable "])
def test_values_are_compared_folded(asked: str) -> None:
    """A whole value is one token, whatever the case, accents and white space it is written in."""
    assert [token.text for token in ValueTokenizer()(asked)] == ["credit fable"]


@given(st.lists(st.integers(0, 2**40), unique=True).map(sorted))
@example([0])
@example([127, 254, 382, 16_766])
def test_positions_survive_encoding(places: list[int]) -> None:
    """Positions come back as they were, and their number can be told without decoding them."""
    encoded = WordPositions().encode(places)
    assert WordPositions().decode_positions(encoded) == places
    assert WordPositions().decode_frequency(encoded) == len(places)


def test_position_bytes_are_what_indices_on_disk_hold() -> None:
    """Each step is seven bits a byte, low bits first, the high bit on all but the last: another reading would break every index built."""
    assert WordPositions().encode([0, 1, 129, 20_000]) == b"\x00\x01\x80\x01\x9f\x9b\x01"


def test_whoosh_finds_phrases_of_finance() -> None:
    """Stock Whoosh finds `12.5%`, `$1.2 billion`, `S&P 500` and `non-GAAP` as phrases of the words they are made of, and only in order."""
    storage = _text_index("Margin was 12.5% and sales $1.2 billion.", "The S&P 500 fell; our non-GAAP [ph] margin, 1.2, did not.")
    with storage.open_index().searcher() as searcher:
        found = {
            text: [hit.docnum for hit in searcher.search(Phrase("text", words(text)))]
            for text in ("12.5%", "$1.2 billion", "S&P 500", "non-GAAP margin", "billion $1.2", "500 S&P")
        }
    assert found == {"12.5%": [0], "$1.2 billion": [0], "S&P 500": [1], "non-GAAP margin": [1], "billion $1.2": [], "500 S&P": []}


@given(
    st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=300), min_size=1, max_size=4),
    st.lists(st.sampled_from("abc"), min_size=2, max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_whoosh_finds_every_phrase_and_no_other(said: list[list[str]], phrase: list[str]) -> None:
    """Stock Whoosh's phrase query finds exactly the texts in which the words stand side by side."""
    with _text_index(*map(" ".join, said)).open_index().searcher() as searcher:
        found = sorted(hit.docnum for hit in searcher.search(Phrase("text", phrase), limit=None))
    assert found == [number for number, text in enumerate(said) if f" {' '.join(phrase)} " in f" {' '.join(text)} "]


def test_whoosh_highlights_words_as_published() -> None:
    """Stock Whoosh's highlighter marks a word where it stands in the text, in the form it stands there."""
    with _text_index("Our [ph] Crédit line and AT&T.").open_index().searcher() as searcher:
        results = searcher.search(Term("text", "credit") | Term("text", "at&t"))
        results.fragmenter = WholeFragmenter()
        assert results[0].highlights("text") == ('Our [ph] <b class="match term0">Crédit</b> line and <b class="match term1">AT&amp;T</b>.')

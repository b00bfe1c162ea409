"""A snippet shows why a turn matched, with the matches marked where they stand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import spans, words
from search.parse import Lexicon, parse
from search.results import Snippet
from search.snippets import cues_of, make_snippet

_OCCURS = frozenset("tariff tariffs tariff's price prices pricing raise raised cash runway pumps at&t".split())
_LEXICON = Lexicon(_OCCURS.__contains__, lambda field, value: (value,))
_WIDTH = 240


def _sought(query: str) -> tuple[frozenset[tuple[tuple[str, ...], bool]], ...]:
    return cues_of(parse(query, _LEXICON))


def _snippet(text: str, query: str, width: int = _WIDTH) -> Snippet:
    return make_snippet(text, _sought(query), width)


def _marked(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.matches]


def _filler(count: int, word: str = "filler") -> str:
    return " ".join([word] * count)


# what is sought


@pytest.mark.parametrize(
    ("query", "sought"),
    [
        ("tariffs", [{"tariffs", "tariff", "tariff's"}]),
        ("tariffs pumps", [{"tariffs", "tariff", "tariff's"}, {"pumps"}]),
        ("tariffs OR pumps", [{"tariffs", "tariff", "tariff's"}, {"pumps"}]),
        ("cash OR runway", [{"cash"}, {"runway"}]),
        ('"cash" OR "runway"', [{"cash"}, {"runway"}]),
        ('"cash runway" pumps', [{"cash runway"}, {"pumps"}]),
        ("12.5% OR tarif*", [{"12.5 %"}, {"tarif*"}]),
        ("cash NOT runway", [{"cash"}]),
        ("NOT cash", []),
        ("cash OR NOT runway", [{"cash"}]),
        ("cash NOT (runway OR pumps)", [{"cash"}]),
        ("cash (runway OR (pumps NOT raise))", [{"cash"}, {"runway"}, {"pumps"}]),
        ("role:CFO speaker:cook cash", [{"cash"}]),
        ("role:CFO OR cash", [{"cash"}]),
        ("role:CFO", []),
        ("*", []),
        ("* cash", [{"cash"}]),
        ("near(cash (runway OR pumps), 5)", [{"cash"}, {"runway"}, {"pumps"}]),
        ('"cash runway"~5', [{"cash"}, {"runway"}]),
        ("=raise", [{"raise"}]),
    ],
)
def test_what_a_query_looks_for_in_the_text(query: str, sought: list[set[str]]) -> None:
    """Each thing sought is one set of alternatives: a word's inflections. Excluded words, values and * are nothing to show."""
    found = [{" ".join(parts) + "*" * is_prefix for parts, is_prefix in cues} for cues in _sought(query)]
    assert sorted(found, key=sorted) == sorted(sought, key=sorted)


def test_synonyms_are_one_thing_sought() -> None:
    """A word and what means the same are alternatives: to find several of them is not to find more of what is sought."""
    lexicon = Lexicon(
        _OCCURS.__contains__, lambda *_: (), synonyms=lambda found: (("pumps",), ("cash", "runway")) if found == ("at&t",) else ()
    )
    assert cues_of(parse("at&t", lexicon)) == (frozenset({(("at&t",), False), (("pumps",), False), (("cash", "runway"), False)}),)


# what is marked


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("The tariff, Tariffs and TARIFF’S.", "tariffs", ["tariff", "Tariffs", "TARIFF’S"]),
        ("Cash is cash; the cash runway is long.", '"cash runway"', ["cash runway"]),
        ("cash\nrunway", '"cash runway"', ["cash runway"]),
        ("cash, runway", '"cash runway"', ["cash, runway"]),
        ("runway cash", '"cash runway"', []),
        ("Tariff, tarif and rates.", "tar*f*", ["Tariff", "tarif"]),
        ("A pumper pumps pump.", "p?mp*", ["pumper", "pumps", "pump"]),
        ("Cash is for the runway.", '"cash runway"~5', ["Cash", "runway"]),
        ("The runway, then cash.", "near(cash runway, 5)", ["runway", "cash"]),
        ("cash cash runway", '"cash runway"', ["cash runway"]),
        ("pump pump pump pump", '"pump pump"', ["pump pump", "pump pump"]),
        ("cash runway", '"cash runway" runway cash', ["cash runway"]),
        ("the cash runway pumps", '"cash runway" "runway pumps"', ["cash runway"]),
        ("non-GAAP and GAAP, non GAAP", "non-GAAP", ["non-GAAP", "non GAAP"]),
        ("up 12.5% or 12.5", "12.5%", ["12.5%"]),
        ("It was $1,022.7 million", "1022.7", ["1,022.7"]),
        ("AT&T and AT&T's", "at&t", ["AT&T"]),
        ("Tariffs tarifa tar", "tarif*", ["Tariffs", "tarifa"]),
        ("priced and prices", "price", ["prices"]),
        ("a Société", "societe", ["Société"]),
        ("[Operator Instructions] operator", "operator", ["operator"]),
        ("cash [Indiscernible] runway", '"cash runway"', ["cash [Indiscernible] runway"]),
        ("cash and runway", "cash NOT runway", ["cash"]),
        ("cash", "role:CFO", []),
        ("ﬁne ﬂow cash", "cash", ["cash"]),
    ],
)
def test_matches_mark_what_matched(text: str, query: str, marked: list[str]) -> None:
    """Marks cover the words as they stand in the text; a phrase marks only where all of it is said; the longer match wins."""
    snippet = _snippet(text, query)
    assert (snippet.text, _marked(snippet)) == (text.replace("\n", " "), marked)


# which part is shown


@pytest.mark.parametrize("query", ["*", "role:CFO", "NOT cash", "zebra"])
def test_without_a_match_the_beginning_is_shown(query: str) -> None:
    """A turn that matched by its values or by what it does not say shows how it begins."""
    snippet = _snippet("First " + _filler(100), query)
    assert snippet.text.startswith("First filler")
    assert snippet.text.endswith(" filler…")
    assert (snippet.matches, len(snippet.text) <= _WIDTH + 1) == ((), True)


def test_a_short_turn_is_shown_whole() -> None:
    """A text that fits has no ellipsis, and its paragraphs are one line."""
    assert _snippet("Cash is king.\nLong live cash.", "cash") == Snippet("Cash is king. Long live cash.", ((0, 4), (24, 28)))
    assert _snippet("", "cash") == Snippet("", ())


def test_an_ellipsis_stands_where_something_was_left_out() -> None:
    """At the start, at the end, or at both; whole words stand beside it."""
    before, after = _filler(80, "before"), _filler(80, "after")
    assert _snippet(f"cash {after}", "cash").text.startswith("cash after")
    middle = _snippet(f"{before} cash {after}", "cash").text
    assert (middle[0], middle[-1]) == ("…", "…")
    assert set(middle.strip("…").split()) == {"before", "cash", "after"}
    end = _snippet(f"{before} cash", "cash").text
    assert (end[0], end[-5:]) == ("…", " cash")


def test_a_match_is_read_in_its_sentence() -> None:
    """Some words are shown before the first match, and most of the room is behind it."""
    snippet = _snippet(f"{_filler(80, 'before')} cash {_filler(80, 'after')}", "cash")
    ((start, end),) = snippet.matches
    assert 30 <= start <= 62
    assert len(snippet.text) - end > start
    assert len(snippet.text) > _WIDTH - 20


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        (f"cash cash cash {_filler(60)} cash runway", "cash runway", ["cash", "runway"]),
        (f"cash {_filler(60)} cash cash {_filler(60)} cash", "cash", ["cash", "cash"]),
        (f"cash {_filler(60)} cash {_filler(60)} cash", "cash", ["cash"]),
        (f"tariff tariffs tariff {_filler(60)} tariff pumps", "tariffs pumps", ["tariff", "pumps"]),
        (f"cash cash cash {_filler(60)} cash runway", "cash OR runway", ["cash", "runway"]),
    ],
)
def test_the_window_with_most_different_words_is_shown(text: str, query: str, marked: list[str]) -> None:
    """Different things sought count first, then matches; inflections of one word are not different things."""
    snippet = _snippet(text, query)
    assert _marked(snippet) == marked


def test_of_equally_good_windows_the_first_is_shown() -> None:
    """Where the same is shown anywhere, the earliest place is shown."""
    snippet = _snippet(f"first cash {_filler(60)} cash {_filler(60)} cash", "cash")
    assert snippet.text.startswith("first cash")


def test_one_long_match_is_shown_whole() -> None:
    """A match that is longer than the asked width is not cut."""
    phrase = " ".join(f"word{number}" for number in range(40))
    snippet = _snippet(f"{_filler(60)} {phrase} {_filler(60)}", f'"{phrase}"', 100)
    assert _marked(snippet) == [phrase]
    assert len(snippet.text) < len(phrase) + 130


@pytest.mark.parametrize("width", [80, 240, 1000])
def test_a_snippet_is_no_wider_than_asked(width: int) -> None:
    """Wherever the match stands, the words shown are at most as wide as asked, the ellipses not counted."""
    snippets = [_snippet(f"{'x' * before} cash {_filler(300)}", "cash", width) for before in range(0, 400, 3)]
    assert {tuple(_marked(snippet)) for snippet in snippets} == {("cash",)}
    assert max(len(snippet.text.strip("…")) for snippet in snippets) <= width


# any text

_TEXTS = st.lists(
    st.sampled_from(
        [
            "cash",
            "Cash",
            "runway",
            "tariff",
            "Tariffs",
            "AT&T",
            "12.5%",
            "non-GAAP",
            "Société",
            "é",
            "filler",
            "a",
            ",",
            "\n",
            "[ph]",
            "US$5",
            "x%y",
            "x" * 50,
        ]
    ),
    max_size=120,
).map(" ".join)
_QUERIES = st.sampled_from(
    ["cash", "tariffs cash", '"cash runway"', "tar* OR 12.5%", 'cash "cash runway" at&t', "non-GAAP OR societe", "x" * 50, "*"]
)


def _fits(found: list[str], query: str) -> bool:
    """Say whether words are, together, something that is sought."""
    return any(
        found == list(parts) or (is_prefix and len(found) == 1 and found[0].startswith(parts[0]))
        for cues in _sought(query)
        for parts, is_prefix in cues
    )


@settings(max_examples=300)
@given(text=_TEXTS, query=_QUERIES, width=st.integers(80, 300))
def test_any_snippet_is_a_piece_of_the_text_with_true_marks(text: str, query: str, width: int) -> None:
    """Marks are in order, apart, inside the snippet, and cover what was sought; the snippet is a run of the text, no wider than asked."""
    snippet = _snippet(text, query, width)
    ends = [0, *(place for match in snippet.matches for place in match), len(snippet.text)]
    assert ends == sorted(ends)
    assert all(start < end for start, end in snippet.matches)
    assert all(_fits(words(mark), query) for mark in _marked(snippet))
    shown = snippet.text.removeprefix("…").removesuffix("…")
    assert shown in text.replace("\n", " ")
    assert "\n" not in snippet.text
    longest = max((end - start for start, end in snippet.matches), default=0)
    assert len(shown) <= max(width, longest)


@settings(max_examples=200)
@given(text=_TEXTS, query=st.sampled_from(["cash", "tariffs", "at&t", "non-GAAP", "$", "%", '"$ 5"', "$5"]))
def test_every_match_shown_is_marked(text: str, query: str) -> None:
    """No word that is sought stands unmarked in the snippet, and if the text holds one, one is shown."""
    snippet = _snippet(text, query)
    forms = {parts for cues in _sought(query) for parts, _ in cues}

    def places(said: str) -> list[tuple[int, int]]:
        found = list(spans(said))
        runs = [found[at : at + len(form)] for at in range(len(found)) for form in forms]
        return sorted({(run[0][1], run[-1][2]) for run in runs if tuple(word for word, _, _ in run) in forms})

    assert list(snippet.matches) == places(snippet.text)
    assert bool(snippet.matches) == bool(places(text))


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("About US$5 million.", "$", ["$"]),
        ("It is x%growth here.", "%", ["%"]),
        ("A$ million.", '"$ million"', ["$ million"]),
        ("cashcow cash,cash", "cash", ["cash", "cash"]),
    ],
)
def test_signs_stand_anywhere(text: str, query: str, marked: list[str]) -> None:
    """A sign is a word by itself, behind a letter and before one, too; a word of letters is not part of another."""
    assert _marked(_snippet(text, query)) == marked


def test_a_text_without_spaces_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands between two spaces is parted into words once, however many matches it holds."""
    parted: list[int] = []

    def told(text: str) -> Iterator[tuple[str, int, int]]:
        parted.append(len(text))
        return spans(text)

    monkeypatch.setattr("search.snippets.spans", told)
    text = "cash,flow," * 500
    assert len(_marked(_snippet(text, "cash"))) > 5
    assert sum(parted) <= len(text)

"""Questions that nobody wrote by hand: printed, parsed, and answered as a plain scan answers them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from whoosh.query import And, Not, Or, Phrase, Prefix, TermRange, Wildcard
from whoosh.query import Query as Tree

from indexer.schema import VALUE_FIELDS
from search.execute import count_mentions, select
from search.execute.select import lexicon_of
from search.parse import Lexicon, parse
from search.query import make_query
from search.tree import Forms, Near, Scope, Side
from tests import questions
from tests.conftest import World
from tests.exact import compare, random_strings, read_turns, try_strings
from tests.questions import Ask, Pen, Question, Scan, Turn, make_ask, make_question, make_sided_question, plain

_KINDS = pytest.mark.parametrize("kind", ["whole", "steps"])


@pytest.fixture(scope="module")
def scans(world: World) -> dict[str, Scan]:
    """Give the small world to be looked through, read from each of its indices."""
    return {kind: Scan(read_turns(snapshot)) for kind, snapshot in world.snapshots.items()}


# text and tree


@pytest.mark.parametrize("make", [make_question, make_sided_question])
def test_a_question_is_parsed_as_it_was_printed(world: World, scans: dict[str, Scan], make: Any) -> None:
    """However it is printed, in brackets, capitals and quotes of any kind, the same tree comes out."""
    scan = scans["whole"]
    lexicon = Lexicon(scan.occurs, scan.values, scan.alike)
    wrong = []
    for seed in range(600):
        question: Question = make(scan, random := Random(seed))
        texts = {question.text(pen) for pen in (Pen(), *[Pen(random)] * 4)}
        wrong += [text for text in texts if plain(parse(text, lexicon, has_sides=True)) != plain(question.tree(scan))]
        # What the index knows of words and values is what the scan does.
        wrong += [
            text
            for text in texts
            if parse(text, lexicon_of(world.snapshots["whole"]), has_sides=True) != parse(text, lexicon, has_sides=True)
        ]
    assert wrong == []


def test_questions_are_of_all_kinds(scans: dict[str, Scan]) -> None:
    """All that the language has is asked, and asked in several ways."""
    scan = scans["whole"]
    made = [make(scan, random) for seed in range(600) for random in [Random(seed)] for make in (make_question, make_sided_question)]
    kinds = Counter(type(part) for question in made for part in _parts(question.tree(scan)))
    assert {kind for kind in (Forms, Phrase, Prefix, Wildcard, Near, TermRange, Scope, Not, Or, And) if kinds[kind] < 40} == set()
    printed = "\n".join(question.text(Pen(Random(number))) for number, question in enumerate(made))
    signs = (
        "=",
        "~ ",
        "~1",
        "~2",
        "*",
        "?",
        "NEAR(",
        "near(",
        " AND ",
        " OR ",
        "NOT ",
        "((",
        "“",
        "«",
        '"',
        "..",
        ":*",
        ":(",
        "text:",
        "’",
        "\t",
    )
    assert [sign for sign in signs if sign not in printed] == []


def _parts(tree: Tree) -> Iterator[Tree]:
    yield tree
    for part in tree.children():
        yield from _parts(part)


# the scan itself


def _scan(*said: str, **values: str) -> Scan:
    names = dict.fromkeys(VALUE_FIELDS, "") | values
    return Scan(
        [
            Turn(call="A", number=number, exchange=number // 3, words=tuple(text.split()), values=names)
            for number, text in enumerate(said, 1)
        ]
    )


def _word(word: str, kind: str = "=") -> Question:
    return questions._Words(word, kind)


@pytest.mark.parametrize(
    ("question", "said", "places"),
    [
        (_word("cash"), "cash is cash", {0, 2}),
        (_word("raise", ""), "raised raise rise raising", {0, 1, 3}),
        (_word("ca", "prefix"), "cash car a", {0, 1}),
        (_word("c?s*", "wild"), "cash cas cast chz c", {0, 1, 2}),
        (_word("cash", "~1"), "cast cash mash cashes", {0, 1}),
        (questions._Phrase(("a", "b")), "a b a x b", {0}),
        (questions._Phrase(("a", "b"), 1), "a b a x b", {0, 2}),
        (questions._Phrase(("a", "b", "a"), 1), "a b x a a", {0}),
        (questions._Near((_word("a"), _word("b")), 2), "a b x x a x x b a", {0, 8}),
        (questions._Near((_word("a"), _word("b"), _word("c")), 3), "b a x c a b", {1, 4}),
        (questions._Near((_word("a"), _word("b"), _word("c")), 3), "b x a x x c", set()),
        (questions._Near((questions._Phrase(("a", "b")), questions._Any((_word("c"), _word("d")))), 3), "a b d a x c", {0}),
        (questions._Any((_word("a"), questions._Phrase(("a", "b")))), "a b a", {0, 2}),
        (questions._All((_word("a"),), (_word("b"),)), "a b", {0}),
    ],
)
def test_a_scan_sees_where_it_is_said(question: Question, said: str, places: set[int]) -> None:
    """By hand: where a phrase, or the first of what stands near each other, begins; none twice, and nothing of what is excluded."""
    scan = _scan(said)
    assert question.places(scan, scan.turns[0]) == places


@pytest.mark.parametrize(
    ("question", "turns"),
    [
        (questions._All((_word("a"),), (_word("b"),)), {1, 4}),
        (questions._All((), (_word("a"), _word("c"))), {2}),
        (questions._Any((_word("b"), questions._All((), (_word("a"),)))), {0, 2, 3}),
        (questions._Every(None), {0, 1, 2, 3, 4}),
        (questions._Every("firm"), set()),
        (questions._Value("speaker", "roe"), {0, 1, 2, 3, 4}),
        (questions._Range("date", "2022-05", "2022"), {0, 1, 2, 3, 4}),
        (questions._Range("date", "", "2022-04"), set()),
    ],
)
def test_a_scan_finds_turns(question: Question, turns: set[int]) -> None:
    """By hand: operators, values and ranges; the later end of a range means all that begins so."""
    assert question.turns(_scan("a b", "a", "x", "c b", "a c", speaker="Jane Roe", date="2022-05-03")) == turns


@pytest.mark.parametrize(
    ("question", "exchanges"),
    [
        (questions._All((_word("a"), _word("b"))), {1}),  # turn 3 says one, turn 4 the other
        (questions._All((_word("a"),), (_word("b"),)), {2}),
        (questions._All((), (_word("b"),)), {2}),
        (questions._Sided(Side.QUESTION, _word("a")), {1, 2}),
        (questions._Sided(Side.ANSWER, _word("a")), set()),
        (questions._All((_word("c"),), (questions._Sided(Side.QUESTION, _word("b")),)), {2}),
    ],
)
def test_a_scan_finds_exchanges(question: Question, exchanges: set[int]) -> None:
    """By hand: each leaf holds if any turn of the exchange has it, and operators join exchanges."""
    said = ("a b", "b a", "a", "b", "x", "a", "c")  # of exchanges 0, 0, 1, 1, 1, 2, 2
    assert question.exchanges(_scan(*said, kind="question")) == {("A", exchange) for exchange in exchanges}
    assert question.exchanges(_scan(*said, kind="other")) == set()  # on neither side


def test_filters_of_an_ask() -> None:
    """By hand: any of a filter's values, all filters, days included; a filter may be left out."""
    ask = Ask(question=_word("a"), filters={"role": ("CFO", "CEO"), "firm": ("Pell",)}, since="2022-05-03", until="2022-05-03")
    scan = _scan("a", role="CFO", firm="Pell & Co.", date="2022-05-03")
    assert ask.passing(scan) == {0}
    assert ask.passing(_scan("a", role="COO", firm="Pell", date="2022-05-03"), but_for="role") == {0}
    assert ask.passing(_scan("a", role="COO", firm="Pell", date="2022-05-03")) == set()
    assert ask.passing(_scan("a", role="CFO", firm="Pell", date="2022-05-04")) == set()
    assert ask.passing(_scan("a", role="CFO", firm="Pell", date="2022-05-04"), but_for="date") == {0}


# answers


@_KINDS
def test_what_is_looked_through_is_what_the_transcripts_say(world: World, scans: dict[str, Scan], kind: str) -> None:
    """All turns, and only these, word by word, in exchanges and with values, whatever was changed and deleted on the way."""
    turns = sorted(scans[kind].turns, key=lambda turn: (turn.call, turn.number))
    ours = [(turn.call, turn.number, list(turn.words)) for turn in turns]
    assert ours == [(turn.call, turn.number, turn.words) for turn in world.turns]
    assert [{name: turn.values[name] for name in theirs.values} for turn, theirs in zip(turns, world.turns, strict=True)] == [
        turn.values for turn in world.turns
    ]


@_KINDS
def test_turns_and_mentions_are_those_of_a_scan(world: World, scans: dict[str, Scan], kind: str) -> None:
    """In one segment, and in several with deleted turns; with filters and without."""
    scan, wrong, found = scans[kind], [], []
    for seed in range(400):
        random = Random(seed)
        ask = make_ask(scan, random, make_question(scan, random))
        text = ask.question.text(Pen(random))
        turns = ask.question.turns(scan) & ask.passing(scan)
        mentions = {number: len(ask.question.places(scan, scan.turns[number])) for number in turns} if ask.question.is_sought else None
        found.append(len(turns))
        if _answer(world, kind, text, ask) != (_places(scan, dict.fromkeys(turns, 0)), mentions and _places(scan, mentions)):
            wrong.append((text, ask))
    assert wrong == []
    # What is compared is not nothing with nothing, nor all with all.
    assert sum(count > 0 for count in found) > 240
    assert sum(0 < count < len(scan.turns) for count in found) > 200


def _places(scan: Scan, counts: dict[int, int]) -> dict[tuple[str, int], int]:
    return {(scan.turns[number].call, scan.turns[number].number): count for number, count in counts.items()}


def _answer(world: World, kind: str, text: str, ask: Ask) -> tuple[dict[tuple[str, int], int], dict[tuple[str, int], int] | None]:
    """Give the turns found, each with 0, and with their mentions, or none if there are none."""
    snapshot = world.snapshots[kind]
    selected = select(snapshot, make_query(text, since=ask.since, until=ask.until, **dict[str, Any](ask.filters)))
    doc_ids = selected.kept.doc_ids
    counts = count_mentions(snapshot, selected.tree, doc_ids)
    places = list(zip(snapshot.values("call", doc_ids), snapshot.numbers("turn")[doc_ids].tolist(), strict=True))
    return dict.fromkeys(places, 0), None if counts is None else dict(zip(places, counts.tolist(), strict=True))


@_KINDS
def test_all_answers_are_those_of_a_scan(world: World, scans: dict[str, Scan], kind: str) -> None:
    """Facets, trends, firsts and exchanges, too."""
    assert compare(world.snapshots[kind], scans[kind], queries=150, seed=2).differences == ()


@_KINDS
def test_any_string_ends_in_an_answer_or_a_request_error(world: World, scans: dict[str, Scan], kind: str) -> None:
    """Broken questions are refused, and nothing else happens."""
    tried = try_strings(world.snapshots[kind], random_strings(scans[kind], 2_000, seed=4))
    assert (tried.count, tried.wrong) == (2_000, ())
    assert 500 < tried.refused < 1_700

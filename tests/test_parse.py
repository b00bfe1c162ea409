"""A query text means exactly one tree, and what it cannot mean is an error that points at the place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.query import And, Every, Not, NullQuery, Or, Phrase, Prefix, Term
from whoosh.query import Query as Tree

from indexer.errors import EarfulError, QuerySyntaxError, RequestError, UnknownField
from indexer.schema import VALUE_FIELDS
from search.parse import Lexicon, explain, parse

_WORDS = frozenset("guidance tariff tariffs tariff's china raise raised cash runway pricing price m&a at&t at&t's and or not".split())
_VALUES = {
    ("speaker", "cook"): ("Ann Cook", "Tim Cook"),
    ("speaker", "jane roe"): ("Jane Roe",),
    ("role", "CFO"): ("CFO",),
    ("period", "2021"): ("2021Q1", "2021Q2"),
    ("firm", "Société Pell"): ("Société Pell",),
}
_LEXICON = Lexicon(_WORDS.__contains__, lambda field, value: _VALUES.get((field, value), ()))

_EVERY = Every()
_GUIDANCE = Term("text", "guidance")
_CHINA = Term("text", "china")
_TARIFFS = Or([Term("text", "tariffs"), Term("text", "tariff"), Term("text", "tariff's")])
_PRICING = Or([Term("text", "pricing"), Term("text", "price")])
_RUNWAY = Phrase("text", ["cash", "runway"])


def _parse(text: str) -> Tree:
    return _plain(parse(text, _LEXICON))


def _plain(tree: Tree) -> Tree:
    """Give a tree of Whoosh's plain classes, an And or Or of one part as that part: which of them walks best is not what a text means."""
    if isinstance(tree, And | Or):
        parts = [_plain(part) for part in tree.subqueries]
        return parts[0] if len(parts) == 1 else (And if isinstance(tree, And) else Or)(parts)
    return Not(_plain(tree.query)) if isinstance(tree, Not) else tree


def _outcome(text: str) -> Tree | EarfulError:
    """Give the tree of a text, or the error that refuses it."""
    try:
        return parse(text, _LEXICON)
    except EarfulError as error:
        return error


def _error(text: str) -> QuerySyntaxError:
    with pytest.raises(QuerySyntaxError) as caught:
        _parse(text)
    return caught.value


# what is meant


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("guidance", _GUIDANCE),
        ("GUIDANCE", _GUIDANCE),
        ("  guidance\t\n", _GUIDANCE),
        ("guidance tariffs", And([_GUIDANCE, _TARIFFS])),
        ("guidance AND tariffs", And([_GUIDANCE, _TARIFFS])),
        ("guidance and", And([_GUIDANCE, Term("text", "and")])),
        ("guidance tariffs china", And([_GUIDANCE, _TARIFFS, _CHINA])),
        ("guidance OR tariffs", Or([_GUIDANCE, _TARIFFS])),
        ("guidance tariffs OR china", Or([And([_GUIDANCE, _TARIFFS]), _CHINA])),
        ("guidance OR tariffs china", Or([_GUIDANCE, And([_TARIFFS, _CHINA])])),
        ("guidance (tariffs OR china)", And([_GUIDANCE, Or([_TARIFFS, _CHINA])])),
        ("(guidance OR tariffs)(china)", And([Or([_GUIDANCE, _TARIFFS]), _CHINA])),
        ("((guidance))", _GUIDANCE),
        ("guidance AND(china)", And([_GUIDANCE, _CHINA])),
        ("ORDER ANDROID NOTE", And([Term("text", "order"), Term("text", "android"), Term("text", "note")])),
    ],
)
def test_words_and_brackets(text: str, tree: Tree) -> None:
    """All words are wanted unless OR says otherwise; AND binds closer than OR, and brackets closest. Operators are capital letters."""
    assert _parse(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("NOT china", And([_EVERY, Not(_CHINA)])),
        ("NOT(china)", And([_EVERY, Not(_CHINA)])),
        ("guidance NOT china", And([_GUIDANCE, Not(_CHINA)])),
        ("guidance AND NOT china", And([_GUIDANCE, Not(_CHINA)])),
        ("NOT china guidance", And([_GUIDANCE, Not(_CHINA)])),
        ("NOT china NOT tariffs", And([_EVERY, Not(_CHINA), Not(_TARIFFS)])),
        ("guidance NOT (china OR tariffs)", And([_GUIDANCE, Not(Or([_CHINA, _TARIFFS]))])),
        ("guidance OR NOT china", Or([_GUIDANCE, And([_EVERY, Not(_CHINA)])])),
        ("NOT china OR guidance", Or([And([_EVERY, Not(_CHINA)]), _GUIDANCE])),
        ("NOT (NOT china)", And([_EVERY, Not(And([_EVERY, Not(_CHINA)]))])),
    ],
)
def test_not_means_all_turns_but_these(text: str, tree: Tree) -> None:
    """NOT takes away from what stands beside it, and alone or in an OR from all turns; it binds to what follows it only."""
    assert _parse(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('"cash runway"', _RUNWAY),
        ('"Cash  Runway!"', _RUNWAY),
        ("“cash runway”", _RUNWAY),
        ("„cash runway”", _RUNWAY),
        ("«cash runway»", _RUNWAY),
        ('"tariffs"', Term("text", "tariffs")),
        ('"raise guidance"', Phrase("text", ["raise", "guidance"])),
        ('"AND"', Term("text", "and")),
        ('guidance "OR" china', And([_GUIDANCE, Term("text", "or"), _CHINA])),
        ('"(cash) runway*"', _RUNWAY),
        ('"speaker:cook"', Phrase("text", ["speaker", "cook"])),
        ('guidance"cash runway"', And([_GUIDANCE, _RUNWAY])),
        ("non-GAAP", Phrase("text", ["non", "gaap"])),
        ("12.5%", Phrase("text", ["12.5", "%"])),
        ("10:30", Phrase("text", ["10", "30"])),
        ("UCART-22", Phrase("text", ["ucart", "22"])),
        ("guidance,china", Phrase("text", ["guidance", "china"])),
        ("M&A", Term("text", "m&a")),
        ("AT&T", Or([Term("text", "at&t"), Term("text", "at&t's")])),
        ("China?", _CHINA),
        ("…guidance!", _GUIDANCE),
        ("'china'", _CHINA),
        ("tariff’s", Or([Term("text", "tariff's"), Term("text", "tariff"), Term("text", "tariffs")])),
        ("1,022.7", Term("text", "1022.7")),
        ("Note:", Term("text", "note")),
        ("Société", Term("text", "societe")),
    ],
)
def test_phrases_and_words_of_several_parts(text: str, tree: Tree) -> None:
    """A phrase is what is said, without inflections; a word that the analyzer parts is a phrase; what is around a word does not count."""
    assert _parse(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("tarif*", Prefix("text", "tarif", constantscore=False)),
        ("TARIF*", Prefix("text", "tarif", constantscore=False)),
        ("ta*", Prefix("text", "ta", constantscore=False)),
        ("(tarif*)", Prefix("text", "tarif", constantscore=False)),
        ("NOT tarif*", And([_EVERY, Not(Prefix("text", "tarif", constantscore=False))])),
        ("text:tarif*", Prefix("text", "tarif", constantscore=False)),
        ("*", _EVERY),
        ("* guidance", _GUIDANCE),
        ("* *", _EVERY),
        ("(*)", _EVERY),
        ("guidance OR *", Or([_GUIDANCE, _EVERY])),
        ("NOT *", And([_EVERY, Not(_EVERY)])),
    ],
)
def test_stars(text: str, tree: Tree) -> None:
    """A star ends a word of two letters or more, or stands for every turn."""
    assert _parse(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("role:CFO", Term("role", "cfo")),
        ("ROLE:CFO", Term("role", "cfo")),
        ('speaker:"jane roe"', Term("speaker", "jane roe")),
        ("speaker:“jane roe”", Term("speaker", "jane roe")),
        ("speaker:cook", Or([Term("speaker", "ann cook"), Term("speaker", "tim cook")])),
        ("period:2021", Or([Term("period", "2021q1"), Term("period", "2021q2")])),
        ('firm:"Société Pell"', Term("firm", "societe pell")),
        ("speaker:nobody", NullQuery),
        ("guidance role:CFO", And([_GUIDANCE, Term("role", "cfo")])),
        ("NOT role:CFO", And([_EVERY, Not(Term("role", "cfo"))])),
        ("(role:CFO)", Term("role", "cfo")),
        ("text:tariffs", _TARIFFS),
        ('text:"cash runway"', _RUNWAY),
        ("text:non-GAAP", Phrase("text", ["non", "gaap"])),
    ],
)
def test_values_of_fields(text: str, tree: Tree) -> None:
    """`field:value` means the values of the index that fit, none if none does; `text:` is the words themselves."""
    assert _parse(text) == tree


# what is not understood


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ('"cash runway', 1, "unclosed quote"),
        ('guidance "cash', 10, "unclosed quote"),
        ('"a" b"', 6, "unclosed quote"),
        ("“cash", 1, "unclosed quote"),
        ('role:"', 6, "unclosed quote"),
        ("guidance AND", 13, "AND has nothing after it"),
        ("guidance OR", 12, "OR has nothing after it"),
        ("guidance NOT", 13, "NOT has nothing after it"),
        ("NOT", 4, "NOT has nothing after it"),
        ("(guidance AND)", 14, "AND has nothing after it"),
        ("guidance (NOT)", 14, "NOT has nothing after it"),
        ("AND guidance", 1, "AND has nothing before it"),
        ("OR guidance", 1, "OR has nothing before it"),
        ("OR", 1, "OR has nothing before it"),
        ("china (OR guidance)", 8, "OR has nothing before it"),
        ("china AND AND guidance", 11, "AND has nothing before it"),
        ("china OR AND guidance", 10, "AND has nothing before it"),
        ("china NOT OR guidance", 11, "NOT has nothing after it"),
        ("NOT NOT china", 5, "NOT has nothing after it"),
        ("()", 2, "nothing between ( and )"),
        ("china ( )", 9, "nothing between ( and )"),
        ("(china", 1, "a ( without its )"),
        ("(china (guidance)", 1, "a ( without its )"),
        ("china (guidance", 7, "a ( without its )"),
        ("china)", 6, "a ) without its ("),
        ('"(" china)', 10, "a ) without its ("),
        ("ta*iff", 1, "* can only end a word"),
        ("china *iff", 7, "* can only end a word"),
        ("tarif**", 1, "* can only end a word"),
        ("china a*", 7, "'a*' is no prefix"),
        ("?*", 1, "'?*' is no prefix"),
        ("m&*", 1, "'m&*' is no prefix"),
        ("non-GA*", 1, "'non-GA*' is no prefix"),
        ("text:ta*iff", 6, "* can only end a word"),
        ("", 1, "the query is empty"),
        (" \t\n", 1, "the query is empty"),
        ('""', 1, "nothing to search for between the quotes"),
        ('china "..."', 7, "nothing to search for between the quotes"),
        ('"[Operator Instructions]"', 1, "nothing to search for between the quotes"),
        ("?", 1, "nothing to search for in '?'"),
        ("china & guidance", 7, "nothing to search for in '&'"),
        ("text:?", 6, "nothing to search for in '?'"),
        ("speaker:(cook)", 9, "cannot understand '('"),
    ],
)
def test_an_error_points_at_the_place(text: str, column: int, message: str) -> None:
    """The error has the text as given, the column from 1, what is wrong there in the user's words, and what to write instead."""
    error = _error(text)
    assert (error.column, message in str(error), "Token(" in str(error)) == (column, True, False)
    assert error.hint != ""
    assert isinstance(error, RequestError)


def test_an_error_shows_the_text_as_given() -> None:
    """The user sees their own words, curly quotes and all, in the message and in the error's attribute."""
    error = _error("guidance “cash")
    assert error.query == "guidance “cash"
    assert "at column 10 of: guidance “cash" in str(error)


def test_an_operator_can_be_searched_for_in_quotes() -> None:
    """The hint about an operator without a word tells how to search for the operator as a word, and that works."""
    hint = _error("guidance AND").hint
    assert hint.endswith('"AND"')
    assert _parse('guidance "AND"') == And([_GUIDANCE, Term("text", "and")])


@pytest.mark.parametrize("name", ["nosuch", "turn", "exchange", "http", "header", "speakers", "_"])
def test_an_unknown_field_names_the_fields(name: str) -> None:
    """A field that is not there is never taken for words; the error says where it stands and which fields there are."""
    with pytest.raises(UnknownField) as caught:
        _parse(f"guidance {name}:foo")
    message = str(caught.value)
    assert f"no field '{name}' at column 10" in message
    assert [field for field in ("text", *VALUE_FIELDS) if field not in message] == []


# how much is understood


def test_brackets_may_be_fifty_deep() -> None:
    """Fifty brackets inside each other are understood; the fifty-first is an error that points at it."""
    assert _parse("(" * 50 + "china" + ")" * 50) == _CHINA
    error = _error("(" * 60 + "china" + ")" * 60)
    assert (error.column, error.hint) == (51, "50 inside each other are possible")


def test_a_query_may_have_four_thousand_characters() -> None:
    """A query of 4,000 characters is understood; a longer one is an error that does not repeat all of it."""
    assert _parse("china " * 666 + "most") == And([_CHINA, Term("text", "most")])
    error = _error("china" * 1000)
    assert error.column == 4001
    assert (error.hint, len(str(error)) < 250) == ("4000 characters are possible", True)


@pytest.mark.parametrize("operator", [" ", " OR ", " NOT "])
def test_two_hundred_different_parts_may_stand_side_by_side(operator: str) -> None:
    """Two hundred different words are understood, more are an error that says so; a word said again is one part."""
    words = [f"w{number}x" for number in range(200)]
    assert len(_parse(operator.join([*words, words[-1]])).subqueries) == 200
    error = _error(operator.join([*words, "more"]))
    assert error.hint == "200 side by side are possible"


@pytest.mark.parametrize("text", ["NOT " * 999 + "a", "NOT (" * 50 + "a" + ")" * 50, "china OR NOT " * 300 + "a"])
def test_many_nots_end_in_a_tree_or_a_syntax_error(text: str) -> None:
    """However many NOTs follow each other, nothing but the two outcomes of parsing is possible."""
    outcome = _outcome(text)
    assert isinstance(outcome, Tree | QuerySyntaxError)


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([*'()"*:?%-“', " ", " ", "AND", "OR", "NOT", "china", "tariffs", "role:", "CFO", "text:", "a"]), max_size=12)
)
def test_any_text_is_a_tree_or_an_error_of_ours(parts: list[str]) -> None:
    """Whatever is typed, it is understood, or refused with a column inside the text or just behind it."""
    text = "".join(parts)
    outcome = _outcome(text)
    if isinstance(outcome, QuerySyntaxError):
        assert 1 <= outcome.column <= len(text) + 1
        assert (outcome.hint != "", "Token(" in str(outcome)) == (True, False)
    elif isinstance(outcome, EarfulError):
        assert isinstance(outcome, UnknownField)
    else:
        assert explain(outcome) != ""


# how it reads


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("guidance", "guidance"),
        ("tariffs", "(tariffs | tariff | tariff's)"),
        ("guidance tariffs", "guidance AND (tariffs | tariff | tariff's)"),
        ("guidance OR tariffs", "guidance OR (tariffs | tariff | tariff's)"),
        ("guidance OR china", "guidance OR china"),
        ("guidance (china OR tarif*)", "guidance AND (china OR tarif*)"),
        ("guidance (china OR m&a)", "guidance AND (china OR m&a)"),
        ("guidance china OR m&a", "(guidance AND china) OR m&a"),
        ("guidance NOT china", "guidance AND NOT china"),
        ("guidance NOT (china OR tarif*)", "guidance AND NOT (china OR tarif*)"),
        ("(tariffs OR china) guidance", "((tariffs | tariff | tariff's) OR china) AND guidance"),
        ("(tariffs OR pricing) guidance", "((tariffs | tariff | tariff's) OR (pricing | price)) AND guidance"),
        ("NOT china", "NOT china"),
        ("guidance OR NOT china", "guidance OR (NOT china)"),
        ('"cash runway" tarif*', '"cash runway" AND tarif*'),
        ("12.5%", '"12.5 %"'),
        ("role:CFO guidance", 'role:"cfo" AND guidance'),
        ("speaker:cook", '(speaker:"ann cook" | speaker:"tim cook")'),
        ("speaker:nobody", "nothing"),
        ("*", "every turn"),
        ("* *", "every turn"),
        ("* guidance", "guidance"),
    ],
)
def test_explain_says_what_is_matched(text: str, words: str) -> None:
    """Inflections stand between bars, operators in capitals, and brackets where they are needed to read it one way only."""
    assert explain(parse(text, _LEXICON)) == words


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("guidance -tariffs", "write NOT tariffs"),
        ("!tariffs", "write NOT tariffs"),
        ("+guidance", "leave it out: all words must occur"),
    ],
)
def test_signs_of_other_languages_are_refused(text: str, hint: str) -> None:
    """A sign that excludes or demands elsewhere is an error that says what to write here, never passed over."""
    assert _error(text).hint == hint

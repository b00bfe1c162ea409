"""A query text means exactly one tree, and what it cannot mean is an error that points at the place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.query import And, Every, Not, Or, Phrase, Prefix, Term, TermRange, Wildcard
from whoosh.query import Query as Tree

from indexer.errors import EarfulError, QuerySyntaxError, RequestError, UnknownField
from indexer.schema import VALUE_FIELDS
from search.explain import advice, explain, unheard
from search.parse import Lexicon, parse
from search.tree import Forms, Near, NoValue, Scope, Side, Synonymous
from tests.questions import plain

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
    return plain(parse(text, _LEXICON))


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
        ('guidance NOT"china"', And([_GUIDANCE, Not(_CHINA)])),
        ("guidance OR“china”", Or([_GUIDANCE, _CHINA])),
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
        ('"(cash) runway"', _RUNWAY),
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
        ("speaker:nobody", NoValue("speaker", "nobody")),
        ("speaker:(cook)", Or([Term("speaker", "ann cook"), Term("speaker", "tim cook")])),
        ('speaker:("jane roe" OR nobody)', Or([Term("speaker", "jane roe"), NoValue("speaker", "nobody")])),
        ("firm:*", Every("firm")),
        ("NOT period:*", And([_EVERY, Not(Every("period"))])),
        ("text:(tariffs OR china)", Or([_TARIFFS, _CHINA])),
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


def _wild(text: str) -> Tree:
    return Wildcard("text", text, constantscore=False)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("tar*iff", _wild("tar*iff")),
        ("*IFF", _wild("*iff")),
        ("*ari*", _wild("*ari*")),
        ("wom?n", _wild("wom?n")),
        ("wom?*", _wild("wom?*")),
        ("wo??*", _wild("wo??*")),
        ("?ariff", _wild("?ariff")),
        ("t?r*", _wild("t?r*")),
        ("co??a", _wild("co??a")),
        ("what??", Term("text", "what")),
        ("Socié*é", _wild("socie*e")),
        ("china?", _CHINA),
        ("(china?)", _CHINA),
        ('china?"cash runway"', And([_CHINA, _RUNWAY])),
    ],
)
def test_wildcards(text: str, tree: Tree) -> None:
    """A star is any letters, a question mark before a letter is one; behind a word it is what it is in any text."""
    assert _parse(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("=raised", Term("text", "raised")),
        ("=tariffs", Term("text", "tariffs")),
        ("=non-GAAP", Phrase("text", ["non", "gaap"])),
        ("NOT =raise", And([_EVERY, Not(Term("text", "raise"))])),
        ("text:=raise", Term("text", "raise")),
    ],
)
def test_a_word_as_said(text: str, tree: Tree) -> None:
    """An equals sign before a word leaves its inflections out."""
    assert _parse(text) == tree


@pytest.mark.parametrize(
    ("text", "asked"),
    [("tarrif~", ("tarrif", 2)), ("Chima~", ("chima", 1)), ("chima~2", ("chima", 2)), ("tarrif~1", ("tarrif", 1))],
)
def test_misspelt_words(text: str, asked: tuple[str, int]) -> None:
    """One letter of five may be wrong, two of longer words, or as many as one says; what occurs and is alike is one thing sought."""
    alike = {asked: ("tariff", "tariffs"), ("nothing", 2): ()}
    lexicon = Lexicon(_WORDS.__contains__, lambda *_: (), lambda *sought: alike[sought])
    assert parse(text, lexicon) == Forms([Term("text", "tariff"), Term("text", "tariffs")])
    assert parse("nothing~", lexicon) == Term("text", "nothing")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("near(china tariffs, 10)", Near([_CHINA, _TARIFFS], 10)),
        ("NEAR( china\ttariffs , 10 )", Near([_CHINA, _TARIFFS], 10)),
        ("near(china china tariffs, 10)", Near([_CHINA, _TARIFFS], 10)),
        ('near("cash runway" =raise tarif*, 3)', Near([_RUNWAY, Term("text", "raise"), Prefix("text", "tarif", constantscore=False)], 3)),
        ("near((china OR pricing) guidance, 5)", Near([Or([_CHINA, _PRICING]), _GUIDANCE], 5)),
        ("near((china pricing) guidance, 5)", Near([Or([_CHINA, _PRICING]), _GUIDANCE], 5)),
        ("guidance near(china tariffs, 10)", And([_GUIDANCE, Near([_CHINA, _TARIFFS], 10)])),
        ("NOT near(china tariffs, 10)", And([_EVERY, Not(Near([_CHINA, _TARIFFS], 10))])),
        ("(china 1,022)", And([_CHINA, Term("text", "1022")])),
        ("near (china)", And([Term("text", "near"), _CHINA])),
        ("nearby", Term("text", "nearby")),
        ('"cash runway"~5', Phrase("text", ["cash", "runway"], slop=6)),
        ('"cash runway"~0', _RUNWAY),
        ('"cash runway"~5 china', And([Phrase("text", ["cash", "runway"], slop=6), _CHINA])),
    ],
)
def test_words_near_each_other(text: str, tree: Tree) -> None:
    """`near` is any order, a phrase with a number is this order with so many words between; alternatives stand in brackets."""
    found = plain(parse(text, _LEXICON))
    assert (found, getattr(found, "distance", None)) == (tree, getattr(tree, "distance", None))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("date:2021..2022", "2021", "2022"),
        ("date:2021-03..2021-06-30", "2021-03", "2021-06-30"),
        ("date:2021-03-01..2021", "2021-03-01", "2021"),
        ("date:2021..", "2021", "9"),
        ("date:..2021-06", "0", "2021-06"),
        ("period:2021Q2..2022q1", "2021q2", "2022q1"),
        ("period:2021..2021", "2021", "2021"),
    ],
)
def test_ranges(text: str, start: str, end: str) -> None:
    """Both ends belong to a range, the later with all that begins so; either may be left open."""
    assert _parse(text) == TermRange(text.partition(":")[0], start, end + "\uffff", constantscore=False)


def test_synonyms_stand_beside_what_was_asked_for() -> None:
    """With a table, a word or phrase is sought beside what means the same, forms of words and phrases as said; not where forms are not."""
    table = {("tariffs",): (("duty",), ("tariff",), ("import", "tax")), ("cash", "runway"): (("china",),)}
    lexicon = Lexicon(_WORDS.__contains__, lambda *_: (), synonyms=lambda found: table.get(found, ()))
    tariffs = Synonymous([_TARIFFS, Term("text", "duty"), Phrase("text", ["import", "tax"])])
    assert plain(parse("tariffs", lexicon)) == plain(tariffs)
    assert isinstance(parse("tariffs", lexicon), Synonymous)
    assert plain(parse('"cash runway"', lexicon)) == Or([_RUNWAY, _CHINA])
    assert parse("guidance", lexicon) == _GUIDANCE
    assert unheard(parse("tariffs", lexicon), _WORDS.__contains__) == ()
    assert parse("=tariffs", lexicon) == Term("text", "tariffs")
    assert parse('"cash runway"~3', lexicon) == Phrase("text", ["cash", "runway"], slop=4)
    assert explain(parse("tariffs", lexicon)) == 'tariffs | tariff | tariff\'s [or what means the same: duty, "import tax"]'


def test_the_sides_of_an_exchange() -> None:
    """Where exchanges are asked for, question: and answer: say on which side something is sought; they do not stand in each other."""
    tree = parse('question:(tariffs firm:"Société Pell") NOT answer:china', _LEXICON, has_sides=True)
    firm = Term("firm", "societe pell")
    asked = And([plain(_TARIFFS), firm])
    question, excluded = tree.subqueries
    assert (question.side, plain(question.child)) == (Side.QUESTION, asked)
    assert excluded == Not(Scope(Side.ANSWER, _CHINA))
    assert explain(tree) == 'question says ((tariffs | tariff | tariff\'s) AND firm:"societe pell") AND NOT answer says china'
    with pytest.raises(QuerySyntaxError, match="question: is for earful exchanges at column 9"):
        parse("answer:(question:china)", _LEXICON, has_sides=True)
    with pytest.raises(UnknownField, match="question, answer"):
        parse("nosuch:china", _LEXICON, has_sides=True)


# what is not understood


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ('"cash runway', 1, "unclosed quote"),
        ('guidance "cash', 10, "unclosed quote"),
        ('"a" b"', 6, "unclosed quote"),
        ("cash\nrunway\nAND", 16, "AND has nothing after it"),  # columns count on through lines
        ("cash\n-runway", 6, "- is no sign"),
        ("cash (\nOR b)", 8, "OR has nothing before it"),
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
        ("tarif**", 1, "'tarif**' is no word with * or ?"),
        ("china a*", 7, "'a*' has too few letters"),
        ("china ?x", 7, "'?x' has too few letters"),
        ("?*", 1, "* stands in a word, or alone"),
        ("?*xyz", 1, "* stands in a word, or alone"),
        ("m&*", 1, "'m&*' is no word with * or ?"),
        ("non-GA*", 1, "'non-GA*' is no word with * or ?"),
        ('china "cash*"', 7, "* is no sign between quotes"),
        ('"cash runwa*"', 1, "* is no sign between quotes"),
        ("china ab~", 7, "'ab' is no word that can be misspelt"),
        ("non-gaap~", 1, "'non-gaap' is no word that can be misspelt"),
        ("12.5%~", 1, "'12.5%' is no word that can be misspelt"),
        ("tariff~3", 1, "~3 letters cannot be wrong"),
        ("tariff~0", 1, "~0 letters cannot be wrong"),
        ('"cash"~5', 1, "~5 says how many words may stand between"),
        ('"cash runway"~999', 1, "~999 says how many words may stand between"),
        ('"cash runway"~', 14, "~ stands behind a word or phrase"),
        ("china ~tariffs", 7, "~ stands behind a word or phrase"),
        ("tar~iff", 1, "~ stands behind a word or phrase"),
        ("tariffs^2", 1, "^ is no sign of this language"),
        ('"cash runway"^2', 14, "^ is no sign of this language"),
        ("china && tariffs", 7, "&& is no sign of this language"),
        ("china || tariffs", 7, "|| is no sign of this language"),
        ("china NEAR/5 tariffs", 7, "/ does not say how near"),
        ("china =", 7, "= stands right before a word"),
        ('china ="cash runway"', 7, "= stands right before a word"),
        ("=?", 1, "nothing to search for in '=?'"),
        ("near(china tariffs)", 19, "near( has no distance"),
        ("near(china tariffs,10)", 22, "near( has no distance"),
        ("near(china AND cash, 10)", 12, "AND cannot stand inside of near("),
        ("near(china NOT cash, 10)", 12, "NOT cannot stand inside of near("),
        ("near(china (raise AND cash), 10)", 19, "AND cannot stand inside of near("),
        ("near(china, 10)", 1, "near( needs two different things or more"),
        ("near(china China, 10)", 1, "near( needs two different things or more"),
        ("near(a b c d e f g, 10)", 1, "near( takes 6 things at most"),
        ("near(, 10)", 6, "near( has nothing in it"),
        ("near(china tariffs, 0)", 1, "near( cannot reach 0 words"),
        ("cash near(china tariffs, 999)", 6, "near( cannot reach 999 words"),
        ("(china tariffs, 10)", 15, "a distance without near("),
        ("speaker:near(ann cook, 3)", 9, "cannot understand 'near('"),
        ("speaker:(near(ann cook, 3))", 10, "speaker takes no near"),
        ("speaker:(ann role:CFO)", 14, "role: stands inside of speaker:"),
        ("china speaker: cook", 7, "speaker: has nothing right behind it"),
        ("china Text: cook", 7, "Text: has nothing right behind it"),
        ("speaker:coo*", 9, "speaker takes no *"),
        ("speaker:cook~", 9, "speaker takes no ~"),
        ("speaker:=cook", 9, "speaker takes no ="),
        ('speaker:"ann cook"~3', 9, "speaker takes no ~"),
        ("date:>2021", 6, "date takes no >"),
        ("period:[2021", 8, "period takes no ["),
        ("date:..", 6, "'..' is no range"),
        ("date:2021..soon", 6, "'2021..soon' is no range"),
        ("period:2021Q5..", 8, "'2021Q5..' is no range"),
        ("date:2021-01..2020-12", 6, "'2021-01..2020-12' ends before it begins"),
        ("china question:tariffs", 7, "question: is for earful exchanges"),
        ("china answer:(tariffs)", 7, "answer: is for earful exchanges"),
        ("", 1, "the query is empty"),
        (" \t\n", 1, "the query is empty"),
        ('""', 1, "nothing to search for between the quotes"),
        ('china "..."', 7, "nothing to search for between the quotes"),
        ('"[Operator Instructions]"', 1, "nothing to search for between the quotes"),
        ("?", 1, "nothing to search for in '?'"),
        ("china & guidance", 7, "nothing to search for in '&'"),
        ("text:?", 6, "nothing to search for in '?'"),
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
        ("speaker:nobody", 'nothing (no speaker is "nobody")'),
        ("near(china tariffs, 10)", "china near (tariffs | tariff | tariff's) (at most 10 words apart)"),
        ('near("cash runway" (china OR m&a), 1) guidance', '"cash runway" near (china OR m&a) (at most 1 word apart) AND guidance'),
        ('"cash runway"~5', '"cash runway" (at most 5 words between)'),
        ('"cash runway"~1', '"cash runway" (at most 1 word between)'),
        ("wom?n", "wom?n"),
        ("firm:*", "any firm"),
        ("date:2021..2022-06", "date from 2021 to 2022-06"),
        ("period:2021Q3..", "period from 2021q3 to the last"),
        ("date:..2022", "date from the first to 2022"),
        ("period:2020..2029", "period from 2020 to 2029"),
        ("*", "every turn"),
        ("* *", "every turn"),
        ("* guidance", "guidance"),
    ],
)
def test_explain_says_what_is_matched(text: str, words: str) -> None:
    """Inflections stand between bars, operators in capitals, and brackets where they are needed to read it one way only."""
    assert explain(parse(text, _LEXICON)) == words


def test_explain_shows_a_dozen_forms() -> None:
    """Of many forms the first are shown, and how many more there are."""
    assert explain(Forms([Term("text", f"a{number}") for number in range(15)])).endswith("a10 | a11 | 3 more)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("guidance zebra", ("zebra",)),
        ('"cash zebra" OR (zebra NOT gnu)', ("zebra", "gnu")),
        ("=raising raising", ("raising",)),
        ("near(zebra guidance, 3)", ("zebra",)),
        ("zeb* speaker:nobody role:CFO *", ()),
    ],
)
def test_words_that_nobody_says(text: str, words: tuple[str, ...]) -> None:
    """Every word that is sought and does not occur is told once; that a form does not occur is no news if another does."""
    assert unheard(parse(text, _LEXICON), _WORDS.__contains__) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("china or tariffs", ("or",)),
        ("china and tariffs not cash", ("and", "not")),
        ('"china or tariffs"', ()),
        ("china OR tariffs AND NOT cash", ()),
        ("or", ()),
    ],
)
def test_operators_in_small_letters_are_told(text: str, words: tuple[str, ...]) -> None:
    """A small operator between words is a word, and the user is told."""
    assert [line.partition(" ")[0] for line in advice(text)] == list(words)


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

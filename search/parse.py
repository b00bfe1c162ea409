"""What does a query text mean? Text in, query tree out, or an error that points at the place.

The grammar is `query.lark`. Here its leaves get their meaning: an unquoted word matches its inflections, a phrase
matches the words as said, a word that the analyzer parts (`non-GAAP`, `12.5%`) is a phrase of its parts, and
`field:value` means the values of that field that fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import NoReturn

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken
from whoosh import query as q

from indexer.analysis import words
from indexer.errors import InvalidValue, QuerySyntaxError, UnknownField
from indexer.names import fold
from indexer.schema import VALUE_FIELDS
from search.budget import spend
from search.inflect import inflections
from search.tree import Forms, Near, NoValue, Scope, Side, Synonymous

__all__ = ["Lexicon", "parse"]

_LONGEST_QUERY = 4_000
_DEEPEST = 50
_MOST_PARTS = 200
_MOST_PATTERNS = 10
_MOST_SHOWN = 12  # characters of what is not understood
_FEWEST_LETTERS = 2  # of a pattern
_SHORTEST_FUZZY = 4
_ONE_EDIT = 5  # letters of the longest word of which one may be wrong; of longer ones two may be
_FARTHEST = 200  # words
_MOST_NEAR = 6
_OPERATORS = ("AND", "OR", "NOT")
_SIDES = tuple(Side)
_RANGES = {"date": re.compile(r"\d{4}(-\d\d(-\d\d)?)?"), "period": re.compile(r"\d{4}(q[1-4])?")}
_QUOTE_IT = 'to search for the word, write "{}"'
_NO_SIGN = "{} is no sign of this language"
# What means something to other search engines must not be passed over as punctuation: the pattern of the whole word, what is
# wrong with it, what to write.
_SIGNS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern), message, hint)
    for pattern, message, hint in (
        (r"-([^\W\d_].*)", _NO_SIGN.format("-"), "write NOT {}"),
        (r"!([^\W\d_].*)", _NO_SIGN.format("!"), "write NOT {}"),
        (r"\+([^\W\d_].*)", _NO_SIGN.format("+"), "leave it out: all words must occur"),
        (r"(&&)", _NO_SIGN.format("&&"), "write AND"),
        (r"(\|\|)", _NO_SIGN.format("||"), "write OR"),
        (r".*(\^[\d.]*)", _NO_SIGN.format("^"), "all that is sought weighs alike"),
        (r"(?:NEAR|WITHIN|PRE|W|P)/(\d+)", "/ does not say how near", "write near(one two, {})"),
        (r".*(~).*", "~ stands behind a word or phrase, with a number at most", 'as in tarif~, tarif~2, "cash runway"~5'),
        (r".*(\*).*", "* stands in a word, or alone", "as in tarif*"),
        (r"(=)", "= stands right before a word", "as in =raise; a phrase is as said already"),
    )
)
_BEFORE_VALUE = re.compile(r"[\[{<>=]")
_CURLY = str.maketrans("“”„«»", '"""""')


class Lexicon:
    """What the parser must know of an index.

    Attributes:
        occurs: Whether a word occurs in any turn.
        values: The values of a field that a given value means: field, value -> folded values.
        alike: The words that occur and differ from a word, which may not occur, in so many letters at most, the commonest first;
            their first letters are the same.
        synonyms: What means the same as a word, or as words side by side.
    """

    def __init__(
        self,
        occurs: Callable[[str], bool],
        values: Callable[[str, str], tuple[str, ...]],
        alike: Callable[[str, int], tuple[str, ...]] | None = None,
        synonyms: Callable[[tuple[str, ...]], tuple[tuple[str, ...], ...]] | None = None,
    ) -> None:
        self.occurs = occurs
        self.values = values
        self.alike = alike or (lambda *_: ())
        self.synonyms = synonyms or (lambda _: ())


@cache
def _grammar() -> Lark:
    return Lark(files("search").joinpath("query.lark").read_text("utf-8"), parser="lalr", lexer="basic", propagate_positions=True)


def parse(text: str, lexicon: Lexicon, *, has_sides: bool = False) -> q.Query:
    """Parse a query text.

    Args:
        text: In the query language.
        lexicon: Of the index that is asked.
        has_sides: Whether `question:` and `answer:` mean the sides of an exchange.

    Returns:
        A query tree over `text` and the value fields, of Whoosh's kinds and those of `tree`. It is flat already; Whoosh's
        `normalize` would make `Every` of any And that holds one.

    Raises:
        QuerySyntaxError: the text breaks the grammar, or holds nothing to search for.
        UnknownField: it names a field that is not there.
    """
    if len(text) > _LONGEST_QUERY:
        raise QuerySyntaxError(
            "the query is too long", query=f"{text[:60]}…", column=_LONGEST_QUERY + 1, hint=f"{_LONGEST_QUERY} characters are possible"
        )
    straight = text.translate(_CURLY)  # character by character, so columns stay
    _check_brackets(straight, text)
    try:
        tree = _grammar().parse(straight)
    except UnexpectedInput as error:
        _explain_error(error, text)
    _check_patterns(tree, text)
    return _Meaning(text, lexicon, has_sides).of(tree)


def _check_brackets(straight: str, text: str) -> None:
    """Point at the quote or bracket that is missing its other half; the grammar would only see where the text ends."""
    opened: list[int] = []
    quote = None
    for column, char in enumerate(straight, 1):
        if char == '"':
            quote = None if quote else column
        elif quote is None and char == "(":
            opened.append(column)
            if len(opened) > _DEEPEST:
                raise QuerySyntaxError("brackets too deep", query=text, column=column, hint=f"{_DEEPEST} inside each other are possible")
        elif quote is None and char == ")":
            if not opened:
                raise QuerySyntaxError("a ) without its (", query=text, column=column, hint="open the bracket, or quote it")
            opened.pop()
    if quote:
        raise QuerySyntaxError("unclosed quote", query=text, column=quote, hint='end the phrase with "')
    if opened:
        raise QuerySyntaxError("a ( without its )", query=text, column=opened[-1], hint="close the bracket, or quote it")


def _explain_error(error: UnexpectedInput, text: str) -> NoReturn:
    """Say what is wrong where the grammar stopped, and what would be right."""
    if not text.strip():
        raise QuerySyntaxError("the query is empty", query='""', column=1, hint="* matches every turn") from error
    token, expected = (error.token, error.expected) if isinstance(error, UnexpectedToken) else (Token("$END", ""), set[str]())
    column = len(text.rstrip()) + 1 if token.type == "$END" else _column(token)
    message, hint = _diagnose(token, expected, text[: column - 1], text[column - 1 :])
    raise QuerySyntaxError(message, query=text, column=column, hint=hint) from error


def _diagnose(token: Token, expected: set[str], before: str, after: str) -> tuple[str, str]:
    """Give what is wrong with a token, and a hint; `expected` are the kinds that could stand in its place."""
    is_end = token.type in ("$END", "RPAR")
    last = before.replace("(", " ").split()[-1:]
    if last and last[0] in _OPERATORS and (is_end or last[0] == "NOT"):
        return f"{last[0]} has nothing after it", _QUOTE_IT.format(last[0])
    if token in ("AND", "NOT") and expected & {"DISTANCE", "_OR"} and "_AND" not in expected:
        return f"{token} cannot stand inside of near(", "near( takes words, phrases, and (one OR another)"
    if token in _OPERATORS:
        return f"{token} has nothing before it", _QUOTE_IT.format(token)
    if token.type == "RPAR" and "DISTANCE" in expected:
        return "near( has no distance", "as in near(tariffs pricing, 10), with a space behind the comma"
    if token.type == "DISTANCE" and before.rstrip().lower().endswith("near("):
        return "near( has nothing in it", "as in near(tariffs pricing, 10)"
    if token.type == "DISTANCE":
        return "a distance without near(", "as in near(tariffs pricing, 10); or leave out the comma"
    if token.type == "RPAR":
        return "nothing between ( and )", "write what to search for, or quote the brackets"
    return f"cannot understand {str(token) or after[:_MOST_SHOWN]!r}", "quote what shall be searched for as it is"


def _column(token: Token) -> int:
    """Say where a token begins, counted from 1 through all lines of a query."""
    return (token.start_pos or 0) + 1


def _check_patterns(tree: Tree[Token] | Token, text: str) -> None:
    """Refuse too many patterns: each is a look at all words of the index."""
    leaves = tree.scan_values(lambda leaf: isinstance(leaf, Token) and leaf.type in ("WILDCARD", "FUZZY")) if isinstance(tree, Tree) else ()
    for token in islice(leaves, _MOST_PATTERNS, None):
        raise QuerySyntaxError("too many words with *, ? or ~", query=text, column=_column(token), hint=f"{_MOST_PATTERNS} are possible")


class _Meaning:
    """Gives the nodes of a syntax tree their meaning in one index."""

    def __init__(self, text: str, lexicon: Lexicon, has_sides: bool, field: str = "text") -> None:
        self._text = text
        self._lexicon = lexicon
        self._has_sides = has_sides
        self._field = field

    def of(self, node: Tree[Token] | Token) -> q.Query:
        spend()
        if isinstance(node, Token):
            return self._leaf(node)
        meaning: q.Query = getattr(self, f"_{node.data}")(*node.children)
        return meaning

    # joints

    def _either(self, *nodes: Tree[Token] | Token) -> q.Query:
        return q.Or(self._distinct([self.of(node) for node in nodes]))

    def _all(self, *nodes: Tree[Token] | Token) -> q.Query:
        wanted = [self.of(node) for node in nodes if not _is_excluded(node)]
        unwanted = [q.Not(self.of(node.children[0])) for node in nodes if isinstance(node, Tree) and _is_excluded(node)]
        sought = [part for part in wanted if not _is_every(part)]
        return q.And(self._distinct([*(sought or [q.Every()]), *unwanted]))

    def _distinct(self, parts: list[q.Query]) -> list[q.Query]:
        distinct = list(dict.fromkeys(parts))
        # Whoosh walks a tree of matchers as deep as there are parts.
        if len(distinct) > _MOST_PARTS:
            raise QuerySyntaxError(
                "the query has too many parts", query=self._text, column=1, hint=f"{_MOST_PARTS} side by side are possible"
            )
        return distinct

    def _excluded(self, node: Tree[Token] | Token) -> q.Query:
        # Whoosh takes a Not for "and not" wherever it stands, in an Or too: with Every it means the same everywhere.
        return q.And([q.Every(), q.Not(self.of(node))])

    def _every(self, _: Token) -> q.Query:
        return q.Every()

    def _near(self, name: Token, *rest: Tree[Token] | Token) -> q.Query:
        *nodes, last = rest
        if self._field != "text":
            self._refuse(name, f"{self._field} takes no near", "near(tariffs pricing, 10) stands outside of fields")
        parts = self._distinct([self.of(node) for node in nodes])
        distance = int(str(last).strip(",) \t\n\r\f\v"))
        if len(parts) < 2:
            self._refuse(name, "near( needs two different things or more", "as in near(tariffs pricing, 10)")
        if len(parts) > _MOST_NEAR:
            self._refuse(name, f"near( takes {_MOST_NEAR} things at most", "join several near( by AND")
        if not 0 < distance <= _FARTHEST:
            self._refuse(name, f"near( cannot reach {distance} words", f"1 to {_FARTHEST} are possible")
        return Near(parts, distance)

    def _scoped(self, name: Token, node: Tree[Token] | Token) -> q.Query:
        field = name[:-1].lower()
        if field in _SIDES:
            return self._side(name, Side(field), node)
        if field not in ("text", *VALUE_FIELDS):
            sides = _SIDES if self._has_sides else ()
            raise UnknownField(
                f"no field {name[:-1]!r} at column {_column(name)} of: {self._text}",
                hint=f"fields are {', '.join(('text', *VALUE_FIELDS, *sides))}; quote the words to search for them",
            )
        if self._field not in ("text", field):
            self._refuse(name, f"{field}: stands inside of {self._field}:", "put each behind a bracket of its own")
        return self._inside(field).of(node)

    def _inside(self, field: str) -> _Meaning:
        return _Meaning(self._text, self._lexicon, self._has_sides, field)

    def _side(self, name: Token, side: Side, node: Tree[Token] | Token) -> q.Query:
        if not self._has_sides:
            self._refuse(name, f"{side}: is for earful exchanges", f"a turn that is one: kind:{side}")
        if self._field != "text":
            self._refuse(name, f"{side}: stands inside of {self._field}:", "put each behind a bracket of its own")
        return Scope(side, _Meaning(self._text, self._lexicon, False).of(node))

    # leaves

    def _leaf(self, token: Token) -> q.Query:
        kind = token.type.lower()
        meaning: q.Query = getattr(self, f"_{kind}")(token) if self._field == "text" else self._value(token, kind)
        return meaning

    def _word(self, token: Token) -> q.Query:
        for pattern, message, hint in _SIGNS:
            if match := pattern.fullmatch(token):
                self._refuse(token, message, hint.format(match[1]))
        if token[-1] == ":" and token[:-1].lower() in (*VALUE_FIELDS, *_SIDES, "text"):
            self._refuse(token, f"{token} has nothing right behind it", f"as in {token}word, without a space; or quote it")
        found = words(token)
        if not found:
            self._refuse(token, f"nothing to search for in {str(token)!r}", "a word has letters or digits")
        if len(found) > 1:
            return self._with_synonyms(found, q.Phrase("text", found))
        return self._with_synonyms(found, self._forms(found[0]))

    def _forms(self, word: str) -> q.Query:
        return _or([q.Term("text", form) for form in inflections(word, self._lexicon.occurs)])

    def _with_synonyms(self, found: list[str], as_asked: q.Query) -> q.Query:
        others = self._lexicon.synonyms(tuple(found))
        if not others:
            return as_asked
        known = {term.text for term in (as_asked.subqueries if isinstance(as_asked, Forms) else (as_asked,)) if isinstance(term, q.Term)}
        single = dict.fromkeys(form for other in others if len(other) == 1 for form in inflections(other[0], self._lexicon.occurs))
        words_more = [q.Term("text", form) for form in single if form not in known]
        phrases = [q.Phrase("text", list(other)) for other in others if len(other) > 1]
        return Synonymous([as_asked, *([_or(words_more)] if words_more else ()), *phrases])

    def _exact(self, token: Token) -> q.Query:
        found = words(token[1:])
        if not found:
            self._refuse(token, f"nothing to search for in {str(token)!r}", "as in =raise")
        return _said(found)

    def _phrase(self, token: Token) -> q.Query:
        quoted, _, slop = token.rpartition('"')
        found = words(quoted)
        if not found:
            self._refuse(token, "nothing to search for between the quotes", "a phrase has words")
        if "*" in quoted:
            self._refuse(token, "* is no sign between quotes", "write near(cash runwa*, 1) for words side by side")
        if not slop:
            return self._with_synonyms(found, _said(found))
        between = int(slop[1:])
        if len(found) < 2 or between > _FARTHEST:
            self._refuse(token, f"{slop} says how many words may stand between", f"two words or more, and 0 to {_FARTHEST}")
        return q.Phrase("text", found, slop=between + 1)

    def _wildcard(self, token: Token) -> q.Query:
        pieces = [piece for piece in re.split(r"[*?]", token) if piece]
        if any(words(piece) != [fold(piece)] for piece in pieces) or "**" in token:
            self._refuse(token, f"{str(token)!r} is no word with * or ?", "letters and digits only, as in tarif*, hyper*er, wom?n")
        if sum(map(len, pieces)) < _FEWEST_LETTERS:
            self._refuse(token, f"{str(token)!r} has too few letters", f"write {_FEWEST_LETTERS} or more beside * and ?")
        folded = fold(token)
        if token.endswith("*") and len(pieces) == 1 and token.startswith(pieces[0]) and "?" not in token:
            return q.Prefix("text", folded[:-1], constantscore=False)
        return q.Wildcard("text", folded, constantscore=False)

    def _fuzzy(self, token: Token) -> q.Query:
        word, _, edits = token.partition("~")
        found = words(word)
        if len(found) != 1 or not found[0].isalpha() or len(found[0]) < _SHORTEST_FUZZY:
            self._refuse(
                token, f"{word!r} is no word that can be misspelt", f"write one word of {_SHORTEST_FUZZY} letters or more before ~"
            )
        if edits not in ("", "1", "2"):
            self._refuse(token, f"~{edits} letters cannot be wrong", "write ~1 or ~2")
        most = int(edits or (1 if len(found[0]) <= _ONE_EDIT else 2))
        # As forms of one word: a rare one, which fits by chance, shall not score more than the word that was meant.
        return _or([q.Term("text", form) for form in self._lexicon.alike(found[0], most) or found])

    # values

    def _value(self, token: Token, kind: str) -> q.Query:
        field = self._field
        if kind == "every":
            return q.Every(field)
        if kind in ("wildcard", "fuzzy", "exact") or (kind == "phrase" and not token.endswith('"')):
            self._refuse(token, f"{field} takes no {_sign_in(token)}", "part of a name will do, as in speaker:cook")
        value = str(token).strip('"')
        if field in _RANGES and kind == "word":
            if ".." in value:
                return self._range(token, field)
            if _BEFORE_VALUE.match(value):
                self._refuse(token, f"{field} takes no {value[0]}", f"write a range as {field}:2021..2022, open at one end if need be")
        try:
            values = self._lexicon.values(field, value)
        except InvalidValue as error:  # of a closed set
            raise InvalidValue(f"{error.args[0]} at column {_column(token)} of: {self._text}", hint=error.hint) from error
        return _or([q.Term(field, fold(each)) for each in values]) if values else NoValue(field, value)

    def _range(self, token: Token, field: str) -> q.Query:
        first, _, last = fold(token).partition("..")
        if not (first or last) or any(end and not _RANGES[field].fullmatch(end) for end in (first, last)):
            example = "period:2021Q1..2022Q4" if field == "period" else "date:2021-01-15..2022-06"
            self._refuse(token, f"{str(token)!r} is no range", f"as in {example}, open at one end if need be")
        if first and last and first > last + _BEHIND:
            self._refuse(token, f"{str(token)!r} ends before it begins", "write the earlier end first")
        # The later end means all that begins so: 2022 ends with December.
        return q.TermRange(field, first or "0", (last or "9") + _BEHIND, constantscore=False)

    def _refuse(self, token: Token, message: str, hint: str) -> NoReturn:
        raise QuerySyntaxError(message, query=self._text, column=_column(token), hint=hint)


_BEHIND = "\uffff"  # is behind all that a value may go on with


def _is_excluded(node: Tree[Token] | Token) -> bool:
    return isinstance(node, Tree) and node.data == "excluded"


def _is_every(part: q.Query) -> bool:
    return isinstance(part, q.Every) and part.fieldname is None


def _sign_in(token: Token) -> str:
    return next(sign for sign in "*?~=" if sign in token)


def _said(found: list[str]) -> q.Query:
    return q.Phrase("text", found) if len(found) > 1 else q.Term("text", found[0])


def _or(terms: list[q.Term]) -> q.Query:
    return terms[0] if len(terms) == 1 else Forms(terms)

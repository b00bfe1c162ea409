"""What does a query text mean? Text in, Whoosh query tree out, or an error that points at the place.

The grammar is `query.lark`. Here its leaves get their meaning: an unquoted word matches its inflections, a phrase
matches the words as said, a word that the analyzer parts (`non-GAAP`, `12.5%`) is a phrase of its parts, and
`field:value` means the values of that field that fit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken
from whoosh import query as q

from indexer.analysis import words
from indexer.errors import QuerySyntaxError, UnknownField
from indexer.names import fold
from indexer.schema import VALUE_FIELDS
from search.inflect import inflections

__all__ = ["Forms", "Lexicon", "explain", "parse"]

_SHORTEST_PREFIX = 2
_LONGEST_QUERY = 4_000
_DEEPEST = 50
_MOST_PARTS = 200
_OPERATORS = ("AND", "OR", "NOT")
_QUOTE_IT = 'to search for the word, write "{}"'
# What means something to other search engines must not be passed over as punctuation.
_SIGNS = {"-": "write NOT {}", "!": "write NOT {}", "+": "leave it out: all words must occur"}
_CURLY = str.maketrans("“”„«»", '"""""')


class Lexicon:
    """What the parser must know of an index.

    Attributes:
        occurs: Whether a word occurs in any turn.
        values: The values of a field that a given value means: field, value -> folded values.
    """

    def __init__(self, occurs: Callable[[str], bool], values: Callable[[str, str], tuple[str, ...]]) -> None:
        self.occurs = occurs
        self.values = values


@cache
def _grammar() -> Lark:
    return Lark(files("search").joinpath("query.lark").read_text("utf-8"), parser="lalr", lexer="basic", propagate_positions=True)


def parse(text: str, lexicon: Lexicon) -> q.Query:
    """Parse a query text.

    Returns:
        A Whoosh query tree over `text` and the value fields. It is flat already; Whoosh's `normalize` would make
        `Every` of any And that holds one.

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
    return _Meaning(text, lexicon).of(tree)


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
    """Say what is wrong where the grammar stopped: at an operator without a side, an empty bracket, or the end."""
    if not text.strip():
        raise QuerySyntaxError("the query is empty", query='""', column=1, hint="* matches every turn") from error
    token = error.token if isinstance(error, UnexpectedToken) else Token("$END", "")
    at_end = token.type == "$END"
    column = len(text.rstrip()) + 1 if at_end else (token.column or 1)
    before = text[: column - 1].replace("(", " ").split()
    operator = before[-1] if before and before[-1] in _OPERATORS else None
    if operator and (at_end or token.type == "RPAR" or operator == "NOT"):
        raise QuerySyntaxError(f"{operator} has nothing after it", query=text, column=column, hint=_QUOTE_IT.format(operator)) from error
    if token in _OPERATORS:
        raise QuerySyntaxError(f"{token} has nothing before it", query=text, column=column, hint=_QUOTE_IT.format(token)) from error
    if token.type == "RPAR":
        raise QuerySyntaxError(
            "nothing between ( and )", query=text, column=column, hint="write what to search for, or quote the brackets"
        ) from error
    shown = str(token) or text[column - 1 : column + 11]
    raise QuerySyntaxError(
        f"cannot understand {shown!r}", query=text, column=column, hint="quote what shall be searched for as it is"
    ) from error


class Forms(q.Or):  # type: ignore[misc]  # Whoosh has no types
    """The forms of one word, or the values of one field: alternatives that count as one thing sought."""


class _Meaning:
    """Gives the nodes of a syntax tree their meaning in one index."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self._text = text
        self._lexicon = lexicon

    def of(self, node: Tree[Token] | Any) -> q.Query:
        meaning: q.Query = getattr(self, f"_{node.data}")(*node.children)
        return meaning

    def _either(self, *nodes: Tree[Token]) -> q.Query:
        return q.Or(self._distinct([self.of(node) for node in nodes]))

    def _all(self, *nodes: Tree[Token]) -> q.Query:
        wanted = [self.of(node) for node in nodes if node.data != "excluded"]
        unwanted = [q.Not(self.of(node.children[0])) for node in nodes if node.data == "excluded"]
        sought = [part for part in wanted if not isinstance(part, q.Every)]
        return q.And(self._distinct([*(sought or [q.Every()]), *unwanted]))

    def _distinct(self, parts: list[q.Query]) -> list[q.Query]:
        distinct = list(dict.fromkeys(parts))
        # Whoosh walks a tree of matchers as deep as there are parts.
        if len(distinct) > _MOST_PARTS:
            raise QuerySyntaxError(
                "the query has too many parts", query=self._text, column=1, hint=f"{_MOST_PARTS} side by side are possible"
            )
        return distinct

    def _excluded(self, node: Tree[Token]) -> q.Query:
        # Whoosh takes a Not for "and not" wherever it stands, in an Or too: with Every it means the same everywhere.
        return q.And([q.Every(), q.Not(self.of(node))])

    def _every(self, _: Token) -> q.Query:
        return q.Every()

    def _word(self, token: Token) -> q.Query:
        if "*" in token:
            self._refuse(token, "* can only end a word", "as in tarif*")
        if token[0] in _SIGNS and token[1:2].isalpha():
            self._refuse(token, f"{token[0]} is no sign of this language", _SIGNS[token[0]].format(token[1:]))
        found = words(token)
        if len(found) > 1:
            return q.Phrase("text", found)
        if not found:
            self._refuse(token, f"nothing to search for in {str(token)!r}", "a word has letters or digits")
        return _or([q.Term("text", form) for form in inflections(found[0], self._lexicon.occurs)])

    def _phrase(self, token: Token) -> q.Query:
        found = words(token[1:-1])
        if not found:
            self._refuse(token, "nothing to search for between the quotes", "a phrase has words")
        return q.Phrase("text", found) if len(found) > 1 else q.Term("text", found[0])

    def _prefix(self, token: Token) -> q.Query:
        found = words(token[:-1])
        if len(found) != 1 or len(found[0]) < _SHORTEST_PREFIX:
            self._refuse(token, f"{str(token)!r} is no prefix", f"write one word of {_SHORTEST_PREFIX} letters or more before the *")
        return q.Prefix("text", found[0], constantscore=False)

    def _value(self, name: Token, value: Token) -> q.Query:
        field = name[:-1].lower()
        if field == "text":
            meaning: q.Query = getattr(self, f"_{value.type.lower()}")(value)
            return meaning
        if field not in VALUE_FIELDS:
            known = ", ".join(("text", *VALUE_FIELDS))
            raise UnknownField(
                f"no field {name[:-1]!r} at column {name.column} of: {self._text}",
                hint=f"fields are {known}; quote the words to search for them",
            )
        if value.type == "PREFIX":
            self._refuse(value, f"{field} takes no *", "part of a name will do, as in speaker:cook")
        values = self._lexicon.values(field, str(value).strip('"'))
        return _or([q.Term(field, fold(each)) for each in values])

    def _refuse(self, token: Token, message: str, hint: str) -> NoReturn:
        raise QuerySyntaxError(message, query=self._text, column=token.column or 1, hint=hint)


def _or(terms: list[q.Term]) -> q.Query:
    if len(terms) == 1:
        return terms[0]
    return Forms(terms) if terms else q.NullQuery


def explain(tree: q.Query) -> str:
    """Say in words what a query tree matches."""
    if isinstance(tree, Forms):
        return f"({' | '.join(map(explain, tree.subqueries))})"
    if isinstance(tree, q.Or):
        return " OR ".join(map(_inner, tree.subqueries))
    if isinstance(tree, q.And):
        sought = [part for part in tree.subqueries if not (isinstance(part, q.Every) and len(tree.subqueries) > 1)]
        return " AND ".join(map(_inner, sought))
    if isinstance(tree, q.Not):
        return f"NOT {_inner(tree.query)}"
    if isinstance(tree, q.Phrase):
        return f'"{" ".join(tree.words)}"'
    if isinstance(tree, q.Prefix):
        return f"{tree.text}*"
    if isinstance(tree, q.Term):
        return tree.text if tree.fieldname == "text" else f'{tree.fieldname}:"{tree.text}"'
    return "every turn" if isinstance(tree, q.Every) else "nothing"


def _inner(tree: q.Query) -> str:
    compound = isinstance(tree, q.And | q.Or) and not isinstance(tree, Forms)
    return f"({explain(tree)})" if compound and len(tree.subqueries) > 1 else explain(tree)

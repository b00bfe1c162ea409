"""How does a query read in words? A tree in, words out; and which of its words nobody says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from whoosh import query as q

from search.tree import Forms, Near, NoValue, Scope, Synonymous

__all__ = ["advice", "explain", "heard", "missing_values", "unheard"]

_MOST_FORMS = 12
_QUOTED = re.compile(r'"[^"]*"')
_LOWER_OPERATOR = re.compile(r"(?<=\s)(and|or|not)(?=\s)")
_WRITES = {"and": "leave it out, or write AND", "or": "write OR for either", "not": "write NOT to leave out"}


def explain(tree: q.Query) -> str:
    """Say in words what a query tree matches."""
    if isinstance(tree, NoValue):
        return f'nothing (no {tree.field} is "{tree.asked}")'
    if isinstance(tree, Synonymous):
        asked, *others = map(_inner, tree.subqueries)
        return f"{asked[1:-1] if asked[0] == '(' else asked} [or what means the same: {', '.join(others)}]"
    if isinstance(tree, Forms):
        shown = [explain(part) for part in tree.subqueries[:_MOST_FORMS]]
        more = len(tree.subqueries) - len(shown)
        return f"({' | '.join(shown)}{f' | {more} more' if more else ''})"
    if isinstance(tree, Near):
        return f"{' near '.join(map(_inner, tree.subqueries))} (at most {tree.distance} {_words(tree.distance)} apart)"
    if isinstance(tree, q.Or):
        return " OR ".join(map(_inner, tree.subqueries)) or "nothing"
    if isinstance(tree, q.And):
        sought = [part for part in tree.subqueries if not (isinstance(part, q.Every) and len(tree.subqueries) > 1)]
        return " AND ".join(map(_inner, sought))
    if isinstance(tree, q.Not):
        return f"NOT {_inner(tree.query)}"
    if isinstance(tree, Scope):
        return f"{tree.side} says {_inner(tree.child)}"
    return _leaf(tree)


def _leaf(tree: q.Query) -> str:
    if isinstance(tree, q.Phrase):
        slop = f" (at most {tree.slop - 1} {_words(tree.slop - 1)} between)" if tree.slop > 1 else ""
        return f'"{" ".join(tree.words)}"{slop}'
    if isinstance(tree, q.Prefix):
        return f"{tree.text}*"
    if isinstance(tree, q.Wildcard):
        return str(tree.text)
    if isinstance(tree, q.FuzzyTerm):
        return f"{tree.text}~{tree.maxdist}"
    if isinstance(tree, q.TermRange):
        return f"{tree.fieldname} from {_end(tree.start, '0', 'the first')} to {_end(tree.end[:-1], '9', 'the last')}"
    if isinstance(tree, q.Term):
        return tree.text if tree.fieldname == "text" else f'{tree.fieldname}:"{tree.text}"'
    if isinstance(tree, q.Every):
        return f"any {tree.fieldname}" if tree.fieldname else "every turn"
    return "nothing"


def _end(value: str, opened: str, in_words: str) -> str:
    """Name an end of a range, which stands for itself or for an open one."""
    return in_words if value == opened else value


def _words(count: int) -> str:
    return "word" if count == 1 else "words"


def _inner(tree: q.Query) -> str:
    compound = isinstance(tree, q.And | q.Or) and not isinstance(tree, Forms | Near | Synonymous)
    return f"({explain(tree)})" if compound and len(tree.subqueries) > 1 else explain(tree)


def missing_values(tree: q.Query) -> Iterator[NoValue]:
    """Give the values of fields that nothing in the index fits."""
    if isinstance(tree, NoValue):
        yield tree
    else:
        for part in tree.children():
            yield from missing_values(part)


def heard(tree: q.Query) -> tuple[str, ...]:
    """Give the single words that are sought, in the order of the query, in the form that was asked for."""
    return tuple(dict.fromkeys(_single_words(tree)))


def _single_words(tree: q.Query) -> Iterator[str]:
    if isinstance(tree, Forms):
        yield from _single_words(tree.subqueries[0])
    elif isinstance(tree, q.Term):
        yield from (tree.text,) if tree.fieldname == "text" else ()
    elif not isinstance(tree, q.Not):
        for part in tree.children():
            yield from _single_words(part)


def unheard(tree: q.Query, occurs: Callable[[str], bool]) -> tuple[str, ...]:
    """Give the words that are sought and that no turn says, in the order of the query; excluded ones too, in vain as they are."""
    return tuple(dict.fromkeys(_unheard(tree, occurs)))


def _unheard(tree: q.Query, occurs: Callable[[str], bool]) -> Iterator[str]:
    if isinstance(tree, q.Term):
        said = (tree.text,) if tree.fieldname == "text" else ()
    elif isinstance(tree, q.Phrase):
        said = tuple(tree.words)
    elif isinstance(tree, Synonymous):  # of what means the same, too, and all else came from a table
        said = ()
        yield from _unheard(tree.subqueries[0], occurs)
    elif isinstance(tree, Forms):  # of forms one was asked for, and any of them will do
        forms = [form.text for form in tree.subqueries if form.fieldname == "text"]
        said = () if any(map(occurs, forms)) else tuple(forms[:1])
    else:
        said = ()
        for part in tree.children():
            yield from _unheard(part, occurs)
    yield from (word for word in said if not occurs(word))


def advice(text: str) -> tuple[str, ...]:
    """Say which words of a query text look like operators that were not meant as words."""
    found = dict.fromkeys(_LOWER_OPERATOR.findall(_QUOTED.sub("", text)))
    return tuple(f"{word} is searched for as a word; {_WRITES[word]}" for word in found)

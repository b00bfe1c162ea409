"""What may be asked? Random questions: each as text, as the tree it must become, and as what a plain scan finds for it.

The scan knows nothing of the index: it has the words of every turn as a list, and looks.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product
from random import Random

from rapidfuzz.distance import Levenshtein
from whoosh import query as q

from indexer.names import fold
from search.inflect import inflections
from search.tree import Forms, Near, NoValue

__all__ = ["Question", "Scan", "Turn", "make_question", "plain"]

_FIELDS = ("speaker", "role", "company", "period", "kind")
_SEPARATORS = (" ", " ", "  ", " AND ", "\t")


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn, as plain Python."""

    call: str
    number: int
    exchange: int
    words: tuple[str, ...]
    values: dict[str, str]


class Scan:
    """All turns, and where each word and value is, as plain lists."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self.turns = turns
        self.of_word: dict[str, list[int]] = defaultdict(list)
        self.of_value: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, turn in enumerate(turns):
            for word in set(turn.words):
                self.of_word[word].append(number)
            for field, value in turn.values.items():
                self.of_value[field, value].append(number)
        self.words = sorted(self.of_word)

    def occurs(self, word: str) -> bool:
        return word in self.of_word

    def saying(self, words: Iterable[str]) -> set[int]:
        return {number for word in words for number in self.of_word.get(word, ())}

    def values(self, field: str, asked: str) -> tuple[str, ...]:
        """Give the values that an asked one means: just so, else those that begin so (periods, dates), or hold the words."""
        known = sorted({value for name, value in self.of_value if name == field and value})
        exact = tuple(value for value in known if fold(value) == fold(asked))
        if exact:
            return exact
        if field in ("period", "date"):
            return tuple(value for value in known if fold(value).startswith(fold(asked)))
        return tuple(value for value in known if f" {_letters(asked)} " in f" {_letters(value)} ")

    def alike(self, word: str, edits: int) -> tuple[str, ...]:
        near = [known for known in self.words if known[0] == word[0] and Levenshtein.distance(known, word) <= edits]
        return tuple(sorted(near, key=lambda known: (-len(self.of_word[known]), known)))


def _letters(text: str) -> str:
    return " ".join("".join(char if char.isalnum() or char == "&" else " " for char in fold(text)).split())


class Question(ABC):
    """A part of a question."""

    @abstractmethod
    def text(self, random: Random) -> str:
        """Print it, in any of the ways that mean the same."""

    @abstractmethod
    def tree(self, scan: Scan) -> q.Query:
        """Give the tree that it must become."""

    @abstractmethod
    def turns(self, scan: Scan) -> set[int]:
        """Look in which turns it holds."""

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        """Look where in a turn it is said; nowhere if it is nothing that is said."""
        return set()


def _some_case(text: str, random: Random) -> str:
    return random.choice([text, text, text.upper(), text.capitalize()])


@dataclass(frozen=True)
class _Words(Question):
    """A word with its forms; as it is said; or any words by a pattern."""

    word: str
    kind: str  # "", "=", "prefix", "wild", "fuzzy"

    def text(self, random: Random) -> str:
        if self.kind == "fuzzy":
            return f"{self.word}~2"
        return _some_case(f"={self.word}" if self.kind == "=" else f"{self.word}*" if self.kind == "prefix" else self.word, random)

    def forms(self, scan: Scan) -> tuple[str, ...]:
        if self.kind == "prefix":
            return tuple(word for word in scan.words if word.startswith(self.word))
        if self.kind == "wild":
            return tuple(word for word in scan.words if fnmatchcase(word, self.word))
        if self.kind == "fuzzy":
            return scan.alike(self.word, 2) or (self.word,)
        return (self.word,) if self.kind == "=" else tuple(inflections(self.word, scan.occurs))

    def tree(self, scan: Scan) -> q.Query:
        if self.kind == "prefix":
            return q.Prefix("text", self.word, constantscore=False)
        if self.kind == "wild":
            return q.Wildcard("text", self.word, constantscore=False)
        terms = [q.Term("text", form) for form in self.forms(scan)]
        return terms[0] if len(terms) == 1 else Forms(terms)

    def turns(self, scan: Scan) -> set[int]:
        return scan.saying(self.forms(scan))

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        forms = set(self.forms(scan))
        return {place for place, word in enumerate(turn.words) if word in forms}


@dataclass(frozen=True)
class _Phrase(Question):
    words: tuple[str, ...]
    between: int | None

    def text(self, random: Random) -> str:
        first, last = random.choice([('"', '"'), ("“", "”"), ("«", "»")])
        number = "" if self.between is None else f"~{self.between}"
        return f"{first}{_some_case(' '.join(self.words), random)}{last}{number}"

    def tree(self, scan: Scan) -> q.Query:
        return q.Phrase("text", list(self.words), slop=(self.between or 0) + 1)

    def turns(self, scan: Scan) -> set[int]:
        having_all = set.intersection(*(scan.saying([word]) for word in self.words))
        return {number for number in having_all if self.places(scan, scan.turns[number])}

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        return {place for place in range(len(turn.words)) if self._follows(turn, place, 0)}

    def _follows(self, turn: Turn, place: int, step: int) -> bool:
        if turn.words[place] != self.words[step]:
            return False
        behind = range(place + 1, min(place + (self.between or 0) + 2, len(turn.words)))
        return step + 1 == len(self.words) or any(self._follows(turn, at, step + 1) for at in behind)


@dataclass(frozen=True)
class _Near(Question):
    parts: tuple[Question, ...]
    distance: int

    def text(self, random: Random) -> str:
        inside = " ".join(_bracketed(part, random) for part in self.parts)
        return f"{random.choice(['near', 'NEAR'])}({inside}, {self.distance})"

    def tree(self, scan: Scan) -> q.Query:
        return Near(list(dict.fromkeys(part.tree(scan) for part in self.parts)), self.distance)

    def turns(self, scan: Scan) -> set[int]:
        having_all = set.intersection(*(part.turns(scan) for part in self.parts))
        return {number for number in having_all if self.places(scan, scan.turns[number])}

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        first, *others = (sorted(part.places(scan, turn)) for part in self.parts)
        return {place for place in first if self._has_all_near(place, others)}

    def _has_all_near(self, place: int, others: list[list[int]]) -> bool:
        near = [[at for at in places if abs(at - place) <= self.distance] for places in others]
        return any(max(place, *each) - min(place, *each) <= self.distance for each in product(*near))


@dataclass(frozen=True)
class _Value(Question):
    field: str
    asked: str

    def text(self, random: Random) -> str:
        quoted = f'"{self.asked}"' if re.search(r"[^\w.]", self.asked) or random.random() < 0.3 else self.asked
        return f"{_some_case(self.field, random)}:{quoted}"

    def tree(self, scan: Scan) -> q.Query:
        terms = [q.Term(self.field, fold(value)) for value in scan.values(self.field, self.asked)]
        return terms[0] if len(terms) == 1 else Forms(terms) if terms else NoValue(self.field, self.asked)

    def turns(self, scan: Scan) -> set[int]:
        return {number for value in scan.values(self.field, self.asked) for number in scan.of_value[self.field, value]}


@dataclass(frozen=True)
class _Range(Question):
    field: str
    first: str
    last: str

    def text(self, random: Random) -> str:
        return f"{self.field}:{_some_case(f'{self.first}..{self.last}', random)}"

    def tree(self, scan: Scan) -> q.Query:
        return q.TermRange(self.field, fold(self.first) or "0", (fold(self.last) or "9") + "\uffff", constantscore=False)

    def turns(self, scan: Scan) -> set[int]:
        of_field = [
            (value, numbers) for (field, value), numbers in scan.of_value.items() if field == self.field and value >= (self.first or "0")
        ]
        fitting = [numbers for value, numbers in of_field if not self.last or value <= self.last or value.startswith(self.last)]
        return {number for numbers in fitting for number in numbers}


@dataclass(frozen=True)
class _Any(Question):
    parts: tuple[Question, ...]

    def text(self, random: Random) -> str:
        return " OR ".join(_bracketed(part, random) for part in self.parts)

    def tree(self, scan: Scan) -> q.Query:
        return q.Or(list(dict.fromkeys(part.tree(scan) for part in self.parts)))

    def turns(self, scan: Scan) -> set[int]:
        return set().union(*(part.turns(scan) for part in self.parts))

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        return set().union(*(part.places(scan, turn) for part in self.parts))


@dataclass(frozen=True)
class _All(Question):
    wanted: tuple[Question, ...]
    unwanted: tuple[Question, ...]

    def text(self, random: Random) -> str:
        parts = [_bracketed(part, random) for part in self.wanted] + [f"NOT {_bracketed(part, random)}" for part in self.unwanted]
        printed = parts[0]
        for part in parts[1:]:
            printed += random.choice(_SEPARATORS) + part
        return printed

    def tree(self, scan: Scan) -> q.Query:
        wanted = [part.tree(scan) for part in self.wanted]
        parts = [*(wanted or [q.Every()]), *(q.Not(part.tree(scan)) for part in self.unwanted)]
        return q.And(list(dict.fromkeys(parts)))

    def turns(self, scan: Scan) -> set[int]:
        kept = set.intersection(*(part.turns(scan) for part in self.wanted)) if self.wanted else set(range(len(scan.turns)))
        return kept.difference(*(part.turns(scan) for part in self.unwanted))

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        return set().union(*(part.places(scan, turn) for part in self.wanted))


def _bracketed(part: Question, random: Random) -> str:
    text = part.text(random)
    return f"({text})" if isinstance(part, _Any | _All) else text


def make_question(scan: Scan, random: Random, depth: int = 0) -> Question:
    """Make a question of the words and values of some turns; most find something."""
    if depth < 2 and random.random() < 0.6:
        parts = tuple(make_question(scan, random, depth + 1) for _ in range(random.randint(2, 3)))
        if random.random() < 0.5:
            return _Any(parts)
        wanted = random.randint(0 if len(parts) == 2 and random.random() < 0.2 else 1, len(parts))
        return _All(parts[:wanted], parts[wanted:])
    return random.choice([_word, _word, _word, _phrase, _phrase, _near, _value, _range])(scan, random)


def _said_word(scan: Scan, random: Random) -> str:
    """Draw a plain word, a rare one as likely as a frequent one is."""
    while True:
        word = random.choice(scan.words if random.random() < 0.5 else _turn(scan, random).words)
        if word.isalpha() and word.isascii() and word not in ("and", "or", "not"):
            return word


def _turn(scan: Scan, random: Random) -> Turn:
    while True:
        turn = random.choice(scan.turns)
        if any(word.isalpha() and word.isascii() and word not in ("and", "or", "not") for word in turn.words):
            return turn


def _word(scan: Scan, random: Random) -> _Words:
    word = _said_word(scan, random)
    kind = random.choice(["", "", "", "=", "prefix", "wild", "fuzzy"])
    if kind == "prefix" and len(word) > 2:
        return _Words(word[: random.randint(2, len(word) - 1)], kind)
    if kind == "wild" and len(word) > 4:
        place = random.randint(1, len(word) - 2)
        return _Words(word[:place] + random.choice("*?") + word[place + 1 :], kind)
    if kind == "fuzzy" and len(word) >= 4:
        return _Words(word, kind)
    return _Words(word, "=" if kind == "=" else "")


def _phrase(scan: Scan, random: Random) -> Question:
    turn = _turn(scan, random)
    place = random.randrange(len(turn.words))
    said = turn.words[place : place + random.randint(2, 4)]
    plain = all(re.fullmatch(r"[a-z]+|[a-z]+'[a-z]+", word) for word in said)
    if len(said) < 2 or not plain:
        return _word(scan, random)
    between = random.choice([None, None, 0, 1, 3])
    skipped = said[::2] if between and len(said) > 2 else said
    return _Phrase(skipped, between)


def _near(scan: Scan, random: Random) -> Question:
    turn = _turn(scan, random)
    plain = [word for word in turn.words if word.isalpha() and word.isascii() and word not in ("and", "or", "not")]
    if len(set(plain)) < 2:
        return _word(scan, random)
    parts: list[Question] = [_Words(word, random.choice(["", "="])) for word in random.sample(sorted(set(plain)), k=2)]
    if random.random() < 0.3:
        parts.append(_Any((_word(scan, random), _word(scan, random))))
    found = _Near(tuple(parts), random.choice([1, 2, 5, 20]))
    return found if len(found.tree(scan).subqueries) == len(parts) else _word(scan, random)


def _value(scan: Scan, random: Random) -> _Value:
    field = random.choice(_FIELDS)
    value = random.choice(scan.turns).values.get(field, "")
    if field == "speaker" and value and random.random() < 0.5:
        value = random.choice(value.split())
    return _Value(field, value) if re.search(r"\w", value) and '"' not in value else _Value("kind", "question")


def _range(scan: Scan, random: Random) -> _Range:
    field = random.choice(["date", "period"])
    ends = sorted(random.choice(scan.turns).values.get(field, "") for _ in range(2))
    cut = random.choice([4, 6 if field == "period" else 7, 10])
    first, last = (end[:cut] for end in ends)
    if random.random() < 0.2:
        first, last = random.choice([("", last), (first, "")])
    return _Range(field, first, last) if first or last else _Range(field, "2000", "")


def plain(tree: q.Query) -> q.Query:
    """Give a tree of plain classes, an And or Or of one part as that part: which of them walks best is not what a text means."""
    if isinstance(tree, NoValue):
        return tree
    if isinstance(tree, Near):
        return Near([plain(part) for part in tree.subqueries], tree.distance)
    if isinstance(tree, q.And | q.Or):
        parts = [plain(part) for part in tree.subqueries]
        return parts[0] if len(parts) == 1 else (q.And if isinstance(tree, q.And) else q.Or)(parts)
    return q.Not(plain(tree.query)) if isinstance(tree, q.Not) else tree

"""What may be asked? Random questions: each as text, as the tree it must become, and as what a plain scan finds for it.

The scan knows nothing of the index: it has the words of every turn as a list, and looks. It shares with the search what a word
is (`analysis`), how values are compared (`fold`) and which forms a word has (`inflect`); everything else is said here a second time.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from random import Random
from typing import TypeVar

from whoosh import query as q

from indexer.analysis import words
from indexer.names import fold
from indexer.schema import MANY_VALUED, VALUE_FIELDS
from search.inflect import inflections
from search.tree import Forms, Near, NoValue, Scope, Side

__all__ = ["Ask", "Pen", "Place", "Question", "Scan", "Turn", "make_ask", "make_question", "make_sided_question", "plain"]

_MOST_PATTERNS = 10  # that a query text may have
_SHORTEST_FUZZY = 4  # letters
_FOR_ALL_FUZZY = 5  # letters of the longest word of which `~` means one that is wrong
_CLOSED = ("role", "section", "kind")  # fields of which a part of a value means nothing
_OPERATORS = ("and", "or", "not")
_KEPT = 32  # parts of questions whose turns are remembered

Place = tuple[str, int]  # a call, and the number of a turn or of an exchange in it
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn, as plain Python; `exchange` is 0 outside of any, a value "" where there is none."""

    call: str
    number: int
    exchange: int
    words: tuple[str, ...]
    values: Mapping[str, str]


class Scan:
    """All turns, and in which of them each word and value is, as plain lists and sets."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self.turns = turns
        self.all = frozenset(range(len(turns)))
        self.of_word: dict[str, list[int]] = defaultdict(list)
        self.of_value: dict[str, dict[str, set[int]]] = {name: defaultdict(set) for name in VALUE_FIELDS}
        for number, turn in enumerate(turns):
            for word in set(turn.words):
                self.of_word[word].append(number)
            for name, value in turn.values.items():
                if value:
                    self.of_value[name][value].add(number)
        self.words = sorted(self.of_word)
        # Looked up again for each turn that is looked through; to find them is a look at all words.
        self.forms = cache(self._forms)
        self.found: Callable[[Question], set[int]] = lru_cache(_KEPT)(lambda question: question.look(self))
        self.alike = cache(self._alike)
        self.folded = cache(lambda name: [(value, fold(value)) for value in sorted(self.of_value[name])])

    def occurs(self, word: str) -> bool:
        """Say whether any turn has a word."""
        return word in self.of_word

    def saying(self, some: Iterable[str]) -> set[int]:
        """Give the turns that have any of some words."""
        return {number for word in some for number in self.of_word.get(word, ())}

    def values(self, name: str, asked: str) -> tuple[str, ...]:
        """Give the values that an asked one means: just so, else those that begin so (periods, dates), or hold its words."""
        wanted, known = fold(asked), self.folded(name)
        if name == "period":
            wanted = re.sub(r"^(?:q(\d) |(\d)q)(\d{4})$", r"\3q\1\2", wanted)
        if name in MANY_VALUED:
            return tuple(value for value, folded in known if wanted in folded.split())
        exact = tuple(value for value, folded in known if folded == wanted)
        if exact or name in _CLOSED:
            return exact
        if name in ("period", "date"):
            return tuple(value for value, folded in known if folded.startswith(wanted))
        return tuple(value for value, folded in known if f" {_letters(wanted)} " in f" {_letters(folded)} ")

    def exchanges_of(self, numbers: Iterable[int], side: Side | None) -> set[Place]:
        """Give the exchanges of turns that are on a side, on any if none is named; of some turns within nobody can tell the side."""
        inside = (self.turns[number] for number in numbers)
        kinds = (side,) if side else tuple(Side)
        return {(turn.call, turn.exchange) for turn in inside if turn.exchange and turn.values["kind"] in kinds}

    def _forms(self, kind: str, word: str) -> frozenset[str]:
        if kind == "prefix":
            return frozenset(known for known in self.words if known.startswith(word))
        if kind == "wild":
            return frozenset(known for known in self.words if fnmatchcase(known, word))
        if kind in _EDITS:
            return frozenset(self.alike(word, _edits(kind, word)) or (word,))
        return frozenset((word,) if kind == "=" else inflections(word, self.occurs))

    def _alike(self, word: str, most: int) -> tuple[str, ...]:
        """Give the words that differ in so many letters at most, but not in the first, the commonest first."""
        likely = (known for known in self.words if known[0] == word[0] and abs(len(known) - len(word)) <= most)
        near = [known for known in likely if _distance(known, word) <= most]
        return tuple(sorted(near, key=lambda known: (-len(self.of_word[known]), known)))


def _letters(folded: str) -> str:
    return " ".join("".join(char if char.isalnum() or char == "&" else " " for char in folded).split())


def _distance(one: str, other: str) -> int:
    """Count the letters to put in, to leave out or to replace, as Levenshtein did."""
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, its in enumerate(other, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (letter != its)))
        before = now
    return before[-1]


# printing


class Pen:
    """Prints what may be printed in several ways that mean the same: as chance will have it, or the plainest way."""

    def __init__(self, random: Random | None = None) -> None:
        self._random = random

    def perhaps(self, chance: float) -> bool:
        """Decide for what need not be."""
        return self._random is not None and self._random.random() < chance

    def one_of(self, plainest: _Item, *others: _Item) -> _Item:
        """Choose how to print something."""
        return self._random.choice([plainest, *others]) if self._random else plainest

    def shuffled(self, parts: Sequence[_Item]) -> list[_Item]:
        """Put parts in another order."""
        return self._random.sample(parts, len(parts)) if self._random else list(parts)

    def case(self, text: str) -> str:
        """Print in capitals or not, with any apostrophe. An operator's name in capitals would be one."""
        if not text.isascii():
            return text
        if "'" in text and self.perhaps(0.3):
            text = text.replace("'", "’")
        return text if text.lower() in _OPERATORS else self.one_of(text, text, text.upper(), text.capitalize())

    def quoted(self, text: str) -> str:
        first, last = self.one_of(('"', '"'), ("“", "”"), ("«", "»"), ("„", "“"))
        return f"{first}{text}{last}"

    def space(self) -> str:
        return self.one_of(" ", " ", "  ", "\t", "\n")

    def in_brackets(self, part: Question) -> str:
        """Print a part so that it stays one thing beside others."""
        text = part.text(self)
        if part.is_joint or self.perhaps(0.1):
            text = self.one_of(f"({text})", f"( {text} )", f"(({text}))", f"text:({text})" if not part.has_sides else f"({text})")
        return text


# questions


class Question(ABC):
    """A part of a question."""

    is_joint = False  # whether it needs brackets beside others

    @abstractmethod
    def text(self, pen: Pen) -> str:
        """Print it, in any of the ways that mean the same."""

    @abstractmethod
    def tree(self, scan: Scan) -> q.Query:
        """Give the tree that it must become."""

    @abstractmethod
    def look(self, scan: Scan) -> set[int]:
        """Look in which turns it holds."""

    def turns(self, scan: Scan) -> set[int]:
        """Give the turns in which it holds: those of `look`, which need not look twice."""
        return scan.found(self)

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        """Look where in a turn it is said; nowhere if it is nothing that is said."""
        return set()

    def exchanges(self, scan: Scan, side: Side | None = None) -> set[Place]:
        """Look in which exchanges it holds: for a leaf, those of which any turn on a side, or on the one that is named, has it."""
        return scan.exchanges_of(self.turns(scan), side)

    def parts(self) -> tuple[Question, ...]:
        """Give the questions that it is made of."""
        return ()

    def smaller(self) -> Iterator[Question]:
        """Give questions that are part of this one, or this one with less in it."""
        yield from self.parts()

    @property
    def is_sought(self) -> bool:
        """Whether it is anything that is said, so that it has mentions."""
        return any(part.is_sought for part in self.parts())

    @property
    def has_sides(self) -> bool:
        """Whether it names a side of an exchange."""
        return any(part.has_sides for part in self.parts())

    @property
    def patterns(self) -> int:
        """How many patterns it has; of those there is a limit."""
        return sum(part.patterns for part in self.parts())


_EDITS = ("~", "~1", "~2")


def _edits(kind: str, word: str) -> int:
    return int(kind[1:] or (1 if len(word) <= _FOR_ALL_FUZZY else 2))


@dataclass(frozen=True, slots=True)
class _Words(Question):
    """A word with its forms (kind ""), as it is said ("="), misspelt ("~", "~1", "~2"), or any words by a pattern ("prefix", "wild")."""

    word: str
    kind: str

    def text(self, pen: Pen) -> str:
        word = pen.case(self.word) + (self.kind if self.kind in _EDITS else "*" if self.kind == "prefix" else "")
        if self.kind:
            return f"={word}" if self.kind == "=" else word
        return pen.one_of(word, word, word, f"{word}!", f"…{word}", f"'{word}'" if "'" not in self.word and "’" not in word else word)

    def tree(self, scan: Scan) -> q.Query:
        if self.kind == "prefix":
            return q.Prefix("text", self.word, constantscore=False)
        if self.kind == "wild":
            return q.Wildcard("text", self.word, constantscore=False)
        if self.kind == "=":
            return q.Term("text", self.word)
        if not self.kind:
            return _any_term("text", inflections(self.word, scan.occurs))
        return _any_term("text", scan.alike(self.word, _edits(self.kind, self.word)) or (self.word,))

    def look(self, scan: Scan) -> set[int]:
        return scan.saying(scan.forms(self.kind, self.word))

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        forms = scan.forms(self.kind, self.word)
        return {place for place, word in enumerate(turn.words) if word in forms}

    is_sought = True

    @property
    def patterns(self) -> int:
        return int(self.kind in ("prefix", "wild", *_EDITS))


def _any_term(name: str, texts: Sequence[str]) -> q.Query:
    terms = [q.Term(name, text) for text in texts]
    return terms[0] if len(terms) == 1 else Forms(terms)


@dataclass(frozen=True, slots=True)
class _Phrase(Question):
    """Words that follow each other, or with some between; `joint` is what parts a word that is printed without quotes."""

    words: tuple[str, ...]
    between: int | None = None
    joint: str | None = None

    def text(self, pen: Pen) -> str:
        if self.joint is not None:
            word = pen.case(self.joint.join(self.words))
            return pen.one_of(word, word, f"={word}", pen.quoted(word))
        number = "" if self.between is None else f"~{self.between}"
        said = pen.one_of(" ", " ", "  ", ", ", " - ").join(self.words)
        return pen.quoted(pen.one_of(pen.case(said), f" {said}", f"({said})!")) + number

    def tree(self, scan: Scan) -> q.Query:
        return q.Phrase("text", list(self.words), slop=(self.between or 0) + 1)

    def look(self, scan: Scan) -> set[int]:
        having_all = set.intersection(*(scan.saying([word]) for word in self.words))
        return {number for number in having_all if self.places(scan, scan.turns[number])}

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        return {place for place, word in enumerate(turn.words) if word == self.words[0] and self._goes_on(turn, place, 1)}

    def _goes_on(self, turn: Turn, place: int, step: int) -> bool:
        behind = range(place + 1, min(place + (self.between or 0) + 2, len(turn.words)))
        return step == len(self.words) or any(turn.words[at] == self.words[step] and self._goes_on(turn, at, step + 1) for at in behind)

    def smaller(self) -> Iterator[Question]:
        if len(self.words) > 2:
            yield from (_Phrase(some, self.between) for some in (self.words[1:], self.words[:-1]))
        yield from (_Words(word, "=") for word in self.words if words(word) == [word])

    is_sought = True


@dataclass(frozen=True, slots=True)
class _Near(Question):
    """Words, phrases, and alternatives of these near each other."""

    near: tuple[Question, ...]
    distance: int

    def text(self, pen: Pen) -> str:
        inside = pen.space().join(self._inside(part, pen) for part in self.near)
        return f"{pen.one_of('near', 'NEAR', 'Near')}({inside},{pen.space()}{self.distance}{pen.one_of('', ' ')})"

    def _inside(self, part: Question, pen: Pen) -> str:
        if not isinstance(part, _Any):
            return pen.one_of(part.text(pen), part.text(pen), f"({part.text(pen)})")
        return f"({pen.one_of(' OR ', ' ').join(each.text(pen) for each in part.any)})"  # side by side they are alternatives here, too

    def tree(self, scan: Scan) -> q.Query:
        return Near(_distinct([part.tree(scan) for part in self.near]), self.distance)

    def look(self, scan: Scan) -> set[int]:
        having_all = set.intersection(*(part.turns(scan) for part in self.near))
        return {number for number in having_all if self.places(scan, scan.turns[number])}

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        first, *others = (part.places(scan, turn) for part in self.near)
        return {place for place in first if self._has_all_near(place, others)}

    def _has_all_near(self, place: int, others: Sequence[set[int]]) -> bool:
        """Look at each stretch of the turn that begins with one of them and has the place in it."""
        begins = (at for at in set().union({place}, *others) if place - self.distance <= at <= place)
        return any(all(any(begin <= at <= begin + self.distance for at in places) for places in others) for begin in begins)

    def parts(self) -> tuple[Question, ...]:
        return self.near

    def smaller(self) -> Iterator[Question]:
        yield from self.near
        if len(self.near) > 2:
            yield from (_Near(self.near[:at] + self.near[at + 1 :], self.distance) for at in range(len(self.near)))


@dataclass(frozen=True, slots=True)
class _Value(Question):
    field: str
    asked: str

    def text(self, pen: Pen) -> str:
        return f"{pen.case(self.field)}:{self.bare(pen)}"

    def bare(self, pen: Pen) -> str:
        asked = pen.case(self.asked)
        if self.field == "period" and re.fullmatch(r"\d{4}Q\d", self.asked) and pen.perhaps(0.3):
            return pen.quoted(pen.one_of(f"{self.asked[4:]} {self.asked[:4]}", f"{self.asked[5]}q{self.asked[:4]}"))
        is_word = re.fullmatch(r"[\w&-][\w&.-]*", asked) and ".." not in asked and asked.lower() not in _OPERATORS
        return pen.one_of(asked, pen.quoted(asked)) if is_word else pen.quoted(asked)

    def tree(self, scan: Scan) -> q.Query:
        values = scan.values(self.field, self.asked)
        return _any_term(self.field, [fold(value) for value in values]) if values else NoValue(self.field, self.asked)

    def look(self, scan: Scan) -> set[int]:
        return set().union(*(scan.of_value[self.field][value] for value in scan.values(self.field, self.asked)))


@dataclass(frozen=True, slots=True)
class _Range(Question):
    field: str
    first: str
    last: str

    def text(self, pen: Pen) -> str:
        return f"{pen.case(self.field)}:{pen.case(f'{self.first}..{self.last}')}"

    def tree(self, scan: Scan) -> q.Query:
        return q.TermRange(self.field, fold(self.first) or "0", (fold(self.last) or "9") + "\uffff", constantscore=False)

    def look(self, scan: Scan) -> set[int]:
        known = scan.of_value[self.field].items()
        begun = [(value, numbers) for value, numbers in known if value[: len(self.first)] >= self.first]
        return set().union(*(numbers for value, numbers in begun if not self.last or value[: len(self.last)] <= self.last))


@dataclass(frozen=True, slots=True)
class _Every(Question):
    """Every turn, or every turn that has a field."""

    field: str | None

    def text(self, pen: Pen) -> str:
        return f"{pen.case(self.field)}:*" if self.field else pen.one_of("*", "(*)", "text:*")

    def tree(self, scan: Scan) -> q.Query:
        return q.Every(self.field)

    def look(self, scan: Scan) -> set[int]:
        return set().union(*scan.of_value[self.field].values()) if self.field else set(scan.all)


@dataclass(frozen=True, slots=True)
class _Any(Question):
    any: tuple[Question, ...]

    is_joint = True

    def text(self, pen: Pen) -> str:
        # AND binds closer than OR.
        return " OR ".join(part.text(pen) if isinstance(part, _All) and pen.perhaps(0.5) else pen.in_brackets(part) for part in self.any)

    def tree(self, scan: Scan) -> q.Query:
        return q.Or(_distinct([part.tree(scan) for part in self.any]))

    def look(self, scan: Scan) -> set[int]:
        return set().union(*(part.turns(scan) for part in self.any))

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        return set().union(*(part.places(scan, turn) for part in self.any))

    def exchanges(self, scan: Scan, side: Side | None = None) -> set[Place]:
        return set().union(*(part.exchanges(scan, side) for part in self.any))

    def parts(self) -> tuple[Question, ...]:
        return self.any

    def smaller(self) -> Iterator[Question]:
        yield from self.any
        if len(self.any) > 2:
            yield from (_Any(self.any[:at] + self.any[at + 1 :]) for at in range(len(self.any)))
        yield from (_Any((*self.any[:at], less, *self.any[at + 1 :])) for at, part in enumerate(self.any) for less in part.smaller())


@dataclass(frozen=True, slots=True)
class _All(Question):
    wanted: tuple[Question, ...]
    unwanted: tuple[Question, ...] = ()

    is_joint = True

    def text(self, pen: Pen) -> str:
        wanted = [pen.in_brackets(part) for part in self.wanted]
        unwanted = [f"NOT {pen.in_brackets(part)}" for part in self.unwanted]
        # Which tells the order of the wanted ones, and of the unwanted ones; between them any will do.
        order = pen.shuffled([True] * len(wanted) + [False] * len(unwanted)) if wanted else [False] * len(unwanted)
        rest = {True: iter(wanted), False: iter(unwanted)}
        first, *others = (next(rest[is_wanted]) for is_wanted in order)
        return first + "".join(pen.one_of(pen.space(), " AND ") + part for part in others)

    def tree(self, scan: Scan) -> q.Query:
        wanted = [part.tree(scan) for part in self.wanted]
        sought = [part for part in wanted if part != q.Every()]
        return q.And(_distinct([*(sought or [q.Every()]), *(q.Not(part.tree(scan)) for part in self.unwanted)]))

    def look(self, scan: Scan) -> set[int]:
        kept = set(scan.all).intersection(*(part.turns(scan) for part in self.wanted))
        return kept.difference(*(part.turns(scan) for part in self.unwanted))

    def places(self, scan: Scan, turn: Turn) -> set[int]:
        return set().union(*(part.places(scan, turn) for part in self.wanted))

    def exchanges(self, scan: Scan, side: Side | None = None) -> set[Place]:
        kept = set.intersection(*(part.exchanges(scan, side) for part in self.wanted or (_Every(None),)))
        return kept.difference(*(part.exchanges(scan, side) for part in self.unwanted))

    def parts(self) -> tuple[Question, ...]:
        return (*self.wanted, *self.unwanted)

    @property
    def is_sought(self) -> bool:
        return any(part.is_sought for part in self.wanted)

    def smaller(self) -> Iterator[Question]:
        yield from self.parts()
        for at, part in enumerate(self.wanted):
            if len(self.wanted) + len(self.unwanted) > 1:
                yield _All(self.wanted[:at] + self.wanted[at + 1 :], self.unwanted)
            yield from (_All((*self.wanted[:at], less, *self.wanted[at + 1 :]), self.unwanted) for less in part.smaller())
        for at, part in enumerate(self.unwanted):
            if len(self.wanted) + len(self.unwanted) > 1:
                yield _All(self.wanted, self.unwanted[:at] + self.unwanted[at + 1 :])
            yield from (_All(self.wanted, (*self.unwanted[:at], less, *self.unwanted[at + 1 :])) for less in part.smaller())


@dataclass(frozen=True, slots=True)
class _OfField(Question):
    """A field's name before a bracket: any of some values, or one of which another is not there."""

    joint: _Any | _All

    def text(self, pen: Pen) -> str:
        name = next(part.field for part in self.joint.parts() if isinstance(part, _Value))
        bare = [part.bare(pen) for part in self.joint.parts() if isinstance(part, _Value)]
        return f"{pen.case(name)}:({(' OR ' if isinstance(self.joint, _Any) else ' NOT ').join(bare)})"

    def tree(self, scan: Scan) -> q.Query:
        return self.joint.tree(scan)

    def look(self, scan: Scan) -> set[int]:
        return self.joint.turns(scan)

    def exchanges(self, scan: Scan, side: Side | None = None) -> set[Place]:
        return self.joint.exchanges(scan, side)

    def parts(self) -> tuple[Question, ...]:
        return self.joint.parts()


@dataclass(frozen=True, slots=True)
class _Sided(Question):
    """What is sought on one side of an exchange."""

    side: Side
    sought: Question

    has_sides = True

    def text(self, pen: Pen) -> str:
        text = self.sought.text(pen)
        bare = isinstance(self.sought, _Words | _Phrase) and pen.perhaps(0.5)
        return f"{pen.case(self.side.value)}:{text if bare else f'({text})'}"

    def tree(self, scan: Scan) -> q.Query:
        return Scope(self.side, self.sought.tree(scan))

    def look(self, scan: Scan) -> set[int]:
        raise NotImplementedError("turns have no sides")

    def exchanges(self, scan: Scan, side: Side | None = None) -> set[Place]:
        return self.sought.exchanges(scan, self.side)

    def parts(self) -> tuple[Question, ...]:
        return (self.sought,)

    def smaller(self) -> Iterator[Question]:
        yield self.sought
        yield from (_Sided(self.side, less) for less in self.sought.smaller())


def plain(tree: q.Query) -> q.Query:
    """Give a tree of plain classes, an And or Or of one part as that part: which of them walks best is not what a text means."""
    if isinstance(tree, NoValue):
        return tree
    if isinstance(tree, Scope):
        return Scope(tree.side, plain(tree.child))
    if isinstance(tree, Near):
        return Near([plain(part) for part in tree.subqueries], tree.distance)
    if isinstance(tree, q.And | q.Or):
        parts = [plain(part) for part in tree.subqueries]
        return parts[0] if len(parts) == 1 else (q.And if isinstance(tree, q.And) else q.Or)(parts)
    return q.Not(plain(tree.query)) if isinstance(tree, q.Not) else tree


def _distinct(trees: Sequence[q.Query]) -> list[q.Query]:
    return list(dict.fromkeys(trees))


# making


def make_question(scan: Scan, random: Random, depth: int = 0) -> Question:
    """Make a question of the words and values of some turns; most find something."""
    while (made := _make(scan, random, depth)).patterns > _MOST_PATTERNS:
        continue
    return made


def make_sided_question(scan: Scan, random: Random) -> Question:
    """Make a question to exchanges: parts of it for one side, others for both."""
    while (made := _make_sided(scan, random)).patterns > _MOST_PATTERNS:
        continue
    return made


def _make(scan: Scan, random: Random, depth: int) -> Question:
    if depth < 2 and random.random() < 0.6:
        return _joined(random, [_make(scan, random, depth + 1) for _ in range(random.randint(2, 3))])
    return random.choice(_LEAVES)(scan, random)


def _make_sided(scan: Scan, random: Random) -> Question:
    sided = [_Sided(side, _make(scan, random, depth=1)) for side in random.sample(sorted(Side), random.choice([1, 2, 2]))]
    parts = [*sided, *(_make(scan, random, depth=2) for _ in range(random.choice([0, 0, 1])))]
    made = _joined(random, parts) if len(parts) > 1 else parts[0]
    return _joined(random, [made, _make_sided(scan, random)]) if random.random() < 0.15 else made


def _joined(random: Random, parts: Sequence[Question]) -> Question:
    if random.random() < 0.5:
        return _Any(tuple(parts))
    wanted = random.randint(0 if len(parts) == 2 and random.random() < 0.2 else 1, len(parts))
    return _All(tuple(parts[:wanted]), tuple(parts[wanted:]))


def _turn(scan: Scan, random: Random) -> Turn:
    while not (turn := random.choice(scan.turns)).words:
        continue
    return turn


def _said_word(scan: Scan, random: Random) -> str:
    """Draw a word, by chance from all words, where most are rare, or from what somebody says, where most are frequent."""
    while True:
        word = random.choice(scan.words if random.random() < 0.5 else _turn(scan, random).words)
        if _is_printed(word):
            return word


def _is_printed(*said: str) -> bool:
    """Whether words are these words again when they are printed, and not a transcriber's tag, for one."""
    text = " ".join(said)
    return all(words(printed) == list(said) for printed in (text, f"'{text}'", f"({text})!", ", ".join(said)))


def _word(scan: Scan, random: Random) -> Question:
    word, kind = _said_word(scan, random), random.choice(["", "", "", "=", "prefix", "wild", "~", "~1", "~2"])
    is_plain = word.isascii() and word.isalpha()
    if kind == "prefix" and is_plain and len(word) > 2:
        return _Words(word[: random.randint(2, len(word) - 1)], kind)
    if kind == "wild" and is_plain and len(word) > 4:
        return _wild(word, random)
    if kind in _EDITS and is_plain and len(word) >= _SHORTEST_FUZZY:
        return _Words(_misspelt(word, random) if random.random() < 0.5 else word, kind)
    return _Words(word, "=" if kind == "=" or not is_plain else "")


def _wild(word: str, random: Random) -> _Words:
    """Put * for some letters, or ? for one inside of the word, twice perhaps."""
    for sign in random.choices("*?", k=random.choice([1, 1, 2])):
        if sign == "?":
            at = random.randint(1, len(word) - 2)
            word = word[:at] + "?" + word[at + 1 :]
        else:
            first = random.randint(0, len(word) - 3)
            word = word[:first] + "*" + word[random.randint(first, min(first + 3, len(word) - 2)) :]
    is_possible = not re.search(r"\*\*|\?[*?]", word) and sum(map(str.isalpha, word)) >= 2 and word[-1].isalpha()
    return _Words(word, "wild") if is_possible else _Words(re.sub(r"[*?]", "", word) or "a", "=")


def _misspelt(word: str, random: Random) -> str:
    at = random.randint(1, len(word) - 1)
    return random.choice([word[:at] + "x" + word[at + 1 :], word[:at] + "e" + word[at:], word[:at] + word[at + 1 :] + "n"])


def _phrase(scan: Scan, random: Random) -> Question:
    turn = _turn(scan, random)
    place = random.randrange(len(turn.words))
    said = turn.words[place : place + random.randint(2, 4)]
    if len(said) < 2 or not _is_printed(*said):
        return _word(scan, random)
    if len(said) == 2 and random.random() < 0.2 and all(re.fullmatch("[a-z]+", word) for word in said):
        return _Phrase(said, joint=random.choice("-/,"))
    between = random.choice([None, None, 0, 1, 3, 20])
    skipped = said[::2]
    return _Phrase(skipped if between and len(skipped) > 1 and _is_printed(*skipped) else said, between)


def _near(scan: Scan, random: Random) -> Question:
    turn = _turn(scan, random)
    said = sorted(word for word in set(turn.words) if _is_printed(word))
    if len(said) < 2:
        return _word(scan, random)
    parts: list[Question] = [_Words(word, random.choice(["", "="])) for word in random.sample(said, k=2)]
    for _ in range(random.choice([0, 0, 1, 2])):
        leaf = random.choice([_word, _phrase])
        parts.append(_Any((leaf(scan, random), _word(scan, random))) if random.random() < 0.5 else leaf(scan, random))
    random.shuffle(parts)
    made = _Near(tuple(parts), random.choice([1, 2, 5, 20, 200]))
    return made if len(_distinct([plain(part.tree(scan)) for part in parts])) == len(parts) else _word(scan, random)


def _some_value(scan: Scan, random: Random, name: str) -> _Value | None:
    """Draw a value that somebody's turn has, or a part of it."""
    value = _turn(scan, random).values[name]
    if name in MANY_VALUED:
        value = random.choice(value.split() or [""])
    elif name in ("period", "date"):
        value = value[: random.choice([4, 6 if name == "period" else 7, 10])]
    elif name not in _CLOSED and random.random() < 0.5:
        pieces = value.split()
        first = random.randrange(len(pieces) or 1)
        value = " ".join(pieces[first : random.randint(first, len(pieces)) + 1])
    return _Value(name, value) if _letters(fold(value)) and not re.search(r'["“”„«»]', value) else None


def _value(scan: Scan, random: Random) -> Question:
    name = random.choice(VALUE_FIELDS)
    drawn = [value for _ in range(random.choice([1, 1, 1, 2])) if (value := _some_value(scan, random, name))]
    if len(drawn) > 1:
        return _OfField(_Any(tuple(drawn)) if random.random() < 0.5 else _All((drawn[0],), (drawn[1],)))
    return drawn[0] if drawn else _Every(random.choice([None, name]))


def _range(scan: Scan, random: Random) -> _Range:
    name = random.choice(["date", "period"])
    ends = sorted(_turn(scan, random).values[name] for _ in range(2))
    first, last = (end[: random.choice([4, 6 if name == "period" else 7, 10])] for end in ends)
    if random.random() < 0.2:
        first, last = random.choice([("", last), (first, "")])
    return _Range(name, first, last) if first or last else _Range(name, "2000", "")


_LEAVES: tuple[Callable[[Scan, Random], Question], ...] = (_word, _word, _word, _phrase, _phrase, _near, _value, _range)


# filters


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question with filters.

    Attributes:
        question: What is sought.
        filters: Field -> values of which any must fit, as `make_query` takes them.
        since, until: Days, both included.
    """

    question: Question
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: str | None = None
    until: str | None = None

    def passing(self, scan: Scan, *, but_for: str | None = None) -> set[int]:
        """Look which turns pass the filters, whatever they say; one filter may be left out."""
        passing = set(scan.all)
        for name, asked in self.filters.items():
            if name != but_for:
                passing &= set().union(*(scan.of_value[name][value] for each in asked for value in scan.values(name, each)))
        if (self.since or self.until) and but_for != "date":
            days = scan.of_value["date"].items()
            passing &= set().union(*(numbers for day, numbers in days if (self.since or day) <= day <= (self.until or day)))
        return passing

    def smaller(self) -> Iterator[Ask]:
        """Give asks with less in them."""
        if self.filters or self.since or self.until:
            yield Ask(question=self.question)
            yield Ask(question=self.question, filters=self.filters)
            yield Ask(question=self.question, since=self.since, until=self.until)
        for less in self.question.smaller():
            yield Ask(question=less, filters=self.filters, since=self.since, until=self.until)


_FILTERS = tuple(name for name in VALUE_FIELDS if name not in ("title", "date"))


def make_ask(scan: Scan, random: Random, question: Question, fields: Sequence[str] = _FILTERS) -> Ask:
    """Put filters to a question, to most of them none: of values and days that turns have."""
    if random.random() < 0.6:
        return Ask(question=question)
    filters: dict[str, tuple[str, ...]] = {}
    names = [name for name in fields if name in _FILTERS]
    for name in random.sample(names, random.choice([0, 1, 1, 2])):
        drawn = [value.asked for _ in range(random.randint(1, 4)) if (value := _some_value(scan, random, name))]
        filters.update({name: tuple(drawn)} if drawn else {})
    since, until = sorted(_turn(scan, random).values["date"] for _ in range(2))
    chosen = random.choice([(None, None), (None, None), (since, until), (since, None), (None, until)])
    return Ask(question=question, filters=filters, since=chosen[0] or None, until=chosen[1] or None)

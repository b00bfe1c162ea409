"""Which part of a turn shows why it matched?"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from whoosh import query as q

from indexer.analysis import blank_tags, spans
from search.budget import spend, spending
from search.patterns import fits
from search.results import Snippet
from search.tree import Forms, Scope, Synonymous

__all__ = ["Cue", "cues_of", "make_snippet"]

MAX_SNIPPET_CHARS = 240
_LEAD_CHARS = 60  # shown before the first match, so that it is read in its sentence
_LONGEST_REMEMBERED = 64  # characters between two spaces
_SHORT_CUT = 20  # characters; fewer are not worth cutting off

# Consecutive words to be marked, of which the last may be a prefix ("tarif*"); or a pattern of one word ("wom?n", "tarif~").
Cue: TypeAlias = tuple[tuple[str, ...], bool] | q.Query


def cues_of(tree: q.Query) -> tuple[frozenset[Cue], ...]:
    """Give what a query looks for in the text, a set of alternatives for each thing sought; excluded words are none."""
    return tuple(frozenset(cues) for cues in _sought(tree) if cues)


def _sought(tree: q.Query) -> Iterator[set[Cue]]:
    if isinstance(tree, Forms | Synonymous):
        yield {cue for part in tree.subqueries for cues in _sought(part) for cue in cues}
    elif isinstance(tree, Scope):
        yield from _sought(tree.child)
    elif isinstance(tree, q.Phrase) and tree.slop > 1:
        yield from (_cue_of(word) for word in tree.words)
    elif isinstance(tree, q.And | q.Or):
        for part in tree.subqueries:
            yield from _sought(part)
    else:
        yield set(_leaf(tree))


def _cue_of(word: str) -> set[Cue]:
    return {((word,), False)}


def _leaf(tree: q.Query) -> Iterator[Cue]:
    if isinstance(tree, q.Term) and tree.fieldname == "text":
        yield (tree.text,), False
    elif isinstance(tree, q.Phrase):
        yield tuple(tree.words), False
    elif isinstance(tree, q.Prefix):
        yield (tree.text,), True
    elif isinstance(tree, q.Wildcard | q.FuzzyTerm):
        yield tree


def make_snippet(text: str, sought: tuple[frozenset[Cue], ...], max_snippet_chars: int = MAX_SNIPPET_CHARS) -> Snippet:
    """Cut from a turn's text the window that shows most of what was sought.

    Where two windows show as many different things, the one with more matches wins, then the earlier one. Without a
    match the beginning is shown.
    """
    found = _matches(text, sought)
    width = max_snippet_chars - 2  # for the ellipses
    lead = min(_LEAD_CHARS, width // 4)
    first, last = _best_window(found, width - 2 * lead)
    start, end = _window(text, found[first][0] if found else 0, found[last][1] if found else 0, width, lead)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    # A paragraph's end is one character as a space is, so places stay what they are.
    shown = before + text[start:end].replace("\n", " ") + after
    shift = len(before) - start
    return Snippet(shown, tuple((at + shift, to + shift) for at, to, _ in found if start <= at and to <= end))


Match = tuple[int, int, int]  # start, end, which of the things sought

# Letters with accents, among others, which words have in a text and not in the index. What else stands in most texts beyond
# ASCII is punctuation. Numbers lose their commas, too.
_FOLDED = re.compile(r"[^\x00-\x7f’‘“”–—…•®™€£]")
_NUMBER = re.compile(r"\d")


def _matches(text: str, sought: tuple[frozenset[Cue], ...]) -> list[Match]:
    """Every match as (start, end, which of `sought`), in order, without overlap; the longer one wins.

    A turn may have thousands of words, of which few can begin a match: only these are looked at by the analyzer.
    """
    cues = _cues(sought)
    spaced = blank_tags(text).replace("\n", " ")
    found: list[Match] = []
    looked_at = place = 0
    tokens = _Tokens(spaced, 0)
    for begins, ends in spending(cues.candidates(spaced)):
        if begins < looked_at:
            continue
        if begins >= tokens.drawn_to:
            tokens, place = _Tokens(spaced, spaced.rfind(" ", 0, begins) + 1), 0
        while (token := tokens.at(place)) and token[1] < ends:
            match = cues.match(tokens, place)
            if match and (not found or match[0] >= found[-1][1]):
                found.append(match)
            looked_at = token[2]
            place += 1
            spend()
        looked_at = max(looked_at, ends)
    return found


class _Tokens:
    """Words with their places, drawn as far as they are asked for.

    Attributes:
        drawn_to: Where the text begins that no word was drawn from.
    """

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self.drawn_to = start
        self._drawn: list[tuple[str, int, int]] = []

    def at(self, place: int) -> tuple[str, int, int] | None:
        while len(self._drawn) <= place:
            start = self.drawn_to
            if start >= len(self._text):
                return None
            end = self._text.find(" ", start) % (len(self._text) + 1)  # where no space follows, the text's end
            chunk = self._text[start:end]
            found = _remembered_spans(chunk) if len(chunk) <= _LONGEST_REMEMBERED else spans(chunk)
            self._drawn += [(word, start + begins, start + ends) for word, begins, ends in found]
            self.drawn_to = end + 1
        return self._drawn[place]


@lru_cache(maxsize=65_536)
def _remembered_spans(chunk: str) -> tuple[tuple[str, int, int], ...]:
    """Give the words of what stands between two spaces, with their places: the analyzer looks once at what is said often."""
    return tuple(spans(chunk))


class _Cues:
    """All that is sought, by the word that it begins with."""

    def __init__(self, sought: tuple[frozenset[Cue], ...]) -> None:
        self._at_word: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        self._prefixes: list[tuple[str, int]] = []
        self._wild: list[tuple[q.Query, int]] = []
        for number, cues in enumerate(sought):
            for cue in cues:
                if isinstance(cue, q.Query):
                    self._wild.append((cue, number))
                elif cue[1]:
                    self._prefixes.append((cue[0][0], number))
                else:
                    self._at_word.setdefault(cue[0][0], []).append((cue[0], number))
        plain = [cue for cues in sought for cue in cues if isinstance(cue, tuple)]
        self._is_plain = not self._wild and all(word.isascii() and not _NUMBER.search(word) for words, _ in plain for word in words)
        self._patterns = [_pattern(*cue) for cue in plain] if self._is_plain else []

    def candidates(self, text: str) -> Iterable[tuple[int, int]]:
        """Give the places that any match begins at, and perhaps others, as (start, end), ascending."""
        if not self._is_plain or (not text.isascii() and _FOLDED.search(text)):
            return ((0, len(text)),)
        lowered = text.lower().replace("’", "'")  # of the same length, since it has no letters beyond ASCII
        return sorted(match.span() for pattern in self._patterns for match in pattern.finditer(lowered))

    def match(self, tokens: _Tokens, place: int) -> Match | None:
        """Give the longest match that begins at a word."""
        token = tokens.at(place)
        if token is None:
            return None
        word, start, end = token
        ends = [(last, number) for words, number in self._at_word.get(word, ()) if (last := _end_of(words, tokens, place))]
        if not ends:
            ends = [(end, number) for prefix, number in self._prefixes[::-1] if word.startswith(prefix)]
            ends += [(end, number) for pattern, number in self._wild if fits(pattern, word)]
        return (start, *max(ends, key=lambda each: each[0])) if ends else None


@lru_cache(maxsize=64)
def _cues(sought: tuple[frozenset[Cue], ...]) -> _Cues:
    return _Cues(sought)


def _pattern(words: tuple[str, ...], is_prefix: bool) -> re.Pattern[str]:
    """Make a pattern of a cue's first word, where no letters beside it make it another, with a look at the second.

    The word's letters come first: for these the text is searched fastest.
    """
    is_word = words[0].isalnum()
    before = rf"(?<![a-z]{re.escape(words[0])})" if is_word else ""
    follows = "" if is_prefix or not is_word else "(?![a-z])"
    if len(words) > 1:
        follows = rf"(?=[^a-z0-9]*{re.escape(words[1])})"
    return re.compile(re.escape(words[0]) + before + follows)


def _end_of(words: tuple[str, ...], tokens: _Tokens, place: int) -> int | None:
    """Say where words that follow each other from a place on end; None if others stand there."""
    token = None
    for step, word in enumerate(words):
        token = tokens.at(place + step)
        if token is None or token[0] != word:
            return None
    return token and token[2]


def _best_window(found: list[tuple[int, int, int]], width: int) -> tuple[int, int]:
    """First and last match of the best run of matches that fits the width."""
    best, best_worth = (0, 0), (0, 0)
    starts = [start for start, _, _ in found]
    for first, (start, _, _) in spending(enumerate(found)):
        last = max(first, bisect_left(starts, start + width) - 1)
        while last > first and found[last][1] - start > width:
            last -= 1
        run = found[first : last + 1]
        worth = (len({which for _, _, which in run}), len(run))
        if worth > best_worth:
            best, best_worth = (first, last), worth
        if last == len(found) - 1:  # what begins later has less; a window of the whole text has all at once
            break
    return best


def _window(text: str, start: int, end: int, width: int, lead: int) -> tuple[int, int]:
    """Widen [start, end) to the width, a bit before and the rest behind, and snap to words."""
    begin = start - lead
    if begin <= min(_SHORT_CUT, lead):
        begin = 0
    stop = min(len(text), max(begin + width, end))
    begin = max(0, min(begin, stop - width))
    if begin:
        begin = _after_space(text, begin, start)
    if stop < len(text):
        stop = _before_space(text, stop, end)
    return begin, stop


def _after_space(text: str, place: int, limit: int) -> int:
    spaces = (at + 1 for at in (text.find(" ", place - 1, limit), text.find("\n", place - 1, limit)) if at >= 0)
    return min(spaces, default=limit)


def _before_space(text: str, place: int, limit: int) -> int:
    return max(text.rfind(" ", limit, place + 1), text.rfind("\n", limit, place + 1), limit)

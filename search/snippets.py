"""Which part of a turn shows why it matched?"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from whoosh import query as q

from indexer.analysis import spans
from search.parse import Forms
from search.results import Snippet

__all__ = ["Cue", "cues_of", "make_snippet"]

MAX_SNIPPET_CHARS = 240
_LEAD_CHARS = 60  # shown before the first match, so that it is read in its sentence
_SHORT_CUT = 20  # characters; fewer are not worth cutting off

# Consecutive words to be marked; the last may be a prefix ("tarif*").
Cue = tuple[tuple[str, ...], bool]


def cues_of(tree: q.Query) -> tuple[frozenset[Cue], ...]:
    """Give what a query looks for in the text, a set of alternatives for each thing sought; excluded words are none."""
    return tuple(frozenset(cues) for cues in _sought(tree) if cues)


def _sought(tree: q.Query) -> Iterator[set[Cue]]:
    if isinstance(tree, Forms):
        yield {cue for part in tree.subqueries for cue in _leaf(part)}
    elif isinstance(tree, q.And | q.Or):
        for part in tree.subqueries:
            yield from _sought(part)
    else:
        yield set(_leaf(tree))


def _leaf(tree: q.Query) -> Iterator[Cue]:
    if isinstance(tree, q.Term) and tree.fieldname == "text":
        yield (tree.text,), False
    elif isinstance(tree, q.Phrase):
        yield tuple(tree.words), False
    elif isinstance(tree, q.Prefix):
        yield (tree.text,), True


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


def _matches(text: str, sought: tuple[frozenset[Cue], ...]) -> list[tuple[int, int, int]]:
    """Every match as (start, end, which of `sought`), in order, without overlap; the longer one wins."""
    tokens = list(spans(text))
    at_word: dict[str, list[tuple[tuple[str, ...], bool, int]]] = {}
    prefixes: list[tuple[str, int]] = []
    for number, cues in enumerate(sought):
        for cue, is_prefix in cues:
            if is_prefix:
                prefixes.append((cue[0], number))
            else:
                at_word.setdefault(cue[0], []).append((cue, is_prefix, number))
    found: list[tuple[int, int, int]] = []
    for place, (word, start, end) in enumerate(tokens):
        best = -1
        for cue, _, number in at_word.get(word, ()):
            last = place + len(cue) - 1
            if last < len(tokens) and all(tokens[place + step][0] == cue[step] for step in range(1, len(cue))) and tokens[last][2] > best:
                best, which = tokens[last][2], number
        for prefix, number in prefixes:
            if best < 0 and word.startswith(prefix):
                best, which = end, number
        if best > 0 and (not found or start >= found[-1][1]):
            found.append((start, best, which))
    return found


def _best_window(found: list[tuple[int, int, int]], width: int) -> tuple[int, int]:
    """First and last match of the best run of matches that fits the width."""
    best, best_worth = (0, 0), (0, 0)
    starts = [start for start, _, _ in found]
    for first, (start, _, _) in enumerate(found):
        last = max(first, bisect_left(starts, start + width) - 1)
        while last > first and found[last][1] - start > width:
            last -= 1
        run = found[first : last + 1]
        worth = (len({which for _, _, which in run}), len(run))
        if worth > best_worth:
            best, best_worth = (first, last), worth
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

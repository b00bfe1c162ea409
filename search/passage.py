"""Which turns of a call are read, and where do they say what was sought?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from whoosh.query import FuzzyTerm

from indexer.analysis import words
from indexer.errors import EarfulError, UnknownCall
from indexer.model import Kind, Turn
from indexer.schema import PARAGRAPH_BREAK
from search.parse import Lexicon, parse
from search.patterns import fits
from search.query import make_query
from search.results import Call
from search.snippets import cues_of, make_snippet
from search.synonyms import Phrase

__all__ = ["Marks", "choose_turns", "find_marks"]

# Number of a turn -> start and end of each match in its paragraphs, joined by PARAGRAPH_BREAK; in order, without overlap.
Marks = Mapping[int, tuple[tuple[int, int], ...]]


def choose_turns(call: Call, turn: int | None = None, around: int | None = None) -> tuple[Turn, ...]:
    """Choose the turns of a call to read, in the order said.

    Args:
        call: The call.
        turn: The number of the turn that it is about; None: the whole call.
        around: How many turns before and after it; None: the questions of its exchange that come before it, and the turn after.

    Raises:
        UnknownCall: the call has no such turn.
    """
    if turn is None:
        return call.turns
    numbers = [each.number for each in call.turns]
    if turn not in numbers:
        raise UnknownCall(f"{call.call} has no turn {turn}", hint=f"it has {len(numbers)}")
    place = numbers.index(turn)
    if around is not None:
        return call.turns[max(place - around, 0) : place + around + 1]
    exchange = call.turns[place].exchange
    asked = (each for each in call.turns[:place] if (each.exchange, each.kind) == (exchange, Kind.QUESTION))
    return (*asked, *call.turns[place : place + 2])


def find_marks(turns: Iterable[Turn], query: str, synonyms: bool | str | os.PathLike[str] = False) -> Marks:
    """Find in turns what a query seeks.

    It takes no index: words that these turns do not say need no mark, and so what they say is all there is to know.

    Args:
        turns: Of one call.
        query: In the query language. One that is no query, takes too long, or whose table of synonyms is gone, marks nothing.
        synonyms: As `make_query` has it.
    """
    texts = {turn.number: PARAGRAPH_BREAK.join(turn.paragraphs) for turn in turns}
    said = {word for text in texts.values() for word in words(text)}
    try:
        asked = make_query(query, synonyms=synonyms)
        tree = parse(asked.text, _lexicon(said, asked.synonyms.of if asked.synonyms else None), has_sides=True)
        cues = cues_of(tree)
        # A snippet as long as the text is the text, with its matches where they are.
        return {number: make_snippet(text, cues, len(text) + 2).matches for number, text in texts.items()}
    except EarfulError:
        return {}


def _lexicon(said: set[str], synonyms: Callable[[Phrase], tuple[Phrase, ...]] | None) -> Lexicon:
    def alike(word: str, edits: int) -> tuple[str, ...]:
        pattern = FuzzyTerm("text", word, maxdist=edits, prefixlength=1)
        return tuple(found for found in sorted(said) if fits(pattern, found))

    return Lexicon(said.__contains__, lambda *_: (), alike, synonyms)

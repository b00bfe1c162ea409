"""Which words tell that an answer was put off? An open list of lexical cues, never a judgement of a person."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from indexer.analysis import words
from indexer.errors import InvalidTable
from search.synonyms import Phrase, entries

__all__ = ["load_deferrals"]

_SHIPPED = Path(__file__).with_name("deferrals.txt")
_MOST_SHOWN = 60  # characters of a line that an error repeats


def load_deferrals(file: str | os.PathLike[str] | None = None) -> tuple[Phrase, ...]:
    """Load the phrases that ship, with those of a user's own file.

    Args:
        file: One phrase a line, as it is said; empty lines and lines that begin with `#` say nothing.
    Returns:
        Each phrase once, as the analyzer's words: those of most words first, so that of two that begin alike the longer one
        is found; else in the order of the files.

    Raises:
        InvalidTable: the file cannot be read, or a line of it is no phrase.
    """
    own = () if file is None else _read(file)
    return tuple(sorted(dict.fromkeys([*_shipped(), *own]), key=len, reverse=True))


@cache
def _shipped() -> tuple[Phrase, ...]:
    return _read(_SHIPPED)


def _read(file: str | os.PathLike[str]) -> tuple[Phrase, ...]:
    return tuple(_phrase(place, text) for place, text in entries(file))


def _phrase(place: str, text: str) -> Phrase:
    phrase = tuple(words(text))
    # A bar parts the members of a line in the other tables: the analyzer would pass over it and make one long phrase.
    if not phrase or "|" in text:
        raise InvalidTable(f"{place}: {text[:_MOST_SHOWN]!r} is no phrase", hint="write one phrase a line: too early to say")
    return phrase

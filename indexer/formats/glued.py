"""Where was a line break lost? Text in which paragraphs are glued together in, paragraphs out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

__all__ = ["part_paragraphs"]

# What may end a paragraph, right before what may begin one; `_ends` and `_begins` look closer at the few that are found.
_GLUE = re.compile(r"[.?!…\])”\"](?=[A-Z\[(])")
_BEGINS = re.compile(r"[A-Z](?:[a-z]|['’ ])|[\[(][A-Z]")
_ENDS = re.compile(r"(?:[a-z\d%)\]”\"’]|[A-Z&][A-Z])[.?!…]$|[.?!][\")”\]]$|[a-z]\]$|\bU\.[SK]\.$")
_LONGEST_END = 5


def part_paragraphs(text: str) -> list[str]:
    """Part text where paragraphs are glued, so that their words do not stick together; the characters stay as they are.

    A paragraph ended where a sentence's end, or a tag, stands right before a capital: "analysts.Please note", "in
    Q&A.Our", "[Operator Instructions]Our first". The dots of "J.P.Morgan" end nothing.
    """
    cuts = list(_cuts(text))
    return [text[start:end] for start, end in pairwise([0, *cuts, len(text)])] if cuts else [text]


def _cuts(text: str) -> Iterator[int]:
    for found in _GLUE.finditer(text):
        at = found.end()
        if _BEGINS.match(text, at) and _ENDS.search(text[max(0, at - _LONGEST_END) : at]):
            yield at

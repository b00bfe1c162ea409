"""Seeking Alpha transcripts of which only the body was kept: no title, often rosters, sometimes not even these."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from indexer.clean import clean_lines
from indexer.formats.draft import head_lines
from indexer.formats.seeking_alpha_text import is_roster_heading, parse, split
from indexer.names import LONGEST_NAME_LINE, is_name, is_operator

__all__ = ["NAME", "evidence", "parse", "split"]

NAME = "seeking-alpha-bare"

_QA = re.compile(r"question-and-answer session", re.IGNORECASE)
_FEWEST_RECURRING = 3  # names that stand on lines of their own more than once


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    lines = head_lines(text)
    if not lines:
        return ""
    first = lines[0]
    if is_roster_heading(first) and not first.isupper() and " - " in (second := lines[1] if len(lines) > 1 else "").replace("–", "-"):
        return f"a roster headed '{first}' that begins with '{second[:40]}', without a title above it"
    if is_operator(first) or is_name(first):
        lines = tuple(clean_lines(text))
        recurring = _recurring_names(lines)
        if len(recurring) >= _FEWEST_RECURRING and any(_QA.search(line) for line in lines):
            return f"no title or roster; {len(recurring)} names on lines of their own, again and again, and a question-and-answer heading"
    return ""


def _recurring_names(lines: Iterable[str]) -> list[str]:
    short = Counter(line for line in lines if 3 <= len(line) <= LONGEST_NAME_LINE)
    return [line for line, times in short.items() if times > 1 and (is_operator(line) or is_name(line))]

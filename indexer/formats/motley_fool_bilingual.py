"""Motley Fool's calls since 2025 with a machine translation between the lines: `[EN]`, `[中]`, and the English once more.

What is left of it is the layout with `Name:speech` lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.clean import clean
from indexer.formats import motley_fool_colon
from indexer.formats.draft import Draft, head_lines
from indexer.formats.draft import one_call as split

__all__ = ["NAME", "evidence", "parse", "split"]

NAME = "motley-fool-bilingual"

_ENGLISH = re.compile(r"(?:\[\s{0,4}\d{1,5}\] ?)?\[EN\] ?(?P<words>.*)", re.IGNORECASE | re.DOTALL)
_TRANSLATED = re.compile(r"\[(?:中|ZH|CN)\]", re.IGNORECASE)
# Short lines are set as headings, participants and dates: "━━ Call participants ━━", "👤 Chief Executive Officer — Jane Roe".
_ORNAMENT = re.compile(r"(?:[━─]{2,}|[👤📅🎤💬📌]) ?(?P<words>.*?) ?[━─]*", re.DOTALL)
_RULER = re.compile(r"[=━─]{10,}")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]")

_FEWEST_PAIRS = 3


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    lines = head_lines(text)
    english = sum(1 for line in lines if _ENGLISH.match(line))
    translated = sum(1 for line in lines if _TRANSLATED.match(line))
    return f"{english} [EN] and {translated} [中] lines" if min(english, translated) >= _FEWEST_PAIRS else ""


def parse(text: str) -> Draft:
    """Parse a text of this layout."""
    return motley_fool_colon.parse_lines(list(_english(text)))


def _english(text: str) -> Iterator[str]:
    """Give the English lines, each once.

    The English stands behind `[EN]`, on one line in all of the files; behind its translation it stands once more, with
    or without `原文：` (original text) before it, in two of three files.
    """
    spoken: list[str] = []
    is_open = marked = False
    for line in filter(None, map(clean, text.split("\n"))):
        english, ornament = _ENGLISH.fullmatch(line), _ORNAMENT.fullmatch(line)
        if is_open and not (english or ornament or _TRANSLATED.match(line)):
            spoken.append(line)  # the English goes on until its translation begins
            continue
        if spoken:
            yield " ".join(spoken)
        spoken, is_open = ([english["words"]] if english and english["words"] else []), bool(english)
        marked = marked or is_open
        if ornament and not _RULER.fullmatch(line):
            marked = True
            if not _HAN.search(line):
                yield ornament["words"]
        elif not marked:
            yield line  # the collector's block
    if spoken:
        yield " ".join(spoken)

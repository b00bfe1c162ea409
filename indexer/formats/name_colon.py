"""Transcripts of nothing but `Name: text`: one turn a line, no title, no roster.

The layout has the weakest marks of all. What tells a call from a chat log or a glossary is that nearly every line has
the form, that several people come back, and that they speak at length.
"""

from __future__ import annotations

import re
from collections import Counter

from indexer.formats.colon_headers import find_colon_headers, form_of
from indexer.formats.draft import Draft, RosterEntry, assemble_turns, text_blocks
from indexer.formats.draft import one_call as split

__all__ = ["NAME", "evidence", "parse", "split"]

NAME = "name-colon-text"

_TITLE_LINES = 3  # a collector may have put some above the speech
_FEWEST_LINES = 6
_FEWEST_RETURNING = 2  # speakers of more than one line, the operator not counted
_FEWEST_SPEAKERS = 3
_FEWEST_WORDS = 12  # a turn on average; 91 to 113 in the three calls counted, and about 8 in chats
_SHARE_OF_LINES = 0.6  # some lines may go on with what the line above says
_NEARLY_ALL = 0.9
_IS_A_CALL = re.compile(r"\b(?:earnings|conference call|quarter|fiscal|shareholders|investor relations)\b", re.IGNORECASE)


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does.

    All of the text is looked at: one turn has up to 13,000 characters.
    """
    lines = [block.text for block in text_blocks(text)]
    forms = [form for line in lines if (form := form_of(line))]
    if len(forms) < max(_FEWEST_LINES, _SHARE_OF_LINES * len(lines)) or not any(
        form_of(line.lstrip()) for line in lines[: _TITLE_LINES + 1]
    ):
        return ""
    times = Counter(name for name, _ in forms)
    returning = [name for name, number in times.items() if number > 1 and " " in name]
    words = sum(said.count(" ") + 1 for _, said in forms)
    if len(times) < _FEWEST_SPEAKERS or len(returning) < _FEWEST_RETURNING or words < _FEWEST_WORDS * len(forms):
        return ""
    if not _IS_A_CALL.search(text):
        return ""
    return f"{len(forms)} of {len(lines)} lines are 'Name: text', of {len(times)} speakers"


def parse(text: str) -> Draft:
    """Parse a text of this layout."""
    lines = [block.text for block in text_blocks(text)]
    every_line = sum(form_of(line) is not None for line in lines) >= _NEARLY_ALL * len(lines)
    marked: list[tuple[RosterEntry | None, str]] = []
    for line, header in zip(lines, find_colon_headers(lines, every_line=every_line), strict=True):
        if header is None:
            marked.append((None, line))
        else:
            marked.append((header.speaker, line))
            if header.text:
                marked.append((None, header.text))
    turns, loose = assemble_turns(marked)
    return Draft(title=loose, roster=(), turns=turns, qa_start=None)

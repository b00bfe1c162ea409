"""How is text of unknown origin shown on a terminal? With nothing in it that the terminal would obey."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["printable"]

# Controls (Cc: escape sequences begin with one), formats but the joiners that spelling needs (Cf: they turn the direction of
# what follows, or hide), what ends a line where none should end, and halves of characters (Cs), which no UTF-8 has.
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
_NO_CHARACTERS = "\ufffe\uffff"  # which XML, and so SVG, must not hold
_SUSPECT = re.compile("[^ -~]")  # of a long text few characters are, and only these are looked at


def printable(text: str, kept: str = "", instead: str | None = None) -> str:
    """Write characters that a terminal obeys as escapes, as Python does: `\\x1b`.

    Args:
        text: Of any origin: a file's name, a query, what somebody said.
        kept: Characters that stay, as line ends and tabs where they are ours.
        instead: What to write for each of them in place of its escape; "" leaves them out.
    """
    if text.isprintable():
        return text
    stays = _JOINERS + kept

    def shown(match: re.Match[str]) -> str:
        char = match[0]
        if char in stays or not (unicodedata.category(char) in _HARMFUL or char in _NO_CHARACTERS):
            return char
        return char.encode("unicode_escape").decode() if instead is None else instead

    return _SUSPECT.sub(shown, text)

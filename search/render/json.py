"""How does an answer look to a program?"""

from __future__ import annotations

import json
import re
from typing import Any, Protocol, TextIO

from indexer.printable import printable

__all__ = ["write_json"]

_SUSPECT = re.compile(r"[^\n -~]")


class _Answer(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


def write_json(answer: _Answer | dict[str, Any], out: TextIO) -> None:
    """Write `to_dict()` of an answer as one JSON object."""
    text = json.dumps(answer if isinstance(answer, dict) else answer.to_dict(), ensure_ascii=False, indent=2)
    # What a terminal would obey stands in strings only, where JSON takes an escape for the same.
    out.write(_SUSPECT.sub(lambda found: found[0] if printable(found[0]) == found[0] else json.dumps(found[0])[1:-1], text))
    out.write("\n")

"""How does an answer look to a program?"""

from __future__ import annotations

import json
from typing import Any, Protocol, TextIO

__all__ = ["write_json"]


class _Answer(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


def write_json(answer: _Answer, out: TextIO) -> None:
    """Write `to_dict()` of an answer as one JSON object."""
    json.dump(answer.to_dict(), out, ensure_ascii=False, indent=2)
    out.write("\n")

"""How does an answer look to a program?"""

from __future__ import annotations

import json
from typing import TextIO

from search.results import Page

__all__ = ["write_json"]


def write_json(page: Page, out: TextIO) -> None:
    """Write `Page.to_dict()` as one JSON object."""
    json.dump(page.to_dict(), out, ensure_ascii=False, indent=2)
    out.write("\n")

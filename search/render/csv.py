"""How does an answer look to a spreadsheet?"""

from __future__ import annotations

import csv
from typing import TextIO

from search.results import Page

__all__ = ["write_csv"]

_COLUMNS = (
    "call",
    "company",
    "ticker",
    "period",
    "date",
    "section",
    "kind",
    "exchange",
    "turn",
    "speaker",
    "role",
    "title",
    "firm",
    "score",
    "snippet",
)


def write_csv(page: Page, out: TextIO) -> None:
    """Write the hits as CSV with a header line; if facets were asked for, a blank line and their counts follow."""
    writer = csv.writer(out)
    grouped = any(hit.matching_turns is not None for hit in page.hits)
    writer.writerow((*_COLUMNS, "matching_turns") if grouped else _COLUMNS)
    for hit in page.hits:
        row = {**hit.to_dict(), "snippet": hit.snippet.text}
        writer.writerow([row[name] for name in _COLUMNS] + ([hit.matching_turns] if grouped else []))
    if page.facets:
        out.write("\r\n")
        writer.writerow(("facet", "value", "turns", "calls"))
        writer.writerows((field, value.value, value.turns, value.calls) for field, values in page.facets.items() for value in values)

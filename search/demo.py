"""What does Earful do? The main job on the sample calls that ship with it."""

from __future__ import annotations

from importlib.resources import as_file, files
from tempfile import TemporaryDirectory
from typing import Any

from indexer.pipeline import rebuild
from search.index import open_index
from search.render import print_command, print_note, print_page, totals

__all__ = ["SEARCHES", "run_demo"]

# The command line of each search, and the same as arguments of `CallIndex.search`.
SEARCHES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        """earful search '"cash runway"' --role CFO --facet company --limit 3""",
        '"cash runway"',
        {"role": "CFO", "facets": ("company",), "limit": 3},
    ),
    (
        "earful search 'tariffs (pricing OR surcharge)' --facet role --facet company --limit 3",
        "tariffs (pricing OR surcharge)",
        {"facets": ("role", "company"), "limit": 3},
    ),
    (
        "earful search 'guidance NOT \"non-GAAP\"' --section qa --group-by call --sort date --limit 4",
        'guidance NOT "non-GAAP"',
        {"section": "qa", "group_by": "call", "sort": "date", "limit": 4},
    ),
)


def run_demo() -> None:
    """Index the samples in a temporary folder and print three searches, each with the command that asks the same."""
    with as_file(files("indexer").joinpath("samples")) as samples, TemporaryDirectory(prefix="earful-demo-") as index:
        print_command("earful rebuild samples/")
        report = rebuild(samples, index=index)
        print_note(f"{report.calls} calls of invented companies indexed, {report.turns} turns.\n")
        with open_index(index) as calls:
            for command, query, options in SEARCHES:
                print_command(command)
                page = calls.search(query, **options)
                print_page(page)
                print_note(f"\n{totals(page)}\n")
    print_note("Now your own: earful rebuild FOLDER, then earful search.")

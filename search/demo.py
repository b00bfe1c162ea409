"""What does Earful do? The main job on the sample calls that ship with it."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.text import Text

from indexer.pipeline import rebuild
from search.index import open_index
from search.render import print_page, totals

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


def run_demo(console: Console) -> None:
    """Index the samples in a temporary folder and print three searches, each with the command that asks the same."""
    with as_file(files("indexer").joinpath("samples")) as samples, TemporaryDirectory(prefix="earful-demo-") as index:
        _say(console, "earful rebuild samples/")
        report = rebuild([Path(samples)], index=index)
        console.print(f"{report.calls} calls of invented companies indexed, {report.turns} turns.\n")
        with open_index(index) as calls:
            for command, query, options in SEARCHES:
                _say(console, command)
                page = calls.search(query, **options)
                print_page(page, console)
                console.print(f"\n{totals(page)}\n")
    console.print("Now your own: earful rebuild FOLDER, then earful search.")


def _say(console: Console, command: str) -> None:
    console.print(Text(f"$ {command}", style="bold green"), soft_wrap=True)

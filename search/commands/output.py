"""In which form does a command print its answer? Options for the forms, and the printing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TextIO, TypeVar

import click

from search.commands.options import file_named
from search.commands.talk import say

__all__ = ["output_options", "print_answer"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def output_options(function: _Function) -> _Function:
    """Give a command the options --json, --csv and --parquet; it gets them as `output` and `parquet`."""
    for option in (
        click.option(
            "--parquet", metavar="FILE", type=click.Path(), callback=file_named, help="Write a Parquet file beside what is printed."
        ),
        click.option("--csv", "output", flag_value="csv", help="Print CSV."),
        click.option("--json", "output", flag_value="json", help="Print JSON."),
    ):
        function = option(function)
    return function


def print_answer(
    answer: Any, output: str | None, parquet: str | None, for_people: Callable[[Any], object], plain: Callable[[Any, TextIO], object]
) -> None:
    """Print an answer as JSON or CSV if asked to, else for people on a terminal and in plain lines in a pipe; write it as Parquet, too.

    Args:
        answer: An `Exportable` with `to_dict`.
        output: `json`, `csv` or None.
        parquet: A file, or None.
        for_people: Prints it on a terminal.
        plain: Writes it as lines.
    """
    from search.export import write_csv, write_parquet
    from search.render.json import write_json

    if output == "json":
        write_json(answer, sys.stdout)
    elif output == "csv":
        write_csv(answer, sys.stdout)
    elif sys.stdout.isatty():
        for_people(answer)
    else:
        plain(answer, sys.stdout)
    if parquet:
        for path, rows in write_parquet(answer, parquet):
            say(f"wrote {path}: {rows:,} {'row' if rows == 1 else 'rows'}")

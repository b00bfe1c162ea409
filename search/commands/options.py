"""Which options do several commands share?"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

__all__ = ["NOTHING_FOUND", "filter_options", "synonym_options"]

NOTHING_FOUND = 1

_Function = TypeVar("_Function", bound=Callable[..., Any])

_FILTERS = {
    "company": "Company; any of its words.",
    "ticker": "Ticker symbol.",
    "speaker": "Speaker; first or last name will do.",
    "role": "CEO, CFO, Analyst, Investor Relations, ...",
    "section": "prepared or qa.",
    "firm": "An analyst's employer.",
    "period": "Fiscal: 2021Q3, or 2021 for the year.",
    "kind": "remarks, question, answer, operator or other.",
    "warning": "What the reader was unsure of: qa-inferred, no-date, ...",
}


def filter_options(function: _Function) -> _Function:
    """Give a command an option for every filter, each of which may be given several times."""
    for name, text in reversed(_FILTERS.items()):
        function = click.option(f"--{name}", name, multiple=True, metavar="VALUE", help=text)(function)
    return function


def synonym_options(function: _Function) -> _Function:
    """Give a command the options for synonyms; it gets them as one argument, `synonyms`, as `make_query` has it."""

    @click.option("--synonyms", is_flag=True, help="Also find what means the same, as 'capital expenditures' for capex.")
    @click.option("--synonym-file", metavar="FILE", type=click.Path(), help="Groups of your own beside those known: 'word | other phrase'.")
    @wraps(function)
    def with_synonyms(*arguments: Any, synonyms: bool, synonym_file: str | None, **options: Any) -> Any:
        return function(*arguments, synonyms=synonym_file or synonyms, **options)

    return cast(_Function, with_synonyms)

"""Which options do several commands share?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

import click

from search.budget import TIME_LIMIT_S
from search.completion import complete_values

__all__ = ["NOTHING_FOUND", "call_options", "file_named", "filter_options", "synonym_options", "time_option"]

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
    "call": "A call's id, as in CLLS-2021Q3.",
    "warning": "What the reader was unsure of: qa-inferred, no-date, ...",
}

_OF_CALLS = ("company", "ticker", "period", "call", "warning")


def filter_options(function: _Function) -> _Function:
    """Give a command an option for every filter, each of which may be given several times, and for dates."""
    return _with_filters(function, _FILTERS)


def call_options(function: _Function) -> _Function:
    """Give a command the same for the filters on calls alone."""
    return _with_filters(function, {name: text for name, text in _FILTERS.items() if name in _OF_CALLS})


def _with_filters(function: _Function, filters: Mapping[str, str]) -> _Function:
    function = click.option("--until", metavar="DATE", help="Calls on or before this date.")(function)
    function = click.option("--since", metavar="DATE", help="Calls on or after this date (2021-11-05).")(function)
    for name, text in reversed(list(filters.items())):
        option = click.option(
            f"--{name.replace('_', '-')}", name, multiple=True, metavar="VALUE", help=text, shell_complete=complete_values(name)
        )
        function = option(function)
    return function


time_option = click.option(
    "--time-limit",
    type=float,
    default=TIME_LIMIT_S,
    show_default=True,
    metavar="SECONDS",
    help="How long the question may take.",
)


def file_named(context: click.Context, parameter: click.Parameter, file: str | None) -> str | None:
    """Refuse a file without a name, as an unset variable of a script leaves it; a callback of click's options."""
    if file == "":
        raise click.BadParameter("a file needs a name", ctx=context, param=parameter)
    return file


def synonym_options(function: _Function) -> _Function:
    """Give a command the options for synonyms; it gets them as one argument, `synonyms`, as `make_query` has it."""

    @click.option("--synonyms", is_flag=True, help="Also find what means the same, as 'capital expenditures' for capex.")
    @click.option(
        "--synonym-file",
        metavar="FILE",
        type=click.Path(),
        callback=file_named,
        help="Groups of your own beside those known: 'word | other phrase'.",
    )
    @wraps(function)
    def with_synonyms(*arguments: Any, synonyms: bool, synonym_file: str | None, **options: Any) -> Any:
        return function(*arguments, synonyms=synonym_file or synonyms, **options)

    return cast(_Function, with_synonyms)

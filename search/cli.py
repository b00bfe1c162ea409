"""The `earful` command: search and show here, the indexer's commands beside them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

import click

from indexer.cli import CommandGroup, index_option, prepare_output

__all__ = ["earful", "main"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_NOTHING_FOUND = 1

# In the order of help: what one meets first comes first. Modules are loaded when their command runs or shows its help.
_COMMANDS = {
    "demo": "search.cli:demo",
    "rebuild": "indexer.cli:rebuild",
    "inspect": "indexer.cli:inspect",
    "search": "search.cli:search",
    "show": "search.cli:show",
    "check": "indexer.cli:check",
}
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


class _Earful(CommandGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Earful, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="earful", prog_name="earful")
def earful() -> None:
    """Full-text search for earnings calls: who said what, in what role, in which part of which call.

    \b
    Start here:
      earful demo                                  see it work on sample calls
      earful rebuild ~/transcripts                 index your own
      earful search '"cash runway"' --role CFO     ask
    """


def _filter_options(function: _Function) -> _Function:
    for name, text in reversed(_FILTERS.items()):
        function = click.option(f"--{name}", name, multiple=True, metavar="VALUE", help=text)(function)
    return function


@click.command()
@click.argument("query")
@_filter_options
@click.option("--since", metavar="DATE", help="Calls on or after this date (2021-11-05).")
@click.option("--until", metavar="DATE", help="Calls on or before this date.")
@click.option("--facet", "facets", multiple=True, metavar="FIELD", help="Count matches by this field: company, role, firm, ...")
@click.option("--sort", type=click.Choice(["relevance", "date"]), default="relevance", show_default=True, help="Best or newest first.")
@click.option("--group-by", type=click.Choice(["call"]), help="Show one hit a call.")
@click.option("--limit", type=int, default=10, show_default=True, metavar="N", help="Hits to show.")
@click.option("--offset", type=int, default=0, metavar="N", help="Hits to pass over.")
@click.option("--json", "output", flag_value="json", help="Print JSON.")
@click.option("--csv", "output", flag_value="csv", help="Print CSV.")
@click.option("--explain", is_flag=True, help="Say how the query was understood.")
@index_option
def search(query: str, output: str | None, explain: bool, index: str, **options: Any) -> None:
    """Find the turns of calls that match QUERY.

    Words match their inflections and must all occur; "phrases" match as said. OR, NOT, ( ), tarif*, speaker:cook narrow
    and widen; * matches everything. A filter given twice means either value; different filters must all fit. Exit
    status 1: nothing found.

    \b
    Examples:
      earful search '"cash runway"' --role CFO --facet company
      earful search 'tariffs NOT china' --kind answer --since 2025-01-01 --sort date
      earful search 'pricing (surcharge OR "list price")' --group-by call --csv > pricing.csv
      earful search '*' --speaker "tim cook" --facet period --limit 0
    """
    from search.index import open_index
    from search.render import print_page, totals, write_csv, write_json, write_plain

    with open_index(index) as calls:
        page = calls.search(query, **options)
    if explain:
        click.echo(f"understood: {page.understood}", err=True)
    for note in page.notes:
        click.echo(f"earful: {note}", err=True)
    if output == "json":
        write_json(page, sys.stdout)
    elif output == "csv":
        write_csv(page, sys.stdout)
    elif sys.stdout.isatty():
        print_page(page)
    else:
        write_plain(page, sys.stdout)
    click.echo(totals(page), err=True)
    if not page.turns:
        click.get_current_context().exit(_NOTHING_FOUND)


@click.command()
@click.argument("call")
@click.option("--turn", type=int, metavar="N", help="Only this turn.")
@index_option
def show(call: str, turn: int | None, index: str) -> None:
    """Read a CALL, or one turn of it.

    \b
    Examples:
      earful show CLLS-2021Q3 | less
      earful show CLLS-2021Q3 --turn 81
    """
    from indexer.errors import UnknownCall
    from search.index import open_index
    from search.render import print_call

    with open_index(index) as calls:
        found = calls.read_call(call)
    turns = tuple(each for each in found.turns if turn in (None, each.number))
    if not turns:
        raise UnknownCall(f"{found.call} has no turn {turn}", hint=f"it has {len(found.turns)}")
    print_call(found, turns)


@click.command()
def demo() -> None:
    """See it work: index the sample calls that ship with Earful, and search them three times.

    The companies, people and words in them are invented. The index is built in a temporary folder.
    """
    from search.demo import run_demo

    run_demo()


def main() -> None:
    """Run the `earful` command."""
    prepare_output()
    earful(prog_name="earful")

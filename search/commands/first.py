"""earful first: who said it first, and who last."""

from __future__ import annotations

from typing import Any

import click

from indexer.cli import index_option
from search.commands.options import filter_options, synonym_options, time_option
from search.commands.output import output_options, print_answer
from search.commands.talk import close_with, tell

__all__ = ["first"]


@click.command()
@click.argument("query")
@filter_options
@click.option("--limit", type=int, default=10, show_default=True, metavar="N", help="Companies to show.")
@click.option("--offset", type=int, default=0, metavar="N", help="Companies to pass over.")
@synonym_options
@output_options
@click.option("--explain", is_flag=True, help="Say how the query was understood.")
@time_option
@index_option
def first(query: str, output: str | None, parquet: str | None, explain: bool, time_limit: float, index: str, **options: Any) -> None:
    """Find who said QUERY first, and who last, by company.

    When, by whom, and was it raised by management or by an analyst? The earliest company comes first. In a pipe: company, first or
    last, date, call and turn, who raised it, speaker, what was said.

    \b
    Examples:
      earful first tariffs
      earful first '"generative AI"' --kind question --limit 50
      earful first 'covid OR coronavirus' --since 2020-01-01 --json | jq .companies[0].first
    """
    from search.index import open_index
    from search.render.first import first_totals, print_firsts, write_plain_firsts

    with open_index(index, time_limit_s=time_limit) as calls:
        found = calls.first(query, **options)
    tell(found, explain)
    print_answer(found, output, parquet, print_firsts, write_plain_firsts)
    close_with(first_totals(found), found.turns)

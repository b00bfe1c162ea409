"""earful search: turns, and counts of them."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from indexer.cli import index_option
from search.commands.options import filter_options, synonym_options, time_option
from search.commands.output import output_options, print_answer
from search.commands.talk import close_with, tell
from search.completion import complete_facets

__all__ = ["search"]


@click.command()
@click.argument("query")
@filter_options
@click.option(
    "--facet",
    "facets",
    multiple=True,
    metavar="FIELD",
    shell_complete=complete_facets,
    help="Count by this field: company, role, ...",
)
@click.option("--sort", type=click.Choice(["relevance", "date"]), default="relevance", show_default=True, help="Best or newest first.")
@click.option("--group-by", type=click.Choice(["call"]), help="Show one hit a call.")
@click.option("--limit", type=int, default=10, show_default=True, metavar="N", help="Hits to show.")
@click.option("--offset", type=int, default=0, metavar="N", help="Hits to pass over.")
@click.option("--context", is_flag=True, help="Print above an answer the question that it answers.")
@click.option("--zero", is_flag=True, help="Add values, calls and companies without a hit.")
@synonym_options
@output_options
@click.option("--explain", is_flag=True, help="Say how the query was understood.")
@time_option
@index_option
def search(query: str, output: str | None, parquet: str | None, explain: bool, time_limit: float, index: str, **options: Any) -> None:
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
    from search.last import remember
    from search.render import print_page, totals, write_plain

    with open_index(index, time_limit_s=time_limit) as calls:
        page = calls.search(query, **options)
    tell(page, explain)
    first_number = options["offset"] + 1
    if output is None:
        remember([(hit.call, hit.turn) for hit in page.hits], query, index, first_number, options["synonyms"])
    print_answer(page, output, parquet, partial(print_page, first_number=first_number), write_plain)
    close_with(totals(page), page.turns)

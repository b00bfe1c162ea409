"""earful exchanges: questions with their answers."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from indexer.cli import index_option
from search.commands.options import call_options, synonym_options, time_option
from search.commands.output import output_options, print_answer
from search.commands.talk import close_with, tell
from search.completion import complete_values

__all__ = ["exchanges"]


@click.command()
@click.argument("query")
@click.option("--asked-by", multiple=True, metavar="VALUE", shell_complete=complete_values("firm"), help="A firm, or an analyst's name.")
@click.option("--answered-by", multiple=True, metavar="VALUE", shell_complete=complete_values("role"), help="A role, as CFO, or a name.")
@click.option("--unanswered", is_flag=True, help="Keep what no answer speaks of, or puts off: a cue of words, no judgement.")
@call_options
@click.option("--facet", "facets", multiple=True, metavar="FIELD", help="Count by asked_by, asked_firm, answered_role, company, ...")
@click.option("--sort", type=click.Choice(["relevance", "date"]), default="relevance", show_default=True, help="Best or newest first.")
@click.option("--limit", type=int, default=5, show_default=True, metavar="N", help="Exchanges to show.")
@click.option("--offset", type=int, default=0, metavar="N", help="Exchanges to pass over.")
@click.option("--full", is_flag=True, help="Print all that was said, not excerpts.")
@synonym_options
@output_options
@click.option("--explain", is_flag=True, help="Say how the query was understood.")
@time_option
@index_option
def exchanges(
    query: str, full: bool, output: str | None, parquet: str | None, explain: bool, time_limit: float, index: str, **options: Any
) -> None:
    """Find questions with their answers.

    An exchange is one analyst's questions with all the answers to them; those are printed that match QUERY.

    question:(...) is looked for in what the analyst says, answer:(...) in what the company says, anything else in both. A word
    holds for a side if any of its turns says it; AND, OR and NOT then join exchanges.

    --unanswered keeps exchanges whose questions match and whose answers say neither the words nor a synonym, or have words by
    which answers are put off ("we don't break that out"). Each comes with its evidence. That is a lexical cue, never a judgement of
    a person: an answer in other words is an answer.

    \b
    Examples:
      earful exchanges 'question:(tariffs) answer:(pricing)' --asked-by barclays
      earful exchanges 'question:tariffs NOT answer:china' --answered-by CFO --sort date
      earful exchanges 'question:("gross margin")' --unanswered --facet company
    """
    from search.index import open_index
    from search.render.exchanges import exchange_totals, print_exchanges, write_plain_exchanges

    with open_index(index, time_limit_s=time_limit) as calls:
        page = calls.exchanges(query, **options)
    tell(page, explain)
    print_answer(page, output, parquet, partial(print_exchanges, full=full), partial(write_plain_exchanges, full=full))
    close_with(exchange_totals(page), page.exchanges)

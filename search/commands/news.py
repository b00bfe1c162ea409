"""earful news: what is new in a call."""

from __future__ import annotations

import click

from indexer.cli import index_option
from search.commands.options import time_option
from search.commands.output import output_options, print_answer
from search.commands.talk import close_with
from search.completion import complete_values

__all__ = ["news"]


@click.command()
@click.argument("call", shell_complete=complete_values("call"))
@click.option("--limit", type=int, default=10, show_default=True, metavar="N", help="Terms to show, new and dropped.")
@output_options
@time_option
@index_option
def news(call: str, limit: int, output: str | None, parquet: str | None, time_limit: float, index: str) -> None:
    """Tell what is new in a CALL.

    These are the words and two-word phrases that it has more of than the company's earlier calls, and than others of the period.
    Each comes with how often it is said here, in the company's earlier calls, and in others' of the same fiscal period, and with one
    place; then follows what the company's last calls said and this one does not. The measure is the log-likelihood G2 of both
    comparisons, of which the lesser counts. In a pipe: new or dropped, term, the three counts, G2, call and turn, what was said.

    \b
    Examples:
      earful news CLLS-2021Q3
      earful news CLLS-2021Q3 --limit 30 --csv > news.csv
    """
    from search.index import open_index
    from search.render.news import compared_in_words, print_news, write_plain_news

    with open_index(index, time_limit_s=time_limit) as calls:
        found = calls.news(call, limit=limit)
    print_answer(found, output, parquet, print_news, write_plain_news)
    close_with(compared_in_words(found), len(found.terms) + len(found.dropped))

"""earful trends: what was said, period by period."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from indexer.cli import index_option
from search.commands.options import file_named, filter_options, synonym_options, time_option
from search.commands.output import output_options, print_answer
from search.commands.talk import close_with, say, tell
from search.completion import complete_single_valued

__all__ = ["trends"]


@click.command()
@click.argument("query")
@filter_options
@click.option("--by", type=click.Choice(["quarter", "year", "month"]), default="quarter", show_default=True, help="How long a period is.")
@click.option("--per", metavar="FIELD", shell_complete=complete_single_valued, help="Tell apart by this field: company, role, firm, ...")
@click.option("--calendar", is_flag=True, help="Take quarters and years of the calendar, not fiscal ones.")
@click.option("--limit", type=click.IntRange(1), default=8, show_default=True, metavar="N", help="Values of --per to show as tables.")
@click.option("--plot", metavar="FILE", type=click.Path(), callback=file_named, help="Draw a chart: FILE.svg or FILE.png.")
@synonym_options
@output_options
@click.option("--explain", is_flag=True, help="Say how the query was understood.")
@time_option
@index_option
def trends(
    query: str,
    limit: int,
    plot: str | None,
    output: str | None,
    parquet: str | None,
    explain: bool,
    time_limit: float,
    index: str,
    **options: Any,
) -> None:
    """Count by period how often QUERY is said.

    Counted are turns, calls, mentions, and mentions per 1,000 words. Calls that do not say it count, too: the words are all words
    of those who pass the filters. Periods without a call are gaps, not zeros. In a pipe: value (with --per), period, turns, calls,
    mentions, words, calls in all, mentions per 1,000 words.

    \b
    Examples:
      earful trends tariffs
      earful trends '"supply chain"' --by year --per role
      earful trends 'AI OR "artificial intelligence"' --section qa --calendar --plot ai.svg
      earful trends tariffs --per company --csv > tariffs.csv
    """
    from search.index import open_index
    from search.render.trends import print_trends, trend_totals, write_plain_trends

    with open_index(index, time_limit_s=time_limit) as calls:
        found = calls.trends(query, **options)
    tell(found, explain)
    print_answer(found, output, parquet, partial(print_trends, most=limit), write_plain_trends)
    if plot and found.points:
        from search.plot import plot_trends

        left_out = plot_trends(found, plot)
        say(f"drew {plot}" + (f", without {left_out} values of {found.per}" if left_out else ""))
    close_with(trend_totals(found), found.turns)

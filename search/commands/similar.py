"""earful similar: where something like a passage is said."""

from __future__ import annotations

from typing import Any

import click

from indexer.cli import index_option
from search.commands.options import filter_options, time_option
from search.commands.output import output_options, print_answer
from search.commands.talk import close_with, tell
from search.completion import complete_values

__all__ = ["similar"]


@click.command()
@click.argument("of_call", metavar="CALL", shell_complete=complete_values("call"))
@click.option("--turn", type=int, required=True, metavar="N", help="The number of the turn.")
@filter_options
@click.option("--within-call", is_flag=True, help="Find turns of the same call, too.")
@click.option("--limit", type=int, default=10, show_default=True, metavar="N", help="Turns to show.")
@click.option("--offset", type=int, default=0, metavar="N", help="Turns to pass over.")
@output_options
@click.option("--explain", is_flag=True, help="Say which words were looked for.")
@time_option
@index_option
def similar(
    of_call: str, turn: int, output: str | None, parquet: str | None, explain: bool, time_limit: float, index: str, **options: Any
) -> None:
    """Find the turns of other calls that are most like one turn of a CALL.

    Likeness is the cosine of all words, each weighed by how often it is said and how rare it is.

    \b
    Examples:
      earful similar CLLS-2021Q3 --turn 81
      earful similar CLLS-2021Q3 --turn 81 --role CFO --since 2022-01-01 --json
    """
    from search.index import open_index
    from search.render.similar import print_similar, similar_totals, write_plain_similar

    with open_index(index, time_limit_s=time_limit) as calls:
        found = calls.similar(of_call, turn, **options)
    tell(found, explain)
    print_answer(found, output, parquet, print_similar, write_plain_similar)
    close_with(similar_totals(found), len(found.hits))

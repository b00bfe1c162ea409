"""earful show: a call to read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from indexer.cli import index_option
from search.commands.options import time_option
from search.completion import complete_values

if TYPE_CHECKING:
    from search.index import CallIndex
    from search.last import Recalled
    from search.results import Call

__all__ = ["show"]

_NUMBER = re.compile(r"[0-9]{1,9}")


@click.command()
@click.argument("call", shell_complete=complete_values("call"))
@click.option("--turn", type=int, metavar="N", help="Only this turn.")
@click.option("--around", type=click.IntRange(0), metavar="K", help="With it the K turns before and after.")
@click.option("--no-pager", is_flag=True, help="Print it all, however long.")
@time_option
@index_option
def show(call: str, turn: int | None, around: int | None, no_pager: bool, time_limit: float, index: str) -> None:
    """Read a CALL, or one turn of it.

    CALL is a call's id, or the number of a hit of the last search on the index: of that hit's call you then read the turn
    that was found, the questions above it that it answers, and the turn after, with what was sought marked. On a terminal
    what is longer than the screen goes through $PAGER.

    \b
    Examples:
      earful show CLLS-2021Q3
      earful show CLLS-2021Q3 --turn 81 --around 2
      earful search '"cash runway"'; earful show 3
    """
    from search.budget import time_limit as time_allowed
    from search.index import open_index
    from search.passage import choose_turns, find_marks
    from search.render import print_call

    with open_index(index, time_limit_s=time_limit) as calls:
        found, hit = _find(calls, call, index)
    if turn is not None:
        turns = choose_turns(found, turn, around or 0)
    elif around is not None and not hit:
        raise click.UsageError("--around needs --turn, or the number of a hit")
    else:
        turns = choose_turns(found, hit and hit.turn, around)
    with time_allowed(time_limit):
        marks = find_marks(turns, hit.query, hit.synonyms) if hit else {}
    print_call(found, turns, marks=marks, pager=None if no_pager else click.echo_via_pager)


def _find(calls: CallIndex, asked: str, index: str) -> tuple[Call, Recalled | None]:
    """Give a call by its id, or with the hit that has a number; an id that is a number comes first, as `7203` may be a ticker."""
    from indexer.errors import UnknownCall
    from search.last import recall

    try:
        return calls.read_call(asked), None
    except UnknownCall:
        if not _NUMBER.fullmatch(asked):
            raise
    hit = recall(int(asked), index)
    return calls.read_call(hit.call), hit

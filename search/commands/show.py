"""earful show: a call to read."""

from __future__ import annotations

import click

from indexer.cli import index_option

__all__ = ["show"]


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

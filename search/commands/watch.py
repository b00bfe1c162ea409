"""earful watch: searches that are kept, and what is new in each."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Any

import click

from indexer.cli import index_option
from search.commands.options import NOTHING_FOUND, filter_options, synonym_options, time_option
from search.commands.output import output_options, print_answer
from search.commands.talk import say

__all__ = ["watch"]

_FAILED = 2


@click.group()
def watch() -> None:
    """Keep searches, and see what matched since each last ran.

    Watches lie beside the index and outlive rebuilds.

    \b
    Examples:
      earful watch add tariffs 'tariffs OR duties' --kind answer
      earful rebuild ~/transcripts && earful watch run && mail-me
    """


@watch.command()
@click.argument("name")
@click.argument("query")
@filter_options
@synonym_options
@click.option("--from-start", is_flag=True, help="Show all that matches at the first run; else only what comes after now.")
@click.option("--replace", is_flag=True, help="Take the place of a watch of the same name.")
@time_option
@index_option
def add(
    name: str,
    query: str,
    index: str,
    from_start: bool,
    replace: bool,
    synonyms: bool | str,
    since: str | None,
    until: str | None,
    time_limit: float,
    **filters: Any,
) -> None:
    """Keep QUERY with its filters as a watch called NAME; what matches now counts as seen.

    \b
    Examples:
      earful watch add runway '"cash runway"' --role CFO
      earful watch add peers 'pricing' --company acme --company bolt --from-start
    """
    from indexer.store import Store
    from search.reader import open_snapshot
    from search.watch import Watch, open_watches

    chosen = {field: tuple(values) for field, values in filters.items() if values}
    kept = Watch(name=name, query=query, filters=chosen, since=since, until=until, synonyms=synonyms)
    with open_watches(Store(index), time_limit_s=time_limit) as watches, closing(open_snapshot(index)) as snapshot:
        added = watches.add(snapshot, kept, from_start=from_start, replace=replace)
    for note in added.notes:
        say(f"earful: {note}")
    matching = f"{added.turns:,} {'turn matches' if added.turns == 1 else 'turns match'} now"
    say(f"{name}: {matching}{', and the first run shows them' if from_start else ''}")


@watch.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@index_option
def list_(as_json: bool, index: str) -> None:
    """List the watches: name, query, filters. Exit status 1: there are none."""
    from indexer.store import Store
    from search.render.json import write_json
    from search.render.watch import write_plain_list
    from search.watch import list_watches

    found = list_watches(Store(index))
    if as_json:
        write_json({"watches": [each.to_dict() for each in found]}, sys.stdout)
    else:
        write_plain_list(found, sys.stdout)
    if not found:
        click.get_current_context().exit(NOTHING_FOUND)


@watch.command()
@click.argument("name")
@index_option
def remove(name: str, index: str) -> None:
    """Forget the watch NAME, and what it has shown."""
    from indexer.store import Store
    from search.watch import open_watches

    with open_watches(Store(index)) as watches:
        watches.remove(name)


@watch.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--limit", type=int, default=3, show_default=True, metavar="N", help="Turns to show of each call.")
@output_options
@time_option
@index_option
def run(names: tuple[str, ...], limit: int, output: str | None, parquet: str | None, time_limit: float, index: str) -> None:
    """Show by call what matched since each watch last ran; all watches if no NAME is given.

    It counts as seen once all has been written: a broken pipe loses nothing.

    Exit status 0: something is new. 1: nothing is. 2: a watch could not run; the others did.

    \b
    Examples:
      earful watch run
      earful watch run tariffs --json | jq '.watches[].calls[].call'
    """
    from indexer.store import Store
    from search.reader import open_snapshot
    from search.render.watch import news_in_words, print_watches, write_plain_watches
    from search.watch import open_watches

    with open_watches(Store(index), time_limit_s=time_limit) as watches, closing(open_snapshot(index)) as snapshot:
        found = watches.run(snapshot, names, limit=limit)
        print_answer(found, output, parquet, print_watches, write_plain_watches)
        sys.stdout.flush()
        watches.remember()
    for news in found.watches:
        say(f"{news.watch.name}: {news.failure or news_in_words(news)}")
    if any(news.failure for news in found.watches):
        click.get_current_context().exit(_FAILED)
    if not found.turns:
        click.get_current_context().exit(NOTHING_FOUND)

"""earful watch: searches that are kept, and what is new in each."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import Any

import click

from indexer.cli import index_option
from search.commands.options import NOTHING_FOUND, filter_options, synonym_options

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
    days = {field: (day,) for field, day in (("since", since), ("until", until)) if day}
    kept = Watch(name=name, query=query, filters={**chosen, **days}, synonyms=synonyms)
    with closing(open_snapshot(index)) as snapshot, open_watches(Store(index)) as watches:
        turns = watches.add(snapshot, kept, from_start=from_start, replace=replace)
    matching = f"{turns:,} {'turn matches' if turns == 1 else 'turns match'} now"
    click.echo(f"{name}: {matching}{', and the first run shows them' if from_start else ''}", err=True)


@watch.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@index_option
def list_(as_json: bool, index: str) -> None:
    """List the watches: name, query, filters. Exit status 1: there are none."""
    from indexer.store import Store
    from search.watch import open_watches

    with open_watches(Store(index)) as watches:
        found = watches.all()
    if as_json:
        click.echo(json.dumps([each.to_dict() for each in found], ensure_ascii=False, indent=2))
    else:
        for each in found:
            filters = "; ".join(f"{name}: {', '.join(values)}" for name, values in each.filters.items())
            click.echo("\t".join(filter(None, (each.name, each.query, filters))))
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
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@index_option
def run(names: tuple[str, ...], as_json: bool, index: str) -> None:
    """Show by call what matched since each watch last ran; all watches if no NAME is given.

    Exit status 0: something is new. 1: nothing is. 2: a watch could not run; the others did.

    \b
    Examples:
      earful watch run
      earful watch run tariffs --json | jq '.[].calls[].call'
    """
    from indexer.store import Store
    from search.reader import open_snapshot
    from search.render.watch import print_watches, write_plain_watches
    from search.watch import open_watches

    with closing(open_snapshot(index)) as snapshot, open_watches(Store(index)) as watches:
        found = watches.run(snapshot, names)
        if as_json:
            click.echo(json.dumps([each.to_dict() for each in found], ensure_ascii=False, indent=2))
        elif sys.stdout.isatty():
            print_watches(found)
        else:
            write_plain_watches(found, sys.stdout)
        sys.stdout.flush()
        watches.remember()
    for each in found:
        click.echo(f"{each.watch.name}: {each.failure or f'{each.turns:,} new turns in {len(each.calls):,} calls'}", err=True)
    if any(each.failure for each in found):
        click.get_current_context().exit(_FAILED)
    if not any(each.turns for each in found):
        click.get_current_context().exit(NOTHING_FOUND)

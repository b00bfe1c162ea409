"""The commands that make and check an index: rebuild, inspect, check."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

import click

from indexer.errors import EarfulError, UnknownCall

__all__ = ["CommandGroup", "check", "index_option", "inspect", "main", "prepare_output", "rebuild"]

_NOTHING_FOUND = 1
_FAILED = 2
_INTERRUPTED = 130

index_option = click.option(
    "--index",
    "index",
    metavar="DIR",
    envvar="EARFUL_INDEX",
    default="index",
    show_default="$EARFUL_INDEX, else ./index",
    help="The index folder.",
)

_firms_option = click.option("--firms", metavar="FILE", type=click.Path(), help="Names of firms beside those known: 'Baird = RW Baird'.")


class CommandGroup(click.Group):
    """A group of commands in which every failure becomes one line and an exit status; the one place where that happens."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except EarfulError as error:
            click.echo(f"earful: {error}", err=True)
            ctx.exit(_NOTHING_FOUND if isinstance(error, UnknownCall) else _FAILED)
        except KeyboardInterrupt:
            click.echo("earful: interrupted; the index is as it was", err=True)
            ctx.exit(_INTERRUPTED)
        except BrokenPipeError:
            # The reader of the pipe, as `head`, has seen enough. Python must not find the closed pipe again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            click.echo(f"earful: {error.strerror or error}{where}", err=True)
            ctx.exit(_FAILED)


@click.group(cls=CommandGroup, name="indexer", context_settings={"help_option_names": ["-h", "--help"]})
def indexer_group() -> None:
    """Make and check an index of earnings calls."""


@indexer_group.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path())
@index_option
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes that read and index; default: one a processor.")
@click.option("--fresh", is_flag=True, help="Read and index everything again, known or not.")
@_firms_option
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def rebuild(sources: tuple[str, ...], index: str, jobs: int | None, fresh: bool, firms: str | None, as_json: bool) -> None:
    """Make the index hold exactly what SOURCE... hold.

    Sources are transcripts (.txt, .html) and folders of them. New files are added, changed ones replaced, vanished ones
    removed; what has not changed is not read again. The index answers as before until all is written. Sources that
    cannot be used are listed with the reason.

    \b
    Examples:
      earful rebuild ~/transcripts
      earful rebuild motley/ seekingalpha/ --index /srv/calls --jobs 8
      earful rebuild ~/transcripts --json | jq .rejected
    """
    from indexer.pipeline import rebuild as rebuild_index
    from indexer.render import show_progress, summary, write_refusals

    with show_progress() as progress:
        report = rebuild_index(sources, index=index, jobs=jobs or os.cpu_count() or 1, fresh=fresh, firms=firms, progress=progress)
    for note in report.notes:
        click.echo(f"earful: {note}", err=True)
    if as_json:
        click.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    else:
        write_refusals(report, sys.stdout)
    click.echo(summary(report, index), err=True)


@indexer_group.command()
@click.argument("file", type=click.Path())
@_firms_option
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def inspect(file: str, firms: str | None, as_json: bool) -> None:
    """Show what the indexer understands of one FILE, without an index.

    \b
    Examples:
      earful inspect clls.html
      earful inspect clls.html --json | jq '.calls[0].participants'
    """
    from indexer.reading import read

    transcripts = read(file, firms=firms)
    if as_json:
        first = transcripts[0]
        warnings = sorted({warning for transcript in transcripts for warning in transcript.warnings})
        calls = [transcript.to_dict() for transcript in transcripts]
        found = {"source": first.source, "format": first.format, "encoding": first.encoding, "warnings": warnings, "calls": calls}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from indexer.render import print_transcripts

    print_transcripts(transcripts)


@indexer_group.command()
@index_option
def check(index: str) -> None:
    """Say whether every byte of the index is what was written.

    Prints what is wrong, a line each, and exits with 2 if anything is.

    \b
    Examples:
      earful check
      earful check --index /srv/calls || earful rebuild --fresh --index /srv/calls ~/transcripts
    """
    from indexer.store import Store

    problems = Store(index).check()
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(f"earful: the index in {index} is damaged; run earful rebuild --fresh", err=True)
        click.get_current_context().exit(_FAILED)
    click.echo(f"every file of the index in {index} is as it was written", err=True)


def prepare_output() -> None:
    """Let standard output and error carry names of files that are no UTF-8, with the odd bytes as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main() -> None:
    """Run the indexer's commands."""
    prepare_output()
    indexer_group(prog_name="python -m indexer")

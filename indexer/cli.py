"""The commands that make and check an index: rebuild, inspect, report, check."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
from typing import Any, NoReturn

import click

from indexer.errors import EarfulError, UnknownCall
from indexer.printable import printable

__all__ = ["CommandGroup", "check", "index_option", "inspect", "main", "prepare_output", "rebuild", "report"]

_NOTHING_FOUND = 1
_FAILED = 2
_INTERRUPTED = 130
_TERMINATED = 143
_DIFFERENT = 1
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

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


class _Terminated(KeyboardInterrupt):
    """The system asks the process to end, as systemd does when a job is stopped."""


def _in_bytes(ctx: click.Context | None, param: click.Parameter | None, size: str | None) -> int | None:
    """Give the bytes of a size, as 512M or 2G."""
    if size is None:
        return None
    found = re.fullmatch(r"(\d+)([KMG]?)(?:i?B)?", size.strip(), re.IGNORECASE)
    if found is None:
        raise click.BadParameter(f"{size!r} is no size; write 512M or 2G", ctx, param)
    return int(found[1]) * _UNITS[found[2].upper()]


class CommandGroup(click.Group):
    """A group of commands in which every failure becomes one line and an exit status; the one place where that happens."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except EarfulError as error:
            click.echo(f"earful: {error}", err=True)
            ctx.exit(_NOTHING_FOUND if isinstance(error, UnknownCall) else _FAILED)
        except _Terminated:
            click.echo("earful: stopped; the index is as it was, and the next rebuild goes on from here", err=True)
            ctx.exit(_TERMINATED)
        except KeyboardInterrupt:
            click.echo("earful: interrupted; the index is as it was", err=True)
            ctx.exit(_INTERRUPTED)
        except BrokenPipeError:
            # The reader of the pipe, as `head`, has seen enough. Python must not find the closed pipe again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            click.echo(f"earful: {printable(f'{error.strerror or error}{where}')}", err=True)
            ctx.exit(_FAILED)


@click.group(cls=CommandGroup, name="indexer", context_settings={"help_option_names": ["-h", "--help"]})
def indexer_group() -> None:
    """Make and check an index of earnings calls."""


@indexer_group.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path(allow_dash=True))
@index_option
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes that read and index; default: one a processor.")
@click.option(
    "--memory", callback=_in_bytes, metavar="SIZE", help="What all processes may take together; default: 1G, more for more than three."
)
@click.option("--fresh", is_flag=True, help="Read and index everything again, known or not.")
@_firms_option
@click.option("--wait", type=click.FloatRange(min=0), metavar="SECONDS", default=0, help="Wait for another rebuild to end.")
@click.option(
    "--settle", type=click.FloatRange(min=0), metavar="SECONDS", default=0, help="Leave files changed so lately for the next time."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@click.option("--log", type=click.Path(), metavar="FILE", help="Append JSON lines: one a file, and one at the end.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing unless it fails, as for cron; earful report tells the rest.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def rebuild(
    sources: tuple[str, ...],
    index: str,
    jobs: int | None,
    memory: int | None,
    wait: float,
    settle: float,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Make the index hold exactly what SOURCE... hold.

    Sources are transcripts (.txt, .html), folders of them, patterns as 'calls/**/*.html', and - for a list of paths on standard
    input, one a line or with NUL bytes between. New files are added, changed ones replaced, vanished ones removed; what has not
    changed is not read again. The index answers as before until all is written; a rebuild that is stopped leaves it so,
    and the next one goes on from there. Sources that cannot be used are listed with the reason.

    \b
    Examples:
      earful rebuild ~/transcripts
      earful rebuild motley/ seekingalpha/ --index /srv/calls --jobs 8
      find /srv/in -name '*.html' -print0 | earful rebuild - --settle 60 --log rebuild.jsonl
      earful rebuild ~/transcripts --json | jq .rejected
    """
    from indexer.pipeline import rebuild as rebuild_index
    from indexer.render import show_progress, summary, write_refusals

    signal.signal(signal.SIGTERM, _end)
    with show_progress(quiet) as progress:
        found = rebuild_index(
            _paths(sources),
            index=index,
            jobs=jobs or _jobs(memory),
            memory=memory,
            wait_s=wait,
            settle_s=settle,
            progress=progress,
            **options,
        )
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    if quiet:
        return
    for note in found.notes:
        click.echo(f"earful: {printable(note)}", err=True)
    if not as_json:
        write_refusals(found.to_dict(), sys.stdout)
    click.echo(f"{'would be: ' if options['dry_run'] else ''}{summary(found.to_dict(), index)}", err=True)


def _paths(sources: tuple[str, ...]) -> list[str]:
    """Give the sources, with the list on standard input in the place of -."""
    from indexer.sources import list_paths

    return [path for source in sources for path in (list_paths(sys.stdin.buffer) if source == "-" else [source])]


def _jobs(memory: int | None) -> int:
    """Give one process a processor, or as many as the memory is enough for."""
    from indexer.memory import default_memory, jobs_within

    most = os.cpu_count() or 1
    return jobs_within(memory or default_memory(most), most)


def _end(*_: Any) -> NoReturn:
    raise _Terminated


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
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def report(index: str, as_json: bool) -> None:
    """Print what the last rebuild found and did: what was rejected, and why.

    \b
    Examples:
      earful report | grep ^rejected
      earful report --json | jq '.rejected[].reason' | sort | uniq -c
    """
    from indexer.render import summary, write_refusals
    from indexer.store import Store

    kept = Store(index).report()
    if as_json:
        click.echo(json.dumps(kept, ensure_ascii=False, indent=2))
        return
    write_refusals(kept, sys.stdout)
    click.echo(f"{summary(kept, index)}\nended {kept['ended']}, took {kept['seconds']:,.1f} s, generation {kept['generation']}", err=True)


@indexer_group.command()
@index_option
@click.option("--sources", multiple=True, type=click.Path(), metavar="SOURCE", help="Compare with this, too: read it all again.")
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes that read sources; default: one a processor.")
@_firms_option
def check(index: str, sources: tuple[str, ...], jobs: int | None, firms: str | None) -> None:
    """Say whether every byte of the index is what was written.

    Prints what is wrong, a line each, and exits with 2 if anything is. With --sources it also says which calls of the sources are
    missing in the index, extra in it, or different to the last word, and exits with 1 if any are. What a stopped rebuild left, and
    files of others, are told on standard error and are no fault.

    \b
    Examples:
      earful check
      earful check --sources ~/transcripts
      earful check --index /srv/calls || earful rebuild --fresh --index /srv/calls ~/transcripts
    """
    from indexer.store import Store

    store = Store(index)
    problems = store.check()
    for problem in problems:
        click.echo(printable(problem))
    for stranger in store.strangers():
        click.echo(f"earful: {printable(stranger)}", err=True)
    if problems:
        click.echo(f"earful: the index in {printable(index)} is damaged; run earful rebuild --fresh", err=True)
        click.get_current_context().exit(_FAILED)
    click.echo(f"every file of the index in {printable(index)} is as it was written", err=True)
    if sources:
        _check_sources(index, sources, jobs or os.cpu_count() or 1, firms)


def _check_sources(index: str, sources: tuple[str, ...], jobs: int, firms: str | None) -> None:
    from indexer.comparison import compare
    from indexer.render import show_progress, write_differences

    with show_progress() as progress:
        found = compare(_paths(sources), index=index, jobs=jobs, firms=firms, progress=progress)
    write_differences(found, sys.stdout)
    counts = f"{len(found.missing):,} missing, {len(found.extra):,} extra, {len(found.different):,} different"
    click.echo(f"{found.same:,} calls are as in the sources; {counts}", err=True)
    click.get_current_context().exit(0 if found.is_equal else _DIFFERENT)


def prepare_output() -> None:
    """Let standard output and error carry names of files that are no UTF-8, with the odd bytes as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main() -> None:
    """Run the indexer's commands."""
    prepare_output()
    indexer_group(prog_name="python -m indexer")

"""The `earful` command: which commands there are; each lies in a module of its own."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click

from indexer.cli import CommandGroup, prepare_output
from indexer.printable import printable

__all__ = ["earful", "main"]

# In the order of help: what one meets first comes first. Modules are loaded when their command runs or shows its help.
_COMMANDS = {
    "demo": "search.commands.demo:demo",
    "rebuild": "indexer.cli:rebuild",
    "inspect": "indexer.cli:inspect",
    "search": "search.commands.search:search",
    "exchanges": "search.commands.exchanges:exchanges",
    "trends": "search.commands.trends:trends",
    "first": "search.commands.first:first",
    "news": "search.commands.news:news",
    "similar": "search.commands.similar:similar",
    "watch": "search.commands.watch:watch",
    "show": "search.commands.show:show",
    "report": "indexer.cli:report",
    "check": "indexer.cli:check",
    "completion": "search.commands.completion:completion",
}


class _Earful(CommandGroup):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:  # in which click repeats what was typed
            raise click.UsageError(printable(error.format_message(), "\n"), error.ctx) from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Earful, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="earful", prog_name="earful")
def earful() -> None:
    """Full-text search for earnings calls: who said what, in what role, in which part of which call.

    \b
    Start here:
      earful demo                                  see it work on sample calls
      earful rebuild ~/transcripts                 index your own
      earful search '"cash runway"' --role CFO     ask
    """


def main() -> None:
    """Run the `earful` command."""
    prepare_output()
    if "_EARFUL_COMPLETE" in os.environ:  # a shell asks what the Tab key gives
        from search.commands.completion import know_shells

        know_shells()
    earful(prog_name="earful")

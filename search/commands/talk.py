"""What does a command say beside its data? How a question was understood, doubts, and totals, on standard error."""

from __future__ import annotations

from typing import Protocol

import click

from indexer.printable import printable
from search.commands.options import NOTHING_FOUND

__all__ = ["Understood", "close_with", "say", "tell"]


class Understood(Protocol):
    """An answer that says how its question was understood."""

    @property
    def understood(self) -> str:
        """The question in words."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Why nothing may have been found, a line each."""


def say(line: str) -> None:
    """Say a line on standard error, where all talk of this package goes; names and queries in it do nothing to a terminal."""
    click.echo(printable(line), err=True)


def tell(answer: Understood, explain: bool) -> None:
    """Say what an answer has to say before its data: the question in words if that was asked for, and its notes."""
    if explain:
        say(f"understood: {answer.understood}")
    for note in answer.notes:
        say(f"earful: {note}")


def close_with(totals: str, found: int) -> None:
    """Say how much was found, and end with the status for nothing if it is nothing."""
    say(totals)
    if not found:
        click.get_current_context().exit(NOTHING_FOUND)

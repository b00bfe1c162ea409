"""earful demo: the main job on sample calls."""

from __future__ import annotations

import click

__all__ = ["demo"]


@click.command()
def demo() -> None:
    """See it work: index the sample calls that ship with Earful, and search them three times.

    The companies, people and words in them are invented. The index is built in a temporary folder.
    """
    from search.demo import run_demo

    run_demo()

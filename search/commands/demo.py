"""earful demo: the main job on sample calls."""

from __future__ import annotations

import click

__all__ = ["demo"]


@click.command()
def demo() -> None:
    """See it work: index sample calls, and search them three times.

    They ship with Earful; the companies, people and words in them are invented. The index is built in a temporary folder.
    """
    from search.demo import run_demo

    run_demo()

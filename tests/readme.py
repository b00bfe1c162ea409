"""Which parts of README are printed by commands? Runs them, and writes their output into it: `python -m tests.readme`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.quality import CORPUS, score_gold, table

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"

_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_PYTHON = re.compile(r"```python\n(.*?)```\n\nprints\n\n```text\n(.*?)```", re.DOTALL)
_COMMANDS = re.compile(r"(<!-- commands: .*? -->\n).*?(<!-- end of commands -->)", re.DOTALL)
_QUALITY = re.compile(r"(<!-- quality: .*? -->\n).*?(<!-- end of quality -->)", re.DOTALL)
_WIDTH = 100


def updated(text: str) -> str:
    """Give README's text with everything a command prints printed anew."""
    with sandbox() as folder:
        text = _CONSOLE.sub(lambda block: f"```console\n{_session(block[1], folder)}```", text)
        text = _PYTHON.sub(lambda block: f"```python\n{block[1]}```\n\nprints\n\n```text\n{_python(block[1], folder)}```", text)
    if CORPUS.is_dir():
        measured = table(score_gold())
        text = _QUALITY.sub(lambda block: f"{block[1]}{measured}\n{block[2]}", text)
    return _COMMANDS.sub(lambda block: f"{block[1]}{command_reference()}{block[2]}", text)


@contextmanager
def sandbox() -> Iterator[Path]:
    """Give a folder with the samples in `transcripts/`, as README's reader has."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "indexer" / "samples", folder / "transcripts")
        yield folder


def _session(block: str, folder: Path) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{_run(command[2:], folder)}" for command in commands)


def _run(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": str(_WIDTH), "PYTHONIOENCODING": "utf-8"}
    environment.pop("EARFUL_INDEX", None)
    environment["XDG_STATE_HOME"] = str(folder / ".state")
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout


def _python(script: str, folder: Path) -> str:
    (folder / "example.py").write_text(script)
    return _run("python example.py", folder)


def command_reference() -> str:
    """Give the help of the `earful` command and each of its commands as Markdown."""
    from search.cli import earful

    context = click.Context(earful, info_name="earful", terminal_width=_WIDTH, **earful.context_settings)
    return "\n".join(f"```text\n{part}\n```\n" for part in _helps(context))


def _helps(context: click.Context) -> Iterator[str]:
    """Give the help of a command and of those below it."""
    yield context.command.get_help(context)
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from _helps(click.Context(command, info_name=name, parent=context, terminal_width=_WIDTH))


def main() -> None:
    """Write README anew."""
    README.write_text(updated(README.read_text()))


if __name__ == "__main__":
    main()

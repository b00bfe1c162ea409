"""Is README true?"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import NamedTuple

import pytest

from search.explain import explain
from search.parse import Lexicon, parse
from tests.readme import README, command_reference, updated


class Terminal(NamedTuple):
    """A kind of leaf of the grammar."""

    name: str
    pattern: re.Pattern[str]


@pytest.fixture(scope="module")
def text() -> str:
    return README.read_text()


def test_every_output_in_readme_is_what_its_command_prints(text: str) -> None:
    """Running README's console sessions and its Python example prints what README shows."""
    assert updated(text) == text


def test_the_language_in_readme_is_the_parsers(text: str) -> None:
    """Every example of the query language is understood, and every kind of leaf that the grammar has is among them."""
    table = text.partition("## The query language")[2].partition("\n\n`AND`")[0]
    examples = [example for row in table.splitlines() if row.startswith("| `") for example in re.findall(r"`([^`]+)`", row.split(" | ")[0])]
    lexicon = Lexicon(lambda _: True, lambda _, value: (value,))
    assert [explain(parse(example, lexicon, has_sides=True)) for example in examples] != []
    grammar = files("search").joinpath("query.lark").read_text("utf-8")
    terminals = [Terminal(name, re.compile(pattern)) for name, pattern in re.findall(r"^(\w+)(?:\.\d+)?: /(.+)/i?$", grammar, re.MULTILINE)]
    assert len(terminals) == 12
    assert [name for name, pattern in terminals if not any(pattern.search(example) for example in examples)] == []


def test_command_reference_is_generated(text: str) -> None:
    """README shows the help of every command as the commands give it."""
    assert command_reference() in text


def test_readme_has_the_two_setup_commands(text: str) -> None:
    """Each of the two set-up commands stands under its mark, alone in its block, on one line."""
    found = re.findall(r"<!-- setup: (\w+) -->\n```sh\n([^\n]+)\n```", text)
    assert [name for name, _ in found] == ["demo", "tests"]
    assert all(command.startswith("python3 -m venv") for _, command in found)

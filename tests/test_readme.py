"""Is README true?"""

from __future__ import annotations

import re

import pytest

from tests.readme import README, command_reference, updated


@pytest.fixture(scope="module")
def text() -> str:
    return README.read_text()


def test_every_output_in_readme_is_what_its_command_prints(text: str) -> None:
    """Running README's console sessions and its Python example prints what README shows."""
    assert updated(text) == text


def test_command_reference_is_generated(text: str) -> None:
    """README shows the help of every command as the commands give it."""
    assert command_reference() in text


def test_readme_has_the_two_setup_commands(text: str) -> None:
    """Each of the two set-up commands stands under its mark, alone in its block, on one line."""
    found = re.findall(r"<!-- setup: (\w+) -->\n```sh\n([^\n]+)\n```", text)
    assert [name for name, _ in found] == ["demo", "tests"]
    assert all(command.startswith("python3 -m venv") for _, command in found)

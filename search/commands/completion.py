"""earful completion: what a shell must know to complete commands, options and values."""

from __future__ import annotations

import os
import re
from typing import Any

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete, add_completion_class

__all__ = ["COMPLETE_VARIABLE", "completion", "know_shells"]

# Where a shell's script says what it wants, by click's rule for the name of the program.
COMPLETE_VARIABLE = "_EARFUL_COMPLETE"

_SPECIAL = re.compile(r"[^\w@%+=:,./~-]")
_SPECIAL_IN_QUOTES = re.compile(r'["$`\\]')
_ZSH_ADDS = "compadd -U -V unsorted -a completions"


class _Bash(BashComplete):
    """Click's, for values that have spaces and other characters special to bash."""

    def get_completion_args(self) -> tuple[list[str], str]:
        words, typed = super().get_completion_args()
        # Of `--company=acme` bash makes three words; click knows the option before two of them.
        return (words[:-1] if words[-1:] == ["="] else words), typed

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        found = super().get_completions(args, incomplete)
        # Bash puts what all completions begin with in place of what was typed: `cook` would become the `Tim` of Tim Cook and
        # Timothy Cook. What was typed, as one more, keeps it where it is.
        values = [str(item.value).casefold() for item in found]
        typed = incomplete.casefold()
        if len({value[:1] for value in values}) == 1 < len(values) and not all(value.startswith(typed) for value in values):
            found.append(CompletionItem(incomplete))
        return found

    def format_completion(self, item: CompletionItem[Any]) -> str:
        words, place = os.environ.get("COMP_WORDS", "").split("\n"), int(os.environ.get("COMP_CWORD", "0"))
        quote = words[place][:1] if place < len(words) else ""
        if quote == "'":
            written = str(item.value).replace("'", r"'\''")
        else:
            written = (_SPECIAL_IN_QUOTES if quote == '"' else _SPECIAL).sub(r"\\\g<0>", str(item.value))
        # Click's script reads the line with `read`, which takes a backslash away.
        return f"{item.type},{written}".replace("\\", r"\\")


class _WholeWord(ShellComplete):
    """For shells in which `--company=acme` is one word: the completions of it are whole words, too."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        found = super().get_completions(args, incomplete)
        option, equals, _ = incomplete.partition("=")
        if not equals or not option.startswith("-"):
            return found
        return [CompletionItem(f"{option}={item.value}", type=item.type, help=item.help) for item in found]


class _Fish(_WholeWord, FishComplete):
    """Click's, for values that have commas."""

    source_template = FishComplete.source_template.replace('string split "," ', 'string split --max 1 "," ')


class _Zsh(_WholeWord, ZshComplete):
    """Click's, for values of which another word than the first was typed.

    Zsh puts what all completions begin with in place of what was typed, which would erase the `cook` of Ian Cook and Tim Cook.
    It is to put in one after the other instead.
    """

    source_template = ZshComplete.source_template.replace(
        _ZSH_ADDS,
        f"""{_ZSH_ADDS}
        local -a begun=("${{(@M)${{(@L)completions}}:#${{(L)${{(Q)PREFIX}}}}*}}")
        (( $#begun == $#completions )) || compstate[insert]=menu""",
    )


_SHELLS = {"bash": _Bash, "fish": _Fish, "zsh": _Zsh}


def know_shells() -> None:
    """Have click answer shells as this module does."""
    for shell in _SHELLS.values():
        add_completion_class(shell)


@click.command()
@click.argument("shell", type=click.Choice(sorted(_SHELLS)))
def completion(shell: str) -> None:
    """Print what makes the Tab key complete, for a SHELL.

    It completes commands, options, and values of the index.

    The index is that of --index if it stands before on the line, else $EARFUL_INDEX, else ./index. Put into ~/.bashrc
    or ~/.zshrc the line of your shell; fish wants a file.

    \b
    Examples:
      eval "$(earful completion bash)"
      eval "$(earful completion zsh)"
      earful completion fish > ~/.config/fish/completions/earful.fish
    """
    program = click.get_current_context().find_root().command
    click.echo(_SHELLS[shell](program, {}, "earful", COMPLETE_VARIABLE).source(), nl=False)

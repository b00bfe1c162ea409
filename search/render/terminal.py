"""How does an answer look to a person at a terminal?"""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from search.render.screen import Screen
from search.results import Hit, Page, Snippet

__all__ = ["count_table", "hit_table", "marked", "print_command", "print_note", "print_page", "width_of"]

_MOST_FACET_VALUES = 10
_WIDEST = 120  # columns; longer lines are hard to read


def width_of(console: Console) -> int:
    """Give the columns to print on: those of the terminal, or fewer where lines would be hard to read."""
    return min(console.width, _WIDEST)


def print_page(page: Page, console: Console | None = None, first_number: int = 1) -> None:
    """Print hits as a table, numbered and with matches marked, and each facet as a table of its commonest values; it fits 80 columns."""
    console = console or Screen()
    width = width_of(console)
    if page.hits:
        console.print(hit_table(page.hits, width, first_number))
    for field, values in page.facets.items():
        console.print(count_table(field, ("turns", "calls"), values, width))


def hit_table(hits: Sequence[Hit], width: int, first_number: int = 1) -> Table:
    """Make a table of hits, numbered, with matches marked; it fits 80 columns."""
    table = Table(box=box.SIMPLE_HEAD, width=width, pad_edge=False, show_edge=False)
    table.add_column("#", no_wrap=True, style="dim", justify="right")
    table.add_column("Call", no_wrap=True, style="cyan", max_width=22)
    table.add_column("Speaker", max_width=20)
    table.add_column("What was said", ratio=1)
    for number, hit in enumerate(hits, first_number):
        table.add_row(str(number), _place(hit), _who(hit), _snippet(hit))
        table.add_section()
    return table


def _place(hit: Hit) -> Text:
    lines = [hit.call, hit.date or "", f"turn {hit.turn} · {hit.kind}"]
    if hit.matching_turns is not None:
        lines.append(f"{hit.matching_turns} matching")
    return Text("\n".join(filter(None, lines)), overflow="ellipsis")


def _who(hit: Hit) -> Text:
    text = Text(hit.speaker, style="bold")
    for more in (hit.role if hit.role != hit.speaker else None, hit.firm):
        if more:
            text.append(f"\n{more}", style="not bold")
    return text


def _snippet(hit: Hit) -> Text:
    if not hit.question:
        return marked(hit.snippet)
    about = f"{hit.question.speaker}, {hit.question.firm}" if hit.question.firm else hit.question.speaker
    asked = Text(f"{about} asked: ", style="dim").append_text(marked(hit.question.snippet))
    return asked.append("\n").append_text(marked(hit.snippet))


def marked(snippet: Snippet) -> Text:
    """Give a snippet with its matches marked."""
    text = Text(snippet.text)
    for start, end in snippet.matches:
        text.stylize("bold yellow", start, end)
    return text


def count_table(field: str, of: Sequence[str], values: Sequence[tuple[str | None, int, int]], width: int) -> Group:
    """Make a table of the commonest values of a field.

    Args:
        field: Its name.
        of: What is counted, as `turns` and `calls`.
        values: Each with the two counts, in order.
        width: Of the terminal.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, width=min(width, 64))
    table.add_column(field, ratio=1, overflow="ellipsis", no_wrap=True)
    for name in of:
        table.add_column(name, justify="right")
    for value, first, second in values[:_MOST_FACET_VALUES]:
        table.add_row(Text(value or "(none)", style="" if value else "dim"), f"{first:,}", f"{second:,}")
    more = len(values) - _MOST_FACET_VALUES
    return Group("", table, *([Text(f"  and {more:,} more", style="dim")] if more > 0 else []))


def print_command(command: str, console: Console | None = None) -> None:
    """Print a command line as one types it."""
    (console or Screen()).print(Text(f"$ {command}", style="bold green"), soft_wrap=True)


def print_note(text: str) -> None:
    """Print a line as it is."""
    Screen().print(Text(text), soft_wrap=True)

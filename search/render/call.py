"""How does a call look that is read? Its turns under their numbers, on a terminal page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from indexer.model import Turn
from indexer.schema import PARAGRAPH_BREAK
from search.passage import Marks
from search.render.screen import Screen
from search.render.terminal import width_of
from search.results import Call

__all__ = ["print_call"]

_NO_MARKS: Marks = MappingProxyType({})


def print_call(
    call: Call,
    turns: tuple[Turn, ...],
    console: Console | None = None,
    marks: Marks = _NO_MARKS,
    pager: Callable[[str], object] | None = None,
) -> None:
    """Print what a call is, and the given turns of it as they were said.

    Args:
        call: The call.
        turns: Of that call.
        console: Where to; standard output.
        marks: What to mark in the turns.
        pager: Takes, in place of a terminal, text of more lines than the terminal has, without the end of the last; None: the
            terminal takes it.
    """
    console = console or Screen()
    if pager is None or not console.is_terminal:
        _print(call, turns, console, marks)
        return
    with console.capture() as captured:
        _print(call, turns, console, marks)
    text = captured.get()
    if text.count("\n") < console.height:  # the prompt takes a line
        console.file.write(text)
    else:
        pager(text.removesuffix("\n"))


def _print(call: Call, turns: tuple[Turn, ...], console: Console, marks: Marks) -> None:
    about = " · ".join(filter(None, (call.company, call.ticker, call.period, call.event, call.date)))
    console.print(Text(f"{call.call}  {about}", style="bold"), soft_wrap=True)
    width = width_of(console)
    for turn in turns:
        console.print()
        console.print(_turn_line(turn), soft_wrap=True)
        for paragraph in _paragraphs(turn, marks):
            if console.is_terminal:
                console.print(Padding(paragraph, (0, 0, 0, 4)), width=width)
            else:  # a line a paragraph, for grep
                console.print(Text("    ").append_text(paragraph), soft_wrap=True)


def _turn_line(turn: Turn) -> Text:
    line = Text(f"[{turn.number}] ", style="cyan").append(turn.speaker, style="bold")
    about = ", ".join(filter(None, (turn.title, turn.firm)))
    if about:
        line.append(f", {about}", style="not bold")
    place = f"{turn.section.value}, {turn.kind.value}" + (f" in exchange {turn.exchange}" if turn.exchange else "")
    return line.append(f"  ({place})", style="dim")


def _paragraphs(turn: Turn, marks: Marks) -> Iterator[Text]:
    """Give a turn's paragraphs, marked; a phrase may begin in one and end in the next."""
    said = Text(PARAGRAPH_BREAK.join(turn.paragraphs))
    for start, end in marks.get(turn.number, ()):
        said.stylize("bold yellow", start, end)
    yield from said.split(PARAGRAPH_BREAK)

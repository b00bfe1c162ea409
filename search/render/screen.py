"""What reaches a terminal of what others wrote? Letters, and nothing that a terminal would obey."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from indexer.printable import printable

__all__ = ["Screen"]

_INSTEAD = "�"  # one character for one, so that marks stay where they are


class Screen(Console):
    """The one console that answers are printed on: in every text that it draws, what a terminal would obey is replaced.

    What styles need comes from the console itself. Strings are taken as they are: brackets in them are no markup, `:names:` no emoji.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Draw; every text comes through here, whatever table or padding it stands in."""
        if isinstance(renderable, str):
            renderable = Text(renderable)
        if isinstance(renderable, Text):
            renderable = renderable.copy()
            renderable.plain = printable(renderable.plain, "\n", _INSTEAD)
        return super().render(renderable, options)

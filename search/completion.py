"""What may a half-typed value become? Values of an open index, for a shell's Tab key."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search.reader import Snapshot

__all__ = ["complete_facets", "complete_single_valued", "complete_values", "fitting_first", "values_of"]

_MOST = 50  # a screen of them; what is typed next narrows them
_WORD_STARTS = re.compile(r"\b\w")


def complete_values(field: str) -> Callable[[Any, Any, str], list[str]]:
    """Give what completes the values of a field from the index that the command line asks, as `shell_complete` of click's parameters.

    Whatever fails gives no completions: half a command line is no place for an error.
    """

    def complete(context: Any, parameter: Any, typed: str) -> list[str]:  # noqa: ARG001 - click's signature
        from search.reader import open_snapshot

        try:
            snapshot = open_snapshot(_folder(context.params.get("index")))
            try:
                return fitting_first(values_of(snapshot, field), typed)
            finally:
                snapshot.close()
        except Exception:  # noqa: BLE001 - see above; a damaged index fails in any way there is
            return []

    return complete


def complete_facets(context: Any, parameter: Any, typed: str) -> list[str]:  # noqa: ARG001 - click's signature
    """Complete the name of a field that turns may be counted by, as `shell_complete` of click's parameters."""
    from indexer.schema import FACETS
    from search.tree import SIDE_FACETS

    return fitting_first((*FACETS, *SIDE_FACETS), typed)


def complete_single_valued(context: Any, parameter: Any, typed: str) -> list[str]:  # noqa: ARG001 - click's signature
    """Complete the name of a field of which a turn has one value, as those that `trends` tells apart by."""
    from indexer.schema import FACETS, MANY_VALUED

    return fitting_first((field for field in FACETS if field not in MANY_VALUED), typed)


def values_of(snapshot: Snapshot, field: str) -> list[str]:
    """Give the values of a field that turns have, most turns first, ties by value."""
    import numpy as np

    from indexer.printable import printable
    from search.facets import FacetCounts

    counted = FacetCounts(snapshot, np.flatnonzero(snapshot.live).astype(np.uint32)).of(field)
    # A shell takes a completion for what was typed, line ends and all.
    return [value.value for value in counted if value.value and printable(value.value) == value.value]


def fitting_first(values: Iterable[str], typed: str) -> list[str]:
    """Choose up to 50 values that go on from what was typed: those that begin with it, then those of which a word does.

    Case and accents do not count.

    Args:
        values: The best first.
        typed: A beginning; "" fits everything.
    """
    from indexer.names import fold

    wanted = fold(typed) + (" " if typed.strip() and typed[-1].isspace() else "")
    begun, within = [], []
    for value in values:
        folded = fold(value)
        if folded.startswith(wanted):
            begun.append(value)
        elif wanted in folded and any(folded.startswith(wanted, start.start()) for start in _WORD_STARTS.finditer(folded)):
            within.append(value)
    return (begun + within)[:_MOST]


def _folder(asked: str | None) -> str:
    """Give the index folder of a command line; the shell has not yet put home folder and variables in."""
    return os.path.expanduser(os.path.expandvars(asked or os.environ.get("EARFUL_INDEX") or "index"))

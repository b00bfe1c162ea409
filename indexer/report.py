"""What did a rebuild do?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Duplicate", "Rejection", "Report"]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A source that is not in the index, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A transcript that is not in the index because a fuller one of the same call is."""

    call: str
    source: str
    kept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a rebuild found and did.

    Attributes:
        transcripts: Sources that hold calls: added, changed and unchanged ones.
        calls: Calls in the index.
        turns: Turns in the index.
        added, changed, unchanged, removed: Transcripts, against the index before.
        warnings: What the reader was unsure of, and in how many calls of the index.
        read: Files that were opened.
        resumed: Files that a rebuild which was stopped had read, and that were not opened again.
        waiting: Files that were changed too short a time ago, or while the rebuild ran: they are left for the next one, and the
            index holds of them what it held.
        generation: Number of the index generation that answers now; 0 for none, as after a dry run.
        notes: What the user should know besides, a line each.
    """

    transcripts: int
    calls: int
    turns: int
    added: int
    changed: int
    unchanged: int
    removed: int
    duplicates: tuple[Duplicate, ...]
    rejected: tuple[Rejection, ...]
    warnings: dict[str, int]
    read: int
    resumed: int
    waiting: tuple[str, ...]
    generation: int
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of `earful rebuild --json`."""
        fields = asdict(self)
        for name in ("duplicates", "rejected", "waiting"):
            fields[name] = list(fields[name])
        del fields["generation"], fields["notes"]
        return fields

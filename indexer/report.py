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
        generation: Number of the index generation that answers now.
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
    generation: int
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of `earful rebuild --json`."""
        fields = asdict(self)
        fields["duplicates"] = list(fields["duplicates"])
        fields["rejected"] = list(fields["rejected"])
        del fields["generation"], fields["notes"]
        return fields

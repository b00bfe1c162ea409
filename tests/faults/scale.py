"""How often is each fault tried? In short, so that it can be run before every change, or in full."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["LONG", "SHORT", "Scale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Numbers of tries.

    Attributes:
        is_long: Whether this is the full form.
        kills_at_steps: Kills at a step of the store; at most as many as there are.
        kills_at_instants: Kills at any instant.
        kills_of_several: Kills of a rebuild by several processes.
        crash_states: What a loss of power may leave, for each state of the disk.
        failures: Steps that fail.
        full_disks: Disks that fill up.
        several_on_full_disks: Of these, the share of each seventh that several processes fill.
        operations: Random operations, one after the other.
        versions: Rebuilds while others read and rebuild.
        flips: Flipped bits.
        forgeries_a_kind: Of each kind of forgery; at most as many as there are.
        truncations: Places at which a forged segment is cut off.
        corpus: A folder of real transcripts; None to do without.
    """

    is_long: bool = False
    kills_at_steps: int = 120
    kills_at_instants: int = 60
    kills_of_several: int = 2
    crash_states: int = 4
    failures: int = 120
    full_disks: int = 10
    several_on_full_disks: float = 0.0
    operations: int = 400
    versions: int = 12
    flips: int = 320
    forgeries_a_kind: int = 60
    truncations: int = 50
    corpus: Path | None = None


_ALL = 10**9

SHORT = Scale()
LONG = Scale(
    is_long=True,
    kills_at_steps=_ALL,
    kills_at_instants=1_000,
    kills_of_several=60,
    crash_states=40,
    failures=_ALL,
    full_disks=100,
    several_on_full_disks=1.0,
    operations=10_000,
    versions=100,
    flips=10_000,
    forgeries_a_kind=_ALL,
)

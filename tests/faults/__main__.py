"""Is an index ever lost, or wrong? Every fault that could do it is tried, and what survives is counted.

python -m tests.faults
python -m tests.faults --long --seed 7 --only soak --only flips
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from random import Random

import click

from tests.faults.scale import LONG, SHORT, Scale
from tests.faults.table import Outcome, draw_table, lost_lines

__all__ = ["IN_MEMORY", "main", "run_trials"]

Trial = Callable[[Scale, Path, Random], list[Outcome]]

# Name of each trial, which is that of its module, and its function.
TRIALS: tuple[tuple[str, str], ...] = (
    ("kills", "try_kills"),
    ("power", "try_power_loss"),
    ("disk", "try_disks"),
    ("resume", "try_resumption"),
    ("soak", "try_operations"),
    ("crowd", "try_crowd"),
    ("hostile", "try_hostile"),
    ("flips", "try_flips"),
)

# To sync a file that lies in memory costs nothing, and loses nothing: what is tried here is the order of steps.
IN_MEMORY = Path("/dev/shm")


@click.command(help=(__doc__ or "").splitlines()[0], epilog="Example: python -m tests.faults --long --only soak --only flips")
@click.option("--long", "is_long", is_flag=True, help="Try each fault as often as is worth a night.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of what is drawn by chance.")
@click.option("--only", "names", multiple=True, type=click.Choice([name for name, _ in TRIALS]), help="Run this trial; may be repeated.")
@click.option("--corpus", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A folder of real transcripts.")
def main(is_long: bool, seed: int, names: Sequence[str], corpus: Path | None) -> None:
    """Run the trials, print the table and what was lost; the exit status is 1 if anything was."""
    scale = replace(LONG if is_long else SHORT, corpus=corpus)
    outcomes = run_trials([(name, _load(name, function)) for name, function in TRIALS if not names or name in names], scale, seed)
    print(draw_table(outcomes))
    for line in lost_lines(outcomes):
        print(f"LOST {line}")
    sys.exit(any(outcome.lost for outcome in outcomes))


def run_trials(trials: Sequence[tuple[str, Trial]], scale: Scale, seed: int) -> list[Outcome]:
    """Run trials, each in a folder of its own that is removed afterwards, and by chances that depend on its name and the seed alone."""
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="earful-faults-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as work:
        for name, trial in trials:
            folder = Path(work) / name
            folder.mkdir()
            began_s = time.monotonic()
            print(f"{name} ...", file=sys.stderr, flush=True)
            found = trial(scale, folder, Random(f"{seed} {name}"))
            lost = sum(len(outcome.lost) for outcome in found)
            print(f"{name}: {time.monotonic() - began_s:.1f} s, {lost} lost", file=sys.stderr, flush=True)
            outcomes += found
    return outcomes


def _load(name: str, function: str) -> Trial:
    trial: Trial = getattr(import_module(f"tests.faults.{name}"), function)
    return trial


if __name__ == "__main__":
    main()

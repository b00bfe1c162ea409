"""What if somebody else wrote the index? Files that are forged to run code, to crash or to take all memory, under checksums that fit."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import indexer
from indexer.errors import EarfulError
from indexer.store import Store
from search.reader import open_snapshot
from search.watch import Watch, open_watches
from tests.faults.battery import Faced, ask_all, problem_of
from tests.faults.forgery import Attack, attacks_on_files
from tests.faults.leftovers import attacks_beside, stop_rebuild
from tests.faults.papers import attacks_on_papers
from tests.faults.processes import Child
from tests.faults.scale import Scale
from tests.faults.table import Outcome, Tally
from tests.small_index import transcript

__all__ = ["Victim", "attack_one", "make_victim", "try_hostile"]

_CANARY, _ALIVE = "canary", "alive"
_TIMEOUT_S = 10.0  # two hundred times what it takes
_OLD_S = 1_600_000_000
_MEMORY = 8 << 30  # bytes of address space
_MOST_RESIDENT = 1 << 30  # bytes on top of what the process had
_RUNS = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "subprocess.Popen",
    "pty.spawn",
    "socket.connect",
    "ctypes.dlopen",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """An index to be forged, and what it is made of.

    Attributes:
        faced: What it says while it is sound.
    """

    source: Path
    index: Path
    faced: Faced


def try_hostile(scale: Scale, folder: Path, random: Random) -> list[Outcome]:
    """Try every forgery: nothing runs, every failure is one clear line, and a rebuild makes the index sound again."""
    victim = make_victim(folder)
    stop_rebuild(victim.source, folder / "stopped")
    canary = folder / "arena" / _CANARY
    by_kind: defaultdict[str, list[Attack]] = defaultdict(list)
    for attack in chain(
        attacks_on_files(victim.index, canary, scale.truncations, random, is_long=scale.is_long),
        attacks_on_papers(victim.index),
        attacks_beside(victim.source, victim.index, folder / "stopped", canary),
    ):
        by_kind[attack.kind].append(attack)
    return [_outcome(kind, random.sample(some, min(scale.forgeries_a_kind, len(some))), victim, canary) for kind, some in by_kind.items()]


def _outcome(kind: str, attacks: Sequence[Attack], victim: Victim, canary: Path) -> Outcome:
    tally, afresh = Tally(kind), 0
    for attack in attacks:
        is_afresh, problems = attack_one(victim, attack, canary)
        afresh += is_afresh
        tally.count(attack.name, *problems)
    return tally.outcome(f"{afresh} needed --fresh" if afresh else "")


def make_victim(folder: Path) -> Victim:
    """Build an index of two generations, so that turns are deleted in it."""
    source, index = folder / "source", folder / "sound"
    source.mkdir()
    for number in range(5):
        said = ("Pumps sold well, margin up.", "Why is demand up?", f"Because of pump {number}.")
        path = source / f"call{number}.txt"
        path.write_text(transcript(f"T{chr(65 + number)}", "Q1 2022", *said))
        os.utime(path, (_OLD_S, _OLD_S))  # so that what is known of it counts
    indexer.rebuild(source, index=index)
    (source / "call0.txt").unlink()
    (source / "call5.txt").write_text(transcript("TF", "Q2 2022", "Demand grew.", "Did the margin?"))
    indexer.rebuild(source, index=index)
    with closing(open_snapshot(index)) as snapshot, open_watches(Store(index)) as watches:
        watches.add(snapshot, Watch(name="kept", query="pumps"))
    return Victim(source=source, index=index, faced=ask_all(index))


def attack_one(victim: Victim, attack: Attack, canary: Path) -> tuple[bool, list[str]]:
    """Forge a copy that lies beside the canary, and face it in a process of its own.

    Returns:
        Whether only a fresh rebuild mended it, and what was wrong.
    """
    arena, index = canary.parent, canary.parent / "index"
    shutil.rmtree(arena, ignore_errors=True)
    shutil.copytree(victim.index, index, symlinks=True)
    (arena / "outside").mkdir()
    for path in (canary, arena / "outside" / _CANARY):
        path.write_text(_ALIVE)
    attack.forge(index)
    told, problem = Child(lambda: _face(victim, attack, index), _MEMORY).result(_TIMEOUT_S)
    found: dict[str, Any] = json.loads(told) if not problem else {"problems": [problem], "afresh": False}
    return found["afresh"], [*found["problems"], *_outside(arena)]


def _outside(arena: Path) -> list[str]:
    """Say what was changed outside of the index."""
    found = {str(path.relative_to(arena)): path.read_text() for path in (*arena.glob("*"), *arena.glob("outside/*")) if path.is_file()}
    wanted = {_CANARY: _ALIVE, f"outside/{_CANARY}": _ALIVE}
    return [] if found == wanted else [f"outside of the index there is now {found}"]


def _face(victim: Victim, attack: Attack, index: Path) -> str:
    """Ask a forged index everything, and rebuild it."""
    ran: list[str] = []
    resident = _resident()
    sys.addaudithook(lambda event, arguments: _watch(event, arguments, ran))
    faced = ask_all(index)
    problems = list(faced.problems)
    for look in (lambda: Store(index).check(), lambda: Store(index).strangers(), lambda: Store(index).report()):
        problems += _called(look)
    if attack.is_refused and not faced.errors:
        problems.append("it was taken for sound")
    if attack.is_harmless and (faced.errors or faced.answers != victim.faced.answers):
        problems.append(f"it answered otherwise: {faced.errors}")
    afresh, more, unmended = _mended(victim, index)
    problems += [*more, *(f"it ran {what}" for what in ran)]
    if unmended and attack.is_mended:
        problems.append(f"no rebuild mends it: {unmended}")
    if (taken := _resident() - resident) > _MOST_RESIDENT:
        problems.append(f"it took {taken >> 20:,} MB")
    return json.dumps({"problems": problems, "afresh": afresh})


def _called(look: Callable[[], object]) -> list[str]:
    try:
        look()
    except EarfulError as error:
        return [problem for problem in [problem_of(error)] if problem]
    except Exception as error:  # noqa: BLE001 - whatever else is raised is what this looks for
        return [f"{type(error).__name__}: {str(error)[:200]}"]
    return []


def _mended(victim: Victim, index: Path) -> tuple[bool, list[str], str]:
    """Rebuild, and if that does not help, afresh.

    Returns:
        Whether that was needed; what should never happen; and why it is not sound even then, or "".
    """
    problems: list[str] = []
    why = ""
    for fresh in (False, True):
        problems += _called(lambda fresh=fresh: indexer.rebuild(victim.source, index=index, fresh=fresh))  # type: ignore[misc]
        for watch in index.glob("earful-watch*"):  # these are the user's, which no rebuild can make again
            shutil.rmtree(watch) if watch.is_dir() and not watch.is_symlink() else watch.unlink()
        faced = ask_all(index)
        problems += faced.problems
        why = next(iter(faced.errors.values()), "" if faced.content == victim.faced.content else "it answers otherwise")
        if not (why := why or _unsound(index)):
            return fresh, problems, ""
    return True, problems, why


def _unsound(index: Path) -> str:
    try:
        return "; ".join(Store(index).check())
    except EarfulError as error:
        return str(error)


def _watch(event: str, arguments: tuple[Any, ...], ran: list[str]) -> None:
    if event.startswith(_RUNS) or (event == "import" and arguments[0] in ("antigravity", "this")):
        ran.append(f"{event} {arguments!r}"[:200])


def _resident() -> int:
    """How many bytes the process had at most."""
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) << 10

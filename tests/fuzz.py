"""Does reading end soon, in little memory, with sound calls or a reason, whatever it is given? Damaged sources in, findings out.

`python -m tests.fuzz --minutes 5` reads damaged sources, each in a process of its own; `python -m tests.fuzz FILE ...` reads files so.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from pathlib import Path
from random import Random
from typing import NoReturn

from indexer.clean import clean
from indexer.errors import SourceError
from indexer.model import Kind, Transcript
from indexer.reading import read_bytes
from tests.hostile import CORPUS, Case, load_sources, make_case

MOST_SECONDS = 10  # of processor time for a file
MOST_BYTES = 500_000_000  # of address space for a file
_SLOWEST = 5
_HEAD = "| layout | cases | accepted | refused | findings | slowest, s | most memory, MB |\n|---|--:|--:|--:|--:|--:|--:|"


def _said(call: Transcript) -> list[str]:
    return [paragraph for turn in call.turns for paragraph in turn.paragraphs]


# What is true of every call, whatever it was read from.
_SOUND: dict[str, Callable[[Transcript], bool]] = {
    "turns are numbered from 1": lambda call: [turn.number for turn in call.turns] == list(range(1, len(call.turns) + 1)) != [],
    "each turn has words": lambda call: all(turn.paragraphs for turn in call.turns) and all(map(str.split, _said(call))),
    "speech is clean": lambda call: all(clean(paragraph) == paragraph for paragraph in _said(call)),
    "questions and answers have exchanges": lambda call: all(
        turn.exchange for turn in call.turns if turn.kind in (Kind.QUESTION, Kind.ANSWER)
    ),
    "exchanges are numbered from 1": lambda call: all(
        number == at for at, number in enumerate(dict.fromkeys(turn.exchange for turn in call.turns if turn.exchange), 1)
    ),
    "speakers are participants": lambda call: (
        {turn.speaker for turn in call.turns} <= {"Operator", *(person.name for person in call.participants)}
    ),
    "the date is possible": lambda call: call.date is None or date(1990, 1, 1) <= call.date <= date.today() + timedelta(days=2),
    "the period is possible": lambda call: call.period is None or re.fullmatch(r"(?:199|20\d)\dQ[1-4]", call.period) is not None,
    "names are one line": lambda call: all(
        re.fullmatch(r"\S.*", name) for name in (call.call, call.company, call.event, *(person.name for person in call.participants))
    ),
    "the call is JSON": lambda call: json.dumps(call.to_dict(), ensure_ascii=False).encode() != b"",
}


def judge(data: bytes) -> str:
    """Read a source; give "accepted", "refused", or what is wrong."""
    try:
        calls = read_bytes(data, source="case.txt")
        wrong = [claim for call in calls for claim, holds in _SOUND.items() if not holds(call)]
    except SourceError as error:
        return "refused" if re.fullmatch(r"\S.+", str(error)) else f"refused without a reason in one line: {str(error)!r}"
    except Exception as error:  # noqa: BLE001 - whatever else is raised is what this looks for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}: {str(error)[:200]}"
    return f"not so: {', '.join(dict.fromkeys(wrong))}" if wrong or not calls else "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a case, with the processor time it took and the memory on top of what the process had."""

    layout: str
    what: str
    verdict: str
    seconds: float
    megabytes: float

    @property
    def is_finding(self) -> bool:
        """Whether it should not have ended so."""
        return self.verdict not in ("accepted", "refused")


def run(cases: Iterable[Case], jobs: int = 1) -> Iterator[tuple[Case, Outcome]]:
    """Read each case in a process of its own, with limits, and some at a time; give them as they end."""
    running: dict[int, tuple[Case, int]] = {}
    for case in cases:
        pipe, end = os.pipe()
        process = os.fork()
        if not process:
            _read_within_limits(case, end)
        os.close(end)
        running[process] = (case, pipe)
        if len(running) >= jobs:
            yield _ended(running)
    while running:
        yield _ended(running)


def _read_within_limits(case: Case, end: int) -> NoReturn:
    address_space, resident, *_ = (int(pages) * resource.getpagesize() for pages in Path("/proc/self/statm").read_text().split())
    os.write(end, f"{resident}\n".encode())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (address_space + MOST_BYTES,) * 2)
    warnings.simplefilter("error")
    os.write(end, judge(case.data).encode("utf-8", "replace"))
    os._exit(0)


def _ended(running: dict[int, tuple[Case, int]]) -> tuple[Case, Outcome]:
    process, status, used = os.wait3(0)
    case, pipe = running.pop(process)
    with open(pipe, encoding="utf-8") as told:
        resident, _, verdict = told.read().partition("\n")
    sent = os.WTERMSIG(status)
    return case, Outcome(
        layout=case.layout,
        what=f"{case.name}, {len(case.data) / 1000:,.0f} KB, {case.layout}: {', '.join(case.changes)}",
        verdict=verdict or (f"more than {MOST_SECONDS} s" if sent == signal.SIGXCPU else f"died of signal {sent}"),
        seconds=used.ru_utime + used.ru_stime,
        megabytes=max(0, used.ru_maxrss * 1024 - int(resident)) / 1e6,
    )


def _summary(outcomes: Sequence[Outcome]) -> str:
    """Give cases, accepted, refused, findings, seconds of the slowest and megabytes of the largest, as cells of a table."""
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    findings = sum(outcome.is_finding for outcome in outcomes)
    seconds, megabytes = max(outcome.seconds for outcome in outcomes), max(outcome.megabytes for outcome in outcomes)
    return f"{len(outcomes):,} | {verdicts['accepted']:,} | {verdicts['refused']:,} | {findings:,} | {seconds:.1f} | {megabytes:.0f}"


def report(outcomes: Sequence[Outcome]) -> str:
    """Draw the table by layout, the slowest cases and the findings."""
    by_layout: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_layout[outcome.layout].append(outcome)
    lines = [_HEAD, *(f"| {name} | {_summary(some)} |" for name, some in (*sorted(by_layout.items()), ("all", outcomes)))]
    slowest = sorted(outcomes, key=lambda outcome: -outcome.seconds)[:_SLOWEST]
    lines += ["", "The slowest:", *(f"{outcome.seconds:.1f} s, {outcome.megabytes:.0f} MB: {outcome.what}" for outcome in slowest)]
    return "\n".join([*lines, "", "Findings:", *(f"{each.verdict}: {each.what}" for each in outcomes if each.is_finding)])


def main() -> None:
    """Read cases until their time or number is up, keep what should not have ended so, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--cases", type=int, default=sys.maxsize, help="stop after so many")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--golden", action="store_true", help="damage golden sources only, no real ones")
    parser.add_argument("--report", type=Path, help="a file to write the table to")
    parser.add_argument("files", nargs="*", type=Path, help="read these as they are")
    options = parser.parse_args()
    sources = {} if options.files else load_sources(Random(options.seed), None if options.golden else CORPUS)
    start = minute = time.monotonic()
    numbers = takewhile(lambda _: time.monotonic() < start + 60 * options.minutes, range(options.cases))
    drawn = (make_case(f"{options.seed}-{number}", sources) for number in numbers)
    named = (Case(name=path.name, data=path.read_bytes()) for path in options.files)
    kept = Path(tempfile.gettempdir()) / f"earful-fuzz-{os.getpid()}"
    outcomes: list[Outcome] = []
    print(_HEAD, flush=True)
    for case, outcome in run(named if options.files else drawn, options.jobs):
        outcomes.append(outcome)
        if outcome.is_finding:
            kept.mkdir(exist_ok=True)
            (kept / case.name).write_bytes(case.data)
            print(f"{outcome.verdict}: {outcome.what}: {kept / case.name}", flush=True)
        if time.monotonic() > minute + 60:
            minute += 60
            print(f"| {(minute - start) / 60:.0f} min | {_summary(outcomes)} |", flush=True)
    told = report(outcomes)
    print(told)
    if options.report:
        options.report.write_text(f"{told}\n", encoding="utf-8")
    sys.exit(any(outcome.is_finding for outcome in outcomes))


if __name__ == "__main__":
    main()

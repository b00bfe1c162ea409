"""How do a file's reading, a rebuild's progress and its report look to a person?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from indexer.comparison import Comparison
from indexer.model import Transcript
from indexer.printable import printable
from indexer.workers import Progress

__all__ = ["print_transcripts", "show_progress", "summary", "write_differences", "write_refusals"]

_WIDEST = 200  # columns of a terminal


def print_transcripts(transcripts: Sequence[Transcript], console: Console | None = None) -> None:
    """Print what was understood of a file: its calls, who is on them, and a line for each turn."""
    console = console or Console()
    for transcript in transcripts:
        facts = {
            "call": transcript.call,
            "company": transcript.company,
            "ticker": ":".join(filter(None, (transcript.exchange_code, transcript.ticker))),
            "period": transcript.period,
            "event": transcript.event,
            "date": " ".join(str(part) for part in (transcript.date, transcript.time and transcript.time.strftime("%H:%M")) if part),
            "duration": transcript.duration_minutes and f"{transcript.duration_minutes} minutes",
            "format": f"{transcript.format}, {transcript.encoding}",
            "warnings": ", ".join(transcript.warnings),
        }
        for name, value in facts.items():
            console.print(Text(f"{name:>9}  ", style="dim").append(str(value or "-"), style="not dim"), soft_wrap=True)
        console.print(_participants(transcript))
        console.print(_turns(transcript))


def _participants(transcript: Transcript) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, title="Participants", title_justify="left")
    for name in ("name", "role", "title or firm"):
        table.add_column(name)
    for person in transcript.participants:
        table.add_row(Text(person.name), person.role.value, Text(", ".join(filter(None, (person.firm, person.title)))))
    return table


def _turns(transcript: Transcript) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, title="Turns", title_justify="left", expand=True)
    for name in ("turn", "section", "kind", "exch."):
        table.add_column(name, no_wrap=True, justify="right" if name in ("turn", "exch.") else "left")
    table.add_column("speaker", no_wrap=True, max_width=24, overflow="ellipsis")
    table.add_column("first words", no_wrap=True, overflow="ellipsis", ratio=1)
    for turn in transcript.turns:
        exchange = str(turn.exchange or "")
        words = Text(turn.paragraphs[0][:_WIDEST])
        table.add_row(str(turn.number), turn.section.value, turn.kind.value, exchange, Text(turn.speaker), words)
    return table


class _Rate(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


@contextmanager
def show_progress(is_quiet: bool = False) -> Iterator[Progress]:
    """Give a progress callback that draws a bar a stage on standard error, with the rate and the time left.

    On anything but a terminal, or if it shall be quiet, it says nothing.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Bars(*columns, console=console, disable=is_quiet or not console.is_terminal, transient=True) as bars:
        tasks = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield advance


def write_refusals(report: Mapping[str, Any], out: TextIO) -> None:
    """Write a line for each source that is not in the index, and why; `report` is as `Report.to_dict` gives it."""
    lines = [f"rejected {no['source']}: {no['reason']}" for no in report["rejected"]]
    lines += [f"duplicate {twin['source']}: {twin['call']} is indexed from {twin['kept']}" for twin in report["duplicates"]]
    lines += [f"waiting {path}: it was changed too short a time ago; the next rebuild looks at it" for path in report["waiting"]]
    out.writelines(f"{printable(line)}\n" for line in lines)


def write_differences(found: Comparison, out: TextIO) -> None:
    """Write a line for each call in which an index and sources differ, and for each source that cannot be used."""
    lines = [f"missing {call}: {path} has it, the index has not" for call, path in found.missing]
    lines += [f"extra {call}: the index has it, no source has" for call in found.extra]
    lines += [f"different {call}: {path} says something else" for call, path in found.different]
    lines += [f"rejected {no.source}: {no.reason}" for no in found.rejected]
    out.writelines(f"{printable(line)}\n" for line in lines)


def summary(report: Mapping[str, Any], folder: str) -> str:
    """Sum a rebuild up in a line, and in a second one what the reader was unsure of, by number of calls.

    Args:
        report: As `Report.to_dict` gives it.
    """
    changes = ", ".join(f"{report[name]:,} {name}" for name in ("added", "changed", "unchanged", "removed"))
    refusals = [
        f"{len(report['duplicates']):,} duplicate{'' if len(report['duplicates']) == 1 else 's'}",
        f"{len(report['rejected']):,} rejected",
    ]
    refusals += [f"{len(report['waiting']):,} waiting"] if report["waiting"] else []
    refusals += [f"{report['resumed']:,} read by a rebuild that was stopped"] if report["resumed"] else []
    line = (
        f"{report['calls']:,} calls with {report['turns']:,} turns in {printable(folder)} (transcripts: {changes}; {', '.join(refusals)})"
    )
    doubts = ", ".join(
        f"{name} in {count:,}" for name, count in sorted(report["warnings"].items(), key=lambda doubt: (-doubt[1], doubt[0]))
    )
    return f"{line}\nunsure: {doubts}" if doubts else line

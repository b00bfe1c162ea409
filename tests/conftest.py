"""What tests share: one profile for properties, and one small world of calls in which every query has an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, settings

import indexer
from indexer.analysis import words
from search.reader import open_snapshot

# Derandomized: a test that fails does so for everybody; no deadline: a busy machine is no fault of the code.
settings.register_profile("earful", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("earful")


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests search for apart from the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


PEOPLE = {
    "Jane Roe -- Chief Financial Officer": ("Jane Roe", "CFO"),
    "Ada Low -- Chief Executive Officer": ("Ada Low", "CEO"),
    "Ned Low -- Chief Operating Officer": ("Ned Low", "COO"),
    "Sam Poe -- Pell & Harrow -- Analyst": ("Sam Poe", "Analyst"),
}
SAID = (
    "tariff tariffs tariff's raise raised raises cash runway price prices china AT&T 12.5% non-GAAP Q3 pumps pump the cash runway".split()
)
_PERIODS = {"Q1 2022": "May 03, 2022", "Q2 2022": "Aug 08, 2022", "Q3 2022": "Nov 07, 2022", "Q4 2022": ""}
_ROSTER = "\n\n".join(PEOPLE)


def make_transcript(ticker: str, period: str, turns: Sequence[tuple[str, str]]) -> str:
    """Give a call as text: for each turn a speaker as in `PEOPLE`, and what is said."""
    said = "\n\n".join(f"{header}\n\n{text}" for header, text in turns)
    title = f"{ticker.title()} Pumps ({ticker} 1.00%)\n{period} Earnings Call\n{_PERIODS[period]}"
    return f"{title}\n\n{said}\n\nDuration: 0 minutes\n\n{_ROSTER}\n"


def _invent(ticker: str, period: str, seed: int) -> str:
    """Give a transcript of nine turns of a few words each, the speaker changing with every turn."""
    random, headers = Random(seed), list(PEOPLE)
    turns: list[tuple[str, str]] = []
    for _ in range(9):
        header = random.choice([each for each in headers if not turns or each != turns[-1][0]])
        turns.append((header, " ".join(random.choices(SAID, k=random.randint(2, 9)))))
    return make_transcript(ticker, period, turns)


@dataclass(frozen=True)
class Turn:
    """A turn of the small world, as plain Python."""

    call: str
    number: int
    words: list[str]
    values: dict[str, str]


class World:
    """One set of calls: in one segment, in several with deleted turns, and as plain turns in call order."""

    def __init__(self, folders: dict[str, Path], turns: list[Turn]) -> None:
        self.folders = folders
        self.snapshots = {kind: open_snapshot(folder) for kind, folder in folders.items()}
        self.turns = sorted(turns, key=lambda turn: (turn.call, turn.number))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Build the same twelve calls at once, and in three steps in which calls come, change and go."""
    source = tmp_path_factory.mktemp("source")
    folders = {kind: tmp_path_factory.mktemp(kind) for kind in ("steps", "whole")}
    periods = list(_PERIODS)

    def put(seed: int, numbers: Sequence[int]) -> None:
        for number in numbers:
            name = "ABCDEFGHIJKLMNOP"[number] + "UMP"
            (source / f"{name}.txt").write_text(_invent(name, periods[number % 4], 100 * seed + number))

    put(1, range(8))
    indexer.rebuild([source], index=folders["steps"])
    put(2, [1, 8, 9, 10])
    (source / "CUMP.txt").unlink()
    indexer.rebuild([source], index=folders["steps"])
    put(3, [4, 9, 11, 12])
    (source / "AUMP.txt").unlink()
    for folder in folders.values():
        indexer.rebuild([source], index=folder)
    turns = [
        Turn(transcript.call, turn.number, words("\n".join(turn.paragraphs)), _values(transcript, turn))
        for path in sorted(source.iterdir())
        for transcript in indexer.read(path)
        for turn in transcript.turns
    ]
    opened = World(folders, turns)
    yield opened
    for snapshot in opened.snapshots.values():
        snapshot.close()


def _values(transcript: indexer.Transcript, turn: indexer.Turn) -> dict[str, str]:
    day = transcript.date.isoformat() if transcript.date else ""
    return {"role": turn.role.value, "speaker": turn.speaker, "period": transcript.period or "", "date": day, "kind": turn.kind.value}

"""What is the smallest index for a test? A few calls, each told in a line or two."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

import indexer
from search.reader import Snapshot, open_snapshot

__all__ = ["JANE", "OPERATOR", "SAM", "indexed", "put", "transcript"]

JANE, SAM, OPERATOR = "Jane Roe -- Chief Financial Officer", "Sam Poe -- Pell & Harrow -- Analyst", "Operator"
_DAYS = {"Q1 2022": "May 03, 2022", "Q2 2022": "Aug 08, 2022", "Q3 2022": "Nov 07, 2022", "Q4 2022": "Feb 06, 2023"}


def transcript(ticker: str, period: str, *said: str | tuple[str, str], company: str = "", day: str | None = None) -> str:
    """Give a call as text; what is said without a speaker is said by Jane Roe and Sam Poe in turns."""
    turns = [each if isinstance(each, tuple) else ((JANE, SAM)[number % 2], each) for number, each in enumerate(said)]
    roster = "\n\n".join(dict.fromkeys([JANE, SAM, *(speaker for speaker, _ in turns if speaker != OPERATOR)]))
    title = (
        f"{company or f'{ticker.title()} Pumps'} ({ticker} 1.00%)\n{period} Earnings Call\n{_DAYS.get(period, '') if day is None else day}"
    )
    spoken = "\n\n".join(f"{speaker}\n\n{text}" for speaker, text in turns)
    return f"{title}\n\n{spoken}\n\nDuration: 0 minutes\n\n{roster}\n"


def put(folder: Path, texts: Sequence[str]) -> None:
    """Write calls as files of a folder, by number."""
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        (folder / f"call{number:02}.txt").write_text(text)


def indexed(folder: Path, texts: Sequence[str]) -> AbstractContextManager[Snapshot]:
    """Give an open index of some calls, to be closed by `with`."""
    put(folder / "source", texts)
    indexer.rebuild([folder / "source"], index=folder / "index")
    return closing(open_snapshot(folder / "index"))

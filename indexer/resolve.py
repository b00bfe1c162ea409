"""Which transcript stands for each call? Records of all transcripts in, one winner a call out, whatever their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["CallRecord", "Resolved", "resolve"]

# Publishers date one call by the company's clock or their own.
_SAME_CALL = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """What must be known of a transcript to tell whether another one is of the same call.

    Attributes:
        source: Path of its file, for reports.
        fingerprint: Of the file.
        place: Number of the call in its file, from 0.
        call: Id the transcript gives its call by itself.
        words: Words said: the fuller transcript of a call is the better one.
        turns: Number of turns.
    """

    source: str
    fingerprint: str
    place: int
    call: str
    date: date | None
    words: int
    turns: int

    @property
    def content(self) -> tuple[str, int]:
        """What identifies the words of this transcript: its file's fingerprint and the place in it."""
        return self.fingerprint, self.place


@dataclass(frozen=True, slots=True)
class Resolved:
    """Calls by their final ids, each with the transcript that is indexed, and the transcripts that another one stands for."""

    winners: dict[str, CallRecord]
    duplicates: tuple[tuple[CallRecord, str], ...]


def resolve(records: Iterable[CallRecord]) -> Resolved:
    """Choose one transcript a call, and give every call a unique id.

    Transcripts of one id and of dates within three days are of one call; the one with most words wins. Calls of one id
    but of other dates are different calls: the earliest keeps the id, a later one's date is appended.
    """
    by_id: defaultdict[str, list[CallRecord]] = defaultdict(list)
    for record in records:
        by_id[record.call].append(record)
    winners: dict[str, CallRecord] = {}
    duplicates: list[tuple[CallRecord, str]] = []
    for call in sorted(by_id):
        for number, same in enumerate(_by_date(by_id[call])):
            dated = next((record.date for record in same if record.date), None)
            name = f"{call}-{dated:%Y%m%d}" if number and dated else call
            while number and (name in by_id or name in winners):
                name += "-2"
            best, *others = sorted(same, key=lambda record: (-record.words, *record.content, record.source))
            winners[name] = best
            duplicates.extend((record, name) for record in others)
    return Resolved(winners, tuple(duplicates))


def _by_date(records: list[CallRecord]) -> list[list[CallRecord]]:
    """Part records into calls, earliest first; those without a date join the first."""
    undated = [record for record in records if record.date is None]
    groups: list[list[CallRecord]] = []
    last: date | None = None
    for record in sorted((record for record in records if record.date is not None), key=lambda record: (record.date, record.content)):
        if last is None or record.date is None or record.date - last > _SAME_CALL:
            groups.append([])
        groups[-1].append(record)
        last = record.date
    if undated:
        groups[:1] = [[*(groups[0] if groups else []), *undated]]
    return groups

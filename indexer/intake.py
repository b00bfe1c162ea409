"""What does a worker make of one file? What is known of it and the columns of its calls, or the reason why it has none."""

from __future__ import annotations

import os
from dataclasses import dataclass

from indexer.errors import SourceError
from indexer.firms import load_firms
from indexer.model import Transcript
from indexer.reading import read_bytes
from indexer.readings import Reading
from indexer.resolve import CallRecord, figures_of, voices_of
from indexer.sources import SourceFile, fingerprint, read_source
from indexer.spool import pack_call

__all__ = ["Firms", "Parsed", "parse_file", "reader_died"]

# A file of firms' names beside the table that ships, or None.
Firms = str | os.PathLike[str] | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a worker made of a file: the columns of calls and their records, or why there are none.

    Attributes:
        known: Whether it had been read before.
        may_be_better_next_time: Whether not the file is to blame, but the disk it lies on, or the process that read it.
    """

    fingerprint: str
    calls: tuple[tuple[CallRecord, bytes], ...] = ()
    rejected: str | None = None
    known: bool = False
    may_be_better_next_time: bool = False

    def reading_of(self, file: SourceFile) -> Reading:
        """Give what is now known of the file."""
        calls = tuple(record for record, _ in self.calls)
        return Reading(path=file.path, key=file.key, stamp=file.stamp, fingerprint=self.fingerprint, calls=calls, rejected=self.rejected)


def parse_file(path: str, *, known: frozenset[str], firms: Firms) -> Parsed:
    """Read one file, in a worker. Whatever is wrong with it becomes the reason why it is rejected."""
    digest = ""
    try:
        data = read_source(path)
        digest = fingerprint(os.path.basename(path), data)
        if digest in known:
            return Parsed(digest, known=True)
        transcripts = read_bytes(data, source=path, firms=load_firms(firms))
    except SourceError as error:
        return Parsed(digest, rejected=str(error), may_be_better_next_time=isinstance(error.__cause__, OSError))
    except Exception as error:  # noqa: BLE001 - a fault of ours in one file of a hundred thousand must not cost the others, and must be seen
        return Parsed(digest, rejected=f"the reader failed on it ({type(error).__name__}: {error}); this is a fault of Earful")
    return Parsed(
        digest, tuple((_record(transcript, digest, place), pack_call(transcript)) for place, transcript in enumerate(transcripts))
    )


def reader_died(path: str) -> Parsed:  # noqa: ARG001 - every file that kills its process has the same reason
    """Give what takes the place of a file's calls if the process that reads it dies."""
    return Parsed(
        "",
        rejected="the process that read it died, for want of memory or by a fault in a library; it is tried again next time",
        may_be_better_next_time=True,
    )


def _record(transcript: Transcript, digest: str, place: int) -> CallRecord:
    return CallRecord(
        source=transcript.source,
        fingerprint=digest,
        place=place,
        call=transcript.call,
        company=transcript.company,
        ticker=transcript.ticker,
        exchange_code=transcript.exchange_code,
        period=transcript.period,
        date=transcript.date,
        voices=voices_of({turn.speaker for turn in transcript.turns}),
        figures=figures_of(paragraph for turn in transcript.turns for paragraph in turn.paragraphs),
        words=transcript.words,
        turns=len(transcript.turns),
        warnings=transcript.warnings,
    )

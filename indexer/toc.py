"""How does Whoosh know which segments make up a generation? By its table of contents, which Earful writes, and does not read.

It is a pickle, and to read one may run whatever stands in it. What it says stands in the manifest, too, which is JSON.
"""

from __future__ import annotations

from collections.abc import Sequence

from whoosh.codec.base import Segment
from whoosh.filedb.filestore import RamStorage
from whoosh.index import TOC

from indexer.schema import turn_schema
from indexer.segments import INDEX_NAME

__all__ = ["write_toc"]


def write_toc(segments: Sequence[Segment], generation: int) -> bytes:
    """Give the table of contents of a generation as Whoosh writes it."""
    memory = RamStorage()
    TOC(turn_schema(), list(segments), generation).write(memory, INDEX_NAME)
    with memory.open_file(TOC._filename(INDEX_NAME, generation)) as file:
        return bytes(file.read())

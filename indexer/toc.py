"""Which segments make up a generation? Whoosh's table of contents as bytes, read without running code from it."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from typing import Any

from whoosh.codec.base import Segment
from whoosh.filedb.filestore import RamStorage
from whoosh.index import TOC

from indexer.codec import ArrowSegment
from indexer.errors import IndexDamaged
from indexer.schema import turn_schema
from indexer.segments import INDEX_NAME

__all__ = ["read_toc", "write_toc"]

# All that Whoosh pickles of a segment. Anything else that a table of contents names is not loaded, let alone called.
_BELONGS = frozenset({("indexer.codec.segment", "ArrowSegment")})


class _SegmentUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Admit what belongs to a segment.

        Raises:
            UnpicklingError: something else is asked for.
        """
        if (module, name) not in _BELONGS:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong there")
        return super().find_class(module, name)


def write_toc(segments: Sequence[Segment], generation: int) -> bytes:
    """Give the table of contents of a generation as Whoosh writes it."""
    memory = RamStorage()
    TOC(turn_schema(), list(segments), generation).write(memory, INDEX_NAME)
    with memory.open_file(TOC._filename(INDEX_NAME, generation)) as file:
        return bytes(file.read())


def read_toc(data: bytes, name: str) -> list[ArrowSegment]:
    """Read the segments from a table of contents; the schema in it, a pickle too, is passed over: ours is known.

    Args:
        data: What `write_toc` gave.
        name: Of its file, for errors.
    Raises:
        IndexDamaged: it is not a table of contents, or names what does not belong in one.
    """
    memory = RamStorage()
    with memory.create_file(name) as file:
        file.write(data)
    try:
        with memory.open_file(name) as file:
            for _ in ("int", "long", "float"):
                file.read_varint()  # their sizes on the machine that wrote it
            file.read_int()  # a number that shows the order of bytes
            file.read_int()  # version of the format
            for _ in ("major", "minor", "patch"):
                file.read_varint()  # of the Whoosh that wrote it
            file.read_string()  # the schema
            file.read_int()  # generation
            file.read_int()  # unused
            return [_checked(segment) for segment in _SegmentUnpickler(io.BytesIO(bytes(file.read()))).load()]
    except Exception as error:  # of bytes that it did not write unpickling raises whatever there is
        raise IndexDamaged(f"{name} is not what was written ({error})", hint="run earful rebuild") from error


def _checked(segment: object) -> ArrowSegment:
    """Take of an unpickled segment what belongs to one; its state may be anything."""
    state = vars(segment) if type(segment) is ArrowSegment else {}
    if state.get("indexname") != INDEX_NAME:
        raise ValueError("it names something that is no segment of the index")
    return ArrowSegment.known(INDEX_NAME, state["segid"], state["_turns"], state["_deleted"])

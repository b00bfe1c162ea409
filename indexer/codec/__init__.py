"""How is a segment of the index stored? As Arrow tables that are mapped into memory, behind Whoosh's interface of a codec."""

from indexer.codec.marks import Marks, are_among
from indexer.codec.reader import ByteStrings, SegmentArrays
from indexer.codec.rows import CallColumns
from indexer.codec.segment import ArrowCodec, ArrowSegment
from indexer.codec.tables import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS
from indexer.codec.whoosh_reader import ArrowTerms
from indexer.codec.writer import SegmentBuilder

__all__ = [
    "CALL_FIELDS",
    "PERSON_FIELDS",
    "TURN_FIELDS",
    "ArrowCodec",
    "ArrowSegment",
    "ArrowTerms",
    "ByteStrings",
    "CallColumns",
    "Marks",
    "SegmentArrays",
    "SegmentBuilder",
    "are_among",
]

"""What does the index hold of a turn? The Whoosh schema, and the columns made of each call."""

from __future__ import annotations

from whoosh.fields import COLUMN, ID, STORED, TEXT, Schema

from indexer.analysis import TurnTokenizer, ValueTokenizer, WordPositions
from indexer.codec import CALL_FIELDS, CallColumns
from indexer.codec.columns import DictionaryColumn, NumberColumn
from indexer.model import Transcript

__all__ = ["FACETS", "MANY_VALUED", "PARAGRAPH_BREAK", "SCHEMA_VERSION", "VALUE_FIELDS", "call_columns", "turn_schema"]

# Recorded with every index: a rebuild into an index of another version starts from nothing.
SCHEMA_VERSION = 5

# Fields of one value a turn, each searchable as a whole value and countable.
FACETS = ("call", "company", "ticker", "exchange_code", "period", "date", "event", "section", "kind", "speaker", "role", "firm", "warning")
# ... but for these, whose value is several words with spaces between them, each of which is searched and counted.
MANY_VALUED = frozenset(("warning",))
VALUE_FIELDS = (*FACETS, "title")

PARAGRAPH_BREAK = "\n"


def turn_schema() -> Schema:
    """Build the schema: `text`, the value fields, and numbers.

    Dates are ISO text (`2021-11-05`), which orders as dates do and knows no time zone.
    """
    text = TEXT(analyzer=TurnTokenizer(), phrase=True, stored=True)
    text.format = WordPositions()
    values = {name: ID(analyzer=ValueTokenizer(), sortable=DictionaryColumn()) for name in VALUE_FIELDS}
    numbers = {name: COLUMN(NumberColumn()) for name in ("turn", "exchange")}
    return Schema(text=text, header=STORED(), **values, **numbers)


def call_columns(transcript: Transcript, call: str) -> CallColumns:
    """Give a call as the index holds it; `call` is the id it knows it by."""
    of_call = {
        "call": call,
        "company": transcript.company,
        "ticker": transcript.ticker,
        "exchange_code": transcript.exchange_code,
        "period": transcript.period,
        "date": transcript.date and transcript.date.isoformat(),
        "event": transcript.event,
        "warning": " ".join(transcript.warnings),
    }
    turns = transcript.turns
    return CallColumns(
        values=tuple(of_call[name] or None for name in CALL_FIELDS),
        person=[(turn.speaker or None, turn.role.value, turn.firm or None, turn.title or None) for turn in turns],
        own=[(turn.section.value, turn.kind.value, turn.header or None) for turn in turns],
        turn=[turn.number for turn in turns],
        exchange=[turn.exchange or 0 for turn in turns],
        text=[PARAGRAPH_BREAK.join(turn.paragraphs) for turn in turns],
    )

"""What does the index hold of a turn? The Whoosh schema, and the document made of each turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.fields import COLUMN, ID, STORED, TEXT, Schema

from indexer.analysis import TurnTokenizer, ValueTokenizer, WordPositions
from indexer.codec.columns import DictionaryColumn, NumberColumn
from indexer.model import Transcript

__all__ = ["FACETS", "MANY_VALUED", "PARAGRAPH_BREAK", "SCHEMA_VERSION", "VALUE_FIELDS", "documents", "turn_schema"]

# Recorded with every index: a rebuild into an index of another version starts from nothing.
SCHEMA_VERSION = 3

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


def documents(transcript: Transcript, call: str) -> Iterator[dict[str, Any]]:
    """Give a call's turns as Whoosh documents, in order; `call` is the id the index knows the call by."""
    of_call = {
        "call": call,
        "company": transcript.company,
        "ticker": transcript.ticker,
        "exchange_code": transcript.exchange_code,
        "period": transcript.period,
        "date": transcript.date and transcript.date.isoformat(),
        "event": transcript.event,
        "warning": " ".join(transcript.warnings) or None,
    }
    for turn in transcript.turns:
        of_turn = {
            "section": turn.section.value,
            "kind": turn.kind.value,
            "speaker": turn.speaker,
            "role": turn.role.value,
            "firm": turn.firm,
            "title": turn.title,
            "turn": turn.number,
            "exchange": turn.exchange or 0,
            "header": turn.header,
            "text": PARAGRAPH_BREAK.join(turn.paragraphs),
        }
        yield {name: value for name, value in (of_call | of_turn).items() if value is not None}

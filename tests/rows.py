"""Calls as a segment is built of them, made of what matters to a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.codec import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS, CallColumns

__all__ = ["call_of", "documents_of", "row"]

_JANE = {"company": "Acme Pumps", "section": "prepared", "kind": "remarks", "speaker": "Jane Roe", "role": "CFO", "header": "Jane Roe"}


def row(text: str = "", values: Mapping[str, Any] | None = None, *, turn: int = 0, exchange: int = 0) -> CallColumns:
    """Make a turn, with its call, of the values of some fields."""
    call, person, own = (tuple(map((values or {}).get, fields)) for fields in (CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS))
    return CallColumns(call, [person], [own], [turn], [exchange], [text])


def call_of(name: str, *said: str, **values: str | None) -> CallColumns:
    """Make a call in which one person says some texts, in a turn each."""
    call, person, own, *_ = row("", {**_JANE, "call": name, **values})
    turns = range(1, len(said) + 1)
    return CallColumns(call, [*person] * len(said), [*own] * len(said), turns, [0] * len(said), said)


def documents_of(call: CallColumns) -> list[dict[str, Any]]:
    """Give the turns of a call as Whoosh documents: the fields that have a value."""
    documents = []
    names = (*CALL_FIELDS, *PERSON_FIELDS, *TURN_FIELDS)
    for person, own, turn, exchange, text in zip(*call[1:], strict=True):
        fields = {name: value for name, value in zip(names, (*call.values, *person, *own), strict=True) if value is not None}
        documents.append({**fields, "turn": turn, "exchange": exchange, "text": text})
    return documents

"""One module a layout: what marks it, and how its lines become a draft of a call.

A layout module offers `NAME`, `evidence(text) -> str` (what in the text marks the layout, "" if nothing does),
`split(text) -> tuple[str, ...]` (the calls in it; `draft.one_call` where a file holds no more) and
`parse(text) -> Draft` of one call.
"""

from indexer.formats.draft import Draft, RawTurn, RosterEntry, Side

__all__ = ["Draft", "RawTurn", "RosterEntry", "Side"]

"""One module a layout: what marks it, and how its lines become a draft of a call.

A layout module offers `NAME`, `evidence(text) -> str` (what in the text marks the layout, "" if nothing does) and
`parse(text) -> Draft`.
"""

from indexer.formats.draft import Draft, RawTurn, RosterEntry, Side

__all__ = ["Draft", "RawTurn", "RosterEntry", "Side"]

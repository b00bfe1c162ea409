"""One module a layout: what marks it, and how its lines become a draft of a call.

A layout module offers `NAME`, `evidence(text) -> str` (what in the text marks the layout, "" if nothing does) and
`parse(text) -> Draft`.
"""

from indexer.formats import motley_fool_html, motley_fool_text, seeking_alpha_text
from indexer.formats.draft import Draft, RawTurn, RosterEntry, Side

__all__ = ["LAYOUTS", "Draft", "RawTurn", "RosterEntry", "Side"]

# The most particular marks first: a page's text may hold what marks a text.
LAYOUTS = (motley_fool_html, motley_fool_text, seeking_alpha_text)

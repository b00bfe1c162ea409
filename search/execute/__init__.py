"""How is a query answered? A tree becomes operations on arrays, segment by segment; hits are ranked, counted and shown."""

from search.execute.answer import answer
from search.execute.match import match
from search.execute.weighting import TurnWeighting

__all__ = ["TurnWeighting", "answer", "match"]

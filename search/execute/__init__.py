"""How is a query answered? A tree becomes operations on arrays, segment by segment; hits are ranked, counted and shown."""

from search.execute.answer import answer
from search.execute.match import match
from search.execute.mentions import count_mentions
from search.execute.select import Selection, about_of, select
from search.execute.weighting import TurnWeighting

__all__ = ["Selection", "TurnWeighting", "about_of", "answer", "count_mentions", "match", "select"]

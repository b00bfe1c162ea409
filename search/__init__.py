"""From the index to an answer: faceted search over earnings calls.

import search
with search.open_index("index") as calls:
    page = calls.search('"cash runway"', role="CFO", facets=("role", "company"), limit=10)
"""

from indexer.errors import EarfulError, RequestError
from search.index import CallIndex, open_index
from search.results import Call, FacetValue, Hit, Page, Snippet

__all__ = ["Call", "CallIndex", "EarfulError", "FacetValue", "Hit", "Page", "RequestError", "Snippet", "open_index"]

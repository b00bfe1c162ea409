"""From the index to an answer: faceted search over earnings calls.

    import search
    with search.open_index("index") as calls:
        page = calls.search('"cash runway"', role="CFO", facets=("role", "company"), limit=10)

Names are loaded when they are first used, as in `indexer`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.errors import EarfulError, RequestError
    from search.exchanges import Exchange, ExchangePage
    from search.first import CompanyMentions, Firsts
    from search.index import CallIndex, open_index
    from search.news import News, NewTerm
    from search.results import Call, FacetValue, Hit, Page, Snippet
    from search.similar import Similar
    from search.trends import TrendPoint, Trends

__all__ = [
    "Call",
    "CallIndex",
    "CompanyMentions",
    "EarfulError",
    "Exchange",
    "ExchangePage",
    "FacetValue",
    "Firsts",
    "Hit",
    "NewTerm",
    "News",
    "Page",
    "RequestError",
    "Similar",
    "Snippet",
    "TrendPoint",
    "Trends",
    "open_index",
]

_HOMES = {
    "indexer.errors": ("EarfulError", "RequestError"),
    "search.exchanges": ("Exchange", "ExchangePage"),
    "search.first": ("CompanyMentions", "Firsts"),
    "search.index": ("CallIndex", "open_index"),
    "search.news": ("NewTerm", "News"),
    "search.results": ("Call", "FacetValue", "Hit", "Page", "Snippet"),
    "search.similar": ("Similar",),
    "search.trends": ("TrendPoint", "Trends"),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

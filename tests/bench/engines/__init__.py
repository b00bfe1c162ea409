"""Who answers? Earful and its peers, each behind the same few methods."""

from tests.bench.engines.catalog import ENGINES, is_installed, load_engine
from tests.bench.engines.protocol import FACETS, TOP, Answer, Engine, Found, Searcher

__all__ = ["ENGINES", "FACETS", "TOP", "Answer", "Engine", "Found", "Searcher", "is_installed", "load_engine"]

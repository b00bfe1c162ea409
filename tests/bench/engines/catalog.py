"""Which engines are there? Each by its name; none is imported before it is wanted, since none but Earful must be installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from tests.bench.engines.protocol import Engine

__all__ = ["ENGINES", "is_installed", "load_engine"]

# Name -> module beside this one, its class, and the package that must be installed.
ENGINES = {
    "earful": ("earful", "Earful", "search"),
    "tantivy": ("tantivy_peer", "Tantivy", "tantivy"),
    "sqlite": ("sqlite_fts", "SqliteFts", "sqlite3"),
    "whoosh": ("whoosh_stock", "StockWhoosh", "whoosh"),
}


def is_installed(name: str) -> bool:
    """Say whether an engine can be loaded."""
    return find_spec(ENGINES[name][2]) is not None


def load_engine(name: str) -> Engine:
    """Load an engine.

    Raises:
        KeyError: there is none of that name.
        ImportError: it is not installed.
    """
    module, kind, _ = ENGINES[name]
    engine: Engine = getattr(import_module(f"tests.bench.engines.{module}"), kind)()
    return engine

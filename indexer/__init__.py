"""From files to the index: read earnings-call transcripts, understand them, and keep a Whoosh index of their turns.

    import indexer
    transcripts = indexer.read("transcripts/clls.html")
    report = indexer.rebuild(["transcripts/"], index="index", jobs=2)

Names are loaded when they are first used: `earful --help` needs neither the parser of pages nor numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.comparison import Comparison, compare
    from indexer.errors import EarfulError
    from indexer.model import Kind, Participant, Section, Transcript, Turn
    from indexer.pipeline import rebuild
    from indexer.reading import read
    from indexer.report import Duplicate, Rejection, Report
    from indexer.roles import Role

__all__ = [
    "Comparison",
    "Duplicate",
    "EarfulError",
    "Kind",
    "Participant",
    "Rejection",
    "Report",
    "Role",
    "Section",
    "Transcript",
    "Turn",
    "compare",
    "read",
    "rebuild",
]

_HOMES = {
    "indexer.comparison": ("Comparison", "compare"),
    "indexer.errors": ("EarfulError",),
    "indexer.model": ("Kind", "Participant", "Section", "Transcript", "Turn"),
    "indexer.pipeline": ("rebuild",),
    "indexer.reading": ("read",),
    "indexer.report": ("Duplicate", "Rejection", "Report"),
    "indexer.roles": ("Role",),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

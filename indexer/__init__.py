"""From files to the index: read earnings-call transcripts, understand them, and keep a Whoosh index of their turns.

import indexer
transcripts = indexer.read("transcripts/clls.html")
report = indexer.rebuild(["transcripts/"], index="index", jobs=2)
"""

from indexer.errors import EarfulError
from indexer.model import Kind, Participant, Section, Transcript, Turn
from indexer.pipeline import rebuild
from indexer.read import read
from indexer.report import Duplicate, Rejection, Report
from indexer.roles import Role

__all__ = [
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
    "read",
    "rebuild",
]

"""How does Earful answer? By its library, with nothing changed for the occasion.

It does more than is compared: it counts calls beside turns, gives all values of a facet, leaves a filter out of the counts
of its own field, and holds ten more fields of each turn. Words are quoted, since an unquoted one matches its inflections.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import search
from indexer.codec import ArrowSegment
from indexer.manifest import Ledger, Manifest
from indexer.memory import default_memory, most_bytes_a_segment
from indexer.model import Transcript
from indexer.reading import PARSER_VERSION
from indexer.schema import SCHEMA_VERSION
from indexer.spool import Item, pack_call
from indexer.store import Store
from indexer.workers import Part, open_workers, split
from search.query import SearchOptions
from search.results import Hit, Page
from tests.bench.ask import Ask
from tests.bench.engines.protocol import FACETS, TOP, Answer, Found, query_text

__all__ = ["Earful"]


class Earful:
    """This project."""

    def version(self) -> str:
        return version("earful")

    def build(self, calls: Iterable[Transcript], folder: Path) -> None:
        """Build and commit as a rebuild does once it has read the calls: over a spool, to the disk, with checksums."""
        store, segments = Store(folder), []

        def keep(part: Part, segment: ArrowSegment) -> None:
            store.keep_part(part.folder, part.folder.name, segment)
            segments.append(segment)
            store.adopt(segment, part.folder)

        with store.lock(), store.workspace() as work, open_workers(1, str, str) as workers:
            workers.build(_parts(work, _spool(work / "spool", calls)), lambda *_: None, keep)
            store.commit(segments, _manifest(sum(segment.doc_count() for segment in segments)), Ledger(), None)

    def open(self, folder: Path) -> EarfulSearcher:
        return EarfulSearcher(folder)


def _spool(path: Path, calls: Iterable[Transcript]) -> list[Item]:
    """Write calls one behind the other; give the id of each, and where it stands."""
    items = []
    with path.open("wb") as file:
        for call in calls:
            packed = pack_call(call)
            items.append((call.call, file.tell(), len(packed)))
            file.write(packed)
    return items


def _parts(work: Path, items: list[Item]) -> list[Part]:
    needed = -(-sum(length for _, _, length in items) // most_bytes_a_segment(default_memory(1), 1))
    runs = split(items, needed)
    return [Part(folder=work / f"part-{number}", spool=work / "spool", items=tuple(run)) for number, run in enumerate(runs)]


def _manifest(turns: int) -> Manifest:
    versions: dict[str, int | str] = {"schema": SCHEMA_VERSION, "parser": PARSER_VERSION}
    return Manifest(versions=versions, counts={"turns": turns}, scanned_ns=0)


class EarfulSearcher:
    """An open index of Earful's."""

    def __init__(self, folder: Path) -> None:
        self._calls = search.open_index(folder)

    def search(self, ask: Ask) -> Answer:
        options: SearchOptions = {"facets": FACETS, "limit": TOP}
        for field, value in ask.filters:
            options[field] = value  # type: ignore[literal-required]  # questions name fields of the corpus
        return _answer(self._calls.search(query_text(ask, prefix="{}*", both=" "), **options))

    def close(self) -> None:
        self._calls.close()


def _answer(page: Page) -> Answer:
    return Answer(
        turns=page.turns,
        hits=tuple(_found(hit) for hit in page.hits),
        facets={field: tuple((value.value or "", value.turns) for value in page.facets[field][:TOP]) for field in FACETS},
    )


def _found(hit: Hit) -> Found:
    return Found(f"{hit.call}:{hit.turn}", hit.snippet.text)

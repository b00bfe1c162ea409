"""How does Whoosh answer by itself? Its own fields, writer, searcher, facets and highlights, with its default codec."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

from whoosh import index, query
from whoosh.analysis import CharsetFilter, LowercaseFilter, RegexTokenizer
from whoosh.fields import ID, TEXT, Schema
from whoosh.highlight import ContextFragmenter
from whoosh.sorting import Count, Facets, FieldFacet
from whoosh.support.charset import accent_map

from indexer.model import Transcript
from tests.bench.ask import Ask, Shape
from tests.bench.corpus import rows
from tests.bench.engines.protocol import FACETS, SNIPPET_CHARS, TOP, Answer, Found

__all__ = ["StockWhoosh"]

_BUFFER_MB = 256


class StockWhoosh:
    """Whoosh as it comes."""

    def version(self) -> str:
        return version(packages_distributions()["whoosh"][0])

    def build(self, calls: Iterable[Transcript], folder: Path) -> None:
        writer = index.create_in(folder, _schema()).writer(limitmb=_BUFFER_MB)
        for call in calls:
            for row in rows(call):
                writer.add_document(id=row.id, text=row.text, **{field: getattr(row, field) for field in FACETS})
        writer.commit()

    def open(self, folder: Path) -> WhooshSearcher:
        return WhooshSearcher(index.open_dir(folder))


def _schema() -> Schema:
    analyzer = RegexTokenizer(r"[^\W_]+") | LowercaseFilter() | CharsetFilter(accent_map)
    return Schema(id=ID(stored=True), text=TEXT(analyzer=analyzer, stored=True), **{field: ID(sortable=True) for field in FACETS})


class WhooshSearcher:
    """An open index of Whoosh's."""

    def __init__(self, opened: Any) -> None:
        self._index = opened
        self._searcher = opened.searcher()
        self._fragmenter = ContextFragmenter(maxchars=SNIPPET_CHARS)

    def search(self, ask: Ask) -> Answer:
        passes = query.And([query.Term(field, value) for field, value in ask.filters]) if ask.filters else None
        results = self._searcher.search(_query(ask), limit=TOP, filter=passes, groupedby=_facets())
        results.fragmenter = self._fragmenter
        return Answer(
            turns=len(results),
            # With facets Whoosh ignores the limit.
            hits=tuple(Found(hit["id"], hit.highlights("text", top=1)) for hit in results[:TOP]),
            facets={field: _most(results.groups(field)) for field in FACETS},
        )

    def close(self) -> None:
        self._searcher.close()
        self._index.close()


def _facets() -> Facets:
    facets = Facets()
    for field in FACETS:
        facets.add_facet(field, FieldFacet(field, maptype=Count))
    return facets


def _most(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP])


def _query(ask: Ask) -> query.Query:
    terms = [query.Term("text", word) for word in ask.words]
    match ask.shape:
        case Shape.PREFIX:
            return query.Prefix("text", ask.words[0])
        case Shape.PHRASE:
            return query.Phrase("text", list(ask.words))
        case Shape.NOT:
            return query.And([terms[0], query.Not(terms[1])])
        case Shape.ANY:
            return query.Or(terms)
    return query.And(terms) if len(terms) > 1 else terms[0]

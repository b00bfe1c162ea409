"""How does tantivy answer? The search library in Rust, by its own Python package: one thread to build, one to search.

Snippets of prefixes are empty: its generator knows words only. Hits and facets take two passes, since the package offers
no one call for both.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from indexer.model import Transcript
from tests.bench.ask import Ask, Shape
from tests.bench.corpus import rows
from tests.bench.engines.protocol import FACETS, SNIPPET_CHARS, TOP, Answer, Found

__all__ = ["Tantivy"]

# By name and not by statement: whether it is installed or not, types are checked alike.
tantivy: Any = import_module("tantivy")

_HEAP_BYTES = 256_000_000
_WORDS = "words"  # our analyzer's name
# Each segment gives so many values of a facet to be added up: with fewer, the counts of many values would be guesses.
_VALUES_A_SEGMENT = 65_000
_COUNTS = {field: {"terms": {"field": field, "size": TOP, "segment_size": _VALUES_A_SEGMENT}} for field in FACETS}


class Tantivy:
    """tantivy-py."""

    def version(self) -> str:
        return version("tantivy")

    def build(self, calls: Iterable[Transcript], folder: Path) -> None:
        writer = _with_analyzer(tantivy.Index(_schema(), path=str(folder))).writer(_HEAP_BYTES, 1)
        for call in calls:
            for row in rows(call):
                values = {field: getattr(row, field) for field in FACETS}
                writer.add_document(tantivy.Document(id=row.id, text=row.text, **values))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> TantivySearcher:
        return TantivySearcher(_with_analyzer(tantivy.Index.open(str(folder))))


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", stored=True, tokenizer_name=_WORDS, index_option="position")
    for field in FACETS:
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _with_analyzer(index: Any) -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    index.register_tokenizer(_WORDS, builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()).build())
    return index


class TantivySearcher:
    """An open index of tantivy's."""

    def __init__(self, index: Any) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()

    def search(self, ask: Ask) -> Answer:
        query = self._query(ask)
        result = self._searcher.search(query, limit=TOP, count=True)
        snippets = tantivy.SnippetGenerator.create(self._searcher, query, self._schema, "text")
        snippets.set_max_num_chars(SNIPPET_CHARS)
        counts = self._searcher.aggregate(query, _COUNTS)
        return Answer(
            turns=result.count,
            hits=tuple(self._found(address, snippets) for _, address in result.hits),
            facets={field: tuple((bucket["key"], bucket["doc_count"]) for bucket in counts[field]["buckets"]) for field in FACETS},
        )

    def close(self) -> None:
        del self._searcher

    def _found(self, address: Any, snippets: Any) -> Found:
        document = self._searcher.doc(address)
        return Found(document.get_first("id"), snippets.snippet_from_doc(document).to_html())

    def _query(self, ask: Ask) -> Any:
        filters = [(tantivy.Occur.Must, self._term(field, value)) for field, value in ask.filters]
        text = self._text(ask)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, text), *filters]) if filters else text

    def _text(self, ask: Ask) -> Any:
        must, should, must_not = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
        match ask.shape:
            case Shape.PREFIX:
                return tantivy.Query.regex_query(self._schema, "text", f"{ask.words[0]}.*")
            case Shape.PHRASE:
                return tantivy.Query.phrase_query(self._schema, "text", list(ask.words))
            case Shape.NOT:
                occurs = (must, must_not)
            case Shape.ANY:
                occurs = (should,) * len(ask.words)
            case _:
                occurs = (must,) * len(ask.words)
        terms = [self._term("text", word) for word in ask.words]
        return tantivy.Query.boolean_query(list(zip(occurs, terms, strict=True))) if len(terms) > 1 else terms[0]

    def _term(self, field: str, value: str) -> Any:
        return tantivy.Query.term_query(self._schema, field, value)

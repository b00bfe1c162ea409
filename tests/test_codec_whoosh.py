"""Whoosh reads a segment of Arrow tables as one of its own: what it does with the same documents in its own codec is the oracle."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.codec.base import Segment
from whoosh.codec.whoosh3 import W3Segment
from whoosh.fields import ID, Schema
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.index import FileIndex, open_dir
from whoosh.matching import Matcher, ReadTooFar
from whoosh.qparser import QueryParser
from whoosh.query import (
    And,
    AndMaybe,
    AndNot,
    DisjunctionMax,
    Every,
    FuzzyTerm,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Require,
    Term,
    TermRange,
    Wildcard,
)
from whoosh.reading import IndexReader, MultiReader, SegmentReader, TermInfo, TermNotFound
from whoosh.scoring import BM25F, TF_IDF
from whoosh.searching import Searcher

from indexer.analysis import ValueTokenizer, words
from indexer.codec import CALL_FIELDS, PERSON_FIELDS, TURN_FIELDS, ArrowSegment, SegmentBuilder
from indexer.names import fold
from indexer.schema import VALUE_FIELDS, turn_schema
from indexer.segments import INDEX_NAME, build_segment
from indexer.toc import write_toc
from tests.rows import call_of, row

_Document = dict[str, Any]

_SAID = [
    *"tariff tariffs tarif Tariff's cash runway price prices pricing china AT&T 12.5% non-GAAP Q3 pump pumps".split(),
    *"café naïve Zürich zinc 中国".split(),
]
_WORDS = sorted({word for said in _SAID for word in words(said)})
_SPEAKERS = ("Jane Roe", "Ada Low", "José Níñez", "Sam Poe")
_ROLES = ("CFO", "CEO", "Analyst", None)
_FIRMS = ("Pell & Harrow", "Fable  Bank", None, None)
_KINDS = ("one", "several", "deleted")


# the same documents, written twice


def _document(number: int, text: str, chance: Random) -> _Document:
    document = {
        "call": f"ACMP-{number // 5}",
        "company": chance.choice(("Acme Pumps", "Crédit Öl")),
        "date": f"2022-0{1 + number // 25}-03",
        "section": chance.choice(("prepared", "qa")),
        "kind": "remarks",
        "speaker": chance.choice(_SPEAKERS),
        "role": chance.choice(_ROLES),
        "firm": chance.choice(_FIRMS),
        "header": f"header {number % 4}",
        "turn": number,
        "exchange": number % 3,
        "text": text,
    }
    return {name: value for name, value in document.items() if value is not None}


def _documents(count: int) -> list[_Document]:
    """Invent turns of up to thirty words; one in ten has none."""
    chance = Random(7)
    texts = (" ".join(chance.choices(_SAID, k=chance.choice((0, 1, 2, 3, 4, 5, 6, 7, 12, 30)))) for _ in range(count))
    return [_document(number, text, chance) for number, text in enumerate(texts)]


def _plain_schema() -> Schema:
    """Give our schema with value fields as any codec can write them, and without numbers."""
    ours = turn_schema()
    return Schema(text=ours["text"], header=ours["header"], **{name: ID(analyzer=ValueTokenizer()) for name in VALUE_FIELDS})


def _written_by_whoosh(segments: Sequence[Sequence[_Document]], deleted: Sequence[int]) -> FileIndex:
    index = RamStorage().create_index(_plain_schema())
    for documents in segments:
        writer = index.writer()
        for document in documents:
            writer.add_document(**{name: value for name, value in document.items() if name not in {"turn", "exchange"}})
        writer.commit(merge=False)
    if deleted:
        writer = index.writer()
        for number in deleted:
            writer.delete_document(number)
        writer.commit(merge=False)
    return index


def _write(folder: Path, segments: Sequence[Sequence[_Document]], deleted: Sequence[int] = ()) -> list[ArrowSegment]:
    """Write segments; `deleted` counts through all of them."""
    written = []
    first = 0
    for documents in segments:
        with SegmentBuilder(folder, INDEX_NAME) as builder:
            for document in documents:
                builder.add(row(document["text"], document, turn=document["turn"], exchange=document["exchange"]))
            segment = builder.finish()
        for number in deleted:
            if first <= number < first + len(documents):
                segment.delete_document(number - first)
        first += len(documents)
        written.append(segment)
    return written


def _reader(folder: Path, segments: Sequence[Segment]) -> IndexReader:
    readers = [SegmentReader(FileStorage(str(folder)), turn_schema(), segment) for segment in segments]
    return readers[0] if len(readers) == 1 else MultiReader(readers)


class _Pair:
    """The same documents as Whoosh's own codec has them and as ours does."""

    def __init__(self, folder: Path, segments: Sequence[Sequence[_Document]], deleted: Sequence[int] = ()) -> None:
        self.documents = [document for documents in segments for document in documents]
        self.deleted = frozenset(deleted)
        self.theirs: IndexReader = _written_by_whoosh(segments, deleted).reader()
        self.ours: IndexReader = _reader(folder, _write(folder, segments, deleted))

    def leaves(self) -> Iterator[tuple[IndexReader, IndexReader]]:
        theirs, ours = ([reader for reader, _ in each.leaf_readers()] for each in (self.theirs, self.ours))
        return zip(theirs, ours, strict=True)

    def close(self) -> None:
        self.theirs.close()
        self.ours.close()


@pytest.fixture(scope="module", params=_KINDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Pair]:
    """Give ninety documents in one segment, in three, and in three of which every fourth document is deleted."""
    documents = _documents(90)
    segments = [documents] if request.param == "one" else [documents[:40], documents[40:50], documents[50:]]
    with closing(_Pair(tmp_path_factory.mktemp("segments"), segments, range(0, 90, 4) if request.param == "deleted" else ())) as made:
        yield made


def _of_info(info: TermInfo) -> tuple[float, int, float, int, int]:
    return info.weight(), info.doc_frequency(), info.max_weight(), info.min_id(), info.max_id()


def _walk(matcher: Matcher, *, positions: bool) -> list[tuple[int, float, Any]]:
    found = []
    while matcher.is_active():
        found.append((matcher.id(), matcher.weight(), list(matcher.value_as("positions")) if positions else None))
        matcher.next()
    return found


def test_the_pairs_are_what_they_shall_be(pair: _Pair, request: pytest.FixtureRequest) -> None:
    """One side is Whoosh's codec, the other ours, with the same segments and deleted documents; every field has terms."""
    kind = request.node.callspec.params["pair"]
    for theirs, ours in pair.leaves():
        assert (type(theirs.segment()), type(ours.segment())) == (W3Segment, ArrowSegment)
        assert list(theirs.all_doc_ids()) == list(ours.all_doc_ids())
    assert pair.ours.is_atomic() is (kind == "one")
    assert pair.ours.has_deletions() is (kind == "deleted")
    assert [number for number in range(90) if pair.ours.is_deleted(number)] == sorted(pair.deleted)
    assert (pair.ours.doc_count_all(), pair.ours.doc_count()) == (90, 67 if pair.deleted else 90)


# terms


def test_the_terms_are_the_same(pair: _Pair) -> None:
    """All terms of all fields come in the same order, as pairs and field by field."""
    terms = list(pair.ours.all_terms())
    assert terms == list(pair.theirs.all_terms()) == sorted(terms)
    assert {name for name, _ in terms} == set(pair.ours.indexed_field_names()) == set(pair.theirs.indexed_field_names())
    for name in ("text", *VALUE_FIELDS):
        assert list(pair.ours.lexicon(name)) == list(pair.theirs.lexicon(name))
    assert list(pair.ours.field_terms("text")) == _WORDS
    assert list(pair.ours.field_terms("speaker")) == sorted(map(fold, _SPEAKERS))


_FIELDS = st.sampled_from(("text", "speaker", "role", "title", "call", "warning"))
_STARTS = st.one_of(
    st.sampled_from(_WORDS).flatmap(lambda word: st.integers(0, len(word)).map(lambda size: word[:size])),
    st.sampled_from(("", "j", "ja", "jane roe", "acmp-1", "zz", "\U0010ffff", "tariff\x00")),
)


@given(name=_FIELDS, start=_STARTS)
@settings(max_examples=150)
def test_terms_from_a_place_are_the_same(pair: _Pair, name: str, start: str) -> None:
    """From any place in any field the same terms follow, of that field and of those behind it; so do those that begin with it."""
    assert list(pair.ours.terms_from(name, start)) == list(pair.theirs.terms_from(name, start))
    assert list(pair.ours.expand_prefix(name, start)) == list(pair.theirs.expand_prefix(name, start))
    ours, theirs = ([(term, _of_info(info)) for term, info in reader.iter_from(name, start)] for reader in (pair.ours, pair.theirs))
    assert ours == theirs


def test_what_is_known_of_a_term_is_the_same(pair: _Pair) -> None:
    """Each term is as frequent, in as many documents, at most as often in one, and first and last in the same ones."""
    for name, term in pair.theirs.all_terms():
        assert (name, term) in pair.ours
        assert _of_info(pair.ours.term_info(name, term)) == _of_info(pair.theirs.term_info(name, term))
        assert pair.ours.doc_frequency(name, term) == pair.theirs.doc_frequency(name, term)
        assert pair.ours.frequency(name, term) == pair.theirs.frequency(name, term)
        assert pair.ours.first_id(name, term) == pair.theirs.first_id(name, term)
    ours, theirs = ([(term, _of_info(info)) for term, info in reader] for reader in (pair.ours, pair.theirs))
    assert ours == theirs
    assert pair.ours.most_frequent_terms("text", 7) == pair.theirs.most_frequent_terms("text", 7)


def test_lengths_are_exact(pair: _Pair) -> None:
    """A turn is as long as it has words, which Whoosh's own codec rounds; so are the shortest and longest that say a word, and all."""
    said = [words(document["text"]) for document in pair.documents]
    lengths = [len(turn) for turn in said]
    assert [pair.ours.doc_field_length(number, "text") for number in range(90)] == lengths
    assert pair.ours.field_length("text") == pair.theirs.field_length("text") == sum(lengths)
    assert (pair.ours.min_field_length("text"), pair.ours.max_field_length("text")) == (0, max(lengths))
    for word in _WORDS:
        of_word = [len(turn) for turn in said if word in turn]
        info = pair.ours.term_info("text", word)
        assert (info.min_length(), info.max_length()) == (min(of_word), max(of_word))


def test_the_shortest_turn_is_not_empty_if_none_is(tmp_path: Path) -> None:
    """The least length of a segment is that of its shortest turn; of no turns it is 0."""
    chance = Random(1)
    spoken, silent = _write(tmp_path, [[_document(number, "cash " * size, chance) for number, size in enumerate((3, 2, 5))], []])
    with _reader(tmp_path, [spoken]) as reader:
        assert (reader.min_field_length("text"), reader.max_field_length("text")) == (2, 5)
    with _reader(tmp_path, [silent]) as reader:
        assert (reader.min_field_length("text"), reader.max_field_length("text"), reader.field_length("text")) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "term"), [("text", "zebra"), ("text", "tariff\x00"), ("text", ""), ("role", "CFO"), ("role", "cto"), ("title", "cfo")]
)
def test_a_term_that_is_not_there_is_none(pair: _Pair, name: str, term: str) -> None:
    """A term of no turn is found nowhere, as Whoosh expects it: no count, and its own errors. Values are known folded, not as they are."""
    assert (name, term) not in pair.ours
    assert (pair.ours.frequency(name, term), pair.ours.doc_frequency(name, term)) == (0, 0)
    with pytest.raises(TermNotFound):
        pair.ours.term_info(name, term)
    with pytest.raises(TermNotFound):
        pair.ours.postings(name, term)


@pytest.mark.parametrize("name", ["header", "turn", "exchange", "nosuch"])
def test_a_field_that_is_not_indexed_has_no_terms(pair: _Pair, name: str) -> None:
    """Fields that are only stored or only columns are no place to search in."""
    with pytest.raises(TermNotFound):
        pair.ours.postings(name, b"1")
    assert name not in set(pair.ours.indexed_field_names())


def test_a_segment_without_turns_has_no_terms(tmp_path: Path) -> None:
    """A segment that was built of nothing can be searched, and has nothing."""
    with Searcher(_reader(tmp_path, _write(tmp_path, [[]]))) as searcher:
        assert list(searcher.reader().all_terms()) == []
        assert list(searcher.reader().indexed_field_names()) == []
        assert list(searcher.reader().terms_within("text", "cash", 2)) == []
        assert searcher.reader().cursor("text").is_valid() is False
        for query in (Every(), Term("text", "cash"), Prefix("text", "c"), Term("role", "cfo")):
            assert len(searcher.search(query)) == 0


# postings


def test_the_postings_are_the_same(pair: _Pair) -> None:
    """Each term is in the same live documents, as often, and a word at the same places."""
    _compare_postings(pair)


def _compare_postings(pair: _Pair) -> None:
    for name, term in pair.theirs.all_terms():
        ours, theirs = (_walk(reader.postings(name, term), positions=name == "text") for reader in (pair.ours, pair.theirs))
        assert ours == theirs


def test_a_posting_is_as_the_field_writes_it(pair: _Pair) -> None:
    """The bytes of a posting, from which Whoosh reads frequency and positions, are those that its own codec has stored."""
    for theirs, ours in pair.leaves():
        for word in theirs.lexicon("text"):
            for one, other in zip(ours.postings("text", word).all_items(), theirs.postings("text", word).all_items(), strict=True):
                assert one == other
        for word in theirs.lexicon("role"):
            assert ours.postings("role", word).value_as("frequency") == 1


def test_a_word_s_places_are_those_in_its_turn(pair: _Pair) -> None:
    """Positions count from 0 in each turn, whatever was said in the turns before."""
    for word in _WORDS:
        expected = [
            (number, [place for place, said in enumerate(words(document["text"])) if said == word])
            for number, document in enumerate(pair.documents)
            if number not in pair.deleted
        ]
        found = [(number, places) for number, _, places in _walk(pair.ours.postings("text", word), positions=True)]
        assert found == [(number, places) for number, places in expected if places]


# matchers


def _matcher(pair: _Pair, word: str) -> tuple[Matcher, list[int]]:
    """Give a fresh matcher of the largest segment, and what it walks through."""
    reader = max((ours for _, ours in pair.leaves()), key=lambda ours: int(ours.doc_count_all()))
    return reader.postings("text", word), list(reader.postings("text", word).all_ids())


@given(word=st.sampled_from(_WORDS), targets=st.lists(st.integers(0, 95), max_size=8))
@settings(max_examples=100)
def test_skipping_stops_at_the_next_turn(pair: _Pair, word: str, targets: list[int]) -> None:
    """Skipping to a turn stops at it or the first behind it, and never goes back."""
    matcher, ids = _matcher(pair, word)
    place = 0
    for target in targets:
        if place == len(ids):
            with pytest.raises(ReadTooFar):
                matcher.skip_to(target)
            return
        matcher.skip_to(target)
        place = max(place, bisect_left(ids, target))
        assert matcher.is_active() is (place < len(ids))
        assert not matcher.is_active() or matcher.id() == ids[place]


@given(word=st.sampled_from(_WORDS), steps=st.integers(0, 5), more=st.integers(1, 5))
@settings(max_examples=50)
def test_a_copy_goes_its_own_way(pair: _Pair, word: str, steps: int, more: int) -> None:
    """A copy stands where its original does, with the same positions, and neither moves the other; a reset one begins anew."""
    matcher, ids = _matcher(pair, word)
    steps = min(steps, len(ids) - 1)
    for _ in range(steps):
        matcher.next()
    places = list(matcher.value_as("positions"))
    copied = matcher.copy()
    assert (copied.id(), list(copied.value_as("positions"))) == (ids[steps], places)
    for _ in range(min(more, len(ids) - steps)):
        copied.next()
    assert (matcher.id(), list(matcher.value_as("positions"))) == (ids[steps], places)
    copied.reset()
    assert [number for number, _, _ in _walk(copied, positions=False)] == ids
    assert [number for number, _, _ in _walk(matcher, positions=False)] == ids[steps:]


def test_a_matcher_that_is_done_goes_no_further(pair: _Pair) -> None:
    """Behind the last turn a matcher says so, and gives way to one that matches nothing."""
    matcher = next(ours for _, ours in pair.leaves()).postings("role", "cfo")
    assert matcher.replace() is matcher
    _walk(matcher, positions=False)
    with pytest.raises(ReadTooFar):
        matcher.next()
    assert not matcher.replace().is_active()


# cursors, and words that are near

_MOVES = st.lists(st.one_of(st.sampled_from(("first", "next", "next")), _STARTS.map(lambda start: ("find", start))), max_size=12)


@given(name=_FIELDS, moves=_MOVES)
@settings(max_examples=150)
def test_cursors_move_alike(pair: _Pair, name: str, moves: list[Any]) -> None:
    """Sent to the first term, to the next, or to any text, both cursors stand at the same term, or behind the last."""
    for pair_of_leaves in pair.leaves():
        seen = []
        for cursor in (leaf.cursor(name) for leaf in pair_of_leaves):
            trace: list[Any] = [(cursor.is_valid(), cursor.text(), None)]
            for move in moves:
                given_back = getattr(cursor, move)() if isinstance(move, str) else cursor.find(move[1])
                assert given_back == cursor.text()
                trace.append((cursor.is_valid(), cursor.text(), _of_info(cursor.term_info()) if cursor.is_valid() else cursor.term_info()))
            seen.append(trace)
        assert seen[0] == seen[1]


_MISSPELT = st.one_of(st.sampled_from(_WORDS), st.text("acfiprtuz", min_size=1, max_size=7))

# With it, how many letters must be right: no more than it has, or Whoosh fails.
_MISSPELT_FROM = _MISSPELT.flatmap(lambda word: st.tuples(st.just(word), st.integers(0, min(2, len(word)))))


@given(word_from=_MISSPELT_FROM, distance=st.integers(0, 3))
@example(word_from=("tarriff", 0), distance=1)
@settings(max_examples=100)
def test_words_within_a_distance_are_the_same(pair: _Pair, word_from: tuple[str, int], distance: int) -> None:
    """As many wrong letters from a word lie the same words."""
    word, prefix = word_from
    ours, theirs = (sorted(reader.terms_within("text", word, distance, prefix=prefix)) for reader in (pair.ours, pair.theirs))
    assert ours == theirs
    assert word != "tarriff" or ours == ["tariff"]


@given(word=_MISSPELT)
@settings(max_examples=60)
def test_suggestions_are_the_same(pair: _Pair, word: str) -> None:
    """Whoosh's speller makes the same suggestions in the same order."""
    ours, theirs = (reader.corrector("text").suggest(word, limit=4) for reader in (pair.ours, pair.theirs))
    assert ours == theirs


def test_a_misspelt_word_is_put_right(pair: _Pair) -> None:
    """There is something to suggest."""
    assert pair.ours.corrector("text").suggest("runwai") == ["runway"]


# stored fields and columns


def test_stored_fields_are_the_same(pair: _Pair) -> None:
    """Each document comes back with its text and header; a walk over documents leaves deleted ones out."""
    for number in range(90):
        assert pair.ours.stored_fields(number) == pair.theirs.stored_fields(number)
    assert list(pair.ours.iter_docs()) == list(pair.theirs.iter_docs())
    assert list(pair.ours.all_stored_fields()) == list(pair.theirs.all_stored_fields())


def test_columns_hold_the_values_as_given(pair: _Pair) -> None:
    """Of any turn, each value field is read as it was given, not folded, "" for none, and each number."""
    for name in VALUE_FIELDS:
        column = pair.ours.column_reader(name)
        assert [column[number] for number in range(90)] == [document.get(name, "") for document in pair.documents]
    for name in ("turn", "exchange"):
        column = pair.ours.column_reader(name)
        assert [column[number] for number in range(90)] == [document[name] for document in pair.documents]


def test_columns_can_be_read_through(pair: _Pair) -> None:
    """A segment's column is as long as the segment has turns, and gives them in order."""
    for _, ours in pair.leaves():
        for name in ("speaker", "turn"):
            column = ours.column_reader(name, translate=False)
            assert list(column) == [column[number] for number in range(len(column))]
            assert len(column) == ours.doc_count_all()


@pytest.mark.parametrize("reverse", [False, True])
def test_whoosh_sorts_by_a_column(pair: _Pair, reverse: bool) -> None:
    """Stock Whoosh sorts hits by value and by number, both ways and over segments."""
    alive = [document for number, document in enumerate(pair.documents) if number not in pair.deleted]
    for name in ("speaker", "turn"):
        found = [hit.docnum for hit in Searcher(pair.ours).search(Every(), sortedby=name, reverse=reverse, limit=None)]
        assert [pair.documents[number][name] for number in found] == sorted((turn[name] for turn in alive), reverse=reverse)


def test_whoosh_groups_by_a_column(pair: _Pair) -> None:
    """Stock Whoosh groups hits by value."""
    groups = Searcher(pair.ours).search(Every(), groupedby="role", limit=None).groups()
    expected: dict[str, list[int]] = {}
    for number, document in enumerate(pair.documents):
        if number not in pair.deleted:
            expected.setdefault(document.get("role", ""), []).append(number)
    assert {name: sorted(group) for name, group in groups.items()} == expected


# queries

_WORD = st.sampled_from([*_WORDS, "zebra"])
_LEAVES = st.one_of(
    _WORD.map(lambda word: Term("text", word)),
    st.builds(Phrase, st.just("text"), st.lists(_WORD, min_size=2, max_size=3), slop=st.integers(1, 4)),
    _STARTS.map(lambda start: Prefix("text", start)),
    st.sampled_from(("t*f", "*s", "p?ic*", "??", "*", "zz*")).map(lambda text: Wildcard("text", text)),
    st.builds(lambda near, most: FuzzyTerm("text", near[0], maxdist=most, prefixlength=near[1]), _MISSPELT_FROM, st.integers(1, 2)),
    st.builds(TermRange, st.just("text"), _STARTS, _STARTS, startexcl=st.booleans(), endexcl=st.booleans()),
    st.sampled_from(
        (
            Every(),
            Every("text"),
            Every("firm"),
            Term("role", "cfo"),
            Term("firm", "fable bank"),
            Term("company", "credit ol"),
            Term("speaker", "nobody"),
            Prefix("speaker", "j"),
            Wildcard("call", "*-?"),
            FuzzyTerm("speaker", "jane rowe"),
            TermRange("date", "2022-02", "2022-03"),
        )
    ),
)


def _join(parts: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(parts, min_size=1, max_size=4)
    two = st.sampled_from((AndMaybe, AndNot, Require)).flatmap(lambda kind: st.builds(kind, parts, parts))
    return st.one_of(several.map(And), several.map(Or), several.map(DisjunctionMax), parts.map(Not), two)


_TREES = st.recursive(_LEAVES, _join, max_leaves=6)


def _found(reader: IndexReader, query: Query, weighting: Any, limit: int | None = None) -> list[tuple[int, float]]:
    return list(Searcher(reader, weighting=weighting).search(query, limit=limit).items())


@given(tree=_TREES)
@settings(max_examples=120)
def test_queries_are_answered_alike(pair: _Pair, tree: Query) -> None:
    """Whatever the query, Whoosh finds the same documents; scores that do not look at lengths are the same too."""
    ours, theirs = (dict(_found(reader, tree, TF_IDF())) for reader in (pair.ours, pair.theirs))
    # Whoosh's matcher for Not gives a deleted document now and then, over either codec.
    assert ours.keys() - pair.deleted == theirs.keys() - pair.deleted
    assert [ours[number] for number in sorted(ours.keys() - pair.deleted)] == pytest.approx(
        [theirs[number] for number in sorted(ours.keys() - pair.deleted)]
    )


# Of deeper trees Whoosh itself does not always find the best, over either codec.
_FLAT = st.one_of(
    st.lists(_WORD, min_size=1, max_size=4, unique=True).flatmap(
        lambda said: st.sampled_from((And, Or)).map(lambda kind: kind([Term("text", word) for word in said]))
    ),
    _WORD.map(lambda word: AndMaybe(Term("role", "cfo"), Term("text", word))),
    _STARTS.map(lambda start: Prefix("text", start)),
)


@given(query=_FLAT, limit=st.integers(1, 8))
@settings(max_examples=80)
def test_the_best_are_the_best_of_all(pair: _Pair, query: Query, limit: int) -> None:
    """Asked for a few hits, Whoosh passes by postings that cannot be among them: what it finds are the best of all it would find."""
    best = [score for _, score in _found(pair.ours, query, BM25F(), limit)]
    assert best == pytest.approx([score for _, score in _found(pair.ours, query, BM25F())][:limit])


def test_whoosh_may_ask_behind_the_end(pair: _Pair) -> None:
    """A matcher that has ended still gives some id: Whoosh's matcher for AndNot asks for it when its postings were skipped."""
    reader = next(ours for _, ours in pair.leaves())
    matcher = reader.postings("text", "cash")
    matcher.skip_to(reader.doc_count_all())
    assert not matcher.is_active()
    assert matcher.id() in set(reader.postings("text", "cash").all_ids())
    query = And([Or([AndNot(Term("firm", "fable bank"), Prefix("text", "pum")), Not(Term("text", "cash"))])])
    assert len(_found(pair.ours, query, BM25F(), 1)) == 1


@given(segments=st.lists(st.lists(st.lists(st.sampled_from(_SAID), max_size=4), max_size=4), min_size=1, max_size=3), data=st.data())
@settings(max_examples=25)
def test_any_documents_are_the_same(tmp_path_factory: pytest.TempPathFactory, segments: list[list[list[str]]], data: st.DataObject) -> None:
    """Of whichever documents, in whichever segments, some deleted: the same terms in the same documents at the same places."""
    chance, count = Random(3), sum(map(len, segments))
    documents = [[_document(number, " ".join(said), chance) for number, said in enumerate(segment)] for segment in segments if segment]
    deleted = sorted(data.draw(st.sets(st.integers(0, count - 1), max_size=count - 1))) if count else []
    if documents:
        with closing(_Pair(tmp_path_factory.mktemp("any"), documents, deleted)) as made:
            assert list(made.ours.all_terms()) == list(made.theirs.all_terms())
            assert list(made.ours.iter_docs()) == list(made.theirs.iter_docs())
            _compare_postings(made)


# a folder that Whoosh opens by itself


@pytest.fixture
def index(tmp_path: Path) -> FileIndex:
    """Give a folder of two segments and a table of contents, opened by Whoosh alone; the first turn of call B is deleted."""
    segments = [
        build_segment(
            tmp_path, [call_of("A", "Tariffs rose, and pumps did not.", "Cash runway is long."), call_of("B", "Pumps.", "No tariffs.")]
        ),
        build_segment(tmp_path, [call_of("C", "Zürich has pumps and tariffs and pumps.")]),
    ]
    segments[0].delete_document(2)
    (tmp_path / f"_{INDEX_NAME}_3.toc").write_bytes(write_toc(segments, 3))
    return open_dir(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tariffs", ["A1", "B2", "C1"]),
        ("tariffs pumps", ["A1", "C1"]),
        ('"pumps and tariffs"', ["C1"]),
        ('"pumps tariffs"~2', ["C1"]),
        ("zurich OR runw*", ["A2", "C1"]),
        ("tariffs NOT call:a", ["B2", "C1"]),
        ("role:CFO speaker:'jane roe'", ["A1", "A2", "B2", "C1"]),
        ("call:[b TO c]", ["B2", "C1"]),
        ("zebra", []),
    ],
)
def test_whoosh_opens_and_searches_a_folder(index: FileIndex, text: str, found: list[str]) -> None:
    """With a stock searcher and its query parser, the live turns of all segments are found, and no deleted one."""
    with index.searcher() as searcher:
        calls, turns = (searcher.reader().column_reader(name) for name in ("call", "turn"))
        hits = searcher.search(QueryParser("text", index.schema).parse(text), limit=None)
        assert sorted(f"{calls[hit.docnum]}{turns[hit.docnum]}" for hit in hits) == found


def test_hits_know_what_matched(index: FileIndex) -> None:
    """A hit has its stored text, the terms that it matched, and highlights of them."""
    with index.searcher() as searcher:
        hits = searcher.search(QueryParser("text", index.schema).parse("zurich AND tariffs"), terms=True)
        assert hits[0].fields() == {"text": "Zürich has pumps and tariffs and pumps.", "header": "Jane Roe"}
        assert sorted(hits[0].matched_terms()) == [("text", b"tariffs"), ("text", b"zurich")]
        assert hits[0].highlights("text").count('<b class="match') == 2
        assert ">Zürich</b> has pumps and <b" in hits[0].highlights("text")


def test_turns_are_found_by_a_value(index: FileIndex) -> None:
    """Whoosh's way to documents without a query finds them by a value in any spelling."""
    with index.searcher() as searcher:
        assert [turn["text"] for turn in searcher.documents(call="b")] == ["No tariffs."]
        assert searcher.document_number(call="c") == 4


def test_a_correction_of_a_query(index: FileIndex) -> None:
    """Whoosh's own way to correct a query knows the words of all segments."""
    with index.searcher() as searcher:
        query = QueryParser("text", index.schema).parse("tarifs zurch")
        assert searcher.correct_query(query, "tarifs zurch").string == "tariffs zurich"


def test_a_closed_reader_leaves_no_file_open(index: FileIndex) -> None:
    """Closing Whoosh's reader closes the map of each segment."""
    reader = index.reader()
    sources = [leaf.codec().arrays._source for leaf, _ in reader.leaf_readers()]
    assert [source.closed for source in sources] == [False, False]
    reader.close()
    assert [source.closed for source in sources] == [True, True]


# segments and tables of contents


def test_fields_are_where_the_schema_has_them() -> None:
    """Every value field of the schema lies in one of the tables, and nothing else but the header."""
    fields = [*CALL_FIELDS, *PERSON_FIELDS, *TURN_FIELDS]
    assert sorted(fields) == sorted([*VALUE_FIELDS, "header"])


def _segment(turns: int) -> ArrowSegment:
    segment = ArrowSegment(INDEX_NAME)
    segment.set_doc_count(turns)
    return segment


@given(size=st.integers(1, 60), chances=st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_a_segment_comes_back_from_what_is_noted_of_it(size: int, chances: Random) -> None:
    """Name, size and the ranges of its deleted turns are all that is needed, and it can lose more."""
    segment = _segment(size)
    for number in chances.sample(range(size), k=chances.randint(0, size)):
        segment.delete_document(number)
    ranges = segment.deleted_ranges()
    assert [number for first, behind in ranges for number in range(first, behind)] == segment.deleted_docs()
    assert all(behind < first for (_, behind), (first, _) in pairwise(ranges))
    back = ArrowSegment.known(INDEX_NAME, segment.segid, size, ranges)
    assert (back, back.doc_count_all(), back.deleted_docs()) == (segment, size, segment.deleted_docs())
    assert (back.doc_count(), back.has_deletions()) == (segment.doc_count(), segment.deleted_count() > 0)
    back.delete_document(0)
    assert back.is_deleted(0)


@pytest.mark.parametrize(
    ("name", "turns", "deleted"),
    [
        ("../a", 1, []),
        ("", 1, []),
        ("A", 1, []),
        ("a" * 65, 1, []),
        (7, 1, []),
        ("a", -1, []),
        ("a", True, []),
        ("a", 1 << 40, []),
        ("a", 9, [(0, 10)]),
        ("a", 9, [(3, 3)]),
        ("a", 9, [(4, 6), (5, 7)]),
        ("a", 9, [(-1, 2)]),
        ("a", 9, [(0, 2.0)]),
    ],
)
def test_what_is_no_segment_is_refused(name: Any, turns: Any, deleted: Any) -> None:
    """No name leads out of the folder, and no number takes more memory than a segment has turns."""
    with pytest.raises(ValueError, match=r"no segment of|turns were deleted that are not there"):
        ArrowSegment.known(INDEX_NAME, name, turns, deleted)


def test_a_turn_can_come_back() -> None:
    """Deleting is marking: a mark can be taken away, and setting it twice is setting it once."""
    segment = _segment(3)
    for _ in range(2):
        segment.delete_document(1)
    assert (segment.deleted_docs(), segment.deleted_count(), segment.doc_count()) == ([1], 1, 2)
    segment.delete_document(1, delete=False)
    assert (segment.deleted_docs(), segment.has_deletions(), segment.is_deleted(1)) == ([], False, False)


@pytest.mark.parametrize("number", [-1, 3, 4])
def test_a_turn_that_is_not_there_cannot_be_deleted(number: int) -> None:
    """A number outside the segment is a mistake, and says so."""
    segment = _segment(3)
    with pytest.raises(IndexError, match=f"no turn {number} in a segment of 3"):
        segment.delete_document(number)
    assert segment.deleted_count() == 0


def test_segments_are_written_by_the_builder_only(tmp_path: Path) -> None:
    """Whoosh's way to write a segment is closed: it says who writes them."""
    codec = ArrowSegment(INDEX_NAME).codec()
    with pytest.raises(NotImplementedError, match="SegmentBuilder"):
        codec.per_document_writer(FileStorage(str(tmp_path)), codec.new_segment(None, INDEX_NAME))

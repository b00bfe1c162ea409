"""How does SQLite answer? Its full-text index, FTS5, over a table of texts, and GROUP BY over a table of facts.

What matches is gathered once, with its facts and rank, into a temporary table that is counted four times.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from indexer.model import Transcript
from tests.bench.ask import Ask
from tests.bench.corpus import rows
from tests.bench.engines.protocol import FACETS, TOP, Answer, Found, query_text

__all__ = ["SqliteFts"]

_FILE = "turns.sqlite"
_FIELDS = ", ".join(FACETS)
_BATCH = 10_000
_CACHE_KB = 256_000
_MAPPED_BYTES = 1 << 40  # all there is
_SNIPPET_WORDS = 40  # about as many letters as the others show

_SCHEMA = f"""
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -{_CACHE_KB};
    CREATE TABLE facts(number INTEGER PRIMARY KEY, id TEXT, {_FIELDS});
    CREATE TABLE texts(number INTEGER PRIMARY KEY, text TEXT);
    CREATE VIRTUAL TABLE words USING fts5(text, content='texts', content_rowid='number', tokenize='unicode61 remove_diacritics 2');
    """


class SqliteFts:
    """SQLite with FTS5, as Python brings it."""

    def version(self) -> str:
        return sqlite3.sqlite_version

    def build(self, calls: Iterable[Transcript], folder: Path) -> None:
        with closing(sqlite3.connect(folder / _FILE, isolation_level=None)) as database:
            database.executescript(_SCHEMA)
            database.execute("BEGIN")
            for batch in _batches(calls):
                database.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?)", [row[:-1] for row in batch])
                database.executemany("INSERT INTO texts VALUES (?, ?)", [(row[0], row[-1]) for row in batch])
                database.executemany("INSERT INTO words(rowid, text) VALUES (?, ?)", [(row[0], row[-1]) for row in batch])
            database.execute("INSERT INTO words(words) VALUES ('optimize')")
            database.execute("COMMIT")

    def open(self, folder: Path) -> SqliteSearcher:
        return SqliteSearcher(folder / _FILE)


_Numbered = tuple[int, str, str, str, str, str, str]


def _batches(calls: Iterable[Transcript]) -> Iterator[list[_Numbered]]:
    """Give turns with their numbers, some at a time: number, id, facets, text."""
    batch: list[_Numbered] = []
    for number, row in enumerate(row for call in calls for row in rows(call)):
        batch.append((number, row.id, row.speaker, row.role, row.section, row.company, row.text))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


class SqliteSearcher:
    """An open database."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        self._database.execute("PRAGMA temp_store = MEMORY")
        self._database.execute(f"CREATE TEMP TABLE found(number INTEGER PRIMARY KEY, rank, {_FIELDS})")

    def search(self, ask: Ask) -> Answer:
        query = query_text(ask, prefix='"{}" *', both=" AND ")
        self._gather(query, ask.filters)
        (turns,) = self._database.execute("SELECT count(*) FROM found").fetchone()
        return Answer(turns=turns, hits=self._hits(query), facets={field: self._count(field) for field in FACETS})

    def close(self) -> None:
        self._database.close()

    def _gather(self, query: str, filters: tuple[tuple[str, str], ...]) -> None:
        passes = "".join(f" AND facts.{field} = ?" for field, _ in filters)
        self._database.execute("DELETE FROM found")
        self._database.execute(
            f"INSERT INTO found SELECT facts.number, words.rank, {_FIELDS} FROM words JOIN facts ON facts.number = words.rowid"
            f" WHERE words MATCH ?{passes}",
            (query, *(value for _, value in filters)),
        )

    def _hits(self, query: str) -> tuple[Found, ...]:
        best = self._database.execute(
            f"SELECT number, id FROM found JOIN facts USING (number) ORDER BY rank, number LIMIT {TOP}"
        ).fetchall()
        return tuple(Found(turn, self._snippet(query, number)) for number, turn in best)

    def _snippet(self, query: str, number: int) -> str:
        sql = f"SELECT snippet(words, 0, '<b>', '</b>', '…', {_SNIPPET_WORDS}) FROM words WHERE words MATCH ? AND rowid = ?"
        return str(self._database.execute(sql, (query, number)).fetchone()[0])

    def _count(self, field: str) -> tuple[tuple[str, int], ...]:
        counted = self._database.execute(f"SELECT {field}, count(*) AS turns FROM found GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {TOP}")
        return tuple(counted.fetchall())

"""What is searched? Calls as the reader gives them, one after the other, as often as wanted."""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from indexer.errors import SourceError
from indexer.model import Transcript, Turn
from indexer.reading import PARSER_VERSION, read
from indexer.schema import PARAGRAPH_BREAK
from tests.bench.invented import invent

__all__ = ["Corpus", "Row", "cache_folder", "invented_corpus", "real_corpus", "rows"]

_FILES_A_TASK = 16
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Row:
    """A turn as the peers hold it; `id` is its call and its number in it, and unique."""

    id: str
    text: str
    speaker: str
    role: str
    section: str
    company: str


def rows(transcript: Transcript) -> Iterator[Row]:
    """Give the turns of a call."""
    for turn in transcript.turns:
        text = PARAGRAPH_BREAK.join(turn.paragraphs)
        yield Row(f"{transcript.call}:{turn.number}", text, turn.speaker, turn.role.value, turn.section.value, transcript.company)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Calls in a file of pickles, so that no engine's build holds more than one of them for our sake.

    Attributes:
        name: What they are, for the report.
        times: How often each is given, each time under another id, ticker and year.
        limit: How many of the file's calls are taken; None for all.
    """

    name: str
    path: Path
    times: int = 1
    limit: int | None = None

    def __iter__(self) -> Iterator[Transcript]:
        """Read the calls, all of them once before any comes again."""
        for copy in range(self.times):
            yield from (_again(call, copy) if copy else call for call in self.once())

    def once(self) -> Iterator[Transcript]:
        """Read each call once."""
        return islice(_load(self.path), self.limit)


def _again(call: Transcript, copy: int) -> Transcript:
    """Make another call of a call: so many years before. Company, people and words stay, as they do from year to year."""
    return replace(
        call,
        call=f"{call.call}-copy{copy}",
        ticker=call.ticker and f"{call.ticker}{copy}",
        period=call.period and f"{int(call.period[:4]) - copy}{call.period[4:]}",
        date=call.date and call.date - copy * _YEAR,
    )


def cache_folder() -> Path:
    """Give the temporary folder of corpora that were read before; it is nobody else's, since pickles in it are trusted."""
    folder = Path(tempfile.gettempdir()) / f"earful-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
        raise PermissionError(f"{folder} is open to others; remove it")
    return folder


def real_corpus(folder: Path, cache: Path) -> Corpus:
    """Read the files of a folder, or find them read; with this version of the reader, as they are now."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    stamps = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return Corpus(name=folder.name, path=_kept(cache, repr((str(folder), stamps)), _read_all(files)))


def invented_corpus(calls: int, cache: Path, seed: int = 1) -> Corpus:
    """Invent calls, or find them invented."""
    return Corpus(name="invented", path=_kept(cache, repr((calls, seed)), invent(calls, seed)))


def _kept(cache: Path, key: str, calls: Iterable[Transcript]) -> Path:
    """Give the file that holds calls; they are gone through only if it is not there."""
    shape = [field.name for kind in (Transcript, Turn) for field in fields(kind)]
    digest = hashlib.sha256(repr((PARSER_VERSION, shape, key)).encode()).hexdigest()[:16]
    path = cache / f"calls-{digest}.pickle"
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            for call in _renamed(calls):
                pickle.dump(call, file)
        draft.replace(path)
    return path


def _load(path: Path) -> Iterator[Transcript]:
    with path.open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)


def _read_all(paths: Sequence[Path]) -> Iterator[Transcript]:
    with ProcessPoolExecutor() as pool:
        for calls in pool.map(_read, paths, chunksize=_FILES_A_TASK):
            yield from calls


def _read(path: Path) -> tuple[Transcript, ...]:
    try:
        return read(path)
    except SourceError:
        return ()


def _renamed(calls: Iterable[Transcript]) -> Iterator[Transcript]:
    """Number the calls of one id: here none is left out for being another one's double."""
    seen: Counter[str] = Counter()
    for call in calls:
        seen[call.call] += 1
        yield call if seen[call.call] == 1 else replace(call, call=f"{call.call}-number{seen[call.call]}")

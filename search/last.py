"""What did the last search show? Kept by user and index folder, so that `earful show 3` can open the third hit."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from indexer.errors import InvalidValue

__all__ = ["Recalled", "recall", "remember"]

_VERSION = 1
_MOST_INDICES = 20
_MOST_HITS = 1_000
_FILE = Path("earful", "last.json")

# Real path of an index folder -> what its last search showed, the index that was searched last at the end:
# {"query": ..., "synonyms": ..., "first": number of the first hit, "hits": [[call, turn], ...]}
_Searches = dict[str, dict[str, Any]]


class Recalled(NamedTuple):
    """A hit of the last search, and what was sought; `synonyms` as `make_query` has it."""

    call: str
    turn: int
    query: str
    synonyms: bool | str


def remember(
    hits: Sequence[tuple[str, int]],
    query: str,
    index: str | os.PathLike[str],
    first_number: int = 1,
    synonyms: bool | str | os.PathLike[str] = False,
) -> None:
    """Keep what a search showed, in place of what the last one on the same index did.

    A search that showed no hit changes nothing: the numbers on the screen are those of the one before. Where nothing can be
    kept, nothing is, and that is no error.

    Args:
        hits: Call and turn of each, in the order shown; the first 1,000 are kept.
        query: In the query language.
        index: The index folder; of the 20 that were searched last something is kept.
        first_number: The number that the first of them was shown with.
        synonyms: As `make_query` has it; a file is kept as its real path.
    """
    if not hits:
        return
    chosen = synonyms if isinstance(synonyms, bool) else os.path.realpath(synonyms)
    # A home that is read-only, full or missing (RuntimeError) is no reason for a search to fail that has found what it sought.
    with suppress(OSError, RuntimeError):
        path, folder = _path(), os.path.realpath(index)
        searches = _load(path)
        searches.pop(folder, None)
        searches[folder] = {"query": query, "synonyms": chosen, "first": first_number, "hits": [list(hit) for hit in hits[:_MOST_HITS]]}
        _write(path, dict(list(searches.items())[-_MOST_INDICES:]))


def recall(number: int, index: str | os.PathLike[str]) -> Recalled:
    """Give a hit of the last search on an index by the number that it was shown with.

    Raises:
        InvalidValue: nothing is known of a search on this index, or it showed no hit of that number.
    """
    searches: _Searches = {}
    with suppress(OSError, RuntimeError):  # what cannot be read is as what was never written
        searches = _load(_path())
    last = searches.get(os.path.realpath(index))
    if last is None:
        raise InvalidValue("there is no last search on this index", hint="run earful search first, or name a call")
    first, hits = last["first"], last["hits"]
    if not first <= number < first + len(hits):
        shown = f"{first:,} to {first + len(hits) - 1:,}" if len(hits) > 1 else f"{first:,} alone"
        raise InvalidValue(f"the last search showed no hit {number:,}", hint=f"it showed {shown}")
    call, turn = hits[number - first]
    return Recalled(call, turn, last["query"], last["synonyms"])


def _path() -> Path:
    """Source: XDG Base Directory Specification 0.8; a relative folder in the variable does not count."""
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (state if state.is_absolute() else Path.home() / ".local" / "state") / _FILE


def _load(path: Path) -> _Searches:
    """Read all that is kept; nothing if the file is missing, damaged, or of another version.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        kept = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict) or kept.get("version") != _VERSION or not isinstance(kept.get("searches"), dict):
        return {}
    return {folder: search for folder, search in kept["searches"].items() if _is_sound(search)}


def _is_sound(search: object) -> bool:
    match search:
        case {"query": str(), "synonyms": bool() | str(), "first": int(), "hits": [_, *_] as hits}:
            return all(isinstance(hit, list) and list(map(type, hit)) == [str, int] for hit in hits)
    return False


def _write(path: Path, searches: _Searches) -> None:
    """Replace the file by one that nobody else may read: what one searches for is one's own affair."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # of mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump({"version": _VERSION, "searches": searches}, file)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise

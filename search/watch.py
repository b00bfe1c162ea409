"""What has been said about it since I last looked? Searches that are kept, and what each has already shown.

They lie beside the index, as JSON of our own: `earful-watches.json` says what is asked, `earful-watch-NAME.json` what that watch has
shown. Rebuilds leave both alone. What a watch has shown is known by its text: of every call a short hash of each turn that matched. So
a turn is new if no turn with just these words matched before in its call, whatever became of files, numbers and generations; a call
that goes and comes back is not new, and one whose transcript changed is new where its words are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np

from indexer.errors import IndexDamaged, InvalidValue, RequestError
from indexer.store import Store
from search.execute.answer import make_hits
from search.execute.found import Found
from search.execute.select import select
from search.query import Query, make_query
from search.reader import Snapshot
from search.results import Hit
from search.snippets import Cue, cues_of

__all__ = ["Watch", "WatchNews", "WatchedCall", "Watches", "open_watches"]

_VERSION = 1
_FILE = "earful-watches.json"
_LOCK = "earful-watches.lock"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_WAIT_S = 10.0
_HASH_BYTES = 4  # within one call; 100 turns that match are alike by chance once in a million calls
_HASH_CHARS = 2 * _HASH_BYTES
_HITS_A_CALL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A search that is kept.

    Attributes:
        name: Letters, digits, `-`, `_` and `.`; at most 64.
        query: In the query language.
        filters: By field, the values asked for; `since` and `until` as ISO dates among them.
        synonyms: Whether synonyms count, or a file of more of them.
    """

    name: str
    query: str
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    synonyms: bool | str = False

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of a watch."""
        filters = {name: list(values) for name, values in self.filters.items()}
        return {"name": self.name, "query": self.query, "filters": filters, "synonyms": self.synonyms}

    def to_query(self) -> Query:
        """Give what is asked, checked.

        Raises:
            RequestError: it is not possible, or no longer.
        """
        days = {name: values[0] for name, values in self.filters.items() if name in ("since", "until")}
        filters: dict[str, Any] = {name: values for name, values in self.filters.items() if name not in days}
        return make_query(self.query, synonyms=self.synonyms, since=days.get("since"), until=days.get("until"), **filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedCall:
    """A call with something new.

    Attributes:
        turns: How many of its turns are new.
        hits: The best of them.
    """

    call: str
    company: str
    period: str | None
    date: str | None
    turns: int
    hits: tuple[Hit, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of a call."""
        own = {name: getattr(self, name) for name in ("call", "company", "period", "date", "turns")}
        return {**own, "hits": [hit.to_dict() for hit in self.hits]}


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchNews:
    """What matched since a watch last ran.

    Attributes:
        watch: The watch.
        calls: Those with new turns, newest first; without a date last.
        notes: Why nothing may have been found, a line each.
        failure: Why it could not run; None if it did.
    """

    watch: Watch
    calls: tuple[WatchedCall, ...] = ()
    notes: tuple[str, ...] = ()
    failure: str | None = None

    @property
    def turns(self) -> int:
        """How many turns are new."""
        return sum(call.turns for call in self.calls)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of what is new."""
        total = {"turns": self.turns, "calls": len(self.calls)}
        return {"watch": self.watch.to_dict(), "total": total, "failure": self.failure, "calls": [call.to_dict() for call in self.calls]}


_Shown = dict[str, str]  # call -> the hashes of its turns that were shown, end to end


class Watches:
    """The watches of an index; made by `open_watches`, which keeps others from changing them meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._all = {watch.name: watch for watch in _read_watches(store)}
        self._to_remember: dict[str, _Shown] = {}

    def all(self) -> tuple[Watch, ...]:
        """Give the watches, by name."""
        return tuple(self._all[name] for name in sorted(self._all))

    def add(self, snapshot: Snapshot, watch: Watch, *, from_start: bool = False, replace: bool = False) -> int:
        """Keep a search, and take what matches now for shown.

        Args:
            snapshot: Of the index.
            watch: The search.
            from_start: Take nothing for shown: the first run shows all that matches.
            replace: Whether it may take the place of another of the same name.

        Returns:
            How many turns match now.

        Raises:
            InvalidValue: the name is not possible, or taken.
            RequestError: the search is not possible.
        """
        if not _NAME.fullmatch(watch.name):
            raise InvalidValue(f"{watch.name!r} is no name of a watch", hint="letters, digits, - _ and . are possible, 64 at most")
        if watch.name in self._all and not replace:
            raise InvalidValue(f"there is a watch {watch.name!r} already", hint="choose another name, or replace it with --replace")
        doc_ids = select(snapshot, watch.to_query()).kept.doc_ids.tolist()
        self._store.write(_shown_file(watch.name), _to_json("shown", {} if from_start else _joined(_hashes(snapshot, doc_ids))))
        self._all[watch.name] = watch
        self._write()
        return len(doc_ids)

    def remove(self, name: str) -> None:
        """Forget a watch.

        Raises:
            InvalidValue: there is none of that name.
        """
        del self._all[self._named(name).name]
        self._write()
        self._store.remove(_shown_file(name))

    def run(self, snapshot: Snapshot, names: Sequence[str] = ()) -> tuple[WatchNews, ...]:
        """Find what matches and was not shown; call `remember` when it has been.

        Args:
            snapshot: Of the index.
            names: Of the watches; all if none is named. One that cannot run says why, and the others run.

        Raises:
            InvalidValue: there is no watch of a name.
            IndexDamaged: what a watch has shown cannot be read.
        """
        return tuple(self._run(snapshot, watch) for watch in ([self._named(name) for name in names] if names else self.all()))

    def _named(self, name: str) -> Watch:
        if name not in self._all:
            known = ", ".join(sorted(self._all)) or "none yet; add one with earful watch add"
            raise InvalidValue(f"there is no watch {name!r}", hint=f"there are {known}")
        return self._all[name]

    def _run(self, snapshot: Snapshot, watch: Watch) -> WatchNews:
        try:
            selected = select(snapshot, watch.to_query())
        except RequestError as error:
            return WatchNews(watch=watch, failure=str(error))
        shown = _read_shown(self._store, watch.name)
        hashes = _hashes(snapshot, selected.kept.doc_ids.tolist())
        known = set(_parted(shown))
        fresh = selected.kept.at(np.flatnonzero([each not in known for each in hashes]))
        self._to_remember[watch.name] = _joined([*known, *hashes])
        return WatchNews(watch=watch, calls=tuple(_by_call(snapshot, fresh, cues_of(selected.tree))), notes=selected.notes)

    def remember(self) -> None:
        """Take what was found for shown. Call it when it has been, so that a broken pipe loses nothing."""
        for name, shown in self._to_remember.items():
            self._store.write(_shown_file(name), _to_json("shown", shown))
        self._to_remember.clear()

    def _write(self) -> None:
        self._store.write(_FILE, _to_json("watches", [watch.to_dict() for watch in self.all()]))


@contextmanager
def open_watches(store: Store) -> Iterator[Watches]:
    """Give the watches of an index, and keep other processes from changing them; a rebuild is not kept waiting.

    Raises:
        IndexLocked: another process has had them for ten seconds.
        IndexDamaged: their file is not what was written, or another version's.
    """
    with store.lock(_LOCK, "use of the watches", wait_s=_WAIT_S):
        yield Watches(store)


def _by_call(snapshot: Snapshot, found: Found, cues: tuple[frozenset[Cue], ...]) -> Iterator[WatchedCall]:
    """Give the calls of turns, newest first, with the best few of each."""
    doc_ids, scores = found.doc_ids, found.scores
    of_call: dict[int, list[int]] = {}
    for place, code in enumerate(snapshot.codes("call").codes[doc_ids].tolist()):
        of_call.setdefault(code, []).append(place)
    days = snapshot.codes("date").codes

    def when(places: list[int]) -> tuple[int, int]:
        return -int(days[doc_ids[places[0]]]), int(snapshot.codes("call").codes[doc_ids[places[0]]])

    for places in sorted(of_call.values(), key=when):
        best = sorted(sorted(places, key=lambda place: -scores[place])[:_HITS_A_CALL])
        first = int(doc_ids[places[0]])
        yield WatchedCall(
            call=snapshot.value("call", first) or "",
            company=snapshot.value("company", first) or "",
            period=snapshot.value("period", first),
            date=snapshot.value("date", first),
            turns=len(places),
            hits=tuple(make_hits(snapshot, doc_ids[best], scores[best], cues, None)),
        )


# files


def _shown_file(name: str) -> str:
    return f"earful-watch-{name}.json"


def _to_json(kind: str, content: Any) -> bytes:
    return json.dumps({"version": _VERSION, kind: content}, ensure_ascii=False, indent=1 if kind == "watches" else None).encode()


def _read_watches(store: Store) -> Iterator[Watch]:
    for each in _read(store, _FILE, "watches", []):
        try:
            filters = {str(name): tuple(map(str, values)) for name, values in each["filters"].items()}
            yield Watch(name=each["name"], query=each["query"], filters=filters, synonyms=each["synonyms"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise _damaged(store, _FILE, error) from error


def _read_shown(store: Store, name: str) -> _Shown:
    shown = _read(store, _shown_file(name), "shown", {})
    if not isinstance(shown, dict) or not all(isinstance(each, str) for each in shown.values()):
        raise _damaged(store, _shown_file(name), "no list of calls")
    return shown


def _read(store: Store, name: str, kind: str, nothing: Any) -> Any:
    try:
        content = json.loads((store.folder / name).read_bytes())
        version = content["version"]
        if version != _VERSION:
            raise ValueError(f"it is of version {version}")
        return content[kind]
    except FileNotFoundError:
        return nothing
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(store, name, error) from error


def _damaged(store: Store, name: str, error: object) -> IndexDamaged:
    return IndexDamaged(f"{store.folder / name} is not what was written ({error})", hint="restore it, or delete it and add the watch again")


# what was shown


def _hashes(snapshot: Snapshot, doc_ids: Sequence[int]) -> list[tuple[str, str]]:
    """Give the call of each turn, and a short hash of what is said in it."""
    calls = snapshot.codes("call")
    texts = (snapshot.text(doc_id).encode(errors="surrogatepass") for doc_id in doc_ids)
    said = (blake2b(text, digest_size=_HASH_BYTES).hexdigest() for text in texts)
    return list(zip((calls.values[calls.codes[doc_id]] for doc_id in doc_ids), said, strict=True))


def _joined(hashes: Sequence[tuple[str, str]]) -> _Shown:
    shown: dict[str, set[str]] = {}
    for call, said in hashes:
        shown.setdefault(call, set()).add(said)
    return {call: "".join(sorted(distinct)) for call, distinct in sorted(shown.items())}


def _parted(shown: _Shown) -> Iterator[tuple[str, str]]:
    for call, joined in shown.items():
        yield from ((call, joined[at : at + _HASH_CHARS]) for at in range(0, len(joined), _HASH_CHARS))

"""What has been said about it since I last looked? Searches that are kept, and what each has already shown.

They lie beside the index, as JSON of our own: `earful-watches.json` says what is asked, `earful-watch-NAME.json` what that watch has
shown. Rebuilds leave both alone. What a watch has shown is known by its text: of every call a hash of each turn that matched. So a turn
is new if no turn with just these words matched before in its call, whatever became of files, numbers and generations: what is shifted
in a fuller transcript is not new, and what was added to it is. A file that has not changed proves no more than that, since another
version of Earful may read other turns from it, and reading all texts again takes but a quarter of a second for 30,000 turns.

Beside the hashes stands which file a call came from. That is asked only for its name: a call that gets another id, because a second
publisher's file told its ticker, is the same call. Nothing is forgotten, so a call that goes and comes back is not new either; what is
remembered grows by 16 bytes a turn that matches.

Whatever happens between two writes, a watch shows more than it need, and never less: its memory is removed before its question
changes, and a missing one means that nothing has been shown.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as with_changes
from hashlib import blake2b
from itertools import chain, islice
from typing import Any

import numpy as np

from indexer.errors import IndexDamaged, InvalidTable, InvalidValue, RequestError, UnknownField
from indexer.store import Store
from search.execute.answer import make_hits
from search.execute.found import Found
from search.execute.select import Selection, select
from search.execute.weighting import SCORE_DIGITS
from search.export import Exportable
from search.query import FILTERS, Query, make_query
from search.reader import Snapshot
from search.results import HIT_COLUMNS, Hit, hit_row
from search.snippets import Cue, cues_of
from search.tables import About, Table

__all__ = ["Added", "Watch", "WatchNews", "WatchRun", "WatchedCall", "Watches", "list_watches", "open_watches"]

_VERSION = 1
_FILE = "earful-watches.json"
_LOCK = "earful-watches.lock"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_WAIT_S = 10.0
_HASH_BYTES = 8
_HASH_CHARS = 2 * _HASH_BYTES
_HASHES = re.compile(rf"(?:[0-9a-f]{{{_HASH_CHARS}}})*")
_FILE_CHARS = 16  # of a file's fingerprint
_HITS_A_CALL = 3
_MOST_REPEATED = 100  # characters of an entry that an error repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A search that is kept.

    Attributes:
        name: Letters, digits, `-`, `_` and `.`; at most 64.
        query: In the query language.
        filters: By field, the values asked for.
        since, until: Dates of the call as ISO text, both included.
        synonyms: Whether synonyms count, or a file of more of them.
    """

    name: str
    query: str
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: str | None = None
    until: str | None = None
    synonyms: bool | str = False

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of a watch."""
        own = {name: getattr(self, name) for name in ("name", "query", "since", "until", "synonyms")}
        return {**own, "filters": {name: list(values) for name, values in self.filters.items()}}

    def all_filters(self) -> dict[str, tuple[str, ...]]:
        """Give the filters, with the dates among them."""
        days = {name: (day,) for name, day in (("since", self.since), ("until", self.until)) if day}
        return {**self.filters, **days}

    def to_query(self) -> Query:
        """Give what is asked, checked.

        Raises:
            RequestError: it is not possible, or no longer.
            InvalidTable: the file of synonyms cannot be used.
        """
        for name in self.filters:
            if name not in FILTERS:
                raise UnknownField(f"no filter {name!r}", hint=f"filters are {', '.join(FILTERS)}")
        filters: dict[str, Any] = dict(self.filters)
        return make_query(self.query, since=self.since, until=self.until, synonyms=self.synonyms, **filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A watch that has been added.

    Attributes:
        watch: As it was kept.
        turns, calls: How many match now.
        notes: Why so few may match, a line each.
    """

    watch: Watch
    turns: int
    calls: int
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of an added watch."""
        return {"watch": self.watch.to_dict(), "total": {"turns": self.turns, "calls": self.calls}, "notes": list(self.notes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedCall:
    """A call with something new.

    Attributes:
        turns: How many of its turns are new.
        hits: The best of them, in the order said.
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
        calls: Those with new turns, newest first; without a date last; ties by id.
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
        """Give the JSON object of what is new in a watch."""
        total = {"turns": self.turns, "calls": len(self.calls)}
        return {"watch": self.watch.to_dict(), "total": total, "failure": self.failure, "calls": [call.to_dict() for call in self.calls]}


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRun(Exportable):
    """What matched since watches last ran.

    Attributes:
        watches: Each watch that was to run, in the order of names.
        about: Of which index; what was asked if it was one watch, else the names of the watches.
    """

    watches: tuple[WatchNews, ...]
    about: About

    @property
    def turns(self) -> int:
        """How many turns are new, those of several watches counted for each."""
        return sum(news.turns for news in self.watches)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object of `earful watch run --json`."""
        return {"watches": [news.to_dict() for news in self.watches], **self.about.to_dict()}

    def tables(self) -> tuple[Table, ...]:
        """Give a row a hit, with how many turns of its call are new in its watch."""
        shown = ((news.watch.name, call.turns, hit) for news in self.watches for call in news.calls for hit in call.hits)
        rows = tuple((name, *hit_row(hit, HIT_COLUMNS), turns) for name, turns, hit in shown)
        return (Table(name="hits", columns=("watch", *HIT_COLUMNS, "new_turns"), rows=rows),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What has been shown of a call.

    Attributes:
        file: The transcript it came from when it last matched: file's fingerprint and place; "" if that is not known.
        said: Hashes of the turns that matched.
    """

    file: str
    said: frozenset[str]


_Memory = dict[str, _Shown]  # call -> what has been shown of it


class Watches:
    """The watches of an index; made by `open_watches`, which keeps others from changing them meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._all = {watch.name: watch for watch in list_watches(store)}
        self._to_remember: dict[str, _Memory] = {}

    def all(self) -> tuple[Watch, ...]:
        """Give the watches, by name."""
        return tuple(self._all[name] for name in sorted(self._all))

    def add(self, snapshot: Snapshot, watch: Watch, *, from_start: bool = False, replace: bool = False) -> Added:
        """Keep a search, and take what matches now for shown.

        Args:
            snapshot: Of the index.
            watch: The search.
            from_start: Take nothing for shown: the first run shows all that matches.
            replace: Whether it may take the place of another of the same name.

        Raises:
            InvalidValue: the name is not possible, or taken.
            RequestError, InvalidTable: the search is not possible.
            IndexDamaged: a segment is not what was written.
        """
        if not _NAME.fullmatch(watch.name):
            raise InvalidValue(f"{watch.name!r} is no name of a watch", hint="letters, digits, - _ and . are possible, 64 at most")
        if watch.name in self._all and not replace:
            raise InvalidValue(f"there is a watch {watch.name!r} already", hint="remove it first, or replace it with --replace")
        if isinstance(watch.synonyms, str):  # a job may run it from another folder
            watch = with_changes(watch, synonyms=os.path.abspath(watch.synonyms))
        query = watch.to_query()
        with _reading():
            selected = select(snapshot, query)
            said = _said(snapshot, selected)
        if watch.name in self._all:
            self._store.remove(_memory_file(watch.name))
        self._all[watch.name] = watch
        self._write()
        files = _files_of_calls(self._store, snapshot)
        memory = {} if from_start else _updated({}, _known({}, said, files), said, files)
        self._store.write(_memory_file(watch.name), _memory_to_json(memory))
        return Added(watch=watch, turns=len(said), calls=len({call for call, _ in said}), notes=selected.notes)

    def remove(self, name: str) -> None:
        """Forget a watch.

        Raises:
            InvalidValue: there is none of that name.
        """
        self._store.remove(_memory_file(self._named(name).name))
        del self._all[name]
        self._write()

    def run(self, snapshot: Snapshot, names: Iterable[str] = (), *, limit: int = _HITS_A_CALL) -> WatchRun:
        """Find what matches and was not shown; call `remember` when it has been.

        Args:
            snapshot: Of the index.
            names: Of the watches; all if none is named. One that cannot run says why, and the others run.
            limit: Hits to give of each call.

        Raises:
            InvalidValue: there is no watch of a name, or the limit is not possible.
            IndexDamaged: the manifest is not what was written.
        Cost: beside the search about 10 microseconds a turn that matches, most of it to read what is said.
        """
        if limit < 1:
            raise InvalidValue(f"limit: {limit} is not possible", hint="give a number from 1")
        chosen = [self._named(name) for name in sorted(set(names))] or self.all()
        files = _files_of_calls(self._store, snapshot)
        found = []
        for watch in chosen:
            try:
                found.append(self._run(snapshot, files, watch, limit))
            except (RequestError, InvalidTable, IndexDamaged) as error:
                found.append(WatchNews(watch=watch, failure=str(error)))
        return WatchRun(watches=tuple(found), about=_about(snapshot, chosen))

    def _named(self, name: str) -> Watch:
        if name not in self._all:
            known = ", ".join(sorted(self._all)) or "none yet; add one with earful watch add"
            raise InvalidValue(f"there is no watch {name!r}", hint=f"there are {known}")
        return self._all[name]

    def _run(self, snapshot: Snapshot, files: Mapping[str, str], watch: Watch, limit: int) -> WatchNews:
        memory = _read_memory(self._store, watch.name)
        query = watch.to_query()
        with _reading():
            selected = select(snapshot, query)
            said = _said(snapshot, selected)
            known = _known(memory, said, files)
            fresh = selected.kept.at(np.flatnonzero([turn not in known[call] for call, turn in said]))
            calls = tuple(_by_call(snapshot, fresh, cues_of(selected.tree), limit))
        updated = _updated(memory, known, said, files)
        if updated != memory:
            self._to_remember[watch.name] = updated
        return WatchNews(watch=watch, calls=calls, notes=selected.notes)

    def remember(self) -> None:
        """Take what was found for shown. Call it when it has been, so that a broken pipe loses nothing."""
        for name, memory in self._to_remember.items():
            self._store.write(_memory_file(name), _memory_to_json(memory))
        self._to_remember.clear()

    def _write(self) -> None:
        self._store.write(_FILE, _to_json("watches", [watch.to_dict() for watch in self.all()], indent=1))


def list_watches(store: Store) -> tuple[Watch, ...]:
    """Give the watches of an index, by name.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: their file is not what was written, or another version's.
    """
    store.generation()
    return tuple(sorted(_read_watches(store), key=lambda watch: watch.name))


@contextmanager
def open_watches(store: Store) -> Iterator[Watches]:
    """Give the watches of an index, and keep other processes from changing them; a rebuild is not kept waiting.

    Open the index after them: of two runs the later one must not see the older generation.

    Raises:
        IndexNotFound: there is no index.
        IndexLocked: another process has had them for ten seconds.
        IndexDamaged: their file is not what was written, or another version's.
    """
    store.generation()  # else the lock would make the folder
    with store.lock(_LOCK, "use of the watches", wait_s=_WAIT_S):
        yield Watches(store)


@contextmanager
def _reading() -> Iterator[None]:
    """Say of errors that come of bytes that are not what was written what they are."""
    try:
        yield
    except (LookupError, OSError, OverflowError, ValueError) as error:
        raise IndexDamaged(
            f"the index cannot be read ({type(error).__name__}: {error})", hint="run earful check, then earful rebuild --fresh"
        ) from error


def _about(snapshot: Snapshot, watches: Sequence[Watch]) -> About:
    """Say what was asked of which index: of one watch its question, of several their names."""
    query, filters = ", ".join(watch.name for watch in watches), {}
    if len(watches) == 1:
        query, filters = watches[0].query, watches[0].all_filters()
    return About(query=query, filters=filters, generation=snapshot.generation, content=snapshot.content)


def _by_call(snapshot: Snapshot, found: Found, cues: tuple[frozenset[Cue], ...], limit: int) -> Iterator[WatchedCall]:
    """Give the calls of turns, newest first, with the best few of each."""
    if not found.count:
        return
    doc_ids, scores = found.doc_ids, np.round(found.scores, SCORE_DIGITS)
    call = snapshot.codes("call").codes[doc_ids].astype(np.int64)
    day = snapshot.codes("date").codes[doc_ids].astype(np.int64)
    order = np.lexsort((snapshot.numbers("turn")[doc_ids], -scores, call, -day))
    runs = np.split(order, np.flatnonzero(np.diff(call[order])) + 1)
    best = [np.sort(run[:limit]) for run in runs]
    shown = np.concatenate(best)
    hits = make_hits(snapshot, doc_ids[shown], scores[shown], cues, None)
    for run, places in zip(runs, best, strict=True):
        of_call = tuple(islice(hits, len(places)))
        one = of_call[0]
        yield WatchedCall(call=one.call, company=one.company, period=one.period, date=one.date, turns=len(run), hits=of_call)


# what was shown


def _said(snapshot: Snapshot, selected: Selection) -> list[tuple[str, str]]:
    """Give the call of each turn that was selected, and a hash of what is said in it."""
    doc_ids = selected.kept.doc_ids
    texts = (snapshot.text(doc_id).encode(errors="surrogatepass") for doc_id in doc_ids.tolist())
    hashes = (blake2b(text, digest_size=_HASH_BYTES).hexdigest() for text in texts)
    return list(zip(snapshot.values("call", doc_ids), hashes, strict=True))


def _known(memory: _Memory, said: Sequence[tuple[str, str]], files: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Give what was shown of each call, under this id or, of the same transcript, under another."""
    by_file: defaultdict[str, set[str]] = defaultdict(set)
    for shown in memory.values():
        by_file[shown.file] |= shown.said
    known = {}
    for call in dict.fromkeys(call for call, _ in said):
        under_id = memory[call].said if call in memory else frozenset()
        known[call] = under_id | by_file[files[call]] if call in files else under_id
    return known


def _updated(memory: _Memory, known: Mapping[str, frozenset[str]], said: Sequence[tuple[str, str]], files: Mapping[str, str]) -> _Memory:
    """Add to what was shown of calls what matches now."""
    now: defaultdict[str, set[str]] = defaultdict(set)
    for call, turn in said:
        now[call].add(turn)
    last_files = {call: shown.file for call, shown in memory.items()} | dict(files)
    return memory | {call: _Shown(file=last_files.get(call, ""), said=known[call] | turns) for call, turns in now.items()}


def _files_of_calls(store: Store, snapshot: Snapshot) -> Mapping[str, str]:
    """Say from which transcript each call comes; of a generation that a rebuild has just replaced that is not known any more."""
    try:
        calls = store.manifest(snapshot.generation).calls
    except IndexDamaged:
        if store.generation() == snapshot.generation:
            raise
        return {}
    return {call: f"{fingerprint[:_FILE_CHARS]}-{place}" for call, (fingerprint, place) in calls.items()}


# files


def _memory_file(name: str) -> str:
    return f"earful-watch-{name}.json"


def _memory_to_json(memory: _Memory) -> bytes:
    return _to_json("shown", {call: [shown.file, "".join(sorted(shown.said))] for call, shown in sorted(memory.items())})


def _to_json(kind: str, content: Any, indent: int | None = None) -> bytes:
    return json.dumps({"version": _VERSION, kind: content}, indent=indent).encode()


def _read_watches(store: Store) -> tuple[Watch, ...]:
    with _telling_damage(store, _FILE):
        watches = tuple(map(_watch_of, _read(store, _FILE, "watches", [])))
        if len({watch.name for watch in watches}) < len(watches):
            raise ValueError("two watches of one name")
    return watches


def _watch_of(entry: dict[str, Any]) -> Watch:
    """Make a watch of its JSON, of which nothing is taken on trust: its name becomes part of a file's."""
    filters = entry["filters"]
    days = [entry[day] for day in ("since", "until") if entry[day] is not None]
    is_sound = (
        _NAME.fullmatch(entry["name"])
        and all(isinstance(values, list) for values in filters.values())
        and all(isinstance(text, str) for text in (entry["query"], *days, *chain.from_iterable(filters.values())))
        and isinstance(entry["synonyms"], bool | str)
    )
    if not is_sound:
        raise ValueError(f"no watch: {json.dumps(entry)[:_MOST_REPEATED]}")
    return Watch(**{**entry, "filters": {name: tuple(values) for name, values in filters.items()}})


def _read_memory(store: Store, name: str) -> _Memory:
    file = _memory_file(name)
    with _telling_damage(store, file):
        return {call: _shown_of(*shown) for call, shown in _read(store, file, "shown", {}).items()}


def _shown_of(file: str, said: str) -> _Shown:
    if not (isinstance(file, str) and _HASHES.fullmatch(said)):
        raise ValueError("turns of a call that are no hashes")
    return _Shown(file=file, said=frozenset(said[at : at + _HASH_CHARS] for at in range(0, len(said), _HASH_CHARS)))


def _read(store: Store, name: str, kind: str, nothing: Any) -> Any:
    """Read what a file has; `nothing` if there is no file."""
    try:
        content = json.loads((store.folder / name).read_bytes())
    except FileNotFoundError:
        return nothing
    if content["version"] != _VERSION:
        raise IndexDamaged(f"{store.folder / name} is of version {content['version']!r}, which is not known here", hint="update Earful")
    return content[kind]


@contextmanager
def _telling_damage(store: Store, name: str) -> Iterator[None]:
    """Say of errors that come of a file that is not what was written which file it is."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(
            f"{store.folder / name} is not what was written ({error})", hint="restore it, or delete it and add its watches again"
        ) from error

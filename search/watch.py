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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as with_changes
from itertools import chain, islice
from typing import Any

import numpy as np

from indexer.errors import IndexDamaged, InvalidTable, InvalidValue, RequestError, UnknownField
from indexer.store import Store
from search.budget import TIME_LIMIT_S, check_time_limit, time_limit
from search.execute.answer import make_hits
from search.execute.found import Found
from search.execute.select import select
from search.execute.weighting import SCORE_DIGITS
from search.export import Exportable
from search.kept import kept_as_json, read_kept, telling_which
from search.query import FILTERS, Query, make_query
from search.reader import Snapshot, telling_damage
from search.results import HIT_COLUMNS, Hit, hit_row
from search.shown import Memory, files_of_calls, known_of, memory_as_json, memory_file, read_memory, said_in, with_said
from search.snippets import Cue, cues_of
from search.tables import About, Table

__all__ = ["Added", "Watch", "WatchNews", "WatchRun", "WatchedCall", "Watches", "list_watches", "open_watches"]

_FILE = "earful-watches.json"
_LOCK = "earful-watches.lock"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_WAIT_S = 10.0
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


class Watches:
    """The watches of an index; made by `open_watches`, which keeps others from changing them meanwhile."""

    def __init__(self, store: Store, time_limit_s: float | None = TIME_LIMIT_S) -> None:
        self._store = store
        self._time_limit_s = time_limit_s
        self._all = {watch.name: watch for watch in list_watches(store)}
        self._to_remember: dict[str, Memory] = {}

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
        with telling_damage(), time_limit(self._time_limit_s):
            selected = select(snapshot, query)
            said = said_in(snapshot, selected)
        if watch.name in self._all:
            self._store.remove(memory_file(watch.name))
        self._all[watch.name] = watch
        self._write()
        files = files_of_calls(self._store, snapshot)
        memory = {} if from_start else with_said({}, known_of({}, said, files), said, files)
        self._store.write(memory_file(watch.name), memory_as_json(memory))
        return Added(watch=watch, turns=len(said), calls=len({call for call, _ in said}), notes=selected.notes)

    def remove(self, name: str) -> None:
        """Forget a watch.

        Raises:
            InvalidValue: there is none of that name.
        """
        self._store.remove(memory_file(self._named(name).name))
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
        files = files_of_calls(self._store, snapshot)
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
        memory = read_memory(self._store, watch.name)
        query = watch.to_query()
        with telling_damage(), time_limit(self._time_limit_s):
            selected = select(snapshot, query)
            said = said_in(snapshot, selected)
            known = known_of(memory, said, files)
            fresh = selected.kept.at(np.flatnonzero([turn not in known[call] for call, turn in said]))
            calls = tuple(_by_call(snapshot, fresh, cues_of(selected.tree), limit))
        updated = with_said(memory, known, said, files)
        if updated != memory:
            self._to_remember[watch.name] = updated
        return WatchNews(watch=watch, calls=calls, notes=selected.notes)

    def remember(self) -> None:
        """Take what was found for shown. Call it when it has been, so that a broken pipe loses nothing."""
        for name, memory in self._to_remember.items():
            self._store.write(memory_file(name), memory_as_json(memory))
        self._to_remember.clear()

    def _write(self) -> None:
        self._store.write(_FILE, kept_as_json("watches", [watch.to_dict() for watch in self.all()], indent=1))


def list_watches(store: Store) -> tuple[Watch, ...]:
    """Give the watches of an index, by name.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: their file is not what was written, or another version's.
    """
    store.generation()
    return tuple(sorted(_read_watches(store), key=lambda watch: watch.name))


@contextmanager
def open_watches(store: Store, *, time_limit_s: float | None = TIME_LIMIT_S) -> Iterator[Watches]:
    """Give the watches of an index, and keep other processes from changing them; a rebuild is not kept waiting.

    Open the index after them: of two runs the later one must not see the older generation.

    Args:
        store: Of the index.
        time_limit_s: How many seconds each watch may take; None: as long as it takes.

    Raises:
        InvalidValue: the limit is not above 0.
        IndexNotFound: there is no index.
        IndexLocked: another process has had them for ten seconds.
        IndexDamaged: their file is not what was written, or another version's.
    """
    check_time_limit(time_limit_s)
    store.generation()  # else the lock would make the folder
    with store.lock(_LOCK, "use of the watches", wait_s=_WAIT_S):
        yield Watches(store, time_limit_s)


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


# files


def _read_watches(store: Store) -> tuple[Watch, ...]:
    with telling_which(store, _FILE):
        watches = tuple(map(_watch_of, read_kept(store, _FILE, "watches", [])))
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

"""How does a program ask? An open index with one method a question."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack

from indexer.errors import IndexClosed, InvalidValue
from indexer.model import Kind, Section, Turn
from indexer.roles import Role
from indexer.schema import PARAGRAPH_BREAK
from search.budget import TIME_LIMIT_S, check_time_limit, spend, time_limit
from search.execute import answer
from search.query import ExchangeOptions, FirstOptions, SearchOptions, TurnOptions, make_query
from search.reader import Snapshot, is_current, open_snapshot, telling_damage
from search.results import Call, Page

if TYPE_CHECKING:  # loaded by the question that needs it: a search does without
    from search.exchanges import ExchangePage
    from search.first import Firsts
    from search.news import News
    from search.similar import Similar
    from search.trends import Trends

__all__ = ["CallIndex", "open_index"]


class CallIndex:
    """An open index of calls; a context manager.

    It answers from the generation that was current when it was opened, whatever a rebuild does meanwhile; `refresh` moves on. Threads
    may share one: they take turns. Processes open their own, or go on with one that was open when they were forked.

    Every question raises QueryTimeout if it takes longer than the index was opened for; to wait for one's turn takes nothing of that.
    """

    def __init__(self, folder: str | os.PathLike[str], snapshot: Snapshot, time_limit_s: float | None = TIME_LIMIT_S) -> None:
        self._folder = os.fspath(folder)
        self._snapshot = snapshot
        self._time_limit_s = time_limit_s
        self._lock = threading.Lock()
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the files. Pages already given stay good."""
        with self._lock:
            if not self._is_closed:
                self._snapshot.close()
                self._is_closed = True

    def refresh(self) -> bool:
        """Move on to what the index holds now; say whether that is another generation. Pages already given stay good.

        Raises:
            IndexClosed: it has been closed.
            IndexNotFound, IndexDamaged: it cannot be opened anew; this one goes on as it was.
        """
        with self._lock:
            if self._is_closed:
                raise IndexClosed("the index is closed", hint="open it again with search.open_index")
            if is_current(self._folder, self._snapshot):
                return False
            before, self._snapshot = self._snapshot, open_snapshot(self._folder)
            before.close()
            return True

    def search(self, query: str, **options: Unpack[SearchOptions]) -> Page:
        """Answer a query.

        Args:
            query: In the query language (see README); `*` matches every turn.
            options: Filters by field name (`company`, `ticker`, `speaker`, `role`, `section`, `firm`, `period`, `kind`,
                `call`, `event`, `exchange_code`, `warning`), each a value or several, of which one must fit; `since` and `until`,
                dates or ISO text; `facets`, names of fields to count; `sort`, "relevance" or "date"; `group_by`, "call"
                or None; `limit` (10) and `offset` (0).

        Raises:
            QuerySyntaxError: the query breaks the grammar; the error names the column.
            UnknownField: a field, filter or facet is not there.
            InvalidValue: a date, sort order, page, or value of a closed set is not possible.
            IndexDamaged: a segment is not what was written.
        """
        asked = make_query(query, **options)
        with self._open() as snapshot:
            return answer(snapshot, asked)

    def exchanges(
        self,
        query: str,
        *,
        asked_by: str | Iterable[str] = (),
        answered_by: str | Iterable[str] = (),
        unanswered: bool = False,
        **options: Unpack[ExchangeOptions],
    ) -> ExchangePage:
        """Find question-and-answer exchanges.

        Args:
            query: In the query language, with `question:(…)` and `answer:(…)` for the sides.
            asked_by: Firms or names of who asks, of which one must fit.
            answered_by: Roles or names of who answers, of which one must fit.
            unanswered: Keep those whose answers do not say what the question asks about, or put it off, as far as words tell.
            options: Filters on calls, facets, order and page, as in `search`.

        Raises:
            RequestError: as in `search`; or a filter or facet is one of turns.
            IndexDamaged: a segment is not what was written.
        """
        from search.exchanges import exchanges

        asked = make_query(query, **options)
        with self._open() as snapshot:
            return exchanges(snapshot, asked, asked_by=_several(asked_by), answered_by=_several(answered_by), unanswered=unanswered)

    def trends(
        self, query: str, *, by: str = "quarter", per: str | None = None, calendar: bool = False, **options: Unpack[TurnOptions]
    ) -> Trends:
        """Count by period how often something is said.

        Args:
            query: In the query language.
            by: `quarter`, `year` or `month`.
            per: A field whose values are told apart, or None.
            calendar: Take quarters and years of the calendar, not fiscal ones.
            options: Filters, as in `search`.

        Raises:
            RequestError: as in `search`; or `by` or `per` is not possible.
            IndexDamaged: a segment is not what was written.
        """
        from search.trends import trends

        asked = make_query(query, **options)
        with self._open() as snapshot:
            return trends(snapshot, asked, by=by, per=per, calendar=calendar)

    def first(self, query: str, **options: Unpack[FirstOptions]) -> Firsts:
        """Find by company the first and the last mention of something.

        Args:
            query: In the query language.
            options: Filters, as in `search`; `limit` (10) and `offset` (0) are of companies.

        Raises:
            RequestError: as in `search`.
            IndexDamaged: a segment is not what was written.
        """
        from search.first import first

        asked = make_query(query, **options)
        with self._open() as snapshot:
            return first(snapshot, asked)

    def news(self, call: str, *, limit: int = 10) -> News:
        """Tell what a call has more of than the company's earlier calls and other companies' calls of the period.

        Args:
            call: Its id, as hits have it; case does not count.
            limit: Terms to give, and terms that were dropped.

        Raises:
            UnknownCall: the index has no call of that id.
            InvalidValue: the limit is not possible.
            IndexDamaged: a segment is not what was written.
        """
        from search.news import news_of

        with self._open() as snapshot:
            return news_of(snapshot, call, limit=limit)

    def similar(self, call: str, turn: int, /, *, within_call: bool = False, **options: Unpack[FirstOptions]) -> Similar:
        """Find the turns of other calls that are most like one turn.

        Args:
            call: The id of its call, as hits have it; case does not count.
            turn: Its number.
            within_call: Whether turns of the same call may be found, too.
            options: Filters, as in `search`, `limit` (10) and `offset` (0).

        Raises:
            UnknownCall: the index has no such call or turn.
            InvalidValue: too little is said in that turn, or a filter is not possible.
            IndexDamaged: a segment is not what was written.
        """
        from search.similar import similar_to

        asked = make_query(f"{call}:{turn}", **options)
        with self._open() as snapshot:
            return similar_to(snapshot, call, turn, asked, within_call=within_call)

    def read_call(self, call: str) -> Call:
        """Read a call: what it is, and its turns in order.

        Args:
            call: Its id, as hits have it; case does not count.

        Raises:
            UnknownCall: the index has no call of that id.
            IndexDamaged: a segment is not what was written.
        """
        with self._open() as snapshot:
            doc_ids = snapshot.turns_of_known(call)
            of_call = {field: snapshot.value(field, doc_ids[0]) for field in ("call", "company", "ticker", "period", "date", "event")}
            return Call(turns=tuple(self._turn(doc_id) for doc_id in doc_ids), **of_call)

    @contextmanager
    def _open(self) -> Iterator[Snapshot]:
        with self._lock:
            if self._is_closed:
                raise IndexClosed("the index is closed", hint="open it again with search.open_index")
            with telling_damage(), time_limit(self._time_limit_s):
                yield self._snapshot

    def _turn(self, doc_id: int) -> Turn:
        spend()
        snapshot = self._snapshot
        value = partial(snapshot.value, doc_id=doc_id)
        stored = snapshot.stored(doc_id)
        return Turn(
            number=int(snapshot.numbers("turn")[doc_id]),
            section=Section(value("section") or ""),
            kind=Kind(value("kind") or ""),
            exchange=int(snapshot.numbers("exchange")[doc_id]) or None,
            speaker=value("speaker") or "",
            role=Role(value("role") or ""),
            title=value("title"),
            firm=value("firm"),
            header=stored["header"],
            paragraphs=tuple(stored["text"].split(PARAGRAPH_BREAK)),
        )


def _several(asked: str | Iterable[str]) -> tuple[str, ...]:
    return (asked,) if isinstance(asked, str) else tuple(asked)


def open_index(folder: str | os.PathLike[str] = "index", *, time_limit_s: float | None = TIME_LIMIT_S) -> CallIndex:
    """Open an index for searching.

    Args:
        folder: Where it lies.
        time_limit_s: How many seconds each question may take; None: as long as it takes.

    Raises:
        IndexNotFound: no index is there.
        IndexDamaged: it cannot be opened.
        InvalidValue: the folder is a file, or the limit is not above 0.
    """
    check_time_limit(time_limit_s)
    if os.path.isfile(folder):
        raise InvalidValue(f"{os.fspath(folder)} is a file, not an index folder", hint="name the folder that earful rebuild wrote")
    return CallIndex(folder, open_snapshot(folder), time_limit_s)

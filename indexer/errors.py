"""What can go wrong, where, and what should the user do about it?

EarfulError
├── SourceError            one file cannot be used; the job goes on without it
│   ├── UnreadableSource   its bytes cannot be had, or are not text
│   └── NotATranscript     it is text, but no call stands in it
├── IndexUnusable          the index directory cannot serve
│   ├── IndexNotFound      no index is there
│   ├── IndexDamaged       its files are not what was written
│   ├── IndexClosed        the handle has been closed
│   ├── IndexLocked        another rebuild is running
│   └── NothingToIndex     a rebuild would leave an empty index
├── MissingExtra           what was asked for needs a package that is not installed
├── InvalidTable           a table of the user's, as of firms, cannot be used
└── RequestError           the question cannot be answered as asked
    ├── QuerySyntaxError   the query text breaks the grammar
    ├── UnknownField       no field of that name
    ├── UnknownCall        no call of that id
    ├── InvalidValue       a filter, date, page or sort has no such value
    └── QueryTimeout       it took longer than it may
"""

from __future__ import annotations

from typing import Self

from indexer.printable import printable

__all__ = [
    "EarfulError",
    "IndexClosed",
    "IndexDamaged",
    "IndexLocked",
    "IndexNotFound",
    "IndexUnusable",
    "InvalidTable",
    "InvalidValue",
    "MissingExtra",
    "NotATranscript",
    "NothingToIndex",
    "QuerySyntaxError",
    "QueryTimeout",
    "RequestError",
    "SourceError",
    "UnknownCall",
    "UnknownField",
    "UnreadableSource",
]


class EarfulError(Exception):
    """A failure with one line that says what is wrong, where, and what to do.

    Names of files, queries and values stand in it as they came; `str(error)` writes what a terminal would obey, and line ends, as
    escapes.

    Attributes:
        hint: What the user can do about it, or "".
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = str(self.args[0])
        return printable(f"{message}; {self.hint}" if self.hint else message)

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword-only arguments do not pickle by themselves, and these cross process borders.
        return _rebuild, (type(self), str(self.args[0]), self.__dict__.copy())


def _rebuild(kind: type[EarfulError], message: str, state: dict[str, object]) -> EarfulError:
    error = kind.__new__(kind, message)
    error.args = (message,)
    error.__dict__.update(state)
    return error


class SourceError(EarfulError):
    """One source file cannot be used; `str(error)` is the reason given in the report."""

    def at(self, source: str) -> Self:
        """Give the same error with the file named, for those who asked for just that file."""
        return type(self)(f"{source}: {self.args[0]}", hint=self.hint)


class UnreadableSource(SourceError):
    """The bytes of a source cannot be had, or are not text."""


class NotATranscript(SourceError):
    """A source is text, but no call stands in it."""


class IndexUnusable(EarfulError):
    """The index directory cannot serve."""


class IndexNotFound(IndexUnusable):
    """No index is there."""


class IndexDamaged(IndexUnusable):
    """Files of the index are missing or are not what was written."""


class IndexClosed(IndexUnusable):
    """The handle has been closed; open the index again."""


class IndexLocked(IndexUnusable):
    """Another rebuild is running on this index."""


class NothingToIndex(IndexUnusable):
    """A rebuild would leave an index without a call, so the index was left as it is."""


class InvalidTable(EarfulError):
    """A table that the user gives, as of firms, cannot be read, or a line of it is no entry."""


class MissingExtra(EarfulError):
    """What was asked for needs a package that is not installed."""


class RequestError(EarfulError):
    """The question cannot be answered as asked."""


class QuerySyntaxError(RequestError):
    """The query text breaks the grammar.

    Attributes:
        query: The text as given.
        column: Where the trouble begins, counted from 1.
    """

    def __init__(self, message: str, *, query: str, column: int, hint: str = "") -> None:
        super().__init__(f"{message} at column {column} of: {query}", hint=hint)
        self.query = query
        self.column = column


class UnknownField(RequestError):
    """No field of that name."""


class UnknownCall(RequestError):
    """No call of that id is in the index."""


class InvalidValue(RequestError):
    """A filter, date, page or sort order has no such value."""


class QueryTimeout(RequestError):
    """The question took longer than it may; nothing is wrong with it or the index."""

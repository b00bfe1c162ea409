"""How does an answer get into other tools? Its tables as Arrow, Parquet, pandas, CSV and HTML, each with what was asked of which index."""

from __future__ import annotations

import csv
import json
import os
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from indexer.errors import InvalidValue, MissingExtra
from indexer.printable import printable
from search.tables import About, Cell, Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ABOUT", "Exportable", "to_arrow", "to_html", "to_pandas", "write_csv", "write_parquet"]

ABOUT = "earful"  # the key under which Parquet, Arrow and pandas have what was asked
_PROVENANCE = ("query", "filters", "generation", "content")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_HTML_ROWS = 200


class Exportable:
    """An answer that can be handed on; the first of its tables is the answer itself."""

    __slots__ = ()

    about: About

    @abstractmethod
    def tables(self) -> tuple[Table, ...]:
        """Give the answer as tables."""

    def to_arrow(self) -> pa.Table:
        """Give the answer as an Arrow table, with what was asked as JSON in the schema's metadata under `earful`."""
        return to_arrow(self.tables()[0], self.about)

    def to_pandas(self) -> Any:
        """Give the answer as a pandas data frame, with what was asked in `attrs["earful"]`.

        Raises:
            MissingExtra: pandas is not installed.
        """
        return to_pandas(self.tables()[0], self.about)

    def _repr_html_(self) -> str:
        """Show the answer in a notebook."""
        return "".join(to_html(table, self.about if number == 0 else None) for number, table in enumerate(self.tables()))


def to_arrow(table: Table, about: About) -> pa.Table:
    """Make an Arrow table: whole numbers as int64, others as double, all else as text, also where every cell is None."""
    import pyarrow as pa

    types = {int: pa.int64(), float: pa.float64(), str: pa.string()}
    columns = [[row[place] for row in table.rows] for place in range(len(table.columns))]
    fields = [pa.field(name, types[_type_of(cells)]) for name, cells in zip(table.columns, columns, strict=True)]
    arrays = [pa.array(cells, field.type) for field, cells in zip(fields, columns, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata={ABOUT: json.dumps(_facts(about))}))


def _type_of(cells: Sequence[Cell]) -> type:
    kinds = {type(cell) for cell in cells if cell is not None}
    if not kinds:
        return str
    return kinds.pop() if len(kinds) == 1 else float


def _facts(about: About) -> dict[str, Any]:
    return {"query": about.query, **about.to_dict()}


def to_pandas(table: Table, about: About) -> Any:
    """Make a pandas data frame, with what was asked in `attrs`.

    Raises:
        MissingExtra: pandas is not installed.
    """
    try:
        import pandas  # noqa: F401 - pyarrow needs it, and says so less clearly
    except ImportError as error:
        raise MissingExtra("data frames need pandas", hint="pip install pandas") from error
    frame = to_arrow(table, about).to_pandas()
    frame.attrs[ABOUT] = _facts(about)
    return frame


def write_parquet(answer: Exportable, file: str | os.PathLike[str]) -> tuple[tuple[Path, int], ...]:
    """Write a Parquet file a table: the first to `file`, others beside it with their name behind a hyphen.

    A file appears with all of its bytes, or not at all.

    Returns:
        The files written, with their rows.

    Raises:
        InvalidValue: a file cannot be written.
    """
    import pyarrow.parquet as pq

    target = Path(file)
    if not target.name:
        raise InvalidValue(f"{os.fspath(file)!r} is no name of a file", hint="as in hits.parquet")
    written = []
    for number, table in enumerate(answer.tables()):
        path = target if number == 0 else target.with_name(f"{target.stem}-{table.name}{target.suffix}")
        draft = path.with_name(f"{path.name}.new")
        try:
            pq.write_table(to_arrow(table, answer.about), draft)
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise InvalidValue(
                f"{path} cannot be written ({error.strerror or error})", hint="choose a file in a folder that is there"
            ) from error
        written.append((path, len(table.rows)))
    return tuple(written)


def write_csv(answer: Exportable, out: TextIO) -> None:
    """Write each table with a header line, a blank line between; every row ends with what was asked of which index.

    Text that a spreadsheet would take for a formula begins with an apostrophe, and what a terminal would obey is left out.
    """
    writer = csv.writer(out)
    filters = json.dumps(answer.about.to_dict()["filters"], ensure_ascii=False)
    asked = (_safe(answer.about.query), _safe(filters), answer.about.generation, answer.about.content)
    for number, table in enumerate(answer.tables()):
        if number:
            out.write("\r\n")
        writer.writerow((*table.columns, *_PROVENANCE))
        writer.writerows((*map(_safe, row), *asked) for row in table.rows)


def _safe(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = printable(cell, "\t\n", instead="")
    return f"'{text}" if text.startswith(_FORMULA) else text


def to_html(table: Table, about: About | None = None) -> str:
    """Make an HTML table of the first rows, every text escaped, with what was asked above it."""
    return "".join(_html(table, about))


def _html(table: Table, about: About | None) -> Iterator[str]:
    if about:
        filters = "; ".join(f"{name}: {', '.join(values)}" for name, values in about.filters.items())
        yield f"<p><b>{escape(about.query)}</b> {escape(filters)}</p>"
    yield f"<table><thead><tr>{_cells('th', table.columns)}</tr></thead><tbody>"
    for row in table.rows[:_MOST_HTML_ROWS]:
        yield f"<tr>{_cells('td', row)}</tr>"
    yield "</tbody></table>"
    if len(table.rows) > _MOST_HTML_ROWS:
        yield f"<p>and {len(table.rows) - _MOST_HTML_ROWS:,} more</p>"


def _cells(tag: str, cells: Sequence[Cell]) -> str:
    return "".join(f"<{tag}>{'' if cell is None else escape(str(cell))}</{tag}>" for cell in cells)

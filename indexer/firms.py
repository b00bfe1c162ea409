"""Which firm does an analyst's published employer mean? "Robert W. Baird & Co. Incorporated, Research Division" is Baird."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from indexer.errors import InvalidTable
from indexer.names import fold

__all__ = ["FirmTable", "load_firms"]

_SHIPPED = Path(__file__).with_name("firms.txt")

# What hangs on a firm's name without being part of it, as StreetEvents, FactSet and S&P write it: in 8,000 of 21,000
# participants counted.
_DEPARTMENT = re.compile(r",? (?:equity )?research (?:division|department)\b.*|\s*[(\[][^)\]]*[)\]]", re.IGNORECASE)
_LEGAL_TAIL = re.compile(
    r"[\s,]+(?:(?:&|and) )?(?:incorporated|inc|l\.?l\.?c|l?l\.?l\.?p|l\.?p|plc|a\.?g|ltd|limited|co|company|companies|corp|corporation|"
    r"s\.?a|n\.?v|pvt|private)\.?,?$",
    re.IGNORECASE,
)


# What is longer is no firm; to take legal forms off its end one by one takes the square of its length.
_LONGEST = 300  # characters


class FirmTable:
    """Names of firms, each with the other names it is published under.

    Attributes:
        digest: Identifies the table: another one may name firms otherwise.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._names: dict[str, str] = {}
        for name, others in _entries(lines):
            # A later line overrules. If it names a firm anew, by "New = Old", all other names of that firm go with it.
            renamed = {known for form in (name, *others) if (known := self._names.get(_key(form))) and _key(known) == _key(form)}
            self._names.update({key: name for key, known in self._names.items() if known in renamed})
            self._names.update({_key(form): name for form in (name, *others)})
        self.digest = hashlib.sha256(repr(sorted(self._names.items())).encode()).hexdigest()[:16]

    def knows(self, published: str) -> bool:
        """Say whether the table has a firm of that name."""
        return len(published) <= _LONGEST and _key(published) in self._names

    def name_of(self, published: str) -> str:
        """Give the firm's name: the table's, or else the published one without department and legal form."""
        if len(published) > _LONGEST:
            return published
        return self._names.get(_key(published)) or _bare(published) or published


def _entries(lines: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            name, equals, others = text.partition("=")
            if not equals or not name.strip():
                raise InvalidTable(f"line {number}: {text[:60]!r} is no entry", hint="write: Name = other name | other name")
            yield name.strip(), [other.strip() for other in others.split("|") if other.strip()]


@lru_cache(maxsize=65_536)
def _bare(published: str) -> str:
    """`Needham & Company, LLC, Research Division` -> `Needham`."""
    name = _DEPARTMENT.sub("", published).strip(" ,")
    while (shorter := _LEGAL_TAIL.sub("", name)) != name and shorter:
        name = shorter
    return name.strip(" ,+")  # "Miller Tabak + Co."


@lru_cache(maxsize=65_536)
def _key(published: str) -> str:
    words = re.sub(r"[^\w&+ ]", "", fold(_bare(published)).replace("/", " ").replace("-", " "))
    # Without spaces: "J. P. Morgan", "Scotia Bank" and "Citi Group" are published, too.
    return "".join(word for word in re.sub(r"[&+]", " and ", words).split() if word not in ("and", "the"))


def load_firms(path: str | os.PathLike[str] | None = None) -> FirmTable:
    """Load the table that ships, with a user's own entries over it.

    Args:
        path: A file of lines such as `Baird = Robert W. Baird | RW Baird`; empty lines and lines that begin with `#` say
            nothing.

    Raises:
        InvalidTable: the file cannot be read, or a line of it is no entry.
    """
    if path is None:
        return _load("", None)
    own = os.fspath(path)
    try:
        status = os.stat(own)
        return _load(own, (status.st_mtime_ns, status.st_size))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidTable(f"{own} cannot be read: {error}", hint="give a text file in UTF-8") from error


@lru_cache(maxsize=8)
def _load(own: str, stamp: tuple[int, int] | None) -> FirmTable:  # noqa: ARG001 - the stamp tells a changed file from the cached one
    lines = _SHIPPED.read_text(encoding="utf-8").splitlines()
    if not own:
        return FirmTable(lines)
    added = Path(own).read_text(encoding="utf-8-sig").splitlines()
    try:
        FirmTable(added)
    except InvalidTable as error:
        raise InvalidTable(f"{own}, {error.args[0]}", hint=error.hint) from error
    return FirmTable([*lines, *added])

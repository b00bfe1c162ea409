"""Of which version of the sources is an answer? Sources that say their version in every turn, and questions whose answers tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import search
from tests.small_index import transcript

__all__ = ["QUESTIONS", "Mixed", "version_in", "write_version"]

_FILES = 6
_PERIODS = ("Q1 2022", "Q2 2022", "Q3 2022", "Q4 2022")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LIMIT = 1_000


class Mixed(Exception):
    """An answer is not of exactly one version."""


def _turns_in(version: int) -> int:
    """How many turns all calls of a version have."""
    return _FILES * (4 + version % 3)


def write_version(source: Path, version: int) -> None:
    """Write all sources of a version: each turn says its name once, and `tally` as often as its number says, and once more."""
    source.mkdir(exist_ok=True)
    said = f"pumps {_name(version)} {'tally ' * (version + 1)}".strip()
    for number in range(_FILES):
        ticker = f"T{_LETTERS[number].upper()}"
        text = transcript(ticker, _PERIODS[number % 4], *[said] * (_turns_in(version) // _FILES))
        (source / f"call{number:02}.txt").write_text(text)


def _name(version: int) -> str:
    return f"version{_LETTERS[version // 26]}{_LETTERS[version % 26]}"


def version_in(texts: Iterable[str], prepared: int = 0) -> int:
    """Give the version that all texts are of, which must be all of its turns, but for those of prepared remarks.

    Raises:
        Mixed: they are of several, or not all.
    """
    names = Counter(word for text in texts for word in text.split() if word.startswith("version"))
    if len(names) != 1:
        raise Mixed(f"turns of {', '.join(f'{name} ({turns})' for name, turns in names.items()) or 'no version'} in one answer")
    ((name, turns),) = names.items()
    version = 26 * _LETTERS.index(name[-2]) + _LETTERS.index(name[-1])
    _require(turns, _turns_in(version) - prepared, f"turns of {name}")
    return version


def _require(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise Mixed(f"{found} {what} where {wanted} should be")


# questions: each gives the version that its answer is of, and the answer


def _search(calls: search.CallIndex) -> tuple[int, object]:
    page = calls.search("pumps", facets=("call", "role"), limit=_LIMIT)
    version = version_in(hit.snippet.text for hit in page.hits)
    for facet, values in page.facets.items():
        _require(sum(value.turns for value in values), _turns_in(version), f"turns in the facet {facet}")
    _require((page.turns, page.calls), (_turns_in(version), _FILES), "turns and calls")
    return version, page


def _read(calls: search.CallIndex) -> tuple[int, object]:
    all_calls = [calls.read_call(value.value or "") for value in calls.search("*", facets=("call",), limit=0).facets["call"]]
    return version_in(" ".join(turn.paragraphs) for call in all_calls for turn in call.turns), all_calls


def _exchanges(calls: search.CallIndex) -> tuple[int, object]:
    found = calls.exchanges("pumps", limit=_LIMIT)
    version = version_in((said.text for each in found.hits for said in (*each.questions, *each.answers)), prepared=_FILES)
    _require((len(found.hits), found.calls), (found.exchanges, _FILES), "exchanges and calls")
    return version, found


def _trends(calls: search.CallIndex) -> tuple[int, object]:
    found = calls.trends("tally")
    version, rest = divmod(sum(point.mentions or 0 for point in found.points), found.turns)
    _require((found.turns, rest), (_turns_in(version - 1), 0), "turns in trends, and a rest of mentions")
    return version - 1, found


QUESTIONS: tuple[Callable[[search.CallIndex], tuple[int, object]], ...] = (_search, _read, _exchanges, _trends)

"""What does an index answer to a dozen questions of every kind? Each answer as text, so that two indices can be compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import search
from indexer.errors import EarfulError
from indexer.store import Store
from search.watch import list_watches

__all__ = ["Faced", "ask_all", "problem_of"]

_LONGEST_ERROR = 2_000  # characters
_FACETS = ("company", "ticker", "speaker", "role", "section", "firm", "period", "kind", "date", "event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Faced:
    """What an index said to all questions.

    Attributes:
        answers: Question -> answer, as text.
        errors: Question -> the line that was said instead.
        problems: What it should never do: errors that are not its own, or not one clear line.
    """

    answers: Mapping[str, str]
    errors: Mapping[str, str]
    problems: tuple[str, ...]

    @property
    def content(self) -> Mapping[str, str]:
        """The calls alone: scores, too, depend on turns that were deleted."""
        return {name: answer for name, answer in self.answers.items() if name.startswith("show ")}


def ask_all(index: Path) -> Faced:
    """Open an index, and ask it everything; it is opened anew for what needs another opening."""
    answers: dict[str, str] = {}
    errors: dict[str, str] = {}
    problems = []
    for name, ask in _questions(index):
        try:
            answers[name] = ask()
        except EarfulError as error:
            errors[name] = str(error)
            problems += [f"{name}: {problem}" for problem in [problem_of(error)] if problem]
        except Exception as error:  # noqa: BLE001 - whatever else is raised is what this looks for
            problems.append(f"{name}: {type(error).__name__}: {str(error)[:200]}")
    return Faced(answers=answers, errors=errors, problems=tuple(problems))


def problem_of(error: EarfulError) -> str:
    """Say why an error is not one clear line; "" if it is."""
    told = str(error)
    if not told.isprintable():
        return f"an error of several lines: {told[:200]!r}"
    return f"an error of {len(told):,} characters: {told[:100]!r}" if len(told) > _LONGEST_ERROR else ""


def _questions(index: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """Give each question by its name; those to an open index are not asked if it cannot be opened."""
    yield "watches", lambda: str(list_watches(Store(index)))
    opened: list[search.CallIndex] = []
    yield "open", lambda: opened.append(search.open_index(index)) or ""  # type: ignore[func-returns-value]
    for calls in opened:
        names: list[str] = []
        yield "everything", lambda calls=calls, names=names: _everything(calls, names)  # type: ignore[misc]
        for name, ask in _ASKED.items():
            yield name, lambda calls=calls, ask=ask: _text(ask(calls))  # type: ignore[misc]
        for name in names:
            yield f"show {name}", lambda calls=calls, name=name: repr(calls.read_call(name))  # type: ignore[misc]
        for name in names[:1]:
            yield f"news {name}", lambda calls=calls, name=name: _text(calls.news(name))  # type: ignore[misc]
            yield f"similar {name}", lambda calls=calls, name=name: _text(calls.similar(name, 3))  # type: ignore[misc]
        calls.close()


_ASKED: Mapping[str, Callable[[search.CallIndex], Any]] = {
    "search": lambda calls: calls.search("margin", facets=_FACETS, limit=50),
    "filters": lambda calls: calls.search("growth OR pumps", role=("CFO", "CEO"), since="2022-01-01", facets=("firm", "kind"), limit=50),
    "phrase": lambda calls: calls.search('"gross margin" OR "sold well"', limit=50),
    "wildcard": lambda calls: calls.search("mar* OR dem*", facets=("role",), limit=50),
    "near": lambda calls: calls.search("near(cash margin, 30)", limit=50),
    "by call": lambda calls: calls.search("the OR pumps", sort="date", group_by="call", limit=20),
    "misspelt": lambda calls: calls.search("margni", limit=5),
    "exchanges": lambda calls: calls.exchanges("question:(margin OR why)", facets=("asked_firm",), limit=20),
    "unanswered": lambda calls: calls.exchanges("guidance OR demand", unanswered=True, limit=20),
    "trends": lambda calls: calls.trends("margin OR demand", per="company"),
    "first": lambda calls: calls.first("margin OR demand"),
}


def _everything(calls: search.CallIndex, names: list[str]) -> str:
    page = calls.search("*", facets=("call",), limit=10)
    names += sorted(value.value for value in page.facets["call"] if value.value)
    return _text(page)


def _text(answer: Any) -> str:
    return json.dumps(answer.to_dict(), sort_keys=True)

"""What was measured, and what does it come to? Plain numbers that JSON keeps, and Markdown tables made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tests.bench.ask import Ask, Shape
from tests.bench.measure import Asked, Build

__all__ = ["Measured", "tables"]

_PERCENTILES = (50, 95, 99)
_MOST_LISTED = 20  # disagreements that are printed; JSON has all
_OURS = "earful"
_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that a run found.

    Attributes:
        corpus: Name, calls, turns, bytes of text, and how often the calls were taken.
        machine: Processors, Python, system, and the load averages before and after.
        repeat, cap: As the run was asked to.
        opened_ms: Engine -> milliseconds to open its index.
    """

    corpus: Mapping[str, Any]
    machine: Mapping[str, Any]
    repeat: int
    cap: float
    builds: tuple[Build, ...]
    opened_ms: Mapping[str, float]
    asked: tuple[Asked, ...]

    @property
    def engines(self) -> tuple[str, ...]:
        """Name the engines, in the order they were asked for."""
        return tuple(build.engine for build in self.builds)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Measured:
        """Read what `to_dict` gave, from JSON or not."""
        fields = dict(data)
        fields["builds"] = tuple(Build(**build) for build in data["builds"])
        fields["asked"] = tuple(_asked(asked) for asked in data["asked"])
        return cls(**fields)


def _asked(data: Mapping[str, Any]) -> Asked:
    ask = data["ask"]
    filters = tuple((name, value) for name, value in ask["filters"])
    return Asked(
        ask=Ask(kind=ask["kind"], shape=Shape(ask["shape"]), words=tuple(ask["words"]), filters=filters),
        turns=data["turns"],
        ms=data["ms"],
        odd_facets=tuple(data["odd_facets"]),
    )


def tables(measured: Measured) -> str:
    """Draw everything as Markdown; what is empty is left out."""
    titled = {
        "Builds, in one process each; memory is that process's at its most": _builds(measured),
        "Milliseconds to an answer: ten turns, snippets, four facets": _overall(measured),
        f"Times {_OURS}'s, over the questions that both answered (2.0: twice as long, twice as large)": _ratios(measured),
        "Milliseconds by kind of question, p50 / p95 / p99 (of a dozen questions p99 is next to the slowest)": _by_group(measured),
        "Agreement on how many turns match, among the engines that answered": _agreement(measured),
        "Where they differ": _disagreements(measured),
    }
    return "\n\n".join([_heading(measured), *(f"{title}:\n\n{body}" for title, body in titled.items() if body)])


def _heading(measured: Measured) -> str:
    corpus, machine = measured.corpus, measured.machine
    return (
        f"{corpus['name']} x {corpus['times']}: {corpus['calls']:,} calls, {corpus['turns']:,} turns,"
        f" {corpus['text_bytes'] / _MB:,.1f} MB of text.\n"
        f"{len(measured.asked)} questions, medians of {measured.repeat}, {measured.cap:g} s an engine and repetition at most.\n"
        f"{machine['processors']} processors, {machine['python']}, {machine['system']};"
        f" load {machine['load_before']:.2f} before and {machine['load_after']:.2f} after."
    )


# tables


def _builds(measured: Measured) -> str:
    text = measured.corpus["text_bytes"]
    head = ("engine", "version", "seconds", "MB/s", "processor s", "index MB", "of text", "peak MB", "above idle MB", "open ms")
    return _table(
        head,
        (
            (
                build.engine,
                build.version,
                f"{build.seconds:.1f}",
                f"{text / _MB / build.seconds:.2f}",
                f"{build.processor_seconds:.1f}",
                f"{build.index_bytes / _MB:.1f}",
                f"{build.index_bytes / text:.0%}",
                f"{build.peak_bytes / _MB:.0f}",
                f"{(build.peak_bytes - build.idle_bytes) / _MB:.0f}",
                f"{measured.opened_ms[build.engine]:.1f}",
            )
            for build in measured.builds
        ),
        texts=2,
    )


def _overall(measured: Measured) -> str:
    head = ("engine", "answered", *(f"p{percentile}" for percentile in _PERCENTILES), "mean", "slowest")
    return _table(head, (_overall_row(measured, engine) for engine in measured.engines))


def _overall_row(measured: Measured, engine: str) -> Iterator[str]:
    taken = _taken(measured.asked, engine)
    yield from (engine, f"{len(taken)} of {len(measured.asked)}")
    numbers = [*_percentiles(taken), float(np.mean(taken)), max(taken)] if taken else []
    yield from (f"{number:.2f}" for number in numbers) if taken else "–" * (len(_PERCENTILES) + 2)


def _ratios(measured: Measured) -> str:
    builds = {build.engine: build for build in measured.builds}
    if _OURS not in builds:
        return ""
    percentiles = [f"p{percentile}" for percentile in _PERCENTILES]
    head = ("engine", "build", "index", "peak memory", *percentiles, "median question", f"slower than {_OURS} in")
    others = (engine for engine in builds if engine != _OURS)
    return _table(head, (_ratio_row(measured, builds[engine], builds[_OURS]) for engine in others))


def _ratio_row(measured: Measured, peer: Build, ours: Build) -> Iterator[str]:
    yield peer.engine
    yield from (f"{getattr(peer, name) / getattr(ours, name):.2f}" for name in ("seconds", "index_bytes", "peak_bytes"))
    both = [asked for asked in measured.asked if {peer.engine, _OURS} <= asked.ms.keys()]
    theirs, own = _taken(both, peer.engine), _taken(both, _OURS)
    yield from (f"{one / other:.2f}" for one, other in zip(_percentiles(theirs), _percentiles(own), strict=True))
    ratios = [one / other for one, other in zip(theirs, own, strict=True)]
    yield from (f"{float(np.median(ratios)) if ratios else 0:.2f}", f"{sum(ratio > 1 for ratio in ratios)} of {len(ratios)}")


def _by_group(measured: Measured) -> str:
    head = ("question", "asked", "turns found", *measured.engines)
    return _table(head, (_group_row(group, asked, measured.engines) for group, asked in _groups(measured).items()))


def _group_row(group: str, asked: Sequence[Asked], engines: Sequence[str]) -> Iterator[str]:
    found = [next(iter(one.turns.values()), 0) for one in asked]
    yield from (group, str(len(asked)), f"{float(np.median(found)):,.0f}")
    for engine in engines:
        taken = _taken(asked, engine)
        shown = " / ".join(f"{number:.2f}" for number in _percentiles(taken)) if taken else "–"
        yield shown if len(taken) == len(asked) else f"{shown} ({len(taken)})"


def _agreement(measured: Measured) -> str:
    head = ("question", "asked", "compared", "agree", "differ", "facets differ")
    return _table(head, (_agreement_row(group, asked) for group, asked in _groups(measured).items()))


def _agreement_row(group: str, asked: Sequence[Asked]) -> Iterator[str]:
    compared = [one for one in asked if len(one.turns) > 1]
    differ = sum(map(_differs, compared))
    facets = sum(bool(one.odd_facets) and not _differs(one) for one in compared)
    yield from (group, str(len(asked)), str(len(compared)), str(len(compared) - differ), str(differ), str(facets))


def _disagreements(measured: Measured) -> str:
    """List where engines found different numbers of turns, or counted facets differently."""
    listed = [one for one in measured.asked if _differs(one) or one.odd_facets]
    lines = [f"- {_shown(one.ask)}: {_what_differs(one)}" for one in listed[:_MOST_LISTED]]
    more = [f"- and {len(listed) - _MOST_LISTED} more"] if len(listed) > _MOST_LISTED else []
    return "\n".join(lines + more)


def _what_differs(asked: Asked) -> str:
    if _differs(asked):
        return ", ".join(f"{engine} {turns}" for engine, turns in asked.turns.items())
    return f"facets of {', '.join(asked.odd_facets)}"


def _shown(ask: Ask) -> str:
    filters = "".join(f", {field} {value}" for field, value in ask.filters)
    return f"{ask.group}: `{' '.join(ask.words)}`{filters}"


def _differs(asked: Asked) -> bool:
    return len(set(asked.turns.values())) > 1


# numbers


def _groups(measured: Measured) -> dict[str, list[Asked]]:
    groups: dict[str, list[Asked]] = {}
    for asked in sorted(measured.asked, key=lambda one: one.ask.group):
        groups.setdefault(asked.ask.group, []).append(asked)
    return groups


def _taken(asked: Iterable[Asked], engine: str) -> list[float]:
    return [one.ms[engine] for one in asked if engine in one.ms]


def _percentiles(numbers: Sequence[float]) -> list[float]:
    return [float(number) for number in np.percentile(numbers, _PERCENTILES)] if numbers else []


def _table(head: Sequence[str], body: Iterable[Iterable[str]], texts: int = 1) -> str:
    """Draw a table; its first columns hold text, the others numbers, which end at the right."""
    marks = ["---"] * texts + ["--:"] * (len(head) - texts)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, marks, *body))

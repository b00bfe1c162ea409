"""How long do answers take that are more than hits? Trends, exchanges, firsts, news and similar passages of an open index.

    python -m tests.bench.answers --index index

Each question is asked a few times in a warm process, and the median counts. Words are drawn from the index: a third of them rare,
a third in between, a third frequent.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

import search
from search.reader import Snapshot, open_snapshot

__all__ = ["main", "measure"]

_BANDS = ((5, 100), (100, 2_000), (2_000, 50_000))  # turns that say a word
_FEWEST_WORDS = 60  # of a turn to which others are similar

_Ask = Callable[[], object]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.answers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, default=Path("index"), metavar="DIR", help="the index to ask")
    parser.add_argument("--questions", type=int, default=30, metavar="N", help="of each kind (%(default)s)")
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="times that each is asked (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    options = parser.parse_args(arguments)
    sys.stdout.writelines(measure(options.index, options.questions, options.repeat, options.seed))


def measure(index: Path, questions: int, repeat: int, seed: int) -> Iterator[str]:
    """Give the table, a line at a time.

    Args:
        index: The index's folder.
        questions: Of each kind.
        repeat: Times that each is asked.
        seed: Of what is drawn.
    """
    snapshot = open_snapshot(index)
    words = _words(snapshot, questions, random.Random(seed))
    passages = _passages(snapshot, questions, random.Random(seed))
    yield f"{snapshot.turn_count:,} turns; milliseconds, the median of {repeat} a question\n"
    snapshot.close()
    yield "| answer | questions | first | p50 | p95 | longest |\n|---|--:|--:|--:|--:|--:|\n"
    with search.open_index(index) as calls:
        for name, asks in _kinds(calls, words, passages).items():
            first, taken = _time(asks, repeat)
            p50, p95 = np.percentile(taken, [50, 95])
            yield f"| {name} | {len(taken)} | {first:.1f} | {p50:.1f} | {p95:.1f} | {max(taken):.1f} |\n"


def _kinds(calls: search.CallIndex, words: list[str], passages: list[tuple[str, int]]) -> dict[str, list[_Ask]]:
    """Give questions of each kind, not yet asked."""
    pairs = list(zip(words, reversed(words), strict=True))
    return {
        "search, ten hits and a facet": [partial(calls.search, word, facets=("role",)) for word in words],
        "search, words near each other": [partial(calls.search, f"near({one} {other}, 10)") for one, other in pairs],
        "search, misspelt or with a wildcard": [partial(calls.search, f"{word}~ OR {word[:2]}*{word[-1]}") for word in words],
        "trends by quarter": [partial(calls.trends, word) for word in words],
        "trends by quarter and company": [partial(calls.trends, word, per="company") for word in words],
        "exchanges, a word on each side": [partial(calls.exchanges, f"question:{one} answer:{other}") for one, other in pairs],
        "exchanges, unanswered": [partial(calls.exchanges, f"question:{word}", unanswered=True) for word in words],
        "first and last mentions": [partial(calls.first, word) for word in words],
        "news of a call": [partial(calls.news, call) for call, _ in passages],
        "similar passages": [partial(calls.similar, *passage) for passage in passages],
    }


def _time(asks: list[_Ask], repeat: int) -> tuple[float, list[float]]:
    """Give the milliseconds of the very first question, and of each the median."""
    begun = time.perf_counter()
    asks[0]()
    first = (time.perf_counter() - begun) * 1000
    return first, [statistics.median(_once(ask) for _ in range(repeat)) for ask in asks]


def _once(ask: _Ask) -> float:
    begun = time.perf_counter()
    ask()
    return (time.perf_counter() - begun) * 1000


def _words(snapshot: Snapshot, count: int, chance: random.Random) -> list[str]:
    """Draw words of plain letters, as many of each band as of the others."""
    segment = max(snapshot.segments, key=lambda each: each.arrays.turn_count).arrays
    turns = segment.numbers("words", "turn_count")
    drawn: list[str] = []
    for least, most in _BANDS:
        places = np.flatnonzero((turns >= least) & (turns < most)).tolist()
        chance.shuffle(places)
        plain = (word for place in places if (word := segment.words[place].decode()).isalpha() and word.isascii() and len(word) > 3)
        drawn += [word for word, _ in zip(plain, range(-(-count // len(_BANDS))), strict=False)]
    chance.shuffle(drawn)
    return drawn


def _passages(snapshot: Snapshot, count: int, chance: random.Random) -> list[tuple[str, int]]:
    """Draw turns in which something is said, as calls and numbers."""
    lengths = np.concatenate([segment.arrays.lengths for segment in snapshot.segments])
    long_enough = np.flatnonzero((lengths >= _FEWEST_WORDS) & snapshot.live).tolist()
    chosen = chance.sample(long_enough, min(count, len(long_enough)))
    return [(snapshot.value("call", doc_id) or "", int(snapshot.numbers("turn")[doc_id])) for doc_id in chosen]


if __name__ == "__main__":
    main()

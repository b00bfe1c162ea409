"""Is every count exact? Random questions to an index, and to a plain scan of its stored turns.

    python -m tests.exact --index index --queries 200 --strings 100000

Turns found, mentions, trends, first and last mentions, and exchanges must agree to the unit. Generated strings, most of them no
questions, must end in an answer or in a request error, each within a second.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from random import Random

import numpy as np

from indexer.analysis import words
from indexer.errors import RequestError
from search.exchanges import exchanges
from search.execute import answer, count_mentions, select
from search.first import first, raised_by
from search.query import make_query
from search.reader import Snapshot, open_snapshot
from search.trends import trends
from tests.questions import Scan, Turn, make_question

__all__ = ["compare", "main", "random_strings", "read_turns", "try_strings"]

_VALUES = ("company", "date", "kind", "period", "role", "speaker")
_LONGEST_S = 1.0
_PIECES = ('"', "(", ")", "AND", "OR", "NOT", "near(", ", 10)", "*", "?", "~", "~2", "=", ":", "..", "-", "+", "^2", "question:", "answer:")


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, and print what differs."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.exact", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, default=Path("index"), metavar="DIR", help="the index to ask")
    parser.add_argument("--queries", type=int, default=200, metavar="N", help="questions (%(default)s)")
    parser.add_argument("--strings", type=int, default=0, metavar="N", help="generated strings (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    options = parser.parse_args(arguments)
    wrong = []
    with closing(open_snapshot(options.index)) as snapshot:
        turns = read_turns(snapshot)
        scan = Scan(turns)
        for line in compare(snapshot, scan, options.queries, options.seed):
            wrong.append(line)
            print(line, flush=True)
        print(f"{options.queries} questions to {len(turns):,} turns: {len(wrong)} differ")
        if options.strings:
            strings = random_strings(scan, options.strings, options.seed)
            wrong += _report(*try_strings(snapshot, strings))
    return 1 if wrong else 0


def read_turns(snapshot: Snapshot) -> list[Turn]:
    """Read all turns of an index, in the order of document numbers, deleted ones left out."""
    numbers, inside = snapshot.numbers("turn").tolist(), snapshot.numbers("exchange").tolist()
    return [
        Turn(
            call=snapshot.value("call", doc_id) or "",
            number=numbers[doc_id],
            exchange=inside[doc_id],
            words=tuple(words(snapshot.text(doc_id))),
            values={field: snapshot.value(field, doc_id) or "" for field in _VALUES},
        )
        for doc_id in np.flatnonzero(snapshot.live).tolist()
    ]


def compare(snapshot: Snapshot, scan: Scan, queries: int, seed: int) -> Iterator[str]:
    """Ask random questions; give a line for each answer that is not the scan's."""
    for number in range(queries):
        random = Random(f"{seed}/{number}")
        question = make_question(scan, random)
        text = question.text(random)
        # Turn -> how often it says what is sought; looked for once, for it takes longest.
        found = {place: len(question.places(scan, scan.turns[place])) for place in question.turns(scan)}
        for what, ours, wanted in (
            ("turns", *_turns(snapshot, scan, text, found)),
            ("trends", *_trends(snapshot, scan, text, found, random)),
            ("firsts", *_firsts(snapshot, scan, text, found)),
            ("exchanges", *_exchanges(snapshot, scan, random)),
        ):
            if ours != wanted:
                yield f"{what} of question {number}: {text}\n  ours {_short(ours, wanted)}\n  scan {_short(wanted, ours)}"


def _short(some: object, others: object) -> str:
    if isinstance(some, dict) and isinstance(others, dict):
        return repr({key: value for key, value in some.items() if others.get(key) != value})[:300]
    return repr(sorted(some - others) if isinstance(some, set) and isinstance(others, set) else some)[:300]


_Place = tuple[str, int]
_Counts = dict[_Place, int]


def _place(turn: Turn) -> _Place:
    return turn.call, turn.number


def _turns(snapshot: Snapshot, scan: Scan, text: str, found: Mapping[int, int]) -> tuple[_Counts, _Counts]:
    """Give the turns that match with their mentions."""
    return _found(snapshot, text), {_place(scan.turns[number]): mentions for number, mentions in found.items()}


def _found(snapshot: Snapshot, text: str) -> dict[_Place, int]:
    """Give the turns that match, with their mentions; 0 if nothing that is said is sought."""
    selected = select(snapshot, make_query(text))
    doc_ids = selected.kept.doc_ids
    counts = count_mentions(snapshot, selected.tree, doc_ids)
    places = zip(snapshot.values("call", doc_ids), snapshot.numbers("turn")[doc_ids].tolist(), strict=True)
    return dict(zip(places, counts.tolist() if counts is not None else [0] * len(doc_ids), strict=True))


_Figures = dict[tuple[str | None, str | None], tuple[int, ...]]


def _trends(snapshot: Snapshot, scan: Scan, text: str, found: Mapping[int, int], random: Random) -> tuple[_Figures, _Figures]:
    by, per = random.choice(["quarter", "year", "month"]), random.choice([None, "role", "company"])
    calendar = random.random() < 0.5
    points = trends(snapshot, make_query(text), by=by, per=per, calendar=calendar).points
    ours: _Figures = {
        (point.value, point.period): (point.turns or 0, point.calls or 0, point.mentions or 0, point.words or 0, point.calls_total or 0)
        for point in points
        if point.calls_total is not None
    }
    period_of = _PERIODS[by, calendar or by == "month"]
    cells: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for number, turn in enumerate(scan.turns):
        cells[(turn.values[per] or None) if per else None, period_of(turn) or None].append(number)
    wanted = {cell: _count(scan, there, found) for cell, there in cells.items()}
    return ours, wanted


def _count(scan: Scan, there: Sequence[int], found: Mapping[int, int]) -> tuple[int, ...]:
    turns = [scan.turns[number] for number in there if number in found]
    mentions = sum(found.get(number, 0) for number in there)
    said = sum(len(scan.turns[number].words) for number in there)
    return len(turns), len({turn.call for turn in turns}), mentions, said, len({scan.turns[number].call for number in there})


def _quarter(day: str) -> str:
    return f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}" if day else ""


_PERIODS: dict[tuple[str, bool], Callable[[Turn], str]] = {
    ("quarter", False): lambda turn: turn.values["period"],
    ("quarter", True): lambda turn: _quarter(turn.values["date"]),
    ("year", False): lambda turn: turn.values["period"][:4],
    ("year", True): lambda turn: turn.values["date"][:4],
    ("month", True): lambda turn: turn.values["date"][:7],
}


def _firsts(snapshot: Snapshot, scan: Scan, text: str, found: Mapping[int, int]) -> tuple[dict[str, object], dict[str, object]]:
    companies = first(snapshot, make_query(text, limit=10_000)).companies
    hits = {each.company: (each.first, each.last, each.first_by_management, each.first_by_analyst) for each in companies}
    ours: dict[str, object] = {company: [hit and (hit.call, hit.turn) for hit in four] for company, four in hits.items()}
    by_company: dict[str, list[Turn]] = defaultdict(list)
    for number in found:
        by_company[scan.turns[number].values["company"]].append(scan.turns[number])
    wanted: dict[str, object] = {}
    for company, said in by_company.items():
        dated = [turn for turn in said if turn.values["date"]] or said
        ordered = sorted(dated, key=lambda turn: (turn.values["date"], turn.call, turn.number))
        raised = {who: [turn for turn in ordered if _raiser(turn) == who][:1] for who in ("management", "analyst")}
        four = ([ordered[0]], [ordered[-1]], raised["management"], raised["analyst"])
        wanted[company] = [_place(turns[0]) if turns else None for turns in four]
    return ours, wanted


def _raiser(turn: Turn) -> str | None:
    return raised_by(turn.values["kind"], turn.values["role"])


def _exchanges(snapshot: Snapshot, scan: Scan, random: Random) -> tuple[set[_Place], set[_Place]]:
    """Ask for what two questions hold on the two sides of an exchange, or anywhere in it."""
    asked, answered = (make_question(scan, random, depth=2) for _ in range(2))
    joint = random.choice(["AND", "OR", "NOT"])
    text = f"question:({asked.text(random)}) {joint} answer:({answered.text(random)})"
    page = exchanges(snapshot, make_query(text, limit=10_000))
    sides = [
        {_exchange(scan.turns[number]) for number in side.turns(scan) if scan.turns[number].exchange and _kind(scan, number) == kind}
        for side, kind in ((asked, "question"), (answered, "answer"))
    ]
    wanted = sides[0] & sides[1] if joint == "AND" else sides[0] | sides[1] if joint == "OR" else sides[0] - sides[1]
    ours = {(hit.call, hit.exchange) for hit in page.hits}
    return (ours, wanted) if page.exchanges <= 10_000 else ({("", page.exchanges)}, {("", len(wanted))})


def _exchange(turn: Turn) -> _Place:
    return turn.call, turn.exchange


def _kind(scan: Scan, number: int) -> str:
    return scan.turns[number].values["kind"]


# strings


def random_strings(scan: Scan, count: int, seed: int) -> Iterator[str]:
    """Make query texts: questions, questions with something put in or taken out, and signs and words in any order."""
    random = Random(seed)
    for _ in range(count):
        text = make_question(scan, random).text(random)
        damage = random.random()
        if damage < 0.4:
            for _ in range(random.randint(1, 3)):
                place = random.randrange(len(text) + 1)
                text = text[:place] + random.choice([*_PIECES, " ", "\x00", "é", "中"]) + text[place + random.choice([0, 0, 1, 3]) :]
        elif damage < 0.6:
            text = " ".join(random.choice([*_PIECES, random.choice(scan.words)]) for _ in range(random.randint(1, 30)))
        elif damage < 0.65:
            text = random.choice([" ", " OR ", " NOT "]).join([text] * random.randint(2, 40))
        yield text


def try_strings(snapshot: Snapshot, strings: Iterator[str]) -> tuple[int, int, list[tuple[float, str]], list[str]]:
    """Ask each string; give how many there were, how many were refused, the slowest with their seconds, and what went wrong."""
    tried = refused = 0
    slowest: list[tuple[float, str]] = []
    wrong = []
    for text in strings:
        tried += 1
        begun = time.perf_counter()
        try:
            (exchanges if tried % 4 == 0 else answer)(snapshot, make_query(text))
        except RequestError:
            refused += 1
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            wrong.append(f"{type(error).__name__}: {error} for {text!r}")
        slowest = sorted([*slowest, (time.perf_counter() - begun, text)], reverse=True)[:5]
    return tried, refused, slowest, wrong


def _report(tried: int, refused: int, slowest: list[tuple[float, str]], wrong: list[str]) -> list[str]:
    wrong = wrong + [f"{seconds:.2f} s for {text!r}" for seconds, text in slowest if seconds > _LONGEST_S]
    for line in wrong:
        print(line[:400])
    print(f"{tried:,} strings: {refused:,} refused, {len(wrong)} wrong; the slowest took {slowest[0][0]:.2f} s: {slowest[0][1][:120]!r}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())

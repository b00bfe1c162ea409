"""Is every count exact? Random questions to an index, and to a plain scan of its stored turns.

    python -m tests.exact --index index --queries 200 --strings 100000

Turns found, mentions, facets, trends, first and last mentions, and exchanges must agree to the unit. Generated strings, most of them
no questions, must end in an answer or in a request error, each within a second.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from indexer.analysis import words
from indexer.codec import CALL_FIELDS
from indexer.errors import RequestError
from indexer.schema import FACETS, MANY_VALUED, VALUE_FIELDS
from search.exchanges import exchanges
from search.execute import answer, count_mentions, select
from search.first import first
from search.query import Query, make_query
from search.reader import Snapshot, open_snapshot
from search.results import Hit
from search.trends import trends
from tests.questions import Ask, Pen, Place, Scan, Turn, make_ask, make_question, make_sided_question

__all__ = ["Comparison", "Difference", "Tried", "compare", "main", "random_strings", "read_turns", "try_strings"]

_LONGEST_S = 1.0
_MOST_SMALLER = 150  # questions that are tried in place of one that differs
_MOST_SHOWN = 300  # characters of a difference
_MANY = 10_000
_FEW = 50  # exchanges that are looked at one by one


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, and print what differs: 0 if nothing does, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.exact", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, default=Path("index"), metavar="DIR", help="the index to ask")
    parser.add_argument("--queries", type=int, default=200, metavar="N", help="questions (%(default)s)")
    parser.add_argument("--strings", type=int, default=0, metavar="N", help="generated strings (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    options = parser.parse_args(arguments)
    begun = time.perf_counter()
    with closing(open_snapshot(options.index)) as snapshot:
        scan = Scan(read_turns(snapshot))
        print(f"{len(scan.turns):,} turns read in {time.perf_counter() - begun:.0f} s", flush=True)
        compared = compare(snapshot, scan, options.queries, options.seed, _print_difference)
        _print_comparison(compared, options.queries, time.perf_counter() - begun)
        tried = try_strings(snapshot, random_strings(scan, options.strings, options.seed))
        if options.strings:
            _print_tried(tried)
    return 1 if compared.differences or tried.wrong or tried.late else 0


def read_turns(snapshot: Snapshot) -> list[Turn]:
    """Read all turns of an index, in the order of document numbers, deleted ones left out."""
    numbers, inside = snapshot.numbers("turn").tolist(), snapshot.numbers("exchange").tolist()
    known: dict[str, str] = {}  # each word once: 20 million of them are a gigabyte
    return [
        Turn(
            call=snapshot.value("call", doc_id) or "",
            number=numbers[doc_id],
            exchange=inside[doc_id],
            words=tuple(known.setdefault(word, word) for word in words(snapshot.text(doc_id))),
            values={name: snapshot.value(name, doc_id) or "" for name in VALUE_FIELDS},
        )
        for doc_id in np.flatnonzero(snapshot.live).tolist()
    ]


# comparing


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An answer that is not the scan's.

    Attributes:
        number: Of the question.
        what: Which answer.
        text: The question that was asked.
        smallest: The smallest part of it, with its filters, for which the two still differ.
        ours, scanned: What the search and what the scan say to that one, where they differ.
    """

    number: int
    what: str
    text: str
    smallest: str
    ours: str
    scanned: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came out.

    Attributes:
        asked: Kind of answer -> how often it was asked for.
        full: Kind of answer -> how often there was anything in it.
        differences: In the order asked.
    """

    asked: Mapping[str, int]
    full: Mapping[str, int]
    differences: tuple[Difference, ...]


def compare(snapshot: Snapshot, scan: Scan, queries: int, seed: int, tell: Callable[[Difference], None] | None = None) -> Comparison:
    """Ask random questions, and look for their answers in the scan; tell of each difference as soon as it is found."""
    asked, full = Counter[str](), Counter[str]()
    differences = []
    for number in range(queries):
        random = Random(f"{seed}/{number}")
        of_turns = make_ask(scan, random, make_question(scan, random))
        of_exchanges = make_ask(scan, random, make_sided_question(scan, random), CALL_FIELDS)
        to_turns, to_exchanges = (_Look(scan, ask, ask.question.text(Pen(random)), number) for ask in (of_turns, of_exchanges))
        for what, check in _CHECKS.items():
            look = to_exchanges if what == "exchanges" else to_turns
            ours, scanned = _both(snapshot, look, check)
            asked[what] += 1
            full[what] += bool(look.exchanges if what == "exchanges" else look.found)
            if ours != scanned:
                smallest = _smallest(snapshot, look, check)
                differences.append(_difference(number, what, look.text, smallest.shown, *_both(snapshot, smallest, check)))
                if tell:
                    tell(differences[-1])
    return Comparison(asked=asked, full=full, differences=tuple(differences))


def _difference(number: int, what: str, text: str, smallest: str, ours: object, scanned: object) -> Difference:
    shown = {"ours": _short(ours, scanned), "scanned": _short(scanned, ours)}
    return Difference(number=number, what=what, text=text, smallest=smallest, **shown)


class _Look:
    """What a plain scan finds for an ask.

    Attributes:
        scan, ask: Where, and for what.
        text: The question, printed.
        seed: For what a check chooses, so that it chooses the same again.
    """

    def __init__(self, scan: Scan, ask: Ask, text: str, seed: int) -> None:
        self.scan, self.ask, self.text, self.seed = scan, ask, text, seed

    def query(self, **options: Any) -> Query:
        """Make the query that asks for the same."""
        return make_query(self.text, **{**self.ask.filters, **options}, since=self.ask.since, until=self.ask.until)

    @property
    def shown(self) -> str:
        """The question with its filters."""
        limits = {name: value for name, value in (*self.ask.filters.items(), ("since", self.ask.since), ("until", self.ask.until)) if value}
        return f"{self.text} {limits}" if limits else self.text

    @cached_property
    def matching(self) -> set[int]:
        """The turns that match the question, whatever the filters say."""
        return self.ask.question.turns(self.scan)

    @cached_property
    def passing(self) -> set[int]:
        """The turns that pass the filters, whatever they say."""
        return self.ask.passing(self.scan)

    @cached_property
    def found(self) -> set[int]:
        """The turns found."""
        return self.matching & self.passing

    @cached_property
    def exchanges(self) -> set[Place]:
        """The exchanges found."""
        return self.matching_exchanges & self.scan.exchanges_of(self.passing, None)

    @cached_property
    def matching_exchanges(self) -> set[Place]:
        """The exchanges that match the question, whatever the filters say."""
        return self.ask.question.exchanges(self.scan)

    @cached_property
    def mentions(self) -> dict[int, int] | None:
        """How often each turn found says what is sought; None if nothing that is said is."""
        if not self.ask.question.is_sought:
            return None
        return {number: len(self.ask.question.places(self.scan, self.scan.turns[number])) for number in self.found}

    def turns(self, numbers: Iterable[int]) -> list[Turn]:
        return [self.scan.turns[number] for number in numbers]


_Check = Callable[[Snapshot, _Look], tuple[object, object]]


def _both(snapshot: Snapshot, look: _Look, check: _Check) -> tuple[object, object]:
    """Give the search's answer and the scan's; an error is an answer that no scan gives."""
    try:
        return check(snapshot, look)
    except Exception as error:  # noqa: BLE001 - whatever it is, the question was none to be refused
        return f"{type(error).__name__}: {error}", None


def _smallest(snapshot: Snapshot, look: _Look, check: _Check) -> _Look:
    """Take parts away as long as the two still differ."""
    left = _MOST_SMALLER
    while left:
        smaller = (_Look(look.scan, ask, ask.question.text(Pen()), look.seed) for ask in look.ask.smaller())
        for less in islice(smaller, left):
            left -= 1
            if _is_answered(snapshot, less) and _differs(snapshot, less, check):
                look = less
                break
        else:
            return look
    return look


def _differs(snapshot: Snapshot, look: _Look, check: _Check) -> bool:
    ours, scanned = _both(snapshot, look, check)
    return ours != scanned


def _is_answered(snapshot: Snapshot, look: _Look) -> bool:
    """Whether a part of a question may stand alone."""
    try:
        exchanges(snapshot, make_query(look.text, limit=0))
    except RequestError:
        return False
    except Exception:  # noqa: BLE001 - which is what is looked for
        return True
    return True


def _short(some: object, others: object) -> str:
    """Show what one answer has and the other has not."""
    if isinstance(some, dict) and isinstance(others, dict):
        return repr({key: value for key, value in some.items() if others.get(key) != value})[:_MOST_SHOWN]
    if isinstance(some, list) and isinstance(others, list):
        return repr([each for each in some if each not in others] or some)[:_MOST_SHOWN]
    return repr(sorted(some - others) if isinstance(some, set) and isinstance(others, set) else some)[:_MOST_SHOWN]


def _place(turn: Turn) -> Place:
    return turn.call, turn.number


def _calls(turns: Iterable[Turn]) -> int:
    return len({turn.call for turn in turns})


# turns, mentions, facets


def _turns(snapshot: Snapshot, look: _Look) -> tuple[object, object]:
    doc_ids = select(snapshot, look.query()).kept.doc_ids
    ours = list(zip(snapshot.values("call", doc_ids), snapshot.numbers("turn")[doc_ids].tolist(), strict=True))
    # As a list, too: none twice.
    return sorted(ours), sorted(map(_place, look.turns(look.found)))


def _mentions(snapshot: Snapshot, look: _Look) -> tuple[object, object]:
    selected = select(snapshot, look.query())
    doc_ids = selected.kept.doc_ids
    counts = count_mentions(snapshot, selected.tree, doc_ids)
    places = zip(snapshot.values("call", doc_ids), snapshot.numbers("turn")[doc_ids].tolist(), strict=True)
    scanned = None if look.mentions is None else {_place(look.scan.turns[number]): count for number, count in look.mentions.items()}
    return None if counts is None else dict(zip(places, counts.tolist(), strict=True)), scanned


def _facets(snapshot: Snapshot, look: _Look) -> tuple[object, object]:
    """A facet counts as if there were no filter on its own field."""
    names = Random(look.seed).sample(FACETS, 3)
    page = answer(snapshot, look.query(facets=names, limit=0))
    ours: dict[str, object] = {name: [tuple(value) for value in page.facets[name]] for name in names}
    scanned: dict[str, object] = {
        name: _count(look.turns(look.matching & look.ask.passing(look.scan, but_for=name)), name) for name in names
    }
    found = look.turns(look.found)
    return {"": (page.turns, page.calls), **ours}, {"": (len(found), _calls(found)), **scanned}


def _count(turns: Iterable[Turn], name: str) -> list[tuple[str | None, int, int]]:
    having: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        for each in _each(turn.values[name], name):
            having[each].append(turn)
    ordered = sorted(having.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(value or None, len(turns), _calls(turns)) for value, turns in ordered]


def _each(value: str, name: str) -> list[str]:
    """Give what is counted of a value: the words of it, where a field has several."""
    return (value.split() or [""]) if name in MANY_VALUED else [value]


# trends

_Point = tuple[str | None, str | None, int | None, int | None, int | None, int | None, int | None]


def _trends(snapshot: Snapshot, look: _Look) -> tuple[object, object]:
    random = Random(look.seed)
    by, per, calendar = random.choice(["quarter", "year", "month"]), random.choice([None, None, *_PER]), random.random() < 0.5
    points = trends(snapshot, look.query(), by=by, per=per, calendar=calendar).points
    ours: list[_Point] = [
        (point.value, point.period, point.turns, point.calls, point.mentions, point.words, point.calls_total) for point in points
    ]
    return ours, list(_scanned_points(look, by, per, _PERIOD_OF[by, calendar or by == "month"]))


_PER = ("role", "company", "kind", "firm", "ticker", "speaker")


def _quarter(day: str) -> str:
    return f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}" if day else ""


_PERIOD_OF: dict[tuple[str, bool], Callable[[Turn], str]] = {
    ("quarter", False): lambda turn: turn.values["period"],
    ("quarter", True): lambda turn: _quarter(turn.values["date"]),
    ("year", False): lambda turn: turn.values["period"][:4],
    ("year", True): lambda turn: turn.values["date"][:4],
    ("month", True): lambda turn: turn.values["date"][:7],
}


def _scanned_points(look: _Look, by: str, per: str | None, period_of: Callable[[Turn], str]) -> Iterator[_Point]:
    cells: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number in look.passing:
        turn = look.scan.turns[number]
        cells[turn.values[per] if per else ""][period_of(turn)].append(number)
    counted = {value: {period: _figures(look, there) for period, there in periods.items()} for value, periods in cells.items()}

    def weight(value: str) -> int:
        return sum(turns if mentions is None else mentions for turns, _, mentions, *_ in counted[value].values())

    for value in sorted(counted, key=lambda value: (-weight(value), value)):
        known = sorted(period for period in counted[value] if period)
        stretch = [period for period in _CALENDARS[by] if known[0] <= period <= known[-1]] if known else []
        for period in [*stretch, *([""] if "" in counted[value] else [])]:
            yield (value or None, period or None, *counted[value].get(period, (None, None, None, None, None)))


_YEARS = range(1900, 2100)
_CALENDARS = {
    "year": [f"{year}" for year in _YEARS],
    "quarter": [f"{year}Q{quarter}" for year in _YEARS for quarter in range(1, 5)],
    "month": [f"{year}-{month:02}" for year in _YEARS for month in range(1, 13)],
}


def _figures(look: _Look, there: Sequence[int]) -> tuple[int, int, int | None, int, int]:
    found = [number for number in there if number in look.found]
    mentions = None if look.mentions is None else sum(look.mentions[number] for number in found)
    turns = look.turns(there)
    return len(found), _calls(look.turns(found)), mentions, sum(len(turn.words) for turn in turns), _calls(turns)


# first and last mentions


def _firsts(snapshot: Snapshot, look: _Look) -> tuple[object, object]:
    firsts = first(snapshot, look.query(limit=_MANY))
    ours: list[object] = [(firsts.turns, firsts.calls, firsts.total)]
    for company in firsts.companies:
        four = [company.first, company.last, company.first_by_management, company.first_by_analyst]
        counts = (company.turns, company.calls, company.mentions, company.undated_calls)
        ours.append((company.company, *counts, company.raised_by, *(_hit_place(hit) for hit in four)))
    by_company: dict[str, list[int]] = defaultdict(list)
    for number in look.found:
        by_company[look.scan.turns[number].values["company"]].append(number)
    rows = sorted((_in_time(look, numbers), company) for company, numbers in by_company.items())
    found = look.turns(look.found)
    return ours, [(len(found), _calls(found), len(rows)), *(_company(look, company, by_company[company]) for _, company in rows)]


def _hit_place(hit: Hit | None) -> Place | None:
    return (hit.call, hit.turn) if hit else None


def _in_time(look: _Look, numbers: Iterable[int]) -> str:
    """Give a company's first day; `~`, behind all of them, if none is known."""
    return min((day for turn in look.turns(numbers) if (day := turn.values["date"])), default="~")


def _company(look: _Look, company: str, numbers: Sequence[int]) -> tuple[object, ...]:
    said = look.turns(numbers)
    dated = [turn for turn in said if turn.values["date"]] or said
    ordered = sorted(dated, key=lambda turn: (turn.values["date"], turn.call, turn.number))
    by = {who: next((_place(turn) for turn in ordered if _raiser(turn) == who), None) for who in ("management", "analyst")}
    mentions = None if look.mentions is None else sum(look.mentions[number] for number in numbers)
    counts = (len(said), _calls(said), mentions, _calls(turn for turn in said if not turn.values["date"]))
    four = (_place(ordered[0]), _place(ordered[-1]), by["management"], by["analyst"])
    return (company, *counts, _raiser(ordered[0]), *four)


def _raiser(turn: Turn) -> str | None:
    kind, role = turn.values["kind"], turn.values["role"]
    if role in ("Operator", "Unknown"):
        return None
    if kind == "question" or role == "Analyst":
        return "analyst"
    return "management" if kind in ("remarks", "answer") else None


# exchanges


def _exchanges(snapshot: Snapshot, look: _Look) -> tuple[object, object]:
    """Counts in all and by call; and which they are, if they are few."""
    scan, found = look.scan, look.exchanges
    names = ("call", Random(look.seed).choice(CALL_FIELDS))
    page = exchanges(snapshot, look.query(facets=names, limit=_FEW))
    hits = {(hit.call, hit.exchange) for hit in page.hits}
    facets = {name: [tuple(value) for value in page.facets[name]] for name in names}
    ours = {"total": (page.exchanges, page.calls, len(page.hits)), "hits": hits, **facets}
    values = {turn.call: turn.values for turn in scan.turns}
    passing = {name: look.matching_exchanges & scan.exchanges_of(look.ask.passing(scan, but_for=name), None) for name in names}
    counted = {name: _count_exchanges(passing[name], values, name) for name in names}
    total = (len(found), len({call for call, _ in found}), min(_FEW, len(found)))
    return ours, {"total": total, "hits": found if len(found) <= _FEW else hits & found, **counted}


def _count_exchanges(found: set[Place], values: Mapping[str, Mapping[str, str]], name: str) -> list[tuple[str | None, int, int]]:
    having: dict[str, list[str]] = defaultdict(list)
    for call, _ in found:
        for each in _each(values[call][name], name):
            having[each].append(call)
    ordered = sorted(having.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(value or None, len(calls), len(set(calls))) for value, calls in ordered]


_CHECKS: dict[str, _Check] = {
    "turns": _turns,
    "mentions": _mentions,
    "facets": _facets,
    "trends": _trends,
    "firsts": _firsts,
    "exchanges": _exchanges,
}


def _print_difference(found: Difference) -> None:
    shown = f"  differ for {found.smallest}\n  ours {found.ours}\n  scan {found.scanned}"
    print(f"{found.what} of question {found.number}: {found.text}\n{shown}", flush=True)


def _print_comparison(compared: Comparison, queries: int, seconds: float) -> None:
    wrong = Counter(each.what for each in compared.differences)
    print(f"\n{'answer':<10} {'asked':>7} {'with some':>10} {'differ':>7}")
    for what, count in compared.asked.items():
        print(f"{what:<10} {count:>7,} {compared.full[what]:>10,} {wrong[what]:>7,}")
    if compared.differences:
        print(f"smallest that differs: {min((each.smallest for each in compared.differences), key=len)}")
    print(f"{queries:,} questions in {seconds:.0f} s: {len(compared.differences):,} answers differ")


# strings

_SIGNS = ('"', "(", ")", "AND", "OR", "NOT", "near(", ", 10)", "*", "?", "~", "~2", "=", ":", "..", "-", "+", "^2", "&&", "||", "[", "\\")
_FIELDS = ("question:", "answer:", "text:", "speaker:", "role:", "date:", "period:", "firm:(", "nosuch:", "date:2021..", "period:..")
_ODD = ("\x00", "\u0301", "é", "中", "\ufeff", "“", "»", "😀", "İ", "\u2028")
_PIECES = (*_SIGNS, *_FIELDS, *_ODD, " ")


def random_strings(scan: Scan, count: int, seed: int) -> Iterator[str]:
    """Make query texts: questions, questions with something put in or taken out, signs and words in any order, and too much of all."""
    random = Random(seed)
    for _ in range(count):
        make = make_question if random.random() < 0.7 else make_sided_question
        yield random.choices(_STRINGS, weights=[4, 8, 5, 1, 1, 1, 1])[0](make(scan, random).text(Pen(random)), scan, random)


def _damaged(text: str, _scan: Scan, random: Random) -> str:
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(text) + 1)
        text = text[:place] + random.choice(["", *_PIECES]) + text[place + random.choice([0, 0, 1, 3]) :]
    return text


def _jumbled(_text: str, scan: Scan, random: Random) -> str:
    joint = random.choice(["", " ", " "])
    return joint.join(random.choice([random.choice(_PIECES), random.choice(scan.words)]) for _ in range(random.randint(1, 30)))


def _repeated(text: str, _scan: Scan, random: Random) -> str:
    return random.choice([" ", " OR ", " NOT ", ""]).join([text] * random.randint(2, 60))


def _deep(text: str, _scan: Scan, random: Random) -> str:
    depth = random.choice([5, 49, 50, 51, 1_000])
    opened = "".join(random.choice(["(", "(", "( NOT (", "text:("]) for _ in range(depth))
    return opened + text + ")" * (opened.count("(") - random.choice([0, 0, 0, 1]))


def _patterned(_text: str, scan: Scan, random: Random) -> str:
    """Patterns that fit many words, up to as many as may be, or one more."""
    pieces = [word[: random.randint(1, 3)] for word in random.choices(scan.words, k=random.randint(1, 11))]
    signed = [random.choice(["{}*", "*{}", "*{}*", "{}*e?e*", "{}~", "{}~2", "{}*s"]).format(piece) for piece in pieces]
    joint = random.choice([" ", " OR ", " NOT "])
    return joint.join(signed) if random.random() < 0.7 else f"near({' '.join(signed)}, {random.choice([1, 10, 200, 201])})"


def _long(_text: str, scan: Scan, random: Random) -> str:
    joint, most = random.choice([" ", " OR ", " OR ", '" "', ".", "-"]), random.choice([150, 200, 201, 3_000])
    frequent = random.choice(scan.turns).words or ("a",)
    text = joint.join(random.choice([random.choice(frequent), random.choice(scan.words)]) for _ in range(most))
    return random.choice(["{}", '"{}"', '"{}"~5', "near({}, 20)", "speaker:({})"]).format(text[: random.choice([1_000, 3_900, 4_100])])


_STRINGS: tuple[Callable[[str, Scan, Random], str], ...] = (
    lambda text, *_: text,
    _damaged,
    _jumbled,
    _repeated,
    _deep,
    _patterned,
    _long,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of strings.

    Attributes:
        count, refused: How many there were, and how many ended in a request error.
        slowest: Seconds and string, the slowest first.
        late: Those that took more than a second, twice: what only the first one needs is made once, and a machine may be busy.
        wrong: Errors that are no request errors, each with its string.
    """

    count: int
    refused: int
    slowest: tuple[tuple[float, str], ...]
    late: tuple[str, ...]
    wrong: tuple[str, ...]


def try_strings(snapshot: Snapshot, strings: Iterable[str]) -> Tried:
    """Ask each string, in turn for turns, exchanges and trends."""
    asking: tuple[Callable[[Snapshot, Query], object], ...] = (answer, exchanges, answer, trends)
    count = refused = 0
    slowest: list[tuple[float, str]] = []
    late, wrong = [], []
    for count, text in enumerate(strings, 1):
        ask = asking[count % len(asking)]
        seconds, error = _time(ask, snapshot, text)
        if seconds > _LONGEST_S:
            seconds = min(seconds, _time(ask, snapshot, text)[0])
            late += [text] if seconds > _LONGEST_S else []
        refused += isinstance(error, RequestError)
        if error and not isinstance(error, RequestError):
            wrong.append(f"{type(error).__name__}: {error} for {text!r}")
        slowest = sorted([*slowest, (seconds, text)], reverse=True)[:5]
    return Tried(count=count, refused=refused, slowest=tuple(slowest), late=tuple(late), wrong=tuple(wrong))


def _time(ask: Callable[[Snapshot, Query], object], snapshot: Snapshot, text: str) -> tuple[float, Exception | None]:
    begun = time.perf_counter()
    try:
        ask(snapshot, make_query(text))
    except Exception as error:  # noqa: BLE001 - the caller tells what may be from what may not
        return time.perf_counter() - begun, error
    return time.perf_counter() - begun, None


def _print_tried(tried: Tried) -> None:
    for line in (*tried.wrong, *(f"more than {_LONGEST_S:.0f} s: {text!r}" for text in tried.late)):
        print(line[:_MOST_SHOWN])
    print(f"\n{tried.count:,} strings: {tried.refused:,} refused, {len(tried.wrong):,} wrong, {len(tried.late):,} late; the slowest:")
    for seconds, text in tried.slowest:
        print(f"{seconds:>6.2f} s {len(text):>6,} characters: {text[:80]!r}")


if __name__ == "__main__":
    sys.exit(main())

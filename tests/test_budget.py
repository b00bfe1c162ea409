"""A question ends when its time is over, wherever it is just then, and leaves an index that answers the next one."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from fnmatch import fnmatchcase
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from whoosh import query as q

from indexer.errors import InvalidValue, QuerySyntaxError, QueryTimeout, UnknownField
from indexer.store import Store
from search import budget, open_index, patterns
from search.budget import spend, spending, time_limit
from search.cli import earful
from search.commands.options import time_option
from search.execute import phrases, rarity
from search.index import CallIndex
from search.parse import Lexicon, parse
from search.reader import open_snapshot
from search.watch import Watch, open_watches
from tests.conftest import World


class _Clock:
    """A clock that goes on by so much at each look."""

    def __init__(self, step: float = 1.0) -> None:
        self.step = step
        self.time = 0.0
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        self.time += self.step
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    """Have budgets look at a clock that tells a second more each time."""
    ticking = _Clock()
    monkeypatch.setattr(budget, "monotonic", ticking)
    return ticking


@pytest.fixture(params=["whole", "steps"])
def folder(world: World, request: pytest.FixtureRequest) -> str:
    """Give the small world in one segment, and in several."""
    return str(world.folders[request.param])


_LONG = 1e9
_Question = Callable[[CallIndex], Any]

# What takes long by itself, and by what is asked of it.
_QUESTIONS: Mapping[str, _Question] = {
    "words": lambda calls: calls.search("tariffs price OR (cash runway) NOT china"),
    "phrases": lambda calls: calls.search('"cash runway" OR "the cash runway"~5 OR near(tariffs price, 20)'),
    "patterns": lambda calls: calls.search("ta* OR *ri* OR p?ic* OR near(ra* *ws, 9)"),
    "misspelt words": lambda calls: calls.search("tarifs~ OR pumsp~2"),
    "unknown words": lambda calls: calls.search("tarrif runnway cashrunway"),
    "unknown values": lambda calls: calls.search("speaker:jaen OR company:pumsp", speaker=["jaen", "neds"]),
    "facets": lambda calls: calls.search("*", facets=("speaker", "role", "warning", "asked_by", "company")),
    "pages": lambda calls: calls.search("*", limit=100, context=True),
    "calls": lambda calls: calls.search("tariffs", group_by="call"),
    "zero": lambda calls: calls.search("china", zero=True, facets=("speaker", "call")),
    "synonyms": lambda calls: calls.search("cash raise", synonyms=True),
    "exchanges": lambda calls: calls.exchanges("question:tariffs OR answer:price", asked_by=("sam", "pell"), facets=("asked_by",)),
    "unanswered": lambda calls: calls.exchanges("tariffs", unanswered=True),
    "trends": lambda calls: calls.trends("tariffs OR ta*", per="speaker", by="month"),
    "first": lambda calls: calls.first("tariffs"),
    "news": lambda calls: calls.news("LUMP-2022Q4"),
    "similar": lambda calls: calls.similar("LUMP-2022Q4", 2, within_call=True),
    "a call": lambda calls: calls.read_call("LUMP-2022Q4"),
}


def _answer(calls: CallIndex, question: _Question) -> object:
    try:
        return question(calls)
    except (InvalidValue, UnknownField) as error:
        return str(error)


@pytest.mark.parametrize("name", _QUESTIONS)
def test_a_question_ends_at_the_next_look(folder: str, clock: _Clock, name: str) -> None:
    """However far it has got when the time is over, it looks at the clock once more, and says so; asked again it answers in full."""
    with open_index(folder, time_limit_s=_LONG) as calls:
        answer = _answer(calls, _QUESTIONS[name])
        looks = clock.looks
    assert looks > 5
    for seconds in {*range(1, min(looks, 40)), *range(1, looks, max(looks // 20, 1))}:
        with open_index(folder, time_limit_s=seconds - 0.5) as calls:
            before = clock.looks
            with pytest.raises(QueryTimeout, match=rf"^the query took longer than {seconds - 0.5:g} s; ask for less .*--time-limit$"):
                _QUESTIONS[name](calls)
            assert clock.looks == before + seconds + 1
            calls._time_limit_s = None
            assert _answer(calls, _QUESTIONS[name]) == answer


@pytest.mark.parametrize("name", _QUESTIONS)
def test_no_limit_is_no_limit(folder: str, clock: _Clock, name: str) -> None:
    """With None nobody looks at the clock."""
    with open_index(folder, time_limit_s=None) as calls:
        _answer(calls, _QUESTIONS[name])
    assert clock.looks == 0


@pytest.mark.parametrize(
    ("less", "more", "times"),
    [
        (lambda calls: calls.search("*", limit=5), lambda calls: calls.search("*", limit=55), 50),
        (lambda calls: calls.search("*", limit=5, context=True), lambda calls: calls.search("*", limit=55, context=True), 100),
        (lambda calls: calls.search("x"), lambda calls: calls.search(" ".join(f"x{n}" for n in range(150))), 300),
        (lambda calls: calls.search("*"), lambda calls: calls.search("*", speaker=["jane"] * 99), 90),
        (lambda calls: calls.trends("ta*", per=None), lambda calls: calls.trends("ta*", per="company"), 8),
        (lambda calls: calls.first("*", limit=1), lambda calls: calls.first("*", limit=9), 8),
    ],
)
def test_what_is_more_takes_more_looks(folder: str, clock: _Clock, less: _Question, more: _Question, times: int) -> None:
    """The clock is looked at for each hit, part, value, cell and company."""
    looks = []
    for question in (less, more):
        with open_index(folder, time_limit_s=_LONG) as calls:
            before = clock.looks
            question(calls)
            looks.append(clock.looks - before)
    assert looks[1] - looks[0] >= times


def test_the_limit_is_ten_seconds(folder: str, clock: _Clock) -> None:
    """Who says nothing gets ten seconds."""
    with open_index(folder) as calls, pytest.raises(QueryTimeout, match="longer than 10 s"):
        calls.search("*", limit=100)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), "10"])
def test_a_limit_is_above_zero(folder: str, seconds: Any) -> None:
    """What is no time is refused, before anything is opened."""
    with pytest.raises(InvalidValue, match=r"^time limit: .* is not possible; give seconds above 0$"):
        open_index("nosuch", time_limit_s=seconds)
    with pytest.raises(InvalidValue, match="time limit"), open_watches(Store(folder), time_limit_s=seconds):
        pass


# time and threads


def test_waiting_takes_nothing(folder: str, clock: _Clock) -> None:
    """While another thread has the index, a question's time does not run."""
    clock.step = 0.0
    found: list[object] = []
    with open_index(folder, time_limit_s=1) as calls:
        calls._lock.acquire()
        thread = threading.Thread(target=lambda: found.append(calls.search("tariffs").turns))
        thread.start()
        clock.time += 100
        calls._lock.release()
        thread.join()
    assert found not in ([], [0])


def test_each_thread_has_its_own_time(clock: _Clock) -> None:
    """A limit holds in the thread that set it, and nowhere else; within another the inner one holds, and then the outer one again."""
    ended: list[str] = []
    with time_limit(2.5):
        thread = threading.Thread(target=lambda: ended.extend(spending("abcdefghi")))
        thread.start()
        thread.join()
        with time_limit(None):
            for _ in range(9):
                spend()
        spend()
        spend()
        with pytest.raises(QueryTimeout):
            spend()
    spend()
    assert ended == list("abcdefghi")


def test_steps_are_given_while_there_is_time(clock: _Clock) -> None:
    """Of many steps those are taken that there is time for."""
    steps = iter(range(9))
    with time_limit(3.5), pytest.raises(QueryTimeout):
        list(spending(steps))
    assert list(steps) == [4, 5, 6, 7, 8]  # the first three were given, and the fourth was not


# watches and commands


def test_a_watch_that_takes_too_long_fails_alone(folder: str, clock: _Clock) -> None:
    """Each watch has its own time; one that takes longer says so, and shows at the next run what it has not shown."""
    with open_watches(Store(folder)) as watches, closing(open_snapshot(folder)) as snapshot:
        clock.step = 0.0
        for name, query in (("slow", " OR ".join(f"x{n}" for n in range(190))), ("quick", "china")):
            watches.add(snapshot, Watch(name=name, query=query), from_start=True, replace=True)
    clock.step = 1.0
    with open_watches(Store(folder), time_limit_s=300) as watches, closing(open_snapshot(folder)) as snapshot:
        quick, slow = watches.run(snapshot, ["quick", "slow"]).watches
        assert quick.failure is None
        assert quick.turns
        assert slow.failure == str(QueryTimeout("the query took longer than 300 s", hint=re.split("; ", slow.failure or "", maxsplit=1)[1]))
        with pytest.raises(QueryTimeout):
            watches.add(snapshot, Watch(name="none", query=" ".join(f"x{n}" for n in range(190))))
        assert "none" not in [watch.name for watch in watches.all()]
        for name in ("slow", "quick"):
            watches.remove(name)


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in _commands(command, context))
        else:
            yield name, command


def test_every_command_that_asks_has_the_option() -> None:
    """What answers a question from the index takes --time-limit, one option for all."""
    with_option = {
        name for name, command in _commands(earful, click.Context(earful)) if "time_limit" in [each.name for each in command.params]
    }
    assert with_option == {"search", "exchanges", "trends", "first", "news", "similar", "show", "watch add", "watch run"}
    assert click.command()(time_option(lambda time_limit: None)).params[0].default == 10


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "*"],
        ["exchanges", "tariffs"],
        ["trends", "tariffs"],
        ["first", "tariffs"],
        ["news", "LUMP-2022Q4"],
        ["similar", "LUMP-2022Q4", "--turn", "2"],
        ["show", "LUMP-2022Q4"],
        ["watch", "add", "slow", "tariffs"],
    ],
    ids=" ".join,
)
def test_a_command_says_that_it_took_too_long(folder: str, clock: _Clock, arguments: list[str]) -> None:
    """One line that names the limit, and status 2."""
    found = CliRunner().invoke(earful, [*arguments, "--index", folder, "--time-limit", "3"])
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.startswith("earful: the query took longer than 3 s; ask for less")
    assert found.stderr.count("\n") == 1


# limits of what may be asked


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 4_001, "the query is too long at column 4001 .* 4000 characters are possible"),
        ("(" * 51 + "x" + ")" * 51, "brackets too deep at column 51 .* 50 inside each other are possible"),
        (" ".join(f"x{n}" for n in range(201)), "the query has too many parts .* 200 side by side are possible"),
        (" OR ".join(f"x{n}" for n in range(201)), "the query has too many parts .* 200 side by side are possible"),
        (" ".join(f"x{n}*" for n in range(11)), r"too many words with \*, \? or ~ at column 41 .* 10 are possible"),
        (" ".join(f"word{'x' * n}~" for n in range(11)), r"too many words with \*, \? or ~ .* 10 are possible"),
        ("near(a b c d e f g, 9)", "near\\( takes 6 things at most"),
        ("near(a b, 201)", "near\\( cannot reach 201 words .* 1 to 200 are possible"),
        ('"a b"~201', "~201 says how many words may stand between .* 0 to 200"),
        ("t*", r"'t\*' has too few letters .* write 2 or more"),
    ],
)
def test_what_is_too_much_is_refused(text: str, message: str) -> None:
    """A query has so many characters, brackets in each other, parts side by side, patterns, and things near each other, and no more."""
    with pytest.raises(QuerySyntaxError, match=message):
        parse(text, Lexicon(lambda _: False, lambda *_: ()))


def test_a_pattern_means_so_many_words(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that means more is refused, wherever it stands; a word counts once, in whatever segments it is said."""
    with open_index(folder) as calls:
        meant = len({word for segment in calls._snapshot.segments for word in segment.arrays.words if word.startswith(b"ra")})
        monkeypatch.setattr(rarity, "_MOST_MEANT", meant)
        assert calls.search("ra*").turns
        monkeypatch.setattr(rarity, "_MOST_MEANT", meant - 1)
        for text in ("ra*", "near(ra* cash, 5)", "cash NOT ra*", "*ra* OR cash"):
            with pytest.raises(InvalidValue, match=rf"means {meant} words; write more of its letters; {meant - 1} words are possible$"):
                calls.search(text)


# arrays in shares


@pytest.mark.parametrize("text", ["ta*", "*r*s", "near(ra* pric*, 20)", "near(tariffs cash pri*, 9)", "pu* OR *way"])
def test_shares_are_the_whole(folder: str, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Postings and places that are too many at once are taken in shares, which give the same turns, scores and mentions."""
    with open_index(folder) as calls:
        page, counted = calls.search(text, limit=200), calls.trends(text)
        for module, name in ((patterns, "_MOST_AT_ONCE"), (patterns, "_MOST_LOOKED_AT"), (phrases, "_MOST_AT_ONCE")):
            monkeypatch.setattr(module, name, 3)
        assert calls.search(text, limit=200) == page
        assert calls.trends(text) == counted
    assert page.turns


@given(st.lists(st.integers(0, 1 << 19), max_size=30))
def test_shares_hold_all_in_order(counts: list[int]) -> None:
    """Shares follow each other, none is empty, and none but a single word's is much more than asked for."""
    shares = patterns.in_shares(np.array(counts, dtype=np.uint32))
    assert [place for share in shares for place in range(len(counts))[share]] == list(range(len(counts)))
    assert all(counts[share] for share in shares)
    assert all(sum(counts[share]) < 2 * (1 << 20) for share in shares)


_PATTERN = st.text("ab*?é", min_size=1, max_size=9).filter(lambda text: "*" in text or "?" in text)


@given(_PATTERN, st.text("abé", max_size=9))
def test_a_pattern_means_what_the_shell_means(pattern: str, word: str) -> None:
    """`*` is any letters, `?` one, of whatever bytes."""
    assert patterns.fits(q.Wildcard("text", pattern), word) == fnmatchcase(word, pattern)


def test_a_pattern_takes_no_power_of_a_word() -> None:
    """Many stars and a long word that nearly fits are told apart at once: by trying all ways it would take longer than the sun shines."""
    assert not patterns.fits(q.Wildcard("text", "a*" * 30 + "b"), "a" * 5_000)

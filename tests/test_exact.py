"""The check of exactness passes where all is exact, and fails where anything is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import indexer
from indexer.errors import InvalidValue
from search.execute import count_mentions
from search.reader import Snapshot, open_snapshot
from tests import exact
from tests.exact import compare, random_strings, read_turns, try_strings
from tests.questions import Scan

_SAMPLES = Path(indexer.__file__).parent / "samples"
_ANSWERS = {"turns", "mentions", "facets", "trends", "firsts", "exchanges"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of the samples, where people speak in sentences, ask and answer."""
    built = tmp_path_factory.mktemp("samples")
    indexer.rebuild([_SAMPLES], index=built)
    return built


@pytest.fixture(scope="module")
def samples(folder: Path) -> Iterator[Snapshot]:
    """Give the samples, open."""
    opened = open_snapshot(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def scan(samples: Snapshot) -> Scan:
    """Give the samples to be looked through."""
    return Scan(read_turns(samples))


def test_answers_on_the_samples_are_those_of_a_scan(samples: Snapshot, scan: Scan) -> None:
    """Every kind of answer, of questions most of which find something."""
    compared = compare(samples, scan, queries=120, seed=1)
    assert compared.differences == ()
    assert compared.asked == dict.fromkeys(_ANSWERS, 120)
    assert min(compared.full.values()) > 60


def test_the_same_seed_asks_the_same(samples: Snapshot, scan: Scan) -> None:
    """A difference can be looked at again; another seed asks other questions."""
    one, same, other = (compare(samples, scan, queries=20, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.full != other.full


# where something is wrong


def _one_turn_less(answered: Any) -> Any:
    return replace(answered, kept=answered.kept.at(np.arange(1, answered.kept.count)))


def _one_mention_more(answered: Any) -> Any:
    return None if answered is None else np.where(np.arange(len(answered)) == 0, answered + 1, answered)


def _facets_of_one_call_more(answered: Any) -> Any:
    return replace(
        answered, facets={name: [value._replace(calls=value.calls + 1) for value in found] for name, found in answered.facets.items()}
    )


_FAULTS: dict[str, tuple[str, Callable[[Any], Any], set[str]]] = {
    "a turn is lost": ("select", _one_turn_less, {"turns", "mentions"}),
    "a mention is counted twice": ("count_mentions", _one_mention_more, {"mentions"}),
    "a page counts a call more": ("answer", lambda page: replace(page, calls=page.calls + 1), {"facets"}),
    "a facet counts a call more": ("answer", _facets_of_one_call_more, {"facets"}),
    "a point is left out": ("trends", lambda found: replace(found, points=found.points[1:]), {"trends"}),
    "points are in another order": ("trends", lambda found: replace(found, points=found.points[::-1]), {"trends"}),
    "a company is left out": ("first", lambda found: replace(found, companies=found.companies[1:]), {"firsts"}),
    "the last is the first": (
        "first",
        lambda found: replace(found, companies=tuple(replace(each, last=each.first) for each in found.companies)),
        {"firsts"},
    ),
    "an exchange is counted twice": ("exchanges", lambda page: replace(page, exchanges=page.exchanges + 1), {"exchanges"}),
    "another exchange is shown": (
        "exchanges",
        lambda page: replace(page, hits=tuple(replace(hit, exchange=hit.exchange + 100) for hit in page.hits)),
        {"exchanges"},
    ),
}


@pytest.mark.parametrize("fault", _FAULTS)
def test_a_fault_is_seen(samples: Snapshot, scan: Scan, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """Whatever is off by one, it is told of which kind of answer, and of no other."""
    name, spoil, seen = _FAULTS[fault]
    right = getattr(exact, name)
    monkeypatch.setattr(exact, name, lambda *args, **options: spoil(right(*args, **options)))
    assert {each.what for each in compare(samples, scan, queries=12, seed=1).differences} == seen


def test_an_error_is_a_difference(samples: Snapshot, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """No question of these may be refused, nor end in anything but an answer."""
    monkeypatch.setattr(exact, "trends", _fail)
    differences = compare(samples, scan, queries=2, seed=1).differences
    assert [(each.what, each.ours) for each in differences] == [("trends", "'ValueError: no answer'")] * 2


def test_the_smallest_question_is_shown(samples: Snapshot, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a question that differs, what has nothing to do with it is taken away, filters too."""
    right = count_mentions

    def wrong_of_patterns(snapshot: Snapshot, tree: Any, doc_ids: Any) -> Any:
        counts = right(snapshot, tree, doc_ids)
        return counts if counts is None or "Wildcard" not in repr(tree) else counts + 1

    monkeypatch.setattr(exact, "count_mentions", wrong_of_patterns)
    differences = compare(samples, scan, queries=60, seed=1).differences
    assert differences
    assert {each.what for each in differences} == {"mentions"}
    assert any(" " in each.text for each in differences)
    assert [each.smallest for each in differences if len(each.smallest.split()) > 1 or not set(each.smallest) & set("*?")] == []


# strings


def test_any_string_ends_in_an_answer_or_a_request_error(samples: Snapshot, scan: Scan) -> None:
    """Broken questions are refused, and nothing else happens."""
    tried = try_strings(samples, random_strings(scan, 1_500, seed=4))
    assert (tried.count, tried.wrong) == (1_500, ())
    assert 300 < tried.refused < 1_300
    assert list(tried.slowest) == sorted(tried.slowest, reverse=True)


def test_strings_are_of_all_kinds(scan: Scan) -> None:
    """Deep brackets, many patterns, too long ones, open quotes and odd characters are among them."""
    strings = list(random_strings(scan, 600, seed=4))
    assert any(text.count("(") > 50 for text in strings)
    assert any(text.count("*") > 10 for text in strings)
    assert any(len(text) > 4_000 for text in strings)
    assert any(text.count('"') % 2 for text in strings)
    assert any("\x00" in text for text in strings)
    assert any("question:" in text for text in strings)


def _fail(*_args: object, **_options: object) -> None:
    raise ValueError("no answer")


def test_what_is_no_request_error_is_wrong(samples: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors of other kinds are kept, with the string."""
    monkeypatch.setattr(exact, "answer", _fail)
    tried = try_strings(samples, ["cash", "runway", "cash"])
    assert (tried.count, tried.refused, tried.wrong) == (3, 0, ("ValueError: no answer for 'runway'",))


def test_a_refusal_is_counted(samples: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request error is an answer."""

    def refuse(*_: object) -> None:
        raise InvalidValue("no", hint="yes")

    monkeypatch.setattr(exact, "exchanges", refuse)
    tried = try_strings(samples, ["cash", '"cash', "cash"])
    assert (tried.count, tried.refused, tried.wrong) == (3, 2, ())


def test_what_takes_too_long_is_late(samples: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A string that takes longer than it may, again when it is asked once more, is kept."""
    monkeypatch.setattr(exact, "_LONGEST_S", -1.0)
    assert try_strings(samples, ["cash", "runway"]).late == ("cash", "runway")


# the command


def test_the_command_says_that_all_is_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line an answer, then the strings; exit status 0."""
    assert exact.main(["--index", str(folder), "--queries", "40", "--strings", "50"]) == 0
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines() if line.split()[-1:] == ["0"]] == list(exact._CHECKS)
    assert "0 answers differ" in said
    assert "50 strings: " in said


def test_the_command_fails_on_a_difference(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The question, its smallest part and both answers are printed; exit status 1."""
    monkeypatch.setattr(exact, "count_mentions", lambda *_: None)
    assert exact.main(["--index", str(folder), "--queries", "4"]) == 1
    said = capsys.readouterr().out
    assert "mentions of question" in said
    assert "smallest that differs: " in said
    assert "  ours None\n  scan {" in said


def test_the_command_fails_on_a_wrong_string(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A string that ends in another error is printed with it; exit status 1."""
    monkeypatch.setattr(exact, "exchanges", _fail)
    assert exact.main(["--index", str(folder), "--queries", "0", "--strings", "4"]) == 1
    assert "ValueError: no answer for " in capsys.readouterr().out

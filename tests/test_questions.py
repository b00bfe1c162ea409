"""Questions that nobody wrote by hand: printed, parsed, and answered as a plain scan answers them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest

import indexer
from search.execute import count_mentions
from search.execute.select import lexicon_of
from search.parse import Lexicon, parse
from search.reader import Snapshot, open_snapshot
from tests import exact
from tests.conftest import World
from tests.exact import compare, random_strings, read_turns, try_strings
from tests.questions import Scan, make_question, plain

_SAMPLES = Path(indexer.__file__).parent / "samples"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Give the samples, open."""
    folder = tmp_path_factory.mktemp("samples")
    indexer.rebuild([_SAMPLES], index=folder)
    opened = open_snapshot(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def scan(samples: Snapshot) -> Scan:
    """Give the samples to be looked through."""
    return Scan(read_turns(samples))


@pytest.mark.parametrize("seed", range(300))
def test_a_question_is_parsed_as_it_was_printed(samples: Snapshot, scan: Scan, seed: int) -> None:
    """However it is printed, in brackets, capitals and quotes of any kind, the same tree comes out."""
    random = Random(seed)
    question = make_question(scan, random)
    lexicon = Lexicon(scan.occurs, scan.values, scan.alike)
    texts = {question.text(random) for _ in range(4)}
    assert [text for text in texts if plain(parse(text, lexicon)) != plain(question.tree(scan))] == []
    assert all(plain(parse(text, lexicon_of(samples))) == plain(parse(text, lexicon)) for text in texts)


@pytest.mark.parametrize("kind", ["whole", "steps"])
def test_answers_are_those_of_a_scan(world: World, kind: str) -> None:
    """Turns, mentions, trends, firsts and exchanges, in one segment and in several with deleted turns."""
    snapshot = world.snapshots[kind]
    assert list(compare(snapshot, Scan(read_turns(snapshot)), queries=150, seed=2)) == []


def test_answers_on_the_samples_are_those_of_a_scan(samples: Snapshot, scan: Scan) -> None:
    """The same where people speak in sentences, ask and answer."""
    assert list(compare(samples, scan, queries=60, seed=3)) == []


def test_most_questions_find_something(scan: Scan) -> None:
    """What is compared is not nothing with nothing."""
    found = [len(make_question(scan, Random(seed)).turns(scan)) for seed in range(200)]
    assert sum(count > 0 for count in found) > 150
    assert sum(count > 10 for count in found) > 60


def test_a_wrong_count_is_seen(samples: Snapshot, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """One mention too many, or one turn too few, and the comparison says of which question."""
    monkeypatch.setattr(exact, "count_mentions", lambda *asked: np.add(found, 1) if (found := count_mentions(*asked)) is not None else None)
    assert any(line.startswith("turns of question") for line in compare(samples, scan, queries=10, seed=3))
    monkeypatch.setattr(exact, "_found", lambda *asked: {})
    assert any(line.startswith("turns of question") for line in compare(samples, scan, queries=10, seed=3))


def test_any_string_ends_in_an_answer_or_a_request_error(samples: Snapshot, scan: Scan) -> None:
    """Broken questions are refused, and nothing else happens."""
    tried, refused, slowest, wrong = try_strings(samples, random_strings(scan, 1_500, seed=4))
    assert (tried, wrong) == (1_500, [])
    assert 300 < refused < 1_200
    assert len(slowest) == 5


def test_a_failure_is_seen(samples: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no request error is counted as wrong."""

    def fail(*_: object) -> None:
        raise ValueError("no answer")

    monkeypatch.setattr(exact, "answer", fail)
    tried, refused, _, wrong = try_strings(samples, iter(["cash", "runway"]))
    assert (tried, refused, wrong) == (2, 0, ["ValueError: no answer for 'cash'", "ValueError: no answer for 'runway'"])

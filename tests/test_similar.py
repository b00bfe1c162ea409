"""Passages like a passage are about the same, in other calls, each once."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

import indexer
import search
from indexer.errors import InvalidValue, UnknownCall
from search.cli import earful
from search.render.similar import print_similar, similar_totals, write_plain_similar
from tests.small_index import JANE, SAM, indexed, put, transcript

_TOPIC = "The Malmgrove plant makes valves, and steel prices squeeze the valve margin."
_SAME = "Valves from Malmgrove cost more, for steel prices rise, and the margin shrinks."
_BOILER = "These statements involve risks about valves and margin; see our filings."
_OTHER = "Our software seats grew, subscriptions renew, and churn fell among schools."
_LONG = " ".join(["Many things happen in steel and in valves and in plants and prices everywhere all of the time."] * 9) + f" {_OTHER * 9}"


@pytest.fixture(scope="module", params=["whole", "steps"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index, built at once or in steps in which a call that is most alike comes and goes."""
    folder = tmp_path_factory.mktemp("similar")
    texts = [
        transcript("ACME", "Q1 2022", (JANE, _TOPIC), (SAM, "Why?"), (JANE, _OTHER), (SAM, _TOPIC)),
        transcript("BOLT", "Q2 2022", (JANE, _OTHER), (SAM, _SAME), (JANE, _BOILER)),
        transcript("COIL", "Q3 2022", (JANE, _BOILER), (SAM, _LONG)),
        transcript("DISK", "Q4 2022", (JANE, _BOILER), (SAM, _OTHER)),
    ]
    if request.param == "steps":
        put(folder / "source", [*texts[:2], transcript("EVIL", "Q1 2022", (JANE, _TOPIC), (SAM, _TOPIC))])
        indexer.rebuild([folder / "source"], index=folder / "index")
        (folder / "source" / "call02.txt").unlink()
    put(folder / "source", texts)
    indexer.rebuild([folder / "source"], index=folder / "index")
    return folder / "index"


@pytest.fixture
def calls(index: Path) -> Iterator[search.CallIndex]:
    """Give that index, open."""
    with search.open_index(index) as opened:
        yield opened


def _found(similar: search.Similar) -> list[tuple[str, int]]:
    return [(hit.call, hit.turn) for hit in similar.hits]


def test_the_same_topic_wins_over_a_long_turn(calls: search.CallIndex) -> None:
    """The likest turn comes first, of other calls only, none twice, and all of a score that falls."""
    found = calls.similar("ACME-2022Q1", 1)
    assert _found(found)[0] == ("BOLT-2022Q2", 2)
    assert not any(hit.call in ("ACME-2022Q1", "EVIL-2022Q1") for hit in found.hits)
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[-1] <= scores[0] <= 1


def test_identical_texts_are_given_once(calls: search.CallIndex) -> None:
    """What several calls say word for word is one passage."""
    places = _found(calls.similar("ACME-2022Q1", 1))
    assert [place for place in places if place in (("BOLT-2022Q2", 3), ("COIL-2022Q3", 1), ("DISK-2022Q4", 1))] == [("BOLT-2022Q2", 3)]


def test_telling_words_are_no_names(calls: search.CallIndex) -> None:
    """The words looked for are of the passage, said elsewhere, too, and marked where they are found; names and numbers are none."""
    found = calls.similar("ACME-2022Q1", 1)
    assert {"valves", "malmgrove", "steel", "margin"} <= set(found.words)
    assert not {"jane", "acme"} & set(found.words)
    first = found.hits[0].snippet
    assert "Valves" in [first.text[start:end] for start, end in first.matches]


def test_only_telling_words_are_looked_for(tmp_path: Path) -> None:
    """Names of the call, numbers, what nobody else says, and what very many turns say are not."""
    said = "Jane of Acme sees Q4 valves, steel, 2022 pumps"
    texts = [
        transcript("ACME", "Q1 2022", f"{said}, singularly.", "Of late."),
        transcript("BOLT", "Q2 2022", f"{said}.", *["Of late."] * 60),
    ]
    with indexed(tmp_path, texts):
        pass
    with search.open_index(tmp_path / "index") as opened:
        found = opened.similar("ACME-2022Q1", 1)
    assert sorted(found.words) == ["sees", "steel", "valves"]  # Acme Pumps is the company


def test_filters_and_pages_are_obeyed(calls: search.CallIndex) -> None:
    """Only turns that pass are found; limit and offset cut the list; the own call is found if asked for."""
    everything = _found(calls.similar("ACME-2022Q1", 1, limit=50))
    assert _found(calls.similar("ACME-2022Q1", 1, role="Analyst")) == [place for place in everything if place[1] == 2]
    assert _found(calls.similar("ACME-2022Q1", 1, limit=1, offset=1)) == everything[1:2]
    assert _found(calls.similar("acme-2022q1", 1, within_call=True))[0] == ("ACME-2022Q1", 4)
    assert calls.similar("ACME-2022Q1", 1, company="nosuch").notes != ()


@pytest.mark.parametrize(
    ("call", "turn", "error", "message"),
    [
        ("NOSUCH", 1, UnknownCall, "no call 'NOSUCH'"),
        ("ACME-2022Q1", 9, UnknownCall, "ACME-2022Q1 has no turn 9; it has 4"),
        ("ACME-2022Q1", 2, InvalidValue, "turn 2 of ACME-2022Q1 says too little"),
    ],
)
def test_what_is_not_there_is_told(calls: search.CallIndex, call: str, turn: int, error: type[Exception], message: str) -> None:
    """A call or turn that is not there, or says next to nothing, is an error."""
    with pytest.raises(error, match=message):
        calls.similar(call, turn)


def test_how_it_looks(calls: search.CallIndex, index: Path) -> None:
    """As hits do, within 80 columns; JSON names the passage and the words."""
    found = calls.similar("ACME-2022Q1", 1, limit=1)
    console = Console(file=io.StringIO(), width=80)
    print_similar(found, console)
    assert isinstance(console.file, io.StringIO)
    assert max(map(len, console.file.getvalue().splitlines())) <= 80
    out = io.StringIO()
    write_plain_similar(found, out)
    assert out.getvalue() == f"BOLT-2022Q2:2: Sam Poe (Analyst, Pell & Harrow): {_SAME}\n"
    assert similar_totals(found) == "1 turn like turn 1 of ACME-2022Q1, Jane Roe"

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(earful, ["similar", "ACME-2022Q1", *arguments, "--index", str(index)])

    told = json.loads(run("--turn", "1", "--json").stdout)
    assert (told["of"], told["words"]) == ({"call": "ACME-2022Q1", "turn": 1, "speaker": "Jane Roe"}, list(found.words))
    assert run("--turn", "1", "--explain").stderr.startswith("understood: turns that say much of: ")
    assert (run("--turn", "9").exit_code, run("--turn", "2").exit_code, run("--turn", "1", "--company", "nosuch").exit_code) == (1, 2, 1)

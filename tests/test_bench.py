"""The benchmark compares like with like: every engine gives the same answers to the same questions, and the report is all there."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

import indexer
from indexer.model import Transcript
from tests.bench import __main__ as command
from tests.bench.ask import Ask, Shape
from tests.bench.corpus import Corpus, Row, cache_folder, invented_corpus, real_corpus, rows
from tests.bench.engines import ENGINES, FACETS, TOP, Answer, load_engine
from tests.bench.invented import invent, spell
from tests.bench.measure import Asked, Build, ask_all, build_apart, folder_bytes
from tests.bench.queries import RECIPES, make_asks
from tests.bench.report import Measured, tables
from tests.bench.vocabulary import Vocabulary, plain_words, survey

_SAMPLES = Path(indexer.__file__).parent / "samples"
_A_KIND = 4


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Give a dozen invented calls."""
    return invented_corpus(8, tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def vocabulary(corpus: Corpus) -> Vocabulary:
    """Give what they say."""
    return survey(corpus.once())


@pytest.fixture(scope="module")
def asks(vocabulary: Vocabulary) -> tuple[Ask, ...]:
    """Give some questions of each kind."""
    return make_asks(vocabulary, a_kind=_A_KIND)


@pytest.fixture(scope="module", params=ENGINES)
def answers(
    request: pytest.FixtureRequest, corpus: Corpus, asks: tuple[Ask, ...], tmp_path_factory: pytest.TempPathFactory
) -> dict[Ask, Answer]:
    """Give what each engine answers."""
    pytest.importorskip(ENGINES[request.param][2])
    engine, folder = load_engine(request.param), tmp_path_factory.mktemp(request.param)
    engine.build(corpus, folder)
    with closing(engine.open(folder)) as searcher:
        return {ask: searcher.search(ask) for ask in asks}


# corpora


def test_invented_calls_are_the_same_for_the_same_seed() -> None:
    """Two machines without transcripts measure the same."""
    assert list(invent(2, seed=7)) == list(invent(2, seed=7)) != list(invent(2, seed=8))


def test_every_rank_has_a_word_of_its_own() -> None:
    """Invented words are letters only, and no two ranks share one."""
    spelt = [spell(rank) for rank in range(60_000)]
    assert len(set(spelt)) == len(spelt)
    assert all(word.isalpha() for word in spelt)


def test_invented_calls_look_like_calls() -> None:
    """A call has both sections, an operator, officers and analysts; some words are said far more often than others."""
    (call,) = invent(1)
    assert {turn.section for turn in call.turns} == {"prepared", "qa"}
    assert {"Operator", "CEO", "Analyst"} <= {turn.role for turn in call.turns}
    said = Counter(word for row in rows(call) for word in plain_words(row.text)).most_common()
    assert said[0][1] > 100 * said[len(said) // 2][1]


def test_calls_can_be_had_again_as_other_calls(corpus: Corpus) -> None:
    """`times` gives the same words under other ids, tickers and years."""
    thrice = list(replace(corpus, times=3, limit=2))
    assert len({call.call for call in thrice}) == len({(call.ticker, call.period) for call in thrice}) == 6
    assert len({row.id for call in thrice for row in rows(call)}) == 3 * sum(len(call.turns) for call in thrice[:2])
    assert thrice[0].turns == thrice[2].turns == thrice[4].turns
    assert {call.date and call.date.year for call in thrice[::2]} == {2010, 2009, 2008}


def test_transcripts_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that was read is found again, until a file in it changes; calls of one id become two, and what is no call is left out."""
    folder, cache = tmp_path / "calls", tmp_path / "cache"
    folder.mkdir()
    cache.mkdir()
    sources = sorted(_SAMPLES.iterdir())[:2]
    for name, source in zip(("a", "b", "c"), [*sources, sources[0]], strict=True):
        (folder / f"{name}{source.suffix}").write_bytes(source.read_bytes())
    (folder / "diary.txt").write_text("Dear diary.")
    ids = [call.call for call in real_corpus(folder, cache)]
    assert [name.removesuffix("-number2") for name in ids] == [ids[0], ids[1], ids[0]]
    assert len(set(ids)) == 3
    (folder / "a.txt").write_text("changed")
    assert [call.call for call in real_corpus(folder, cache)] != ids
    assert len(list(cache.iterdir())) == 2


def test_only_our_own_pickles_are_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder that others can write to is refused: a pickle of theirs would be code."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = cache_folder()
    assert folder == cache_folder()
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match="open to others"):
        cache_folder()


# questions


def _said(*texts: str) -> list[Transcript]:
    """A call of so many turns."""
    (call,) = islice(invent(1), 1)
    turns = tuple(replace(turn, paragraphs=(text,)) for turn, text in zip(call.turns, texts, strict=False))
    return [replace(call, turns=turns)]


def test_words_that_engines_part_differently_are_known() -> None:
    """A word is unfit if some turn has it by one rule of words only, and so are the first letters of such words."""
    found = survey(_said("The pumps sell. Pumps!", "The pump's price", "a pump", "Lorentz said so: L'Oreals", "an oreals price"))
    assert (found.turns, found.turn_counts["pumps"], found.turn_counts["the"]) == (5, 1, 2)
    assert {"pump", "oreals"} <= found.unfit
    assert not found.unfit & {"the", "pumps", "price", "lorentz"}
    assert "oreal" in found.unfit_prefixes
    assert not {"pumps", "loren"} & found.unfit_prefixes


def test_the_default_mix_is_large_enough() -> None:
    """At least two hundred questions are asked, of every shape there is."""
    assert len(RECIPES) * 24 >= 200
    assert {recipe.shape for recipe in RECIPES} == set(Shape)


def test_questions_are_many_and_all_different(asks: tuple[Ask, ...], vocabulary: Vocabulary) -> None:
    """Of each kind there are as many as wanted, half of them with a filter on one of three fields; the same for the same seed."""
    assert Counter(ask.kind for ask in asks) == {recipe.kind: _A_KIND for recipe in RECIPES}
    assert Counter(bool(ask.filters) for ask in asks) == {True: len(asks) // 2, False: len(asks) // 2}
    assert {field for ask in asks for field, _ in ask.filters} == {"role", "section"}
    assert len(set(asks)) == len(asks)
    assert asks == make_asks(vocabulary, a_kind=_A_KIND)
    assert asks != make_asks(vocabulary, a_kind=_A_KIND, seed=2)


def test_a_corpus_too_small_for_the_questions_is_an_error() -> None:
    """Fewer questions than asked for would be another benchmark."""
    with pytest.raises(ValueError, match="larger corpus"):
        make_asks(survey(_said("We sell pumps and more pumps, and that is all that we have to say about it to all of you today.")))


# engines


def _matches(ask: Ask, row: Row, said: list[str]) -> bool:
    """Say what a question means, in the plainest way."""
    has = [word in said for word in ask.words]
    match ask.shape:
        case Shape.ALL:
            found = all(has)
        case Shape.ANY:
            found = any(has)
        case Shape.NOT:
            found = has[0] and not has[1]
        case Shape.PHRASE:
            found = f" {' '.join(ask.words)} " in f" {' '.join(said)} "
        case Shape.PREFIX:
            found = any(word.startswith(ask.words[0]) for word in said)
    return found and all(getattr(row, field) == value for field, value in ask.filters)


@pytest.fixture(scope="module")
def expected(corpus: Corpus, asks: tuple[Ask, ...]) -> dict[Ask, list[Row]]:
    """Give the turns that a plain look at every turn finds."""
    said = [(row, plain_words(row.text)) for call in corpus for row in rows(call)]
    return {ask: [row for row, words in said if _matches(ask, row, words)] for ask in asks}


def test_every_engine_finds_what_is_there(answers: dict[Ask, Answer], expected: dict[Ask, list[Row]]) -> None:
    """To each question each engine finds the turns that are to be found, of which there is one at least, and shows ten."""
    for ask, answer in answers.items():
        found = {row.id for row in expected[ask]}
        assert answer.turns == len(found) > 0, ask
        assert len({hit.id for hit in answer.hits} & found) == len(answer.hits) == min(TOP, len(found)), ask


def test_every_engine_counts_facets(answers: dict[Ask, Answer], expected: dict[Ask, list[Row]]) -> None:
    """The ten most frequent values of each field have their true counts, but for the filtered field's own facet."""
    for ask, answer in answers.items():
        for field in set(FACETS) - dict(ask.filters).keys():
            counts = Counter(getattr(row, field) for row in expected[ask])
            assert [turns for _, turns in answer.facets[field]] == [turns for _, turns in counts.most_common(TOP)], ask
            assert all(counts[value] == turns for value, turns in answer.facets[field]), ask


def test_every_engine_shows_why(answers: dict[Ask, Answer]) -> None:
    """A snippet holds a word that was sought, and not the whole of a long turn; of prefixes tantivy's generator knows nothing."""
    for ask, answer in answers.items():
        for hit in answer.hits if ask.shape is not Shape.PREFIX else ():
            plain = re.sub(r"<[^>]+>", "", hit.snippet).lower()
            assert any(word in plain for word in ask.words), ask
            assert len(plain) < 500, ask


# measuring


def test_a_build_is_measured_in_a_process_of_its_own(corpus: Corpus, tmp_path: Path) -> None:
    """Its time, its processor's time, its memory and its folder's size are all there."""
    built = build_apart("sqlite", replace(corpus, limit=2), tmp_path / "index")
    assert (built.engine, built.index_bytes) == ("sqlite", folder_bytes(tmp_path / "index"))
    assert min(built.seconds, built.feed_seconds, built.processor_seconds, built.index_bytes) > 0
    assert 1_000_000 < built.idle_bytes <= built.peak_bytes


class _Stub:
    """An engine that finds a fixed number of turns."""

    def __init__(self, turns: int, log: list[int]) -> None:
        self._turns, self._log = turns, log

    def search(self, ask: Ask) -> Answer:
        self._log.append(self._turns)
        return Answer(turns=self._turns, hits=(), facets=dict.fromkeys(FACETS, (("x", self._turns),)))

    def close(self) -> None:
        """Have nothing to close."""


_ASKS = tuple(Ask(kind="word", shape=Shape.ALL, words=(word,)) for word in ("one", "two", "three"))


def test_engines_take_turns() -> None:
    """Each question goes to all engines before the next one does, and no engine is always the first."""
    log: list[int] = []
    asked = ask_all({"a": _Stub(1, log), "b": _Stub(2, log)}, _ASKS, repeat=2, cap=60, tell=lambda line: None)
    assert log == [1, 2, 2, 1, 1, 2] * 2
    assert [one.turns for one in asked] == [{"a": 1, "b": 2}] * 3
    assert [one.odd_facets for one in asked] == [("b",)] * 3


def test_a_slow_engine_is_not_waited_for() -> None:
    """An engine whose time is over is asked no more in that repetition, and what it answered is counted."""
    told: list[str] = []
    asked = ask_all({"a": _Stub(1, [])}, _ASKS, repeat=2, cap=1e-9, tell=told.append)
    assert [len(one.ms) for one in asked] == [1, 0, 0]
    assert [line.split(":")[0] for line in told] == ["repetition 1 of 2", "repetition 2 of 2"]


# the report


def _build(engine: str, factor: int) -> Build:
    return Build(
        engine=engine,
        version="1",
        seconds=2.0 * factor,
        feed_seconds=0.1,
        processor_seconds=1.0,
        index_bytes=1_000_000 * factor,
        idle_bytes=50_000_000,
        peak_bytes=100_000_000 * factor,
    )


@pytest.fixture
def measured() -> Measured:
    """Give two engines, of which the other is slower, left one question out, and disagreed on another."""
    filtered = replace(_ASKS[2], filters=(("role", "CFO"),))
    return Measured(
        corpus={"name": "calls", "times": 1, "calls": 2, "turns": 30, "text_bytes": 4_000_000},
        machine={"processors": 2, "python": "3", "system": "Linux", "load_before": 0.0, "load_after": 1.0},
        repeat=5,
        cap=60.0,
        builds=(_build("earful", 1), _build("tantivy", 3)),
        opened_ms={"earful": 1.0, "tantivy": 2.0},
        asked=(
            Asked(ask=_ASKS[0], turns={"earful": 3, "tantivy": 3}, ms={"earful": 1.0, "tantivy": 2.5}),
            Asked(ask=_ASKS[1], turns={"earful": 4}, ms={"earful": 9.0}),
            Asked(ask=filtered, turns={"earful": 5, "tantivy": 6}, ms={"earful": 2.0, "tantivy": 5.0}, odd_facets=("tantivy",)),
        ),
    )


def test_json_keeps_everything(measured: Measured) -> None:
    """What was measured comes back from JSON as it was."""
    assert Measured.from_dict(json.loads(json.dumps(measured.to_dict()))) == measured


def test_the_report_has_all_columns(measured: Measured) -> None:
    """Builds, times, ratios, times by kind and agreement have a table each, whose rows are as wide as its head."""
    blocks = [block.splitlines() for block in tables(measured).split("\n\n") if block.startswith("|")]
    heads = [[cell.strip() for cell in block[0].strip("|").split("|")] for block in blocks]
    assert heads == [
        ["engine", "version", "seconds", "MB/s", "processor s", "index MB", "of text", "peak MB", "above idle MB", "open ms"],
        ["engine", "answered", "p50", "p95", "p99", "mean", "slowest"],
        ["engine", "build", "index", "peak memory", "p50", "p95", "p99", "median question", "slower than earful in"],
        ["question", "asked", "turns found", "earful", "tantivy"],
        ["question", "asked", "compared", "agree", "differ", "facets differ"],
    ]
    assert [[line.count("|") for line in block] for block in blocks] == [
        [len(head) + 1] * len(block) for head, block in zip(heads, blocks, strict=True)
    ]


def test_the_report_is_honest(measured: Measured) -> None:
    """It says how many questions an engine answered, compares only those that both did, and lists where they differ."""
    shown = tables(measured)
    assert "| tantivy | 2 of 3 |" in shown
    assert "| tantivy | 3.00 | 3.00 | 3.00 | 2.50 | " in shown
    assert "| 2.50 | 2 of 2 |" in shown
    assert "| word | 2 | 1 | 1 | 0 | 0 |" in shown
    assert "- word, filtered: `three`, role CFO: earful 5, tantivy 6" in shown


def test_the_report_does_without_us(measured: Measured) -> None:
    """Peers alone have no ratios, and an engine that answered nothing has dashes."""
    alone = replace(measured, builds=measured.builds[1:], asked=measured.asked[1:2])
    assert "Times earful's" not in tables(alone)
    assert "| tantivy | 0 of 1 | – | – | – | – | – |" in tables(alone)


# the command


def test_the_command_measures_and_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without transcripts it invents calls; what it prints can be printed again from its JSON; it leaves no index."""
    monkeypatch.setattr(command, "_FOLDER", tmp_path / "nowhere")
    monkeypatch.setattr(command, "_INVENTED_CALLS", 12)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    work, figures = tmp_path / "work", tmp_path / "figures.json"
    work.mkdir()
    options = ["--queries", "2", "--repeat", "1", "--work", str(work), "--json", str(figures)]
    command.main(["--engines", "earful,sqlite", *options])
    printed = capsys.readouterr()
    assert "calls are invented" in printed.err
    assert "| sqlite | 18 of 18 |" in printed.out
    assert list(work.iterdir()) == []
    command.main(["--show", str(figures)])
    assert capsys.readouterr().out == printed.out


@pytest.mark.parametrize(("wrong", "why"), [(["--engines", "grep"], "no engine 'grep'"), (["--limit", "0"], "at least 1")])
def test_wrong_use_is_told(wrong: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be done is said at once, before an hour's build."""
    with pytest.raises(SystemExit):
        command.main(wrong)
    assert why in capsys.readouterr().err

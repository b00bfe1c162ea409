"""The trials of faults see the faults that they look for: each is put there on purpose."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

import indexer
import search
from indexer.errors import EarfulError, IndexLocked
from indexer.sealed import digest_of
from indexer.store import Store
from tests.faults import __main__ as program
from tests.faults import battery, flips, hostile
from tests.faults.crowd import Held, Seen, ask_with, read_while, rebuild_twice
from tests.faults.forgery import Attack, attacks_on_files, parts_of_toc
from tests.faults.leftovers import attacks_beside, stop_rebuild
from tests.faults.model import File, calls_of, invent
from tests.faults.papers import attacks_on_papers
from tests.faults.processes import run_apart
from tests.faults.scale import LONG, SHORT, Scale
from tests.faults.soak import Soak, orphans, try_operations
from tests.faults.table import Outcome, Tally, draw_table, lost_lines
from tests.faults.versions import QUESTIONS, Mixed, version_in, write_version


def _outcome(**changes: Any) -> Outcome:
    facts: dict[str, Any] = {"fault": "a flood", "tried": 1_000, "survived": 999, "seconds": 1.25, "lost": ("try 7: wet",), "note": "deep"}
    return Outcome(**facts | changes)


# the program


def test_a_table_has_a_row_a_fault_and_the_sums() -> None:
    """Each kind of fault has its row; the last one has the sums; what was lost is told under its fault."""
    outcomes = [_outcome(), _outcome(fault="a fire", tried=5, survived=5, lost=(), note="")]
    assert draw_table(outcomes).splitlines()[2:] == [
        "| a flood | 1,000 | 999 | 1.2 | deep |",
        "| a fire | 5 | 5 | 1.2 |  |",
        "| all | 1,005 | 1,004 | 2.5 |  |",
    ]
    assert lost_lines(outcomes) == ["a flood: try 7: wet"]


def test_a_tally_counts_a_try_once_however_much_is_wrong_with_it() -> None:
    """A try of which no problem is named survived; one with two problems is lost once, and tells both."""
    tally = Tally("a flood")
    tally.count("first")
    tally.count("second", "", "wet", "cold")
    outcome = tally.outcome("deep")
    assert (outcome.tried, outcome.survived, outcome.lost) == (2, 1, ("second: wet", "second: cold"))


@pytest.mark.parametrize(("lost", "status"), [((), 0), (("try 7: wet",), 1)])
def test_the_program_ends_with_1_if_anything_was_lost(monkeypatch: pytest.MonkeyPatch, lost: tuple[str, ...], status: int) -> None:
    """The table is printed, then a line for all that was lost, and the exit status tells."""
    given: list[tuple[Scale, bool, float]] = []

    def flood(scale: Scale, folder: Path, random: Random) -> list[Outcome]:
        given.append((scale, folder.is_dir(), random.random()))
        return [_outcome(lost=lost)]

    monkeypatch.setattr(program, "_load", lambda *_: flood)
    result = CliRunner().invoke(program.main, ["--only", "soak", "--seed", "3", "--long"])
    assert (result.exit_code, "| a flood |" in result.stdout, "LOST a flood: try 7: wet" in result.stdout) == (status, True, bool(lost))
    assert given == [(LONG, True, Random("3 soak").random())]


def test_every_trial_is_there() -> None:
    """Each trial of the list can be loaded, and is a function."""
    assert all(callable(program._load(name, function)) for name, function in program.TRIALS)


def test_the_long_form_tries_everything_at_least_as_often() -> None:
    """No number of tries is smaller in the long form."""
    names = [field.name for field in fields(Scale) if field.name != "corpus"]
    assert all(getattr(LONG, name) >= getattr(SHORT, name) for name in names)


# processes


def test_a_process_tells_how_it_ended() -> None:
    """What work returns comes back; an exception, a signal and a hang are told instead."""

    def fail() -> str:
        raise ValueError("wet")

    def crash() -> str:
        os.kill(os.getpid(), signal.SIGSEGV)
        return ""

    def hang() -> str:
        time.sleep(60)
        return ""

    assert run_apart(lambda: "x" * 100_000, 10) == ("x" * 100_000, "")
    assert run_apart(fail, 10)[1].startswith("ValueError: wet (test_faults.py:")
    assert run_apart(crash, 10) == ("", "died of SIGSEGV")
    assert run_apart(hang, 0.1) == ("", "did not end within 0.1 s")


def test_a_process_has_no_more_memory_than_it_may() -> None:
    """Work that takes more than its share ends in a MemoryError."""
    assert run_apart(lambda: str(len(bytearray(8 << 30))), 10, memory=6 << 30)[1].startswith("MemoryError")


# operations


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Soak]:
    """Give an index of a few files, and its model."""
    soak = Soak(tmp_path, Random(1))
    yield soak
    soak.close()


def test_random_operations_agree_with_the_model(tmp_path: Path) -> None:
    """A sound index survives all operations, of every kind."""
    (outcome,) = try_operations(Scale(operations=60), tmp_path, Random(2))
    assert (outcome.tried, outcome.survived, outcome.lost) == (60, 60, ())
    assert all(name in outcome.note for name in ("added", "changed", "removed", "rebuilt", "killed", "refreshed", "damaged"))


def test_another_index_in_its_place_is_a_difference(soak: Soak, tmp_path: Path) -> None:
    """If the index holds what the sources do not, the model says so."""
    assert soak.problem() == ""
    write_version(tmp_path / "other", 1)
    indexer.rebuild(tmp_path / "other", index=tmp_path / "other-index")
    shutil.rmtree(soak.index)
    shutil.copytree(tmp_path / "other-index", soak.index)
    assert "where" in soak.problem()


def test_a_changed_turn_is_a_difference(soak: Soak) -> None:
    """If a word of one turn is not what the index has, some question finds out."""
    assert soak.calls
    call, (company, turns) = next(iter(soak.calls.items()))
    soak.calls[call] = (company, (("braudank",) * 6, *turns[1:]))
    assert any(soak.problem() for _ in range(40))


def test_a_rebuild_that_does_nothing_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If rebuilds stop to change the index, operations are lost."""
    whole, count = indexer.rebuild, iter(range(3))
    monkeypatch.setattr(indexer, "rebuild", lambda *args, **options: whole(*args, **options) if next(count, None) is not None else None)
    (outcome,) = try_operations(Scale(operations=60), tmp_path, Random(2))
    assert outcome.lost


def test_what_is_left_over_missing_or_changed_is_told(soak: Soak) -> None:
    """Files that no generation names, files that are not there, and files that were changed are told of."""
    assert orphans(soak.index) == ""
    (soak.index / "MAIN_0123456789abcdef.seg").write_bytes(b"")
    (soak.index / "earful-report.json").unlink()
    next(soak.index.glob("*.ledger")).write_bytes(b"changed")
    told = orphans(soak.index)
    assert all(part in told for part in ("MAIN_0123456789abcdef.seg is left over", "earful-report.json is missing", ".ledger: 7 bytes"))


def test_of_two_files_of_a_call_the_model_takes_the_fuller() -> None:
    """A call has the words of the file that has most; what is no transcript has no call."""
    brief, full = (File(ticker="ACM", period="Q1 2022", turns=(("bradank",) * 6,) * turns) for turns in (2, 6))
    none = File(ticker="", period="", turns=())
    assert calls_of({"a": brief, "b": full, "c": none}) == {"ACM-2022Q1": ("Acm Pumps", full.turns)}
    files: dict[str, File] = {}
    for number in range(200):
        files[f"{number % 20}"] = invent(Random(number), files, f"{number % 20}")
    sizes = [sorted(file.words for file in files.values() if file.turns and file.call == call) for call in calls_of(files)]
    assert all(len(words) < 3 and (len(words) == 1 or words[0] * 2 <= words[1]) for words in sizes)


# crowds


@pytest.fixture
def crowd(tmp_path: Path) -> tuple[Path, Path]:
    """Give sources of version 1, and their index."""
    source, index = tmp_path / "source", tmp_path / "index"
    write_version(source, 1)
    indexer.rebuild(source, index=index)
    return source, index


def test_every_answer_tells_its_version(crowd: tuple[Path, Path]) -> None:
    """Of a sound index every question gives its version, in all ways of reading."""
    _, index = crowd
    with search.open_index(index) as calls:
        assert [question(calls)[0] for question in QUESTIONS] == [1] * len(QUESTIONS)
    for way in ("anew", "with refresh", "with reopening", "by Whoosh"):
        asks = iter(range(6))
        ask = ask_with(way, index, Random(1))
        seen = read_while(lambda asks=asks: next(asks, None) is not None, ask)  # type: ignore[misc]
        assert (seen.asked, seen.versions, seen.problems) == (6, [1], []), way


def test_answers_of_two_versions_are_mixed(crowd: tuple[Path, Path], tmp_path: Path) -> None:
    """If one call is of another version, or not there, every question that sees turns finds out."""
    source, index = crowd
    write_version(tmp_path / "next", 4)
    for change in (lambda path: shutil.copy(tmp_path / "next" / path.name, path), Path.unlink):
        change(source / "call03.txt")
        indexer.rebuild(source, index=index)
        with search.open_index(index) as calls:
            for question in QUESTIONS:
                with pytest.raises(Mixed):
                    question(calls)
        assert read_while(lambda: True, ask_with("by Whoosh", index, Random(1))).problems


def test_turns_without_a_version_are_mixed() -> None:
    """Nothing found is no version."""
    with pytest.raises(Mixed, match="no version"):
        version_in([])


def test_an_older_version_after_a_newer_is_a_problem() -> None:
    """A reader must not go back."""
    answers = iter([2, 3, 2])
    left = iter(range(3))
    seen = read_while(lambda: next(left, None) is not None, lambda _: next(answers))
    assert (seen.versions, seen.problems) == ([2, 3], ["Mixed: version 2 after version 3"])


def test_a_handle_that_changes_its_answers_is_a_problem(crowd: tuple[Path, Path]) -> None:
    """As long as a handle is held, each question must have the answer it had, and all answers one version."""
    source, index = crowd
    held = Held(index, Random(1), refreshes=True)
    while held.ask(Seen()) == 1 and held._left < 2:
        pass
    write_version(source, 2)
    indexer.rebuild(source, index=index)
    held._calls.refresh()
    with pytest.raises(Mixed, match="a handle gave"):
        held.ask(Seen())


def test_two_rebuilds_of_which_none_is_done_are_lost(crowd: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """One of two rebuilds may find the index locked, not both; and whatever else is raised is lost."""
    source, index = crowd

    def tried() -> tuple[str, ...]:
        tally = Tally("two at once")
        rebuild_twice(source, index, 2, tally)
        return tally.outcome().lost

    def locked(*_: Any, **__: Any) -> None:
        raise IndexLocked("another rebuild is running")

    def broken(*_: Any, **__: Any) -> None:
        raise OSError("the disk failed")

    assert tried() == ()
    monkeypatch.setattr(indexer, "rebuild", locked)
    assert "no rebuild was done" in tried()[0]
    monkeypatch.setattr(indexer, "rebuild", broken)
    assert "OSError: the disk failed" in tried()[0]


# forgeries


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> tuple[hostile.Victim, Path]:
    """Give an index to be forged, and where a canary is to sit."""
    folder = tmp_path_factory.mktemp("hostile")
    return hostile.make_victim(folder), folder / "arena" / "canary"


def _named(victim: tuple[hostile.Victim, Path], name: str) -> Attack:
    sound, canary = victim
    attacks = attacks_on_files(sound.index, canary, 1, Random(1), is_long=False)
    return next(attack for attack in attacks if attack.name == name and "segments" in attack.kind)


@pytest.mark.parametrize("name", ["os.system, protocol 2", "eval, protocol 0", "__setstate__, protocol 4", "opcode INST"])
def test_a_store_that_loads_any_pickle_is_seen(victim: tuple[hostile.Victim, Path], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Code that a table of contents runs is seen, by its effect or as it is called; Earful's own runs none."""
    sound, canary = victim
    assert hostile.attack_one(sound, _named(victim, name), canary) == (False, [])
    monkeypatch.setattr(Store, "generation", _loading(Store.generation))
    _, problems = hostile.attack_one(sound, _named(victim, name), canary)
    assert any(problem.startswith(("it ran", "outside of the index")) for problem in problems)


def _loading(generation: Callable[[Store], int]) -> Callable[[Store], int]:
    """Give what tells the generation of an index, and loads the table of contents first, as Whoosh does."""

    def load(store: Store) -> int:
        with suppress(Exception):
            pickle.loads(parts_of_toc(next(store.folder.glob("*.toc")).read_bytes())[-1])
        return generation(store)

    return load


def test_an_index_that_is_taken_for_sound_or_answers_otherwise_is_seen(victim: tuple[hostile.Victim, Path]) -> None:
    """What must be refused and is not, and what should do no harm and does, are problems."""
    sound, canary = victim
    nothing = Attack(kind="none", name="none", forge=lambda _: None, is_harmless=True)
    assert hostile.attack_one(sound, nothing, canary) == (False, [])
    assert hostile.attack_one(sound, replace(nothing, is_refused=True), canary)[1] == ["it was taken for sound"]
    gone = replace(nothing, forge=lambda index: next(index.glob("*.toc")).unlink())
    (problem,) = hostile.attack_one(sound, gone, canary)[1]
    assert problem.startswith("it answered otherwise")


def test_a_crash_a_hang_and_much_memory_are_seen(victim: tuple[hostile.Victim, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies, does not end, or takes a gigabyte is told of."""
    sound, canary = victim
    nothing = Attack(kind="none", name="none", forge=lambda _: None)
    told = []
    for ask in (lambda _: os.kill(os.getpid(), signal.SIGSEGV), lambda _: time.sleep(60), _take_memory):
        monkeypatch.setattr(hostile, "ask_all", ask)
        monkeypatch.setattr(hostile, "_TIMEOUT_S", 0.2 if ask is not _take_memory else 20)
        monkeypatch.setattr(hostile, "_MOST_RESIDENT", 100 << 20)
        told += hostile.attack_one(sound, nothing, canary)[1]
    assert told[:2] == ["died of SIGSEGV", "did not end within 0.2 s"]
    assert told[2].startswith("it took")


def _take_memory(index: Path) -> battery.Faced:
    assert len(b"x" * (150 << 20)) > 0
    return battery.ask_all(index)


def test_every_forgery_changes_what_it_says(victim: tuple[hostile.Victim, Path], tmp_path: Path) -> None:
    """Names of forgeries are unique in their kind, and each does something to an index."""
    sound, canary = victim
    stop_rebuild(sound.source, tmp_path / "stopped")
    assert (tmp_path / "stopped" / ".work" / "journal").stat().st_size > 1_000
    assert list((tmp_path / "stopped").glob(".work/part-*/done"))
    attacks = [
        *attacks_on_files(sound.index, canary, 2, Random(1), is_long=True),
        *attacks_on_papers(sound.index),
        *attacks_beside(sound.source, sound.index, tmp_path / "stopped", canary),
    ]
    names = [(attack.kind, attack.name) for attack in attacks]
    assert len(set(names)) == len(names) > 1_000
    for attack in Random(2).sample(attacks, 60):
        copy = tmp_path / "copy"
        shutil.copytree(sound.index, copy)
        attack.forge(copy)
        assert _state(copy) != _state(sound.index), attack.name
        shutil.rmtree(copy)


def _state(index: Path) -> dict[str, str]:
    """Give what each file of an index is, without opening what is none."""
    paths = {str(path.relative_to(index)): path for path in index.rglob("*")}
    return {name: digest_of(path.read_bytes()) if _is_file(path) else str(path.lstat().st_mode) for name, path in paths.items()}


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


# questions


def test_an_error_must_be_one_short_line() -> None:
    """Errors of several lines, or of thousands of characters, are problems."""
    assert battery.problem_of(EarfulError("no index", hint="build one")) == ""
    assert "characters" in battery.problem_of(EarfulError("x" * 3_000))


def test_an_error_that_is_not_its_own_is_a_problem(victim: tuple[hostile.Victim, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is raised but an EarfulError is told of; the other questions are asked."""
    sound, _ = victim
    monkeypatch.setitem(battery._ASKED, "phrase", lambda _: {}["wet"])  # type: ignore[index]
    faced = battery.ask_all(sound.index)
    assert faced.problems == ("phrase: KeyError: 'wet'",)
    assert set(faced.answers) == set(sound.faced.answers) - {"phrase"}


# flips


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> flips.Sound:
    """Give an index in which bits are to flip."""
    return flips.make_sound(tmp_path_factory.mktemp("flips"))


def test_the_parts_of_a_file_are_all_of_it(sound: flips.Sound) -> None:
    """Every byte of every file is in one part; every part is drawn before one is drawn twice."""
    for file, data in sound.files.items():
        covered = sorted(one for ranges in flips.regions_of(file, data).values() for one in ranges)
        ends = [0, *(end for _, end in covered)]
        gaps = [data[end:start] for end, (start, _) in zip(ends, covered, strict=False)]
        assert ends[-1] == len(data), file
        assert not any(b"".join(gaps)), file
    parts = sum(len(flips.regions_of(file, data)) for file, data in sound.files.items())
    drawn = flips.draw_flips(sound, parts, Random(1))
    assert len({(flip.file, flip.part) for flip in drawn}) == parts > 200


def _flip(sound: flips.Sound, ending: str, **changes: Any) -> flips.Flip:
    return next(replace(flip, **changes) for flip in flips.draw_flips(sound, 400, Random(1)) if flip.file.endswith(ending))


def test_a_flip_that_is_found_and_mended_is_survived(sound: flips.Sound, tmp_path: Path) -> None:
    """Flips in a segment, in the table of contents and in what is saved are named, told, and mended."""
    some = [_flip(sound, ending, is_rebuilt=True) for ending in (".seg", ".toc", "watches.json")]
    told = [(flip, problems) for flip, _, problems in flips.judge_all(sound, some, tmp_path)]
    assert told == [(flip, []) for flip in some]


def test_a_store_that_does_not_check_is_seen(sound: flips.Sound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If nobody compares checksums, wrong answers and a check that finds nothing are problems."""
    drawn = (flip for flip in flips.draw_flips(sound, 8_000, Random(1)) if flip.part in ("texts.block 1", "words.doc_ids 1"))
    some = [replace(flip, is_rebuilt=False) for flip in islice(drawn, 8)]
    monkeypatch.setattr(Store, "check", lambda _: [])
    monkeypatch.setattr("indexer.codec.checks.Sums._compare", lambda *_: None)
    told = [problems for _, _, problems in flips.judge_all(sound, some, tmp_path)]
    assert all("earful check does not name the file" in problems for problems in told)
    assert any(problem.endswith("is answered wrongly") for problems in told for problem in problems)


def test_an_answer_that_differs_is_wrong(sound: flips.Sound, tmp_path: Path) -> None:
    """Each answer must be the one that the sound index gives."""
    answers = {**sound.faced.answers, "phrase": "another"}
    other = replace(sound, faced=replace(sound.faced, answers=answers))
    ((_, _, problems),) = flips.judge_all(other, [_flip(sound, ".ledger", is_rebuilt=False)], tmp_path)
    assert problems == ["phrase is answered wrongly"]


def test_a_crash_is_laid_to_the_flip_that_caused_it(sound: flips.Sound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If one flip of several ends the process, that one is lost, and the others are tried all the same."""
    some = flips.draw_flips(sound, 5, Random(1))
    judged = flips.judge

    def judge(sound: flips.Sound, flip: flips.Flip, index: Path) -> tuple[bool, list[str]]:
        if flip == some[2]:
            os.kill(os.getpid(), signal.SIGBUS)
        return judged(sound, flip, index)

    monkeypatch.setattr(flips, "judge", judge)
    told = {str(flip): problems for flip, _, problems in flips.judge_all(sound, some, tmp_path)}
    assert told == {str(flip): ["died of SIGBUS"] if flip == some[2] else [] for flip in some}

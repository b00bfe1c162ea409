"""The phrases that put an answer off are read as the analyzer reads speech; a user's file adds to ours."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import search
from indexer.analysis import words
from indexer.errors import InvalidTable
from search.deferrals import load_deferrals
from search.synonyms import entries

_SHIPPED = [tuple(words(line)) for _, line in entries(Path(search.__file__).with_name("deferrals.txt"))]


def _put(folder: Path, *lines: str) -> Path:
    path = folder / "cues.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _holds(phrase: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(phrase[start : start + len(part)] == part for start in range(len(phrase)))


# the phrases that ship


def test_every_shipped_phrase_has_words_and_stands_once() -> None:
    """Each line that is no comment is a phrase of two words or more, for one word alone tells nothing; none stands on two lines."""
    assert [phrase for phrase in _SHIPPED if len(phrase) < 2] == []
    assert [phrase for phrase, lines in Counter(_SHIPPED).items() if lines > 1] == []
    assert 40 <= len(_SHIPPED) <= 200


def test_no_shipped_phrase_is_part_of_another() -> None:
    """A longer phrase that holds a shorter one would find nothing new."""
    assert [(long, short) for long in _SHIPPED for short in _SHIPPED if long != short and _holds(long, short)] == []


@pytest.mark.parametrize("said", ["don’t disclose", "Stay tuned", "not going to comment", "early to say", "get back to you"])
def test_the_shipped_phrases_are_as_said(said: str) -> None:
    """A phrase as a transcript has it, with its apostrophe and capitals, is one of them as words."""
    assert tuple(words(said)) in load_deferrals()


@pytest.mark.parametrize("said", ["hard to say", "more to come", "can't tell you"])
def test_phrases_that_seldom_defer_are_left_out(said: str) -> None:
    """What mostly begins an answer, or tells of good things to come, is no cue."""
    assert tuple(words(said)) not in load_deferrals()


def test_the_longest_stand_first() -> None:
    """Phrases go by their number of words, most first, and else as in the file."""
    found = load_deferrals()
    assert sorted(map(len, found), reverse=True) == [len(phrase) for phrase in found]
    assert [phrase for phrase in found if len(phrase) == 3] == [phrase for phrase in _SHIPPED if len(phrase) == 3]
    assert set(found) == set(_SHIPPED)


# a user's file


def test_a_users_file_adds_phrases(tmp_path: Path) -> None:
    """Its phrases come after ours of the same length; empty lines and comments say nothing, a phrase known already is one."""
    path = _put(
        tmp_path, "\ufeff# ours", "", "  Ask the Pump-Room  ", "ask us at the next pump show please", "stay tuned", "ask the pump room"
    )
    own = load_deferrals(path)
    assert own[0] == ("ask", "us", "at", "the", "next", "pump", "show", "please")
    assert [phrase for phrase in own if len(phrase) == 4][-1] == ("ask", "the", "pump", "room")
    assert Counter(own).most_common(1)[0][1] == 1
    assert set(own) - set(load_deferrals()) == {own[0], ("ask", "the", "pump", "room")}


@pytest.mark.parametrize("line", ["--", "[ph]", "stay tuned | ask us"])
def test_a_line_that_is_no_phrase_is_told(tmp_path: Path, line: str) -> None:
    """The error names the file, the line and how a phrase is written."""
    path = _put(tmp_path, "# mine", "ask the pump room", line)
    with pytest.raises(InvalidTable) as caught:
        load_deferrals(path)
    assert str(caught.value) == f"{path}, line 3: {line!r} is no phrase; write one phrase a line: too early to say"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file, a folder and another encoding are errors that name the path, in one line."""
    (tmp_path / "latin.txt").write_bytes("été".encode("latin-1"))
    for path in (tmp_path / "nosuch.txt", tmp_path, tmp_path / "latin.txt"):
        with pytest.raises(InvalidTable, match=r"cannot be read: .*; give a text file in UTF-8$") as caught:
            load_deferrals(path)
        assert str(caught.value).startswith(str(path))

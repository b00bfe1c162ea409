"""Words that mean the same on an earnings call are found for each other; a user's table adds to ours."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import search
from indexer.analysis import words
from indexer.errors import InvalidTable
from indexer.printable import printable
from search.synonyms import Synonyms, entries, load_synonyms

_TABLE = Path(search.__file__).with_name("synonyms.txt")
_LINES = [[tuple(words(member)) for member in line.split("|")] for _, line in entries(_TABLE)]


def _load(folder: Path, *lines: str) -> Synonyms:
    """Load the table that ships with these lines in a file of the user's."""
    return load_synonyms(_put(folder, *lines))


def _put(folder: Path, *lines: str) -> Path:
    path = folder / "words.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _of(synonyms: Synonyms, text: str) -> list[str]:
    return [" ".join(member) for member in synonyms.of(tuple(words(text)))]


# the table that ships


def test_every_line_of_the_shipped_table_is_a_group() -> None:
    """Each line that is no comment has two members or more, all of them words."""
    assert [line for line in _LINES if len(line) < 2 or not all(line)] == []
    assert len(_LINES) > 80


def test_no_member_of_the_shipped_table_stands_twice() -> None:
    """No word or phrase is in two groups, or twice in one: the groups would be one."""
    assert [member for member, lines in Counter(member for line in _LINES for member in line).items() if lines > 1] == []


def test_members_find_each_other() -> None:
    """Of a group of the table that ships, each member gives all the others, in the table's order."""
    synonyms = load_synonyms()
    wrong = [line for line in _LINES for member in line if synonyms.of(member) != tuple(other for other in line if other != member)]
    assert wrong == []


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("M&A", "mergers and acquisitions"),
        ("free cash flow", "fcf"),
        ("CAPEX", "capital spending"),
        ("year-over-year", "yoy"),
        ("the Fed", "federal reserve"),
        ("basis points", "bps"),
        ("share repurchase", "buyback"),
    ],
)
def test_the_shipped_table_knows_the_trade(sought: str, found: str) -> None:
    """Words as a user writes them find what else says the same."""
    assert found in _of(load_synonyms(), sought)


@pytest.mark.parametrize("sought", ["guidance", "revenue", "comps", "AR", "comp", "fed", "non-GAAP", "zebra"])
def test_what_means_different_things_has_no_synonyms(sought: str) -> None:
    """Words that people use for different things are in no group, nor is a part of a phrase."""
    assert _of(load_synonyms(), sought) == []


def test_no_words_have_no_synonyms() -> None:
    """A leaf without words gives nothing."""
    assert load_synonyms().of(()) == ()


def test_the_shipped_table_is_read_once() -> None:
    """A second call gives the table that the first one read."""
    assert load_synonyms() is load_synonyms()


# inflections


@pytest.mark.parametrize("sought", ["pump", "pumps", "pumping", "pump's"])
def test_a_word_is_found_by_its_inflections(tmp_path: Path, sought: str) -> None:
    """A form of a member gives the group."""
    assert "water mover" in _of(_load(tmp_path, "pump | water mover"), sought)


def test_a_phrase_is_found_by_its_last_word_inflected(tmp_path: Path) -> None:
    """`water movers` is a form of `water mover`; `waters mover` is none. Only the words sought are left out."""
    synonyms = _load(tmp_path, "pump | water mover")
    assert _of(synonyms, "water movers") == ["pump", "water mover"]
    assert _of(synonyms, "waters mover") == []


def test_an_abbreviation_has_a_plural_and_no_other_form(tmp_path: Path) -> None:
    """Boeing is no form of BOE; in small letters the same member would be a verb."""
    synonyms = _load(tmp_path, "ZOE | zonal equivalent", "zed | last letter")
    assert [bool(_of(synonyms, sought)) for sought in ("ZOE", "zoe", "ZOEs", "ZOE's", "zoeing", "zoed")] == [True] * 4 + [False] * 2
    assert _of(synonyms, "zedding") == ["zed", "last letter"]
    assert _of(load_synonyms(), "Boeing") == _of(load_synonyms(), "cog") == []


# a user's table


def test_a_users_table_adds_groups(tmp_path: Path) -> None:
    """Lines are groups of words and phrases; empty lines, comments and blanks around the bars say nothing."""
    synonyms = _load(tmp_path, "\ufeff# ours", "", "  pump|water mover |  PMP-7", "  # and no more")
    assert _of(synonyms, "pump") == ["water mover", "pmp 7"]
    assert _of(synonyms, "PMP-7") == ["pump", "water mover"]
    assert _of(synonyms, "M&A") == _of(load_synonyms(), "M&A")


def test_a_member_known_already_joins_its_group(tmp_path: Path) -> None:
    """A line with a member of another group adds to that group, behind what it had."""
    own = _load(tmp_path, "growth spending | capex")
    assert _of(own, "capital spending") == [
        "capex",
        *(other for other in _of(load_synonyms(), "capital spending") if other != "capex"),
        "growth spending",
    ]
    assert _of(own, "growth spending") == ["capex", *_of(load_synonyms(), "capex")]
    assert _of(load_synonyms(), "growth spending") == []


def test_a_line_can_join_two_groups(tmp_path: Path) -> None:
    """What means the same as two things makes one of them."""
    synonyms = _load(tmp_path, "pump | mover", "engine | motor", "motor | drive | mover")
    assert _of(synonyms, "pump") == ["mover", "engine", "motor", "drive"]
    assert len({number for member, number in synonyms.group_of.items() if member in {("pump",), ("drive",)}}) == 1


def test_forms_of_one_word_in_two_groups_give_both(tmp_path: Path) -> None:
    """`buyback` is of the table, `buybacks` of the user's: each is a form of the other."""
    assert {"share repurchase", "payout"} <= set(_of(_load(tmp_path, "buybacks | payout"), "buybacks"))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("pump", "is no group"),
        ("pump = mover", "is no group"),
        ("pump |", "is no group"),
        ("pump || mover", "is no group"),
        ("|", "is no group"),
        ("pump | --", "has '--', which is no word"),
        ("pump | [ph]", "has '[ph]', which is no word"),
    ],
)
def test_a_line_that_is_no_group_is_told(tmp_path: Path, line: str, wrong: str) -> None:
    """The error names the file, the line, what is wrong and how a group is written."""
    path = _put(tmp_path, "# mine", "engine | motor", line)
    with pytest.raises(InvalidTable) as caught:
        load_synonyms(path)
    assert str(caught.value) == f"{path}, line 3: {line!r} {wrong}; write: word | other word or phrase"


def test_a_table_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file, a folder, another encoding and a path that cannot be are errors that name the path, in one line."""
    (tmp_path / "latin.txt").write_bytes("été | summer".encode("latin-1"))
    for path in (tmp_path / "nosuch.txt", tmp_path, tmp_path / "latin.txt", "a\0b"):
        with pytest.raises(InvalidTable, match=r"cannot be read: .*; give a text file in UTF-8$") as caught:
            load_synonyms(path)
        assert str(caught.value).startswith(printable(str(path)))

"""The many names that a firm is published under come out as one; a user's table adds to ours and overrules it."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import indexer
from indexer.errors import InvalidTable
from indexer.firms import FirmTable, load_firms

_SHIPPED = (Path(indexer.__file__).parent / "firms.txt").read_text(encoding="utf-8").splitlines()
_ENTRIES = [line.partition("=") for line in _SHIPPED if line.strip() and not line.startswith("#")]
_FORMS = {name.strip(): [form.strip() for form in others.split("|")] for name, _, others in _ENTRIES}


def _put(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_page_of_words_is_no_firm(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is longer than any firm's name stays as it is and costs nothing: legal forms are not taken off one by one."""
    table = load_firms()
    monkeypatch.setattr("indexer.firms._bare", pytest.fail)
    page = "Kestrel" + " Co" * 100_000
    assert table.name_of(page) == page
    assert not table.knows(page)


def test_the_table_knows_what_it_has() -> None:
    """Firms and their other names are known, however spelt; nothing else is."""
    table = FirmTable(["Kestrel = Kestrel Securities"])
    assert [table.knows(name) for name in ("Kestrel", "KESTREL SECURITIES, LLC", "Lowmoor", "")] == [True, True, False, False]


# the table that ships


def test_every_line_of_the_shipped_table_is_an_entry() -> None:
    """Each line that is no comment names one firm and the other names of it, none empty, and no firm has two lines."""
    assert [(line, equals) for line, equals, others in _ENTRIES if not (line.strip() and equals and others.strip())] == []
    assert [(name, form) for name, forms in _FORMS.items() for form in forms if not form] == []
    assert [name for name, lines in Counter(name.strip() for name, _, _ in _ENTRIES).items() if lines > 1] == []
    assert len(_FORMS) > 100


def test_no_name_is_another_firm_s() -> None:
    """Every name and other name in the table means the firm of its own line, whatever is left out or folded when names are compared."""
    table = load_firms()
    assert [(form, table.name_of(form)) for name, forms in _FORMS.items() for form in (name, *forms) if table.name_of(form) != name] == []


@pytest.mark.parametrize(
    ("published", "name"),
    [
        ("Baird", "Baird"),
        ("RW Baird", "Baird"),
        ("Robert W. Baird & Co. Incorporated, Research Division", "Baird"),
        ("ROBERT W BAIRD & CO", "Baird"),
        ("JPMorgan", "JPMorgan"),
        ("J.P. Morgan", "JPMorgan"),
        ("JP Morgan Chase & Co, Research Division", "JPMorgan"),
        ("JPMorgan Chase & Co.", "JPMorgan"),
        ("J.P. Morgan Securities LLC", "JPMorgan"),
        ("J. P. Morgan", "JPMorgan"),
        ("Citi", "Citi"),
        ("Citigroup Inc. Exchange Research", "Citi"),
        ("Citi Group", "Citi"),
        ("Citigroup Inc., Research Division", "Citi"),
        ("KBW", "KBW"),
        ("Keefe, Bruyette, & Woods, Inc., Research Division", "KBW"),
        ("Keefe, Bruyette & Woods", "KBW"),
        ("Keefe Bruyette and Woods", "KBW"),
        ("BofA Merrill Lynch, Research Division", "Bank of America"),
        ("Bank of America/Merrill Lynch", "Bank of America"),
        ("BofA-Merrill Lynch", "Bank of America"),
        ("Sanford C. Bernstein & Co., LLC., Research Division", "Bernstein"),
        ("Needham & Company, LLC, Research Division", "Needham"),
        ("Sandler O’Neill + Partners, L.P., Research Division", "Sandler O'Neill"),
        ("Evercore ISI Institutional Equities, Research Division", "Evercore ISI"),
        ("Société Générale", "Societe Generale"),
        ("Deutsche Bank AG, Research Division", "Deutsche Bank"),
        ("Stephens Inc.", "Stephens"),
        ("HSBC Securities (USA) Inc.", "HSBC"),
        ("The Buckingham Research Group Incorporated", "Buckingham Research"),
        ("Piper Jaffray Companies, Research Division", "Piper Sandler"),
        ("D. A. Davidson & Co.", "D.A. Davidson"),
        ("Stifel, Nicolaus & Company, Incorporated, Research Division", "Stifel"),
        ("William Blair & Company L.L.C.", "William Blair"),
        ("TD Cowen", "Cowen"),
    ],
)
def test_brokers_are_known_by_all_their_names(published: str, name: str) -> None:
    """Departments, legal forms, brackets, case, accents, dots, dashes and ampersands do not make another firm of one."""
    assert load_firms().name_of(published) == name


@pytest.mark.parametrize(
    ("published", "name"),
    [
        ("Pell & Harrow", "Pell & Harrow"),
        ("Pell & Harrow, LLC, Research Division", "Pell & Harrow"),
        ("Pell & Harrow & Co., Inc., Research Department", "Pell & Harrow"),
        ("Kestrel Securities (Europe) Limited", "Kestrel Securities"),
        ("Kestrel [Broker]", "Kestrel"),
        ("Kestrel S.A., Equity Research Division (Paris)", "Kestrel"),
        ("Kestrel Pvt. Ltd.", "Kestrel"),
        ("Ostrander and Company", "Ostrander"),
        ("Ostrander + Co., LLC", "Ostrander"),
        ("Ostrander Research Partners", "Ostrander Research Partners"),
        ("Fable Bank AG", "Fable Bank"),
        ("Fable Bank Group Holdings", "Fable Bank Group Holdings"),
        ("Incline Partners", "Incline Partners"),
        ("Été Capital", "Été Capital"),
        ("Company", "Company"),
        ("Research Division", "Research Division"),
        ("(USA)", "(USA)"),
        ("", ""),
    ],
)
def test_an_unknown_firm_keeps_its_name(published: str, name: str) -> None:
    """A firm that is in no table loses its department, brackets and legal form, and no more; never its whole name."""
    assert load_firms().name_of(published) == name


_PARTS = st.sampled_from(
    [
        *("Pell", "Harrow", "Kestrel", "Baird", "Morgan", "JP", "J.P.", "Stanley", "The", "and", "&", "Bank", "Research", "Securities"),
        *(
            "Co.",
            ", Inc.",
            ", LLC",
            "Ltd",
            "Limited",
            "S.A.",
            "Company",
            ", Research Division",
            "Equity Research",
            "(USA)",
            "[Broker]",
            ",",
        ),
    ]
)


@given(st.lists(_PARTS, max_size=6).map(" ".join) | st.sampled_from([form for forms in _FORMS.values() for form in forms]))
@settings(max_examples=500)
def test_a_firm_s_name_is_its_own(published: str) -> None:
    """A firm that has been given its name keeps it when asked again, and has one as soon as something was published."""
    name = load_firms().name_of(published)
    assert load_firms().name_of(name) == name
    assert bool(name.strip()) is bool(published.strip())


# a user's table


def test_a_user_s_table_adds_and_overrules(tmp_path: Path) -> None:
    """Entries of a user are known beside ours and count before them; without the file ours is as it was."""
    own = load_firms(_put(tmp_path / "firms.txt", "# ours", "", "Pell = Pell & Harrow | PH Bank", "TD Cowen =", "  Fable Bank=Fable  "))
    assert [own.name_of(firm) for firm in ("Pell & Harrow, LLC, Research Division", "P.H. Bank", "TD Cowen", "Cowen", "fable inc.")] == [
        "Pell",
        "Pell",
        "TD Cowen",
        "Cowen",
        "Fable Bank",
    ]
    assert [load_firms().name_of(firm) for firm in ("Pell & Harrow", "TD Cowen")] == ["Pell & Harrow", "Cowen"]


def test_a_firm_that_a_user_names_anew_stays_one(tmp_path: Path) -> None:
    """A user who gives a known firm another name gives it to all names the firm is published under."""
    own = load_firms(_put(tmp_path / "firms.txt", "R. W. Baird = Baird"))
    assert {own.name_of(firm) for firm in ("Baird", "RW Baird", "Robert W. Baird & Co. Incorporated, Research Division")} == {"R. W. Baird"}


def test_a_firm_that_a_user_spells_otherwise_stays_one(tmp_path: Path) -> None:
    """Another spelling of a known firm's name, with more names or without, is no second firm."""
    own = load_firms(_put(tmp_path / "firms.txt", "BAIRD = Baird Europe"))
    assert {own.name_of(firm) for firm in ("Baird", "RW Baird", "Baird Europe Ltd")} == {"BAIRD"}


def test_of_two_entries_the_later_counts() -> None:
    """A name that stands on two lines means the firm of the last one."""
    assert FirmTable(["Pell = Harrow", "Kestrel = Harrow"]).name_of("Harrow") == "Kestrel"


@pytest.mark.parametrize("line", ["Baird", "= RW Baird", "  = ", "Baird: RW Baird", "Baird | RW Baird"])
def test_a_line_that_is_no_entry_is_told(tmp_path: Path, line: str) -> None:
    """The error names the file, the line and how an entry is written."""
    path = _put(tmp_path / "firms.txt", "# mine", "Pell = Harrow", line)
    with pytest.raises(InvalidTable) as caught:
        load_firms(path)
    assert str(caught.value) == f"{path}, line 3: {line.strip()!r} is no entry; write: Name = other name | other name"


def test_a_table_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file, a folder and a file in another encoding are errors that name the path and what to do, in one line."""
    (tmp_path / "latin.txt").write_bytes("Été = Ete".encode("latin-1"))
    for path in (tmp_path / "nosuch.txt", tmp_path, tmp_path / "latin.txt"):
        with pytest.raises(InvalidTable, match=r"cannot be read: .*; give a text file in UTF-8$") as caught:
            load_firms(path)
        assert str(caught.value).startswith(f"{path} ")


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    """A table from an editor that begins files with a mark is read as any other, whatever its first line is."""
    for first in ("Pell = Harrow", "# mine\nPell = Harrow"):
        path = tmp_path / "firms.txt"
        path.write_text(first, encoding="utf-8-sig")
        assert load_firms(path).name_of("Harrow") == "Pell"


def test_a_changed_table_is_read_again(tmp_path: Path) -> None:
    """A table that was written to between two rebuilds of one process counts as it is now."""
    path = _put(tmp_path / "firms.txt", "Pell = Harrow")
    first = load_firms(path)
    _put(path, "Pole = Harrow")
    os.utime(path, ns=(0, 0))
    assert (first.name_of("Harrow"), load_firms(path).name_of("Harrow")) == ("Pell", "Pole")
    assert load_firms(str(path)).digest != first.digest


# what identifies a table


def _digest(*lines: str) -> str:
    return FirmTable(lines).digest


def test_the_digest_is_of_what_the_table_says() -> None:
    """Comments, empty lines and blanks around names say nothing; a name more, less, elsewhere or otherwise does."""
    assert _digest("Pell = Harrow|PH") == _digest("# mine", "", " Pell=Harrow | PH ")
    tables = [
        ("Pell = Harrow | PH",),
        ("Pell = Harrow",),
        ("Pell = PH | Harrow Bank",),
        ("Pole = Harrow | PH",),
        ("Harrow = Pell | PH",),
        ("Pell = Harrow", "PH ="),
        ("Pell =", "Harrow = PH"),
        ("Pell = Harrow | PH", "Kestrel = PH"),
        (),
    ]
    assert len({_digest(*table) for table in tables}) == len(tables)


def test_a_user_s_table_has_a_digest_of_its_own(tmp_path: Path) -> None:
    """With a user's entries the digest is another than ours alone, and the same wherever the file lies."""
    one, other = (load_firms(_put(tmp_path / name, "Pell = Harrow")) for name in ("one.txt", "other.txt"))
    assert one.digest == other.digest != load_firms().digest
    assert load_firms().digest == FirmTable(_SHIPPED).digest


_NAMES = st.sampled_from(["Pell", "PELL", "Harrow", "PH", "Kestrel"])
_TABLES = st.lists(st.tuples(_NAMES, st.lists(_NAMES, max_size=2)), max_size=3).map(
    lambda entries: [f"{name} = {' | '.join(forms)}" for name, forms in entries]
)
_ASKED = ("Pell", "Harrow", "PH", "Kestrel")


@given(_TABLES, _TABLES)
@settings(max_examples=300)
def test_tables_of_one_digest_name_alike(one: list[str], other: list[str]) -> None:
    """Two tables that name any firm otherwise never pass for one another."""
    tables = FirmTable(one), FirmTable(other)
    named = [[table.name_of(firm) for firm in _ASKED] for table in tables]
    assert tables[0].digest != tables[1].digest or named[0] == named[1]


@given(_TABLES)
@settings(max_examples=300)
def test_in_any_table_a_firm_s_name_is_its_own(lines: list[str]) -> None:
    """However the lines of a table overrule one another, no firm is called by what is another name of it."""
    table = FirmTable(lines)
    assert [firm for firm in _ASKED if table.name_of(table.name_of(firm)) != table.name_of(firm)] == []

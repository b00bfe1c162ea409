"""Reading ends soon, in little memory, with sound calls or a reason, whatever it is given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from indexer.reading import _MOST_LINES
from indexer.sources import LARGEST
from tests.facts import golden_sources
from tests.hostile import PIECES, load_sources, make_case, piece

ROOT = Path(__file__).resolve().parents[1]

# The layout that a piece is made for, or costs most: a golden source -> pieces. All others cost Motley Fool's texts without line
# breaks most.
DEAR = {
    "ashgrove-agev-q2-2025.txt": ["numbered names", "headings", "control characters", "rulers"],
    "brightmoor-brmf-q2-2025.txt": ["titles glued", "headers alone"],
    "calderbay-cbay-q3-2025.txt": ["names who speak", "one last name", "names over offices", "a roster", "names on lines"],
    "fennimore-fnmc-q2-2015.html": ["offices said", "spaces", "dashes", "capitalised words", "colons", "double encoding"],
    "ferntea-fntl-q2-2026.txt": ["translations", "byte order marks"],
    "graystoke-kayak-q4-2024.txt": ["bold tags", "lines of people"],
    "greywacke-gwsb-q2-2016.txt": ["a roster with bullets", "combining marks", "marks of another script"],
    "harrowgate-hwgt-q1-2025.html": ["lone surrogates as entities", "marks as entities", "nested tags", "long attributes"],
    "hollowfen-hfsd-q3-2025.txt": ["honorifics at line ends", "short lines"],
    "kaveripet-kvfans-q2-fy26.txt": ["names with colons", "names without an operator", "adverts", "half surrogates"],
    "lumenfold-lmfd-q1-2026.txt": ["two who ask each other"],
    "osmere-osmr-fq1-2026.txt": ["page furniture", "dots to page numbers"],
}
ELSEWHERE = "copperline-clfy-q2-2019.txt"
SIZE = 2_000_000


def _python(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, which may fork and set limits."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={"TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )


def test_damaged_sources_are_read_or_refused(tmp_path: Path) -> None:
    """Hundreds of damaged golden sources give sound calls or a reason, each within the limits of time and memory."""
    done = _python(tmp_path, "-m", "tests.fuzz", "--golden", "--seed", "1", "--cases", "500", "--minutes", "30")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| all | 500 |" in done.stdout


@pytest.mark.parametrize("name", PIECES)
def test_hostile_pieces(tmp_path: Path, name: str) -> None:
    """Megabytes of one thing inside a call, as many lines as are read at all, cost no more than the limits of time and memory."""
    stem = next((stem for stem, pieces in DEAR.items() if name in pieces), ELSEWHERE)
    data = next(path.read_bytes() for path in golden_sources() if path.name == stem)
    middle = data.find(b"\n", len(data) // 2) + 1
    lines = piece(name, SIZE).split(b"\n")[: _MOST_LINES * 9 // 10]
    (tmp_path / "hostile").write_bytes(data[:middle] + b"\n".join(lines) + b"\n" + data[middle:])
    done = _python(tmp_path, "-m", "tests.fuzz", str(tmp_path / "hostile"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| all | 1 |" in done.stdout


def test_a_hostile_page_without_headings(tmp_path: Path) -> None:
    """Accents upon accents, written as entities, cost no more where a publisher's marks are looked for than in speech."""
    (tmp_path / "hostile").write_bytes(b"<html><p>Seeking Alpha</p><p>" + piece("marks as entities", SIZE))
    done = _python(tmp_path, "-m", "tests.fuzz", str(tmp_path / "hostile"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_piece_is_put_somewhere() -> None:
    """The table of dear pieces names pieces and golden sources that there are, each piece once."""
    dear = [name for pieces in DEAR.values() for name in pieces]
    assert len(dear) == len(set(dear))
    assert set(dear) <= set(PIECES)
    assert {*DEAR, ELSEWHERE} <= {path.name for path in golden_sources()}


READER = """
import os, warnings
from tests import fuzz
from tests.hostile import Case

def read_bytes(data, *, source):
    {body}

fuzz.MOST_SECONDS = 1
fuzz.read_bytes = read_bytes
[(_, outcome)] = fuzz.run([Case(name="case", data=b"")])
print(outcome.verdict)
"""


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("while True: pass", "more than 1 s"),
        ("return bytes(600_000_000)", "MemoryError at "),
        ("os.abort()", "died of signal 6"),
        ("raise KeyError('pears')", "KeyError at <string>:7: 'pears'"),
        ("return read_bytes(data, source=source)", "RecursionError at "),
        ("warnings.warn('old pears')", "UserWarning at "),
        ("return ()", "not so: "),
        ("raise fuzz.SourceError('')", "refused without a reason in one line: "),
        ("raise fuzz.SourceError('no pears')", "refused"),
    ],
)
def test_what_a_reader_must_not_do_is_found(tmp_path: Path, body: str, verdict: str) -> None:
    """Endless time, memory, death, exceptions, warnings and refusals without a reason are findings; a refusal with one is not."""
    done = _python(tmp_path, "-c", READER.replace("{body}", body))
    assert done.stdout.startswith(verdict), done.stdout + done.stderr


def test_findings_are_kept(tmp_path: Path) -> None:
    """A run that finds something keeps the case, tells where, and fails."""
    wrong = READER.replace("{body}", "raise KeyError('pears')").partition("fuzz.MOST_SECONDS")[0]
    done = _python(
        tmp_path, "-c", f"import sys; sys.argv[1:] = ['--golden', '--cases', '1']{wrong}fuzz.read_bytes = read_bytes; fuzz.main()"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    (kept,) = tmp_path.glob("earful-fuzz-*/0-0")
    assert f": {kept}\n" in done.stdout
    assert kept.read_bytes() == make_case("0-0", load_sources(Random("0"), None)).data


def test_a_case_can_be_made_again() -> None:
    """The same seed gives the same case, another seed another; none is larger than the largest file."""
    sources = load_sources(Random("1"), None)
    cases = [make_case(str(seed), sources) for seed in range(40)]
    assert cases == [make_case(str(seed), sources) for seed in range(40)]
    assert len({case.data for case in cases}) == 40
    assert max(len(case.data) for case in cases) <= LARGEST


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_has_the_size_asked_for(name: str) -> None:
    """Any piece goes on as long as is wanted."""
    assert [len(piece(name, size)) for size in (0, 1, 100_000)] == [0, 1, 100_000]

"""Reading ends soon, in little memory, with sound calls or a reason, whatever it is given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _python(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, which may fork and sets limits."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={"TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )


def test_damaged_sources_are_read_or_refused(tmp_path: Path) -> None:
    """Dozens of damaged golden sources give sound calls or a reason, each within the limits of time and memory."""
    done = _python(tmp_path, "-m", "tests.fuzz", "--golden", "--seed", "1", "--cases", "60", "--minutes", "30")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| all | 60 |" in done.stdout

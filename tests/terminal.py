"""What does a command show on a terminal? Runs `earful` on one of its own, and reads what it draws."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping

__all__ = ["run_on_a_terminal"]


def run_on_a_terminal(*arguments: str, environment: Mapping[str, str], talk: bool = True) -> tuple[int, str]:
    """Run `python -m search` on a terminal of 80 columns; give its status, and what it showed with plain line ends.

    Args:
        arguments: Of the command.
        environment: Variables beside those of this process.
        talk: Whether what it says on standard error is shown, too.
    """
    control, terminal = pty.openpty()
    command = [sys.executable, "-m", "search", *arguments]
    variables = {**os.environ, "COLUMNS": "80", **environment}
    error = subprocess.STDOUT if talk else subprocess.DEVNULL
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=error, env=variables) as process:
        os.close(terminal)
        shown = b""
        while True:
            try:
                part = os.read(control, 65536)
            except OSError:  # Linux's way to say that the other side is closed
                break
            if not part:
                break
            shown += part
    os.close(control)
    return process.returncode, shown.decode().replace("\r\n", "\n")

"""What does a job tell a machine that watches it? JSON lines: one a file, and one for all of it."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import Any, TextIO

from indexer.errors import EarfulError

__all__ = ["Log"]


class Log:
    """A file to which lines are appended, each as soon as it is known; or none."""

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        """Open the file.

        Raises:
            EarfulError: it cannot be written to.
        """
        self._path = path
        self._file: TextIO | None = None
        self.failure = ""
        if path is not None:
            try:
                self._file = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115 - open as long as the job runs
            except OSError as error:
                raise EarfulError(
                    f"cannot write the log {os.fspath(path)} ({error.strerror})", hint="choose another file with --log"
                ) from error

    def write(self, event: str, **facts: Any) -> None:
        """Append a line. A log that cannot be written to does not stop the job; `failure` says so."""
        if self._file is None:
            return
        line = {"time": datetime.now().astimezone().isoformat(timespec="seconds"), "event": event, **facts}
        try:
            self._file.write(json.dumps(line) + "\n")
        except OSError as error:
            self.failure = f"the log {os.fspath(self._path or '')} ends early ({error.strerror})"
            self.close()

    def close(self) -> None:
        """Close the file."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError as error:
                self.failure = self.failure or f"the log {os.fspath(self._path or '')} ends early ({error.strerror})"

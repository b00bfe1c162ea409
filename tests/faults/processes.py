"""What becomes of work that may crash or hang? Processes forked from this one, which has everything loaded, with limits and an end."""

from __future__ import annotations

import faulthandler
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

__all__ = ["Child", "run_apart"]

_READ_BYTES = 1 << 16
_STANDARD_ERROR = 2


class Child:
    """Work in a process of its own, begun when this is made. What the work returns is text that comes back through a pipe.

    Attributes:
        pid: Its process.
    """

    def __init__(self, work: Callable[[], str], memory: int | None = None) -> None:
        self._told, end = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            _work(work, end, memory)
        os.close(end)

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def result(self, timeout_s: float) -> tuple[str, str]:
        """Wait for its end, and see to it; call once.

        Returns:
            What the work returned, or as much as came; and how it ended if that was not well: a signal, an exception, or a hang.
        """
        until, told = time.monotonic() + timeout_s, b""
        is_hung = False
        while True:
            ready, _, _ = select.select([self._told], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                is_hung = True
                self.kill()
                break
            if not (block := os.read(self._told, _READ_BYTES)):
                break
            told += block
        os.close(self._told)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        text = told.decode("utf-8", "replace")
        if is_hung:
            return text, f"did not end within {timeout_s:g} s"
        if code < 0:
            return text, f"died of {signal.Signals(-code).name}"
        return ("", text) if code else (text, "")


def run_apart(work: Callable[[], str], timeout_s: float, memory: int | None = None) -> tuple[str, str]:
    """Do work in a process of its own.

    Args:
        memory: Bytes of address space that it may have.

    Returns:
        As `Child.result` does.
    """
    return Child(work, memory).result(timeout_s)


def _work(work: Callable[[], str], end: int, memory: int | None) -> NoReturn:
    """Do the work of a child, and leave by no other way than this."""
    status = 1
    try:
        faulthandler.disable()  # how it ends is told by who waits for it, and a crash is no news to the terminal
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STANDARD_ERROR)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        try:
            told, status = work(), 0
        except BaseException as error:  # noqa: BLE001 - what was raised is what the parent wants to know
            told = "".join(traceback.format_exception_only(error)).strip() + _place_of(error)
        data = memoryview(told.encode("utf-8", "replace"))
        while data:
            data = data[os.write(end, data) :]
    finally:
        os._exit(status)


def _place_of(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""

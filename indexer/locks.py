"""Who may change the index now? A lock that goes with its owner, however that ends."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

__all__ = ["Taken", "hold"]

_LOOK_S = 0.05  # between looks whether a lock is free
_LONGEST_NAME = 300


class Taken(Exception):
    """Another process holds the lock; the argument names it."""


@contextmanager
def hold(path: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock that a file stands for, and write into it who does.

    It is the kernel's lock on the open file: it ends with the process, and what stands in the file then names nobody. The file
    stays, for one that is removed while another process waits for it would be two locks.

    Args:
        path: Of the file, made if it is not there.
        wait_s: How long to wait for another process to end.

    Raises:
        Taken: that process has not ended.
        OSError: the file cannot be made or written to.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
    try:
        _wait(handle, wait_s)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{_me()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, wait_s: float) -> None:
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left = until - time.monotonic()
            if left <= 0:
                owner = os.pread(handle, _LONGEST_NAME, 0).decode(errors="replace").strip()
                raise Taken(owner or "a process that is just starting") from None
            time.sleep(min(left, _LOOK_S))
        else:
            return


def _me() -> str:
    since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    return f"process {os.getpid()} on {socket.gethostname()} since {since}"

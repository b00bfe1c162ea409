"""By which operations does an index directory change? Each is one step that a crash can come before or after."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["Disk", "open_file", "read_file"]

_LARGEST = 1 << 30  # bytes of a file that is read as a whole: the ledger of half a million sources has so many


class Disk:
    """The steps of the store. What is written counts as on the disk once it was synced: a file's bytes by `sync`, its name by
    `sync_folder`. Tests put one that fails, dies or takes notes in its place.
    """

    def make_folder(self, path: Path) -> None:
        """Make a folder, and those above it, if it is not there."""
        path.mkdir(parents=True, exist_ok=True)

    def write(self, path: Path, data: bytes) -> None:
        """Write a new file; what had the name, a link to elsewhere perhaps, is removed first."""
        self.remove(path)
        with open(path, "xb", buffering=0) as file:
            _write_all(file.fileno(), data)

    def append(self, path: Path, data: bytes) -> None:
        """Write at the end of a file."""
        with open(path, "ab", buffering=0) as file:
            _write_all(file.fileno(), data)

    def cut(self, path: Path, size: int) -> None:
        """Leave of a file its first bytes."""
        os.truncate(path, size)

    def sync(self, path: Path) -> None:
        """Wait until a file's bytes are on the disk."""
        _sync(path)

    def sync_folder(self, path: Path) -> None:
        """Wait until the names in a folder are on the disk."""
        _sync(path)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name, in place of what had it, at once."""
        os.replace(old, new)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there; also a folder of that name, which would be in the way for ever."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def remove_folder(self, path: Path) -> None:
        """Remove a folder with all in it, if it is there."""
        Disk.remove(self, path)


def open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for reading, and nothing else: to open a pipe would wait for ever, to read a device never end.

    Raises:
        OSError: it cannot be opened, or is no file.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a file", os.fspath(path))
    return open(handle, "rb")


def read_file(path: str | os.PathLike[str]) -> bytes:
    """Read all of a file.

    Raises:
        OSError: it cannot be read, is no file, or is too large.
    """
    with open_file(path) as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), os.fspath(path))
    return data


def _write_all(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

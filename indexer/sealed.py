"""Is a small file of the index what was written? Its first line is the checksum of the rest."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from typing import Any

from indexer.errors import IndexDamaged

__all__ = ["digest_of", "is_sealed", "open_sealed", "seal", "seal_bytes", "unseal", "unseal_bytes"]

_REBUILD = "run earful rebuild"


def seal_bytes(body: bytes) -> bytes:
    """Put the checksum of bytes before them."""
    return f"{digest_of(body)}\n".encode() + body


def unseal_bytes(data: bytes, name: str, hint: str = _REBUILD) -> bytes:
    """Give what `seal_bytes` was given.

    Args:
        data: All of a file.
        name: Of the file, for errors.
        hint: What to do if it is damaged.

    Raises:
        IndexDamaged: it is not what was written, byte for byte.
    """
    return open_sealed(data, name, hint).read()


def open_sealed(data: bytes, name: str, hint: str = _REBUILD) -> BytesIO:
    """Give the same as a file to be read line by line, without a copy: what is sealed may be large.

    Raises:
        IndexDamaged: it is not what was written, byte for byte.
    """
    if not is_sealed(data):
        raise IndexDamaged(f"{name} is not what was written (its checksum differs)", hint=hint)
    file = BytesIO(data)
    file.readline()
    return file


def seal(kind: str, content: Any) -> bytes:
    """Serialise JSON content of a kind, as `report/1`, and put its checksum before it."""
    # In ASCII: a file name that is no UTF-8 holds surrogates, which only escapes can carry.
    return seal_bytes(json.dumps({kind: content}, sort_keys=True).encode())


def unseal(data: bytes, kind: str, name: str) -> Any:
    """Read what `seal` wrote, which must be of a kind.

    Raises:
        IndexDamaged: it is not what was written, byte for byte, or is of another kind.
    """
    try:
        return json.loads(unseal_bytes(data, name))[kind]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise IndexDamaged(f"{name} is of another version", hint=_REBUILD) from error


def is_sealed(data: bytes) -> bool:
    """Say whether the checksum that stands before it is that of a file's content."""
    end = data.find(b"\n")
    return end >= 0 and data[:end] == digest_of(memoryview(data)[end + 1 :]).encode()


def digest_of(data: bytes | memoryview) -> str:
    """Give the SHA-256 of bytes, as text."""
    return hashlib.sha256(data).hexdigest()

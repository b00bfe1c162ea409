"""How do watches lie beside the index? As JSON of one version each under a checksum, of which nothing is taken on trust."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from indexer.disk import read_file
from indexer.errors import IndexDamaged
from indexer.sealed import seal_bytes, unseal_bytes
from indexer.store import Store

__all__ = ["kept_as_json", "read_kept", "telling_which"]

_VERSION = 1
_HINT = "restore it, or delete it and add its watches again"


def kept_as_json(kind: str, content: Any, indent: int | None = None) -> bytes:
    """Give what a file holds: a checksum, its version, and the content under the name of its kind."""
    return seal_bytes(json.dumps({"version": _VERSION, kind: content}, indent=indent).encode())


def read_kept(store: Store, name: str, kind: str, nothing: Any) -> Any:
    """Read what a file has; `nothing` if there is no file.

    Raises:
        IndexDamaged: another version wrote it, or its checksum differs.
        ValueError, LookupError, TypeError: it is not what was written; `telling_which` says so of the file.
    """
    try:
        content = json.loads(unseal_bytes(read_file(store.folder / name), str(store.folder / name), _HINT))
    except FileNotFoundError:
        return nothing
    except OSError as error:
        raise IndexDamaged(f"{store.folder / name} cannot be read ({error.strerror})", hint=_HINT) from error
    if content["version"] != _VERSION:
        raise IndexDamaged(f"{store.folder / name} is of version {content['version']!r}, which is not known here", hint="update Earful")
    return content[kind]


@contextmanager
def telling_which(store: Store, name: str) -> Iterator[None]:
    """Say of errors that come of a file that is not what was written which file it is."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(f"{store.folder / name} is not what was written ({error})", hint=_HINT) from error

"""What has each watch shown? By call, hashes of the turns that matched, kept as a file beside the index.

A turn is known by its text, and a call by its id or by the file that it came from.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from indexer.errors import IndexDamaged
from indexer.store import Store
from search.budget import spending
from search.execute.select import Selection
from search.kept import kept_as_json, read_kept, telling_which
from search.reader import Snapshot

__all__ = ["Memory", "Shown", "files_of_calls", "known_of", "memory_as_json", "memory_file", "read_memory", "said_in", "with_said"]

_HASH_BYTES = 8
_HASH_CHARS = 2 * _HASH_BYTES
_HASHES = re.compile(rf"(?:[0-9a-f]{{{_HASH_CHARS}}})*")
_FILE_CHARS = 16  # of a file's fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What has been shown of a call.

    Attributes:
        file: The transcript it came from when it last matched: file's fingerprint and place; "" if that is not known.
        said: Hashes of the turns that matched.
    """

    file: str
    said: frozenset[str]


Memory = dict[str, Shown]  # call -> what has been shown of it


def said_in(snapshot: Snapshot, selected: Selection) -> list[tuple[str, str]]:
    """Give the call of each turn that was selected, and a hash of what is said in it."""
    doc_ids = selected.kept.doc_ids
    texts = (snapshot.text(doc_id).encode(errors="surrogatepass") for doc_id in spending(doc_ids.tolist()))
    hashes = (blake2b(text, digest_size=_HASH_BYTES).hexdigest() for text in texts)
    return list(zip(snapshot.values("call", doc_ids), hashes, strict=True))


def known_of(memory: Memory, said: Sequence[tuple[str, str]], files: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Give what was shown of each call, under this id or, of the same transcript, under another."""
    by_file: defaultdict[str, set[str]] = defaultdict(set)
    for shown in memory.values():
        by_file[shown.file] |= shown.said
    known = {}
    for call in dict.fromkeys(call for call, _ in said):
        under_id = memory[call].said if call in memory else frozenset()
        known[call] = under_id | by_file[files[call]] if call in files else under_id
    return known


def with_said(memory: Memory, known: Mapping[str, frozenset[str]], said: Sequence[tuple[str, str]], files: Mapping[str, str]) -> Memory:
    """Add to what was shown of calls what matches now."""
    now: defaultdict[str, set[str]] = defaultdict(set)
    for call, turn in said:
        now[call].add(turn)
    last_files = {call: shown.file for call, shown in memory.items()} | dict(files)
    return memory | {call: Shown(file=last_files.get(call, ""), said=known[call] | turns) for call, turns in now.items()}


def files_of_calls(store: Store, snapshot: Snapshot) -> Mapping[str, str]:
    """Say from which transcript each call comes; of a generation that a rebuild has just replaced that is not known any more."""
    try:
        calls = store.calls(snapshot.generation, store.manifest(snapshot.generation))
    except IndexDamaged:
        if store.generation() == snapshot.generation:
            raise
        return {}
    return {call: f"{fingerprint[:_FILE_CHARS]}-{place}" for call, (fingerprint, place) in calls.items()}


def memory_file(name: str) -> str:
    """Name the file of a watch's memory."""
    return f"earful-watch-{name}.json"


def memory_as_json(memory: Memory) -> bytes:
    """Give what that file holds."""
    return kept_as_json("shown", {call: [shown.file, "".join(sorted(shown.said))] for call, shown in sorted(memory.items())})


def read_memory(store: Store, name: str) -> Memory:
    """Read what a watch has shown; nothing if there is no file.

    Raises:
        IndexDamaged: the file is not what was written, or another version's.
    """
    file = memory_file(name)
    with telling_which(store, file):
        return {call: _shown_of(*shown) for call, shown in read_kept(store, file, "shown", {}).items()}


def _shown_of(file: str, said: str) -> Shown:
    if not (isinstance(file, str) and _HASHES.fullmatch(said)):
        raise ValueError("turns of a call that are no hashes")
    return Shown(file=file, said=frozenset(said[at : at + _HASH_CHARS] for at in range(0, len(said), _HASH_CHARS)))

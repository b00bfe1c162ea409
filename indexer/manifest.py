"""What does an index hold, of which files does it consist, and where did that come from?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.errors import IndexDamaged
from indexer.readings import Reading
from indexer.sealed import digest_of, open_sealed, seal, seal_bytes, unseal

__all__ = ["Ledger", "Manifest", "calls_from_bytes", "content_hash"]

_MANIFEST = "manifest/3"
_LEDGER = "ledger/1"
# What comes of JSON that is not what was written, though its checksum is right.
_NOT_OURS = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Where what an index holds came from. It grows with the sources, and only a rebuild needs it.

    Attributes:
        sources: What is known of every source, in the order of their paths.
        calls: Final id of every indexed call -> fingerprint of its file, place in it.
    """

    sources: tuple[Reading, ...] = ()
    calls: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Serialise under a checksum: a line for the calls, and one a source."""
        lines = [json.dumps({_LEDGER: dict(self.calls)}, sort_keys=True), *(json.dumps(source.to_dict()) for source in self.sources)]
        return seal_bytes("\n".join(lines).encode())

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> Ledger:
        """Read what `to_bytes` wrote.

        Raises:
            IndexDamaged: it is not, byte for byte.
        """
        try:
            lines = open_sealed(data, name)
            calls = _calls_of(lines.readline())
            return cls(sources=tuple(Reading.from_dict(json.loads(line)) for line in lines), calls=calls)
        except _NOT_OURS as error:
            raise IndexDamaged(f"{name} is not what was written ({error})", hint="run earful rebuild") from error


def calls_from_bytes(data: bytes, name: str) -> Mapping[str, tuple[str, int]]:
    """Read of a ledger only its calls.

    Raises:
        IndexDamaged: it is not what was written.
    """
    try:
        return _calls_of(open_sealed(data, name).readline())
    except _NOT_OURS as error:
        raise IndexDamaged(f"{name} is not what was written ({error})", hint="run earful rebuild") from error


def _calls_of(line: bytes) -> dict[str, tuple[str, int]]:
    return {call: (str(source), _place(place)) for call, (source, place) in json.loads(line)[_LEDGER].items()}


def _place(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r:.40} is no place in a file")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one generation of an index is. Readers need no more than this to open it.

    Attributes:
        versions: Of schema and parser, as numbers; an index of others is built anew.
        counts: `calls` and `turns`.
        scanned_ns: When the sources were looked at, in nanoseconds of the clock that stamps files.
        segments: Of each its name, its number of turns, and those that are deleted, as `ArrowSegment.deleted_ranges` gives them.
        files: Name -> [bytes, SHA-256] of every file of the generation but this manifest.
        content: Hash of what the index holds: calls as they were published, and how they are read. It does not change with the
            order and the generation in which they came.
    """

    versions: dict[str, int | str]
    counts: dict[str, int]
    scanned_ns: int
    segments: tuple[tuple[str, int, tuple[tuple[int, int], ...]], ...] = ()
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    content: str = ""

    def to_bytes(self) -> bytes:
        """Serialise, under a checksum."""
        return seal(_MANIFEST, {name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> Manifest:
        """Read what `to_bytes` wrote.

        Raises:
            IndexDamaged: it is not, byte for byte.
        """
        body = unseal(data, _MANIFEST, name)
        try:
            files = {str(file): (int(size), str(digest)) for file, (size, digest) in body.pop("files").items()}
            return cls(
                versions=dict(body["versions"]),
                counts={str(what): int(count) for what, count in body["counts"].items()},
                scanned_ns=int(body["scanned_ns"]),
                content=str(body["content"]),
                segments=tuple((name, turns, tuple((first, last) for first, last in deleted)) for name, turns, deleted in body["segments"]),
                files=files,
            )
        except _NOT_OURS as error:
            raise IndexDamaged(f"{name} is not what was written ({error})", hint="run earful rebuild") from error


def content_hash(ledger: Ledger, versions: dict[str, int | str]) -> str:
    """Hash what an index holds, whatever the order in which it came."""
    return digest_of(json.dumps([dict(ledger.calls), versions], sort_keys=True).encode())

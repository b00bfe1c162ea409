"""What does the index hold already, may it be built upon, and has a source vanished of which it holds calls?"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from indexer.building import Base
from indexer.errors import IndexDamaged, IndexNotFound, IndexUnusable
from indexer.readings import Reading
from indexer.sources import Found, is_pattern
from indexer.store import Store

__all__ = ["Before", "contents_of", "load_before", "require_sources"]


def contents_of(readings: dict[str, Reading]) -> dict[str, Reading]:
    """Give readings by their content; what could not be opened has none, and is tried again."""
    return {reading.fingerprint: reading for reading in readings.values() if reading.fingerprint}


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The index as the rebuild found it.

    Attributes:
        base: Upon which it can build; None if it must begin anew.
        sources: What is known of the sources of that index, by key, even if it cannot be built upon.
    """

    base: Base | None = None
    sources: dict[str, Reading] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def contents(self) -> dict[str, Reading]:
        """Give by their content the sources that need not be read again."""
        return contents_of(self.sources) if self.base else {}

    def status_of(self, reading: Reading) -> str:
        """Say what a transcript is against the index before."""
        old = self.sources.get(reading.key)
        if old is None or not old.calls:
            return "added"
        return "unchanged" if old.fingerprint == reading.fingerprint else "changed"


def load_before(store: Store, versions: dict[str, int | str], fresh: bool) -> Before:
    """Load the index that is there, if it can be built upon. One that cannot is no obstacle: it answers until the new one is written."""
    sources: dict[str, Reading] = {}
    try:
        generation = store.generation()
        manifest = store.manifest(generation)
        ledger = store.ledger(generation, manifest)
        sources = {reading.key: reading for reading in ledger.sources}
        if fresh:
            return Before(sources=sources)
        if manifest.versions != versions:
            cause = "with another table of firms" if manifest.versions | {"firms": versions["firms"]} == versions else "by another version"
            return Before(sources=sources, notes=(f"the index was built {cause}: everything is read again",))
        store.require_unchanged(manifest)
        base = Base(generation=generation, manifest=manifest, ledger=ledger, segments=store.segments(generation, manifest))
        return Before(base=base, sources=sources)
    except IndexNotFound:
        return Before()
    except IndexDamaged as error:
        if store.generation() != generation:  # a rebuild has replaced it, as it may while a dry run looks
            return load_before(store, versions, fresh)
        note = () if fresh else (f"the index was damaged ({error.args[0]}): everything is read again",)
        return Before(sources=sources, notes=note)


def require_sources(found: Found, before: Before) -> None:
    """Make sure that no source has vanished, as a whole or a folder of it, of which the index holds calls."""
    gone = {path: reason if is_pattern(path) else "is not there" for path, reason in found.refused if not os.path.lexists(path)}
    gone |= {path: reason for path, reason in found.refused if os.path.lexists(path) and reason.startswith("cannot be read")}
    gone |= {path: "holds no transcript" for path in found.empty if path not in gone}
    there = {file.key for file in (*found.files, *found.waiting)}
    for path, what in sorted(gone.items()):
        is_from = _named_by(path)
        calls = sum(len(reading.calls) for key, reading in before.sources.items() if key not in there and is_from(key))
        if calls:
            raise IndexUnusable(
                f"{path} {what}, but {calls} calls in the index came from it",
                hint="check the path and that it is mounted, or leave it out of the command to remove them",
            )


def _named_by(source: str) -> Callable[[str], bool]:
    """Say how one tells that a file came from a source: it has that path, is below it, or fits it."""
    path = os.path.abspath(source)
    if os.path.lexists(source) or not is_pattern(source):
        return lambda key: key == path or key.startswith(os.path.join(path, ""))
    pattern = re.compile("|".join(map(fnmatch.translate, (loose := path.replace(f"**{os.sep}", "*"), os.path.join(loose, "*")))))
    return lambda key: pattern.match(key) is not None

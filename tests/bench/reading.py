"""How fast are transcripts read? Bytes to transcripts on one core, by kind of source, beside what a page's parser alone takes.

`python -m tests.bench.reading` reads ../shared/corpus where that is there, else the golden sources again and again.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable

from bs4 import BeautifulSoup

from indexer.encoding import decode
from indexer.errors import SourceError
from indexer.formats.html import is_html
from indexer.reading import read_bytes
from tests.facts import golden_sources
from tests.quality import CORPUS

_RUNS = 5
_MOST_FILES = 100  # of each kind
_FEWEST_BYTES = 4_000_000  # of each kind a run; small kinds are read several times

Sources = list[tuple[str, bytes]]


def sources(*, whole: bool = False) -> dict[str, Sources]:
    """Give the sources of each kind: folder of the corpus, or "golden" and "golden pages"; or all texts as one kind."""
    kinds: defaultdict[str, Sources] = defaultdict(list)
    if CORPUS.is_dir() and whole:
        paths = sorted(path for path in CORPUS.glob("*/*") if path.suffix != ".html" and path.parent.name != "not_transcripts")
        return {"all texts": [(str(path), path.read_bytes()) for path in paths]}
    if CORPUS.is_dir():
        for folder in sorted(path for path in CORPUS.iterdir() if path.is_dir() and path.name != "not_transcripts"):
            paths = sorted(folder.iterdir())
            chosen = random.Random(1).sample(paths, min(_MOST_FILES, len(paths)))
            kinds[folder.name] = [(str(path), path.read_bytes()) for path in chosen]
        return kinds
    for path in golden_sources():
        kinds["golden pages" if path.suffix == ".html" else "golden"].append((str(path), path.read_bytes()))
    return kinds


def seconds(work: Callable[[str, bytes], object], files: Sources, times: int) -> float:
    """Give the processor seconds that work on all files takes, over `times` rounds, a round."""
    start = time.process_time()
    for _ in range(times):
        for path, data in files:
            work(path, data)
    return (time.process_time() - start) / times


def _read(path: str, data: bytes) -> None:
    try:
        read_bytes(data, source=path)
    except SourceError:
        return


def _soup(_path: str, data: bytes) -> None:
    BeautifulSoup(data, "lxml").get_text()


def measure(files: Sources) -> dict[str, float]:
    """Measure a kind of sources: medians of runs in which reading and its peer take turns."""
    size = sum(len(data) for _, data in files)
    pages = all(is_html(decode(data).text) for _, data in files)
    times = max(1, _FEWEST_BYTES // size) if not pages else 3
    ours, peer = [], []
    for _ in range(_RUNS):
        ours.append(seconds(_read, files, times))
        if pages:
            peer.append(seconds(_soup, files, times))
    taken = statistics.median(ours)
    found = {"files": len(files), "mb": size / 1e6, "mb_per_second": size / 1e6 / taken, "files_per_second": len(files) / taken}
    return found | ({"time_over_soup": taken / statistics.median(peer)} if pages else {})


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--whole", action="store_true", help="read every text of the corpus, all kinds as one")
    options = parser.parse_args()
    found = {}
    for kind, files in sources(whole=options.whole).items():
        found[kind] = measure(files)
        if not options.json:
            row = found[kind]
            peer = f"   {row['time_over_soup']:.2f} x the time of BeautifulSoup alone" if "time_over_soup" in row else ""
            print(f"{kind:26}{row['files']:5.0f} files {row['mb_per_second']:7.1f} MB/s {row['files_per_second']:8.1f} files/s{peer}")
            sys.stdout.flush()
    if options.json:
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

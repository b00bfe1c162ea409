"""How fast is Earful beside other engines? The same calls, the same questions, on the same machine.

    python -m tests.bench --limit 300
    python -m tests.bench --engines earful,tantivy --times 8 --json figures.json

It reads ../shared/corpus/seeking_alpha_text where that is there, and invents calls of the same size where it is not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench.corpus import Corpus, cache_folder, invented_corpus, real_corpus
from tests.bench.engines import ENGINES, Searcher, is_installed, load_engine
from tests.bench.measure import Build, Tell, ask_all, build_apart
from tests.bench.queries import make_asks
from tests.bench.report import Measured, tables
from tests.bench.vocabulary import Vocabulary, survey
from tests.quality import CORPUS

__all__ = ["main", "run"]

_FOLDER = CORPUS / "seeking_alpha_text"
_INVENTED_CALLS = 2_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Build, ask, and print the tables."""
    options = _parser().parse_args(arguments)
    if options.show:
        print(tables(Measured.from_dict(json.loads(options.show.read_text(encoding="utf-8")))))
        return
    with tempfile.TemporaryDirectory(prefix="earful-bench-", dir=options.work) as work:
        measured = run(_corpus(options), options.engines, Path(work), options)
    if options.json:
        options.json.write_text(json.dumps(measured.to_dict(), indent=1) + "\n", encoding="utf-8")
    print(tables(measured))


def run(corpus: Corpus, engines: Sequence[str], work: Path, options: argparse.Namespace) -> Measured:
    """Measure engines on a corpus; indices are built in `work`."""
    load_before = os.getloadavg()[0]
    # Builds come first, while this process is small and has nothing else to do.
    builds = tuple(_build(engine, corpus, work, _tell) for engine in engines)
    _tell("looking for words to ask for")
    vocabulary = survey(corpus.once(), options.seed)
    asks = make_asks(vocabulary, a_kind=options.queries, seed=options.seed)
    with ExitStack() as stack:
        searchers, opened_ms = _open_all(engines, work, stack)
        asked = ask_all(searchers, asks, repeat=options.repeat, cap=options.cap, tell=_tell)
    return Measured(
        corpus=_facts(corpus, vocabulary),
        machine={**_machine(), "load_before": load_before, "load_after": os.getloadavg()[0]},
        repeat=options.repeat,
        cap=options.cap,
        builds=builds,
        opened_ms=opened_ms,
        asked=asked,
    )


def _build(engine: str, corpus: Corpus, work: Path, tell: Tell) -> Build:
    tell(f"building with {engine}")
    return build_apart(engine, corpus, work / engine)


def _open_all(engines: Sequence[str], work: Path, stack: ExitStack) -> tuple[dict[str, Searcher], dict[str, float]]:
    searchers, opened_ms = {}, {}
    for name in engines:
        engine = load_engine(name)
        begun = time.perf_counter()
        searchers[name] = engine.open(work / name)
        opened_ms[name] = (time.perf_counter() - begun) * 1000
        stack.callback(searchers[name].close)
    return searchers, opened_ms


def _facts(corpus: Corpus, vocabulary: Vocabulary) -> Mapping[str, Any]:
    counts = {name: getattr(vocabulary, name) * corpus.times for name in ("calls", "turns", "text_bytes")}
    return {"name": corpus.name, "times": corpus.times, **counts}


def _machine() -> dict[str, Any]:
    return {
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
    }


def _corpus(options: argparse.Namespace) -> Corpus:
    cache = cache_folder()
    folder = options.corpus or _FOLDER
    if folder.is_dir():
        found = real_corpus(folder, cache)
    else:
        _tell(f"{folder} is not there: calls are invented")
        found = invented_corpus(_INVENTED_CALLS, cache)
    return replace(found, times=options.times, limit=options.limit)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engines", type=_engines, default=[name for name in ENGINES if is_installed(name)], help="as in earful,tantivy")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="transcripts to read instead")
    parser.add_argument("--limit", type=_count, metavar="N", help="take the first N calls only")
    parser.add_argument("--times", type=_count, metavar="N", default=1, help="take the calls N times, each time under other ids")
    parser.add_argument("--queries", type=_count, metavar="N", default=24, help="questions of each kind (24; there are nine kinds)")
    parser.add_argument("--repeat", type=_count, metavar="N", default=5, help="ask everything N times (5)")
    parser.add_argument("--cap", type=float, metavar="SECONDS", default=120.0, help="of an engine and repetition (120)")
    parser.add_argument("--seed", type=int, default=1, help="of the choice of questions (1)")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where indices are built, and removed again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that was measured")
    parser.add_argument("--show", type=Path, metavar="FILE", help="only print the tables of such a file")
    return parser


def _engines(names: str) -> list[str]:
    chosen = names.split(",")
    unknown = [name for name in chosen if name not in ENGINES]
    if unknown:
        raise argparse.ArgumentTypeError(f"no engine {unknown[0]!r}; choose of {', '.join(ENGINES)}")
    missing = [name for name in chosen if not is_installed(name)]
    if missing:
        raise argparse.ArgumentTypeError(f"{missing[0]} is not installed; pip install -e '.[bench]'")
    return chosen


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    main()

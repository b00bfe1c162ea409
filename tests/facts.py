"""What is a source expected to be read as? The facts of golden pairs: `python -m tests.facts FILE` prints them, to be checked by eye."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import indexer
from indexer.model import Transcript

SAMPLES = Path(indexer.__file__).parent / "samples"
GOLDEN = Path(__file__).parent / "golden"


def golden_sources() -> list[Path]:
    """Give the sources of golden pairs: the samples that ship, and those that stand beside their facts."""
    return sorted([*SAMPLES.iterdir(), *(path for path in GOLDEN.iterdir() if path.suffix != ".json")])


def golden_facts(source: Path) -> dict[str, Any]:
    """Load what a source is expected to be read as."""
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{source.stem}.json").read_text(encoding="utf-8"))
    return loaded


def facts(transcripts: Sequence[Transcript]) -> dict[str, Any]:
    """Give what `earful inspect --json` prints of a file, with the number of words of each turn in place of the words."""
    first = transcripts[0]
    calls = [transcript.to_dict() for transcript in transcripts]
    for call in calls:
        for turn in call["turns"]:
            turn["words"] = sum(len(paragraph.split()) for paragraph in turn.pop("paragraphs"))
            del turn["title"]  # stands among the participants
    return {
        "source": Path(first.source).name,
        "format": first.format,
        "encoding": first.encoding,
        "warnings": sorted({warning for transcript in transcripts for warning in transcript.warnings}),
        "calls": calls,
    }


def dump(found: dict[str, Any]) -> str:
    """Write facts as JSON with a line for each participant and turn."""
    head = json.dumps({key: value for key, value in found.items() if key != "calls"}, ensure_ascii=False, indent=2)[:-2]
    return f'{head},\n  "calls": [\n' + ",\n".join(_dump_call(call) for call in found["calls"]) + "\n  ]\n}\n"


def _dump_call(call: dict[str, Any]) -> str:
    lines = [
        f'      "{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in call.items() if key not in ("participants", "turns")
    ]
    for key in ("participants", "turns"):
        rows = ",\n".join(f"        {json.dumps(row, ensure_ascii=False)}" for row in call[key])
        lines.append(f'      "{key}": [\n{rows}\n      ]')
    return "    {\n" + ",\n".join(lines) + "\n    }"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(dump(facts(indexer.read(name))), end="")

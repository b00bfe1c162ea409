"""How well are real transcripts read? Gold facts and what the reader makes of the same files in, scores by folder out.

`python -m tests.quality` prints the table, `--wrong` each difference, `--raise` lifts the floors to what was measured.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from math import floor
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from indexer.encoding import decode
from indexer.errors import SourceError
from indexer.model import Kind, Transcript
from indexer.names import fold, name_key
from indexer.reading import read

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
GOLD = Path(__file__).parent / "gold"
FLOORS = Path(__file__).parent / "gold" / "floors.json"

FACTS = ("company", "ticker", "period", "date")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a call, and whose it is.

    Attributes:
        call: Number of the call in its file, from 0.
        kind: Whether it is of a "question" or an "answer", or "" if of neither.
        exchange: Number of the exchange in its call, from 1; 0 if it is of none.
    """

    text: str
    call: int
    speaker: str
    role: str
    section: str
    kind: str = ""
    exchange: int = 0


@dataclass(slots=True)
class Score:
    """Counts over some files.

    Attributes:
        facts: Facts of calls that the text states, and how many of them are right.
        speakers: People who speak, and how many of them have the right role.
        words: Words said, by gold; `lost` of them are missing, and of the rest so many are under the right speaker, role
            and section. `kept` words were read that nobody said.
        asked: Words of question-and-answer sections, of the calls whose exchanges are written down, that were found; and
            how many are of the right kind, in the right exchange.
        wrong: What is not right, a line each.
    """

    files: int = 0
    turns: int = 0
    facts: int = 0
    facts_right: int = 0
    speakers: int = 0
    roles_right: int = 0
    words: int = 0
    lost: int = 0
    kept: int = 0
    speaker_right: int = 0
    section_right: int = 0
    asked: int = 0
    exchange_right: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Count another score's files in."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def shares(self) -> dict[str, float]:
        """Give each measure as a share of 1; of `lost` and `kept` less is better."""
        found = max(self.words - self.lost, 1)
        return {
            "metadata": self.facts_right / max(self.facts, 1),
            "speaker": self.speaker_right / found,
            "role": self.roles_right / max(self.speakers, 1),
            "section": self.section_right / found,
            "exchange": self.exchange_right / max(self.asked, 1),
            "lost": self.lost / max(self.words, 1),
            "kept": self.kept / max(self.words, 1),
        }


def gold_files() -> list[Path]:
    """Give the files of gold facts, in order."""
    return sorted(GOLD.glob("*/*.json"))


def load(path: Path) -> dict[str, Any]:
    """Read one file of gold facts."""
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


# gold -> words


def source_lines(path: Path) -> list[str]:
    """Give the lines that gold spans count: of the decoded text; of a page, of all the text in it, furniture too."""
    text = decode(path.read_bytes()).text
    return (BeautifulSoup(text, "html.parser").get_text("\n") if path.suffix == ".html" else text).split("\n")


def spoken(lines: Sequence[str], spans: str) -> str:
    """Give the text that spans such as `12-15,19:3-21:80` mean: lines from 1, characters from 0, the last one excluded."""
    return "\n".join(_take(lines, span) for span in spans.split(","))


def _take(lines: Sequence[str], span: str) -> str:
    first, _, last = span.partition("-")
    line, _, start = first.partition(":")
    end_line, _, end = (last or line).partition(":")
    taken = list(lines[int(line) - 1 : int(end_line)])
    if end:
        taken[-1] = taken[-1][: int(end)]
    taken[0] = taken[0][int(start or 0) :]
    return "\n".join(taken)


def _words(text: str) -> list[str]:
    # Letters and digits only: whether a hyphen at a line's end joins two words is not what is measured.
    return re.findall(r"[^\W_]+", fold(text))


def _gold_words(gold: dict[str, Any], lines: Sequence[str]) -> Iterator[Word]:
    for number, call in enumerate(gold["calls"]):
        places = exchange_places(call.get("exchanges", ()))
        for at, (spans, speaker, section, *_) in enumerate(call["turns"], 1):
            role = call["roles"][speaker]
            place = places.get(at, ("", 0))
            yield from (Word(word, number, speaker, role, section, *place) for word in _words(spoken(lines, spans)))


def exchange_places(exchanges: Iterable[tuple[str, str]]) -> dict[int, tuple[str, int]]:
    """Give number of a turn -> its kind and exchange, of exchanges written as `["12,14", "13,15-17"]`: questions, answers."""
    places = {}
    for number, turns in enumerate(exchanges, 1):
        for kind, spans in zip(("question", "answer"), turns, strict=True):
            for span in filter(None, spans.split(",")):
                first, _, last = span.partition("-")
                places.update(dict.fromkeys(range(int(first), int(last or first) + 1), (kind, number)))
    return places


def _read_words(transcripts: Iterable[Transcript]) -> Iterator[Word]:
    for number, transcript in enumerate(transcripts):
        for turn in transcript.turns:
            text = "\n".join(turn.paragraphs)
            place = (turn.kind.value, turn.exchange or 0) if turn.kind in (Kind.QUESTION, Kind.ANSWER) else ("", 0)
            yield from (Word(word, number, turn.speaker, turn.role.value, turn.section.value, *place) for word in _words(text))


# words against words


_RUN = 4  # words that must agree before two texts are taken to go together again


def align(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Pair the equal words of two nearly equal texts, in order: walk both, and where they part, go on at the nearest common run."""
    runs: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(other)):
        runs[tuple(other[at : at + _RUN])].append(at)
    pairs: list[tuple[int, int]] = []
    here = there = 0
    while here < len(one) and there < len(other):
        if one[here] == other[there]:
            pairs.append((here, there))
            here, there = here + 1, there + 1
            continue
        meeting = _nearest_run(one, runs, here, there)
        if meeting is None:
            break
        here, there = meeting
    return pairs


def _nearest_run(one: Sequence[str], runs: defaultdict[tuple[str, ...], list[int]], here: int, there: int) -> tuple[int, int] | None:
    best: tuple[int, int, int] | None = None
    for at in range(here, len(one)):
        if best is not None and at - here >= best[0]:
            break
        places = runs.get(tuple(one[at : at + _RUN]), [])
        next_place = bisect_left(places, there)
        if next_place < len(places):
            distance = at - here + places[next_place] - there
            if best is None or distance < best[0]:
                best = (distance, at, places[next_place])
    return best and best[1:]


def same_person(one: str, other: str) -> bool:
    """Say whether two forms of a name are one: case, accents, honorifics and points do not count."""
    return "".join(name_key(one)) == "".join(name_key(other))


_COMPANY_FORMS = re.compile(
    r"\b(?:the|incorporated|inc|corporation|corp|company|companies|co|limited|ltd|plc|llc|lp|nv|sa|sab|ag|se|as|a/s|adr|trust|group|holdings?)\b"
)


def same_company(one: str, other: str) -> bool:
    """Say whether two forms of a company's name are one: its legal form does not count."""
    bare = ["".join(_words(_COMPANY_FORMS.sub(" ", fold(name).replace(".", "").replace("&", "and")))) for name in (one, other)]
    return bare[0] == bare[1] or fold(one) == fold(other)


# one file


def score(gold: dict[str, Any], transcripts: Sequence[Transcript], lines: Sequence[str]) -> Score:
    """Score what was read of a file against its gold facts."""
    said, read_as = list(_gold_words(gold, lines)), list(_read_words(transcripts))
    pairs = [(said[here], read_as[there]) for here, there in align([word.text for word in said], [word.text for word in read_as])]
    result = Score(files=1, turns=sum(len(call["turns"]) for call in gold["calls"]), words=len(said))
    result.lost, result.kept = len(said) - len(pairs), len(read_as) - len(pairs)
    result.speaker_right = sum(same_person(true.speaker, got.speaker) for true, got in pairs)
    result.section_right = sum(true.section == got.section for true, got in pairs)
    _score_facts(gold, transcripts, result)
    _score_roles(gold, pairs, result)
    _score_exchanges(gold, pairs, result)
    _tell_words(pairs, result)
    result.wrong = [f"{gold['path']}: {line}" for line in result.wrong]
    return result


def _score_facts(gold: dict[str, Any], transcripts: Sequence[Transcript], result: Score) -> None:
    if len(gold["calls"]) != len(transcripts):
        result.wrong.append(f"{len(transcripts)} calls instead of {len(gold['calls'])}")
    for number, call in enumerate(gold["calls"]):
        found = transcripts[number].to_dict() if number < len(transcripts) else {}
        for name in FACTS:
            wanted, got = call[name], found.get(name)
            if wanted is None or name in call["only_in_name"]:
                continue
            right = same_company(wanted, str(got)) if name == "company" else wanted == got
            result.facts += 1
            result.facts_right += right
            if not right:
                result.wrong.append(f"{name} {got!r} instead of {wanted!r}")


def _score_roles(gold: dict[str, Any], pairs: Sequence[tuple[Word, Word]], result: Score) -> None:
    """Count who has the right role: the role of most of somebody's words, whatever name they stand under."""
    roles: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for true, got in pairs:
        roles[true.call, true.speaker][got.role] += 1
    for number, call in enumerate(gold["calls"]):
        for speaker, role in call["roles"].items():
            got_role = next((name for name, _ in roles[number, speaker].most_common(1)), "nobody")
            result.speakers += 1
            result.roles_right += got_role == role
            if got_role != role:
                result.wrong.append(f"{speaker} is {got_role} instead of {role}")


def _score_exchanges(gold: dict[str, Any], pairs: Sequence[tuple[Word, Word]], result: Score) -> None:
    """Count the words of the right kind and exchange: two exchanges are one if most of either's words are in the other."""
    asked = [(true, got) for true, got in pairs if "exchanges" in gold["calls"][true.call] and true.section == "qa"]
    theirs: defaultdict[tuple[int, int], Counter[int]] = defaultdict(Counter)
    ours: defaultdict[tuple[int, int], Counter[int]] = defaultdict(Counter)
    for true, got in asked:
        theirs[true.call, true.exchange][got.exchange] += 1
        ours[got.call, got.exchange][true.exchange] += 1
    wrong: Counter[tuple[str, str]] = Counter()
    for true, got in asked:
        one = theirs[true.call, true.exchange].most_common(1)[0][0], ours[got.call, got.exchange].most_common(1)[0][0]
        is_same = one == (got.exchange, true.exchange) or not (true.exchange or got.exchange)
        result.exchange_right += is_same and true.kind == got.kind
        if not is_same or true.kind != got.kind:
            wrong[f"{true.kind or 'other'} {true.exchange}", f"{got.kind or 'other'} {got.exchange}"] += 1
    result.asked = len(asked)
    result.wrong.extend(f"{count} words of {true} in {got}" for (true, got), count in wrong.items())


def _tell_words(pairs: Sequence[tuple[Word, Word]], result: Score) -> None:
    speakers = Counter((true.speaker, got.speaker) for true, got in pairs if not same_person(true.speaker, got.speaker))
    sections = Counter((true.section, got.section) for true, got in pairs if true.section != got.section)
    result.wrong.extend(f"{count} words of {true} under {got}" for (true, got), count in speakers.items())
    result.wrong.extend(f"{count} {true} words in {got}" for (true, got), count in sections.items())
    result.wrong.extend([f"{result.lost} words lost"] * bool(result.lost) + [f"{result.kept} words kept"] * bool(result.kept))


def score_file(path: Path) -> tuple[str, Score]:
    """Score one file of gold facts; give its folder and the score."""
    gold = load(path)
    source = CORPUS / gold["path"]
    if hashlib.sha256(source.read_bytes()).hexdigest() != gold["sha256"]:
        raise ValueError(f"{source} is not the file that {path} tells of")
    try:
        transcripts = read(source)
    except SourceError as error:
        result = score(gold, (), source_lines(source))
        result.wrong = [f"{gold['path']}: refused: {error}"]
        return path.parent.name, result
    return path.parent.name, score(gold, transcripts, source_lines(source))


def score_all(paths: Sequence[Path]) -> dict[str, Score]:
    """Score gold files, on all processors; give a score a folder, and one of all under "all"."""
    scores: dict[str, Score] = {}
    with ProcessPoolExecutor() as pool:
        for folder, result in pool.map(score_file, paths, chunksize=4):
            for name in (folder, "all"):
                scores.setdefault(name, Score()).add(result)
    return {**{name: scores[name] for name in sorted(scores) if name != "all"}, "all": scores["all"]}


@lru_cache(maxsize=1)
def score_gold() -> dict[str, Score]:
    """Score all gold files; once a process, since more than one test asks."""
    return score_all(gold_files())


# floors


def load_floors() -> dict[str, float]:
    """Give the least share of each measure that is allowed; of `lost` and `kept` the most."""
    floors: dict[str, float] = json.loads(FLOORS.read_text(encoding="utf-8"))
    return floors


def below(floors: dict[str, float], shares: dict[str, float]) -> list[str]:
    """Name the measures that are worse than their floors."""
    return [
        f"{name}: {shares[name]:.5f}, floor {limit:.5f}"
        for name, limit in floors.items()
        if (shares[name] > limit if name in ("lost", "kept") else shares[name] < limit)
    ]


# Floors are lifted in steps: a word more or less in a million is chance.
_STEP = 1_000
_LEAST_ALLOWED = 0.0001


def raised(floors: dict[str, float], shares: dict[str, float]) -> dict[str, float]:
    """Give floors lifted to what was measured, in tenths of a percent; never lowered."""
    return {
        name: min(limit, max(_LEAST_ALLOWED, round(shares[name] + _LEAST_ALLOWED / 2, 4)))
        if name in ("lost", "kept")
        else max(limit, floor(shares[name] * _STEP) / _STEP)
        for name, limit in floors.items()
    }


def table(scores: dict[str, Score]) -> str:
    """Draw scores as a Markdown table."""
    lines = [
        "| folder | files | turns | facts | speaker | role | section | exchange | speech lost | furniture kept |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, result in scores.items():
        shares = {measure: f"{share:.2%}" for measure, share in result.shares().items()}
        if not result.asked:
            shares["exchange"] = "–"
        lines.append(f"| {name} | {result.files} | {result.turns:,} | {' | '.join(shares.values())} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, and whatever else is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true", help="print each difference")
    parser.add_argument("--raise", dest="lift", action="store_true", help="lift the floors to what was measured")
    parser.add_argument("gold", nargs="*", type=Path, help="gold files; all if none is named")
    options = parser.parse_args()
    scores = score_all(options.gold) if options.gold else score_gold()
    print(table(scores))
    if options.wrong:
        print(*scores["all"].wrong, sep="\n")
    if options.lift:
        FLOORS.write_text(json.dumps(raised(load_floors(), scores["all"].shares()), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""How can a source be worse than any real one? Sound sources in, damaged and hostile ones out, the same for the same seed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from random import Random

from indexer.errors import SourceError
from indexer.reading import read_bytes
from indexer.sources import LARGEST
from tests.facts import golden_sources

__all__ = ["CORPUS", "PIECES", "Case", "load_sources", "make_case", "piece"]

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"


def _name(number: int) -> str:
    """Give one of 300 million names; neighbours differ in a letter."""
    letters = "".join(chr(97 + number // 26**place % 26) for place in range(3))
    return f"Xa{letters} Bo{letters[::-1]}{chr(97 + number // 26**3 % 26)}"


_TITLE = "Acme Pumps Inc. (NYSE:ACME) Q3 2021 Earnings Call November 5, 2021 10:00 AM ET"
_SPOKEN = "I met {} today and said that it was fine, was it not, and so on and so forth.\n"

# What real files have a little of, without end: name -> what comes at place `n` of it.
PIECES: dict[str, Callable[[int], str]] = {
    "nested tags": lambda n: "<div>",
    "bold tags": lambda n: "<p><b>Jane Roe</b><p>Yes.",
    "open comments": lambda n: "<!--<![CDATA[",
    "lone surrogates as entities": lambda n: "&#xD800;&#55357;",
    "long attributes": lambda n: "<p class=ad title='" + "x" * 99,
    "one header": lambda n: "Jane Roe -- Chief Executive Officer\nHello there.\n",
    "headers alone": lambda n: "Jane Roe -- Chief Executive Officer\n",
    "the operator": lambda n: "Operator\nThe next question is from the line of Mark Lamb.\nMark Lamb\nWhy?\n",
    "names on lines": lambda n: f"{_name(n)}\n",
    "names who speak": lambda n: f"{_name(n)}\n{_SPOKEN.format(_name(n))}",
    "one last name": lambda n: f"{_name(n).split()[0]} Roe\n{_SPOKEN.format('Mr. Roe')}",
    "names with colons": lambda n: f"{_name(n)}: {_SPOKEN.format(_name(n + 1))}",
    "names without an operator": lambda n: f"{_name(n)}: Thanks. Our next question comes from {_name(n + 1)} of Kestrel.\n",
    "two who ask each other": lambda n: f"{'Jane Roe' if n % 2 else 'Mark Lamb'}: Our next question comes from the line of Jane Roe.\n",
    "names with dashes": lambda n: f"{_name(n)} -- Kestrel Securities -- Analyst\n{_SPOKEN.format(_name(n))}",
    "numbered names": lambda n: f"{_name(n)},  Acme Pumps - CEO    [{n + 1}]\n{_SPOKEN.format(_name(n))}",
    "names over offices": lambda n: f"{_name(n)}\nAcme Pumps - CEO\n{_SPOKEN.format(_name(n))}",
    "a roster": lambda n: f"{_name(n)} - Chief Executive Officer\n",
    "a roster with bullets": lambda n: f" * {_name(n)}\n   Acme Pumps - CEO\n",
    "a roster of honorifics": lambda n: f"MR. {_name(n).upper()} – CHIEF EXECUTIVE OFFICER – ACME PUMPS LIMITED\n",
    "offices said": lambda n: f"{_name(n)}, our Executive Vice President and Chief Financial Officer, and ",
    "lines of people": lambda n: f"Next question is from the line of {_name(n)} with Kestrel. ",
    "titles glued": lambda n: f"Thank you.{_TITLE}\nExecutives\n{_name(n)} - CEO\nOperator\nHello there, all.\n{_name(n)}\nYes, I see.\n",
    "sentences glued": lambda n: "Hello there.Jane Roe -- Chief Executive OfficerThank you all. ",
    "headings": lambda n: "Prepared Remarks:\nQuestions and Answers:\nCall participants:\nQuestion-and-Answer Session\nPRESENTATION\n",
    "translations": lambda n: f"[EN] {_name(n)}: Hello there.\n[中] 你好。\n",
    "dates": lambda n: "November 5, 2021 at 10:00 a.m. Q3 2021 ",
    "adverts": lambda n: "10 stocks we like better than Acme\nSee the 10 stocks\n",
    "page furniture": lambda n: (
        f"COPYRIGHT © 2024 S&P Global Market Intelligence\n{n % 99}\nPage {n % 99} of 99\nspglobal.com/marketintelligence\n"
    ),
    "dots to page numbers": lambda n: "Presentation " + "." * 99 + " 4\n",
    "rulers": lambda n: "=" * 80 + "\n",
    "honorifics at line ends": lambda n: "Mr.\n",
    "short lines": lambda n: "a\n",
    "empty lines": lambda n: " \n\r\n\x0b\x0c\x85\u2028",
    "spaces": lambda n: " \u00a0\t",
    "dashes": lambda n: "- -- — ",
    "brackets": lambda n: '[(["' * 25 + "[1]\n",
    "brackets alone": lambda n: "([“",
    "one word": lambda n: "a",
    "capitals": lambda n: "A",
    "capitalised words": lambda n: "Aaa B. ",
    "digits": lambda n: "1",
    "full stops": lambda n: ".A",
    "colons": lambda n: "Aa Bb:",
    "control characters": lambda n: "\x01\x1f\x7f\u0085\u200b\u00ad",
    "combining marks": lambda n: "\u0301\u0323",
    "marks of another script": lambda n: "\u0591\u05b0",
    "marks as entities": lambda n: "&#769;&#803;",
    "double encoding": lambda n: "\u00e2\u0080\u0099\u00c3\u00a9",
    "byte order marks": lambda n: "\ufeff",
    "half surrogates": lambda n: "\udcff\udc81\udced\udca0\udc80",  # bytes FF 81 ED A0 80
    "NUL bytes": lambda n: "\0",
}


def piece(name: str, size: int) -> bytes:
    """Give `size` bytes of a hostile piece."""
    made = bytearray()
    parts = map(PIECES[name], count())
    while len(made) < size:
        made += "".join(islice(parts, 1000)).encode("utf-8", "surrogateescape")
    return bytes(made[:size])


def _span(rng: Random, length: int) -> tuple[int, int]:
    start = rng.randrange(length + 1)
    return start, min(length, start + 1 + int(rng.expovariate(8) * length))


def _size(rng: Random) -> int:
    """Draw a size of any magnitude up to 300 KB, now and then of the largest file that is read."""
    return LARGEST if rng.random() < 0.02 else int(10 ** rng.uniform(2, 5.5))


def _insert(rng: Random, data: bytes, inserted: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    at = data.find(b"\n", at) + 1 if rng.random() < 0.7 else at
    return data[:at] + inserted + data[at:]


def _move(rng: Random, data: bytes, _: bytes) -> bytes:
    start, end = _span(rng, len(data))
    return _insert(rng, data[:start] + data[end:], data[start:end])


def _repeat(rng: Random, data: bytes, _: bytes) -> bytes:
    start, end = _span(rng, len(data))
    return data[:start] + data[start:end] * (_size(rng) // max(1, end - start)) + data[end:]


def _flip(rng: Random, data: bytes, _: bytes) -> bytes:
    flipped = bytearray(data)
    for at in rng.choices(range(len(data)), k=rng.choice((1, 9, 99))) if data else ():
        flipped[at] = rng.randrange(256)
    return bytes(flipped)


# What happens to a source; the third argument is another source, of any layout.
_CHANGES: dict[str, Callable[[Random, bytes, bytes], bytes]] = {
    "moved": _move,
    "repeated": _repeat,
    "bytes flipped": _flip,
    "cut": lambda rng, data, _: data[slice(*sorted(rng.choices(range(len(data) + 1), k=2)))],
    "spliced": lambda rng, data, other: data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :],
}
# What happens to some lines in a row.
_LINES_CHANGES: dict[str, Callable[[Random, list[bytes]], list[bytes]]] = {
    "lines deleted": lambda rng, lines: [],
    "lines doubled": lambda rng, lines: lines * 2,
    "lines turned round": lambda rng, lines: lines[::-1],
    "lines shuffled": lambda rng, lines: rng.sample(lines, len(lines)),
    "every second line deleted": lambda rng, lines: lines[::2],
    "case changed": lambda rng, lines: list(map(rng.choice((bytes.upper, bytes.lower, bytes.title)), lines)),
    "lines joined": lambda rng, lines: [rng.choice((b"", b" ", b"\t", b"\r", b"\xc2\x85")).join(lines)],
    "lines broken": lambda rng, lines: [re.sub(rb"(.{%d}\S{0,20}) " % rng.randint(0, 90), rb"\1\n", line) for line in lines],
    "lines indented": lambda rng, lines: [b" " * rng.randint(0, 9) + line for line in lines],
}


_MOST_CHANGES = 5
_DRAWN = 8  # files of each folder of the corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A source to be read: its name, the layout it had, and what was done to it."""

    name: str
    layout: str = "file"
    changes: tuple[str, ...] = ()
    data: bytes


def load_sources(rng: Random, corpus: Path | None) -> dict[str, list[bytes]]:
    """Give sources by the layout they are read as: the golden ones, and some of each folder of a corpus."""
    folders = [sorted(folder.iterdir()) for folder in sorted(corpus.glob("*/"))] if corpus else []
    sources: defaultdict[str, list[bytes]] = defaultdict(list)
    for path in [*golden_sources(), *(path for files in folders for path in rng.sample(files, min(len(files), _DRAWN)))]:
        data = path.read_bytes()
        try:
            sources[read_bytes(data, source=path.name)[0].format].append(data)
        except SourceError:
            sources["none"].append(data)
    return dict(sorted(sources.items()))


def make_case(seed: str, sources: Mapping[str, Sequence[bytes]]) -> Case:
    """Damage a source; the same seed and sources give the same case."""
    rng = Random(seed)
    layout = rng.choice(list(sources))
    data, changes = rng.choice(sources[layout]), rng.choices([*_CHANGES, *_LINES_CHANGES, *PIECES], k=rng.randint(1, _MOST_CHANGES))
    for change in changes:
        if change in PIECES:
            data = _insert(rng, data, piece(change, _size(rng)))
        elif change in _CHANGES:
            data = _CHANGES[change](rng, data, rng.choice(sources[rng.choice(list(sources))]))
        else:
            lines = data.split(b"\n")
            start, end = _span(rng, len(lines))
            data = b"\n".join([*lines[:start], *_LINES_CHANGES[change](rng, lines[start:end]), *lines[end:]])
        data = data[:LARGEST]
    return Case(name=seed, layout=layout, changes=tuple(changes), data=data)

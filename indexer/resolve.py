"""Which transcript stands for each call? Records of all transcripts in, one winner a call out, whatever their order."""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from indexer.calls import company_key
from indexer.names import name_key

__all__ = ["CallRecord", "Resolved", "figures_of", "resolve", "voices_of"]

# Publishers date one call by the company's clock or their own.
_SAME_DAY = timedelta(days=3)

# Two publishers' words for the same speech differ by up to 3%; a date or a ticker less is the greater loss.
_AS_GOOD_AS_ALL = 0.97

_VOICE_BITS = 128
_VOICES_IN_COMMON = (
    0.5  # share of voices: two publishers' transcripts of a call have nine in ten, neighbouring calls of a company one in four
)


# A pattern that begins with a digit is found four times as fast as one that first looks behind.
_FIGURE = re.compile(r"\d(?<![\d.,]\d)(?<!(?=(?:19|20)\d\d\b)\d)(?:[.,]?\d){2,}")
_SKETCH = 8
_FIGURES_IN_COMMON = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """What must be known of a transcript to tell whether another one is of the same call.

    Attributes:
        source: Path of its file, for reports.
        fingerprint: Of the file.
        place: Number of the call in its file, from 0.
        call: Id the transcript gives its call by itself.
        voices: Who speaks, as `voices_of` sums it up.
        figures: Which numbers are said, as `figures_of` sums it up.
        words: Words said: the fuller transcript of a call is the better one.
        turns: Number of turns.
        warnings: What the reader was unsure of.
    """

    source: str
    fingerprint: str
    place: int
    call: str
    company: str
    ticker: str | None
    exchange_code: str | None
    period: str | None
    date: date | None
    voices: int
    figures: tuple[int, ...]
    words: int
    turns: int
    warnings: tuple[str, ...]

    @property
    def content(self) -> tuple[str, int]:
        """What identifies the words of this transcript: its file's fingerprint and the place in it."""
        return self.fingerprint, self.place


@dataclass(frozen=True, slots=True)
class Resolved:
    """Calls by their final ids, each with the transcript that is indexed, and the transcripts that another one stands for."""

    winners: dict[str, CallRecord]
    duplicates: tuple[tuple[CallRecord, str], ...]


def voices_of(names: Iterable[str]) -> int:
    """Sum up who speaks in a call: a set of last names as 128 bits, one a name, so that sets can be compared by and large."""
    keys = {name_key(name) for name in names} - {()}
    return sum(1 << bit for bit in {zlib.crc32(key[-1].encode()) % _VOICE_BITS for key in keys})


def figures_of(paragraphs: Iterable[str]) -> tuple[int, ...]:
    """Sum up which numbers are said in a call: the eight least checksums of those with three digits or more that are no years.

    The more of these two transcripts share, the more numbers they have in common (bottom-k sketch: Broder, On the
    resemblance and containment of documents, 1997).
    """
    said = {number for paragraph in paragraphs for number in _FIGURE.findall(paragraph)}
    return tuple(sorted({zlib.crc32(number.encode()) for number in said})[:_SKETCH])


def resolve(records: Iterable[CallRecord]) -> Resolved:
    """Choose one transcript a call, and give every call a unique id.

    Of the transcripts of a call the fullest wins. Different calls of one id: the earliest keeps it, a later
    one's date is appended.
    """
    by_id: defaultdict[str, list[list[CallRecord]]] = defaultdict(list)
    for same in _calls(sorted(records, key=lambda record: (*record.content, record.source))):
        by_id[_best_id(same)].append(same)
    winners: dict[str, CallRecord] = {}
    duplicates: list[tuple[CallRecord, str]] = []
    for call in sorted(by_id):
        for number, same in enumerate(sorted(by_id[call], key=_earliest)):
            dated = min((record.date for record in same if record.date), default=None)
            name = f"{call}-{dated:%Y%m%d}" if number and dated else call
            while number and (name in by_id or name in winners):
                name += "-2"
            winners[name] = _fullest(same)
            duplicates.extend((record, name) for record in sorted(same, key=_fullness) if record is not winners[name])
    return Resolved(winners, tuple(duplicates))


def _fullest(same: list[CallRecord]) -> CallRecord:
    """The transcript with most words; of those that have as good as all of them, the one of which least is in doubt."""
    enough = max(record.words for record in same) * _AS_GOOD_AS_ALL
    return min((record for record in same if record.words >= enough), key=lambda record: (len(record.warnings), *_fullness(record)))


def _fullness(record: CallRecord) -> tuple[int, str, int, str]:
    return (-record.words, *record.content, record.source)


def _earliest(same: list[CallRecord]) -> tuple[date, tuple[str, int]]:
    return min(record.date or date.max for record in same), min(record.content for record in same)


def _best_id(same: list[CallRecord]) -> str:
    """The id most of a call's transcripts give it; one made of ticker and period before all others."""
    ids = Counter(record.call for record in same)
    full = {record.call for record in same if record.ticker and record.period}
    return min(ids, key=lambda call: (call not in full, -ids[call], call))


def _calls(records: Sequence[CallRecord]) -> Iterator[list[CallRecord]]:
    """Part transcripts into calls: those of one company that `_is_same` pairs, and whatever these are paired with."""
    first = list(range(len(records)))  # number -> number of another transcript of the same call, or of itself

    def root(number: int) -> int:
        while first[number] != number:
            first[number] = number = first[first[number]]
        return number

    pairs = [pair for numbers in _by_company(records) for pair in combinations(numbers, 2)]
    for one, other in pairs:
        if records[one].date and records[other].date and root(one) != root(other) and _is_same(records[one], records[other]):
            first[max(root(one), root(other))] = min(root(one), root(other))
    # A transcript without a date joins one call only, the earliest that fits: it must not make two calls one.
    days: dict[int, date] = {}
    for number, record in enumerate(records):
        days[root(number)] = min(days.get(root(number), date.max), record.date or date.max)
    undated = [(one, other) if records[one].date is None else (other, one) for one, other in pairs]
    for one, other in sorted(undated, key=lambda pair: (days[root(pair[1])], pair)):
        if records[one].date is None and root(one) == one and root(other) != one and _is_same(records[one], records[other]):
            first[one] = root(other)
    calls: defaultdict[int, list[CallRecord]] = defaultdict(list)
    for number, record in enumerate(records):
        calls[root(number)].append(record)
    yield from calls.values()


def _by_company(records: Sequence[CallRecord]) -> Iterable[list[int]]:
    """Numbers of the transcripts of one ticker or company in one fiscal quarter or calendar month, so that few are compared."""
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        for who in {f"ticker {record.ticker}" if record.ticker else record.call, company_key(record.company)}:
            for when in {record.period or record.call, *_months(record.date)}:
                groups[who, when].append(number)
    return groups.values()


def _months(day: date | None) -> set[str]:
    """The calendar month of a day, and the next one if that is near."""
    return {f"{each:%Y-%m}" for each in (day, day + _SAME_DAY)} if day else set()


def _is_same(one: CallRecord, other: CallRecord) -> bool:
    """Whether two transcripts of one ticker or company are of one call."""
    if one.content == other.content:
        return True
    if one.date and other.date and abs(one.date - other.date) > _SAME_DAY:
        return False
    if not _is_same_company(one, other):
        return False
    if one.period == other.period and one.period is not None:
        # A second call of the day says other numbers, as another company of the same ticker does.
        is_sketched = len(one.figures) == len(other.figures) == _SKETCH
        return not is_sketched or not set(one.figures).isdisjoint(other.figures)
    if one.date is None or other.date is None:
        return (one.call, one.words, one.turns) == (other.call, other.words, other.turns)
    # A slip in one title, or a title without a period: it is one call if the same numbers are said. (That the same people
    # speak proves nothing: in four of 2,365 calls the year of the date is the slip, and last year's people speak.)
    return len(set(one.figures) & set(other.figures)) >= _FIGURES_IN_COMMON


def _is_same_company(one: CallRecord, other: CallRecord) -> bool:
    # Two companies may have one ticker, on different exchanges; one company may have two tickers, or an old name and a new.
    tickers_agree = one.ticker == other.ticker or None in (one.ticker, other.ticker)
    exchanges_agree = one.exchange_code == other.exchange_code or None in (one.exchange_code, other.exchange_code)
    companies_agree = company_key(one.company) == company_key(other.company)
    if tickers_agree and (companies_agree or (exchanges_agree and one.ticker)):
        return True
    return _voices_in_common(one, other) >= _VOICES_IN_COMMON


def _voices_in_common(one: CallRecord, other: CallRecord) -> float:
    return (one.voices & other.voices).bit_count() / max((one.voices | other.voices).bit_count(), 1)

"""Each call is answered for by its fullest transcript, whatever the order in which transcripts are found."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.resolve import CallRecord, Resolved, resolve

_MAY = date(2022, 5, 5)


def _record(source: str, call: str = "ACMP-2022Q1", day: date | None = _MAY, words: int = 100, **more: Any) -> CallRecord:
    facts: dict[str, Any] = {"fingerprint": source, "place": 0, "turns": 2} | more
    return CallRecord(source=source, call=call, date=day, words=words, **facts)


def _kept(resolved: Resolved) -> dict[str, str]:
    return {call: record.source for call, record in resolved.winners.items()}


def _dropped(resolved: Resolved) -> dict[str, str]:
    return {record.source: call for record, call in resolved.duplicates}


_RECORDS = st.lists(
    st.builds(
        _record,
        source=st.sampled_from(["a.txt", "b.txt", "c.txt", "d.txt"]),
        call=st.sampled_from(["ACMP-2022Q1", "ACMP-2022Q2", "BOLT-2022Q1"]),
        day=st.none() | st.dates(date(2022, 5, 1), date(2022, 5, 12)),
        words=st.integers(1, 3),
        fingerprint=st.sampled_from(["f", "g", "h"]),
        place=st.integers(0, 2),
    ),
    max_size=8,
    unique_by=lambda record: (record.source, record.place),
)


@given(_RECORDS.flatmap(lambda records: st.tuples(st.just(records), st.permutations(records))))
@settings(max_examples=200)
def test_order_does_not_matter(pair: tuple[list[CallRecord], list[CallRecord]]) -> None:
    """The same transcripts give the same calls, ids, winners and duplicates in whatever order they come."""
    assert resolve(pair[0]) == resolve(pair[1])


@given(_RECORDS)
@settings(max_examples=200)
def test_every_transcript_is_accounted_for(records: list[CallRecord]) -> None:
    """Each transcript is indexed or reported as a duplicate, once; no duplicate is fuller than what is kept for it."""
    resolved = resolve(iter(records))
    duplicates = [record for record, _ in resolved.duplicates]
    assert sorted([*resolved.winners.values(), *duplicates], key=repr) == sorted(records, key=repr)
    assert all(record.words <= resolved.winners[call].words for record, call in resolved.duplicates)
    assert all(call.startswith(record.call) for call, record in resolved.winners.items())


def test_calls_of_other_ids_stay_apart() -> None:
    """Transcripts of different calls are all kept, under the ids they give themselves."""
    resolved = resolve([_record("a.txt"), _record("b.txt", "BOLT-2022Q1")])
    assert _kept(resolved) == {"ACMP-2022Q1": "a.txt", "BOLT-2022Q1": "b.txt"}
    assert resolved.duplicates == ()


def test_the_fuller_transcript_wins() -> None:
    """Of two transcripts of a call the one with more words is kept, and the other is reported with the call it is of."""
    resolved = resolve([_record("short.txt", words=900), _record("full.txt", words=901)])
    assert _kept(resolved) == {"ACMP-2022Q1": "full.txt"}
    assert _dropped(resolved) == {"short.txt": "ACMP-2022Q1"}


def test_publishers_may_differ_by_three_days() -> None:
    """Dates three days apart are one call; the id has no date."""
    resolved = resolve([_record("a.txt", day=date(2022, 5, 8)), _record("b.txt", words=99)])
    assert _kept(resolved) == {"ACMP-2022Q1": "a.txt"}
    assert _dropped(resolved) == {"b.txt": "ACMP-2022Q1"}


def test_other_dates_are_other_calls() -> None:
    """Dates four days apart are two calls: the earlier keeps the id, the later one's date is appended."""
    resolved = resolve([_record("later.txt", day=date(2022, 5, 9), words=999), _record("earlier.txt")])
    assert _kept(resolved) == {"ACMP-2022Q1": "earlier.txt", "ACMP-2022Q1-20220509": "later.txt"}
    assert resolved.duplicates == ()


def test_a_dated_id_is_the_first_date_of_its_transcripts() -> None:
    """The id of a later call does not depend on which of its transcripts is the fullest."""
    later = [_record("b.txt", day=date(2022, 11, 3), words=5), _record("c.txt", day=date(2022, 11, 4), words=50)]
    assert _kept(resolve([_record("a.txt"), *later])) == {"ACMP-2022Q1": "a.txt", "ACMP-2022Q1-20221103": "c.txt"}


def test_transcripts_without_a_date_join_the_first_call() -> None:
    """A transcript that does not tell its date is of the call that has the plain id; it can be the fuller one."""
    resolved = resolve([_record("undated.txt", day=None, words=500), _record("later.txt", day=date(2022, 9, 1)), _record("earlier.txt")])
    assert _kept(resolved) == {"ACMP-2022Q1": "undated.txt", "ACMP-2022Q1-20220901": "later.txt"}
    assert _dropped(resolved) == {"earlier.txt": "ACMP-2022Q1"}


def test_transcripts_without_dates_are_one_call() -> None:
    """Where no transcript tells its date, one id is one call."""
    resolved = resolve([_record("a.txt", day=None), _record("b.txt", day=None, words=101)])
    assert _kept(resolved) == {"ACMP-2022Q1": "b.txt"}
    assert _dropped(resolved) == {"a.txt": "ACMP-2022Q1"}


def test_a_dated_id_takes_no_other_calls_id() -> None:
    """An id with a date appended never hides the call that has this id by itself."""
    resolved = resolve([_record("a.txt"), _record("b.txt", day=date(2022, 9, 1)), _record("c.txt", "ACMP-2022Q1-20220901")])
    assert sorted(_kept(resolved).values()) == ["a.txt", "b.txt", "c.txt"]


def test_equal_copies_are_one_call() -> None:
    """Two copies of one file are one call; the one whose path comes first is named as the one kept."""
    copies = [_record(path, fingerprint="same") for path in ("new/acme.txt", "a/acme.txt")]
    resolved = resolve(copies)
    assert _kept(resolved) == {"ACMP-2022Q1": "a/acme.txt"}
    assert _dropped(resolved) == {"new/acme.txt": "ACMP-2022Q1"}


def test_nothing_gives_nothing() -> None:
    """Without transcripts there are no calls."""
    assert resolve(()) == Resolved({}, ())

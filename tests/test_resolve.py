"""Each call is answered for by its fullest transcript, whatever the order in which transcripts are found."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.resolve import CallRecord, Resolved, figures_of, resolve, voices_of

_MAY = date(2022, 5, 5)
_OTHERS = voices_of(["Ada Low", "Sam Poe"])
_OTHER_FIGURES = (5, 6, 7, 8)


def _record(source: str, call: str = "ACMP-2022Q1", day: date | None = _MAY, words: int = 100, **more: Any) -> CallRecord:
    ticker, _, period = call.partition("-")
    facts: dict[str, Any] = {
        "fingerprint": source,
        "place": 0,
        "company": f"{ticker} Inc.",
        "ticker": ticker,
        "exchange_code": None,
        "period": period,
        "voices": voices_of(["Jane Roe", "Mark Lamb"]),
        "figures": (1, 2, 3, 4),
        "turns": 2,
        "warnings": (),
    }
    facts |= more
    return CallRecord(source=source, call=call, date=day, words=words, **facts)


def _nameless(source: str, call: str = "ACMP-INC-2022Q1", **more: Any) -> CallRecord:
    """A record of the same company from a file that does not tell its ticker."""
    return _record(source, call, **({"ticker": None, "company": "Acmp, Incorporated", "period": "2022Q1"} | more))


def _kept(resolved: Resolved) -> dict[str, str]:
    return {call: record.source for call, record in resolved.winners.items()}


def _dropped(resolved: Resolved) -> dict[str, str]:
    return {record.source: call for record, call in resolved.duplicates}


def _placed(resolved: Resolved) -> list[tuple[CallRecord, str]]:
    """Give every transcript with the id of its call, whether or not it is the one that is indexed."""
    return [*((record, call) for call, record in resolved.winners.items()), *resolved.duplicates]


_RECORDS = st.lists(
    st.builds(
        _record,
        source=st.sampled_from(["a.txt", "b.txt", "c.txt", "d.txt"]),
        call=st.sampled_from(["ACMP-2022Q1", "ACMP-2022Q2", "BOLT-2022Q1"]),
        day=st.none() | st.dates(date(2022, 5, 1), date(2022, 5, 12)),
        words=st.integers(1, 3),
        fingerprint=st.sampled_from(["f", "g", "h"]),
        place=st.integers(0, 2),
        ticker=st.sampled_from(["ACMP", "BOLT", None]),
        exchange_code=st.sampled_from([None, "NYSE", "LSE"]),
        company=st.sampled_from(["Acmp Inc.", "Bolt Works"]),
        voices=st.sampled_from([_OTHERS, voices_of(["Jane Roe", "Mark Lamb"])]),
        figures=st.sampled_from([_OTHER_FIGURES, (1, 2, 3, 4)]),
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
    given_ids = defaultdict(set)
    for record, call in _placed(resolved):
        given_ids[call].add(record.call)
    assert [call for call, own in given_ids.items() if not call.startswith(tuple(own))] == []


@given(st.lists(st.none() | st.dates(date(2022, 5, 1), date(2022, 5, 20)), max_size=6))
@settings(max_examples=200)
def test_a_call_is_held_on_one_day(days: list[date | None]) -> None:
    """Within one quarter of a company, dates up to three days apart are one call, longer ones are not, whatever undated ones are there."""
    placed = _placed(resolve(_record(f"{number}.txt", day=day) for number, day in enumerate(days)))
    dated = sorted((record.date, call) for record, call in placed if record.date)
    for (day, call), (next_day, next_call) in pairwise(dated):
        assert (call == next_call) is (next_day - day <= timedelta(3))


def test_calls_of_other_ids_stay_apart() -> None:
    """Transcripts of different calls are all kept, under the ids they give themselves."""
    resolved = resolve([_record("a.txt"), _record("b.txt", "BOLT-2022Q1")])
    assert _kept(resolved) == {"ACMP-2022Q1": "a.txt", "BOLT-2022Q1": "b.txt"}
    assert resolved.duplicates == ()


def test_a_second_call_of_the_day_is_another_call() -> None:
    """Where nothing that is said agrees, the same company, quarter and day do not make one call of two."""
    first = _record("first.txt", figures=tuple(range(8)), words=900)
    second = _record("second.txt", figures=tuple(range(8, 16)))
    assert set(_kept(resolve([first, second])).values()) == {"first.txt", "second.txt"}
    assert len(_kept(resolve([first, _record("again.txt", figures=tuple(range(7, 15)))]))) == 1


def test_of_transcripts_as_full_the_one_least_in_doubt_wins() -> None:
    """A word in a hundred less does not outweigh a date or a ticker; a word in ten does."""
    doubtful = _record("doubtful.txt", words=1000, warnings=("no-date", "no-ticker"))
    assert _kept(resolve([doubtful, _record("sound.txt", words=980)])) == {"ACMP-2022Q1": "sound.txt"}
    assert _kept(resolve([doubtful, _record("short.txt", words=900)])) == {"ACMP-2022Q1": "doubtful.txt"}


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


@pytest.mark.parametrize(("early", "late"), [("b.txt", "c.txt"), ("c.txt", "b.txt")])
def test_a_dated_id_is_the_first_date_of_its_transcripts(early: str, late: str) -> None:
    """The id of a later call does not depend on which of its transcripts is the fullest, nor on what the files are called."""
    later = [_record(early, day=date(2022, 11, 3), words=5), _record(late, day=date(2022, 11, 4), words=50)]
    assert _kept(resolve([_record("a.txt"), *later])) == {"ACMP-2022Q1": "a.txt", "ACMP-2022Q1-20221103": late}


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
    third = _record("c.txt", "ACMP-2022Q1-20220901", figures=_OTHER_FIGURES)
    resolved = resolve([_record("a.txt"), _record("b.txt", day=date(2022, 9, 1)), third])
    assert _kept(resolved) == {"ACMP-2022Q1": "a.txt", "ACMP-2022Q1-20220901": "c.txt", "ACMP-2022Q1-20220901-2": "b.txt"}


def test_equal_copies_are_one_call() -> None:
    """Two copies of one file are one call; the one whose path comes first is named as the one kept."""
    copies = [_record(path, fingerprint="same") for path in ("new/acme.txt", "a/acme.txt")]
    resolved = resolve(copies)
    assert _kept(resolved) == {"ACMP-2022Q1": "a/acme.txt"}
    assert _dropped(resolved) == {"new/acme.txt": "ACMP-2022Q1"}


# whose call


def test_a_transcript_without_a_ticker_is_known_by_its_company() -> None:
    """Where one publisher gives no ticker, the company's name tells that it is the same call; the id is the one with the ticker."""
    resolved = resolve([_record("a.txt", words=5), _nameless("b.txt", voices=_OTHERS)])
    assert _kept(resolved) == {"ACMP-2022Q1": "b.txt"}
    assert _dropped(resolved) == {"a.txt": "ACMP-2022Q1"}


def test_transcripts_without_tickers_are_known_by_their_company() -> None:
    """Spellings of the company do not matter, another company does."""
    others = _nameless("c.txt", "BOLT-WORKS-2022Q1", company="Bolt Works")
    resolved = resolve([_nameless("a.txt"), _nameless("b.txt", company="The ACMP Company", words=5), others])
    assert _kept(resolved) == {"ACMP-INC-2022Q1": "a.txt", "BOLT-WORKS-2022Q1": "c.txt"}


@pytest.mark.parametrize(("voices", "calls"), [(voices_of(["Jane Roe", "Mark Lamb", "Al Ott"]), 1), (_OTHERS, 2)])
def test_two_tickers_of_one_company_are_one_call_if_the_same_people_speak(voices: int, calls: int) -> None:
    """A company may be listed under two tickers; two companies of one name have not the same people."""
    resolved = resolve([_record("a.txt"), _record("b.txt", "ACMPB-2022Q1", company="ACMP Inc.", voices=voices)])
    assert list(_kept(resolved)) == ["ACMP-2022Q1", "ACMPB-2022Q1"][:calls]


@pytest.mark.parametrize(
    ("other", "calls"),
    [
        ({"exchange_code": "NYSE", "company": "Alpine Cement Mills"}, 1),  # the same exchange: an old name and a new
        ({"exchange_code": None, "company": "Alpine Cement Mills"}, 1),
        ({"exchange_code": "LSE"}, 1),  # listed twice
        ({"exchange_code": "LSE", "company": "Alpine Cement Mills"}, 2),
        ({"exchange_code": "LSE", "company": "Alpine Cement Mills", "voices": voices_of(["Jane Roe", "Mark Lamb"])}, 1),
    ],
)
def test_one_ticker_on_two_exchanges_may_be_two_companies(other: dict[str, Any], calls: int) -> None:
    """A ticker means one company unless exchange, name and people are all others; the second call then gets an id of its own."""
    resolved = resolve([_record("a.txt", exchange_code="NYSE"), _record("b.txt", **({"voices": _OTHERS} | other))])
    assert list(_kept(resolved)) == ["ACMP-2022Q1", "ACMP-2022Q1-20220505"][:calls]


# which call of the company


@pytest.mark.parametrize(("period", "best"), [("2021Q1", "ACMP-2021Q1"), ("2022Q2", "ACMP-2022Q1"), (None, "ACMP-2022Q1")])
def test_a_slip_of_the_period_is_decided_by_the_figures(period: str | None, best: str) -> None:
    """Transcripts of one day with different quarters, or one without, are of one call if at least four of the same numbers are said."""
    call = f"ACMP-{period or '2022-05-05'}"
    for figures, calls in (((1, 2, 3, 4, 9), {best}), ((1, 2, 3, 9), {"ACMP-2022Q1", call}), ((), {"ACMP-2022Q1", call})):
        resolved = resolve([_record("a.txt"), _record("b.txt", call, period=period, figures=figures, words=5)])
        assert set(_kept(resolved)) == calls


def test_a_slip_of_the_period_is_seen_over_the_end_of_a_month() -> None:
    """Dates one day apart are compared though the month changes between them."""
    april, may = date(2022, 4, 30), date(2022, 5, 1)
    resolved = resolve([_record("a.txt", day=april), _record("b.txt", "ACMP-2022Q2", day=may, words=5)])
    assert _kept(resolved) == {"ACMP-2022Q1": "a.txt"}


def test_figures_do_not_join_different_days() -> None:
    """The same numbers on another day are another call, though it may be a slip of the date: people quote numbers."""
    resolved = resolve([_record("a.txt"), _record("b.txt", "ACMP-2021Q1", day=date(2021, 5, 5))])
    assert set(_kept(resolved)) == {"ACMP-2022Q1", "ACMP-2021Q1"}


@pytest.mark.parametrize(
    ("same", "calls"),
    [({}, 1), ({"words": 99}, 2), ({"turns": 3}, 2), ({"call": "ACMP-OTHER-FILE"}, 2)],
)
def test_without_date_and_period_only_the_same_transcript_is_the_same_call(same: dict[str, Any], calls: int) -> None:
    """Where nothing tells the quarter or the day, it is one call if id, words and turns are the same."""
    facts: dict[str, Any] = {"call": "ACMP-FILE", "day": None, "period": None}
    resolved = resolve([_record("a.txt", **facts), _record("b.txt", **(facts | same))])
    assert len(resolved.winners) == calls


# ids


@pytest.mark.parametrize(
    ("ids", "best"),
    [
        (["ACMP-2022Q1", "ACMP-2022Q1", "ACMP-2022Q2"], "ACMP-2022Q1"),
        (["ACMP-2022Q2", "ACMP-2022Q2", "ACMP-2022Q1"], "ACMP-2022Q2"),
        (["ACMP-2022Q2", "ACMP-2022Q1"], "ACMP-2022Q1"),
    ],
)
def test_the_id_is_the_one_most_transcripts_give(ids: list[str], best: str) -> None:
    """A slip is outvoted; of as many votes the first in the alphabet wins."""
    resolved = resolve(_record(f"{number}.txt", call, words=number) for number, call in enumerate(ids))
    assert _kept(resolved) == {best: f"{len(ids) - 1}.txt"}


def test_an_id_of_ticker_and_period_counts_before_all_others() -> None:
    """Transcripts that lack ticker or period do not outvote one that has both."""
    lacking = [_nameless("a.txt"), _nameless("b.txt"), _record("c.txt", "ACMP-2022-05-05", period=None)]
    assert list(_kept(resolve([*lacking, _record("d.txt")]))) == ["ACMP-2022Q1"]


# what is compared


def test_voices_are_last_names() -> None:
    """Who speaks is the same in any order, with short given names, accents, honorifics and degrees; other people are others."""
    voices = voices_of(["Jane Roe", "José Lamb"])
    assert voices == voices_of(["Dr. Jose Lamb, CFA", "J. M. Roe", "JANE ROE", ""])
    assert voices.bit_count() == 2
    assert voices & voices_of(["Jane Poe"]) == 0
    assert voices_of([]) == voices_of(["Dr."]) == 0


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("Sales were $1,250.5 million, or 12.5%.", ["1,250.5", "12.5"]),
        ("In 2021 we sold 450 tons, in 1998 none.", ["450"]),
        ("It was 19.99, not 20; 3Q had 7 and 2.5.", ["19.99"]),
        ("Call 555-1234.", ["555", "1234"]),
        ("No number is said.", []),
    ],
)
def test_figures_are_numbers_of_three_digits_that_are_no_years(said: str, numbers: list[str]) -> None:
    """Small numbers and years are said in every call, the others tell calls apart; dollars and percent signs do not."""
    assert figures_of([said]) == figures_of(numbers)
    assert len(figures_of([said])) == len(numbers)


_NUMBERS = st.lists(st.integers(100, 1800).map(str), max_size=20)


@given(_NUMBERS, _NUMBERS)
@settings(max_examples=200)
def test_figures_of_two_parts_are_the_least_of_both(one: list[str], other: list[str]) -> None:
    """A sketch has the eight least checksums, whatever their order and place, so that sketches can be put together and compared."""
    both = figures_of([*one, " and ".join(other)])
    assert both == figures_of([" ".join(reversed(one + other + one))])
    assert both == tuple(sorted({*figures_of(one), *figures_of(other)})[:8])
    assert len(both) == min(8, len({*one, *other}))


def test_nothing_gives_nothing() -> None:
    """Without transcripts there are no calls."""
    assert resolve(()) == Resolved({}, ())

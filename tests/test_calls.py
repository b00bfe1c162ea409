"""The lines above the speech say which call it is: company, ticker, period, date, time, event, and an id made of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.calls import CallFacts, call_id, company_key, identify

LATEST = date(2026, 1, 31)


def _facts(*title: str, source: str = "calls/file.txt", company: str | None = None, opening: tuple[str, ...] = ()) -> CallFacts:
    return identify(title, source, latest=LATEST, company=company, opening=opening)


def _of(period: str) -> CallFacts:
    return _facts(f"Orchard Lane, Inc. (NYSE:ORLN) {period} Earnings Call")


def _on(day: str) -> CallFacts:
    return _facts("Orchard Lane, Inc. (NYSE:ORLN) Q3 2021 Earnings Call", day)


def test_one_line_tells_everything() -> None:
    """A Seeking Alpha title holds company, exchange, ticker, period, event, date and time."""
    assert _facts("Orchard Lane, Inc. (NYSE:ORLN) Q4 2012 Earnings Call November 12, 2012 10:00 AM ET") == CallFacts(
        company="Orchard Lane, Inc.",
        ticker="ORLN",
        exchange_code="NYSE",
        period="2012Q4",
        event="Q4 2012 Earnings Call",
        date=date(2012, 11, 12),
        time=time(10, 0),
        duration_minutes=None,
        origins=(("company", "title"), ("ticker", "title"), ("period", "title"), ("date", "title")),
        warnings=(),
    )


def test_lines_together_tell_everything() -> None:
    """A Motley Fool title spreads the same over three lines, with the day's move beside the ticker."""
    facts = _facts("Orchard Lane (ORLN -1.48%)", "Q3 2021 Earnings Call", "Nov 5, 2021, 8:00 a.m. ET", "Contents:", "• Prepared Remarks")
    assert (facts.company, facts.ticker, facts.exchange_code) == ("Orchard Lane", "ORLN", None)
    assert (facts.period, facts.event, facts.date, facts.time) == ("2021Q3", "Q3 2021 Earnings Call", date(2021, 11, 5), time(8, 0))


@pytest.mark.parametrize(
    ("title", "company", "exchange_code", "ticker"),
    [
        ("Orchard Lane, Inc. (NYSE:ORLN) Q3 2021", "Orchard Lane, Inc.", "NYSE", "ORLN"),
        ("Orchard Lane (NASDAQ: ORLN) Q3 2021", "Orchard Lane", "NASDAQ", "ORLN"),
        ("Orchard Lane ( NYSE:ORLN ) Q3 2021", "Orchard Lane", "NYSE", "ORLN"),
        ("Orchard Lane (NasdaqGS:ORLN) Q3 2021", "Orchard Lane", "NASDAQGS", "ORLN"),
        ("Orchard Lane (NYSE American:ORLN) Q3 2021", "Orchard Lane", "NYSE AMERICAN", "ORLN"),
        ("Orchard Lane (OTCQX:ORLNY) Q3 2021", "Orchard Lane", "OTCQX", "ORLNY"),
        ("Orchard Lane (TSX:ORL.TO) Q3 2021", "Orchard Lane", "TSX", "ORL.TO"),
        ("Orchard Lane (HKEX:0799) Q3 2021", "Orchard Lane", "HKEX", "0799"),
        ("Orchard Lane (nyse:orln) Q3 2021", "Orchard Lane", "NYSE", "ORLN"),
        ("Orchard Lane (NASDAQ:ORLN, NASDAQ:ORLNA) Q3 2021", "Orchard Lane", "NASDAQ", "ORLN"),
        ("Orchard Lane (ORLN) Q3 2021", "Orchard Lane", None, "ORLN"),
        ("Orchard Lane (ORL.B) Q3 2021", "Orchard Lane", None, "ORL.B"),
        ("Orchard Lane (ORLN 2.15%)", "Orchard Lane", None, "ORLN"),
        ("Orchard Lane - (NYSE:ORLN) Q3 2021", "Orchard Lane", "NYSE", "ORLN"),
        ("Orchard Lane (formerly Pear Tree) (NYSE:ORLN) Q3 2021", "Orchard Lane (formerly Pear Tree)", "NYSE", "ORLN"),
        ("Orchard Lane Holdings (UK) plc (LSE:ORLN) Q3 2021", "Orchard Lane Holdings (UK) plc", "LSE", "ORLN"),
        ("Orchard Lane, Inc. ORLN Q3 2021 Earnings Conference Call", "Orchard Lane, Inc.", None, "ORLN"),
        ("Orchard Lane Group PLC Q3 2021 Earnings Call", "Orchard Lane Group PLC", None, None),
        ("Orchard Lane SA F3Q 2021 Earnings Call", "Orchard Lane SA", None, None),
        ("Orchard Lane Corp Q3 2021 Earnings Call", "Orchard Lane Corp", None, None),
    ],
)
def test_company_and_ticker(title: str, company: str, exchange_code: str | None, ticker: str | None) -> None:
    """The ticker stands in parentheses, with its exchange or without, or bare before the period; a legal form is none."""
    facts = _facts(title)
    assert (facts.company, facts.exchange_code, facts.ticker) == (company, exchange_code, ticker)


def test_the_company_may_stand_on_the_line_before() -> None:
    """A page's ticker may begin a line of its own; the company is above it."""
    facts = _facts("Orchard Lane", "(NASDAQ: ORLN)", "Q3 2021 Earnings Call")
    assert (facts.company, facts.ticker) == ("Orchard Lane", "ORLN")


@pytest.mark.parametrize(
    ("published", "period"),
    [
        ("Q3 2021", "2021Q3"),
        ("Q3 '21", "2021Q3"),
        ("Q3-2021", "2021Q3"),
        ("Q3, 2021", "2021Q3"),
        ("3Q21", "2021Q3"),
        ("1Q16", "2016Q1"),
        ("FQ3 2021", "2021Q3"),
        ("F3Q 2013", "2013Q3"),
        ("F4Q12", "2012Q4"),
        ("Q1 FY25", "2025Q1"),
        ("Q3FY21", "2021Q3"),
        ("Q3 F2021", "2021Q3"),
        ("Q3 fiscal 2021", "2021Q3"),
        ("Q3 fiscal year 2021", "2021Q3"),
        ("Fiscal Q3 2021", "2021Q3"),
        ("2021 Q3", "2021Q3"),
        ("Third Quarter 2021", "2021Q3"),
        ("third-quarter 2021", "2021Q3"),
        ("First Quarter of Fiscal Year 2021", "2021Q1"),
        ("Q4 and Full Year 2021", "2021Q4"),
        ("4Q & FY21", "2021Q4"),
        ("Q4 and fiscal year 2021", "2021Q4"),
        ("Fourth Quarter and Full Year 2021", "2021Q4"),
        ("1Q98", "1998Q1"),
        ("Q5 2021", None),
        ("Full Year 2021", None),
        ("Q1 2076", None),
        ("Annual", None),
    ],
)
def test_periods(published: str, period: str | None) -> None:
    """Every spelling of a fiscal quarter is understood; what is no quarter, or lies far ahead, is none."""
    assert _of(published).period == period


@given(
    st.integers(1, 4),
    st.integers(2000, 2025),
    st.sampled_from(["Q{q} {y}", "{q}Q {y}", "F{q}Q {y}", "FQ{q} {y}", "Q{q} {s}", "{q}Q{s}", "F{q}Q{s}", "Q{q} FY{s}"]),
)
@settings(max_examples=200)
def test_any_quarter_of_any_year_is_understood(quarter: int, year: int, spelling: str) -> None:
    """The spellings work for every quarter and year, in two digits or four."""
    published = spelling.format(q=quarter, y=year, s=f"{year % 100:02}")
    assert _of(published).period == f"{year}Q{quarter}"


@pytest.mark.parametrize(
    ("source", "period"),
    [
        ("calls/orln-q3-2021.txt", "2021Q3"),
        ("orln_Q3_2021.txt", "2021Q3"),
        ("orln 2021-q3.html", "2021Q3"),
        ("f3q-2021-results.txt", "2021Q3"),
        ("orln-q3-fiscal-year-2021.txt", "2021Q3"),
        ("q3-2021/orln.txt", None),
        ("orln-2021.txt", None),
        ("faq3-2021.txt", None),
    ],
)
def test_the_name_of_the_file_is_the_last_resort(source: str, period: str | None) -> None:
    """A file's name, not its folder's, tells the period where the title does not."""
    assert _facts("Orchard Lane (ORLN)", source=source).period == period
    assert _facts("Orchard Lane (ORLN) Q1 2019", source=source).period == "2019Q1"


def _origin(facts: CallFacts, name: str) -> str | None:
    return dict(facts.origins).get(name)


_OPENING = ("Good day.", "Welcome to the Pear Tree third quarter 2021 earnings call.", "The date of this call is November 5, 2021.")
_NAMED = "calls/pear-tree-inc-ptre-q2-2019-earnings-call.txt"


@pytest.mark.parametrize(
    ("title", "rosters", "opening", "source", "company", "origin"),
    [
        (("Orchard Lane (ORLN)",), "Pear", _OPENING, _NAMED, "Orchard Lane", "title"),
        (("Q3 2021 Earnings Call",), "Pear", _OPENING, _NAMED, "Pear", "rosters"),
        (("Q3 2021 Earnings Call",), None, _OPENING, _NAMED, "Pear Tree", "opening"),
        (("Q3 2021 Earnings Call",), None, ("Welcome to our call.",), _NAMED, "Pear Tree Inc", "file name"),
        ((), None, (), "", None, None),
    ],
)
def test_the_company_is_the_title_s_else_the_next_best(
    title: tuple[str, ...], rosters: str | None, opening: tuple[str, ...], source: str, company: str | None, origin: str | None
) -> None:
    """Title, rosters, first words and at last the file's name are asked for the company, and where it was found is kept."""
    facts = _facts(*title, source=source, company=rosters, opening=opening)
    assert (facts.company, _origin(facts, "company")) == (company, origin)


@pytest.mark.parametrize(
    ("title", "opening", "source", "period", "origin"),
    [
        ("Orchard Lane (ORLN) Q1 2020", (), _NAMED, "2020Q1", "title"),
        ("Orchard Lane (ORLN)", _OPENING, _NAMED, "2021Q3", "opening"),
        ("Orchard Lane (ORLN)", (), _NAMED, "2019Q2", "file name"),
        ("Orchard Lane (ORLN)", (), "", None, None),
    ],
)
def test_the_period_is_the_title_s_else_the_next_best(
    title: str, opening: tuple[str, ...], source: str, period: str | None, origin: str | None
) -> None:
    """Title, first words and at last the file's name are asked for the fiscal quarter."""
    facts = _facts(title, source=source, opening=opening)
    assert (facts.period, _origin(facts, "period")) == (period, origin)


@pytest.mark.parametrize(
    ("title", "opening", "day", "origin"),
    [
        ("Orchard Lane (ORLN) May 5, 2020", _OPENING, date(2020, 5, 5), "title"),
        ("Orchard Lane (ORLN)", _OPENING, date(2021, 11, 5), "opening"),
        ("Orchard Lane (ORLN)", (), date(2019, 1, 30), "file name"),
    ],
)
def test_the_date_is_the_title_s_else_the_next_best(title: str, opening: tuple[str, ...], day: date, origin: str) -> None:
    """Title, first words and at last the file's name are asked for the day; a ticker in the name does not displace the title's."""
    facts = _facts(title, source="2019-01-30-PTRE.txt", opening=opening)
    assert (facts.date, _origin(facts, "date")) == (day, origin)
    assert (facts.ticker, _origin(facts, "ticker")) == ("ORLN", "title")


def test_what_only_the_name_tells_is_warned_of() -> None:
    """Each fact that nothing but the file's name tells is a warning beside those that nothing tells."""
    assert _facts(source=_NAMED).warnings == ("no-date", "company-from-file-name", "ticker-from-file-name", "period-from-file-name")
    assert _facts(source="2019-01-30-PTRE.txt").warnings == ("no-company", "no-period", "ticker-from-file-name", "date-from-file-name")
    assert _facts("Orchard Lane (ORLN) Q1 2019 May 2, 2019", source=_NAMED).warnings == ()
    assert _facts(opening=_OPENING).warnings == ("no-ticker",)


@pytest.mark.parametrize(
    ("title", "opening", "source", "period", "origin", "doubtful"),
    [
        ("Q3 2021", _OPENING, "orln-q3-2021.txt", "2021Q3", "title", False),
        ("Q2 2021", _OPENING, "orln-q3-2021.txt", "2021Q3", "opening", True),
        ("Q2 2021", _OPENING, "orln-q2-2021.txt", "2021Q2", "title", True),
        ("Q2 2021", _OPENING, "orln.txt", "2021Q2", "title", True),
        ("Q2 2021", (), "orln-q3-2021.txt", "2021Q2", "title", False),
        ("", _OPENING, "orln-q2-2021.txt", "2021Q3", "opening", False),
    ],
)
def test_a_title_that_the_call_contradicts_is_doubted(
    title: str, opening: tuple[str, ...], source: str, period: str, origin: str, doubtful: bool
) -> None:
    """Where title and first words name different quarters there is a doubt; the title gives way if the file's name is against it too."""
    facts = _facts(f"Orchard Lane (ORLN) {title} Earnings Call November 5, 2021", source=source, opening=opening)
    assert (facts.period, _origin(facts, "period"), "period-doubtful" in facts.warnings) == (period, origin, doubtful)


@pytest.mark.parametrize(
    ("published", "doubtful"),
    [
        ("Q3 2021 Earnings Call November 5, 2021", False),
        ("Q3 2021 Earnings Call November 5, 2022", True),
        ("Q3 2021 Earnings Call January 5, 2020", True),
        ("Q1 2022 Earnings Call May 20, 2021", False),
        ("Q3 2021 Earnings Call", False),
        ("Earnings Call November 5, 2022", False),
    ],
)
def test_a_day_that_cannot_be_the_quarter_s_is_doubted(published: str, doubtful: bool) -> None:
    """A call before its quarter can have ended, or long after, is kept as published, with a warning; other fiscal years are no doubt."""
    facts = _facts(f"Orchard Lane (ORLN) {published}")
    assert ("date-doubtful" in facts.warnings) is doubtful


@pytest.mark.parametrize(
    ("title", "company", "event"),
    [
        ("Q1 2016 Orchard Lane Inc Earnings Call", "Orchard Lane Inc", "Q1 2016 Earnings Call"),
        ("Q1 FY16 Orchard Lane Inc Investor Day", "Orchard Lane Inc", "Q1 FY16 Investor Day"),
        ("FQ1 2016 First Orchard Bancorp Pre Recorded Sales Call", "First Orchard Bancorp", "FQ1 2016 Pre Recorded Sales Call"),
        ("1Q16 Orchard & Lane plc Trading Update", "Orchard & Lane plc", "1Q16 Trading Update"),
        ("Q1 2016 Orchard Lane Inc Earnings Call - Final MAY 3, 2016 / 9:00PM GMT", "Orchard Lane Inc", "Q1 2016 Earnings Call - Final"),
        ("Q1 2016 Earnings Call", None, "Q1 2016 Earnings Call"),
        ("Q1 2016 Results Call", None, "Q1 2016 Results Call"),
        ("Q1 2016 and Full Year Results Call", None, "Q1 2016 and Full Year Results Call"),
    ],
)
def test_the_company_may_stand_behind_the_quarter(title: str, company: str | None, event: str) -> None:
    """Between the quarter and the event stands the company, and it is no part of the event; where nothing stands there, there is none."""
    facts = _facts(title)
    assert (facts.company, facts.period, facts.event) == (company, "2016Q1", event)


def test_a_quarter_before_the_company_is_not_its_name() -> None:
    """A ticker in brackets does not make the quarter before the company a part of its name."""
    facts = _facts("Q1 2016 Orchard Lane (NYSE:ORLN) Earnings Call")
    assert (facts.company, facts.ticker, facts.period) == ("Orchard Lane", "ORLN", "2016Q1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Orchard Inc.", "ORCHARD, INC"),
        ("Orchard", "The Orchard Company"),
        ("Orchard Holdings plc", "Orchard Group Ltd."),
        ("O.R.C. Corp.", "ORC Corporation"),
        ("L'Été S.A.", "L’Ete SA"),
        ("Orchard-Lane", "Orchard Lane"),
        ("Orchard.com, Inc.", "Orchard Com"),
        ("  Orchard   Lane ", "Orchard Lane"),
    ],
)
def test_spellings_of_a_company_are_one(one: str, other: str) -> None:
    """Legal forms, case, accents, dots, dashes and blanks do not make another company."""
    assert company_key(one) == company_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Orchard Lane", "Orchard Road"),
        ("Orchard 1", "Orchard 2"),
        ("Holdings", "Group"),
        ("The Trust Company", "The Group"),
        ("東京電機", "大阪商事"),
        ("Сады", "Поля"),
    ],
)
def test_other_companies_are_others(one: str, other: str) -> None:
    """Different names stay different, though they be made of words that are left out elsewhere, or written in any script."""
    assert company_key(one) != company_key(other)
    assert company_key(one)
    assert company_key(other)


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("November 5, 2021", date(2021, 11, 5)),
        ("Nov 5, 2021", date(2021, 11, 5)),
        ("Nov. 5, 2021", date(2021, 11, 5)),
        ("Nov 5th, 2021", date(2021, 11, 5)),
        ("Aug 08, 2022", date(2022, 8, 8)),
        ("Sept 5, 2021", date(2021, 9, 5)),
        ("JULY 26, 2016 / 9:00PM GMT", date(2016, 7, 26)),
        ("5 November 2021", date(2021, 11, 5)),
        ("March 3, 21", date(2021, 3, 3)),
        ("February 29, 2024", date(2024, 2, 29)),
        ("February 30, 2021", None),
        ("February 29, 2023", None),
        ("November 31, 2021", None),
        ("January 1, 0000", None),
        ("January 1, 1889", None),
        ("December 31, 1989", None),
        ("January 1, 1990", date(1990, 1, 1)),
        ("January 31, 2026", LATEST),
        ("February 1, 2026", None),
        ("November 5, 2031", None),
        ("Novel 5, 2021", None),
        ("November", None),
    ],
)
def test_dates(published: str, day: date | None) -> None:
    """Dates are understood as published; one that no calendar has, or no call can have, is refused."""
    facts = _on(published)
    assert facts.date == day
    assert ("no-date" in facts.warnings) is (day is None)


@pytest.mark.parametrize("impossible", ["February 30, 2021", "November 5, 2031", "January 1, 1985"])
def test_an_impossible_date_does_not_hide_a_possible_one(impossible: str) -> None:
    """The first credible date counts."""
    assert _on(f"{impossible} and March 2, 2021").date == date(2021, 3, 2)


@given(st.dates(date(1990, 1, 1), LATEST), st.sampled_from(["%B %d, %Y", "%b %d, %Y", "%b. %d, %Y", "%d %B %Y", "%B %d %Y"]))
@settings(max_examples=200)
def test_any_date_is_understood(day: date, spelling: str) -> None:
    """Every day from 1990 on is read in every spelling."""
    assert _on(day.strftime(spelling)).date == day


@pytest.mark.parametrize(
    ("published", "start"),
    [
        ("8:00 a.m. ET", time(8, 0)),
        ("5:00 PM ET", time(17, 0)),
        ("9:00PM GMT", time(21, 0)),
        ("12:00 PM", time(12, 0)),
        ("12:30 am", time(0, 30)),
        ("13:00 PM", None),
        ("0:30 AM", None),
        ("10:75 AM", None),
        ("at noon", None),
    ],
)
def test_times(published: str, start: time | None) -> None:
    """The start is read on the 12-hour clock; what no clock shows is refused."""
    assert _on(f"Nov 5, 2021, {published}").time == start


@pytest.mark.parametrize(
    ("line", "start", "minutes"),
    [
        ("Call Start: 08:30 January 1, 0000 9:34 AM ET", time(8, 30), 64),
        ("Call Start: 16:30 January 1, 0000 5:42 PM ET", time(16, 30), 72),
        ("Conference Start Time: 11:30 January 1, 0000 12:45 PM ET", time(11, 30), 75),
        ("Call Start: 09:00 January 1, 0000 9:00 AM ET", time(9, 0), None),
        ("Call Start: 10:00 January 1, 0000 9:00 AM ET", time(10, 0), None),
        ("Call Start: 27:30 January 1, 0000 9:34 AM ET", None, None),
        ("Call Start: 08:70 January 1, 0000 9:34 AM ET", None, None),
    ],
)
def test_clock_lines(line: str, start: time | None, minutes: int | None) -> None:
    """A clock line gives start and length, and its date of the year 0 is nobody's; what no clock shows, or lasts for hours, is refused."""
    facts = _facts("Orchard Lane (NYSE:ORLN) Q4 2012 Earnings Call November 12, 2012", line)
    assert (facts.date, facts.time, facts.duration_minutes) == (date(2012, 11, 12), start, minutes)
    assert facts.event == "Q4 2012 Earnings Call"


@pytest.mark.parametrize(
    ("title", "event"),
    [
        (("Orchard Lane (ORLN) Q3 2021 Earnings Conference Call",), "Q3 2021 Earnings Conference Call"),
        (("Orchard Lane (ORLN) - Q3 2021 Results - Earnings Call November 5, 2021 8:00 AM",), "Q3 2021 Results - Earnings Call"),
        (("Orchard Lane (ORLN)", "Investor Day", "May 5, 2021"), "Investor Day"),
        (("Orchard Lane (ORLN) at the Kestrel Fruit Conference May 5, 2021",), "at the Kestrel Fruit Conference"),
        (("Orchard Lane (ORLN)", "#17", "May 5, 2021"), "Earnings Call"),
        (("Orchard Lane (ORLN)", "Pears and plums"), "Earnings Call"),
        ((), "Earnings Call"),
    ],
)
def test_events(title: tuple[str, ...], event: str) -> None:
    """The event is what the title says without company, number, date and time; where that is no event, an earnings call."""
    assert _facts(*title).event == event


def test_what_is_missing_is_warned_of() -> None:
    """Each of company, ticker, period and date that the title lacks is a warning."""
    assert _facts().warnings == ("no-company", "no-ticker", "no-period", "no-date")
    assert _facts("Orchard Lane Q3 2021 Call").warnings == ("no-ticker", "no-date")
    assert _of("Q3 2021").warnings == ("no-date",)


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ({}, "ORLN-2021Q3"),
        ({"period": None}, "ORLN-2021-11-05"),
        ({"ticker": None}, "ORCHARD-LANE-INC-2021Q3"),
        ({"ticker": None, "period": None}, "ORCHARD-LANE-INC-2021-11-05"),
        ({"period": None, "date": None}, "ORLN-THE-FILE"),
        ({"ticker": None, "company": None}, "2021Q3-THE-FILE"),
        ({"ticker": None, "company": None, "period": None, "date": None}, "THE-FILE"),
        ({"ticker": None, "company": "Société d’Été"}, "SOCIETE-D-ETE-2021Q3"),
    ],
)
def test_ids(missing: dict[str, str | None], expected: str) -> None:
    """An id is ticker and period; company, date and at last the file's name stand in for what is missing."""
    whole = _facts("Orchard Lane, Inc. (NYSE:ORLN) Q3 2021 Earnings Call Nov 5, 2021")
    assert call_id(replace(whole, **missing), "the_file") == expected  # type: ignore[arg-type]


@given(st.lists(st.text(max_size=60), max_size=5))
@settings(max_examples=200)
def test_any_title_gives_an_id_of_safe_characters(title: list[str]) -> None:
    """Whatever the title says, the id is not empty and needs no quoting in a shell or a URL."""
    found = call_id(_facts(*title), "file")
    assert found
    assert set(found) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")

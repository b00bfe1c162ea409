"""A question is checked once and put in its one form, whichever way it was asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from indexer.errors import InvalidValue, RequestError, UnknownField
from indexer.roles import Role
from indexer.schema import FACETS
from search.query import FILTERS, Query, make_query


def test_a_bare_text_has_the_defaults() -> None:
    """Nothing but a text asks for the ten best turns, without filters or facets."""
    assert make_query("pumps") == Query(
        text="pumps", filters={}, since=None, until=None, facets=(), sort="relevance", group_by=None, limit=10, offset=0
    )


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("CFO", ("CFO",)),
        (Role.CFO, ("CFO",)),
        (["CFO", "CEO"], ("CFO", "CEO")),
        (("CFO",), ("CFO",)),
        (iter(["CFO"]), ("CFO",)),
    ],
)
def test_a_filter_is_one_value_or_several(asked: Any, meant: tuple[str, ...]) -> None:
    """A text is one value, never its letters; anything else is a series of values."""
    assert make_query("*", role=asked).filters == {"role": meant}


@pytest.mark.parametrize("nothing", [None, (), []])
def test_no_value_is_no_filter(nothing: Any) -> None:
    """A filter without a value is as if it had not been named: the command gives every filter, most of them empty."""
    assert make_query("*", role=nothing, firm=nothing).filters == {}


@pytest.mark.parametrize("field", FILTERS)
def test_every_filter_is_taken(field: str) -> None:
    """Each field that is said to filter does."""
    assert make_query("*", **{field: "x"}).filters == {field: ("x",)}  # type: ignore[arg-type]


def test_an_unknown_filter_names_the_filters() -> None:
    """A misspelt filter is refused with the list of those that are there."""
    with pytest.raises(UnknownField, match="no filter 'rolle'") as caught:
        make_query("*", rolle="CFO")
    assert [name for name in (*FILTERS, "since", "until") if name not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("role", ("role",)),
        (["role", "firm"], ("role", "firm")),
        (("firm", "role", "firm"), ("firm", "role")),
        ((), ()),
        (iter(FACETS), FACETS),
    ],
)
def test_facets_keep_their_order_once_each(asked: Any, meant: tuple[str, ...]) -> None:
    """Facets come in the order asked for, each once; a text is one facet."""
    assert make_query("*", facets=asked).facets == meant


@pytest.mark.parametrize("field", ["text", "turn", "title", "nosuch", "Role", ""])
def test_an_unknown_facet_names_the_facets(field: str) -> None:
    """Only facet fields are counted; the error lists them."""
    with pytest.raises(UnknownField, match=f"no facet '{field}'") as caught:
        make_query("*", facets=[field])
    assert [name for name in FACETS if name not in str(caught.value)] == []


@pytest.mark.parametrize("asked", ["2022-08-08", date(2022, 8, 8)])
def test_dates_are_dates_or_iso_text(asked: str | date) -> None:
    """A date and its ISO text mean the same day, as a first and as a last one."""
    query = make_query("*", since=asked, until=asked)
    assert (query.since, query.until) == (date(2022, 8, 8), date(2022, 8, 8))


def test_a_moment_means_its_day() -> None:
    """A datetime, which passes for a date in Python, stands for its day: calls have no other clock."""
    query = make_query("*", since=datetime(2022, 8, 8, 17, 0), until=date(2022, 8, 8))
    assert query.since is not None
    assert (query.since.isoformat(), query.until) == ("2022-08-08", date(2022, 8, 8))


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("text", ["", "yesterday", "08/08/2022", "2022-02-30", "2022-8-8", "2022", "2022-08-08T17:00"])
def test_what_is_no_date_is_refused(name: str, text: str) -> None:
    """The error says which date it is about and how one is written."""
    with pytest.raises(InvalidValue, match=f"{name}: '{text}' is no date; write it as 2021-11-05"):
        make_query("*", **{name: text})  # type: ignore[arg-type]


def test_since_after_until_is_refused() -> None:
    """A span of time that ends before it begins holds no call, and is surely a slip."""
    with pytest.raises(InvalidValue, match="since 2022-08-09 is after until 2022-08-08"):
        make_query("*", since="2022-08-09", until="2022-08-08")


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("sort", "newest", "choose relevance or date"),
        ("sort", "", "choose relevance or date"),
        ("group_by", "speaker", "choose call"),
        ("group_by", "", "choose call"),
        ("limit", -1, "choose 0 to 10000"),
        ("limit", 10_001, "choose 0 to 10000"),
        ("offset", -1, "choose 0 or more"),
    ],
)
def test_what_is_not_possible_is_refused_with_what_is(name: str, value: Any, hint: str) -> None:
    """The error names the argument, the value, and what may be chosen."""
    with pytest.raises(InvalidValue) as caught:
        make_query("*", **{name: value})
    assert str(caught.value) == f"{name}: {value!r} is not possible; {hint}"
    assert isinstance(caught.value, RequestError)


@pytest.mark.parametrize(
    ("name", "value"),
    [("sort", "date"), ("sort", "relevance"), ("group_by", "call"), ("group_by", None), ("limit", 0), ("limit", 10_000), ("offset", 10**9)],
)
def test_what_is_possible_is_taken(name: str, value: Any) -> None:
    """The bounds themselves are possible; how far an offset may go is for the answer to say."""
    assert getattr(make_query("*", **{name: value}), name) == value


def test_a_query_cannot_be_changed() -> None:
    """A checked question stays checked."""
    with pytest.raises(AttributeError):
        make_query("*").limit = -1  # type: ignore[misc]


@pytest.mark.parametrize("options", [{"since": 20210101}, {"until": 1.5}, {"company": 5}, {"role": [1]}])
def test_options_of_another_kind_are_told_of(options: dict[str, Any]) -> None:
    """A number where a text or a date belongs is an error of the library's own."""
    with pytest.raises(InvalidValue):
        make_query("*", **options)

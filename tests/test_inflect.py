"""A word is found in its inflections, and not in words that only look like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.inflect import inflections

# Words that occur together, so that each line of a table also says what must not be found.
_WORDS = frozenset(
    """
    tariff tariffs tariff's tariffed  raise raised raises raising raiser  earn earned earns earning earnings
    operate operates operated operating operator operators operation operations operational
    grow grew grown grows growing growth  news new newer newly  need needs needed needing needy ne
    at&t at&t's  price prices priced pricing pricey  company companies company's accompany
    plan plans planned planning plane planes  offer offers offered offering offset
    commit commits committed committing commitment  carry carries carried carrying carrier
    loss losses lose loses lost losing loose  tax taxes taxed taxing taxi  process processes processed processing
    sale sales sell sells sold selling  meet meets meeting meetings met meter  base bases based basing basis
    agree agrees agreed agreeing agreement  see sees saw seen seeing seed seeds
    analysis analyses analyst  person people personal  index indices indexes
    thing things the they  she shed  not note notes noted noting nothing  car cars care cares cared caring
    timing time times timed tim  even evening evenings  fee fees feed feeds
    unit units united  q3 q3's  10 10's  u.s u.s.  us use used using  one ones  it its it's  be is
    """.split()
)


def _found(word: str) -> set[str]:
    """Give the other words that a word is found in."""
    return set(inflections(word, _WORDS.__contains__)) - {word}


@pytest.mark.parametrize(
    "family",
    [
        "tariff tariffs tariff's tariffed",
        "raise raised raises raising",
        "operate operates operated operating",
        "operator operators",
        "operation operations",
        "grow grew grown grows growing",
        "need needs needed needing",
        "price prices priced pricing",
        "company companies company's",
        "plan plans planned planning",
        "offer offers offered offering",
        "commit commits committed committing",
        "carry carries carried carrying",
        "lose loses lost losing",
        "loss losses",
        "tax taxes taxed taxing",
        "process processes processed processing",
        "sell sells sold selling",
        "analysis analyses",
        "person people",
        "index indices indexes",
        "agree agrees agreed agreeing",
        "at&t at&t's",
        "sale sales",
    ],
)
def test_a_family_is_found_from_each_of_its_members(family: str) -> None:
    """Whichever form is asked for, all the others are found, and nothing else."""
    members = set(family.split())
    assert {word: _found(word) for word in members} == {word: members - {word} for word in members}


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("earnings", {"earning"}),
        ("earn", {"earned", "earns", "earning"}),
        ("news", set()),
        ("new", set()),
        ("ne", set()),
        ("growth", set()),
        ("basis", set()),
        ("meeting", {"meet", "meets", "met", "meetings"}),
        ("q3", {"q3's"}),
        ("10", {"10's"}),
        ("its", set()),
        ("us", set()),
        ("be", {"is"}),
        ("u.s.", set()),
        ("use", {"used", "using"}),
    ],
)
def test_words_with_forms_of_their_own_kind(word: str, others: set[str]) -> None:
    """`earnings` are not what somebody does who earns, `news` is not new, and figures and short words have no plural."""
    assert _found(word) == others


@pytest.mark.parametrize(
    ("word", "stranger"),
    [
        ("thing", "the"),
        ("the", "thing"),
        ("she", "shed"),
        ("shed", "she"),
        ("not", "noted"),
        ("noted", "not"),
        ("car", "caring"),
        ("cared", "cars"),
        ("plan", "plane"),
        ("plane", "planning"),
        ("timing", "tim"),
        ("evening", "even"),
        ("even", "evening"),
        ("fee", "feed"),
        ("see", "seed"),
        ("unit", "united"),
        ("united", "units"),
        ("operating", "operation"),
        ("operator", "operating"),
        ("new", "news"),
        ("need", "ne"),
        ("loss", "lose"),
    ],
)
def test_another_word_is_not_found(word: str, stranger: str) -> None:
    """What only looks like a form of a word is none: a search for `thing` must not find every turn with `the` in it."""
    assert stranger not in _found(word)


def test_the_word_itself_comes_first_whether_it_occurs_or_not() -> None:
    """The asked word leads, then what occurs in alphabetical order: `--explain` shows it so."""
    assert inflections("tariffs", {"tariff", "tariff's"}.__contains__) == ("tariffs", "tariff", "tariff's")
    assert inflections("surcharge", lambda word: False) == ("surcharge",)


def test_only_what_occurs_is_given() -> None:
    """A form that nobody said is left out, and so is a base that nobody said."""
    assert inflections("earnings", {"earnings", "earn"}.__contains__) == ("earnings",)
    assert inflections("raised", {"raised", "raising"}.__contains__) == ("raised",)


@given(st.from_regex(r"[a-z0-9&.'é]{1,12}", fullmatch=True))
def test_any_word_has_forms_without_repetition(word: str) -> None:
    """Whatever the word and whatever occurs, the word is given first, and no form twice."""
    forms = inflections(word, lambda form: True)
    assert forms[0] == word
    assert len(set(forms)) == len(forms)
    assert list(forms[1:]) == sorted(forms[1:])

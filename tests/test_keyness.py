"""Keyness is the log-likelihood of two corpora, over the sides that a call is compared with."""

from __future__ import annotations

from math import log
from pathlib import Path

import pytest

from search.keyness import Sides, Tally, log_likelihood, log_ratio
from tests.small_index import indexed, transcript


def test_log_likelihood_is_that_of_rayson_and_garside() -> None:
    """G2 is twice the sum of what was seen times the logarithm of it over what the two corpora together would have one expect."""
    assert log_likelihood(10, 1000, 1, 1000) == pytest.approx(2 * (10 * log(10 / 5.5) + log(1 / 5.5)))
    assert log_likelihood(12, 2000, 0, 10_000) == pytest.approx(2 * 12 * log(6))
    assert log_likelihood(0, 2000, 12, 10_000) == pytest.approx(2 * 12 * log(1.2))


def test_equal_rates_are_no_keyness() -> None:
    """A term that is said at one rate in two corpora of different sizes has a G2 and a Log Ratio of 0."""
    assert log_likelihood(3, 1000, 30, 10_000) == pytest.approx(0)
    assert log_ratio(3, 1000, 30, 10_000) == pytest.approx(0)


def test_log_ratio_counts_doublings() -> None:
    """Four times the rate is 2, a quarter is -2, and none counts as half a time."""
    assert [log_ratio(*counts) for counts in ((8, 1000, 2, 1000), (2, 1000, 8, 1000), (8, 1000, 0, 1000))] == pytest.approx([2, -2, 4])


def test_a_call_without_a_period_is_compared_with_those_of_the_weeks_about_it(tmp_path: Path) -> None:
    """Others' calls up to 46 days before and after count, and no others; the company's own earlier one is known by its day."""
    texts = [
        transcript("ACMP", "Fiscal 2022", "A meeting of ours.", "And why?", day="May 20, 2022"),
        transcript("ACMP", "Q1 2022", "Our own call.", "And then what?", day="May 03, 2022"),
        transcript("BOLT", "Q1 2022", "Bolts, and five words.", "And nuts?", day="Apr 04, 2022"),
        transcript("CART", "Q1 2022", "Too early.", "And wheels?", day="Apr 03, 2022"),
        transcript("DUMP", "Q2 2022", "Just in time, as said.", "And dust?", day="Jul 05, 2022"),
        transcript("EARL", "Q2 2022", "Too late to count.", "And tea?", day="Jul 06, 2022"),
    ]
    with indexed(tmp_path, texts) as snapshot:
        (call,) = {name for name in snapshot.codes("call").values if name.startswith("ACMP-2022") and "Q" not in name}
        tally = Tally(snapshot, snapshot.codes("call").values.index(call))
        assert tally.calls == Sides(now=1, recent=1, earlier=1, others=2)
        assert tally.words == Sides(now=6, recent=6, earlier=6, others=13)

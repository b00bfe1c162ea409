"""The lines above a Motley Fool call become title lines, whoever saved them."""

from __future__ import annotations

import pytest

from indexer.formats.motley_fool_title import title_lines, unglue_title

BLOCK = [
    "=" * 70,
    "Earnings Call Transcript",
    "Company: Orchard Lane (果园)",
    "Ticker: ORLN",
    "Quarter: Q1 2026",
    "Source: motley_fool",
    "URL: https://transcripts.example/2026/05/15/orchard-lane",
    "Scraped: 2026-05-29T22:27:01.065162",
    "Characters: 50506",
    "=" * 70,
]
DATE = "Thursday, May 14, 2026 at 5 p.m. ET"
SUMMARY = ["Revenue-- $3 million.", "Orchard Lane, Inc.(ORLN+9.19%)reported more pears than ever."]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            "Orchard Lane(ORLN+0.15%)Q1 2024 Earnings CallMay 02, 2024,7:00 a.m. ET",
            ("Orchard Lane (ORLN)", "Q1 2024 Earnings Call", "May 02, 2024,7:00 a.m. ET"),
        ),
        (
            "Orchard Lane (NYSE:ORLN)Q3 2019 Earnings CallOct 15, 2019, 8:30 a.m. ET",
            ("Orchard Lane (NYSE:ORLN)", "Q3 2019 Earnings Call", "Oct 15, 2019, 8:30 a.m. ET"),
        ),
        (
            "Orchard Lane(OR.A1.1%)2Q 2024 Earnings Conference CallMay 2, 2024",
            ("Orchard Lane (OR.A)", "2Q 2024 Earnings Conference Call", "May 2, 2024"),
        ),
        ("Orchard Lane, Inc. (ORLN -1.48%)", ("Orchard Lane, Inc. (ORLN -1.48%)",)),
        ("We sold pears.", ("We sold pears.",)),
    ],
)
def test_a_glued_title(line: str, parts: tuple[str, ...]) -> None:
    """Company and ticker, quarter and date are put apart; other lines stay."""
    assert unglue_title(line) == parts


def test_a_collectors_block_gives_what_the_page_lacks() -> None:
    """Company, ticker and quarter come from the block, the date from the page; when it was scraped is nobody's business."""
    assert title_lines([*BLOCK, DATE]) == ("Orchard Lane (ORLN)", "Q1 2026 Earnings Call", "May 14, 2026 at 5:00 p.m. ET")


def test_the_pages_own_title_is_better_than_the_block() -> None:
    """Where the page has a title, the block is left out."""
    glued = "Orchard Lane(ORLN+0.15%)Q1 2026 Earnings CallMay 14, 2026,7:00 a.m. ET"
    assert title_lines([*BLOCK, glued, "Prepared Remarks", "Questions and Answers"]) == unglue_title(glued)


def test_the_summary_gives_the_ticker() -> None:
    """Where neither block nor title has the ticker, the summary's sentence with the price's move does."""
    without = [line for line in BLOCK if not line.startswith("Ticker")]
    assert title_lines([*without, DATE], summary=SUMMARY)[0] == "Orchard Lane (ORLN)"
    assert title_lines([DATE], summary=SUMMARY) == ("Orchard Lane, Inc. (ORLN)", "May 14, 2026 at 5:00 p.m. ET")
    assert title_lines([DATE], summary=SUMMARY[:1]) == ("May 14, 2026 at 5:00 p.m. ET",)


def test_one_line_is_no_block() -> None:
    """A single line that looks like a fact is a line of the page."""
    assert title_lines(["Company: a word we like", DATE])[0] == "Company: a word we like"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Oct. 29, 2025 at 5:30 p.m. ET", "Oct. 29, 2025 at 5:30 p.m. ET"),
        ("May 27, 2026, at 11 a.m. ET", "May 27, 2026, at 11:00 a.m. ET"),
        ("Sept. 3, 2025", "Sept. 3, 2025"),
    ],
)
def test_dates_are_made_readable(line: str, expected: str) -> None:
    """A full hour gets its minutes; a time that has them keeps them."""
    assert title_lines([line]) == (expected,)

"""Seeking Alpha transcripts as saved pages: the title, rosters and bold names of the text, inside an article among furniture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape

from indexer.clean import unify_spaces
from indexer.formats.draft import Block, Draft
from indexer.formats.draft import one_call as split
from indexer.formats.html import article_blocks, is_html
from indexer.formats.seeking_alpha_text import is_roster_heading, parse_blocks

__all__ = ["NAME", "evidence", "parse", "split"]

NAME = "seeking-alpha-html"

_PUBLISHER = re.compile(r"seeking ?alpha", re.IGNORECASE)
_ROSTER = re.compile(
    r">\s*(?:executives?|analysts?|(?:company|corporate|(?:conference\s+)?call)\s+(?:participants|representatives)):?\s*<", re.IGNORECASE
)
# "Jan. 17, 2019 3:35 PM ET", and behind it the number of comments if the page was saved with them.
_PUBLISHED = re.compile(r"[A-Z][a-z]{2,8}\.? \d{1,2}, (?P<year>20\d\d)\b.{0,60}")
_DAY_AND_YEAR = re.compile(r"\b(?P<day>[A-Z][a-z]{2})[a-z]*\.? (?P<number>\d{1,2}), (?P<year>20\d\d)\b")

_LISTED = re.compile(r"\([A-Za-z]{2,12}:\s?[A-Z0-9.-]{1,12}[,)]")  # "(NYSE:MS)", which the headline has as "(MS)"
_CLOCK = re.compile(r"(?:call )?start(?: time)?:", re.IGNORECASE)
_TITLE_LINES = 4


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    if not is_html(text) or not _PUBLISHER.search(text):
        return ""
    # A heading may be written with no-break spaces; to look for these takes longer.
    headings = len(_ROSTER.findall(text)) or len(_ROSTER.findall(unify_spaces(unescape(text))))
    return f"a Seeking Alpha page with {headings} lists of participants" if headings else ""


def parse(text: str) -> Draft:
    """Parse a page of this layout."""
    blocks = article_blocks(text)
    roster = next((number for number, block in enumerate(blocks) if is_roster_heading(block.text)), 0)
    start = _title_start(blocks[:roster])
    draft = parse_blocks(blocks[start:])
    return replace(draft, title=tuple(_with_sound_year(line, blocks[:start]) for line in draft.title))


def _title_start(above: Sequence[Block]) -> int:
    """Find the call's own title, above which stand the article's headline, its day of publication, its author, links.

    It is the line above the rosters, or begins up to three lines further up, at the company with its exchange, and a
    clock's line before that: so in 25 of 2,000 texts of the publisher.
    """
    last = len(above) - 1
    listed = (number for number in range(last, max(last - _TITLE_LINES, -1), -1) if _LISTED.search(above[number].text))
    start = max(next(listed, last), 0)
    return start - 1 if start and _CLOCK.match(above[start - 1].text) else start


def _with_sound_year(title: str, above: Sequence[Block]) -> str:
    """Take the year of publication for a year that is a slip: "January 17, 2018" in a page of January 17, 2019."""
    said = _DAY_AND_YEAR.search(title)
    published = next((found for block in above if _PUBLISHED.fullmatch(block.text) and (found := _DAY_AND_YEAR.search(block.text))), None)
    if not said or not published or said.group("day", "number") != published.group("day", "number"):
        return title
    return title[: said.start("year")] + published["year"] + title[said.end("year") :]

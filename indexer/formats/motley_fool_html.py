"""Motley Fool transcripts as saved pages: the same headings and headers as the text, inside an article among furniture."""

from __future__ import annotations

import re
from html import unescape

from indexer.formats.draft import Draft
from indexer.formats.draft import one_call as split
from indexer.formats.html import article_blocks, is_html
from indexer.formats.motley_fool_text import parse_blocks

__all__ = ["NAME", "evidence", "parse", "split"]

NAME = "motley-fool-html"

_PUBLISHER = re.compile(r"motley fool|fool\.com", re.IGNORECASE)
_HEADING = re.compile(
    r"<(?:h2|strong|b)\b[^<>]{0,200}>\s*(?:<span>)?(?:prepared\s+remarks|questions\s+(?:and|&)\s+answers|call\s+participants):?\s*</",
    re.IGNORECASE,
)


def evidence(text: str) -> str:
    """Say what in the text marks this layout, or "" if nothing does."""
    if not is_html(text) or not _PUBLISHER.search(text):
        return ""
    headings = len(_HEADING.findall(unescape(text)))
    return f"a Motley Fool page with {headings} transcript headings" if headings else ""


def parse(text: str) -> Draft:
    """Parse a page of this layout."""
    return parse_blocks(article_blocks(text))

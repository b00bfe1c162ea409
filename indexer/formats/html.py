"""Which paragraphs does a page show as its article? HTML in, blocks out; the one module that knows beautifulsoup4."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Comment
from bs4.element import NavigableString, Tag
from bs4.filter import SoupStrainer

from indexer.clean import clean, unify_spaces
from indexer.errors import NotATranscript
from indexer.formats.draft import Block

__all__ = ["article_blocks", "is_html"]

_IS_HTML = re.compile(
    r"\s*(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b|<(?:p|div|h\d)\b[^>]*>", re.IGNORECASE | re.DOTALL
)
_NOT_SHOWN = ("script", "style", "noscript", "template", "svg", "iframe", "form", "button", "nav", "aside", "footer", "figure", "head")
# What holds a page's article, the most particular first, and the text without which it cannot be in the page. Only that
# part of the page is built as a tree: most of a page's tags are furniture, and each costs 40 µs.
_ARTICLES = (
    ("article-content", SoupStrainer(class_="article-content")),
    ("article-body", SoupStrainer(class_="article-body")),
    ("tailwind-article-body", SoupStrainer(class_="tailwind-article-body")),
    ("article-body", SoupStrainer(id="article-body")),
    ("<article", SoupStrainer("article")),
    ("<main", SoupStrainer("main")),
    ("<body", SoupStrainer("body")),
)
_ADVERT = re.compile(r"(?:^|[-_])(?:ads?|interad|advert\w*|promo\w*|pitch|dfp|sponsor\w*|newsletter|caption)(?:$|[-_])", re.IGNORECASE)
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 li td th blockquote pre dt dd div section ul ol table tr".split())
_DEEPEST = 200  # nested tags; pages have about 30, recursion must end, and lxml drops what is below 256
_MOST_TAGS = 60_000  # of opening and closing ones; a saved page has up to 8,000, and each costs 2 KB and 40 µs


def is_html(text: str) -> bool:
    """Say whether a source is a page rather than a text."""
    head = text[:20_000]
    return "<" in head and (_IS_HTML.match(text[:4_000]) is not None or "</p>" in head.lower())


def article_blocks(page: str) -> tuple[Block, ...]:
    """Give the paragraphs of a page's article in reading order.

    Scripts, navigation, asides and whatever calls itself an advert or a promotion in its class or id are left out;
    `<br>` ends a block.

    Raises:
        NotATranscript: the page has more tags, or tags nested deeper, than any page that people read.
    """
    tags = page.count("<")
    if tags > _MOST_TAGS:
        raise NotATranscript(f"a page with {tags:,} tags: no transcript has so many")
    lines: list[list[tuple[str, bool]]] = [[]]
    _walk(_article(page), False, 0, lines)
    return tuple(block for pieces in lines if (block := _block(pieces)))


def _article(page: str) -> Tag:
    lowered = page.lower()
    for mark, strainer in _ARTICLES:
        if mark in lowered and (found := BeautifulSoup(page, "lxml", parse_only=strainer).find(True)):
            return found
    return BeautifulSoup(page, "lxml")


def _walk(tag: Tag, bold: bool, depth: int, lines: list[list[tuple[str, bool]]]) -> None:
    """Append the tag's visible text to `lines`, a list of (text, bold) pieces a line."""
    for child in tag.children:
        if isinstance(child, NavigableString):
            if not isinstance(child, Comment):
                lines[-1].append((str(child), bold))
        elif isinstance(child, Tag) and not _is_hidden(child):
            if depth == _DEEPEST:
                raise NotATranscript(f"a damaged page: tags nested more than {_DEEPEST} deep")
            breaks = child.name in _PARAGRAPHS
            if breaks or child.name == "br":
                lines.append([])
            _walk(child, bold or child.name in ("strong", "b"), depth + 1, lines)
            if breaks:
                lines.append([])


def _is_hidden(tag: Tag) -> bool:
    if tag.name in _NOT_SHOWN:
        return True
    marks = [*(tag.get_attribute_list("class")), tag.get("id")]
    return any(isinstance(mark, str) and _ADVERT.search(mark) for mark in marks)


def _block(pieces: list[tuple[str, bool]]) -> Block | None:
    # What stands in a page as &#769; or &nbsp; no reader of the text has seen yet.
    text = clean(unify_spaces("".join(piece for piece, _ in pieces)))
    if not text:
        return None
    return Block(text, bold=next(bold for piece, bold in pieces if piece.strip()))

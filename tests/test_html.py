"""A page gives the paragraphs of its article, and nothing that only stands around or between them."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import NotATranscript
from indexer.formats.html import article_blocks, is_html

paragraphs = st.lists(st.text(alphabet="abcé &<>\"'“”0129$%.", min_size=1, max_size=20).map(str.strip).filter(bool), max_size=8)
furniture = st.sampled_from(
    [
        "<script>var said = '<p>never</p>';</script>",
        "<style>p { color: never }</style>",
        "<!-- never -->",
        "<div class='interad'><p>never</p></div>",
        "<aside><p>never</p></aside>",
        "",
    ]
)


def _texts(page: str) -> list[str]:
    return [block.text for block in article_blocks(page)]


@given(paragraphs, furniture)
@settings(max_examples=150)
def test_paragraphs_come_out_as_they_went_in(said: list[str], between: str) -> None:
    """Each paragraph is a block, in order, its entities read, and furniture between them leaves no trace."""
    said = [" ".join(text.split()) for text in said]
    page = between.join(f"<p>{html.escape(text)}</p>" for text in said)
    assert _texts(f"<html><body><article>{between}{page}{between}</article></body></html>") == said


@pytest.mark.parametrize(
    "tag", ["script", "style", "noscript", "template", "svg", "iframe", "form", "button", "nav", "aside", "footer", "figure"]
)
def test_what_is_not_text_of_the_article_is_left_out(tag: str) -> None:
    """Code, controls, navigation, sidebars, footers and figures give no block."""
    assert _texts(f"<article><p>One</p><{tag}>never</{tag}><p>Two</p></article>") == ["One", "Two"]


@pytest.mark.parametrize("hidden", ["<!-- never -->", "<?php never ?>", "<![CDATA[never]]>"])
def test_markup_that_is_not_shown_is_left_out(hidden: str) -> None:
    """Comments and processing instructions give no block and no words."""
    assert _texts(f"<article><p>One{hidden}</p>{hidden}<p>Two</p></article>") == ["One", "Two"]


@pytest.mark.parametrize(
    "mark",
    [
        'class="interad"',
        'class="ad"',
        'class="info-card ads"',
        'class="dfp-ads ad"',
        'id="div-gpt-ad-123"',
        'class="promoboxAd"',
        'id="promo-2"',
        'class="advertisement"',
        'class="sponsored-content"',
        'id="pitch"',
        'class="newsletter-box"',
        'class="caption"',
    ],
)
def test_adverts_are_left_out(mark: str) -> None:
    """Whatever calls itself an advert, a promotion or a caption in its class or id gives no block, nor does what is inside it."""
    assert _texts(f"<article><p>One</p><div {mark}>never <p>never</p></div><p>Two</p></article>") == ["One", "Two"]


@pytest.mark.parametrize("mark", ['class="heading"', 'class="lead roadshow"', 'id="loaded"', 'class="pitcher"', 'class="captioned"'])
def test_words_with_an_advert_in_them_are_none(mark: str) -> None:
    """The letters of "ad" or "pitch" inside another word make no advert."""
    assert _texts(f"<article><p {mark}>One</p></article>") == ["One"]


def test_only_the_article_counts() -> None:
    """Of a whole page the article's paragraphs come out; headers, related stories and footers around it do not."""
    page = "<body><p>Site</p><main><article><p>One</p></article><p>Related</p></main><p>Legal</p></body>"
    assert _texts(page) == ["One"]


@pytest.mark.parametrize(
    "article",
    [
        '<span class="article-content">{}</span>',
        '<div class="article-body">{}</div>',
        '<div class="tailwind-article-body">{}</div>',
        '<div id="article-body">{}</div>',
        "<article>{}</article>",
        "<main>{}</main>",
    ],
)
def test_the_article_has_many_names(article: str) -> None:
    """What a page calls its article is found, and paragraphs inside a span are still paragraphs."""
    page = article.format("<p>One</p><p>Two</p>")
    assert _texts(f"<body><div><p>Menu</p></div>{page}</body>") == ["One", "Two"]


def test_the_whole_page_stands_in_for_an_article() -> None:
    """A page without any such mark is read whole, and so is a fragment."""
    assert _texts("<html><body><p>One</p><div>Two</div></body></html>") == ["One", "Two"]
    assert _texts("<p>One</p>two") == ["One", "two"]


@pytest.mark.parametrize("tag", ["<br>", "<br/>", "<br />", "</p><p>", "<h2>", "</div><div>"])
def test_line_breaks_and_paragraphs_end_blocks(tag: str) -> None:
    """A line break parts two blocks as a paragraph does."""
    assert _texts(f"<article><div><p>One{tag}Two</p></div></article>") == ["One", "Two"]


def test_lists_and_tables_give_a_block_an_item() -> None:
    """List items and table cells are blocks of their own, closed properly or not."""
    assert _texts("<ul><li>One<li>Two</ul><table><tr><td>Three</td><td>Four</td></tr></table>") == ["One", "Two", "Three", "Four"]


def test_inline_tags_end_no_block() -> None:
    """Emphasis, links and line ends of the source stay inside a block, with the spaces between words."""
    assert _texts("<p>We <em>did</em>\n  <a href='#'>say</a>&nbsp;so&hellip; AT&amp;T</p>") == ["We did say so… AT&T"]


def test_empty_paragraphs_give_no_block() -> None:
    """White space alone is no block."""
    assert _texts("<p></p><p>&nbsp;\u200b</p><div> </div>") == []
    assert _texts("") == []


@pytest.mark.parametrize(
    ("page", "bold"),
    [
        ("<p><strong>Jane Roe</strong> -- <em>Chair</em></p>", True),
        ("<p><b>Jane Roe</b></p>", True),
        ("<p><em><strong>Jane</strong></em></p>", True),
        ("<strong><p>Jane</p></strong>", True),
        ("<p> <strong>Jane</strong></p>", True),
        ("<p>Jane <strong>Roe</strong></p>", False),
        ("<p><strong> </strong>Jane</p>", False),
        ("<h2>Jane</h2>", False),
    ],
)
def test_a_block_knows_whether_it_begins_in_bold(page: str, bold: bool) -> None:
    """The first word decides; what is bold later, or a heading, does not count."""
    assert [block.bold for block in article_blocks(page)] == [bold]


@pytest.mark.parametrize("tag", ["div", "b", "span", "ul", "table"])
def test_a_page_nested_without_end_is_refused(tag: str) -> None:
    """Ten thousand nested tags, closed or not, neither crash the reader nor cost words silently: the page is called damaged."""
    nested = f"<{tag}>" * 10_000
    for page in (f"<article><p>One</p>{nested}</article>", f"<article><p>One</p>{nested}deep{f'</{tag}>' * 10_000}</article>"):
        with pytest.raises(NotATranscript, match="nested more than 200 deep"):
            article_blocks(page)


def test_a_page_of_nothing_but_tags_is_refused() -> None:
    """More tags than any page has would take minutes; they are counted first."""
    with pytest.raises(NotATranscript, match="80,000 tags"):
        article_blocks("<p>One</p>" * 40_000)


def test_ordinary_nesting_is_read_to_the_bottom() -> None:
    """A hundred levels are no reason to lose a paragraph."""
    assert _texts("<div>" * 100 + "<p>One</p>" + "</div>" * 100) == ["One"]


@given(st.text(alphabet="<>/!-?&;=\"' abpdiv\n", max_size=80))
@settings(max_examples=200)
def test_any_tag_soup_gives_clean_blocks(page: str) -> None:
    """However broken a page is, its blocks are clean text, none of them empty."""
    for text in _texts(page):
        assert text
        assert text == " ".join(text.split())


def test_what_entities_mean_is_clean() -> None:
    """Invisible characters, spaces and accents upon accents go, whether they stand in a page as such or as entities."""
    assert _texts("<p>soft&shy;ly&nbsp;&#8203;said</p>") == ["softly said"]
    assert _texts(f"<p>pear{'&#769;&#803;' * 40}s</p>") == ["pears"]


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><html>",
        "<html lang='en'>",
        "\n\n  <!-- saved page -->\n<html>",
        "<body class='x'>",
        "<p>One</p>",
        "<div id='x'>One",
        "<h2>One</h2>",
        "One\n<P>Two</P>",
        "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html>\n<html>",
    ],
)
def test_is_a_page(text: str) -> None:
    """Whole pages, XHTML among them, and fragments of pages are HTML."""
    assert is_html(text)


@pytest.mark.parametrize("text", ["", "Orchard Lane (ORLN)", "Margin was <p 5", "if a < b and b > c", "Jane Roe <jane@orchard.example>"])
def test_is_no_page(text: str) -> None:
    """Text with an angle bracket in it is text."""
    assert not is_html(text)

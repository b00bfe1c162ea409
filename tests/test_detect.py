"""A source's layout is found by what stands in it, and what is no call is refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import formats
from indexer.detect import LAYOUTS, detect
from indexer.encoding import decode
from indexer.errors import NotATranscript

SAMPLES = Path(formats.__file__).parents[1] / "samples"
CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"

LAYOUT_OF = {
    "brightmoor-brmf-q2-2025.txt": "motley-fool-text",
    "brightmoor-brmf-q3-2025.txt": "motley-fool-text",
    "calderbay-cbay-q3-2025.txt": "seeking-alpha-text",
    "harrowgate-hwgt-q1-2025.html": "motley-fool-html",
    "harrowgate-hwgt-q2-2025.html": "motley-fool-html",
    "northlight-nlsc-fq1-2026.txt": "seeking-alpha-text",
    "quillstone-qlst-q2-2025.txt": "seeking-alpha-text",
    "quillstone-qlst-q3-2025.txt": "seeking-alpha-text",
    "veltrana-vlta-q3-2024.txt": "motley-fool-text",
    "veltrana-vlta-q4-2024.txt": "motley-fool-text",
}


def _text(name: str) -> str:
    return decode((SAMPLES / name).read_bytes()).text


@pytest.mark.parametrize("name", sorted(LAYOUT_OF))
def test_every_sample_has_its_layout(name: str) -> None:
    """Each transcript that ships is recognised, on evidence that can be shown."""
    detected = detect(_text(name))
    assert (detected.layout.NAME, bool(detected.evidence)) == (LAYOUT_OF[name], True)


@pytest.mark.parametrize("name", sorted(LAYOUT_OF))
def test_one_layout_only_claims_a_sample(name: str) -> None:
    """The layouts' marks do not overlap: it does not hang on the order in which they are asked."""
    assert [layout.NAME for layout in LAYOUTS if layout.evidence(_text(name))] == [LAYOUT_OF[name]]


def test_layouts_have_names_of_their_own() -> None:
    """A layout's name identifies it."""
    names = [layout.NAME for layout in LAYOUTS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("text", ["", " \n\t\n", "\u00a0"])
def test_an_empty_file_is_refused(text: str) -> None:
    """White space alone is called what it is."""
    with pytest.raises(NotATranscript, match=r"^empty file$"):
        detect(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A shopping list:\npears\nplums", "none of the first 3 lines says who speaks"),
        ("pears", "nothing says who speaks"),
        ("<html><body><p>The Motley Fool</p><p>Ten pears to watch</p></body></html>", "a page without the marks of a transcript"),
        ('{"question": "Why pears?", "answer": "So."}', "rows of data, not a transcript"),
        ('[{"question": "Why pears?", "answer": "So."}]', "rows of data, not a transcript"),
        ("Orchard Lane (ORLN) Q3 2021 Earnings Call\nWe sold pears, and they were good.", "none of the first 2 lines says who speaks"),
        ("Jane Roe: Thank you.\nMark Lamb: Why pears?\nJane Roe: So.", "no known transcript layout: the marks of none of 13 stand in it"),
    ],
)
def test_what_is_no_transcript_is_refused(text: str, reason: str) -> None:
    """The refusal says what the text is or lacks, and where to read more."""
    with pytest.raises(NotATranscript, match=f"{reason}; see README for the layouts that are read$"):
        detect(text)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the checkout")
@pytest.mark.parametrize(
    ("folder", "layout", "number"),
    [
        ("motley_text", "motley-fool-text", 151),
        ("motley_html", "motley-fool-html", 3),
        ("seeking_alpha_text", "seeking-alpha-text", 2_000),
        ("motley_text_nobreaks", "motley-fool-nobreaks", 10),
        ("motley_bilingual", "motley-fool-bilingual", 3),
        ("seeking_alpha_html", "seeking-alpha-html", 1),
        ("seeking_alpha_text_bare", "seeking-alpha-bare", 20),
        ("seeking_alpha_text_many", "seeking-alpha-text", 6),
        ("streetevents_text", "streetevents-text", 40),
        ("streetevents_text_plain", "streetevents-text", 60),
        ("streetevents_text_wrapped", "streetevents-wrapped", 20),
        ("capiq_text", "capiq-text", 2),
        ("indian_text", "indian-filing", 4),
        ("name_colon_text", "name-colon-text", 3),
        ("not_transcripts", None, 2),
    ],
)
def test_real_files_have_their_layout(folder: str, layout: str | None, number: int) -> None:
    """Every file of a folder is in the folder's layout; those of publishers that are not read yet are refused rather than misread."""
    found = [_layout_of(path) for path in sorted((CORPUS / folder).iterdir())]
    assert found == [layout] * number


def _layout_of(path: Path) -> str | None:
    try:
        return detect(decode(path.read_bytes()).text).layout.NAME
    except NotATranscript:
        return None

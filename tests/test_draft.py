"""What do layouts share? Turns from lines, and what headers and headings mean in any of them."""

from __future__ import annotations

import pytest

from indexer.formats.draft import (
    OPERATOR,
    QUESTIONS_HEADING,
    RosterEntry,
    Side,
    assemble_turns,
    count_turns,
    one_call,
    side_of_unidentified,
)

_JANE = RosterEntry(published="Jane Roe", name="Jane Roe")
_MARKED = [(None, "A title"), (OPERATOR, "Operator"), (None, "Welcome."), (_JANE, "Jane Roe"), (OPERATOR, "Operator"), (None, "Next.")]


@pytest.mark.parametrize(
    ("header", "side"),
    [
        ("Unidentified Analyst", Side.ANALYST),
        ("UNIDENTIFIED ANALYST 2", Side.ANALYST),
        ("Unidentified Shareholder", Side.ANALYST),
        ("Unidentified Company Analyst", Side.ANALYST),
        ("Unidentified Company Representative", Side.COMPANY),
        ("Unknown Executive", Side.COMPANY),
        ("Unidentified Corporate Participant", Side.COMPANY),
        ("Company Speaker", Side.COMPANY),
        ("Unidentified Speaker", Side.UNKNOWN),
        ("Unidentified Audience Member", Side.UNKNOWN),
    ],
)
def test_the_side_of_somebody_unidentified(header: str, side: Side) -> None:
    """A header that names nobody says on whose side they are, or says nothing of it."""
    assert side_of_unidentified(header) is side


@pytest.mark.parametrize(
    "line",
    [
        "Questions and Answers:",
        "QUESTIONS AND ANSWERS",
        "Question & Answer",
        "Question-and-Answer Session",
        "Question - And - Answer Session:",
        "QuestionandAnswer Section",
        "Questions and Answers Period",
        "Q&A",
        "Q and A",
        "q-and-a session",
    ],
)
def test_headings_of_the_questions(line: str) -> None:
    """The heading of the questions is known in any publisher's spelling."""
    assert QUESTIONS_HEADING.fullmatch(line)


@pytest.mark.parametrize("line", ["Questions", "We will now begin the Q&A.", "Question and Answer Session Instructions", "Answers", "QA"])
def test_what_is_no_heading_of_the_questions(line: str) -> None:
    """A line that only speaks of questions is no heading."""
    assert not QUESTIONS_HEADING.fullmatch(line)


def test_lines_are_gathered_under_their_headers() -> None:
    """A turn is a header with words under it; what stands above the first header is handed back."""
    turns, loose = assemble_turns(_MARKED)
    assert [(turn.speaker.name, turn.paragraphs) for turn in turns] == [("Operator", ("Welcome.",)), ("Operator", ("Next.",))]
    assert loose == ("A title",)


@pytest.mark.parametrize(("end", "turns"), [(None, None), (0, 0), (1, 0), (3, 1), (4, 1), (6, 2)])
def test_turns_above_the_heading_are_counted(end: int | None, turns: int | None) -> None:
    """Only turns with words count; without a heading there is no number."""
    assert count_turns(_MARKED, end) == turns


def test_one_call_is_the_whole_text() -> None:
    """Where a file holds one call, nothing is parted."""
    assert one_call("a\n\nb") == ("a\n\nb",)

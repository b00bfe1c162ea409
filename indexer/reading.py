"""What calls does a file hold? Bytes in, transcripts out: the order of the stages, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import PurePath

from indexer.calls import call_id, identify
from indexer.clean import unify_spaces
from indexer.detect import detect
from indexer.encoding import decode
from indexer.errors import NotATranscript, SourceError
from indexer.firms import FirmTable, load_firms
from indexer.formats.draft import Draft
from indexer.model import Kind, Participant, Transcript, Turn
from indexer.people import Person, change_sides, employ, introduce, lacks_firm, participants, recognise
from indexer.sections import Place, find_qa_start, place_turns
from indexer.sources import read_source
from indexer.spoken import Spoken

__all__ = ["PARSER_VERSION", "read", "read_bytes"]

# Recorded with every file in the index: a higher number makes the next rebuild read all files again.
PARSER_VERSION = 4

# Where a company's people are introduced with their titles, by the operator and who speaks first.
_OPENING_TURNS = 4
_OPENING_PARAGRAPHS = 8
# ... and where the call itself is announced.
_ANNOUNCING_TURNS = 3
_ANNOUNCING_PARAGRAPHS = 4

# The longest real file, of nine calls, has 9,000 lines, empty ones among them. Each may be somebody's name, and takes time.
_MOST_LINES = 60_000

_FEWEST_SPEAKERS = 2
_FEWEST_TURNS = 2  # a pre-recorded call of two officers


def read(path: str | os.PathLike[str], *, firms: str | os.PathLike[str] | None = None) -> tuple[Transcript, ...]:
    """Read one file.

    Args:
        firms: A file of firms' names beside the table that ships; `indexer/firms.txt` says how it is written.

    Returns:
        The calls in it, in the order of the file.

    Raises:
        UnreadableSource: the file cannot be opened, is larger than any transcript, or is not text.
        NotATranscript: no layout's marks stand in it, or nobody speaks.
        InvalidTable: the file of firms cannot be used.
    """
    source = os.fspath(path)
    table = load_firms(firms)
    try:
        return read_bytes(read_source(source), source=source, firms=table)
    except SourceError as error:
        raise error.at(source) from error


def read_bytes(data: bytes, *, source: str, firms: FirmTable | None = None) -> tuple[Transcript, ...]:
    """Read the bytes of one file; `source` is its path, for the record and as a last resort for what call it is.

    Raises: as `read`.
    """
    decoded = decode(data)
    text = unify_spaces(decoded.text)
    lines = text.count("\n")
    if lines > _MOST_LINES:
        raise NotATranscript(f"a text of {lines:,} lines: no transcript has so many")
    detected = detect(text)
    drafts = [detected.layout.parse(part) for part in detected.layout.split(text)]
    spoken = [draft for draft in drafts if len(draft.turns) >= _FEWEST_TURNS and len(_speakers(draft)) >= _FEWEST_SPEAKERS]
    if not spoken:
        most = max(len(draft.turns) for draft in drafts)
        raise NotATranscript(f"looks like {detected.layout.NAME} ({detected.evidence}), but only {most} turns of speech were found")
    left_out = any(draft.turns and draft not in spoken for draft in drafts)
    # The same call pasted twice is one call.
    distinct = {draft.turns: draft for draft in reversed(spoken)}
    # A file's name can tell of one call only.
    named = source if len(distinct) == 1 else ""
    calls = tuple(
        _transcript(draft, source=source, named=named, layout=detected.layout.NAME, encoding=decoded.encoding, firms=firms or load_firms())
        for draft in reversed(distinct.values())
    )
    return tuple(replace(call, warnings=tuple(sorted({*call.warnings, "call-left-out"}))) for call in calls) if left_out else calls


def _speakers(draft: Draft) -> set[str]:
    return {turn.speaker.name for turn in draft.turns}


def _transcript(draft: Draft, *, source: str, named: str, layout: str, encoding: str, firms: FirmTable) -> Transcript:
    # A call may have been published tomorrow by the reader's clock: time zones, and clocks that are wrong.
    stem = PurePath(source).stem.encode("utf-8", "replace").decode()  # a name that is no UTF-8 cannot be indexed
    announcement = _first_paragraphs(draft, _ANNOUNCING_TURNS, _ANNOUNCING_PARAGRAPHS)
    facts = identify(draft.title, named, latest=date.today() + timedelta(days=2), company=draft.company, opening=announcement)
    people, speakers = _people(draft, firms)
    spoken, headers, qa_start = _join(
        [Spoken(person, turn.paragraphs) for person, turn in zip(speakers, draft.turns, strict=True)],
        [turn.speaker.published for turn in draft.turns],
        draft.qa_start,
    )
    places = place_turns(spoken, find_qa_start(spoken) if qa_start is None else qa_start)
    cast = _cast(people, spoken, places, firms)
    turns = tuple(
        Turn(
            number=number,
            section=place.section,
            kind=place.kind,
            exchange=place.exchange,
            speaker=turn.speaker.name,
            role=cast[turn.speaker.name].role,
            title=cast[turn.speaker.name].title,
            firm=cast[turn.speaker.name].firm,
            header=header,
            paragraphs=turn.paragraphs,
        )
        for number, (turn, header, place) in enumerate(zip(spoken, headers, places, strict=True), 1)
    )
    return Transcript(
        call=call_id(facts, stem),
        company=facts.company or facts.ticker or stem,
        ticker=facts.ticker,
        exchange_code=facts.exchange_code,
        period=facts.period,
        event=facts.event,
        date=facts.date,
        time=facts.time,
        duration_minutes=draft.duration_minutes or facts.duration_minutes,
        participants=tuple(person for name, person in cast.items() if name != "Operator"),
        turns=turns,
        origins=facts.origins,
        source=source,
        format=layout,
        encoding=encoding,
        warnings=tuple(sorted({*facts.warnings, *draft.warnings, *_warnings(draft, people)})),
    )


def _people(draft: Draft, firms: FirmTable) -> tuple[tuple[Person, ...], list[Person]]:
    """Give everybody on the call, and the speaker of each turn."""
    people, speakers = recognise(draft.roster, (turn.speaker for turn in draft.turns))
    opening = "\n".join(_first_paragraphs(draft, _OPENING_TURNS, _OPENING_PARAGRAPHS))
    people = introduce(change_sides(people, firms), opening)
    by_name = {person.name: person for person in people}
    return people, [by_name[speaker.name] for speaker in speakers]


def _cast(people: Sequence[Person], spoken: Sequence[Spoken], places: Sequence[Place], firms: FirmTable) -> dict[str, Participant]:
    """Give everybody, by name, the role that the lists, or else what they did, tells, and a firm if anything does."""
    cast = participants(people, _who(spoken, places, Kind.QUESTION), _who(spoken, places, Kind.REMARKS, Kind.ANSWER), firms)
    if not any(lacks_firm(person) for person in cast.values()):
        return cast
    introductions = [paragraph for turn in spoken if turn.is_operator or turn.introduces for paragraph in turn.paragraphs]
    return employ(cast, introductions, firms)


def _warnings(draft: Draft, people: Sequence[Person]) -> Iterator[str]:
    if draft.qa_start is None:
        yield "qa-inferred"
    if not draft.roster:
        yield "no-roster"
    elif any(not person.listed and not person.is_unidentified for person in people):
        yield "speaker-not-in-roster"


def _first_paragraphs(draft: Draft, turns: int, paragraphs: int) -> list[str]:
    return [paragraph for turn in draft.turns[:turns] for paragraph in turn.paragraphs[:paragraphs]]


def _join(spoken: Sequence[Spoken], headers: Sequence[str], qa_start: int | None) -> tuple[list[Spoken], list[str], int | None]:
    """Make one turn of neighbours with one speaker.

    They stay apart where the question heading stands between them, or nobody knows whether it is one person.
    """
    joined: list[Spoken] = []
    kept: list[str] = []
    start = qa_start
    for number, (turn, header) in enumerate(zip(spoken, headers, strict=True)):
        if joined and joined[-1].speaker == turn.speaker and number != qa_start and not turn.speaker.is_unidentified:
            joined[-1] = Spoken(turn.speaker, joined[-1].paragraphs + turn.paragraphs)
            if start is not None and qa_start is not None and number < qa_start:
                start -= 1
        else:
            joined.append(turn)
            kept.append(header)
    return joined, kept, start


def _who(spoken: Sequence[Spoken], places: Sequence[Place], *kinds: Kind) -> frozenset[str]:
    return frozenset(turn.speaker.name for turn, place in zip(spoken, places, strict=True) if place.kind in kinds)

"""What is a transcript, once it has been understood?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any

from indexer.roles import Role

__all__ = ["Kind", "Participant", "Section", "Transcript", "Turn"]


class Section(StrEnum):
    """The part of a call a turn stands in."""

    PREPARED = "prepared"
    QA = "qa"


class Kind(StrEnum):
    """What a turn does in the call."""

    REMARKS = "remarks"
    QUESTION = "question"
    ANSWER = "answer"
    OPERATOR = "operator"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody on a call.

    Attributes:
        name: Canonical within the call; every turn of theirs has it.
        title: What the file says they are, as published.
        firm: An analyst's employer by the name that the table of firms gives it.
        firm_published: The same as published.
        role: What the title means.
        published: The roster line or turn header that says so.
    """

    name: str
    title: str | None = None
    firm: str | None = None
    firm_published: str | None = None
    role: Role = Role.UNKNOWN
    published: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One speaker's uninterrupted words.

    Attributes:
        number: Place in the call, from 1.
        exchange: Number of the exchange in the call, from 1; None for turns outside any. Every question and answer has
            one.
        header: The turn's header as published; what `speaker`, `title` and `firm` were made of.
        paragraphs: The words as said, cleaned, with the transcriber's tags.
    """

    number: int
    section: Section
    kind: Kind
    exchange: int | None
    speaker: str
    role: Role
    title: str | None
    firm: str | None
    header: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One published file's account of one call.

    Attributes:
        call: Id of the call: ticker or company, and period or date, as in `CLLS-2021Q3`.
        company: As published.
        exchange_code: The stock exchange, as in `NYSE`.
        period: Fiscal, as in `2021Q3`.
        event: What kind of call, as published, as in `Q3 2021 Earnings Call`.
        time: Local time of the start, as published; the zone is not kept.
        origins: Where company, ticker, period and date were found, as far as they were: pairs such as `("date", "title")`.
        source: The path as it was given.
        format: Name of the layout, as in `motley-fool-text`.
        encoding: What the bytes were, as in `utf-8` or `cp1252`.
        warnings: What the reader was unsure of, as fixed words (`qa-inferred`, `no-date`), sorted.
    """

    call: str
    company: str
    ticker: str | None
    exchange_code: str | None
    period: str | None
    event: str
    date: date | None
    time: time | None
    duration_minutes: int | None
    participants: tuple[Participant, ...]
    turns: tuple[Turn, ...]
    origins: tuple[tuple[str, str], ...]
    source: str
    format: str
    encoding: str
    warnings: tuple[str, ...]

    @property
    def words(self) -> int:
        """Words said, by white space: the measure of which of two transcripts of one call is the fuller."""
        return sum(len(paragraph.split()) for turn in self.turns for paragraph in turn.paragraphs)

    def to_dict(self) -> dict[str, Any]:
        """Give the call as the JSON object that `earful inspect --json` lists under `calls`."""
        return {
            "call": self.call,
            "company": self.company,
            "ticker": self.ticker,
            "exchange_code": self.exchange_code,
            "period": self.period,
            "event": self.event,
            "date": self.date and self.date.isoformat(),
            "time": self.time and self.time.strftime("%H:%M"),
            "duration_minutes": self.duration_minutes,
            "origins": dict(self.origins),
            "participants": [
                {
                    "name": person.name,
                    "title": person.title,
                    "firm": person.firm,
                    "firm_published": person.firm_published,
                    "role": person.role.value,
                }
                for person in self.participants
            ],
            "turns": [_turn_dict(turn) for turn in self.turns],
        }


def _turn_dict(turn: Turn) -> dict[str, Any]:
    return {
        "turn": turn.number,
        "section": turn.section.value,
        "kind": turn.kind.value,
        "exchange": turn.exchange,
        "speaker": turn.speaker,
        "role": turn.role.value,
        "title": turn.title,
        "firm": turn.firm,
        "paragraphs": list(turn.paragraphs),
    }

"""Which part of the call is each turn in, what does it do there, and which question does it belong to?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.formats.draft import Side
from indexer.model import Kind, Section
from indexer.people import Person
from indexer.spoken import WORDS_OF_THANKS, Spoken

__all__ = ["Place", "find_qa_start", "place_turns"]

_FEWEST_READINGS = 2
_WORDS_OF_READING = 300
_WORDS_OF_FAREWELL = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where a turn stands in its call; `exchange` counts from 1."""

    section: Section
    kind: Kind
    exchange: int | None


def find_qa_start(turns: Sequence[Spoken]) -> int | None:
    """Infer where the questions begin when no heading says so.

    It is the operator's (or, without one, the company's) introduction of the first questioner, or the first question that
    the company reads out; else the first words of an analyst that somebody of the company answers.

    Returns:
        Number of turns before the questions; None if nobody asks anything.
    """
    # A broker who hosts the call speaks before anybody of the company does, and asks nothing.
    answering = next((number for number, turn in enumerate(turns) if turn.speaker.side not in (Side.OPERATOR, Side.ANALYST)), 0)
    asked = next((number for number, turn in enumerate(turns) if turn.speaker.side is Side.ANALYST and number > answering), None)
    begins = {turn.speaker.name: number for number, turn in reversed(list(enumerate(turns)))}
    readers = _find_readers(turns)
    introduced = next(
        (
            number
            for number, turn in enumerate(turns)
            if number and (_opens_questions(turns, number, begins) or (turn.speaker.name in readers and turn.reads))
        ),
        None,
    )
    if introduced is not None and (asked is None or introduced < asked):
        return introduced
    if asked is not None and turns[asked - 1].is_operator and asked > 1:
        return asked - 1
    return asked


def _opens_questions(turns: Sequence[Spoken], number: int, begins: Mapping[str, int]) -> bool:
    """Whether turn `number` introduces a questioner who then speaks: not a preview ("we will take your questions later").

    Args:
        begins: Number of everybody's first turn.
    """
    turn = turns[number]
    if number + 1 == len(turns):
        return False
    if turn.opens:
        return True
    asker = turns[number + 1].speaker
    if not turn.introduces or asker.side is not Side.UNKNOWN:
        return turn.introduces and asker.side is Side.ANALYST
    return turn.is_operator if asker.is_unidentified else begins[asker.name] > number


def _find_readers(turns: Sequence[Spoken]) -> frozenset[str]:
    """Find who of the company reads out questions that others sent in: more than one in the call, none right after an analyst."""
    readers = [
        turn.speaker.name
        for (before, turn), (_, after) in pairwise(pairwise(turns))
        if turn.speaker.side is after.speaker.side is Side.COMPANY
        and turn.speaker != after.speaker
        and before.speaker.side is not Side.ANALYST
        and turn.has_at_most(_WORDS_OF_READING)
        and turn.reads
    ]
    return frozenset(readers if len(readers) >= _FEWEST_READINGS else ())


def _puts(turns: Sequence[Spoken], number: int) -> bool:
    """Whether turn `number`, of a reader, puts a question that others sent in, so that somebody else of the company answers."""
    turn = turns[number]
    if number + 1 == len(turns) or turns[number + 1].speaker == turn.speaker:
        return False
    return turn.asks and turns[number + 1].speaker.side not in (Side.ANALYST, Side.OPERATOR)


def place_turns(turns: Sequence[Spoken], qa_start: int | None) -> tuple[Place, ...]:
    """Give every turn its section, kind and exchange.

    An exchange begins with the first words of a questioner who was introduced, or who has not had the floor before; it
    ends with the next one or when the operator closes the questions. Whoever else speaks in it answers. An analyst who
    cuts into another's exchange, without an introduction and after having had an own one, asks within it. Each question
    that the company reads out begins an exchange, too; who reads it is its questioner.
    """
    start = len(turns) if qa_start is None else qa_start
    return (*(_prepared(turn) for turn in turns[:start]), *_Exchanges(turns, start).place())


def _prepared(turn: Spoken) -> Place:
    kind = Kind.OPERATOR if turn.is_operator else Kind.OTHER if turn.speaker.side is Side.ANALYST else Kind.REMARKS
    return Place(Section.PREPARED, kind, None)


class _Exchanges:
    """The state of a question-and-answer session as its turns go by."""

    def __init__(self, turns: Sequence[Spoken], start: int) -> None:
        self._turns = turns
        self._start = start
        self._presenters = {turn.speaker.name for turn in turns[:start] if turn.speaker.side is not Side.ANALYST}
        self._readers = _find_readers(turns)
        self._had_floor: set[str] = set()
        self._number = 0
        self._open = False
        self._floor_given = True  # the session's first questioner needs no introduction
        self._questioner: str | None = None
        self._called: str | None = None
        self._last_asker = -1

    def place(self) -> tuple[Place, ...]:
        numbers = range(self._start, len(self._turns))
        self._last_asker = max((number for number in numbers if self._may_be_question(number)), default=-1)
        return tuple(self._next(number, self._turns[number], self._turns[number + 1 : number + 2]) for number in numbers)

    def _goes_on_to_read(self, number: int) -> bool:
        """Whether the reader turns from an analyst, who has just asked nothing, to a question that was sent in."""
        return self._turns[number].reads and not any("?" in paragraph for paragraph in self._turns[number - 1].paragraphs)

    def _may_be_question(self, number: int) -> bool:
        speaker = self._turns[number].speaker
        return self._can_ask(speaker) or self._is_read_out(number) or (number > 0 and self._turns[number - 1].calls(speaker))

    def _is_read_out(self, number: int) -> bool:
        return self._turns[number].speaker.name in self._readers and _puts(self._turns, number)

    def _next(self, number: int, turn: Spoken, following: Sequence[Spoken]) -> Place:
        if turn.is_operator:
            return self._operator(number, turn, following)
        if turn.speaker.name in self._readers and (not self._open or self._questioner in self._readers or self._goes_on_to_read(number)):
            if self._is_read_out(number):
                self._begin(turn)
                return self._finish(turn, Kind.QUESTION)
            if self._open and turn.speaker.name == self._questioner and not self._hands_over(turn, following):
                return self._reader(turn, number > self._last_asker or any(nxt.is_operator for nxt in following))
        if self._asks(turn) and turn.speaker.name not in self._readers:
            if self._begins(turn):
                self._begin(turn)
            return self._finish(turn, Kind.QUESTION)
        if self._hands_over(turn, following):
            self._open, self._floor_given = False, True
            return Place(Section.QA, Kind.OTHER, None)
        if self._open and number > self._last_asker and turn.closes:
            self._open = False
            if number == self._last_asker + 1 and turn.words_before_closing > _WORDS_OF_FAREWELL:
                # The last answer, with the farewell behind it.
                return Place(Section.QA, Kind.ANSWER, self._number)
            return Place(Section.QA, Kind.OTHER, None)
        if self._open:
            is_nobody = turn.speaker.side is Side.UNKNOWN and turn.speaker.is_unidentified and self._questioner not in self._readers
            return self._finish(turn, Kind.OTHER if is_nobody else Kind.ANSWER)
        return self._finish(turn, Kind.OTHER if turn.speaker.side is Side.ANALYST else Kind.REMARKS)

    def _operator(self, number: int, turn: Spoken, following: Sequence[Spoken]) -> Place:
        # What the operator says after the last questioner's last words closes the questions, however it is worded.
        if number > self._last_asker or turn.closes:
            self._open = False
        elif turn.introduces or any(nxt.speaker.name != self._questioner and self._can_ask(nxt.speaker) for nxt in following):
            self._open, self._floor_given = False, True
            # An analyst may have got into the list of officers: who is called, asks.
            self._called = next((nxt.speaker.name for nxt in following if not self._can_ask(nxt.speaker) and turn.calls(nxt.speaker)), None)
        return Place(Section.QA, Kind.OPERATOR, None)

    def _reader(self, turn: Spoken, is_last: bool) -> Place:
        """Place what else the reader of a question says in its exchange: thanks, an own answer, or the end."""
        if is_last and (turn.closes or turn.words > WORDS_OF_THANKS):
            self._open = False
            return Place(Section.QA, Kind.OTHER, None)
        return Place(Section.QA, Kind.QUESTION if turn.words <= WORDS_OF_THANKS else Kind.ANSWER, self._number)

    def _finish(self, turn: Spoken, kind: Kind) -> Place:
        if turn.introduces:
            # "Thank you. Our next question comes from ..." inside a speaker's own words: the next questioner has the
            # floor.
            self._floor_given = True
        return Place(Section.QA, kind, self._number if self._open else None)

    def _hands_over(self, turn: Spoken, following: Sequence[Spoken]) -> bool:
        """Whether somebody of the company moderates: introduces and says no more, or names in full the analyst who speaks next."""
        if turn.only_introduces or (turn.calls_for_questions and self._may_ask(following)):
            return True
        # While an exchange is open, more than thanks before the name make the turn an answer, with the introduction left inside.
        within = WORDS_OF_THANKS if self._open else None
        return any(
            nxt.speaker.side is Side.ANALYST and nxt.speaker.name != self._questioner and turn.names(nxt.speaker, within)
            for nxt in following
        )

    def _may_ask(self, following: Sequence[Spoken]) -> bool:
        """Whether a questioner, or the operator with the next one, may speak next."""
        return any(
            nxt.is_operator or nxt.speaker.is_unidentified or (nxt.speaker.name != self._questioner and self._can_ask(nxt.speaker))
            for nxt in following
        )

    def _asks(self, turn: Spoken) -> bool:
        person = turn.speaker
        if person.name == (self._questioner if self._open else self._called):
            return True
        if person.side is Side.UNKNOWN:
            return self._floor_given and self._can_ask(person)
        return person.side is Side.ANALYST

    def _can_ask(self, person: Person) -> bool:
        return person.side is Side.ANALYST or (person.side is Side.UNKNOWN and person.name not in self._presenters)

    def _begins(self, turn: Spoken) -> bool:
        if not self._open or self._floor_given:
            return True
        return turn.speaker.name != self._questioner and turn.speaker.name not in self._had_floor

    def _begin(self, turn: Spoken) -> None:
        self._number += 1
        self._open, self._floor_given = True, False
        self._questioner = turn.speaker.name
        self._had_floor.add(turn.speaker.name)

"""What does a turn say about whose turn is next? The words that introduce, read out, call for and close questions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.formats.draft import Side
from indexer.people import Person

__all__ = ["WORDS_OF_THANKS", "Spoken"]

# Somebody gives the floor to a questioner.
_INTRODUCTION = re.compile(
    r"\b(?:next|first|last|final|following|another|today's|our|a|one more|follow-?up) "
    r"(?:follow-?up )?(?:questions?|follow-?up|caller|one|up)\b"
    r".{0,40}?\b(?:is|comes?|coming|will|from|with|by|on|we have|goes)\b|"
    r"\bquestions? (?:is|comes?|coming|will come|today|now)?\s?(?:from|by)\b|"
    r"\b(?:line|site) of\b|"
    r"\byour line is\b|"
    r"\b(?:go|move|turn|over|proceed|take|have|hear)(?: \w+){0,3} (?:to|from|with) "
    r"[A-Z][\w'’.-]+ [A-Z][\w'’.-]+.{0,60}?(?:,| (?:with|from|at|of) )",
    re.IGNORECASE,
)
# ... but as plain words in a speaker's mouth, only the unmistakable form counts: "our next question comes from".
_SURE_INTRODUCTION = re.compile(
    r"\b(?:next|first|last|final|following|another) (?:question|caller|one)s?\b"
    r".{0,24}?\b(?:is|comes?|coming|will be|will come)\b.{0,16}?\b(?:from|line)\b|"
    r"\bquestions? (?:is |comes? |coming )?from the line of\b|"
    r"\b(?:next|first|last|final) question(?:er)?,? (?:today,? )?(?:from|is) (?!I\b)[A-Z]",
)
# "The next question from the web is ...", "Asha R. asks ...": somebody of the company reads out what others sent in.
_READING = re.compile(
    r"\b(?:next|first|last|final|another|other|following|second|third|one more|more|submitted)(?: [\w-]+){0,3} (?:questions?|one)\b|"
    r"\bquestions?,?(?: (?:is|are|here|that|was|were|comes?|coming|came|sent|in|again|also)){0,3} (?:from|on|about|regarding|by)\b|"
    r"\b(?:here|there)(?:['’]s| is| are)(?: \w+){0,3} (?:questions?|one)\b|"
    r"\b(?:who|also|then) asks?\b|\bnext(?: up)?(?: is)? from\b",
    re.IGNORECASE,
)
_SIGNS_OF_READING = ("uestion", "ext", " one", "asks")
_LONGEST_WORD = 20  # characters, with its space, on average over a turn
_WORDS_OF_ASKING_BACK = 10
# "Next question, please.", "Thank you. The next questions are from the evening paper, Mr. Lamb.": who moderates calls for a question.
_CALLING = re.compile(r"\b(?:next|first|last|final|another)\b.{0,20}\bquestions?\b", re.IGNORECASE)
_WORDS_OF_CALLING = 30
_CALLED = re.compile(r"\bquestions?\b[^.?!]*\bfrom\b[^.?!]{0,30}$")
_CHARS_OF_CALLED = 120
_CLOSING = re.compile(
    r"\b(?:no (?:further|more|other|additional) (?:questions?|hands|callers)|"
    r"(?:end|conclusion) of (?:the|our|today's) (?:q ?& ?a|question)|"
    r"concludes? (?:the|our|today's|this)|"
    r"turn (?:the|this|it)(?: \w+){0,4} back|"
    r"closing (?:remarks|comments|statements)|"
    r"replay of (?:today|this|the)\b|"
    r"may (?:now )?disconnect|"
    r"(?:was|is) (?:the|our) (?:last|final) (?:question|caller|name)|"
    r"like to close|"
    r"hand (?:it |this )?back|"
    r"question[- ]and[- ]answer session (?:has|is) (?:ended|over))",
    re.IGNORECASE,
)

# "We'll now begin the question-and-answer session": the operator opens the questions, whoever speaks next.
_OPENING = re.compile(r"\bnow\b.{0,60}\b(?:questions?\b|q ?& ?a\b)|\b(?:questions?\b|q ?& ?a\b).{0,40}\bnow\b", re.IGNORECASE)
WORDS_OF_THANKS = 25


# Without one of these that form does not occur: to look for them first is ten times as fast.
_SURE_SIGNS = (
    "from the line of",
    *(f"{which} {what}" for which in ("next", "first", "last", "final", "following", "another") for what in ("question", "caller", "one")),
)


def _find_sure_introduction(paragraph: str) -> re.Match[str] | None:
    # Spelt out, the first three cost a third of what a loop over them does.
    if ("uestion" in paragraph or "caller" in paragraph or " one" in paragraph) and any(sign in paragraph for sign in _SURE_SIGNS):
        return _SURE_INTRODUCTION.search(paragraph)
    return None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn whose speaker is known and whose place is not."""

    speaker: Person
    paragraphs: tuple[str, ...]

    @property
    def is_operator(self) -> bool:
        """Whether the conference operator speaks."""
        return self.speaker.side is Side.OPERATOR

    @property
    def introduces(self) -> bool:
        """Whether the turn gives the floor to a questioner."""
        find = _INTRODUCTION.search if self.is_operator else _find_sure_introduction
        return any(find(paragraph) for paragraph in self.paragraphs)

    @property
    def opens(self) -> bool:
        """Whether the operator says that the questions begin now."""
        return self.is_operator and any(map(_OPENING.search, self.paragraphs))

    @property
    def calls_for_questions(self) -> bool:
        """Whether the turn does little but call for the next question."""
        return self.has_at_most(_WORDS_OF_CALLING) and any(map(_CALLING.search, self.paragraphs))

    @property
    def only_introduces(self) -> bool:
        """Whether an introduction is all there is to the turn, but for thanks: so moderates who stands in for an operator."""
        before = 0
        for paragraph in self.paragraphs:
            found = _find_sure_introduction(paragraph)
            before += len((paragraph[: found.start()] if found else paragraph).split())
            if found or before > WORDS_OF_THANKS:
                return found is not None and before <= WORDS_OF_THANKS
        return False

    @property
    def reads(self) -> bool:
        """Whether the turn announces a question and puts it: so reads out who moderates, where an officer answers next."""
        text = " ".join(self.paragraphs)
        if "?" not in text or not any(sign in text for sign in _SIGNS_OF_READING):
            return False
        found = _READING.search(text)
        return found is not None and "?" in text[found.end() :]

    @property
    def asks(self) -> bool:
        """Whether the turn puts a question, in more words than one asks back with, or in few announces one and forgets its sign."""
        if self.words <= _WORDS_OF_ASKING_BACK:
            return False
        is_short = self.words <= _WORDS_OF_CALLING and not self.closes
        return any("?" in paragraph or (is_short and _READING.search(paragraph)) for paragraph in self.paragraphs)

    @property
    def words(self) -> int:
        """How many words the turn has."""
        return sum(len(paragraph.split()) for paragraph in self.paragraphs)

    def has_at_most(self, words: int) -> bool:
        """Whether the turn has no more words than so many; long ones are not counted."""
        return sum(map(len, self.paragraphs)) <= words * _LONGEST_WORD and self.words <= words

    def names(self, person: Person, within: int | None = None) -> bool:
        """Whether the turn says somebody's full name, with at most `within` words before it."""
        before, name, _ = " ".join(self.paragraphs).partition(person.name)
        return bool(name) and (within is None or len(before.split()) <= within)

    def calls(self, person: Person) -> bool:
        """Whether the operator says whose question is next: "the next question comes from the line of Asha Rao"."""
        before, name, _ = " ".join(self.paragraphs).partition(person.name) if self.is_operator else ("", "", "")
        return bool(name) and _CALLED.search(before[-_CHARS_OF_CALLED:]) is not None

    @property
    def words_before_closing(self) -> int:
        """How many words are said before those that say that the questions are over; all of them if none say it."""
        before = 0
        for paragraph in self.paragraphs:
            found = _CLOSING.search(paragraph)
            before += len((paragraph[: found.start()] if found else paragraph).split())
            if found:
                break
        return before

    @property
    def closes(self) -> bool:
        """Whether the turn says that the questions are over."""
        return not self.introduces and any(_CLOSING.search(paragraph) for paragraph in self.paragraphs)

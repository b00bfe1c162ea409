"""Every turn has its part of the call, what it does there, and the question it belongs to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.formats import Side
from indexer.model import Kind, Section
from indexer.people import Person
from indexer.sections import Place, find_qa_start, place_turns
from indexer.spoken import Spoken

SIDES = {
    "Operator": Side.OPERATOR,
    "Jane Roe": Side.COMPANY,
    "Mike Poe": Side.COMPANY,
    "Mark Lamb": Side.ANALYST,
    "Rita Dorn": Side.ANALYST,
    "Unidentified Analyst": Side.ANALYST,
    "Tess Quist": Side.UNKNOWN,
    "Unknown Speaker": Side.UNKNOWN,
}
CALLS_MARK = ("Operator", "Our first question comes from Mark Lamb with Kestrel.")
CALLS_RITA = ("Operator", "The next question comes from the line of Rita Dorn with Pell & Harrow.")
CLOSES = ("Operator", "There are no further questions.")
LONG_ANSWER = (
    "We looked at the harvest of each of the three orchards, and in two of them it grew by a tenth, while the third one gave what "
    "it gave a year ago, so all in all we are content with the pears."
)

Line = tuple[str, str]


def _spoken(*lines: Line) -> tuple[Spoken, ...]:
    return tuple(
        Spoken(Person(name=name, title=None, firm=None, side=SIDES[name], published=name, listed=True), (said,)) for name, said in lines
    )


def _places(*lines: Line, qa_start: int | None = 0) -> list[str]:
    """Give each turn's place as "question 1", "operator" and so on."""
    return [_short(place) for place in place_turns(_spoken(*lines), qa_start)]


def _short(place: Place) -> str:
    return f"{place.kind} {place.exchange}" if place.exchange else place.kind.value


def test_the_parts_of_a_call() -> None:
    """Turns before the start of the questions are prepared, turns after it are not."""
    lines = (("Operator", "Welcome."), ("Jane Roe", "Hello."), CALLS_MARK, ("Mark Lamb", "Why?"), ("Jane Roe", "So."))
    places = place_turns(_spoken(*lines), 2)
    assert [place.section for place in places] == [Section.PREPARED] * 2 + [Section.QA] * 3
    assert [_short(place) for place in places] == ["operator", "remarks", "operator", "question 1", "answer 1"]


def test_a_call_without_questions_is_all_prepared() -> None:
    """Nobody's words are an answer where nobody asks; an analyst's are neither remarks nor a question."""
    lines = (("Operator", "Welcome."), ("Jane Roe", "Hello."), ("Mark Lamb", "Hello?"), ("Mike Poe", "Goodbye."))
    assert {place.section for place in place_turns(_spoken(*lines), None)} == {Section.PREPARED}
    assert _places(*lines, qa_start=None) == ["operator", "remarks", "other", "remarks"]


def test_an_exchange_is_one_analysts_questions_with_all_answers() -> None:
    """Follow-ups and the answers of several people stay in one exchange; the next analyst begins the next."""
    assert _places(
        CALLS_MARK,
        ("Mark Lamb", "Why?"),
        ("Jane Roe", "So."),
        ("Mike Poe", "Just so."),
        ("Mark Lamb", "And how?"),
        ("Mike Poe", "Like that."),
        CALLS_RITA,
        ("Rita Dorn", "When?"),
        ("Jane Roe", "Soon."),
    ) == ["operator", "question 1", "answer 1", "answer 1", "question 1", "answer 1", "operator", "question 2", "answer 2"]


def test_an_analyst_who_comes_back_has_another_exchange() -> None:
    """Whoever is given the floor a second time asks anew."""
    places = _places(CALLS_MARK, ("Mark Lamb", "Why?"), CALLS_RITA, ("Rita Dorn", "How?"), CALLS_MARK, ("Mark Lamb", "And?"))
    assert places == ["operator", "question 1", "operator", "question 2", "operator", "question 3"]


def test_the_operator_may_help_an_analyst_along() -> None:
    """A word of the operator to the analyst who has the floor ends nothing."""
    places = _places(CALLS_MARK, ("Mark Lamb", "Hello?"), ("Operator", "Please go ahead."), ("Mark Lamb", "Why?"), ("Jane Roe", "So."))
    assert places == ["operator", "question 1", "operator", "question 1", "answer 1"]


def test_an_analyst_who_cuts_in_asks_within_the_exchange() -> None:
    """Without an introduction, and after an exchange of their own, somebody's words belong to the exchange that is going on."""
    assert _places(
        CALLS_MARK,
        ("Mark Lamb", "Why?"),
        ("Jane Roe", "So."),
        CALLS_RITA,
        ("Rita Dorn", "How?"),
        ("Jane Roe", "Like that."),
        ("Mark Lamb", "Sorry, my line is still open. When?"),
        ("Jane Roe", "Soon."),
        ("Rita Dorn", "Thanks."),
    )[4:] == ["question 2", "answer 2", "question 2", "answer 2", "question 2"]


def test_an_analyst_who_was_never_introduced_begins_an_exchange() -> None:
    """A new analyst's first words are a new question, even where nobody announced them."""
    assert _places(CALLS_MARK, ("Mark Lamb", "Why?"), ("Jane Roe", "So."), ("Rita Dorn", "How?"))[-1] == "question 2"


@pytest.mark.parametrize(
    "introduction",
    [
        "Thank you. Our next question comes from Rita Dorn with Pell & Harrow.",
        "Thank you. Our next question comes from the line of [Indecipherable] with Pell & Harrow.",
        "Operator: And your next question is from the line of Rita Dorn.",
    ],
)
@pytest.mark.parametrize(("speaker", "place"), [("Jane Roe", "answer 1"), ("Mark Lamb", "question 1")])
def test_an_introduction_inside_anothers_words(introduction: str, speaker: str, place: str) -> None:
    """The operator's words left in a speaker's make that turn no less a question or an answer, and give the next analyst the floor."""
    places = _places(
        CALLS_RITA,
        ("Rita Dorn", "Why?"),
        ("Jane Roe", "So."),
        CALLS_MARK,
        ("Mark Lamb", "How?"),
        (speaker, f"{LONG_ANSWER} {introduction}"),
        ("Rita Dorn", "When?"),
        ("Jane Roe", "Soon."),
    )
    assert places[4:] == ["question 2", place.replace("1", "2"), "question 3", "answer 3"]


def test_an_answer_may_name_the_next_analyst() -> None:
    """Speaking of somebody in an answer does not give them the floor, nor make the answer something else."""
    places = _places(
        CALLS_MARK, ("Mark Lamb", "Why?"), ("Jane Roe", f"{LONG_ANSWER} I said so to Rita Dorn last week."), ("Rita Dorn", "You did.")
    )
    assert places == ["operator", "question 1", "answer 1", "question 2"]


def test_a_call_without_an_operator() -> None:
    """Somebody of the company who gives the floor moderates: neither an answer nor remarks, and in no exchange."""
    assert _places(
        ("Mike Poe", "Thank you. Our first question comes from Mark Lamb at Kestrel. Mark?"),
        ("Mark Lamb", "Why?"),
        ("Jane Roe", "So."),
        ("Mike Poe", "Next is Rita Dorn from Pell & Harrow. Go ahead, Rita."),
        ("Rita Dorn", "How?"),
        ("Jane Roe", "Like that."),
        ("Mike Poe", "I see no further hands. Jane, back to you."),
        ("Jane Roe", "Thank you all."),
    ) == ["other", "question 1", "answer 1", "other", "question 2", "answer 2", "other", "remarks"]


@pytest.mark.parametrize(
    "closing",
    [
        "We have no further questions.",
        "That was our last question.",
        "That was the last question for today. Jane?",
        "That concludes the questions. Jane?",
        "That was the last name in the queue. Jane, would you like to close?",
        "Nobody is left in the queue, so I hand back to Jane.",
    ],
)
def test_a_moderator_closes_the_questions(closing: str) -> None:
    """However somebody of the company says that the questions are over, what follows are remarks and no answer."""
    places = _places(
        CALLS_MARK, ("Mark Lamb", "Why?"), ("Jane Roe", "So."), ("Mark Lamb", "Thanks."), ("Mike Poe", closing), ("Jane Roe", "Goodbye.")
    )
    assert places[-2:] == ["other", "remarks"]


@pytest.mark.parametrize(
    "words", ["There are no further questions.", "Thank you.", "That was the last one. Over to Jane Roe.", "I turn it back to Jane Roe."]
)
@pytest.mark.parametrize(
    "farewell", ["Thank you all, and goodbye.", "Thank you for coming. This concludes our call.", "A few closing remarks. We grew pears."]
)
def test_closing_remarks_are_remarks(words: str, farewell: str) -> None:
    """After the operator's last words what the company says answers nobody, in whatever words it ends."""
    places = _places(
        CALLS_MARK, ("Mark Lamb", "Why?"), ("Jane Roe", "So."), ("Operator", words), ("Jane Roe", farewell), ("Operator", "Goodbye.")
    )
    assert places == ["operator", "question 1", "answer 1", "operator", "remarks", "operator"]


def test_who_is_called_asks() -> None:
    """Somebody listed as an officer, whom the operator calls by name for the next question, asks it; who is not called, does not."""
    lines = (("Operator", "And the next question comes from the line of Mike Poe with Kestrel."), ("Mike Poe", "Why?"), ("Jane Roe", "So."))
    assert _places(CALLS_MARK, ("Mark Lamb", "How?"), *lines, ("Mike Poe", "I see."), CALLS_MARK, ("Mark Lamb", "When?"))[2:] == [
        *("operator", "question 2", "answer 2", "question 2", "operator", "question 3")
    ]
    assert (
        _places(("Operator", "The next question comes from Mark Lamb."), ("Mike Poe", "Hello, Mark."), ("Mark Lamb", "Why?"))[1]
        == "remarks"
    )


@pytest.mark.parametrize(
    "call", ["Next question, please.", "Thank you, Mark. The next questions are from the evening paper. Ms. Dorn, please."]
)
def test_who_moderates_calls_for_questions(call: str) -> None:
    """A few words that call for the next question are no answer, whether the operator or a questioner speaks next, known or not."""
    lines = (CALLS_MARK, ("Mark Lamb", "Why?"), ("Jane Roe", "So."), ("Mike Poe", call))
    assert _places(*lines, ("Unknown Speaker", "How?"), ("Jane Roe", "Like that."))[3:] == ["other", "question 2", "answer 2"]
    assert _places(*lines, CALLS_RITA, ("Rita Dorn", "How?"))[3:] == ["other", "operator", "question 2"]
    assert _places(*lines, ("Mark Lamb", "One more: how?"))[3:] == ["answer 1", "question 1"]
    assert _places(*lines[:3], ("Mike Poe", f"{LONG_ANSWER} {call}"), CALLS_RITA, ("Rita Dorn", "How?"))[3] == "answer 1"


READ_OUT = (
    ("Operator", "The floor is yours."),
    ("Jane Roe", "Thank you, all. Our first question comes from a shareholder, who asks: will there be more pears next year?"),
    ("Mike Poe", "There will."),
    ("Jane Roe", "And plums?"),
    ("Mike Poe", "And plums."),
    ("Jane Roe", "Thank you, Mike."),
    ("Mike Poe", "By the way, it is quinces, too."),
    ("Jane Roe", "The next question was sent in by Rita Dorn of Pell & Harrow. What does a crate of plums cost?"),
    ("Mike Poe", "Ten crowns."),
    ("Jane Roe", "Moving on to the orchards. Does the company still want to buy more of them by the end of the year?"),
    ("Mike Poe", "It does."),
)
READ_OUT_PLACES = [
    *("operator", "question 1", "answer 1", "question 1", "answer 1", "question 1", "answer 1"),
    *("question 2", "answer 2", "question 3", "answer 3"),
]


def test_questions_that_the_company_reads_out_begin_exchanges() -> None:
    """Who reads out what others sent in is the questioner; a word back or of thanks begins no other exchange."""
    assert _places(*READ_OUT) == READ_OUT_PLACES


@pytest.mark.parametrize(
    ("last", "place"),
    [
        ("That was the last question for today, and we thank you for all you sent in. Goodbye.", "other"),
        (LONG_ANSWER, "other"),
        ("Thank you.", "question 3"),
    ],
)
def test_who_read_out_the_questions_ends_them(last: str, place: str) -> None:
    """Behind the last question the reader's words, if they are more than thanks, belong to no exchange, nor does what follows."""
    assert _places(*READ_OUT, ("Jane Roe", last))[11:] == [place]
    assert _places(*READ_OUT, ("Jane Roe", last), ("Operator", "Goodbye."))[11] == place
    if place == "other":
        assert _places(*READ_OUT, ("Jane Roe", last), ("Mike Poe", "Goodbye."))[12] == "remarks"


def test_a_question_read_out_may_lack_its_sign() -> None:
    """A few words that announce a question put it, though the transcriber has heard none."""
    lines = (("Jane Roe", "Thanks, Mike. To you with the next question. How many orchards are there."), ("Mike Poe", "Three."))
    assert _places(*READ_OUT[:9], *lines, *READ_OUT[9:])[9:] == ["question 3", "answer 3", "question 4", "answer 4"]


def test_who_reads_out_questions_may_answer_one() -> None:
    """A long word of the reader, with questions still to come, is an answer; an unknown voice that nobody introduced answers, too."""
    lines = (*READ_OUT[:9], ("Tess Quist", "Or eleven."), ("Jane Roe", LONG_ANSWER), *READ_OUT[9:])
    assert _places(*lines)[9:] == ["answer 2", "answer 2", "question 3", "answer 3"]
    assert _places(*READ_OUT[:9], ("Unknown Speaker", "Or eleven."), *READ_OUT[9:])[9] == "answer 2"


def test_analysts_may_follow_on_questions_read_out() -> None:
    """Whoever the reader gives the floor to asks; in an analyst's exchange a reader answers, or hands over."""
    lines = (
        *READ_OUT,
        ("Jane Roe", "Thank you. Now the analysts, and our first question comes from Mark Lamb with Kestrel."),
        ("Mark Lamb", "Why?"),
        ("Jane Roe", "Is that the next question on your list, or do you ask why there are so few orchards around the town?"),
        ("Mike Poe", "So."),
        ("Jane Roe", "Thanks. Our next question is from Rita Dorn."),
        ("Rita Dorn", "How?"),
    )
    assert _places(*lines)[11:] == ["other", "question 4", "answer 4", "answer 4", "other", "question 5"]


def test_the_reader_may_go_on_from_an_analyst() -> None:
    """Once an analyst has no more to ask, a question that is read out begins an exchange."""
    lines = (
        *READ_OUT,
        ("Jane Roe", "Our next question is from Rita Dorn."),
        ("Rita Dorn", "How?"),
        ("Mike Poe", "So."),
        ("Rita Dorn", "Thanks."),
    )
    assert _places(*lines, *READ_OUT[7:9])[-4:] == ["answer 4", "question 4", "question 5", "answer 5"]


def test_one_question_of_a_colleague_is_no_question_read_out() -> None:
    """Officers who ask each other once are no readers: it takes two questions that are announced as such."""
    lines = (READ_OUT[0], *READ_OUT[7:9], ("Jane Roe", "Thank you."))
    assert _places(*lines) == ["operator", "remarks", "remarks", "remarks"]


def test_who_follows_an_introduction_asks_even_if_unlisted() -> None:
    """Somebody of unknown side who is given the floor asks, and one who presented before does not."""
    assert _places(CALLS_MARK, ("Tess Quist", "Why?"), ("Jane Roe", "So."), ("Tess Quist", "Thanks.")) == [
        "operator",
        "question 1",
        "answer 1",
        "question 1",
    ]
    presented = (("Tess Quist", "I present."), CALLS_MARK, ("Mark Lamb", "Why?"), ("Tess Quist", "So."))
    assert _places(*presented, qa_start=1) == ["remarks", "operator", "question 1", "answer 1"]


def test_an_unknown_voice_in_an_exchange_is_neither() -> None:
    """Nobody knows whether an unidentified speaker in mid-exchange asks or answers."""
    assert _places(CALLS_MARK, ("Mark Lamb", "Why?"), ("Unknown Speaker", "Your line is bad."), ("Jane Roe", "So."))[2] == "other 1"


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        ((("Operator", "Welcome."), ("Jane Roe", "Hello."), CALLS_MARK, ("Mark Lamb", "Why?")), 2),
        (
            (
                ("Operator", "Welcome."),
                ("Jane Roe", "Hello."),
                ("Operator", "We will now take questions."),
                ("Mike Poe", "Wait."),
                CALLS_MARK,
            ),
            2,
        ),
        ((("Operator", "Welcome."), ("Jane Roe", "Hello."), ("Operator", "[Operator Instructions] Mark?"), ("Mark Lamb", "Why?")), 2),
        ((("Operator", "A question-and-answer session will follow."), ("Jane Roe", "Hello."), CALLS_MARK, ("Mark Lamb", "Why?")), 2),
        ((("Operator", "We take your questions later."), ("Jane Roe", "Hello."), ("Mark Lamb", "Why?")), 2),
        ((("Jane Roe", "Hello."), ("Mike Poe", "Our first question comes from Mark Lamb."), ("Mark Lamb", "Why?")), 1),
        ((("Jane Roe", "Hello."), ("Mark Lamb", "Why?"), ("Jane Roe", "So.")), 1),
        ((("Operator", "Welcome."), ("Jane Roe", "Hello."), CALLS_MARK, ("Tess Quist", "Why?"), ("Jane Roe", "So.")), 2),
        ((("Operator", "Welcome."), ("Jane Roe", "Our next question is how to grow pears."), ("Mike Poe", "Indeed.")), None),
        ((("Operator", "Welcome."), ("Mike Poe", "Hello."), *READ_OUT[1:]), 2),
        ((("Operator", "Welcome."), ("Mike Poe", "Hello."), *READ_OUT[1:6]), None),
        ((("Operator", "Welcome."), ("Jane Roe", "Hello."), ("Mike Poe", "Goodbye.")), None),
        ((), None),
    ],
)
def test_where_the_questions_begin(lines: tuple[Line, ...], start: int | None) -> None:
    """Without a heading they begin at the first questioner's introduction, else with the first analyst; a preview of questions is none."""
    assert find_qa_start(_spoken(*lines)) == start


said = st.sampled_from(
    [
        "We grew by 4%.",
        "Why?",
        "Thank you.",
        "Our next question comes from Mark Lamb with Kestrel.",
        "Next is Rita Dorn from Pell & Harrow.",
        f"{LONG_ANSWER} Our next question comes from Rita Dorn.",
        "We will now begin the question-and-answer session.",
        "There are no further questions. I turn it back to Jane Roe.",
        "This concludes our call.",
        READ_OUT[1][1],
        READ_OUT[7][1],
        READ_OUT[9][1],
    ]
)
calls = st.lists(st.tuples(st.sampled_from(sorted(SIDES)), said), max_size=14)


@given(calls, st.integers(0, 14) | st.none())
@settings(max_examples=500)
def test_questions_and_answers_know_their_exchange(lines: list[Line], start: int | None) -> None:
    """Whoever speaks in whatever order: numbers ascend one by one, questions and answers have one, answers follow a question of theirs."""
    turns = _spoken(*lines)
    places = place_turns(turns, None if start is None else min(start, len(turns)))
    assert len(places) == len(turns)
    current, asked = 0, set()
    for turn, place in zip(turns, places, strict=True):
        assert (place.kind is Kind.OPERATOR) == turn.is_operator
        if place.exchange is not None:
            assert place.exchange in (current, current + 1)
            current = place.exchange
        if place.kind in (Kind.QUESTION, Kind.ANSWER):
            assert place.exchange is not None
            asked.add(place.exchange if place.kind is Kind.QUESTION else 0)
            assert place.exchange in asked
        if place.kind in (Kind.OPERATOR, Kind.REMARKS):
            assert place.exchange is None


@given(calls, st.integers(0, 14))
@settings(max_examples=300)
def test_sides_keep_to_their_kinds(lines: list[Line], start: int) -> None:
    """The company asks only what it reads out, an analyst never answers; nothing before the start of the questions is either."""
    turns = _spoken(*lines)
    for number, (turn, place) in enumerate(zip(turns, place_turns(turns, min(start, len(turns))), strict=True)):
        assert place.section is (Section.QA if number >= start else Section.PREPARED)
        if number < start or (turn.speaker.side is Side.COMPANY and not any(said.reads for said in turns if said.speaker == turn.speaker)):
            assert place.kind is not Kind.QUESTION
        if turn.speaker.side is Side.ANALYST or number < start:
            assert place.kind is not Kind.ANSWER


@given(calls)
@settings(max_examples=300)
def test_the_inferred_start_is_a_turn_of_the_call(lines: list[Line]) -> None:
    """The questions begin at some turn; if an analyst speaks after somebody of the company, they do begin."""
    start = find_qa_start(_spoken(*lines))
    assert start is None or 0 <= start < len(lines)
    answering = next((number for number, (name, _) in enumerate(lines) if SIDES[name] not in (Side.OPERATOR, Side.ANALYST)), 0)
    if any(SIDES[name] is Side.ANALYST for name, _ in lines[answering + 1 :]):
        assert start is not None


def test_the_last_answer_may_end_with_the_farewell() -> None:
    """What goes on for long before the goodbye is an answer; a goodbye alone is none."""
    answer = "Pears grow on trees. " * 20 + "With that I'd like to close the call."
    assert _places(CALLS_MARK, ("Mark Lamb", "Why?"), ("Jane Roe", answer)) == ["operator", "question 1", "answer 1"]
    goodbye = "Thank you all. With that I'd like to close the call."
    assert _places(CALLS_MARK, ("Mark Lamb", "Why?"), ("Jane Roe", goodbye)) == ["operator", "question 1", "other"]

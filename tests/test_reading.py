"""A file becomes the calls in it: who said what, as published, and nothing that nobody said."""

from __future__ import annotations

import codecs
import html
import json
import re
from collections import Counter
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexer.clean import clean
from indexer.detect import LAYOUTS
from indexer.encoding import decode
from indexer.errors import NotATranscript, UnreadableSource
from indexer.model import Kind, Participant, Section, Transcript, Turn
from indexer.reading import read, read_bytes
from indexer.roles import Role
from tests.facts import GOLDEN, SAMPLES, facts, golden_facts, golden_sources

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
SAMPLE_NAMES = sorted(path.name for path in SAMPLES.iterdir())

SA_TITLE = "Orchard Lane, Inc. (NYSE:ORLN) Q3 2021 Earnings Call November 5, 2021 10:00 AM ET"
SA_ROSTERS = """Executives
Jane Roe - Chief Executive Officer
Mike Poe - Chief Financial Officer
Analysts
Mark Lamb - Kestrel Securities
Rita Dorn - Pell & Harrow"""
SA_HEADERS = {name: name for name in ("Operator", "Jane Roe", "Mike Poe", "Mark Lamb", "Rita Dorn")}

FOOL_TITLE = "Orchard Lane, Inc. (ORLN -1.48%)\nQ3 2021 Earnings Call\nNov 5, 2021, 10:00 a.m. ET"
FOOL_HEADERS = {
    "Operator": "Operator",
    "Jane Roe": "Jane Roe -- Chief Executive Officer",
    "Mike Poe": "Mike Poe -- Chief Financial Officer",
    "Mark Lamb": "Mark Lamb -- Kestrel Securities -- Analyst",
    "Rita Dorn": "Rita Dorn -- Pell & Harrow -- Analyst",
}
FOOL_ROSTER = "\n".join(["Duration: 0 minutes", *list(FOOL_HEADERS.values())[1:]])

Said = list[tuple[str, tuple[str, ...]]]


def _one(text: str | bytes, source: str = "calls/call.txt") -> Transcript:
    """Read a source that holds one call."""
    (transcript,) = read_bytes(text if isinstance(text, bytes) else text.encode(), source=source)
    return transcript


def _said(transcript: Transcript) -> Said:
    return [(turn.speaker, turn.paragraphs) for turn in transcript.turns]


def _body(said: Said, headers: dict[str, str]) -> str:
    return "\n".join(line for name, paragraphs in said for line in (headers[name], *paragraphs))


def _seeking_alpha(*said: tuple[str, tuple[str, ...]], title: str = SA_TITLE, rosters: str = SA_ROSTERS) -> str:
    return f"{title}\n{rosters}\n{_body(list(said), SA_HEADERS)}"


def _motley_fool(*said: tuple[str, tuple[str, ...]]) -> str:
    return f"{FOOL_TITLE}\n{_body(list(said), FOOL_HEADERS)}\n{FOOL_ROSTER}"


CALL: Said = [
    ("Operator", ("Welcome. I hand over to Jane Roe.",)),
    ("Jane Roe", ("Hello, all.", "We sold pears.")),
    ("Operator", ("Our first question comes from Mark Lamb with Kestrel Securities.",)),
    ("Mark Lamb", ("Why pears?",)),
    ("Mike Poe", ("They sell.",)),
]


def _squeezed(text: str) -> str:
    return "".join(clean(text).split())


def _visible(path: Path) -> str:
    """Give a source's text without markup and white space."""
    text = decode(path.read_bytes()).text
    if path.suffix == ".html":
        text = html.unescape(re.sub(r"(?s)<script.*?</script>|<style.*?</style>|<!--.*?-->|<[^>]*>", "", text))
    return _squeezed(text)


def _assert_words_are_the_sources_in_order(transcript: Transcript, visible: str) -> None:
    position = 0
    for turn in transcript.turns:
        for paragraph in turn.paragraphs:
            found = visible.find(_squeezed(paragraph), position)
            assert found >= 0, f"turn {turn.number} says what the source does not say here: {paragraph[:60]!r}"
            position = found + len(_squeezed(paragraph))


def _assert_sound(transcript: Transcript) -> None:
    """Turns are numbered from 1, say something, and know their exchange if they ask or answer; their speakers are on the call."""
    people = {person.name for person in transcript.participants} | {"Operator"}
    assert [turn.number for turn in transcript.turns] == list(range(1, len(transcript.turns) + 1))
    for turn in transcript.turns:
        assert turn.paragraphs
        assert all(paragraph == clean(paragraph) != "" for paragraph in turn.paragraphs)
        assert turn.speaker in people
        assert (turn.exchange is not None) or turn.kind not in (Kind.QUESTION, Kind.ANSWER)


@pytest.mark.parametrize("source", golden_sources(), ids=lambda source: source.name)
def test_golden_pairs(source: Path) -> None:
    """Each source of a golden pair is understood as somebody who read it turn by turn wrote down."""
    assert facts(read(source)) == golden_facts(source)


def test_every_golden_file_has_its_source() -> None:
    """No expectation is left behind by a source that is gone."""
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == sorted(path.stem for path in golden_sources())


def test_every_layout_has_two_golden_pairs() -> None:
    """A layout is shown by at least two sources with what they are read as."""
    pairs = Counter(golden_facts(source)["format"] for source in golden_sources())
    assert [layout.NAME for layout in LAYOUTS if pairs[layout.NAME] < 2] == []


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_the_words_of_turns_are_the_sources_in_order(name: str) -> None:
    """Every paragraph of every turn stands in the source, behind the one before it."""
    (transcript,) = read(SAMPLES / name)
    _assert_words_are_the_sources_in_order(transcript, _visible(SAMPLES / name))
    _assert_sound(transcript)


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_no_furniture_is_in_anybodys_mouth(name: str) -> None:
    """No turn of a sample has words of adverts, captions or footers."""
    (transcript,) = read(SAMPLES / name)
    said = [paragraph for turn in transcript.turns for paragraph in turn.paragraphs]
    marks = ("stocks we like better", "Stock Advisor", "did not make that list", "Motley Fool", "More HWGT analysis", "newsletter")
    assert [paragraph for paragraph in said if any(mark in paragraph for mark in marks)] == []


sentence = st.lists(st.sampled_from(["we", "sold", "more", "pears", "than", "plums", "at", "12.5%", "café"]), min_size=1, max_size=12).map(
    lambda words: " ".join(words).capitalize() + "."
)
speech = st.lists(sentence, min_size=1, max_size=3).map(tuple)
conversations = st.lists(st.tuples(st.sampled_from(sorted(SA_HEADERS)), speech), min_size=2, max_size=12)


def _joined(said: Said) -> Said:
    joined: Said = []
    for name, paragraphs in said:
        if joined and joined[-1][0] == name:
            joined[-1] = (name, joined[-1][1] + paragraphs)
        else:
            joined.append((name, paragraphs))
    return joined


@given(conversations, st.sampled_from([_motley_fool, _seeking_alpha]))
@settings(max_examples=150)
def test_what_is_said_is_what_is_read(said: Said, layout: Any) -> None:
    """Any conversation, written in either layout, comes back speaker by speaker and word by word, neighbours of one speaker joined."""
    assume(len({name for name, _ in said}) > 1 and len(_joined(said)) > 1)
    transcript = _one(layout(*said))
    assert _said(transcript) == _joined(said)
    assert transcript.words == sum(len(paragraph.split()) for _, paragraphs in said for paragraph in paragraphs)
    _assert_sound(transcript)


@pytest.mark.parametrize("name", ["calderbay-cbay-q3-2025.txt", "veltrana-vlta-q3-2024.txt", "quillstone-qlst-q2-2025.txt"])
@pytest.mark.parametrize(
    ("damage", "encoding"),
    [
        (lambda text: text.encode(), "utf-8"),
        (lambda text: text.encode().decode("latin-1").encode(), "utf-8, twice"),
        (lambda text: codecs.BOM_UTF8 + text.encode(), "utf-8-sig"),
        (lambda text: text.encode("utf-16"), "utf-16"),
        (lambda text: text.replace("\n", "\r\n").encode(), "utf-8"),
        (lambda text: text.replace("\n", "\x85").encode(), "utf-8"),
        (lambda text: text.encode("cp1252"), "cp1252"),
    ],
)
def test_damage_does_not_change_what_is_read(name: str, damage: Any, encoding: str) -> None:
    """However a call was encoded and its lines were ended, the same people say the same words."""
    text = decode((SAMPLES / name).read_bytes()).text
    sound, damaged = _one(text, name), _one(damage(text), name)
    assert damaged.encoding == encoding
    assert (damaged.turns, damaged.participants, damaged.call) == (sound.turns, sound.participants, sound.call)


def test_a_path_is_read_as_its_bytes_are(tmp_path: Path) -> None:
    """A path as text or object gives the same call, and the path as given is its source."""
    path = tmp_path / "orln.txt"
    path.write_text(_seeking_alpha(*CALL), encoding="utf-8")
    assert read(path) == read(str(path)) == read_bytes(path.read_bytes(), source=str(path))
    assert read(path)[0].source == str(path)


def test_a_call_is_understood() -> None:
    """Facts of the title, everybody's part, and the kind of every turn come together in one transcript."""
    transcript = _one(_seeking_alpha(*CALL))
    assert (transcript.call, transcript.company, transcript.ticker, transcript.exchange_code) == (
        "ORLN-2021Q3",
        "Orchard Lane, Inc.",
        "ORLN",
        "NYSE",
    )
    assert (transcript.period, transcript.event, transcript.date, transcript.time) == (
        "2021Q3",
        "Q3 2021 Earnings Call",
        date(2021, 11, 5),
        time(10),
    )
    assert transcript.participants == (
        Participant(name="Jane Roe", title="Chief Executive Officer", role=Role.CEO, published="Jane Roe - Chief Executive Officer"),
        Participant(name="Mike Poe", title="Chief Financial Officer", role=Role.CFO, published="Mike Poe - Chief Financial Officer"),
        Participant(
            name="Mark Lamb",
            firm="Kestrel Securities",
            firm_published="Kestrel Securities",
            role=Role.ANALYST,
            published="Mark Lamb - Kestrel Securities",
        ),
        Participant(
            name="Rita Dorn", firm="Pell & Harrow", firm_published="Pell & Harrow", role=Role.ANALYST, published="Rita Dorn - Pell & Harrow"
        ),
    )
    assert [(turn.section, turn.kind, turn.exchange) for turn in transcript.turns] == [
        (Section.PREPARED, Kind.OPERATOR, None),
        (Section.PREPARED, Kind.REMARKS, None),
        (Section.QA, Kind.OPERATOR, None),
        (Section.QA, Kind.QUESTION, 1),
        (Section.QA, Kind.ANSWER, 1),
    ]
    assert transcript.turns[3] == Turn(
        number=4,
        section=Section.QA,
        kind=Kind.QUESTION,
        exchange=1,
        speaker="Mark Lamb",
        role=Role.ANALYST,
        title=None,
        firm="Kestrel Securities",
        header="Mark Lamb",
        paragraphs=("Why pears?",),
    )


def test_a_turn_keeps_its_header_as_published() -> None:
    """The raw header stays beside the name that was made of it."""
    text = _seeking_alpha(*CALL).replace("\nMike Poe\n", "\nMichael Poe\n")
    turn = _one(text).turns[-1]
    assert (turn.speaker, turn.title, turn.header) == ("Mike Poe", "Chief Financial Officer", "Michael Poe")


def test_the_operator_is_no_participant() -> None:
    """The operator speaks, and is not among those who take part."""
    transcript = _one(_motley_fool(*CALL))
    assert transcript.turns[0].role is Role.OPERATOR
    assert "Operator" not in [person.name for person in transcript.participants]


def test_titles_come_from_introductions_where_rosters_have_none() -> None:
    """A roster that names only the employer leaves the title to the operator's introduction."""
    rosters = SA_ROSTERS.replace("Chief Executive Officer", "Orchard Lane, Inc.").replace("Chief Financial Officer", "Orchard Lane, Inc.")
    opening = ("Operator", ("I hand over to Mr. Mike Poe, Chief Financial Officer.",))
    people = {person.name: (person.title, person.role) for person in _one(_seeking_alpha(opening, *CALL[1:], rosters=rosters)).participants}
    assert people["Mike Poe"] == ("Chief Financial Officer", Role.CFO)
    assert people["Jane Roe"] == (None, Role.EXECUTIVE)


def test_neighbours_of_one_speaker_are_one_turn() -> None:
    """Two headers of one speaker in a row are one turn, in whatever spelling."""
    text = _seeking_alpha(*CALL, ("Mike Poe", ("And they keep.",))).replace("Mike Poe\nAnd", "Michael Poe\nAnd")
    assert _said(_one(text))[-1] == ("Mike Poe", ("They sell.", "And they keep."))


def test_the_question_heading_parts_turns_of_one_speaker() -> None:
    """Who speaks before and after the heading has a turn in either section, and turns joined before it do not move it."""
    text = _seeking_alpha(*CALL[:2], ("Jane Roe", ("So much for pears.",)), ("Jane Roe", ("Questions?",)), ("Mark Lamb", ("Why pears?",)))
    parted = _one(text.replace("Jane Roe\nQuestions?", "Question-and-Answer Session\nJane Roe\nQuestions?"))
    assert [(turn.speaker, turn.section, len(turn.paragraphs)) for turn in parted.turns] == [
        ("Operator", Section.PREPARED, 1),
        ("Jane Roe", Section.PREPARED, 3),
        ("Jane Roe", Section.QA, 1),
        ("Mark Lamb", Section.QA, 1),
    ]


def test_strangers_are_not_joined() -> None:
    """Two unidentified speakers in a row may be two people, and stay two turns."""
    text = f"{_seeking_alpha(*CALL)}\nUnidentified Analyst\nAnd plums?\nUnidentified Analyst\nAnd quinces?"
    assert _said(_one(text))[-2:] == [("Unidentified Analyst", ("And plums?",)), ("Unidentified Analyst", ("And quinces?",))]


def test_what_the_reader_is_unsure_of_is_warned_of() -> None:
    """An inferred start of the questions, a missing roster, an unlisted speaker and missing facts are warnings, sorted."""
    heading = ("Operator\nOur first", "Question-and-Answer Session\nOperator\nOur first")
    sound = _seeking_alpha(*CALL).replace(*heading)
    assert _one(sound).warnings == ()
    assert _one(_seeking_alpha(*CALL)).warnings == ("qa-inferred",)
    assert _one(f"{sound}\nTess Quist - Lowmoor Capital\nAnd plums?").warnings == ("speaker-not-in-roster",)
    assert _one(f"{sound}\nUnidentified Analyst\nAnd plums?").warnings == ()
    assert _one(sound.replace(SA_TITLE, "Earnings call of orchards")).warnings == ("no-company", "no-date", "no-period", "no-ticker")
    assert _one(_motley_fool(*CALL, *CALL).replace(FOOL_ROSTER, "")).warnings == ("no-roster", "qa-inferred")


def test_a_call_left_out_of_a_file_is_warned_of() -> None:
    """Of several calls in a file one that only one person speaks in is none; the others say that it is missing."""
    second = SA_TITLE.replace("Q3", "Q4").replace("November 5, 2021", "February 4, 2022")
    alone = _seeking_alpha(("Jane Roe", ("Hello, all.",)), title=second)
    (call,) = read_bytes(f"{_seeking_alpha(*CALL)}\n{alone}".encode(), source="calls.txt")
    assert (call.period, call.warnings) == ("2021Q3", ("call-left-out", "qa-inferred"))


def test_people_are_on_the_right_side() -> None:
    """An analyst among the officers of a roster asks as an analyst of the firm."""
    (call,) = read_bytes(_seeking_alpha(*CALL).replace("Mike Poe - Chief Financial Officer", "Mike Poe - UBS").encode(), source="calls.txt")
    assert [(person.role, person.firm, person.title) for person in call.participants if person.name == "Mike Poe"] == [
        (Role.ANALYST, "UBS", None)
    ]


def test_the_file_name_stands_in_for_what_is_missing() -> None:
    """Without a title the file's name gives period, company and id."""
    transcript = _one(_seeking_alpha(*CALL, title="Earnings call of orchards"), "calls/orln-q3-2021.txt")
    assert (transcript.period, transcript.company, transcript.call) == ("2021Q3", "orln", "ORLN-2021Q3")


def test_a_date_in_the_future_is_refused() -> None:
    """A call cannot have been held in a year to come."""
    transcript = _one(_seeking_alpha(*CALL, title=SA_TITLE.replace("November 5, 2021", "November 5, 2095")))
    assert (transcript.date, transcript.warnings) == (None, ("no-date", "qa-inferred"))


def test_a_duration_of_nothing_is_none() -> None:
    """Motley Fool's "Duration: 0 minutes" tells no duration, another number does."""
    assert _one(_motley_fool(*CALL)).duration_minutes is None
    assert _one(_motley_fool(*CALL).replace("Duration: 0", "Duration: 61")).duration_minutes == 61


def test_two_calls_in_one_file_are_not_one() -> None:
    """Where the next call's title follows the last words of one, nobody of the second speaks in the first."""
    second = _seeking_alpha(*CALL, title=SA_TITLE.replace("Orchard Lane, Inc. (NYSE:ORLN)", "Quince Row Corp. (NYSE:QNCR)")).replace(
        "Roe", "Hollins"
    )
    for glue in ("\n", ""):
        people = [
            {turn.speaker for turn in transcript.turns}
            for transcript in read_bytes(f"{_seeking_alpha(*CALL)}{glue}{second}".encode(), source="x")
        ]
        assert all(not {"Jane Roe", "Jane Hollins"} <= speakers for speakers in people)


def test_a_call_pasted_twice_is_said_once() -> None:
    """A file that repeats its whole call holds one call, and its words once."""
    text = _seeking_alpha(*CALL)
    assert _said(_one(f"{text}\n{text}")) == CALL


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    """A path that leads nowhere, or to a folder, is refused with the system's reason."""
    with pytest.raises(UnreadableSource, match=r"none\.txt: cannot be read: No such file"):
        read(tmp_path / "none.txt")
    with pytest.raises(UnreadableSource, match="cannot be read: Is a directory"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty file"),
        (b"\n \n", "empty file"),
        (b"Pears and plums.", "no transcript: nothing says who speaks"),
        (f"{SA_TITLE}\n{SA_ROSTERS}".encode(), "only 0 turns of speech"),
        (f"{SA_TITLE}\n{SA_ROSTERS}\nOperator\nNobody is here.".encode(), "only 1 turns of speech"),
        (f"{SA_TITLE}\n{SA_ROSTERS}\nOperator\nHello?\nOperator\nNobody is here.".encode(), "only 2 turns of speech"),
    ],
)
def test_what_holds_no_call_is_refused(data: bytes, reason: str) -> None:
    """An empty file, other text and a transcript in which fewer than two people speak are refused with the reason."""
    with pytest.raises(NotATranscript, match=reason):
        read_bytes(data, source="x.txt")


def test_bytes_that_are_no_text_are_refused() -> None:
    """A binary file is unreadable rather than no transcript."""
    with pytest.raises(UnreadableSource, match="NUL bytes"):
        read_bytes(b"%PDF-1.7\x00\x01", source="call.pdf")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Whatever a file holds, the reader gives calls or a reason, and never fails otherwise."""
    with pytest.raises((NotATranscript, UnreadableSource)):
        read_bytes(data, source="x.txt")


def test_a_transcript_as_json() -> None:
    """The JSON object has the documented keys in the documented order, dates and roles as text, and all words."""
    found = json.loads(json.dumps(_one(_motley_fool(*CALL).replace("Duration: 0", "Duration: 61")).to_dict()))
    turns, people = found.pop("turns"), found.pop("participants")
    assert list(found.items()) == [
        ("call", "ORLN-2021Q3"),
        ("company", "Orchard Lane, Inc."),
        ("ticker", "ORLN"),
        ("exchange_code", None),
        ("period", "2021Q3"),
        ("event", "Q3 2021 Earnings Call"),
        ("date", "2021-11-05"),
        ("time", "10:00"),
        ("duration_minutes", 61),
        ("origins", {"company": "title", "ticker": "title", "period": "title", "date": "title"}),
    ]
    assert people[2] == {
        "name": "Mark Lamb",
        "title": "Analyst",
        "firm": "Kestrel Securities",
        "firm_published": "Kestrel Securities",
        "role": "Analyst",
    }
    assert list(turns[1].items()) == [
        ("turn", 2),
        ("section", "prepared"),
        ("kind", "remarks"),
        ("exchange", None),
        ("speaker", "Jane Roe"),
        ("role", "CEO"),
        ("title", "Chief Executive Officer"),
        ("firm", None),
        ("paragraphs", ["Hello, all.", "We sold pears."]),
    ]


def test_a_transcript_without_facts_as_json() -> None:
    """What a call lacks is null."""
    found = _one(_seeking_alpha(*CALL, title="Earnings call of orchards")).to_dict()
    assert [found[name] for name in ("ticker", "period", "date", "time", "duration_minutes")] == [None] * 5


corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the checkout")


@pytest.mark.corpus
@corpus
def test_the_reference_call() -> None:
    """The reference transcript of the corpus is understood in full: facts, people, sections and exchanges."""
    (transcript,) = read(CORPUS / "motley_text" / "cellectis-clls-q3-2021.txt")
    assert (transcript.call, transcript.company, transcript.ticker, transcript.period) == ("CLLS-2021Q3", "Cellectis SA", "CLLS", "2021Q3")
    assert (transcript.date, transcript.time, transcript.duration_minutes) == (date(2021, 11, 5), time(8), 61)
    assert (len(transcript.participants), transcript.warnings) == (13, ())

    sections = Counter(turn.section for turn in transcript.turns)
    assert (len(transcript.turns), sections[Section.PREPARED], sections[Section.QA]) == (89, 6, 83)
    turns = Counter(turn.speaker for turn in transcript.turns)
    assert [turns[name] for name in ("Operator", "Andre Choulika", "Carrie Brownstein", "Nick Abbott")] == [13, 25, 18, 7]
    assert {turn.exchange for turn in transcript.turns} == {None, *range(1, 11)}

    people = {person.name: person for person in transcript.participants}
    assert (people["Eric Dutang"].role, people["Eric Dutang"].title) == (Role.CFO, "Chief Financial Office")
    assert (people["Gena Wang"].role, people["Gena Wang"].firm) == (Role.ANALYST, "Barclays")
    assert people["Andre Choulika"].role is Role.CEO

    said = [paragraph for turn in transcript.turns for paragraph in turn.paragraphs]
    assert not [paragraph for paragraph in said if "stocks we like better" in paragraph or "Stock Advisor" in paragraph]


@pytest.mark.corpus
@corpus
@pytest.mark.parametrize(("folder", "step"), [("motley_text", 5), ("motley_html", 1), ("seeking_alpha_text", 40)])
def test_real_calls_are_sound(folder: str, step: int) -> None:
    """Of real files too, every word of a turn is the source's, in order, and every question and answer knows its exchange."""
    for path in sorted((CORPUS / folder).iterdir())[::step]:
        for transcript in read(path):
            _assert_words_are_the_sources_in_order(transcript, _visible(path))
            _assert_sound(transcript)
            assert transcript.period or transcript.date


def test_a_text_of_endless_lines_is_refused() -> None:
    """Each line may be a name and takes time: far more than any transcript has are refused before they are looked at."""
    with pytest.raises(NotATranscript, match="a text of 70,000 lines: no transcript has so many"):
        read_bytes(b"Jane Roe\n" * 70_000, source="calls/names.txt")


def test_a_crowd_is_no_call() -> None:
    """A list of a thousand names with a word each is refused, too."""
    names = "".join(
        f"X{chr(97 + n // 26 % 26)}{chr(97 + n % 26)} Z{chr(97 + n // 676)}o: Hello to all of you here today.\n" * 2 for n in range(1500)
    )
    with pytest.raises(NotATranscript):
        read_bytes(names.encode(), source="calls/names.txt")

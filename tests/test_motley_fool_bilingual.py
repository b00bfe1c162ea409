"""Of an interleaved translation the English is read, each sentence once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.detect import detect
from indexer.formats import Draft, motley_fool_bilingual
from indexer.reading import read
from tests.damage import Damage, anywhere, damaged, drawn, golden_text, heard
from tests.facts import GOLDEN, facts, golden_facts

STEMS = ["juniperloom-jlom-q3-2025", "ferntea-fntl-q2-2026"]

FRONT = ["Company: Orchard Lane (果园)", "Quarter: Q3 2025", "  📅 Nov. 5, 2025 at 8 a.m. ET", "  📅 2025年11月5日"]
ROSTER = ["  ━━ Call participants ━━", "  ━━ 参会人员 ━━", "  👤 Chief Executive Officer — Jane Roe", "     首席执行官 — Jane Roe"]
HEADING = ["  [ 12] [EN] Full Conference Call Transcript", "       [中] 完整电话会议记录"]
SPEECH = ["  [ 13] [EN] Operator:Welcome.", "       [中] 接线员：欢迎。", "  [ 14] [EN] Jane Roe:We sold pears.", "       [中] 我们卖梨。"]


def _parse(*parts: list[str]) -> Draft:
    return motley_fool_bilingual.parse("\n".join(line for part in parts for line in part))


def _turns(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(turn.speaker.name, turn.paragraphs) for turn in draft.turns]


def _behind(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give the turns behind those of the usual call."""
    return _turns(_parse(FRONT, ROSTER, HEADING, SPEECH, list(lines)))[1:]


@pytest.mark.parametrize("stem", STEMS)
def test_golden_pairs(stem: str) -> None:
    """Each source is understood as somebody who read it turn by turn wrote down."""
    source = GOLDEN / f"{stem}.txt"
    assert facts(read(source)) == golden_facts(source)


def test_the_parts_of_a_call() -> None:
    """Block, date, roster and speech are read from the English lines, with their ornaments taken off."""
    draft = _parse(FRONT, ROSTER, HEADING, SPEECH)
    assert draft.title == ("Orchard Lane", "Q3 2025 Earnings Call", "Nov. 5, 2025 at 8:00 a.m. ET")
    assert [(entry.name, entry.title) for entry in draft.roster] == [("Jane Roe", "Chief Executive Officer")]
    assert _turns(draft) == [("Operator", ("Welcome.",)), ("Jane Roe", ("We sold pears.",))]


@pytest.mark.parametrize(
    ("lines", "paragraphs"),
    [
        (["  [ 15] [EN] And plums.", "       [中] 还有李子。"], ("And plums.",)),
        (["[EN] And plums.", "[中] 还有李子。", "", "And plums."], ("And plums.",)),
        (["[EN] And plums.", "[中] 还有李子。", "", "原文：And plums."], ("And plums.",)),
        (["[EN] And plums.", "[中] 还有李子。", "", "原文：", "And plums."], ("And plums.",)),
        (["[EN] And plums.", "[中] And plums."], ("And plums.",)),  # left untranslated
        (["[EN] And plums,", "and quinces.", "[中] 还有李子。"], ("And plums, and quinces.",)),  # wrapped
        (["  ━━ And plums. ━━", "  ━━ 还有李子。 ━━", "", "And plums. ━━"], ("And plums.",)),  # set as a heading
        (["[EN] We sold 梨, as they say.", "[中] 还有李子。"], ("We sold 梨, as they say.",)),
        (["[EN] And plums."], ("And plums.",)),
        (["[EN]", "And plums.", "[中] 还有李子。"], ("And plums.",)),  # wrapped right behind the mark
        (["[EN]", "[中] 还有李子。"], ()),
    ],
)
def test_english_is_read_once(lines: list[str], paragraphs: tuple[str, ...]) -> None:
    """A sentence that stands there twice is said once, and its translation is nobody's."""
    assert _behind(*lines) == [("Jane Roe", ("We sold pears.", *paragraphs))]


def test_the_layout_is_known_by_its_marks() -> None:
    """Lines of both languages are evidence; lines of one are none."""
    text = "\n".join([*FRONT, *ROSTER, *HEADING, *SPEECH])
    assert motley_fool_bilingual.evidence(text) == "3 [EN] and 3 [中] lines"
    assert detect(text).layout is motley_fool_bilingual
    assert motley_fool_bilingual.evidence(text.replace("[中]", "")) == ""
    assert motley_fool_bilingual.evidence(text.replace("[EN]", "")) == ""


def _renumbered(number: int) -> Damage:
    return lambda text: re.sub(r"\[ *(\d+)\] \[EN\]", lambda found: f"[{int(found[1]) % number:3}] [EN]", text)


OWN: dict[str, Callable[[int], Damage]] = {
    "numbers from the start again": _renumbered,
    "no numbers": lambda _: lambda text: re.sub(r"\[ *\d+\] \[EN\]", "[EN]", text),
    "no indents": lambda _: lambda text: re.sub(r"^ +", "", text, flags=re.MULTILINE),
    "every copy marked": lambda _: lambda text: text.replace("原文：\n", "").replace("原文：", ""),
    "longer rulers": lambda number: lambda text: text.replace("=" * 70, "=" * (number * 12)).replace("─" * 50, "─" * (number * 12)),
    "more summary": lambda number: (
        lambda text: text.replace("  [  6] [EN]", f"  [  5] [EN] Metric-- up {number}%.\n       [中] 指标\n\n  [  6] [EN]", 1)
    ),
    "an untranslated paragraph": lambda _: (
        lambda text: text.replace("[中] 谢谢。", "[中] Thank you.").replace("[中] 明白了。", "[中] Understood.")
    ),
    "a heading in capitals": lambda _: lambda text: text.replace("Full Conference Call Transcript", "FULL CONFERENCE CALL TRANSCRIPT"),
    "spaces behind the operator's colon": lambda _: lambda text: text.replace("Operator:", "Operator: "),
}
ALL = {**OWN, **anywhere}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("stem", STEMS)
def test_each_damage_alone(stem: str, name: str) -> None:
    """No kind of damage changes who says what."""
    text = golden_text(stem)
    assert heard(ALL[name](3)(text), stem) == heard(text, stem)


@given(st.sampled_from(STEMS), drawn(ALL))
@settings(max_examples=300)
def test_damage_does_not_change_what_is_read(stem: str, damages: dict[str, int]) -> None:
    """However many kinds of damage come together, the same people say the same words in the same sections."""
    text = golden_text(stem)
    assert heard(damaged(text, ALL, damages), stem) == heard(text, stem)

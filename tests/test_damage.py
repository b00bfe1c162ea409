"""However a source was damaged on its way, the same call is heard from it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.clean import clean
from indexer.encoding import decode
from indexer.reading import read_bytes
from tests.damage import damage_source, general
from tests.facts import facts, golden_facts, golden_sources

Understood = tuple[dict[str, Any], list[list[str]]]
TextDamage = Callable[[str, random.Random], str]

SOURCES = golden_sources()
TEXTS = [source for source in SOURCES if golden_facts(source)["format"] == "seeking-alpha-text"]
PAGES = [source for source in SOURCES if source.suffix == ".html"]  # of both publishers
seeds = st.integers(0, 2**32)


def _named(source: Path) -> str:
    return source.name


def _understood(data: str | bytes, source: Path) -> Understood:
    """Give the facts of a source but for its encoding, and the words of each turn."""
    calls = read_bytes(data if isinstance(data, bytes) else data.encode(), source=str(source))
    found = facts(calls)
    del found["encoding"]
    return found, [" ".join(turn.paragraphs).split() for call in calls for turn in call.turns]


@cache
def _sound(source: Path) -> Understood:
    found, said = _understood(source.read_bytes(), source)
    assert found == {name: fact for name, fact in golden_facts(source).items() if name != "encoding"}
    return found, said


def _text(source: Path) -> str:
    return decode(source.read_bytes()).text


def _damaged(text: str, kinds: dict[str, TextDamage], names: set[str], seed: int) -> str:
    """Do the named damages to a text, in the order of their table."""
    chance = random.Random(seed)
    for name, damage in kinds.items():
        text = damage(text, chance) if name in names else text
    return text


@pytest.mark.parametrize("source", SOURCES, ids=_named)
@given(names=st.sets(st.sampled_from(sorted(general))), seed=seeds)
@settings(max_examples=30)
def test_damage_changes_no_fact(source: Path, names: set[str], seed: int) -> None:
    """Whatever befell spaces, line ends, letters and encoding, alone or together, the facts and words of the call are the golden ones."""
    assert _understood(damage_source(source.read_bytes(), names, seed), source) == _sound(source)


# Seeking Alpha's text: what its transcribers and those who collect it do to a call.

QUESTIONS = "Question-and-Answer Session"
QUESTION_HEADINGS = (
    QUESTIONS,
    "Question-And-Answer Session",
    "Question and Answer Session",
    "Question-and-Answer-Session",
    "QuestionandAnswer Session",
    "Questions and Answers",
    "Questions & Answers:",
    "Question-and-Answer Section",
    "QUESTION-AND-ANSWER SESSION",
    "Question-and-Answer Period",
)
COMPANY_HEADINGS = ("Executives", "Executives:", "Company Participants", "Corporate Participants", "Company Representatives")
ANALYST_HEADINGS = ("Analysts", "Analysts:", "Conference Call Participants", "conference call participants", "Call Participants")
NOTICES = (
    "Advertisement",
    "Copyright policy: these words belong to Seeking Alpha, and whoever prints them asks first.",
    "10 stocks we like better than this one",
)
SHORT_FORMS = {"Michael": "Mike", "Mike": "Michael", "Wendell": "Wen", "Lorraine": "Lor", "Desmond": "Des", "Marcus": "Marc"}
LISTED = re.compile(r"(?P<name>[A-Z][^–\n]{3,40}?)(?P<dash>\s+[-–]\s+)(?P<about>[A-Z][^\n]{2,100})")


def _replaced(old: tuple[str, ...], new: tuple[str, ...]) -> TextDamage:
    """Write a heading in another spelling."""
    pattern = re.compile(rf"^(?:{'|'.join(map(re.escape, old))})$", re.MULTILINE)
    return lambda text, chance: pattern.sub(lambda _: chance.choice(new), text)


def _at_headers(change: Callable[[str, str | None, random.Random], str]) -> TextDamage:
    """Change some of the turn headers that are bare names of the rosters; what the roster says of them is given with them."""

    def damage(text: str, chance: random.Random) -> str:
        listed = {found["name"]: found["about"] for line in text.split("\n") if (found := LISTED.fullmatch(line))}
        analysts = _behind(text, ANALYST_HEADINGS)
        lines = [
            change(line, listed[line] if line in analysts else None, chance) if line in listed and chance.random() < 0.5 else line
            for line in text.split("\n")
        ]
        return "\n".join(lines)

    return damage


def _behind(text: str, headings: tuple[str, ...]) -> str:
    """Give what follows the first of the headings."""
    return "\n".join(text.split("\n")[next(at for at, line in enumerate(text.split("\n")) if line in headings) :])


def _called_otherwise(name: str, _: str | None, chance: random.Random) -> str:
    """Mike for Michael, with a middle initial, with the first name's initial alone, or with a letter wrong."""
    first, *middle, last = name.split()
    at = chance.choice([at for at, letter in enumerate(last) if at and letter.islower()])
    slip = last[:at] + last[at] + last[at:]
    return chance.choice(
        [
            " ".join([SHORT_FORMS.get(first, first), *middle, last]),
            f"{first} B. {last}",
            " ".join([first[0] + ".", *middle, last]),
            " ".join([first, *middle, slip]),
        ]
    )


def _with_firm(name: str, firm: str | None, chance: random.Random) -> str:
    return f"{name}{chance.choice((' - ', ' – '))}{firm}" if firm else name


def _dashes(text: str, chance: random.Random) -> str:
    """Part names from titles and firms by hyphens and en dashes mixed, as in 74 of 2,000 files, and once by two hyphens, as in 1."""
    lines = text.split("\n")
    listed = [(at, found) for at, line in enumerate(lines) if (found := LISTED.fullmatch(line))]
    odd = chance.choice(listed)
    for at, found in listed:
        dash = " -- " if (at, found) == odd else chance.choice((" - ", " – ", " –", "– "))
        lines[at] = found["name"] + dash + found["about"]
    return "\n".join(lines)


def _with_notices(text: str, chance: random.Random) -> str:
    """Put the publisher's own lines between those of the speech, and behind it."""
    lines = text.rstrip().split("\n")
    speech = next(at for at, line in enumerate(lines) if len(line) > 150 and at > 1)
    for _ in range(3):
        lines.insert(chance.randrange(speech, len(lines) + 1), chance.choice(NOTICES))
    return "\n".join([*lines, NOTICES[1]])


call_damages: dict[str, TextDamage] = {
    "roster of the company headed otherwise": _replaced(COMPANY_HEADINGS, COMPANY_HEADINGS),
    "roster of analysts headed otherwise": _replaced(ANALYST_HEADINGS, ANALYST_HEADINGS),
    "speakers called otherwise": _at_headers(_called_otherwise),
    "firms behind analysts": _at_headers(_with_firm),
    "dashes of all kinds": _dashes,
    "questions headed otherwise": _replaced((QUESTIONS,), QUESTION_HEADINGS),
    "heading glued to the operator": lambda text, chance: re.sub(rf"^({QUESTIONS})\nOperator$", r"\1Operator", text, flags=re.MULTILINE),
    "questions headed twice": lambda text, chance: text.replace(f"\n{QUESTIONS}", f"\n{QUESTIONS}\n{QUESTIONS}"),
    "lines of the publisher": _with_notices,
    "pasted twice": lambda text, chance: chance.choice(("\n", "\n\n\n", "")).join((text.rstrip(), text.rstrip())),
}


@pytest.mark.parametrize("source", TEXTS, ids=_named)
@given(names=st.sets(st.sampled_from(sorted(call_damages))), seed=seeds)
@settings(max_examples=40)
def test_a_damaged_text_is_the_same_call(source: Path, names: set[str], seed: int) -> None:
    """Headings, dashes, names and firms in other spellings, lines of the publisher and a second copy change nothing of a call."""
    assert _understood(_damaged(_text(source), call_damages, names, seed), source) == _sound(source)


def _without(text: str, number: int) -> tuple[str, str]:
    """Leave a line out of the rosters; give the text and whose line it was."""
    lines = text.split("\n")
    listed = [(at, found["name"]) for at, line in enumerate(lines[:20]) if (found := LISTED.fullmatch(line))]
    at, name = listed[number % len(listed)]
    return "\n".join([*lines[:at], *lines[at + 1 :]]), name


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("source", TEXTS, ids=_named)
def test_who_is_missing_from_the_rosters_is_heard(source: Path, number: int) -> None:
    """Somebody whom the rosters leave out speaks in the same turns, by the name in the headers; an officer may have lost the title."""
    text, missing = _without(_text(source), number)
    headers = (re.split(" [-–] ", clean(line))[0] for line in text.split("\n")[9:])
    called = next((name for name in headers if name.split()[1:] == missing.split()[1:]), missing)
    (found, said), (golden, golden_said) = _understood(text, source), _sound(source)
    assert said == golden_said
    for turn, sound in zip(found["calls"][0]["turns"], golden["calls"][0]["turns"], strict=True):
        assert (turn["speaker"], turn["section"]) == (called if sound["speaker"] == missing else sound["speaker"], sound["section"])
        assert turn["role"] in ((sound["role"], "Executive") if sound["speaker"] == missing else (sound["role"],))


@given(order=st.permutations(TEXTS), glue=st.sampled_from(["\n", "\n\n", ""]), number=st.integers(2, 4))
@settings(max_examples=20)
def test_several_calls_in_one_file_are_these_calls(order: list[Path], glue: str, number: int) -> None:
    """Calls that were pasted one behind the other, the next title glued to the last sentence or not, are each as in a file of its own."""
    sources = order[:number]
    found, said = _understood(glue.join(_text(source).rstrip() for source in sources), Path("calls.txt"))
    assert found["calls"] == [_sound(source)[0]["calls"][0] for source in sources]
    assert said == [words for source in sources for words in _sound(source)[1]]


@pytest.mark.parametrize("line", NOTICES)
@pytest.mark.parametrize("source", TEXTS, ids=_named)
def test_a_line_of_the_publisher_among_the_rosters_is_nobody(source: Path, line: str) -> None:
    """An advert between two participants is no third."""
    lines = _text(source).split("\n")
    assert _understood("\n".join([*lines[:3], line, *lines[3:]]), source) == _sound(source)


# Pages: what browsers, their plug-ins and the publishers' templates do to them.

ADVERTS = (
    '<div class="dfp-ads ad" id="div-content{n}"><script>googletag.cmd.push(function() {{ show("<p>Operator</p>"); }});</script></div>',
    '<div class="interad"><p>Trade from your kitchen, for nothing.</p><script type="text/javascript">ad({n});</script></div>',
    "<aside><h2>Related</h2><p><strong>Operator</strong></p><p>Five stocks for the beach.</p></aside>",
    '<div id="promo-{n}"><div><p><b>A letter for people who read footnotes</b></p></div><form><input name="mail"></form></div>',
    '<iframe src="https://ads.example/{n}"><p>Advertisement</p></iframe><!-- <p>Operator</p> -->',
)
ATTRIBUTES = ('class="a b"', 'style="margin: 0 auto"', "data-id='418'", 'id="p{n}" dir=ltr')
SPELT = {
    "&amp;": ("&amp;", "&#38;", "&"),
    "'": ("&#39;", "&apos;", "'"),
    "’": ("&rsquo;", "&#8217;", "’"),
    "–": ("&ndash;", "&#x2013;", "–"),
}
HEADING = re.compile(r"<h2>(?P<heading>[^<]{5,40})</h2>|<p><strong>(?P<bold>(?:Prepared|Questions|Duration|Call)[^<]{5,40})</strong></p>")


def _at_tags(pattern: str, change: Callable[[re.Match[str], random.Random], str]) -> TextDamage:
    """Change some of what a pattern finds in the article of a page."""
    expression = re.compile(pattern, re.DOTALL)

    def damage(page: str, chance: random.Random) -> str:
        start, end = _article(page)
        share = chance.choice((0.1, 0.5, 1))
        changed = expression.sub(lambda found: change(found, chance) if chance.random() < share else found[0], page[start:end])
        return page[:start] + changed + page[end:]

    return damage


def _article(page: str) -> tuple[int, int]:
    """Give where the first paragraph of a page's article begins and where its last one ends."""
    opening = re.compile(r'<span class="article-content">|itemprop="articleBody">').search(page)
    assert opening
    end = page.index("</article>" if "</article>" in page else '<div id="pitch">', opening.end())
    return page.index("<p", opening.end()), page.rindex("</p>", opening.end(), end) + len("</p>")


def _other_heading(found: re.Match[str], _: random.Random) -> str:
    return f"<p><strong>{found['heading']}</strong></p>" if found["heading"] else f"<h2>{found['bold']}</h2>"


page_damages: dict[str, TextDamage] = {
    "h2 or bold type": _at_tags(HEADING.pattern, _other_heading),
    "questions & answers": _at_tags(r"(?<=Questions )and(?= Answers:)", lambda found, chance: chance.choice(("&amp;", "&"))),
    "b for strong": _at_tags(r"<strong>((?:(?!</?strong).)*)</strong>", lambda found, chance: f"<b>{found[1]}</b>"),
    "spans in bold type": _at_tags(r"<strong>([^<]*)</strong>", lambda found, chance: f"<strong><span>{found[1]}</span></strong>"),
    "blanks in bold type": _at_tags(r"<strong>([^<]*)</strong>", lambda found, chance: f"<strong>\n  {found[1]}&nbsp;</strong>"),
    "characters spelt": _at_tags("&amp;|['’–]", lambda found, chance: chance.choice(SPELT[found[0]])),
    "no-break spaces spelt": _at_tags(r"(?<=[a-z]) (?=[a-zA-Z][^<>]*<)", lambda found, chance: "&nbsp;"),
    "adverts between": _at_tags(r"(?<=</p>)\s*(?=<p)", lambda found, chance: chance.choice(ADVERTS).format(n=chance.randrange(99))),
    "paragraphs in boxes": _at_tags(
        r"<p\b(?:(?!</p>).)*</p>", lambda found, chance: f'<div class="row">\n<section>{found[0]}</section></div>'
    ),
    "paragraphs not closed": _at_tags(r"</p>(?=\s*<(?:p|h2|div)\b)", lambda found, chance: ""),
    "attributes": _at_tags(
        r"<(p|h2|strong|b|em|ul|li)>", lambda found, chance: f"<{found[1]} {chance.choice(ATTRIBUTES).format(n=chance.randrange(99))}>"
    ),
    "capital tags": _at_tags(r"</?(?:p|h2|strong|b|em)\b", lambda found, chance: found[0].upper()),
    "one long line": lambda page, chance: page.replace("\n", " "),
}


@pytest.mark.parametrize("source", PAGES, ids=_named)
@given(names=st.sets(st.sampled_from(sorted(page_damages))), seed=seeds)
@settings(max_examples=30)
def test_a_damaged_page_is_the_same_call(source: Path, names: set[str], seed: int) -> None:
    """Attributes, boxes, adverts with scripts, other tags for headings and other spellings of characters change nothing of a call."""
    assert _understood(_damaged(_text(source), page_damages, names, seed), source) == _sound(source)

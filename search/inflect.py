"""Which inflections has a word, among the words that occur? English nouns and verbs; no stemming of meaning.

`tariff` also finds `tariffs` and `tariff's`; `raise` finds `raised` and `raising`. Derived words stay apart:
`operator`, `operating` and `operation` are three things on an earnings call, which a stemmer would make one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

__all__ = ["inflections"]

_SHORTEST_BASE = 3

# Words in -s that are no plural, and words whose -s form is another word.
_NO_PLURAL = frozenset(
    [
        "always",
        "as",
        "across",
        "basis",
        "bias",
        "bus",
        "canvas",
        "chaos",
        "christmas",
        "does",
        "gas",
        "goes",
        "has",
        "his",
        "its",
        "lens",
        "mars",
        "means",
        "news",
        "perhaps",
        "plus",
        "sales",
        "series",
        "species",
        "thus",
        "us",
        "was",
        "whereas",
        "yes",
    ]
)
_IRREGULAR = """
    be am is are was were been being | have has had having | do does did done doing | go goes went gone going |
    begin begins began begun beginning | break breaks broke broken breaking | bring brings brought bringing | build
    builds built building | buy buys bought buying | catch catches caught catching | choose chooses chose chosen
    choosing | come comes came coming | cut cuts cutting | deal deals dealt dealing | draw draws drew drawn drawing
    | drive drives drove driven driving | eat eats ate eaten eating | fall falls fell fallen falling | feel feels
    felt feeling | fight fights fought fighting | find finds found finding | fly flies flew flown flying | forget
    forgets forgot forgotten forgetting | freeze freezes froze frozen freezing | get gets got gotten getting | give
    gives gave given giving | grow grows grew grown growing | hear hears heard hearing | hide hides hid hidden
    hiding | hit hits hitting | hold holds held holding | keep keeps kept keeping | know knows knew known knowing |
    lead leads led leading | leave leaves left leaving | lend lends lent lending | let lets letting | lose loses
    lost losing | make makes made making | mean means meant meaning | meet meets met meeting | outgrow outgrows
    outgrew outgrown outgrowing | overcome overcomes overcame overcoming | pay pays paid paying | put puts putting |
    read reads reading | ride rides rode ridden riding | rise rises rose risen rising | run runs ran running | say
    says said saying | see sees saw seen seeing | sell sells sold selling | send sends sent sending | set sets
    setting | shake shakes shook shaken shaking | show shows showed shown showing | shrink shrinks shrank shrunk
    shrinking | shut shuts shutting | sit sits sat sitting | speak speaks spoke spoken speaking | spend spends spent
    spending | split splits splitting | spread spreads spreading | stand stands stood standing | stick sticks stuck
    sticking | strike strikes struck striking | take takes took taken taking | teach teaches taught teaching | tell
    tells told telling | think thinks thought thinking | throw throws threw thrown throwing | understand understands
    understood understanding | undertake undertakes undertook undertaken undertaking | wear wears wore worn wearing
    | win wins won winning | withdraw withdraws withdrew withdrawn withdrawing | write writes wrote written writing |
    man men | woman women | child children | person people | foot feet | half halves | life lives | shelf shelves |
    analysis analyses | crisis crises | thesis theses | hypothesis hypotheses | index indices indexes | matrix
    matrices
"""
_GROUPS = tuple(tuple(group.split()) for group in _IRREGULAR.split("|"))
_GROUP_OF = {form: group for group in _GROUPS for form in group}


# Words that look like a form of another word and are none.
_NO_FORM = frozenset("bring evening feed hundred king nothing ring seed shed sing something spring string thing united wing".split())
_VOWELS = "aeiouy"
# "stop", "plan": a short word that doubles its last letter before -ed and -ing, so that "caring" is no form of "car".
_DOUBLES = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")


def inflections(word: str, occurs: Callable[[str], bool]) -> tuple[str, ...]:
    """Give the word and its inflections that occur, the word first.

    Args:
        word: As the analyzer gives it.
        occurs: Whether the index holds a word.
    Returns:
        The word itself, even if it does not occur, then the others in alphabetical order.
    """
    if word not in _GROUP_OF and (not word.replace("'", "").isalpha() or len(word) < _SHORTEST_BASE):
        # Names and figures have no forms but the possessive: `AT&T` and `AT&T's`.
        other = word.removesuffix("'s") if word.endswith("'s") else f"{word}'s"
        return (word, other) if occurs(other) else (word,)
    bases = [base for base in dict.fromkeys(_bases(word)) if base == word or (len(base) >= _SHORTEST_BASE and occurs(base))]
    candidates = {form for base in bases for form in _forms(base) if form not in _NO_FORM}
    return (word, *sorted(form for form in candidates if form != word and occurs(form)))


def _bases(word: str) -> Iterator[str]:
    """What the word may be a form of, one step back: `earnings` of `earning`, but not of `earn`."""
    yield word
    if word in _GROUP_OF:
        yield _GROUP_OF[word][0]
    if word in _NO_FORM:
        return
    if word.endswith(("'s", "s'")):
        yield word[:-2]
    elif word.endswith("ies"):
        yield word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")) and word not in _NO_PLURAL - {"sales"}:
        yield word[:-1]
        if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
            yield word[:-2]
    elif word.endswith("ied"):
        yield word[:-3] + "y"
    elif word.endswith("eed"):
        yield word[:-1]
    elif word.endswith("ed"):
        yield from _unsuffixed(word[:-2])
    elif word.endswith("ing"):
        yield from _unsuffixed(word[:-3])


def _unsuffixed(stem: str) -> Iterator[str]:
    if not _has_vowel(stem):
        return
    if not _DOUBLES.fullmatch(stem):
        yield stem
    yield stem + "e"
    if len(stem) > _SHORTEST_BASE and stem[-1] == stem[-2] and stem[-1] not in _VOWELS:
        yield stem[:-1]


def _has_vowel(stem: str) -> bool:
    return any(letter in _VOWELS for letter in stem)


def _forms(base: str) -> Iterator[str]:
    yield base
    yield from _GROUP_OF.get(base, ())
    plural = _with_s(base)
    if plural not in _NO_PLURAL or plural == "sales":
        yield plural
        yield plural + "'"
    yield base + "'s"
    if base.endswith("e"):
        if _has_vowel(base[:-1]) and not (base.endswith("ee") and len(base) <= _SHORTEST_BASE):
            yield base + "d"
            yield base[:-1] + "ing"
            yield base + "ing"
    elif base.endswith("y") and base[-2] not in _VOWELS:
        yield base[:-1] + "ied"
        yield base + "ing"
    elif _DOUBLES.fullmatch(base):
        yield base + base[-1] + "ed"
        yield base + base[-1] + "ing"
    else:
        yield base + "ed"
        yield base + "ing"
        yield base + base[-1] + "ed"
        yield base + base[-1] + "ing"


def _with_s(base: str) -> str:
    if base.endswith("y") and base[-2] not in _VOWELS:
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "x", "z", "ch", "sh")) else "s")

"""What does a title mean? A published title in, a role from a closed set out."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

__all__ = ["Role", "is_office", "role_of"]


class Role(StrEnum):
    """Who somebody is on a call. The values are what users type and facets show."""

    CEO = "CEO"
    CFO = "CFO"
    COO = "COO"
    CTO = "CTO"
    CHIEF_MEDICAL = "Chief Medical Officer"
    CHIEF_SCIENTIFIC = "Chief Scientific Officer"
    CHIEF_COMMERCIAL = "Chief Commercial Officer"
    CHIEF_MARKETING = "Chief Marketing Officer"
    CHIEF_REVENUE = "Chief Revenue Officer"
    CHIEF_PRODUCT = "Chief Product Officer"
    CHIEF_STRATEGY = "Chief Strategy Officer"
    CHIEF_INVESTMENT = "Chief Investment Officer"
    CHIEF_RISK = "Chief Risk Officer"
    CHIEF_CREDIT = "Chief Credit Officer"
    CHIEF_ACCOUNTING = "Chief Accounting Officer"
    CHIEF_INFORMATION = "Chief Information Officer"
    CHIEF_LEGAL = "Chief Legal Officer"
    CHIEF_ADMINISTRATIVE = "Chief Administrative Officer"
    CHIEF_PEOPLE = "Chief People Officer"
    CHIEF_OTHER = "Other Chief Officer"
    PRESIDENT = "President"
    CHAIR = "Chair"
    INVESTOR_RELATIONS = "Investor Relations"
    EXECUTIVE = "Executive"
    ANALYST = "Analyst"
    OPERATOR = "Operator"
    UNKNOWN = "Unknown"


def _chief(words: str, *abbreviations: str) -> str:
    # "Chief Financial Office" (Motley Fool's typo) and a bare "Chief Executive" are the office all the same.
    spelled = rf"chief (?:{words})"
    return "|".join([spelled, *(rf"{short}\b" for short in abbreviations)])


# The first rule that matches wins, so this order is the precedence: a "Chairman, President & CEO" is the CEO, an "EVP &
# CFO" the CFO, a "CFO and Head of Investor Relations" the CFO. Abbreviations that mean two offices (CMO, CAO, CIO, CPO,
# CSO, CRO) stay Executive.
_RULES: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(rf"\b(?:{pattern})", re.IGNORECASE))
    for role, pattern in (
        (Role.CEO, _chief("executive(?! vice)", r"co-?ceo", "ceo") + r"|^(?:group )?managing director$"),
        (
            Role.CFO,
            _chief("financ[a-z]*|fin\\.", "cfo")
            + r"|(?:group )?finance director|director of finance and accounting|principal financial officer",
        ),
        (Role.COO, _chief("operat[a-z]*", "coo")),
        (Role.CTO, _chief("technology|technical", "cto")),
        (Role.CHIEF_MEDICAL, _chief("medical|clinical")),
        (Role.CHIEF_SCIENTIFIC, _chief("scien[a-z]*|research|r ?& ?d|development")),
        (Role.CHIEF_COMMERCIAL, _chief("commercial|customer|business")),
        (Role.CHIEF_MARKETING, _chief("marketing|brand")),
        (Role.CHIEF_REVENUE, _chief("revenue|sales|growth")),
        (Role.CHIEF_PRODUCT, _chief("product[a-z]*|merchandising|merchant")),
        (Role.CHIEF_STRATEGY, _chief("strateg[a-z]*|corporate development")),
        (Role.CHIEF_INVESTMENT, _chief("investment")),
        (Role.CHIEF_RISK, _chief("(?:enterprise )?risk|underwriting|actuar[a-z]*")),
        (Role.CHIEF_CREDIT, _chief("(?:corporate )?credit")),
        (Role.CHIEF_ACCOUNTING, _chief("accounting") + r"|principal accounting officer"),
        (Role.CHIEF_INFORMATION, _chief("information|digital|data")),
        (Role.CHIEF_LEGAL, _chief("legal|counsel|compliance") + r"|general counsel"),
        (Role.CHIEF_ADMINISTRATIVE, _chief("administrat[a-z]*")),
        (Role.CHIEF_PEOPLE, _chief("people|human|talent")),
        (Role.CHIEF_OTHER, r"chief (?:[a-z&]+ ){1,3}offic"),
        (Role.PRESIDENT, r"(?<!vice )(?<!vice-)(?<!v\.)president\b"),
        (Role.CHAIR, r"(?<!vice )(?<!vice-)(?:co-?)?chair(?:man|woman|person|lady)?\b"),
        (
            Role.INVESTOR_RELATIONS,
            r"(?:investor|investment|shareholder|stockholder)s?['’]? (?:(?:and|&) [a-z ]{3,20} )?relat[a-z]*|(?-i:IR)\b",
        ),
    )
)

# "Assistant Chief Financial Officer", "Deputy CFO", "Office of the CEO", "former President": near the office, not in
# it.
_NOT_THE_OFFICE = re.compile(
    r"\b(?:assistant|associate|deputy|(?:advis[eo]r|assistant|chief of staff) to(?: the)?|office of the)[ -]+"
    r"(?:chief [a-z]+(?: offic[a-z]*)?|c[a-z]o\b|president\b|chair[a-z]*|finance director|general counsel)|"
    r"\b(?:former|formerly|retired|ex)\b[^,;]*",
    re.IGNORECASE,
)


_OFFICE = re.compile(
    r"\b(?:chief|officer?|president|director|head|manager|management|relations?|vice|vp|[esr]vp|treasurer|founder|counsel|chair\w*|"
    r"partner|secretary|controller|lead|leader|principal|executive|general|strateg\w+|communications?|host|advis[eo]r|scientist|"
    r"engineer|c[efot]o|ir)\b",
    re.IGNORECASE,
)


def is_office(text: str) -> bool:
    """Say whether text names what somebody of a company is, rather than a firm: "VP, Treasury", not "Deutsche Bank"."""
    return _OFFICE.search(text) is not None


@lru_cache(maxsize=4_096)
def role_of(title: str | None) -> Role:
    """Say which role a published title means.

    Args:
        title: The title as published, of somebody who speaks for the company; None or "" if the file gives none.

    Returns:
        The role of highest precedence that the title names; `EXECUTIVE` for any other title and for none, since whoever
        speaks for the company is at least that.
    """
    office = _NOT_THE_OFFICE.sub(" ", title or "")
    return next((role for role, pattern in _RULES if pattern.search(office)), Role.EXECUTIVE)

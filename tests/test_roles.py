"""A title means one role: the highest office it names, and never one that its holder has only been near to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.roles import Role, is_office, role_of

OFFICES = {
    "Chief Executive Officer": Role.CEO,
    "CEO": Role.CEO,
    "Chief Financial Officer": Role.CFO,
    "CFO": Role.CFO,
    "Chief Operating Officer": Role.COO,
    "Chief Technology Officer": Role.CTO,
    "Chief Medical Officer": Role.CHIEF_MEDICAL,
    "General Counsel": Role.CHIEF_LEGAL,
    "President": Role.PRESIDENT,
    "Chairman": Role.CHAIR,
    "Head of Investor Relations": Role.INVESTOR_RELATIONS,
}


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Chairman, President & CEO", Role.CEO),
        ("Founder, Chair and Co-Chief Executive Officer", Role.CEO),
        ("Co-CEO", Role.CEO),
        ("Group Chief Executive", Role.CEO),
        ("Managing Director", Role.CEO),
        ("EVP & CFO", Role.CFO),
        ("Executive Vice President and Chief Financial Officer", Role.CFO),
        ("Chief Financial Office", Role.CFO),
        ("Chief Financial Officer.", Role.CFO),
        ("Finance Director", Role.CFO),
        ("Group Finance Director", Role.CFO),
        ("Vice Chairman and CFO", Role.CFO),
        ("CFO and Head of Investor Relations", Role.CFO),
        ("Chief Operating Officer and Chief Financial Officer", Role.CFO),
        ("Senior Vice President, Chief Financial Officer, Assistant Secretary", Role.CFO),
        ("President and Chief Operating Officer", Role.COO),
        ("Deputy Chairman, President and COO", Role.COO),
        ("CTO & Co-Founder", Role.CTO),
        ("Chief Medical Officer.", Role.CHIEF_MEDICAL),
        ("Chief Scientific Officer", Role.CHIEF_SCIENTIFIC),
        ("Chief Commercial Officer", Role.CHIEF_COMMERCIAL),
        ("Chief Marketing Officer", Role.CHIEF_MARKETING),
        ("Chief Revenue Officer", Role.CHIEF_REVENUE),
        ("Chief Product Officer", Role.CHIEF_PRODUCT),
        ("Chief Strategy Officer", Role.CHIEF_STRATEGY),
        ("Chief Investment Officer", Role.CHIEF_INVESTMENT),
        ("Chief Risk Officer", Role.CHIEF_RISK),
        ("Chief Credit Officer", Role.CHIEF_CREDIT),
        ("Chief Accounting Officer", Role.CHIEF_ACCOUNTING),
        ("Controller and Principal Accounting Officer", Role.CHIEF_ACCOUNTING),
        ("Chief Information Officer", Role.CHIEF_INFORMATION),
        ("EVP, General Counsel and Secretary", Role.CHIEF_LEGAL),
        ("Chief Administrative Officer", Role.CHIEF_ADMINISTRATIVE),
        ("Chief Human Resources Officer", Role.CHIEF_PEOPLE),
        ("Chief Supply Chain Officer", Role.CHIEF_OTHER),
        ("President, Europe", Role.PRESIDENT),
        ("Senior Vice President and President, Pumps", Role.PRESIDENT),
        ("Executive Chairman", Role.CHAIR),
        ("Chairwoman of the Board", Role.CHAIR),
        ("Former CEO, now Chairman", Role.CHAIR),
        ("Vice President, Investor Relations", Role.INVESTOR_RELATIONS),
        ("Director of IR", Role.INVESTOR_RELATIONS),
        ("Investors’ Relations", Role.INVESTOR_RELATIONS),
        ("Head of Stockholder Relations", Role.INVESTOR_RELATIONS),
        ("Investor and Media Relations", Role.INVESTOR_RELATIONS),
        ("VP, Investor & Rating Agency Relations", Role.INVESTOR_RELATIONS),
        ("SVP, Investor and Public Relations", Role.INVESTOR_RELATIONS),
        ("Treasurer", Role.EXECUTIVE),
        ("Head of Firm Management", Role.EXECUTIVE),
        ("Chief of Staff", Role.EXECUTIVE),
    ],
)
def test_the_highest_office_named_is_the_role(title: str, role: Role) -> None:
    """Of several offices in a title the highest counts, however it is spelt."""
    assert role_of(title) is role


@pytest.mark.parametrize(
    "title",
    [
        "Vice President",
        "Vice-President",
        "Executive Vice President",
        "Assistant Vice President of Sales",
        "Vice Chairman",
        "Vice Chair",
        "Executive Vice Chairman",
        "Deputy CFO",
        "Deputy Chief Financial Officer",
        "Deputy Chairman",
        "Deputy Managing Director",
        "Deputy Finance Director",
        "Deputy General Counsel",
        "Associate General Counsel",
        "Assistant Chief Executive",
        "former CEO",
        "Former President",
        "Former President and Chief Executive Officer",
        "Former Chairman & CEO",
        "Ex-CEO",
        "Retired Chief Operating Officer",
        "Office of the CEO",
        "Chief of Staff to the CEO",
        "Executive Assistant to the President",
        "Advisor to the Chairman",
        "Presidential Fellow",
        "Chairlift Engineer",
    ],
)
def test_near_the_office_is_not_in_it(title: str) -> None:
    """Vice, deputy, assistant and former holders have the title of an office, and not its role."""
    assert role_of(title) is Role.EXECUTIVE


@pytest.mark.parametrize("title", [None, "", "Member of the team"])
def test_whoever_speaks_for_the_company_is_an_executive(title: str | None) -> None:
    """No title, or one that names no office, makes an executive of somebody."""
    assert role_of(title) is Role.EXECUTIVE


@pytest.mark.parametrize("title", ["CMO", "CAO", "CIO", "CPO", "CSO", "CRO"])
def test_abbreviations_of_two_offices_mean_neither(title: str) -> None:
    """Nobody can tell a marketing officer from a medical one by three letters."""
    assert role_of(title) is Role.EXECUTIVE


@given(
    st.sampled_from(sorted(OFFICES)),
    st.sampled_from(["", "EVP & ", "Interim ", "Acting ", "Executive Vice President and ", "Senior Vice President, "]),
    st.sampled_from(["", ".", ", Orchard Lane, Inc.", " and Treasurer", " & Director", " and Assistant Secretary"]),
    st.sampled_from([str, str.upper, str.lower]),
)
@settings(max_examples=300)
def test_what_stands_around_an_office_does_not_change_it(office: str, before: str, after: str, spell: Callable[[str], str]) -> None:
    """Interim and acting holders are in the office; lesser titles beside it, the company's name and the case of letters say nothing."""
    assert role_of(spell(before + office + after)) is OFFICES[office]


@pytest.mark.parametrize(
    "text", ["VP, Treasury", "Chief Financial Officer", "Head of Sales", "Founder", "Chairwoman", "Director of IR", "Senior Adviser"]
)
def test_an_office_is_known(text: str) -> None:
    """What somebody of a company is called tells the company's people from analysts."""
    assert is_office(text)


@pytest.mark.parametrize("text", ["Lowmoor Bank", "Pell & Harrow", "Kestrel Securities", "Firmament Capital", "Irving & Sons", ""])
def test_a_firm_is_no_office(text: str) -> None:
    """The name of an analyst's firm is none, even with the letters of one in it."""
    assert not is_office(text)

"""`hpedi claims`: searching what is decided, and deciding it otherwise."""

from __future__ import annotations

import pytest

from hpedi.commands import ExitCode
from tests.commands.worked_claims import DAY, DECIDED, WAITING, Desk

NOTE = ("--note", "billed twice, see the record")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--member", "M01"), 1),
        (("--member", "M02"), 0),
        (("--provider", "RIVERBEND", "--plan", "OPEN-1500"), 1),
        (("--provider", "HARBOR"), 0),
        (("--since", "2026-02-10", "--until", "2026-02-10"), 1),
        (("--since", "2026-02-11"), 0),
        (("--after", DECIDED), 0),
    ],
)
def test_what_stands_is_found(desk: Desk, options: tuple[str, ...], found: int) -> None:
    """By member, payee, plan and first day of service; what waits has no decision."""
    rows = desk.told("claims", "search", *options)
    assert [each["claim"]["claim"] for each in rows] == [DECIDED] * found


def test_a_decision_is_overridden(desk: Desk) -> None:
    """A paid claim is denied as its correction, and the trail says by whom."""
    (made,) = desk.told("claims", "override", DECIDED, "--deny", "duplicate", *NOTE, *DAY)
    assert [(each["kind"], each["lines"][0]["paid"]) for each in made["decisions"]] == [
        ("reversal", "-90.00"),
        ("correction", "0.00"),
    ]
    assert "examiner" in desk.said("explain", DECIDED)


def test_a_price_is_set_by_hand(desk: Desk) -> None:
    """The price of a line takes the place of the contract's, and the trail says by whom."""
    (made,) = desk.told("claims", "override", DECIDED, "--price", "1=100.00", *NOTE, *DAY)
    assert [(each["kind"], each["lines"][0]["allowed"]) for each in made["decisions"]] == [
        ("reversal", "-120.00"),
        ("correction", "100.00"),
    ]
    assert "line 1: 100.00" in desk.said("explain", DECIDED)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((DECIDED, *NOTE), "--set-aside NAME, --deny"),
        ((DECIDED, "--price", "one=90.00", *NOTE), "a line number and an amount"),
        ((DECIDED, "--price", "1=-1.00", *NOTE), "not below 0.00"),
        ((DECIDED, "--price", "9=90.00", *NOTE), "no line"),
        ((DECIDED, "--price", "0=90.00", *NOTE), "line by line"),
        ((DECIDED, "--deny", "because", *NOTE), "no reason"),
        ((DECIDED, "--deny", "duplicate", "--line", "2", *NOTE), "no line"),
        ((DECIDED, "--set-aside", "timely_filing", *NOTE), "as before"),
        ((WAITING, "--deny", "duplicate", *NOTE), "no decision"),
        (("1", "--deny", "duplicate", *NOTE), "no decision"),
        ((DECIDED, "--deny", "duplicate"), "--note"),
    ],
)
def test_what_cannot_be_overridden_is_told(desk: Desk, words: tuple[str, ...], why: str) -> None:
    """Wrong usage says what is missing; the decision stays."""
    assert why in desk.said("claims", "override", *words, code=ExitCode.USAGE)
    (row,) = desk.told("claims", "search", "--member", "M01")
    assert (row["claim"]["version"], row["claim"]["paid"]) == (1, "90.00")


@pytest.mark.parametrize("dollars", ["-1.00", "5.101", "much", "NaN"])
def test_interest_is_an_amount(desk: Desk, dollars: str) -> None:
    """Interest below zero, of fractions of a cent, or no number, is wrong usage."""
    desk.said("claims", "interest", *NOTE, "--", DECIDED, dollars, code=ExitCode.USAGE)


def test_interest_is_set_until_it_is_paid(desk: Desk) -> None:
    """Set before the payment run it is in the payment; afterwards it cannot be set."""
    assert desk.told("claims", "interest", DECIDED, "5.10", *NOTE)[0]["interest"]["interest"] == "5.10"
    desk.said("pay", "release", *DAY)
    assert "paid already" in desk.said("claims", "interest", DECIDED, "6.10", *NOTE, code=ExitCode.USAGE)


def test_examiners_work_and_others_do_not(desk: Desk) -> None:
    """A biller is refused searching and overriding, each with an audit row."""
    desk.staff(ada="examiner", ola="biller")
    desk.sign_in("ola")
    desk.said("claims", "search", "--member", "M01", code=ExitCode.NOT_PERMITTED)
    desk.said("claims", "override", DECIDED, "--deny", "duplicate", *NOTE, code=ExitCode.NOT_PERMITTED)
    desk.said("claims", "interest", DECIDED, "5.10", *NOTE, code=ExitCode.NOT_PERMITTED)
    assert desk.refused() == ["work claim"] * 3
    desk.sign_in("ada")
    desk.said("claims", "search", "--member", "M01")

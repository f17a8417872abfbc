"""`hpedi disputes`: the words around registering, answering, closing and ranking."""

from __future__ import annotations

import pytest

from hpedi.commands import ExitCode
from tests.commands.worked_claims import DAY, DECIDED, WAITING, Desk

NOTE = ("--note", "their letter")
ABOUT = ("--grounds", "pricing", "--at-stake", "20.00", *NOTE)
REGISTER = ("disputes", "register", "RIVERBEND", "--claim", DECIDED, *ABOUT)


def test_the_way_of_a_dispute(desk: Desk) -> None:
    """Registered, listed, shown, answered and closed; each form tells the same."""
    (made,) = desk.told(*REGISTER, "--received", "2026-03-09", *DAY)
    assert {name: made["dispute"][name] for name in ("id", "due", "at_stake", "state")} == {
        "id": 1,
        "due": "2026-05-08",
        "at_stake": "20.00",
        "state": "open",
    }
    assert desk.told("disputes", "list", "--state", "open") == [made]
    assert desk.told("disputes", "list", "--state", "closed") == []
    assert "their letter" in desk.said("disputes", "show", "1")
    (answered,) = desk.told("disputes", "answer", "1", "upheld", *NOTE)
    assert (answered["dispute"]["outcome"], answered["reprocessing"]) == ("upheld", None)
    (closed,) = desk.told("disputes", "close", "1", *NOTE)
    assert [each["action"] for each in closed["dispute"]["events"]] == ["registered", "answered", "closed"]
    assert DECIDED in desk.said("disputes", "show", "1")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("register", "RIVERBEND", "--claim", WAITING, *ABOUT), "no decision"),
        (("register", "NOBODY", "--claim", DECIDED, *ABOUT), "no such provider"),
        (("register", "RIVERBEND", "--claim", DECIDED, "--grounds", "pricing", "--at-stake", "much", *NOTE), "amount"),
        (("register", "RIVERBEND", *ABOUT), "--claim"),
        (("show", "7"), "no such dispute"),
        (("link", "7", "--claim", DECIDED, *NOTE), "no such dispute"),
        (("answer", "7", "upheld", *NOTE), "no such dispute"),
        (("close", "7", *NOTE), "no such dispute"),
    ],
)
def test_wrong_usage_is_told(desk: Desk, words: tuple[str, ...], why: str) -> None:
    """What cannot be done says why."""
    assert why in desk.said("disputes", *words, code=ExitCode.USAGE)


def test_what_deserves_help_is_ranked(desk: Desk) -> None:
    """A dispute past its day is told with its dollars; within it, nothing is."""
    desk.said(*REGISTER, "--received", "2026-03-09", *DAY)
    assert desk.told("disputes", "triage", "--as-of", "2026-05-08") == []
    (told,) = desk.told("disputes", "triage", "--as-of", "2026-05-09")
    assert (told["deserving"]["criteria"], told["deserving"]["at_stake"]) == (["unanswered"], "20.00")
    assert "2026-05-08" in desk.said("disputes", "triage", "--as-of", "2026-05-09")


def test_examiners_work_and_others_do_not(desk: Desk) -> None:
    """A biller and finance are refused, each refusal an audit row; an examiner may."""
    desk.staff(ada="examiner", ola="biller", fin="finance")
    for login in ("ola", "fin"):
        desk.sign_in(login)
        for words in (REGISTER, ("disputes", "list"), ("disputes", "triage")):
            desk.said(*words, code=ExitCode.NOT_PERMITTED)
    assert desk.refused() == ["work dispute"] * 6
    desk.sign_in("ada")
    desk.said(*REGISTER)

"""`hpedi pends`: what waits, by when, and what examiners do with it."""

from __future__ import annotations

import pytest

from hpedi.commands import ExitCode
from tests.commands.worked_claims import DAY, DECIDED, WAITING, Desk

NOTE = ("--note", "another visit the same day")


def test_what_waits_has_its_day(desk: Desk) -> None:
    """Received on 2 March, a clean claim is due on 1 April; 14 days have passed on the 16th."""
    (told,) = desk.told("pends", "list", *DAY)
    waiting = told["waiting"]
    assert {name: waiting[name] for name in ("claim", "reason", "received", "due", "days", "charged")} == {
        "claim": WAITING,
        "reason": "DUP-NEAR",
        "received": "2026-03-02",
        "due": "2026-04-01",
        "days": 14,
        "charged": "146.00",
    }
    assert WAITING in desk.said("pends", "list", *DAY)


def test_the_list_is_narrowed(desk: Desk) -> None:
    """By reason and by who works on it."""
    assert desk.told("pends", "list", "--reason", "HIGH-DOLLAR") == []
    assert desk.told("pends", "assign", WAITING, "--to", "ada") == [{"assigned": {"claim": WAITING, "to": "ada"}}]
    assert desk.told("pends", "list", "--assigned-to", "bea") == []
    assert [each["waiting"]["claim"] for each in desk.told("pends", "list", "--assigned-to", "ada")] == [WAITING]


def test_how_far_deciding_came_is_shown(desk: Desk) -> None:
    """The trail ends with what the claim waits for; a claim that does not wait is told."""
    (told,) = desk.told("pends", "show", WAITING)
    assert told["trail"][-1]["rule"] == "DUP-NEAR"
    assert "does not wait" in desk.said("pends", "show", DECIDED, code=ExitCode.USAGE)


def test_a_claim_is_released(desk: Desk) -> None:
    """Released with the edit set aside it is decided and waits no more; otherwise that it still waits is a finding."""
    still = desk.told("pends", "release", WAITING, *NOTE, *DAY, code=ExitCode.FINDINGS)
    assert (still[0]["decisions"], still[0]["pend"]["reason"]) == ([], "DUP-NEAR")
    (made,) = desk.told("pends", "release", WAITING, "--set-aside", "DUP-NEAR", *NOTE, *DAY)
    assert [each["lines"][0]["paid"] for each in made["decisions"]] == ["120.00"]
    assert desk.told("pends", "list") == []


def test_a_claim_is_denied(desk: Desk) -> None:
    """Denied with a reason of the payer's; one that it does not have, or a line that is not there, is wrong usage."""
    deny = ("pends", "deny", WAITING, *NOTE, *DAY)
    assert "no reason" in desk.said(*deny, "--reason", "because", code=ExitCode.USAGE)
    assert "no line" in desk.said(*deny, "--reason", "duplicate", "--line", "9", code=ExitCode.USAGE)
    (made,) = desk.told(*deny, "--reason", "duplicate", "--line", "1")
    assert made["decisions"][0]["status277"] == "F2:54"


@pytest.mark.parametrize(
    "words", [("assign", "1"), ("release", "1", *NOTE), ("deny", "1", "--reason", "duplicate", *NOTE)]
)
def test_what_does_not_wait_is_told(desk: Desk, words: tuple[str, ...]) -> None:
    """A claim that does not wait is wrong usage, in words."""
    assert "does not wait" in desk.said("pends", *words, code=ExitCode.USAGE)


def test_examiners_work_and_others_do_not(desk: Desk) -> None:
    """A biller and finance are refused, each refusal an audit row; an examiner may."""
    desk.staff(ada="examiner", ola="biller", fin="finance")
    for login in ("ola", "fin"):
        desk.sign_in(login)
        desk.said("pends", "list", code=ExitCode.NOT_PERMITTED)
        desk.said("pends", "release", WAITING, *NOTE, code=ExitCode.NOT_PERMITTED)
    assert desk.refused() == ["work claim"] * 4
    desk.sign_in("ada")
    desk.said("pends", "list")

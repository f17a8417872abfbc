"""`hpedi reprocess`: propose, look, approve, drop."""

from __future__ import annotations

from pathlib import Path

from hpedi.commands import ExitCode
from tests.commands.worked_claims import DAY, DECIDED, Desk
from tests.pipeline.payer_changes import changed_payer

PROPOSE = ("reprocess", "propose", "--reason", "payer_pricing_error", "--claim", DECIDED, *DAY)
FEE = "FS-STANDARD,2026a,2026-01-01,2026-06-30,T1015,,"


def lower_the_fee(desk: Desk, folder: Path) -> None:
    """Load the visit at 100.00 in place of 120.00."""
    desk.said("load", changed_payer(folder, (f"{FEE}120.00", f"{FEE}100.00")))


def test_proposed_shown_approved(desk: Desk, tmp_path: Path) -> None:
    """A proposal tells each claim's money before and after; approved, it is done, once."""
    lower_the_fee(desk, tmp_path)
    (told,) = desk.told(*PROPOSE)
    assert told["reprocessing"]["state"] == "proposed"
    (shown,) = desk.told("reprocess", "show", "1")
    assert [(each["paid"], each["would_pay"]) for each in shown["reprocessing"]["impacts"]] == [("90.00", "70.00")]
    assert "-20.00 US dollars" in desk.said("reprocess", "show", "1")
    (done,) = desk.told("reprocess", "approve", "1", *DAY)
    assert done["reprocessing"]["state"] == "approved"
    assert [each["reprocessing"]["state"] for each in desk.told("reprocess", "list")] == ["approved"]
    assert "approved already" in desk.said("reprocess", "approve", "1", *DAY, code=ExitCode.USAGE)
    (row,) = desk.told("claims", "search", "--member", "M01")
    assert (row["claim"]["version"], row["claim"]["paid"]) == (3, "70.00")


def test_what_is_dropped_is_done_with(desk: Desk, tmp_path: Path) -> None:
    """A dropped proposal changes nothing and cannot be approved."""
    lower_the_fee(desk, tmp_path)
    desk.told(*PROPOSE)
    (dropped,) = desk.told("reprocess", "drop", "1")
    assert dropped["reprocessing"]["state"] == "dropped"
    assert "dropped already" in desk.said("reprocess", "approve", "1", code=ExitCode.USAGE)
    (row,) = desk.told("claims", "search", "--member", "M01")
    assert row["claim"]["paid"] == "90.00"


def test_wrong_usage_is_told(desk: Desk) -> None:
    """No claims, an unknown reason and a number that is no proposal."""
    reason = ("reprocess", "propose", "--reason")
    assert "say which claims" in desk.said(*reason, "payer_pricing_error", code=ExitCode.USAGE)
    assert "no recovery rule" in desk.said(*reason, "because", "--claim", DECIDED, code=ExitCode.USAGE)
    for command in ("show", "approve", "drop"):
        assert "no such reprocessing" in desk.said("reprocess", command, "7", code=ExitCode.USAGE)


def test_a_second_person_approves(desk: Desk, tmp_path: Path) -> None:
    """An examiner's own proposal is refused to the examiner; a biller is refused everything, with audit rows."""
    lower_the_fee(desk, tmp_path)
    desk.staff(ada="examiner", bea="examiner", ola="biller")
    desk.sign_in("ola")
    for words in (PROPOSE, ("reprocess", "list"), ("reprocess", "show", "1"), ("reprocess", "approve", "1")):
        desk.said(*words, code=ExitCode.NOT_PERMITTED)
    assert desk.refused() == ["reprocess claim"] * 3 + ["approve reprocessing"]
    desk.sign_in("ada")
    desk.said(*PROPOSE)
    assert "second person" in desk.said("reprocess", "approve", "1", *DAY, code=ExitCode.USAGE)
    desk.sign_in("bea")
    desk.said("reprocess", "approve", "1", *DAY)

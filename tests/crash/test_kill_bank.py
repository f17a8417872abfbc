"""What the bank sends and is told, killed with -9 at any commit and done again, is taken once and told once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.crash.test_kill import DAY, RECEIVED, Trials, trials_of  # noqa: F401 - a fixture
from tests.databases import SQLITE
from tests.payments.ach.return_writer import Back, return_file
from tests.pipeline.test_proof import SENT
from tests.shared import PROJECT

LATER = ("--as-of", "2026-03-19")
ENROLL = (
    "eft", "enroll", "--tax-id", "410000203", "--npi", "1000002026", "--routing", "091000019", "--why", "voided check",
    "--account-file", str(PROJECT / "samples" / "bank" / "quarry-account.txt"),
)  # fmt: skip
WORK_WITH_THE_BANK = {
    "import": ("eft", "import", "--reissue", *LATER, "{back}"),
    "prenote": ("eft", "prenote", *DAY),
    "checks": ("checks", "import", *LATER, "{checks}"),
    "positive pay": ("checks", "positive-pay", *DAY),
}
"""Harbor's EFT of 470.00, the first entry of the day's file, comes back; the check of 70.00 is cleared."""
KILLS = 8


@pytest.mark.parametrize("name", WORK_WITH_THE_BANK)
def test_a_kill_in_the_work_with_the_bank_is_made_good(
    database_kind: str,
    trials_of: Trials,  # noqa: F811
    tmp_path: Path,
    name: str,
) -> None:
    """Returns, settlements and reissues, prenotifications, cleared checks and positive pay end as if undisturbed."""
    files = {"{back}": tmp_path / "back.ach", "{checks}": tmp_path / "checks.csv", "{sent}": tmp_path / "sent.837"}
    files["{sent}"].write_bytes(SENT)
    files["{back}"].write_bytes(return_file([[Back("R03", "999999990000001", 47_000, "200000202", "12345678")]]))
    files["{checks}"].write_text("check_number,status,date,amount\n100001,cleared,2026-03-18,70.00\n")
    before = [["run", *RECEIVED, *DAY, str(files["{sent}"])], [*ENROLL, *DAY], ["eft", "approve", "1", *DAY]]
    kills = KILLS if database_kind == SQLITE else KILLS // 2
    words = [str(files.get(word, word)) for word in WORK_WITH_THE_BANK[name]]
    calm, trials = trials_of("--before", json.dumps(before), "--points", str(kills), words=words)
    assert (calm["status"], len(trials)) == (0, kills)
    assert [trial for trial in trials if not (trial["killed"] and trial["equal"] and trial["sealed"])] == []

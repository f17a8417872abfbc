"""`hpedi ledger`, `hpedi eft` and `hpedi eob` as people type them: exit codes, roles and audit rows."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from hpedi.commands import ExitCode
from hpedi.mappings_folder import mapping
from hpedi.payments.eob import load_eob_texts
from hpedi.pipeline.eob import explanation
from hpedi.reference.payer import AppealText
from hpedi.store.tables import audit_entry, posting
from tests.commands.running import json_lines, run_hpedi
from tests.payments.ach.return_writer import return_file
from tests.pipeline.conftest import AS_OF, Demo
from tests.pipeline.test_eft_returns import back
from tests.pipeline.test_proof import SENT

pytestmark = pytest.mark.any_database

CLAIM = "26061000010000001"


@pytest.fixture
def paid(demo: Demo) -> Demo:
    """A day that was worked, closed as commands open it."""
    demo.run(SENT)
    return demo


def told(capsys: pytest.CaptureFixture[str], demo: Demo, *words: object) -> tuple[int, list[dict[str, Any]]]:
    """Run a command with --json."""
    capsys.readouterr()
    code = run_hpedi("--home", demo.workspace.home, *words, "--json")
    return code, json_lines(capsys.readouterr().out)


def actions(demo: Demo) -> set[tuple[str, str]]:
    """Return what the audit log says was done to what."""
    with demo.workspace.database.reading() as connection:
        rows = connection.execute(select(audit_entry.c.action, audit_entry.c.subject)).all()
    return {(action, subject) for action, subject in rows}


def test_a_clean_proof_ends_with_0_and_one_cent_with_1(paid: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code says whether the books agree; the difference is named, and the look is in the audit log."""
    code, (line,) = told(capsys, paid, "ledger", "proof")
    assert (code, line["proof"]["is_clean"], line["proof"]["totals"]["payer"]["remitted"]) == (0, True, "589.00")
    with paid.workspace.database.writing() as connection:
        connection.execute(posting.update().where(posting.c.source == f"claim:{CLAIM}/1").values(source="claim:X/1"))
    code, (line,) = told(capsys, paid, "ledger", "proof", "--run", "1")
    assert code == ExitCode.FINDINGS
    assert f"claim:{CLAIM}/1" in {each["subject"] for each in line["proof"]["named"]}
    assert {("prove", "ledger"), ("prove", "run:1")} <= actions(paid)


def test_balance_and_journal_agree(paid: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """The journal's debits and credits add up to the balances, and each posting names a claim version or payment."""
    code, balances = told(capsys, paid, "ledger", "balance")
    assert code == 0
    _code, journal = told(capsys, paid, "ledger", "journal")
    for each in balances:
        rows = [row for row in journal if row["account"] == each["account"]]
        assert sum(round(float(row["debit"]) * 100) for row in rows) == round(float(each["debits"]) * 100)
    assert all(row["source"].split(":")[0] in {"claim", "payment"} for row in journal)


def test_a_run_that_is_not_there_is_told(paid: Demo) -> None:
    """A number of no payment run is wrong usage."""
    assert run_hpedi("--home", paid.workspace.home, "ledger", "proof", "--run", "99") == ExitCode.USAGE


def test_returns_are_imported_once(paid: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rehearsal keeps nothing; the import brings the payment back; once more is told; accounts are masked."""
    file = tmp_path / "bank.ach"
    file.write_bytes(return_file([[back(paid, "R03", "49.00")]]))
    account = back(paid, "R03", "49.00").account
    code, (line,) = told(capsys, paid, "eft", "import", file, "--dry-run")
    assert (code, len(line["returns"])) == (0, 1)
    code, (line,) = told(capsys, paid, "eft", "import", file)
    assert (code, line["returns"][0]["outcome"], line["is_again"]) == (0, "returned", False)
    code, (line,) = told(capsys, paid, "eft", "import", file)
    assert (code, line["is_again"]) == (0, True)
    _code, (line,) = told(capsys, paid, "eft", "returns")
    assert line["holds"][0]["last_four"] == account[-4:]
    assert account not in str(line)
    code, rows = told(capsys, paid, "eft", "reassociation")
    assert (code, [row["look_at"] for row in rows]) == (ExitCode.FINDINGS, ["", "came back"])


def test_a_file_that_is_not_right_is_refused_whole(
    paid: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 and the line; nothing came back."""
    file = tmp_path / "bank.ach"
    file.write_bytes(return_file([[back(paid, "R03", "49.00")]])[:-95])
    code, (line,) = told(capsys, paid, "eft", "import", file)
    assert (code, line["findings"][0]["code"]) == (ExitCode.FINDINGS, "ach-total")
    assert told(capsys, paid, "eft", "returns")[1][0]["returns"] == []


def test_the_page_of_a_claim_is_written_and_audited(
    paid: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """480.00 allowed of 650.00, 470.00 paid, 10.00 owed; the audit log says who looked."""
    page = tmp_path / "eob.html"
    code, (line,) = told(capsys, paid, "eob", CLAIM, "--html", page)
    eob = line["eob"]
    assert (code, eob["billed"], eob["allowed"], eob["paid"], eob["owed"]) == (0, "650.00", "480.00", "470.00", "10.00")
    assert "$470.00" in page.read_text()
    assert ("explain", f"claim:{CLAIM}") in actions(paid)
    assert run_hpedi("--home", paid.workspace.home, "eob", "1") == ExitCode.USAGE
    assert run_hpedi("--home", paid.workspace.home, "eob", "--check", "100001") == ExitCode.USAGE
    assert run_hpedi("--home", paid.workspace.home, "eob") == ExitCode.USAGE


@pytest.mark.parametrize("words", [("eob", CLAIM), ("ledger", "proof"), ("eft", "returns")])
def test_the_schedule_may_not_look(paid: Demo, words: tuple[str, ...]) -> None:
    """In a workspace with accounts, who has not signed in sees no books and no member's notice."""
    home = paid.workspace.home
    assert run_hpedi("--home", home, "user", "add", "root", "--name", "Op Erator", "--role", "operator") == 0
    assert run_hpedi("--home", home, *words) == ExitCode.NOT_PERMITTED


def test_a_payer_tells_its_own_words_on_appeals(paid: Demo) -> None:
    """Where the payer folder says how to appeal, on the day of the decision, the notice says that and no other."""
    reference = paid.jobs.reference
    own = AppealText(start=date(2026, 1, 1), paragraphs=("Write to the plan.",))
    told = dataclasses.replace(reference, payer=msgspec.structs.replace(reference.payer, member_appeals=(own,)))
    texts = load_eob_texts(mapping("payments/eob_texts.yaml").read_bytes(), AS_OF)
    with paid.workspace.books.writing(paid.jobs.context) as work:
        eobs = [explanation(work, each, CLAIM, texts) for each in (reference, told)]
    assert [each.appeals for each in eobs if each is not None] == [texts.appeals, ("Write to the plan.",)]

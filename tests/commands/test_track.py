"""`hpedi track`: timelines, reports, what is sent again, and how each ends."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from hpedi.commands import ExitCode
from hpedi.store.tables import audit_entry
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claim, interchange
from tests.commands.running import json_lines, run_hpedi
from tests.databases import engine_of
from tests.pipeline.conftest import CLEARINGHOUSE_SENT, Demo
from tests.pipeline.tracked import register, somebody


def track(demo: Demo, *words: object) -> int:
    """Run the command."""
    return run_hpedi("--home", demo.workspace.home, "track", *words)


def noted(demo: Demo, action: str) -> list[tuple[str, str, str]]:
    """Return subject, recipient and result of what the audit log says was done."""
    column = audit_entry.c
    with engine_of(demo.workspace.home) as engine, engine.connect() as connection:
        query = select(column.subject, column.recipient, column.result).where(column.action == action)
        return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(column.id))]


def test_a_word_alone_is_followed_and_the_code_says_how_it_ended(
    tracked: Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    """A path, a claim, nothing: 1 where anything was refused or nothing is found, 0 where all went well."""
    sent = tracked.inbox / "sent.837"
    sent.write_bytes(CLEARINGHOUSE_SENT)
    assert track(tracked, sent) == ExitCode.FINDINGS
    out = capsys.readouterr().out
    assert all(each in out for each in ("claims taken", "payer-not-us", "100001"))
    assert "nothing more is to come" in out
    assert track(tracked, "show", "HB-77") == ExitCode.OK
    assert track(tracked, "nobody knows") == ExitCode.FINDINGS
    assert "nothing that you may see" in capsys.readouterr().out


def test_json_has_the_events_and_the_claims(tracked: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """A line a timeline, a line a claim; the claims add up to the sums."""
    assert track(tracked, "file:1", "--claims", "--json") == ExitCode.FINDINGS
    lines = json_lines(capsys.readouterr().out)
    (followed,) = [each["track"] for each in lines if "track" in each]
    claims = [each["claim"] for each in lines if "claim" in each]
    assert (followed["of"], followed["is_at_end"], followed["is_bad"]) == ("file 1", True, True)
    outcomes = {each["patient_account"]: each["outcome"] for each in claims}
    assert outcomes == {
        "HB-77": "paid",
        "QY-1": "paid",
        "LN-500": "paid",
        "LN-501": "nothing to pay",
        "OP-9": "nothing to pay",
        "HB-78": "rejected",
        "NC-1": "rejected",
    }
    decided = [each for each in followed["events"] if each["what"] == "decided"]
    assert sum(Decimal(each["paid"]) for each in decided) == sum(Decimal(each["paid"] or 0) for each in claims)
    assert next(each["payment"] for each in claims if each["patient_account"] == "QY-1") == "100001"


def test_following_ends_at_the_end_or_at_the_timeout(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not delivered yet is waited for until the time is over; what is at its end is told once."""
    demo.receive(CLEARINGHOUSE_SENT)
    assert track(demo, "file:1", "--follow", "--every", "0.05", "--timeout", "0.2") == ExitCode.FINDINGS
    assert "more is to come" in capsys.readouterr().out
    demo.jobs.deliver()
    assert track(demo, "NC-1", "--follow", "--timeout", "60") == ExitCode.FINDINGS  # refused: nothing more is to come
    assert "nothing more is to come" in capsys.readouterr().out


def test_a_report_tells_each_claim_and_what_to_do(tracked: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """As text, as a page and as CSV; a page says nothing that the text does not."""
    assert track(tracked, "report", "receipt:1") == ExitCode.FINDINGS
    out = capsys.readouterr().out
    assert all(each in out for each in ("HB-78", "$1,820.00", "900000001 of 2026-03-16"))
    page, rows = tracked.inbox / "report.html", tracked.inbox / "report.csv"
    assert track(tracked, "report", "receipt:1", "--html", page, "--csv", rows) == ExitCode.FINDINGS
    assert capsys.readouterr().out == ""
    assert "Correct it and send the claim again as a new one." in page.read_text()
    with rows.open(newline="") as file:
        read = {each["patient_account"]: each for each in csv.DictReader(file)}
    assert len(read) == 7
    assert (read["HB-77"]["paid"], read["HB-77"]["payment"], read["HB-77"]["paid_on"]) == (
        "470.00",
        "900000001",
        "2026-03-16",
    )
    assert read["NC-1"]["codes"] == "billing-provider-unknown"


def test_no_cell_of_the_csv_is_a_formula(demo: Demo) -> None:
    """A patient account that a spreadsheet would run has an apostrophe in front."""
    claims = [clinic_claim("=1+1", "M01", 10), clinic_claim("@SUM(A1)", "M02", 11)]
    demo.receive(interchange(RIVERBEND, CLINIC, 511, [claim_set("0001", claims)]))
    rows = demo.inbox / "report.csv"
    assert track(demo, "report", "file:1", "--csv", rows) == ExitCode.OK
    with rows.open(newline="") as file:
        assert [each["patient_account"] for each in csv.DictReader(file)] == ["'=1+1", "'@SUM(A1)"]


def test_what_went_out_goes_again_byte_for_byte(tracked: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer whose plain file is gone and one that stands there; a dry run sends nothing; each is noted."""
    answer = tracked.workspace.home / "outbox" / "prairielink" / "000000001.ack"
    before = answer.read_bytes()
    answer.unlink()
    assert track(tracked, "resend", "receipt:1", "--dry-run", "--json") == ExitCode.OK
    (told,) = [each["sent_again"] for each in json_lines(capsys.readouterr().out)]
    assert (told["name"], told["state"], answer.exists()) == ("000000001.ack", "would be sent", False)
    assert noted(tracked, "resend") == []
    assert track(tracked, "resend", "receipt:1") == ExitCode.OK
    assert answer.read_bytes() == before
    assert track(tracked, "resend", str(told["outbox"]), "--json") == ExitCode.OK
    (again,) = [each["sent_again"] for each in json_lines(capsys.readouterr().out)]
    assert again["state"] == "stands there yet"
    assert noted(tracked, "resend") == [(f"outbox:{told['outbox']}", "prairielink", "ack")] * 2
    shutil.rmtree(tracked.workspace.home / "outbox")
    assert track(tracked, "resend", "file:1", "--kind", "835") == ExitCode.OK
    assert len(list((tracked.workspace.home / "outbox").rglob("*.835"))) == 4
    assert {each[2] for each in noted(tracked, "resend")} == {"ack", "835"}
    capsys.readouterr()
    track(tracked, "file:1", "--json")
    (followed,) = [each["track"] for each in json_lines(capsys.readouterr().out)]
    again = [(each["codes"], each["says"]) for each in followed["events"] if each["what"] == "sent again"]
    assert again == [(["ack"], "into outbox/prairielink")] * 2 + [(["835"], "into outbox/prairielink")] * 4


def test_what_may_not_go_again_is_refused(tracked: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """A file for the bank, one that was never delivered, a remittance of somebody else's by now, one that is not."""
    with tracked.workspace.books.reading(somebody(tracked)) as work:
        rows = {row.kind: row for run in work.payments.runs() for row in work.outbox.rows(run=run.id)}
    assert track(tracked, "resend", str(rows["ach"].id)) == ExitCode.FINDINGS
    assert "never sent twice" in capsys.readouterr().out
    register(tracked, "lakeside", "prairielink")  # a registered house needs the providers' word for their remittances
    assert track(tracked, "resend", "file:1", "--kind", "835") == ExitCode.FINDINGS
    assert "somebody else now" in capsys.readouterr().out
    assert noted(tracked, "resend") == []
    assert track(tracked, "resend", "999") == ExitCode.FINDINGS
    tracked.receive(interchange(RIVERBEND, CLINIC, 512, [claim_set("0001", [clinic_claim("A", "M01", 10)])]))
    assert track(tracked, "resend", "file:2") == ExitCode.FINDINGS
    assert "hpedi deliver" in capsys.readouterr().out


def test_numbers_are_followed_within_files_too(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """ISA13 and GS06 501 and 503: 502 is missing of both; nothing is said of ST02."""
    for number in (501, 503):
        claims = [clinic_claim(f"N{number}", "M01", number - 490)]
        demo.receive(interchange(RIVERBEND, CLINIC, number, [claim_set("0001", claims)]))
    assert track(demo, "numbers", "--days", "3660", "--groups", "--json") == ExitCode.FINDINGS
    found = [each["numbers"] for each in json_lines(capsys.readouterr().out)]
    assert [(each["level"], each["partner"], each["kind"], each["first"]) for each in found] == [
        ("GS06", "riverbend", "missing", "502"),
        ("ISA13", "riverbend", "missing", "000000502"),
    ]
    assert track(demo, "numbers", "--days", "3660", "--partner", "prairielink") == ExitCode.OK
    twice = [claim_set("0001", [clinic_claim(number, "M01", 10)]) for number in ("T1", "T2")]
    demo.receive(interchange(RIVERBEND, CLINIC, 502, twice))
    assert track(demo, "numbers", "--days", "3660", "--json") == ExitCode.FINDINGS
    found = [each["numbers"] for each in json_lines(capsys.readouterr().out)]
    assert [(each["level"], each["kind"]) for each in found] == [("ISA13", "out of sequence"), ("ST02", "repeated")]


def test_overdue_ends_by_whether_anything_is_outstanding(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to an hour after receipt, then the acknowledgement; the deadlines are listed with their sources."""
    demo.receive(CLEARINGHOUSE_SENT)
    assert track(demo, "overdue", "--at", "2026-03-02T10:00:00-06:00") == ExitCode.OK
    assert track(demo, "overdue", "--at", "2026-03-02T10:01:00-06:00") == ExitCode.FINDINGS
    assert "acknowledgement" in capsys.readouterr().out
    assert track(demo, "overdue", "--deadlines") == ExitCode.OK
    assert "CAQH CORE 155" in capsys.readouterr().out


def test_efts_are_only_counted_for_who_may_not_see_the_ledger(
    demo: Demo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two EFTs without a delivered 835: whoever may see the ledger sees their amounts, an operator how many."""
    demo.receive(CLEARINGHOUSE_SENT)
    demo.jobs.adjudicate()
    demo.jobs.pay()
    assert track(demo, "overdue", "--json") == ExitCode.FINDINGS
    facts = [each["reassociation"] for each in json_lines(capsys.readouterr().out) if "reassociation" in each]
    assert {each["trace_number"] for each in facts} == {"900000001", "900000002"}
    home, context = demo.workspace.home, demo.jobs.context
    added = ("user", "add", "nightly", "--name", "Nightly", "--role", "operator", "--machine")
    assert run_hpedi("--home", home, *added) == ExitCode.OK
    with demo.workspace.books.writing(context) as work:
        work.accounts.add_key("nightly", "the-secret-of-nightly", "test", date(2099, 1, 1), context.instant)
    monkeypatch.setenv("HPEDI_MACHINE_KEY", "the-secret-of-nightly")
    capsys.readouterr()
    assert track(demo, "overdue", "--json") == ExitCode.FINDINGS
    assert "reassociation" not in capsys.readouterr().out
    assert track(demo, "overdue") == ExitCode.FINDINGS
    assert "2 EFTs to look at" in capsys.readouterr().out

"""`hpedi audit`: the log of a demo workspace verified, searched, exported and accounted for."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hpedi.commands import ExitCode
from hpedi.commands.workspace import context_for, open_workspace
from hpedi.store import audit_seals
from hpedi.store.audit_seals import Sealer
from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claims, interchange
from tests.commands.running import json_lines, run_hpedi
from tests.databases import engine_of
from tests.pipeline.conftest import KEY
from tests.shared import PROJECT
from tests.store.audit_logs import TRIGGERS_DROPPED

RUN = ("run", "--received", "2026-03-02T09:00:00-06:00", "--as-of", "2026-03-16")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A demo workspace in which one file was received, decided, paid and delivered; its anchor is beside it."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(tmp_path / "anchor"))
    monkeypatch.setattr(audit_seals, "SECONDS_UNSEALED", 3600.0)  # a command makes one seal, however slow the machine
    arrived = tmp_path / "arrived.837"
    arrived.write_bytes(interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", clinic_claims())]))
    home = tmp_path / "home"
    assert run_hpedi("--home", home, "init", "--demo") == ExitCode.OK
    assert run_hpedi("--home", home, *RUN, arrived) in {ExitCode.OK, ExitCode.FINDINGS}
    capsys.readouterr()
    return home


def ask(capsys: pytest.CaptureFixture[str], home: Path, *words: object) -> tuple[int, list[dict[str, Any]]]:
    """Ask for JSON and return the exit code and what was told."""
    code = run_hpedi("--home", home, "audit", *words, "--json")
    return code, json_lines(capsys.readouterr().out)


def tamper(home: Path, *statements: str) -> None:
    """Change the log with the triggers dropped."""
    with engine_of(home) as engine, engine.begin() as books:
        for statement in (*TRIGGERS_DROPPED[engine.dialect.name], *statements):
            books.execute(text(statement))


def test_every_command_seals_what_it_did(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After each command the log is whole and nothing waits for its seal."""
    code, (told,) = ask(capsys, home, "verify")
    assert code == ExitCode.OK
    first = told["verified"]
    assert (first["whole"], first["seals"], first["unsealed"], first["unanchored"]) == (True, 2, 0, 0)
    _code, (told,) = ask(capsys, home, "verify")
    assert (told["verified"]["seals"], told["verified"]["sealed"]) == (3, first["sealed"] + 1)
    assert run_hpedi("--home", home, "audit", "verify") == ExitCode.OK
    assert "the audit log is whole" in capsys.readouterr().out


def test_a_change_ends_in_exit_code_1_with_its_place(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first fault is told to people and to programs."""
    tamper(home, "UPDATE audit_entry SET member = 'M02' WHERE id = 2", "DELETE FROM audit_entry WHERE id = 4")
    code, (told,) = ask(capsys, home, "verify")
    assert code == ExitCode.FINDINGS
    assert told["verified"]["first_fault"]["place"] == "entry 2"
    assert [each["kind"] for each in told["verified"]["faults"]] == ["entry-not-ours", "entry-missing"]
    assert run_hpedi("--home", home, "audit", "verify") == ExitCode.FINDINGS
    assert "the audit log has 2 faults" in capsys.readouterr().out


def test_a_log_cut_with_its_seals_is_found_by_the_anchor(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the books no longer know, the place outside the workspace does."""
    tamper(home, "DELETE FROM audit_entry WHERE id > 13", "DELETE FROM audit_seal WHERE number = 2")
    code, (told,) = ask(capsys, home, "verify")
    assert code == ExitCode.FINDINGS
    assert told["verified"]["first_fault"]["kind"] == "anchor-ahead"
    code, (told,) = ask(capsys, home, "verify")
    assert code == ExitCode.FINDINGS, "a new seal does not cover the loss"


def test_what_a_killed_command_did_is_sealed_by_the_next(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill -9 between commit and seal leaves an entry that `verify` counts, until any command ends."""
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(Sealer, "seal", lambda _sealer: os.kill(os.getpid(), signal.SIGKILL))
        run_hpedi("--home", home, "audit", "search", "--action", "load")
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    code, (told,) = ask(capsys, home, "verify")
    assert (code, told["verified"]["whole"]) == (ExitCode.OK, True)
    assert told["verified"]["unsealed"] > 0
    _code, (told,) = ask(capsys, home, "verify")
    assert told["verified"]["unsealed"] == 0


def test_who_did_what_is_found(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By member, by action and by day; and the search itself is an entry about the member."""
    _code, entries = ask(capsys, home, "search", "--member", "M01")
    assert {each["action"] for each in entries} == {"load", "adjudicate", "pay", "deliver"}
    assert all(each["member"] == "M01" and each["principal"] == "system:operator" for each in entries)
    _code, (newest, *_others) = ask(capsys, home, "search", "--member", "M01")
    assert (newest["action"], newest["subject"], newest["reason"]) == ("audit search", "audit log", "audit")
    _code, entries = ask(capsys, home, "search", "--action", "load", "--to", "2020-01-01")
    assert entries == []
    assert run_hpedi("--home", home, "audit", "search", "--action", "deliver", "--limit", "1") == ExitCode.OK
    assert "1 entries shown" in capsys.readouterr().out


def test_what_is_no_member_of_ours_is_not_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who searches by the number on a card finds nothing and leaves it nowhere."""
    assert ask(capsys, home, "search", "--member", "HS1000001") == (ExitCode.OK, [])
    assert ask(capsys, home, "disclosures", "HS1000001") == (ExitCode.OK, [])
    kept = "SELECT 1 FROM audit_entry WHERE member LIKE 'HS%' OR subject LIKE '%HS%'"
    with engine_of(home) as engine, engine.connect() as books:
        assert not books.execute(text(kept)).all()


def test_a_member_has_an_accounting_of_disclosures(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The remittance that went to the partner is listed, with why it need not be."""
    _code, rows = ask(capsys, home, "disclosures", "M01")
    (told,) = [each for each in rows if "835" in each["what"]]
    assert (told["to"], told["purpose"], told["accounted"]) == ("riverbend", "payment", False)
    assert ask(capsys, home, "disclosures", "M01", "--required") == (ExitCode.OK, [])
    assert run_hpedi("--home", home, "audit", "disclosures", "M01") == ExitCode.OK
    assert "164.528" in capsys.readouterr().out


def verified_by_others(export: Path, anchor: Path) -> subprocess.CompletedProcess[str]:
    """Run the program of the page on an export."""
    page = (PROJECT / "docs" / "commands" / "audit.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    script = export.with_suffix(".py")
    script.write_text(program)
    return subprocess.run([sys.executable, script, export, anchor], capture_output=True, text=True, check=False)


def test_others_verify_an_export_by_the_program_of_the_page(home: Path, tmp_path: Path) -> None:
    """It says that the export is whole, and that one with another result, one less or a cut end is not."""
    out, anchor = tmp_path / "audit.jsonl", tmp_path / "anchor"
    assert run_hpedi("--home", home, "audit", "export", "--out", out) == ExitCode.OK
    said = verified_by_others(out, tmp_path / "anchor")
    assert said.returncode == 1, "the export's own entry was sealed after it"
    anchor.write_text("".join(anchor.read_text().splitlines(keepends=True)[:2]))
    said = verified_by_others(out, anchor)
    assert (said.returncode, said.stdout) == (0, "whole: 2 seals\n")
    lines = out.read_text().splitlines(keepends=True)
    last_seal = max(number for number, line in enumerate(lines) if line.startswith('{"seal"'))
    for changed in (
        [line.replace('"M01"', '"M02"', 1) for line in lines],
        lines[1:],
        lines[:last_seal],
        [line.replace('"entries":', '"entries":1') for line in lines],
    ):
        out.write_text("".join(changed))
        assert verified_by_others(out, anchor).returncode == 1


def test_an_export_goes_on_after_a_seal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was exported before need not be exported again."""
    assert run_hpedi("--home", home, "audit", "export", "--after", "1") == ExitCode.OK
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["seal"]["number"] for line in lines if "seal" in line] == [2]
    assert lines[-1]["entry"]["action"] == "audit export"


def test_a_spreadsheet_runs_nothing_of_an_export(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell that looks like a formula has an apostrophe in front."""
    workspace = open_workspace(home)
    with workspace.books.writing(context_for(None)) as work:
        work.audit.record("load", "=1+1")
    assert run_hpedi("--home", home, "audit", "export", "--format", "csv") == ExitCode.OK
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {row["line"] for row in rows} == {"entry", "seal"}
    assert [row["subject"] for row in rows if row["subject"].endswith("=1+1")] == ["'=1+1"]


def test_the_anchor_lies_outside_the_workspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An anchor in the workspace would go with it: that is refused."""
    monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(home / "anchor"))
    assert run_hpedi("--home", home, "status") == ExitCode.USAGE


def test_a_rehearsal_leaves_the_log_alone(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run seals nothing and anchors nothing."""
    before = (tmp_path / "anchor").read_text()
    assert run_hpedi("--home", home, *RUN, "--dry-run", tmp_path / "arrived.837") == ExitCode.OK
    assert (tmp_path / "anchor").read_text() == before
    capsys.readouterr()
    code, (told,) = ask(capsys, home, "verify")
    assert (code, told["verified"]["seals"]) == (ExitCode.OK, 2)


def test_only_an_auditor_reads_the_log(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once there are accounts, the built-in operator reads no log any more; verifying it goes on by the clock."""
    assert run_hpedi("--home", home, "user", "demo") == ExitCode.OK
    assert run_hpedi("--home", home, "audit", "verify") == ExitCode.OK
    for words in (("search",), ("export",), ("disclosures", "M01")):
        assert run_hpedi("--home", home, "audit", *words) == 77
    assert "may not audit any log" in capsys.readouterr().err

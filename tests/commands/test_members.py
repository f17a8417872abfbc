"""`hpedi members`, `hpedi load --dry-run` and `hpedi reference`: what is shown, approved, refused and audited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.pipeline.conftest import KEY
from tests.pipeline.made_enrolment import enrolment_file, health, member
from tests.shared import PROJECT

OTTO = member("Y*18*024", "HS1000002", "BROOK*OTTO", "19660130", sex="M", ends="20260215")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the sample payer."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    made = tmp_path / "workspace"
    assert run_hpedi("--home", made, "init") == ExitCode.OK
    assert run_hpedi("--home", made, "load", PROJECT / "samples" / "payer") == ExitCode.OK
    return made


def told(capsys: pytest.CaptureFixture[str], expected: ExitCode, *arguments: object) -> dict[str, Any]:
    """Run a command with --json and return what it printed."""
    capsys.readouterr()
    assert run_hpedi(*arguments, "--json") == expected
    (only,) = json_lines(capsys.readouterr().out)
    return only


def written(folder: Path, content: bytes) -> Path:
    """Write a file."""
    path = folder / "sponsor.834"
    path.write_bytes(content)
    return path


def test_a_file_is_shown_and_then_approved(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first run shows the list and changes nothing; its number lets it take effect, once."""
    file = written(tmp_path, enrolment_file(OTTO))
    load = ("--home", home, "members", "load", file, "--as-of", "2026-03-02")
    shown = told(capsys, ExitCode.OK, *load)["enrolment"]
    assert shown["snapshot"] is None
    (change,) = shown["impact"]["members"]
    assert (change["member"], change["change"], change["after"][0]["end"]) == ("M04", "ended", "2026-02-15")
    done = told(capsys, ExitCode.OK, *load, "--approve", shown["impact"]["number"])["enrolment"]
    assert done["snapshot"] == 2
    assert run_hpedi(*load, "--approve", shown["impact"]["number"]) == ExitCode.USAGE


def test_the_page_names_nobody(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list for people has our ids and days, and no name, birth date or card number."""
    refused = member("N*01*001", "HS1000099", "NOBODY*KIM", "19800105")
    file = written(tmp_path, enrolment_file(OTTO, refused))
    capsys.readouterr()
    assert run_hpedi("--home", home, "members", "load", file) == ExitCode.FINDINGS
    page = "".join(capsys.readouterr())
    assert "M04" in page
    assert "enrolment-member" in page
    assert not [part for part in ("BROOK", "OTTO", "NOBODY", "HS1000", "1966") if part in page]


def test_a_file_that_its_guide_refuses_changes_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Findings of the guide come first: nothing is taken in, and a 999 is written where it is asked for."""
    file = written(tmp_path, enrolment_file(OTTO.replace("INS*Y*18*024", "INS*Y*18*099")))
    answers = tmp_path / "answers"
    reported = told(capsys, ExitCode.FINDINGS, "--home", home, "members", "load", file, "--ack-dir", answers)
    assert "element-code" in json.dumps(reported["validation"])
    (answer,) = answers.iterdir()
    assert b"IK5*R" in answer.read_bytes()


def test_a_test_file_never_takes_effect(home: Path, tmp_path: Path) -> None:
    """A file with ISA15 T can be looked at and not approved."""
    file = written(tmp_path, enrolment_file(OTTO, usage="T"))
    assert run_hpedi("--home", home, "members", "load", file) == ExitCode.OK
    assert run_hpedi("--home", home, "members", "load", file, "--approve", "0123456789") == ExitCode.USAGE


def test_looks_and_approvals_are_audited(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both leave a row with our id of the member."""
    file = written(tmp_path, enrolment_file(OTTO))
    load = ("--home", home, "members", "load", file)
    number = told(capsys, ExitCode.OK, *load)["enrolment"]["impact"]["number"]
    assert run_hpedi(*load, "--approve", number) == ExitCode.OK
    for action in ("look at enrolment", "approve enrolment"):
        capsys.readouterr()
        assert run_hpedi("--home", home, "audit", "search", "--action", action, "--json") == ExitCode.OK
        assert '"M04"' in capsys.readouterr().out


def test_a_folder_is_shown_before_it_is_loaded(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """With --dry-run nothing is loaded; a folder without members keeps those that are known."""
    folder = tmp_path / "payer"
    folder.mkdir()
    for path in (PROJECT / "samples" / "payer").rglob("*"):
        if path.is_file() and path.name not in ("members.csv", "coverage.csv"):
            (folder / path.name).write_bytes(path.read_bytes())
    contract = folder / "hospital.yaml"
    contract.write_text(contract.read_text().replace("9400.00", "9500.00"))
    dry = told(capsys, ExitCode.OK, "--home", home, "load", folder, "--dry-run")
    assert dry["would_load"]["records"] == [{"kind": "contract", "added": 0, "changed": 1, "gone": 0}]
    assert dry["would_load"]["members"] == []
    loaded = told(capsys, ExitCode.OK, "--home", home, "load", folder)
    assert loaded["loaded"]["changed"] == 1


def test_a_contract_is_shown_as_known_and_in_force(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A contract has the snapshot since which it is known, and is in force from its first day on."""
    show = ("--home", home, "reference", "show", "contract", "K-HARVEST")
    shown = told(capsys, ExitCode.OK, *show, "--as-of", "2026-03-02")["reference"]
    assert (shown["version"]["since"], shown["is_in_force"], shown["content"]["provider"]) == (1, True, "HARVEST")
    assert told(capsys, ExitCode.OK, *show, "--as-of", "2024-12-31")["reference"]["is_in_force"] is False
    assert told(capsys, ExitCode.FINDINGS, *show, "--known-on", "2020-01-01")["reference"]["version"] is None


def test_versions_that_were_not_in_force_are_left_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a fee schedule the version of the day is shown."""
    show = ("--home", home, "reference", "show", "fee_schedule", "FS-ONLINE", "--as-of", "2026-07-01")
    (version,) = told(capsys, ExitCode.OK, *show)["reference"]["content"]["versions"]
    assert version["version"] == "2026b"


def test_a_look_at_a_family_is_audited(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A family is found by its card, and the look leaves a row for each member."""
    shown = told(capsys, ExitCode.OK, "--home", home, "reference", "show", "family", "HS1000003")["reference"]
    assert shown["key"] == "F03"
    capsys.readouterr()
    assert run_hpedi("--home", home, "audit", "search", "--member", "M06", "--json") == ExitCode.OK
    assert '"show"' in capsys.readouterr().out


def test_bank_accounts_are_not_shown(home: Path) -> None:
    """No kind shows account numbers."""
    assert run_hpedi("--home", home, "reference", "show", "bank_account", "RIVERBEND") == ExitCode.USAGE


def test_ids_of_a_kind_are_listed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The ids of all plans, in order."""
    assert told(capsys, ExitCode.OK, "--home", home, "reference", "list", "plan")["keys"] == [
        "COPAY-500",
        "HSA-3200",
        "OPEN-1500",
    ]


def test_coverage_by_a_plan_that_is_not_ours_is_told_with_its_place(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal has the set, the segment and the loop of the coverage."""
    wrong = member("N*19*001", "HS1000005", "ELM*JO", "20091111", health("001", "GOLD", "20260401"))
    file = written(tmp_path, enrolment_file(wrong))
    (refused,) = told(capsys, ExitCode.FINDINGS, "--home", home, "members", "load", file)["enrolment"]["refused"]
    assert (refused["where"]["transaction_set"], refused["where"]["segment"], refused["where"]["loop"]) == (
        "0001",
        12,
        "2300",
    )

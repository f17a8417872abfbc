"""`hpedi whatif`: what changed data would do, worked by hand over the sample files; nothing is changed by it."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.databases import Workspaces
from tests.pipeline.conftest import KEY
from tests.shared import PROJECT

PAYER = PROJECT / "samples" / "payer"
INBOUND = PROJECT / "samples" / "inbound"
PLAN = PAYER / "plans" / "open-access-1500.yaml"
SPRING = ("--from", "2026-01-01", "--to", "2026-06-30")
FIRST, SECOND = "26061000010000001", "26061000010000004"
"""Visits (T1015) of two members of plan OPEN-1500: 120.00 is allowed, 30.00 of it is copay."""


@pytest.fixture(scope="module")
def decided(standing_workspaces: Workspaces, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the sample files are decided and paid, to be copied."""
    home = tmp_path_factory.mktemp("decided") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        assert run_hpedi("--home", home, "init", *standing_workspaces.init_options()) == ExitCode.OK
        assert run_hpedi("--home", home, "load", PAYER) == ExitCode.OK
        files = (INBOUND / "01-riverbend.837", INBOUND / "02-prairielink.837", INBOUND / "07-hospital.837")
        when = ("--received", "2026-03-02T09:00:00-06:00", "--as-of", "2026-03-16")
        assert run_hpedi("--home", home, "run", *when, *files) in (ExitCode.OK, ExitCode.FINDINGS)
    return home


@pytest.fixture
def home(workspaces: Workspaces, decided: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the test's own."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    return workspaces.copy(decided, tmp_path / "workspace")


def asked(capsys: pytest.CaptureFixture[str], home: Path, *options: object) -> list[dict[str, Any]]:
    """Return what --json printed."""
    capsys.readouterr()
    assert run_hpedi("--home", home, "whatif", "--json", "--claims", *options) == ExitCode.OK
    return json_lines(capsys.readouterr().out)


def changed(folder: Path, file: Path, before: str, after: str) -> Path:
    """Return a copy of a file of the sample payer in which a text is another."""
    text = file.read_text()
    assert text.count(before) == 1
    copy = folder / file.name
    copy.write_text(text.replace(before, after))
    return copy


def test_a_higher_copay(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two visits with a copay of 40.00 in place of 30.00: the plan pays 20.00 less, and members owe 20.00 more."""
    office = "match: {codes: [T1015]}, cost_share: [{type: copay, amount: "
    file = changed(tmp_path, PLAN, f'{office}"30.00"', f'{office}"40.00"')
    *claims, told = asked(capsys, home, "--plan", file, *SPRING)
    assert [each["claim"]["claim"] for each in claims] == [FIRST, SECOND]
    assert [(each["claim"]["paid"], each["claim"]["would_pay"]) for each in claims] == [("90.00", "80.00")] * 2
    found = told["whatif"]
    assert (found["changed"], found["waiting"], found["otherwise"]) == (2, 0, 0)
    whole = {"claims": 2, "plan": "-20.00", "member": "20.00", "adjusted": "0.00"}
    assert found["total"] == whole
    assert found["by"]["provider"] == {"RIVERBEND": whole}
    assert found["by"]["group"] == {"OPEN-1500": whole}
    assert found["by"]["code"] == {"T1015": whole}
    assert found["by"]["reason"] == {"PR-3": {"claims": 2, "plan": "0.00", "member": "0.00", "adjusted": "20.00"}}


def test_a_higher_fee(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two visits allowed at 125.00 in place of 120.00: the plan pays 5.00 more for each, and CO-45 is as much less."""
    row = "FS-STANDARD,2026a,2026-01-01,2026-06-30,T1015,,"
    file = changed(tmp_path, PAYER / "fee-schedules.csv", f"{row}120.00", f"{row}125.00")
    file = file.rename(tmp_path / "proposed.csv")
    *claims, told = asked(capsys, home, "--fees", file, *SPRING)
    assert [each["claim"]["claim"] for each in claims] == [FIRST, SECOND]
    assert told["whatif"]["total"] == {"claims": 2, "plan": "10.00", "member": "0.00", "adjusted": "0.00"}
    assert told["whatif"]["by"]["reason"]["CO-45"]["adjusted"] == "-10.00"
    *_claims, told = asked(capsys, home, "--fees", file, "--from", "2026-02-11", "--to", "2026-06-30")
    assert told["whatif"]["total"]["plan"] == "5.00"


def test_unchanged_files_make_no_difference(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file that is laid over, as it is loaded: claims are decided again and all come out as they stand."""
    files = [("--plan", path) for path in sorted((PAYER / "plans").glob("*.yaml"))]
    files += [("--contract", PAYER / "contracts.yaml"), ("--fees", PAYER / "fee-schedules.csv")]
    files += [("--edits", PAYER / "edits.yaml"), ("--data", PAYER / "conventions.yaml")]
    files += [("--data", PAYER / name) for name in ("providers.yaml", "drg-tables.csv", "apc-tables.csv")]
    (told,) = asked(capsys, home, *(word for pair in files for word in pair), *SPRING)
    found = told["whatif"]
    assert found["decided"] == 12  # of 14 sent, one is refused and one is of nobody we know
    assert (found["changed"], found["otherwise"]) == (0, 0)
    assert found["total"] == {"claims": 0, "plan": "0.00", "member": "0.00", "adjusted": "0.00"}
    assert not any(found["by"].values())


def test_nothing_is_written(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The decision stays as it was, nothing is loaded, and who asked is in the audit log."""
    office = "match: {codes: [T1015]}, cost_share: [{type: copay, amount: "
    file = changed(tmp_path, PLAN, f'{office}"30.00"', f'{office}"40.00"')
    asked(capsys, home, "--plan", file, *SPRING)
    assert run_hpedi("--home", home, "explain", FIRST, "--json") == ExitCode.OK
    (told,) = json_lines(capsys.readouterr().out)
    assert [each["decision"]["version"] for each in told["decisions"]] == [1]
    assert run_hpedi("--home", home, "load", PAYER) == ExitCode.OK
    assert "nothing changed: snapshot 1" in capsys.readouterr().out
    assert run_hpedi("--home", home, "audit", "search", "--action", "what if", "--json") == ExitCode.OK
    (row,) = json_lines(capsys.readouterr().out)
    assert "12 decided, 2 would change" in str(row)


def test_a_wrong_file_is_told_by_line(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A value that cannot be and a name that is not defined are told with file and line, and nothing is decided."""
    file = changed(tmp_path, PLAN, 'limit: "20"', 'limit: "many"')
    assert run_hpedi("--home", home, "whatif", "--plan", file, *SPRING, "--json") == ExitCode.FINDINGS
    (told,) = json_lines(capsys.readouterr().out)
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "many" in text)
    assert [(each["where"]["file"], each["where"]["line"]) for each in told["findings"]] == [(file.name, line)]
    file = changed(tmp_path, PAYER / "contracts.yaml", "fee_schedule: FS-ONLINE", "fee_schedule: FS-NOWHERE")
    assert run_hpedi("--home", home, "whatif", "--contract", file, *SPRING, "--json") == ExitCode.FINDINGS
    (told,) = json_lines(capsys.readouterr().out)
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "FS-NOWHERE" in text)
    assert [(each["where"]["file"], each["where"]["line"]) for each in told["findings"]] == [(file.name, line)]


def test_what_is_not_laid_over_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of members is refused: a change of coverage is loaded, and reprocessed."""
    assert run_hpedi("--home", home, "whatif", "--data", PAYER / "coverage.csv", *SPRING) == ExitCode.FINDINGS
    assert "holds nothing that is laid over" in " ".join(capsys.readouterr().out.split())
    assert run_hpedi("--home", home, "whatif", *SPRING) == ExitCode.USAGE


def test_a_claim_that_could_not_be_decided_would_wait(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A contract without a rate for the service: the claims are told with why they would wait, and no dollars."""
    rate = "id: RIVERBEND-FEE, when: {claim_types: [P]"
    file = changed(tmp_path, PAYER / "contracts.yaml", rate, f"{rate}, codes: [G0260]")
    *claims, told = asked(capsys, home, "--contract", file, *SPRING)
    assert told["whatif"]["waiting"] == len([each for each in claims if each["claim"]["waits"]])
    assert FIRST in {each["claim"]["claim"] for each in claims if each["claim"]["waits"]}
    assert told["whatif"]["total"]["claims"] == 0


def test_it_foretells_what_loading_and_reprocessing_come_to(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A smaller deductible and a higher coinsurance: the same claims change by the same dollars once loaded."""
    payer = shutil.copytree(PAYER, tmp_path / "payer")
    plan = payer / "plans" / PLAN.name
    text = plan.read_text().replace('tier: INN, limit: "1500.00"', 'tier: INN, limit: "1425.00"')
    plan.write_text(text.replace('rate: "0.20"', 'rate: "0.25"'))
    *claims, told = asked(capsys, home, "--plan", plan, *SPRING)
    foretold = [(each["claim"]["claim"], each["claim"]["paid"], each["claim"]["would_pay"]) for each in claims]
    assert run_hpedi("--home", home, "load", payer) == ExitCode.OK
    capsys.readouterr()
    why = ("--reason", "payer_pricing_error", "--plan", "OPEN-1500")
    assert run_hpedi("--home", home, "reprocess", "propose", *why, "--json") == ExitCode.OK
    (proposed,) = json_lines(capsys.readouterr().out)
    impacts = proposed["reprocessing"]["impacts"]
    assert [(each["claim"], each["paid"], each["would_pay"]) for each in impacts] == foretold
    assert len(foretold) > 1
    change = sum(Decimal(each["would_pay"]) - Decimal(each["paid"]) for each in impacts)
    assert Decimal(told["whatif"]["total"]["plan"]) == change != 0


def test_claims_outside_the_days_are_seen_as_they_stand(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The test of 17 February takes the last 100.00 of a deductible of 1,500.00; of one of 1,600.00 it takes 200.00."""
    text = PLAN.read_text().replace('tier: INN, limit: "1500.00"', 'tier: INN, limit: "1600.00"')
    file = tmp_path / PLAN.name
    file.write_text(text)
    *claims, _told = asked(capsys, home, "--plan", file, "--from", "2026-02-17", "--to", "2026-02-17")
    changed_claims = {each["claim"]["claim"]: each["claim"] for each in claims}
    # 200.00 deductible and 20% of 200.00 in place of 100.00 and 20% of 300.00
    assert changed_claims["26061000010000002"]["owed"] == "160.00"
    assert changed_claims["26061000010000002"]["would_owe"] == "240.00"
    assert changed_claims["26061000010000002"]["would_pay"] == "160.00"

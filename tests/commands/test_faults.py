"""Faults of claims and interchanges, each told by its code; those of envelope and guide have tests of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.running import json_lines, run_hpedi
from tests.shared import PROJECT

TEST_FILE = PROJECT / "samples" / "inbound" / "05-test.837"
RECEIVED = ("--received", "2026-03-02T09:00:00-06:00")


def written(folder: Path, old: str, new: str) -> Path:
    """Write the test file with one text in place of another, its segments counted anew."""
    content = TEST_FILE.read_text()
    assert old in content
    segments = [segment for segment in content.replace(old, new).split("~\n") if segment]
    first = next(index for index, segment in enumerate(segments) if segment.startswith("ST*"))
    last = next(index for index, segment in enumerate(segments) if segment.startswith("SE*"))
    segments[last] = f"SE*{last - first + 1}*0001"
    path = folder / f"changed-{len(list(folder.iterdir()))}.837"
    path.write_text("".join(f"{segment}~\n" for segment in segments))
    return path


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("segment-missing", "HI*ABK:J029~\n", ""),
        ("loop-missing", "LX*1~\nSV1*HC:T1015*145*UN*1***1~\nDTP*472*D8*20260226~\n", ""),
        ("claim-amount", "CLM*RB-2607*145*", "CLM*RB-2607*145.005*"),
        ("diagnosis-pointer", "*UN*1***1~", "*UN*1***2~"),
        ("claim-balance", "CLM*RB-2607*145*", "CLM*RB-2607*146*"),
        ("billing-npi", "*XX*1000002000", "*XX*1000002001"),
    ],
)
def test_what_is_wrong_with_a_claim_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str, old: str, new: str
) -> None:
    """`validate` tells each fault of a claim by its code."""
    run_hpedi("validate", "--json", written(tmp_path, old, new))
    (file,) = json_lines(capsys.readouterr().out)
    assert code in {finding["code"] for finding in file["findings"]}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demo workspace whose key lies in a folder of the test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    run_hpedi("--home", tmp_path / "workspace", "init", "--demo")
    return tmp_path / "workspace"


def received(home: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Receive a file and return the codes of its findings."""
    capsys.readouterr()
    run_hpedi("--home", home, "receive", "--json", *RECEIVED, path)
    (line,) = json_lines(capsys.readouterr().out)
    return [code for receipt in line["received"]["receipts"] for code in receipt["summary"].get("findings", ())]


def test_a_billing_provider_without_an_npi_is_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On receipt a billing provider has an NPI."""
    path = written(tmp_path, "NM1*85*2*RIVERBEND FAMILY CLINIC*****XX*1000002000~", "NM1*85*2*RIVERBEND FAMILY CLINIC~")
    assert received(home, path, capsys) == ["billing-npi-missing"]


def test_a_control_number_with_other_content_is_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same ISA13 with other bytes is a duplicate that is not taken."""
    assert received(home, TEST_FILE, capsys) == []
    assert received(home, written(tmp_path, "RB-2607", "RB-2699"), capsys) == ["interchange-duplicate"]

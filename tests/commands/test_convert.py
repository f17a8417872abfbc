"""`hpedi convert`: files there and back, what is told, and what is left behind when it cannot be done."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.shared import PROJECT

INBOUND = PROJECT / "samples" / "inbound"
SAMPLE = INBOUND / "05-test.837"
RIVERBEND = INBOUND / "01-riverbend.837"
CANARY = "CANARYLASTNAME"


@pytest.mark.parametrize("name", ["01-riverbend.837", "02-prairielink.837", "06-cut-off.837"])
def test_a_file_comes_back(tmp_path: Path, name: str) -> None:
    """A file as JSON and back is the same file, cut off or wrong as it may be."""
    document, back = tmp_path / "claims.json", tmp_path / "claims.837"
    assert run_hpedi("convert", INBOUND / name, "--to", "json", "-o", document) == ExitCode.OK
    assert json.loads(document.read_bytes())["parts"]
    assert run_hpedi("convert", document, "--to", "x12", "-o", back) == ExitCode.OK
    assert back.read_bytes() == (INBOUND / name).read_bytes()


def test_the_standard_output_takes_it(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Without -o the bytes go to the standard output, and nothing else does."""
    assert run_hpedi("convert", SAMPLE, "--to", "json") == ExitCode.OK
    document = tmp_path / "claims.json"
    document.write_bytes(capsysbinary.readouterr().out)
    assert run_hpedi("convert", document, "--to", "x12", "-o", "-") == ExitCode.OK
    assert capsysbinary.readouterr().out == SAMPLE.read_bytes()


@pytest.mark.parametrize(("rows", "count"), [("segments", 28), ("claims", 1), ("lines", 1)])
def test_rows_are_chosen(tmp_path: Path, rows: str, count: int) -> None:
    """--rows says what a row of the CSV is."""
    out = tmp_path / "rows.csv"
    assert run_hpedi("convert", SAMPLE, "--to", "csv", "--rows", rows, "-o", out) == ExitCode.OK
    with out.open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == count


def test_a_report_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json says what was written where and what was found."""
    out = tmp_path / "rows.csv"
    assert run_hpedi("convert", "--json", INBOUND / "06-cut-off.837", "--to", "csv", "-o", out) == ExitCode.FINDINGS
    (report,) = json_lines(capsys.readouterr().out)
    assert (report["file"], report["to"], report["output"]) == ("06-cut-off.837", "csv", str(out))
    assert [finding["code"] for finding in report["findings"]] == ["interchange-cut-off"]
    assert out.exists()


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_is_no_x12_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    """A file without an interchange is a finding, and nothing is written."""
    out = tmp_path / "out"
    assert run_hpedi("convert", INBOUND / "04-not-x12.csv", "--to", form, "-o", out) == ExitCode.FINDINGS
    assert "not-x12" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("out", ["out.837", "-"])
def test_what_is_no_such_json_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], out: str) -> None:
    """JSON that cannot be X12 is a finding without a value, and not a byte is written."""
    document = tmp_path / "claims.json"
    run_hpedi("convert", SAMPLE, "--to", "json", "-o", document)
    document.write_text(document.read_text().replace("AMBLE", f"{CANARY}*"))
    target = out if out == "-" else tmp_path / out
    assert run_hpedi("convert", document, "--to", "x12", "-o", target) == ExitCode.FINDINGS
    told = capsys.readouterr()
    assert told.out == ""
    assert "json-malformed" in told.err
    assert CANARY not in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["claims.json"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", "json", "--json"],
        ["--to", "json", "--rows", "claims"],
        ["--to", "json", "-o", "claims.837"],
        ["--to", "xml"],
        [],
    ],
)
def test_wrong_usage_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """The report and the document on one output, rows of no CSV, and the file itself as output are refused."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "claims.837").write_bytes(SAMPLE.read_bytes())
    assert run_hpedi("convert", "claims.837", *arguments) == ExitCode.USAGE
    assert (tmp_path / "claims.837").read_bytes() == SAMPLE.read_bytes()

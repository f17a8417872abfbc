"""`hpedi normalise`: the list of changes, where the file goes, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.shared import PROJECT

INBOUND = PROJECT / "samples" / "inbound"
SAMPLE = INBOUND / "05-test.837"
CANARY = "CANARYLASTNAME"


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """The small sample with a wrong count, an empty segment and a separator too many, and a name to look for."""
    content = SAMPLE.read_text().replace("SE*24*", "SE*42*").replace("N4*", "~N4*", 1).replace("AMBLE", CANARY)
    path = tmp_path / "faulty.837"
    path.write_text(content.replace("CLAIMS OFFICE*TE*5075550199~", "CLAIMS OFFICE*TE*5075550199*~"))
    return path


def test_changes_are_listed_and_written(faulty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each change is a line with place and words; the file written has nothing left to change."""
    out = tmp_path / "clean.837"
    before = faulty.read_bytes()
    assert run_hpedi("normalise", faulty, "-o", out) == ExitCode.OK
    told = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1] for line in told] == [
        "separators with nothing behind them are left out",
        "an empty segment is left out",
        "SE01 is counted anew",
    ]
    assert told[0].startswith("interchange 000000102, group 102, set 0001, segment 4 PER, byte ")
    assert faulty.read_bytes() == before
    assert out.read_text().replace(CANARY, "AMBLE") == SAMPLE.read_text()
    assert run_hpedi("normalise", "--check", out) == ExitCode.OK
    assert capsys.readouterr().out == "clean.837: nothing to change\n"


def test_check_changes_nothing(faulty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--check lists the changes, writes nothing and exits 1."""
    before = faulty.read_bytes()
    assert run_hpedi("normalise", "--check", "--json", faulty) == ExitCode.FINDINGS
    *changes, report = json_lines(capsys.readouterr().out)
    assert [change["change"] for change in changes] == [
        *("trailing-separator", "empty-segment", "segment-count"),
    ]
    assert changes[0]["where"]["segment_id"] == "PER"
    assert (report["output"], report["changes"], report["findings"]) == (None, 3, [])
    assert faulty.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["faulty.837"]


def test_in_place_writes_over_the_file(faulty: Path) -> None:
    """--in-place writes over the file, and only if something changes."""
    assert run_hpedi("normalise", "--in-place", faulty) == ExitCode.OK
    assert faulty.read_text().replace(CANARY, "AMBLE") == SAMPLE.read_text()
    written = faulty.stat().st_mtime_ns, faulty.stat().st_ino
    assert run_hpedi("normalise", "--in-place", faulty) == ExitCode.OK
    assert (faulty.stat().st_mtime_ns, faulty.stat().st_ino) == written


def test_the_standard_output_takes_the_file(faulty: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Without -o the file goes to the standard output, the list to the standard error; neither list holds a value."""
    assert run_hpedi("normalise", faulty) == ExitCode.OK
    told = capsysbinary.readouterr()
    assert told.out.replace(CANARY.encode(), b"AMBLE") == SAMPLE.read_bytes()
    assert told.err.count(b"\n") == 3
    assert CANARY.encode() not in told.err


def test_wrapping_delimiters_and_counts_are_chosen(faulty: Path, tmp_path: Path) -> None:
    """--no-lines, --standard-delimiters and --keep-counts do what they say."""
    out = tmp_path / "clean.837"
    faulty.write_text(faulty.read_text().replace("*", "|"))
    assert run_hpedi("normalise", "--no-lines", "--standard-delimiters", "--keep-counts", faulty, "-o", out) == 0
    assert out.read_text().replace(CANARY, "AMBLE") == SAMPLE.read_text().replace("\n", "").replace("SE*24*", "SE*42*")


def test_a_long_list_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """People see the first changes and how many more there are; --json shows all."""
    assert run_hpedi("normalise", "--check", "--no-lines", INBOUND / "01-riverbend.837") == ExitCode.FINDINGS
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 51
    assert told[-1].endswith("more; --json shows them")


@pytest.mark.parametrize("arguments", [["--in-place"], ["-o", "out.837"], [], ["--check"]])
def test_what_is_cut_off_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], arguments: list[str]
) -> None:
    """A file without its end is told, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    content = (INBOUND / "06-cut-off.837").read_bytes()
    path = tmp_path / "cut.837"
    path.write_bytes(content)
    assert run_hpedi("normalise", path, *arguments) == ExitCode.FINDINGS
    told = capsysbinary.readouterr()
    assert b"set-trailer-missing" in told.err
    assert not told.out.startswith(b"ISA")
    assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["cut.837"]


def test_what_is_no_x12_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A file without an interchange is a finding, in --json too."""
    assert run_hpedi("normalise", "--check", "--json", INBOUND / "04-not-x12.csv") == ExitCode.FINDINGS
    (report,) = json_lines(capsys.readouterr().out)
    assert [finding["code"] for finding in report["findings"]] == ["not-x12"]


@pytest.mark.parametrize(
    "arguments", [["--json"], ["--in-place", "--check"], ["--in-place", "-o", "x"], ["-o", "a.837"]]
)
def test_wrong_usage_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """Two places to write to, list and file on one output, and the file itself without --in-place are refused."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.837").write_bytes(SAMPLE.read_bytes())
    assert run_hpedi("normalise", "a.837", *arguments) == ExitCode.USAGE

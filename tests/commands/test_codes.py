"""`hpedi codes`: lists shown and imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi


def test_sets_are_listed_with_whose_list_they_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """ICD-10-CM comes with hpedi, HCPCS is known by form only, an NPI needs no list."""
    assert run_hpedi("--home", tmp_path, "codes", "list", "--json") == ExitCode.OK
    listed = {row["set"]: row for row in json_lines(capsys.readouterr().out)}
    assert (listed["icd_10_cm"]["list"], listed["icd_10_cm"]["from"]) == ("of hpedi", "2015-10-01")
    assert (listed["hcpcs"]["list"], listed["hcpcs"]["codes"]) == ("none: form only", None)
    assert listed["npi"]["list"] == "needs none"
    assert listed["procedure"]["list"] == "of cpt, hcpcs"


def test_an_imported_list_is_in_the_workspace_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list goes to code_sets in the workspace unless another folder is named."""
    file = tmp_path / "mine.txt"
    file.write_text("J3301\nG0127\n")
    assert (
        run_hpedi("--home", tmp_path, "codes", "import", file, "--set", "hcpcs", "--from", "2026-07-01") == ExitCode.OK
    )
    assert capsys.readouterr().out == "hcpcs: 2 rows imported\n"
    assert "# covers: 2026-07-01.." in (tmp_path / "code_sets" / "hcpcs.tsv").read_text()
    run_hpedi("--home", tmp_path, "codes", "list", "--json")
    (hcpcs,) = [row for row in json_lines(capsys.readouterr().out) if row["set"] == "hcpcs"]
    assert (hcpcs["codes"], hcpcs["from"], hcpcs["list"]) == (2, "2026-07-01", "imported")
    assert run_hpedi("codes", "list", "--code-sets", tmp_path / "code_sets") == ExitCode.OK
    assert "imported" in capsys.readouterr().out


def test_a_bad_row_is_told_and_nothing_is_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list that was there stays as it is."""
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "hcpcs.tsv").write_text("code\nA0426\n")
    file = tmp_path / "mine.txt"
    file.write_text("J3301\nnothing\n")
    assert run_hpedi("codes", "import", file, "--set", "hcpcs", "--into", folder, "--json") == ExitCode.FINDINGS
    (told,) = json_lines(capsys.readouterr().out)
    assert told["rows"] == 0
    assert [finding["where"]["line"] for finding in told["findings"]] == [2]
    assert (folder / "hcpcs.tsv").read_text() == "code\nA0426\n"


def test_a_broken_list_in_the_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the user wrote by hand is told with file and line."""
    (tmp_path / "hcpcs.tsv").write_text("code\nJ33\n")
    assert run_hpedi("codes", "list", "--code-sets", tmp_path) == ExitCode.FINDINGS
    assert "hcpcs.tsv" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["hcpsc", "npi", "place_of_service"])
def test_a_set_without_lists_cannot_be_imported(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A set that is not there, has no list or shares one is refused with the sets that can be."""
    file = tmp_path / "mine.txt"
    file.write_text("1\n")
    assert run_hpedi("codes", "import", file, "--set", name) == ExitCode.USAGE
    assert "hcpcs" in capsys.readouterr().err

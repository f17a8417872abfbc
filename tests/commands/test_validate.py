"""`hpedi validate`: verdicts, places, the JSON object, answers, the second opinion and exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from hpedi.crosscheck import Opinion, Pyx12Answer
from tests.commands.running import json_lines, run_hpedi
from tests.shared import PROJECT

INBOUND = PROJECT / "samples" / "inbound"
ALL = sorted(INBOUND.iterdir())
CANARY = "CANARYLASTNAME"


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """Return a copy of a sample file with one text in place of another."""
    content = (INBOUND / name).read_text()
    assert old in content
    path = tmp_path / name
    path.write_text(content.replace(old, new))
    return path


def test_a_file_without_findings_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    """A right file is accepted, told in one line."""
    assert run_hpedi("validate", INBOUND / "01-riverbend.837") == ExitCode.OK
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith(": accepted; interchanges 1, transaction sets 1, segments 87, findings 0")


def test_errors_exit_1_with_their_place(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong SE count refuses its set only, and is told with set, segment and element."""
    assert run_hpedi("validate", INBOUND / "02-prairielink.837") == ExitCode.FINDINGS
    told = capsys.readouterr().out
    assert "partially accepted" in told
    assert re.search(r"set 0002, segment 27, SE01\s+segment-count", told)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no-such-file.837"],
        ["--snip", "8", str(ALL[0])],
        ["--engine", "edifecs", str(ALL[0])],
        ["--engine", "pyx12", "--ack-dir", "answers", str(ALL[0])],
    ],
)
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    """No file, a file that is not there, and options that do not go together are wrong usage."""
    assert run_hpedi("validate", *arguments) == ExitCode.USAGE


def test_json_has_exactly_the_stated_fields(capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints one object a file, with the fields the command's page states."""
    assert run_hpedi("validate", "--json", *ALL) == ExitCode.FINDINGS
    files = json_lines(capsys.readouterr().out)
    assert [Path(file["file"]).name for file in files] == [path.name for path in ALL]
    mixed = files[1]
    assert set(mixed) == {"file", "verdict", "segments", "interchanges", "findings", "not_checked"}
    (interchange,) = mixed["interchanges"]
    assert interchange["control_number"] == "000004711"
    assert interchange["ta1"] == {"code": "A", "note": "000"}
    sets = interchange["transaction_sets"]
    assert sets == interchange["groups"][0]["transaction_sets"]
    assert sets == [
        {"id": "837", "guide": "005010X222A1", "control_number": "0001", "verdict": "partially_accepted"},
        {"id": "837", "guide": "005010X222A1", "control_number": "0002", "verdict": "rejected"},
    ]
    refused, finding = mixed["findings"]
    assert (refused["code"], refused["snip"]) == ("payer-not-us", 7)
    assert set(finding) == {"code", "snip", "severity", "message", "where", "source"}
    where = finding["where"]
    content = (INBOUND / "02-prairielink.837").read_bytes()
    assert content[where["byte_offset"] :].startswith(b"SE*28*0002~")
    assert (where["segment"], where["loop"], where["element"]) == (27, None, 1)


def test_each_kind_of_fault_has_its_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    """What is addressed to somebody else is right here; what is no X12 or cut off is rejected."""
    run_hpedi("validate", "--json", *ALL)
    verdicts = {Path(file["file"]).name: file["verdict"] for file in json_lines(capsys.readouterr().out)}
    assert verdicts == {
        "01-riverbend.837": "accepted",
        "02-prairielink.837": "partially_accepted",
        "03-wrong-receiver.837": "accepted",
        "04-not-x12.csv": "rejected",
        "05-test.837": "accepted",
        "06-cut-off.837": "rejected",
        "07-hospital.837": "accepted",
        "08-dental.837": "accepted",
    }


def test_a_set_without_a_guide_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A guide version that nobody adopted is refused with a finding, without an exception."""
    path = changed(tmp_path, "05-test.837", "005010X222A1", "005010X222A9")
    assert run_hpedi("validate", "--json", path) == ExitCode.FINDINGS
    (file,) = json_lines(capsys.readouterr().out)
    assert {finding["code"] for finding in file["findings"]} == {"set-not-supported"}


@pytest.mark.parametrize("engine", ["hpedi", "pyx12"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ST*837*0001*", "ST*837*JO*"),
        ("ST*837*0001*", "ST*LAKE*0001*"),
        ("*102*X*", "*JO LAKE*X*"),
        ("*000000102*1*", "*JOHN LAKE*1*"),
    ],
)
def test_malformed_control_numbers_are_masked(
    old: str, new: str, engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What stands where a control number or an id of a header should may be PHI: it is not shown."""
    path = changed(tmp_path, "05-test.837", old, new)
    assert run_hpedi("validate", "--engine", engine, "--json", path) == ExitCode.FINDINGS
    shown = capsys.readouterr().out
    assert "LAKE" not in shown.replace(str(path), "")
    assert '"JO' not in shown
    assert '"?"' in shown


def test_snip_leaves_higher_levels_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A claim whose charges do not add up fails at level 3, and passes where only levels 1 and 2 are judged."""
    path = changed(tmp_path, "05-test.837", "CLM*RB-2607*145", "CLM*RB-2607*146")
    assert run_hpedi("validate", "--json", path) == ExitCode.FINDINGS
    (file,) = json_lines(capsys.readouterr().out)
    assert [(finding["code"], finding["snip"]) for finding in file["findings"]] == [("claim-balance", 3)]
    assert run_hpedi("validate", "--snip", "2", path) == ExitCode.OK


def test_answers_are_written(tmp_path: Path) -> None:
    """--ack-dir writes the answer to each interchange, and nothing for what is no X12."""
    run_hpedi("validate", "--ack-dir", tmp_path / "answers", *ALL)
    answers = {path.name: path.read_text() for path in (tmp_path / "answers").iterdir()}
    assert sorted(answers) == [f"{path.name}.1.ack" for path in ALL if path.suffix == ".837"]
    assert "AK2*837*0002*005010X222A1~IK5*R*4~AK9*P*2*2*1~" in answers["02-prairielink.837.1.ack"]
    assert "TA1*000000103*260302*0830*R*023~" in answers["06-cut-off.837.1.ack"]


def test_answers_of_files_of_one_name_are_refused(tmp_path: Path) -> None:
    """Two files of the same name would write the same answer: wrong usage."""
    twin = changed(tmp_path, "05-test.837", "RB-2607", "RB-2699")
    assert run_hpedi("validate", "--ack-dir", tmp_path, twin, INBOUND / "05-test.837") == ExitCode.USAGE


def test_pyx12_gives_the_same_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    """pyx12's opinion of the sample files is ours, in the same JSON object."""
    run_hpedi("validate", "--json", *ALL)
    ours = json_lines(capsys.readouterr().out)
    run_hpedi("validate", "--json", "--engine", "pyx12", *ALL)
    theirs = json_lines(capsys.readouterr().out)
    assert [file["verdict"] for file in theirs] == [file["verdict"] for file in ours]
    assert [file["segments"] for file in theirs] == [file["segments"] for file in ours]


def test_pyx12_finds_a_missing_segment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What pyx12 finds is told as a finding of ours, at its segment."""
    path = changed(tmp_path, "05-test.837", "PER*IC*CLAIMS OFFICE*TE*5075550199~\n", "")
    path.write_text(path.read_text().replace("SE*24*", "SE*23*"))
    assert run_hpedi("validate", "--json", "--engine", "pyx12", path) == ExitCode.FINDINGS
    (file,) = json_lines(capsys.readouterr().out)
    assert [finding["code"] for finding in file["findings"]] == ["segment-missing"]


@pytest.mark.parametrize("engine", ["hpedi", "pyx12"])
@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_findings_hold_no_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], engine: str, flag: list[str]
) -> None:
    """Whatever is wrong with an element, its value is nowhere in what is printed."""
    path = changed(tmp_path, "05-test.837", "*MI*HS1000001", f"*{CANARY}*{CANARY}{CANARY * 8}")
    assert run_hpedi("validate", "--engine", engine, *flag, path) == ExitCode.FINDINGS
    told = capsys.readouterr()
    assert CANARY not in json.dumps(told.out + told.err)


def test_a_refusal_that_pyx12_does_not_explain_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where pyx12 breaks down on a set without a word, the set is refused with a finding that says so."""
    monkeypatch.setattr(
        "hpedi.commands.second_opinion.validate_with_pyx12",
        lambda *_, **__: Pyx12Answer(Opinion.FAILED, failure="KeyError"),
    )
    assert run_hpedi("validate", "--json", "--engine", "pyx12", INBOUND / "05-test.837") == ExitCode.FINDINGS
    (file,) = json_lines(capsys.readouterr().out)
    assert [finding["code"] for finding in file["findings"]] == ["second-opinion"]


def test_pyx12_has_no_levels_to_choose() -> None:
    """--snip with the engine pyx12 is wrong usage, not silently passed over."""
    assert run_hpedi("validate", "--engine", "pyx12", "--snip", "1", ALL[0]) == ExitCode.USAGE

"""`hpedi view`: the tree, what is chosen of it, what is hidden, the page, and files that are not right."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.shared import PROJECT

INBOUND = PROJECT / "samples" / "inbound"
SAMPLE = INBOUND / "05-test.837"
RIVERBEND = INBOUND / "01-riverbend.837"
CANARY = "CANARYLASTNAME"


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """Return a copy of the small sample with texts in place of others."""
    content = SAMPLE.read_text()
    for old, new in changes:
        assert old in content
        content = content.replace(old, new)
    path = tmp_path / "changed.837"
    path.write_text(content)
    return path


def claim_ids(path: Path) -> list[str]:
    """Return each CLM01 of a file."""
    return [line.split("*")[1] for line in path.read_text().splitlines() if line.startswith("CLM*")]


def test_a_file_is_a_tree_of_named_loops(capsys: pytest.CaptureFixture[str]) -> None:
    """Loops stand in each other; segments, elements and components are named, dates and amounts readable."""
    assert run_hpedi("view", SAMPLE) == ExitCode.OK
    told = capsys.readouterr().out
    assert told.startswith("Interchange 000000102\n  ISA Interchange Control Header\n")
    assert "    ISA10 Interchange Time: 08:30\n" in told
    assert "\n    Transaction set 837 005010X222A1 0001\n      ST [1] Transaction Set Header\n" in told
    assert (
        "\n          2300 Claim Information\n"
        "            CLM [18] Claim Information\n"
        "              CLM01 Patient Control Number: RB-2607\n"
        "              CLM02 Total Claim Charge Amount: 145.00\n"
        "              CLM05-01 Place of Service Code: 11\n"
    ) in told
    assert "\n              DMG02 Subscriber Birth Date: 1979-04-12\n" in told
    assert told.count("IEA02 Interchange Control Number: 000000102") == 1


def test_every_segment_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a choice each segment of the file is shown once, in its order."""
    run_hpedi("view", "--json", RIVERBEND)
    shown = [segment["id"] for piece in json_lines(capsys.readouterr().out) for segment in piece["segments"]]
    assert shown == [line.split("*")[0] for line in RIVERBEND.read_text().splitlines()]


def test_a_loop_comes_with_those_inside_it(capsys: pytest.CaptureFixture[str]) -> None:
    """--loop shows the instances of a loop, under the headings around them, with nothing else."""
    assert run_hpedi("view", "--json", "--loop", "2300", SAMPLE) == ExitCode.OK
    pieces = json_lines(capsys.readouterr().out)
    assert [piece["within"][-1].split()[0] for piece in pieces] == ["2300", "2310B", "2400"]
    assert [segment["id"] for piece in pieces for segment in piece["segments"]] == [
        "CLM",
        "HI",
        "NM1",
        "LX",
        "SV1",
        "DTP",
    ]


def test_a_loop_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing is what was asked for, that is told, with exit code 1."""
    assert run_hpedi("view", "--loop", "2000C", SAMPLE) == ExitCode.FINDINGS
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "nothing in the file is what was asked for\n"


def test_a_claim_comes_with_what_stands_above_it(capsys: pytest.CaptureFixture[str]) -> None:
    """--claim shows one claim with its submitter, billing provider and own subscriber, and no other claim."""
    every = claim_ids(RIVERBEND)
    assert len(every) > 2
    assert run_hpedi("view", "--json", "--claim", every[1], RIVERBEND) == ExitCode.OK
    pieces = json_lines(capsys.readouterr().out)
    segments = [segment for piece in pieces for segment in piece["segments"]]
    values = [element["value"] for segment in segments for element in segment["elements"]]
    assert [segment["id"] for segment in segments].count("CLM") == 1
    assert every[1] in values
    assert not {*every} - {every[1]} & {*values}
    loops = [piece["within"][-1].split()[0] for piece in pieces]
    assert [loop for loop in loops if loop in {"1000A", "2000A", "2010AA", "2000B", "2010BA", "2300"}] == [
        "1000A",
        "2000A",
        "2010AA",
        "2000B",
        "2010BA",
        "2300",
    ]


def test_errors_shows_only_loops_with_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--errors leaves every other loop out; findings of the guide and of the claim stand with their segments."""
    path = changed(tmp_path, ("CLM*RB-2607*145*", "CLM*RB-2607*146*"), ("*19790412*F~", "*19790412*Q~"))
    assert run_hpedi("view", "--errors", path) == ExitCode.FINDINGS
    told = capsys.readouterr().out
    assert "              DMG03 Subscriber Gender Code: Q\n" in told
    assert "              ! error element-code (segment 16, DMG03): " in told
    assert "              ! error claim-balance (segment 18, CLM02): " in told
    assert "2010BB" not in told
    assert run_hpedi("view", "--errors", SAMPLE) == ExitCode.OK


def test_what_is_missing_is_told_with_the_segment_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A segment that its loop lacks is told in that loop, though it shows only when the next one begins."""
    path = changed(tmp_path, ("PER*IC*CLAIMS OFFICE*TE*5075550199~\n", ""), ("SE*24*", "SE*23*"))
    assert run_hpedi("view", "--json", "--errors", path) == ExitCode.FINDINGS
    (piece,) = json_lines(capsys.readouterr().out)
    assert piece["within"][-1] == "1000A Submitter Name"
    assert [finding["code"] for finding in piece["segments"][0]["findings"]] == ["segment-missing"]


def test_findings_of_the_envelope_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong count of a trailer and a file that is cut off are told where they are seen."""
    assert run_hpedi("view", "--errors", INBOUND / "02-prairielink.837") == ExitCode.FINDINGS
    assert "! error segment-count (segment 27, SE01)" in capsys.readouterr().out
    assert run_hpedi("view", "--errors", INBOUND / "06-cut-off.837") == ExitCode.FINDINGS
    assert "! error interchange-cut-off" in capsys.readouterr().out


@pytest.mark.parametrize(("sent", "shown"), [("19790412", "1979-04-12"), ("19790231", "19790231"), ("1979", "1979")])
def test_a_wrong_date_is_shown_as_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sent: str, shown: str
) -> None:
    """A day that is none is not written as if it were one."""
    run_hpedi("view", changed(tmp_path, ("*19790412*F~", f"*{sent}*F~")))
    assert f"DMG02 Subscriber Birth Date: {shown}\n" in capsys.readouterr().out


@pytest.mark.parametrize("form", [[], ["--json"], ["--html"]])
def test_mask_hides_what_is_no_code(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: list[str]) -> None:
    """--mask shows codes and positions only: no name, id, date, amount, control number, and nothing unknown."""
    path = changed(
        tmp_path,
        ("*AMBLE*ROSA*", f"*{CANARY}*ROSA*"),
        ("HI*ABK:J029~\n", f"HI*ABK:J029~\n{CANARY}*{CANARY}~\nZZZ*{CANARY}:{CANARY}^{CANARY}~\n"),
        ("*18*******CI~", f"*{CANARY}*******CI~"),
    )
    out = tmp_path / "page.html"
    run_hpedi("view", "--mask", *form, *([out] if form == ["--html"] else []), path)
    told = out.read_text() if out.exists() else capsys.readouterr().out
    assert "(hidden)" in told
    assert "ABK" in told
    private = (
        CANARY,
        "ROSA",
        "RIVERBEND",
        "HS1000001",
        "19790412",
        "1979-04-12",
        "RB-2607",
        "145",
        "000000102",
        "0830",
    )
    assert not [value for value in private if value in told]
    assert "changed.837" not in told


def test_the_page_is_escaped_and_alone(tmp_path: Path) -> None:
    """--html writes one page, for its owner only: no value becomes markup, and nothing outside is referred to."""
    path = changed(tmp_path, ("*AMBLE*ROSA*", "*<script>alert(1)</script>*A&B\"'<img src=x>*"))
    out = tmp_path / "page.html"
    run_hpedi("view", "--html", out, path)
    page = out.read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "A&amp;B&quot;&#x27;&lt;img src=x&gt;" in page
    assert page.count("<script>") == page.count("</script>") == 1
    assert not [outside for outside in ("http:", "https:", "//", "<link", "<img", "@import", "url(") if outside in page]
    assert page.count("<details") == page.count("</details>") > 30
    assert '<label for="search">' in page
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An escape sequence in a value is shown, not obeyed."""
    run_hpedi("view", changed(tmp_path, ("*AMBLE*ROSA*", "*AM\x1b[2JBLE*ROSA*")))
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "AM\\x1b[2JBLE" in told


def test_a_file_that_is_not_x12_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no interchange only that is told."""
    assert run_hpedi("view", INBOUND / "04-not-x12.csv") == ExitCode.FINDINGS
    assert capsys.readouterr().out.startswith("! error not-x12: ")
    empty = tmp_path / "empty"
    empty.touch()
    assert run_hpedi("view", empty) == ExitCode.FINDINGS


def test_a_set_without_a_guide_is_shown_as_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a guide segments stand in no loop, elements without names, and the set is told to have none."""
    assert run_hpedi("view", changed(tmp_path, ("005010X222A1", "005010X222A9"))) == ExitCode.FINDINGS
    told = capsys.readouterr().out
    assert "      ST [1]\n        ST01: 837\n" in told
    assert "        ! error set-not-supported (segment 1): " in told
    assert "      NM1 [13]\n        NM101: IL\n        NM102: 1\n        NM103: AMBLE\n" in told


@pytest.mark.parametrize("arguments", [["--html", "page.html", "--json"], ["--html", str(SAMPLE)]])
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    """Two forms at once and a page over the file itself are wrong usage, and change nothing."""
    before = SAMPLE.read_bytes()
    assert run_hpedi("view", *arguments, SAMPLE) == ExitCode.USAGE
    assert SAMPLE.read_bytes() == before

"""`hpedi split`: the folder with its list, and that it is whole or not there."""

from __future__ import annotations

import json
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import json_lines, run_hpedi
from tests.shared import PROJECT

INBOUND = PROJECT / "samples" / "inbound"
RIVERBEND = INBOUND / "01-riverbend.837"


def manifest(folder: Path) -> dict[str, object]:
    """Return the list of a folder."""
    return dict(json.loads((folder / "manifest.json").read_bytes()))


@pytest.mark.parametrize("by", ["interchange", "group", "set", "claim", "payer", "receiver", "billing-provider"])
def test_parts_are_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str], by: str) -> None:
    """Each part is a file that is accepted, and all of them hold the claims of the whole."""
    folder = tmp_path / "parts"
    assert run_hpedi("split", RIVERBEND, folder, "--by", by) == ExitCode.OK
    listed = manifest(folder)
    assert (listed["file"], listed["by"]) == ("01-riverbend.837", by)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(["manifest.json", *(part["file"] for part in listed["parts"])])  # type: ignore[attr-defined]
    parts = [folder / name for name in names if name != "manifest.json"]
    assert run_hpedi("validate", *parts) == ExitCode.OK
    claims = [line for part in parts for line in part.read_text().splitlines() if line.startswith("CLM*")]
    assert claims == [line for line in RIVERBEND.read_text().splitlines() if line.startswith("CLM*")]
    assert f"01-riverbend.837: {len(parts)} parts in" in capsys.readouterr().out


def test_the_list_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list has size, digest and counts of each part, and those of the whole; --json prints the parts."""
    folder = tmp_path / "parts"
    assert run_hpedi("split", "--json", RIVERBEND, folder, "--by", "claim", "--claims", "4") == ExitCode.OK
    listed = manifest(folder)
    assert json_lines(capsys.readouterr().out) == listed["parts"]
    assert listed["whole"] == {"interchanges": 1, "groups": 1, "sets": 1, "claims": 6, "segments": 87}
    first, second = listed["parts"]  # type: ignore[misc]
    assert (first["claims"], second["claims"], first["interchange"]) == (4, 2, "000000101")
    content = (folder / "0001.x12").read_bytes()
    assert (first["bytes"], first["sha256"]) == (len(content), sha256(content).hexdigest())
    assert first["segments"] == int(content.split(b"\nSE*")[1].split(b"*")[0])


def test_only_the_owner_reads_parts(tmp_path: Path) -> None:
    """Parts are members' data: nobody but their owner may read them."""
    run_hpedi("split", RIVERBEND, tmp_path / "parts", "--by", "set")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "parts").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "parts").stat().st_mode) == 0o700


def test_many_parts_are_open_at_once(tmp_path: Path) -> None:
    """More payers than files may be open are parts all the same, each whole."""
    text = RIVERBEND.read_text().replace("\n", "")
    start, end = text.index("HL*"), text.index("SE*")
    one = text[start : text.index("HL*3*")].split("CLM*")[0]
    claim = "CLM*" + text[text.index("CLM*") : end].split("CLM*")[1].split("HL*")[0]
    body = "".join(
        (one + claim)
        .replace("*PI*94267", f"*PI*{number % 150:05}")
        .replace("HL*2*1*", f"HL*{2 * number + 2}*{2 * number + 1}*")
        .replace("HL*1**", f"HL*{2 * number + 1}**")
        for number in range(300)
    )
    whole = text[:start] + body + text[end:]
    count = whole[whole.index("ST*837") : whole.index("SE*")].count("~") + 1
    path = tmp_path / "many.837"
    path.write_text(whole.replace("SE*87*", f"SE*{count}*"))
    assert run_hpedi("split", path, tmp_path / "parts", "--by", "payer") == ExitCode.OK
    parts = manifest(tmp_path / "parts")["parts"]
    assert [part["claims"] for part in parts] == [2] * 150  # type: ignore[attr-defined]
    assert run_hpedi("validate", "--snip", "1", *sorted((tmp_path / "parts").glob("*.x12"))[:3]) == ExitCode.OK


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("02-prairielink.837", "segment-count"),
        ("04-not-x12.csv", "not-x12"),
        ("06-cut-off.837", "interchange-cut-off"),
    ],
)
def test_what_is_broken_is_not_split(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, code: str) -> None:
    """A file whose envelope does not hold is told, and no folder is made."""
    assert run_hpedi("split", INBOUND / name, tmp_path / "parts", "--by", "set") == ExitCode.FINDINGS
    assert code in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_interchanges_are_copied_whatever_they_hold(tmp_path: Path) -> None:
    """By interchange a broken one is copied and told; its neighbours are parts of their own."""
    contents = [RIVERBEND.read_bytes(), (INBOUND / "06-cut-off.837").read_bytes(), RIVERBEND.read_bytes()]
    path = tmp_path / "all.837"
    path.write_bytes(b"".join(contents))
    assert run_hpedi("split", path, tmp_path / "parts", "--by", "interchange") == ExitCode.FINDINGS
    assert [part.read_bytes() for part in sorted((tmp_path / "parts").glob("*.x12"))] == contents


def test_a_set_that_cannot_be_cut_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A finding on the way leaves no part behind."""
    path = tmp_path / "a.837"
    path.write_text(RIVERBEND.read_text().replace("HL*5*", "HL*9*").replace("HL*6*", "HL*6*X"))
    assert run_hpedi("split", "--json", path, tmp_path / "parts", "--by", "claim") == ExitCode.FINDINGS
    (told,) = json_lines(capsys.readouterr().out)
    assert [finding["code"] for finding in told["findings"]] == ["hl-parent"]
    assert [each.name for each in tmp_path.iterdir()] == ["a.837"]


@pytest.mark.parametrize(
    "arguments",
    [["--by", "set", "--claims", "2"], ["--by", "interchange", "--renumber", "5"], ["--by", "page"], []],
)
def test_wrong_usage_is_refused(tmp_path: Path, arguments: list[str]) -> None:
    """Options that do not go together are refused before anything is read."""
    assert run_hpedi("split", RIVERBEND, tmp_path / "parts", *arguments) == ExitCode.USAGE


def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    """A folder that holds something is not written to; an empty one is."""
    assert run_hpedi("split", RIVERBEND, tmp_path, "--by", "set") == ExitCode.OK
    assert run_hpedi("split", RIVERBEND, tmp_path, "--by", "set") == ExitCode.USAGE

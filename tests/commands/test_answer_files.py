"""`hpedi validate --ack-dir`: the answers to institutional and dental claims, which no model is made of."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.submissions import judged
from tests.commands.running import run_hpedi
from tests.shared import PROJECT

CLEAN = PROJECT / "tests" / "conformance" / "clean"
ARRIVED = datetime(2026, 3, 12, 12, 0, tzinfo=UTC).timestamp()


def answer_to(tmp_path: Path, name: str, *changes: tuple[str, str]) -> list[str]:
    """Validate a clean file with changes; return the segments of its answer, which is valid itself."""
    text = (CLEAN / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    os.utime(path, (ARRIVED, ARRIVED))
    run_hpedi("validate", "--ack-dir", tmp_path / "answers", path)
    content = (tmp_path / "answers" / f"{name}.1.ack").read_bytes()
    (back,) = judged(content).interchanges
    assert back.findings() == []
    return content.decode().split("~")


def test_institutional_claims_are_answered(tmp_path: Path) -> None:
    """A claim says its bill type and days; lines at fault go by procedure, or by revenue code where there is none."""
    segments = answer_to(
        tmp_path,
        "837I.edi",
        ("SV2*0450*HC:99284:25*900*UN*1", "SV2*0120*HC:99284:25*900*UN*1"),
        ("SV2*0320*HC:73110:RT*220*UN*1", "SV2*0130**220*UN*1"),
    )
    start = segments.index("TRN*2*NH-0002")
    statuses = segments[start + 1]
    assert statuses.startswith("STC*A8:455*20260312*U*1240")
    assert segments[start + 2 : start + 4] == ["REF*BLT*131", "DTP*472*D8*20260210"]
    lines = [segment for segment in segments[start:] if segment[:3] in ("SVC", "REF") and segment[:7] != "REF*BLT"]
    assert lines[:4] == ["SVC*HC:99284:25*900**0120***1", "REF*FJ*1", "SVC*NU:0130*220*****1", "REF*FJ*NH2-2"]
    assert "STC*A2:20*20260312*WQ*9500" in segments
    assert "DTP*472*RD8*20260203-20260206" in segments
    assert segments[segments.index("AK2*837*0001*005010X223A2") - 1] == "AK1*HC*101*005010X223A2"


def test_dental_claims_are_answered(tmp_path: Path) -> None:
    """A dental claim out of balance is refused alone; the others are taken."""
    segments = answer_to(tmp_path, "837D.edi", ("CLM*ND-0001*250*", "CLM*ND-0001*251*"))
    assert segments[segments.index("TRN*2*ND-0001") + 1] == "STC*A8:400*20260312*U*251"
    assert segments[segments.index("TRN*2*ND-0002") + 1] == "STC*A2:20*20260312*WQ*100"
    assert [segment for segment in segments if segment[:3] in ("QTY", "AMT")] == [
        "QTY*90*3",
        "QTY*AA*1",
        "AMT*YU*4000",
        "AMT*YY*251",
    ]


@pytest.mark.parametrize("snip", ["2", "7"])
def test_the_answer_follows_the_level_asked_for(tmp_path: Path, snip: str) -> None:
    """Up to SNIP 2 a claim out of balance is taken, in the 277CA too."""
    path = tmp_path / "837P.edi"
    text = (CLEAN / "837P.edi").read_text(encoding="utf-8")
    claim = text[text.index("CLM*") : text.index("~", text.index("CLM*"))]
    elements = claim.split("*")
    path.write_text(text.replace(claim, "*".join([*elements[:2], "99999", *elements[3:]])), encoding="utf-8")
    run_hpedi("validate", "--snip", snip, "--ack-dir", tmp_path / "answers", path)
    segments = (tmp_path / "answers" / "837P.edi.1.ack").read_text().split("~")
    status = segments[segments.index(f"TRN*2*{elements[1]}") + 1]
    assert status.split("*")[3:5] == ["WQ" if snip == "2" else "U", "99999"]

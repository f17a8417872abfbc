"""The page about EFT enrollment and checks is run as it stands, and no account number is left in plain."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.commands.test_access_page import Reader, follow
from tests.databases import kept_in
from tests.shared import PROJECT

PAGE: Final = PROJECT / "docs" / "eft-enrollment-and-checks.md"
ACCOUNT: Final = (PROJECT / "samples" / "bank" / "quarry-account.txt").read_bytes().strip()


def test_the_page_is_true(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command prints what the page shows; the enrolled account stands in the bank's file and nowhere else."""
    follow(PAGE, tmp_path, Reader(capsys, monkeypatch), monkeypatch)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and ACCOUNT in path.read_bytes()]
    assert [str(path.relative_to(tmp_path)) for path in files] == ["workspace/bank/20260316-A.ach"]
    kept = kept_in(tmp_path / "workspace")
    assert ACCOUNT not in kept
    assert b"called the office back" in kept, "the search finds nothing at all"

"""The page about ERA enrolment is run as it stands: asked for, approved, sent, changed and ended."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.commands.test_access_page import Reader, follow
from tests.databases import kept_in
from tests.shared import PROJECT

PAGE: Final = PROJECT / "docs" / "era-enrolment.md"
TAX_ID: Final = "410000201"


def test_the_page_is_true(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command prints what the page shows; the remittance lies with who was approved, and no Tax ID in plain."""
    follow(PAGE, tmp_path, Reader(capsys, monkeypatch), monkeypatch)
    outbox = tmp_path / "workspace" / "outbox"
    assert [str(path.relative_to(outbox)) for path in outbox.rglob("*.835")] == ["prairielink/900000001.835"]
    kept = kept_in(tmp_path / "workspace")
    assert TAX_ID.encode() not in kept
    assert b"replaced by enrolment 2" in kept, "the search finds nothing at all"

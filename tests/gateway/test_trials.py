"""The trial of many senders, small; `python -m tests.gateway` has it large, and trials of kills and of an hour."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.gateway.arriving import let_arrive

FILES, CLAIMS = 12, 4


@pytest.mark.any_database
@pytest.mark.skipif(not (shutil.which("sftp") and shutil.which("lftp")), reason="OpenSSH's sftp or lftp is not there")
def test_every_file_is_received_once_and_answered_to_its_sender(tmp_path: Path) -> None:
    """Sent at once by real clients from ten partners, over connections that break off too, none is lost or doubled."""
    arrivals = let_arrive(tmp_path, FILES, CLAIMS)
    assert arrivals.wrong == []
    assert arrivals.sent.total() == FILES

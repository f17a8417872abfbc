"""Files that arrived, kept encrypted."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpedi.findings import Unavailable
from hpedi.intake.stored_files import StoredFiles
from hpedi.safekeeping.vault import Vault

CANARY = b"ISA*00*          *CANARYSON*~"


@pytest.fixture
def files(tmp_path: Path) -> StoredFiles:
    """A folder of kept files."""
    return StoredFiles(tmp_path / "files", Vault(bytes(range(32))))


def test_a_kept_file_comes_back(files: StoredFiles, tmp_path: Path) -> None:
    """A file is kept under its SHA-256 and reads back the same, many chunks long."""
    arrived = tmp_path / "arrived.x12"
    arrived.write_bytes(CANARY * 40_000)
    stored = files.keep(arrived)
    assert stored.size == len(CANARY) * 40_000
    assert b"".join(files.chunks(stored.digest)) == arrived.read_bytes()


def test_keeping_twice_is_harmless(files: StoredFiles, tmp_path: Path) -> None:
    """The same bytes are kept once."""
    arrived = tmp_path / "arrived.x12"
    arrived.write_bytes(CANARY)
    assert files.keep(arrived) == files.keep(arrived)
    assert len(list((tmp_path / "files").iterdir())) == 1


def test_nothing_plain_lies_in_the_folder(files: StoredFiles, tmp_path: Path) -> None:
    """A name that stands in the file is not in what is kept; it is in the file itself."""
    arrived = tmp_path / "arrived.x12"
    arrived.write_bytes(CANARY)
    files.keep(arrived)
    assert b"CANARYSON" in arrived.read_bytes()
    assert all(b"CANARYSON" not in kept.read_bytes() for kept in (tmp_path / "files").iterdir())


def test_a_file_that_cannot_be_read_is_unavailable(files: StoredFiles, tmp_path: Path) -> None:
    """A missing file asks to try again later."""
    with pytest.raises(Unavailable):
        files.keep(tmp_path / "absent.x12")

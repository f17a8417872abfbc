"""How long files stand in quarantine, whose bytes are a second name of what was stored when it first arrived."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hpedi.delivery.archive import Retention, clear
from hpedi.safekeeping.whole_files import link_whole

NOW = datetime(2026, 3, 16, 18, 0, tzinfo=UTC)
RETENTION = Retention(archived=None, deleted=None, quarantined=timedelta(days=90))


def aged(path: Path, days: int) -> None:
    """Let a file be so many days old."""
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))


@pytest.mark.parametrize(("note_days", "stands"), [(89, True), (90, False)])
def test_the_note_tells_how_long_the_bytes_stand(tmp_path: Path, note_days: int, *, stands: bool) -> None:
    """Bytes that arrived long ago stand as long as the note of today about them, and stay among the stored files."""
    stored, quarantine = tmp_path / "files" / "stored.sealed", tmp_path / "quarantine"
    stored.parent.mkdir()
    stored.write_bytes(b"sealed")
    aged(stored, 400)
    link_whole(quarantine / "000001.sealed", stored)
    (quarantine / "000001.reason.txt").write_text("why")
    aged(quarantine / "000001.reason.txt", note_days)
    cleared = clear(tmp_path, RETENTION, NOW, lambda _folder, _names: {})
    assert cleared.deleted == (0 if stands else 2)
    assert len(list(quarantine.iterdir())) == (2 if stands else 0)
    assert stored.read_bytes() == b"sealed"


def test_bytes_without_a_note_go_by_their_own_age(tmp_path: Path) -> None:
    """What a kill left alone, or whose note somebody removed, does not stand for ever."""
    quarantine = tmp_path / "quarantine"
    quarantine.mkdir()
    for name, days in (("000001.sealed", 91), ("000002.sealed", 1)):
        (quarantine / name).write_bytes(b"sealed")
        aged(quarantine / name, days)
    assert clear(tmp_path, RETENTION, NOW, lambda _folder, _names: {}).deleted == 1
    assert [path.name for path in quarantine.iterdir()] == ["000002.sealed"]

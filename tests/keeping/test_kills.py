"""Killed with -9 at any instant, keys, backups and restorations leave everything readable; run again, they end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.shared import PROJECT

POINTS = 16


def trials_of(name: str, folder: Path) -> list[dict[str, Any]]:
    """Kill a command at points spread over its work."""
    arguments = [sys.executable, "-m", "tests.keeping.kills", str(folder), name, "--points", str(POINTS)]
    told = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.mark.usefixtures("only_sqlite")
@pytest.mark.parametrize("name", ["rotate", "backup", "restore"])
def test_every_kill_is_made_good(tmp_path: Path, name: str) -> None:
    """At every point some key opens everything; run again the command ends, nothing is lost and the log is whole."""
    trials = trials_of(name, tmp_path / "kills")
    assert len(trials) >= min(POINTS, trials[0]["points"]) > 0
    assert all(trial["killed"] and trial["open"] for trial in trials)
    ends = ("equal", "sealed", "ended")
    assert [trial for trial in trials if trial["again"] or not all(trial[end] for end in ends)] == []
    if name == "rotate":
        assert {tuple(trial["open"]) for trial in trials} >= {("old",), ("old", "new")}

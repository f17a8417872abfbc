"""Killed with -9 at any instant and run again, hpedi loses nothing, pays nothing twice and writes the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import PROJECT

POINTS = 80
MOMENTS = 20
SHARES = 4


@pytest.mark.parametrize("share", range(SHARES))
def test_every_kill_is_made_good(tmp_path: Path, share: int) -> None:
    """Of 100 kills around commits, fsyncs and renames and at random moments, each ends as if it had not happened."""
    inbound = sorted(str(path) for path in (PROJECT / "samples" / "inbound").iterdir())
    arguments = [
        *(sys.executable, "-m", "tests.crash.trials", str(tmp_path)),
        *("--share", f"{share}/{SHARES}", "--points", str(POINTS), "--random", str(MOMENTS), "--"),
        *("run", "--received", "2026-03-02T09:00:00-06:00", "--as-of", "2026-03-16", *inbound),
    ]
    told = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    calm, *trials = [json.loads(line) for line in told.stdout.splitlines()]
    assert calm["points"] > POINTS
    assert len(trials) == (POINTS + MOMENTS) // SHARES
    assert [trial for trial in trials if not trial["equal"]] == []
    assert all(trial["killed"] for trial in trials if "die_at" in trial)

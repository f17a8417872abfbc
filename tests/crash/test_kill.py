"""Killed with -9 at any instant and run again, hpedi loses nothing, pays nothing twice and writes the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import PROJECT

MOMENTS = 20
SHARES = 4
MOST_FILES_AND_COMMITS = 100
"""A run passes more instants than this: were there fewer, the wrapping of commits and writes would have come undone."""


@pytest.mark.parametrize("share", range(SHARES))
def test_every_kill_is_made_good(tmp_path: Path, share: int) -> None:
    """A kill around every commit, fsync and rename, and at random moments, ends as if it had not happened."""
    inbound = sorted(str(path) for path in (PROJECT / "samples" / "inbound").iterdir())
    arguments = [
        *(sys.executable, "-m", "tests.crash.trials", str(tmp_path)),
        *("--share", f"{share}/{SHARES}", "--random", str(MOMENTS), "--"),
        *("run", "--received", "2026-03-02T09:00:00-06:00", "--as-of", "2026-03-16", *inbound),
    ]
    told = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    calm, *trials = [json.loads(line) for line in told.stdout.splitlines()]
    assert calm["points"] > MOST_FILES_AND_COMMITS
    assert len(trials) == len(range(share, calm["points"] + MOMENTS, SHARES))
    assert [trial for trial in trials if not trial["equal"]] == []
    assert all(trial["killed"] for trial in trials if "die_at" in trial)

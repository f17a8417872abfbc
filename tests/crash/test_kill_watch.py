"""Killed with -9 at any instant, the watcher loses no file, takes none twice, and leaves none in plain for ever.

A few instants on SQLite; `python -m tests.crash.gateway FOLDER --kills 500`, with `--server` for PostgreSQL, tries all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import PROJECT

KILLS = 4
MOST_COMMITS_AND_FILES = 200
"""A pass over eight files has more instants than this: were there fewer, the wrapping would have come undone."""


@pytest.mark.storeless
def test_a_kill_in_a_pass_is_made_good_by_the_next(tmp_path: Path) -> None:
    """Killed around commits, fsyncs, renames and unlinks, files and money end as if nothing had been."""
    words = [sys.executable, "-m", "tests.crash.gateway", str(tmp_path), "--kills", str(KILLS)]
    told = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    calm, *trials = [json.loads(line) for line in told.stdout.splitlines()]
    assert calm["points"] > MOST_COMMITS_AND_FILES
    assert calm["faults"] == []
    assert len(trials) == KILLS
    assert [trial for trial in trials if trial["faults"]] == []
    assert all(trial["killed"] for trial in trials if "die_at" in trial)

"""Killed with -9 at any instant and run again, hpedi loses nothing, pays nothing twice and writes the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.claims_837p import write_file
from tests.shared import PROJECT

MOMENTS = 20
SHARES = 4
CLAIMS_OF_SEVERAL_BATCHES = 1_200
MOST_FILES_AND_COMMITS = 100
"""A run passes more instants than this: were there fewer, the wrapping of commits and writes would have come undone."""


def trials_of(folder: Path, *choice: str, files: Sequence[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Run trials of `hpedi run` on files; return what the undisturbed run told, and each trial."""
    arguments = [
        *(sys.executable, "-m", "tests.crash.trials", str(folder), *choice, "--"),
        *("run", "--received", "2026-03-02T09:00:00-06:00", "--as-of", "2026-03-16", *files),
    ]
    told = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    calm, *trials = [json.loads(line) for line in told.stdout.splitlines()]
    return calm, trials


@pytest.mark.parametrize("share", range(SHARES))
def test_every_kill_is_made_good(tmp_path: Path, share: int) -> None:
    """A kill around every commit, fsync and rename, and at random moments, ends as if it had not happened."""
    inbound = sorted(str(path) for path in (PROJECT / "samples" / "inbound").iterdir())
    calm, trials = trials_of(tmp_path, "--share", f"{share}/{SHARES}", "--random", str(MOMENTS), files=inbound)
    assert calm["points"] > MOST_FILES_AND_COMMITS
    assert len(trials) == len(range(share, calm["points"] + MOMENTS, SHARES))
    assert [trial for trial in trials if not (trial["equal"] and trial["sealed"])] == []
    assert all(trial["killed"] for trial in trials if "die_at" in trial)


def test_a_kill_inside_long_work_is_made_good(tmp_path: Path) -> None:
    """An interchange that is staged and decided in several batches survives kills between and inside them."""
    write_file(tmp_path / "claims.837", CLAIMS_OF_SEVERAL_BATCHES)
    choice = ("--points", str(MOMENTS // 2), "--random", str(MOMENTS // 2))
    _calm, trials = trials_of(tmp_path, *choice, files=[str(tmp_path / "claims.837")])
    assert len(trials) == MOMENTS
    assert [trial for trial in trials if not (trial["equal"] and trial["sealed"])] == []

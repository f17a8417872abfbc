"""Killed with -9 at any instant and run again, hpedi loses nothing, pays nothing twice and writes the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from benchmarks.claims_837p import write_file
from tests.databases import POSTGRESQL, SQLITE
from tests.inquired import ROSA, inquiry
from tests.pipeline.payer_changes import changed_payer
from tests.pipeline.test_proof import SENT
from tests.postgresql import postgres_server
from tests.shared import PROJECT

MOMENTS = 12
SHARES = 2
SAMPLES = {SQLITE: 60, POSTGRESQL: 16}
"""So many of its points a run is killed at, fewer over PostgreSQL, which shares all but the commit itself.

`python -m tests.crash.trials` kills at all of them."""
CLAIMS_OF_SEVERAL_BATCHES = 1_200
MOST_FILES_AND_COMMITS = 100
"""A run passes more instants than this: were there fewer, the wrapping of commits and writes would have come undone."""

RECEIVED = ("--received", "2026-03-02T09:00:00-06:00")
DAY = ("--as-of", "2026-03-16")
LIMIT = ('limit: "50000.00"', 'limit: "100.00"')
CHECK = "100001"
WORK_ON_PAYMENTS = {
    "release": ("pay", "release", *DAY),
    "approve": ("pay", "approve", "--run", "1", *DAY),
    "void": ("pay", "void", CHECK, "--reason", "it is stopped", *DAY),
    "reissue": ("pay", "reissue", CHECK, "--reason", "it is lost", *DAY),
}
"""What is killed, after the commands that come before it in the day."""
KILLS_A_COMMAND = 8

Trials: TypeAlias = Callable[..., tuple[dict[str, Any], list[dict[str, Any]]]]


@pytest.fixture
def trials_of(database_kind: str, tmp_path: Path) -> Trials:
    """Run trials of `hpedi run` on files, or of other words; return what the undisturbed run told, and each trial."""
    server = () if database_kind == SQLITE else ("--server", postgres_server())

    def trials(
        *choice: str, files: Sequence[str] = (), words: Sequence[str] = ()
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        command = words or ("run", *RECEIVED, *DAY, *files)
        arguments = [sys.executable, "-m", "tests.crash.trials", str(tmp_path), *server, *choice, "--", *command]
        told = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
        calm, *tried = [json.loads(line) for line in told.stdout.splitlines()]
        return calm, tried

    return trials


@pytest.mark.parametrize("share", range(SHARES))
def test_every_kill_is_made_good(database_kind: str, trials_of: Trials, share: int) -> None:
    """A kill around every commit, fsync and rename, and at random moments, ends as if it had not happened."""
    inbound = sorted(str(path) for path in (PROJECT / "samples" / "inbound").iterdir())
    points = SAMPLES[database_kind]
    choice = ("--share", f"{share}/{SHARES}", "--random", str(MOMENTS), "--points", str(points))
    calm, trials = trials_of(*choice, files=inbound)
    assert calm["points"] > MOST_FILES_AND_COMMITS
    assert len(trials) == len(range(share, points + MOMENTS, SHARES))
    assert [trial for trial in trials if not (trial["equal"] and trial["sealed"])] == []
    assert all(trial["killed"] for trial in trials if "die_at" in trial)


def test_a_kill_inside_long_work_is_made_good(database_kind: str, trials_of: Trials, tmp_path: Path) -> None:
    """An interchange that is staged and decided in several batches survives kills between and inside them."""
    file = tmp_path / "claims.837"
    write_file(file, CLAIMS_OF_SEVERAL_BATCHES)
    kills = MOMENTS // 2 if database_kind == SQLITE else MOMENTS // 4
    _calm, trials = trials_of("--points", str(kills), "--random", str(kills), files=[str(file)])
    assert len(trials) == 2 * kills
    assert [trial for trial in trials if not (trial["equal"] and trial["sealed"])] == []


def test_a_kill_loses_no_inquiry_and_answers_none_twice(trials_of: Trials, tmp_path: Path) -> None:
    """Killed around its commits and files, a 270 ends with the same 271 and the same numbers as undisturbed."""
    file = tmp_path / "inquiries.270"
    file.write_bytes(inquiry((*ROSA, "EQ*30"), (*ROSA, "EQ*98")))
    _calm, trials = trials_of("--points", str(KILLS_A_COMMAND), "--random", "2", files=[str(file)])
    assert len(trials) == KILLS_A_COMMAND + 2
    assert [trial for trial in trials if not (trial["equal"] and trial["sealed"])] == []


@pytest.mark.parametrize("name", WORK_ON_PAYMENTS)
def test_a_kill_in_the_work_on_payments_is_made_good(
    database_kind: str, trials_of: Trials, tmp_path: Path, name: str
) -> None:
    """Killed around its commits, each command on payments ends as if it had not been, or says that it is done."""
    file = tmp_path / "sent.837"
    file.write_bytes(SENT)
    day = [
        ["load", str(changed_payer(tmp_path, LIMIT))],
        ["receive", *RECEIVED, str(file)],
        ["adjudicate", *DAY],
        list(WORK_ON_PAYMENTS["release"]),
        ["deliver"],
    ]
    before = day[:3] if name == "release" else day
    kills = KILLS_A_COMMAND if database_kind == SQLITE else KILLS_A_COMMAND // 2
    choice = ("--before", json.dumps(before), "--done", "2", "--points", str(kills))
    calm, trials = trials_of(*choice, words=WORK_ON_PAYMENTS[name])
    assert (calm["status"], len(trials)) == (0, kills)
    assert [trial for trial in trials if not (trial["killed"] and trial["equal"] and trial["sealed"])] == []

"""A short trial of writers and readers at once; `python -m tests.contention` runs one of five minutes."""

from __future__ import annotations

from pathlib import Path

from tests.contention.trial import READERS, run_trial
from tests.databases import Workspaces

SECONDS = 8


def test_writers_and_readers_never_see_each_other_amiss(workspaces: Workspaces, tmp_path: Path) -> None:
    """Two writers and four readers: every command ends well, no row is lost, every sum is right."""
    outcome = run_trial(tmp_path, SECONDS, workspaces.url(), workspaces.url())
    assert outcome.unwell == []
    assert outcome.wrong == []
    assert outcome.claims > 0
    assert len(outcome.commands) > READERS

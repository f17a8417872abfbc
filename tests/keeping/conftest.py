"""Workspaces whose keys are replaced and that are backed up: the sample files received and decided, not yet paid."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpedi.commands import ExitCode
from tests.commands.running import run_hpedi
from tests.databases import Workspaces
from tests.pipeline.conftest import KEY, loaded_home  # noqa: F401 - a fixture
from tests.safety.samples import DAY, INBOUND, RECEIVED


@pytest.fixture(scope="session")
def decided_home(
    standing_workspaces: Workspaces,
    loaded_home: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A workspace in which the sample files were received and decided, to be copied."""
    home = standing_workspaces.copy(loaded_home, tmp_path_factory.mktemp("decided") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        run_hpedi("--home", home, "receive", *RECEIVED, *INBOUND)
        run_hpedi("--home", home, "adjudicate", *DAY)
        assert run_hpedi("--home", home, "deliver") == ExitCode.OK
    return home


@pytest.fixture
def home(workspaces: Workspaces, decided_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of the test's own with decided claims, its key in $HPEDI_KEY."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HPEDI_AUDIT_ANCHOR", str(tmp_path / "anchor"))
    return workspaces.copy(decided_home, tmp_path / "home")

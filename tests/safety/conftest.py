"""Workspaces to break, and what the sample files come to when nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.running import run_hpedi
from tests.crash.trials import state_of
from tests.databases import Workspaces
from tests.pipeline.conftest import KEY, loaded_home  # noqa: F401 - a fixture
from tests.safety.samples import RUN


@pytest.fixture
def home(
    workspaces: Workspaces,
    loaded_home: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A workspace with the sample payer loaded, of the test's own."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return workspaces.copy(loaded_home, tmp_path / "home")


@pytest.fixture(scope="session")
def calm(
    standing_workspaces: Workspaces,
    loaded_home: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A workspace in which the sample files went the whole way undisturbed."""
    home = standing_workspaces.copy(loaded_home, tmp_path_factory.mktemp("calm") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        run_hpedi("--home", home, *RUN)
    return home


@pytest.fixture(scope="session")
def undisturbed(calm: Path) -> str:
    """A digest of all that went out of the undisturbed workspace and of its books."""
    return state_of(calm)

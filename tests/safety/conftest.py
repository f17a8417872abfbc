"""Workspaces to break, and what the sample files come to when nothing breaks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands.running import run_hpedi
from tests.crash.trials import state_of
from tests.pipeline.conftest import KEY, loaded_home  # noqa: F401 - a fixture
from tests.safety.samples import RUN


@pytest.fixture
def home(loaded_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    """A workspace over SQLite with the sample payer loaded, of the test's own."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    home = tmp_path / "home"
    shutil.copytree(loaded_home, home)
    return home


@pytest.fixture(scope="session")
def calm(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """A workspace in which the sample files went the whole way undisturbed."""
    home = tmp_path_factory.mktemp("calm") / "home"
    shutil.copytree(loaded_home, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPEDI_KEY", KEY)
        run_hpedi("--home", home, *RUN)
    return home


@pytest.fixture(scope="session")
def undisturbed(calm: Path) -> str:
    """A digest of all that went out of the undisturbed workspace and of its books."""
    return state_of(calm)

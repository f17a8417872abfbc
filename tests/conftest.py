"""Options and fixtures of the whole test run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.databases import postgres_server

settings.register_profile("default", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `pytest tests/golden --golden-dir DIR` run any folder of golden scenarios."""
    parser.addoption("--golden-dir", default=None, help="Folder of golden scenarios; tests/golden by default.")


@pytest.fixture(scope="session", autouse=True)
def _state_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Anchors of audit logs go into a folder of the test run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.delenv("HPEDI_AUDIT_ANCHOR", raising=False)
        yield


@pytest.fixture
def postgres_url() -> str:
    """The URL of a PostgreSQL that tests may make databases in: see `postgres_server`."""
    return postgres_server()

"""Options and fixtures of the whole test run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.databases import KINDS, SQLITE, URL_SETTING, Workspaces, has_workspaces, kinds_for
from tests.postgresql import postgres_server

# Tests start hundreds of commands: their modules are compiled once, not once each.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

settings.register_profile("default", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `pytest tests/golden --golden-dir DIR` run any folder of golden scenarios, and `--database` choose one."""
    parser.addoption("--golden-dir", default=None, help="Folder of golden scenarios; tests/golden by default.")
    parser.addoption("--database", choices=KINDS, default=None, help="Run on one kind of database; on both by default.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that may have a workspace on SQLite and on PostgreSQL, or on any one where that tells as much."""
    if has_workspaces(metafunc.definition.path) and not metafunc.definition.get_closest_marker("storeless"):
        only = metafunc.config.getoption("--database")
        kinds = kinds_for(
            metafunc.definition.path,
            is_marked=metafunc.definition.get_closest_marker("any_database") is not None,
            needs_server="only_postgresql" in metafunc.fixturenames,
        )
        if "database_kind" not in metafunc.fixturenames:
            metafunc.fixturenames.insert(0, "database_kind")
        metafunc.parametrize("database_kind", [only] if only else kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database that workspaces are made on."""
    kind = str(getattr(request, "param", SQLITE))
    if kind != SQLITE:
        postgres_server()
    return kind


@pytest.fixture(scope="session")
def standing_workspaces(database_kind: str) -> Iterator[Workspaces]:
    """What makes workspaces of the kind that stand until all tests are done, to be copied."""
    with Workspaces.of(database_kind) as made:
        yield made


@pytest.fixture
def workspaces(standing_workspaces: Workspaces) -> Iterator[Workspaces]:
    """What makes and copies workspaces of the kind for one test."""
    with standing_workspaces.for_a_test() as made:
        yield made


@pytest.fixture
def only_sqlite(database_kind: str) -> None:
    """The test is about the file that SQLite has in the workspace."""
    if database_kind != SQLITE:
        pytest.skip("a server keeps no file in the workspace")


@pytest.fixture
def only_postgresql(database_kind: str) -> None:
    """The test is about transactions at the same time."""
    if database_kind == SQLITE:
        pytest.skip("on SQLite one transaction writes at a time")


@pytest.fixture(autouse=True)
def _new_workspaces(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let `hpedi init` make its workspace on the kind of database that the test runs on; with anchors of its own."""
    monkeypatch.delenv(URL_SETTING, raising=False)
    if "database_kind" in request.fixturenames:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        url = request.getfixturevalue("standing_workspaces").empty()
        if url:
            monkeypatch.setenv(URL_SETTING, url)


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

"""A server, and the keys of its partners."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake.sftp.serving import Served, make_keys, serving, usual_limits


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of partners, of a stranger and of the server."""
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder, "lakes", "hills", "riverbend", "stranger")
    return folder


@pytest.fixture
def served(tmp_path: Path, keys: Path) -> Iterator[Served]:
    """A server with the limits that it has without settings."""
    with serving(tmp_path / "home", keys, usual_limits()) as running:
        yield running

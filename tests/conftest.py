"""Options and fixtures of the whole test run."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("default", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `pytest tests/golden --golden-dir DIR` run any folder of golden scenarios."""
    parser.addoption("--golden-dir", default=None, help="Folder of golden scenarios; tests/golden by default.")


@pytest.fixture
def postgres_url() -> str:
    """The URL of a PostgreSQL that tests may make databases in.

    Absent, the test is skipped and says so; where CI=true it fails.
    """
    url = os.environ.get("HPEDI_TEST_POSTGRES")
    if not url:
        reason = "no PostgreSQL: set HPEDI_TEST_POSTGRES to postgresql+psycopg://user:password@host:port/postgres"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return url

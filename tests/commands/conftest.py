"""Fixtures of several commands' tests."""

from tests.commands.worked_claims import desk  # noqa: F401 - a fixture
from tests.pipeline.conftest import demo, loaded_home, tracked, tracked_home  # noqa: F401 - fixtures

"""Fixtures of several commands' tests."""

from tests.commands.worked_claims import desk  # noqa: F401 - a fixture

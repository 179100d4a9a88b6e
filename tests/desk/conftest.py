"""Epics for the tests of this room."""

from tests.signoff.promises import promise  # noqa: F401, a fixture

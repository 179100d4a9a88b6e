"""Epics and broken budgets for the tests of this room."""

from tests.reliability.conftest import world  # noqa: F401, a fixture
from tests.signoff.promises import promise  # noqa: F401, a fixture

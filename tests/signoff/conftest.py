"""Epics, and a log that fails, for the tests of this room."""

import pytest

from tests.failing_log import fail_the_log
from tests.signoff.promises import promise  # noqa: F401, a fixture


@pytest.fixture
def failing_log(db: None) -> None:
    """From here on the database refuses every new entry of the log."""
    fail_the_log()

"""Epics, and a log that fails, for the tests of this room."""

import pytest
from django.db import connection

from tests.signoff.promises import promise  # noqa: F401, a fixture


@pytest.fixture
def failing_log(db: None) -> None:
    """From here on the database refuses every new entry of the log."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER log_fails BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )

"""Fixtures of the tests of reliability."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.cast import Cast
from tests.failing_log import fail_the_log
from tests.reliability.world import NOW, World, make_world


@pytest.fixture
def world(cast: Cast) -> Iterator[World]:
    """An epic's experience with a promise of 99 % over 28 days, on a Saturday noon."""
    with time_machine.travel(NOW, tick=False):
        yield make_world(cast)


@pytest.fixture
def failing_log(db: None) -> None:
    """From here on the database refuses every new entry of the log."""
    fail_the_log()

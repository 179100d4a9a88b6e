"""Fixtures of the tests of integrations."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integrations.hostile import Hostile, counts, hostile
from tests.reliability.conftest import failing_log, world  # noqa: F401, fixtures


@pytest.fixture
def shop(settings: Any) -> Iterator[Hostile]:
    """A source that the settings name, well-behaved until it is told otherwise."""
    with hostile() as server:
        server.behavior = counts(9, 10)
        settings.PROMETHEUS = {"shop": server.address}
        settings.PROMETHEUS_TOKENS = {}
        settings.PROMETHEUS_SECONDS = 60
        yield server

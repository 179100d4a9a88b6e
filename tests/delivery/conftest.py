"""Fixtures of delivery's tests."""

from tests.delivery.work import work  # noqa: F401, a fixture

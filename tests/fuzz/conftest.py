"""The world of tests/rights: everything that forms and addresses are about, and everybody who may."""

from tests.rights.conftest import world  # noqa: F401, a fixture

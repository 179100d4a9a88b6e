"""What every test may ask for."""

from pathlib import Path

import pytest
from django.core.cache import cache

from tests.cast import cast  # noqa: F401, a fixture
from tests.committed_db import committed_db, migrated_template  # noqa: F401, fixtures
from tests.real_data import MISSING, REAL_DATA


@pytest.fixture
def real_data() -> Path:
    """The folder of real input; the test is skipped where it is absent."""
    if not REAL_DATA.is_dir():
        pytest.skip(MISSING)
    return REAL_DATA


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Failed sign-ins of one test must not count against the next."""
    cache.clear()

"""What every test may ask for."""

import gc
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from hypothesis import settings as hypothesis_settings

from tests.cast import cast  # noqa: F401, a fixture
from tests.committed_db import committed_db, migrated_template  # noqa: F401, fixtures
from tests.real_data import MISSING, REAL_DATA
from tests.scheduling import pytest_xdist_make_scheduler  # noqa: F401, a hook

# Folders whose files take minutes each: they begin first, so that no worker is left alone with one at the end.
SLOW = ("up", "browser", "walks", "faults", "operation", "rights", "specs", "postgresql")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow folders first, each file's tests as they stand."""
    folder = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(folder).parts[0] not in SLOW)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Ten thousand tests stay to the end: no collection of garbage need walk through them."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Each process of a run removes its own folder of state; those of xdist end without `atexit`."""
    if settings.VAR.name.startswith("triad-tests-"):  # never an installation's, whatever settings are in use
        shutil.rmtree(settings.VAR, ignore_errors=True)


# A busy machine may take a second for what takes a millisecond; limits of time are tested by themselves.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")


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

"""A plugin: `-p tests.on_postgresql` runs the tests that use the database on PostgreSQL, and only those.

The server is this run's own, unless DATABASE_URL names one. Tests that start a portal of their own bring its database
along, so they are not run here, nor is the table of rights: rules ask for seats, whatever keeps them. What suites and
commands of other projects do does not ask where it is kept, either. Those that are about SQLite say so by the mark
`sqlite`.
"""

import os
from collections.abc import Iterator

import pytest

from tests.postgres import Postgres

USES = {"db", "transactional_db", "committed_db", "django_db_setup"}
OWN_PORTAL = ("tests/browser/", "tests/up/", "tests/benchmarks/", "tests/operation/", "tests/faults/")
RULES = ("tests/rights/",)
OF_OTHERS = tuple(f"tests/specs/test_{name}.py" for name in ("ci_guide", "hostile_limits", "own_stories"))

# Before the settings are read. Workers of xdist inherit the variable, and find the server running.
SERVER = None if "DATABASE_URL" in os.environ else Postgres()
if SERVER is not None:
    os.environ["DATABASE_URL"] = SERVER.url()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what a database can change."""
    kept = [item for item in items if _is_for_here(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _is_for_here(item: pytest.Item) -> bool:
    if item.nodeid.startswith(OWN_PORTAL + RULES + OF_OTHERS) or item.get_closest_marker("sqlite"):
        return False
    return bool(USES & set(getattr(item, "fixturenames", ()))) or item.get_closest_marker("django_db") is not None


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_unconfigure() -> Iterator[None]:
    """The server goes last, by whoever started it."""
    yield
    if SERVER is not None:
        SERVER.remove()

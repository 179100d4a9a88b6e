"""An embedded installation is carried over whole: every row, and the log with the same root."""

import json
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.postgresql.conftest import ADMINISTRATOR, Installation

pytestmark = pytest.mark.long

EMBEDDED = {"DATABASE_URL": "", "DATABASE_OWNER_URL": ""}
NOWHERE: Any = SimpleNamespace(url=lambda *words: "")
TEXT = """Feature: Pay with “one” click
  Scenario: The card is remembered
    Given I paid with a card
    When I press Pay
    Then the order is paid
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a portal on SQLite with people, a story and some acts."""
    folder = tmp_path_factory.mktemp("embedded")
    features = folder / "features"
    features.mkdir()
    (features / "pay.feature").write_text(TEXT)
    portal = Installation(folder / "var", "", NOWHERE)
    (portal.var / "run").mkdir(parents=True)
    for words in (
        ["migrate"],
        ADMINISTRATOR,
        ["import_features", str(features), "--initiative", "Checkout"],
    ):
        done = portal.manage(*words, **EMBEDDED, PORTAL_ADMIN_PASSWORD="a fine day in May")
        assert done.returncode == 0, done.stderr
    return portal.var / "portal.sqlite3"


@pytest.fixture
def embedded(installation: Installation, file: Path) -> Installation:
    """A copy of it in the state of an installation that is to have PostgreSQL."""
    with sqlite3.connect(file) as line:
        line.execute("VACUUM INTO ?", [str(installation.var / "portal.sqlite3")])
    return installation


def verified(installation: Installation, **changed: str) -> dict[str, object]:
    done = installation.manage("audit_verify", "--json", **changed)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def counts(file: Path) -> dict[str, int]:
    """Rows of each table of the portal's."""
    with sqlite3.connect(file) as line:
        tables = [name for (name,) in line.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: line.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for name in tables
            if not name.startswith("sqlite_")
        }


def test_every_row_arrives_and_the_portal_goes_on(embedded: Installation, file: Path) -> None:
    before = verified(embedded, **EMBEDDED)

    moved = embedded.manage("move_to_postgres")

    assert moved.returncode == 0, moved.stderr
    assert f"the log has {before['size']} entries, its root is {before['root']}." in moved.stdout
    after = verified(embedded)
    assert (after["size"], after["root"]) == (before["size"], before["root"])
    with embedded.as_role("portal") as line:
        there = {
            name: line.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # type: ignore[index]  # noqa: S608
            for (name,) in line.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        }
    assert there == counts(embedded.var / "portal.sqlite3")
    # The guards stand again, and what is made next takes the next number.
    assert embedded.manage("check", "--database", "default").returncode == 0
    again = embedded.manage("import_features", str(file.parents[1] / "features"), "--initiative", "Another")
    assert again.returncode == 0, again.stderr
    assert int(str(verified(embedded)["size"])) > int(str(before["size"]))


def test_a_database_in_use_is_left_alone(embedded: Installation) -> None:
    assert embedded.manage("move_to_postgres").returncode == 0
    size = verified(embedded)["size"]
    refused = embedded.manage("move_to_postgres")
    assert refused.returncode == 1
    assert "The PostgreSQL database is in use already." in refused.stderr
    assert verified(embedded)["size"] == size


def test_a_log_that_does_not_verify_is_not_carried_over(embedded: Installation) -> None:
    with sqlite3.connect(embedded.var / "portal.sqlite3") as line:
        line.execute("DROP TRIGGER audit_entry_update")
        line.execute("""UPDATE audit_entry SET body = CAST(body || ' ' AS BLOB) WHERE "index" = 1""")
    refused = embedded.manage("move_to_postgres")
    assert refused.returncode == 1
    assert "The log that arrived is not the one that was sent" in refused.stderr
    assert "Nothing was written." in refused.stderr
    with embedded.as_role("portal") as line:
        assert line.execute("SELECT count(*) FROM organization_person").fetchone() == (0,)
        assert line.execute("SELECT size FROM audit_head").fetchone() == (0,)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"DATABASE_URL": "", "DATABASE_OWNER_URL": ""}, "DATABASE_URL does not name a PostgreSQL."),
        ({}, "There is no "),
    ],
)
def test_what_cannot_be_moved_is_said(installation: Installation, changed: dict[str, str], words: str) -> None:
    refused = installation.manage("move_to_postgres", **changed)
    assert refused.returncode == 1
    assert words in refused.stderr


def test_another_version_is_refused(embedded: Installation) -> None:
    with embedded.as_role("owner") as line:
        line.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")
    refused = embedded.manage("move_to_postgres")
    assert refused.returncode == 1
    assert "The two databases are of different versions." in refused.stderr

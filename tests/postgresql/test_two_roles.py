"""The role that runs the portal cannot undo what the log keeps, and the one that could does not run it."""

import psycopg
import pytest

from tests.postgresql.conftest import Installation

pytestmark = pytest.mark.long


def test_the_portal_acts_and_verifies_as_its_own_role(administered: Installation) -> None:
    with administered.as_role("owner") as line:
        owners = {str(owner) for (owner,) in line.execute("SELECT tableowner FROM pg_tables WHERE schemaname='public'")}
        assert owners == {"owner"}
    found = administered.manage("audit_verify", DATABASE_OWNER_URL="")
    assert found.returncode == 0, found.stderr
    assert administered.manage("check", "--database", "default", DATABASE_OWNER_URL="").returncode == 0


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("UPDATE audit_entry SET person = 'nobody'", "permission denied"),
        ("DELETE FROM audit_entry", "permission denied"),
        ("TRUNCATE audit_entry CASCADE", "permission denied"),
        ("DELETE FROM audit_entry_value", "permission denied"),
        ("DELETE FROM audit_head", "permission denied"),
        ("UPDATE audit_head SET size = 0", "append-only"),
        ("UPDATE audit_entry_value SET value = NULL", "append-only"),
        ("UPDATE signatures_signature SET meaning = 'REJECT'", "permission denied"),
        ("ALTER TABLE audit_entry DISABLE TRIGGER ALL", "must be owner"),
        ("DROP TRIGGER audit_entry_update ON audit_entry", "must be owner"),
        ("DROP TABLE audit_entry CASCADE", "must be owner"),
        ("SET session_replication_role = replica", "permission denied"),
        ("DELETE FROM django_migrations WHERE app = 'audit'", ""),
    ],
)
def test_what_the_portals_role_may_not(administered: Installation, deed: str, words: str) -> None:
    with administered.as_role("portal") as line:
        if words:
            with pytest.raises(psycopg.Error, match=words):
                line.execute(deed)
        else:
            line.execute(deed)
            line.rollback()


def test_without_an_owner_there_is_one_role_for_all(unmigrated: Installation) -> None:
    alone = {"DATABASE_URL": unmigrated.server.url(unmigrated.name, "owner"), "DATABASE_OWNER_URL": ""}
    assert unmigrated.manage("migrate", **alone).returncode == 0
    assert unmigrated.manage("audit_verify", **alone).returncode == 0


def test_the_portals_role_cannot_migrate(unmigrated: Installation) -> None:
    refused = unmigrated.manage("migrate", DATABASE_OWNER_URL="")
    assert refused.returncode != 0
    assert "permission denied" in refused.stderr

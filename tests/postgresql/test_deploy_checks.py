"""`check --deploy` has nothing to say of an installation as documented, and names what is wrong of another."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from apps.audit.deploy_checks import check_deployment
from tests.postgresql.conftest import Installation, superuser

pytestmark = pytest.mark.long

PRODUCTION = {"PORTAL_TLS": "1", "PORTAL_ALLOWED_HOSTS": "portal.example.org", "PORTAL_PROXIES": "1"}
DEPLOY = ["check", "--deploy", "--fail-level", "WARNING", "--database", "default"]


def test_as_documented_there_is_nothing_to_say(administered: Installation) -> None:
    found = administered.manage(*DEPLOY, **PRODUCTION)
    assert (found.returncode, found.stderr) == (0, ""), found.stderr
    assert "no issues" in found.stdout


def test_an_embedded_one_is_clean_too(tmp_path: Path, installation: Installation) -> None:
    embedded = {**PRODUCTION, "DATABASE_URL": "", "DATABASE_OWNER_URL": ""}
    assert installation.manage("migrate", **embedded).returncode == 0
    found = installation.manage(*DEPLOY, **embedded)
    assert (found.returncode, found.stderr) == (0, ""), found.stderr


def test_one_role_for_all_is_named(administered: Installation) -> None:
    owner = administered.server.url(administered.name, "owner")
    found = administered.manage(*DEPLOY, **PRODUCTION, DATABASE_URL=owner)
    assert found.returncode == 1
    assert "The portal's role owns the log's tables" in found.stderr
    found = administered.manage(*DEPLOY, **PRODUCTION, DATABASE_URL=administered.server.url(administered.name))
    assert "The portal's role is a superuser of PostgreSQL" in found.stderr


@pytest.mark.parametrize("name", ["synchronous_commit", "fsync", "full_page_writes"])
def test_durability_that_is_off_is_named(administered: Installation, name: str) -> None:
    with superuser(administered.server) as line:
        line.execute(f"ALTER SYSTEM SET {name} = off")
        line.execute("SELECT pg_reload_conf()")
    try:
        found = administered.manage(*DEPLOY, **PRODUCTION)
    finally:
        with superuser(administered.server) as line:
            line.execute(f"ALTER SYSTEM RESET {name}")
            line.execute("SELECT pg_reload_conf()")
    assert found.returncode == 1
    assert f"A power cut may lose what was answered as signed: {name}=off." in found.stderr


def test_a_demo_is_named(installation: Installation) -> None:
    (installation.var / "demo_password").write_text("abcd-efgh")
    found = installation.manage(*DEPLOY, **PRODUCTION)
    assert found.returncode == 1
    assert "This is the demo" in found.stderr


def test_a_database_that_is_away_is_said_so(installation: Installation) -> None:
    found = installation.manage("check", "--deploy", **PRODUCTION, DATABASE_URL="postgres://portal:x@127.0.0.1:9/none")
    assert "The database could not be asked (OperationalError)" in found.stderr


@pytest.mark.sqlite
@pytest.mark.django_db
def test_writes_that_do_not_wait_for_the_disk_are_named(settings: Settings, tmp_path: Path) -> None:
    """As the settings of the tests have it, for speed."""
    settings.VAR = tmp_path
    (found,) = check_deployment()
    assert found.id == "audit.E004" and "synchronous=0" in str(found.msg)

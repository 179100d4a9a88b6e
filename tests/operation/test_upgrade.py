"""An upgrade: check, backup, migrate, verify; what stops it, and what it says then."""

import signal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from apps.audit.models import Entry
from apps.audit.protection import SINCE, missing_triggers, protect
from apps.audit.verify import Outcome
from portal.backup import making
from portal.backup.manifest import Manifest, read
from portal.up.alone import alone
from tests.audit.logbook import fill
from tests.committed_db import CommittedDatabase
from tests.operation.test_backup import manage
from tests.tampering import drop_trigger

pytestmark = pytest.mark.long

LAST = "organization.0005_kept_answer"


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def older(committed_db: CommittedDatabase) -> CommittedDatabase:
    """A database of the version before, with a log."""
    fill(5)
    for app, name in (("signoff", "0004"), ("delivery", "0008"), ("organization", "0004")):
        call_command("migrate", app, name, verbosity=0)
    for table in SINCE:
        for moment in ("insert", "update", "delete"):
            drop_trigger(f"{table}_{moment}")
    return committed_db


def applied() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations WHERE app = 'organization' AND name = '0005_kept_answer'")
        return cursor.fetchone() is not None


def test_it_backs_up_migrates_and_verifies(older: CommittedDatabase, var: Path) -> None:
    done = manage("upgrade", var=var, database=older.name)
    assert done.returncode == 0, done.said
    assert applied()
    assert missing_triggers(connection) == []
    (folder,) = (var / "backups").iterdir()
    kept = read(folder)
    assert kept.size == 5 and LAST not in kept.migrations
    for words in ("Checked.", f"Backed up to {folder}", LAST, "Verified: 5 entries"):
        assert words in done.said
    again = manage("upgrade", var=var, database=older.name)
    assert (again.returncode, "Nothing to migrate." in again.said) == (0, True)
    assert len(list((var / "backups").iterdir())) == 1


def test_a_dry_run_changes_nothing(older: CommittedDatabase, var: Path) -> None:
    planned = manage("upgrade", "--dry-run", var=var, database=older.name)
    assert planned.returncode == 0
    assert LAST in planned.said and "Would back up" in planned.said
    assert not applied()
    assert not (var / "backups").exists()


def test_it_refuses_while_up_runs(older: CommittedDatabase, var: Path) -> None:
    (var / "run").mkdir(parents=True)
    with alone(var):
        refused = manage("upgrade", var=var, database=older.name)
    assert refused.returncode == 1
    assert "another up runs" in refused.said
    assert not applied()


def test_without_a_backup_nothing_is_migrated(older: CommittedDatabase, var: Path) -> None:
    var.mkdir()
    (var / "backups").write_text("in the way")
    stopped = manage("upgrade", var=var, database=older.name)
    assert (stopped.returncode, applied()) == (1, False)


def test_a_bad_log_stops_it_before_anything_is_changed(older: CommittedDatabase, var: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_head_update")
        cursor.execute("UPDATE audit_head SET size = 4")
    protect(connection)  # else the check would stop it before
    stopped = manage("upgrade", var=var, database=older.name)
    assert stopped.returncode == 1
    assert "the log is bad" in stopped.said
    assert not applied()
    assert not list((var / "backups").iterdir())


def test_up_backs_up_before_it_migrates(older: CommittedDatabase, var: Path) -> None:
    done = manage("settle", var=var, database=older.name)
    assert done.returncode == 0, done.said
    assert applied()
    (folder,) = (var / "backups").iterdir()
    assert read(folder).size == 5 and LAST not in read(folder).migrations
    assert f"Backed up to {folder}" in done.said
    assert manage("settle", var=var, database=older.name).returncode == 0
    assert len(list((var / "backups").iterdir())) == 1


def test_asked_to_stop_while_it_backs_up_nothing_half_written_stays(
    older: CommittedDatabase, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`up` is asked by Ctrl-C, and what it runs gets TERM."""

    def stopped(part: Path) -> tuple[Manifest, Outcome]:
        (part / "portal.sqlite3").write_text("half")
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        signal.raise_signal(signal.SIGTERM)
        raise AssertionError

    monkeypatch.setattr(making, "_of_sqlite", stopped)
    with pytest.raises(SystemExit) as ended:
        manage("settle", var=var, database=older.name)
    assert ended.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert list((var / "backups").iterdir()) == []
    assert not applied()


def test_what_a_killed_start_left_goes_at_the_next(older: CommittedDatabase, var: Path) -> None:
    left, under_way = var / "backups" / ".triad-1.part-ab", var / "backups" / ".triad-2.part-ab"
    for folder in (left, under_way):
        folder.mkdir(parents=True)
        (folder / "portal.sqlite3").write_text("half")
    with making._held(under_way):
        assert manage("settle", var=var, database=older.name).returncode == 0
    (kept,) = (var / "backups").glob("triad-*")
    assert {one.name for one in (var / "backups").iterdir()} == {under_way.name, kept.name}


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("done", ["audit.0001", "delivery.0002"])
def test_a_first_migration_that_was_interrupted_goes_on(tmp_path: Path, var: Path, done: str) -> None:
    half_made = str(tmp_path / "half.sqlite3")
    assert manage("migrate", *done.split("."), var=var, database=half_made).returncode == 0
    settled = manage("settle", var=var, database=half_made)
    assert settled.returncode == 0, settled.said
    assert not (var / "backups").exists()


def test_up_does_not_migrate_without_one(older: CommittedDatabase, var: Path) -> None:
    var.mkdir()
    (var / "backups").write_text("in the way")
    stopped = manage("settle", var=var, database=older.name)
    assert (stopped.returncode, applied()) == (1, False)
    assert "The database is of a version before, and was not brought to this one" in stopped.said


def test_a_migration_that_fails_says_the_way_back(older: CommittedDatabase, var: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE organization_keptanswer (id integer)")
    failed = manage("upgrade", var=var, database=older.name)
    assert failed.returncode == 3
    (folder,) = (var / "backups").iterdir()
    assert f"manage.py restore {folder} --replace" in failed.said
    connection.close()
    back = manage("restore", folder, "--replace", var=var, database=older.name)
    assert back.returncode == 0, back.said
    assert "migrations are missing" in back.said
    assert Entry.objects.count() == 5


def test_an_empty_database_is_migrated_alone(var: Path, committed_db: CommittedDatabase) -> None:
    done = manage("upgrade", var=var)
    assert done.returncode == 0, done.said
    assert "to an empty database" in done.said
    assert not (var / "backups").exists()

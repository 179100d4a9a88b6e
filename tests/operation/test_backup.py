"""Backup under load, and back again: the drill, with real processes."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import override_settings

from apps.audit.models import Entry
from portal.backup.manifest import NAME, NotABackup, digest_of, read
from portal.up.alone import alone
from tests.audit.logbook import fill
from tests.cast import make_cast
from tests.committed_db import CommittedDatabase

pytestmark = pytest.mark.long
# Adds people, one act each, and says the name of each once it is committed; ends with its input.
ACTING = """
import itertools, select, sys
import django
django.setup()
from apps.organization import actions
from apps.organization.models import Person
adam = Person.objects.get(username="adam")
for number in itertools.count():
    actions.add_person(username=f"p{number}", name=f"Person {number}", email="", by=adam)
    print(f"p{number}", flush=True)
    if select.select([sys.stdin], [], [], 0)[0]:
        break
"""


def environment(var: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_URL"))}
    return {**kept, "DJANGO_SETTINGS_MODULE": "portal.settings", "PORTAL_VAR": str(var), **more}


def started(*words: object, var: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """One command in a process of its own, as an operator gives it."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=settings.BASE_DIR,
        env=environment(var, **more),
        capture_output=True,
        text=True,
    )


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    returncode: int
    said: str


def manage(command: str, *words: object, var: Path, database: str = "") -> Ended:
    """The same in this process, which takes a tenth of the time."""
    usual, said = connections["default"], StringIO()
    own = connections.create_connection("default")
    own.settings_dict = {**own.settings_dict, "NAME": database or str(var / "portal.sqlite3")}
    secret = (var / "secret_key").read_text() if (var / "secret_key").exists() else ""
    connections["default"] = own
    try:
        with override_settings(VAR=var, BACKUPS=var / "backups", SECRET_KEY=secret):
            call_command(command, *map(str, words), stdout=said)
        return Ended(0, said.getvalue())
    except CommandError as error:
        return Ended(error.returncode, said.getvalue() + str(error))
    finally:
        own.close()
        connections["default"] = usual


@contextmanager
def somebody_acting(url: str, var: Path) -> Iterator[list[str]]:
    """Another process acts all the time; the list holds what it said was done, at the end all of it."""
    said: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-c", ACTING],
        cwd=settings.BASE_DIR,
        env=environment(var, DATABASE_URL=url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin and process.stdout
        said.extend(process.stdout.readline().strip() for _ in range(3))
        yield said
        process.stdin.close()
        said.extend(line.strip() for line in process.stdout)
        assert process.wait() == 0


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


def bodies(database: Path) -> list[bytes]:
    with closing(sqlite3.connect(database)) as line:
        return [body for (body,) in line.execute('SELECT body FROM audit_entry ORDER BY "index"')]


def test_the_drill(committed_db: CommittedDatabase, var: Path, tmp_path: Path) -> None:
    make_cast()
    fill(200)
    folder, fresh = tmp_path / "kept" / "monday", tmp_path / "fresh"
    with somebody_acting(committed_db.url, var) as done:
        answered_before = list(done)
        made = started("backup", folder, var=var, DATABASE_URL=committed_db.url)
    assert made.returncode == 0, made.stderr
    manifest = json.loads((folder / NAME).read_text())
    assert manifest["size"] > 200 and manifest["verified"] is True
    assert manifest["root"] in made.stdout
    assert Entry.objects.count() > manifest["size"], "nothing was done while the backup was made"

    restored = started("restore", folder, var=fresh)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert f"Proven: root {manifest['root']}" in restored.stdout
    verified = started("audit_verify", "--json", var=fresh)
    assert verified.returncode == 0
    found = json.loads(verified.stdout)
    assert (found["size"], found["root"]) == (manifest["size"], manifest["root"])

    # Every entry up to the manifest's size, byte for byte; whatever was answered before it began is in it.
    back = bodies(fresh / "portal.sqlite3")
    assert back == bodies(Path(committed_db.name))[: manifest["size"]]
    with closing(sqlite3.connect(fresh / "portal.sqlite3")) as line:
        people = {name for (name,) in line.execute("SELECT username FROM organization_person")}
    assert set(answered_before) <= people
    assert started("check", "--database", "default", var=fresh).returncode == 0, "a trigger is missing"


def test_nobody_else_reads_it_and_the_secret_stays_out(
    committed_db: CommittedDatabase, var: Path, tmp_path: Path
) -> None:
    var.mkdir()
    (var / "secret_key").write_text("hush")
    assert manage("backup", tmp_path / "a", var=var, database=committed_db.name).returncode == 0
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [NAME, "portal.sqlite3"]
    asked = manage("backup", tmp_path / "b", "--with-secret", var=var, database=committed_db.name)
    assert asked.returncode == 0
    assert (tmp_path / "b" / "secret_key").read_text().strip() == "hush"
    for path in [tmp_path / "b", *(tmp_path / "b").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert manage("restore", tmp_path / "b", var=tmp_path / "fresh").returncode == 0
    assert (tmp_path / "fresh" / "secret_key").read_text().strip() == "hush"
    assert stat.S_IMODE((tmp_path / "fresh" / "portal.sqlite3").stat().st_mode) == 0o600


def test_without_a_folder_it_goes_beside_the_state_and_old_ones_go(committed_db: CommittedDatabase, var: Path) -> None:
    for name in ("triad-20200101T000000Z", "triad-20200102T000000Z"):
        (var / "backups" / name).mkdir(parents=True)
        (var / "backups" / name / NAME).touch()
    (var / "backups" / "triad-of-mine").mkdir()
    made = manage("backup", "--keep", 2, var=var, database=committed_db.name)
    assert made.returncode == 0, made.said
    left = sorted(path.name for path in (var / "backups").iterdir())
    assert left[0] == "triad-20200102T000000Z" and left[2] == "triad-of-mine" and len(left) == 3
    read(var / "backups" / left[1])


def test_a_failure_leaves_nothing_half_done(committed_db: CommittedDatabase, var: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept" / "one"
    script = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
    script += "from django.core.management import execute_from_command_line as run; run(sys.argv)"
    failed = subprocess.run(
        [sys.executable, "-c", script, "backup", str(folder)],
        cwd=settings.BASE_DIR,
        env=environment(var, DATABASE_URL=committed_db.url),
        capture_output=True,
        text=True,
    )
    assert failed.returncode == 1
    assert "Nothing was written" in failed.stderr
    assert list(folder.parent.iterdir()) == []
    folder.mkdir()
    (folder / "mine").touch()
    again = manage("backup", folder, var=var, database=committed_db.name)
    assert (again.returncode, [path.name for path in folder.iterdir()]) == (1, ["mine"])


def test_a_bad_log_is_backed_up_and_said(committed_db: CommittedDatabase, var: Path, tmp_path: Path) -> None:
    fill(5)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_entry_update")
        cursor.execute('UPDATE audit_entry SET root = leaf WHERE "index" = 2')
    made = manage("backup", tmp_path / "bad", var=var, database=committed_db.name)
    assert made.returncode == 3
    assert "rule “root”" in made.said
    assert read(tmp_path / "bad").verified is False
    restored = manage("restore", tmp_path / "bad", var=tmp_path / "fresh")
    assert restored.returncode == 3
    assert "Not proven: the log is bad at entry 2" in restored.said


@pytest.fixture
def backup(committed_db: CommittedDatabase, var: Path, tmp_path: Path) -> Path:
    fill(5)
    assert manage("backup", tmp_path / "backup", var=var, database=committed_db.name).returncode == 0
    return tmp_path / "backup"


def test_it_is_not_put_in_the_place_of_anything_unless_asked(
    backup: Path, committed_db: CommittedDatabase, var: Path
) -> None:
    fill(3, start=5)
    refused = manage("restore", backup, var=var, database=committed_db.name)
    assert refused.returncode == 1
    assert "--replace" in refused.said
    assert Entry.objects.count() == 8
    in_use = manage("restore", backup, "--replace", var=var, database=committed_db.name)
    assert in_use.returncode == 1
    assert "another process has" in in_use.said
    assert Entry.objects.count() == 8
    connection.close()
    with alone(var):
        while_up = manage("restore", backup, "--replace", var=var, database=committed_db.name)
    assert while_up.returncode == 1
    assert "another up runs" in while_up.said
    done = manage("restore", backup, "--replace", var=var, database=committed_db.name)
    assert done.returncode == 0, done.said
    assert Entry.objects.count() == 5
    (aside,) = Path(committed_db.name).parent.glob("portal.sqlite3.before-*")
    assert len(bodies(aside)) == 8


def test_a_damaged_database_is_replaced_and_kept(backup: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "portal.sqlite3").write_bytes(b"not a database at all" * 500)
    assert "--replace" in manage("restore", backup, var=fresh).said
    assert manage("restore", backup, "--replace", var=fresh).returncode == 0
    (aside,) = fresh.glob("portal.sqlite3.before-*")
    assert aside.read_bytes().startswith(b"not a database")


@pytest.mark.parametrize("damage", ["a byte", "cut", "gone", "no manifest", "another format", "newer"])
def test_what_is_not_the_backup_that_was_made_changes_nothing(backup: Path, tmp_path: Path, damage: str) -> None:
    file, manifest = backup / "portal.sqlite3", backup / NAME
    if damage == "a byte":
        held = bytearray(file.read_bytes())
        held[len(held) // 2] ^= 1
        file.write_bytes(held)
    elif damage == "cut":
        os.truncate(file, file.stat().st_size - 1)
    elif damage == "gone":
        file.unlink()
    elif damage == "no manifest":
        manifest.unlink()
    else:
        told = json.loads(manifest.read_text())
        if damage == "newer":
            told["migrations"].append("audit.9999_of_tomorrow")
        else:
            told["format"] = 2
        manifest.write_text(json.dumps(told))
    if damage != "newer":
        with pytest.raises(NotABackup):
            read(backup)
    if damage in ("a byte", "newer"):  # the command says what the reader raises
        refused = manage("restore", backup, var=tmp_path / "fresh")
        assert refused.returncode == 1
        assert "Nothing was changed" in refused.said
        assert not (tmp_path / "fresh" / "portal.sqlite3").exists()


def test_a_manifest_of_another_log_is_not_proven(backup: Path, tmp_path: Path) -> None:
    told = json.loads((backup / NAME).read_text())
    told["size"] = 6
    (backup / NAME).write_text(json.dumps(told))
    answer = manage("restore", backup, var=tmp_path / "fresh")
    assert answer.returncode == 3
    assert "the log has 5 entries" in answer.said


def test_missing_migrations_are_said_and_not_applied(backup: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(backup / "portal.sqlite3")) as line:
        line.execute("DELETE FROM django_migrations WHERE app = 'desk'")
        line.commit()
    told = json.loads((backup / NAME).read_text())
    told["files"]["portal.sqlite3"] = digest_of(backup / "portal.sqlite3")
    (backup / NAME).write_text(json.dumps(told))
    restored = manage("restore", backup, var=tmp_path / "fresh")
    assert restored.returncode == 0
    assert "migrations are missing: run manage.py migrate" in restored.said
    with closing(sqlite3.connect(tmp_path / "fresh" / "portal.sqlite3")) as line:
        assert line.execute("SELECT count(*) FROM django_migrations WHERE app = 'desk'").fetchone() == (0,)

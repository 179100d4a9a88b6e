"""pg_dump, pg_restore and psql: found, told where the database is, and run.

Where and who goes by the environment, so that no password stands in a list of processes.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import Conninfo

FILE = "portal.pgdump"

# All that stands in the schema goes in the transaction that brings the new: it fails as a whole, or not at all.
_EMPTY = """
DO $$ DECLARE one text; BEGIN
  FOREACH one IN ARRAY ARRAY(
    SELECT format('DROP %s IF EXISTS %s CASCADE', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE'
      ELSE 'TABLE' END, oid::regclass)
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
    ORDER BY relkind = 'S'
  ) || ARRAY(
    SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure)
    FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
  ) LOOP EXECUTE one; END LOOP;
END $$;
"""


class ToolFailed(Exception):
    """A program of PostgreSQL is missing, or failed; the words say which and how."""


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """A transaction that sees one instant, and the name by which pg_dump sees the same."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (name,) = cursor.fetchone()
        yield name


def dump(connection: BaseDatabaseWrapper, path: Path, *, snapshot: str) -> None:
    """Write the database as of `snapshot` to `path`, in pg_dump's custom format. Raises ToolFailed.

    Without owners and grants: the roles of another server are others.
    """
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={path}"]
    _run([_program("pg_dump"), *options], connection)
    _run([_program("pg_restore"), "--list", str(path)], connection)  # can it be read again?


def restore(connection: BaseDatabaseWrapper, path: Path, *, replace: bool) -> None:
    """Bring what `path` holds into the database, in one transaction. Raises ToolFailed, with nothing changed."""
    psql = [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-", "--output=/dev/null"]
    script = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(path)]
    known = _environment(connection)
    with (
        subprocess.Popen(  # noqa: S603
            psql, stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=known
        ) as into,
        subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=known) as out,  # noqa: S603
    ):
        assert into.stdin and into.stderr and out.stdout and out.stderr  # noqa: S101, for the types
        is_read = _feed(into.stdin, out.stdout, out, before=_EMPTY if replace else "")
        said = (out.stderr.read() if not is_read else b"") + into.stderr.read()
        if into.wait() or not is_read:
            raise ToolFailed(f"the database was not restored: {_last_words(said)}")


def _feed(into: IO[bytes], script: IO[bytes], reader: "subprocess.Popen[bytes]", *, before: str) -> bool:
    """The script into psql; COMMIT only once it has come to its end. Whether it did."""
    try:
        into.write(f"BEGIN;\n{before}\n".encode())
        shutil.copyfileobj(script, into)
        is_whole = reader.wait() == 0
        if is_whole:
            into.write(b"\nCOMMIT;\n")
        into.close()
    except BrokenPipeError:  # psql has ended; it said why
        reader.kill()
        return True
    return is_whole


def other_sessions(connection: BaseDatabaseWrapper) -> int:
    """How many others are connected to this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        (others,) = cursor.fetchone()
    return int(others)


def _program(name: str) -> str:
    folder = settings.PG_BIN
    found = shutil.which(name, path=folder or None)
    if found is None:
        where = f"in PORTAL_PG_BIN={folder}" if folder else "on PATH; PORTAL_PG_BIN names the folder where it is"
        raise ToolFailed(f"there is no {name} {where}")
    return found


def _environment(connection: BaseDatabaseWrapper) -> dict[str, str]:
    given: dict[str, Any] = connection.get_connection_params()
    known = {option.keyword.decode(): option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar}
    told = {known[name]: str(value) for name, value in given.items() if name in known and value is not None}
    return {**os.environ, **told}


def _run(command: list[str], connection: BaseDatabaseWrapper) -> None:
    done = subprocess.run(command, env=_environment(connection), capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise ToolFailed(f"{Path(command[0]).name} failed: {_last_words(done.stderr)}")


def _last_words(said: bytes) -> str:
    return " ".join(said.decode(errors="replace").split())[-600:]

"""A signature that is answered is on the disk: how often the kernel is asked to write down, counted."""

import shutil
from collections.abc import Callable

import pytest
from django.db import connection

from tests.cast import Cast
from tests.faults.databases import administering
from tests.faults.portal import Portal, wait_for
from tests.faults.signing import make_signers

pytestmark = pytest.mark.long
DURABLE = True
SIGNED = 5
RELAXED = {"DJANGO_SETTINGS_MODULE": "tests.faults.relaxed"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_signature_on_sqlite_waits_for_the_disk(portal: Portal, cast: Cast) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = portal.var / "trace"
    tracer = ["strace", "-f", "-y", "-qq", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o", str(trace)]

    def journal_synced() -> int:
        return trace.read_text().count("portal.sqlite3-wal>")

    def signed(**variables: str) -> int:
        portal.start_web(*tracer, **variables)
        try:
            return _more_after_signing(portal, cast, journal_synced)
        finally:
            portal.kill_web()

    assert signed() >= SIGNED
    assert signed(**RELAXED) < SIGNED, "it does not see what is not synced"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_each_signature_on_postgresql_waits_for_the_disk(portal: Portal, cast: Cast) -> None:
    """What the server counted of its own syncs of the journal, those of connections alone."""

    def synced() -> int:
        # Connections count when they end, if not before.
        portal.kill_web()
        connection.close()
        assert portal.database.server
        with administering(portal.database.server) as line:
            others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            wait_for(lambda: line.execute(others).fetchone() == (1,))
            row = line.execute(
                "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal' AND backend_type = 'client backend'"
            ).fetchone()
        return int(row[0]) if row else 0

    def signed(**variables: str) -> int:
        portal.start_web(**variables)
        return _more_after_signing(portal, cast, synced, restart=lambda: portal.start_web(**variables))

    assert signed() >= SIGNED
    assert signed(**RELAXED) < SIGNED, "it does not see what is not synced"


def _more_after_signing(
    portal: Portal, cast: Cast, count: Callable[[], int], restart: Callable[[], None] = lambda: None
) -> int:
    (signer,) = make_signers(portal.port, cast, 1)
    before = count()
    restart()
    for _ in range(SIGNED):
        attempt = signer.sign()
        assert attempt and attempt.answer.receipt
    return count() - before

"""Many people signing for a minute: nothing lost, nothing double, nobody sent away; on SQLite quick as well."""

import threading
import time
from functools import partial

import pytest

from tests.cast import Cast
from tests.faults.databases import administering
from tests.faults.portal import Portal
from tests.faults.signing import Attempt, Signer, assert_kept, make_signers, percentile
from tests.faults.visitors import at_once

pytestmark = pytest.mark.long
DURABLE = True
MINUTE = 60.0
# Of all posts that sign, on SQLite; confirming who one is, a request of its own, came before.
MOST_SECONDS, PART = 0.5, 0.95
# Everybody begins to sign so often, in seconds: who signs reads first, if only for a moment.
EACH = 5.0


def test_many_sign_for_a_minute(web: Portal, cast: Cast) -> None:
    """Without transactions that take the write lock at their beginning SQLite answers “database is locked” at once, and
    without turns (`portal/sqlite`) after twenty seconds, to whoever had no luck.
    """
    count = 100 if web.database.is_postgresql else 25
    signers = make_signers(web.port, cast, count)
    begun, over = time.monotonic(), threading.Event()
    work = [partial(_sign_on, one, begun + EACH * at / count, over) for at, one in enumerate(signers)]
    attempts: list[Attempt] = sum(at_once(work), start=[])
    wrong = [one for one in attempts if not one.answer.receipt]
    assert not wrong, (len(wrong), wrong[0])
    assert_kept(attempts)
    assert len({one.person for one in attempts}) == count
    seconds = [one.answer.seconds for one in attempts]
    told = f"{len(seconds)} signatures, p50 {percentile(seconds, 0.5):.3f} s, p95 {percentile(seconds, PART):.3f} s"
    print(told)
    assert "locked" not in web.log("web") and "deadlock" not in web.log("web")
    if web.database.server:
        with administering(web.database.server) as line:
            assert line.execute("SELECT sum(deadlocks) FROM pg_stat_database").fetchone() == (0,)
    else:
        assert percentile(seconds, PART) < MOST_SECONDS, told


def _sign_on(signer: Signer, first: float, over: threading.Event) -> list[Attempt]:
    """What one person sent in a minute."""
    attempts: list[Attempt] = []
    due, end = first, first + MINUTE
    while due < end:
        over.wait(max(0.0, due - time.monotonic()))
        attempt = signer.sign()
        assert attempt is not None, "no page"
        attempts.append(attempt)
        due = max(due + EACH, time.monotonic())
    return attempts

"""Another process holds SQLite's write lock: for five seconds a signature waits, for thirty it is refused in words."""

import sqlite3
import threading
from contextlib import closing
from functools import partial

import pytest

from apps.signatures.models import Signature
from tests.cast import Cast
from tests.faults.portal import Portal
from tests.faults.signing import Attempt, Signer, assert_kept, make_signers
from tests.faults.visitors import at_once

pytestmark = [pytest.mark.long, pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="module")]


def _sign_while_locked(web: Portal, signer: Signer, seconds: float) -> tuple[Attempt, int]:
    """One signature sent when the lock is held, and the status of a page that is only read meanwhile."""
    form = signer.open()
    assert form is not None and web.database.file
    with closing(sqlite3.connect(web.database.file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(seconds, other.rollback)
        release.start()
        attempt, page = at_once([partial(signer.send, form), partial(signer.get, signer.path)])
        release.join()
    return attempt, page.status


def test_five_seconds_are_waited_for(web: Portal, cast: Cast) -> None:
    """Without a time-out of its own the portal waits for SQLite's five seconds, and not for as long as that."""
    (signer,) = make_signers(web.port, cast, 1)
    attempt, page = _sign_while_locked(web, signer, 5)
    assert attempt.answer.receipt and attempt.answer.seconds > 4
    assert page == 200
    assert_kept([attempt])


def test_thirty_seconds_are_not(web: Portal, cast: Cast) -> None:
    (signer,) = make_signers(web.port, cast, 1)
    attempt, page = _sign_while_locked(web, signer, 30)
    assert attempt.answer.status == 503
    assert int(attempt.answer.headers["retry-after"]) > 0
    assert "Nothing was stored. Try again in a moment." in attempt.answer.text
    assert page == 200
    assert not Signature.objects.filter(person=signer.person).exists()
    # And then it is signed.
    again = signer.sign()
    assert again and again.answer.receipt
    assert_kept([attempt, again])

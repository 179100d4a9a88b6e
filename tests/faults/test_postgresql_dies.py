"""PostgreSQL crashes while people sign, and returns: 503 in words meanwhile, then all is well and nothing is lost."""

import signal
import threading
import time
from dataclasses import dataclass, field
from functools import partial

import pytest
from django.db import connection

from tests.cast import Cast
from tests.faults.portal import Portal, wait_for
from tests.faults.signing import Attempt, Signer, answered, assert_kept, make_signers
from tests.faults.visitors import Answer, at_once, form_of

pytestmark = [pytest.mark.long, pytest.mark.parametrize("database", ["postgresql"], indirect=True, scope="module")]
DURABLE = True
PEOPLE, CRASHES = 6, 3
THREADS = 16  # of the web, each with a connection that it keeps
AWAY = "The portal&#x27;s database does not answer just now."


@dataclass
class Seen:
    """What everybody got, pages and signatures, while they go on."""

    attempts: list[Attempt] = field(default_factory=list)
    pages: list[Answer] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def unavailable(self) -> list[Answer]:
        return [one for one in [*self.pages, *(sent.answer for sent in self.attempts)] if one.status == 503]


def test_a_crash_is_a_503_for_a_while(web: Portal, cast: Cast) -> None:
    signers = make_signers(web.port, cast, PEOPLE)
    seen = Seen()
    at_once([*[partial(_sign_on, signer, seen) for signer in signers], partial(_crash, web, seen)])
    connection.close()  # the tests' own did not outlive the crash either
    assert_kept(seen.attempts)
    assert {one.status for one in seen.pages} <= {200, 503}
    assert {one.answer.status for one in seen.attempts} <= {302, 409, 503}
    for answer in seen.unavailable():
        assert int(answer.headers["retry-after"]) > 0
        assert AWAY in answer.text, answer.text
    signer = signers[0]
    signer.confirm()
    assert (attempt := signer.sign()) and attempt.answer.status in (302, 409)


def test_a_crash_that_nobody_noticed_is_nobodys_503(web: Portal, cast: Cast) -> None:
    """Without health checks each thread's kept connection answers once more with an error, when the server is back."""
    server = web.database.server
    assert server
    (signer,) = make_signers(web.port, cast, 1)
    everybody = [partial(signer.get, signer.path)] * THREADS
    assert {answer.status for answer in at_once(everybody)} == {200}
    connection.close()
    server.stop(signal.SIGQUIT)
    server.start()
    assert {answer.status for answer in at_once(everybody)} == {200}


def _crash(web: Portal, seen: Seen) -> None:
    server = web.database.server
    assert server
    try:
        for _ in range(CRASHES):
            signed, refused = len(answered(seen.attempts)), len(seen.unavailable())
            wait_for(partial(_count_above, seen, signed + PEOPLE))
            server.stop(signal.SIGQUIT)
            wait_for(lambda refused=refused: len(seen.unavailable()) > refused + PEOPLE)  # type: ignore[misc]
            server.start()
            signed = len(answered(seen.attempts))
            back_at = time.monotonic()
            wait_for(partial(_count_above, seen, signed + PEOPLE))
            print(f"{time.monotonic() - back_at:.1f} s until {PEOPLE} more signed")
    finally:
        seen.over.set()


def _count_above(seen: Seen, count: int) -> bool:
    return len(answered(seen.attempts)) > count


def _sign_on(signer: Signer, seen: Seen) -> None:
    while not seen.over.is_set():
        page = signer.get(signer.path)
        seen.pages.append(page)
        if page.status != 200:
            # As a person who was told to try again, if a little early.
            seen.over.wait(0.2)
            continue
        seen.attempts.append(signer.send(form_of(page, "dossier")))

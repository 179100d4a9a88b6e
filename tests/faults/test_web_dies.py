"""kill -9 of the web in the middle of signing: what was answered is in the log once, anything else at most once."""

import threading
import time
from dataclasses import dataclass, field
from functools import partial

import pytest

from apps.signatures.models import Signature
from tests.cast import Cast
from tests.faults.portal import Portal, wait_for
from tests.faults.signing import Attempt, Signer, answered, assert_kept, make_signers
from tests.faults.visitors import at_once

pytestmark = pytest.mark.long
DURABLE = True
ROUNDS = 30
PEOPLE = 6
CONFIRMED_FOR = 60.0  # seconds; half of what holds


@dataclass
class Sent:
    """What all of them sent, while they go on."""

    attempts: list[Attempt] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def test_kill_nine_while_people_sign(web: Portal, cast: Cast) -> None:
    """Without the look-up by key, a form that is sent again after no answer signs twice, or is refused."""
    signers = make_signers(web.port, cast, PEOPLE)
    sent = Sent()
    at_once([*[partial(_sign_on, signer, sent) for signer in signers], partial(_kill, web, sent)])
    assert_kept(sent.attempts)
    unanswered = [one for one in sent.attempts if one.answer.status == 0]
    assert len(unanswered) >= ROUNDS / 2, "hardly anybody was signing when it was killed"
    keys = set(Signature.objects.values_list("person", "idempotency_key"))
    lost = [one for one in unanswered if (one.person, one.key) not in keys]
    print(f"{len(answered(sent.attempts))} answered, {len(unanswered)} not, of which {len(lost)} signed nothing")


def _kill(web: Portal, sent: Sent) -> None:
    """One process of the web, both, or all of it with its master, each time after some more signatures."""
    try:
        for number in range(ROUNDS):
            before = len(answered(sent.attempts))
            # Not at the same point of a request each time.
            more = 2 + number % 5
            wait_for(partial(_has_answered, sent, before + more), what=f"round {number}")
            if number % 6 == 5:
                web.kill_web()
                web.start_web()
                continue
            for process in web.web_workers()[: 1 + number % 2]:
                process.kill()
    finally:
        sent.over.set()


def _has_answered(sent: Sent, count: int) -> bool:
    return len(answered(sent.attempts)) >= count


def _sign_on(signer: Signer, sent: Sent) -> None:
    confirmed_at = time.monotonic()
    while not sent.over.is_set():
        if time.monotonic() - confirmed_at > CONFIRMED_FOR:
            signer.confirm()
            confirmed_at = time.monotonic()
        form = signer.open()
        if form is None:
            continue
        attempt = signer.send(form)
        sent.attempts.append(attempt)
        assert attempt.answer.status in (0, 302, 409), attempt
        # As a browser that is told to: every other time the same form once more.
        if attempt.answer.status == 0 and len(sent.attempts) % 2:
            again = signer.send(form)
            sent.attempts.append(again)
            assert again.answer.status in (0, 302), again

"""kill -9 of the web in the middle of signing: what was answered is in the log once, anything else at most once."""

import threading
import time
from dataclasses import dataclass, field
from functools import partial

import pytest

from apps.signatures.models import Signature
from tests.cast import Cast
from tests.faults.portal import SECONDS, Portal, wait_for
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
    # Of those without an answer, what was signed all the same.
    signed: list[Attempt] = field(default_factory=list)


def test_kill_nine_while_people_sign(web: Portal, cast: Cast) -> None:
    """Without the look-up by key, a form that is sent again after no answer signs twice, or is refused."""
    signers = make_signers(web.port, cast, PEOPLE)
    sent = Sent()
    at_once([*[partial(_sign_on, signer, sent) for signer in signers], partial(_kill, web, sent)])
    assert_kept(sent.attempts)
    unanswered = [one for one in sent.attempts if one.answer.status == 0]
    assert len(unanswered) >= ROUNDS / 2, "hardly anybody was signing when it was killed"
    print(f"{len(answered(sent.attempts))} answered, {len(unanswered)} not, {len(sent.signed)} of them signed")
    assert sent.signed, "nobody was killed between commit and answer"


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
            workers = web.web_workers()
            if number % 2:
                _wait_for_a_commit()
            for process in workers[: 1 + number % 2]:
                process.kill()
    finally:
        sent.over.set()


def _wait_for_a_commit() -> None:
    """Until somebody's signature is stored, which a moment later would be answered."""
    before, end = Signature.objects.count(), time.monotonic() + SECONDS
    while Signature.objects.count() == before:
        assert time.monotonic() < end


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
        if attempt.answer.status:
            continue
        is_signed = Signature.objects.filter(person=attempt.person, idempotency_key=attempt.key).exists()
        if is_signed:
            sent.signed.append(attempt)
        # As a browser that is told to: every other time the same form once more.
        if len(sent.attempts) % 2:
            again = signer.send(form)
            sent.attempts.append(again)
            # 409: of what was not signed, since an earlier form that nobody sent again had been.
            assert again.answer.status in ((0, 302) if is_signed else (0, 302, 409)), again

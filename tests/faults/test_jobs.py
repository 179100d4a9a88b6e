"""Five hundred jobs; broker, workers and scheduler fail among them: nothing is lost, and signing does not notice."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import psutil
import pytest
import redis
from django.conf import settings
from django.db import connection

from apps.audit.models import Entry
from apps.audit.verify import verify_log
from apps.delivery.models import Epic, FeatureImport
from portal.up import broker
from tests.cast import Cast
from tests.faults.portal import Portal, kill, wait_for
from tests.faults.signing import Attempt, Signer, assert_kept, make_signers
from tests.faults.visitors import at_once

pytestmark = [pytest.mark.long, pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="module")]
JOBS = 100  # of each of five faults
DONE_WITHIN = 60.0  # seconds, of the return of what was gone
# A signature waits for no broker: less than what a ring waits for one that is there and says nothing.
SIGNED_WITHIN = 5.0
# A hundred that ask wait for a silent broker once in a while, not each of them.
ASKED_WITHIN = 40.0
# A portal's process that asks for as many imports as each line of its input says, as a web process would.
ASKING = """
import sys, time
import django
django.setup()
from apps.delivery import actions, feature_files
from apps.organization.models import Person
adam = Person.objects.get(username="adam")
number = 0
for line in sys.stdin:
    begun = time.monotonic()
    for _ in range(int(line)):
        number += 1
        text = f"Feature: Story {number}\\n  Scenario: One\\n    Given a basket\\n"
        archive = feature_files.pack([(f"epic-{number}/one.feature", text.encode())])
        asked = actions.ask_feature_import(
            initiative_title=f"Initiative {number % 7}", source="one.zip", archive=archive, by=adam, is_whole=False)
        print(asked.key, flush=True)
    print(f"asked in {time.monotonic() - begun:.1f}", flush=True)
"""


@dataclass
class Asker:
    """The process that asks, and what it said so far."""

    process: "subprocess.Popen[str]"
    keys: list[str]
    seconds: list[float]

    def ask(self, count: int) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()

    def hear(self) -> None:
        """Until its end; what it says is what it committed."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("asked in "):
                self.seconds.append(float(line.split()[-1]))
            else:
                self.keys.append(line.strip())


@pytest.fixture(scope="module")
def asker(web: Portal, cast: Cast) -> Iterator[Asker]:
    process = subprocess.Popen(
        [sys.executable, "-c", ASKING],
        cwd=settings.BASE_DIR,
        env=web.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = Asker(process, [], [])
    listener = threading.Thread(target=found.hear)
    listener.start()
    yield found
    process.kill()
    listener.join()
    process.wait()


@contextmanager
def people_signing(portal: Portal, cast: Cast) -> Iterator[list[Attempt]]:
    """Two people sign all the time; the list holds what they sent."""
    over, attempts = threading.Event(), list[Attempt]()

    def sign_on(signer: Signer) -> None:
        while not over.wait(0.25):
            signer.confirm()
            if attempt := signer.sign():
                attempts.append(attempt)

    signers = make_signers(portal.port, cast, 2)
    everybody = threading.Thread(target=at_once, args=[[partial(sign_on, one) for one in signers]])
    everybody.start()
    try:
        yield attempts
    finally:
        over.set()
        everybody.join()


def flushed(portal: Portal, processes: "dict[str, subprocess.Popen[bytes]]", asked: Callable[[], bool]) -> None:
    with redis.Redis(unix_socket_path=str(portal.socket)) as line:
        line.flushall()
    wait_for(asked, what="for all that is asked, after a flush")


def stopped(portal: Portal, processes: "dict[str, subprocess.Popen[bytes]]", asked: Callable[[], bool]) -> None:
    processes["broker"].terminate()
    processes["broker"].wait(20)
    wait_for(asked, what="for all that is asked without a broker")
    processes["broker"] = portal.start_broker()


def killed(portal: Portal, processes: "dict[str, subprocess.Popen[bytes]]", asked: Callable[[], bool]) -> None:
    for more in range(1, 4):
        before = done()
        kill(processes["broker"])
        if more == 3:
            wait_for(asked, what="for all that is asked beside a killed broker")
        processes["broker"] = portal.start_broker()
        wait_for(partial(_are_done, before + more), what=f"for job {more} after the broker was killed")


def paused(portal: Portal, processes: "dict[str, subprocess.Popen[bytes]]", asked: Callable[[], bool]) -> None:
    os.killpg(processes["broker"].pid, signal.SIGSTOP)
    assert not broker.answers(portal.socket)
    wait_for(asked, what="for all that is asked of a paused broker")
    os.killpg(processes["broker"].pid, signal.SIGCONT)


def workers_killed(portal: Portal, processes: "dict[str, subprocess.Popen[bytes]]", asked: Callable[[], bool]) -> None:
    assert len(psutil.Process(processes["worker"].pid).children(recursive=True)) >= 3  # two that work, and the clock
    kill(processes["worker"])
    wait_for(asked, what="for all that is asked without a worker")
    processes["worker"] = portal.start_worker()


def test_whatever_fails_every_job_is_done_once_and_signing_goes_on(web: Portal, cast: Cast, asker: Asker) -> None:
    """Without the sweep what was rung for in vain is never done; without a time limit on what is said to the broker
    whoever rings waits as long as it is paused; without a channel of our own a killed broker takes the worker along.
    """
    processes = {"broker": web.start_broker(), "worker": web.start_worker()}
    with people_signing(web, cast) as attempts:
        for fail in (flushed, paused, stopped, killed, workers_killed):
            before, signed = done(), len(attempts)
            asker.ask(JOBS)
            wait_for(partial(_are_done, before + 1), what=f"for the first job before it is {fail.__name__}")
            fail(web, processes, partial(_has_asked, asker, before + JOBS))
            took = wait_for(
                partial(_are_done, before + JOBS), DONE_WITHIN, what=f"for all jobs after it was {fail.__name__}"
            )
            print(f"{fail.__name__}: asked in {asker.seconds[-1]} s, done {took:.1f} s after its return")
            assert asker.seconds[-1] < ASKED_WITHIN
            assert len(attempts) > signed
    for name in ("broker", "worker"):
        kill(processes[name])
    assert len(set(asker.keys)) == JOBS * 5
    events = Entry.objects.filter(event="initiative.features_imported", reference__in=asker.keys)
    assert sorted(events.values_list("reference", flat=True)) == sorted(asker.keys)
    assert Epic.objects.filter(initiative__scope__title__startswith="Initiative").count() == JOBS * 5
    assert "Unrecoverable" not in web.log("worker")
    assert verify_log().ok
    assert_kept(attempts)
    assert {one.answer.status for one in attempts} == {302}
    assert max(one.answer.seconds for one in attempts) < SIGNED_WITHIN


def _are_done(count: int) -> bool:
    return done() >= count


def _has_asked(asker: Asker, count: int) -> bool:
    return len(asker.keys) >= count and len(asker.seconds) >= count // JOBS


def done() -> int:
    """How many imports ended, all of them well."""
    rows = FeatureImport.objects
    assert not rows.filter(state=FeatureImport.State.REFUSED).exists()
    count = rows.filter(state=FeatureImport.State.DONE).count()
    connection.close()
    return count

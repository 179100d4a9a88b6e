"""Real workers, a real broker and a real scheduler: killed, stopped, rung too often, canceled."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil
import pytest
import redis
from celery import Celery
from django.conf import settings as portal

from apps.audit.models import Entry
from apps.organization.models import Person
from apps.specs import actions
from apps.specs.models import Execution, Run, SandboxTest, SuiteText
from portal.up import broker, places
from tests.cast import Cast, make_cast
from tests.committed_db import CommittedDatabase
from tests.specs.evidence import CART, behave_json, make_epic, make_story
from tests.specs.kits import Kit, bubblewrap, kit  # noqa: F401, fixtures

SECONDS = 60.0  # for what only depends on how busy the machine is
PICKED_UP = 60.0
# Tells a scenario at a time, each when the test says so from outside, by a file where the suite was given its own.
SLOW = """
import os, sys, time
for name in ("one", "two", "three"):
    print("  Scenario:", name, flush=True)
    while not os.path.exists(os.path.join("/given/home", name)):
        time.sleep(0.02)
with open(os.path.join(os.path.dirname(__file__), "good")) as good, open(sys.argv[1], "w") as report:
    report.write(good.read())
"""


def wait_for(done: Callable[[], object], seconds: float = SECONDS, what: object = "") -> float:
    """Wait until `done()`, and say how long it took; a test that waits in vain fails."""
    begun = time.monotonic()
    while not done():
        assert time.monotonic() - begun < seconds, f"waited {seconds} s in vain {what}"
        time.sleep(0.02)
    return time.monotonic() - begun


def processes_of(place: Path) -> list[psutil.Process]:
    """Living processes of an attempt: the sandbox that was given its folder, and what came of it."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess):
            if str(place) in process.cmdline() and process.name() == "bwrap":
                found += [process, *process.children(recursive=True)]
    return [one for one in found if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


@dataclass
class Workers:
    """A broker, and workers of it that are started one by one."""

    var: Path
    environment: dict[str, str]
    socket: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str, name: str) -> subprocess.Popen[bytes]:
        """One more worker, once it is there."""
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
        log = self.var / f"{name}.log"
        with log.open("wb") as words:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "portal", "worker", *arguments, "-n", f"{name}@test", *quiet],
                cwd=portal.BASE_DIR,
                env=self.environment,
                stdout=words,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(process)
        wait_for(lambda: b" ready." in log.read_bytes(), what=log)
        return process

    def suites(self, name: str) -> subprocess.Popen[bytes]:
        """One that runs suites."""
        return self.start("-Q", "suites", "-c", "1", name=name)

    def sweeper(self) -> subprocess.Popen[bytes]:
        """One that does the rest, with the clock."""
        return self.start("-Q", "celery", "-c", "1", "-B", name="sweeper")

    def ring(self, execution: Execution, times: int = 1) -> None:
        with Celery(broker=f"redis+socket://{self.socket}") as bell:
            for _ in range(times):
                bell.send_task("specs.run_execution", args=[execution.pk], queue="suites")

    def unheard(self) -> tuple[int, int]:
        """Rings that no worker took, and those that one has not answered."""
        with redis.Redis(unix_socket_path=str(self.socket)) as line:
            return int(line.llen("suites")), int(line.hlen("unacked"))

    def place(self, execution: Execution, attempt: int = 1) -> Path:
        """The folder of an attempt."""
        return self.var / "executions" / f"{execution.key}-{attempt}"

    def tell(self, execution: Execution, *names: str) -> None:
        """Let the suite go on to the next scenario: it sees what it was given, also what comes later."""
        execution.refresh_from_db()
        for name in names:
            (self.place(execution, execution.attempts) / "home" / name).touch()

    def close(self) -> None:
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(SECONDS)


@pytest.fixture
def workers(
    committed_db: CommittedDatabase,
    kit: Kit,  # noqa: F811
    tmp_path: Path,
) -> Iterator[Workers]:
    """A broker on a socket, and a slow suite in a file of the operator's."""
    var = tmp_path / "v"
    places.make_folders(var)
    socket = places.socket_path(var)
    (kit.folder / "good").write_bytes(behave_json(CART))
    kit.register(kit.script(SLOW))
    body = kit.settings.SUITES["shop"]
    file = tmp_path / "suites.toml"
    file.write_text("[shop]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in body.items()))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DJANGO_"))}
    environment = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": committed_db.url,
        "REDIS_URL": f"unix://{socket}",
        "PORTAL_VAR": str(var),
        "PORTAL_SUITES": str(file),
        "PORTAL_SECRET_KEY": "x" * 50,
    }
    found = Workers(var, environment, socket)
    found.started.append(
        subprocess.Popen(broker.command(socket, var / "run"), stdout=subprocess.DEVNULL, start_new_session=True)
    )
    try:
        wait_for(lambda: broker.answers(socket))
        yield found
    finally:
        found.close()


def asked(cast: Cast, title: str = "Checkout") -> Execution:
    """An execution of an epic of its own."""
    epic = make_epic(cast, title=title)
    make_story(cast, epic=epic)
    return actions.request_execution(suite_name="shop", epic_key=epic.key, by=Person.objects.get(pk=cast.maria.pk))


def now(execution: Execution) -> Execution:
    execution.refresh_from_db()
    return execution


def is_running(execution: Execution, attempt: int = 1) -> bool:
    """Whether the suite said something in this attempt."""
    row = now(execution)
    assert not row.is_finished, (row.state, row.problem, row.output)
    return row.attempts == attempt and row.scenarios_begun > 0


def is_taken_up(execution: Execution) -> bool:
    """Whether another worker is at it."""
    row = now(execution)
    return row.attempts == 2 and row.scenarios_begun > 0


def is_finished(execution: Execution) -> bool:
    return now(execution).is_finished


def has_begun(execution: Execution, number: int) -> bool:
    return now(execution).scenarios_begun == number


def is_over(place: Path) -> bool:
    """Whether nothing of an attempt is alive."""
    return not processes_of(place)


def pool_child(worker: subprocess.Popen[bytes]) -> psutil.Process:
    """The one process of the worker's pool."""
    (child,) = [one for one in psutil.Process(worker.pid).children() if "celery" in " ".join(one.cmdline())]
    return child


def assert_one_result(execution: Execution, *, attempts: int) -> None:
    row = now(execution)
    assert (row.state, row.problem, row.attempts) == ("DONE", "", attempts)
    assert row.run and row.run.results.count() == 3
    assert Run.objects.filter(source__endswith=f"as {row.key}").count() == 1
    assert Entry.objects.filter(event="run.imported", subject=row.run.key).count() == 1


def test_a_worker_that_is_killed_or_hangs_is_replaced_and_leaves_one_result(workers: Workers) -> None:
    cast = make_cast()
    workers.sweeper()
    child, whole, hung = [workers.suites(name) for name in ("child", "whole", "hung")]
    executions = [asked(cast, title) for title in ("Child", "Whole", "Hung")]
    by_worker: dict[int, Execution] = {}
    for execution in executions:
        workers.ring(execution)
        wait_for(partial(is_running, execution))
        (sandbox, *_) = processes_of(workers.place(execution))
        by_worker[sandbox.parent().ppid()] = execution  # type: ignore[union-attr]
    assert set(by_worker) == {child.pid, whole.pid, hung.pid}

    killed_at = time.monotonic()
    pool_child(child).kill()
    os.killpg(whole.pid, signal.SIGKILL)
    os.killpg(hung.pid, signal.SIGSTOP)

    for worker in (child, whole):
        place = workers.place(by_worker[worker.pid])
        wait_for(partial(is_over, place), 5, place)
    workers.suites("fresh")
    waiting = list(executions)
    while waiting:
        wait_for(lambda: any(is_taken_up(one) for one in waiting), killed_at + PICKED_UP - time.monotonic(), waiting)
        for execution in [one for one in waiting if is_taken_up(one)]:
            workers.tell(execution, "one", "two", "three")
            wait_for(partial(is_finished, execution))
            waiting.remove(execution)

    # The one that hung finds that it came too late.
    os.killpg(hung.pid, signal.SIGCONT)
    place = workers.place(by_worker[hung.pid])
    wait_for(partial(is_over, place), 5, place)
    wait_for(lambda: workers.unheard()[0] == 0)
    for execution in executions:
        assert_one_result(execution, attempts=2)
    wait_for(lambda: not list((workers.var / "executions").iterdir()), 5)


def test_two_workers_that_are_rung_five_times_run_it_once(workers: Workers) -> None:
    workers.suites("first")
    # Before anybody asks for a suite.
    wait_for(SandboxTest.objects.filter(problem="").exists)
    workers.suites("second")
    execution = asked(make_cast())
    workers.ring(execution, times=5)
    wait_for(lambda: is_running(execution))
    # Every ring was heard, and all but the one that is at it were answered.
    wait_for(lambda: workers.unheard() == (0, 1))
    assert len({one.pid for one in processes_of(workers.place(execution)) if one.name() == "bwrap"}) > 0
    assert [folder.name for folder in (workers.var / "executions").iterdir()] == [workers.place(execution).name]

    workers.tell(execution, "one", "two", "three")
    wait_for(partial(is_finished, execution))
    workers.ring(execution)
    wait_for(lambda: workers.unheard() == (0, 0))
    assert_one_result(execution, attempts=1)


def test_progress_is_seen_within_two_seconds_and_cancel_within_three(workers: Workers) -> None:
    cast = make_cast()
    workers.suites("only")
    execution = asked(cast)
    workers.ring(execution)
    wait_for(lambda: is_running(execution))
    assert (execution.scenarios_begun, execution.current, execution.scenarios_total) == (1, "one", 3)
    for number, (name, following) in enumerate([("one", "two"), ("two", "three")], start=2):
        workers.tell(execution, name)
        # The page asks once a second: with this it shows it within two.
        wait_for(partial(has_begun, execution, number), 1, name)
        assert execution.current == following

    actions.cancel_execution(key=execution.key, by=Person.objects.get(pk=cast.maria.pk))
    wait_for(lambda: now(execution).state == "CANCELED", 3)
    assert processes_of(workers.place(execution)) == []
    assert (execution.problem, execution.run, execution.current) == ("", None, "")
    assert execution.output == "  Scenario: one\n  Scenario: two\n  Scenario: three\n"
    assert list((workers.var / "executions").iterdir()) == []


def test_canceled_while_its_worker_is_gone(workers: Workers) -> None:
    cast = make_cast()
    worker = workers.suites("gone")
    execution = asked(cast)
    workers.ring(execution)
    wait_for(lambda: is_running(execution))
    os.killpg(worker.pid, signal.SIGKILL)
    wait_for(partial(is_over, workers.place(execution)), 5)
    actions.cancel_execution(key=execution.key, by=Person.objects.get(pk=cast.maria.pk))
    # As if the time had passed after which it counts as left.
    Execution.objects.update(seen_at=execution.asked_at - actions.executions.LOST_AFTER)

    workers.suites("next")
    workers.ring(execution)

    wait_for(partial(is_finished, execution))
    assert (execution.state, execution.attempts, execution.run) == ("CANCELED", 2, None)
    # Whoever canceled it does not want the suite to be given these texts again by itself.
    assert list(SuiteText.objects.values_list("suite", "story__epic")) == [("shop", execution.epic_id)]


def test_a_scheduler_alone_finds_what_was_not_heard(workers: Workers) -> None:
    """No ring at all: the broker was away when it was asked for."""
    execution = asked(make_cast())
    workers.suites("late")
    workers.sweeper()
    wait_for(lambda: is_running(execution))
    workers.tell(execution, "one", "two", "three")
    wait_for(partial(is_finished, execution))
    assert_one_result(execution, attempts=1)

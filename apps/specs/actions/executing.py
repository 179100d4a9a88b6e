"""What a worker does with an execution: take it up, run the suite, read what it left, and say so once.

A worker may die at any point. The row is taken up again once nobody was seen at it for a while; its result becomes
visible in the one transaction that also says it is done, and only for the worker that took it up last.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.audit.acts import act, canonical_digest, nothing_changed, record
from apps.common.refused import Refused
from apps.organization import actions as organization
from apps.specs import intake, queries
from apps.specs.actions.executions import LOST_AFTER, about, keep_seen
from apps.specs.actions.imports import import_results
from apps.specs.actions.sandboxes import try_sandbox
from apps.specs.intake import Taken
from apps.specs.models import Execution, Run
from apps.specs.queries import Given
from apps.specs.report import Report
from apps.specs.running import suites
from apps.specs.running.suites import Suite
from apps.specs.running.supervising import Ended, supervise
from apps.specs.running.workplace import NoWorkplace, Workplace, remove, workplace

MAX_ATTEMPTS = 3
# The largest reports take so long to read, while the worker cannot say that it is there.
READING = timedelta(seconds=20)
NOBODY_RAN = Ended(exit_code=None, stopped="", output="", output_bytes=0, seconds=0)
CANCELED = "It was canceled."
# Nothing may be written any more: another worker took it up.
LOST = "Another worker took it up."


def execute(pk: int) -> None:
    """Runs the execution and keeps what came of it, unless somebody else is at it or it is done."""
    execution = _claim(pk)
    if execution is None:
        return
    attempt = execution.attempts
    suite = queries.registered_suites().get(execution.suite)
    given = queries.texts_to_execute(execution, suite) if suite else []
    if execution.cancel_asked_at:  # while its worker was gone
        _stop(pk=pk, attempt=attempt, words=CANCELED, given=given)
    elif attempt > MAX_ATTEMPTS:
        words = f"The worker ended {MAX_ATTEMPTS} times while at it."
        _stop(pk=pk, attempt=attempt, words=words, given=given)
    elif suite is None:
        _stop(pk=pk, attempt=attempt, words="This suite is no longer registered in the settings.")
    else:
        _run(execution, suite, given)


def _claim(pk: int) -> Execution | None:
    """The execution, for this worker alone; None where there is nothing to do."""
    with transaction.atomic():
        execution = Execution.objects.select_for_update().filter(pk=pk).first()
        now = timezone.now()
        if execution is None or execution.is_finished:
            return None
        is_running = execution.state == Execution.State.RUNNING
        if is_running and execution.seen_at and execution.seen_at > now - LOST_AFTER:
            return None
        execution.state, execution.seen_at = Execution.State.RUNNING, now
        execution.started_at = now
        execution.attempts += 1
        execution.scenarios_begun = execution.scenarios_failing = 0
        execution.current = ""
        execution.save()
    return execution


def _run(execution: Execution, suite: Suite, given: Sequence[Given]) -> None:
    pk, attempt = execution.pk, execution.attempts
    ended = NOBODY_RAN
    if not given and execution.cause == Execution.Cause.CHANGE:
        _stop(pk=pk, attempt=attempt, words="Another execution has run these texts already.", is_needless=True)
        return
    try:
        if not given:
            raise NoWorkplace("There is no story with scenarios left to run.")
        is_sandboxed = _needs_sandbox(suite)
        for earlier in range(1, attempt):  # a worker that was killed leaves its folder behind
            remove(_place(execution.key, earlier))
        path = _place(execution.key, attempt)
        with workplace(path, suite, [one.text for one in given], is_sandboxed=is_sandboxed) as place:
            begun_at = timezone.now()
            ended = _supervised(execution, suite, place, stories=len(given))
            if ended.stopped == LOST:
                return
            if ended.stopped:
                raise NoWorkplace(ended.stopped)
            taken = _taken(place, suite, ended, begun_at)
        _finish(pk=pk, attempt=attempt, suite=suite, taken=taken, ended=ended, given=given)
    except (NoWorkplace, Refused, OSError) as error:
        # What the machine could not even begin, such as for want of a sandbox, was not given to the suite.
        seen = given if ended is not NOBODY_RAN else ()
        _stop(pk=pk, attempt=attempt, words=str(error), ended=ended, given=seen)


def _place(key: str, attempt: int) -> Path:
    return Path(settings.VAR) / "executions" / f"{key}-{attempt}"


def _needs_sandbox(suite: Suite) -> bool:
    """Whether the suite runs in the sandbox. Raises NoWorkplace where it must and cannot."""
    problem = try_sandbox()
    if problem and not suite.is_trusted:
        raise NoWorkplace(
            f"{problem} Suites run only in a sandbox that holds, so nothing was run here. Results of your CI are"
            " taken as ever."
        )
    return not problem


def _supervised(execution: Execution, suite: Suite, place: Workplace, *, stories: int) -> Ended:
    progress = _Progress(execution.pk, execution.attempts, suite)
    progress.start(is_sandboxed=place.door is not None, stories=stories, scenarios=len(place.manifest.entries))
    try:
        ended = supervise(
            place.command(suite),
            environment=place.environment(suite),
            folder=place.path,
            limits=suite.limits,
            hear=progress.hear,
            look=progress.look,
            door=place.door,
        )
    except OSError as error:
        raise NoWorkplace(f"The command cannot be started: {error}.") from error
    progress.say(ahead=READING)
    return ended


@dataclass
class _Progress:
    """How far the suite is, as its output tells; kept in the row about once a second."""

    pk: int
    attempt: int
    suite: Suite
    total: int = 0
    begun: int = 0
    failing: int = 0
    current: str = ""
    _counted: bool = field(default=False)
    _said_at: datetime | None = None
    _said: tuple[int, int] = (0, 0)

    def start(self, *, is_sandboxed: bool, stories: int, scenarios: int) -> None:
        """How much there is to do."""
        self.total = scenarios
        self._mine(is_sandboxed=is_sandboxed, stories_total=stories, scenarios_total=scenarios)

    def hear(self, line: str) -> None:
        """One line of output."""
        name = suites.begun(self.suite, line)
        if name is not None:
            self.begun, self.current, self._counted = self.begun + 1, name, False
        elif not self._counted and suites.fails(self.suite, line):
            self.failing, self._counted = self.failing + 1, True

    def look(self) -> str:
        """Says that this worker is there, and how far it is; why to stop, "" to go on."""
        now = timezone.now()
        is_new = (self.begun, self.failing) != self._said
        if self._said_at and (now - self._said_at).total_seconds() < (0.3 if is_new else 0.8):
            return ""
        self._said_at, self._said = now, (self.begun, self.failing)
        if not self.say():
            return LOST
        canceled = Execution.objects.filter(pk=self.pk, cancel_asked_at__isnull=False).exists()
        return CANCELED if canceled else ""

    def say(self, *, ahead: timedelta = timedelta(0)) -> bool:
        """Writes it into the row, unless that is another worker's by now; `ahead` is how long nothing will be heard."""
        # What a scenario writes itself may look like another.
        said = {
            "scenarios_begun": min(self.begun, self.total),
            "scenarios_failing": self.failing,
            "current": self.current[:200],
        }
        return bool(self._mine(seen_at=timezone.now() + ahead, **said))

    def _mine(self, **columns: object) -> int:
        mine = Execution.objects.filter(pk=self.pk, attempts=self.attempt, state=Execution.State.RUNNING)
        return mine.update(**columns)


def _taken(place: Workplace, suite: Suite, ended: Ended, begun_at: datetime) -> Taken:
    """What the suite left, read as any report. Raises NoWorkplace or Refused."""
    ended_at = timezone.now()
    reports = place.reports()
    if not any(report.stream.read(1) for report in reports):
        raise NoWorkplace(f"It left no report and ended with exit code {ended.exit_code}. Its output may say why.")
    for report in reports:
        report.stream.seek(0)
    taken = intake.take(reports, format=suite.format)
    dated = tuple(_dated(one, begun_at, ended_at) for one in taken.reports)
    return replace(taken, reports=dated, manifest=place.manifest)


def _dated(report: Report, begun_at: datetime, ended_at: datetime) -> Report:
    """When it ran is known here: some formats hold no instants, some no zone, and steps may stop their clock."""
    began = report.started_at if report.started_at and begun_at <= report.started_at <= ended_at else begun_at
    cases = [
        replace(case, started_at=None) if case.started_at and not begun_at <= case.started_at <= ended_at else case
        for case in report.cases
    ]
    return replace(report, started_at=began, cases=tuple(cases))


@act
def _finish(*, pk: int, attempt: int, suite: Suite, taken: Taken, ended: Ended, given: Sequence[Given]) -> None:
    execution = Execution.objects.select_for_update().get(pk=pk)
    if execution.is_finished or execution.attempts != attempt:
        nothing_changed()
        return
    if execution.cancel_asked_at:  # while its reports were read
        _stop(pk=pk, attempt=attempt, words=CANCELED, ended=ended, given=given)
        return
    runner = organization.service_account(username="runner", name="The portal's runner")
    imported = import_results(
        reports=taken.reports,
        format=taken.format,
        source=f"{suite.title}, run by the portal as {execution.key}",
        revision=suite.revision,
        channel=Run.Channel.SUITE,
        by=runner,
        digest=canonical_digest({"execution": execution.key, "attempt": attempt, "reports": taken.digest}),
        manifest=taken.manifest,
        stories=[one.story for one in given],
    )
    execution.run, execution.state = imported.run, Execution.State.DONE
    _keep(execution, ended, given)


@act
def _stop(
    *,
    pk: int,
    attempt: int,
    words: str,
    ended: Ended = NOBODY_RAN,
    given: Sequence[Given] = (),
    is_needless: bool = False,
) -> None:
    execution = Execution.objects.select_for_update().get(pk=pk)
    if execution.is_finished or execution.attempts != attempt:
        nothing_changed()
        return
    canceled = execution.cancel_asked_at is not None
    execution.state = Execution.State.CANCELED if canceled or is_needless else Execution.State.STOPPED
    execution.problem = "" if canceled else words
    _keep(execution, ended, given)
    if canceled or is_needless:  # whoever did so stands in the log
        nothing_changed()
        return
    record(
        "execution.stopped",
        subject=execution.key,
        digest=canonical_digest({"key": execution.key, "suite": execution.suite, "problem": words}),
        by=None,
        title=execution.suite,
        sentence="stopped {subject} of suite “{title}”",
        about=about(execution),
    )


def _keep(execution: Execution, ended: Ended, given: Sequence[Given]) -> None:
    execution.finished_at, execution.current = timezone.now(), ""
    execution.exit_code, execution.output, execution.output_bytes = ended.exit_code, ended.output, ended.output_bytes
    execution.save()
    keep_seen(execution, given)

"""Background work of specs: rung for by name, found again by a sweep."""

from celery import shared_task

from apps.common.ringing import ring
from apps.specs import actions, queries

MAX_RINGS = 20


@shared_task(name="specs.run_execution")
def run_execution(pk: int) -> None:
    """Run what was asked for."""
    actions.execute(pk)


@shared_task(name="specs.try_sandbox")
def try_sandbox() -> None:
    """Find out whether suites can run on this machine."""
    actions.try_sandbox()


@shared_task(name="specs.sweep_executions")
def sweep_executions() -> None:
    """Ask for what changed and what is due by schedule; ring again for what was not heard, or whose worker died."""
    suites = list(queries.registered_suites().values())
    actions.ask_for_changes(suites)
    actions.ask_by_schedule(suites)
    # While every worker is busy nobody hears: no more rings than the broker can keep for hours.
    for execution in actions.due_executions().only("pk")[:MAX_RINGS]:
        ring("specs.run_execution", execution.pk)

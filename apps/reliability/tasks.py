"""Background work of this room: thin, idempotent, found again by a sweep."""

from celery import shared_task

from apps.reliability import actions


@shared_task(name="reliability.refresh_sli")
def refresh_sli(pk: int) -> None:
    """Counts of one SLI came, or an SLO on it changed."""
    actions.refresh_slos(slis=[pk])


@shared_task(name="reliability.refresh_slos")
def refresh_slos() -> None:
    """Windows slide, whether counts come or not."""
    actions.refresh_slos()


@shared_task(name="reliability.judge_decisions")
def judge_decisions(*slis: int) -> None:
    """Budgets used up, costly episodes and surpluses open decisions: on SLIs of which counts came, or on all."""
    actions.judge_decisions(slis=slis or None)


@shared_task(name="reliability.refresh_headroom")
def refresh_headroom() -> None:
    """Days until a limit pass, whether usage comes or not."""
    actions.refresh_headroom()


@shared_task(name="reliability.expire_decisions")
def expire_decisions() -> None:
    """Decisions whose last day has passed end, and freezes with them."""
    actions.expire_decisions()

"""What may go of the organization: sessions that ended, and answers that nobody can ask for again."""

from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.common.tidying import tidies
from apps.organization.actions.answers import KEPT_FOR, forget_answers
from apps.organization.models import KeptAnswer


@tidies("sessions", when="once they have expired")
def tidy_sessions(dry_run: bool) -> int:
    """Sessions that nobody can use any more."""
    found = Session.objects.filter(expire_date__lt=timezone.now())
    return found.count() if dry_run else found.delete()[0]


@tidies("answers kept for the API (idempotency keys)", when="after 24 hours")
def tidy_answers(dry_run: bool) -> int:
    """The same that a task does every hour."""
    return KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT_FOR).count() if dry_run else forget_answers()

"""Who may define, measure and change what, and when: sentences for the reader.

Every check returns the seat in which the person acts, for the log; a service account holds none.
"""

from collections.abc import Sequence

from apps.common.refused import NotAllowed, Refused
from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.organization.models.seats import HeldSeat
from apps.organization.rights import RIGHTS
from apps.organization.roles import Role
from apps.reliability.models import SLI, SLO


def _seat_or_refuse(by: Person, right: str, words: str, scope: Scope) -> HeldSeat | None:
    """The seat that gives `right` on `scope`. Raises NotAllowed naming the seats that would."""
    if by.is_service:  # nobody gives a seat to one
        if organization.has_right(by, right, scope):
            return None
    elif seat := organization.seat_for(by, right, scope, fresh=True):
        return seat
    roles = [role.label for role in Role if role in RIGHTS[right]]
    raise NotAllowed(
        f"{words} takes a seat as {', '.join(roles[:-1])} or {roles[-1]} of {scope.key} or above, and you hold none."
    )


def check_may_create_sli(scope: Scope, *, by: Person) -> HeldSeat | None:
    """A new indicator, or objective, of a service, an epic or whatever else is measured."""
    seat = _seat_or_refuse(by, "reliability.edit_slo", f"Defining SLIs and SLOs of {scope.key}", scope)
    if scope.archived_at:
        raise Refused(f"{scope.key} is archived; nothing of it is measured any more.")
    return seat


def check_may_edit_sli(sli: SLI, *, by: Person) -> HeldSeat | None:
    """What counts as good, and where it is measured."""
    seat = _seat_or_refuse(by, "reliability.edit_slo", f"Changing {sli.key}", sli.scope)
    if sli.archived_at:
        raise Refused(f"{sli.key} is archived; define a new SLI instead.")
    return seat


def check_may_archive_sli(sli: SLI, *, by: Person) -> HeldSeat | None:
    """Only where no objective rests on it."""
    seat = check_may_edit_sli(sli, by=by)
    if resting := sli.slos.filter(archived_at=None).order_by("pk").first():
        raise Refused(f"{resting.key} rests on {sli.key}. Archive that SLO first.")
    return seat


def check_may_create_slo(sli: SLI, *, by: Person) -> HeldSeat | None:
    """An objective on this indicator."""
    seat = _seat_or_refuse(by, "reliability.edit_slo", f"Setting an SLO on {sli.key}", sli.scope)
    if sli.archived_at:
        raise Refused(f"{sli.key} is archived; nothing can be promised of it.")
    return seat


def check_may_change_slo(slo: SLO, *, by: Person) -> HeldSeat | None:
    """Another target, window or title."""
    seat = _seat_or_refuse(by, "reliability.edit_slo", f"Changing {slo.key}", slo.scope)
    if slo.archived_at:
        raise Refused(f"{slo.key} is archived; what it said stays as it is.")
    return seat


def check_may_record_counts(slis: Sequence[SLI], *, by: Person) -> HeldSeat | None:
    """Counts of all these indicators."""
    seat = None
    for sli in slis:
        seat = _seat_or_refuse(by, "reliability.record_counts", f"Sending counts of {sli.key}", sli.scope)
        if sli.archived_at:
            raise Refused(f"{sli.key} is archived; counts of it are taken no more.")
    return seat


def check_may_judge_error_class(sli: SLI, *, by: Person) -> HeldSeat | None:
    """What it takes to be rid of a class of errors is for engineering to say."""
    seat = _seat_or_refuse(by, "reliability.judge_error_class", f"Judging errors of {sli.key}", sli.scope)
    if sli.archived_at:
        raise Refused(f"{sli.key} is archived; nothing of it is judged any more.")
    return seat

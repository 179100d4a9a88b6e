"""Saying what runs out: resources and their limits."""

from dataclasses import dataclass

from django.utils import timezone

from apps.audit.acts import HeldSeat, act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.organization import actions as organization
from apps.organization.actions.words import one_line
from apps.organization.models import Person, Scope
from apps.reliability import rules
from apps.reliability.actions.headroom import refresh
from apps.reliability.actions.locks import lock_resource, lock_scope
from apps.reliability.headroom import MOST
from apps.reliability.models import Resource


@dataclass(frozen=True)
class Meant:
    """What a resource shall be."""

    title: str
    limit: float
    unit: str = ""
    measure: str = Resource.Measure.PEAK


@act
def create_resource(*, scope_key: str, meant: Meant, by: Person) -> Resource:
    """Something of a service, an epic or a team that runs out."""
    try:
        scope = lock_scope(scope_key, by=by)
    except Scope.DoesNotExist:
        raise Refused(f"There is no service, epic or team {scope_key[:64]} that you may read.") from None
    seat = rules.check_may_create_resource(scope, by=by)
    (key,) = organization.take_keys("RES", 1)
    resource = Resource(key=key, scope=scope, written_by=by)
    _fill(resource, meant)
    resource.save()
    refresh(resource)
    sentence = "said that {subject} “{title}” of {scope} has a limit of {limit}"
    _record("resource.created", sentence, resource, by=by, seat=seat)
    return resource


@act
def edit_resource(*, resource_key: str, meant: Meant, by: Person) -> Resource:
    """Another limit, or other words; usage stays as it was measured."""
    resource = lock_resource(resource_key, by=by)
    seat = rules.check_may_edit_resource(resource, by=by)
    before = canonical_digest(resource.canonical_row())
    _fill(resource, meant)
    if canonical_digest(resource.canonical_row()) == before:
        nothing_changed()
        return resource
    resource.written_by, resource.written_at = by, timezone.now()
    resource.save()
    refresh(resource)
    sentence = "changed {subject} “{title}”, which has a limit of {limit} now"
    _record("resource.edited", sentence, resource, by=by, seat=seat, previous=before)
    return resource


@act
def archive_resource(*, resource_key: str, by: Person) -> Resource:
    """It is watched no longer; usage and reviews stay."""
    resource = lock_resource(resource_key, by=by)
    seat = rules.check_may_edit_resource(resource, by=by)
    resource.archived_at = timezone.now()
    resource.save(update_fields=["archived_at"])
    _record("resource.archived", "archived {subject} “{title}”", resource, by=by, seat=seat)
    return resource


def _fill(resource: Resource, meant: Meant) -> None:
    if meant.measure not in Resource.Measure.values:
        raise BadInput(f"“{meant.measure[:40]}” is no kind of measure: {', '.join(Resource.Measure.values)}.")
    if not 0 < meant.limit <= MOST:
        raise BadInput("A limit is a number above 0, at most 10^18.")
    resource.title = one_line(meant.title, what="The title", limit=200, needed=True)
    resource.unit = one_line(meant.unit, what="The unit", limit=20)
    resource.limit, resource.measure = float(meant.limit), meant.measure


def _record(
    event: str, sentence: str, resource: Resource, *, by: Person, seat: HeldSeat | None, previous: str = ""
) -> None:
    record(
        event,
        subject=resource.key,
        digest=canonical_digest(resource.canonical_row()),
        previous=previous,
        by=by,
        seat=seat,
        title=resource.title,
        sentence=sentence,
        about=[resource.scope.key],
        facts={"scope": resource.scope.key, "limit": f"{resource.limit:,g} {resource.unit}".strip()},
    )

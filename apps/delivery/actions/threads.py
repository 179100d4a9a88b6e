"""The threads from an epic to the services it runs on, the SLOs it promises to keep and the epics it needs."""

from django.utils import timezone

from apps.audit.acts import act, canonical_digest, record
from apps.common.refused import BadInput, Refused
from apps.delivery import queries, rules
from apps.delivery.actions.columns import drift
from apps.delivery.actions.locks import lock_epic
from apps.delivery.models import Epic, EpicDependency, EpicService, EpicSLO
from apps.organization.actions.locks import lock_organization
from apps.organization.models import Person, Service
from apps.reliability.actions.locks import lock_slo
from apps.reliability.models import SLO


@act
def link_service(*, epic_key: str, service_key: str, by: Person) -> EpicService:
    """The epic's promise runs on the service."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_link_service(epic, by=by)
    service = Service.objects.select_related("scope").filter(scope__key=service_key).first()
    if service is None:
        raise Refused(f"There is no service {service_key}.")
    if service.scope.archived_at:
        raise Refused(f"{service_key} is archived; nothing runs on it any more.")
    if EpicService.objects.filter(epic=epic, service=service).exists():
        raise Refused(f"{epic.key} is linked to {service_key} already.")
    thread = EpicService.objects.create(epic=epic, service=service, linked_by=by)
    record(
        "epic.service_linked",
        subject=epic.key,
        digest=services_digest(epic),
        by=by,
        seat=seat,
        title=epic.title,
        sentence="linked {subject} to the service {service}",
        about=[service_key],
        facts={"service": service_key},
    )
    return thread


@act
def unlink_service(*, epic_key: str, service_key: str, by: Person) -> None:
    """The epic's promise runs on the service no longer; the log remembers that it did."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_link_service(epic, by=by)
    thread = EpicService.objects.filter(epic=epic, service__scope__key=service_key).first()
    if thread is None:
        raise Refused(f"{epic.key} is not linked to {service_key}.")
    thread.delete()
    record(
        "epic.service_unlinked",
        subject=epic.key,
        digest=services_digest(epic),
        by=by,
        seat=seat,
        title=epic.title,
        sentence="took the service {service} off {subject}",
        about=[service_key],
        facts={"service": service_key},
    )


@act
def link_slo(*, epic_key: str, slo_key: str, by: Person) -> EpicSLO:
    """The epic promises to keep the SLO; a signed epic drifts."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_link_slo(epic, by=by)
    try:
        slo = lock_slo(slo_key, by=by)
    except SLO.DoesNotExist:
        raise Refused(f"There is no SLO {slo_key}.") from None
    rules.check_may_promise_slo(epic, slo)
    thread = EpicSLO.objects.create(epic=epic, slo=slo, linked_by=by)
    drifted = drift(epic, at=timezone.now())
    record(
        "epic.slo_linked",
        subject=epic.key,
        digest=slos_digest(epic),
        by=by,
        seat=seat,
        title=epic.title,
        sentence="linked {subject} to the SLO {slo}",
        about=[slo.key],
        facts={"slo": slo.key, "drifted": drifted},
    )
    return thread


@act
def unlink_slo(*, epic_key: str, slo_key: str, by: Person) -> None:
    """The epic promises the SLO no longer; a signed epic drifts, and the log remembers that it did."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_link_slo(epic, by=by)
    thread = EpicSLO.objects.filter(epic=epic, slo__key=slo_key).first()
    if thread is None:
        raise Refused(f"{epic.key} is not linked to {slo_key}.")
    thread.delete()
    drifted = drift(epic, at=timezone.now())
    record(
        "epic.slo_unlinked",
        subject=epic.key,
        digest=slos_digest(epic),
        by=by,
        seat=seat,
        title=epic.title,
        sentence="took the SLO {slo} off {subject}",
        about=[slo_key],
        facts={"slo": slo_key, "drifted": drifted},
    )


@act
def add_dependency(*, epic_key: str, needs_key: str, kind: str, by: Person) -> EpicDependency:
    """The epic needs another: HARD, it cannot ship without it, or SOFT."""
    if kind not in EpicDependency.Kind:
        raise BadInput(f"“{kind}” is no kind of dependency: HARD or SOFT.")
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_edit_dependency(epic, by=by)
    needs = _needed(needs_key, by=by)
    _lock_graph()
    rules.check_may_need(epic, needs, by=by)
    thread = EpicDependency.objects.create(epic=epic, needs=needs, kind=kind, linked_by=by)
    record(
        "epic.dependency_added",
        subject=epic.key,
        digest=dependencies_digest(epic),
        by=by,
        seat=seat,
        title=epic.title,
        sentence="said that {subject} needs {needs}",
        about=[needs.key],
        facts={"needs": needs.key, "kind": str(kind)},
    )
    return thread


@act
def remove_dependency(*, epic_key: str, needs_key: str, by: Person) -> None:
    """The epic needs the other no longer."""
    epic = lock_epic(epic_key, by=by)
    seat = rules.check_may_edit_dependency(epic, by=by)
    thread = EpicDependency.objects.filter(epic=epic, needs__key=needs_key).select_related("needs").first()
    if thread is None:
        raise Refused(f"{epic.key} does not need {needs_key}.")
    thread.delete()
    record(
        "epic.dependency_removed",
        subject=epic.key,
        digest=dependencies_digest(epic),
        by=by,
        seat=seat,
        title=epic.title,
        sentence="said that {subject} no longer needs {needs}",
        about=[needs_key],
        facts={"needs": needs_key},
    )


def services_digest(epic: Epic) -> str:
    """Of the services an epic runs on."""
    keys = EpicService.objects.filter(epic=epic).values_list("service__scope__key", flat=True)
    return canonical_digest({"key": epic.key, "services": sorted(keys)})


def slos_digest(epic: Epic) -> str:
    """Of the SLOs an epic promises to keep."""
    keys = EpicSLO.objects.filter(epic=epic).values_list("slo__key", flat=True)
    return canonical_digest({"key": epic.key, "slos": sorted(keys)})


def dependencies_digest(epic: Epic) -> str:
    """Of what an epic needs."""
    needs = EpicDependency.objects.filter(epic=epic).values_list("needs__key", "kind")
    return canonical_digest({"key": epic.key, "needs": sorted([key, kind] for key, kind in needs)})


def _needed(key: str, *, by: Person) -> Epic:
    try:
        return queries.epic_for(by, key)
    except Epic.DoesNotExist:
        raise Refused(f"There is no epic {key}.") from None


def _lock_graph() -> None:
    """Two dependencies added at once, each without a circle, may close one together: so one after the other."""
    lock_organization()

"""Scopes, teams and services, and what is missing about them."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from apps.organization.models import Membership, Person, Scope, Seat, Service, ServiceDependency, Team
from apps.organization.queries.seats import hidden_scope_ids, today
from apps.organization.roles import ORGANIZATION_ONLY, Role


def readable_scope(reader: Person, key: str) -> Scope:
    """The scope of this key.

    Raises Scope.DoesNotExist where there is none, and alike where it lies in a restricted initiative that `reader`
    may not read.
    """
    scope = Scope.objects.select_related("parent").get(key=key)
    if not hidden_scope_ids(reader).isdisjoint(scope.path_ids()):
        raise Scope.DoesNotExist
    return scope


def team_list(*, text: str = "", kind: str = "") -> QuerySet[Team]:
    """Teams by name, each with `member_count` and `service_count` of today."""
    day = today()
    member = Q(memberships__from_on__lte=day) & (Q(memberships__until_on=None) | Q(memberships__until_on__gte=day))
    teams = Team.objects.select_related("scope").annotate(
        member_count=Count("memberships__person", filter=member, distinct=True),
        service_count=Count("services", distinct=True),
    )
    if text.strip():
        teams = teams.filter(Q(scope__title__icontains=text.strip()) | Q(scope__key__icontains=text.strip()))
    if kind:
        teams = teams.filter(kind=kind)
    return teams.order_by("scope__title", "pk")


def service_list(*, text: str = "", team: str = "") -> QuerySet[Service]:
    """Services by name, each with its team and the number of what it needs and what needs it."""
    services = Service.objects.select_related("scope", "team__scope").annotate(
        need_count=Count("dependencies", distinct=True), dependent_count=Count("dependents", distinct=True)
    )
    if text.strip():
        services = services.filter(Q(scope__title__icontains=text.strip()) | Q(scope__key__icontains=text.strip()))
    if team:
        services = services.filter(team__scope__key=team)
    return services.order_by("scope__title", "pk")


def scopes_above(scope: Scope) -> list[Scope]:
    """The scopes above this one, the root first."""
    above = [pk for pk in scope.path_ids() if pk != scope.pk]
    found = Scope.objects.in_bulk(above)
    return [found[pk] for pk in above]


def readable_initiatives(reader: Person) -> list[Scope]:
    """Scopes of initiatives that are not archived and that `reader` may read."""
    hidden = hidden_scope_ids(reader)
    scopes = Scope.objects.filter(kind=Scope.Kind.INITIATIVE, archived_at=None).order_by("title", "pk")
    return [scope for scope in scopes if scope.pk not in hidden]


def counts() -> dict[str, int]:
    """How many active people, teams and services there are. Three queries."""
    return {
        "people": Person.objects.filter(is_active=True, is_service=False).count(),
        "teams": Team.objects.count(),
        "services": Service.objects.count(),
    }


def special_seats() -> list[Seat]:
    """Who is executive, auditor or administrator today."""
    held = Seat.objects.held_on(today()).filter(role__in=list(ORGANIZATION_ONLY), person__is_active=True)
    return list(held.select_related("person", "scope").order_by("role", "person__name", "pk"))


def dependencies_of(service: Service) -> list[ServiceDependency]:
    """What the service needs."""
    rows = service.dependencies.select_related("needs__scope", "needs__team__scope")
    return list(rows.order_by("kind", "needs__scope__title"))


def dependents_of(service: Service) -> list[ServiceDependency]:
    """What needs the service."""
    rows = ServiceDependency.objects.filter(needs=service)
    return list(rows.select_related("service__scope", "service__team__scope").order_by("kind", "service__scope__title"))


def current_memberships(team: Team) -> QuerySet[Membership]:
    """Who works in the team today or begins later."""
    return (
        team.memberships.filter(Q(until_on=None) | Q(until_on__gte=today()))
        .select_related("person", "team__scope")
        .order_by("person__name", "pk")
    )


def hard_path(start: Service, goal: Service) -> list[Service]:
    """Services from `start` to `goal` along hard dependencies, both included; empty where no way leads there."""
    needs: defaultdict[int, list[int]] = defaultdict(list)
    hard = ServiceDependency.objects.filter(kind=ServiceDependency.Kind.HARD)
    for service, needed in hard.values_list("service_id", "needs_id"):
        needs[service].append(needed)
    came_from: dict[int, int] = {start.pk: start.pk}
    queue = [start.pk]
    for here in queue:
        for there in needs[here]:
            if there not in came_from:
                came_from[there] = here
                queue.append(there)
    if goal.pk not in came_from:
        return []
    steps = [goal.pk]
    while steps[-1] != start.pk:
        steps.append(came_from[steps[-1]])
    found = Service.objects.select_related("scope").in_bulk(steps)
    return [found[pk] for pk in reversed(steps)]


@dataclass(frozen=True)
class PlatformGap:
    """A team that owns services and lacks something by which its success could be told."""

    team: Team
    no_product_owner: bool
    without_users: tuple[Service, ...]
    service_count: int

    @property
    def words(self) -> str:
        """What is missing, as a sentence."""
        missing = ["has no product owner"] if self.no_product_owner else []
        if self.without_users:
            names = ", ".join(service.scope.title for service in self.without_users)
            missing.append(f"does not say who uses {names}")
        return f"{self.team.scope.title} owns {_services(self.service_count)} but {' and '.join(missing)}."

    @property
    def has_no_definition_of_success(self) -> bool:
        """Neither a product owner nor a single service with named users."""
        return self.no_product_owner and len(self.without_users) == self.service_count


def _services(count: int) -> str:
    return "1 service" if count == 1 else f"{count} services"


def platform_gaps(team: Team | None = None) -> list[PlatformGap]:
    """Teams that own services but lack a product owner or do not say who uses a service. Three queries."""
    owned = Service.objects.select_related("scope").order_by("scope__title")
    teams = Team.objects.filter(services__isnull=False).distinct().select_related("scope")
    if team is not None:
        teams = teams.filter(pk=team.pk)
    product = set(
        Seat.objects.held_on(today())
        .filter(role=Role.PRODUCT_OWNER, person__is_active=True)
        .values_list("scope_id", flat=True)
    )
    gaps = []
    for one in teams.order_by("scope__title").prefetch_related(Prefetch("services", owned)):
        services = list(one.services.all())
        # The owner may be seated on the team, above it, or on one of its services.
        places = {*one.scope.path_ids(), *(service.scope_id for service in services)}
        gap = PlatformGap(
            team=one,
            no_product_owner=product.isdisjoint(places),
            without_users=tuple(service for service in services if not service.users.strip()),
            service_count=len(services),
        )
        if gap.no_product_owner or gap.without_users:
            gaps.append(gap)
    return gaps

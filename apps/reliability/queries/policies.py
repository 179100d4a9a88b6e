"""Which policy holds where, and who speaks for which column."""

from collections.abc import Collection, Iterable

from django.db.models import Prefetch, Q, QuerySet

from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.organization.models.seats import HeldSeat
from apps.organization.rights import RIGHTS
from apps.organization.roles import GRID, Column, Layer, Role
from apps.reliability.matrix import DecisionKind
from apps.reliability.models import Policy, PolicyVersion
from apps.reliability.terms import DEFAULT, Terms


def policies_outside(hidden: Collection[int]) -> QuerySet[Policy]:
    """Policies of nothing below the scopes `hidden` from the reader."""
    found = Policy.objects.select_related("scope__worked_by", "in_force__policy").order_by("pk")
    return found.exclude(Q(scope_id__in=hidden) | Q(scope__parent_id__in=hidden)) if hidden else found


def policies_for(reader: Person) -> QuerySet[Policy]:
    """Policies that `reader` may read."""
    return policies_outside(organization.hidden_scope_ids(reader))


def policy_versions_of(policy: Policy) -> list[PolicyVersion]:
    """The newest first, with who signed each."""
    rows = policy.versions.select_related("written_by", "policy__scope")
    return list(rows.prefetch_related("signatures__signature__person"))


def with_versions(rows: QuerySet[Policy]) -> QuerySet[Policy]:
    """With all versions and who signed them, for the API. Two queries more, however many rows."""
    versions = PolicyVersion.objects.select_related("written_by").prefetch_related("signatures")
    return rows.prefetch_related(Prefetch("versions", queryset=versions))


def scopes_of_policies(reader: Person) -> QuerySet[Scope]:
    """Whatever `reader` may read that has no policy of its own."""
    hidden = organization.hidden_scope_ids(reader)
    having = Policy.objects.order_by().values("scope")
    found = Scope.objects.filter(archived_at=None).exclude(pk__in=having).order_by("kind", "title", "pk")
    return found.exclude(Q(pk__in=hidden) | Q(parent_id__in=hidden)) if hidden else found


def versions_in_force() -> dict[int, PolicyVersion]:
    """By the primary key of the scope on which they were agreed. One query."""
    rows = PolicyVersion.objects.filter(pk__in=Policy.objects.exclude(in_force=None).order_by().values("in_force"))
    return {version.policy.scope_id: version for version in rows.select_related("policy__scope")}


def version_for(scope: Scope, among: dict[int, PolicyVersion] | None = None) -> PolicyVersion | None:
    """The version that holds for the scope: its own, or that of the nearest scope above; None where none stands."""
    agreed = versions_in_force() if among is None else among
    return next((agreed[pk] for pk in reversed(scope.path_ids()) if pk in agreed), None)


def terms_of(version: PolicyVersion | None) -> Terms:
    """What a version says; the default terms without one."""
    if version is None:
        return DEFAULT
    return Terms(
        name=f"{version.policy.key} version {version.number}",
        episode=version.episode,
        surplus=version.surplus,
        deadline_days=version.deadline_days,
        expiry_days=version.expiry_days,
        obliges={
            DecisionKind.BROKEN: version.broken_obliges,
            DecisionKind.EPISODE: version.episode_obliges,
            DecisionKind.SURPLUS: version.surplus_obliges,
        },
    )


def deciding_seats(person: Person, right: str, scope: Scope, *, fresh: bool = False) -> dict[Column, HeldSeat]:
    """The seat in which `person` speaks for each column on the scope: own ones first, the nearest first.

    Of the team that works on an epic only the delivery layer counts, as in the epic's grid.
    """
    depth = {pk: index for index, pk in enumerate(scope.path_ids())}
    team = {scope.worked_by_id} if scope.worked_by_id else set()
    found: dict[Column, HeldSeat] = {}
    seats = [
        seat
        for seat in organization.held_seats(person, fresh=fresh)
        if Role(seat.role) in RIGHTS[right]
        and (seat.scope_id in depth or (seat.scope_id in team and _is_of_delivery(seat.role)))
    ]
    for seat in sorted(seats, key=lambda seat: (bool(seat.delegated_by), -depth.get(seat.scope_id, 0))):
        found.setdefault(GRID[Role(seat.role)].column, seat)
    return found


def vacant_columns(scope: Scope, right: str) -> set[Column]:
    """Columns for which nobody speaks on the scope today."""
    scopes: Iterable[Scope] = [scope, *([scope.worked_by] if scope.worked_by else [])]
    seats = organization.seats_on(scopes, roles=RIGHTS[right])
    team = scope.worked_by_id
    filled = {GRID[Role(seat.role)].column for seat in seats if seat.scope_id != team or _is_of_delivery(seat.role)}
    return set(Column) - filled


def _is_of_delivery(role: str) -> bool:
    return GRID[Role(role)].layer == Layer.DELIVERY

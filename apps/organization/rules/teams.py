"""Rules about teams, their members, services and what these depend on."""

import re
from datetime import date

from apps.common.refused import BadInput, Refused
from apps.organization import queries
from apps.organization.models import Membership, Person, Scope, Service, ServiceDependency, Team
from apps.organization.models.seats import HeldSeat
from apps.organization.rules.people import seat_to
from apps.organization.rules.seats import check_dates

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# They would hide behind a page of this name, or be taken for an epic.
_RESERVED = frozenset({"new", "import", "org"})


def check_slug(key: str) -> str:
    """The key of a team or service as it stands in addresses; raises BadInput where it cannot."""
    key = key.strip().lower()
    if not _SLUG.fullmatch(key) or len(key) > 60:
        raise BadInput(
            f"“{key[:60]}” cannot be a key: use small letters, digits and single dashes, a letter first, such as"
            " checkout-team."
        )
    # Other rooms give out keys such as E-12; the log knows things by key alone.
    if key in _RESERVED or re.fullmatch(r"[a-z]{1,5}-\d+", key):
        raise BadInput(f"“{key}” cannot be a key: the portal uses it itself.")
    return key


def check_may_manage_teams(by: Person | None, scope: Scope | None = None) -> HeldSeat | None:
    """An administrator, or the outward layer with a seat on the organization."""
    return seat_to(
        by,
        "organization.manage_teams",
        scope or queries.organization_scope(),
        words="Teams are managed by an administrator, or by the Technical Product Manager, Enterprise Architect or SRE"
        " Organization Lead of the organization or of the team.",
    )


def check_may_manage_team(team: Team, *, by: Person | None) -> HeldSeat | None:
    """The same, with a seat on the team or above."""
    return check_may_manage_teams(by, team.scope)


def check_may_join_team(
    team: Team, person: Person, *, from_on: date, until_on: date | None, by: Person | None
) -> HeldSeat | None:
    """An active person who is not in the team during those days."""
    seat = check_may_manage_team(team, by=by)
    if person.is_service:
        raise Refused(f"{person.name} is a service account and works in no team.")
    if not person.is_active:
        raise Refused(f"{person.name} is not active.")
    check_dates(from_on, until_on)
    for one in Membership.objects.filter(team=team, person=person):
        if (until_on is None or one.from_on <= until_on) and (one.until_on is None or from_on <= one.until_on):
            raise Refused(f"{person.name} is in {team.scope.title} already, since {one.from_on:%-d %b %Y}.")
    return seat


def check_may_leave_team(membership: Membership, *, by: Person) -> HeldSeat | None:
    """Who manages the team; once."""
    seat = check_may_manage_team(membership.team, by=by)
    if membership.until_on is not None and membership.until_on <= queries.today():
        raise Refused(f"{membership.person.name} has left {membership.team.scope.title} already.")
    return seat


def check_may_manage_services_of(team: Team, *, by: Person) -> HeldSeat | None:
    """Whoever builds or runs: a seat of engineering or SRE on the team or above, or an administrator."""
    return seat_to(
        by,
        "organization.manage_services",
        team.scope,
        words=f"Services of {team.scope.title} are managed by its engineers and SREs (with a seat on it or above) or an"
        " administrator.",
    )


def check_may_manage_service(service: Service, *, by: Person) -> HeldSeat | None:
    """The same, with a seat on the service, its team or above."""
    return seat_to(
        by,
        "organization.manage_services",
        service.scope,
        service.team.scope,
        words=f"{service.scope.title} is managed by the engineers and SREs of {service.team.scope.title} (with a seat"
        " on it or above) or an administrator.",
    )


def check_may_add_service_dependency(service: Service, needs: Service, *, kind: str, by: Person) -> HeldSeat | None:
    """Not itself, not twice, and no circle of hard dependencies: in one, nothing could be started or promised first."""
    seat = check_may_manage_service(service, by=by)
    if service.pk == needs.pk:
        raise Refused(f"{service.scope.title} cannot depend on itself.")
    if ServiceDependency.objects.filter(service=service, needs=needs).exists():
        raise Refused(f"{service.scope.title} depends on {needs.scope.title} already.")
    if kind == ServiceDependency.Kind.HARD:
        back = queries.hard_path(needs, service)
        if back:
            circle = " → ".join(one.scope.title for one in [service, *back])
            raise Refused(
                f"This would close a circle of hard dependencies: {circle}. Make one of them soft, or take one out."
            )
    return seat

"""Acts on services and what they depend on."""

from apps.audit.acts import act, canonical_digest, nothing_changed, record
from apps.organization import rules
from apps.organization.actions.locks import lock_organization
from apps.organization.actions.scopes import add_scope
from apps.organization.actions.words import one_line
from apps.organization.models import Person, Scope, Service, ServiceDependency, Team


@act
def create_service(*, key: str, title: str, team: Team, by: Person, purpose: str = "", users: str = "") -> Service:
    """A service below its team's scope."""
    team = Team.objects.select_for_update(of=("self",)).select_related("scope").get(pk=team.pk)
    seat = rules.check_may_manage_services_of(team, by=by)
    scope = add_scope(
        kind=Scope.Kind.SERVICE,
        key=rules.check_slug(key),
        title=one_line(title, what="The name", limit=200, needed=True),
        parent=team.scope,
    )
    service = Service.objects.create(
        scope=scope,
        team=team,
        purpose=one_line(purpose, what="The purpose", limit=500),
        users=one_line(users, what="Who depends on it", limit=500),
    )
    record(
        "service.created",
        subject=scope.key,
        title=scope.title,
        digest=canonical_digest(service.canonical_row()),
        by=by,
        seat=seat,
        about=[team.scope.key],
        facts={"team": team.scope.key},
        sentence="created the service {subject} “{title}”, owned by {team}",
    )
    return service


@act
def edit_service(*, service: Service, title: str, team: Team, purpose: str, users: str, by: Person) -> Service:
    """New words, or a new owner: both teams' people may give it away, only the new one's may take it."""
    service = _locked(service)
    seat = rules.check_may_manage_service(service, by=by)
    if team.pk != service.team_id:
        seat = rules.check_may_manage_services_of(team, by=by)
    before, scope = canonical_digest(service.canonical_row()), service.scope
    scope.title = one_line(title, what="The name", limit=200, needed=True)
    scope.parent, scope.path = team.scope, f"{team.scope.path}{scope.pk}/"
    scope.save(update_fields=["title", "parent", "path"])
    service.team = team
    service.purpose = one_line(purpose, what="The purpose", limit=500)
    service.users = one_line(users, what="Who depends on it", limit=500)
    service.save(update_fields=["team", "purpose", "users"])
    after = canonical_digest(service.canonical_row())
    if after == before:
        nothing_changed()
        return service
    record(
        "service.edited",
        subject=scope.key,
        title=scope.title,
        digest=after,
        previous=before,
        by=by,
        seat=seat,
        about=[team.scope.key],
        facts={"team": team.scope.key},
        sentence="edited the service {subject} “{title}”, owned by {team}",
    )
    return service


@act
def add_service_dependency(
    *, service: Service, needs: Service, by: Person, kind: ServiceDependency.Kind | str = "HARD"
) -> ServiceDependency:
    """`service` needs `needs`: hard (it fails with it) or soft (it degrades)."""
    lock_organization()  # two half circles must not be closed at once
    service, needs = _locked(service), Service.objects.select_related("scope").get(pk=needs.pk)
    kind = ServiceDependency.Kind(kind)
    seat = rules.check_may_add_service_dependency(service, needs, kind=kind, by=by)
    dependency = ServiceDependency.objects.create(service=service, needs=needs, kind=kind, linked_by=by)
    record(
        "service.dependency_added",
        subject=service.scope.key,
        title=service.scope.title,
        digest=canonical_digest(dependency.canonical_row()),
        by=by,
        seat=seat,
        about=[needs.scope.key],
        facts={"needs": needs.scope.key, "kind": kind.value},
        sentence=f"noted that {{subject}} “{{title}}” needs {{needs}}, {kind.label.lower()}",
    )
    return dependency


@act
def remove_service_dependency(*, dependency: ServiceDependency, by: Person) -> None:
    """`service` does not need the other any more. The row goes; the log remembers it."""
    rows = ServiceDependency.objects.select_for_update(of=("self",))
    dependency = rows.select_related("service__scope", "service__team__scope", "needs__scope").get(pk=dependency.pk)
    service, needs = dependency.service, dependency.needs
    seat = rules.check_may_manage_service(service, by=by)
    before = canonical_digest(dependency.canonical_row())
    dependency.delete()
    record(
        "service.dependency_removed",
        subject=service.scope.key,
        title=service.scope.title,
        digest=canonical_digest({"service": service.scope.key, "needs": needs.scope.key, "kind": None}),
        previous=before,
        by=by,
        seat=seat,
        about=[needs.scope.key],
        facts={"needs": needs.scope.key},
        sentence="noted that {subject} “{title}” needs {needs} no more",
    )


def _locked(service: Service) -> Service:
    rows = Service.objects.select_for_update(of=("self",))
    return rows.select_related("scope", "team__scope").get(pk=service.pk)

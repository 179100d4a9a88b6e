"""Acts on teams and who works in them."""

from datetime import date

from apps.audit.acts import Of, act, canonical_digest, nothing_changed, record
from apps.organization import queries, rules
from apps.organization.actions.locks import lock_organization
from apps.organization.actions.scopes import add_scope
from apps.organization.actions.words import one_line
from apps.organization.models import Membership, Person, Scope, Team


@act
def create_team(
    *, key: str, title: str, by: Person | None, kind: Team.Kind | str = Team.Kind.STREAM, purpose: str = ""
) -> Team:
    """A team below the organization, without members yet."""
    root = lock_organization()
    seat = rules.check_may_manage_teams(by)
    scope = add_scope(
        kind=Scope.Kind.TEAM,
        key=rules.check_slug(key),
        title=one_line(title, what="The name", limit=200, needed=True),
        parent=root,
    )
    team = Team.objects.create(
        scope=scope, kind=Team.Kind(kind), purpose=one_line(purpose, what="The purpose", limit=500)
    )
    record(
        "team.created",
        subject=scope.key,
        title=scope.title,
        digest=canonical_digest(team.canonical_row()),
        by=by,
        seat=seat,
        facts={"kind": team.kind},
        sentence="created the team {subject} “{title}”",
    )
    return team


@act
def edit_team(*, team: Team, title: str, kind: Team.Kind | str, purpose: str, by: Person) -> Team:
    """A new name, kind or purpose; the key stays."""
    team = Team.objects.select_for_update(of=("self",)).select_related("scope").get(pk=team.pk)
    seat = rules.check_may_manage_team(team, by=by)
    before = canonical_digest(team.canonical_row())
    team.scope.title = one_line(title, what="The name", limit=200, needed=True)
    team.kind = Team.Kind(kind)
    team.purpose = one_line(purpose, what="The purpose", limit=500)
    team.scope.save(update_fields=["title"])
    team.save(update_fields=["kind", "purpose"])
    after = canonical_digest(team.canonical_row())
    if after == before:
        nothing_changed()
        return team
    record(
        "team.edited",
        subject=team.scope.key,
        title=team.scope.title,
        digest=after,
        previous=before,
        by=by,
        seat=seat,
        facts={"kind": team.kind},
        sentence="edited the team {subject} “{title}”",
    )
    return team


@act
def join_team(
    *, team: Team, person: Person, by: Person | None, from_on: date | None = None, until_on: date | None = None
) -> Membership:
    """`person` works in the team from a day (today) until a last day (None: open)."""
    team = Team.objects.select_for_update(of=("self",)).select_related("scope").get(pk=team.pk)
    from_on = from_on or queries.today()
    seat = rules.check_may_join_team(team, person, from_on=from_on, until_on=until_on, by=by)
    membership = Membership.objects.create(team=team, person=person, from_on=from_on, until_on=until_on)
    record(
        "team.joined",
        subject=team.scope.key,
        title=team.scope.title,
        digest=canonical_digest(membership.canonical_row()),
        by=by,
        seat=seat,
        about=[person.key],
        personal={"member": Of(person.key, person.name)},
        facts={"member_key": person.key, "from_on": from_on, "until_on": until_on},
        sentence="put {member} into the team {subject} “{title}”",
    )
    return membership


@act
def leave_team(*, membership: Membership, by: Person) -> Membership:
    """Today is the last day of `person` in the team; a membership that begins later is dropped to its first day."""
    rows = Membership.objects.select_for_update(of=("self",)).select_related("team__scope", "person")
    membership = rows.get(pk=membership.pk)
    seat = rules.check_may_leave_team(membership, by=by)
    membership.until_on = max(membership.from_on, queries.today())
    membership.save(update_fields=["until_on"])
    scope, person = membership.team.scope, membership.person
    record(
        "team.left",
        subject=scope.key,
        title=scope.title,
        digest=canonical_digest(membership.canonical_row()),
        by=by,
        seat=seat,
        about=[person.key],
        personal={"member": Of(person.key, person.name)},
        facts={"member_key": person.key, "until_on": membership.until_on},
        sentence="took {member} out of the team {subject} “{title}”",
    )
    return membership

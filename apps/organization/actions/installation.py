"""The first acts of an installation."""

from apps.audit.acts import Of, act, canonical_digest, nothing_changed, record
from apps.organization import queries, rules
from apps.organization.actions.locks import lock_organization
from apps.organization.actions.people import add_person
from apps.organization.actions.scopes import add_scope
from apps.organization.actions.seats import grant_seat
from apps.organization.actions.words import one_line
from apps.organization.models import Person, Scope
from apps.organization.roles import Role

ROOT_KEY = "ORG"


@act
def install_organization(*, title: str, by: Person | None = None) -> Scope:
    """The root of the tree, once; where there is one already it is returned as it is."""
    found = Scope.objects.filter(kind=Scope.Kind.ORGANIZATION).first()
    if found is not None:
        nothing_changed()
        return found
    title = one_line(title, what="The organization's name", limit=200, needed=True)
    scope = add_scope(kind=Scope.Kind.ORGANIZATION, key=ROOT_KEY, title=title, parent=None)
    record(
        "organization.installed",
        subject=scope.key,
        title=scope.title,
        digest=canonical_digest({"scope": scope.key, "title": scope.title}),
        by=by,
        sentence="installed the portal for “{title}”",
    )
    return scope


@act
def create_administrator(
    *,
    username: str,
    name: str,
    password_hash: str,
    email: str = "",
    organization: str = "Our organization",
    first: bool = False,
    is_demo: bool = False,
) -> Person:
    """A new administrator, by the operator of the host; makes the organization where there is none.

    `first` is for the first-run page: refused once anybody has an account; a command may have made the organization
    before, under a name that nobody chose, so it takes the name given here.
    """
    install_organization(title=organization)
    root = lock_organization()
    if first:
        rules.check_first_run()
        _rename(root, organization)
    person = add_person(
        username=username, name=name, email=email, password_hash=password_hash, by=None, is_demo=is_demo
    )
    grant_seat(person=person, role=Role.ADMINISTRATOR, scope=root, by=None, from_on=queries.today())
    record(
        "administrator.created",
        subject=person.key,
        digest=canonical_digest(person.canonical_row()),
        by=None,
        about=[root.key],
        personal={"name": Of(person.key, person.name)},
        facts={"first_run": first},
        sentence="made {name} an administrator",
    )
    return person


def _rename(root: Scope, title: str) -> None:
    title, before = one_line(title, what="The organization's name", limit=200, needed=True), root.title
    if title == before:
        return
    root.title = title
    root.save(update_fields=["title"])
    record(
        "organization.renamed",
        subject=root.key,
        title=title,
        digest=canonical_digest({"scope": root.key, "title": title}),
        by=None,
        sentence="named the organization “{title}”, which was “{before}”",
        facts={"before": before},
    )

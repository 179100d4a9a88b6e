"""Starting and editing initiatives."""

from apps.audit.acts import HeldSeat, act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput
from apps.common.text import clean_text
from apps.delivery import queries, rules
from apps.delivery.actions.locks import lock_initiative
from apps.delivery.models import Initiative
from apps.organization import actions as organization
from apps.organization.actions.locks import lock_organization
from apps.organization.actions.scopes import edit_scope
from apps.organization.models import Person, Scope


@act
def create_initiative(
    *, title: str, by: Person, purpose: str = "", restricted: bool = False, is_demo: bool = False
) -> Initiative:
    """A strategic effort with its scope below the organization; `restricted` hides it from all but its seats."""
    seat = rules.check_may_create_initiative(by=by)
    title = clean_line(title, what="The title")
    root = lock_organization()  # two of one title at once
    if queries.initiative_titled(title):
        raise BadInput(f"There is an initiative “{title}” already. Choose another title.")
    return add_initiative(
        root=root, title=title, purpose=purpose, restricted=restricted, is_demo=is_demo, by=by, seat=seat
    )


def add_initiative(
    *, root: Scope, title: str, purpose: str, restricted: bool, is_demo: bool, by: Person, seat: HeldSeat | None
) -> Initiative:
    """The rows and the entry; who calls has locked the `root`, and checked title and right."""
    (key,) = organization.take_keys("I", 1)
    scope = organization.add_scope(
        kind=Scope.Kind.INITIATIVE,
        key=key,
        title=title,
        parent=root,
        restricted=restricted,
    )
    initiative = Initiative.objects.create(
        scope=scope, purpose=clean_text(purpose, what="The purpose", limit=10_000), is_demo=is_demo
    )
    record(
        "initiative.created",
        subject=key,
        digest=initiative_digest(initiative),
        by=by,
        seat=seat,
        title=title,
        sentence="started the initiative {subject} “{title}”",
        facts={"restricted": restricted},
    )
    return initiative


@act
def edit_initiative(*, initiative_key: str, title: str, purpose: str, restricted: bool, by: Person) -> Initiative:
    """Changes title, purpose and who may read it."""
    initiative = lock_initiative(initiative_key, by=by)
    seat = rules.check_may_edit_initiative(initiative, by=by)
    previous = initiative_digest(initiative)
    title = clean_line(title, what="The title")
    namesake = queries.initiative_titled(title)
    if namesake and namesake.pk != initiative.pk:
        raise BadInput(f"There is an initiative “{title}” already. Choose another title.")
    initiative.purpose = clean_text(purpose, what="The purpose", limit=10_000)
    initiative.save(update_fields=["purpose"])
    edit_scope(scope=initiative.scope, title=title, restricted=restricted)
    if initiative_digest(initiative) == previous:
        nothing_changed()
        return initiative
    record(
        "initiative.edited",
        subject=initiative.key,
        digest=initiative_digest(initiative),
        previous=previous,
        by=by,
        seat=seat,
        title=title,
        sentence="edited the initiative {subject} “{title}”",
        facts={"restricted": restricted},
    )
    return initiative


def initiative_digest(initiative: Initiative) -> str:
    """Of what its page shows as its own."""
    scope = initiative.scope
    return canonical_digest(
        {
            "key": scope.key,
            "title": scope.title,
            "purpose": initiative.purpose,
            "restricted": scope.restricted,
        }
    )


def clean_line(text: str, *, what: str, limit: int = 200) -> str:
    """One line of text without white space at its ends. Raises BadInput where it is empty or too long."""
    line = " ".join(clean_text(text, what=what, limit=limit).split())
    if not line:
        raise BadInput(f"{what} is empty.")
    return line

"""Who may do what to initiatives, epics and stories, and when: sentences for the reader.

Every check returns the seat in which the person acts, for the log; a service account holds none.
"""

from django.utils import timezone

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import queries
from apps.delivery.meaning import plain
from apps.delivery.models import NFR, Epic, Initiative, Story, StoryVersion
from apps.delivery.resting import ceiling_for, slos_below
from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.organization.models.seats import HeldSeat
from apps.organization.rules import seat_or_refuse
from apps.reliability.models import SLI, SLO
from apps.reliability.percent import percent


def _check_alive(epic: Epic) -> None:
    if epic.archived_at:
        raise Refused(f"{epic.key} is archived; nothing in it changes any more.")


def _check_story_alive(story: Story) -> None:
    _check_alive(story.epic)
    if story.archived_at:
        raise Refused(f"{story.key} is archived; its text stays as it is.")


def check_may_create_initiative(*, by: Person) -> HeldSeat | None:
    """Initiatives stand below the organization."""
    root = organization.organization_scope()
    return seat_or_refuse(by, "delivery.manage_initiative", "Starting an initiative", root)


def check_may_edit_initiative(initiative: Initiative, *, by: Person) -> HeldSeat | None:
    """Title, purpose, and who may read it."""
    seat = seat_or_refuse(
        by, "delivery.manage_initiative", f"Editing the initiative {initiative.key}", initiative.scope
    )
    if initiative.scope.archived_at:
        raise Refused(f"{initiative.key} is archived.")
    return seat


def check_may_create_epic(initiative: Initiative, *, by: Person) -> HeldSeat | None:
    """A new epic of the initiative."""
    seat = seat_or_refuse(by, "delivery.edit_epic", f"Writing epics of {initiative.key}", initiative.scope)
    if initiative.scope.archived_at:
        raise Refused(f"{initiative.key} is archived; start an initiative of your own for new epics.")
    return seat


def check_may_edit_epic(epic: Epic, *, by: Person) -> HeldSeat | None:
    """Title, summary, team, quarter."""
    seat = seat_or_refuse(by, "delivery.edit_epic", f"Editing {epic.key}", epic.scope)
    _check_alive(epic)
    return seat


def check_may_archive_epic(epic: Epic, *, by: Person) -> HeldSeat | None:
    """Only epics that no other epic in work needs."""
    seat = seat_or_refuse(by, "delivery.edit_epic", f"Archiving {epic.key}", epic.scope)
    _check_alive(epic)
    needing = queries.dependents_of(epic).filter(epic__archived_at=None)
    if keys := [thread.epic.key for thread in needing]:
        raise Refused(f"{', '.join(keys)} needs {epic.key}. Remove that dependency first.")
    return seat


def check_may_create_story(epic: Epic, *, by: Person) -> HeldSeat | None:
    """A new story of the epic."""
    scopes = (epic.scope, epic.team.scope) if epic.team else (epic.scope,)
    seat = seat_or_refuse(by, "delivery.edit_story", f"Writing stories of {epic.key}", *scopes)
    _check_alive(epic)
    return seat


def check_may_edit_story(story: Story, *, by: Person) -> HeldSeat | None:
    """Text, team, points."""
    seat = seat_or_refuse(by, "delivery.edit_story", f"Editing {story.key}", *queries.story_scopes(story))
    _check_story_alive(story)
    return seat


def check_may_archive_story(story: Story, *, by: Person) -> HeldSeat | None:
    """Take a story out of its epic; it stays readable."""
    seat = seat_or_refuse(by, "delivery.edit_story", f"Archiving {story.key}", *queries.story_scopes(story))
    _check_story_alive(story)
    return seat


def check_may_create_nfr(epic: Epic, *, by: Person) -> HeldSeat | None:
    """A new non-functional requirement of the epic."""
    seat = seat_or_refuse(by, "delivery.edit_nfr", f"Writing requirements of {epic.key}", epic.scope)
    _check_alive(epic)
    return seat


def check_may_edit_nfr(nfr: NFR, *, by: Person) -> HeldSeat | None:
    """Change or archive a requirement; what was attested of it is void then."""
    seat = seat_or_refuse(by, "delivery.edit_nfr", f"Changing {nfr.key}", nfr.epic.scope)
    _check_alive(nfr.epic)
    if nfr.archived_at:
        raise Refused(f"{nfr.key} is archived; write a new requirement instead.")
    return seat


def check_may_measure(epic: Epic, sli: SLI) -> None:
    """An SLI in use, of the epic's own experience, of a service or a team: all who read the epic may read it."""
    if sli.archived_at:
        raise BadInput(f"{sli.key} is archived: nobody measures it any more.")
    if sli.scope.kind == Scope.Kind.EPIC and sli.scope_id != epic.scope_id:
        raise BadInput(f"{sli.key} is measured of {sli.scope.key}. Choose an SLI of {epic.key}, a service or a team.")


def check_may_prove(epic: Epic, story: Story, name: str) -> None:
    """A scenario of that name stands in the current text of one of the epic's stories."""
    if story.epic_id != epic.pk or story.archived_at:
        raise BadInput(f"{story.key} is no story of {epic.key}. Choose a scenario of one that is.")
    if name not in {plain(scenario.name) for scenario in queries.current_scenarios(story)}:
        raise BadInput(f"The current text of {story.key} has no scenario “{name[:200]}”.")


def check_may_link_slo(epic: Epic, *, by: Person) -> HeldSeat | None:
    """Say, or no longer say, that the epic promises to keep an SLO."""
    seat = seat_or_refuse(by, "delivery.link_slo", f"Linking SLOs to {epic.key}", epic.scope)
    _check_alive(epic)
    return seat


def check_may_promise_slo(epic: Epic, slo: SLO) -> None:
    """Of its own experience, of a service or a team; no tighter than what the epic cannot do without allows."""
    if slo.archived_at:
        raise Refused(f"{slo.key} is archived; nobody keeps it any more.")
    if slo.scope.kind == Scope.Kind.EPIC and slo.scope_id != epic.scope_id:
        raise Refused(
            f"{slo.key} is promised by {slo.scope.key}. Say that {epic.key} needs {slo.scope.key} instead: then it "
            "counts as a dependency."
        )
    if epic.slo_threads.filter(slo=slo).exists():
        raise Refused(f"{epic.key} is linked to {slo.key} already.")
    most = ceiling_for(slo, slos_below([epic.pk]).get(epic.pk, ()))
    if most is not None and slo.share > most:
        raise Refused(
            f"{slo.key} promises {percent(slo.share, 7)}, but what {epic.key} cannot do without allows "
            f"{percent(most, 7)} at most. Promise less, or see that what it rests on promises more."
        )


def check_may_link_service(epic: Epic, *, by: Person) -> HeldSeat | None:
    """Say, or no longer say, that the epic's promise runs on a service."""
    seat = seat_or_refuse(by, "delivery.link_service", f"Linking services to {epic.key}", epic.scope)
    _check_alive(epic)
    return seat


def check_may_plan_demand(epic: Epic, *, by: Person) -> HeldSeat | None:
    """Say, or no longer say, what the epic adds to what runs out."""
    seat = seat_or_refuse(by, "delivery.plan_demand", f"Planning demand of {epic.key}", epic.scope)
    _check_alive(epic)
    return seat


def check_may_edit_dependency(epic: Epic, *, by: Person) -> HeldSeat | None:
    """Say what the epic needs."""
    seat = seat_or_refuse(by, "delivery.edit_dependency", f"Changing what {epic.key} needs", epic.scope)
    _check_alive(epic)
    return seat


def check_may_need(epic: Epic, needs: Epic, *, by: Person) -> None:
    """Neither itself, nor archived, nor twice, nor in a circle: over all kinds, the circle is named."""
    if epic.pk == needs.pk:
        raise Refused(f"{epic.key} cannot need itself.")
    if needs.archived_at:
        raise Refused(f"{needs.key} is archived, so nothing can rest on it.")
    if epic.dependencies.filter(needs=needs).exists():
        raise Refused(f"{epic.key} needs {needs.key} already. Remove that dependency to change its kind.")
    if back := queries.path_between(needs, epic):
        readable = set(queries.epics_for(by).filter(key__in=back).values_list("key", flat=True))
        shown = [key if key in readable else "another epic" for key in back]
        circle = " needs ".join([epic.key, *shown])
        raise Refused(f"That would close a circle: {circle}.")


def check_may_comment(thing: Epic | Story, *, by: Person) -> HeldSeat | None:
    """Whoever holds any seat may comment on what they may read."""
    return seat_or_refuse(by, "delivery.comment", f"Commenting on {thing.key}")


def check_may_import_features(
    initiative: Initiative | None, *, by: Person, is_operators: bool = False
) -> HeldSeat | None:
    """Into an initiative, or (None) into one that the import starts below the organization.

    `is_operators`: by a command, whose service account writes to what is hidden from everybody's tokens, too.
    """
    reads_all = by.is_service and is_operators
    if initiative and not reads_all and initiative.scope_id in organization.hidden_scope_ids(by):
        if by.is_service:
            raise NotAllowed("A token imports into no initiative of this title. Choose another, or ask a person.")
        initiative = None  # refused in the same words as where there is none of that title
    scope = initiative.scope if initiative else organization.organization_scope()
    what = initiative.key if initiative else "a new initiative"
    seat = seat_or_refuse(by, "delivery.import_features", f"Importing features into {what}", scope)
    if initiative and initiative.scope.archived_at:
        raise Refused(f"{initiative.key} is archived.")
    return seat


def check_not_in_the_future(at: object) -> None:
    """A text cannot hold since an instant that is still to come."""
    if at is not None and at > timezone.now():  # type: ignore[operator]
        raise Refused(f"{at:%Y-%m-%d %H:%M} UTC is in the future; a text can only be as old as now or older.")


class ChangedMeanwhile(Refused):
    """Somebody else wrote a version since the editor was opened; `theirs` is the current one."""

    def __init__(self, story: Story, theirs: StoryVersion) -> None:
        super().__init__(
            f"{theirs.author.name} changed {story.key} meanwhile: it is at version {theirs.number} now. "
            "Look at the difference, bring your words in line with it and save again."
        )
        self.theirs = theirs


def check_unchanged_since(story: Story, base_version: int) -> None:
    """The version that an edit began from is still the current one."""
    if story.version and story.version.number != base_version:
        raise ChangedMeanwhile(story, story.version)

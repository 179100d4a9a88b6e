"""Reading regressions: signed stories that fail now, since when, and who signed them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.delivery.models import Epic, Story
from apps.organization.models import Person, Team
from apps.signoff.models import EpicSignOff
from apps.specs import queries as specs
from apps.specs.queries import Failure


@dataclass(frozen=True)
class Regression:
    """A signed story that fails. `epic_signer` is who accepted its epic, None where nobody did, or it was rejected."""

    story: Story
    failure: Failure | None
    epic_signer: Person | None

    @property
    def team(self) -> Team | None:
        """Whose story it is: its own team, else the epic's."""
        return self.story.team or self.story.epic.team

    @property
    def signers(self) -> list[Person]:
        """Who signed the story, and who signed its epic."""
        found = [person for person in (self.story.signed_by, self.epic_signer) if person]
        return list(dict.fromkeys(found))


def regressions_of(stories: Sequence[Story]) -> list[Regression]:
    """Of regressed stories, in their order; those that did not regress are left out. Three queries."""
    regressed = [story for story in stories if story.is_regressed]
    failures = specs.failures_of([story.pk for story in regressed])
    signers = epic_signers(story.epic for story in regressed)
    return [Regression(story, failures.get(story.pk), signers.get(story.epic_id)) for story in regressed]


def epic_signers(epics: Iterable[Epic]) -> dict[int, Person]:
    """By the primary keys of accepted `epics`: whose signature accepts it. One query."""
    accepted = {epic.pk for epic in epics if epic.signed_promise}
    if not accepted:
        return {}
    # The last one accepts it: a rejection would have taken the signed promise away.
    rows = (
        EpicSignOff.objects.filter(epic__in=accepted).select_related("signature__person").order_by("epic_id", "number")
    )
    return {row.epic_id: row.signature.person for row in rows}

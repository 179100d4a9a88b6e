"""The portal as part of its demo: its own stories as the initiative “Triad itself”, and a promise on its own answers.

Neither is made up: it really runs the stories, and counts the requests that it answers.
"""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from apps.delivery import actions as delivery
from apps.organization import actions as organization
from apps.organization.models import Person, Team
from apps.organization.queries import today
from apps.organization.roles import Role
from apps.reliability import actions as reliability
from apps.reliability.models import SLI

# As the suite `portal` of the settings names what it covers.
TITLE = "Triad itself"
PURPOSE = "What this portal promises, told as stories, and run by itself on a private instance of its own."
TEAM = "platform"
SEATS = (
    ("maria", Role.PRODUCT_OWNER),
    ("lola", Role.BUSINESS_ANALYST),
    ("ruth", Role.BUSINESS_ANALYST),
    ("priya", Role.SRE_LEAD),
    ("jonas", Role.SOLUTION_ARCHITECT),
)
WRITER = "ruth"
SERVICE, WATCHER = "triad", "leo"
# Folder, title, summary
EPICS = (
    ("sign_off", "A signature that binds", "Who may sign what, in which seat, and what a yes covers."),
    ("living_text", "Text that lives", "A story may change; what was signed of it never changes in silence."),
    ("evidence", "Evidence that proves", "A result counts for the text that ran, and for nothing else."),
    ("trail", "A trail to be trusted", "What happened can be told later, by people who do not trust the portal."),
)


def load() -> None:
    """Adds initiative, epics and stories, none of which ever ran. A part of the demo, inside its transaction."""
    adam = Person.objects.get(username="adam")
    initiative = delivery.create_initiative(title=TITLE, purpose=PURPOSE, by=adam, is_demo=True)
    for username, role in SEATS:
        person = Person.objects.get(username=username)
        organization.grant_seat(person=person, role=role, scope=initiative.scope, by=adam)
    owner, writer = (Person.objects.get(username=username) for username in (SEATS[0][0], WRITER))
    for folder, title, summary in EPICS:
        epic = delivery.create_epic(
            initiative_key=initiative.key,
            title=title,
            summary=summary,
            team_key=TEAM,
            promised_for="2026-Q4",
            by=owner,
        )
        for path in _features(folder):
            delivery.create_story(epic_key=epic.key, text=path.read_text(), team_key=TEAM, points=2, by=writer)


def watch() -> None:
    """Adds the portal as a service whose requests it counts itself; counts come with time. A part of the demo."""
    adam, by = (Person.objects.get(username=username) for username in ("adam", WATCHER))
    team = Team.objects.get(scope__key=TEAM)
    organization.create_service(key=SERVICE, title="Triad", team=team, users="Everybody in this demo", by=adam)
    sli = reliability.create_sli(
        scope_key=SERVICE,
        title="Triad answers",
        good_means="a request to this portal is answered without a server error (5xx)",
        source=SLI.Source.PORTAL,
        by=by,
    )
    reliability.create_slo(
        sli_key=sli.key,
        title="Whoever asks Triad gets an answer",
        target=Decimal("0.999"),
        window="28d",
        rationale="A page that fails while somebody signs costs more trust than it costs time.",
        by=by,
        next_review_on=today() + timedelta(days=75),
    )
    reliability.refresh_slos(slis=[sli.pk])


def _features(folder: str) -> list[Path]:
    return sorted((settings.OWN_STORIES / folder).glob("*.feature"))

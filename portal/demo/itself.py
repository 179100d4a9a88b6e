"""The initiative “Triad itself”: four epics of the portal's own stories, which the portal then really runs."""

from pathlib import Path

from django.conf import settings

from apps.delivery import actions as delivery
from apps.organization import actions as organization
from apps.organization.models import Person
from apps.organization.roles import Role

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


def _features(folder: str) -> list[Path]:
    return sorted((settings.OWN_STORIES / folder).glob("*.feature"))

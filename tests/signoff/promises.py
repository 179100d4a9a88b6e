"""Epics at every distance from a signature, made by the portal's own acts."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.delivery import actions as delivery
from apps.delivery.models import Epic, Initiative, Story
from apps.organization.models import Person
from apps.reliability.models import SLO
from apps.signatures.reauthentication import Authentication
from apps.signoff import actions
from apps.signoff.dossier import Shown
from apps.signoff.models import EpicSignOff, StorySignOff
from apps.signoff.signing import read_signing
from tests.cast import Cast, forget_seats
from tests.reliability.world import make_sli, make_slo, send

STEPS = "  Scenario: {name}\n    Given a basket with 2 items\n    When the customer pays\n    Then {outcome}\n"


def text_of(title: str, *, outcome: str = "the order is placed", scenarios: int = 1) -> str:
    """A story's text, its scenarios alike but for their names."""
    lines = "\n".join(STEPS.format(name=f"{title} {number}", outcome=outcome) for number in range(scenarios))
    return f"Feature: {title}\n  In order to buy\n  As a customer\n  I want it to work\n\n{lines}"


def confirmed(at: datetime | None = None) -> Authentication:
    """That somebody typed a password, just now if no instant is given."""
    return Authentication("password", at or timezone.now())


def key() -> str:
    """A form's idempotency key."""
    return secrets.token_hex(16)


@dataclass
class Promise:
    """An epic of the cast's initiative with stories that Ruth wrote."""

    cast: Cast
    epic: Epic
    stories: list[Story] = field(default_factory=list)

    def add_story(self, title: str = "Pay with a stored card", **kwargs: object) -> Story:
        story = delivery.create_story(epic_key=self.epic.key, text=text_of(title, **kwargs), by=self.cast.ruth)  # type: ignore[arg-type]
        self.stories.append(story)
        return story

    def prove(self, *stories: Story, verdict: str = Story.Verdict.PASSED) -> None:
        """The latest run of these stories (of all of them) ended so, at their current texts."""
        with transaction.atomic():
            for story in stories or self.stories:
                current = Story.objects.get(pk=story.pk)
                delivery.record_evidence(story=current, digest=current.digest, verdict=verdict, at=timezone.now())

    def shown(self, *stories: Story) -> list[actions.StoryShown]:
        return [actions.StoryShown(story.key, story.digest) for story in self.fresh(*stories)]

    def fresh(self, *stories: Story) -> list[Story]:
        return list(Story.objects.filter(pk__in=[story.pk for story in stories or self.stories]).order_by("pk"))

    def sign_stories(self, *stories: Story, by: Person | None = None) -> list[StorySignOff]:
        """Lena, who wrote none of them, accepts these stories (all of them)."""
        return actions.sign_off_stories(
            shown=self.shown(*stories),
            meaning="ACCEPT",
            by=by or self.cast.lena,
            authentication=confirmed(),
            comment="",
            key=key(),
        )

    def dossier(self) -> Shown:
        """What the signing page would show now."""
        return read_signing(self.reread(), at=timezone.now()).shown

    def sign(self, *, by: Person | None = None, meaning: str = "ACCEPT", **kwargs: object) -> EpicSignOff:
        """Maria signs what the page would show now, if nothing else is said."""
        given = {
            "shown": kwargs.pop("shown", None) or self.dossier(),
            "authentication": kwargs.pop("authentication", None) or confirmed(),
            "comment": kwargs.pop("comment", ""),
            "key": kwargs.pop("key", None) or key(),
            "signer": kwargs.pop("signer", None),
        }
        person = forget_seats(by or self.cast.maria)
        return actions.sign_off_epic(epic_key=self.epic.key, meaning=meaning, by=person, **given)  # type: ignore[arg-type]

    def reread(self) -> Epic:
        return Epic.objects.select_related("scope", "initiative__scope", "team__scope").get(pk=self.epic.pk)

    def edit(self, story: Story, *, outcome: str, by: Person | None = None) -> Story:
        """Somebody changes what the story promises."""
        current = Story.objects.select_related("version").get(pk=story.pk)
        delivery.edit_story(
            story_key=story.key,
            text=text_of(current.title, outcome=outcome),
            by=by or self.cast.ruth,
            base_version=current.version.number if current.version else 0,
            reason="users asked for it",
        )
        return Story.objects.get(pk=story.pk)


def make_dependable(epic: Epic, *, cast: Cast, target: str = "0.99", good: int = 999, total: int = 1_000) -> SLO:
    """The epic promises so much of its experience over 28 days, and keeps it, as the hour before says."""
    sli = make_sli(epic.scope, cast.maria)
    slo = make_slo(sli, cast.maria, target=target)
    delivery.link_slo(epic_key=epic.key, slo_key=slo.key, by=cast.maria)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    send(sli, (hour, good, total), by=cast.adam)
    return slo


def make_promise(cast: Cast, *, stories: int = 2, title: str = "Checkout in one page") -> Promise:
    """An open epic with stories that never ran."""
    initiative, _ = Initiative.objects.get_or_create(scope=cast.initiative)
    epic = delivery.create_epic(initiative_key=initiative.key, title=title, by=cast.maria)
    make_dependable(epic, cast=cast)
    promise = Promise(cast, epic)
    for number in range(stories):
        promise.add_story(f"Pay in way {number + 1}")
    return promise


@pytest.fixture
def promise(cast: Cast) -> Promise:
    """An epic of two stories, both passing and signed by an analyst: ready for the product owner."""
    made = make_promise(cast)
    made.prove()
    made.sign_stories()
    return made

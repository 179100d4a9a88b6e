"""Initiatives, epics and stories for tests, made by the acts themselves; and a fixture with one of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from apps.audit.models import Entry
from apps.delivery import actions, feature_files
from apps.delivery.models import Epic, Initiative, Story
from tests.cast import Cast

CART = """Feature: Fill the cart
  In order to buy several things at once
  As a customer
  I want a cart

  Background:
    Given an empty cart

  Scenario: One thing
    When I add a book
    Then the cart holds 1 thing

  Scenario Outline: Several things
    When I add <count> books
    Then the cart holds <count> things

    Examples:
      | count |
      | 2     |
      | 3     |
"""
# The same meaning: indentation, comment, tag, And for Given.
CART_FORMATTED = "# written again\n@cart\n" + CART.replace("\n    ", "\n        ").replace("Examples:", "\n Examples:")
CART_CHANGED = CART.replace("holds 1 thing", "holds one thing")
PAY = """Feature: Pay
  Scenario: By card
    When I pay by card
    Then the order is paid
"""
PROMISE = "a" * 64


@dataclass
class Work:
    """The cast at work: an initiative with one epic and two stories."""

    cast: Cast
    initiative: Initiative
    epic: Epic
    cart: Story
    pay: Story

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cast, name)


def make_initiative(cast: Cast) -> Initiative:
    """The row of the cast's own initiative."""
    return Initiative.objects.get_or_create(scope=cast.initiative)[0]


def make_epic(cast: Cast, title: str = "Checkout in one page", **more: Any) -> Epic:
    """An epic written by the product owner."""
    make_initiative(cast)
    return actions.create_epic(initiative_key=cast.initiative.key, title=title, by=cast.maria, **more)


def make_story(cast: Cast, epic: Epic, text: str = CART) -> Story:
    """A story written by an analyst."""
    return actions.create_story(epic_key=epic.key, text=text, by=cast.ruth)


@pytest.fixture
def work(cast: Cast) -> Work:
    """One initiative, one epic, two stories."""
    epic = make_epic(cast)
    return Work(cast, make_initiative(cast), epic, make_story(cast, epic), make_story(cast, epic, PAY))


def prove(story: Story, verdict: str = "PASSED") -> None:
    """Evidence at the story's current meaning, as specs sets it."""
    story.refresh_from_db()
    with transaction.atomic():
        actions.record_evidence(story=story, digest=story.digest, verdict=verdict, at=timezone.now())


def sign(story: Story, cast: Cast) -> None:
    """An analyst's signature, as signoff sets it."""
    story.refresh_from_db()
    with transaction.atomic():
        actions.record_story_signature(story=story, digest=story.digest, by=cast.lena, at=timezone.now())


def accept(epic: Epic) -> None:
    """A product owner's acceptance, as signoff sets it."""
    epic.refresh_from_db()
    with transaction.atomic():
        actions.record_epic_acceptance(epic=epic, promise=PROMISE, at=timezone.now())


def read_files(
    files: Mapping[str, str | bytes], title: str = "shop", known: feature_files.KnownTexts | None = None
) -> feature_files.Reading:
    """Feature files by path, as reading a folder gives them."""
    sources = [
        feature_files.Source(path, len(data), lambda size, data=data: data[:size])  # type: ignore[misc]
        for path, data in sorted(
            (path, text.encode() if isinstance(text, str) else text) for path, text in files.items()
        )
    ]
    return feature_files.read(sources, title=title, known=known)


def entries() -> list[tuple[str, str]]:
    """The log as (event, subject)."""
    return list(Entry.objects.order_by("index").values_list("event", "subject"))


def last_entry() -> Entry:
    """The newest entry."""
    return Entry.objects.latest("index")

"""Every state that a room stores or computes has a look."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import TextChoices

from apps.common.tones import TONES, tone_of
from apps.delivery import states as delivery
from apps.signoff import states as signoff


def states() -> Iterator[tuple[str, str]]:
    for model in apps.get_models():
        if model.__module__.startswith("apps."):
            for field in model._meta.get_fields():
                if field.name in ("state", "status", "verdict", "meaning", "evidence_verdict"):
                    for value, _ in getattr(field, "choices", None) or []:
                        if value:
                            yield f"{model.__name__}.{field.name}", value
    for choices in (delivery.StoryState, delivery.EpicState, signoff.VerdictState, signoff.GateState):
        for value in choices.values:
            yield choices.__name__, value


@pytest.mark.parametrize(("where", "value"), list(states()))
def test_every_state_has_a_look(where: str, value: str) -> None:
    assert value in TONES, f"add {value} of {where} to apps/common/tones.py"


class Made(TextChoices):
    READY = "READY", "Ready to sign"


def test_a_choice_brings_its_own_word() -> None:
    assert tone_of(Made.READY).word == "Ready to sign"
    assert tone_of("READY").word == "Ready"

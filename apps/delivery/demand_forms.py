"""Shape of what an epic adds to what runs out."""

from typing import Any

from django import forms

from apps.common.choosing import ManyOptions
from apps.delivery.actions.demands import Planned
from apps.organization.models import Person
from apps.reliability import queries as reliability
from apps.reliability.headroom import MOST


class DemandForm(forms.Form):
    """A resource, a day, and how much more."""

    resource = forms.ChoiceField(label="Resource", widget=ManyOptions)
    on = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}),
        label="From",
        help_text="The first day on which it is used, UTC.",
    )
    amount = forms.FloatField(
        min_value=-MOST, max_value=MOST, label="More", help_text="In the resource's unit; below 0 for less."
    )
    why = forms.CharField(required=False, max_length=500, label="Why", help_text="Such as “the autumn campaign”.")

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = reliability.resources_for(by).filter(archived_at=None).order_by("scope__title", "pk")
        self.fields["resource"].choices = [  # type: ignore[attr-defined]
            (one.key, f"{one.key} {one.title} · {one.scope.title}") for one in found
        ]


def planned_of(data: dict[str, Any]) -> Planned:
    """What the action takes, from a form's cleaned data."""
    return Planned(data["resource"], data["on"], data["amount"], data.get("why", ""))

"""Forms about seats."""

from collections.abc import Iterable
from typing import Any

from django import forms

from apps.organization.forms.fields import DayField, PersonField
from apps.organization.roles import Role


class SeatForm(forms.Form):
    """Who takes which seat, and when."""

    person = PersonField()
    role = forms.ChoiceField(label="Seat")
    from_on = DayField(label="From")
    until_on = DayField(label="Last day", required=False, help_text="Leave it empty for no end.")

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]


class EndSeatForm(forms.Form):
    """When a seat ends, and why."""

    last_day = DayField(required=False, help_text="Leave it empty to end the seat at once.")
    reason = forms.CharField(max_length=500, required=False)


class DelegateForm(forms.Form):
    """Who acts in a seat, from when to when."""

    delegate = PersonField(label="Who acts for you")
    from_on = DayField(label="From")
    until_on = DayField(label="Last day")
    reason = forms.CharField(max_length=500, required=False, help_text="Such as: on leave.")

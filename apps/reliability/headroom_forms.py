"""Shape of what is typed on the pages of headroom."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from apps.common.choosing import ManyOptions
from apps.organization.models import Person
from apps.reliability import usage
from apps.reliability.actions import Meant
from apps.reliability.formats import counts_csv
from apps.reliability.forms import offer_scopes
from apps.reliability.headroom import MOST
from apps.reliability.headroom_lines import STATES
from apps.reliability.models import Resource
from apps.reliability.queries.headroom import OVERDUE_REVIEW


class ResourceForm(forms.Form):
    """What has a limit."""

    title = forms.CharField(max_length=200, help_text="Such as “Disk of the orders database”.")
    limit = forms.FloatField(min_value=0, max_value=MOST, help_text="Above which it does not go, in the unit below.")
    unit = forms.CharField(required=False, max_length=20, help_text="Such as GB, connections, requests/s.")
    measure = forms.ChoiceField(choices=Resource.Measure.choices, label="Usage of a day is")

    def meant(self) -> Meant:
        """What the action takes."""
        return meant_of(self.cleaned_data)


class ResourceCreateForm(ResourceForm):
    """A resource, with what uses it: offered is where `by` may say so, `offers` whether there is any."""

    field_order = ["scope"]
    scope = forms.ChoiceField(label="Of", widget=ManyOptions, help_text="A service, an epic's experience, or a team.")

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = offer_scopes(self.fields["scope"], by=by, right="reliability.edit_resource")


def meant_of(data: Mapping[str, Any]) -> Meant:
    """From a form's cleaned data."""
    return Meant(title=data["title"], limit=data["limit"], unit=data["unit"], measure=data["measure"])


def resource_initial(resource: Resource) -> dict[str, Any]:
    """What the form of a resource begins with."""
    return {name: getattr(resource, name) for name in ResourceForm.base_fields}


class UsageForm(forms.Form):
    """One day's usage, or a file of many."""

    on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Day (UTC)")
    value = forms.FloatField(required=False, min_value=0, max_value=MOST, label="In use")
    file = forms.FileField(
        required=False,
        label="Or a CSV file",
        help_text="Its first line is at,value. Of several values of one day the highest counts.",
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        upload, on, value = found.get("file"), found.get("on"), found.get("value")
        if upload is None and (on is None or value is None):
            raise forms.ValidationError("Say a day and what was in use on it, or choose a file.")
        if upload is not None and upload.size > counts_csv.MAX_BYTES:
            raise forms.ValidationError(f"The file has {upload.size:,} bytes; at most 16 MiB are allowed.")
        return found

    def usage(self) -> dict[date, float]:
        """By day. Raises BadInput with the line of the file."""
        upload = self.cleaned_data.get("file")
        if upload is None:
            return {self.cleaned_data["on"]: self.cleaned_data["value"]}
        return usage.read_csv(upload.read())


class HeadroomReviewForm(forms.Form):
    """What follows from the figures; the hidden field ties it to those shown."""

    digest = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label="What follows",
        help_text="What is done, by whom and until when; or that nothing has to be.",
    )
    next_review_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), label="Next review")


class ResourceFilterForm(forms.Form):
    """Which resources to show."""

    text = forms.CharField(required=False, max_length=200, label="Words or key")
    state = forms.ChoiceField(required=False, label="State")
    scope = forms.CharField(required=False, max_length=64, label="Of (key)")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(state.value, words) for state, words in STATES.items()]
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            ("", "Any state"),
            *states,
            (OVERDUE_REVIEW, "Review overdue"),
        ]

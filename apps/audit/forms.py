"""The shape of what people send to the log: its filters."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from apps.audit import queries
from apps.common.choosing import ManyOptions


class EntryFilterForm(forms.Form):
    """Which entries to show; days are days in UTC, the last one included."""

    key = forms.CharField(
        label="Concerns",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "E-12", "size": 8}),
    )
    person = forms.ChoiceField(label="By", required=False, widget=ManyOptions)
    event = forms.ChoiceField(label="Act", required=False, widget=ManyOptions)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = queries.named()
        people = [(key, name if name == key else f"{name} ({key})") for key, name in named.people]
        self.fields["person"].choices = [("", "Anybody"), *people]  # type: ignore[attr-defined]
        self.fields["event"].choices = [("", "Any act"), *((event, event) for event in named.events)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "This day lies before the first one.")
        return cleaned

    def criteria(self) -> dict[str, Any]:
        """The filters as `queries.entries` takes them."""
        return criteria_of(self.cleaned_data)


def criteria_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What `EntryFilterForm` read, as `queries.entries` takes it."""
    until: date | None = asked["until"]
    return {
        "subject": asked["key"].strip(),
        "person": asked["person"],
        "event": asked["event"],
        "since": _midnight(asked["since"]),
        "until": _midnight(until + timedelta(days=1)) if until and until < date.max else None,
    }


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=UTC) if day else None

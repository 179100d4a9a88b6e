"""Forms about people, accounts and tokens."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from django import forms

from apps.organization import people_csv
from apps.organization.forms.fields import DayField
from apps.organization.models import Person, Seat

ZONES = [(name, name) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class PersonForm(forms.Form):
    """Somebody new."""

    name = forms.CharField(max_length=200, help_text="As it shall stand beside signatures.")
    username = forms.CharField(max_length=150, help_text="For signing in and in addresses; it stays as it is.")
    email = forms.EmailField(label="Mail address", required=False, help_text="The one-time link is sent there as well.")


class EditPersonForm(forms.Form):
    """What an administrator may change about a person."""

    name = forms.CharField(max_length=200)
    email = forms.EmailField(
        label="Mail address",
        required=False,
        help_text="A change is told to the old address and shuts the person’s signing for a while.",
    )
    time_zone = forms.ChoiceField(choices=ZONES)


class OwnSettingsForm(forms.Form):
    """What people may change about themselves."""

    time_zone = forms.ChoiceField(choices=ZONES)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        max_length=500, required=False, help_text="It is kept in the log, where it can be erased later."
    )


class ImportForm(forms.Form):
    """People as CSV, from a file or pasted."""

    file = forms.FileField(label="CSV file", required=False)
    text = forms.CharField(
        label="Or paste it here",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "code", "rows": 12, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        upload = found.get("file")
        if upload is not None and upload.size > people_csv.MAX_BYTES:
            raise forms.ValidationError(f"The file has {upload.size:,} bytes; at most 1 MiB is allowed.")
        if upload is None and not found.get("text", "").strip():
            raise forms.ValidationError("Choose a file, or paste its lines.")
        return found

    def data_sent(self) -> bytes:
        """The bytes of the file, or of what was pasted."""
        upload = self.cleaned_data.get("file")
        return upload.read() if upload is not None else self.cleaned_data["text"].encode("utf-8", "surrogatepass")


class HandOverForm(forms.Form):
    """For each open seat of somebody: who takes it, that it stays vacant, or nothing yet."""

    LATER, VACANT = "", "-"

    def __init__(self, *args: Any, seats: Iterable[Seat], people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats, self.people = list(seats), {person.username: person for person in people}
        taking = [(person.username, f"{person.name} ({person.username})") for person in self.people.values()]
        for seat in self.seats:
            self.fields[f"seat-{seat.pk}"] = forms.ChoiceField(
                label=f"{seat.get_role_display()} of {seat.scope.key} “{seat.scope.title}”",
                choices=[(self.LATER, "Decide later"), (self.VACANT, "Nobody: end the seat"), *taking],
                required=False,
            )

    def successors(self) -> dict[int, Person | None]:
        """Who takes each seat that was decided on."""
        said = {seat.pk: self.cleaned_data[f"seat-{seat.pk}"] for seat in self.seats}
        return {pk: self.people.get(choice) for pk, choice in said.items() if choice != self.LATER}


class ServiceAccountForm(forms.Form):
    """An account for a program."""

    name = forms.CharField(max_length=200, help_text="What the program is, such as Checkout's CI.")
    username = forms.CharField(max_length=150)


class TokenForm(forms.Form):
    """A token of a service account."""

    name = forms.CharField(max_length=100, help_text="What uses it, and where.")
    expires_on = DayField(label="Last day", help_text="In UTC; at most two years from today.")


class FirstRunForm(forms.Form):
    """The first administrator."""

    organization = forms.CharField(max_length=200, label="Your organization's name")
    name = forms.CharField(max_length=200, label="Your name")
    username = forms.CharField(max_length=150)
    email = forms.EmailField(label="Mail address", required=False)
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least twelve characters.",
        strip=False,
    )
    again = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), label="Password again", strip=False
    )
    key = forms.CharField(
        required=False, label="First-run key", help_text="The one that `manage.py up` printed; see below."
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("password") and found.get("again") and found["password"] != found["again"]:
            self.add_error("again", "The two passwords differ.")
        return found

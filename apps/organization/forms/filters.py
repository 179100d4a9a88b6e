"""Filters above the lists."""

from django import forms

from apps.organization.models import Team
from apps.organization.roles import Role


class PeopleFilter(forms.Form):
    """Who is shown: by words, role and kind."""

    q = forms.CharField(label="Name or mail", required=False, max_length=200)
    role = forms.ChoiceField(choices=[("", "Any seat"), *Role.choices], required=False)
    kind = forms.ChoiceField(
        label="Who",
        choices=[("", "Active people"), ("inactive", "Inactive"), ("service", "Service accounts"), ("all", "All")],
        required=False,
    )


class TeamFilter(forms.Form):
    """Which teams: by words and kind."""

    q = forms.CharField(label="Name", required=False, max_length=200)
    kind = forms.ChoiceField(choices=[("", "Any kind"), *Team.Kind.choices], required=False)


class ServiceFilter(forms.Form):
    """Which services: by words and owner."""

    q = forms.CharField(label="Name", required=False, max_length=200)
    team = forms.ChoiceField(label="Owner", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        teams = Team.objects.order_by("scope__title").values_list("scope__key", "scope__title")
        self.fields["team"].choices = [("", "Any team"), *teams]  # type: ignore[attr-defined]

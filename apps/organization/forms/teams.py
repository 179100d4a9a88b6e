"""Forms about teams and services."""

from django import forms

from apps.organization.forms.fields import DayField, PersonField, ServiceScopeField, TeamField
from apps.organization.models import ServiceDependency, Team

KEY_HELP = "Small letters, digits and dashes, as it stands in addresses; it stays as it is."


class EditTeamForm(forms.Form):
    """A team's words."""

    title = forms.CharField(max_length=200, label="Name")
    kind = forms.ChoiceField(choices=Team.Kind.choices, widget=forms.RadioSelect)
    purpose = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class TeamForm(EditTeamForm):
    """A new team."""

    key = forms.CharField(max_length=60, help_text=KEY_HELP)
    field_order = ["title", "key", "kind", "purpose"]


class MemberForm(forms.Form):
    """Who joins a team, and when."""

    person = PersonField()
    from_on = DayField(label="From", required=False, help_text="Leave it empty for today.")


class EditServiceForm(forms.Form):
    """A service's words and owner."""

    title = forms.CharField(max_length=200, label="Name")
    team = TeamField(label="Owner")
    purpose = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    users = forms.CharField(
        max_length=500,
        required=False,
        help_text="Who depends on it, in words: without them nobody can say what success is.",
    )


class ServiceForm(EditServiceForm):
    """A new service."""

    key = forms.CharField(max_length=60, help_text=KEY_HELP)
    field_order = ["title", "key", "team", "purpose", "users"]


class DependencyForm(forms.Form):
    """What a service needs."""

    needs = ServiceScopeField(label="Needs")
    kind = forms.ChoiceField(
        choices=ServiceDependency.Kind.choices,
        widget=forms.RadioSelect,
        initial=ServiceDependency.Kind.HARD,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["kind"].choice_help = {  # type: ignore[attr-defined]
            "HARD": "It fails when the other fails.",
            "SOFT": "It goes on, with less.",
        }

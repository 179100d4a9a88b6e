"""Fields that several forms share."""

from typing import Any

from django import forms

from apps.organization import queries
from apps.organization.models import Person, Scope, Team


class DayField(forms.DateField):
    """A calendar day, picked or typed as 2026-11-23."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)
        self.error_messages["invalid"] = "Write the day as 2026-11-23."


class PersonField(forms.ModelChoiceField):
    """An active person, by username."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=queries.active_people(), to_field_name="username", **{"empty_label": "Choose a person", **kwargs}
        )
        self.error_messages["invalid_choice"] = "Choose one of the people here."

    def label_from_instance(self, obj: Person) -> str:
        return f"{obj.name} ({obj.username})"


class TeamField(forms.ModelChoiceField):
    """A team, by the key of its scope."""

    def __init__(self, **kwargs: Any) -> None:
        teams = Team.objects.select_related("scope").order_by("scope__title")
        super().__init__(queryset=teams, to_field_name="scope__key", **{"empty_label": "Choose a team", **kwargs})
        self.error_messages["invalid_choice"] = "Choose one of the teams here."

    def prepare_value(self, value: Any) -> Any:
        return value.scope.key if isinstance(value, Team) else value

    def label_from_instance(self, obj: Team) -> str:
        return obj.scope.title


class ServiceScopeField(forms.ModelChoiceField):
    """A service, by the key of its scope."""

    def __init__(self, **kwargs: Any) -> None:
        scopes = Scope.objects.filter(kind=Scope.Kind.SERVICE, archived_at=None).order_by("title")
        super().__init__(queryset=scopes, to_field_name="key", **{"empty_label": "Choose a service", **kwargs})
        self.error_messages["invalid_choice"] = "Choose one of the services here."

    def label_from_instance(self, obj: Scope) -> str:
        return f"{obj.title} ({obj.key})"

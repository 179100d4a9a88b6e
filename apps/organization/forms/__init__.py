"""Shapes of input; what may be done is for the rules."""

from apps.organization.forms.filters import PeopleFilter, ServiceFilter, TeamFilter
from apps.organization.forms.people import (
    EditPersonForm,
    FirstRunForm,
    HandOverForm,
    ImportForm,
    OwnSettingsForm,
    PersonForm,
    ReasonForm,
    ServiceAccountForm,
    TokenForm,
)
from apps.organization.forms.seats import DelegateForm, EndSeatForm, SeatForm
from apps.organization.forms.teams import (
    DependencyForm,
    EditServiceForm,
    EditTeamForm,
    MemberForm,
    ServiceForm,
    TeamForm,
)

__all__ = [
    "DelegateForm",
    "DependencyForm",
    "EditPersonForm",
    "EditServiceForm",
    "EditTeamForm",
    "EndSeatForm",
    "FirstRunForm",
    "HandOverForm",
    "ImportForm",
    "MemberForm",
    "OwnSettingsForm",
    "PeopleFilter",
    "PersonForm",
    "ReasonForm",
    "SeatForm",
    "ServiceAccountForm",
    "ServiceFilter",
    "ServiceForm",
    "TeamFilter",
    "TeamForm",
    "TokenForm",
]

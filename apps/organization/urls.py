"""Addresses of people, teams, services and seats."""

from django.urls import URLPattern, path

from apps.organization.api.addresses import api_urlpatterns
from apps.organization.views import importing, installation, overview, people, seats, services, teams, tokens

__all__ = ["api_urlpatterns", "app_name", "urlpatterns"]

app_name = "organization"

urlpatterns: list[URLPattern] = [
    path("organization/", overview.organization_detail, name="organization_detail"),
    path("profile/", overview.profile, name="profile"),
    path("scopes/<str:key>/triad/", overview.triad_grid, name="triad_grid"),
    path("scopes/<str:key>/seats/new/", seats.seat_grant, name="seat_grant"),
    path("seats/<int:pk>/end/", seats.seat_end, name="seat_end"),
    path("seats/<int:pk>/delegate/", seats.seat_delegate, name="seat_delegate"),
    path("delegations/<int:pk>/revoke/", seats.delegation_revoke, name="delegation_revoke"),
    path("people/", people.person_list, name="person_list"),
    path("people/new/", people.person_create, name="person_create"),
    path("people/import/", importing.person_import, name="person_import"),
    path("people/<str:username>/", people.person_detail, name="person_detail"),
    path("people/<str:username>/edit/", people.person_edit, name="person_edit"),
    path("people/<str:username>/invite/", people.person_invite, name="person_invite"),
    path("people/<str:username>/deactivate/", people.person_deactivate, name="person_deactivate"),
    path("people/<str:username>/hand-over/", people.person_hand_over, name="person_hand_over"),
    path("people/<str:username>/reactivate/", people.person_reactivate, name="person_reactivate"),
    path("people/<str:username>/tokens/", tokens.token_list, name="token_list"),
    path("service-accounts/new/", tokens.service_account_create, name="service_account_create"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("teams/", teams.team_list, name="team_list"),
    path("teams/new/", teams.team_create, name="team_create"),
    path("teams/<str:key>/", teams.team_detail, name="team_detail"),
    path("teams/<str:key>/edit/", teams.team_edit, name="team_edit"),
    path("teams/<str:key>/members/new/", teams.team_join, name="team_join"),
    path("memberships/<int:pk>/end/", teams.team_leave, name="team_leave"),
    path("services/", services.service_list, name="service_list"),
    path("services/new/", services.service_create, name="service_create"),
    path("services/<str:key>/edit/", services.service_edit, name="service_edit"),
    path("services/<str:key>/dependencies/new/", services.service_dependency_add, name="service_dependency_add"),
    path(
        "service-dependencies/<int:pk>/remove/",
        services.service_dependency_remove,
        name="service_dependency_remove",
    ),
    path("first-run/", installation.first_run, name="first_run"),
    path("demo/sign-in/", installation.demo_sign_in, name="demo_sign_in"),
]

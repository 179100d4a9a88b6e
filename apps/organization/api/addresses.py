"""The addresses of the organization below /api/v1/."""

from django.urls import URLPattern, path

from apps.common.endpoints import endpoint
from apps.organization.api import people, scopes, teams

api_urlpatterns: list[URLPattern] = [
    path("organization/", endpoint(get=scopes.organization_read), name="organization_detail"),
    path("scopes/<str:key>/triad/", endpoint(get=scopes.triad_read), name="triad_grid"),
    path("scopes/<str:key>/seats/", endpoint(post=scopes.seat_grant), name="seat_grant"),
    path("people/", endpoint(get=people.person_list, post=people.person_add), name="person_list"),
    path("people/<str:username>/", endpoint(get=people.person_read), name="person_detail"),
    path("people/<str:username>/tokens/", endpoint(get=people.token_list), name="token_list"),
    path("teams/", endpoint(get=teams.team_list, post=teams.team_create), name="team_list"),
    path("teams/<str:key>/", endpoint(get=teams.team_read, patch=teams.team_edit), name="team_detail"),
    path("teams/<str:key>/members/", endpoint(get=teams.team_member_list), name="team_member_list"),
    path("services/", endpoint(get=teams.service_list, post=teams.service_create), name="service_list"),
    path("services/<str:key>/", endpoint(get=teams.service_read, patch=teams.service_edit), name="service_detail"),
    path(
        "services/<str:key>/dependencies/",
        endpoint(get=teams.service_dependency_list, post=teams.service_dependency_add),
        name="service_dependency_list",
    ),
    path(
        "services/<str:key>/dependencies/<str:needs>/",
        endpoint(delete=teams.service_dependency_remove),
        name="service_dependency_detail",
    ),
    path("services/<str:key>/dependents/", endpoint(get=teams.service_dependent_list), name="service_dependent_list"),
]

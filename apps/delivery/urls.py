"""Addresses of initiatives, epics and stories, and of a service; the pages of an epic and a story live in signoff."""

from django.urls import URLPattern, path

from apps.delivery.api.addresses import api_urlpatterns
from apps.delivery.views import comments, demands, epics, imports, initiatives, nfrs, services, stories, threads

__all__ = ["api_urlpatterns", "app_name", "urlpatterns"]

app_name = "delivery"

urlpatterns: list[URLPattern] = [
    path("initiatives/", initiatives.initiative_list, name="initiative_list"),
    path("initiatives/new/", initiatives.initiative_create, name="initiative_create"),
    path("initiatives/<str:key>/", initiatives.initiative_detail, name="initiative_detail"),
    path("initiatives/<str:key>/edit/", initiatives.initiative_edit, name="initiative_edit"),
    path("epics/", epics.epic_list, name="epic_list"),
    path("epics/new/", epics.epic_create, name="epic_create"),
    path("epics/<str:key>/edit/", epics.epic_edit, name="epic_edit"),
    path("epics/<str:key>/archive/", epics.epic_archive, name="epic_archive"),
    path("epics/<str:key>/dependencies/", threads.epic_dependency_edit, name="epic_dependency_edit"),
    path("epics/<str:key>/services/", threads.epic_service_edit, name="epic_service_edit"),
    path("epics/<str:key>/slos/", threads.epic_slo_edit, name="epic_slo_edit"),
    path("epics/<str:key>/demand/", demands.epic_demand_edit, name="epic_demand_edit"),
    path("epics/<str:key>/nfrs/new/", nfrs.nfr_create, name="nfr_create"),
    path("epics/<str:key>/comments/", comments.epic_comment, name="epic_comment"),
    path("epics/<str:key>/stories/new/", stories.story_create, name="story_create"),
    path("nfrs/<str:key>/edit/", nfrs.nfr_edit, name="nfr_edit"),
    path("nfrs/<str:key>/archive/", nfrs.nfr_archive, name="nfr_archive"),
    path("stories/", stories.story_list, name="story_list"),
    path("stories/check/", stories.story_check, name="story_check"),
    path("stories/<str:key>/edit/", stories.story_edit, name="story_edit"),
    path("stories/<str:key>/plan/", stories.story_plan, name="story_plan"),
    path("stories/<str:key>/archive/", stories.story_archive, name="story_archive"),
    path("stories/<str:key>/versions/", stories.story_version_list, name="story_version_list"),
    path("stories/<str:key>/difference/", stories.story_difference, name="story_difference"),
    path("stories/<str:key>/comments/", comments.story_comment, name="story_comment"),
    # Behind organization's, whose /services/new/ it would take for a service of that name.
    path("services/<str:key>/", services.service_detail, name="service_detail"),
    path("imports/", imports.feature_import_list, name="feature_import_list"),
    path("imports/new/", imports.feature_import_create, name="feature_import_create"),
    path("imports/<str:key>/", imports.feature_import_detail, name="feature_import_detail"),
]

"""The addresses of delivery below /api/v1/."""

from django.urls import URLPattern, path

from apps.common.endpoints import endpoint
from apps.delivery.api import comments, demands, epics, imports, initiatives, nfrs, stories, threads

api_urlpatterns: list[URLPattern] = [
    path(
        "initiatives/",
        endpoint(get=initiatives.initiative_list, post=initiatives.initiative_create),
        name="initiative_list",
    ),
    path(
        "initiatives/<str:key>/",
        endpoint(get=initiatives.initiative_detail, patch=initiatives.initiative_edit),
        name="initiative_detail",
    ),
    path("epics/", endpoint(get=epics.epic_list, post=epics.epic_create), name="epic_list"),
    path("epics/<str:key>/", endpoint(get=epics.epic_read, patch=epics.epic_edit), name="epic_detail"),
    path("epics/<str:key>/archive/", endpoint(post=epics.epic_archive), name="epic_archive"),
    path(
        "epics/<str:key>/stories/",
        endpoint(get=stories.epic_story_list, post=stories.story_create),
        name="epic_story_list",
    ),
    path("epics/<str:key>/nfrs/", endpoint(get=nfrs.epic_nfr_list, post=nfrs.nfr_create), name="epic_nfr_list"),
    path(
        "epics/<str:key>/dependencies/",
        endpoint(get=threads.epic_dependency_list, post=threads.epic_dependency_add),
        name="epic_dependency_list",
    ),
    path(
        "epics/<str:key>/dependencies/<str:needs>/",
        endpoint(delete=threads.epic_dependency_remove),
        name="epic_dependency_detail",
    ),
    path("epics/<str:key>/dependents/", endpoint(get=threads.epic_dependent_list), name="epic_dependent_list"),
    path(
        "epics/<str:key>/services/",
        endpoint(get=threads.epic_service_list, post=threads.epic_service_add),
        name="epic_service_list",
    ),
    path(
        "epics/<str:key>/services/<str:service>/",
        endpoint(delete=threads.epic_service_remove),
        name="epic_service_detail",
    ),
    path(
        "epics/<str:key>/demand/",
        endpoint(get=demands.epic_demand_list, post=demands.epic_demand_add),
        name="epic_demand_list",
    ),
    path(
        "epics/<str:key>/demand/<str:demand>/",
        endpoint(delete=demands.epic_demand_remove),
        name="epic_demand_detail",
    ),
    path(
        "epics/<str:key>/slos/",
        endpoint(get=threads.epic_slo_list, post=threads.epic_slo_add),
        name="epic_slo_list",
    ),
    path(
        "epics/<str:key>/slos/<str:slo>/",
        endpoint(delete=threads.epic_slo_remove),
        name="epic_slo_detail",
    ),
    path(
        "epics/<str:key>/comments/",
        endpoint(get=comments.epic_comment_list, post=comments.epic_comment),
        name="epic_comment_list",
    ),
    path("nfrs/<str:key>/", endpoint(get=nfrs.nfr_read, patch=nfrs.nfr_edit), name="nfr_detail"),
    path("nfrs/<str:key>/archive/", endpoint(post=nfrs.nfr_archive), name="nfr_archive"),
    path("stories/", endpoint(get=stories.story_list), name="story_list"),
    path("stories/<str:key>/", endpoint(get=stories.story_read, patch=stories.story_plan), name="story_detail"),
    path("stories/<str:key>/archive/", endpoint(post=stories.story_archive), name="story_archive"),
    path(
        "stories/<str:key>/versions/",
        endpoint(get=stories.story_version_list, post=stories.story_edit),
        name="story_version_list",
    ),
    path(
        "stories/<str:key>/versions/<int:number>/",
        endpoint(get=stories.story_version_read),
        name="story_version_detail",
    ),
    path("stories/<str:key>/difference/", endpoint(get=stories.story_difference), name="story_difference"),
    path(
        "stories/<str:key>/comments/",
        endpoint(get=comments.story_comment_list, post=comments.story_comment),
        name="story_comment_list",
    ),
    path(
        "imports/",
        endpoint(get=imports.feature_import_list, post=imports.feature_import_create),
        name="feature_import_list",
    ),
    path("imports/<str:key>/", endpoint(get=imports.feature_import_read), name="feature_import_detail"),
]

"""The addresses of specs below /api/v1/."""

from django.urls import URLPattern, path

from apps.common.endpoints import endpoint
from apps.specs.api import executions, features, run_import, runs

api_urlpatterns: list[URLPattern] = [
    path("features/", endpoint(get=features.feature_export), name="feature_export"),
    path("runs/", endpoint(get=runs.run_list, post=run_import.run_create), name="run_create"),
    path("runs/flaky/", endpoint(get=runs.flaky_list), name="flaky_list"),
    path("runs/<str:key>/", endpoint(get=runs.run_read), name="run_detail"),
    path("runs/<str:key>/results/", endpoint(get=runs.result_list), name="result_list"),
    path("stories/<str:key>/evidence/", endpoint(get=runs.story_evidence_list), name="story_evidence_list"),
    path("suites/", endpoint(get=executions.suite_list), name="suite_list"),
    path("suites/<str:name>/", endpoint(get=executions.suite_read), name="suite_detail"),
    path(
        "suites/<str:name>/executions/",
        endpoint(get=executions.suite_execution_list, post=executions.execution_request),
        name="suite_execution_list",
    ),
    path("executions/<str:key>/", endpoint(get=executions.execution_read), name="execution_detail"),
    path("executions/<str:key>/cancel/", endpoint(post=executions.execution_cancel), name="execution_cancel"),
]

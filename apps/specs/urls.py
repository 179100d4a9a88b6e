"""Addresses of runs and results."""

from django.urls import URLPattern, path

from apps.specs.api.addresses import api_urlpatterns
from apps.specs.views import by_hand, ci, executions, flaky, runs, suites

__all__ = ["api_urlpatterns", "app_name", "urlpatterns"]

app_name = "specs"

urlpatterns: list[URLPattern] = [
    path("runs/", runs.run_list, name="run_list"),
    path("runs/import/", runs.run_import, name="run_import"),
    path("runs/flaky/", flaky.flaky_list, name="flaky_list"),
    path("runs/<str:key>/", runs.run_detail, name="run_detail"),
    path("suites/", suites.suite_list, name="suite_list"),
    path("suites/<str:name>/", suites.suite_detail, name="suite_detail"),
    path("suites/<str:name>/executions/new/", executions.execution_request, name="execution_request"),
    path("executions/<str:key>/", executions.execution_detail, name="execution_detail"),
    path("executions/<str:key>/cancel/", executions.execution_cancel, name="execution_cancel"),
    path("ci/", ci.ci_guide, name="ci_guide"),
    path("stories/<str:key>/by-hand/", by_hand.story_record_by_hand, name="story_record_by_hand"),
]

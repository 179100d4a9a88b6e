"""Addresses of runs and results."""

from django.urls import URLPattern, path

from apps.specs import api
from apps.specs.views import by_hand, runs

app_name = "specs"

urlpatterns: list[URLPattern] = [
    path("runs/", runs.run_list, name="run_list"),
    path("runs/import/", runs.run_import, name="run_import"),
    path("runs/<str:key>/", runs.run_detail, name="run_detail"),
    path("stories/<str:key>/by-hand/", by_hand.story_record_by_hand, name="story_record_by_hand"),
]
# Below /api/v1/.
api_urlpatterns: list[URLPattern] = [
    path("runs/", api.run_create, name="run_create"),
]

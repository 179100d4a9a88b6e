"""Addresses of runs and results."""

from django.urls import URLPattern

app_name = "specs"

urlpatterns: list[URLPattern] = []
# Below /api/v1/.
api_urlpatterns: list[URLPattern] = []

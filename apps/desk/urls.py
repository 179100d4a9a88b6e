"""Addresses of the desk, the inbox and search."""

from django.urls import URLPattern

app_name = "desk"

urlpatterns: list[URLPattern] = []
# Below /api/v1/.
api_urlpatterns: list[URLPattern] = []

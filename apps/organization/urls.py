"""Addresses of people, teams, services and seats."""

from django.urls import URLPattern

app_name = "organization"

urlpatterns: list[URLPattern] = []
# Below /api/v1/.
api_urlpatterns: list[URLPattern] = []

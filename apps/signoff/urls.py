"""Addresses of gates, sign-offs and waivers."""

from django.urls import URLPattern

app_name = "signoff"

urlpatterns: list[URLPattern] = []
# Below /api/v1/.
api_urlpatterns: list[URLPattern] = []

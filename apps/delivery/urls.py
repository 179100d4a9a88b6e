"""Addresses of initiatives, epics and stories."""

from django.urls import URLPattern

app_name = "delivery"

urlpatterns: list[URLPattern] = []
# Below /api/v1/.
api_urlpatterns: list[URLPattern] = []

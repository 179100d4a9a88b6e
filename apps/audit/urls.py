"""The log's addresses."""

from django.urls import URLPattern

app_name = "audit"

urlpatterns: list[URLPattern] = []
# Below /api/v1/.
api_urlpatterns: list[URLPattern] = []

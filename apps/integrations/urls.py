"""Addresses of integrations."""

from django.urls import URLPattern, path

from apps.integrations import views
from apps.integrations.api.addresses import api_urlpatterns

__all__ = ["api_urlpatterns", "app_name", "urlpatterns"]

app_name = "integrations"

urlpatterns: list[URLPattern] = [
    path("slis/<str:key>/measurement/", views.sli_measure, name="sli_measure"),
    path("slis/<str:key>/measurement/stop/", views.sli_measure_stop, name="sli_measure_stop"),
]

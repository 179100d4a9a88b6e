"""The addresses of integrations below /api/v1/."""

from django.urls import URLPattern, path

from apps.common.endpoints import endpoint
from apps.integrations.api import measurements

api_urlpatterns: list[URLPattern] = [
    path(
        "slis/<str:key>/measurement/",
        endpoint(get=measurements.measurement_read, post=measurements.sli_measure),
        name="sli_measure",
    ),
    path("slis/<str:key>/measurement/stop/", endpoint(post=measurements.sli_measure_stop), name="sli_measure_stop"),
]

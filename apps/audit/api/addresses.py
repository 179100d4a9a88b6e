"""The log's addresses below /api/v1/."""

from django.urls import URLPattern, path

from apps.audit.api import entries
from apps.common.endpoints import endpoint

api_urlpatterns: list[URLPattern] = [
    path("audit/head/", endpoint(get=entries.head_read), name="head_detail"),
    path("audit/entries/", endpoint(get=entries.entry_list), name="entry_list"),
    path("audit/entries/<int:index>/", endpoint(get=entries.entry_read), name="entry_detail"),
    path(
        "audit/verifications/",
        endpoint(get=entries.verification_list, post=entries.log_verify),
        name="verification_list",
    ),
    path("audit/verifications/<int:pk>/", endpoint(get=entries.verification_read), name="verification_detail"),
]

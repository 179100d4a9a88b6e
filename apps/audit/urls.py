"""The log's addresses."""

from django.urls import URLPattern, path

from apps.audit import views
from apps.audit.api.addresses import api_urlpatterns

__all__ = ["api_urlpatterns", "app_name", "urlpatterns"]

app_name = "audit"

urlpatterns: list[URLPattern] = [
    path("audit/", views.entry_list, name="entry_list"),
    path("audit/entries/<int:index>/", views.entry_detail, name="entry_detail"),
    path("audit/entries/<int:index>/statement/", views.entry_statement, name="entry_statement"),
    path("audit/verifications/", views.verification_list, name="verification_list"),
    path("audit/verifications/<int:pk>/", views.verification_detail, name="verification_detail"),
    path("audit/verify/", views.log_verify, name="log_verify"),
]

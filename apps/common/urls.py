"""Addresses that machines ask: is it alive, is it ready."""

from django.urls import path

from apps.common import views

app_name = "common"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

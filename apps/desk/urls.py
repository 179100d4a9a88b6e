"""Addresses of the desk, the inbox and search."""

from django.urls import URLPattern, path

from apps.desk import views
from apps.desk.api.addresses import api_urlpatterns

__all__ = ["api_urlpatterns", "app_name", "urlpatterns"]

app_name = "desk"

urlpatterns: list[URLPattern] = [
    path("", views.desk_detail, name="desk_detail"),
    path("inbox/", views.notification_list, name="notification_list"),
    path("inbox/count/", views.notification_count, name="notification_count"),
    path("inbox/read/", views.notification_read_all, name="notification_read_all"),
    path("inbox/<int:pk>/", views.notification_open, name="notification_open"),
    path("inbox/<int:pk>/read/", views.notification_read, name="notification_read"),
    path("search/", views.search, name="search"),
]

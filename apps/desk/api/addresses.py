"""The addresses of the desk below /api/v1/."""

from django.urls import URLPattern, path

from apps.common.endpoints import endpoint
from apps.desk.api import mine

api_urlpatterns: list[URLPattern] = [
    path("desk/", endpoint(get=mine.desk_read), name="desk_detail"),
    path("inbox/", endpoint(get=mine.notification_list), name="notification_list"),
    path("inbox/read/", endpoint(post=mine.notification_read_all), name="notification_read_all"),
    path("inbox/<int:pk>/read/", endpoint(post=mine.notification_read), name="notification_read"),
    path("search/", endpoint(get=mine.search), name="search"),
]

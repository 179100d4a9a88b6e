"""All addresses: each room's own, sign-in by allauth, the API."""

from django.urls import URLPattern, URLResolver, include, path

from apps.common.views import closed
from portal.metrics import metrics

# allauth has more doors than are opened here: people and their addresses are an administrator's to add.
CLOSED = ("signup/", "email/", "confirm-email/", "confirm-email/<str:key>/", "login/code/confirm/")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("apps.common.urls")),
    path("metrics", metrics, name="metrics"),
    path("", include("apps.desk.urls")),
    path("", include("apps.organization.urls")),
    # Before signoff, whose /epics/<key>/ would take /epics/new/ for an epic of that name.
    path("", include("apps.delivery.urls")),
    path("", include("apps.signoff.urls")),
    path("", include("apps.specs.urls")),
    path("", include("apps.reliability.urls")),
    path("", include("apps.integrations.urls")),
    path("", include("apps.audit.urls")),
    *(path(f"accounts/{way}", closed) for way in CLOSED),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("portal.api")),
]

handler400 = "apps.common.views.bad_request"
handler403 = "apps.common.views.forbidden"
handler404 = "apps.common.views.not_found"
handler500 = "apps.common.views.server_error"

"""Paths of sign-off."""

from django.urls import path

from apps.signoff.api.addresses import api_urlpatterns
from apps.signoff.views import bulk, epics, nfrs, receipts, regressions, requests, stories, waivers

__all__ = ["api_urlpatterns", "app_name", "urlpatterns"]

app_name = "signoff"

urlpatterns = [
    path("epics/<str:key>/", epics.epic_detail, name="epic_detail"),
    path("epics/<str:key>/sign-off/", epics.epic_sign_off, name="epic_sign_off"),
    path("epics/<str:key>/life/", epics.epic_life, name="epic_life"),
    path("epics/<str:key>/requests/new/", requests.epic_sign_off_request, name="epic_sign_off_request"),
    path("epics/<str:key>/waivers/new/", waivers.waiver_ask, name="waiver_ask"),
    path("epics/<str:key>/stories/sign-off/", bulk.story_bulk_sign_off, name="story_bulk_sign_off"),
    path("waivers/<str:key>/", waivers.waiver_detail, name="waiver_detail"),
    path("nfrs/<str:key>/attest/", nfrs.nfr_attest, name="nfr_attest"),
    path("regressions/", regressions.regression_list, name="regression_list"),
    path("stories/<str:key>/history/", regressions.story_history, name="story_history"),
    path("stories/<str:key>/", stories.story_detail, name="story_detail"),
    path("stories/<str:key>/sign-off/", stories.story_sign_off, name="story_sign_off"),
    path("stories/<str:key>/requests/new/", requests.story_sign_off_request, name="story_sign_off_request"),
    path("receipts/<str:key>/", receipts.receipt_detail, name="receipt_detail"),
]

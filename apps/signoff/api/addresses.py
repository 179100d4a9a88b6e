"""The addresses of sign-off below /api/v1/."""

from django.urls import URLPattern, path

from apps.common.endpoints import endpoint
from apps.signoff.api import gate, history, sign_offs, waivers

api_urlpatterns: list[URLPattern] = [
    path("epics/<str:key>/gate/", endpoint(get=gate.epic_gate), name="epic_gate"),
    path("epics/<str:key>/life/", endpoint(get=history.epic_life), name="epic_life"),
    path(
        "epics/<str:key>/sign-offs/",
        endpoint(get=sign_offs.epic_sign_off_list, post=sign_offs.epic_sign_off),
        name="epic_sign_off_list",
    ),
    path("epics/<str:key>/requests/", endpoint(post=waivers.epic_sign_off_request), name="epic_sign_off_request"),
    path(
        "epics/<str:key>/waivers/",
        endpoint(get=waivers.epic_waiver_list, post=waivers.waiver_ask),
        name="epic_waiver_list",
    ),
    path("waivers/<str:key>/", endpoint(get=waivers.waiver_read), name="waiver_detail"),
    path("waivers/<str:key>/withdraw/", endpoint(post=waivers.waiver_withdraw), name="waiver_withdraw"),
    path("waivers/<str:key>/grants/", endpoint(post=waivers.waiver_grant), name="waiver_grant"),
    path("requests/", endpoint(get=waivers.request_list), name="request_list"),
    path(
        "nfrs/<str:key>/attestations/",
        endpoint(get=sign_offs.attestation_list, post=sign_offs.nfr_attest),
        name="attestation_list",
    ),
    path(
        "stories/<str:key>/sign-offs/",
        endpoint(get=sign_offs.story_sign_off_list, post=sign_offs.story_sign_off),
        name="story_sign_off_list",
    ),
    path("stories/<str:key>/requests/", endpoint(post=waivers.story_sign_off_request), name="story_sign_off_request"),
    path("stories/<str:key>/history/", endpoint(get=history.story_history), name="story_history"),
    path("receipts/<str:key>/", endpoint(get=sign_offs.receipt_read), name="receipt_detail"),
    path("regressions/", endpoint(get=history.regression_list), name="regression_list"),
]

"""The addresses of reliability below /api/v1/."""

from django.urls import URLPattern, path

from apps.common.endpoints import endpoint
from apps.reliability.api import badges, history, nines, slis, slos

api_urlpatterns: list[URLPattern] = [
    path("slis/", endpoint(get=slis.sli_list, post=slis.sli_create), name="sli_list"),
    path("slis/<str:key>/", endpoint(get=slis.sli_read, patch=slis.sli_edit), name="sli_detail"),
    path("slis/<str:key>/archive/", endpoint(post=slis.sli_archive), name="sli_archive"),
    path("slis/<str:key>/counts/", endpoint(post=slis.counts_record), name="counts_record"),
    path("slis/<str:key>/days/", endpoint(get=slis.day_list), name="day_list"),
    path("slis/<str:key>/errors/judge/", endpoint(post=nines.error_class_judge), name="error_class_judge"),
    path("slis/<str:key>/slos/", endpoint(post=slos.slo_create), name="slo_create"),
    path("slos/", endpoint(get=slos.slo_list), name="slo_list"),
    path("slos/<str:key>/", endpoint(get=slos.slo_read, patch=slos.slo_change), name="slo_detail"),
    path("slos/<str:key>/archive/", endpoint(post=slos.slo_archive), name="slo_archive"),
    path("slos/<str:key>/badge/share/", endpoint(post=badges.badge_share), name="slo_badge_share"),
    path("slos/<str:key>/badge/withdraw/", endpoint(post=badges.badge_withdraw), name="slo_badge_withdraw"),
    path("slos/<str:key>/history/", endpoint(get=history.history_read), name="history_detail"),
    path("slos/<str:key>/nines/", endpoint(get=nines.nines_read), name="slo_nines"),
    path("slos/<str:key>/versions/", endpoint(get=slos.version_list), name="version_list"),
]

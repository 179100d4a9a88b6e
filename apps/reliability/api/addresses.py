"""The addresses of reliability below /api/v1/."""

from django.urls import URLPattern, path

from apps.common.endpoints import endpoint
from apps.reliability.api import badges, decisions, files, history, nine_cases, nines, policies, resources, slis, slos

api_urlpatterns: list[URLPattern] = [
    path("decisions/", endpoint(get=decisions.decision_list), name="decision_list"),
    path("decisions/<str:key>/", endpoint(get=decisions.decision_read), name="decision_detail"),
    path("decisions/<str:key>/freeze/lift/", endpoint(post=decisions.freeze_lift), name="freeze_lift"),
    path("decisions/<str:key>/outcome/", endpoint(post=decisions.decision_outcome), name="decision_outcome"),
    path("decisions/<str:key>/proposals/", endpoint(post=decisions.decision_propose), name="decision_propose"),
    path("decisions/<str:key>/signatures/", endpoint(post=decisions.decision_sign), name="decision_sign"),
    path("freezes/", endpoint(get=decisions.freeze_list), name="freeze_list"),
    path("policies/", endpoint(get=policies.policy_list, post=policies.policy_create), name="policy_list"),
    path("policies/<str:key>/", endpoint(get=policies.policy_read, patch=policies.policy_change), name="policy_detail"),
    path("policies/<str:key>/signatures/", endpoint(post=policies.policy_agree), name="policy_agree"),
    path("resources/", endpoint(get=resources.resource_list, post=resources.resource_create), name="resource_list"),
    path(
        "resources/<str:key>/",
        endpoint(get=resources.resource_read, patch=resources.resource_edit),
        name="resource_detail",
    ),
    path("resources/<str:key>/archive/", endpoint(post=resources.resource_archive), name="resource_archive"),
    path("resources/<str:key>/demand/", endpoint(get=resources.planned_demand_list), name="planned_demand_list"),
    path(
        "resources/<str:key>/reviews/",
        endpoint(get=resources.headroom_review_list, post=resources.headroom_review),
        name="headroom_review",
    ),
    path(
        "resources/<str:key>/usage/",
        endpoint(get=resources.usage_list, post=resources.usage_record),
        name="usage_record",
    ),
    path("slis/", endpoint(get=slis.sli_list, post=slis.sli_create), name="sli_list"),
    path("slis/<str:key>/", endpoint(get=slis.sli_read, patch=slis.sli_edit), name="sli_detail"),
    path("slis/<str:key>/archive/", endpoint(post=slis.sli_archive), name="sli_archive"),
    path("slis/<str:key>/counts/", endpoint(post=slis.counts_record), name="counts_record"),
    path("slis/<str:key>/days/", endpoint(get=slis.day_list), name="day_list"),
    path("slis/<str:key>/errors/judge/", endpoint(post=nines.error_class_judge), name="error_class_judge"),
    path("slis/<str:key>/slos/", endpoint(post=slos.slo_create), name="slo_create"),
    path("slos/", endpoint(get=slos.slo_list), name="slo_list"),
    path("slos/import/", endpoint(post=files.slo_import), name="slo_import"),
    path("slos/<str:key>/", endpoint(get=slos.slo_read, patch=slos.slo_change), name="slo_detail"),
    path("slos/<str:key>/archive/", endpoint(post=slos.slo_archive), name="slo_archive"),
    path("slos/<str:key>/badge/share/", endpoint(post=badges.badge_share), name="slo_badge_share"),
    path("slos/<str:key>/badge/withdraw/", endpoint(post=badges.badge_withdraw), name="slo_badge_withdraw"),
    path("slos/<str:key>/history/", endpoint(get=history.history_read), name="history_detail"),
    path("slos/<str:key>/nines/", endpoint(get=nines.nines_read), name="slo_nines"),
    path(
        "slos/<str:key>/nine-cases/",
        endpoint(get=nine_cases.nine_case_list, post=nine_cases.nine_case_save),
        name="nine_case_list",
    ),
    path("nine-cases/<str:key>/", endpoint(get=nine_cases.nine_case_read), name="nine_case_detail"),
    path("nine-cases/<str:key>/sign/", endpoint(post=nine_cases.nine_case_sign), name="nine_case_sign"),
    path("slos/<str:key>/openslo/", endpoint(get=files.slo_openslo), name="slo_openslo"),
    path("slos/<str:key>/rules/", endpoint(get=files.slo_rules), name="slo_rules"),
    path("slos/<str:key>/versions/", endpoint(get=slos.version_list), name="version_list"),
]

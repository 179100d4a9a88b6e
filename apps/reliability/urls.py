"""Addresses of reliability."""

from django.urls import URLPattern, path

from apps.reliability.api.addresses import api_urlpatterns
from apps.reliability.views import (
    badges,
    decisions,
    error_classes,
    files,
    nine_cases,
    nines,
    policies,
    resources,
    signing,
    slas,
    slis,
    slos,
)

__all__ = ["api_urlpatterns", "app_name", "urlpatterns"]

app_name = "reliability"

urlpatterns: list[URLPattern] = [
    path("reliability/", slos.slo_list, name="slo_list"),
    path("slos/import/", files.slo_import, name="slo_import"),
    path("slos/<str:key>/", slos.slo_detail, name="slo_detail"),
    path("slos/<str:key>/change/", slos.slo_change, name="slo_change"),
    path("slos/<str:key>/archive/", slos.slo_archive, name="slo_archive"),
    path("slos/<str:key>/slas/new/", slas.sla_agree, name="sla_agree"),
    path("slas/<str:key>/change/", slas.sla_change, name="sla_change"),
    path("slas/<str:key>/end/", slas.sla_end, name="sla_end"),
    path("slos/<str:key>/badge.svg", badges.slo_badge, name="slo_badge"),
    path("slos/<str:key>/badge/share/", badges.slo_badge_share, name="slo_badge_share"),
    path("slos/<str:key>/badge/withdraw/", badges.slo_badge_withdraw, name="slo_badge_withdraw"),
    path("slos/<str:key>/nines/", nines.slo_nines, name="slo_nines"),
    path("decisions/", decisions.decision_list, name="decision_list"),
    path("decisions/<str:key>/", decisions.decision_detail, name="decision_detail"),
    path("decisions/<str:key>/sign/", signing.decision_sign, name="decision_sign"),
    path("decisions/<str:key>/outcome/", decisions.decision_outcome, name="decision_outcome"),
    path("decisions/<str:key>/freeze/lift/", decisions.freeze_lift, name="freeze_lift"),
    path("policies/", policies.policy_list, name="policy_list"),
    path("policies/new/", policies.policy_create, name="policy_create"),
    path("policies/<str:key>/", policies.policy_detail, name="policy_detail"),
    path("policies/<str:key>/change/", policies.policy_change, name="policy_change"),
    path("policies/<str:key>/agree/", signing.policy_agree, name="policy_agree"),
    path("slos/<str:key>/nines/save/", nine_cases.nine_case_save, name="nine_case_save"),
    path("nine-cases/<str:key>/", nine_cases.nine_case_detail, name="nine_case_detail"),
    path("nine-cases/<str:key>/sign/", nine_cases.nine_case_sign, name="nine_case_sign"),
    path("resources/", resources.resource_list, name="resource_list"),
    path("resources/new/", resources.resource_create, name="resource_create"),
    path("resources/<str:key>/", resources.resource_detail, name="resource_detail"),
    path("resources/<str:key>/edit/", resources.resource_edit, name="resource_edit"),
    path("resources/<str:key>/archive/", resources.resource_archive, name="resource_archive"),
    path("resources/<str:key>/usage/", resources.usage_record, name="usage_record"),
    path("resources/<str:key>/review/", resources.headroom_review, name="headroom_review"),
    path("slis/", slis.sli_list, name="sli_list"),
    path("slis/new/", slis.sli_create, name="sli_create"),
    path("slis/<str:key>/", slis.sli_detail, name="sli_detail"),
    path("slis/<str:key>/edit/", slis.sli_edit, name="sli_edit"),
    path("slis/<str:key>/archive/", slis.sli_archive, name="sli_archive"),
    path("slis/<str:key>/errors/judge/", error_classes.error_class_judge, name="error_class_judge"),
    path("slis/<str:key>/slos/new/", slos.slo_create, name="slo_create"),
]

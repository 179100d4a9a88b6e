"""Every address of the portal: who of the demo opens it, or why it is no page. A new route needs a line here."""

from collections.abc import Iterator, Sequence

from django.urls import URLPattern, URLResolver, get_resolver

# Route -> visits, each "username /path/"; "-" is nobody. One line for each look that differs.
PAGES: dict[str, list[str]] = {
    # desk
    "desk:desk_detail": ["maria /", "lola /", "priya /", "emil /", "mira /", "adam /"],
    "desk:notification_list": ["maria /inbox/", "mira /inbox/"],
    "desk:search": ["maria /search/", "maria /search/?q=pay", "maria /search/?q=nothing-like-it"],
    # organization
    "organization:organization_detail": ["adam /organization/"],
    "organization:triad_grid": ["adam /scopes/I-1/triad/", "maria /scopes/platform/triad/"],
    "organization:seat_grant": ["adam /scopes/I-1/seats/new/"],
    "organization:seat_end": ["adam /seats/2/end/"],
    "organization:seat_delegate": ["maria /seats/2/delegate/"],
    "organization:person_list": ["adam /people/", "maria /people/?q=nobody-like-that"],
    "organization:person_create": ["adam /people/new/"],
    "organization:person_import": ["adam /people/import/"],
    "organization:person_detail": ["adam /people/maria/", "maria /people/maria/", "maria /people/mira/"],
    "organization:person_edit": ["adam /people/maria/edit/", "maria /people/maria/edit/"],
    "organization:person_deactivate": ["adam /people/maria/deactivate/"],
    "organization:token_list": ["adam /people/ci/tokens/"],
    "organization:service_account_create": ["adam /service-accounts/new/"],
    "organization:team_list": ["maria /teams/"],
    "organization:team_create": ["adam /teams/new/"],
    "organization:team_detail": ["adam /teams/checkout/", "maria /teams/platform/"],
    "organization:team_edit": ["adam /teams/checkout/edit/"],
    "organization:service_list": ["maria /services/"],
    "organization:service_create": ["adam /services/new/"],
    "organization:service_detail": ["adam /services/payments/", "maria /services/queue/"],
    "organization:service_edit": ["adam /services/payments/edit/"],
    "organization:demo_sign_in": ["- /demo/sign-in/"],
    # delivery
    "delivery:initiative_list": ["maria /initiatives/"],
    "delivery:initiative_create": ["adam /initiatives/new/"],
    "delivery:initiative_detail": ["maria /initiatives/I-1/"],
    "delivery:initiative_edit": ["adam /initiatives/I-1/edit/"],
    "delivery:epic_list": ["maria /epics/", "maria /epics/?text=nothing-like-it"],
    "delivery:epic_create": ["maria /epics/new/"],
    "delivery:epic_edit": ["maria /epics/E-3/edit/"],
    "delivery:epic_archive": ["maria /epics/E-6/archive/"],
    "delivery:epic_dependency_edit": ["jonas /epics/E-3/dependencies/"],
    "delivery:epic_service_edit": ["jonas /epics/E-3/services/"],
    "delivery:epic_slo_edit": ["jonas /epics/E-3/slos/"],
    "delivery:nfr_create": ["maria /epics/E-3/nfrs/new/"],
    "delivery:nfr_edit": ["maria /nfrs/NFR-4/edit/"],
    "delivery:nfr_archive": ["maria /nfrs/NFR-5/archive/"],
    "delivery:story_create": ["ruth /epics/E-6/stories/new/"],
    "delivery:story_list": ["maria /stories/", "maria /stories/?text=nothing-like-it"],
    "delivery:story_edit": ["ruth /stories/S-3/edit/"],
    "delivery:story_plan": ["ruth /stories/S-3/plan/"],
    "delivery:story_archive": ["ruth /stories/S-14/archive/"],
    "delivery:story_version_list": ["maria /stories/S-3/versions/"],
    "delivery:story_difference": ["maria /stories/S-3/difference/?from=1&to=2"],
    "delivery:feature_import_list": ["vera /imports/"],
    "delivery:feature_import_create": ["vera /imports/new/"],
    "delivery:feature_import_detail": ["vera /imports/IMP-1/", "vera /imports/IMP-2/"],
    # signoff
    "signoff:epic_detail": [f"maria /epics/E-{number}/" for number in range(1, 7)],
    "signoff:epic_sign_off": [
        "maria /epics/E-3/sign-off/",
        "maria /epics/E-2/sign-off/",
        "maria /epics/E-6/sign-off/",
        "sam /epics/E-3/sign-off/",
    ],
    "signoff:epic_life": ["ada /epics/E-2/life/"],
    "signoff:epic_sign_off_request": ["vera /epics/E-3/requests/new/"],
    "signoff:waiver_ask": ["jonas /epics/E-6/waivers/new/"],
    "signoff:story_bulk_sign_off": ["lola /epics/E-5/stories/sign-off/", "lola /epics/E-6/stories/sign-off/"],
    "signoff:waiver_detail": ["maria /waivers/W-1/", "maria /waivers/W-2/"],
    "signoff:nfr_attest": ["priya /nfrs/NFR-5/attest/", "sam /nfrs/NFR-5/attest/"],
    "signoff:story_detail": ["lola /stories/S-3/", "lola /stories/S-10/", "lola /stories/S-12/", "lola /stories/S-14/"],
    "signoff:story_history": ["lola /stories/S-10/history/", "lola /stories/S-14/history/"],
    "signoff:regression_list": ["maria /regressions/", "maria /regressions/?text=nothing-like-it"],
    "signoff:story_sign_off": ["lola /stories/S-12/sign-off/", "lola /stories/S-14/sign-off/"],
    "signoff:story_sign_off_request": ["vera /stories/S-10/requests/new/"],
    "signoff:receipt_detail": ["maria /receipts/SIG-15/", "lola /receipts/SIG-3/"],
    # specs
    "specs:run_list": ["sam /runs/", "sam /runs/?text=nothing-like-it"],
    "specs:flaky_list": ["sam /runs/flaky/", "sam /runs/flaky/?text=nothing-like-it"],
    "specs:run_import": ["sam /runs/import/"],
    "specs:ci_guide": ["adam /ci/", "sam /ci/?tool=cucumber-jvm&epic=E-3"],
    "specs:run_detail": ["sam /runs/R-1/", "sam /runs/R-3/?show=not-passed"],
    "specs:suite_list": ["sam /suites/"],
    "specs:suite_detail": ["leo /suites/portal/", "mira /suites/portal/"],
    "specs:execution_request": ["maria /suites/portal/executions/new/"],
    "specs:execution_detail": ["maria /executions/EX-1/"],
    "specs:story_record_by_hand": ["lola /stories/S-14/by-hand/"],
    # reliability
    "reliability:slo_list": ["maria /reliability/", "mira /reliability/?text=nothing-like-it"],
    "reliability:slo_detail": ["maria /slos/SLO-1/", "priya /slos/SLO-2/", "mira /slos/SLO-3/"],
    "reliability:slo_import": ["priya /slos/import/"],
    "reliability:slo_create": ["priya /slis/SLI-2/slos/new/"],
    "reliability:slo_change": ["priya /slos/SLO-2/change/"],
    "reliability:slo_nines": [
        "maria /slos/SLO-1/nines/",
        "priya /slos/SLO-2/nines/?target=99.95&revenue=1000000&one_off=20000&lifetime_years=4&running=3000",
    ],
    "reliability:error_class_judge": ["jonas /slis/SLI-2/errors/judge/?name=Slow+address+look-up"],
    "reliability:slo_archive": ["priya /slos/SLO-2/archive/"],
    "reliability:decision_list": ["maria /decisions/", "mira /decisions/?text=nothing-like-it"],
    "reliability:decision_detail": ["kofi /decisions/D-1/", "maria /decisions/D-3/", "mira /decisions/D-2/"],
    "reliability:decision_sign": ["maria /decisions/D-3/sign/", "mira /decisions/D-3/sign/"],
    "reliability:policy_list": ["maria /policies/"],
    "reliability:policy_detail": ["jonas /policies/POL-1/"],
    "reliability:policy_create": ["priya /policies/new/"],
    "reliability:policy_change": ["priya /policies/POL-1/change/"],
    "reliability:policy_agree": ["jonas /policies/POL-1/agree/", "mira /policies/POL-1/agree/"],
    "reliability:sli_list": ["maria /slis/", "maria /slis/?text=nothing-like-it"],
    "reliability:sli_create": ["priya /slis/new/"],
    "reliability:sli_detail": ["maria /slis/SLI-1/", "priya /slis/SLI-2/"],
    "reliability:sli_edit": ["priya /slis/SLI-2/edit/"],
    # audit
    "audit:entry_list": ["ada /audit/", "ada /audit/?key=E-2"],
    "audit:entry_detail": ["ada /audit/entries/0/", "ada /audit/entries/60/"],
    "audit:verification_list": ["ada /audit/verifications/"],
    "audit:verification_detail": ["ada /audit/verifications/1/"],
    # the API
    "api_docs": ["maria /api/v1/docs/", "adam /api/v1/docs/?room=organization"],
    # sign-in
    "account_login": ["- /accounts/login/"],
    "account_logout": ["maria /accounts/logout/"],
    "account_inactive": ["- /accounts/inactive/"],
    "account_reauthenticate": ["maria /accounts/reauthenticate/"],
    "account_change_password": ["maria /accounts/password/change/"],
    "account_reset_password": ["- /accounts/password/reset/"],
    "account_reset_password_done": ["- /accounts/password/reset/done/"],
    "account_reset_password_from_key": ["- /accounts/password/reset/key/1-used-already/"],
    "account_reset_password_from_key_done": ["- /accounts/password/reset/key/done/"],
    "mfa_index": ["ben /accounts/2fa/", "maria /accounts/2fa/"],
    "mfa_activate_totp": ["maria /accounts/2fa/totp/activate/"],
    "mfa_deactivate_totp": ["ben /accounts/2fa/totp/deactivate/"],
    "mfa_view_recovery_codes": ["ben /accounts/2fa/recovery-codes/"],
    "mfa_generate_recovery_codes": ["ben /accounts/2fa/recovery-codes/generate/"],
    "mfa_reauthenticate": ["ben /accounts/2fa/reauthenticate/"],
    "mfa_list_webauthn": ["ben /accounts/2fa/webauthn/"],
    "mfa_add_webauthn": ["maria /accounts/2fa/webauthn/add/"],
}

# Pages that a test of their own opens, since they need a step before them.
ELSEWHERE = {
    "organization:first_run": "only while nobody is there: test_real_walk",
    "mfa_authenticate": "only between password and code: test_second_factor",
    "mfa_reauthenticate_webauthn": "only with a passkey: test_passkey",
    "mfa_edit_webauthn": "only with a passkey: test_passkey",
    "mfa_remove_webauthn": "only with a passkey: test_passkey",
    "reliability:nine_case_detail": "only once one is saved: tests/reliability/test_nine_case",
    "reliability:nine_case_sign": "only once one is saved: tests/reliability/test_nine_case",
    "reliability:decision_outcome": "only once it is decided: tests/reliability/test_decision_pages",
    "reliability:freeze_lift": "only while it is frozen: tests/reliability/test_decision_pages",
}

NO_PAGES = {
    "common:healthz": "JSON",
    "common:readyz": "JSON",
    "metrics": "for Prometheus",
    "desk:notification_count": "a number for the frame",
    "desk:notification_open": "POST only",
    "desk:notification_read": "POST only",
    "desk:notification_read_all": "POST only",
    "organization:profile": "leads on",
    "organization:delegation_revoke": "POST only",
    "organization:person_invite": "POST only",
    "organization:person_hand_over": "POST only",
    "organization:person_reactivate": "POST only",
    "organization:token_revoke": "POST only",
    "organization:team_join": "POST only",
    "organization:team_leave": "POST only",
    "organization:service_dependency_add": "POST only",
    "organization:service_dependency_remove": "POST only",
    "delivery:epic_comment": "POST only",
    "delivery:story_comment": "POST only",
    "delivery:story_check": "POST only",
    "specs:execution_cancel": "POST only",
    "reliability:sli_archive": "POST only",
    "reliability:slo_badge": "a picture",
    "reliability:nine_case_save": "POST only",
    "reliability:slo_badge_share": "POST only",
    "reliability:slo_badge_withdraw": "POST only",
    "audit:entry_statement": "JSON",
    "audit:log_verify": "POST only",
    "account_set_password": "leads on where there is a password",
    "mfa_download_recovery_codes": "a file",
    "mfa_login_webauthn": "JSON",
    "account_signup": "closed",
    "account_email": "closed",
    "account_email_verification_sent": "closed",
    "account_confirm_email": "closed",
    "account_confirm_login_code": "closed",
    "api_root": "JSON",
    "api_schema": "a file",
}

# What is answered with an error, in words: status and visit.
ERRORS = [
    (404, "maria /nowhere/"),
    (404, "- /accounts/signup/"),
    (404, "maria /epics/E-999/"),
    (403, "mira /people/new/"),
    (403, "sam /stories/S-1/edit/"),
]


def route_names(patterns: Sequence[URLPattern | URLResolver] | None = None, spaces: str = "") -> Iterator[str]:
    """The name of each route, with its namespaces; routes without a name are closed doors before named ones.

    Without those of the API, which answer in JSON: tests/api asks each of them.
    """
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver) and not (one.namespace or "").endswith("-api"):
            yield from route_names(one.url_patterns, f"{spaces}{one.namespace}:" if one.namespace else spaces)
        elif isinstance(one, URLPattern) and one.name:
            yield f"{spaces}{one.name}"

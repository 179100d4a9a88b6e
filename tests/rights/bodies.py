"""A form that does the act, for every route that takes one: by the name of its route, and of the act where it has
several. A new route that takes a form needs its own here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.delivery import queries as delivery
from apps.organization import queries as organization
from apps.organization.models import Scope
from apps.organization.roles import Column
from apps.reliability import queries as reliability
from apps.reliability.models import ErrorClassCount
from apps.signoff import queries as signoff
from apps.signoff import statements
from apps.signoff.dossier import seal
from tests.cast import PASSWORD, in_days
from tests.rights.world import Kit, World, archive
from tests.signoff.promises import text_of
from tests.specs.evidence import behave_feature

KEY = "0123456789abcdef0123456789abcdef"
Form = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Who asks of which things."""

    world: World
    kit: Kit
    name: str


def report(kit: Kit) -> bytes:
    """What a runner says of the kit's stories the next time."""
    return json.dumps([behave_feature(text_of(f"{kit.word} pays"), "features/0.feature", {})], indent=1).encode()


def _epic_sign_off(asked: Asked) -> Form:
    body = signoff.current_dossier(asked.kit.epic, at=timezone.now())[0].body
    person = asked.world.people.get(asked.name)
    sealed = seal(body, person_key=person.key if person else "P-0")
    return {
        "dossier": sealed,
        "signer": _signer(asked, "signoff.sign_epic", asked.kit.epic.scope),
        "key": KEY,
        "meaning": "REJECT",
        "comment": "Something is missing.",
    }


def _signer(asked: Asked, right: str, *scopes: Scope) -> str:
    """Who signs, as the page printed it."""
    person = asked.world.people.get(asked.name)
    seat = organization.seat_for(person, right, *scopes, fresh=True) if person else None
    return statements.signer(name=person.name, seat=seat) if person and seat else "Nobody"


def _story_signer(asked: Asked) -> str:
    return _signer(asked, "signoff.sign_story", *delivery.story_scopes(asked.kit.story))


def _demand(asked: Asked) -> Form:
    return {"resource": asked.kit.resource.key, "on": in_days(30).isoformat(), "amount": 5, "why": "A campaign"}


def _judgment(asked: Asked) -> Form:
    counted = ErrorClassCount.objects.filter(sli=asked.kit.sli).earliest("pk")
    return {"name": counted.name, "effort": "CHEAP", "why": "Ask once more"}


def _reports(asked: Asked) -> Form:
    return {
        "reports": SimpleUploadedFile("report.json", report(asked.kit)),
        "format": "behave-json",
        "initiative": asked.kit.initiative.key,
        "zone": "UTC",
    }


def _seat(role: str, person: str = "target") -> Form:
    first, last = in_days(0).isoformat(), in_days(3).isoformat()
    return {"person": person, "role": role, "from_on": first, "until_on": last}


def _story_text(asked: Asked) -> Form:
    return {"text": text_of(f"{asked.kit.word} pays", outcome="a receipt is printed"), "reason": "users asked for it"}


def _proposal() -> Form:
    return {
        "option": "KEEP",
        "cause": "COMPANY_NETWORK",
        "reason": "A release mends it",
        "expires_on": in_days(9).isoformat(),
    }


def _speaks(asked: Asked, right: str, scope: Scope) -> Form:
    """For which column whoever asks signs, as the page printed it."""
    person = asked.world.people.get(asked.name)
    seats = reliability.deciding_seats(person, right, scope, fresh=True) if person else {}
    column, seat = next(iter(seats.items()), (Column.PRODUCT, None))
    signer = statements.signer(name=person.name, seat=seat) if person and seat else "Nobody"
    return {"column": column.value, "signer": signer, "key": KEY, "comment": ""}


POLICY = {
    "episode_share": "10",
    "surplus_share": "60",
    "deadline_days": "5",
    "expiry_days": "20",
    "rationale": "Users leave at once",
}
EPIC = {"title": "Another title", "summary": "", "team": "", "promised_for": "2027-Q1"}
TEAM = {"title": "Returns", "kind": "STREAM", "purpose": ""}
SERVICE = {"title": "Returns", "team": "orders", "purpose": "", "users": "Customers"}
NEEDS = {"needs": "queue", "kind": "HARD"}
SLI = {"title": "Answers", "kind": "LATENCY", "good_means": "within a second", "source": "PUSHED"}
MEASURE = {"source": "nowhere", "error_query": "sum by (code) (bad[{{.window}}])", "error_label": "code"}
SLOTH: Form = {
    "version": "prometheus/v1",
    "service": "shop",
    "slos": [
        {
            "name": "requests",
            "objective": 99.5,
            "sli": {"events": {"error_query": "sum(bad[{{.window}}])", "total_query": "sum(all[{{.window}}])"}},
            "alerting": {"page_alert": {"disable": True}, "ticket_alert": {"disable": True}},
        }
    ],
}
SLA = {"counterparty": "Scroll Shop", "target": 99, "window": "30d", "penalty": "A tenth", "from_on": "2026-01-05"}
SLO = {"title": "In time", "target": 99.5, "window": "7d", "rationale": "Users leave"}
RESOURCE = {"title": "Disk", "limit": "200", "unit": "GB", "measure": "SIZE"}
COUNTS = {"by": "1d", "counts": [{"at": "2026-01-05T00:00:00Z", "good": 99, "total": 100, "errors": {"slow": 1}}]}
REASON = {"reason": "nobody needs it"}

# What is posted, by route and act.
FORMS: dict[str, Form | Callable[[Asked], Form]] = {
    # desk
    "desk:notification_open": {},
    "desk:notification_read": {},
    "desk:notification_read_all": lambda asked: {"newest": str(asked.world.notification.pk)},
    # organization
    "organization:seat_grant": lambda asked: _seat("SRE"),
    "organization:seat_grant product": lambda asked: _seat("BUSINESS_ANALYST"),
    "organization:seat_grant engineering": lambda asked: _seat("ENGINEERING_TEAM_LEAD"),
    "organization:seat_grant to_oneself": lambda asked: _seat(
        "SRE", asked.world.people[asked.name].username if asked.name in asked.world.people else "target"
    ),
    "organization:seat_end": {"last_day": "", "reason": "moved on"},
    "organization:seat_delegate": lambda asked: {
        "delegate": "target",
        "from_on": in_days(0).isoformat(),
        "until_on": in_days(2).isoformat(),
    },
    "organization:delegation_revoke": {},
    "organization:person_create": {"name": "Nia New", "username": "nia", "email": "nia@example.org"},
    "organization:person_import": {"text": "username,name\nnia,Nia New\n"},
    "organization:person_edit": {"name": "Another Name", "email": "another@example.org", "time_zone": "Europe/Berlin"},
    "organization:person_edit oneself": {"name": "Me", "email": "me@example.org", "time_zone": "Europe/Berlin"},
    "organization:person_invite": {},
    "organization:person_deactivate": REASON,
    "organization:person_hand_over": lambda asked: {
        f"seat-{seat.pk}": "target" for seat in asked.world.others["left"].seats.all()
    },
    "organization:person_reactivate": {},
    "organization:service_account_create": {"name": "A program", "username": "program"},
    "organization:token_list": lambda asked: {"name": "another", "expires_on": in_days(30).isoformat()},
    "organization:token_revoke": {},
    "organization:team_create": {**TEAM, "key": "returns"},
    "organization:team_edit": TEAM,
    "organization:team_join": {"person": "target"},
    "organization:team_leave": {},
    "organization:service_create": {**SERVICE, "key": "returns"},
    "organization:service_edit": SERVICE,
    "organization:service_dependency_add": NEEDS,
    "organization:service_dependency_remove": {},
    "organization:first_run": {
        "organization": "Mine",
        "name": "Me",
        "username": "me",
        "password": PASSWORD,
        "again": PASSWORD,
    },
    # delivery
    "delivery:initiative_create": {"title": "Another initiative", "purpose": ""},
    "delivery:initiative_edit": {"title": "Another title", "purpose": ""},
    "delivery:epic_create": lambda asked: {**EPIC, "initiative": asked.kit.initiative.key},
    "delivery:epic_edit": EPIC,
    "delivery:epic_archive": REASON,
    "delivery:epic_dependency_edit": lambda asked: {"needs": asked.kit.spare.key, "kind": "HARD"},
    "delivery:epic_dependency_edit remove": lambda asked: {"remove": asked.kit.needed.key},
    "delivery:epic_service_edit": {"service": "platform"},
    "delivery:epic_service_edit remove": {"remove": "checkout"},
    "delivery:epic_slo_edit": lambda asked: {"slo": asked.kit.spare_slo.key},
    "delivery:epic_slo_edit remove": lambda asked: {"remove": asked.kit.slo.key},
    "delivery:epic_demand_edit": lambda asked: _demand(asked),
    "delivery:epic_demand_edit remove": lambda asked: {"remove": asked.kit.demand.key},
    "delivery:epic_comment": {"text": "A remark"},
    "delivery:story_comment": {"text": "A remark"},
    "delivery:nfr_create": {"title": "Speed", "statement": "It answers within a second.", "kind": "ATTESTED"},
    "delivery:nfr_edit": {"title": "Speed", "statement": "It answers within two seconds.", "kind": "ATTESTED"},
    "delivery:nfr_archive": REASON,
    "delivery:story_create": {"text": text_of("Give it back")},
    "delivery:story_edit": lambda asked: {**_story_text(asked), "base_version": "1"},
    "delivery:story_plan": {"team": "", "points": "3"},
    "delivery:story_archive": REASON,
    "delivery:story_check": lambda asked: {"text": text_of("Give it back"), "story": asked.kit.story.key},
    "delivery:feature_import_create": lambda asked: {
        "initiative": asked.kit.initiative.title,
        "upload": SimpleUploadedFile("more.zip", archive("More")),
    },
    # signoff
    "signoff:epic_sign_off": _epic_sign_off,
    "signoff:epic_sign_off_request": {"of": "maria", "words": "Please"},
    "signoff:story_sign_off_request": {"of": "lena", "words": "Please"},
    "signoff:waiver_ask": lambda asked: {
        "criterion": "stories_signed",
        "reason": "It can wait",
        "owner": str(asked.world.cast.maria.pk),
        "until_on": in_days(10).isoformat(),
    },
    "signoff:waiver_detail grant": {"act": "grant"},
    "signoff:waiver_detail refuse": {"act": "refuse", **REASON},
    "signoff:waiver_detail withdraw": {"act": "withdraw"},
    "signoff:nfr_attest": lambda asked: {
        "digest": asked.kit.nfr.digest,
        "verdict": "MET",
        "words": "Measured",
        "until_on": in_days(30).isoformat(),
    },
    "signoff:story_sign_off": lambda asked: {
        "digest": asked.kit.story.digest,
        "signer": _story_signer(asked),
        "key": KEY,
        "meaning": "ACCEPT",
        "comment": "",
    },
    "signoff:story_bulk_sign_off": lambda asked: {
        "stories": [f"{asked.kit.story.key}={asked.kit.story.digest}={_story_signer(asked)}"],
        "key": KEY,
        "comment": "",
    },
    # reliability
    "reliability:decision_detail": lambda asked: {**_proposal(), "owner": str(asked.world.cast.maria.pk)},
    "reliability:decision_sign": lambda asked: {
        "digest": asked.kit.decision.proposals.latest("pk").digest,
        **_speaks(asked, "reliability.sign_decision", asked.kit.decision.slo.scope),
        "meaning": "AGREE",
    },
    "reliability:decision_outcome": {"words": "It helped", "link": ""},
    "reliability:freeze_lift": {"reason": "The budget is kept again"},
    "reliability:policy_create": lambda asked: {**POLICY, "scope": asked.kit.epic.scope.key},
    "reliability:policy_change": POLICY,
    "reliability:policy_agree": lambda asked: {
        "digest": asked.kit.policy.versions.latest("number").digest,
        **_speaks(asked, "reliability.edit_policy", asked.kit.policy.scope),
    },
    # specs
    "specs:run_import": _reports,
    "specs:execution_request": lambda asked: {"epic": "", "story": asked.kit.story.key},
    "specs:execution_cancel": {},
    "specs:story_record_by_hand": lambda asked: {
        "scenarios": [str(asked.kit.signed.pickles.earliest("position").position)],
        "status": "PASSED",
        "words": "Tried in the store",
        "digest": asked.kit.signed.digest,
        "key": KEY,
    },
    # reliability
    "reliability:sli_create": lambda asked: {**SLI, "scope": asked.kit.epic.scope.key},
    "reliability:sli_edit": SLI,
    "reliability:sli_archive": {},
    "integrations:sli_measure": MEASURE,
    "integrations:sli_measure_stop": {},
    "reliability:resource_create": lambda asked: {**RESOURCE, "scope": asked.kit.epic.scope.key},
    "reliability:resource_edit": RESOURCE,
    "reliability:resource_archive": {},
    "reliability:usage_record": {"on": "2026-01-05", "value": "61"},
    "reliability:headroom_review": lambda asked: {"note": "Enough", "next_review_on": in_days(30).isoformat()},
    "reliability:slo_create": SLO,
    "reliability:slo_import": lambda asked: {
        "text": json.dumps(SLOTH),
        "scope": asked.kit.epic.scope.key,
        "days": "30",
    },
    "reliability:slo_change": SLO,
    "reliability:slo_archive": REASON,
    "reliability:sla_agree": SLA,
    "reliability:sla_change": SLA,
    "reliability:sla_end": REASON,
    "reliability:slo_badge_share": {},
    "reliability:slo_badge_withdraw": {},
    "reliability:error_class_judge": lambda asked: _judgment(asked),
    "reliability:nine_case_save": {"target": "99.99", "revenue": "1000"},
    "reliability:nine_case_sign": lambda asked: {
        "digest": asked.kit.nine_case.digest,
        "signer": _signer(asked, "reliability.sign_nine_case", asked.kit.epic.scope),
        "key": KEY,
        "comment": "",
    },
    # audit
    "audit:log_verify": {},
    # the API
    "desk-api:notification_read": {},
    "desk-api:notification_read_all": lambda asked: {"newest": asked.world.notification.pk},
    "organization-api:seat_grant": lambda asked: _seat("SRE"),
    "organization-api:person_list": {"name": "Nia New", "username": "nia", "email": "nia@example.org"},
    "organization-api:team_list": {**TEAM, "key": "returns"},
    "organization-api:team_detail": TEAM,
    "organization-api:service_list": {**SERVICE, "key": "returns"},
    "organization-api:service_detail": SERVICE,
    "organization-api:service_dependency_list": NEEDS,
    "organization-api:service_dependency_detail": {},
    "audit-api:verification_list": {},
    "delivery-api:initiative_list": {"title": "Another initiative", "purpose": ""},
    "delivery-api:initiative_detail": {"title": "Another title", "purpose": ""},
    "delivery-api:epic_list": lambda asked: {**EPIC, "initiative": asked.kit.initiative.key},
    "delivery-api:epic_detail": EPIC,
    "delivery-api:epic_archive": REASON,
    "delivery-api:epic_story_list": {"text": text_of("Give it back")},
    "delivery-api:epic_nfr_list": {"title": "Speed", "statement": "It answers within a second."},
    "delivery-api:epic_dependency_list": lambda asked: {"needs": asked.kit.spare.key, "kind": "HARD"},
    "delivery-api:epic_dependency_detail": {},
    "delivery-api:epic_service_list": {"service": "platform"},
    "delivery-api:epic_service_detail": {},
    "delivery-api:epic_slo_list": lambda asked: {"slo": asked.kit.spare_slo.key},
    "delivery-api:epic_slo_detail": {},
    "delivery-api:epic_demand_list": lambda asked: _demand(asked),
    "delivery-api:epic_demand_detail": {},
    "delivery-api:epic_comment_list": {"text": "A remark"},
    "delivery-api:nfr_detail": {"statement": "It answers within two seconds."},
    "delivery-api:nfr_archive": REASON,
    "delivery-api:story_detail": {"points": 3},
    "delivery-api:story_archive": REASON,
    "delivery-api:story_version_list": lambda asked: {**_story_text(asked), "base_version": 1},
    "delivery-api:story_comment_list": {"text": "A remark"},
    "delivery-api:feature_import_list": lambda asked: {
        "initiative": asked.kit.initiative.title,
        "upload": SimpleUploadedFile("more.zip", archive("More")),
    },
    "reliability-api:decision_propose": lambda asked: {**_proposal(), "owner": "maria"},
    "reliability-api:decision_sign": {},
    "reliability-api:decision_outcome": {"words": "It helped", "link": ""},
    "reliability-api:freeze_lift": {"reason": "The budget is kept again"},
    "reliability-api:policy_list": lambda asked: {"rationale": "Users leave", "scope": asked.kit.epic.scope.key},
    "reliability-api:policy_detail": {"rationale": "Users leave", "expiry_days": 9},
    "reliability-api:policy_agree": {},
    "specs-api:run_create": {},
    "specs-api:suite_execution_list": lambda asked: {"epic": "", "story": asked.kit.story.key},
    "specs-api:execution_cancel": {},
    "signoff-api:epic_sign_off_list": {},
    "signoff-api:story_sign_off_list": {},
    "signoff-api:attestation_list": {},
    "signoff-api:epic_sign_off_request": {"of": "maria", "words": "Please"},
    "signoff-api:story_sign_off_request": {"of": "lena", "words": "Please"},
    "signoff-api:epic_waiver_list": lambda asked: {
        "criterion": "stories_signed",
        "reason": "It can wait",
        "owner": "maria",
        "until_on": in_days(10).isoformat(),
    },
    "signoff-api:waiver_withdraw": {},
    "signoff-api:waiver_grant": {},
    "reliability-api:sli_list": lambda asked: {**SLI, "scope": asked.kit.epic.scope.key},
    "reliability-api:sli_detail": SLI,
    "reliability-api:sli_archive": {},
    "integrations-api:sli_measure": MEASURE,
    "integrations-api:sli_measure_stop": {},
    "reliability-api:counts_record": COUNTS,
    "reliability-api:resource_list": lambda asked: {**RESOURCE, "limit": 200, "scope": asked.kit.epic.scope.key},
    "reliability-api:resource_detail": {**RESOURCE, "limit": 200},
    "reliability-api:resource_archive": {},
    "reliability-api:usage_record": {"usage": [{"at": "2026-01-05", "value": 61}]},
    "reliability-api:headroom_review": lambda asked: {"note": "Enough", "next_review_on": in_days(30).isoformat()},
    "reliability-api:slo_create": SLO,
    "reliability-api:slo_import": SLOTH,
    "reliability-api:slo_detail": SLO,
    "reliability-api:slo_archive": REASON,
    "reliability-api:sla_list": SLA,
    "reliability-api:sla_detail": SLA,
    "reliability-api:sla_end": REASON,
    "reliability-api:slo_badge_share": {},
    "reliability-api:slo_badge_withdraw": {},
    "reliability-api:error_class_judge": lambda asked: _judgment(asked),
    "reliability-api:nine_case_list": {"target": 99.99, "revenue": 1000},
    "reliability-api:nine_case_sign": {},
    # sign-in
    "account_login": {"login": "maria", "password": PASSWORD},
    "account_logout": {},
    "account_reauthenticate": {"password": PASSWORD},
    "account_change_password": {
        "oldpassword": PASSWORD,
        "password1": "another fine day in May",
        "password2": "another fine day in May",
    },
    "account_set_password": {"password1": "another fine day in May", "password2": "another fine day in May"},
    "account_reset_password": {"email": "maria@example.org"},
    "account_reset_password_from_key": {
        "password1": "another fine day in May",
        "password2": "another fine day in May",
    },
    "mfa_authenticate": {"code": "123456"},
    "mfa_reauthenticate": {"code": "123456"},
    "mfa_activate_totp": {"code": "123456"},
    "mfa_deactivate_totp": {},
    "mfa_generate_recovery_codes": {},
    "mfa_add_webauthn": {"name": "My phone", "credential": "{}"},
    "mfa_edit_webauthn": {"name": "My phone"},
    "mfa_remove_webauthn": {},
    "mfa_reauthenticate_webauthn": {"credential": "{}"},
    "mfa_login_webauthn": {"credential": "{}"},
}

"""Who may what: one table of rights by role, as the portal's Django permissions.

A right is held on the scope of the seat and on everything below it. `backends.SeatBackend` answers from this table,
and nothing else grants a right.
"""

from apps.organization.roles import Role as R

_PRODUCT = {R.PRODUCT_OWNER, R.TECHNICAL_PRODUCT_MANAGER}
_ENGINEERING = {R.SOLUTION_ARCHITECT, R.ENTERPRISE_ARCHITECT, R.ENGINEERING_TEAM_LEAD}
_NINE: set[R] = {role for role in R if role not in {R.EXECUTIVE, R.AUDITOR, R.ADMINISTRATOR}}
_EVERYONE = set(R)

_TABLE: dict[str, set[R]] = {
    # organization
    "organization.manage_people": {R.ADMINISTRATOR},
    "organization.manage_tokens": {R.ADMINISTRATOR},
    "organization.manage_teams": {
        R.ADMINISTRATOR,
        R.TECHNICAL_PRODUCT_MANAGER,
        R.ENTERPRISE_ARCHITECT,
        R.SRE_ORGANIZATION_LEAD,
    },
    "organization.manage_services": {R.ADMINISTRATOR, R.SRE, R.SRE_LEAD, *_ENGINEERING},
    # Besides the administrator, the outward layer hands out seats in its own column (rules.py).
    "organization.grant_seat": {
        R.ADMINISTRATOR,
        R.TECHNICAL_PRODUCT_MANAGER,
        R.ENTERPRISE_ARCHITECT,
        R.SRE_ORGANIZATION_LEAD,
    },
    # reliability
    "reliability.edit_slo": {R.SRE, R.SRE_LEAD, R.SRE_ORGANIZATION_LEAD, *_PRODUCT, *_ENGINEERING},
    "reliability.record_counts": {R.SRE, R.SRE_LEAD, R.SRE_ORGANIZATION_LEAD, R.ENGINEERING_TEAM_LEAD, R.ADMINISTRATOR},
    "reliability.edit_policy": {R.SRE, R.SRE_LEAD, R.SRE_ORGANIZATION_LEAD, *_PRODUCT, *_ENGINEERING},
    # A decision takes one seat of each column; where nobody holds one, the SRE Organization Lead signs for it.
    "reliability.sign_decision": {R.SRE, R.SRE_LEAD, R.SRE_ORGANIZATION_LEAD, *_PRODUCT, *_ENGINEERING},
    "reliability.lift_freeze": {R.SRE_LEAD, R.SRE_ORGANIZATION_LEAD},
    "reliability.sign_nine_case": {R.PRODUCT_OWNER},
    "reliability.edit_sla": _PRODUCT,  # a promise to somebody outside
    "reliability.judge_error_class": _ENGINEERING,
    "reliability.edit_resource": {R.SRE, R.SRE_LEAD, R.SRE_ORGANIZATION_LEAD, *_ENGINEERING},
    "reliability.review_headroom": {R.SRE_LEAD, R.SRE_ORGANIZATION_LEAD},
    # delivery
    "delivery.manage_initiative": {R.ADMINISTRATOR, R.TECHNICAL_PRODUCT_MANAGER},
    "delivery.edit_epic": _PRODUCT,
    "delivery.edit_nfr": _PRODUCT,
    "delivery.edit_story": {R.BUSINESS_ANALYST, R.PRODUCT_OWNER},
    "delivery.link_service": {*_ENGINEERING, *_PRODUCT},
    "delivery.link_slo": {R.SRE, R.SRE_LEAD, *_ENGINEERING, *_PRODUCT},
    "delivery.plan_demand": {R.SRE, R.SRE_LEAD, R.SRE_ORGANIZATION_LEAD, *_ENGINEERING, *_PRODUCT},
    "delivery.edit_dependency": _ENGINEERING,
    "delivery.import_features": {*_PRODUCT, R.BUSINESS_ANALYST, R.ADMINISTRATOR},
    "delivery.comment": _EVERYONE,
    # specs
    "specs.import_results": {*_ENGINEERING, *_PRODUCT, R.BUSINESS_ANALYST, R.SRE, R.SRE_LEAD, R.ADMINISTRATOR},
    "specs.request_execution": {*_ENGINEERING, *_PRODUCT, R.BUSINESS_ANALYST, R.SRE, R.SRE_LEAD},
    "specs.export_features": _EVERYONE,
    "specs.record_by_hand": {R.BUSINESS_ANALYST, R.SRE, R.ENGINEERING_TEAM_LEAD},
    # signoff
    "signoff.sign_story": {R.BUSINESS_ANALYST},
    "signoff.sign_epic": {R.PRODUCT_OWNER},
    "signoff.attest_nfr": {R.SRE_LEAD},
    "signoff.ask_waiver": _NINE,
    # A waiver needs two: the product owner and the SRE lead.
    "signoff.grant_waiver": {R.PRODUCT_OWNER, R.SRE_LEAD},
    "signoff.request_sign_off": _NINE,
    "signoff.read_gate": _EVERYONE,
    # audit
    "audit.view_log": {R.AUDITOR, R.EXECUTIVE, R.ADMINISTRATOR},
    "audit.verify_log": {R.AUDITOR, R.EXECUTIVE, R.ADMINISTRATOR},
    "audit.erase_values": {R.ADMINISTRATOR},
}
RIGHTS: dict[str, frozenset[R]] = {name: frozenset(roles) for name, roles in _TABLE.items()}

# What a service account's token may do; acts that sign take a session with re-authentication only.
TOKEN_RIGHTS = frozenset(
    {
        "delivery.import_features",
        "specs.export_features",
        "specs.import_results",
        "signoff.read_gate",
        "reliability.record_counts",
        "reliability.edit_slo",  # by files that a pipeline keeps
    }
)

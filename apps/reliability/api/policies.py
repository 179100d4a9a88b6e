"""Error-budget policies and their versions."""

from typing import Any, TypedDict

from rest_framework.request import Request

from apps.common.endpoints import (
    Address,
    Instant,
    Key,
    Page,
    body_of,
    found,
    instant,
    listed,
    on_its_page,
    reads,
    reads_list,
    writes,
)
from apps.organization import queries as organization
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.organization.roles import Column
from apps.reliability import actions, queries
from apps.reliability.decision_forms import PolicyCreateForm, PolicyForm, policy_initial, wanted
from apps.reliability.models import Policy, PolicyVersion


class PolicyVersionRow(TypedDict):
    """One text of a policy; shares of 1 as text. `agreed` are the columns that signed it."""

    number: int
    episode_share: str
    surplus_share: str
    deadline_days: int
    expiry_days: int
    broken_obliges: str
    episode_obliges: str
    surplus_obliges: str
    rationale: str
    digest: str
    agreed: list[Column]
    written_by: PersonMention
    written_at: Instant


class PolicyRow(TypedDict):
    """The policy of a scope and all below it; `in_force` is the number of the version that three seats agreed on."""

    key: Key
    url: Address
    of: Key
    in_force: int | None
    versions: list[PolicyVersionRow]


def _version_row(version: PolicyVersion) -> PolicyVersionRow:
    return {
        "number": version.number,
        "episode_share": f"{version.episode_share.normalize():f}",
        "surplus_share": f"{version.surplus_share.normalize():f}",
        "deadline_days": version.deadline_days,
        "expiry_days": version.expiry_days,
        "broken_obliges": version.broken_obliges,
        "episode_obliges": version.episode_obliges,
        "surplus_obliges": version.surplus_obliges,
        "rationale": version.rationale,
        "digest": version.digest,
        "agreed": [Column(one.column) for one in version.signatures.all()],
        "written_by": mention(version.written_by),
        "written_at": instant(version.written_at),
    }


def _row(request: Request, policy: Policy) -> PolicyRow:
    return {
        "key": policy.key,
        "url": request.build_absolute_uri(policy.get_absolute_url()),
        "of": policy.scope.key,
        "in_force": policy.in_force.number if policy.in_force else None,
        "versions": [_version_row(version) for version in policy.versions.all()],
    }


def readable_policy(request: Request, key: str) -> Policy:
    """The policy, or 404."""
    return found(queries.with_versions(queries.policies_for(person_of(request))), key=key)


@reads_list(PolicyRow)
def policy_list(request: Request) -> Page[PolicyRow]:
    """Policies of what one may read. Where none is agreed the default one holds."""
    rows = queries.with_versions(queries.policies_outside(organization.hidden_scope_ids(person_of(request))))
    return listed(request, rows, lambda policy: _row(request, policy))


@reads(PolicyRow)
def policy_read(request: Request, key: str) -> PolicyRow:
    """One policy with all its versions."""
    return _row(request, readable_policy(request, key))


@writes(PolicyRow, body=PolicyCreateForm, status=201)
def policy_create(request: Request) -> PolicyRow:
    """Write the first version of a scope's policy. Shares are in percent; three seats agree on its page."""
    person = person_of(request)
    data = body_of(request, PolicyCreateForm, start=policy_initial(None), by=person)
    version = actions.write_policy(scope_key=data["scope"], wanted=wanted(data), by=person)
    return _row(request, readable_policy(request, version.policy.key))


@writes(PolicyRow, body=PolicyForm, partial=True)
def policy_change(request: Request, key: str) -> PolicyRow:
    """Write another version; what is left out stays, but why it changes is said each time."""
    latest = readable_policy(request, key).versions.all()[0]
    data = body_of(request, PolicyForm, start=policy_initial(latest))
    actions.change_policy(policy_key=key, wanted=wanted(data), by=person_of(request))
    return _row(request, readable_policy(request, key))


policy_agree: Any = on_its_page(
    readable_policy, "A policy is agreed on its page, /policies/…/agree/: whoever signs confirms there who they are."
)

"""Decisions, freezes and policies for the shelf."""

import secrets
from decimal import Decimal

from apps.organization.models import Scope
from apps.organization.roles import Column
from apps.reliability import actions
from apps.reliability.actions import Signing
from apps.reliability.actions.policies import Wanted
from tests.cast import Cast, ScopeFactory, in_days
from tests.signoff.promises import confirmed

SIGNERS = {Column.ENGINEERING: "jonas", Column.SRE: "priya", Column.PRODUCT: "maria"}


def grow_decisions(cast: Cast, number: int) -> None:
    """One more decision on SLO-1; in D-1 another proposal, signed for engineering; one more policy, and another
    version of POL-1. At first D-2 as well, which froze the epic.
    """
    _open(cast, f"open {number}")
    _propose(cast, "D-1", number, columns=[Column.ENGINEERING])
    wanted = Wanted(Decimal("0.2"), Decimal("0.75"), deadline_days=7, expiry_days=28, rationale=f"No {number}.")
    if number == 1:
        _open(cast, "decided")
        _propose(cast, "D-2", number, columns=list(SIGNERS))
        actions.write_policy(scope_key=cast.initiative.key, wanted=wanted, by=cast.priya)
        return
    actions.change_policy(policy_key="POL-1", wanted=wanted, by=cast.priya)
    with_policy, _ = (ScopeFactory.create(parent=cast.initiative, kind=Scope.Kind.EPIC) for _ in range(2))
    actions.write_policy(scope_key=with_policy.key, wanted=wanted, by=cast.priya)


def _open(cast: Cast, cause: str) -> None:
    actions.open_decision(slo_key="SLO-1", kind="EPISODE", cause_key=cause, facts={}, by=cast.priya)


def _propose(cast: Cast, key: str, number: int, *, columns: list[Column]) -> None:
    digest = actions.propose_decision(
        decision_key=key,
        option="STOP",
        cause="COMPANY_NETWORK",
        owner=cast.jonas,
        expires_on=in_days(9),
        reason=f"No {number}.",
        by=cast.priya,
    ).digest
    for column in columns:
        actions.sign_decision(
            decision_key=key,
            signing=Signing(digest=digest, column=column, agrees=True, comment="Yes.", key=secrets.token_hex(16)),
            by=cast.people[SIGNERS[column]],
            authentication=confirmed(),
        )

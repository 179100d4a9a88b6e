"""Decisions and a policy for a kit: by Priya, and signed by Maria, Jonas and her."""

from decimal import Decimal

from apps.organization.models import Scope
from apps.organization.roles import Column
from apps.reliability import actions
from apps.reliability.actions import Signing
from apps.reliability.actions.policies import Wanted
from apps.reliability.models import SLO, Decision, Policy
from tests.cast import Cast, forget_seats, in_days
from tests.signoff.promises import confirmed, key

SIGNERS = {Column.PRODUCT: "maria", Column.ENGINEERING: "jonas", Column.SRE: "priya"}


def open_decision(slo: SLO, *, word: str, cast: Cast) -> Decision:
    """To stop changes is proposed, and nobody has signed."""
    priya = forget_seats(cast.priya)
    decision = actions.open_decision(
        slo_key=slo.key, kind="BROKEN", cause_key=f"{slo.key}:BROKEN", facts={"why": word}, by=priya
    )
    actions.propose_decision(
        decision_key=decision.key,
        option="STOP",
        cause="OWN_BUG_OR_PROCEDURE",
        owner=cast.jonas,
        reason=f"{word} fails",
        expires_on=in_days(20),
        by=priya,
    )
    return decision


def make_decided(slo: SLO, *, word: str, cast: Cast) -> Decision:
    """All three agreed to stop changes."""
    decision = open_decision(slo, word=word, cast=cast)
    digest = decision.proposals.get().digest
    for column, name in SIGNERS.items():
        actions.sign_decision(
            decision_key=decision.key,
            signing=Signing(digest=digest, column=column, agrees=True, comment=f"{word} must hold", key=key()),
            by=forget_seats(cast.people[name]),
            authentication=confirmed(),
        )
    return Decision.objects.get(pk=decision.pk)


def write_policy(scope: Scope, *, word: str, cast: Cast) -> Policy:
    """A first version, to be agreed."""
    wanted = Wanted(
        episode_share=Decimal("0.2"),
        surplus_share=Decimal("0.75"),
        deadline_days=7,
        expiry_days=28,
        rationale=f"{word} is worth it",
    )
    return actions.write_policy(scope_key=scope.key, wanted=wanted, by=forget_seats(cast.priya)).policy

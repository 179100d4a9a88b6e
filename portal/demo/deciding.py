"""What the shop's counts ask three seats to decide, and a policy that waits for one of them."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from apps.organization.models import Person, Scope
from apps.organization.queries import today
from apps.organization.roles import Column
from apps.reliability import actions
from apps.reliability.actions import Signing
from apps.reliability.actions.policies import Wanted
from apps.reliability.models import Decision
from apps.signatures.reauthentication import Authentication

POLICY = Wanted(
    episode_share=Decimal("0.2"),
    surplus_share=Decimal("0.75"),
    deadline_days=5,
    expiry_days=28,
    rationale="A week is long for a shop: five days from the broken budget to three signatures.",
    broken_obliges="The three seats meet within two days; support is told what is known.",
    episode_obliges="A postmortem with at least one action of top priority.",
    surplus_obliges="The next quarter's plan says what the surplus pays for.",
)


def load() -> None:
    """Adds decisions that the counts open, what is proposed in one, and a policy. A part of the demo."""
    people = {person.username: person for person in Person.objects.filter(username__in=["jonas", "maria", "priya"])}
    version = actions.write_policy(scope_key="I-1", wanted=POLICY, by=people["priya"])
    for column, name in ((Column.SRE, "priya"), (Column.PRODUCT, "maria")):
        actions.agree_policy(
            policy_key=version.policy.key,
            signing=_signing(version.digest, column, key=f"demo-policy-{name}"),
            by=people[name],
            authentication=_confirmed(),
        )
    actions.judge_decisions()
    left_over = Decision.objects.filter(kind=Decision.Kind.SURPLUS, slo__scope__kind=Scope.Kind.EPIC)
    decision = left_over.order_by("pk").first()
    if decision is None:
        return
    proposal = actions.propose_decision(
        decision_key=decision.key,
        option="BREAK",
        owner=people["jonas"],
        expires_on=today() + timedelta(days=14),
        by=people["priya"],
        reason="Nobody knows what happens when the archive of orders is away. Take it away on a quiet morning.",
        toil="LOW",
        satisfaction="HIGH",
    )
    actions.sign_decision(
        decision_key=decision.key,
        signing=_signing(proposal.digest, Column.SRE, key="demo-decision-priya"),
        by=people["priya"],
        authentication=_confirmed(),
    )


def _signing(digest: str, column: Column, *, key: str) -> Signing:
    return Signing(digest=digest, column=column, agrees=True, comment="", key=key)


def _confirmed() -> Authentication:
    return Authentication("password", timezone.now())

"""Decisions for the tests: a broken budget, what is proposed of it, and signatures on it."""

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

from apps.organization.models import Person
from apps.organization.roles import Column
from apps.reliability import actions, tasks
from apps.reliability.actions import Signing
from apps.reliability.models import Decision, DecisionProposal, DecisionSignature
from apps.signatures.reauthentication import Authentication
from tests.reliability.world import NOW, World, ago

# Who signs for which column, in the cast.
SIGNERS = {Column.PRODUCT: "maria", Column.ENGINEERING: "jonas", Column.SRE: "priya"}


def confirmed(at: datetime | None = None) -> Authentication:
    """Somebody confirmed who they are just now."""
    return Authentication(method="password", at=at or datetime.now(UTC))


def key() -> str:
    """Of a form."""
    return secrets.token_hex(16)


def broken(world: World) -> Decision:
    """Two of a hundred events failed where one may, and the portal has seen it."""
    world.push((ago(hours=2), 98, 100))
    tasks.refresh_slos()
    tasks.judge_decisions()
    return Decision.objects.select_related("slo__scope").get()


def propose(world: World, **said: Any) -> DecisionProposal:
    """Priya proposes to stop changes for a week."""
    given: dict[str, Any] = {
        "decision_key": "D-1",
        "option": "STOP",
        "cause": "OWN_BUG_OR_PROCEDURE",
        "owner": world.cast.jonas,
        "expires_on": in_days(7),
        "by": world.priya,
    }
    return actions.propose_decision(**{**given, **said})


def sign(
    world: World, column: str, *, by: Person | None = None, agrees: bool = True, comment: str = "", **said: Any
) -> DecisionSignature:
    """One of the three signs what is proposed last."""
    proposal = DecisionProposal.objects.filter(decision__key="D-1").first()
    given = {"digest": proposal.digest if proposal else "", "key": key(), **said}
    authentication = given.pop("authentication", confirmed())
    return actions.sign_decision(
        decision_key="D-1",
        signing=Signing(column=column, agrees=agrees, comment=comment, **given),
        by=by or world.cast.people[SIGNERS[Column(column)]],
        authentication=authentication,
    )


def decided(world: World, **said: Any) -> Decision:
    """All three agree to what is proposed."""
    broken(world)
    propose(world, **said)
    for column in Column:
        sign(world, column)
    return Decision.objects.get(key="D-1")


def in_days(days: int) -> date:
    """From NOW, so that it holds before a test has travelled there too."""
    return NOW.date() + timedelta(days=days)

"""An error-budget policy is data in versions; three seats agree, and from then on its terms hold below its scope."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization.models import Person
from apps.organization.roles import Column, Role
from apps.reliability import actions, queries
from apps.reliability.actions import Signing
from apps.reliability.actions.policies import Wanted
from apps.reliability.models import Policy, PolicySignature, PolicyVersion
from apps.signatures.comparing import check_signatures
from apps.signatures.models import Signature
from tests.organization import log
from tests.reliability.deciding import SIGNERS, broken, confirmed, key
from tests.reliability.world import World
from tests.tampering import drop_trigger

WANTED = Wanted(
    episode_share=Decimal("0.1"),
    surplus_share=Decimal("0.5"),
    deadline_days=3,
    expiry_days=14,
    rationale="Our users leave at once.",
    broken_obliges="Stop, and look.",
)


def write(world: World, *, scope: str = "I-1", **said: object) -> PolicyVersion:
    """Priya writes one for the initiative."""
    return actions.write_policy(scope_key=scope, wanted=replace(WANTED, **said), by=world.priya)  # type: ignore[arg-type]


def agree(world: World, column: str, *, by: Person | None = None, sent: str = "", **said: str) -> PolicySignature:
    """One of the three agrees to the latest version."""
    version = PolicyVersion.objects.order_by("-number")[0]
    digest = said.pop("digest", version.digest)
    signing = Signing(digest=digest, column=column, agrees=True, comment="", key=sent or key(), **said)
    person = by or world.cast.people[SIGNERS[Column(column)]]
    return actions.agree_policy(policy_key="POL-1", signing=signing, by=person, authentication=confirmed())


def test_its_terms_hold_once_three_agree(world: World) -> None:
    version = write(world)
    assert log.said("policy.written").startswith("Priya Raman, SRE Lead of I-1, wrote POL-1, the error-budget policy")
    agree(world, Column.PRODUCT)
    agree(world, Column.SRE)
    assert queries.version_for(world.scope) is None
    assert queries.terms_of(None).is_default
    agree(world, Column.ENGINEERING)
    assert queries.version_for(world.scope) == version
    assert log.said("policy.agreed").endswith("agreed to version 1 of POL-1, the third of three: it is in force")
    check_signatures()
    decision = broken(world)
    assert (decision.due_on, decision.policy) == (date(2026, 12, 1), version)
    assert decision.told["policy"] == "POL-1 version 1"
    assert queries.version_for(world.cast.organization) is None


def test_another_version_holds_only_once_it_is_agreed_anew(world: World) -> None:
    write(world)
    for column in Column:
        agree(world, column)
    second = actions.change_policy(policy_key="POL-1", wanted=replace(WANTED, deadline_days=5), by=world.cast.maria)
    assert second.number == 2
    found = queries.version_for(world.scope)
    assert found is not None
    assert found.number == 1
    for column in Column:
        agree(world, column)
    assert queries.version_for(world.scope) == second
    with pytest.raises(Refused, match="Version 2 of POL-1 is in force already"):
        agree(world, Column.SRE)


def test_what_cannot_be_written(world: World) -> None:
    for said, words in (
        ({"episode_share": Decimal(0)}, "What one episode may use is a share of the budget above 0 and at most 100 %"),
        ({"episode_share": Decimal("0.12345")}, "What one episode may use has at most 2 digits"),
        ({"surplus_share": Decimal(1)}, "What may be left over is a share"),
        ({"deadline_days": 0}, "The deadline is from 1 to 365 days"),
        ({"expiry_days": 366}, "How long a decision holds is from 1 to 365 days"),
        ({"rationale": " "}, "The rationale is empty. Say why these terms"),
    ):
        with pytest.raises(BadInput, match=words):
            write(world, **said)
    with pytest.raises(NotAllowed, match="Writing the policy of I-1 takes a seat as"):
        actions.write_policy(scope_key="I-1", wanted=WANTED, by=world.cast.ruth)
    assert not Policy.objects.exists()
    write(world)
    with pytest.raises(Refused, match="There is no I-1 that you may read and that lacks a policy of its own"):
        write(world)
    with pytest.raises(NotAllowed, match="Writing the policy of I-1 takes a seat as"):
        actions.change_policy(policy_key="POL-1", wanted=WANTED, by=world.cast.emil)
    world.cast.initiative.archived_at = world.slo.created_at
    world.cast.initiative.save()
    with pytest.raises(Refused, match="I-1 is archived; no policy is needed there"):
        actions.change_policy(policy_key="POL-1", wanted=WANTED, by=world.priya)


def test_who_may_agree_and_to_what(world: World) -> None:
    digest = write(world).digest
    with pytest.raises(NotAllowed, match="Agreeing to POL-1 takes a seat as"):
        agree(world, Column.PRODUCT, by=world.cast.ruth)
    with pytest.raises(NotAllowed, match="You hold no seat that signs POL-1 for engineering"):
        agree(world, Column.ENGINEERING, by=world.cast.maria)
    with pytest.raises(Refused, match="Your name or your seat is not the one that the page showed"):
        agree(world, Column.PRODUCT, signer="Somebody")
    actions.change_policy(policy_key="POL-1", wanted=replace(WANTED, deadline_days=5), by=world.priya)
    with pytest.raises(Refused, match="POL-1 has another version than the page showed"):
        agree(world, Column.PRODUCT, digest=digest)
    agree(world, Column.PRODUCT)
    with pytest.raises(Refused, match="Product has signed already: Maria Keller"):
        agree(world, Column.PRODUCT, by=world.cast.vera)
    world.cast.seat(world.cast.maria, Role.SRE, world.cast.initiative)
    with pytest.raises(NotAllowed, match="Nobody signs for two"):
        agree(world, Column.SRE, by=world.cast.maria)


def test_the_same_form_sent_again_agrees_once(world: World) -> None:
    write(world)
    sent = key()
    first = agree(world, Column.SRE, sent=sent)
    assert agree(world, Column.SRE, sent=sent) == first
    assert Signature.objects.count() == 1


def test_what_was_altered_in_the_database_is_not_agreed(world: World) -> None:
    write(world)
    with pytest.raises(DatabaseError, match="what was signed stays as it was"):
        PolicyVersion.objects.update(deadline_days=300)


def test_a_version_that_is_not_what_was_written_is_not_signed(world: World) -> None:
    write(world)
    drop_trigger("reliability_policyversion_update")
    PolicyVersion.objects.update(deadline_days=300)
    with pytest.raises(
        Refused, match="What is stored of POL-1 is not what was written. Nothing was signed; tell an auditor."
    ):
        agree(world, Column.SRE)


def test_a_failing_log_takes_the_act_with_it(world: World, request: pytest.FixtureRequest) -> None:
    write(world)
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError, match="disk is full"):
        agree(world, Column.SRE)
    with pytest.raises(DatabaseError, match="disk is full"):
        actions.change_policy(policy_key="POL-1", wanted=WANTED, by=world.priya)
    assert not Signature.objects.exists()
    assert PolicyVersion.objects.count() == 1

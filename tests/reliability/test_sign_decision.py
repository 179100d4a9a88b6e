"""Three columns sign what is proposed; two of three decide, a dissent is kept, nobody signs for two."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from apps.audit import queries as audit
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization.roles import Column, Role
from apps.reliability import queries
from apps.reliability.models import Decision, DecisionProposal, DecisionSignature, Freeze
from apps.signatures.comparing import check_signatures
from apps.signatures.models import Signature
from tests.cast import DelegationFactory, PersonFactory, forget_seats, in_days
from tests.organization import log
from tests.reliability.deciding import broken, confirmed, decided, key, propose, sign
from tests.reliability.world import NOW, World
from tests.tampering import drop_trigger


@pytest.fixture
def proposed(world: World) -> World:
    """A broken budget, and Priya's proposal to stop changes."""
    broken(world)
    propose(world)
    return world


def test_three_agree_and_changes_stop(proposed: World) -> None:
    for column in (Column.SRE, Column.PRODUCT):
        sign(proposed, column)
    assert Decision.objects.get().state == "OPEN"
    assert queries.active_freezes([proposed.scope.pk], on=in_days(0)) == []
    sign(proposed, Column.ENGINEERING)
    decision = Decision.objects.get()
    assert (decision.state, decision.decided, decision.expires_on) == (
        "DECIDED",
        DecisionProposal.objects.get(),
        in_days(7),
    )
    (freeze,) = queries.active_freezes([proposed.scope.pk], on=in_days(0))
    assert (freeze.scope, freeze.until_on, freeze.decision) == (proposed.scope, in_days(7), decision)
    assert freeze.reason.startswith("Nothing is released but urgent fixes and security fixes")
    assert queries.active_freezes([proposed.cast.initiative.pk], on=in_days(0)) == []
    assert queries.active_freezes([], on=in_days(0)) == []
    assert log.said("decision.decided") == (
        f"The portal took D-1 “Checkout answers in time” as decided: Stop changes, until {in_days(7)}"
    )
    assert log.facts("decision.decided")["agreed"] == 3


def test_the_statement_says_all_and_the_log_proves_it(proposed: World) -> None:
    signature = sign(proposed, Column.PRODUCT).signature
    digest = DecisionProposal.objects.get().digest
    assert signature.statement == (
        "I, Maria Keller, Product Owner of I-1, agree for product: in D-1, on “Checkout answers in time” (SLO-1), it "
        f"is proposed to decide “Stop changes” until {in_days(7)}, as described in proposal {digest}."
    )
    entry = audit.entry_for(signature.key)
    audit.inclusion_proof(entry.index).check()
    assert b"Maria" not in bytes(entry.body)
    check_signatures()


def test_one_dissent_is_kept_and_two_of_three_decide(proposed: World) -> None:
    with pytest.raises(BadInput, match="A dissent needs words: they are kept with the decision"):
        sign(proposed, Column.ENGINEERING, agrees=False, comment=" ")
    sign(proposed, Column.ENGINEERING, agrees=False, comment="The cause is not ours.")
    sign(proposed, Column.PRODUCT)
    sign(proposed, Column.SRE)
    assert Decision.objects.get().state == "DECIDED"
    dissent = DecisionSignature.objects.get(agrees=False)
    assert dissent.signature.comment == "The cause is not ours."
    assert log.said("decision.dissented").endswith(
        "dissented from D-1 “Checkout answers in time”: The cause is not ours."
    )
    assert log.facts("decision.decided")["dissented"] == 1


def test_two_dissents_decide_nothing_and_another_proposal_is_signed_anew(proposed: World) -> None:
    sign(proposed, Column.SRE)
    for column in (Column.PRODUCT, Column.ENGINEERING):
        sign(proposed, column, agrees=False, comment="We would rather ship.")
    assert Decision.objects.get().state == "OPEN"
    assert not Freeze.objects.exists()
    propose(proposed, option="KEEP", reason="A release fixes it.", by=proposed.cast.maria)
    for column in Column:
        sign(proposed, column)
    decision = Decision.objects.get()
    assert decision.state == "DECIDED"
    assert decision.decided is not None
    assert decision.decided.option == "KEEP"
    assert not Freeze.objects.exists()
    assert DecisionSignature.objects.count() == 6


def test_who_signs_for_what(proposed: World) -> None:
    with pytest.raises(NotAllowed, match="You hold no seat that signs D-1 for engineering"):
        sign(proposed, Column.ENGINEERING, by=proposed.cast.maria)
    with pytest.raises(BadInput, match="Choose for which of the three columns you sign"):
        sign(proposed, "MARKETING", by=proposed.cast.maria)
    for name in ("ruth", "emil", "nobody"):
        with pytest.raises(NotAllowed, match="Signing D-1 takes a seat as"):
            sign(proposed, Column.PRODUCT, by=proposed.cast.people[name])
    sign(proposed, Column.PRODUCT)
    with pytest.raises(Refused, match=r"Product has signed already: Maria Keller, SIG-\d+"):
        sign(proposed, Column.PRODUCT, by=proposed.cast.vera)


def test_nobody_signs_for_two_not_even_as_a_delegate(proposed: World) -> None:
    cast = proposed.cast
    cast.seat(cast.maria, Role.SOLUTION_ARCHITECT, cast.initiative)
    sign(proposed, Column.PRODUCT)
    with pytest.raises(NotAllowed, match="Product was signed by you or in your seat .* Nobody signs for two"):
        sign(proposed, Column.ENGINEERING, by=cast.maria)
    DelegationFactory.create(seat=cast.seat_of("jonas"), delegate=cast.maria)
    DelegationFactory.create(seat=cast.seat_of("maria"), delegate=cast.jonas)
    with pytest.raises(NotAllowed, match="Nobody signs for two"):
        sign(proposed, Column.ENGINEERING, by=forget_seats(cast.maria))


def test_the_organization_lead_signs_for_a_vacant_column_only(proposed: World) -> None:
    ines = proposed.cast.ines
    with pytest.raises(NotAllowed, match="Engineering has somebody who signs D-1; you sign for it only where nobody"):
        sign(proposed, Column.ENGINEERING, by=ines)
    for name in ("jonas", "tomas", "otto"):
        seat = proposed.cast.seat_of(name)
        seat.until_on = in_days(-1)
        seat.save()
    signed = sign(proposed, Column.ENGINEERING, by=ines)
    assert signed.signature.seat_role == Role.SRE_ORGANIZATION_LEAD
    with pytest.raises(NotAllowed, match="Nobody signs for two"):
        sign(proposed, Column.SRE, by=ines)


def test_the_team_that_works_on_the_epic_speaks_with_its_delivery_seats(proposed: World) -> None:
    cast = proposed.cast
    team = proposed.scope.worked_by = cast.elsewhere
    proposed.scope.save()
    lead, owner = PersonFactory.create(), PersonFactory.create()
    cast.seat(lead, Role.ENGINEERING_TEAM_LEAD, team)
    cast.seat(owner, Role.PRODUCT_OWNER, team)
    sign(proposed, Column.ENGINEERING, by=lead)
    with pytest.raises(NotAllowed, match="Signing D-1 takes a seat"):
        sign(proposed, Column.PRODUCT, by=owner)


def test_what_is_signed_is_what_was_shown(world: World) -> None:
    broken(world)
    with pytest.raises(Refused, match="Nothing is proposed in D-1 yet"):
        sign(world, Column.SRE)
    shown = propose(world).digest
    propose(world, option="KEEP", reason="A release fixes it.")
    with pytest.raises(Refused, match="Something else is proposed in D-1 than the page showed"):
        sign(world, Column.SRE, digest=shown)
    with pytest.raises(Refused, match="Your name or your seat is not the one that the page showed"):
        sign(world, Column.SRE, signer="Priya Raman, SRE of I-1")
    with pytest.raises(NotAllowed, match="within the last two minutes"):
        sign(world, Column.SRE, authentication=confirmed(timezone.now() - timedelta(minutes=3)))
    with time_machine.travel(NOW + timedelta(days=8), tick=False), pytest.raises(Refused, match="would have ended on"):
        sign(world, Column.SRE)
    assert not Signature.objects.exists()


def test_what_was_altered_in_the_database_is_not_signed(proposed: World) -> None:
    drop_trigger("reliability_decisionproposal_update")
    DecisionProposal.objects.update(option="KEEP")
    with pytest.raises(
        Refused, match="What is stored of D-1 is not what was proposed. Nothing was signed: tell an auditor."
    ):
        sign(proposed, Column.SRE)


def test_what_was_proposed_and_signed_is_never_changed(proposed: World) -> None:
    sign(proposed, Column.SRE)
    with pytest.raises(DatabaseError, match="what was signed stays as it was"):
        DecisionProposal.objects.update(option="KEEP")


def test_the_same_form_sent_again_signs_once(proposed: World) -> None:
    sent = key()
    first = sign(proposed, Column.SRE, key=sent)
    size = log.size()
    assert sign(proposed, Column.SRE, key=sent) == first
    assert (log.size(), Signature.objects.count()) == (size, 1)


def test_a_failing_log_takes_the_signature_with_it(proposed: World, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError, match="disk is full"):
        sign(proposed, Column.SRE)
    assert not Signature.objects.exists()


def test_nothing_is_signed_once_it_is_decided(world: World) -> None:
    decided(world)
    with pytest.raises(Refused, match="D-1 is decided already"):
        sign(world, Column.SRE)

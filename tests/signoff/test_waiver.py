"""A criterion may be unmet for a while: asked by one, granted by two others."""

import json
from datetime import date

import pytest
from django.utils import timezone

from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions as delivery
from apps.delivery.actions.nfrs import create_nfr
from apps.desk.queries import read_desk
from apps.organization.models import Seat
from apps.organization.roles import Role
from apps.signoff import actions
from apps.signoff.models import Waiver
from tests.cast import DelegationFactory, PersonFactory, forget_seats, in_days, signed_in
from tests.signoff.promises import Promise

pytestmark = pytest.mark.django_db


def ask(
    promise: Promise, *, criterion: str = "nfrs_attested", subject: str = "", until_on: date | None = None
) -> Waiver:
    """Tomás asks for it."""
    return actions.ask_waiver(
        epic_key=promise.epic.key,
        criterion=criterion,
        subject=subject,
        reason="The cache arrives in December.",
        owner=promise.cast.jonas,
        until_on=until_on or in_days(20),
        by=promise.cast.tomas,
    )


def granted(promise: Promise, **kwargs: object) -> Waiver:
    """Asked by Tomás, granted by Maria and Priya."""
    waiver = ask(promise, **kwargs)  # type: ignore[arg-type]
    actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.maria)
    return actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.priya)


def test_two_yeses_grant_it(promise: Promise) -> None:
    waiver = ask(promise)
    actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.maria)
    assert Waiver.objects.get().state == "ASKED"
    actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.priya)
    assert Waiver.objects.get().state == "GRANTED"
    events = [entry.event for entry in Entry.objects.filter(subject=waiver.key).order_by("index")]
    assert events == ["waiver.asked", "waiver.agreed", "waiver.granted"]


def test_an_epic_is_accepted_with_the_exception_and_its_dossier_lists_it(promise: Promise) -> None:
    nfr = create_nfr(epic_key=promise.epic.key, title="Cold start", statement="Under 2 s.", by=promise.cast.maria)
    with pytest.raises(Refused, match=f"{nfr.key} is not attested"):
        promise.sign()
    waiver = granted(promise, subject=nfr.key)
    with pytest.raises(Refused, match="Accept with exceptions"):
        promise.sign()
    sign_off = promise.sign(meaning="ACCEPT_WITH_EXCEPTIONS")
    assert "with one exception" in sign_off.signature.statement
    assert waiver.key in {leaf.key for leaf in promise.dossier().leaves}


def test_who_asks_does_not_decide(promise: Promise) -> None:
    waiver = actions.ask_waiver(
        epic_key=promise.epic.key,
        criterion="seats_filled",
        subject="",
        reason="We are hiring.",
        owner=promise.cast.maria,
        until_on=in_days(5),
        by=promise.cast.maria,
    )
    with pytest.raises(NotAllowed, match="Who asks for a waiver does not decide on it"):
        actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.maria)


def test_whose_seat_asked_does_not_decide(promise: Promise) -> None:
    """A delegate asks in Maria's seat: it is not for her to grant, nor for another delegate of hers."""
    delegate, other = PersonFactory.create(name="Dora Stand"), PersonFactory.create()
    DelegationFactory.create(seat=promise.cast.seat_of("maria"), delegate=delegate)
    DelegationFactory.create(seat=promise.cast.seat_of("maria"), delegate=other)
    waiver = actions.ask_waiver(
        epic_key=promise.epic.key,
        criterion="seats_filled",
        subject="",
        reason="We are hiring.",
        owner=promise.cast.jonas,
        until_on=in_days(5),
        by=delegate,
    )
    for person in (promise.cast.maria, delegate, other):
        with pytest.raises(NotAllowed, match="Who asks for a waiver does not decide on it"):
            actions.grant_waiver(waiver_key=waiver.key, by=forget_seats(person))
        assert not read_desk(forget_seats(person), at=timezone.now()).work.waivers
    assert read_desk(promise.cast.priya, at=timezone.now()).work.waivers
    page = signed_in(promise.cast.ada).get(f"/waivers/{waiver.key}/").content.decode()
    assert "Dora Stand, for Maria Keller" in page
    second = PersonFactory.create()
    promise.cast.seat(second, Role.PRODUCT_OWNER, promise.epic.scope)
    actions.grant_waiver(waiver_key=waiver.key, by=second)
    assert actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.priya).state == "GRANTED"


def test_one_person_gives_one_yes(promise: Promise) -> None:
    promise.cast.seat(promise.cast.maria, Role.SRE_LEAD, promise.epic.scope)
    waiver = ask(promise)
    actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.maria)
    with pytest.raises(Refused, match="the second yes is another person's"):
        actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.maria)


def test_two_product_owners_do_not_grant_it(promise: Promise) -> None:
    second = PersonFactory.create()
    promise.cast.seat(second, Role.PRODUCT_OWNER, promise.epic.scope)
    waiver = ask(promise)
    actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.maria)
    with pytest.raises(Refused, match="Product Owner has said yes already .Maria Keller."):
        actions.grant_waiver(waiver_key=waiver.key, by=second)


@pytest.mark.parametrize("name", ["jonas", "ruth", "nobody"])
def test_only_the_two_seats_decide(promise: Promise, name: str) -> None:
    waiver = ask(promise)
    with pytest.raises(NotAllowed, match="Only a Product Owner or SRE Lead"):
        actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.people[name])


def test_who_holds_none_of_the_nine_seats_does_not_ask(promise: Promise) -> None:
    Seat.objects.filter(person=promise.cast.tomas).delete()
    forget_seats(promise.cast.tomas)
    with pytest.raises(NotAllowed, match="may ask for a waiver"):
        ask(promise)


@pytest.mark.parametrize(("days", "words"), [(-1, "cannot end in the past"), (400, "lasts a year at most")])
def test_it_ends_soon_but_not_yesterday(promise: Promise, days: int, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        ask(promise, until_on=in_days(days))


def test_an_unknown_criterion_or_a_foreign_nfr_is_refused(promise: Promise) -> None:
    with pytest.raises(BadInput, match="Choose the criterion"):
        ask(promise, criterion="made_up")
    with pytest.raises(BadInput, match="NFR-99 is no NFR of"):
        ask(promise, subject="NFR-99")


def test_it_is_refused_with_a_reason_or_withdrawn(promise: Promise) -> None:
    waiver = ask(promise)
    with pytest.raises(BadInput, match="A reason is needed"):
        actions.refuse_waiver(waiver_key=waiver.key, reason="", by=promise.cast.priya)
    actions.refuse_waiver(waiver_key=waiver.key, reason="Too risky.", by=promise.cast.priya)
    with pytest.raises(Refused, match="is refused already"):
        actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.maria)
    other = ask(promise)
    with pytest.raises(NotAllowed, match=f"Only Tomás Novák, who asked for {other.key}, may withdraw it"):
        actions.withdraw_waiver(waiver_key=other.key, by=promise.cast.maria)
    assert actions.withdraw_waiver(waiver_key=other.key, by=promise.cast.tomas).state == "WITHDRAWN"


def test_a_waiver_granted_after_the_signature_drifts_the_epic(promise: Promise) -> None:
    promise.sign()
    granted(promise)
    assert promise.reread().state == "DRIFTED"


def test_archiving_an_epic_ends_asking(promise: Promise) -> None:
    delivery.archive_epic(epic_key=promise.epic.key, reason="merged", by=promise.cast.maria)
    with pytest.raises(Refused, match="is archived"):
        ask(promise)


def test_a_waiver_of_an_archived_epic_is_not_granted(promise: Promise) -> None:
    waiver = ask(promise)
    delivery.archive_epic(epic_key=promise.epic.key, reason="Not needed.", by=promise.cast.maria)
    with pytest.raises(Refused, match=f"{promise.epic.key} is archived"):
        actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.maria)


def test_nobody_decides_in_the_seat_of_who_asked_or_said_yes(promise: Promise) -> None:
    """A second product owner, who is besides a delegate of the SRE lead that asked, or of the first one to say yes."""
    second = PersonFactory.create()
    promise.cast.seat(second, Role.PRODUCT_OWNER, promise.epic.scope)
    for holder in (promise.cast.tomas, promise.cast.maria):
        as_lead = promise.cast.seat(holder, Role.SRE_LEAD, promise.epic.scope)
        delegation = DelegationFactory.create(seat=as_lead, delegate=second)
        waiver = ask(promise)
        actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.maria)
        with pytest.raises(Refused, match="Product Owner has said yes already .*; the other seat's yes is missing"):
            actions.grant_waiver(waiver_key=waiver.key, by=forget_seats(second))
        delegation.delete()


def test_the_log_names_the_seat_in_which_a_yes_counts(promise: Promise) -> None:
    second = PersonFactory.create()
    promise.cast.seat(second, Role.PRODUCT_OWNER, promise.epic.scope)
    DelegationFactory.create(seat=promise.cast.seat_of("priya"), delegate=second)
    waiver = ask(promise)
    actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.maria)
    actions.grant_waiver(waiver_key=waiver.key, by=forget_seats(second))
    told = json.loads(bytes(Entry.objects.get(event="waiver.granted").body))["predicate"]
    assert "SRE_LEAD" in json.dumps(told["seat"])


def test_a_yes_keeps_the_seat_and_whose_it_is(promise: Promise) -> None:
    delegate = PersonFactory.create(name="Dora Stand")
    DelegationFactory.create(seat=promise.cast.seat_of("maria"), delegate=delegate)
    waiver = ask(promise)
    actions.grant_waiver(waiver_key=waiver.key, by=delegate)
    actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.priya)
    first, second = waiver.grants.order_by("pk")
    scope = promise.cast.initiative.key
    assert (first.delegated_by, first.seat_scope) == (promise.cast.maria, scope)
    assert (second.delegated_by, second.seat_words) == (None, f"SRE Lead of {scope}")
    page = signed_in(promise.cast.ada).get(f"/waivers/{waiver.key}/").content.decode()
    assert f"Product Owner of {scope}, for Maria Keller" in page
    first.seat_scope = ""
    assert first.seat_words == "Product Owner, for Maria Keller"


def test_whose_seat_said_yes_does_not_say_the_other(promise: Promise) -> None:
    """Maria is SRE lead too: her delegate's yes as product owner is hers."""
    delegate, other = PersonFactory.create(name="Dora Stand"), PersonFactory.create()
    DelegationFactory.create(seat=promise.cast.seat_of("maria"), delegate=delegate)
    as_lead = promise.cast.seat(promise.cast.maria, Role.SRE_LEAD, promise.epic.scope)
    DelegationFactory.create(seat=as_lead, delegate=other)
    waiver = ask(promise)
    actions.grant_waiver(waiver_key=waiver.key, by=delegate)
    with pytest.raises(Refused, match=f"Dora Stand has said yes to {waiver.key} in your seat"):
        actions.grant_waiver(waiver_key=waiver.key, by=forget_seats(promise.cast.maria))
    with pytest.raises(Refused, match=r"Product Owner has said yes already \(Dora Stand\)"):
        actions.grant_waiver(waiver_key=waiver.key, by=other)
    page = signed_in(promise.cast.maria).get(f"/waivers/{waiver.key}/").content.decode()
    assert "in your seat: the second is another person" in page
    desk = read_desk(forget_seats(promise.cast.maria), at=timezone.now())
    assert not desk.work.waivers
    assert actions.grant_waiver(waiver_key=waiver.key, by=promise.cast.priya).state == "GRANTED"


def test_past_its_last_day_it_is_shown_as_expired(promise: Promise) -> None:
    waiver = granted(promise, until_on=in_days(2))
    client = signed_in(promise.cast.maria)
    assert "Granted" in client.get(f"/waivers/{waiver.key}/").content.decode()
    Waiver.objects.update(until_on=in_days(-1))
    page = client.get(f"/waivers/{waiver.key}/").content.decode()
    assert "Expired" in page.partition("</h1>")[2][:400]
    assert "Expired" in client.get(f"/epics/{promise.epic.key}/").content.decode()

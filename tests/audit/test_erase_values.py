"""Erasing what the log can read of a person: an act like any other, and the log still verifies."""

from dataclasses import dataclass

import pytest

from apps.audit import queries
from apps.audit.actions import erase_values
from apps.audit.acts import Of, act
from apps.audit.models import Entry, EntryValue
from apps.audit.verify import verify_log
from apps.common.refused import NotAllowed, Refused
from apps.organization.roles import Role
from tests.audit.logbook import Somebody, fill, sign, write
from tests.cast import Cast

pytestmark = pytest.mark.django_db

ADAM = Somebody("P-1", "Adam Roth")


def test_the_values_are_gone_and_the_log_is_good() -> None:
    sign(reason="It is ready")
    sign(by=Somebody("P-8", "Ruth Adeyemi"), personal={"grantee": Of("P-7", "Maria Keller")})
    before = {entry.index: bytes(entry.body) for entry in Entry.objects.all()}

    assert erase_values(person="P-7", by=ADAM, reason="She asked for it") == 3

    assert {entry.index: bytes(entry.body) for entry in Entry.objects.filter(index__lt=2)} == before
    gone = EntryValue.objects.filter(person="P-7")
    assert {(value.value, value.salt, value.erased_in) for value in gone} == {(None, None, 2)}
    assert verify_log().ok
    first, second, erasure = queries.lines(Entry.objects.all())
    assert str(first).startswith("P-7 ")
    assert str(second).startswith("Ruth Adeyemi ")
    assert str(erasure) == "Adam Roth erased 3 personal values of P-7 from the log: She asked for it"


def test_sentences_say_what_is_erased() -> None:
    sign(reason="It is ready", sentence="rejected {subject}: {reason}")
    erase_values(person="P-7", by=ADAM, reason="x")
    assert queries.life_of("E-12")[0].words == "rejected E-12: (erased)"


def test_people_who_come_back_can_be_erased_again() -> None:
    sign()
    erase_values(person="P-7", by=ADAM, reason="x")
    sign()
    sign()
    assert erase_values(person="P-7", by=ADAM, reason="x") == 2
    assert verify_log().ok


def test_erasing_oneself_leaves_the_erasing_entry_readable() -> None:
    sign(by=ADAM)
    assert erase_values(person="P-1", by=ADAM, reason="x") == 1
    assert verify_log().ok
    assert queries.lines(Entry.objects.filter(index=1))[0].by == "Adam Roth"


def test_erasing_within_another_act() -> None:
    fill(7)

    @act
    def deactivate() -> None:
        write("person.deactivated", subject="P-3")
        erase_values(person="P-3", by=ADAM, reason="x")

    deactivate()
    assert set(EntryValue.objects.filter(person="P-3").values_list("erased_in", flat=True)) == {8}
    assert verify_log().ok


def test_nothing_to_erase_is_refused() -> None:
    with pytest.raises(Refused, match="The log holds no readable values of P-7 any more."):
        erase_values(person="P-7", by=ADAM, reason="x")


def test_a_reason_is_asked_for() -> None:
    sign()
    with pytest.raises(Refused, match="Say why these values are erased"):
        erase_values(person="P-7", by=ADAM, reason=" ")
    assert EntryValue.objects.filter(value__isnull=False).exists()


@dataclass(frozen=True)
class Powerless(Somebody):
    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        return False


def test_without_the_right_it_is_refused() -> None:
    sign()
    with pytest.raises(NotAllowed, match="Only an administrator erases"):
        erase_values(person="P-7", by=Powerless(), reason="x")


def test_only_the_administrator_has_the_right(cast: Cast) -> None:
    may = {name for name, person in cast.people.items() if person.has_perm("audit.erase_values")}
    assert may == {"adam"}
    assert cast.adam.seats.get().role == Role.ADMINISTRATOR

"""Mail that is due is sent once it can be, whatever becomes of the ring, of the worker and of the mail server."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone

from apps.organization import tasks
from apps.organization.actions import letters
from apps.organization.models import Letter
from tests.cast import Cast, PersonFactory


@pytest.fixture
def letter(cast: Cast) -> Letter:
    """An invitation, of which nobody has heard yet."""
    person = PersonFactory.create(username="kim", password="!")
    with transaction.atomic():
        return letters.post_letter(Letter.Kind.INVITATION, person=person, detail="https://portal.example.org")


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(tasks, "ring", lambda task, pk: found.append((task, pk)))
    return found


def later(**delta: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**delta))


def test_a_lost_ring_only_delays(letter: Letter, rung: list[tuple[str, int]]) -> None:
    tasks.sweep_letters()
    assert rung == []  # its own ring may still be heard
    with later(seconds=11):
        tasks.sweep_letters()
    assert rung == [("organization.send_letter", letter.pk)]
    tasks.send_letter(letter.pk)
    tasks.send_letter(letter.pk)
    assert len(mail.outbox) == 1
    with later(minutes=5):
        tasks.sweep_letters()
    assert len(rung) == 1


def test_a_mail_server_that_is_away_is_asked_again(
    letter: Letter, rung: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setattr(tasks, "send_mail", lambda *args: (_ for _ in ()).throw(ConnectionRefusedError()))
        with pytest.raises(ConnectionRefusedError):
            tasks.send_letter(letter.pk)
    tasks.send_letter(letter.pk)
    assert mail.outbox == [], "not at once, for another may be at it"
    with later(minutes=1, seconds=1):
        tasks.sweep_letters()
        tasks.send_letter(letter.pk)
    assert rung == [("organization.send_letter", letter.pk)]
    assert len(mail.outbox) == 1


def test_what_could_not_be_sent_for_days_is_given_up(letter: Letter, rung: list[tuple[str, int]]) -> None:
    with later(days=3, minutes=1):
        tasks.sweep_letters()
    assert (rung, Letter.objects.count()) == ([], 0)


def test_a_letter_goes_with_its_act(letter: Letter) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        letters.post_letter(Letter.Kind.INVITATION, person=letter.person, detail="x")
        raise ZeroDivisionError
    assert Letter.objects.get() == letter

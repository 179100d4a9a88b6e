"""Background work of the organization: mail."""

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail

from apps.common.ringing import ring
from apps.organization.actions import letters
from apps.organization.actions.answers import forget_answers
from apps.organization.invitations import password_link
from apps.organization.models import Letter, Person

MAX_RINGS = 100
WORDS = """Hello {name},

an account in the portal was made for you. Choose your password here; the link works once, for three days:

{link}

Your username is {username}. If you did not expect this, you need do nothing.
"""
CHANGED = """Hello {name},

an administrator changed the mail address of your account ({username}) in the portal. Links for a new password no
longer come to this address.

If you know of it, you need do nothing. If not, tell another administrator or an auditor now: for {hours} hours nobody
can sign in your name without a code or passkey that you had before.
"""


@shared_task(name="organization.send_letter")
def send_letter(pk: int) -> None:
    """Sends one mail that is due. Where the mail server is away it stays due."""
    letter = letters.take_letter(pk)
    if letter is None:
        return
    send = _send_invitation if letter.kind == Letter.Kind.INVITATION else _send_mail_changed
    send(letter.person, letter.detail)
    letters.forget_letter(letter)


@shared_task(name="organization.sweep_letters")
def sweep_letters() -> None:
    """Ring again for mail that was not heard of, or could not be sent."""
    for letter in letters.due_letters().only("pk")[:MAX_RINGS]:
        ring("organization.send_letter", letter.pk)


def _send_invitation(person: Person, base: str) -> None:
    """The one-time link, unless the person has chosen a password meanwhile or may not sign in any more."""
    if not person.is_active or not person.email or person.has_usable_password():
        return
    words = WORDS.format(name=person.name, username=person.username, link=password_link(person, base))
    send_mail("Your account in the portal", words, None, [person.email])


def _send_mail_changed(person: Person, before: str) -> None:
    """To the address that was replaced; nothing where it was put back meanwhile."""
    if person.email == before:
        return
    words = CHANGED.format(name=person.name, username=person.username, hours=settings.SIGNING_HOLD_HOURS)
    send_mail("Your mail address in the portal was changed", words, None, [before])


@shared_task(name="organization.forget_answers")
def forget_old_answers() -> None:
    """Answers of the API that nobody can ask for again."""
    forget_answers()

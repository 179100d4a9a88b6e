"""Background work of the organization: mail."""

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail

from apps.organization.actions.answers import forget_answers
from apps.organization.invitations import password_link
from apps.organization.models import Person

WORDS = """Hello {name},

an account in the portal was made for you. Choose your password here; the link works once, for three days:

{link}

Your username is {username}. If you did not expect this, you need do nothing.
"""


@shared_task(name="organization.send_invitation")
def send_invitation(person_pk: int, base: str) -> None:
    """Sends the one-time link, unless the person has chosen a password meanwhile or may not sign in any more."""
    person = Person.objects.get(pk=person_pk)
    if not person.is_active or not person.email or person.has_usable_password():
        return
    words = WORDS.format(name=person.name, username=person.username, link=password_link(person, base))
    send_mail("Your account in the portal", words, None, [person.email])


CHANGED = """Hello {name},

an administrator changed the mail address of your account ({username}) in the portal. Links for a new password no
longer come to this address.

If you know of it, you need do nothing. If not, tell another administrator or an auditor now: for {hours} hours nobody
can sign in your name without a code or passkey that you had before.
"""


@shared_task(name="organization.send_mail_changed")
def send_mail_changed(person_pk: int, before: str) -> None:
    """Tells the address that was replaced; nothing where it was put back meanwhile."""
    person = Person.objects.get(pk=person_pk)
    if person.email == before:
        return
    words = CHANGED.format(name=person.name, username=person.username, hours=settings.SIGNING_HOLD_HOURS)
    send_mail("Your mail address in the portal was changed", words, None, [before])


@shared_task(name="organization.forget_answers")
def forget_old_answers() -> None:
    """Answers of the API that nobody can ask for again."""
    forget_answers()

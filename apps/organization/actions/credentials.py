"""What people prove to be themselves by: their mail address, to which links go, and their password."""

from allauth.account.models import EmailAddress
from django.utils import timezone

from apps.audit.acts import Of, act, canonical_digest, record
from apps.organization.actions.letters import post_letter
from apps.organization.actions.locks import lock_person
from apps.organization.models import Letter, Person


def note_mail_change(person: Person, *, before: str, by: Person) -> bool:
    """Part of editing: the old address gets no links any more, and where another changed it, a word about it.

    Whether it shuts signing: whoever reads the new mailbox may choose a password and sign, so a change by another does,
    for a while. Who never chose a password has signed nothing yet, and a mistyped address may be mended.
    """
    EmailAddress.objects.filter(user_id=person.pk).exclude(email=person.email).delete()
    if by.pk == person.pk or not person.has_usable_password():
        return False
    person.credentials_changed_at = timezone.now()
    if before:
        post_letter(Letter.Kind.MAIL_CHANGED, person=person, detail=before)
    return True


@act
def choose_password_by_link(*, person: Person, password_hash: str) -> Person:
    """Whoever holds a one-time link sets the password; the portal cannot tell who that is.

    After another changed the mail address, a link may have gone to them: it counts as such a change too, however long
    ago that was.
    """
    person = lock_person(person)
    first = not person.has_usable_password()
    person.password = password_hash
    if person.credentials_changed_at is not None:
        person.credentials_changed_at = timezone.now()
    person.save(update_fields=["password", "credentials_changed_at"])
    record(
        "person.password_set",
        subject=person.key,
        digest=canonical_digest(person.canonical_row()),
        by=None,
        personal={"name": Of(person.key, person.name)},
        facts={"first": first, "shuts_signing": person.credentials_changed_at is not None},
        sentence=f"took a {'first' if first else 'new'} password for {{name}}, chosen by a one-time link",
    )
    return person

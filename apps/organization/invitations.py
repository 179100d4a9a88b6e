"""One-time links by which people choose their password: Django's reset token at allauth's address."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from apps.organization.models import Person


def password_link(person: Person, base: str) -> str:
    """The link below `base`, such as https://portal.example.org. It works once, for three days.

    May write allauth's row of the mail address, so it is made on a POST or in the background.
    """
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key})
    return base.rstrip("/") + path

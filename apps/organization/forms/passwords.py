"""The form behind a one-time link, in place of allauth's, which would write past the log."""

from allauth.account.forms import ResetPasswordKeyForm
from django.contrib.auth.hashers import make_password

from apps.organization import actions


class NewPasswordForm(ResetPasswordKeyForm):
    """A password, twice; checked as allauth does."""

    def save(self) -> None:
        # The hash takes some tenths of a second: made before the act.
        actions.choose_password_by_link(person=self.user, password_hash=make_password(self.cleaned_data["password1"]))
